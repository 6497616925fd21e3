//! What every request passes first: the Host must be ours, the request gets an id, a nonce and a
//! deadline of patience, and whatever is answered carries the security headers.

use std::net::IpAddr;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage as _, HttpRequest, ResponseError as _, web};
use data_encoding::BASE64URL_NOPAD;

use crate::base::RequestId;
use crate::service::Visit;

use super::error::Refused;
use super::pass::{FormTarget, Pass, find};
use super::{Face, client};

/// The pass of a request that the guard let in.
pub(super) fn pass(request: &HttpRequest) -> Result<Pass, Refused> {
    find(request).ok_or_else(|| Refused::broken("a request came past the guard"))
}

/// The middleware.
///
/// # Errors
/// Those of the inner service.
pub async fn guard(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(face) = request.app_data::<web::Data<Face>>().cloned() else {
        return Err(Refused::broken("no face is configured").into());
    };
    let is_https = face.is_https();
    let pass = match open(&face, request.request()) {
        Ok(pass) => pass,
        Err(refused) => {
            let mut answer = refused.error_response();
            secure(answer.headers_mut(), is_https, "", None);
            return Ok(request.into_response(answer));
        }
    };
    let (method, path) = (request.method().clone(), request.path().to_owned());
    request.extensions_mut().insert(pass.clone());
    let mut answer = next.call(request).await?.map_into_boxed_body();
    let target = answer.response().extensions().get::<FormTarget>().cloned();
    let headers = answer.headers_mut();
    secure(headers, is_https, &pass.nonce, target.as_ref().map(|target| target.0.as_str()));
    if let Ok(id) = HeaderValue::from_str(pass.visit.request_id.as_str()) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    tracing::info!(
        request.id = %pass.visit.request_id,
        %method,
        path,
        status = answer.status().as_u16(),
        client = %pass.visit.address,
        "answered"
    );
    Ok(answer)
}

fn open(face: &Face, request: &HttpRequest) -> Result<Pass, Refused> {
    let request_id: RequestId = face.ctx.request_id()?;
    let peer = request.peer_addr().map(|peer| peer.ip());
    if !is_our_host(face, request, peer) {
        return Err(Refused::misdirected(request_id.as_str()));
    }
    let user_agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    let nonce = BASE64URL_NOPAD.encode(&face.ctx.random_bytes::<16>()?);
    let visit = Visit {
        address: client::address(face, request),
        user_agent: user_agent.unwrap_or_default().to_owned(),
        request_id,
    };
    Ok(Pass { visit, nonce })
}

/// The public address, and on loopback the loopback's names, with the port or without: some stock
/// clients leave it out.
fn is_our_host(face: &Face, request: &HttpRequest, peer: Option<IpAddr>) -> bool {
    let Some(host) = request.headers().get(header::HOST).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let host = host.to_ascii_lowercase();
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port.parse().ok()),
        _ => (host.as_str(), None),
    };
    let is_port = port.is_none()
        || port == face.public_url.port_or_known_default()
        || port == Some(request.app_config().local_addr().port());
    let is_public = face.public_url.host_str().is_some_and(|own| own.eq_ignore_ascii_case(name));
    let is_loopback =
        peer.is_some_and(|peer| peer.is_loopback()) && matches!(name, "localhost" | "127.0.0.1" | "[::1]");
    is_port && (is_public || is_loopback)
}

fn secure(headers: &mut HeaderMap, is_https: bool, nonce: &str, form_target: Option<&str>) {
    let script = if nonce.is_empty() { "'none'".to_owned() } else { format!("'nonce-{nonce}'") };
    let form_action = form_target.map_or_else(|| "'self'".to_owned(), |target| format!("'self' {target}"));
    let policy = format!(
        "default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; \
         form-action {form_action}; base-uri 'none'; frame-ancestors 'none'"
    );
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_SECURITY_POLICY, &policy);
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if is_https {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=31536000; includeSubDomains");
    }
    if !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
