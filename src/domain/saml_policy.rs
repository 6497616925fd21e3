//! How strictly messages and metadata of service providers are taken, where the specifications leave it to whoever runs
//! an identity provider.

use std::time::Duration;

use crate::crypto::{BlockedAlgorithms, SignatureAlgorithm};

use super::{Error, Signed};

/// The most that clocks may differ: the IDs of messages are remembered for long enough.
const LONGEST_SKEW: Duration = Duration::from_secs(300);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// What is decided for all service providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SamlPolicy {
    /// By how much a service provider's clock may differ from ours: up to five minutes; three to five are what both
    /// profiles ask for (saml2int, G01).
    pub clock_skew: Duration,
    /// How far ahead the `validUntil` of fetched metadata may lie, which must be there then (saml2int, MD03); a day or
    /// more. `None` where it need not be there.
    pub longest_metadata: Option<Duration>,
    /// What is signed of a Response that opens a console: the assertion, or both.
    pub console_signed: Signed,
    /// What is neither taken from service providers nor used for them (fedinterop, IIP-ALG08).
    pub blocked_algorithms: BlockedAlgorithms,
}

impl Default for SamlPolicy {
    fn default() -> Self {
        Self {
            clock_skew: Duration::from_secs(180),
            longest_metadata: None,
            console_signed: Signed::Assertion,
            blocked_algorithms: BlockedAlgorithms::NONE,
        }
    }
}

impl SamlPolicy {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error`] that names the first field that breaks its rule.
    pub fn check(&self) -> Result<(), Error> {
        if self.clock_skew > LONGEST_SKEW {
            return Err(Error::invalid("saml.clock_skew_seconds", "must be at most 300"));
        }
        if self.longest_metadata.is_some_and(|longest| longest < DAY) {
            return Err(Error::invalid("saml.longest_metadata_days", "must be 1 or more, or 0 for any"));
        }
        // The consoles verify the assertion alone.
        if self.console_signed == Signed::Response {
            return Err(Error::invalid("saml.console_signed", "must be assertion or both"));
        }
        if self.blocked_algorithms.of_signature(SignatureAlgorithm::RsaSha256).is_some() {
            let rule = "must leave rsa-sha256 and sha256: the accounts' consoles verify nothing else";
            return Err(Error::invalid("saml.blocked_algorithms", rule));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crypto::{Algorithm, DigestAlgorithm};

    fn blocked(algorithm: Algorithm) -> SamlPolicy {
        SamlPolicy { blocked_algorithms: [algorithm].into_iter().collect(), ..SamlPolicy::default() }
    }

    #[test]
    fn what_signs_for_the_consoles_is_not_blocked() {
        let consoles =
            [Algorithm::Signature(SignatureAlgorithm::RsaSha256), Algorithm::Digest(DigestAlgorithm::Sha256)];
        for algorithm in Algorithm::ALL {
            let outcome = blocked(algorithm).check();
            assert_eq!(outcome.is_err(), consoles.contains(&algorithm), "{algorithm:?}");
            if let Err(error) = outcome {
                assert_eq!(error.code, "InvalidParameter.saml.blocked_algorithms");
                assert!(error.message.contains("consoles"), "{error}");
            }
        }
    }

    #[test]
    fn each_field_has_its_rule() {
        let usual = SamlPolicy::default;
        assert_eq!(usual().check(), Ok(()));
        let seconds = Duration::from_secs;
        for good in [
            SamlPolicy { clock_skew: Duration::ZERO, ..usual() },
            SamlPolicy { clock_skew: LONGEST_SKEW, ..usual() },
            SamlPolicy { longest_metadata: Some(DAY), ..usual() },
            SamlPolicy { console_signed: Signed::Both, ..usual() },
        ] {
            assert_eq!(good.check(), Ok(()), "{good:?}");
        }
        for (field, bad) in [
            ("clock_skew_seconds", SamlPolicy { clock_skew: seconds(301), ..usual() }),
            ("longest_metadata_days", SamlPolicy { longest_metadata: Some(seconds(86_399)), ..usual() }),
            ("console_signed", SamlPolicy { console_signed: Signed::Response, ..usual() }),
        ] {
            assert_eq!(bad.check().unwrap_err().code, format!("InvalidParameter.saml.{field}"));
        }
    }
}
