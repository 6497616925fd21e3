//! What somebody would get at an application, to be looked at and not to be sent.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Query, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain;
use crate::service::{saml_sso, user};

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::page::admin::{Room, Tab, TestLogonPage};
use super::super::super::reply::page;
use super::super::address;
use super::super::desk::refusal;
use super::subject::{enter_at, head};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(address("/admin/applications/{id}/test").route(get().to(get_test)));
}

async fn get_test(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let (desk, application) = match enter_at(&face, &request, &id).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let person: String = query.get("person").map_or("", |name| name.trim()).chars().take(256).collect();
    let tested = if person.is_empty() {
        None
    } else {
        let (id, name) = (application.id.clone(), person.clone());
        let tested = desk.attempt(move |ctx, operator| {
            let found = user::find_by_name(ctx, operator, &name)?;
            let found = found.ok_or_else(|| domain::Error::missing("User", format_args!("{name:?}")))?;
            saml_sso::test_logon(ctx, operator, &id, &found.id)
        });
        Some(tested.await?)
    };
    let (test, failure) = match tested {
        None => (None, None),
        Some(Ok(test)) => (Some(test), None),
        Some(Err(error)) => (None, Some(refusal(error)?)),
    };
    let shown = TestLogonPage {
        frame: desk.frame(Room::Applications, None, failure.as_deref()),
        head: head(&application, Tab::Test),
        person: &person,
        test: test.as_ref(),
    };
    page(if failure.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK }, &shown)
}
