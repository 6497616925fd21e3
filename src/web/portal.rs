//! The portal: accounts, and one click into a console.

use std::collections::HashMap;
use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig, block, get, post, resource};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::{AccessConfigurationId, AccountId};
use crate::domain::Application;
use crate::service::own_ram_user::{OwnRamUser, RamUserReadiness};
use crate::service::{PortalSession, Principal, issue, portal, ram_user_sso, role_sso};

use super::cookie::Purpose;
use super::error::{self, Refused};
use super::form::Form;
use super::guard;
use super::login::{form_token, signed_in};
use super::post_on::post_on;
use super::reply::{page, see_other};
use super::{Face, page as view};

/// So many accounts are listed at once; a search finds the others.
const SHOWN: usize = 200;
const LONGEST_QUERY: usize = 128;

pub(super) fn routes(config: &mut ServiceConfig) {
    let refuse = || web::to(error::method_not_allowed);
    config
        .service(resource("/portal").route(get().to(get_portal)).default_service(refuse()))
        .service(
            resource("/portal/accounts/{account_id}/access-configurations/{access_configuration_id}/console")
                .route(post().to(post_role))
                .default_service(refuse()),
        )
        .service(
            resource("/portal/accounts/{account_id}/ram-user/console")
                .route(post().to(post_ram_user))
                .default_service(refuse()),
        );
}

async fn get_portal(
    face: Data<Face>,
    request: HttpRequest,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let Some(session) = signed_in(&face, &request).await? else { return Ok(to_login(&request)) };
    let query: String = query.get("q").map_or("", |query| query.trim()).chars().take(LONGEST_QUERY).collect();
    let (called, asked, by) = (Data::clone(&face), query.clone(), session.clone());
    let found = block(move || portal::view(&called.ctx, &by, &asked)).await.map_err(Refused::broken)?;
    let found = found.map_err(|error| Refused::from(error).of(&request))?;
    let csrf_token = form_token(&face, &request, Purpose::Session)?;
    page(StatusCode::OK, &view(&found, &session, &query, &csrf_token))
}

async fn post_role(
    face: Data<Face>,
    request: HttpRequest,
    path: Path<(String, String)>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let Some(session) = signed_in(&face, &request).await? else { return Ok(see_other("/login")) };
    let form = Form::read(&face, &request, &body, Purpose::Session)?;
    let (account, configuration) = path.into_inner();
    let (Some(account), Some(configuration)) =
        (AccountId::parse(&account), AccessConfigurationId::parse(&configuration))
    else {
        return error::not_found(request).await;
    };
    let (pass, called) = (guard::pass(&request)?, Data::clone(&face));
    let nonce = pass.nonce.clone();
    let entry =
        role_sso::Entry { account, configuration, relay_state: Some(form.text("RelayState").to_owned()) };
    let logon = block(move || {
        let entitlement = role_sso::entitle(&called.ctx, &pass.visit, &session, &entry)?;
        issue(&called.ctx, entitlement)
    });
    let logon = logon.await.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(&request))?;
    post_on(&logon, &nonce, "the console")
}

async fn post_ram_user(
    face: Data<Face>,
    request: HttpRequest,
    path: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let Some(session) = signed_in(&face, &request).await? else { return Ok(see_other("/login")) };
    let form = Form::read(&face, &request, &body, Purpose::Session)?;
    let Some(account) = AccountId::parse(&path) else { return error::not_found(request).await };
    let (pass, called) = (guard::pass(&request)?, Data::clone(&face));
    let nonce = pass.nonce.clone();
    let relay_state = form.text("RelayState").to_owned();
    let logon = block(move || {
        let entitlement =
            ram_user_sso::entitle(&called.ctx, &pass.visit, &session, &account, Some(&relay_state))?;
        issue(&called.ctx, entitlement)
    });
    let logon = logon.await.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(&request))?;
    post_on(&logon, &nonce, "the console")
}

/// To the sign-in page, and back here afterwards.
pub(super) fn to_login(request: &HttpRequest) -> HttpResponse {
    let next = request.uri().to_string();
    let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", &next).finish();
    see_other(&format!("/login?{query}"))
}

fn view<'a>(
    found: &'a portal::Portal,
    session: &'a PortalSession,
    query: &'a str,
    csrf_token: &'a str,
) -> view::Portal<'a> {
    let (username, is_administrator) = person(session);
    view::Portal {
        csrf_token,
        organisation: &found.organisation,
        display_name: session.principal().shown_name(),
        username,
        is_administrator,
        query,
        total: found.total,
        found: found.accounts.len(),
        accounts: found.accounts.iter().take(SHOWN).map(account).collect(),
        applications: found.applications.iter().map(application).collect(),
    }
}

/// The name that somebody signs in with, and whether they are an administrator.
pub(super) fn person(session: &PortalSession) -> (&str, bool) {
    match session.principal() {
        Principal::User(user) => (user.spec.user_name.as_str(), false),
        Principal::Administrator(administrator) => (administrator.user_name.as_str(), true),
    }
}

fn application(application: &Application) -> view::Application<'_> {
    view::Application { id: &application.id, name: application.name.as_str() }
}

fn account(account: &portal::PortalAccount) -> view::Account<'_> {
    view::Account {
        id: &account.account.id,
        name: &account.account.name,
        folders: account.folders.iter().map(String::as_str).collect(),
        roles: account.roles.iter().map(role).collect(),
        ram_user: account.ram_user.as_ref().map(ram_user),
    }
}

fn role(role: &portal::PortalRole) -> view::Role<'_> {
    let spec = &role.configuration.spec;
    view::Role {
        id: &role.configuration.id,
        name: spec.name.as_str(),
        description: &spec.description,
        session: Duration::from_secs(u64::from(spec.session_seconds)),
        readiness: if role.is_ready { view::Readiness::Ready } else { view::Readiness::Preparing },
        landing_pages: Vec::new(),
    }
}

fn ram_user(ram_user: &OwnRamUser) -> view::RamUser<'_> {
    view::RamUser {
        principal_name: &ram_user.principal_name,
        name: &ram_user.ram_user_name,
        readiness: match ram_user.readiness {
            RamUserReadiness::Ready => view::Readiness::Ready,
            RamUserReadiness::Preparing => view::Readiness::Preparing,
            RamUserReadiness::Failed => view::Readiness::Failed,
        },
        has_permissions: ram_user.has_permissions,
    }
}
