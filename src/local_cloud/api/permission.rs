//! What a caller may do: one function that every verb asks, and the lock on CloudSSO's objects.

use std::sync::Arc;

use diesel::SqliteConnection;

use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::control;
use crate::local_cloud::identity::{Identity, IdentityKind};
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::attachment::{self, AttachmentRow};
use crate::local_cloud::store::user::UserRow;
use crate::local_cloud::store::{group, policy};
use crate::local_cloud::{rules, trust};
use crate::policy::{Context, Decision, Document, Kind, Named, Request, evaluate};

use super::invocation::{Invocation, version_id};

/// Refuses the call unless its caller may do `action` to `resource`, an ARN.
///
/// An account's owner may do everything in the account. A service may do what its credential is for.
/// A user may do what its policies and those of its groups allow. A role's session may do what the
/// role's policies allow, in the role's account, and what its session policy allows too. In a member the
/// control policies of the directory come first. What RAM and IMS both do is refused when it is denied
/// under either's name for it. Another account's resources are out of everybody's reach; `AssumeRole`
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
    if !is_in_reach(call, action, resource) {
        return Err(refusal("the resource belongs to another account"));
    }
    let context = context(call, asked);
    let request = Request { action, resource, context: &context };
    control::check(call.cloud, call.identity, connection, &request)?;
    match &call.identity.kind {
        IdentityKind::Owner => Ok(()),
        IdentityKind::Service { .. } if is_for_cloudsso(action, resource) => Ok(()),
        IdentityKind::Service { .. } => Err(refusal("the service credential is not for this")),
        IdentityKind::RamUser(_) | IdentityKind::RoleSession(_) => {
            match decide(call, connection, &request)? {
                Decision::Allowed { .. } => Ok(()),
                decision => Err(refusal(&decision.to_string())),
            }
        }
    }
}

/// As [`authorise`]; but where the caller has the right of itself (`is_own_right`), only a policy that
/// denies it refuses it.
pub(super) fn authorise_unless_denied(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (action, is_own_right): (&str, bool),
    resource: &str,
) -> Result<(), Refusal> {
    let is_denied = |decision| matches!(decision, Decision::Denied { .. });
    if is_own_right {
        let context = context(call, Context::default());
        let request = Request { action, resource, context: &context };
        control::check(call.cloud, call.identity, connection, &request)?;
        if !is_denied(decide(call, connection, &request)?) {
            return Ok(());
        }
    }
    authorise(call, connection, action, resource)
}

/// What stands for an account as a whole: its settings.
pub(super) fn account_arn(call: &Invocation<'_>) -> String {
    format!("acs:ram::{}:*", call.account())
}

/// Refuses a change to a user that CloudSSO keeps by anybody but CloudSSO, and by CloudSSO to any other
/// user; whatever their policies allow.
pub(super) fn may_change_user(identity: &Identity, user: &UserRow) -> Result<(), Refusal> {
    may_reach_user(identity, user)?;
    if user.provision_type == rules::PROVISIONED && !identity.is_in_role(rules::CLOUDSSO_ROLE) {
        return Err(Refusal::Provisioned { name: user.name.clone(), is_provisioned: true });
    }
    Ok(())
}

/// Refuses CloudSSO what it would do to a user that it does not keep. Others may give policies and
/// groups to every user.
pub(super) fn may_reach_user(identity: &Identity, user: &UserRow) -> Result<(), Refusal> {
    if user.provision_type != rules::PROVISIONED && identity.is_in_role(rules::CLOUDSSO_ROLE) {
        return Err(Refusal::Provisioned { name: user.name.clone(), is_provisioned: false });
    }
    Ok(())
}

/// Refuses a change to an object of CloudSSO, or to a service-linked role, by anybody but CloudSSO;
/// whatever their policies allow.
pub(super) fn may_change(identity: &Identity, name: &str) -> Result<(), Refusal> {
    let is_locked = rules::is_service_linked(name)
        || (rules::is_reserved(name) && !identity.is_in_role(rules::CLOUDSSO_ROLE));
    if is_locked { Err(Refusal::Reserved { name: name.to_owned() }) } else { Ok(()) }
}

/// The policies that an identity holds: a role's, or a user's and those of its groups. The account
/// itself and services hold none; what they may do is not a matter of policies.
pub(crate) fn held_by(
    connection: &mut SqliteConnection,
    identity: &Identity,
) -> Result<Vec<AttachmentRow>, Refusal> {
    match &identity.kind {
        IdentityKind::Owner | IdentityKind::Service { .. } => Ok(Vec::new()),
        IdentityKind::RoleSession(session) => Ok(attachment::list(connection, &session.role.id)?),
        IdentityKind::RamUser(user) => {
            let mut rows = attachment::list(connection, &user.id)?;
            for (group, _joined_at) in group::of_user(connection, &user.id)? {
                rows.extend(attachment::list(connection, &group.id)?);
            }
            Ok(rows)
        }
    }
}

/// A policy that somebody holds, with the document that counts now.
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
    row: &AttachmentRow,
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

/// The decision on a request of the caller.
fn decide(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    request: &Request<'_>,
) -> Result<Decision, Refusal> {
    let held = held_by(connection, call.identity)?;
    let session = call.identity.role_session().and_then(|session| session.session_policy.as_deref());
    Ok(Policies::load(call.cloud, connection, (held, session))?.decide(request))
}

/// The name under which decisions speak of a session policy.
pub(super) const SESSION_POLICY: &str = "session policy";

/// What an identity's policies say, and the session policy that narrows them.
pub(super) struct Policies {
    held: Vec<(Arc<Document>, String)>,
    session: Option<Arc<Document>>,
}

impl Policies {
    /// The documents that count now of what is held, and a session policy.
    pub(super) fn load(
        cloud: &Cloud,
        connection: &mut SqliteConnection,
        (rows, session): (Vec<AttachmentRow>, Option<&str>),
    ) -> Result<Self, Refusal> {
        let mut held = Vec::new();
        for row in rows {
            let text = held_policy(cloud, connection, &row)?.document;
            held.push((parse(cloud, Kind::System, &row.policy_name, &text)?, row.policy_name));
        }
        let session = session.map(|text| parse(cloud, Kind::Session, SESSION_POLICY, text)).transpose()?;
        Ok(Self { held, session })
    }

    /// The decision on a request; an explicit deny of the same act by the other face's name counts too, or
    /// whoever is denied `ram:CreateAccessKey` would ask IMS.
    pub(super) fn decide(&self, request: &Request<'_>) -> Decision {
        let decision = self.decide_by_name(request);
        let Some(action) = control::other_name(request.action) else { return decision };
        match self.decide_by_name(&Request { action: &action, ..*request }) {
            denied @ Decision::Denied { .. } => denied,
            Decision::Allowed { .. } | Decision::NotAllowed => decision,
        }
    }

    /// The document of the policy that a decision names.
    pub(super) fn document(&self, name: &str) -> Option<&Document> {
        let held = self.held.iter().find(|(_, held)| held == name).map(|(document, _)| document);
        held.or(self.session.as_ref().filter(|_| name == SESSION_POLICY)).map(AsRef::as_ref)
    }

    fn decide_by_name(&self, request: &Request<'_>) -> Decision {
        let held: Vec<_> = self.held.iter().map(|(document, name)| Named { name, document }).collect();
        let decision = evaluate(&held, request);
        let Some(document) = &self.session else { return decision };
        decision.and(evaluate(&[Named { name: SESSION_POLICY, document }], request))
    }
}

fn parse(cloud: &Cloud, kind: Kind, name: &str, text: &str) -> Result<Arc<Document>, Refusal> {
    let parsed = cloud.parsed_policies.document(kind, text);
    parsed.map_err(|error| Refusal::Internal(format!("stored policy {name}: {error}")))
}

/// What conditions may look at: how and when the call came, who calls, and the keys of what was `asked`.
fn context(call: &Invocation<'_>, asked: Context) -> Context {
    known(call.identity, call.seen(asked))
}

/// The context with what is known of an identity.
pub(super) fn known(identity: &Identity, context: Context) -> Context {
    let context = context.with("acs:PrincipalARN", identity.arn());
    let Some(session) = identity.role_session() else { return context };
    let context = context
        .with("sts:RoleSessionName", session.session_name.as_str())
        .with("acs:TokenIssueTime", session.issued_at.rfc3339());
    match &session.source_identity {
        Some(source) => context.with("acs:SourceIdentity", source.as_str()),
        None => context,
    }
}

/// Whether a resource is one of the caller's account or of the cloud itself, or the action reaches further.
pub(super) fn is_in_reach(call: &Invocation<'_>, action: &str, resource: &str) -> bool {
    let owner = resource.split(':').nth(3).unwrap_or_default();
    owner == call.account().as_str() || owner == "system" || reaches_across(action)
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
