//! SCIM 2.0 over HTTP (RFC 7644): everything below `/scim/v2`.
//!
//! `received` reads a request, `endpoint` says what its address means, `service` says who asks and what becomes
//! of it, `scim` writes it down. No cookie counts but for `/Me`: the bearer token of a connector is the proof.

mod bulk;
mod discovery;
mod endpoint;
mod exchange;
mod me;
mod received;
mod reply;
mod resource;
mod search;

use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{ALLOW, CONTENT_TYPE, ETAG, LOCATION, RETRY_AFTER, WWW_AUTHENTICATE};
use actix_web::web::{Data, Payload, ServiceConfig, block, scope};
use actix_web::{HttpRequest, HttpResponse, web};
use serde_json::Value;

use crate::scim::{Error, ErrorKind};
use crate::service::Visit;
use crate::service::scim::{LoggedRequest, ScimClient, client, request_log};

use super::error::Refused;
use super::{Face, guard};

use endpoint::Endpoint;
use exchange::Exchange;
use received::{Content, Received};
use reply::Reply;

/// Where the endpoints stand.
const BASE: &str = "/scim/v2";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(scope(BASE).default_service(web::to(answer)));
}

async fn answer(face: Data<Face>, request: HttpRequest, payload: Payload) -> Result<HttpResponse, Refused> {
    let begun = Instant::now();
    let visit = guard::pass(&request)?.visit;
    let received = Received::new(&face, &request, BASE);
    let content = {
        // Whoever is not known may send little; the rest is read once they are.
        let (face, visit, bearer) = (Data::clone(&face), visit.clone(), received.bearer.clone());
        let is_known = async move || {
            let found = block(move || client::authenticate(&face.ctx, &visit, bearer.as_ref())).await;
            matches!(found, Ok(Ok(_)))
        };
        received::read(payload, is_known).await
    };
    let media_type = received.media_type;
    let reply = block(move || {
        let body_length = content.length();
        let (reply, known) = serve(&face, &visit, &received, content);
        if let Some((client, understood)) = known {
            let request = LoggedRequest {
                method: received.method,
                target: received.target,
                status: reply.status,
                refusal: reply.refusal.clone(),
                understood,
                body_length,
                took: begun.elapsed(),
            };
            request_log::record(&face.ctx, &client, &visit, request);
        }
        reply
    })
    .await
    .map_err(Refused::broken)?;
    written(reply, media_type)
}

/// Carries a request out; with who asked and what was understood of it, where somebody known did.
fn serve(
    face: &Face,
    visit: &Visit,
    received: &Received,
    content: Content,
) -> (Reply, Option<(ScimClient, Value)>) {
    let Some(endpoint) = Endpoint::parse(&received.path) else {
        return (Error::new(ErrorKind::NotFound, "there is no such endpoint").into(), None);
    };
    if !endpoint.takes(&received.method) {
        return (Reply::not_allowed(endpoint.allow()), None);
    }
    let base = format!("{}{BASE}", face.public_url.as_str().trim_end_matches('/'));
    if endpoint.is_discovery() {
        return (discovery::answer(&endpoint, received, &base).unwrap_or_else(|refused| *refused), None);
    }
    if endpoint == Endpoint::Me {
        return (me::answer(face, received, &base).unwrap_or_else(|refused| *refused), None);
    }
    let client = match client::authenticate(&face.ctx, visit, received.bearer.as_ref()) {
        Ok(client) => client,
        Err(error) => return (error.into(), None),
    };
    let body = match content.into_json(received) {
        Ok(body) => body,
        Err(error) => return (error.into(), Some((client, Value::Null))),
    };
    let exchange = Exchange {
        ctx: &face.ctx,
        client: &client,
        base: &base,
        parameters: &received.parameters,
        if_match: received.if_match.as_deref(),
        if_none_match: received.if_none_match.as_deref(),
        body: body.as_ref(),
    };
    let reply = dispatch(&exchange, &received.method, &endpoint).unwrap_or_else(|refused| *refused);
    let understood = body.as_ref().map_or(Value::Null, received::understood);
    (reply, Some((client, understood)))
}

/// One operation, whether it came by itself or in a Bulk request.
fn dispatch(exchange: &Exchange<'_>, method: &str, endpoint: &Endpoint) -> Result<Reply, Box<Reply>> {
    match (endpoint, method) {
        (Endpoint::Resources(kind), "POST") => resource::create(exchange, *kind),
        (Endpoint::Resources(kind), _) => search::list(exchange, Some(*kind)),
        (Endpoint::Resource(kind, id), "GET") => resource::load(exchange, *kind, id),
        (Endpoint::Resource(kind, id), "PUT") => resource::replace(exchange, *kind, id),
        (Endpoint::Resource(kind, id), "PATCH") => resource::patch(exchange, *kind, id),
        (Endpoint::Resource(kind, id), _) => resource::delete(exchange, *kind, id),
        (Endpoint::Root, _) => search::list(exchange, None),
        (Endpoint::Search(kind), _) => search::search(exchange, *kind),
        (Endpoint::Bulk, _) => bulk::carry_out(exchange),
        (
            Endpoint::Me
            | Endpoint::ServiceProviderConfig
            | Endpoint::Schemas(_)
            | Endpoint::ResourceTypes(_),
            _,
        ) => Err(Error::new(ErrorKind::NotFound, "there is no such endpoint").into()),
    }
}

/// The bytes of an answer.
fn written(reply: Reply, media_type: &'static str) -> Result<HttpResponse, Refused> {
    let status = StatusCode::from_u16(reply.status).map_err(Refused::broken)?;
    let mut answer = HttpResponse::build(status);
    answer.insert_header((CONTENT_TYPE, media_type));
    if let Some(etag) = reply.etag {
        answer.insert_header((ETAG, etag));
    }
    if let Some(location) = reply.location {
        answer.insert_header((LOCATION, location));
    }
    if let Some(allow) = reply.allow {
        answer.insert_header((ALLOW, allow));
    }
    if let Some(seconds) = reply.retry_after {
        answer.insert_header((RETRY_AFTER, seconds));
    }
    if status == StatusCode::UNAUTHORIZED {
        answer.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"scim\""));
    }
    match reply.body {
        Some(body) => Ok(answer.body(serde_json::to_vec(&body).map_err(Refused::broken)?)),
        None => Ok(answer.finish()),
    }
}
