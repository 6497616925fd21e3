//! Where service providers and identity providers may be, as flags, environment and file name it.

use clap::Args;
use serde::Deserialize;
use url::{Host, Url};

use crate::base::Network;
use crate::peer::PeerLimits;

use super::proxies::networks;

/// The flag of it, which has an environment name.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct PeerArguments {
    /// Networks where service providers and identity providers may be although they are not public: addresses or
    /// networks, separated by commas [default: none, and loopback where the public address is there]
    #[arg(long, value_name = "ADDRESSES", env = "CLOUDSSO_PEERS_NETWORKS", value_delimiter = ',')]
    peers_networks: Option<Vec<String>>,
}

/// The section `peers` of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PeerSection {
    networks: Option<Vec<String>>,
}

impl PeerArguments {
    /// The networks of the arguments, or where they say none, of the file.
    ///
    /// # Errors
    /// What is no address, with the name of the setting.
    pub(super) fn settle(self, file: PeerSection) -> Result<Vec<Network>, String> {
        networks("peers.networks", &self.peers_networks.or(file.networks).unwrap_or_default())
    }
}

/// What requests are held to. Where people themselves come by loopback, as in a trial, peers are there too.
pub(super) fn limits(networks: &[Network], public_url: &str) -> PeerLimits {
    let url = Url::parse(public_url).ok();
    let admits_loopback = match url.as_ref().and_then(Url::host) {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    PeerLimits { networks: networks.to_vec(), admits_loopback, ..PeerLimits::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_win_over_the_file_and_what_is_no_network_is_named() {
        let file = || toml::from_str("networks = [\"10.0.0.0/8\"]").unwrap();
        let of = |list: Option<&[&str]>| PeerArguments {
            peers_networks: list.map(|list| list.iter().map(|text| (*text).to_owned()).collect()),
        };
        let network = |text: &str| vec![Network::parse(text).unwrap()];
        assert_eq!(of(None).settle(PeerSection::default()), Ok(vec![]));
        assert_eq!(of(None).settle(file()), Ok(network("10.0.0.0/8")));
        assert_eq!(of(Some(&["fd00::/8"])).settle(file()), Ok(network("fd00::/8")));
        let error = of(Some(&["sp.example"])).settle(file()).unwrap_err();
        assert_eq!(error, "peers.networks: \"sp.example\" is no address or network");
    }

    #[test]
    fn loopback_is_for_those_who_are_there() {
        for (url, expected) in [
            ("http://localhost:8080", true),
            ("http://127.0.0.1", true),
            ("https://[::1]:8443", true),
            ("https://sso.example.com", false),
            ("https://localhost.example.com", false),
            ("http://10.0.0.1", false),
        ] {
            assert_eq!(limits(&[], url).admits_loopback, expected, "{url}");
        }
    }
}
