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
        // What is no text is garbage where it stands, and takes nothing else with it: a client may have written
        // it in front of what a proxy added to the same header.
        let values = |name| -> Vec<_> {
            let values = request.headers().get_all(name);
            values.map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
        };
        let is_by_proxy = trusted.iter().any(|proxy| proxy.contains(peer.to_canonical()));
        // Several proxies may each have added theirs: the last is the one that spoke to us.
        let protocols = values(header::X_FORWARDED_PROTO);
        let protocol = protocols.last().and_then(|value| value.rsplit(',').next());
        let forwarded = values(header::X_FORWARDED_FOR);
        Self {
            source: Some(client_address(peer, trusted, forwarded.iter().map(String::as_str))),
            is_secure: is_by_proxy
                && protocol.is_some_and(|protocol| protocol.trim().eq_ignore_ascii_case("https")),
        }
    }
}
