//! What an account sets for its users: the password policy, the security preference and user SSO, each
//! with the vendor's defaults until somebody sets it.

use diesel::SqliteConnection;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::base::Timestamp;

use super::refusal::Refusal;
use super::store::account_setting;

/// A kind of setting, kept as one document of an account.
pub(crate) trait Setting: Default + Serialize + DeserializeOwned {
    /// The kind's name in the store.
    const KIND: &'static str;
}

/// What the account has set, or the defaults.
pub(crate) fn read<S: Setting>(connection: &mut SqliteConnection, account_id: &str) -> Result<S, Refusal> {
    let Some(document) = account_setting::document(connection, account_id, S::KIND)? else {
        return Ok(S::default());
    };
    serde_json::from_str(&document)
        .map_err(|error| Refusal::Internal(format!("stored {} of {account_id}: {error}", S::KIND)))
}

/// Sets it, whole.
pub(crate) fn write<S: Setting>(
    connection: &mut SqliteConnection,
    account_id: &str,
    setting: &S,
    now: Timestamp,
) -> Result<(), Refusal> {
    let document = serde_json::to_string(setting)
        .map_err(|error| Refusal::Internal(format!("{} of {account_id}: {error}", S::KIND)))?;
    Ok(account_setting::put_document(connection, (account_id, S::KIND), &document, now.millis())?)
}

/// What passwords of login profiles must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct PasswordPolicy {
    /// 8 to 32 characters.
    pub(crate) minimum_password_length: i64,
    pub(crate) require_lowercase_characters: bool,
    pub(crate) require_uppercase_characters: bool,
    pub(crate) require_numbers: bool,
    pub(crate) require_symbols: bool,
    /// Whether a password past its age shuts its user out.
    pub(crate) hard_expire: bool,
    /// Days, 0 for ever.
    pub(crate) max_password_age: i64,
    /// How many passwords before may not come back.
    pub(crate) password_reuse_prevention: i64,
    /// Wrong passwords within an hour before the user is locked for an hour; 0 for any number. The
    /// vendor misspells it.
    pub(crate) max_login_attemps: i64,
    /// Characters that differ from each other.
    pub(crate) minimum_password_different_character: i64,
    pub(crate) password_not_contain_user_name: bool,
    /// Days that a password which somebody else chose is good for, 0 for ever.
    pub(crate) initial_password_age: i64,
    /// Whether well-known passwords are refused.
    pub(crate) intercept_risk_password_on_api: bool,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            minimum_password_length: 8,
            require_lowercase_characters: false,
            require_uppercase_characters: false,
            require_numbers: false,
            require_symbols: false,
            hard_expire: false,
            max_password_age: 0,
            password_reuse_prevention: 0,
            max_login_attemps: 0,
            minimum_password_different_character: 0,
            password_not_contain_user_name: false,
            initial_password_age: 14,
            intercept_risk_password_on_api: false,
        }
    }
}

impl Setting for PasswordPolicy {
    const KIND: &'static str = "PasswordPolicy";
}

/// What users may do for themselves, and how they sign in. How long a console session lasts is a
/// column of the account, since role SSO reads it too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct SecurityPreference {
    pub(crate) allow_user_to_change_password: bool,
    pub(crate) allow_user_to_login_with_passkey: bool,
    pub(crate) allow_user_to_manage_access_keys: bool,
    pub(crate) allow_user_to_manage_mfa_devices: bool,
    pub(crate) allow_user_to_manage_personal_ding_talk: bool,
    pub(crate) allow_user_to_manage_service_credentials: bool,
    pub(crate) allow_user_to_manage_public_keys: bool,
    pub(crate) enable_save_mfa_ticket: bool,
    /// IPv4 addresses and blocks joined by `;`, empty for everywhere.
    pub(crate) login_network_masks: String,
    /// `mandatory`, `independent` or `adaptive`.
    pub(crate) mfa_operation_for_login: String,
    /// `autonomous` or `enforceVerify`.
    pub(crate) operation_for_risk_login: String,
    /// Days.
    pub(crate) max_idle_days_for_access_keys: i64,
    /// Days.
    pub(crate) max_idle_days_for_users: i64,
    pub(crate) verification_types: Vec<String>,
}

impl Default for SecurityPreference {
    fn default() -> Self {
        Self {
            allow_user_to_change_password: true,
            allow_user_to_login_with_passkey: true,
            allow_user_to_manage_access_keys: false,
            allow_user_to_manage_mfa_devices: true,
            allow_user_to_manage_personal_ding_talk: true,
            allow_user_to_manage_service_credentials: false,
            allow_user_to_manage_public_keys: false,
            enable_save_mfa_ticket: false,
            login_network_masks: String::new(),
            mfa_operation_for_login: "independent".to_owned(),
            operation_for_risk_login: "autonomous".to_owned(),
            max_idle_days_for_access_keys: 730,
            max_idle_days_for_users: 730,
            verification_types: Vec::new(),
        }
    }
}

impl Setting for SecurityPreference {
    const KIND: &'static str = "SecurityPreference";
}

/// How users of another identity provider come in as RAM users.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
pub(crate) struct UserSso {
    pub(crate) sso_enabled: bool,
    /// The metadata document as text, empty where there is none; it was parsed before it was stored.
    pub(crate) metadata: String,
    /// A domain beside the default one that a NameID may end with, empty where there is none.
    pub(crate) auxiliary_domain: String,
    /// Whether a NameID is `user@domain`, or the user's name alone.
    pub(crate) sso_login_with_domain: bool,
    /// `rsa-sha1` or `rsa-sha256`.
    pub(crate) authn_sign_algo: String,
    /// Whether CloudSSO brought the metadata, for the users that it provisions.
    #[serde(default)]
    pub(crate) is_by_cloud_sso: bool,
}

impl Default for UserSso {
    fn default() -> Self {
        Self {
            sso_enabled: false,
            metadata: String::new(),
            auxiliary_domain: String::new(),
            sso_login_with_domain: true,
            authn_sign_algo: "rsa-sha1".to_owned(),
            is_by_cloud_sso: false,
        }
    }
}

impl Setting for UserSso {
    const KIND: &'static str = "UserSso";
}
