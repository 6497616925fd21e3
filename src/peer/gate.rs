//! The one place where a host becomes an address: ureq connects to what comes out of here and to nothing else.

use std::net::{IpAddr, SocketAddr};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use super::address::is_public;
use super::{Error, PeerLimits};

/// Addresses of one host that are tried.
const ADDRESSES: usize = 8;

/// Resolves a host, and refuses it unless every address may be reached: one bad among them is no accident.
#[derive(Debug)]
pub(super) struct Gate {
    limits: PeerLimits,
    system: DefaultResolver,
}

impl Gate {
    pub(super) fn new(limits: PeerLimits) -> Self {
        Self { limits, system: DefaultResolver::default() }
    }

    fn look_up(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let host = uri.host().unwrap_or_default();
        let is_literal = host.starts_with('[') || host.parse::<IpAddr>().is_ok();
        let Some(lookup) = self.limits.names.lookup().filter(|_| !is_literal) else {
            return self.system.resolve(uri, config, timeout);
        };
        let port = uri.port_u16().unwrap_or(if is_https(uri) { 443 } else { 80 });
        let mut found = self.empty();
        for address in lookup(host).into_iter().take(ADDRESSES) {
            found.push(SocketAddr::new(address, port));
        }
        if found.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(found) }
    }
}

impl Resolver for Gate {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.look_up(uri, config, timeout)?;
        for address in found.iter().map(SocketAddr::ip).filter(|address| !self.limits.is_listed(*address)) {
            let host = || uri.host().unwrap_or_default().to_owned();
            let refusal = if !is_public(address) {
                Error::Inside { host: host(), address }
            } else if !is_https(uri) {
                Error::Address { expected: "an https URL", received: format!("http://{}", host()) }
            } else {
                continue;
            };
            return Err(ureq::Error::Other(Box::new(refusal)));
        }
        Ok(found)
    }
}

fn is_https(uri: &Uri) -> bool {
    uri.scheme_str() == Some("https")
}
