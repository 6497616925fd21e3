//! IMS 2019-08-15: the user SSO of an account, and how long its console sessions may last.

use data_encoding::BASE64;
use serde::Deserialize;

use super::account::Account;
use super::call::{Call, Product};
use super::error::Error;

/// By which identity provider people come into an account as its RAM users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserSsoSettings {
    /// Whether it is on; the cloud asks for metadata then.
    pub is_enabled: bool,
    /// The identity provider's metadata as XML; empty when there is none.
    pub metadata: Vec<u8>,
    /// A domain that may stand for the default one in a NameID; empty when there is none.
    pub auxiliary_domain: String,
    /// Whether a NameID is `<name>@<domain>` and not the name alone.
    pub login_with_domain: bool,
    /// How the cloud signs its AuthnRequests: `rsa-sha1` or `rsa-sha256`.
    pub authn_sign_algorithm: String,
}

fn call(action: &'static str) -> Call {
    Call::new(Product::Ims, action)
}

impl Account {
    /// Reads the account's user SSO (`GetUserSsoSettings`); what the cloud leaves out is as the vendor's
    /// defaults say.
    ///
    /// # Errors
    /// [`Error`]; [`Error::Malformed`] too when the metadata is not Base64.
    pub fn user_sso_settings(&self) -> Result<UserSsoSettings, Error> {
        self.send::<UserSsoWire>(&call("GetUserSsoSettings"))?.read()
    }

    /// Sets the account's user SSO, whole (`SetUserSsoSettings`). What [`Account::user_sso_settings`] gave
    /// earlier comes back by this; empty metadata or an empty domain is taken away.
    ///
    /// # Errors
    /// [`Error::Refused`] with `MissingMetadataDocument` when it is on without metadata, and with
    /// `InvalidParameter.…` for metadata, domain or algorithm that are none.
    pub fn set_user_sso_settings(&self, settings: &UserSsoSettings) -> Result<(), Error> {
        let call = call("SetUserSsoSettings")
            .with("SsoEnabled", &settings.is_enabled)
            .with("AuxiliaryDomain", &settings.auxiliary_domain)
            .with("SsoLoginWithDomain", &settings.login_with_domain)
            .with("AuthnSignAlgo", &settings.authn_sign_algorithm)
            .with_large("MetadataDocument", &BASE64.encode(&settings.metadata));
        self.done(&call)
    }

    /// How long a console session of the account may last by its security preference, in hours, 1 to 24
    /// (`GetSecurityPreference`, `LoginProfilePreference.LoginSessionDuration`).
    ///
    /// # Errors
    /// [`Error`].
    pub fn login_session_hours(&self) -> Result<u32, Error> {
        let answer: PreferenceWire = self.send(&call("GetSecurityPreference"))?;
        Ok(answer.security_preference.login_profile_preference.login_session_duration)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct UserSsoWire {
    request_id: Option<String>,
    user_sso_settings: SettingsWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SettingsWire {
    sso_enabled: bool,
    metadata_document: String,
    auxiliary_domain: String,
    sso_login_with_domain: bool,
    authn_sign_algo: String,
}

impl Default for SettingsWire {
    fn default() -> Self {
        Self {
            sso_enabled: false,
            metadata_document: String::new(),
            auxiliary_domain: String::new(),
            sso_login_with_domain: true,
            authn_sign_algo: "rsa-sha1".to_owned(),
        }
    }
}

impl UserSsoWire {
    fn read(self) -> Result<UserSsoSettings, Error> {
        let settings = self.user_sso_settings;
        // Whoever set it may have broken it into lines.
        let encoded: String = settings.metadata_document.split_ascii_whitespace().collect();
        let metadata = BASE64.decode(encoded.as_bytes()).map_err(|_ignored| Error::Malformed {
            expected: "MetadataDocument in Base64".to_owned(),
            request_id: self.request_id.unwrap_or_default(),
        })?;
        Ok(UserSsoSettings {
            is_enabled: settings.sso_enabled,
            metadata,
            auxiliary_domain: settings.auxiliary_domain,
            login_with_domain: settings.sso_login_with_domain,
            authn_sign_algorithm: settings.authn_sign_algo,
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PreferenceWire {
    security_preference: SecurityPreferenceWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SecurityPreferenceWire {
    login_profile_preference: LoginProfilePreferenceWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LoginProfilePreferenceWire {
    login_session_duration: u32,
}
