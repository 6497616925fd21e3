//! Administrators.

use crate::base::{AdministratorId, UserName};
use crate::domain::{self, Action, Administrator, Event, Status};
use crate::storage::{administrator, user};

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
