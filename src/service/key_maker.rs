//! Makes the keys by which we are known, and stores those that are missing.

use std::time::Duration;

use crate::base::{Clock, SigningKeyId, Timestamp};
use crate::crypto::{Certificate, DecryptionKey, KeyType, Random, SealingKey, SigningKey};
use crate::domain::{Action, Event, IdentityKey, KeyPurpose, KeyState};
use crate::storage::event::Origin;
use crate::storage::signing_key::{self, StoredKey};
use crate::storage::{self, Store};

use super::Error;
use super::parts::Parts;

/// Long, because the dates of a signing certificate carry no meaning in SAML and its end would only
/// break logons; keys are turned instead.
const CERTIFICATE_LIFETIME: Duration = Duration::from_secs(20 * 365 * 24 * 3600);

/// Makes the first keys of an installation.
pub(super) fn ensure_first(parts: &Parts) -> Result<(), Error> {
    let maker = Maker {
        store: &parts.store,
        random: &parts.random,
        clock: &parts.clock,
        sealing_key: &parts.sealing_key,
    };
    maker.ensure(KeyType::Rsa2048)
}

/// What private keys are sealed for.
pub(super) fn purpose(id: &SigningKeyId) -> String {
    format!("signing_key:{id}")
}

pub(super) fn event(action: Action, key: &IdentityKey) -> Event {
    Event::new(action, &key.id).with(serde_json::json!({ "kind": key.kind, "purpose": key.purpose.as_str() }))
}

/// What it takes to make keys.
pub(super) struct Maker<'a> {
    pub(super) store: &'a Store,
    pub(super) random: &'a Random,
    pub(super) clock: &'a Clock,
    pub(super) sealing_key: &'a SealingKey,
}

impl Maker<'_> {
    /// Makes what is missing of an active and a next key of a kind.
    pub(super) fn ensure(&self, kind: KeyType) -> Result<(), Error> {
        let keys = self.store.read(signing_key::list)?;
        for state in [KeyState::Active, KeyState::Next] {
            let is_there = keys.iter().any(|stored| {
                stored.key.purpose == KeyPurpose::Signing
                    && stored.key.kind == kind
                    && stored.key.state == state
            });
            if !is_there {
                self.insert(self.make(kind, state)?)?;
            }
        }
        Ok(())
    }

    pub(super) fn make(&self, kind: KeyType, state: KeyState) -> Result<StoredKey, Error> {
        let now: Timestamp = self.clock.now();
        let id: SigningKeyId = self.random.id(now)?;
        let key = SigningKey::generate(kind)?;
        let name = format!("cloudsso {id}");
        let certificate = Certificate::self_signed(&key, &name, now, CERTIFICATE_LIFETIME, self.random)?;
        self.stored((id, KeyPurpose::Signing, kind, state), now, &certificate, &key.to_pkcs8_der()?)
    }

    pub(super) fn make_encryption(&self) -> Result<StoredKey, Error> {
        let now: Timestamp = self.clock.now();
        let id: SigningKeyId = self.random.id(now)?;
        let name = format!("cloudsso {id}");
        let key = DecryptionKey::generate(&name, now, CERTIFICATE_LIFETIME, self.random)?;
        let what = (id, KeyPurpose::Encryption, KeyType::Rsa3072, KeyState::Active);
        self.stored(what, now, key.certificate(), &key.to_pkcs8_der()?)
    }

    fn stored(
        &self,
        (id, key_purpose, kind, state): (SigningKeyId, KeyPurpose, KeyType, KeyState),
        now: Timestamp,
        certificate: &Certificate,
        der: &[u8],
    ) -> Result<StoredKey, Error> {
        Ok(StoredKey {
            sealed_private_key: self.sealing_key.seal(self.random, &purpose(&id), der)?,
            key: IdentityKey {
                id,
                purpose: key_purpose,
                kind,
                state,
                state_since: now,
                created_at: now,
                certificate: certificate.to_base64()?,
            },
        })
    }

    /// Of two replicas that start together one stores its key, and both use it.
    pub(super) fn insert(&self, stored: StoredKey) -> Result<(), Error> {
        let (random, now) = (self.random.clone(), stored.key.created_at);
        let origin = Origin::system(String::new());
        let inserted = self.store.write(move |conn| {
            signing_key::insert(conn, &stored)?;
            storage::event::insert(
                conn,
                &random.id(now)?,
                now,
                &origin,
                &event(Action::SigningKeyCreated, &stored.key),
            )?;
            Ok::<_, Error>(())
        });
        match inserted {
            Err(Error::Storage(storage::Error::Duplicate(_))) => Ok(()),
            outcome => outcome,
        }
    }
}
