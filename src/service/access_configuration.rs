//! Access configurations.

use crate::base::{AccessConfigurationId, PageRequest, fold};
use crate::domain::{
    self, AccessConfiguration, AccessConfigurationChanges, AccessConfigurationQuery, AccessConfigurationSpec,
    Action, Event, Kind, Quotas, Tag, check_tags,
};
use crate::storage::{self, Conn, access_configuration, provisioning, tag};

use super::{Context, Error, Listing, Operator, directory};

/// A configuration and what lists show beside it.
#[derive(Clone, Debug)]
pub struct ConfigurationView {
    /// The configuration.
    pub configuration: AccessConfiguration,
    /// The tags, in the order of their keys.
    pub tags: Vec<Tag>,
    /// Whether some account is behind it.
    pub is_reprovision_required: bool,
}

/// Creates an access configuration.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, when the name is taken, or the quota is used
/// up.
pub fn create(
    ctx: &Context,
    operator: &Operator,
    spec: AccessConfigurationSpec,
    tags: Vec<Tag>,
) -> Result<ConfigurationView, Error> {
    check(ctx, &spec)?;
    check_tags(&tags)?;
    let (change, scope) = (ctx.change(operator.origin()), operator.directory().cloned());
    ctx.store.write(move |conn| {
        let configuration = AccessConfiguration {
            id: change.id()?,
            spec: spec.clone(),
            revision: 1,
            created_at: change.now,
            updated_at: change.now,
        };
        let directory = directory::within(conn, scope.as_ref())?;
        let count = access_configuration::count_matching(conn, &AccessConfigurationQuery::default())?;
        Quotas::check(count, Quotas::ACCESS_CONFIGURATIONS, "LimitExceeded.AccessConfiguration")?;
        let inserted = access_configuration::insert(conn, &directory, &configuration);
        inserted.map_err(|error| match error {
            storage::Error::Duplicate(_) => domain::Error::exists("AccessConfiguration", &spec.name).into(),
            error => Error::from(error),
        })?;
        tag::insert(conn, configuration.id.as_str(), &tags)?;
        let detail = serde_json::json!({ "name": spec.name });
        change
            .record(conn, &Event::new(Action::AccessConfigurationCreated, &configuration.id).with(detail))?;
        let mut tags = tags.clone();
        tags.sort_unstable();
        Ok::<_, Error>(ConfigurationView { configuration, tags, is_reprovision_required: false })
    })
}

/// The configuration with this id.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn load(
    ctx: &Context,
    _operator: &Operator,
    id: &AccessConfigurationId,
) -> Result<ConfigurationView, Error> {
    ctx.store.read(|conn| view(conn, id))
}

/// Those of these configurations that exist.
///
/// # Errors
/// Failures of the database.
pub fn list_by_id(
    ctx: &Context,
    _operator: &Operator,
    ids: &[&AccessConfigurationId],
) -> Result<Vec<AccessConfiguration>, Error> {
    let ids: Vec<&str> = ids.iter().map(|id| id.as_str()).collect();
    Ok(ctx.store.read(|conn| access_configuration::list_by_id(conn, &ids))?)
}

/// One page of the configurations that `query` asks for, in the order they were made.
///
/// # Errors
/// [`Error::Refused`] when the tags asked for break their rules.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    query: &AccessConfigurationQuery,
    page: &PageRequest,
) -> Result<Listing<ConfigurationView>, Error> {
    check_tags(&query.tags)?;
    ctx.store.read(|conn| {
        let total = access_configuration::count_matching(conn, query)?;
        let found = access_configuration::list(conn, query, page)?;
        let ids: Vec<&str> = found.items.iter().map(|configuration| configuration.id.as_str()).collect();
        let mut tags = tag::list(conn, &ids)?;
        let behind = access_configuration::list_reprovision_required(conn, &ids)?;
        let listing = Listing { page: found, total };
        Ok(listing.map(|configuration| ConfigurationView {
            tags: tags.remove(configuration.id.as_str()).unwrap_or_default(),
            is_reprovision_required: behind.contains(configuration.id.as_str()),
            configuration,
        }))
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
    edit(ctx, operator, id, move |current| {
        if current.name != spec.name {
            return Err(domain::Error::invalid("AccessConfigurationName", "cannot be changed"));
        }
        current.clone_from(&spec);
        Ok(())
    })
    .map(drop)
}

/// Changes what is said of a configuration beside its policies; marks accounts as [`update`] does.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, or when there is no such configuration.
pub fn change(
    ctx: &Context,
    operator: &Operator,
    id: &AccessConfigurationId,
    changes: AccessConfigurationChanges,
) -> Result<ConfigurationView, Error> {
    let site = ctx.site.clone();
    edit(ctx, operator, id, move |spec| {
        changes.apply(spec);
        let checked = spec.check().and_then(|()| site.check_relay_state(&spec.relay_state));
        checked.map_err(|error| {
            [
                ("Description", "NewDescription"),
                ("SessionDuration", "NewSessionDuration"),
                ("RelayState", "NewRelayState"),
            ]
            .into_iter()
            .fold(error, |error, (field, parameter)| error.of_parameter(field, parameter))
        })
    })
}

/// Deletes a configuration that is nowhere assigned or provisioned; with `force` although it still has
/// policies.
///
/// # Errors
/// [`Error::Refused`] when there is no such configuration, or something still ties it.
pub fn delete(
    ctx: &Context,
    operator: &Operator,
    id: &AccessConfigurationId,
    force: bool,
) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let configuration = find(conn, &id)?;
        let ties = access_configuration::ties(conn, &id)?;
        let policies = if force { 0 } else { configuration.spec.policies.len() };
        for (count, code, what) in [
            (
                ties.access_assignments,
                "DeletionConflict.AccessConfiguration.AccessAssignment",
                "access assignments",
            ),
            (
                ties.provisionings,
                "DeletionConflict.AccessConfiguration.Provisioning",
                "accounts it is provisioned in",
            ),
            (ties.tasks, "DeletionConflict.AccessConfiguration.Task", "tasks in progress"),
            (
                i64::try_from(policies).unwrap_or(i64::MAX),
                "DeletionConflict.AccessConfiguration.PermissionPolicy",
                "permission policies",
            ),
        ] {
            if count > 0 {
                let message = format!("the access configuration still has {count} {what}; remove them first");
                return Err(domain::Error::new(Kind::Conflict, code, message).into());
            }
        }
        access_configuration::delete(conn, &id)?;
        let detail = serde_json::json!({ "name": configuration.spec.name });
        change.record(conn, &Event::new(Action::AccessConfigurationDeleted, &id).with(detail))
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

/// Makes a change of a configuration in one transaction, and marks the accounts that have it as behind if
/// anything is different afterwards.
pub(super) fn edit(
    ctx: &Context,
    operator: &Operator,
    id: &AccessConfigurationId,
    mut work: impl FnMut(&mut AccessConfigurationSpec) -> Result<(), domain::Error> + Send + 'static,
) -> Result<ConfigurationView, Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let mut configuration = find(conn, &id)?;
        let before = configuration.spec.clone();
        work(&mut configuration.spec)?;
        if configuration.spec != before {
            if !access_configuration::update(conn, &configuration, change.now)? {
                return Err(domain::Error::new(
                    Kind::Conflict,
                    "OperationConflict.AccessConfiguration",
                    "the access configuration was changed by somebody else at the same moment",
                )
                .into());
            }
            provisioning::require_reprovision(conn, &id)?;
            change.record(conn, &Event::new(Action::AccessConfigurationUpdated, &id))?;
        }
        view(conn, &id)
    })
}

pub(super) fn find(conn: &mut Conn, id: &AccessConfigurationId) -> Result<AccessConfiguration, Error> {
    let found = access_configuration::find(conn, id)?;
    found.ok_or_else(|| domain::Error::missing("AccessConfiguration", id).into())
}

fn view(conn: &mut Conn, id: &AccessConfigurationId) -> Result<ConfigurationView, Error> {
    let configuration = find(conn, id)?;
    Ok(ConfigurationView {
        tags: tag::list(conn, &[id.as_str()])?.remove(id.as_str()).unwrap_or_default(),
        is_reprovision_required: !access_configuration::list_reprovision_required(conn, &[id.as_str()])?
            .is_empty(),
        configuration,
    })
}

fn check(ctx: &Context, spec: &AccessConfigurationSpec) -> Result<(), Error> {
    spec.check()?;
    ctx.site.check_relay_state(&spec.relay_state)?;
    Ok(())
}
