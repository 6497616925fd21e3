//! What the requests to peers are held to.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::base::Network;

/// What the requests to peers are held to.
#[derive(Clone, Debug)]
pub struct PeerLimits {
    /// Networks that may be reached although they are not public, and by plain HTTP too.
    pub networks: Vec<Network>,
    /// Whether this machine's loopback is such a network.
    pub admits_loopback: bool,
    /// What names stand for.
    pub names: Names,
    /// How long a connection may take, TLS included.
    pub connect: Duration,
    /// How long metadata may take, with every redirect.
    pub metadata: Duration,
    /// How long a message may take with its answer.
    pub message: Duration,
}

impl Default for PeerLimits {
    /// The public internet, by https.
    fn default() -> Self {
        Self {
            networks: Vec::new(),
            admits_loopback: false,
            names: Names::system(),
            connect: Duration::from_secs(3),
            metadata: Duration::from_secs(10),
            message: Duration::from_secs(5),
        }
    }
}

impl PeerLimits {
    /// Whether the address may be reached wherever it is.
    pub(super) fn is_listed(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        (self.admits_loopback && address.is_loopback())
            || self.networks.iter().any(|network| network.contains(address))
    }
}

/// Looks a host up.
pub(super) type Lookup = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// What names stand for.
#[derive(Clone)]
pub struct Names(Option<Arc<Lookup>>);

impl Names {
    /// What the system says.
    pub const fn system() -> Self {
        Self(None)
    }

    /// What `lookup` says of a host; an empty answer is for one that there is not.
    pub fn new(lookup: impl Fn(&str) -> Vec<IpAddr> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(lookup)))
    }

    pub(super) fn lookup(&self) -> Option<&Lookup> {
        self.0.as_deref()
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Names(given)" } else { "Names(system)" })
    }
}
