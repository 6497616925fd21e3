//! The cloud and its accounts: who signs a call, and the credentials of entered accounts.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde::de::DeserializeOwned;

use crate::base::{AccountId, Timestamp};
use crate::rpc::AccessKey;

use super::call::{Call, Caller, MANAGEMENT};
use super::error::Error;
use super::limits::Limits;
use super::site::{Site, Surroundings};

/// Credentials are renewed when they have less than this left, so that none expires under way.
const RENEWAL: Duration = Duration::from_secs(5 * 60);

const SESSION_NAME: &str = "cloudsso";

/// A cloud, ready to be called. Cheap to clone; clones share connections and credentials.
#[derive(Clone)]
pub struct Cloud(Arc<Inner>);

struct Inner {
    caller: Caller,
    entries: Mutex<HashMap<AccountId, Arc<Mutex<Option<Entry>>>>>,
}

/// The credentials of an entered account.
#[derive(Clone)]
struct Entry {
    key: AccessKey,
    expires: Timestamp,
}

impl Cloud {
    /// A cloud at `site`, called within the usual [`Limits`]. Nothing is sent yet.
    pub fn new(site: Site, surroundings: Surroundings) -> Self {
        Self::with_limits(site, surroundings, Limits::default())
    }

    /// As [`Cloud::new`], within other limits.
    pub fn with_limits(site: Site, surroundings: Surroundings, limits: Limits) -> Self {
        let caller = Caller::new(site, surroundings, limits);
        Self(Arc::new(Inner { caller, entries: Mutex::default() }))
    }

    /// A member account, which its first call enters by `AssumeRole` of the site's entry role.
    pub fn account(&self, id: &AccountId) -> Account {
        Account { cloud: self.clone(), id: Some(id.clone()) }
    }

    /// The management account, where the site's own key acts as it is.
    pub fn management(&self) -> Account {
        Account { cloud: self.clone(), id: None }
    }

    /// Sends with an explicit signer, or anonymously.
    pub(super) fn send<T: DeserializeOwned>(
        &self,
        call: &Call,
        key: Option<&AccessKey>,
        account: &str,
    ) -> Result<T, Error> {
        self.0.caller.send(call, key, account)
    }

    pub(super) fn site(&self) -> &Site {
        &self.0.caller.site
    }

    pub(super) fn caller(&self) -> &Caller {
        &self.0.caller
    }

    /// The credentials of `account`, kept or fetched anew. Callers of one account wait for each other, so
    /// that it is entered once; other accounts are not held up.
    fn entry(&self, account: &AccountId) -> Result<AccessKey, Error> {
        let slot = self.slot(account);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.caller.surroundings.clock.now();
        if let Some(entry) = slot.as_ref().filter(|entry| now.plus(RENEWAL) < entry.expires) {
            return Ok(entry.key.clone());
        }
        let role = format!("acs:ram::{account}:role/{}", self.site().entry_role);
        let session = self.assume_role(&role, SESSION_NAME)?;
        *slot = Some(Entry { key: session.key.clone(), expires: session.expires });
        Ok(session.key)
    }

    /// Forgets the credentials of `account` if they are still the ones that were refused.
    fn forget(&self, account: &AccountId, refused: &AccessKey) {
        let slot = self.slot(account);
        let mut slot = slot.lock().unwrap_or_else(PoisonError::into_inner);
        if slot.as_ref().is_some_and(|entry| entry.key.id == refused.id) {
            *slot = None;
        }
    }

    fn slot(&self, account: &AccountId) -> Arc<Mutex<Option<Entry>>> {
        let mut entries = self.0.entries.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(entries.entry(account.clone()).or_default())
    }
}

impl fmt::Debug for Cloud {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cloud").field(self.site()).finish()
    }
}

/// One account of the cloud, as whoever the site makes us there.
#[derive(Clone, Debug)]
pub struct Account {
    cloud: Cloud,
    /// `None` for the management account itself.
    id: Option<AccountId>,
}

impl Account {
    /// Sends `call` as ourselves in this account. Credentials that the cloud no longer takes are fetched
    /// anew once: the account may have ended our session.
    pub(super) fn send<T: DeserializeOwned>(&self, call: &Call) -> Result<T, Error> {
        let Some(id) = &self.id else {
            return self.cloud.send(call, Some(&self.cloud.site().key), MANAGEMENT);
        };
        let key = self.cloud.entry(id)?;
        match self.cloud.send(call, Some(&key), id.as_str()) {
            Err(error) if error.is_credential_refused() => {
                self.cloud.forget(id, &key);
                let key = self.cloud.entry(id)?;
                self.cloud.send(call, Some(&key), id.as_str())
            }
            outcome => outcome,
        }
    }
}

/// An answer of which only the success matters.
#[derive(serde::Deserialize)]
pub(super) struct Done {}
