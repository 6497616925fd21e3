//! Applications as logons need them: with the metadata read. Reading it anew for each logon would cost as much as
//! everything else but the signature, so what was read is kept for as long as the version is the same.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::base::ApplicationId;
use crate::crypto::ContentCipher;
use crate::domain::{Application, ApplicationSettings, Encryption};
use crate::saml::{EncryptionPreference, Recipient, ServiceProvider};
use crate::storage::application;

use super::super::{Context, Error};

/// So many are kept; when there are more, all are read anew.
const KEPT: usize = 1024;

/// An application with what its service provider says of itself.
pub(in super::super) struct Registered {
    pub(in super::super) application: Application,
    pub(in super::super) provider: ServiceProvider,
    /// Whom its assertions are encrypted to, and how; `None` where they are not.
    pub(in super::super) recipient: Option<Arc<Recipient>>,
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
pub(in super::super) struct Registry(RwLock<HashMap<ApplicationId, Arc<Registered>>>);

impl Registry {
    /// The application of the service provider that calls itself this.
    pub(in super::super) fn find_by_entity_id(
        ctx: &Context,
        entity_id: &str,
    ) -> Result<Option<Arc<Registered>>, Error> {
        match ctx.store.read(|conn| application::find_version(conn, entity_id))? {
            Some((id, version)) => Self::at_version(ctx, &id, version),
            None => Ok(None),
        }
    }

    /// The application with this id.
    pub(in super::super) fn find(
        ctx: &Context,
        id: &ApplicationId,
    ) -> Result<Option<Arc<Registered>>, Error> {
        match ctx.store.read(|conn| application::find_version_by_id(conn, id))? {
            Some(version) => Self::at_version(ctx, id, version),
            None => Ok(None),
        }
    }

    fn at_version(ctx: &Context, id: &ApplicationId, version: i64) -> Result<Option<Arc<Registered>>, Error> {
        let registry = &ctx.applications.0;
        let known = registry.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some(known) = known.filter(|known| known.application.version == version) {
            return Ok(Some(known));
        }
        let Some(application) = ctx.store.read(|conn| application::find(conn, id))? else { return Ok(None) };
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
