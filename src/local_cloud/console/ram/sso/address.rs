//! What the administrator of an identity provider must know of this cloud: addresses, names of attributes,
//! and the form of their values, with the ids of this account in them.

use crate::base::AccountId;
use crate::local_cloud::arn::Arn;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::federation::role::{self, Pair};

/// What stands for the name of a role or a provider in an example.
const ROLE: &str = "ROLE-NAME";
pub(super) const PROVIDER: &str = "PROVIDER-NAME";

/// For an identity provider that opens roles.
pub(super) struct RoleSsoAddresses {
    pub(super) acs: String,
    pub(super) audience: &'static str,
    pub(super) logout: String,
    pub(super) role_attribute: &'static str,
    pub(super) session_name_attribute: &'static str,
    pub(super) session_duration_attribute: &'static str,
    pub(super) source_identity_attribute: &'static str,
    /// A value of the attribute `Role`.
    pub(super) role_value: String,
    /// A trust policy of a role that admits by the provider.
    pub(super) trust_policy: String,
}

/// The addresses for a SAML provider of this name.
pub(super) fn of_role_sso(cloud: &Cloud, account: &AccountId, provider: &str) -> RoleSsoAddresses {
    let provider = Arn::saml_provider(account.clone(), provider);
    let pair = Pair { role: Arn::role(account.clone(), ROLE), provider };
    let condition = ("saml:recipient", cloud.role_sso_url());
    RoleSsoAddresses {
        acs: cloud.role_sso_url(),
        audience: role::AUDIENCE,
        logout: cloud.logout_url(),
        role_attribute: role::ROLE,
        session_name_attribute: role::ROLE_SESSION_NAME,
        session_duration_attribute: role::SESSION_DURATION,
        source_identity_attribute: role::SOURCE_IDENTITY,
        role_value: pair.to_string(),
        trust_policy: trust_policy(&pair.provider, &[condition]),
    }
}

/// A trust policy that admits by a provider, where these conditions hold.
pub(super) fn trust_policy(provider: &Arn, conditions: &[(&str, String)]) -> String {
    let conditions: serde_json::Map<_, _> =
        conditions.iter().map(|(key, value)| ((*key).to_owned(), value.as_str().into())).collect();
    let document = serde_json::json!({
        "Version": "1",
        "Statement": [{
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"Federated": [provider.to_string()]},
            "Condition": {"StringEquals": conditions},
        }],
    });
    format!("{document:#}")
}
