//! The identity provider's metadata, for whoever is to trust our assertions.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::{Data, ServiceConfig, get, resource};
use actix_web::{HttpResponse, web};

use super::{Face, error};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/saml/idp/metadata")
            .route(get().to(get_metadata))
            .default_service(web::to(error::method_not_allowed)),
    );
}

async fn get_metadata(face: Data<Face>) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/samlmetadata+xml"))
        .insert_header((CACHE_CONTROL, "public, max-age=300"))
        .body(face.ctx.identity_provider().metadata().to_owned())
}
