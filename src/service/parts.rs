//! What a [`Context`](super::Context) is made of.

use crate::base::Clock;
use crate::cloud::Cloud;
use crate::crypto::password::Hasher;
use crate::crypto::{Random, SealingKey};
use crate::domain::CloudSite;
use crate::storage::Store;

/// The parts that a [`Context`](super::Context) is made of.
pub struct Parts {
    /// The database.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Randomness.
    pub random: Random,
    /// Checks passwords, a bounded number at once.
    pub hasher: Hasher,
    /// Seals secrets at rest.
    pub sealing_key: SealingKey,
    /// The name of this installation's process, the same after each restart: leases of one that was
    /// killed are given up by the one that starts in its place.
    pub instance: String,
    /// The address that people use, without a slash at its end.
    pub public_url: String,
    /// The cloud as the console logon sees it.
    pub site: CloudSite,
    /// The cloud as the driver reaches it.
    pub cloud: Cloud,
}
