//! Applications are added by the address of their metadata, which is fetched then and whenever it is due.

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::base::ApplicationName;
use crate::domain::{self, ApplicationSettings, Status};
use crate::service::application::{self, RemoteApplication};

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::page::admin::{NewByAddress, OriginFields, Room};
use super::super::super::reply::{page, see_other};
use super::super::address;
use super::super::desk::{enter, enter_with_form, refusal};
use super::subject::path;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        address("/admin/applications/new/address")
            .route(get().to(get_by_address))
            .route(post().to(post_by_address)),
    );
}

async fn get_by_address(face: Data<Face>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    let frame = desk.frame(Room::Applications, None, None);
    page(StatusCode::OK, &NewByAddress { frame, name: "", origin: OriginFields::default() })
}

async fn post_by_address(
    face: Data<Face>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let (desk, form) = match enter_with_form(&face, &request, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let (name, typed) = (form.text("name").to_owned(), OriginFields::read(|field| form.text(field)));
    let (url, signers, approves) = (typed.url.clone(), typed.signers.clone(), typed.auto_approve_signed);
    let made = desk
        .attempt(move |ctx, operator| {
            let name = ApplicationName::parse(name.trim()).map_err(domain::Error::from)?;
            let origin = application::origin_by_hand(&url, &signers, approves)?
                .ok_or_else(|| domain::Error::invalid("MetadataUrl", "must be an address"))?;
            let (status, settings) = (Status::Enabled, ApplicationSettings::default());
            let said = RemoteApplication { name, status, settings, origin };
            Ok(application::create_by_url(ctx, operator, said, Vec::new())?.id)
        })
        .await?;
    match made {
        Ok(id) => Ok(see_other(&path(&id, "/set-up?said=added"))),
        Err(error) => {
            let failure = refusal(error)?;
            let frame = desk.frame(Room::Applications, None, Some(&failure));
            let shown = NewByAddress { frame, name: form.text("name"), origin: typed };
            page(StatusCode::BAD_REQUEST, &shown)
        }
    }
}
