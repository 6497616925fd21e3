//! Applications as logons need them: with the metadata read. Reading it anew for each logon would cost as much as
//! everything else but the signature, so what was read is kept for as long as the version is the same.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::base::ApplicationId;
use crate::crypto::{Algorithm, BlockedAlgorithms, ContentCipher};
use crate::domain::{self, Application, ApplicationSettings, Encryption, Kind};
use crate::saml::{self, EncryptionPreference, Recipient, ServiceProvider};
use crate::storage::{Store, application};

use super::Error;

/// So many are kept; when there are more, all are read anew.
const KEPT: usize = 1024;

/// An application with what its service provider says of itself.
pub(super) struct Registered {
    pub(super) application: Application,
    pub(super) provider: ServiceProvider,
    /// Whom its assertions are encrypted to, and how, `None` where they are not; or why nothing can be sent to it.
    protection: Result<Option<Arc<Recipient>>, String>,
}

impl Registered {
    /// Refuses an application to which nothing can be sent as its settings have it: what they ask for was blocked since.
    ///
    /// # Errors
    /// The reason, in words for administrators.
    pub(super) fn check_protection(&self) -> Result<(), &str> {
        self.protection.as_ref().map(|_recipient| ()).map_err(String::as_str)
    }

    /// Whom its assertions are encrypted to, and how; `None` where they are not.
    ///
    /// # Errors
    /// [`Error::Refused`] where nothing can be sent to it.
    pub(super) fn recipient(&self) -> Result<Option<Arc<Recipient>>, Error> {
        let refused = |_reason: &String| {
            let message = "nothing can be sent to this application as its settings have it";
            domain::Error::new(Kind::Denied, "NoPermission.Unprotected", message).into()
        };
        self.protection.as_ref().cloned().map_err(refused)
    }
}

/// What is sent to a service provider is protected as the settings say, by nothing that is blocked: whom its assertions
/// are encrypted to, if they are.
///
/// # Errors
/// Those of [`check_signature_key`] and of [`recipient`].
pub(super) fn protection(
    settings: &ApplicationSettings,
    provider: &ServiceProvider,
    blocked: BlockedAlgorithms,
) -> Result<Option<Recipient>, saml::Error> {
    check_signature_key(settings, blocked)?;
    recipient(settings, provider, blocked)
}

/// Refuses a kind of key whose algorithm is blocked.
///
/// # Errors
/// [`saml::Error::Blocked`].
pub(super) fn check_signature_key(
    settings: &ApplicationSettings,
    blocked: BlockedAlgorithms,
) -> Result<(), saml::Error> {
    let algorithm = settings.signature_key.signature_algorithm();
    saml::check_signature_algorithm(blocked, settings.signature_key.as_str(), algorithm)
}

/// Whom assertions are encrypted to as the settings say, and as the service provider decrypts. What the settings ask for
/// must not be blocked, although the service provider may bring another cipher about, which must not be either.
///
/// # Errors
/// [`saml::Error`] when it takes nothing of the kind, or when that is blocked.
pub(super) fn recipient(
    settings: &ApplicationSettings,
    provider: &ServiceProvider,
    blocked: BlockedAlgorithms,
) -> Result<Option<Recipient>, saml::Error> {
    let (cipher, allows_cbc) = match settings.encryption {
        Encryption::None => return Ok(None),
        Encryption::Aes128Gcm => (ContentCipher::Aes128Gcm, false),
        Encryption::Aes256Gcm => (ContentCipher::Aes256Gcm, false),
        Encryption::Aes128Cbc => (ContentCipher::Aes128Cbc, true),
        Encryption::Aes256Cbc => (ContentCipher::Aes256Cbc, true),
    };
    saml::check_algorithm(blocked, settings.encryption.as_str(), Algorithm::Content(cipher))?;
    let preference = EncryptionPreference { cipher, allows_cbc, ..EncryptionPreference::default() };
    Recipient::choose(&provider.encryption_certificates, &preference, blocked).map(Some)
}

/// What was read.
pub(super) struct Registry {
    kept: RwLock<Kept>,
    blocked: BlockedAlgorithms,
}

#[derive(Default)]
struct Kept {
    by_id: HashMap<ApplicationId, Arc<Registered>>,
    by_entity_id: HashMap<String, Arc<Registered>>,
}

impl Registry {
    /// One that has read nothing yet, where these are blocked.
    pub(super) fn new(blocked: BlockedAlgorithms) -> Self {
        Self { kept: RwLock::default(), blocked }
    }

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

    /// As [`Registry::find_by_entity_id`], for threads that must not wait.
    pub(super) async fn find_by_entity_id_async(
        &self,
        store: &Store,
        entity_id: String,
    ) -> Result<Option<Arc<Registered>>, Error> {
        match store.read_async(move |conn| application::find_version(conn, &entity_id)).await? {
            Some((id, version)) => self.at_version_async(store, id, version).await,
            None => Ok(None),
        }
    }

    /// The application of the service provider that calls itself this, as it was when it was looked up last: whoever
    /// goes by it has to see in a transaction that it is so still.
    pub(super) fn remembered(&self, entity_id: &str) -> Option<Arc<Registered>> {
        self.kept.read().unwrap_or_else(PoisonError::into_inner).by_entity_id.get(entity_id).cloned()
    }

    /// As [`Registry::find`], for threads that must not wait.
    pub(super) async fn find_async(
        &self,
        store: &Store,
        id: ApplicationId,
    ) -> Result<Option<Arc<Registered>>, Error> {
        let this = id.clone();
        match store.read_async(move |conn| application::find_version_by_id(conn, &this)).await? {
            Some(version) => self.at_version_async(store, id, version).await,
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
        if let Some(known) = self.known(id, version) {
            return Ok(Some(known));
        }
        store.read(|conn| application::find(conn, id))?.map(|application| self.keep(application)).transpose()
    }

    async fn at_version_async(
        &self,
        store: &Store,
        id: ApplicationId,
        version: i64,
    ) -> Result<Option<Arc<Registered>>, Error> {
        if let Some(known) = self.known(&id, version) {
            return Ok(Some(known));
        }
        let found = store.read_async(move |conn| application::find(conn, &id)).await?;
        found.map(|application| self.keep(application)).transpose()
    }

    fn known(&self, id: &ApplicationId, version: i64) -> Option<Arc<Registered>> {
        let known = self.kept.read().unwrap_or_else(PoisonError::into_inner).by_id.get(id).cloned();
        known.filter(|known| known.application.version == version)
    }

    fn keep(&self, application: Application) -> Result<Arc<Registered>, Error> {
        let provider = ServiceProvider::parse(&application.metadata)?;
        let protection = protection(&application.settings, &provider, self.blocked);
        let protection =
            protection.map(|recipient| recipient.map(Arc::new)).map_err(|error| error.to_string());
        let read = Arc::new(Registered { application, provider, protection });
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        if kept.by_id.len() >= KEPT || kept.by_entity_id.len() >= KEPT {
            *kept = Kept::default();
        }
        kept.by_id.insert(read.application.id.clone(), Arc::clone(&read));
        kept.by_entity_id.insert(read.application.entity_id.clone(), Arc::clone(&read));
        Ok(read)
    }
}
