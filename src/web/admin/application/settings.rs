//! What administrators decide about an application: shown, tried on somebody, saved.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::{self, Application, ApplicationSettings};
use crate::service::application::{self, ApplicationEdit};
use crate::service::saml_sso::{self, Preview};
use crate::service::{self, user};

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::page::admin::{FieldProblem, Room, SettingFields, Settings, Tab};
use super::super::super::reply::{page, see_other};
use super::super::address;
use super::super::desk::{Desk, refusal};
use super::setting_form;
use super::subject::{enter_at, enter_at_with_form, head, path, said};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        address("/admin/applications/{id}").route(get().to(get_settings)).route(post().to(post_settings)),
    );
}

/// What a page shows beside the application.
struct Shown<'a> {
    version: i64,
    fields: SettingFields,
    problems: Vec<FieldProblem>,
    person: &'a str,
    preview: Option<&'a Preview>,
    said: Option<&'a str>,
    failure: Option<&'a str>,
}

async fn get_settings(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    query: Query<HashMap<String, String>>,
) -> Result<HttpResponse, Refused> {
    let (desk, application) = match enter_at(&face, &request, &id).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let mut fields = setting_form::of_application(&application);
    setting_form::with_room(&mut fields, false);
    let shown = Shown {
        version: application.version,
        fields,
        problems: Vec::new(),
        person: "",
        preview: None,
        said: said(&query),
        failure: None,
    };
    show(&desk, &application, &shown)
}

async fn post_settings(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let (desk, application, form) = match enter_at_with_form(&face, &request, &id, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let mut fields = setting_form::read(&form);
    let version = form.text("version").parse().unwrap_or_default();
    let (name, settings, problems) = setting_form::settle(&fields);
    let (deed, person) = (form.text("deed"), form.text("person").trim());
    let tried = match deed {
        "preview" => Some(preview(&desk, &application, settings.clone(), person).await?),
        "save" if problems.is_empty() => {
            let (of, edit) =
                (application.id.clone(), ApplicationEdit { name, settings: Some(settings), metadata: None });
            let saved =
                desk.attempt(move |ctx, operator| application::edit(ctx, operator, &of, version, edit));
            match saved.await? {
                Ok(_saved) => return Ok(see_other(&path(&application.id, "?said=saved"))),
                Err(error) => Some(Err(error)),
            }
        }
        _ => None,
    };
    let (tried, refused) = match tried {
        None => (None, None),
        Some(Ok(preview)) => (Some(preview), None),
        Some(Err(error)) => (None, Some(refusal(error)?)),
    };
    let is_stopped = deed == "save" && !problems.is_empty();
    let failure = match &refused {
        Some(refused) => Some(refused.as_str()),
        None => is_stopped.then_some("Nothing was saved: see what is marked below."),
    };
    setting_form::with_room(&mut fields, deed == "rows");
    let problems = if deed == "rows" { Vec::new() } else { problems };
    let preview = tried.as_ref();
    show(&desk, &application, &Shown { version, fields, problems, person, preview, said: None, failure })
}

async fn preview(
    desk: &Desk,
    application: &Application,
    settings: ApplicationSettings,
    person: &str,
) -> Result<Result<Preview, service::Error>, Refused> {
    let (id, name) = (application.id.clone(), person.to_owned());
    desk.attempt(move |ctx, operator| {
        let found = user::find_by_name(ctx, operator, &name)?;
        let found = found.ok_or_else(|| domain::Error::missing("User", format_args!("{name:?}")))?;
        saml_sso::preview(ctx, operator, &id, &settings, &found.id)
    })
    .await
}

fn show(desk: &Desk, application: &Application, shown: &Shown<'_>) -> Result<HttpResponse, Refused> {
    let status = if shown.failure.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let settings = Settings {
        frame: desk.frame(Room::Applications, shown.said, shown.failure),
        head: head(application, Tab::Settings),
        version: shown.version,
        fields: &shown.fields,
        problems: &shown.problems,
        person: shown.person,
        preview: shown.preview,
    };
    page(status, &settings)
}
