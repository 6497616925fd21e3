//! What a service provider says of itself, and something else in its place.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::Application;
use crate::saml::ServiceProvider;
use crate::service::application::{self, ApplicationEdit};

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::page::admin::{OriginFields, ProviderMetadata, Room, Tab};
use super::super::super::reply::{page, see_other};
use super::super::address;
use super::super::desk::{Desk, enter, refusal};
use super::subject::{enter_at_with_form, find, head, path, said};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        address("/admin/applications/{id}/metadata")
            .route(get().to(get_metadata))
            .route(post().to(post_metadata)),
    );
}

async fn get_metadata(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    match find(&desk, &id).await? {
        Ok(application) => show(&desk, &application, Shown::now(&application, said(&query).map(Ok))).await,
        Err(answer) => Ok(answer),
    }
}

async fn post_metadata(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let (desk, application, form) = match enter_at_with_form(&face, &request, &id, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let version = form.text("version").parse().unwrap_or_default();
    let metadata = form.text("metadata").trim().to_owned();
    let (of, edit) =
        (application.id.clone(), ApplicationEdit { metadata: Some(metadata), ..Default::default() });
    let saved =
        desk.attempt(move |ctx, operator| application::edit(ctx, operator, &of, version, edit)).await?;
    match saved {
        Ok(_saved) => Ok(see_other(&path(&application.id, "/metadata?said=saved"))),
        Err(error) => {
            let failure = refusal(error)?;
            let now = Shown::now(&application, Some(Err(&failure)));
            show(&desk, &application, Shown { version, metadata: form.text("metadata"), ..now }).await
        }
    }
}

/// What the page shows, beside the application.
pub(super) struct Shown<'a> {
    pub(super) version: i64,
    pub(super) metadata: &'a str,
    /// What was typed of where the metadata is; what is known where nothing was.
    pub(super) typed: Option<OriginFields>,
    pub(super) outcome: Option<Result<&'a str, &'a str>>,
}

impl<'a> Shown<'a> {
    /// As everything is, with what was done or refused.
    pub(super) fn now(application: &'a Application, outcome: Option<Result<&'a str, &'a str>>) -> Self {
        Self { version: application.version, metadata: &application.metadata, typed: None, outcome }
    }
}

pub(super) async fn show(
    desk: &Desk,
    application: &Application,
    shown: Shown<'_>,
) -> Result<HttpResponse, Refused> {
    let of = application.id.clone();
    let source = desk.call(move |ctx, operator| application::load_source(ctx, operator, &of)).await?;
    let (known, signer_fingerprints) = match &source {
        Some((source, _)) => {
            let (signers, fingerprints) = application::signers_of(&source.origin).map_err(Refused::broken)?;
            let (url, auto_approve_signed) = (source.origin.url.clone(), source.origin.auto_approve_signed);
            (OriginFields { url, signers, auto_approve_signed }, fingerprints)
        }
        None => (OriginFields::default(), Vec::new()),
    };
    let provider = ServiceProvider::parse(&application.metadata).map_err(Refused::broken)?;
    let acs_urls: Vec<String> =
        provider.assertion_consumer_services.iter().map(|acs| acs.url.clone()).collect();
    let keys = provider.signing_certificates.iter().map(|certificate| certificate.fingerprint());
    let signing_keys = keys.collect::<Result<Vec<_>, _>>().map_err(Refused::broken)?;
    let Shown { version, metadata, typed, outcome } = shown;
    let failure = outcome.and_then(Result::err);
    let shown = ProviderMetadata {
        frame: desk.frame(Room::Applications, outcome.and_then(Result::ok), failure),
        head: head(application, Tab::Metadata),
        version,
        metadata,
        acs_urls: &acs_urls,
        signing_keys: &signing_keys,
        source: source.as_ref().map(|(source, _)| source),
        signer_fingerprints: &signer_fingerprints,
        pending: source.as_ref().and_then(|(_, pending)| pending.as_ref()),
        is_typed: typed.is_some(),
        origin: typed.unwrap_or(known),
    };
    page(if failure.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK }, &shown)
}
