//! How strictly messages and metadata of service providers are taken, as flags, environment and file say it.

use std::time::Duration;

use clap::Args;
use serde::Deserialize;

use crate::crypto::{Algorithm, BlockedAlgorithms};
use crate::domain::{SamlPolicy, Signed};
use crate::saml;

const DAY: u64 = 24 * 60 * 60;

/// The flags of it; each has an environment name.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct SamlArguments {
    /// By how many seconds the clock of a service provider may differ from ours, up to 300 [default: 180]
    #[arg(long, env = "CLOUDSSO_SAML_CLOCK_SKEW_SECONDS")]
    saml_clock_skew_seconds: Option<u32>,
    /// How many days ahead fetched metadata may say that it ends, which it must say then; 0 for any [default: 0]
    #[arg(long, env = "CLOUDSSO_SAML_LONGEST_METADATA_DAYS")]
    saml_longest_metadata_days: Option<u32>,
    /// What is signed of a Response that opens a console: assertion or both [default: assertion]
    #[arg(long, env = "CLOUDSSO_SAML_CONSOLE_SIGNED")]
    saml_console_signed: Option<String>,
    /// Algorithms, by their URIs, that are neither taken from service providers nor used for them, separated by commas
    /// [default: none]
    #[arg(long, env = "CLOUDSSO_SAML_BLOCKED_ALGORITHMS", value_delimiter = ',')]
    saml_blocked_algorithms: Option<Vec<String>>,
}

/// The section `saml` of the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SamlSection {
    clock_skew_seconds: Option<u32>,
    longest_metadata_days: Option<u32>,
    console_signed: Option<String>,
    blocked_algorithms: Option<Vec<String>>,
}

impl SamlArguments {
    /// What the arguments say, or else the file, or else what is usual.
    ///
    /// # Errors
    /// The setting that breaks its rule.
    pub(super) fn settle(self, file: SamlSection) -> Result<SamlPolicy, String> {
        let usual = SamlPolicy::default();
        let skew = self.saml_clock_skew_seconds.or(file.clock_skew_seconds);
        let days = self.saml_longest_metadata_days.or(file.longest_metadata_days).unwrap_or(0);
        let signed = match self.saml_console_signed.or(file.console_signed) {
            None => Some(usual.console_signed),
            Some(said) => Signed::parse(&said),
        };
        let policy = SamlPolicy {
            clock_skew: skew.map_or(usual.clock_skew, |seconds| Duration::from_secs(u64::from(seconds))),
            longest_metadata: (days > 0).then(|| Duration::from_secs(u64::from(days) * DAY)),
            // What is no word of ours breaks the same rule as the one that consoles cannot read.
            console_signed: signed.unwrap_or(Signed::Response),
            blocked_algorithms: blocked_algorithms(
                &self.saml_blocked_algorithms.or(file.blocked_algorithms).unwrap_or_default(),
            )?,
        };
        policy.check().map_err(|error| error.message)?;
        Ok(policy)
    }
}

/// Reads the URIs of algorithms; an empty variable names none.
fn blocked_algorithms(uris: &[String]) -> Result<BlockedAlgorithms, String> {
    let given = uris.iter().map(|uri| uri.trim()).filter(|uri| !uri.is_empty());
    let algorithm = |uri| {
        saml::algorithm_of_uri(uri).ok_or_else(|| {
            let known: Vec<_> = Algorithm::ALL.into_iter().map(saml::algorithm_uri).collect();
            format!("saml.blocked_algorithms: {uri:?} is none of the algorithms {}", known.join(", "))
        })
    };
    given.map(algorithm).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{ContentCipher, DigestAlgorithm, SignatureAlgorithm};

    #[test]
    fn flags_win_over_the_file_and_the_file_over_what_is_usual() {
        let settle = |skew, file: &str| {
            let arguments = SamlArguments { saml_clock_skew_seconds: skew, ..SamlArguments::default() };
            arguments.settle(toml::from_str(file).unwrap())
        };
        assert_eq!(settle(None, ""), Ok(SamlPolicy::default()));
        let chosen = SamlPolicy {
            clock_skew: Duration::from_secs(300),
            longest_metadata: Some(Duration::from_secs(14 * DAY)),
            console_signed: Signed::Both,
            blocked_algorithms: [Algorithm::Signature(SignatureAlgorithm::EcdsaSha256)].into_iter().collect(),
        };
        let file = "clock_skew_seconds = 60\nlongest_metadata_days = 14\nconsole_signed = \"both\"\n\
                    blocked_algorithms = [\"http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256\"]";
        assert_eq!(settle(Some(300), file), Ok(chosen));
        assert_eq!(settle(None, file).unwrap().clock_skew, Duration::from_secs(60));
        assert!(settle(Some(301), "").unwrap_err().contains("saml.clock_skew_seconds"));
        for refused in ["response", "Both", ""] {
            let file = format!("console_signed = {refused:?}");
            assert!(settle(None, &file).unwrap_err().contains("saml.console_signed"), "{refused}");
        }
    }

    #[test]
    fn what_is_blocked_is_an_algorithm_that_can_be() {
        let blocked = |list: &[&str], file: &str| {
            let list = list.iter().map(|uri| (*uri).to_owned()).collect();
            let arguments = SamlArguments { saml_blocked_algorithms: Some(list), ..SamlArguments::default() };
            arguments.settle(toml::from_str(file).unwrap()).map(|policy| policy.blocked_algorithms)
        };
        let (sha1, cbc) =
            ("http://www.w3.org/2000/09/xmldsig#sha1", "http://www.w3.org/2001/04/xmlenc#aes128-cbc");
        let both = [Algorithm::Digest(DigestAlgorithm::Sha1), Algorithm::Content(ContentCipher::Aes128Cbc)];
        assert_eq!(blocked(&[sha1, &format!(" {cbc} ")], ""), Ok(both.into_iter().collect()));
        let file = format!("blocked_algorithms = [{sha1:?}]");
        assert_eq!(blocked(&[""], &file), Ok(BlockedAlgorithms::NONE), "an empty variable names none");
        assert_eq!(blocked(&[cbc], &file), Ok([both[1]].into_iter().collect()), "it wins over the file");
        for bad in ["sha1", "http://www.w3.org/2000/09/xmldsig#rsa-sha1"] {
            let error = blocked(&[sha1, bad], "").unwrap_err();
            assert!(error.starts_with(&format!("saml.blocked_algorithms: {bad:?}")), "{error}");
            for known in Algorithm::ALL {
                assert!(error.contains(saml::algorithm_uri(known)), "{error}");
            }
        }
        for consoles in
            ["http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"]
        {
            let error = blocked(&[consoles], "").unwrap_err();
            assert!(error.contains("saml.blocked_algorithms") && error.contains("consoles"), "{error}");
        }
    }
}
