//! Sign-on at an application that begins here.

use std::collections::HashMap;

use actix_web::web::{Data, Path, Query, ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::base::ApplicationId;
use crate::service::saml_sso;

use super::super::error::{self, Refused};
use super::super::login::{session_token, signed_in};
use super::super::portal::to_login;
use super::super::{Face, guard};
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
    let relay_state = query.get("RelayState").cloned();
    let (ctx, visit) = (&face.ctx, guard::pass(&request)?.visit);
    let session = session_token(&face, &request);
    let given = match saml_sso::begin(ctx, &id, relay_state.as_deref()).await {
        Ok(asked) => saml_sso::answer(ctx, &visit, session.as_deref(), &asked).await,
        Err(error) => Err(error),
    };
    answer(&request, given)
}
