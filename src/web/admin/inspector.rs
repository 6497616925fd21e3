//! The message inspector.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Query, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::service::saml_sso::{self, Inspection, Moment};
use crate::service::{self, saml_exchange};

use super::super::Face;
use super::super::error::Refused;
use super::super::page::admin::{Inspector, Room};
use super::super::reply::page;
use super::address;
use super::desk::{Desk, enter, enter_with_form};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        address("/admin/saml/inspector").route(get().to(get_inspector)).route(post().to(post_message)),
    );
}

async fn get_inspector(
    face: Data<Face>,
    request: HttpRequest,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    let Some(id) = query.get("exchange").cloned() else {
        return show(&desk, StatusCode::OK, ("", false), None).await;
    };
    let found = desk.call(move |ctx, operator| saml_exchange::find(ctx, operator, &id)).await?;
    match found.map(|exchange| exchange.message).filter(|message| !message.is_empty()) {
        // It was judged when it came; what has changed since is its age, most of all.
        Some(message) => inspect(&desk, &message, Moment::Made).await,
        None => desk.not_found().await,
    }
}

async fn post_message(face: Data<Face>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Refused> {
    let (desk, form) = match enter_with_form(&face, &request, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let moment = if form.text("moment") == "made" { Moment::Made } else { Moment::Now };
    inspect(&desk, form.text("message"), moment).await
}

async fn inspect(desk: &Desk, message: &str, moment: Moment) -> Result<HttpResponse, Refused> {
    let text = message.to_owned();
    let found = desk.attempt(move |ctx, operator| saml_sso::inspect(ctx, operator, &text, moment)).await?;
    let typed = (message, moment == Moment::Made);
    match found {
        Ok(inspection) => show(desk, StatusCode::OK, typed, Some(Ok(&inspection))).await,
        Err(service::Error::Saml(error)) => {
            let failure = format!("There is no message in it: {error}");
            show(desk, StatusCode::BAD_REQUEST, typed, Some(Err(&failure))).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn show(
    desk: &Desk,
    status: StatusCode,
    (message, as_made): (&str, bool),
    outcome: Option<Result<&Inspection, &str>>,
) -> Result<HttpResponse, Refused> {
    let strangers = desk.call(|ctx, operator| saml_exchange::list(ctx, operator, None)).await?;
    let (inspection, failure) = match outcome {
        None => (None, None),
        Some(Ok(inspection)) => (Some(inspection), None),
        Some(Err(failure)) => (None, Some(failure)),
    };
    let frame = desk.frame(Room::Inspector, None, failure);
    page(status, &Inspector { frame, message, as_made, inspection, strangers: &strangers })
}
