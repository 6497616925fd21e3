//! Looks at the permissions of RAM users that portals have asked for and nobody has taken yet. They are kept
//! in memory: what is lost with the process is asked for by the next portal.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::{AccountId, Timestamp, UserId};
use crate::domain::ProvisionedUser;

/// A RAM user that holds something is looked at again after this long, one that holds nothing sooner:
/// somebody waits for it.
const LOOK_EVERY: Duration = Duration::from_secs(300);
const LOOK_EVERY_WITHOUT: Duration = Duration::from_secs(10);
/// So many looks may wait; more are not asked for.
const WAITING: usize = 10_000;

/// Looks that portals have asked for, each RAM user once.
#[derive(Default)]
pub(super) struct Looks(Mutex<BTreeSet<(AccountId, UserId, String)>>);

impl Looks {
    /// Asks for a look, unless the last one is fresh.
    pub(super) fn ask(&self, now: Timestamp, ram_user: &ProvisionedUser) {
        let every = if ram_user.has_permissions { LOOK_EVERY } else { LOOK_EVERY_WITHOUT };
        if ram_user.looked_at.is_some_and(|looked| now.since(looked) < every) {
            return;
        }
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if waiting.len() < WAITING {
            let ProvisionedUser { account_id, user_id, ram_user_name, .. } = ram_user.clone();
            waiting.insert((account_id, user_id, ram_user_name));
        }
    }

    /// The next one; `None` when nobody waits.
    pub(super) fn take(&self) -> Option<(AccountId, UserId, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop_first()
    }
}
