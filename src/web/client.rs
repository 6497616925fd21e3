//! Who is at the other end of a connection.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::base::client_address;

use super::Face;

/// The client's address, as far as the trusted proxies tell it.
pub(super) fn address(face: &Face, request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    let forwarded =
        request.headers().get_all(header::X_FORWARDED_FOR).filter_map(|value| value.to_str().ok());
    client_address(peer, &face.trusted_proxies, forwarded)
}
