//! `/Users` and `/Groups`: created, read, replaced, changed, deleted, one at a time (RFC 7644 §3.3–3.6).

use crate::scim::patch::Patch;
use crate::scim::projection::Projection;
use crate::scim::{etag, resource};
use crate::service::scim::{GroupBody, Seen, group, user};

use super::endpoint::Kind;
use super::exchange::Exchange;
use super::reply::Reply;

type Outcome = Result<Reply, Box<Reply>>;

fn shown(seen: &Seen, status: u16, exchange: &Exchange<'_>, projection: &Projection) -> Reply {
    let location = format!("{}{}/{}", exchange.base, seen.resource_type().endpoint, seen.id());
    Reply::resource(status, etag(seen.version()), location, projection.apply(seen.resource(exchange.base)))
}

/// `POST /Users`, `POST /Groups`.
pub(super) fn create(exchange: &Exchange<'_>, kind: Kind) -> Outcome {
    let projection = exchange.projection(kind.resource_type())?;
    let attributes = resource::read(kind.resource_type(), exchange.body()?)?;
    let seen = match kind {
        Kind::User => Seen::User(user::create(exchange.ctx, exchange.client, attributes)?),
        Kind::Group => {
            let body = GroupBody::of(attributes)?;
            Seen::Group(group::create(exchange.ctx, exchange.client, body, projection.wants("members"))?)
        }
    };
    Ok(shown(&seen, 201, exchange, &projection))
}

/// `GET` of one.
pub(super) fn load(exchange: &Exchange<'_>, kind: Kind, id: &str) -> Outcome {
    let projection = exchange.projection(kind.resource_type())?;
    let seen = match kind {
        Kind::User => Seen::User(user::load(exchange.ctx, exchange.client, id, projection.wants("groups"))?),
        Kind::Group => {
            Seen::Group(group::load(exchange.ctx, exchange.client, id, projection.wants("members"))?)
        }
    };
    if exchange.has_already(seen.version())? {
        return Ok(Reply { etag: Some(etag(seen.version())), ..Reply::empty(304) });
    }
    Ok(shown(&seen, 200, exchange, &projection))
}

/// `PUT` of one.
pub(super) fn replace(exchange: &Exchange<'_>, kind: Kind, id: &str) -> Outcome {
    let projection = exchange.projection(kind.resource_type())?;
    let attributes = resource::read(kind.resource_type(), exchange.body()?)?;
    let precondition = exchange.precondition()?;
    let seen = match kind {
        Kind::User => {
            Seen::User(user::replace(exchange.ctx, exchange.client, (id, &precondition), attributes)?)
        }
        Kind::Group => Seen::Group(group::replace(
            exchange.ctx,
            exchange.client,
            (id, &precondition),
            GroupBody::of(attributes)?,
            projection.wants("members"),
        )?),
    };
    Ok(shown(&seen, 200, exchange, &projection))
}

/// `PATCH` of one.
pub(super) fn patch(exchange: &Exchange<'_>, kind: Kind, id: &str) -> Outcome {
    let projection = exchange.projection(kind.resource_type())?;
    let patch = Patch::parse(exchange.body()?)?;
    let precondition = exchange.precondition()?;
    let seen = match kind {
        Kind::User => Seen::User(user::patch(exchange.ctx, exchange.client, (id, &precondition), patch)?),
        Kind::Group => Seen::Group(group::patch(
            exchange.ctx,
            exchange.client,
            (id, &precondition),
            patch,
            projection.wants("members"),
        )?),
    };
    Ok(shown(&seen, 200, exchange, &projection))
}

/// `DELETE` of one.
pub(super) fn delete(exchange: &Exchange<'_>, kind: Kind, id: &str) -> Outcome {
    let precondition = exchange.precondition()?;
    match kind {
        Kind::User => user::delete(exchange.ctx, exchange.client, id, &precondition)?,
        Kind::Group => group::delete(exchange.ctx, exchange.client, id, &precondition)?,
    }
    Ok(Reply::empty(204))
}
