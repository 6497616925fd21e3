//! Proxies in front of a listener, as flags, environment and file name them.

use clap::Args;

use crate::base::Network;

/// Whose word the local cloud takes, for `serve` and `local-cloud` alike.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ProxyArguments {
    /// Proxies in front of the local cloud whose X-Forwarded-For and X-Forwarded-Proto are believed: addresses
    /// or networks, separated by commas [default: none]
    #[arg(
        long,
        value_name = "ADDRESSES",
        env = "CLOUDSSO_LOCAL_CLOUD_TRUSTED_PROXIES",
        value_delimiter = ','
    )]
    local_cloud_trusted_proxies: Option<Vec<String>>,
}

impl ProxyArguments {
    /// The proxies of the arguments, or where they say none, of the file.
    ///
    /// # Errors
    /// What is no address, with the name of the setting.
    pub(super) fn settle(self, file: Option<Vec<String>>) -> Result<Vec<Network>, String> {
        let given = self.local_cloud_trusted_proxies.or(file).unwrap_or_default();
        networks("local_cloud.trusted_proxies", &given)
    }
}

/// Reads the value of the setting `key`.
pub(super) fn networks(key: &str, texts: &[String]) -> Result<Vec<Network>, String> {
    let given = texts.iter().map(|text| text.trim()).filter(|text| !text.is_empty());
    let network =
        |text| Network::parse(text).ok_or_else(|| format!("{key}: {text:?} is no address or network"));
    given.map(network).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_win_over_the_file_and_what_is_no_address_is_named() {
        let file = Some(vec!["10.0.0.0/8".to_owned()]);
        let of = |list: Option<Vec<&str>>| ProxyArguments {
            local_cloud_trusted_proxies: list.map(|list| list.into_iter().map(str::to_owned).collect()),
        };
        let read = |texts: &[&str]| -> Vec<_> {
            texts.iter().map(|text| Network::parse(text).unwrap_or_else(|| panic!("{text}"))).collect()
        };
        assert_eq!(of(None).settle(None), Ok(vec![]));
        assert_eq!(of(None).settle(file.clone()), Ok(read(&["10.0.0.0/8"])));
        let own = of(Some(vec!["127.0.0.1", " ::1 "])).settle(file.clone());
        assert_eq!(own, Ok(read(&["127.0.0.1", "::1"])));
        assert_eq!(of(Some(vec![""])).settle(file), Ok(vec![]), "an empty variable names none");
        for bad in ["proxy.example", "10.0.0.0/33", "127.0.0.1:80"] {
            let error = of(Some(vec!["10.0.0.1", bad])).settle(None).unwrap_err();
            assert!(error.starts_with("local_cloud.trusted_proxies: ") && error.contains(bad), "{error}");
        }
    }
}
