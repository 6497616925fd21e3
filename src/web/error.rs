//! The one place where kinds of refusal become status codes. A page says what to do next; what went
//! wrong inside goes to the log, under the id that the page shows.

use std::fmt;

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;

use crate::domain::{self, Kind};
use crate::rpc::Fault;
use crate::scim::{self, ErrorKind};
use crate::service;
use crate::service::scim::guard;

use super::{page, pass};

/// A request that is answered with a page of refusal.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    sentence: String,
    request_id: String,
    retry_after_seconds: Option<u64>,
}

impl Refused {
    /// The form was not sent by a page of ours in this browser.
    pub(super) fn forged() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "This form is out of date, or was not sent from this site. Go back, load the page again and repeat what you did.",
        )
    }

    /// The request is not one that the page sends.
    pub(super) fn malformed() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "The request could not be understood.")
    }

    /// The Host is none of ours.
    pub(super) fn misdirected(request_id: &str) -> Self {
        let mut refused =
            Self::new(StatusCode::MISDIRECTED_REQUEST, "This site is not served under the address you used.");
        request_id.clone_into(&mut refused.request_id);
        refused
    }

    /// Something of ours failed.
    pub(super) fn broken(cause: impl fmt::Display) -> Self {
        tracing::error!(%cause, "a request failed");
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Something went wrong on our side. Nothing was changed. Try again, and tell your administrator if it stays.",
        )
    }

    /// The same, with the request's id for the page to show.
    pub(super) fn of(mut self, request: &HttpRequest) -> Self {
        if let Some(pass) = pass::find(request) {
            self.request_id = pass.visit.request_id.to_string();
        }
        self
    }

    fn new(status: StatusCode, sentence: impl Into<String>) -> Self {
        Self { status, sentence: sentence.into(), request_id: String::new(), retry_after_seconds: None }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.status, self.sentence)
    }
}

impl From<service::Error> for Refused {
    fn from(error: service::Error) -> Self {
        let Some(kind) = error.kind() else { return Self::broken(error) };
        let mut refused = Self::new(status(kind), "");
        match error {
            service::Error::Refused(refusal) => refused.sentence = refusal.message,
            service::Error::Throttled(wait) => {
                refused.sentence =
                    "There were too many failed attempts. Wait a moment, then try again.".to_owned();
                refused.retry_after_seconds = Some(wait.as_secs().max(1));
            }
            held @ service::Error::Held(_) => refused.sentence = held.to_string(),
            error @ (service::Error::Storage(_)
            | service::Error::Crypto(_)
            | service::Error::Saml(_)
            | service::Error::Cloud(_)
            | service::Error::Rpc(_)
            | service::Error::Scim(_)) => {
                tracing::warn!(%error, "a request could not be served at the moment");
                refused.sentence = "The service is busy. Try again in a moment.".to_owned();
                refused.retry_after_seconds = Some(2);
            }
        }
        refused
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let page = page::Refusal {
            status: self.status.as_u16(),
            title: title(self.status),
            sentence: &self.sentence,
            request_id: &self.request_id,
            way_out: Some(page::WayOut { label: "To the portal", path: "/portal" }),
        };
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header((CACHE_CONTROL, "no-store"));
        if let Some(seconds) = self.retry_after_seconds {
            answer.insert_header((RETRY_AFTER, seconds));
        }
        match page.render() {
            Ok(body) => answer.insert_header((CONTENT_TYPE, "text/html; charset=utf-8")).body(body),
            Err(_unrendered) => {
                answer.insert_header((CONTENT_TYPE, "text/plain")).body(self.sentence.clone())
            }
        }
    }
}

/// The status code of each kind of refusal.
fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Unauthenticated => StatusCode::UNAUTHORIZED,
        Kind::Denied => StatusCode::FORBIDDEN,
        Kind::Missing => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Limit => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// The OpenAPI's face of a refusal: the vendor's code, its status, and a message that is safe to show.
pub(super) fn openapi_fault(error: &service::Error) -> Fault {
    match error {
        service::Error::Refused(refusal) => {
            Fault::new(openapi_status(refusal.kind), refusal.code.clone(), refusal.message.clone())
        }
        service::Error::Rpc(error) => Fault::from(error.clone()),
        service::Error::Throttled(wait) => Fault::new(
            429,
            "Throttling.User",
            format!("Too many calls were refused. Wait {} s, then try again.", wait.as_secs().max(1)),
        ),
        held @ service::Error::Held(_) => Fault::new(429, "LimitExceeded.SCIMMassChange", held.to_string()),
        service::Error::Storage(_)
        | service::Error::Crypto(_)
        | service::Error::Saml(_)
        | service::Error::Cloud(_)
        | service::Error::Scim(_) => match error.kind() {
            Some(_) => Fault::new(503, "ServiceUnavailable", "The service is busy. Try again in a moment."),
            None => Fault::new(
                500,
                "InternalError",
                "The request processing has failed due to some unknown error. Nothing was changed.",
            ),
        },
    }
}

/// The OpenAPI's status code of each kind of refusal; a quota is a conflict there.
const fn openapi_status(kind: Kind) -> u16 {
    match kind {
        Kind::Invalid => 400,
        Kind::Unauthenticated => 401,
        Kind::Denied => 403,
        Kind::Missing => 404,
        Kind::Conflict | Kind::Limit => 409,
        Kind::Unavailable => 503,
    }
}

/// SCIM's face of a refusal, and after how many seconds to come again where that is known.
pub(super) fn scim_error(error: &service::Error) -> (scim::Error, Option<u64>) {
    match error {
        service::Error::Scim(error) => (error.clone(), None),
        service::Error::Refused(refusal) => {
            let retry_after = (refusal.kind == Kind::Unavailable).then_some(2);
            (scim::Error::new(scim_kind(refusal), refusal.message.clone()), retry_after)
        }
        service::Error::Throttled(wait) => {
            let seconds = wait.as_secs().max(1);
            let detail = format!("too many requests were refused; wait {seconds} s");
            (scim::Error::new(ErrorKind::TooManyRequests, detail), Some(seconds))
        }
        held @ service::Error::Held(_) => {
            let seconds = guard::RETRY_AFTER.as_secs();
            (scim::Error::new(ErrorKind::TooManyRequests, held.to_string()), Some(seconds))
        }
        service::Error::Storage(_)
        | service::Error::Crypto(_)
        | service::Error::Saml(_)
        | service::Error::Cloud(_)
        | service::Error::Rpc(_) => {
            tracing::error!(%error, "a SCIM request failed");
            match error.kind() {
                Some(_) => (scim::Error::new(ErrorKind::Unavailable, "the service is busy"), Some(2)),
                None => {
                    (scim::Error::new(ErrorKind::Internal, "something failed; nothing was changed"), None)
                }
            }
        }
    }
}

/// SCIM's kind of each refusal. A quota stays used up, so nobody is asked to come again.
fn scim_kind(refusal: &domain::Error) -> ErrorKind {
    match refusal.kind {
        Kind::Invalid => ErrorKind::InvalidValue,
        Kind::Unauthenticated => ErrorKind::Unauthenticated,
        Kind::Denied => ErrorKind::Forbidden,
        Kind::Missing => ErrorKind::NotFound,
        Kind::Conflict if refusal.code.starts_with("EntityAlreadyExists.") => ErrorKind::Uniqueness,
        Kind::Conflict => ErrorKind::Conflict,
        Kind::Limit if refusal.code.starts_with("LimitExceeded.") => ErrorKind::Forbidden,
        Kind::Limit => ErrorKind::TooManyRequests,
        Kind::Unavailable => ErrorKind::Unavailable,
    }
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::FORBIDDEN => "You may not do this",
        StatusCode::NOT_FOUND => "There is nothing here",
        StatusCode::METHOD_NOT_ALLOWED => "That does not work here",
        StatusCode::TOO_MANY_REQUESTS => "Too many attempts",
        StatusCode::MISDIRECTED_REQUEST => "Wrong address",
        StatusCode::SERVICE_UNAVAILABLE => "Not at the moment",
        status if status.is_client_error() => "This request was refused",
        _ => "Something went wrong",
    }
}

/// Whatever has no page.
pub(super) async fn not_found(request: HttpRequest) -> Result<HttpResponse, Refused> {
    Err(Refused::new(StatusCode::NOT_FOUND, "The page does not exist, or is not yours to see.").of(&request))
}

/// A page asked for with a method that it does not take.
pub(super) async fn method_not_allowed(request: HttpRequest) -> Result<HttpResponse, Refused> {
    Err(Refused::new(StatusCode::METHOD_NOT_ALLOWED, "The page does not take this method.").of(&request))
}
