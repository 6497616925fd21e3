//! Where an application's metadata is fetched: said, fetched now, and what waits for an administrator's yes.

use actix_web::web::{Bytes, Data, Path, ServiceConfig, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::base::ApplicationId;
use crate::domain::Application;
use crate::service::application::{self, Refreshed};
use crate::service::{self, Context, Operator};

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::form::Form;
use super::super::super::page::admin::OriginFields;
use super::super::super::reply::see_other;
use super::super::address;
use super::super::desk::{Desk, enter_with_form, refusal};
use super::provider_metadata::{self, Shown};
use super::subject::{find, path};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(address("/admin/applications/{id}/metadata/source").route(post().to(post_source)))
        .service(address("/admin/applications/{id}/metadata/refresh").route(post().to(post_refresh)))
        .service(address("/admin/applications/{id}/metadata/approve").route(post().to(post_approve)))
        .service(address("/admin/applications/{id}/metadata/dismiss").route(post().to(post_dismiss)));
}

async fn post_source(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let (desk, form, application) = match enter_for(&face, &request, &id, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let typed = OriginFields::read(|field| form.text(field));
    let (of, said) = (application.id.clone(), typed.clone());
    let done = desk
        .attempt(move |ctx, operator| {
            let origin = application::origin_by_hand(&said.url, &said.signers, said.auto_approve_signed)?;
            let done = if origin.is_some() { "source" } else { "no-source" };
            application::update_origin(ctx, operator, &of, origin)?;
            Ok(done)
        })
        .await?;
    answer(&desk, &application, done, Some(typed)).await
}

async fn post_refresh(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    act(&face, &request, (&id, &body), |ctx, operator, id, _revision| {
        Ok(match application::refresh(ctx, operator, id)? {
            Refreshed::Unchanged => "unchanged",
            Refreshed::Applied(_) => "applied",
            Refreshed::Held(_) => "held",
        })
    })
    .await
}

async fn post_approve(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    act(&face, &request, (&id, &body), |ctx, operator, id, revision| {
        application::approve(ctx, operator, id, revision).map(|_changed| "approved")
    })
    .await
}

async fn post_dismiss(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    act(&face, &request, (&id, &body), |ctx, operator, id, revision| {
        application::dismiss(ctx, operator, id, revision).map(|()| "dismissed")
    })
    .await
}

/// Does something with the metadata of an application and the revision that the form names.
async fn act(
    face: &Data<Face>,
    request: &HttpRequest,
    (id, body): (&str, &Bytes),
    work: fn(&Context, &Operator, &ApplicationId, &str) -> Result<&'static str, service::Error>,
) -> Result<HttpResponse, Refused> {
    let (desk, form, application) = match enter_for(face, request, id, body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let (of, revision) = (application.id.clone(), form.text("revision").to_owned());
    let done = desk.attempt(move |ctx, operator| work(ctx, operator, &of, &revision)).await?;
    answer(&desk, &application, done, None).await
}

async fn enter_for(
    face: &Data<Face>,
    request: &HttpRequest,
    id: &str,
    body: &Bytes,
) -> Result<Result<(Desk, Form, Application), HttpResponse>, Refused> {
    let (desk, form) = match enter_with_form(face, request, body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(Err(answer)),
    };
    Ok(find(&desk, id).await?.map(|application| (desk, form, application)))
}

/// Back to the page with what was done; or the page as it is now, with why it was not, and what was typed.
async fn answer(
    desk: &Desk,
    application: &Application,
    done: Result<&'static str, service::Error>,
    typed: Option<OriginFields>,
) -> Result<HttpResponse, Refused> {
    match done {
        Ok(done) => Ok(see_other(&path(&application.id, &format!("/metadata?said={done}")))),
        Err(error) => {
            let failure = refusal(error)?;
            let shown = Shown { typed, ..Shown::now(application, Some(Err(&failure))) };
            provider_metadata::show(desk, application, shown).await
        }
    }
}
