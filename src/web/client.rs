//! Who is at the other end of a connection.

use std::net::IpAddr;

use actix_web::HttpRequest;
use actix_web::http::header;

use crate::base::client_address;

use super::Face;

/// The client's address, as far as the trusted proxies tell it.
pub(super) fn address(face: &Face, request: &HttpRequest) -> IpAddr {
    let peer = request.peer_addr().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.ip());
    // What is no text is garbage where it stands, and takes nothing else with it: a client may have written it
    // in front of what a proxy added to the same header.
    let values = request.headers().get_all(header::X_FORWARDED_FOR);
    let forwarded: Vec<_> = values.map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
    client_address(peer, &face.trusted_proxies, forwarded.iter().map(AsRef::as_ref))
}
