//! What goes along with a request from the guard to the handlers, and back with the answer.

use actix_web::{HttpMessage as _, HttpRequest};

use crate::service::Visit;

/// What the guard found out about a request; handlers and pages take it from here.
#[derive(Clone, Debug)]
pub(super) struct Pass {
    pub(super) visit: Visit,
    /// The nonce of this answer's scripts.
    pub(super) nonce: String,
}

/// The pass of a request, if it came through the guard.
pub(super) fn find(request: &HttpRequest) -> Option<Pass> {
    request.extensions().get::<Pass>().cloned()
}

/// Where a page's forms may lead beside this site: the origin of the form it posts by itself.
#[derive(Clone, Debug)]
pub(super) struct FormTarget(pub(super) String);
