//! Screens over HTTP: who asks, whether the form is ours, and what comes back.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use url::form_urlencoded;

use crate::local_cloud::channel::Channel;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::name;
use crate::local_cloud::refusal::Refusal;

use super::super::browser::{Browser, is_same, no_cookie};
use super::super::form::field;
use super::super::page::{Problem, problem, redirect, written};
use super::super::session::{self, Session};
use super::super::{entered, failed, is_own_site, login};
use super::frame::refused_page;
use super::sheet::Page;
use super::{Desk, Done, Screen, Visit};

/// What a visit came to.
enum Reply {
    Page(StatusCode, Page),
    Done(Done),
    /// Nobody is signed in; the browser may have other consoles open.
    NotSignedIn(Vec<Session>),
    /// A form that is not of this browser's page for this session.
    Forged,
}

/// Serves `screens`, all of one console.
pub(crate) fn register(config: &mut web::ServiceConfig, screens: &'static [Screen]) {
    for screen in screens {
        let get = move |cloud, request| serve((screen, screens), cloud, request, None);
        let post = move |cloud, request, body| serve((screen, screens), cloud, request, Some(body));
        let resource = web::resource(screen.path).route(web::get().to(get));
        config.service(resource.route(web::post().to(post)));
    }
}

async fn serve(
    (screen, screens): (&'static Screen, &'static [Screen]),
    cloud: web::Data<Cloud>,
    request: HttpRequest,
    body: Option<web::Bytes>,
) -> HttpResponse {
    let request_id = name::request_id(&cloud.random).unwrap_or_default();
    if body.is_some() && !is_own_site(&cloud, &request) {
        return problem(Problem::Forged, &request_id);
    }
    let channel = Channel::of(&request, &cloud.trusted_proxies);
    let browser = Browser::of(&request);
    let form = body.clone().unwrap_or_default();
    let visit = Visit::new(request.path(), places(&request), request.query_string(), &form);
    let (work, known) = (Arc::clone(&cloud), browser.clone());
    let id = request_id.clone();
    let reply = web::block(move || {
        let Some(browser) = known else { return Ok(Reply::NotSignedIn(Vec::new())) };
        let open = session::open(&work, &browser)?;
        let Some(session) = &open.current else { return Ok(Reply::NotSignedIn(open.sessions)) };
        let desk = Desk {
            cloud: &work,
            browser: &browser,
            open: &open,
            session,
            channel,
            now: work.now(),
            said: Cell::new(None),
        };
        match body {
            None => show((screen, screens), &desk, &visit),
            Some(form) => act((screen, screens), &desk, visit, (&form, &id)),
        }
    })
    .await;
    match reply {
        Ok(Ok(reply)) => answered(&cloud, &request, (&browser, channel), reply),
        Ok(Err(Refusal::Unavailable(_))) => problem(Problem::Busy, &request_id),
        Ok(Err(refusal)) => failed(&request_id, &reason(&refusal)),
        Err(_) => failed(&request_id, "the worker was stopped"),
    }
}

/// The parts of the path that the screen names, each decoded: actix leaves what would change the path.
fn places(request: &HttpRequest) -> BTreeMap<String, String> {
    let places = request.match_info().iter();
    places.map(|(name, part)| (name.to_owned(), decoded(part))).collect()
}

fn decoded(part: &str) -> String {
    let field = format!("part={}", part.replace('&', "%26").replace('+', "%2B"));
    let mut fields = form_urlencoded::parse(field.as_bytes());
    fields.next().map(|(_, part)| part.into_owned()).unwrap_or_default()
}

fn show(
    (screen, screens): (&Screen, &'static [Screen]),
    desk: &Desk<'_>,
    visit: &Visit,
) -> Result<Reply, Refusal> {
    desk.said.set(said(screens, visit.asked("done")));
    match (screen.show)(desk, visit) {
        Ok(page) => Ok(Reply::Page(StatusCode::OK, page)),
        Err(refusal) => refused(desk, visit, refusal),
    }
}

fn act(
    (screen, screens): (&Screen, &'static [Screen]),
    desk: &Desk<'_>,
    mut visit: Visit,
    (form, request_id): (&[u8], &str),
) -> Result<Reply, Refusal> {
    let expected = desk.browser.csrf_token_at(desk.cloud, &desk.session.row.id)?;
    if !is_same(&expected, field(form, "csrf_token")) {
        return Ok(Reply::Forged);
    }
    // A browser presses one button: two of them were not sent by our page.
    let wanted = field(form, "deed").unwrap_or_default();
    let Some(deed) = screen.deeds.iter().find(|deed| deed.name == wanted) else { return Ok(Reply::Forged) };
    let (account, who) = (desk.session.account.id.as_str(), desk.session.identity.arn());
    let refusal = match (deed.act)(desk, &visit) {
        Ok(done) => {
            tracing::info!(request.id = request_id, deed = deed.name, account.id = account, who, "done");
            return Ok(Reply::Done(match done {
                Done::Here => Done::At(format!("{}?done={}", visit.path, deed.name)),
                Done::At(path) if screens.iter().any(|screen| is_of(&path, screen)) => {
                    Done::At(format!("{path}?done={}", deed.name))
                }
                done => done,
            }));
        }
        Err(refusal @ (Refusal::Internal(_) | Refusal::Unavailable(_))) => return Err(refusal),
        Err(refusal) => refusal,
    };
    let reason = refusal.to_string();
    tracing::info!(request.id = request_id, deed = deed.name, account.id = account, who, reason, "refused");
    visit.failure = Some(reason);
    let status = status(&refusal);
    match (screen.show)(desk, &visit) {
        Ok(page) => Ok(Reply::Page(status, page)),
        // The page itself may not be seen: then the refusal is all there is to say.
        Err(_) => refused(desk, &visit, refusal),
    }
}

/// Whether a path may be a screen's: up to its first place.
fn is_of(path: &str, screen: &Screen) -> bool {
    path.starts_with(screen.path.split('{').next().unwrap_or_default())
}

/// What a page says of the deed that led to it.
fn said(screens: &'static [Screen], name: &str) -> Option<&'static str> {
    let mut deeds = screens.iter().flat_map(|screen| screen.deeds);
    deeds.find(|deed| deed.name == name).map(|deed| deed.said)
}

fn refused(desk: &Desk<'_>, visit: &Visit, refusal: Refusal) -> Result<Reply, Refusal> {
    match refusal {
        Refusal::Internal(_) | Refusal::Unavailable(_) => Err(refusal),
        refusal => Ok(Reply::Page(status(&refusal), refused_page(desk, visit, &refusal)?)),
    }
}

fn status(refusal: &Refusal) -> StatusCode {
    StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The reason of a failure of ours, for the log.
fn reason(refusal: &Refusal) -> String {
    match refusal {
        Refusal::Internal(reason) => reason.clone(),
        refusal => refusal.to_string(),
    }
}

fn answered(
    cloud: &Cloud,
    request: &HttpRequest,
    (browser, channel): (&Option<Browser>, Channel),
    reply: Reply,
) -> HttpResponse {
    match reply {
        Reply::Page(status, page) => written(status, page.0),
        Reply::Done(Done::Once(page)) => written(StatusCode::OK, page.0),
        Reply::Done(Done::Entered(opened)) => entered(&opened, channel),
        Reply::Done(Done::At(path)) => redirect(&path).finish(),
        Reply::Done(Done::Here) => redirect(request.path()).finish(),
        Reply::Forged => problem(Problem::Forged, ""),
        Reply::NotSignedIn(others) => {
            let mut response = login::not_signed_in(cloud, request, (browser.as_ref(), &others));
            // Where several came none was read, and ours may be among them: it would leave the planted one alone.
            if others.is_empty() && browser.is_some() {
                // A cookie that cannot be written stays in the browser, and names no session.
                let _ = response.add_cookie(&no_cookie(channel.is_secure));
            }
            response
        }
    }
}
