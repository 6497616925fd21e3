//! Sign-on at an application that begins here.

use std::collections::HashMap;

use actix_web::web::{Data, Path, Query, ServiceConfig, block, get, resource};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::ApplicationId;
use crate::service::saml_sso;

use super::super::Face;
use super::super::error::{self, Refused};
use super::super::login::signed_in;
use super::super::portal::to_login;
use super::sso::answer;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/applications/{application_id}/start")
            .route(get().to(get_start))
            .default_service(web::to(error::method_not_allowed)),
    );
}

async fn get_start(
    face: Data<Face>,
    request: HttpRequest,
    path: Path<String>,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let Some(id) = ApplicationId::parse(&path) else { return error::not_found(request).await };
    // Whoever is not signed in learns nothing of what applications there are.
    if signed_in(&face, &request).await?.is_none() {
        return Ok(to_login(&request));
    }
    let (called, relay_state) = (Data::clone(&face), query.get("RelayState").cloned());
    let begun = block(move || saml_sso::begin(&called.ctx, &id, relay_state.as_deref())).await;
    let asked = begun.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(&request))?;
    answer(&face, &request, asked).await
}
