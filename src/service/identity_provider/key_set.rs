//! The keys of a moment, ready to be used.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::crypto::{BlockedAlgorithms, Certificate, DecryptionKey, KeyType, SealingKey, SigningKey};
use crate::domain::{KeyPurpose, KeyState};
use crate::saml::{Decrypter, Signer};
use crate::storage::Store;
use crate::storage::signing_key::{self, StoredKey};

use super::super::{Error, key_maker};

/// The keys of a moment.
pub(super) struct KeySet {
    /// Which moment, as the database tells it.
    pub(super) revision: String,
    pub(super) signing: BTreeMap<KeyType, KindKeys>,
    /// What is encrypted to us: the certificate that is published, where there is one.
    pub(super) encryption: Option<Certificate>,
    /// By every key that anybody may have encrypted to.
    pub(super) decrypter: Decrypter,
}

/// The signing keys of one kind.
pub(super) struct KindKeys {
    pub(super) signer: Signer,
    active: OwnCertificate,
    next: Option<OwnCertificate>,
    /// Those that were active once, the latest first, and whether they are published still.
    former: Vec<(OwnCertificate, bool)>,
}

/// A certificate, and the fingerprint that it is told apart by.
pub(super) struct OwnCertificate {
    pub(super) certificate: Certificate,
    pub(super) fingerprint: String,
}

impl KeySet {
    /// Reads and opens what is in the database. By what is `blocked` nothing is decrypted.
    pub(super) fn load(
        store: &Store,
        sealing_key: &SealingKey,
        blocked: BlockedAlgorithms,
    ) -> Result<Self, Error> {
        let (stored, revision) =
            store.read(|conn| Ok::<_, Error>((signing_key::list(conn)?, signing_key::revision(conn)?)))?;
        let mut signing = BTreeMap::new();
        for kind in KeyType::ALL {
            if let Some(keys) = KindKeys::open(sealing_key, &stored, kind)? {
                signing.insert(kind, keys);
            }
        }
        let mut decryption: Vec<(KeyState, DecryptionKey)> = Vec::new();
        for stored in stored.iter().filter(|stored| stored.key.purpose == KeyPurpose::Encryption) {
            let der = sealing_key.open(&key_maker::purpose(&stored.key.id), &stored.sealed_private_key)?;
            let certificate = Certificate::from_base64(&stored.key.certificate)?;
            decryption.push((stored.key.state, DecryptionKey::from_pkcs8_der(&der, certificate)?));
        }
        // The one that is published first, since most is encrypted to it.
        decryption.sort_by_key(|(state, _)| *state);
        let encryption = decryption
            .first()
            .filter(|(state, _)| *state == KeyState::Active)
            .map(|(_, key)| key.certificate().clone());
        let decrypter = Decrypter::new(decryption.into_iter().map(|(_, key)| Arc::new(key)), blocked);
        Ok(Self { revision, signing, encryption, decrypter })
    }

    /// The certificates that are published of every kind but those that sign by what is `blocked`.
    pub(super) fn published(&self, blocked: BlockedAlgorithms) -> Vec<Certificate> {
        let signs = |kind: &KeyType| blocked.of_signature(kind.signature_algorithm()).is_none();
        let kinds = self.signing.iter().filter(|(kind, _)| signs(kind)).map(|(_, keys)| keys);
        kinds.flat_map(KindKeys::published).map(|own| own.certificate.clone()).collect()
    }
}

impl KindKeys {
    /// Those of a kind, where one is active.
    fn open(sealing_key: &SealingKey, stored: &[StoredKey], kind: KeyType) -> Result<Option<Self>, Error> {
        let of_kind =
            |stored: &&StoredKey| stored.key.purpose == KeyPurpose::Signing && stored.key.kind == kind;
        let keys: Vec<&StoredKey> = stored.iter().filter(of_kind).collect();
        let find = |state| keys.iter().find(|stored| stored.key.state == state);
        let Some(active) = find(KeyState::Active) else { return Ok(None) };
        let der = sealing_key.open(&key_maker::purpose(&active.key.id), &active.sealed_private_key)?;
        let own = OwnCertificate::read(active)?;
        let signer = Signer::new(Arc::new(SigningKey::from_pkcs8_der(&der)?), &own.certificate)?;
        let former = keys.iter().rev().filter_map(|stored| match stored.key.state {
            KeyState::Active | KeyState::Next => None,
            state => Some(
                OwnCertificate::read(stored).map(|certificate| (certificate, state == KeyState::Retiring)),
            ),
        });
        Ok(Some(Self {
            signer,
            active: own,
            next: find(KeyState::Next).map(|stored| OwnCertificate::read(stored)).transpose()?,
            former: former.collect::<Result<_, _>>()?,
        }))
    }

    /// Those that are published: the active one first.
    pub(super) fn published(&self) -> impl Iterator<Item = &OwnCertificate> {
        let former = self.former.iter().filter(|(_, is_published)| *is_published);
        [&self.active].into_iter().chain(&self.next).chain(former.map(|(certificate, _)| certificate))
    }

    /// Those that consoles know: what signs now, will sign next, and signed last.
    pub(super) fn known_to_consoles(&self) -> Vec<&OwnCertificate> {
        let former = self.former.iter().take(1).map(|(certificate, _)| certificate);
        [&self.active].into_iter().chain(&self.next).chain(former).collect()
    }

    /// Those that consoles knew before the active one took its place.
    pub(super) fn known_before_the_last_turn(&self) -> Vec<&OwnCertificate> {
        let former = self.former.iter().take(2).map(|(certificate, _)| certificate);
        [&self.active].into_iter().chain(former).collect()
    }
}

impl OwnCertificate {
    fn read(stored: &StoredKey) -> Result<Self, Error> {
        let certificate = Certificate::from_base64(&stored.key.certificate)?;
        Ok(Self { fingerprint: certificate.fingerprint()?, certificate })
    }
}
