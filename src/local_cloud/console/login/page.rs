//! The pages of a sign-in.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;

use super::super::page::html;
use super::super::session::OtherConsole;
use super::stage::{Stage, StageView};

/// What the sign-in page says above its form.
pub(super) enum Notice {
    None,
    /// The console was asked for without a session; the browser may have others open.
    NotSignedIn {
        browser_token: String,
        others: Vec<OtherConsole>,
    },
    /// One sentence for every reason.
    Refused,
    /// A sign-in that took too long, or too many codes.
    Over,
}

#[derive(Template)]
#[template(path = "local_cloud/sign_in.html")]
struct SignInPage<'a> {
    csrf_token: &'a str,
    /// The page of ours to go on to, empty for the console's home.
    next: &'a str,
    notice: Option<&'static str>,
    error: Option<&'static str>,
    /// Consoles that are open, and what the forms that switch to them carry.
    others: Vec<OtherConsole>,
    browser_token: String,
}

#[derive(Template)]
#[template(path = "local_cloud/provisioned.html")]
struct ProvisionedPage<'a> {
    logon_name: &'a str,
}

#[derive(Template)]
#[template(path = "local_cloud/stage.html")]
struct StagePage<'a> {
    csrf_token: &'a str,
    view: &'a StageView,
    error: Option<&'a str>,
}

impl Notice {
    const fn status(&self) -> StatusCode {
        match self {
            Self::None => StatusCode::OK,
            Self::NotSignedIn { .. } | Self::Refused | Self::Over => StatusCode::UNAUTHORIZED,
        }
    }
}

/// The page for name and password.
pub(super) fn sign_in(csrf_token: &str, next: &str, notice: Notice) -> HttpResponse {
    let status = notice.status();
    let error = match notice {
        Notice::None | Notice::NotSignedIn { .. } => None,
        Notice::Refused => Some(
            "That name and password do not go together, or nobody signs in by them. Check both and try again.",
        ),
        Notice::Over => Some("That sign-in is over: it took too long, or too many codes. Begin again."),
    };
    let mut page = SignInPage {
        csrf_token,
        next,
        notice: None,
        error,
        others: Vec::new(),
        browser_token: String::new(),
    };
    if let Notice::NotSignedIn { browser_token, others } = notice {
        page.notice = Some("You are not signed in, or your session is over.");
        (page.others, page.browser_token) = (others, browser_token);
    }
    html(status, &page)
}

/// Tells a user that CloudSSO keeps where to come in.
pub(super) fn provisioned(logon_name: &str) -> HttpResponse {
    html(StatusCode::FORBIDDEN, &ProvisionedPage { logon_name })
}

/// The page of a stage, with what was wrong with what came from it before.
pub(super) fn stage(csrf_token: &str, view: &StageView, error: Option<&str>) -> HttpResponse {
    let status = match (error, view.stage) {
        (None, _) => StatusCode::OK,
        (Some(_), Stage::NewPassword) => StatusCode::BAD_REQUEST,
        (Some(_), Stage::Code | Stage::Binding) => StatusCode::UNAUTHORIZED,
    };
    html(status, &StagePage { csrf_token, view, error })
}
