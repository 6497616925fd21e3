//! STS 2015-04-01: what its actions have in common: the parameters of a session, and handing one out.

use std::time::Duration;

use diesel::SqliteConnection;
use serde_json::json;

use crate::base::{AccountId, Timestamp};
use crate::crypto::token;
use crate::local_cloud::arn::{Arn, Kind};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::identity::session_arn;
use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::local_cloud::store::role::RoleRow;
use crate::local_cloud::store::temporary_credential::{self, TemporaryCredentialRow};
use crate::local_cloud::{name, rules};
use crate::rpc::Parameters;

use super::invocation::Outcome;

const SESSION_NAME: &str = "2 to 64 letters, digits, '-', '_', '.', '@' or '='";

/// A session of a role that is about to begin.
pub(super) struct NewSession<'a> {
    pub(super) role: &'a RoleRow,
    pub(super) session_name: &'a str,
    pub(super) session_policy: Option<&'a str>,
    pub(super) source_identity: Option<&'a str>,
    pub(super) issued_to: String,
    pub(super) expires_at: Timestamp,
    /// Whether whoever asks passed a second factor.
    pub(super) mfa_present: bool,
}

impl NewSession<'_> {
    /// Stores its credentials and hands them out.
    pub(super) fn issue(
        self,
        cloud: &Cloud,
        connection: &mut SqliteConnection,
        now: Timestamp,
        account: &AccountId,
    ) -> Outcome {
        let access_key_id = name::temporary_access_key_id(&cloud.random)?;
        let secret = name::access_key_secret(&cloud.random)?;
        let security_token = token::generate(&cloud.random, "CAIS")?;
        let row = TemporaryCredentialRow {
            sealed_secret: cloud.seal_secret(&access_key_id, &secret)?,
            access_key_id,
            token_digest: token::digest(security_token.expose()),
            role_id: self.role.id.clone(),
            session_name: self.session_name.to_owned(),
            session_policy: self.session_policy.map(str::to_owned),
            source_identity: self.source_identity.map(str::to_owned),
            issued_to: self.issued_to,
            issued_at: now.millis(),
            expires_at: self.expires_at.millis(),
            mfa_present: self.mfa_present,
        };
        // An expired key is still known for a day, so that its user is told that it expired.
        let forgotten = now.minus(Duration::from_secs(24 * 3600));
        temporary_credential::delete_expired(connection, forgotten.millis())?;
        temporary_credential::insert(connection, &row)?;
        let mut answer = json!({
            "Credentials": {
                "AccessKeyId": row.access_key_id,
                "AccessKeySecret": secret.expose(),
                "SecurityToken": security_token.expose(),
                "Expiration": self.expires_at.rfc3339(),
            },
            "AssumedRoleUser": {
                "Arn": session_arn(account, &self.role.name, self.session_name),
                "AssumedRoleId": format!("{}:{}", self.role.id, self.session_name),
            },
        });
        if let (Some(members), Some(source)) = (answer.as_object_mut(), self.source_identity) {
            members.insert("SourceIdentity".to_owned(), source.into());
        }
        Ok(answer)
    }
}

/// `DurationSeconds` as it was asked for: 900 seconds at least; the role sets the other bound.
pub(super) fn asked_seconds(parameters: &Parameters) -> Result<Option<i64>, Refusal> {
    Ok(parameters.integer("DurationSeconds", rules::SHORTEST_SESSION..=*rules::ROLE_SESSION.end())?)
}

/// When a session ends that begins now: what was asked for, 3600 seconds unless said, and `longest` at
/// most.
pub(super) fn end(now: Timestamp, asked: Option<i64>, longest: i64) -> Result<Timestamp, Refusal> {
    let seconds = asked.unwrap_or(rules::DEFAULT_SESSION.min(longest));
    if seconds > longest {
        let rule = format!("at most {longest}, the longest session of the role");
        return Err(Refusal::parameter("DurationSeconds", Flaw::Value, rule));
    }
    Ok(now.plus(Duration::from_secs(u64::try_from(seconds).unwrap_or(0))))
}

/// The ARN of a role or a provider, as a parameter names it.
pub(super) fn arn(parameters: &Parameters, parameter: &'static str, kind: Kind) -> Result<Arn, Refusal> {
    let form = match kind {
        Kind::Role => "acs:ram::<account>:role/<name>",
        Kind::SamlProvider => "acs:ram::<account>:saml-provider/<name>",
        Kind::OidcProvider => "acs:ram::<account>:oidc-provider/<name>",
        Kind::Policy => "acs:ram::<account>:policy/<name>",
    };
    Arn::parse(parameters.required(parameter)?, kind)
        .ok_or_else(|| Refusal::parameter(parameter, Flaw::Value, form))
}

/// A session's name or its source identity.
pub(super) fn session_name<'p>(
    parameters: &'p Parameters,
    parameter: &'static str,
) -> Result<&'p str, Refusal> {
    let name = parameters.required(parameter)?;
    if rules::is_session_name(name) {
        Ok(name)
    } else {
        Err(Refusal::parameter(parameter, Flaw::Value, SESSION_NAME))
    }
}
