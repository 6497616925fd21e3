//! What a caller may do: one function that every verb asks, and the lock on CloudSSO's objects.

use std::sync::Arc;

use diesel::SqliteConnection;

use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::identity::{Identity, IdentityKind, RoleSession};
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::policy;
use crate::local_cloud::store::role_policy::{self, RolePolicyRow};
use crate::local_cloud::{rules, trust};
use crate::policy::{Context, Decision, Document, Kind, Named, Request, evaluate};

use super::control;
use super::invocation::{Invocation, version_id};

/// Refuses the call unless its caller may do `action` to `resource`, an ARN.
///
/// An account's owner may do everything in the account. A service may do what its credential is for.
/// A role's session may do what the role's policies allow, in the role's account, and what its
/// session policy allows too. In a member the control policies of the directory come first. Another account's resources are out of everybody's reach; `AssumeRole`
/// alone reaches across, and there the other side's trust policy decides as well.
pub(super) fn authorise(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
    resource: &str,
) -> Result<(), Refusal> {
    authorise_in(call, connection, (action, resource), Context::default())
}

/// As [`authorise`], for an action whose parameters conditions may look at: `asked` has their keys.
pub(super) fn authorise_in(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (action, resource): (&str, &str),
    asked: Context,
) -> Result<(), Refusal> {
    let refusal = |decided_by: &str| Refusal::Permission {
        action: action.to_owned(),
        resource: resource.to_owned(),
        decided_by: decided_by.to_owned(),
    };
    let owner = resource.split(':').nth(3).unwrap_or_default();
    if !reaches_across(action) && owner != call.account().as_str() && owner != "system" {
        return Err(refusal("the resource belongs to another account"));
    }
    control::check(call, connection, (action, resource), &context(call, asked.clone()))?;
    match &call.identity.kind {
        IdentityKind::Owner => Ok(()),
        IdentityKind::Service { .. } if is_for_cloudsso(action, resource) => Ok(()),
        IdentityKind::Service { .. } => Err(refusal("the service credential is not for this")),
        IdentityKind::RoleSession(session) => {
            let context = context(call, asked);
            let request = Request { action, resource, context: &context };
            match decide(call.cloud, connection, session, &request)? {
                Decision::Allowed { .. } => Ok(()),
                decision => Err(refusal(&decision.to_string())),
            }
        }
    }
}

/// Refuses a change to an object of CloudSSO, or to a service-linked role, by anybody but CloudSSO;
/// whatever their policies allow.
pub(super) fn may_change(identity: &Identity, name: &str) -> Result<(), Refusal> {
    let is_locked = rules::is_service_linked(name)
        || (rules::is_reserved(name) && !identity.is_in_role(rules::CLOUDSSO_ROLE));
    if is_locked { Err(Refusal::Reserved { name: name.to_owned() }) } else { Ok(()) }
}

/// A policy that a role holds, with the document that counts now.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) description: String,
    /// The version that counts, such as `v1`.
    pub(crate) version: String,
    pub(crate) document: String,
}

/// Finds what an attachment stands for.
pub(crate) fn held_policy(
    cloud: &Cloud,
    connection: &mut SqliteConnection,
    row: &RolePolicyRow,
) -> Result<Held, Refusal> {
    let missing = || Refusal::missing(Entity::Policy, row.policy_name.as_str());
    let Some(policy_id) = &row.policy_id else {
        let system = cloud.catalogue.system(&row.policy_name).ok_or_else(missing)?;
        let (description, document) = (system.description.clone(), system.document.clone());
        return Ok(Held { description, version: version_id(1), document });
    };
    let version = policy::default_version(connection, policy_id)?.ok_or_else(missing)?;
    let description = policy::find_by_id(connection, policy_id)?.ok_or_else(missing)?.description;
    Ok(Held { description, version: version_id(version.number), document: version.document })
}

/// What the role's policies say, narrowed by the session policy.
fn decide(
    cloud: &Cloud,
    connection: &mut SqliteConnection,
    session: &RoleSession,
    request: &Request<'_>,
) -> Result<Decision, Refusal> {
    let mut held = Vec::new();
    for row in role_policy::list(connection, &session.role.id)? {
        let text = held_policy(cloud, connection, &row)?.document;
        held.push((parse(cloud, Kind::System, &row.policy_name, &text)?, row.policy_name));
    }
    let held: Vec<_> = held.iter().map(|(document, name)| Named { name, document }).collect();
    let decision = evaluate(&held, request);
    let Some(text) = &session.session_policy else { return Ok(decision) };
    let document = parse(cloud, Kind::Session, "session policy", text)?;
    Ok(decision.and(evaluate(&[Named { name: "session policy", document: &document }], request)))
}

fn parse(cloud: &Cloud, kind: Kind, name: &str, text: &str) -> Result<Arc<Document>, Refusal> {
    let parsed = cloud.parsed_policies.document(kind, text);
    parsed.map_err(|error| Refusal::Internal(format!("stored policy {name}: {error}")))
}

/// What conditions may look at: who calls, when, and the keys of what was `asked`.
fn context(call: &Invocation<'_>, asked: Context) -> Context {
    let context = asked
        .with("acs:CurrentTime", call.now.rfc3339())
        .with("acs:SecureTransport", "false")
        .with("acs:PrincipalARN", call.identity.arn());
    let context = match call.source {
        Some(source) => context.with("acs:SourceIp", source.to_canonical().to_string()),
        None => context,
    };
    let Some(session) = call.identity.role_session() else { return context };
    let context = context.with("sts:RoleSessionName", session.session_name.as_str());
    match &session.source_identity {
        Some(source) => context.with("acs:SourceIdentity", source.as_str()),
        None => context,
    }
}

/// Whether an action may be about a role of another account, whose trust policy then decides as well.
fn reaches_across(action: &str) -> bool {
    matches!(action, "sts:AssumeRole" | trust::SET_SOURCE_IDENTITY)
}

/// CloudSSO's credential: into its own role in any account, the resource directory, and a look at the
/// cloud's own policies, which configurations name.
fn is_for_cloudsso(action: &str, resource: &str) -> bool {
    let is_own_role = resource
        .strip_prefix("acs:ram::")
        .and_then(|rest| rest.split_once(':'))
        .is_some_and(|(_, role)| role == format!("role/{}", rules::CLOUDSSO_ROLE));
    let is_system_policy = resource.starts_with("acs:ram::system:policy/");
    (action == "sts:AssumeRole" && is_own_role)
        || (action == "ram:GetPolicy" && is_system_policy)
        || action.starts_with("resourcemanager:")
}
