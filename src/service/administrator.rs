//! Administrators.

use crate::base::{AdministratorId, UserName};
use crate::domain::{self, Action, Administrator, Event, PrincipalId, Status};
use crate::storage::{administrator, session, sign_in, user};

use super::{Context, Error, Operator};

/// Creates an administrator, or finds the one of this name.
///
/// # Errors
/// [`Error::Refused`] when a user has the name.
pub fn ensure(ctx: &Context, operator: &Operator, name: &UserName) -> Result<AdministratorId, Error> {
    let (change, name) = (ctx.change(operator.origin()), name.clone());
    ctx.store.write(move |conn| {
        if let Some(existing) = administrator::find_by_name(conn, &name.key())? {
            return Ok(existing.id);
        }
        if user::find_by_name(conn, &name.key())?.is_some() {
            return Err(domain::Error::exists("User", &name).into());
        }
        let administrator = Administrator {
            id: change.id()?,
            user_name: name.clone(),
            status: Status::Enabled,
            created_at: change.now,
        };
        administrator::insert(conn, &administrator)?;
        change.record(conn, &Event::new(Action::AdministratorCreated, &administrator.id))?;
        Ok(administrator.id)
    })
}

/// The administrator of this name, in whatever case.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(
    ctx: &Context,
    _operator: &Operator,
    name: &UserName,
) -> Result<Option<Administrator>, Error> {
    Ok(ctx.store.read(|conn| administrator::find_by_name(conn, &name.key()))?)
}

/// Every administrator, by name.
///
/// # Errors
/// Failures of the database.
pub fn list(ctx: &Context, _operator: &Operator) -> Result<Vec<Administrator>, Error> {
    Ok(ctx.store.read(administrator::list)?)
}

/// Enables or disables an administrator. Disabling ends every session and every sign-in under way, and
/// their AccessKeys sign nothing any more, on every replica.
///
/// # Errors
/// [`Error::Refused`] when there is no such administrator.
pub fn update_status(
    ctx: &Context,
    operator: &Operator,
    id: &AdministratorId,
    status: Status,
) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        if !administrator::update_status(conn, &id, status)? {
            return Err(domain::Error::missing("Administrator", &id).into());
        }
        let action = match status {
            Status::Enabled => Action::AdministratorEnabled,
            Status::Disabled => {
                let principal = PrincipalId::Administrator(id.clone());
                session::delete_by_principal(conn, &principal)?;
                sign_in::delete_by_principal(conn, &principal)?;
                Action::AdministratorDisabled
            }
        };
        change.record(conn, &Event::new(action, &id))
    })
}
