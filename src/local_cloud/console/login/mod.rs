//! Sign-in by name and password, of RAM users and of accounts' owners, in up to three pages: the password, a
//! new one where the old one must go, a second factor or the binding of a device.
//!
//! Every form carries a token made of the browser's own cookie, checked before anything else. Who comes in
//! is decided in `attempt`, `stage` and `under_way`, not here.

mod attempt;
mod page;
mod person;
mod stage;
mod under_way;
mod usual;

use std::sync::Arc;

use actix_web::cookie::time::Duration as CookieAge;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::http::Method;
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::Secret;
use crate::crypto::{hash, token};
use crate::local_cloud::channel::Channel;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::name;
use crate::local_cloud::refusal::Refusal;

use super::browser::{Browser, only_cookie};
use super::form::field;
use super::landing::own_page;
use super::page::{Problem, problem, redirect};
use super::session::{OtherConsole, Session};
use super::{entered, failed, is_own_site};

use attempt::Attempt;
use person::Entered;
use stage::{SIGN_IN_SECONDS, Stage, StageView, Step};
use under_way::Answered;
use usual::Arrival;

/// The cookie of a browser that is not signed in: what its forms are bound to and, once a password was
/// right, what its sign-in is found by.
const COOKIE: &str = "localcloud_login";

/// `GET /login`.
pub(crate) async fn get_login(cloud: web::Data<Cloud>, request: HttpRequest) -> HttpResponse {
    let next = query_next(&cloud, &request);
    with_form(&cloud, &request, |csrf_token| page::sign_in(csrf_token, &next, page::Notice::None))
}

/// The sign-in page for a browser that asked for a console and is not signed in there, and goes on to the
/// page that it asked for; `others` are the consoles that it has open.
pub(super) fn not_signed_in(
    cloud: &Cloud,
    request: &HttpRequest,
    (browser, others): (Option<&Browser>, &[Session]),
) -> HttpResponse {
    let browser_token = browser.map(|browser| browser.csrf_token(cloud)).transpose();
    let asked = request.uri().path_and_query().filter(|_| request.method() == Method::GET);
    let next = asked.and_then(|asked| own_page(&cloud.base_url, asked.as_str())).unwrap_or_default();
    match browser_token {
        Ok(token) => with_form(cloud, request, |csrf_token| {
            let others = others.iter().map(OtherConsole::from).collect();
            let notice = page::Notice::NotSignedIn { browser_token: token.unwrap_or_default(), others };
            page::sign_in(csrf_token, &next, notice)
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
    let next = field(&body, "next").and_then(|next| own_page(&cloud.base_url, &next)).unwrap_or_default();
    let arrival = match Arrival::of(&cloud, &request, channel) {
        Ok(arrival) => arrival,
        Err(error) => return failed(&request_id, &error.to_string()),
    };
    let outcome = web::block(move || {
        let _pass = pass;
        attempt::attempt(&work, &body, arrival, browser.as_ref())
    })
    .await;
    match outcome {
        Ok(Ok(Attempt::Opened(entered))) => come_in(&cloud, &entered, channel),
        Ok(Ok(Attempt::UnderWay(token, stage))) => {
            let cookie = cookie((token.expose(), channel), SIGN_IN_SECONDS);
            redirect(stage.path()).cookie(cookie).finish()
        }
        Ok(Ok(Attempt::Refused(reason))) => {
            tracing::info!(request.id = request_id, reason, "password sign-in refused");
            with_form(&cloud, &request, |csrf_token| page::sign_in(csrf_token, &next, page::Notice::Refused))
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
    let arrival = match Arrival::of(&cloud, &request, channel) {
        Ok(arrival) => arrival,
        Err(error) => return failed(&request_id, &error.to_string()),
    };
    let outcome = web::block(move || {
        let _pass = pass;
        under_way::answer(&work, (&given, stage), &body, (browser.as_ref(), &arrival))
    })
    .await;
    match outcome {
        Ok(Ok(Answered::Step(Step::Opened(entered)))) => come_in(&cloud, &entered, channel),
        Ok(Ok(Answered::Step(Step::Next(next)))) => redirect(next.path()).finish(),
        Ok(Ok(Answered::Again(view, error))) => shown(&cloud, &token, &view, Some(&error)),
        Ok(Ok(Answered::Over)) => {
            with_form(&cloud, &request, |csrf_token| page::sign_in(csrf_token, "", page::Notice::Over))
        }
        Ok(Err(refusal)) => broken(&request_id, &refusal),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// The page of ours that the address of the sign-in page asks for, empty where it asks for none.
fn query_next(cloud: &Cloud, request: &HttpRequest) -> String {
    let query = request.query_string().as_bytes();
    field(query, "next").and_then(|next| own_page(&cloud.base_url, &next)).unwrap_or_default()
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

/// On to where the session begins. The sign-in is over, and its token is good for nothing more; the browser
/// is known as the user's from now on.
fn come_in(cloud: &Cloud, person: &Entered, channel: Channel) -> HttpResponse {
    let mut response = entered(&person.opened, channel);
    // A cookie that cannot be written stays in the browser, and names no sign-in.
    let _ = response.add_cookie(&cookie(("", channel), 0));
    if let Some(user_id) = &person.user_id
        && let Ok(mark) = usual::mark(cloud, user_id, channel.is_secure)
    {
        // Without it the next sign-in is an unusual one, unless it comes from the same address.
        let _ = response.add_cookie(&mark);
    }
    response
}

fn broken(request_id: &str, refusal: &Refusal) -> HttpResponse {
    match refusal {
        Refusal::Unavailable(_) => problem(Problem::Busy, request_id),
        Refusal::Internal(reason) => failed(request_id, reason),
        refusal => failed(request_id, &refusal.to_string()),
    }
}
