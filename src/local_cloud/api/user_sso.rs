//! IMS 2019-08-15: user SSO, by which people of another identity provider come in as RAM users.

use data_encoding::BASE64;
use diesel::SqliteConnection;
use serde_json::json;

use crate::base::fold;
use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::setting::{self, UserSso};

use super::invocation::{Invocation, Outcome};
use super::permission::{account_arn, authorise};
use super::saml_provider::{ALGORITHMS, metadata};

const DOMAIN: &str = "a domain of at most 64 letters, digits, '.' or '-'";

/// `GetUserSsoSettings`.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, "ims:GetUserSsoSettings", &account_arn(call))?;
    Ok(answer(&setting::read(connection, call.account().as_str())?))
}

/// `SetUserSsoSettings`: what is not given stays as it is; an empty document or domain is taken away.
/// User SSO is on only while there is metadata.
pub(crate) fn set(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, "ims:SetUserSsoSettings", &account_arn(call))?;
    let mut sso: UserSso = setting::read(connection, call.account().as_str())?;
    let before = sso.metadata.clone();
    if call.parameters.optional("MetadataDocument").is_some() {
        sso.metadata = metadata(call, "MetadataDocument")?.unwrap_or_default();
    }
    if let Some(domain) = call.parameters.optional("AuxiliaryDomain") {
        if !domain.is_empty() && !is_domain(domain) {
            return Err(Refusal::parameter("AuxiliaryDomain", Flaw::Value, DOMAIN));
        }
        sso.auxiliary_domain = fold(domain);
    }
    if let Some(algorithm) = call.parameters.choice("AuthnSignAlgo", ALGORITHMS)? {
        algorithm.clone_into(&mut sso.authn_sign_algo);
    }
    let with_domain = call.parameters.boolean("SsoLoginWithDomain")?;
    sso.sso_login_with_domain = with_domain.unwrap_or(sso.sso_login_with_domain);
    sso.sso_enabled = call.parameters.boolean("SsoEnabled")?.unwrap_or(sso.sso_enabled);
    if sso.sso_enabled && sso.metadata.is_empty() {
        return Err(Refusal::Envelope(crate::rpc::Error::Missing("MetadataDocument".to_owned())));
    }
    // CloudSSO switches user SSO on for its own metadata, and gives back what was off before it came.
    sso.is_by_cloud_sso = if call.identity.is_in_role(rules::CLOUDSSO_ROLE) {
        sso.sso_enabled
    } else {
        sso.is_by_cloud_sso && sso.metadata == before
    };
    setting::write(connection, call.account().as_str(), &sso, call.now)?;
    Ok(answer(&sso))
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let ends = [label.bytes().next(), label.bytes().last()];
        ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 64 && text.contains('.') && text.split('.').all(is_label)
}

/// The settings; `ProvisionType` is a member of ours, as users have it.
fn answer(sso: &UserSso) -> serde_json::Value {
    json!({"UserSsoSettings": {
        "SsoEnabled": sso.sso_enabled,
        "MetadataDocument": BASE64.encode(sso.metadata.as_bytes()),
        "AuxiliaryDomain": sso.auxiliary_domain,
        "SsoLoginWithDomain": sso.sso_login_with_domain,
        "AuthnSignAlgo": sso.authn_sign_algo,
        "ProvisionType": if sso.is_by_cloud_sso { rules::PROVISIONED } else { "Manual" },
    }})
}
