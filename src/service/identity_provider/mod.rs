//! Who we are to service providers: entity id, keys, metadata. What is read of the database is kept, and read anew
//! when a key turns, here or at another replica.

mod key_set;
mod published;

use std::sync::{Arc, PoisonError, RwLock};

use url::Url;

use crate::base::Timestamp;
use crate::crypto::{BlockedAlgorithms, Certificate, KeyType, Random, SealingKey, hash};
use crate::domain::{self, ApplicationSettings, IdentityProviderProfile, Kind};
use crate::saml::{self, Decrypter, EncryptionCertificate, IdpMetadata, Signer};
use crate::storage::Store;
use crate::storage::signing_key;

use super::parts::Parts;
use super::{Error, key_maker};

use key_set::{KeySet, KindKeys, OwnCertificate};
use published::{NAME_ID_FORMATS, Published};

/// Who we are to service providers.
pub struct IdentityProvider {
    public_url: String,
    entity_id: String,
    sso_url: String,
    slo_url: String,
    scope: String,
    details: IdentityProviderProfile,
    blocked: BlockedAlgorithms,
    keys: RwLock<Arc<KeySet>>,
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

    /// Where logout messages are taken.
    pub fn slo_url(&self) -> &str {
        &self.slo_url
    }

    /// What the identifiers that we give people end with, behind the `@`.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// Whether every service provider must sign its requests.
    pub(super) fn wants_signed_requests(&self) -> bool {
        self.details.wants_signed_requests
    }

    /// Our metadata for everybody, as it holds from `now` on: with the keys of every kind whose algorithm is not blocked.
    ///
    /// # Errors
    /// [`Error::Saml`].
    pub(super) fn metadata(&self, random: &Random, now: Timestamp) -> Result<String, Error> {
        let keys = self.keys();
        let usual = keys.signing.get(&KeyType::Rsa2048).ok_or_else(|| no_key(KeyType::Rsa2048))?;
        self.published(&keys, &self.entity_id, keys.published(self.blocked), &usual.signer).write(random, now)
    }

    /// Our metadata for an application: by the entity id that it knows us by, with the keys of the kind that its
    /// messages are signed by.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such key, or its algorithm is blocked; [`Error::Saml`].
    pub(super) fn metadata_for(
        &self,
        settings: &ApplicationSettings,
        random: &Random,
        now: Timestamp,
    ) -> Result<String, Error> {
        let (keys, kind) = (self.keys(), settings.signature_key);
        self.check_signs(kind).map_err(|error| no_signature(&error))?;
        let of_kind = keys.signing.get(&kind).ok_or_else(|| no_key(kind))?;
        let certificates = of_kind.published().map(|own| own.certificate.clone()).collect();
        let entity_id = self.entity_id_for(settings);
        self.published(&keys, entity_id, certificates, &of_kind.signer).write(random, now)
    }

    /// The certificates that an application may find its messages signed by: the active one first.
    pub(super) fn certificates_for(&self, settings: &ApplicationSettings) -> Vec<Certificate> {
        let keys = self.keys();
        let of_kind = keys.signing.get(&settings.signature_key);
        of_kind.into_iter().flat_map(KindKeys::published).map(|own| own.certificate.clone()).collect()
    }

    fn published<'a>(
        &'a self,
        keys: &KeySet,
        entity_id: &'a str,
        signing: Vec<Certificate>,
        signer: &'a Signer,
    ) -> Published<'a> {
        let methods = keys.decrypter.methods();
        Published {
            entity_id,
            blocked: self.blocked,
            public_url: &self.public_url,
            scope: self.scope(),
            details: &self.details,
            signing,
            encryption: keys
                .encryption
                .clone()
                // One without methods would be taken for one that takes them all.
                .filter(|_certificate| !methods.is_empty())
                .map(|certificate| EncryptionCertificate { certificate, methods }),
            signer,
        }
    }

    /// Our metadata for the accounts' consoles, which know the keys that sign now, will sign next and signed last. The
    /// same as long as these are the same, since accounts are compared with it.
    ///
    /// # Errors
    /// [`Error::Saml`].
    pub fn console_metadata(&self) -> Result<String, Error> {
        let keys = self.keys();
        let known = keys.signing.get(&KeyType::Rsa2048).map(KindKeys::known_to_consoles).unwrap_or_default();
        let certificates = known.iter().map(|own| own.certificate.clone()).collect();
        let metadata = IdpMetadata {
            name_id_formats: NAME_ID_FORMATS.to_vec(),
            ..IdpMetadata::new(self.entity_id.as_str(), self.sso_url.as_str(), certificates)
        };
        Ok(metadata.to_xml()?)
    }

    /// Refuses a kind of key whose algorithm is blocked.
    ///
    /// # Errors
    /// [`saml::Error::Blocked`].
    pub(super) fn check_signs(&self, kind: KeyType) -> Result<(), saml::Error> {
        saml::check_signature_algorithm(self.blocked, kind.as_str(), kind.signature_algorithm())
    }

    /// What signs by a key of this kind.
    ///
    /// # Errors
    /// [`Error::Refused`] when there is no such key, or its algorithm is blocked.
    pub(super) fn signer(&self, kind: KeyType) -> Result<Signer, Error> {
        self.check_signs(kind).map_err(|error| no_signature(&error))?;
        let keys = self.keys();
        Ok(keys.signing.get(&kind).map(|keys| keys.signer.clone()).ok_or_else(|| no_key(kind))?)
    }

    /// What reads what is encrypted to us.
    pub(super) fn decrypter(&self) -> Decrypter {
        self.keys().decrypter.clone()
    }

    /// Whether there is a key that may be encrypted to.
    pub(super) fn has_encryption_key(&self) -> bool {
        self.keys().encryption.is_some()
    }

    /// Opens the keys of the database, or makes the first ones.
    pub(super) fn load_or_create(parts: &Parts) -> Result<Self, Error> {
        let (public_url, blocked) = (parts.public_url.clone(), parts.saml_policy.blocked_algorithms);
        key_maker::ensure_first(parts)?;
        let host = Url::parse(&public_url).ok().and_then(|url| url.host_str().map(str::to_owned));
        Ok(Self {
            scope: parts.identity_provider.scope_at(host.as_deref().unwrap_or_default()).to_owned(),
            entity_id: format!("{public_url}/saml/idp/metadata"),
            sso_url: format!("{public_url}/saml/idp/sso"),
            slo_url: format!("{public_url}/saml/idp/slo"),
            public_url,
            details: parts.identity_provider.clone(),
            blocked,
            keys: RwLock::new(Arc::new(KeySet::load(&parts.store, &parts.sealing_key, blocked)?)),
        })
    }

    /// Reads the keys anew if any of them turned, or was made.
    pub(super) fn refresh(&self, store: &Store, sealing_key: &SealingKey) -> Result<bool, Error> {
        if store.read(signing_key::revision)? == self.keys().revision {
            return Ok(false);
        }
        let fresh = KeySet::load(store, sealing_key, self.blocked)?;
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

    fn keys(&self) -> Arc<KeySet> {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn no_signature(error: &saml::Error) -> domain::Error {
    domain::Error::new(Kind::Denied, "NoPermission.Unprotected", format!("nothing is signed: {error}"))
}

fn no_key(kind: KeyType) -> domain::Error {
    domain::Error::missing("SigningKey", format_args!("of kind {}", kind.as_str()))
}
