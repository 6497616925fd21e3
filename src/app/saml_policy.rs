//! How strictly messages and metadata of service providers are taken, as flags, environment and file say it.

use std::time::Duration;

use clap::Args;
use serde::Deserialize;

use crate::domain::{SamlPolicy, Signed};

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
}

/// The section `saml` of the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct SamlSection {
    clock_skew_seconds: Option<u32>,
    longest_metadata_days: Option<u32>,
    console_signed: Option<String>,
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
        };
        policy.check().map_err(|error| error.message)?;
        Ok(policy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        };
        let file = "clock_skew_seconds = 60\nlongest_metadata_days = 14\nconsole_signed = \"both\"";
        assert_eq!(settle(Some(300), file), Ok(chosen));
        assert_eq!(settle(None, file).unwrap().clock_skew, Duration::from_secs(60));
        assert!(settle(Some(301), "").unwrap_err().contains("saml.clock_skew_seconds"));
        for refused in ["response", "Both", ""] {
            let file = format!("console_signed = {refused:?}");
            assert!(settle(None, &file).unwrap_err().contains("saml.console_signed"), "{refused}");
        }
    }
}
