//! The keys by which service providers know us: where each is in its life, and the next one put in the place of the one
//! in use.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::base::SigningKeyId;
use crate::domain::KeyGroup;
use crate::service::keys::{self, Turn};
use crate::service::{key_details, key_details::KeyDetails};

use super::super::Face;
use super::super::error::Refused;
use super::super::page::admin::{Keys, Room, TurnKeys};
use super::super::reply::{page, see_other};
use super::address;
use super::desk::{Desk, enter, enter_with_form, refusal};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(address("/admin/saml/keys").route(get().to(get_keys))).service(
        address("/admin/saml/keys/{group}/turn").route(get().to(get_question)).route(post().to(post_turn)),
    );
}

async fn get_keys(
    face: Data<Face>,
    request: HttpRequest,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    let keys = desk.call(key_details::list).await?;
    let said = match query.get("said").map(String::as_str) {
        Some("turned") => Some("Turned. The accounts are being told, and our metadata says so already."),
        _ => None,
    };
    page(StatusCode::OK, &Keys { frame: desk.frame(Room::Keys, said, None), keys: &keys })
}

async fn get_question(
    face: Data<Face>,
    request: HttpRequest,
    group: Path<String>,
) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    match find(&desk, &group).await? {
        Some((group, active, next)) => ask(&desk, (group, &active, next.as_ref()), None),
        None => desk.not_found().await,
    }
}

async fn post_turn(
    face: Data<Face>,
    request: HttpRequest,
    group: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let (desk, form) = match enter_with_form(&face, &request, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let Some((group, active, next)) = find(&desk, &group).await? else { return desk.not_found().await };
    let Some(from) = SigningKeyId::parse(form.text("from")) else { return Err(Refused::malformed()) };
    let turn = Turn { group, from, takes_unknown: form.text("takes_unknown") == "true" };
    match desk.attempt(move |ctx, operator| keys::turn_from(ctx, operator, turn)).await? {
        Ok(()) => Ok(see_other("/admin/saml/keys?said=turned")),
        Err(error) => ask(&desk, (group, &active, next.as_ref()), Some(&refusal(error)?)),
    }
}

type Pair = (KeyGroup, KeyDetails, Option<KeyDetails>);

async fn find(desk: &Desk, group: &str) -> Result<Option<Pair>, Refused> {
    let Some(group) = KeyGroup::parse(group) else { return Ok(None) };
    let found = desk.call(move |ctx, operator| key_details::find_pair(ctx, operator, group)).await?;
    Ok(found.map(|(active, next)| (group, active, next)))
}

fn ask(
    desk: &Desk,
    (group, active, next): (KeyGroup, &KeyDetails, Option<&KeyDetails>),
    failure: Option<&str>,
) -> Result<HttpResponse, Refused> {
    let frame = desk.frame(Room::Keys, None, failure);
    let status = if failure.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    page(status, &TurnKeys { frame, group, active, next })
}
