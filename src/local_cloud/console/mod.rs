//! The accounts' console in a browser: sign-in by a SAML Response for a role or a RAM user (SAML 2.0 profiles
//! §4.1, unsolicited), the page that says who you are, sign-out, and single logout (§4.4).
//!
//! Pages are written by templates and hold no script. Which assertion admits whom is decided in
//! `federation`, not here.

mod asset;
mod form;
mod held;
mod landing;
pub(crate) mod login;
mod opening;
mod page;
mod session;
mod sign_in;
mod single_logout;

pub(crate) use page::{Problem, SECURITY_HEADERS, problem};
pub(crate) use single_logout::post_single_logout;

use std::sync::Arc;

use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::Secret;

use super::cloud::Cloud;
use super::name;
use super::refusal::Refusal;

use opening::Opened;

/// The cookie that holds a console session's token.
const COOKIE: &str = "localcloud";

/// `POST /saml-role/sso`. It comes from another site by design, so there is no form token to check:
/// the assertion itself is the proof, and it works once.
pub(crate) async fn post_role_sso(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let replaced = session_token(&request);
    let work = Arc::clone(&cloud);
    let outcome = web::block(move || sign_in::sign_in(&work, &body, replaced.as_ref())).await;
    match outcome {
        Ok(Ok(sign_in::Outcome::Opened(opened))) => entered(&opened),
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
    let replaced = session_token(&request);
    let source = request.peer_addr().map(|address| address.ip());
    let work = Arc::clone(&cloud);
    let outcome = web::block(move || sign_in::sign_in_user(&work, &body, source, replaced.as_ref())).await;
    match outcome {
        Ok(Ok(opened)) => entered(&opened),
        Ok(Err(refusal)) => refused(&request_id, &refusal),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// `GET /console`.
pub(crate) async fn get_console(cloud: web::Data<Cloud>, request: HttpRequest) -> HttpResponse {
    let Some(token) = session_token(&request) else { return login::not_signed_in(&cloud, &request) };
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let work = Arc::clone(&cloud);
    match web::block(move || session::view(&work, &token)).await {
        Ok(Ok(Some(view))) => page::console(&view),
        Ok(Ok(None)) => {
            let mut response = login::not_signed_in(&cloud, &request);
            forget(&mut response);
            response
        }
        Ok(Err(error)) => failed(&request_id, &error.to_string()),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// `POST /console/logout`: from our own page only.
pub(crate) async fn post_logout(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let Some(token) = session_token(&request) else {
        return page::redirect("/console").finish();
    };
    if !is_own_site(&cloud, &request) {
        return problem(Problem::Forged, &request_id);
    }
    let work = Arc::clone(&cloud);
    match web::block(move || session::end(&work, &token, &body)).await {
        Ok(Ok(true)) => {
            let mut response = page::redirect("/console").finish();
            forget(&mut response);
            response
        }
        Ok(Ok(false)) => problem(Problem::Forged, &request_id),
        Ok(Err(error)) => failed(&request_id, &error.to_string()),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// `GET /assets/{name}`.
pub(crate) async fn get_asset(name: web::Path<String>) -> HttpResponse {
    asset::answer(&name).unwrap_or_else(|| problem(Problem::NotFound, ""))
}

/// On to where the session that was opened begins.
fn entered(opened: &Opened) -> HttpResponse {
    let cookie = cookie(opened.token.expose(), CookieAge::seconds(opened.seconds));
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

fn session_token(request: &HttpRequest) -> Option<Secret> {
    request.cookie(COOKIE).map(|cookie| Secret::new(cookie.value()))
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

fn cookie(value: &str, age: CookieAge) -> Cookie<'_> {
    Cookie::build(COOKIE, value).path("/").http_only(true).same_site(SameSite::Lax).max_age(age).finish()
}

fn forget(response: &mut HttpResponse) {
    // A cookie that cannot be written stays in the browser, and names no session.
    let _ = response.add_cookie(&cookie("", CookieAge::ZERO));
}

/// `GET /` without a call in it: somebody typed the address.
pub(crate) fn to_console() -> HttpResponse {
    HttpResponse::build(StatusCode::SEE_OTHER).insert_header((LOCATION, "/console")).finish()
}
