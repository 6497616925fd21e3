//! The first page of a sign-in, and the way out. `/login` is also where direct links to one account
//! and role begin.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Query, ServiceConfig, block, get, post, resource};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::{AccountId, Secret};
use crate::domain::{LocalPath, SignInStage};
use crate::service::{PortalSession, directory, login, portal, saml_slo, session};

use super::cookie::{self, Purpose};
use super::error::{self, Refused};
use super::form::Form;
use super::reply::{page, see_other};
use super::{Face, guard, page as view, saml_address};

const REFUSED: &str =
    "That name and password do not go together, or the account cannot sign in. Check both and try again.";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            resource("/login")
                .route(get().to(get_login))
                .route(post().to(post_login))
                .default_service(web::to(error::method_not_allowed)),
        )
        .service(
            resource("/logout")
                .route(post().to(post_logout))
                .default_service(web::to(error::method_not_allowed)),
        );
}

/// Where the page of each stage is.
pub(super) const fn path_of(stage: SignInStage) -> &'static str {
    match stage {
        SignInStage::NewPassword => "/login/password",
        SignInStage::Enrolment => "/login/mfa/enrolment",
        SignInStage::SecondFactor => "/login/mfa",
    }
}

/// What may open a session: the request's session cookie.
pub(super) fn session_token(face: &Face, request: &HttpRequest) -> Option<String> {
    cookie::read(face, request, Purpose::Session)
}

/// Whoever holds the request's session cookie, if it opens a session.
pub(super) async fn signed_in(
    face: &Data<Face>,
    request: &HttpRequest,
) -> Result<Option<PortalSession>, Refused> {
    let Some(token) = session_token(face, request) else { return Ok(None) };
    let face = Data::clone(face);
    let found = block(move || session::authenticate(&face.ctx, &token)).await.map_err(Refused::broken)?;
    found.map_err(|error| Refused::from(error).of(request))
}

async fn get_login(
    face: Data<Face>,
    request: HttpRequest,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let is_direct_link = query.get("quickLogin").is_some_and(|value| value == "true");
    // An application wants a new proof of who somebody is, signed in or not.
    let again = query.contains_key("again");
    if let Some(session) = signed_in(&face, &request).await?.filter(|_| !again) {
        if is_direct_link {
            return open_directly(&face, &request, &session, &query).await;
        }
        let next = query.get("next").and_then(|next| LocalPath::parse(next));
        return Ok(see_other(next.as_ref().map_or("/portal", LocalPath::as_str)));
    }
    let next = if is_direct_link {
        LocalPath::parse(&request.uri().to_string())
    } else {
        query.get("next").and_then(|next| LocalPath::parse(next))
    };
    let notice = match () {
        () if again => Some("Sign in once more: the application wants to know that it is still you."),
        () if query.contains_key("signedOut") => Some("You are signed out."),
        () => None,
    };
    let shown = Shown { username: "", next, error: None, notice };
    show(&face, &request, StatusCode::OK, &shown).await
}

async fn post_login(face: Data<Face>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Refused> {
    let form = Form::read(&face, &request, &body, Purpose::Form)?;
    let next = LocalPath::parse(form.text("next"));
    let attempt = login::Attempt {
        user_name: form.text("username").trim().to_owned(),
        password: Secret::new(form.text("password")),
        next: next.as_ref().map(|next| next.as_str().to_owned()),
    };
    let (visit, called) = (guard::pass(&request)?.visit, Data::clone(&face));
    let outcome =
        block(move || login::password(&called.ctx, &visit, &attempt)).await.map_err(Refused::broken)?;
    match outcome.map_err(|error| Refused::from(error).of(&request))? {
        login::Outcome::Continue(sign_in) => {
            let mut answer = see_other(path_of(sign_in.stage));
            let cookie = cookie::make(&face, Purpose::SignIn, sign_in.token.expose());
            answer.add_cookie(&cookie).map_err(Refused::broken)?;
            Ok(answer)
        }
        login::Outcome::Refused => {
            let shown = Shown { username: form.text("username"), next, error: Some(REFUSED), notice: None };
            show(&face, &request, StatusCode::UNAUTHORIZED, &shown).await
        }
    }
}

async fn post_logout(face: Data<Face>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Refused> {
    let Some(session) = signed_in(&face, &request).await? else { return Ok(see_other("/login")) };
    Form::read(&face, &request, &body, Purpose::Session)?;
    let (visit, called) = (guard::pass(&request)?.visit, Data::clone(&face));
    let ended =
        block(move || saml_slo::begin(&called.ctx, &visit, &session)).await.map_err(Refused::broken)?;
    let logout = ended.map_err(|error| Refused::from(error).of(&request))?;
    let next = logout.as_ref().map_or_else(|| "/login?signedOut".to_owned(), saml_address::of_logout);
    let mut answer = see_other(&next);
    answer.add_cookie(&cookie::remove(&face, Purpose::Session)).map_err(Refused::broken)?;
    answer.headers_mut().insert(
        actix_web::http::header::HeaderName::from_static("clear-site-data"),
        actix_web::http::header::HeaderValue::from_static("\"storage\""),
    );
    Ok(answer)
}

/// A direct link of somebody who is signed in: a page that opens the account by the same form that
/// the portal has.
async fn open_directly(
    face: &Data<Face>,
    request: &HttpRequest,
    session: &PortalSession,
    query: &HashMap<String, String>,
) -> Result<HttpResponse, Refused> {
    let text = |name: &str| query.get(name).map_or("", String::as_str);
    let account = AccountId::parse(text("accountId")).ok_or_else(|| Refused::malformed().of(request))?;
    let (called, session, name) =
        (Data::clone(face), session.clone(), text("accessConfigurationName").to_owned());
    let found = block(move || portal::find_role(&called.ctx, &session, &account, &name)).await;
    let (account, role) =
        found.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(request))?;
    let pass = guard::pass(request)?;
    let csrf_token = form_token(face, request, Purpose::Session)?;
    let direct = view::DirectLink {
        nonce: &pass.nonce,
        csrf_token: &csrf_token,
        account_id: &account.id,
        account: &account.name,
        access_configuration_id: &role.id,
        role: role.spec.name.as_str(),
        relay_state: text("landingPage"),
    };
    page(StatusCode::OK, &direct)
}

struct Shown<'a> {
    username: &'a str,
    next: Option<LocalPath>,
    error: Option<&'a str>,
    notice: Option<&'a str>,
}

async fn show(
    face: &Data<Face>,
    request: &HttpRequest,
    status: StatusCode,
    shown: &Shown<'_>,
) -> Result<HttpResponse, Refused> {
    let called = Data::clone(face);
    let organisation =
        block(move || directory::organisation_name(&called.ctx)).await.map_err(Refused::broken)?;
    let organisation = organisation.map_err(|error| Refused::from(error).of(request))?;
    let pass = guard::pass(request)?;
    let known = cookie::read(face, request, Purpose::Form);
    let cookie = match &known {
        Some(value) => value.clone(),
        None => face.ctx.form_cookie()?.expose().to_owned(),
    };
    let csrf_token = face.ctx.form_token(&cookie)?;
    let login = view::Login {
        nonce: &pass.nonce,
        csrf_token: &csrf_token,
        organisation: &organisation,
        next: shown.next.as_ref().map(LocalPath::as_str),
        username: shown.username,
        error: shown.error,
        notice: shown.notice,
    };
    let mut answer = page(status, &login)?;
    if known.is_none() {
        answer.add_cookie(&cookie::make(face, Purpose::Form, &cookie)).map_err(Refused::broken)?;
    }
    Ok(answer)
}

/// The token for forms of whoever holds this cookie.
pub(super) fn form_token(face: &Face, request: &HttpRequest, purpose: Purpose) -> Result<String, Refused> {
    Ok(face.ctx.form_token(&cookie::read(face, request, purpose).unwrap_or_default())?)
}
