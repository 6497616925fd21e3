//! Sign-in of RAM users by name and password, in up to three pages: the password, a new one where the old
//! one must go, a one-time code or the binding of a device.
//!
//! Every form carries a token made of the browser's own cookie, checked before anything else. Who comes in
//! is decided in `attempt`, `stage` and `under_way`, not here.

mod attempt;
mod page;
mod stage;
mod under_way;

use std::sync::Arc;

use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::Secret;
use crate::crypto::{hash, token};
use crate::local_cloud::channel::Channel;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::name;
use crate::local_cloud::refusal::Refusal;

use super::browser::{Browser, only_cookie};
use super::form::field;
use super::opening::Opened;
use super::page::{Problem, problem, redirect};
use super::session::{OtherConsole, Session};
use super::{entered, failed, is_own_site};

use attempt::Attempt;
use stage::{SIGN_IN_SECONDS, Stage, StageView, Step};
use under_way::Answered;

/// The cookie of a browser that is not signed in: what its forms are bound to and, once a password was
/// right, what its sign-in is found by.
const COOKIE: &str = "localcloud_login";

/// `GET /login`.
pub(crate) async fn get_login(cloud: web::Data<Cloud>, request: HttpRequest) -> HttpResponse {
    with_form(&cloud, &request, |csrf_token| page::sign_in(csrf_token, page::Notice::None))
}

/// The sign-in page for a browser that asked for a console and is not signed in there; `others` are the
/// consoles that it has open.
pub(super) fn not_signed_in(
    cloud: &Cloud,
    request: &HttpRequest,
    (browser, others): (Option<&Browser>, &[Session]),
) -> HttpResponse {
    let browser_token = browser.map(|browser| browser.csrf_token(cloud)).transpose();
    match browser_token {
        Ok(token) => with_form(cloud, request, |csrf_token| {
            let others = others.iter().map(OtherConsole::from).collect();
            let notice = page::Notice::NotSignedIn { browser_token: token.unwrap_or_default(), others };
            page::sign_in(csrf_token, notice)
        }),
        Err(error) => failed("", &error.to_string()),
    }
}

/// `POST /login`.
pub(crate) async fn post_login(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    if own_form(&cloud, &request, &body).is_none() {
        return problem(Problem::Forged, &request_id);
    }
    let Some(pass) = cloud.sign_ins.enter().await else { return problem(Problem::Busy, &request_id) };
    let (channel, browser) = (Channel::of(&request, &cloud.trusted_proxies), Browser::of(&request));
    let work = Arc::clone(&cloud);
    let outcome = web::block(move || {
        let _pass = pass;
        attempt::attempt(&work, &body, channel.source, browser.as_ref())
    })
    .await;
    match outcome {
        Ok(Ok(Attempt::Opened(opened))) => entered_and_forgotten(&opened, channel),
        Ok(Ok(Attempt::UnderWay(token, stage))) => {
            let cookie = cookie((token.expose(), channel), SIGN_IN_SECONDS);
            redirect(stage.path()).cookie(cookie).finish()
        }
        Ok(Ok(Attempt::Refused(reason))) => {
            tracing::info!(request.id = request_id, reason, "password sign-in refused");
            with_form(&cloud, &request, |csrf_token| page::sign_in(csrf_token, page::Notice::Refused))
        }
        Ok(Ok(Attempt::Provisioned(logon_name))) => page::provisioned(&logon_name),
        Ok(Err(refusal)) => broken(&request_id, &refusal),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// `GET` of a later page: the one of the stage that the sign-in is at.
pub(crate) async fn get_stage(cloud: web::Data<Cloud>, request: HttpRequest) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let Some(token) = cookie_token(&request) else { return redirect("/login").finish() };
    let (work, given) = (Arc::clone(&cloud), token.clone());
    match web::block(move || under_way::show(&work, &given)).await {
        Ok(Ok(Some(view))) if view.stage.path() == request.path() => shown(&cloud, &token, &view, None),
        Ok(Ok(Some(view))) => redirect(view.stage.path()).finish(),
        Ok(Ok(None)) => redirect("/login").finish(),
        Ok(Err(refusal)) => broken(&request_id, &refusal),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// `POST /login/password`.
pub(crate) async fn post_new_password(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    post_stage(cloud, request, body, Stage::NewPassword).await
}

/// `POST /login/mfa`.
pub(crate) async fn post_code(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    post_stage(cloud, request, body, Stage::Code).await
}

/// `POST /login/mfa/binding`.
pub(crate) async fn post_binding(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
) -> HttpResponse {
    post_stage(cloud, request, body, Stage::Binding).await
}

async fn post_stage(
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: web::Bytes,
    stage: Stage,
) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    let Some(token) = own_form(&cloud, &request, &body) else {
        return problem(Problem::Forged, &request_id);
    };
    let Some(pass) = cloud.sign_ins.enter().await else { return problem(Problem::Busy, &request_id) };
    let (channel, browser) = (Channel::of(&request, &cloud.trusted_proxies), Browser::of(&request));
    let (work, given) = (Arc::clone(&cloud), token.clone());
    let outcome = web::block(move || {
        let _pass = pass;
        under_way::answer(&work, (&given, stage), &body, browser.as_ref())
    })
    .await;
    match outcome {
        Ok(Ok(Answered::Step(Step::Opened(opened)))) => entered_and_forgotten(&opened, channel),
        Ok(Ok(Answered::Step(Step::Next(next)))) => redirect(next.path()).finish(),
        Ok(Ok(Answered::Again(view, error))) => shown(&cloud, &token, &view, Some(&error)),
        Ok(Ok(Answered::Over)) => {
            with_form(&cloud, &request, |csrf_token| page::sign_in(csrf_token, page::Notice::Over))
        }
        Ok(Err(refusal)) => broken(&request_id, &refusal),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

fn shown(cloud: &Cloud, token: &Secret, view: &StageView, error: Option<&str>) -> HttpResponse {
    match cloud.csrf_token(token.expose()) {
        Ok(csrf_token) => page::stage(&csrf_token, view, error),
        Err(error) => failed("", &error.to_string()),
    }
}

/// A page with a form that is bound to the browser's cookie, which is set where there is none.
fn with_form(cloud: &Cloud, request: &HttpRequest, page: impl FnOnce(&str) -> HttpResponse) -> HttpResponse {
    let channel = Channel::of(request, &cloud.trusted_proxies);
    let known = cookie_token(request);
    let is_new = known.is_none();
    let bound = known.map_or_else(|| token::generate(&cloud.random, "lf_"), Ok);
    let bound = bound.and_then(|token| Ok((cloud.csrf_token(token.expose())?, token)));
    match bound {
        Ok((csrf_token, token)) => {
            let mut response = page(&csrf_token);
            if is_new {
                // Without the cookie the form will be refused, and shown again.
                let _ = response.add_cookie(&cookie((token.expose(), channel), None));
            }
            response
        }
        Err(error) => failed("", &error.to_string()),
    }
}

/// The browser's token, if the form `body` was sent by a page of ours that was made for it.
fn own_form(cloud: &Cloud, request: &HttpRequest, body: &[u8]) -> Option<Secret> {
    let token = cookie_token(request).filter(|_| is_own_site(cloud, request))?;
    let expected = cloud.csrf_token(token.expose()).ok()?;
    let given = field(body, "csrf_token")?;
    hash::equal(expected.as_bytes(), given.as_bytes()).then_some(token)
}

fn cookie_token(request: &HttpRequest) -> Option<Secret> {
    only_cookie(request, COOKIE).map(|cookie| Secret::new(cookie.value()))
}

/// Without an age it lasts until the browser is closed.
fn cookie((value, channel): (&str, Channel), seconds: impl Into<Option<i64>>) -> Cookie<'_> {
    let cookie = Cookie::build(COOKIE, value).path("/").http_only(true).same_site(SameSite::Lax);
    let cookie = cookie.secure(channel.is_secure);
    match seconds.into() {
        Some(seconds) => cookie.max_age(CookieAge::seconds(seconds)).finish(),
        None => cookie.finish(),
    }
}

/// The sign-in is over: its token is good for nothing more.
fn entered_and_forgotten(opened: &Opened, channel: Channel) -> HttpResponse {
    let mut response = entered(opened, channel);
    // A cookie that cannot be written stays in the browser, and names no sign-in.
    let _ = response.add_cookie(&cookie(("", channel), 0));
    response
}

fn broken(request_id: &str, refusal: &Refusal) -> HttpResponse {
    match refusal {
        Refusal::Unavailable(_) => problem(Problem::Busy, request_id),
        Refusal::Internal(reason) => failed(request_id, reason),
        refusal => failed(request_id, &refusal.to_string()),
    }
}
