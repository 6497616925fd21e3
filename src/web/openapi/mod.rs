//! The CloudSSO OpenAPI, version 2021-05-15: calls of `POST /` and `GET /`, whose action stands in
//! `x-acs-action` or in the parameter `Action`.
//!
//! `rpc` reads the call, `service` verifies its signature and says whether its caller may; here an action is
//! found in one table, its parameters become a call of `service`, and what comes back becomes the members of
//! an answer. No cookie is looked at: the signature is the proof. One file per resource.

mod access_configuration;
mod action;
mod assignment;
mod console_session;
mod directory;
mod drift;
mod group;
mod invocation;
mod paging;
mod permission_policy;
mod provisioned_user;
mod provisioning;
mod resource_directory;
mod scim_connector;
mod scim_credential;
mod scim_request;
mod service_status;
mod target;
mod task;
mod user;
mod user_provisioning;
mod user_provisioning_event;

use std::future::poll_fn;
use std::pin::pin;

use actix_web::body::{BodyStream, MessageBody};
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use actix_web::web::{Data, Payload, ServiceConfig, block, get, post, resource};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use crate::domain::{self, Kind};
use crate::rpc::{Answer, Body, Call, Format, Received};
use crate::service::{self, Visit, rpc_caller};

use super::error::{self, Refused, openapi_fault};
use super::reply::see_other;
use super::{Face, guard};

pub use action::{ACTION_NAMES, OWN_ACTION_NAMES};
use invocation::Invocation;

/// The version of the API.
pub const VERSION: &str = "2021-05-15";

/// Two policy documents and then some.
const BODY_LIMIT: usize = 64 * 1024;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(
        resource("/")
            .route(get().to(get_root))
            .route(post().to(answer))
            .default_service(web::to(error::method_not_allowed)),
    );
}

/// A call, or somebody who typed the address.
async fn get_root(face: Data<Face>, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Refused> {
    let is_call = request.headers().contains_key("x-acs-action")
        || request.query_string().split('&').any(|pair| pair.starts_with("Action="));
    if is_call { answer(face, request, payload).await } else { Ok(see_other("/portal")) }
}

async fn answer(face: Data<Face>, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Refused> {
    let visit = guard::pass(&request)?.visit;
    let request_id = visit.request_id.to_string();
    let body = read(payload).await.ok_or_else(|| Refused::malformed().of(&request))?;
    let headers = request.headers().iter().map(|(name, value)| (name.as_str(), value.as_bytes()));
    let target = (request.path(), request.query_string());
    let received = Received::new(request.method().as_str(), target, headers, body);
    let host = received.host().to_owned();
    let outcome = block(move || call(&received, &face, &visit)).await.map_err(Refused::broken)?;
    let Outcome { action, format, result } = outcome;
    let mut wait = None;
    let answer = match result {
        Ok(members) => Answer::success(format, &action, &request_id, members),
        Err(error) => {
            if let service::Error::Throttled(duration) = &error {
                wait = Some(duration.as_secs().max(1));
            }
            let fault = openapi_fault(&error);
            match fault.status {
                500.. => tracing::error!(request.id = request_id, action, %error, "call failed"),
                _ => tracing::info!(request.id = request_id, action, %error, "call refused"),
            }
            Answer::failure(format, &request_id, &host, &fault)
        }
    };
    let status = StatusCode::from_u16(answer.status).map_err(Refused::broken)?;
    let mut reply = HttpResponse::build(status);
    reply.insert_header((CONTENT_TYPE, answer.content_type)).insert_header((CACHE_CONTROL, "no-store"));
    if let Some(seconds) = wait {
        reply.insert_header((RETRY_AFTER, seconds));
    }
    Ok(reply.body(answer.body))
}

/// Reads the body; `None` where it broke off.
async fn read(payload: Payload) -> Option<Body> {
    let mut stream = pin!(BodyStream::new(payload));
    let mut body = Body::up_to(BODY_LIMIT);
    while let Some(piece) = poll_fn(|context| stream.as_mut().poll_next(context)).await {
        if !body.push(&piece.ok()?) {
            break;
        }
    }
    Some(body)
}

struct Outcome {
    /// As far as it could be read.
    action: String,
    format: Format,
    result: Result<Value, service::Error>,
}

fn call(received: &Received, face: &Face, visit: &Visit) -> Outcome {
    match received.request().and_then(|request| Call::parse(&request)) {
        Ok(call) => {
            Outcome { action: call.action.clone(), format: call.format, result: carry_out(face, visit, call) }
        }
        Err(error) => Outcome { action: String::new(), format: received.format(), result: Err(error.into()) },
    }
}

fn carry_out(face: &Face, visit: &Visit, call: Call) -> Result<Value, service::Error> {
    let unknown = |code, message: String| domain::Error::new(Kind::Missing, code, message);
    if call.version != VERSION {
        let message = format!("Specified parameter Version is not valid: it must be {VERSION}.");
        return Err(domain::Error::new(Kind::Invalid, "InvalidVersion", message).into());
    }
    let Some(action) = action::find(&call.action) else {
        let message = format!("Specified api is not found: there is no action {}.", call.action);
        return Err(unknown("InvalidAction.NotFound", message).into());
    };
    let (caller, call) = rpc_caller::authenticate(&face.ctx, visit, call)?;
    let invocation =
        Invocation { ctx: &face.ctx, caller: &caller, parameters: call.parameters(), action: action.name };
    (action.verb)(&invocation)
}
