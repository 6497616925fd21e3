//! What a [`Context`](super::Context) is made of.

use std::time::Duration;

use crate::base::Clock;
use crate::cloud::Cloud;
use crate::crypto::password::Hasher;
use crate::crypto::{Random, SealingKey};
use crate::domain::{CloudSite, IdentityProviderProfile, KeySchedule, MassChangeLimits, Quotas, SamlPolicy};
use crate::peer::Peers;
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
    /// Service providers and identity providers as we reach them.
    pub peers: Peers,
    /// What is done by itself, and how often.
    pub upkeep: Upkeep,
    /// How much the directory may hold.
    pub quotas: Quotas,
    /// How much a SCIM connector may take away at once.
    pub mass_change: MassChangeLimits,
    /// When the keys that we sign with are turned by themselves.
    pub key_schedule: KeySchedule,
    /// How strictly service providers are taken.
    pub saml_policy: SamlPolicy,
    /// What our metadata says of us.
    pub identity_provider: IdentityProviderProfile,
}

/// What the worker does by itself, and how often; `None` for never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Upkeep {
    /// Folders and accounts are brought up to date with the cloud.
    pub directory: Option<Duration>,
    /// Each account is compared with what it should have.
    pub drift: Option<Duration>,
}
