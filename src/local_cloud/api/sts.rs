//! STS 2015-04-01: temporary credentials for a role, and who the caller is.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::{AccountId, Timestamp};
use crate::crypto::token;
use crate::local_cloud::arn::{Arn, Kind};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::federation::{self, Pair, Posted};
use crate::local_cloud::identity::{IdentityKind, session_arn};
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::store::role::RoleRow;
use crate::local_cloud::store::temporary_credential::{self, TemporaryCredentialRow};
use crate::local_cloud::{name, rules, store, trust};
use crate::policy::{Context, Principal};
use crate::rpc::Parameters;

use super::invocation::{AnonymousInvocation, Invocation, Outcome};
use super::permission::authorise;
use super::{document, role};

const SESSION_NAME: &str = "2 to 64 letters, digits, '-', '_', '.', '@' or '='";

/// `AssumeRole`.
pub(crate) fn assume_role(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let arn = arn(call.parameters, "RoleArn", Kind::Role)?;
    let session_name = session_name(call.parameters, "RoleSessionName")?;
    let asked = call.parameters.integer("DurationSeconds", rules::SHORTEST_SESSION..=43_200)?;
    let session_policy = document::session(call.parameters)?;
    let source_identity = source_identity(call)?;
    authorise(call, connection, "sts:AssumeRole", &arn.to_string())?;
    let role = find_role(connection, &arn)?;
    let caller = call.identity.arn();
    let principal = match &call.identity.kind {
        IdentityKind::Service { principal } => Principal::Service(principal),
        IdentityKind::Owner | IdentityKind::RamUser(_) | IdentityKind::RoleSession(_) => {
            Principal::Ram { account: call.account(), arn: &caller }
        }
    };
    trust::admit(&role, principal, trust_context(call), call.now)?;
    let mut longest = role.max_session_seconds;
    if call.identity.role_session().is_some() {
        longest = longest.min(rules::CHAINED_SESSION);
    }
    let seconds = asked.unwrap_or(rules::DEFAULT_SESSION.min(longest));
    if seconds > longest {
        let rule = format!("at most {longest}, the longest session of the role");
        return Err(Refusal::parameter("DurationSeconds", Flaw::Value, rule));
    }
    let session = NewSession {
        role: &role,
        session_name,
        session_policy,
        source_identity: source_identity.as_deref(),
        issued_to: call.identity.arn(),
        expires_at: call.now.plus(duration(seconds)),
    };
    session.issue(call.cloud, connection, call.now, &arn.account)
}

/// `AssumeRoleWithSAML`: anonymous, the assertion proves the caller.
pub(crate) fn assume_role_with_saml(
    call: &AnonymousInvocation<'_>,
    connection: &mut SqliteConnection,
) -> Outcome {
    let parameters = call.parameters;
    let role = arn(parameters, "RoleArn", Kind::Role)?;
    let provider = arn(parameters, "SAMLProviderArn", Kind::SamlProvider)?;
    let response = rules::length("SAMLAssertion", parameters.required("SAMLAssertion")?, 4..=100_000)?;
    let asked = parameters.integer("DurationSeconds", rules::SHORTEST_SESSION..=43_200)?;
    let session_policy = document::session(parameters)?;
    let posted = Posted::read(response)?;
    let pair = Pair::new(role, provider).ok_or_else(|| {
        Refusal::parameter("SAMLProviderArn", Flaw::Value, "a provider of the role's own account")
    })?;
    let grant = federation::verify(call.cloud, connection, &posted, &pair, call.now)?;
    let longest = grant.role.max_session_seconds;
    let seconds = asked.unwrap_or(rules::DEFAULT_SESSION.min(longest));
    if seconds > longest {
        let rule = format!("at most {longest}, the longest session of the role");
        return Err(Refusal::parameter("DurationSeconds", Flaw::Value, rule));
    }
    let mut expires_at = call.now.plus(duration(seconds));
    if let Some(end) = grant.session_not_on_or_after {
        expires_at = expires_at.min(end);
    }
    let session = NewSession {
        role: &grant.role,
        session_name: &grant.session_name,
        session_policy,
        source_identity: None,
        issued_to: grant.provider_arn.to_string(),
        expires_at,
    };
    let mut answer = session.issue(call.cloud, connection, call.now, &grant.provider_arn.account)?;
    if let Some(members) = answer.as_object_mut() {
        let assertion = json!({
            "Issuer": grant.issuer,
            "Recipient": call.cloud.role_sso_url(),
            "Subject": grant.name_id,
            "SubjectType": grant.name_id_format,
        });
        members.insert("SAMLAssertionInfo".to_owned(), assertion);
    }
    Ok(answer)
}

/// `GetCallerIdentity`; every caller may ask it.
pub(crate) fn get_caller_identity(call: &Invocation<'_>, _: &mut SqliteConnection) -> Outcome {
    let account = call.account().as_str();
    let mut answer = json!({"AccountId": account, "Arn": call.identity.arn()});
    let more: &[(&str, String)] = &match &call.identity.kind {
        IdentityKind::Owner => [
            ("IdentityType", "Account".to_owned()),
            ("PrincipalId", account.to_owned()),
            ("UserId", account.to_owned()),
        ],
        IdentityKind::Service { principal } => [
            ("IdentityType", "Service".to_owned()),
            ("PrincipalId", principal.clone()),
            ("UserId", principal.clone()),
        ],
        IdentityKind::RamUser(user) => [
            ("IdentityType", "RAMUser".to_owned()),
            ("PrincipalId", user.id.clone()),
            ("UserId", user.id.clone()),
        ],
        IdentityKind::RoleSession(session) => [
            ("IdentityType", "AssumedRoleUser".to_owned()),
            ("PrincipalId", format!("{}:{}", session.role.id, session.session_name)),
            ("RoleId", session.role.id.clone()),
        ],
    };
    if let Some(members) = answer.as_object_mut() {
        members.extend(more.iter().map(|(name, value)| ((*name).to_owned(), Value::from(value.as_str()))));
    }
    Ok(answer)
}

/// A session of a role that is about to begin.
struct NewSession<'a> {
    role: &'a RoleRow,
    session_name: &'a str,
    session_policy: Option<&'a str>,
    source_identity: Option<&'a str>,
    issued_to: String,
    expires_at: Timestamp,
}

impl NewSession<'_> {
    /// Stores its credentials and hands them out.
    fn issue(
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
        };
        // An expired key is still known for a day, so that its user is told that it expired.
        let forgotten = now.minus(duration(24 * 3600));
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

fn trust_context(call: &Invocation<'_>) -> Context {
    let external_id = call.parameters.optional("ExternalId").filter(|id| !id.is_empty());
    external_id.map_or_else(Context::default, |id| Context::default().with("sts:ExternalId", id))
}

fn arn(parameters: &Parameters, parameter: &'static str, kind: Kind) -> Result<Arn, Refusal> {
    let form = match kind {
        Kind::Role => "acs:ram::<account>:role/<name>",
        Kind::SamlProvider => "acs:ram::<account>:saml-provider/<name>",
        Kind::Policy => "acs:ram::<account>:policy/<name>",
    };
    Arn::parse(parameters.required(parameter)?, kind)
        .ok_or_else(|| Refusal::parameter(parameter, Flaw::Value, form))
}

fn session_name<'p>(parameters: &'p Parameters, parameter: &'static str) -> Result<&'p str, Refusal> {
    let name = parameters.required(parameter)?;
    if rules::is_session_name(name) {
        Ok(name)
    } else {
        Err(Refusal::parameter(parameter, Flaw::Value, SESSION_NAME))
    }
}

/// The identity behind a chain of sessions: once set it stays, and nobody sets another.
fn source_identity(call: &Invocation<'_>) -> Result<Option<String>, Refusal> {
    let kept = call.identity.role_session().and_then(|session| session.source_identity.clone());
    let asked = call.parameters.optional("SourceIdentity").filter(|text| !text.is_empty());
    match (kept, asked) {
        (Some(kept), Some(asked)) if kept != asked => {
            Err(Refusal::parameter("SourceIdentity", Flaw::Value, "the one that the session has already"))
        }
        (Some(kept), _) => Ok(Some(kept)),
        (None, Some(_)) => Ok(Some(session_name(call.parameters, "SourceIdentity")?.to_owned())),
        (None, None) => Ok(None),
    }
}

fn find_role(connection: &mut SqliteConnection, arn: &Arn) -> Result<RoleRow, Refusal> {
    if store::account::find(connection, arn.account.as_str())?.is_none() {
        return Err(Refusal::missing(Entity::Role, arn.to_string()));
    }
    role::find(connection, &arn.account, &arn.name)
}

fn duration(seconds: i64) -> std::time::Duration {
    std::time::Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
}
