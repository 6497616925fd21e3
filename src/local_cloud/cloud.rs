//! What every request works with: the store, the clock, randomness, keys and the server's address.

use std::fs::File;

use tokio::sync::oneshot;
use zeroize::Zeroizing;

use crate::base::{AccountId, Clock, Network, Secret, Timestamp};
use crate::crypto::password::Hasher;
use crate::crypto::{self, Random, RelyingParty, SealingKey, hash};

use super::catalogue::Catalogue;
use super::fault::Injector;
use super::gate::Gate;
use super::oidc::Issuers;
use super::parsed_policy::ParsedPolicies;
use super::store::Store;

/// The shared state of the server.
pub(crate) struct Cloud {
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) random: Random,
    pub(crate) sealing: SealingKey,
    pub(crate) passwords: Hasher,
    pub(crate) passkeys: RelyingParty,
    /// Before passwords that anybody may try.
    pub(crate) sign_ins: Gate,
    pub(crate) catalogue: Catalogue,
    pub(crate) injector: Injector,
    pub(crate) issuers: Issuers,
    pub(crate) parsed_policies: ParsedPolicies,
    /// `http://localhost:<port>`.
    pub(crate) base_url: String,
    pub(crate) port: u16,
    /// Proxies whose forwarded addresses and protocols are believed.
    pub(crate) trusted_proxies: Vec<Network>,
    pub(crate) csrf_key: Zeroizing<Vec<u8>>,
    /// The last to go, when the store is closed.
    pub(crate) _open: Open,
}

/// What tells others that the data directory is in use.
pub(crate) struct Open {
    /// Keeps other processes out.
    pub(crate) _lock: File,
    /// Dropped after the lock is released.
    pub(crate) _closed: oneshot::Sender<()>,
}

impl Cloud {
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Where a SAML Response for a role is posted, and what its `Recipient` must be.
    pub(crate) fn role_sso_url(&self) -> String {
        format!("{}/saml-role/sso", self.base_url)
    }

    /// Where a SAML Response for a RAM user is posted, and what its `Recipient` must be.
    pub(crate) fn user_sso_url(&self) -> String {
        format!("{}/saml/SSO", self.base_url)
    }

    /// The service provider that an account is to the identity provider of its RAM users.
    pub(crate) fn user_sso_audience(&self, account: &AccountId) -> String {
        format!("{}/{account}/saml/SSO", self.base_url)
    }

    /// Where LogoutRequests are posted, and what their `Destination` must be.
    pub(crate) fn logout_url(&self) -> String {
        format!("{}/saml/slo", self.base_url)
    }

    /// Seals the secret of an access key.
    pub(crate) fn seal_secret(&self, access_key_id: &str, secret: &Secret) -> Result<String, crypto::Error> {
        seal_secret(&self.sealing, &self.random, access_key_id, secret)
    }

    /// Opens the secret of an access key.
    pub(crate) fn open_secret(&self, access_key_id: &str, sealed: &str) -> Result<Secret, crypto::Error> {
        open_secret(&self.sealing, access_key_id, sealed)
    }

    /// The value that a form carries which is bound to `cookie`, the browser's own.
    pub(crate) fn csrf_token(&self, cookie: &str) -> Result<String, crypto::Error> {
        let mac = hash::hmac_sha256(&self.csrf_key, cookie.as_bytes())?;
        Ok(data_encoding::BASE64URL_NOPAD.encode(&mac))
    }
}

/// As [`Cloud::seal_secret`], before there is a cloud.
pub(crate) fn seal_secret(
    sealing: &SealingKey,
    random: &Random,
    access_key_id: &str,
    secret: &Secret,
) -> Result<String, crypto::Error> {
    sealing.seal(random, &purpose(access_key_id), secret.expose().as_bytes())
}

/// As [`Cloud::open_secret`], before there is a cloud.
pub(crate) fn open_secret(
    sealing: &SealingKey,
    access_key_id: &str,
    sealed: &str,
) -> Result<Secret, crypto::Error> {
    let plain = sealing.open(&purpose(access_key_id), sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|_ignored| crypto::Error::Unsealable)?;
    Ok(Secret::new(text))
}

fn purpose(access_key_id: &str) -> String {
    format!("access_key:{access_key_id}")
}
