//! The directory itself.

use crate::base::{DirectoryId, DirectoryName};
use crate::domain::{self, Action, Event};
use crate::storage::{Conn, directory};

use super::{Context, Error, Operator};

/// Creates the directory, or finds it under the same name.
///
/// # Errors
/// [`Error::Refused`] when there is one of another name: an installation has one directory.
pub fn ensure(ctx: &Context, operator: &Operator, name: &DirectoryName) -> Result<DirectoryId, Error> {
    let (change, name) = (ctx.change(operator.origin()), name.clone());
    ctx.store.write(move |conn| match directory::find(conn)? {
        Some((id, existing)) if existing == name => Ok(id),
        Some((_, existing)) => Err(domain::Error::exists("Directory", existing).into()),
        None => {
            let id: DirectoryId = change.id()?;
            directory::insert(conn, &id, &name, change.now)?;
            change.record(conn, &Event::new(Action::DirectoryCreated, &id))?;
            Ok(id)
        }
    })
}

/// The directory's id.
pub(super) fn id(conn: &mut Conn) -> Result<DirectoryId, Error> {
    let found = directory::find(conn)?.map(|(id, _)| id);
    found.ok_or_else(|| domain::Error::missing("Directory", "of this installation").into())
}

/// The directory's name, which pages show as the organisation's; the product's own before the
/// directory is created.
pub(super) fn name(conn: &mut Conn) -> Result<String, Error> {
    Ok(directory::find(conn)?.map_or_else(|| "cloudsso".to_owned(), |(_, name)| name.to_string()))
}

/// The directory's id.
///
/// # Errors
/// [`Error::Refused`] before the directory is created.
pub fn id_of(ctx: &Context, _operator: &Operator) -> Result<DirectoryId, Error> {
    ctx.store.read(id)
}

/// The organisation's name as pages show it.
///
/// # Errors
/// Failures of the database.
pub fn organisation_name(ctx: &Context) -> Result<String, Error> {
    ctx.store.read(name)
}
