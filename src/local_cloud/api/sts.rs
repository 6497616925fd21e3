//! STS 2015-04-01: `AssumeRole` by a signed call, and who the caller is.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::AccountId;
use crate::local_cloud::arn::{Arn, Kind};
use crate::local_cloud::identity::IdentityKind;
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::store::role::RoleRow;
use crate::local_cloud::{rules, store, trust};
use crate::policy::{Context, Principal};

use super::invocation::{Invocation, Outcome};
use super::permission::authorise_in;
use super::sts_session::{NewSession, arn, asked_seconds, end, session_name};
use super::{document, role};

/// What a caller may have who asks for a role: nothing was handed out yet.
pub(crate) struct Admission {
    pub(crate) role: RoleRow,
    pub(crate) source_identity: Option<String>,
    /// Seconds of the longest session that the caller may have of it.
    pub(crate) longest: i64,
}

/// `AssumeRole`.
pub(crate) fn assume_role(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let session_name = session_name(call.parameters, "RoleSessionName")?;
    let asked = asked_seconds(call.parameters)?;
    let session_policy = document::session(call.parameters)?;
    let admission = admit(call, connection)?;
    let account = AccountId::parse(&admission.role.account_id);
    let account = account.ok_or_else(|| Refusal::Internal(format!("role {}", admission.role.id)))?;
    let session = NewSession {
        role: &admission.role,
        session_name,
        session_policy,
        source_identity: admission.source_identity.as_deref(),
        issued_to: call.identity.arn(),
        expires_at: end(call.now, asked, admission.longest)?,
        mfa_present: call.identity.mfa_present,
    };
    session.issue(call.cloud, connection, call.now, &account)
}

/// Whether the caller may assume the role that the call names: by its own policies, and by the role's trust
/// policy. The consoles' switch of roles asks it too.
pub(crate) fn admit(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Result<Admission, Refusal> {
    let arn = arn(call.parameters, "RoleArn", Kind::Role)?;
    let external_id = external_id(call)?;
    let source_identity = source_identity(call)?;
    let source = source_identity.as_deref();
    let role = find_role(connection, &arn);
    // The name as it was given at the creation, so that its spelling in a call evades no policy.
    let arn = Arn { name: role.as_ref().map_or(arn.name, |role| role.name.clone()), ..arn };
    let mut permission = vec!["sts:AssumeRole"];
    permission.extend(source.map(|_| trust::SET_SOURCE_IDENTITY));
    for action in permission {
        let context = context(external_id, source);
        authorise_in(call, connection, (action, &arn.to_string()), context)?;
    }
    let role = role?;
    let caller = call.identity.arn();
    let principal = match &call.identity.kind {
        IdentityKind::Service { principal } => Principal::Service(principal),
        IdentityKind::Owner | IdentityKind::RamUser(_) | IdentityKind::RoleSession(_) => {
            Principal::Ram { account: call.account(), arn: &caller }
        }
    };
    let seen = call.seen(context(external_id, None));
    trust::admit(&role, principal, (seen, source))?;
    let mut longest = role.max_session_seconds;
    if call.identity.role_session().is_some() {
        longest = longest.min(rules::CHAINED_SESSION);
    }
    Ok(Admission { role, source_identity, longest })
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

fn context(external_id: Option<&str>, source_identity: Option<&str>) -> Context {
    let context = Context::default();
    let context = external_id.map_or(context.clone(), |id| context.with("sts:ExternalId", id));
    source_identity.map_or(context.clone(), |source| context.with("sts:SourceIdentity", source))
}

fn external_id<'c>(call: &'c Invocation<'_>) -> Result<Option<&'c str>, Refusal> {
    const RULE: &str =
        "2 to 1224 letters, digits and signs of '=', ',', '.', '@', ':', '/', '+', '-' and '_'";
    let Some(id) = call.parameters.optional("ExternalId").filter(|id| !id.is_empty()) else {
        return Ok(None);
    };
    let is_valid = (2..=1224).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"=,.@:/+-_".contains(&byte));
    is_valid.then_some(Some(id)).ok_or_else(|| Refusal::parameter("ExternalId", Flaw::Value, RULE))
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
