//! Pages as answers: templates, status codes and the headers that every answer carries.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::{HttpResponse, HttpResponseBuilder};
use askama::Template;

use super::sign_in::Choice;

/// What every answer of the server carries.
pub(crate) const SECURITY_HEADERS: &[(&str, &str)] = &[
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
];

/// Pages that hand passkeys between the browser and a form.
const PAGES_WITH_SCRIPT: &[&str] = &["/login/mfa", "/console/security/passkeys"];

/// The content security policy of the page at `path`: no script but our own, and that only where it is
/// needed.
pub(crate) fn page_policy(path: &str) -> &'static str {
    if PAGES_WITH_SCRIPT.contains(&path) {
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         img-src 'self' data:; script-src 'self'"
    } else {
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; \
         img-src 'self' data:"
    }
}

#[derive(Template)]
#[template(path = "local_cloud/choose.html")]
struct ChoosePage<'a> {
    choice: &'a Choice,
}

#[derive(Template)]
#[template(path = "local_cloud/problem.html")]
struct ProblemPage<'a> {
    title: &'static str,
    sentence: &'static str,
    request_id: &'a str,
}

/// Why a page is not what was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// An assertion was refused, for a reason that only the log has.
    Refused,
    /// A form that did not come from our own page.
    Forged,
    /// No such page.
    NotFound,
    /// The request came by a name that is not ours.
    Misdirected,
    /// Too much is being done at once.
    Busy,
    /// Our own failure.
    Failed,
}

impl Problem {
    const fn status(self) -> StatusCode {
        match self {
            Self::Refused | Self::Forged => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Refused => "Sign-in was refused",
            Self::Forged => "That did not come from this page",
            Self::NotFound => "There is no such page",
            Self::Misdirected => "Wrong address",
            Self::Busy => "Too many at once",
            Self::Failed => "Something went wrong",
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::Refused => {
                "The sign-in message could not be accepted. Go back to your access portal and open the console from there again."
            }
            Self::Forged => "Nothing was changed. Open the console and try again there.",
            Self::NotFound => "The console has nothing at this address.",
            Self::Misdirected => "This server answers to localhost only.",
            Self::Busy | Self::Failed => "Nothing was changed. Try again in a moment.",
        }
    }
}

/// The page of a problem; `request_id` is shown where it is not empty, and leads into the log.
pub(crate) fn problem(problem: Problem, request_id: &str) -> HttpResponse {
    html(problem.status(), &ProblemPage { title: problem.title(), sentence: problem.sentence(), request_id })
}

/// The page that asks which of several roles is meant.
pub(super) fn choose(choice: &Choice) -> HttpResponse {
    html(StatusCode::OK, &ChoosePage { choice })
}

/// On to a page of our own, by GET.
pub(super) fn redirect(to: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::build(StatusCode::SEE_OTHER);
    response.insert_header((LOCATION, to)).insert_header((CACHE_CONTROL, "no-store"));
    response
}

/// A page as an answer that nobody keeps.
pub(super) fn html(status: StatusCode, page: &impl Template) -> HttpResponse {
    match page.render() {
        Ok(text) => written(status, text),
        Err(error) => {
            tracing::error!(reason = %error, "a page could not be written");
            HttpResponse::build(StatusCode::INTERNAL_SERVER_ERROR).finish()
        }
    }
}

/// A page that was filled in, as an answer that nobody keeps.
pub(super) fn written(status: StatusCode, text: String) -> HttpResponse {
    HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/html; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(text)
}
