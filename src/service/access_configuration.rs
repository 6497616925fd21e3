//! Access configurations.

use crate::base::{AccessConfigurationId, fold};
use crate::domain::{self, AccessConfiguration, AccessConfigurationSpec, Action, Event};
use crate::storage::{self, access_configuration, provisioning};

use super::{Context, Error, Operator, directory};

/// Creates an access configuration.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, or when the name is taken.
pub fn create(
    ctx: &Context,
    operator: &Operator,
    spec: AccessConfigurationSpec,
) -> Result<AccessConfigurationId, Error> {
    check(ctx, &spec)?;
    let change = ctx.change(operator.origin());
    ctx.store.write(move |conn| {
        let configuration = AccessConfiguration {
            id: change.id()?,
            spec: spec.clone(),
            revision: 1,
            created_at: change.now,
            updated_at: change.now,
        };
        let directory = directory::id(conn)?;
        let inserted = access_configuration::insert(conn, &directory, &configuration);
        inserted.map_err(|error| match error {
            storage::Error::Duplicate(_) => domain::Error::exists("AccessConfiguration", &spec.name).into(),
            error => Error::from(error),
        })?;
        let detail = serde_json::json!({ "name": spec.name });
        change
            .record(conn, &Event::new(Action::AccessConfigurationCreated, &configuration.id).with(detail))?;
        Ok::<_, Error>(configuration.id)
    })
}

/// Replaces what is said of a configuration, all but its name. Accounts keep what they have until
/// they are provisioned again, and are marked as behind.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, when there is no such configuration, or
/// when `spec` has another name.
pub fn update(
    ctx: &Context,
    operator: &Operator,
    id: &AccessConfigurationId,
    spec: AccessConfigurationSpec,
) -> Result<(), Error> {
    check(ctx, &spec)?;
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let Some(mut configuration) = access_configuration::find(conn, &id)? else {
            return Err(domain::Error::missing("AccessConfiguration", &id).into());
        };
        if configuration.spec.name != spec.name {
            return Err(domain::Error::invalid("AccessConfigurationName", "cannot be changed").into());
        }
        if configuration.spec == spec {
            return Ok(());
        }
        configuration.spec = spec.clone();
        if !access_configuration::update(conn, &configuration, change.now)? {
            return Err(domain::Error::new(
                domain::Kind::Conflict,
                "OperationConflict.AccessConfiguration",
                "the access configuration was changed by somebody else at the same moment",
            )
            .into());
        }
        provisioning::require_reprovision(conn, &id)?;
        change.record(conn, &Event::new(Action::AccessConfigurationUpdated, &id))
    })
}

/// The configuration of this name, in whatever case.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(
    ctx: &Context,
    _operator: &Operator,
    name: &str,
) -> Result<Option<AccessConfiguration>, Error> {
    Ok(ctx.store.read(|conn| access_configuration::find_by_name(conn, &fold(name)))?)
}

fn check(ctx: &Context, spec: &AccessConfigurationSpec) -> Result<(), Error> {
    spec.check()?;
    ctx.site.check_relay_state(&spec.relay_state)?;
    Ok(())
}
