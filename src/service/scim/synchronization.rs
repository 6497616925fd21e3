//! The directory's switch: whether SCIM is served. While it is, what is synchronised is not changed by hand
//! but for passwords and status.

use crate::domain::{Action, Event, Status};
use crate::storage::directory as stored;

use super::super::{Context, Error, Operator, directory};

/// Whether SCIM is served.
///
/// # Errors
/// [`Error::Refused`] when there is no directory.
pub fn status(ctx: &Context, operator: &Operator) -> Result<Status, Error> {
    ctx.store.read(|conn| {
        directory::within(conn, operator.directory())?;
        Ok(stored::scim_status(conn)?)
    })
}

/// Serves SCIM or serves it no more; says whether that changed anything.
///
/// # Errors
/// [`Error::Refused`] when there is no directory.
pub fn set_status(ctx: &Context, operator: &Operator, status: Status) -> Result<bool, Error> {
    let (change, scope) = (ctx.change(operator.origin()), operator.directory().cloned());
    ctx.store.write(move |conn| {
        let id = directory::within(conn, scope.as_ref())?;
        let has_changed = stored::set_scim_status(conn, &id, status, change.now)?;
        if has_changed {
            let action = match status {
                Status::Enabled => Action::ScimSynchronizationEnabled,
                Status::Disabled => Action::ScimSynchronizationDisabled,
            };
            change.record(conn, &Event::new(action, &id))?;
        }
        Ok(has_changed)
    })
}
