//! STS 2015-04-01: `AssumeRoleWithOIDC`, anonymous: the token proves the caller.

use serde_json::json;

use crate::local_cloud::arn::Kind;
use crate::local_cloud::oidc::{self, Token};
use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::role::RoleRow;

use super::document;
use super::invocation::{AnonymousInvocation, Outcome};
use super::sts_session::{NewSession, arn, asked_seconds, end, session_name};

/// `AssumeRoleWithOIDC`. Every check, and the wait for the issuer, comes before the one transaction that
/// writes.
pub(crate) fn assume_role(call: &AnonymousInvocation<'_>) -> Outcome {
    let (parameters, cloud, now) = (call.parameters, call.cloud, call.now);
    let role = arn(parameters, "RoleArn", Kind::Role)?;
    let provider = arn(parameters, "OIDCProviderArn", Kind::OidcProvider)?;
    let session_name = session_name(parameters, "RoleSessionName")?;
    let text = rules::length("OIDCToken", parameters.required("OIDCToken")?, 4..=20_000)?;
    let asked = asked_seconds(parameters)?;
    let session_policy = document::session(parameters)?;
    if role.account != provider.account {
        let rule = "a provider of the role's own account";
        return Err(Refusal::parameter("OIDCProviderArn", Flaw::Value, rule));
    }
    let token = Token::parse(text)?;
    let verified = oidc::verify(&cloud.store, &cloud.issuers, token, (role, provider), now)?;
    let expiry = |role: &RoleRow| end(now, asked, role.max_session_seconds);
    let seen = call.circumstances();
    cloud.store.read(|connection| expiry(&verified.admit(connection, seen)?))?;
    cloud.store.write(|connection| {
        let role = verified.admit(connection, seen)?;
        let provider = verified.provider_arn();
        let session = NewSession {
            role: &role,
            session_name,
            session_policy,
            source_identity: None,
            issued_to: provider.to_string(),
            expires_at: expiry(&role)?,
            mfa_present: false,
        };
        let mut answer = session.issue(cloud, connection, now, &provider.account)?;
        if let Some(members) = answer.as_object_mut() {
            let token = &verified.token;
            let read = json!({
                "Subject": token.subject,
                "Issuer": token.issuer,
                "ClientIds": token.audiences.join(","),
                "IssuanceTime": token.issued_at.rfc3339(),
                "ExpirationTime": token.expires_at.rfc3339(),
                "VerificationInfo": "Success",
            });
            members.insert("OIDCTokenInfo".to_owned(), read);
        }
        Ok(answer)
    })
}
