//! Every application.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Query, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::Status;
use crate::service::application;

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::page::admin::{ApplicationList, Room};
use super::super::super::reply::page;
use super::super::address;
use super::super::desk::{enter, searched};
use super::subject::said;

/// So many are listed at once; a search finds the others.
const SHOWN: usize = 300;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(address("/admin/applications").route(get().to(get_list)));
}

async fn get_list(
    face: Data<Face>,
    request: HttpRequest,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    let (asked, status) = (searched(&query, "q"), Status::parse(&searched(&query, "status")));
    let text = asked.clone();
    let (found, total) =
        desk.call(move |ctx, operator| application::search(ctx, operator, &text, status)).await?;
    let shown = ApplicationList {
        frame: desk.frame(Room::Applications, said(&query), None),
        query: &asked,
        status: status.map_or("", Status::as_str),
        total,
        found: found.len(),
        applications: found.get(..SHOWN).unwrap_or(&found),
    };
    page(StatusCode::OK, &shown)
}
