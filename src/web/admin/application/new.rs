//! Applications are added from the catalogue, by metadata or by hand.

use std::collections::{BTreeMap, HashMap};

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::base::{ApplicationName, fold};
use crate::domain::{self, ApplicationSettings, ApplicationTemplate, Status, TemplateKind};
use crate::service::application::{self, ApplicationSpec};
use crate::service::{self, Context, Operator};

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::form::Form;
use super::super::super::page::admin::{
    Catalogue, NewByHand, NewFromMetadata, NewFromTemplate, Room, TemplateGroup,
};
use super::super::super::reply::{page, see_other};
use super::super::address;
use super::super::desk::{Desk, enter, enter_with_form, refusal, searched};
use super::subject::path;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(address("/admin/applications/new").route(get().to(get_catalogue)))
        .service(
            address("/admin/applications/new/template/{key}")
                .route(get().to(get_template))
                .route(post().to(post_template)),
        )
        .service(
            address("/admin/applications/new/metadata")
                .route(get().to(get_metadata))
                .route(post().to(post_metadata)),
        )
        .service(
            address("/admin/applications/new/by-hand")
                .route(get().to(get_by_hand))
                .route(post().to(post_by_hand)),
        );
}

async fn get_catalogue(
    face: Data<Face>,
    request: HttpRequest,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    let asked = searched(&query, "q");
    let wanted = fold(&asked);
    let templates = application::catalogue(desk.ctx());
    let matches = |template: &&'static ApplicationTemplate| {
        [template.name, template.description, template.key].iter().any(|text| fold(text).contains(&wanted))
    };
    let kinds = [
        (TemplateKind::CloudConsole, "Consoles of clouds"),
        (TemplateKind::Development, "Development and operations"),
        (TemplateKind::Workplace, "Workplace"),
    ];
    let groups = kinds.into_iter().map(|(kind, title)| {
        let of_kind = templates.iter().copied().filter(|template| template.kind == kind);
        TemplateGroup { title, templates: of_kind.filter(matches).collect() }
    });
    let shown = Catalogue {
        frame: desk.frame(Room::Applications, None, None),
        query: &asked,
        groups: groups.filter(|group| !group.templates.is_empty()).collect(),
        leaves_out: templates.len() < ApplicationTemplate::ALL.len(),
    };
    page(StatusCode::OK, &shown)
}

async fn get_template(
    face: Data<Face>,
    request: HttpRequest,
    key: Path<String>,
) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    match application::find_template(desk.ctx(), &key) {
        Some(template) => show_template(&desk, template, (template.name, &BTreeMap::new()), None),
        None => desk.not_found().await,
    }
}

async fn post_template(
    face: Data<Face>,
    request: HttpRequest,
    key: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let (desk, form) = match enter_with_form(&face, &request, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let Some(template) = application::find_template(desk.ctx(), &key) else { return desk.not_found().await };
    let given = template.parameters.iter().map(|it| (it.key.to_owned(), form.text(it.key).to_owned()));
    let values: BTreeMap<String, String> = given.collect();
    let (name, filled) = (form.text("name").to_owned(), values.clone());
    let made = desk
        .attempt(move |ctx, operator| {
            let filled = template.fill(&filled)?;
            let metadata = application::metadata_by_hand(&filled.entity_id, &filled.acs_url, "")?;
            create(ctx, operator, &name, (filled.settings(), metadata))
        })
        .await?;
    match made {
        Ok(id) => {
            // The steps of a template hold what was typed, none of which is secret.
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("said", "added").append_pair("template", template.key).extend_pairs(&values);
            Ok(see_other(&format!("{}?{}", path(&id, "/set-up"), query.finish())))
        }
        Err(error) => {
            let failure = refusal(error)?;
            show_template(&desk, template, (form.text("name"), &values), Some(&failure))
        }
    }
}

fn show_template(
    desk: &Desk,
    template: &'static ApplicationTemplate,
    (name, values): (&str, &BTreeMap<String, String>),
    failure: Option<&str>,
) -> Result<HttpResponse, Refused> {
    let frame = desk.frame(Room::Applications, None, failure);
    page(status(failure), &NewFromTemplate { frame, template, name, values })
}

async fn get_metadata(face: Data<Face>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    let frame = desk.frame(Room::Applications, None, None);
    page(StatusCode::OK, &NewFromMetadata { frame, name: "", metadata: "" })
}

async fn post_metadata(face: Data<Face>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Refused> {
    let (desk, form) = match enter_with_form(&face, &request, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let (name, metadata) = (form.text("name").to_owned(), form.text("metadata").trim().to_owned());
    let made = desk
        .attempt(move |ctx, operator| {
            create(ctx, operator, &name, (ApplicationSettings::default(), metadata))
        })
        .await?;
    match made {
        Ok(id) => Ok(see_other(&path(&id, "/set-up?said=added"))),
        Err(error) => {
            let failure = refusal(error)?;
            let frame = desk.frame(Room::Applications, None, Some(&failure));
            let (name, metadata) = (form.text("name"), form.text("metadata"));
            page(StatusCode::BAD_REQUEST, &NewFromMetadata { frame, name, metadata })
        }
    }
}

async fn get_by_hand(face: Data<Face>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let desk = match enter(&face, &request).await? {
        Ok(desk) => desk,
        Err(answer) => return Ok(answer),
    };
    page(StatusCode::OK, &by_hand(&desk, None, None))
}

async fn post_by_hand(face: Data<Face>, request: HttpRequest, body: Bytes) -> Result<HttpResponse, Refused> {
    let (desk, form) = match enter_with_form(&face, &request, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let text = |name: &str| form.text(name).trim().to_owned();
    let (name, entity_id, acs_url) = (form.text("name").to_owned(), text("entity_id"), text("acs_url"));
    let certificate = text("certificate");
    let made = desk
        .attempt(move |ctx, operator| {
            let metadata = application::metadata_by_hand(&entity_id, &acs_url, &certificate)?;
            create(ctx, operator, &name, (ApplicationSettings::default(), metadata))
        })
        .await?;
    match made {
        Ok(id) => Ok(see_other(&path(&id, "/set-up?said=added"))),
        Err(error) => {
            let failure = refusal(error)?;
            page(StatusCode::BAD_REQUEST, &by_hand(&desk, Some(&form), Some(&failure)))
        }
    }
}

fn by_hand<'a>(desk: &'a Desk, form: Option<&'a Form>, failure: Option<&'a str>) -> NewByHand<'a> {
    let text = |name: &str| form.map_or("", |form| form.text(name));
    NewByHand {
        frame: desk.frame(Room::Applications, None, failure),
        name: text("name"),
        entity_id: text("entity_id"),
        acs_url: text("acs_url"),
        certificate: text("certificate"),
    }
}

fn create(
    ctx: &Context,
    operator: &Operator,
    name: &str,
    (settings, metadata): (ApplicationSettings, String),
) -> Result<crate::base::ApplicationId, service::Error> {
    let name = ApplicationName::parse(name.trim()).map_err(domain::Error::from)?;
    let spec = ApplicationSpec { name, status: Status::Enabled, settings, metadata };
    Ok(application::create(ctx, operator, spec, Vec::new())?.id)
}

const fn status(failure: Option<&str>) -> StatusCode {
    if failure.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK }
}
