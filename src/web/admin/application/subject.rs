//! The application that a page is about.

use std::collections::HashMap;

use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};

use crate::base::ApplicationId;
use crate::domain::{Application, Status};
use crate::service::application;

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::form::Form;
use super::super::super::page::admin::{Head, Tab};
use super::super::desk::{Desk, enter, enter_with_form};

/// Lets an administrator in, to the page of the application with this id; gives everybody else what they get in its
/// place.
pub(super) async fn enter_at(
    face: &Data<Face>,
    request: &HttpRequest,
    id: &str,
) -> Result<Result<(Desk, Application), HttpResponse>, Refused> {
    let desk = match enter(face, request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(Err(answer)),
    };
    Ok(find(&desk, id).await?.map(|application| (desk, application)))
}

/// As [`enter_at`], with a form that the page sent.
pub(super) async fn enter_at_with_form(
    face: &Data<Face>,
    request: &HttpRequest,
    id: &str,
    body: &Bytes,
) -> Result<Result<(Desk, Application, Form), HttpResponse>, Refused> {
    let (desk, form) = match enter_with_form(face, request, body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(Err(answer)),
    };
    Ok(find(&desk, id).await?.map(|application| (desk, application, form)))
}

/// The application with this id, or the refusal that there is none.
pub(super) async fn find(desk: &Desk, id: &str) -> Result<Result<Application, HttpResponse>, Refused> {
    let Some(id) = ApplicationId::parse(id) else { return desk.not_found().await.map(Err) };
    desk.call(move |ctx, operator| application::load(ctx, operator, &id)).await.map(Ok)
}

/// What stands above its pages.
pub(super) fn head(application: &Application, tab: Tab) -> Head<'_> {
    Head {
        id: &application.id,
        name: application.name.as_str(),
        entity_id: &application.entity_id,
        is_enabled: application.status == Status::Enabled,
        starts_here: application.settings.allows_idp_initiated,
        tab,
    }
}

/// Where a page of it is; with what was done, for [`said`].
pub(super) fn path(id: &ApplicationId, rest: &str) -> String {
    format!("/admin/applications/{id}{rest}")
}

/// What was done, by the word that a redirect brought.
pub(super) fn said(query: &HashMap<String, String>) -> Option<&'static str> {
    Some(match query.get("said")?.as_str() {
        "added" => "The application is added.",
        "saved" => "Saved.",
        "assigned" => "Assigned.",
        "known" => "They had it already.",
        "removed" => "Removed.",
        "enabled" => "Enabled: people are signed in again.",
        "disabled" => "Disabled: nobody is signed in any more.",
        "deleted" => "The application is deleted.",
        "source" => "Saved. It is fetched in a moment.",
        "no-source" => "Saved. Its metadata is not fetched any more.",
        "unchanged" => "Fetched. Nothing is new.",
        "applied" => "Fetched. What is new counts from now on.",
        "held" => "Fetched. The changes wait for your yes.",
        "approved" => "Approved. The changes count from now on.",
        "dismissed" => "Rejected. Nobody is asked about these changes again, unless it is fetched by hand.",
        _ => return None,
    })
}
