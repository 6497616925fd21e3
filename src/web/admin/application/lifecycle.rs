//! Applications are enabled, disabled and deleted, after one more question.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::Status;
use crate::service::application;

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::page::admin::{Confirm, Deed, Room, Tab};
use super::super::super::reply::{page, see_other};
use super::super::address;
use super::super::desk::{enter, enter_with_form};
use super::subject::{find, head, path};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        address("/admin/applications/{id}/{deed:enable|disable|delete}")
            .route(get().to(get_question))
            .route(post().to(post_deed)),
    );
}

async fn get_question(
    face: Data<Face>,
    request: HttpRequest,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    let (id, deed) = path.into_inner();
    let Some(deed) = Deed::parse(&deed) else { return desk.not_found().await };
    let application = match find(&desk, &id).await? {
        Ok(application) => application,
        Err(answer) => return Ok(answer),
    };
    let id = application.id.clone();
    let assigned = desk.call(move |ctx, operator| application::assignments(ctx, operator, &id)).await?.len();
    let (frame, head) = (desk.frame(Room::Applications, None, None), head(&application, Tab::Other));
    page(StatusCode::OK, &Confirm { frame, head, deed, assigned })
}

async fn post_deed(
    face: Data<Face>,
    request: HttpRequest,
    at: Path<(String, String)>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let (desk, _form) = match enter_with_form(&face, &request, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let (id, deed) = at.into_inner();
    let Some(deed) = Deed::parse(&deed) else { return desk.not_found().await };
    let application = match find(&desk, &id).await? {
        Ok(application) => application,
        Err(answer) => return Ok(answer),
    };
    let id = application.id.clone();
    desk.call(move |ctx, operator| match deed {
        Deed::Enable => application::update_status(ctx, operator, &id, Status::Enabled).map(drop),
        Deed::Disable => application::update_status(ctx, operator, &id, Status::Disabled).map(drop),
        Deed::Delete => application::delete(ctx, operator, &id),
    })
    .await?;
    Ok(see_other(&match deed {
        Deed::Enable => path(&application.id, "?said=enabled"),
        Deed::Disable => path(&application.id, "?said=disabled"),
        Deed::Delete => "/admin/applications?said=deleted".to_owned(),
    }))
}
