//! `/Me`: whoever is signed in to the portal, as a user resource (RFC 7644 §3.11). What an identity provider keeps
//! is not changed by the person themselves; a connector is no person.

use crate::scim::schema::USER_TYPE;
use crate::scim::{Error, ErrorKind, etag};
use crate::service::scim::{Seen, user};
use crate::service::session;

use super::super::Face;
use super::exchange::projection;
use super::received::Received;
use super::reply::Reply;

/// Answers `GET /Me`.
pub(super) fn answer(face: &Face, received: &Received, base: &str) -> Result<Reply, Box<Reply>> {
    if received.bearer.is_some() {
        let detail = "the credential of a connector is nobody's own; ask for /Users/{id}";
        return Err(Error::new(ErrorKind::NotFound, detail).into());
    }
    let portal = match &received.cookie {
        Some(token) => session::authenticate(&face.ctx, token.expose())?,
        None => None,
    };
    let Some(portal) = portal else {
        let detail = "sign in to the portal first; /Me is whoever is signed in there";
        return Err(Error::new(ErrorKind::Unauthenticated, detail).into());
    };
    let projection = projection(&USER_TYPE, &received.parameters)?;
    let seen = Seen::User(user::load_own(&face.ctx, &portal)?);
    let location = format!("{base}/Users/{}", seen.id());
    Ok(Reply::resource(200, etag(seen.version()), location, projection.apply(seen.resource(base))))
}
