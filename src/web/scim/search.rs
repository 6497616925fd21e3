//! Lists and searches (RFC 7644 §3.4.2–3.4.3), of one kind of resource or of both.

use crate::scim::list::ListResponse;
use crate::scim::projection::Projection;
use crate::scim::query::Query;
use crate::scim::schema::{RESOURCE_TYPES, ResourceType};
use crate::service::scim::list::{self, Shown};

use super::endpoint::Kind;
use super::exchange::Exchange;
use super::reply::Reply;

/// `GET` of an endpoint, or of the root.
pub(super) fn list(exchange: &Exchange<'_>, kind: Option<Kind>) -> Result<Reply, Box<Reply>> {
    answer(exchange, kind, &Query::of_parameters(exchange.parameters)?)
}

/// `POST /.search`.
pub(super) fn search(exchange: &Exchange<'_>, kind: Option<Kind>) -> Result<Reply, Box<Reply>> {
    answer(exchange, kind, &Query::of_search(exchange.body()?)?)
}

fn answer(exchange: &Exchange<'_>, kind: Option<Kind>, query: &Query) -> Result<Reply, Box<Reply>> {
    let one = kind.map(|kind| [kind.resource_type()]);
    let types: &[&'static ResourceType] = one.as_ref().map_or(RESOURCE_TYPES, |one| one.as_slice());
    let projections = types
        .iter()
        .map(|of| Projection::parse(of, &query.attributes, &query.excluded_attributes))
        .collect::<Result<Vec<_>, _>>()?;
    let wants = |attribute: &str| projections.iter().any(|projection| projection.wants(attribute));
    let shown = Shown { base: exchange.base, groups: wants("groups"), members: wants("members") };
    let page = list::list(exchange.ctx, exchange.client, types, query, shown)?;
    let resources = page.resources.iter().filter_map(|seen| {
        let at = types.iter().position(|of| std::ptr::eq(*of, seen.resource_type()))?;
        Some(projections.get(at)?.apply(seen.resource(exchange.base)).into())
    });
    let body = ListResponse {
        total_results: page.total,
        start_index: page.start_index,
        resources: resources.collect(),
        next_cursor: page.cursors.next,
        previous_cursor: page.cursors.previous,
    };
    Ok(Reply::of(200, body.body()))
}
