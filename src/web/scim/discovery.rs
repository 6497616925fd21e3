//! What the server can do (RFC 7644 §4): answered to everybody, from the schema objects that everything here runs
//! on.

use crate::scim::discovery::{self, Limits};
use crate::scim::{Error, ErrorKind};
use crate::service::scim::list::{DEFAULT_PAGE, LARGEST_PAGE};

use super::endpoint::Endpoint;
use super::received::{BODY_LIMIT, Received};
use super::reply::Reply;

/// How many operations one Bulk request may hold.
pub(super) const BULK_OPERATIONS: usize = 1_000;

const LIMITS: Limits = Limits {
    max_operations: BULK_OPERATIONS,
    max_payload_size: BODY_LIMIT,
    max_results: LARGEST_PAGE,
    default_page_size: DEFAULT_PAGE,
    max_page_size: LARGEST_PAGE,
};

/// Answers an endpoint of discovery.
pub(super) fn answer(endpoint: &Endpoint, received: &Received, base: &str) -> Result<Reply, Box<Reply>> {
    if received.parameters.iter().any(|(name, _)| name.eq_ignore_ascii_case("filter")) {
        return Err(Error::new(ErrorKind::Forbidden, "filter is not taken here").into());
    }
    let found = match endpoint {
        Endpoint::ServiceProviderConfig => Some(discovery::service_provider_config(base, LIMITS)),
        Endpoint::Schemas(None) => Some(discovery::schemas(base)),
        Endpoint::Schemas(Some(urn)) => discovery::schema(base, urn),
        Endpoint::ResourceTypes(None) => Some(discovery::resource_types(base)),
        Endpoint::ResourceTypes(Some(name)) => discovery::resource_type(base, name),
        _ => None,
    };
    match found {
        Some(body) => Ok(Reply::of(200, body)),
        None => Err(Error::new(ErrorKind::NotFound, "there is none of this name").into()),
    }
}
