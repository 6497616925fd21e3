//! Applications as logons need them: with the metadata read. Reading it anew for each logon would cost as much as
//! everything else but the signature, so what was read is kept for as long as the version is the same.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::base::ApplicationId;
use crate::crypto::ContentCipher;
use crate::domain::{Application, ApplicationSettings, Encryption};
use crate::saml::{EncryptionPreference, Recipient, ServiceProvider};
use crate::storage::{Store, application};

use super::Error;

/// So many are kept; when there are more, all are read anew.
const KEPT: usize = 1024;

/// An application with what its service provider says of itself.
pub(super) struct Registered {
    pub(super) application: Application,
    pub(super) provider: ServiceProvider,
    /// Whom its assertions are encrypted to, and how; `None` where they are not.
    pub(super) recipient: Option<Arc<Recipient>>,
}

/// Whom assertions are encrypted to as the settings say, and as the service provider decrypts.
///
/// # Errors
/// [`saml::Error`](crate::saml::Error) when it takes nothing of the kind.
pub(super) fn recipient(
    settings: &ApplicationSettings,
    provider: &ServiceProvider,
) -> Result<Option<Recipient>, crate::saml::Error> {
    let (cipher, allows_cbc) = match settings.encryption {
        Encryption::None => return Ok(None),
        Encryption::Aes128Gcm => (ContentCipher::Aes128Gcm, false),
        Encryption::Aes256Gcm => (ContentCipher::Aes256Gcm, false),
        Encryption::Aes128Cbc => (ContentCipher::Aes128Cbc, true),
        Encryption::Aes256Cbc => (ContentCipher::Aes256Cbc, true),
    };
    let preference = EncryptionPreference { cipher, allows_cbc, ..EncryptionPreference::default() };
    Recipient::choose(&provider.encryption_certificates, &preference).map(Some)
}

/// What was read.
#[derive(Default)]
pub(super) struct Registry(RwLock<HashMap<ApplicationId, Arc<Registered>>>);

impl Registry {
    /// The application of the service provider that calls itself this.
    pub(super) fn find_by_entity_id(
        &self,
        store: &Store,
        entity_id: &str,
    ) -> Result<Option<Arc<Registered>>, Error> {
        match store.read(|conn| application::find_version(conn, entity_id))? {
            Some((id, version)) => self.at_version(store, &id, version),
            None => Ok(None),
        }
    }

    /// The application with this id.
    pub(super) fn find(&self, store: &Store, id: &ApplicationId) -> Result<Option<Arc<Registered>>, Error> {
        match store.read(|conn| application::find_version_by_id(conn, id))? {
            Some(version) => self.at_version(store, id, version),
            None => Ok(None),
        }
    }

    fn at_version(
        &self,
        store: &Store,
        id: &ApplicationId,
        version: i64,
    ) -> Result<Option<Arc<Registered>>, Error> {
        let registry = &self.0;
        let known = registry.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(known) = known.filter(|known| known.application.version == version) {
            return Ok(Some(known));
        }
        let Some(application) = store.read(|conn| application::find(conn, id))? else { return Ok(None) };
        let provider = ServiceProvider::parse(&application.metadata)?;
        let recipient = recipient(&application.settings, &provider)?.map(Arc::new);
        let read = Arc::new(Registered { application, provider, recipient });
        let mut registry = registry.write().unwrap_or_else(PoisonError::into_inner);
        if registry.len() >= KEPT {
            registry.clear();
        }
        registry.insert(id.clone(), Arc::clone(&read));
        Ok(Some(read))
    }
}
