//! How a request reached us: from which address, and whether over TLS, as far as proxies that we trust say so.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::base::{Network, client_address};

/// What policies may ask of the way that a request took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Channel {
    /// `acs:SourceIp`.
    pub(crate) source: Option<IpAddr>,
    /// `acs:SecureTransport`. We have no TLS of our own: a proxy in front does, and says so by
    /// `X-Forwarded-Proto`.
    pub(crate) is_secure: bool,
}

impl Channel {
    /// The channel of a request; `trusted` are the proxies whose word counts.
    pub(crate) fn of(request: &HttpRequest, trusted: &[Network]) -> Self {
        let Some(peer) = request.peer_addr().map(|peer| peer.ip()) else {
            return Self { source: None, is_secure: false };
        };
        let values = |name| request.headers().get_all(name).filter_map(|value| value.to_str().ok());
        let is_by_proxy = trusted.iter().any(|proxy| proxy.contains(peer.to_canonical()));
        // Several proxies may each have added theirs: the last is the one that spoke to us.
        let protocol = values(header::X_FORWARDED_PROTO).last().and_then(|value| value.rsplit(',').next());
        Self {
            source: Some(client_address(peer, trusted, values(header::X_FORWARDED_FOR))),
            is_secure: is_by_proxy
                && protocol.is_some_and(|protocol| protocol.trim().eq_ignore_ascii_case("https")),
        }
    }
}
