//! The identity provider's metadata, for whoever is to trust our assertions: one for everybody, and one for each
//! application, which may know us by another entity id.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, Path, ServiceConfig, block, get, resource};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::ApplicationId;
use crate::service::{application, keys};

use super::super::Face;
use super::super::error::{self, Refused};

pub(super) fn routes(config: &mut ServiceConfig) {
    let refuse = || web::to(error::method_not_allowed);
    config
        .service(resource("/saml/idp/metadata").route(get().to(get_metadata)).default_service(refuse()))
        .service(
            resource("/saml/idp/metadata/{application_id}")
                .route(get().to(get_metadata_of_application))
                .default_service(refuse()),
        );
}

async fn get_metadata(face: Data<Face>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let called = Data::clone(&face);
    let written = block(move || keys::metadata(&called.ctx)).await.map_err(Refused::broken)?;
    Ok(answer(written.map_err(|error| Refused::from(error).of(&request))?))
}

async fn get_metadata_of_application(
    face: Data<Face>,
    request: HttpRequest,
    path: Path<String>,
) -> Result<HttpResponse, Refused> {
    let Some(id) = ApplicationId::parse(&path) else { return error::not_found(request).await };
    let called = Data::clone(&face);
    let found = block(move || application::metadata_for(&called.ctx, &id)).await.map_err(Refused::broken)?;
    Ok(answer(found.map_err(|error| Refused::from(error).of(&request))?))
}

fn answer(metadata: String) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/samlmetadata+xml"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(metadata)
}
