//! Who we are to service providers: entity id, signing key, metadata.

use std::sync::Arc;
use std::time::Duration;

use crate::base::{SigningKeyId, Timestamp};
use crate::crypto::{Certificate, KeyType, SigningKey, hash};
use crate::domain::{self, Action, Event};
use crate::saml::{IdpMetadata, NameIdFormat, Signer};
use crate::storage::event::Origin;
use crate::storage::signing_key::{self, StoredSigningKey};
use crate::storage::{self, Store};

use super::Error;
use super::parts::Parts;

/// Long, because the dates of a signing certificate carry no meaning in SAML and its end would only
/// break logons; keys are rotated instead.
const CERTIFICATE_LIFETIME: Duration = Duration::from_secs(20 * 365 * 24 * 3600);

/// Who we are to service providers.
pub struct IdentityProvider {
    entity_id: String,
    signer: Signer,
    metadata: String,
}

impl IdentityProvider {
    /// Our entity id, which is also where our metadata is.
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// Our metadata, as XML.
    pub fn metadata(&self) -> &str {
        &self.metadata
    }

    pub(super) fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Opens the signing key of the database, or makes the first one.
    pub(super) fn load_or_create(parts: &Parts) -> Result<Self, Error> {
        let stored = parts.store.read(signing_key::find_active)?;
        let stored = match stored {
            Some(stored) => stored,
            None => create(parts, &parts.store)?,
        };
        let der = parts.sealing_key.open(&purpose(&stored.id), &stored.sealed_private_key)?;
        let key = SigningKey::from_pkcs8_der(&der)?;
        let certificate = Certificate::from_base64(&stored.certificate)?;
        let entity_id = format!("{}/saml/idp/metadata", parts.public_url);
        let sso_url = format!("{}/saml/idp/sso", parts.public_url);
        let metadata = IdpMetadata {
            name_id_formats: vec![NameIdFormat::Persistent],
            ..IdpMetadata::new(entity_id.clone(), sso_url, vec![certificate.clone()])
        };
        Ok(Self {
            entity_id,
            signer: Signer::new(Arc::new(key), &certificate)?,
            metadata: metadata.to_xml()?,
        })
    }

    /// A hash of what ties an account to this installation: the metadata it verifies us by, and the
    /// console's address that its roles demand.
    pub(super) fn trust_digest(&self, acs_url: &str) -> String {
        hash::sha256_hex(format!("{}\n{acs_url}", self.metadata).as_bytes())
    }
}

/// Makes a key and stores it. Of two replicas that start together one stores its key, and both use it.
fn create(parts: &Parts, store: &Store) -> Result<StoredSigningKey, Error> {
    let now: Timestamp = parts.clock.now();
    let id: SigningKeyId = parts.random.id(now)?;
    let key = SigningKey::generate(KeyType::Rsa2048)?;
    let certificate =
        Certificate::self_signed(&key, &format!("cloudsso {id}"), now, CERTIFICATE_LIFETIME, &parts.random)?;
    let stored = StoredSigningKey {
        sealed_private_key: parts.sealing_key.seal(&parts.random, &purpose(&id), &key.to_pkcs8_der()?)?,
        certificate: certificate.to_base64()?,
        id,
    };
    let random = parts.random.clone();
    let origin =
        Origin { actor: "system".to_owned(), request_id: String::new(), source_address: String::new() };
    let inserted = store.write(move |conn| {
        signing_key::insert_active(conn, &stored, now)?;
        let event = Event::new(Action::SigningKeyCreated, &stored.id);
        storage::event::insert(conn, &random.id(now)?, now, &origin, &event)?;
        Ok::<_, Error>(())
    });
    match inserted {
        Err(error) if !matches!(error, Error::Storage(storage::Error::Duplicate(_))) => Err(error),
        _ => {
            let made = store.read(signing_key::find_active)?;
            made.ok_or_else(|| domain::Error::missing("SigningKey", "after it was made").into())
        }
    }
}

fn purpose(id: &SigningKeyId) -> String {
    format!("signing_key:{id}")
}
