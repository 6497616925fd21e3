//! The accounts' console in a browser: sign-in by a SAML Response for a role or a RAM user (SAML 2.0 profiles
//! §4.1, unsolicited) or by a password, the pages, sign-out, and single logout (§4.4).
//!
//! Pages are written by templates. Two hold a script, which hands passkeys between browser and form. Which assertion admits whom is decided in
//! `federation`, not here.

mod access_keys;
mod asset;
mod browser;
mod desk;
mod form;
mod held;
mod landing;
pub(crate) mod login;
mod opening;
mod page;
mod ram;
mod resource_directory;
mod security;
mod session;
mod sign_in;
mod single_logout;
mod switching;
mod who;

pub(crate) use page::{Problem, SECURITY_HEADERS, page_policy, problem};
pub(crate) use single_logout::post_single_logout;

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use super::channel::Channel;
use super::cloud::Cloud;
use super::name;
use super::refusal::Refusal;

use browser::{Browser, is_same, no_cookie};
use form::field;
use opening::Opened;

/// Every page of the consoles, and what their forms do.
pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/console/logout", web::post().to(post_logout))
        .route("/console/switch", web::post().to(post_switch));
    for screens in [
        who::SCREENS,
        security::SCREENS,
        ram::SCREENS,
        ram::settings::SCREENS,
        ram::sso::SCREENS,
        resource_directory::SCREENS,
    ] {
        desk::register(config, screens);
    }
}

/// `POST /saml-role/sso`. It comes from another site by design, so there is no form token to check:
/// the assertion itself is the proof, and it works once.
pub(crate) async fn post_role_sso(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let (channel, browser) = (Channel::of(&request, &cloud.trusted_proxies), Browser::of(&request));
    let work = Arc::clone(&cloud);
    let outcome = web::block(move || sign_in::sign_in(&work, &body, channel, browser.as_ref())).await;
    match outcome {
        Ok(Ok(sign_in::Outcome::Opened(opened))) => entered(&opened, channel),
        Ok(Ok(sign_in::Outcome::Choose(choice))) => page::choose(&choice),
        Ok(Err(refusal)) => refused(&request_id, &refusal),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// `POST /saml/SSO`: as [`post_role_sso`], for a RAM user.
pub(crate) async fn post_user_sso(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let (channel, browser) = (Channel::of(&request, &cloud.trusted_proxies), Browser::of(&request));
    let work = Arc::clone(&cloud);
    let outcome =
        web::block(move || sign_in::sign_in_user(&work, &body, channel.source, browser.as_ref())).await;
    match outcome {
        Ok(Ok(opened)) => entered(&opened, channel),
        Ok(Err(refusal)) => refused(&request_id, &refusal),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// `POST /console/logout`, from our own page only: ends the session that the page is of or, with
/// `everywhere`, all that the browser has open.
pub(crate) async fn post_logout(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let Some(browser) = Browser::of(&request) else { return page::redirect("/console").finish() };
    if !is_own_site(&cloud, &request) {
        return problem(Problem::Forged, &request_id);
    }
    let channel = Channel::of(&request, &cloud.trusted_proxies);
    let work = Arc::clone(&cloud);
    let ended = web::block(move || -> Result<_, Refusal> {
        let given = || field(&body, "csrf_token");
        if field(&body, "everywhere").is_some() {
            let is_own = is_same(&browser.csrf_token(&work)?, given());
            if !is_own {
                return Ok(None);
            }
            session::end_all(&work, &browser)?;
        } else if let Some(current) = session::open(&work, &browser)?.current {
            if !is_same(&browser.csrf_token_at(&work, &current.row.id)?, given()) {
                return Ok(None);
            }
            session::end(&work, &current.row.id)?;
        }
        Ok(Some(session::open(&work, &browser)?.sessions.is_empty()))
    })
    .await;
    match ended {
        Ok(Ok(Some(true))) => page::redirect("/console").cookie(no_cookie(channel.is_secure)).finish(),
        Ok(Ok(Some(false))) => page::redirect("/console").finish(),
        Ok(Ok(None)) => problem(Problem::Forged, &request_id),
        Ok(Err(error)) => failed(&request_id, &error.to_string()),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// `POST /console/switch`, from our own page only: to another console that the browser has open.
pub(crate) async fn post_switch(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let Some(browser) = Browser::of(&request) else { return page::redirect("/console").finish() };
    if !is_own_site(&cloud, &request) {
        return problem(Problem::Forged, &request_id);
    }
    let channel = Channel::of(&request, &cloud.trusted_proxies);
    let work = Arc::clone(&cloud);
    let switched = web::block(move || -> Result<_, Refusal> {
        if !is_same(&browser.csrf_token(&work)?, field(&body, "csrf_token")) {
            return Ok(None);
        }
        let wanted = field(&body, "session").unwrap_or_default();
        let sessions = session::open(&work, &browser)?.sessions;
        let last = sessions.iter().map(|session| session.row.expires_at).max().unwrap_or(0);
        let seconds = (last - work.now().millis()) / 1000;
        let is_open = sessions.iter().any(|session| session.row.id == wanted);
        Ok(Some(is_open.then(|| browser.moved_to(&wanted).cookie(seconds, channel.is_secure))))
    })
    .await;
    match switched {
        Ok(Ok(Some(Some(cookie)))) => page::redirect("/console").cookie(cookie).finish(),
        Ok(Ok(Some(None))) => page::redirect("/console").finish(),
        Ok(Ok(None)) => problem(Problem::Forged, &request_id),
        Ok(Err(error)) => failed(&request_id, &error.to_string()),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// `GET /assets/{name}`.
pub(crate) async fn get_asset(name: web::Path<String>) -> HttpResponse {
    asset::answer(&name).unwrap_or_else(|| problem(Problem::NotFound, ""))
}

/// On to where the session that was opened begins.
fn entered(opened: &Opened, channel: Channel) -> HttpResponse {
    let cookie = opened.browser.cookie(opened.seconds, channel.is_secure);
    page::redirect(&opened.landing).cookie(cookie).finish()
}

/// One sentence outside, the reason in the log.
fn refused(request_id: &str, refusal: &Refusal) -> HttpResponse {
    match refusal {
        Refusal::Internal(reason) => failed(request_id, reason),
        Refusal::Assertion(reason) => {
            tracing::info!(request.id = request_id, reason, "console sign-in refused");
            problem(Problem::Refused, request_id)
        }
        refusal => {
            tracing::info!(request.id = request_id, reason = %refusal, "console sign-in refused");
            problem(Problem::Refused, request_id)
        }
    }
}

fn failed(request_id: &str, reason: &str) -> HttpResponse {
    tracing::error!(request.id = request_id, reason, "console failed");
    problem(Problem::Failed, request_id)
}

/// Whether a form was sent by a page of ours, as far as the browser says: by `Sec-Fetch-Site`, or by
/// `Origin` where a browser is too old for that.
fn is_own_site(cloud: &Cloud, request: &HttpRequest) -> bool {
    let header = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    match (header("sec-fetch-site"), header("origin")) {
        (Some(site), _) => site == "same-origin" || site == "none",
        (None, Some(origin)) => {
            origin == cloud.base_url || origin == format!("http://127.0.0.1:{}", cloud.port)
        }
        (None, None) => true,
    }
}

/// `GET /` without a call in it: somebody typed the address.
pub(crate) fn to_console() -> HttpResponse {
    HttpResponse::build(StatusCode::SEE_OTHER).insert_header((LOCATION, "/console")).finish()
}
