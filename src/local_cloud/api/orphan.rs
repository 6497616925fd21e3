//! RAM users whose person left: what CloudSSO let go stays in its account with its permissions and what it
//! owns, its access keys switched off, until an administrator of the account decides. Ours: `NewOwner` and
//! `Orphaned` of `UpdateUser` say who answers for such a user, and that it is an ordinary one again.

use diesel::SqliteConnection;

use crate::base::fold;
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::user::{self, UserRow};

use super::face::user_name;
use super::invocation::Invocation;

/// What becomes of the mark of `row` by a call that gives it `provision_type`, if it gives one.
pub(super) fn change(
    call: &Invocation<'_>,
    row: &UserRow,
    provision_type: Option<&str>,
) -> Result<Option<Option<i64>>, Refusal> {
    match provision_type {
        Some(rules::PROVISIONED) => return Ok(Some(None)),
        Some(_) if row.provision_type == rules::PROVISIONED => return Ok(Some(Some(call.now.millis()))),
        Some(_) | None => {}
    }
    match call.parameters.boolean("Orphaned")? {
        Some(false) => Ok(Some(None)),
        Some(true) if row.orphaned_at.is_none() => Err(Refusal::parameter(
            "Orphaned",
            Flaw::Value,
            "false: a user becomes one when CloudSSO lets it go",
        )),
        Some(true) | None => Ok(None),
    }
}

/// Who answers for `row` from now on, by the id; an empty name takes the owner away.
pub(super) fn owner(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    row: &UserRow,
) -> Result<Option<Option<String>>, Refusal> {
    let Some(given) = call.parameters.optional("NewOwner") else { return Ok(None) };
    if given.is_empty() {
        return Ok(Some(None));
    }
    if row.orphaned_at.is_none() {
        return Err(Refusal::State {
            code: "User.NotOrphaned",
            reason: "The user has a person of its own, and needs no owner.",
        });
    }
    let name = user_name(call, connection, "NewOwner", given)?;
    let found = match name {
        Some(name) => user::find(connection, call.account().as_str(), &fold(&name))?,
        None => None,
    };
    let owner = found.ok_or_else(|| Refusal::missing(Entity::User, given))?;
    if owner.id == row.id || owner.orphaned_at.is_some() {
        return Err(Refusal::parameter("NewOwner", Flaw::Value, "a user as whom somebody comes in"));
    }
    Ok(Some(Some(owner.id)))
}
