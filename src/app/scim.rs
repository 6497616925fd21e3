//! Settings of SCIM: how much a connector may take away before somebody looks.

use clap::Args;
use serde::Deserialize;

use crate::domain::MassChangeLimits;

/// The flags; each has an environment name.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct ScimArguments {
    /// How many users, or memberships, a SCIM connector may take away in ten minutes before it is held; 0 holds
    /// nothing [default: 50]
    #[arg(long, env = "CLOUDSSO_SCIM_MASS_CHANGE_LIMIT")]
    scim_mass_change_limit: Option<u32>,
    /// The same in percent of all users, or memberships, where that is less; 0 for the number alone [default: 20]
    #[arg(long, env = "CLOUDSSO_SCIM_MASS_CHANGE_PERCENT")]
    scim_mass_change_percent: Option<u32>,
}

/// The section `[scim]` of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ScimSection {
    mass_change_limit: Option<u32>,
    mass_change_percent: Option<u32>,
}

impl ScimArguments {
    /// Flags and environment over the file.
    ///
    /// # Errors
    /// In words, when a value is out of range.
    pub(super) fn settle(&self, file: &ScimSection) -> Result<MassChangeLimits, String> {
        let usual = MassChangeLimits::default();
        let most = self.scim_mass_change_limit.or(file.mass_change_limit).map_or(usual.most, i64::from);
        let percent = self.scim_mass_change_percent.or(file.mass_change_percent);
        let percent = percent.map_or(usual.percent, i64::from);
        if percent > 100 {
            return Err("scim.mass_change_percent must be 0 to 100".to_owned());
        }
        Ok(MassChangeLimits { most, percent })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_the_defaults() {
        let file: ScimSection = toml::from_str("mass_change_limit = 7").unwrap();
        let settled = ScimArguments::default().settle(&file);
        assert_eq!(settled, Ok(MassChangeLimits { most: 7, percent: 20 }));
        let off = ScimArguments { scim_mass_change_limit: Some(0), ..ScimArguments::default() };
        assert!(off.settle(&file).is_ok_and(|limits| !limits.is_on()));
        assert_eq!(ScimArguments::default().settle(&ScimSection::default()), Ok(MassChangeLimits::default()));
    }
}
