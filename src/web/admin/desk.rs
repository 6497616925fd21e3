//! Who stands at the desk, and what stands around each page of it.

use std::collections::HashMap;

use actix_web::web::{Bytes, Data, block};
use actix_web::{HttpRequest, HttpResponse};

use crate::service::{self, Context, Operator, PortalSession, admin_session};

use super::super::cookie::Purpose;
use super::super::error::{self, Refused};
use super::super::form::Form;
use super::super::login::{form_token, signed_in};
use super::super::page::admin::{Frame, Room};
use super::super::portal::{person, to_login};
use super::super::reply::see_other;
use super::super::{Face, guard};

/// An administrator at the desk.
pub(super) struct Desk {
    face: Data<Face>,
    request: HttpRequest,
    session: PortalSession,
    operator: Operator,
    csrf_token: String,
}

/// Lets an administrator in; gives everybody else what they get in the place of the page.
pub(super) async fn enter(
    face: &Data<Face>,
    request: &HttpRequest,
) -> Result<Result<Desk, HttpResponse>, Refused> {
    let Some(session) = signed_in(face, request).await? else { return Ok(Err(to_login(request))) };
    let (visit, called, by) = (guard::pass(request)?.visit, Data::clone(face), session.clone());
    let found = block(move || admin_session::operator(&called.ctx, &visit, &by)).await;
    let found = found.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(request))?;
    let Some(operator) = found else { return error::not_found(request.clone()).await.map(Err) };
    let csrf_token = form_token(face, request, Purpose::Session)?;
    let (face, request) = (Data::clone(face), request.clone());
    Ok(Ok(Desk { face, request, session, operator, csrf_token }))
}

/// As [`enter`], with a form that a page of the desk sent.
pub(super) async fn enter_with_form(
    face: &Data<Face>,
    request: &HttpRequest,
    body: &Bytes,
) -> Result<Result<(Desk, Form), HttpResponse>, Refused> {
    match enter(face, request).await? {
        Ok(desk) => {
            let form = Form::read(face, request, body, Purpose::Session)?;
            Ok(Ok((desk, form)))
        }
        // What was sent is not sent again after a sign-in.
        Err(answer) if answer.status().is_redirection() => Ok(Err(see_other("/login"))),
        Err(answer) => Ok(Err(answer)),
    }
}

impl Desk {
    /// Calls a use case as the administrator.
    pub(super) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Context, &Operator) -> Result<T, service::Error> + Send + 'static,
    ) -> Result<T, Refused> {
        self.attempt(work).await?.map_err(|error| Refused::from(error).of(&self.request))
    }

    /// Calls a use case that may refuse what was typed: a refusal is for the form.
    pub(super) async fn attempt<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Context, &Operator) -> Result<T, service::Error> + Send + 'static,
    ) -> Result<Result<T, service::Error>, Refused> {
        let (face, operator) = (Data::clone(&self.face), self.operator.clone());
        block(move || work(&face.ctx, &operator)).await.map_err(Refused::broken)
    }

    /// What stands around a page.
    pub(super) fn frame<'a>(
        &'a self,
        here: Room,
        said: Option<&'a str>,
        failure: Option<&'a str>,
    ) -> Frame<'a> {
        Frame { csrf_token: &self.csrf_token, username: person(&self.session).0, here, said, failure }
    }

    /// The refusal for something that is not there.
    pub(super) async fn not_found(&self) -> Result<HttpResponse, Refused> {
        error::not_found(self.request.clone()).await
    }

    /// The use cases' context, for what needs no database.
    pub(super) fn ctx(&self) -> &Context {
        &self.face.ctx
    }
}

/// A refusal of what was typed, in words for the form; what is none stays an error.
pub(super) fn refusal(error: service::Error) -> Result<String, Refused> {
    match error {
        service::Error::Refused(refusal) => Ok(refusal.message),
        other => Err(Refused::from(other)),
    }
}

/// A word of a query, trimmed and no longer than a search is.
pub(super) fn searched(query: &HashMap<String, String>, name: &str) -> String {
    query.get(name).map_or("", |text| text.trim()).chars().take(128).collect()
}
