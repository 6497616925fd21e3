//! STS 2015-04-01.

use std::time::Duration;

use serde::Deserialize;

use crate::base::{Secret, Timestamp};
use crate::rpc::AccessKey;

use super::account::{Account, Cloud};
use super::call::{Call, MANAGEMENT, Product};
use super::error::Error;

/// Temporary credentials of an assumed role.
#[derive(Clone, Debug)]
pub struct RoleSession {
    /// The key with its security token.
    pub key: AccessKey,
    /// When it ends.
    pub expires: Timestamp,
    /// `acs:ram::<account>:role/<role>/<session>`, as the cloud writes it.
    pub assumed_role_arn: String,
    /// `<role id>:<session>`.
    pub assumed_role_id: String,
}

/// A logon by SAML.
#[derive(Clone, Copy, Debug)]
pub struct SamlLogon<'a> {
    /// The identity provider's ARN in the account.
    pub provider_arn: &'a str,
    /// The role to assume.
    pub role_arn: &'a str,
    /// The whole Response in Base64, at most 100,000 characters.
    pub assertion: &'a Secret,
    /// How long the credentials last: 15 minutes up to the role's maximum. `None` leaves it to the cloud.
    pub duration: Option<Duration>,
}

/// Who a key belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct CallerIdentity {
    /// The account.
    pub account_id: String,
    /// The identity's ARN.
    pub arn: String,
    /// `Account`, `RAMUser` or `AssumedRoleUser`.
    pub identity_type: String,
}

impl Cloud {
    /// `AssumeRole` with the site's own key. Does not go through the kept credentials.
    ///
    /// # Errors
    /// [`Error`].
    pub fn assume_role(&self, role_arn: &str, session_name: &str) -> Result<RoleSession, Error> {
        let call = Call::new(Product::Sts, "AssumeRole")
            .with("RoleArn", role_arn)
            .with("RoleSessionName", session_name);
        self.send::<RoleSessionWire>(&call, Some(&self.site().key), MANAGEMENT)?.read()
    }

    /// `AssumeRoleWithSAML`, which is anonymous: the assertion is the proof.
    ///
    /// # Errors
    /// [`Error`].
    pub fn assume_role_with_saml(&self, logon: &SamlLogon<'_>) -> Result<RoleSession, Error> {
        let call = Call::new(Product::Sts, "AssumeRoleWithSAML")
            .with("SAMLProviderArn", logon.provider_arn)
            .with("RoleArn", logon.role_arn)
            .with_optional("DurationSeconds", logon.duration.map(|duration| duration.as_secs()))
            .with_large("SAMLAssertion", logon.assertion.expose());
        let account = logon.role_arn.split(':').nth(3).unwrap_or_default();
        self.send::<RoleSessionWire>(&call, None, account)?.read()
    }
}

impl Account {
    /// `GetCallerIdentity`: who we are in this account.
    ///
    /// # Errors
    /// [`Error`].
    pub fn get_caller_identity(&self) -> Result<CallerIdentity, Error> {
        self.send(&Call::new(Product::Sts, "GetCallerIdentity"))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoleSessionWire {
    request_id: Option<String>,
    credentials: CredentialsWire,
    assumed_role_user: AssumedRoleUserWire,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct CredentialsWire {
    access_key_id: String,
    access_key_secret: Secret,
    security_token: Secret,
    expiration: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedRoleUserWire {
    arn: String,
    assumed_role_id: String,
}

impl RoleSessionWire {
    fn read(self) -> Result<RoleSession, Error> {
        let expires = Timestamp::parse(&self.credentials.expiration).ok_or_else(|| Error::Malformed {
            expected: "Expiration as a moment in UTC".to_owned(),
            request_id: self.request_id.unwrap_or_default(),
        })?;
        Ok(RoleSession {
            key: AccessKey {
                id: self.credentials.access_key_id,
                secret: self.credentials.access_key_secret,
                security_token: Some(self.credentials.security_token),
            },
            expires,
            assumed_role_arn: self.assumed_role_user.arn,
            assumed_role_id: self.assumed_role_user.assumed_role_id,
        })
    }
}
