//! The control policies of the resource directory at work: what they forbid, no policy of an account
//! allows.
//!
//! They bind the RAM identities of members: neither the management account, nor an account's owner
//! (their scope is `RAM`), nor a service or a session of a service-linked role. Every level must allow an
//! action: each folder from the root down, and the member itself.

use diesel::SqliteConnection;

use crate::base::AccountId;
use crate::policy::{Decision, Kind, Named, Request, evaluate};

use super::cloud::Cloud;
use super::identity::{Identity, IdentityKind};
use super::refusal::{Entity, Refusal};
use super::rules;
use super::store::account::{self, AccountRow};
use super::store::control_policy::{self, ControlPolicyRow};
use super::store::folder;

/// What the system control policy says.
const FULL_ACCESS_DOCUMENT: &str =
    r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;

/// A control policy, the system's or one of the directory's own.
pub(crate) struct ControlPolicy {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) document: String,
    /// When it was made and changed; the system's never was.
    pub(crate) times: Option<(i64, i64)>,
}

impl ControlPolicy {
    /// The policy of this id.
    pub(crate) fn find(connection: &mut SqliteConnection, id: &str) -> Result<Self, Refusal> {
        if id == rules::FULL_ACCESS {
            return Ok(Self::system());
        }
        let row = control_policy::find(connection, id)?;
        row.map(Self::from).ok_or_else(|| Refusal::missing(Entity::ControlPolicy, id))
    }

    /// The one that allows everything.
    pub(crate) fn system() -> Self {
        Self {
            id: rules::FULL_ACCESS.to_owned(),
            name: rules::FULL_ACCESS.to_owned(),
            document: FULL_ACCESS_DOCUMENT.to_owned(),
            description: "Allows everything that other policies allow.".to_owned(),
            times: None,
        }
    }

    /// `Custom` or `System`.
    pub(crate) const fn policy_type(&self) -> &'static str {
        if self.times.is_some() { "Custom" } else { "System" }
    }
}

impl From<ControlPolicyRow> for ControlPolicy {
    fn from(row: ControlPolicyRow) -> Self {
        Self {
            id: row.id,
            name: row.name,
            document: row.document,
            description: row.description,
            times: Some((row.created_at, row.updated_at)),
        }
    }
}

/// Refuses a request where the control policies above the caller's account forbid it; the refusal names
/// the policy, or the level at which none allows it.
pub(crate) fn check(
    cloud: &Cloud,
    identity: &Identity,
    connection: &mut SqliteConnection,
    request: &Request<'_>,
) -> Result<(), Refusal> {
    let is_bound = match &identity.kind {
        IdentityKind::Owner | IdentityKind::Service { .. } => false,
        IdentityKind::RamUser(_) => true,
        IdentityKind::RoleSession(session) => !rules::is_service_linked(&session.role.name),
    };
    if !is_bound {
        return Ok(());
    }
    match forbidden(cloud, connection, &identity.account, request)? {
        None => Ok(()),
        Some(decided_by) => {
            let (action, resource) = (request.action.to_owned(), request.resource.to_owned());
            Err(Refusal::Permission { action, resource, decided_by })
        }
    }
}

/// What forbids a request by somebody in `account` whom control policies bind, in words; `None` where
/// nothing does.
pub(crate) fn forbidden(
    cloud: &Cloud,
    connection: &mut SqliteConnection,
    account: &AccountId,
    request: &Request<'_>,
) -> Result<Option<String>, Refusal> {
    for level in levels(account, connection)? {
        let mut held = Vec::new();
        for row in control_policy::attached_to(connection, &level)? {
            let policy = ControlPolicy::find(connection, &row.policy_id)?;
            let document =
                cloud.parsed_policies.document(Kind::System, &policy.document).map_err(|error| {
                    Refusal::Internal(format!("stored control policy {}: {error}", policy.id))
                })?;
            held.push((policy.name, document));
        }
        let held: Vec<_> = held.iter().map(|(name, document)| Named { name, document }).collect();
        let decision = evaluate(&held, request);
        let denied = other_name(request.action)
            .map(|action| evaluate(&held, &Request { action: &action, ..*request }));
        let denied = denied.filter(|decision| matches!(decision, Decision::Denied { .. }));
        let decided_by = match denied.unwrap_or(decision) {
            Decision::Allowed { .. } => continue,
            Decision::Denied { policy, statement } => {
                format!("denied by Statement[{statement}] of control policy {policy}, attached to {level}")
            }
            Decision::NotAllowed => format!("no control policy attached to {level} allows it"),
        };
        return Ok(Some(decided_by));
    }
    Ok(None)
}

/// The name that the other face of the same service has for an action: RAM and IMS both make users, and
/// whoever is denied `ram:CreateUser` shall not ask IMS.
pub(crate) fn other_name(action: &str) -> Option<String> {
    match action.split_once(':')? {
        ("ram", name) => Some(format!("ims:{name}")),
        ("ims", name) => Some(format!("ram:{name}")),
        _ => None,
    }
}

/// The folders from the root down and the member, where control policies count in the account; else none.
fn levels(account: &AccountId, connection: &mut SqliteConnection) -> Result<Vec<String>, Refusal> {
    let directory = account::directory(connection)?.filter(|directory| directory.control_policy_enabled);
    if directory.is_none() {
        return Ok(Vec::new());
    }
    let account = account::find(connection, account.as_str())?;
    let Some(account) = account.filter(AccountRow::is_ordinary_member) else { return Ok(Vec::new()) };
    let mut levels = folder::path(connection, &account.folder_id)?;
    levels.push(account.id);
    Ok(levels)
}
