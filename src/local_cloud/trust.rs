//! Who may assume a role: the role's trust policy, asked about a principal.

use crate::base::{AccountId, Timestamp};
use crate::policy::{Context, Document, Kind, Named, Principal, evaluate_trust};

use super::identity::role_arn;
use super::refusal::Refusal;
use super::store::role::RoleRow;

/// Refuses unless the trust policy of `role` admits `principal`; `context` is what its conditions
/// may ask for beside the time.
pub(crate) fn admit(
    role: &RoleRow,
    principal: Principal<'_>,
    context: Context,
    now: Timestamp,
) -> Result<(), Refusal> {
    let account = AccountId::parse(&role.account_id)
        .ok_or_else(|| Refusal::Internal(format!("account of role {}", role.id)))?;
    let arn = role_arn(&account, role).to_string();
    let document = Document::parse(Kind::Trust, &role.trust_policy)
        .map_err(|error| Refusal::Internal(format!("stored trust policy of {arn}: {error}")))?;
    let policy = Named { name: "trust policy", document: &document };
    let context = context.with("acs:CurrentTime", now.rfc3339());
    if evaluate_trust(policy, principal, "sts:AssumeRole", &context).is_allowed() {
        return Ok(());
    }
    let caller = match principal {
        Principal::Ram { arn, .. } => arn.to_owned(),
        Principal::Service(name) => name.to_owned(),
        Principal::Federated(arn) => arn.to_owned(),
    };
    Err(Refusal::Trust { role: arn, caller })
}
