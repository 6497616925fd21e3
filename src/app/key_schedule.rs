//! When the keys that sign assertions are turned, as flags, environment and file say it.

use std::time::Duration;

use clap::Args;
use serde::Deserialize;

use crate::domain::KeySchedule;

const DAY: u64 = 24 * 60 * 60;

/// The flags of it; each has an environment name.
#[derive(Args, Clone, Debug, Default)]
pub(super) struct KeyArguments {
    /// After how many days a key that signs assertions gives its place to the next; 0 for never by itself
    /// [default: 365]
    #[arg(long, env = "CLOUDSSO_KEYS_ACTIVE_DAYS")]
    keys_active_days: Option<u32>,
    /// For how many days a key is in our metadata before it may sign by itself [default: 14]
    #[arg(long, env = "CLOUDSSO_KEYS_PUBLISHED_DAYS")]
    keys_published_days: Option<u32>,
    /// For how many days a key stays in our metadata after it signed [default: 30]
    #[arg(long, env = "CLOUDSSO_KEYS_RETIRING_DAYS")]
    keys_retiring_days: Option<u32>,
}

/// The section `keys` of the file.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct KeySection {
    active_days: Option<u32>,
    published_days: Option<u32>,
    retiring_days: Option<u32>,
}

impl KeyArguments {
    /// What the arguments say, or else the file, or else what is usual.
    ///
    /// # Errors
    /// A key that would give its place before the next one is known, or vanish while assertions by it are underway.
    pub(super) fn settle(self, file: KeySection) -> Result<KeySchedule, String> {
        let usual = KeySchedule::default();
        let days = |given: Option<u32>| given.map(|days| Duration::from_secs(u64::from(days) * DAY));
        let schedule = KeySchedule {
            active: match days(self.keys_active_days.or(file.active_days)) {
                Some(Duration::ZERO) => None,
                given => given.or(usual.active),
            },
            published: days(self.keys_published_days.or(file.published_days)).unwrap_or(usual.published),
            retiring: days(self.keys_retiring_days.or(file.retiring_days)).unwrap_or(usual.retiring),
        };
        if schedule.active.is_some_and(|active| active <= schedule.published) {
            return Err("keys.active_days must be more than keys.published_days, or 0".to_owned());
        }
        if schedule.retiring.is_zero() {
            return Err("keys.retiring_days must be 1 or more".to_owned());
        }
        Ok(schedule)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file_and_the_file_over_what_is_usual() {
        let settle = |active, file: &str| {
            let arguments = KeyArguments { keys_active_days: active, ..KeyArguments::default() };
            arguments.settle(toml::from_str(file).unwrap())
        };
        assert_eq!(settle(None, ""), Ok(KeySchedule::default()));
        let days = |days: u64| Duration::from_secs(days * DAY);
        let chosen = KeySchedule { active: Some(days(90)), published: days(7), retiring: days(3) };
        assert_eq!(settle(Some(90), "active_days = 1\npublished_days = 7\nretiring_days = 3"), Ok(chosen));
        assert_eq!(settle(Some(0), ""), Ok(KeySchedule { active: None, ..KeySchedule::default() }));
        assert!(settle(Some(14), "").unwrap_err().starts_with("keys.active_days"));
        assert!(settle(None, "retiring_days = 0").unwrap_err().starts_with("keys.retiring_days"));
    }
}
