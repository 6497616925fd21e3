//! Who may sign in to an application.

use std::collections::HashMap;

use actix_web::http::StatusCode;
use actix_web::web::{Bytes, Data, Path, Query, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};

use crate::domain::{self, Application, Assignee, AssigneeKind};
use crate::service::{application, group, user};

use super::super::super::Face;
use super::super::super::error::Refused;
use super::super::super::page::admin::{Assignments, Room, Tab};
use super::super::super::reply::{page, see_other};
use super::super::address;
use super::super::desk::{Desk, enter, enter_with_form, refusal};
use super::subject::{enter_at_with_form, find, head, path, said};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            address("/admin/applications/{id}/assignments")
                .route(get().to(get_assignments))
                .route(post().to(post_assignment)),
        )
        .service(
            address("/admin/applications/{id}/assignments/{assignee}/remove").route(post().to(post_removal)),
        );
}

async fn get_assignments(
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
        Ok(application) => show(&desk, &application, said(&query), None).await,
        Err(answer) => Ok(answer),
    }
}

async fn post_assignment(
    face: Data<Face>,
    request: HttpRequest,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let (desk, application, form) = match enter_at_with_form(&face, &request, &id, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let (kind, name) = (AssigneeKind::parse(form.text("kind")), form.text("name").trim().to_owned());
    let to = application.id.clone();
    let done = desk
        .attempt(move |ctx, operator| {
            let assignee = match kind {
                Some(AssigneeKind::User) => {
                    user::find_by_name(ctx, operator, &name)?.map(|user| Assignee::User(user.id))
                }
                Some(AssigneeKind::Group) => {
                    group::find_by_name(ctx, operator, &name)?.map(|group| Assignee::Group(group.id))
                }
                None => return Err(domain::Error::invalid("kind", "must be User or Group").into()),
            };
            let kind = kind.map_or("Assignee", AssigneeKind::as_str);
            let assignee = assignee.ok_or_else(|| domain::Error::missing(kind, format_args!("{name:?}")))?;
            application::assign(ctx, operator, &to, &assignee)
        })
        .await?;
    match done {
        Ok(is_new) => {
            let word = if is_new { "assigned" } else { "known" };
            Ok(see_other(&path(&application.id, &format!("/assignments?said={word}"))))
        }
        Err(error) => {
            let failure = refusal(error)?;
            let typed = (kind == Some(AssigneeKind::User), form.text("name"));
            show(&desk, &application, None, Some((&failure, typed))).await
        }
    }
}

async fn post_removal(
    face: Data<Face>,
    request: HttpRequest,
    ids: Path<(String, String)>,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let (desk, _form) = match enter_with_form(&face, &request, &body).await? {
        Ok(entered) => entered,
        Err(answer) => return Ok(answer),
    };
    let (id, assignee) = ids.into_inner();
    let application = match find(&desk, &id).await? {
        Ok(application) => application,
        Err(answer) => return Ok(answer),
    };
    let Some(assignee) = Assignee::parse(&assignee) else { return desk.not_found().await };
    let of = application.id.clone();
    desk.call(move |ctx, operator| application::unassign(ctx, operator, &of, &assignee)).await?;
    Ok(see_other(&path(&application.id, "/assignments?said=removed")))
}

async fn show(
    desk: &Desk,
    application: &Application,
    said: Option<&str>,
    refused: Option<(&str, (bool, &str))>,
) -> Result<HttpResponse, Refused> {
    let id = application.id.clone();
    let assignments =
        desk.call(move |ctx, operator| application::named_assignments(ctx, operator, &id)).await?;
    let (failure, typed) = refused.unzip();
    let (to_user, typed) = typed.unwrap_or_default();
    let shown = Assignments {
        frame: desk.frame(Room::Applications, said, failure),
        head: head(application, Tab::Assignments),
        assignments: &assignments,
        to_user,
        typed,
    };
    page(if failure.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK }, &shown)
}
