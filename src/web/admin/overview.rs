//! What there is to administer.

use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::Status;
use crate::service::{application, directory, key_details};

use super::super::Face;
use super::super::error::Refused;
use super::super::page::admin::{Overview, Room};
use super::super::reply::page;
use super::address;
use super::desk::enter;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(address("/admin").route(get().to(get_overview)));
}

async fn get_overview(face: Data<Face>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    let (organisation, applications, troubles, is_ending) = desk
        .call(|ctx, operator| {
            let (enabled, total) = application::search(ctx, operator, "", Some(Status::Enabled))?;
            let troubles = application::metadata_troubles(ctx, operator)?;
            let is_ending = key_details::list(ctx, operator)?.iter().any(|key| key.is_ending);
            Ok((directory::organisation_name(ctx)?, (total, enabled.len()), troubles, is_ending))
        })
        .await?;
    let ours = desk.ctx().identity_provider();
    let shown = Overview {
        frame: desk.frame(Room::Overview, None, None),
        organisation: &organisation,
        applications,
        troubles: &troubles,
        has_ending_key: is_ending,
        entity_id: ours.entity_id(),
        sso_url: ours.sso_url(),
    };
    page(StatusCode::OK, &shown)
}
