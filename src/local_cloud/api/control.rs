//! The control policies of the resource directory at work: what they forbid, no policy of an account
//! allows.
//!
//! They bind the RAM identities of members: neither the management account, nor an account's owner
//! (their scope is `RAM`), nor a service or a session of a service-linked role. Every level must allow an
//! action: each folder from the root down, and the member itself.

use diesel::SqliteConnection;

use crate::local_cloud::identity::IdentityKind;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;
use crate::local_cloud::store::account::AccountRow;
use crate::local_cloud::store::{account, control_policy, folder};
use crate::policy::{Context, Decision, Kind, Named, Request, evaluate};

use super::control_policy::ControlPolicy;
use super::directory::directory;
use super::invocation::Invocation;

/// Refuses `action` on `resource` where the control policies above the caller's account forbid it; the
/// refusal names the policy, or the level at which none allows it.
pub(super) fn check(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (action, resource): (&str, &str),
    context: &Context,
) -> Result<(), Refusal> {
    let Some(levels) = levels(call, connection)? else { return Ok(()) };
    let request = Request { action, resource, context };
    for level in levels {
        let mut held = Vec::new();
        for row in control_policy::attached_to(connection, &level)? {
            let policy = ControlPolicy::find(connection, &row.policy_id)?;
            let document = call.cloud.parsed_policies.document(Kind::System, &policy.document);
            let document = document.map_err(|error| {
                Refusal::Internal(format!("stored control policy {}: {error}", policy.id))
            })?;
            held.push((policy.name, document));
        }
        let held: Vec<_> = held.iter().map(|(name, document)| Named { name, document }).collect();
        let decided_by = match evaluate(&held, &request) {
            Decision::Allowed { .. } => continue,
            Decision::Denied { policy, statement } => {
                format!("denied by Statement[{statement}] of control policy {policy}, attached to {level}")
            }
            Decision::NotAllowed => format!("no control policy attached to {level} allows it"),
        };
        let (action, resource) = (action.to_owned(), resource.to_owned());
        return Err(Refusal::Permission { action, resource, decided_by });
    }
    Ok(())
}

/// The folders from the root down and the member, where control policies bind the caller.
fn levels(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Result<Option<Vec<String>>, Refusal> {
    let is_bound = match &call.identity.kind {
        IdentityKind::Owner | IdentityKind::Service { .. } => false,
        IdentityKind::RamUser(_) => true,
        IdentityKind::RoleSession(session) => !rules::is_service_linked(&session.role.name),
    };
    if !is_bound || !directory(connection)?.control_policy_enabled {
        return Ok(None);
    }
    let account = account::find(connection, call.account().as_str())?.filter(AccountRow::is_ordinary_member);
    let Some(account) = account else { return Ok(None) };
    let mut levels = folder::path(connection, &account.folder_id)?;
    levels.push(account.id);
    Ok(Some(levels))
}
