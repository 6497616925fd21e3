//! STS 2015-04-01: `AssumeRoleWithSAML`, anonymous: the assertion proves the caller.

use serde_json::json;

use crate::local_cloud::arn::Kind;
use crate::local_cloud::federation::Posted;
use crate::local_cloud::federation::role::{self, Grant, Pair};
use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::local_cloud::rules;

use super::document;
use super::invocation::{AnonymousInvocation, Outcome};
use super::sts_session::{NewSession, arn, asked_seconds, end};

const NAME_ID_FORMAT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:";

/// `AssumeRoleWithSAML`. Every check is made before the one transaction that writes; what is left to it
/// is to use the assertion up and to store the credentials, by a role that is looked at again.
pub(crate) fn assume_role(call: &AnonymousInvocation<'_>) -> Outcome {
    let (parameters, cloud, now) = (call.parameters, call.cloud, call.now);
    let role_arn = arn(parameters, "RoleArn", Kind::Role)?;
    let provider = arn(parameters, "SAMLProviderArn", Kind::SamlProvider)?;
    let response = rules::length("SAMLAssertion", parameters.required("SAMLAssertion")?, 4..=100_000)?;
    let asked = asked_seconds(parameters)?;
    let session_policy = document::session(parameters)?;
    let posted = Posted::read(response)?;
    let pair = Pair::new(role_arn, provider).ok_or_else(|| {
        Refusal::parameter("SAMLProviderArn", Flaw::Value, "a provider of the role's own account")
    })?;
    let verified = role::verify(cloud, posted, pair, now)?;
    let expiry = |grant: &Grant| {
        let end = end(now, asked, grant.role.max_session_seconds)?;
        Ok::<_, Refusal>(grant.session_not_on_or_after.map_or(end, |limit| end.min(limit)))
    };
    let seen = call.circumstances();
    cloud.store.read(|connection| expiry(&verified.admit(cloud, connection, seen)?))?;
    cloud.store.write(|connection| {
        let grant = verified.admit(cloud, connection, seen)?;
        let expires_at = expiry(&grant)?;
        verified.use_up(connection, now)?;
        let session = NewSession {
            role: &grant.role,
            session_name: &grant.session_name,
            session_policy,
            source_identity: grant.source_identity.as_deref(),
            issued_to: grant.provider_arn.to_string(),
            expires_at,
            mfa_present: false,
        };
        let mut answer = session.issue(cloud, connection, now, &grant.provider_arn.account)?;
        if let Some(members) = answer.as_object_mut() {
            let format = grant.name_id.format_in_effect().uri();
            let assertion = json!({
                "Issuer": grant.issuer,
                "Recipient": cloud.role_sso_url(),
                "Subject": grant.name_id.value,
                "SubjectType": format.strip_prefix(NAME_ID_FORMAT).unwrap_or(format),
            });
            members.insert("SAMLAssertionInfo".to_owned(), assertion);
        }
        Ok(answer)
    })
}
