//! Somebody's own console sessions: seen, and ended before their time.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig, block, get, post, resource};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::ConsoleSessionId;
use crate::domain::{AuthenticationMethod, ConsoleIdentity};
use crate::service::PortalSession;
use crate::service::console_session::{self, OwnSession};

use super::cookie::Purpose;
use super::error::{self, Refused};
use super::form::Form;
use super::guard;
use super::login::{form_token, signed_in};
use super::portal::{person, to_login};
use super::reply::{page, see_other};
use super::{Face, page as view, user_agent};

/// So many sessions are listed at once; "End all" ends the others too.
const SHOWN: usize = 100;

pub(super) fn routes(config: &mut ServiceConfig) {
    let refuse = || web::to(error::method_not_allowed);
    config
        .service(resource("/portal/sessions").route(get().to(get_sessions)).default_service(refuse()))
        .service(resource("/portal/sessions/end").route(post().to(post_end_all)).default_service(refuse()))
        .service(resource("/portal/sessions/{id}/end").route(post().to(post_end)).default_service(refuse()));
}

async fn get_sessions(
    face: Data<Face>,
    request: HttpRequest,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let Some(session) = signed_in(&face, &request).await? else { return Ok(to_login(&request)) };
    let (called, by) = (Data::clone(&face), session.clone());
    let found = block(move || console_session::list_own(&called.ctx, &by)).await.map_err(Refused::broken)?;
    let found = found.map_err(|error| Refused::from(error).of(&request))?;
    let csrf_token = form_token(&face, &request, Purpose::Session)?;
    let ended = query.get("ended").and_then(|count| count.parse().ok());
    let mut shown = view(&found, &session, ended, &csrf_token);
    shown.ends_at_once = console_session::ends_at_once(&face.ctx);
    page(StatusCode::OK, &shown)
}

async fn post_end(
    face: Data<Face>,
    request: HttpRequest,
    path: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let Some(session) = signed_in(&face, &request).await? else { return Ok(see_other("/login")) };
    Form::read(&face, &request, &body, Purpose::Session)?;
    let Some(id) = ConsoleSessionId::parse(&path) else { return error::not_found(request).await };
    let (visit, called) = (guard::pass(&request)?.visit, Data::clone(&face));
    let ended = block(move || console_session::end_own(&called.ctx, &visit, &session, &id)).await;
    ended.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(&request))?;
    Ok(back(1))
}

async fn post_end_all(face: Data<Face>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Refused> {
    let Some(session) = signed_in(&face, &request).await? else { return Ok(see_other("/login")) };
    Form::read(&face, &request, &body, Purpose::Session)?;
    let (visit, called) = (guard::pass(&request)?.visit, Data::clone(&face));
    let ended = block(move || console_session::end_all_own(&called.ctx, &visit, &session)).await;
    let ended = ended.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(&request))?;
    Ok(back(ended))
}

/// To the list, which says that so many were ended.
fn back(ended: usize) -> HttpResponse {
    see_other(&format!("/portal/sessions?ended={ended}"))
}

fn view<'a>(
    found: &'a [OwnSession],
    session: &'a PortalSession,
    ended: Option<usize>,
    csrf_token: &'a str,
) -> view::Sessions<'a> {
    let (username, is_administrator) = person(session);
    view::Sessions {
        csrf_token,
        display_name: session.principal().shown_name(),
        username,
        is_administrator,
        ended,
        total: found.len(),
        ends_at_once: true,
        sessions: found.iter().take(SHOWN).map(shown).collect(),
    }
}

fn shown(own: &OwnSession) -> view::Session<'_> {
    let session = &own.session;
    view::Session {
        id: &session.id,
        account: &own.account_name,
        account_id: &session.account_id,
        identity: match session.identity {
            ConsoleIdentity::Role(_) => view::SessionIdentity::Role(&session.identity_name),
            ConsoleIdentity::RamUser => view::SessionIdentity::RamUser(&session.identity_name),
        },
        started_at: session.started_at,
        expires_at: session.expires_at,
        address: &session.source_address,
        browser: user_agent::in_words(&session.user_agent),
        authentication: match session.method {
            AuthenticationMethod::PasswordAndTotp => "password and one-time code",
        },
    }
}
