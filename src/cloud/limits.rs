//! How hard the driver may lean on a cloud.

use std::time::Duration;

/// How many calls, at once and a second, and when to leave an account alone for a while. The defaults are
/// what the vendor's throttling bears with room for others who call the same accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Calls a second in one account, at least 1; as many may be sent at once after a quiet while.
    pub rate: u32,
    /// Calls under way at once in one account, at least 1.
    pub parallel_per_account: usize,
    /// Calls under way at once in all accounts, at least 1.
    pub parallel: usize,
    /// After so many answers of 5xx or none in a row, an account is left alone for `cooldown`.
    pub failures: u32,
    /// How long it is left alone before one call tries again.
    pub cooldown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            rate: 10,
            parallel_per_account: 4,
            parallel: 64,
            failures: 10,
            cooldown: Duration::from_secs(30),
        }
    }
}
