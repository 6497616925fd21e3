//! What went between us and an application lately.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};

use crate::service::saml_exchange;

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::page::admin::{Exchanges, Room, Tab};
use super::super::super::reply::page;
use super::super::address;
use super::subject::{enter_at, head};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(address("/admin/applications/{id}/exchanges").route(get().to(get_exchanges)));
}

async fn get_exchanges(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let (desk, application) = match enter_at(&face, &request, &id).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let id = application.id.clone();
    let exchanges = desk.call(move |ctx, operator| saml_exchange::list(ctx, operator, Some(&id))).await?;
    let shown = Exchanges {
        frame: desk.frame(Room::Applications, None, None),
        head: head(&application, Tab::Exchanges),
        exchanges: &exchanges,
    };
    page(StatusCode::OK, &shown)
}
