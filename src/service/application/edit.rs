//! Changes of an application by somebody who has looked at it: refused if it was changed since.

use crate::base::{ApplicationId, ApplicationName};
use crate::domain::{self, Application, ApplicationSettings, Kind};
use crate::storage::metadata_source;

use super::super::{Context, Error, Operator, keys};
use super::{ApplicationSpec, find, say_anew};

/// What is changed; what is absent stays as it is.
#[derive(Clone, Debug, Default)]
pub struct ApplicationEdit {
    /// The name.
    pub name: Option<ApplicationName>,
    /// What administrators decide.
    pub settings: Option<ApplicationSettings>,
    /// What the service provider says of itself.
    pub metadata: Option<String>,
}

/// Changes an application that was at this `version` when it was looked at.
///
/// # Errors
/// As [`update`](super::update); [`Error::Refused`] as a conflict when it has another version by now.
pub fn edit(
    ctx: &Context,
    operator: &Operator,
    id: &ApplicationId,
    version: i64,
    edit: ApplicationEdit,
) -> Result<Application, Error> {
    let before = ctx.store.read(|conn| find(conn, id))?;
    let spec = ApplicationSpec {
        name: edit.name.unwrap_or(before.name),
        status: before.status,
        settings: edit.settings.unwrap_or(before.settings),
        metadata: edit.metadata.unwrap_or(before.metadata),
    };
    let provider = spec.check(ctx)?;
    keys::ensure(ctx, spec.settings.signature_key)?;
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        metadata_source::lock(conn, &id)?;
        let before = find(conn, &id)?;
        if before.version != version {
            let message =
                "somebody else has changed the application since this page was loaded; load it again";
            return Err(domain::Error::new(Kind::Conflict, "OperationConflict.Application", message).into());
        }
        say_anew(conn, &change, before, spec.clone(), &provider)
    })
}
