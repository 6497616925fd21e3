//! What an application's own administrator has to know and do.

use std::collections::{BTreeMap, HashMap};

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Data, Path, Query, ServiceConfig, get};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::ApplicationTemplate;
use crate::service::application::{self, OwnDetails};

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::page::admin::{Room, SetUp, Tab};
use super::super::super::reply::page;
use super::super::address;
use super::subject::{enter_at, head, said};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(address("/admin/applications/{id}/set-up").route(get().to(get_set_up)))
        .service(address("/admin/applications/{id}/certificate.pem").route(get().to(get_certificate)));
}

async fn get_set_up(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let (desk, application) = match enter_at(&face, &request, &id).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let of = application.clone();
    let (details, assigned) = desk
        .call(move |ctx, operator| {
            let assigned = application::assignments(ctx, operator, &of.id)?.len();
            Ok((application::own_details(ctx, operator, &of)?, assigned))
        })
        .await?;
    let certificate = format!("/admin/applications/{}/certificate.pem", application.id);
    let shown = SetUp {
        frame: desk.frame(Room::Applications, said(&query), None),
        head: head(&application, Tab::SetUp),
        details: &details,
        template: steps(&query, &details, &certificate),
        assigned,
    };
    page(StatusCode::OK, &shown)
}

/// The steps of the template that the address names, with the parameters that it has.
fn steps(
    query: &HashMap<String, String>,
    details: &OwnDetails,
    certificate: &str,
) -> Option<(&'static str, &'static str, Vec<String>)> {
    let template = ApplicationTemplate::find(query.get("template")?)?;
    let given = template.parameters.iter().filter_map(|parameter| {
        query.get(parameter.key).map(|value| (parameter.key.to_owned(), value.clone()))
    });
    let filled = template.fill(&given.collect::<BTreeMap<_, _>>()).ok()?;
    Some((template.name, template.source, filled.steps(&details.for_steps(certificate))))
}

async fn get_certificate(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
) -> Result<HttpResponse, Refused> {
    let (desk, application) = match enter_at(&face, &request, &id).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let file = format!("attachment; filename=\"{}.pem\"", application.id);
    let details =
        desk.call(move |ctx, operator| application::own_details(ctx, operator, &application)).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/x-pem-file"))
        .insert_header((CONTENT_DISPOSITION, file))
        .body(details.certificate.pem))
}
