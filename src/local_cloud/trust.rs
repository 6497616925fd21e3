//! Who may assume a role: the role's trust policy, asked about a principal.

use crate::base::AccountId;
use crate::policy::{Context, Document, Kind, Named, Principal, evaluate_trust};

use super::identity::role_arn;
use super::refusal::Refusal;
use super::store::role::RoleRow;

/// What a caller must be allowed, by its own policies and by the role, to give a session a source identity.
pub(crate) const SET_SOURCE_IDENTITY: &str = "sts:SetSourceIdentity";

/// What the trust policy may look at, and the source identity that the session would bear, if any.
pub(crate) type Asked<'a> = (Context, Option<&'a str>);

/// Refuses unless the trust policy of `role` admits `principal`. A session with a source identity needs
/// the action `sts:SetSourceIdentity` beside `sts:AssumeRole`, whether the identity is new or carried
/// along from the session before.
pub(crate) fn admit(
    role: &RoleRow,
    principal: Principal<'_>,
    (mut context, source_identity): Asked<'_>,
) -> Result<(), Refusal> {
    let account = AccountId::parse(&role.account_id)
        .ok_or_else(|| Refusal::Internal(format!("account of role {}", role.id)))?;
    let arn = role_arn(&account, role).to_string();
    let document = Document::parse(Kind::Trust, &role.trust_policy)
        .map_err(|error| Refusal::Internal(format!("stored trust policy of {arn}: {error}")))?;
    let policy = Named { name: "trust policy", document: &document };
    if let Some(source) = source_identity {
        context = context.with("sts:SourceIdentity", source);
    }
    let actions: &[&str] = if source_identity.is_some() {
        &["sts:AssumeRole", SET_SOURCE_IDENTITY]
    } else {
        &["sts:AssumeRole"]
    };
    let is_allowed = |action: &&str| evaluate_trust(policy, principal, action, &context).is_allowed();
    if actions.iter().all(is_allowed) {
        return Ok(());
    }
    let caller = match principal {
        Principal::Ram { arn, .. } => arn.to_owned(),
        Principal::Service(name) => name.to_owned(),
        Principal::Federated(arn) => arn.to_owned(),
    };
    Err(Refusal::Trust { role: arn, caller })
}
