//! The faults of the local cloud as flags, environment and file say them.

use clap::Args;

use crate::local_cloud::Faults;

/// What goes wrong in the local cloud, for `serve` and `local-cloud` alike.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct FaultArguments {
    /// What goes wrong in the local cloud, such as "latency=100ms rate=10/s fail=5%"; several rules apart by
    /// semicolons (docs/local-cloud.md) [default: nothing]
    #[arg(long, value_name = "RULES", env = "CLOUDSSO_LOCAL_CLOUD_FAULTS", value_delimiter = ';')]
    local_cloud_faults: Option<Vec<String>>,
    /// The number from which it follows which calls fail [default: 1]
    #[arg(long, value_name = "NUMBER", env = "CLOUDSSO_LOCAL_CLOUD_FAULT_SEED")]
    local_cloud_fault_seed: Option<u64>,
}

impl FaultArguments {
    /// The faults of the arguments, or where they say none, of the file.
    ///
    /// # Errors
    /// What is wrong with a rule, with the name of the setting.
    pub(super) fn settle(self, rules: Option<Vec<String>>, seed: Option<u64>) -> Result<Faults, String> {
        let rules = self.local_cloud_faults.or(rules).unwrap_or_default();
        let rules: Vec<_> = rules.iter().map(|rule| rule.trim()).filter(|rule| !rule.is_empty()).collect();
        let seed = self.local_cloud_fault_seed.or(seed).unwrap_or(1);
        Faults::parse(&rules, seed).map_err(|error| format!("local_cloud.faults: {error}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_win_over_the_file_and_a_bad_rule_is_named() {
        let file = Some(vec!["latency=1s".to_owned()]);
        let of = |rules: Option<Vec<&str>>| FaultArguments {
            local_cloud_faults: rules.map(|rules| rules.into_iter().map(str::to_owned).collect()),
            local_cloud_fault_seed: None,
        };
        assert_eq!(of(None).settle(file.clone(), None), Ok(Faults::parse(&["latency=1s"], 1).unwrap()));
        let own = of(Some(vec!["fail=5%", " "])).settle(file.clone(), Some(9));
        assert_eq!(own, Ok(Faults::parse(&["fail=5%"], 9).unwrap()));
        assert!(of(Some(vec![])).settle(file, None).is_ok_and(|faults| faults.is_none()));
        let error = of(Some(vec!["slow"])).settle(None, None).unwrap_err();
        assert!(error.starts_with("local_cloud.faults: \"slow\" is none of"), "{error}");
    }
}
