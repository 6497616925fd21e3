//! Single logout: messages of applications, and a browser that is led from one to the next.

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, LOCATION};
use actix_web::web::{Bytes, Data, ServiceConfig, block, get, post, resource};
use actix_web::{HttpRequest, HttpResponse, web};

use crate::service::saml_slo::{self, Finished, Incoming, Outgoing, Received, Step};
use crate::service::saml_sso;

use super::super::cookie::{self, Purpose};
use super::super::error::{self, Refused};
use super::super::form::Form;
use super::super::login::signed_in;
use super::super::post_on::post_message;
use super::super::reply::{page, see_other};
use super::super::{Face, guard, page as view, saml_address};

/// What an envelope is sent as: the type of SOAP 1.1, or the one of SOAP 1.2, which pysaml2 says of either.
const SOAP: [&str; 2] = ["text/xml", "application/soap+xml"];

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource(saml_address::SLO)
            .app_data(web::PayloadConfig::new(saml_sso::LONGEST_MESSAGE))
            .route(get().to(get_message))
            .route(post().to(post_message_of_application))
            .default_service(web::to(error::method_not_allowed)),
    );
}

/// A message by HTTP-Redirect, or a logout that goes on.
async fn get_message(face: Data<Face>, request: HttpRequest) -> Result<HttpResponse, Refused> {
    let query = request.query_string();
    if let Some(token) = saml_address::logout_token(query) {
        return go_on(&face, &request, token.to_owned()).await;
    }
    take(&face, &request, Incoming::Redirect(query.to_owned())).await
}

/// A message by HTTP-POST, or from server to server by SOAP.
async fn post_message_of_application(
    face: Data<Face>,
    request: HttpRequest,
    body: Bytes,
) -> Result<HttpResponse, Refused> {
    let content_type = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let is_soap = content_type
        .and_then(|value| value.split(';').next())
        .is_some_and(|value| SOAP.iter().any(|kind| value.trim().eq_ignore_ascii_case(kind)));
    if is_soap {
        return answer_server(&face, &request, &body).await;
    }
    let form = Form::of_stranger(&request, &body)?;
    let text = |name: &str| form.text(name).to_owned();
    let incoming = Incoming::Post {
        saml_request: text("SAMLRequest"),
        saml_response: text("SAMLResponse"),
        relay_state: text("RelayState"),
    };
    take(&face, &request, incoming).await
}

async fn take(face: &Data<Face>, request: &HttpRequest, incoming: Incoming) -> Result<HttpResponse, Refused> {
    let (visit, called) = (guard::pass(request)?.visit, Data::clone(face));
    let taken = block(move || saml_slo::receive(&called.ctx, &visit, &incoming)).await;
    match taken.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(request))? {
        Received::Going(token) => Ok(see_other(&saml_address::of_logout(&token))),
        Received::Answer(outgoing) => send(request, &outgoing),
        Received::Nothing => Ok(see_other("/login?signedOut")),
    }
}

async fn go_on(face: &Data<Face>, request: &HttpRequest, token: String) -> Result<HttpResponse, Refused> {
    let called = Data::clone(face);
    let step = block(move || saml_slo::advance(&called.ctx, &token)).await.map_err(Refused::broken)?;
    let mut answer = match step.map_err(|error| Refused::from(error).of(request))? {
        Step::Send(outgoing) => lead_on(request, &outgoing)?,
        Step::Finished(Finished { answer: Some(outgoing), was_led: true, .. }) => {
            lead_on(request, &outgoing)?
        }
        Step::Finished(Finished { answer: Some(outgoing), .. }) => send(request, &outgoing)?,
        Step::Finished(Finished { applications, answer: None, .. }) => {
            let applications = applications
                .iter()
                .map(|told| view::ToldApplication { name: &told.name, outcome: told.outcome });
            page(StatusCode::OK, &view::SignedOut { applications: applications.collect() })?
        }
    };
    // The browser may hold a session of somebody else, which goes on.
    if cookie::read(face, request, Purpose::Session).is_some() && signed_in(face, request).await?.is_none() {
        answer.add_cookie(&cookie::remove(face, Purpose::Session)).map_err(Refused::broken)?;
    }
    Ok(answer)
}

/// The browser carries a message on, by a page of ours in between: where it comes from a form of whatever page, it would
/// hold the next address against the policy of that page.
fn lead_on(request: &HttpRequest, outgoing: &Outgoing) -> Result<HttpResponse, Refused> {
    match outgoing {
        Outgoing::Redirect { address, application } => {
            let title = format!("Signing out of {application}");
            page(StatusCode::OK, &view::LeadOn { address, title: &title, to: application })
        }
        Outgoing::Post { .. } => send(request, outgoing),
    }
}

/// The browser carries a message on.
fn send(request: &HttpRequest, outgoing: &Outgoing) -> Result<HttpResponse, Refused> {
    match outgoing {
        Outgoing::Redirect { address, .. } => Ok(HttpResponse::SeeOther()
            .insert_header((LOCATION, address.as_str()))
            .insert_header((CACHE_CONTROL, "no-store"))
            .finish()),
        Outgoing::Post { url, field, value, relay_state, application } => post_message(&view::PostOn {
            nonce: &guard::pass(request)?.nonce,
            url,
            field,
            message: value,
            relay_state: (!relay_state.is_empty()).then_some(relay_state.as_str()),
            title: &format!("Signing out of {application}"),
            identity: "",
            to: application,
        }),
    }
}

async fn answer_server(
    face: &Data<Face>,
    request: &HttpRequest,
    body: &Bytes,
) -> Result<HttpResponse, Refused> {
    let Ok(envelope) = std::str::from_utf8(body) else { return Err(Refused::malformed().of(request)) };
    let (visit, called, envelope) = (guard::pass(request)?.visit, Data::clone(face), envelope.to_owned());
    let answered = block(move || saml_slo::receive_soap(&called.ctx, &visit, &envelope)).await;
    let answer = answered.map_err(Refused::broken)?.map_err(|error| Refused::from(error).of(request))?;
    // SOAP 1.1 would have 500 for a fault of the sender's, too; that is what our own are told by.
    let status = if answer.is_fault { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    Ok(HttpResponse::build(status)
        .insert_header((CONTENT_TYPE, "text/xml; charset=utf-8"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(answer.envelope))
}
