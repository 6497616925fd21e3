//! What every use case needs at hand.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use crate::base::{Generated, RequestId, Timestamp};
use crate::cloud::Cloud;
use crate::crypto::password::Hasher;
use crate::crypto::{Random, SealingKey, hash};
use crate::domain::{CloudSite, Event, KeySchedule, MassChangeLimits, PrincipalId, Quotas, SamlPolicy};
use crate::peer::Peers;
use crate::storage::event::Origin;
use crate::storage::{self, Conn, Store};

use super::exchange_ring::ExchangeRing;
use super::parts::{Parts, Upkeep};
use super::permission_looks::Looks;
use super::refused_messages::RefusedMessages;
use super::registry::Registry;
use super::request_ring::RequestRing;
use super::{Error, IdentityProvider};

/// What every use case needs at hand. Shared by all threads.
pub struct Context {
    pub(super) store: Store,
    pub(super) clock: crate::base::Clock,
    pub(super) random: Random,
    pub(super) hasher: Hasher,
    pub(super) sealing_key: SealingKey,
    pub(super) site: CloudSite,
    pub(super) cloud: Cloud,
    pub(super) peers: Peers,
    pub(super) identity_provider: IdentityProvider,
    pub(super) instance: String,
    pub(super) upkeep: Upkeep,
    pub(super) quotas: Quotas,
    pub(super) mass_change: MassChangeLimits,
    pub(super) form_key: Zeroizing<Vec<u8>>,
    name_key: Zeroizing<Vec<u8>>,
    pub(super) work: WorkBell,
    pub(super) logouts: WorkBell,
    pub(super) refreshes: WorkBell,
    pub(super) looks: Looks,
    pub(super) scim_requests: RequestRing,
    pub(super) scim_flushes: WorkBell,
    pub(super) applications: Registry,
    pub(super) refused_messages: RefusedMessages,
    pub(super) saml_exchanges: ExchangeRing,
    pub(super) key_schedule: KeySchedule,
    pub(super) saml_policy: SamlPolicy,
}

impl Context {
    /// Puts the parts together; makes the signing key if there is none.
    ///
    /// # Errors
    /// [`Error`] when the database cannot be read or the key does not open with this sealing key.
    pub fn new(parts: Parts) -> Result<Arc<Self>, Error> {
        let identity_provider = IdentityProvider::load_or_create(&parts)?;
        let form_key = parts.sealing_key.derive("form token")?;
        let name_key = parts.sealing_key.derive("sign-in name")?;
        let Parts { store, clock, random, hasher, sealing_key, public_url: _, site, .. } = parts;
        let Parts { cloud, peers, instance, upkeep, quotas, mass_change, key_schedule, saml_policy, .. } =
            parts;
        Ok(Arc::new(Self {
            store,
            clock,
            random,
            hasher,
            sealing_key,
            site,
            cloud,
            peers,
            identity_provider,
            form_key,
            instance,
            upkeep,
            quotas,
            mass_change,
            name_key,
            work: WorkBell::default(),
            logouts: WorkBell::default(),
            refreshes: WorkBell::default(),
            looks: Looks::default(),
            scim_requests: RequestRing::default(),
            scim_flushes: WorkBell::default(),
            applications: Registry::new(saml_policy.blocked_algorithms),
            refused_messages: RefusedMessages::default(),
            saml_exchanges: ExchangeRing::default(),
            key_schedule,
            saml_policy,
        }))
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The identity provider that service providers know us by.
    pub fn identity_provider(&self) -> &IdentityProvider {
        &self.identity_provider
    }

    /// The cloud as the console logon sees it.
    pub fn site(&self) -> &CloudSite {
        &self.site
    }

    /// A new id for a request.
    ///
    /// # Errors
    /// [`Error::Crypto`] when there is no randomness.
    pub fn request_id(&self) -> Result<RequestId, Error> {
        Ok(self.random.id(self.now())?)
    }

    /// Random bytes.
    ///
    /// # Errors
    /// [`Error::Crypto`] when there is no randomness.
    pub fn random_bytes<const N: usize>(&self) -> Result<[u8; N], Error> {
        Ok(self.random.bytes()?)
    }

    /// Whether the database can be written to.
    ///
    /// # Errors
    /// [`Error::Storage`] when it cannot.
    pub fn probe(&self) -> Result<(), Error> {
        Ok(self.store.probe()?)
    }

    /// A keyed hash of what somebody typed as their name, folded: what failures are counted under and
    /// what the audit log calls an unknown name, since a password may have been typed there.
    ///
    /// # Errors
    /// [`Error::Crypto`].
    pub fn name_digest(&self, name_key: &str) -> Result<String, Error> {
        let mac = hash::hmac_sha256(&self.name_key, name_key.as_bytes())?;
        Ok(format!("name-{}", HEXLOWER.encode(mac.get(..10).unwrap_or_default())))
    }

    /// Rings for tasks and for logouts, after a transaction that may have written either.
    pub(super) fn ring_all(&self) {
        self.work.ring();
        self.logouts.ring();
    }

    /// Begins a change by whoever `origin` names.
    pub(super) fn change(&self, origin: &Origin) -> Change {
        Change { now: self.now(), random: self.random.clone(), origin: origin.clone() }
    }
}

/// What a transaction needs to make rows and to tell of them: the moment, ids, and who asked.
#[derive(Clone)]
pub(super) struct Change {
    pub(super) now: Timestamp,
    random: Random,
    origin: Origin,
}

impl Change {
    /// The same, by whoever turns out to make it.
    pub(super) fn by(&self, actor: &PrincipalId) -> Self {
        Self { origin: Origin { actor: actor.to_string(), ..self.origin.clone() }, ..self.clone() }
    }

    /// A new id.
    pub(super) fn id<T: Generated>(&self) -> Result<T, Error> {
        Ok(self.random.id(self.now)?)
    }

    /// Random characters of an alphabet.
    pub(super) fn text(&self, alphabet: &str, length: usize) -> Result<String, Error> {
        Ok(self.random.text(alphabet, length)?)
    }

    /// Writes an audit row; in the transaction of the change that it tells of.
    pub(super) fn record(&self, conn: &mut Conn, event: &Event) -> Result<(), Error> {
        Ok(storage::event::insert(conn, &self.id()?, self.now, &self.origin, event)?)
    }
}

/// One request, as the audit log will name it.
#[derive(Clone, Debug)]
pub struct Visit {
    /// The request's id, which answers and logs carry too.
    pub request_id: RequestId,
    /// The client's address.
    pub address: std::net::IpAddr,
    /// What its browser calls itself.
    pub user_agent: String,
}

impl Visit {
    pub(super) fn origin(&self, actor: &(impl ToString + ?Sized)) -> Origin {
        Origin {
            actor: actor.to_string(),
            request_id: self.request_id.to_string(),
            source_address: self.address.to_string(),
        }
    }
}

/// Rings when there is something to do, so that nobody need poll for their own replica's work.
#[derive(Default)]
pub(super) struct WorkBell {
    rung: Mutex<u64>,
    changed: Condvar,
}

impl WorkBell {
    pub(super) fn ring(&self) {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        self.changed.notify_all();
    }

    /// How often it was rung so far.
    pub(super) fn count(&self) -> u64 {
        *self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it was rung more often than `seen`, but no longer than `limit`.
    pub(super) fn wait(&self, seen: u64, limit: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let _ignored = self.changed.wait_timeout_while(rung, limit, |rung| *rung <= seen);
    }
}
