//! How much the directory may hold, as flags, environment and file say it.

use clap::Args;
use serde::Deserialize;

use crate::domain::Quotas;

/// The flags of it; each has an environment name.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct QuotaArguments {
    /// How many users the directory may hold [default: 100000]
    #[arg(long, env = "CLOUDSSO_QUOTAS_USERS")]
    quotas_users: Option<i64>,
    /// How many groups the directory may hold [default: 5000]
    #[arg(long, env = "CLOUDSSO_QUOTAS_GROUPS")]
    quotas_groups: Option<i64>,
}

/// The section `quotas` of the file.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct QuotaSection {
    users: Option<i64>,
    groups: Option<i64>,
}

impl QuotaArguments {
    /// What the arguments say, or else the file, or else the vendor.
    ///
    /// # Errors
    /// What holds nothing, with the name of the setting.
    pub(super) fn settle(self, file: QuotaSection) -> Result<Quotas, String> {
        let usual = Quotas::default();
        let chosen = |key: &str, given: Option<i64>, usual: i64| match given.unwrap_or(usual) {
            quota @ 1.. => Ok(quota),
            _ => Err(format!("{key} must be 1 or more")),
        };
        Ok(Quotas {
            users: chosen("quotas.users", self.quotas_users.or(file.users), usual.users)?,
            groups: chosen("quotas.groups", self.quotas_groups.or(file.groups), usual.groups)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_vendor() {
        let settle = |users, file: &str| {
            let arguments = QuotaArguments { quotas_users: users, quotas_groups: None };
            arguments.settle(toml::from_str(file).unwrap())
        };
        assert_eq!(settle(None, ""), Ok(Quotas { users: 100_000, groups: 5_000 }));
        assert_eq!(settle(None, "users = 7\ngroups = 8"), Ok(Quotas { users: 7, groups: 8 }));
        assert_eq!(settle(Some(9), "users = 7"), Ok(Quotas { users: 9, groups: 5_000 }));
        assert_eq!(settle(Some(0), ""), Err("quotas.users must be 1 or more".to_owned()));
        assert_eq!(settle(None, "groups = -1"), Err("quotas.groups must be 1 or more".to_owned()));
    }
}
