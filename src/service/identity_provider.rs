//! Who we are to service providers: entity id, keys, metadata. What is read of the database is kept, and read anew
//! when a key turns, here or at another replica.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::crypto::{Certificate, KeyType, SealingKey, SigningKey, hash};
use crate::domain::{self, ApplicationSettings, KeyPurpose, KeyState};
use crate::saml::{IdpMetadata, NameIdFormat, Signer};
use crate::storage::Store;
use crate::storage::signing_key::{self, StoredKey};

use super::Error;
use super::keys;
use super::parts::Parts;

/// Who we are to service providers.
pub struct IdentityProvider {
    public_url: String,
    entity_id: String,
    sso_url: String,
    keys: RwLock<Arc<Keys>>,
}

/// The keys of a moment.
pub(super) struct Keys {
    /// Which moment, as the database tells it.
    revision: String,
    signing: BTreeMap<KeyType, KindKeys>,
    metadata: String,
}

/// The signing keys of one kind.
struct KindKeys {
    signer: Signer,
    active: OwnCertificate,
    next: Option<OwnCertificate>,
    /// Those that were active once, the latest first, and whether they are published still.
    former: Vec<(OwnCertificate, bool)>,
}

/// A certificate, and the fingerprint that it is told apart by.
struct OwnCertificate {
    certificate: Certificate,
    fingerprint: String,
}

impl IdentityProvider {
    /// Our entity id, which is also where our metadata is.
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// The entity id that an application knows us by.
    pub fn entity_id_for<'a>(&'a self, settings: &'a ApplicationSettings) -> &'a str {
        settings.own_entity_id.as_deref().unwrap_or(&self.entity_id)
    }

    /// Where sign-on requests are taken.
    pub fn sso_url(&self) -> &str {
        &self.sso_url
    }

    /// Our metadata, as XML.
    pub fn metadata(&self) -> String {
        self.keys().metadata.clone()
    }

    /// Our metadata for an application: by the entity id that it knows us by, with the keys of the kind that its
    /// messages are signed by.
    ///
    /// # Errors
    /// [`Error::Saml`].
    pub fn metadata_for(&self, settings: &ApplicationSettings) -> Result<String, Error> {
        let keys = self.keys();
        let kind = keys.signing.get(&settings.signature_key).or_else(|| keys.signing.get(&KeyType::Rsa2048));
        let published = kind.into_iter().flat_map(KindKeys::published);
        metadata(&self.public_url, self.entity_id_for(settings), published)
    }

    /// Our metadata for the accounts' consoles, which know the keys that sign now, will sign next and signed last.
    ///
    /// # Errors
    /// [`Error::Saml`].
    pub(super) fn console_metadata(&self) -> Result<String, Error> {
        let keys = self.keys();
        let known = keys.signing.get(&KeyType::Rsa2048).map(KindKeys::known_to_consoles).unwrap_or_default();
        metadata(&self.public_url, &self.entity_id, known)
    }

    /// What signs by a key of this kind.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such key.
    pub(super) fn signer(&self, kind: KeyType) -> Result<Signer, Error> {
        let keys = self.keys();
        let signer = keys.signing.get(&kind).map(|keys| keys.signer.clone());
        signer.ok_or_else(|| {
            domain::Error::missing("SigningKey", format_args!("of kind {}", kind.as_str())).into()
        })
    }

    /// Opens the keys of the database, or makes the first ones.
    pub(super) fn load_or_create(parts: &Parts) -> Result<Self, Error> {
        let public_url = &parts.public_url;
        keys::ensure_first(parts)?;
        let entity_id = format!("{public_url}/saml/idp/metadata");
        let keys = Keys::load(&parts.store, &parts.sealing_key, public_url, &entity_id)?;
        Ok(Self {
            public_url: public_url.clone(),
            sso_url: format!("{public_url}/saml/idp/sso"),
            entity_id,
            keys: RwLock::new(Arc::new(keys)),
        })
    }

    /// Reads the keys anew if any of them turned, or was made.
    pub(super) fn refresh(&self, store: &Store, sealing_key: &SealingKey) -> Result<bool, Error> {
        if store.read(signing_key::revision)? == self.keys().revision {
            return Ok(false);
        }
        let fresh = Keys::load(store, sealing_key, &self.public_url, &self.entity_id)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(fresh);
        Ok(true)
    }

    /// A hash of what ties an account to this installation: who we are, the keys that it verifies us by, and the
    /// console's address that its roles demand.
    pub(super) fn trust_digest(&self, acs_url: &str) -> String {
        self.digest(acs_url, KindKeys::known_to_consoles)
    }

    /// The hashes of accounts that verify what is signed now: those that know the active key, be it that it was the
    /// next one when they were told.
    pub(super) fn good_trust_digests(&self, acs_url: &str) -> [String; 2] {
        [self.trust_digest(acs_url), self.digest(acs_url, KindKeys::known_before_the_last_turn)]
    }

    fn digest(&self, acs_url: &str, known: impl Fn(&KindKeys) -> Vec<&OwnCertificate>) -> String {
        let keys = self.keys();
        let known = keys.signing.get(&KeyType::Rsa2048).map(known).unwrap_or_default();
        let mut fingerprints: Vec<&str> = known.iter().map(|known| known.fingerprint.as_str()).collect();
        fingerprints.sort_unstable();
        hash::sha256_hex(format!("{}\n{acs_url}\n{}", self.entity_id, fingerprints.join("\n")).as_bytes())
    }

    fn keys(&self) -> Arc<Keys> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl KindKeys {
    /// Those that are published: the active one first.
    fn published(&self) -> impl Iterator<Item = &OwnCertificate> {
        let former = self.former.iter().filter(|(_, is_published)| *is_published);
        [&self.active].into_iter().chain(&self.next).chain(former.map(|(certificate, _)| certificate))
    }

    fn known_to_consoles(&self) -> Vec<&OwnCertificate> {
        let former = self.former.iter().take(1).map(|(certificate, _)| certificate);
        [&self.active].into_iter().chain(&self.next).chain(former).collect()
    }

    fn known_before_the_last_turn(&self) -> Vec<&OwnCertificate> {
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

impl Keys {
    fn load(
        store: &Store,
        sealing_key: &SealingKey,
        public_url: &str,
        entity_id: &str,
    ) -> Result<Self, Error> {
        let (stored, revision) =
            store.read(|conn| Ok::<_, Error>((signing_key::list(conn)?, signing_key::revision(conn)?)))?;
        let mut signing = BTreeMap::new();
        for kind in KeyType::ALL {
            if let Some(keys) = of_kind(sealing_key, &stored, kind)? {
                signing.insert(kind, keys);
            }
        }
        let published = signing.values().flat_map(KindKeys::published);
        Ok(Self { revision, metadata: metadata(public_url, entity_id, published)?, signing })
    }
}

/// The signing keys of a kind, where one is active.
fn of_kind(sealing_key: &SealingKey, stored: &[StoredKey], kind: KeyType) -> Result<Option<KindKeys>, Error> {
    let of_kind = |stored: &&StoredKey| stored.key.purpose == KeyPurpose::Signing && stored.key.kind == kind;
    let keys: Vec<&StoredKey> = stored.iter().filter(of_kind).collect();
    let find = |state| keys.iter().find(|stored| stored.key.state == state);
    let Some(active) = find(KeyState::Active) else { return Ok(None) };
    let der = sealing_key.open(&keys::purpose(&active.key.id), &active.sealed_private_key)?;
    let own = OwnCertificate::read(active)?;
    let signer = Signer::new(Arc::new(SigningKey::from_pkcs8_der(&der)?), &own.certificate)?;
    let former = keys.iter().rev().filter_map(|stored| match stored.key.state {
        KeyState::Active | KeyState::Next => None,
        state => {
            Some(OwnCertificate::read(stored).map(|certificate| (certificate, state == KeyState::Retiring)))
        }
    });
    Ok(Some(KindKeys {
        signer,
        active: own,
        next: find(KeyState::Next).map(|stored| OwnCertificate::read(stored)).transpose()?,
        former: former.collect::<Result<_, _>>()?,
    }))
}

fn metadata<'a>(
    public_url: &str,
    entity_id: &str,
    certificates: impl IntoIterator<Item = &'a OwnCertificate>,
) -> Result<String, Error> {
    let certificates = certificates.into_iter().map(|own| own.certificate.clone()).collect();
    let metadata = IdpMetadata {
        name_id_formats: vec![
            NameIdFormat::Persistent,
            NameIdFormat::Transient,
            NameIdFormat::EmailAddress,
            NameIdFormat::Unspecified,
        ],
        ..IdpMetadata::new(entity_id, format!("{public_url}/saml/idp/sso"), certificates)
    };
    Ok(metadata.to_xml()?)
}
