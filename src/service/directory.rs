//! The service and its directory.

use crate::base::{AccountId, DirectoryId, DirectoryName};
use crate::domain::{
    self, AccountKind, Action, DirectoryCounts, DirectoryRecord, Event, Kind, ProvisionType, Quotas, Status,
};
use crate::storage::{self, Conn, account, directory, resource_count};

use super::context::Change;
use super::{Context, Error, Operator};

/// Places of a quota before which nobody waits for anybody: more than are ever filled at the same moment.
const LAST_PLACES: i64 = 1_000;

/// The service, as whoever administers it sees it.
#[derive(Clone, Debug)]
pub struct ServiceState {
    /// Whether it is on.
    pub status: Status,
    /// The management account of the resource directory, once it is known. The service can be turned on
    /// only with one.
    pub owner: Option<AccountId>,
    /// Whether there is a directory.
    pub has_directory: bool,
}

/// The service.
///
/// # Errors
/// Failures of the database.
pub fn service_state(ctx: &Context, _operator: &Operator) -> Result<ServiceState, Error> {
    ctx.store.read(|conn| {
        Ok(ServiceState {
            status: directory::service_status(conn)?,
            owner: management_account(conn)?,
            has_directory: directory::find(conn)?.is_some(),
        })
    })
}

/// Turns the service on; nothing happens when it is on.
///
/// # Errors
/// [`Error::Refused`] when no resource directory is known.
pub fn enable_service(ctx: &Context, operator: &Operator) -> Result<(), Error> {
    let change = ctx.change(operator.origin());
    ctx.store.write(move |conn| {
        if management_account(conn)?.is_none() {
            let message = "no resource directory is known to which the accounts belong";
            return Err(domain::Error::new(Kind::Conflict, "PrerequisiteCheck.Failed", message).into());
        }
        switch_on(conn, &change)
    })
}

/// Turns the service off; nothing happens when it is off. AccessKeys and administrators stay.
///
/// # Errors
/// [`Error::Refused`] while there is a directory.
pub fn disable_service(ctx: &Context, operator: &Operator) -> Result<(), Error> {
    let change = ctx.change(operator.origin());
    ctx.store.write(move |conn| {
        directory::lock_service(conn)?;
        if let Some((id, _)) = directory::find(conn)? {
            let message = format!("directory {id} still exists; delete it first");
            return Err(domain::Error::new(Kind::Conflict, "DeletionConflict.Directory", message).into());
        }
        if directory::set_service_status(conn, Status::Disabled, change.now)? {
            change.record(conn, &Event::new(Action::ServiceDisabled, "service"))?;
        }
        Ok(())
    })
}

/// Creates the directory, or finds it under the same name; the service is on afterwards.
///
/// # Errors
/// [`Error::Refused`] when there is one of another name: an installation has one directory.
pub fn ensure(ctx: &Context, operator: &Operator, name: &DirectoryName) -> Result<DirectoryId, Error> {
    let (change, name) = (ctx.change(operator.origin()), name.clone());
    ctx.store.write(move |conn| {
        directory::lock_service(conn)?;
        match directory::find(conn)? {
            Some((id, existing)) if existing == name => Ok(id),
            Some((_, existing)) => Err(domain::Error::exists("Directory", existing).into()),
            None => {
                switch_on(conn, &change)?;
                Ok(insert(conn, &change, Some(&name))?.id)
            }
        }
    })
}

/// Creates the directory; without a name it is called by its id.
///
/// # Errors
/// [`Error::Refused`] when the service is off, or there is a directory already.
pub fn create(
    ctx: &Context,
    operator: &Operator,
    name: Option<DirectoryName>,
) -> Result<DirectoryRecord, Error> {
    let change = ctx.change(operator.origin());
    ctx.store.write(move |conn| {
        directory::lock_service(conn)?;
        if directory::service_status(conn)? == Status::Disabled {
            let message = "the service is off; enable it first";
            return Err(domain::Error::new(Kind::Conflict, "ServiceNotEnabled", message).into());
        }
        match directory::find(conn)? {
            Some((_, existing)) if Some(&existing) == name.as_ref() => {
                Err(domain::Error::exists("Directory", existing).into())
            }
            Some((id, _)) => {
                let message = format!("there is one directory, {id}, and no room for another");
                Err(domain::Error::new(Kind::Limit, "LimitExceeded.Directory", message).into())
            }
            None => insert(conn, &change, name.as_ref()),
        }
    })
}

/// The directory.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn load(ctx: &Context, operator: &Operator) -> Result<DirectoryRecord, Error> {
    ctx.store.read(|conn| {
        let id = within(conn, operator.directory())?;
        directory::load(conn)?.ok_or_else(|| domain::Error::missing("Directory", id).into())
    })
}

/// The directories: one or none.
///
/// # Errors
/// Failures of the database.
pub fn list(ctx: &Context, _operator: &Operator) -> Result<Vec<DirectoryRecord>, Error> {
    Ok(ctx.store.read(|conn| Ok::<_, storage::Error>(directory::load(conn)?.into_iter().collect()))?)
}

/// Renames the directory, to any good name or to its own id.
///
/// # Errors
/// [`Error::Refused`] when the name breaks its rule or the directory does not exist.
pub fn rename(ctx: &Context, operator: &Operator, name: &str) -> Result<DirectoryRecord, Error> {
    let (change, scope, name) =
        (ctx.change(operator.origin()), operator.directory().cloned(), name.to_owned());
    ctx.store.write(move |conn| {
        let id = within(conn, scope.as_ref())?;
        let name = DirectoryName::parse_for(&id, &name).map_err(|error| {
            domain::Error::invalid("NewDirectoryName", format_args!("must be {}", error.rule))
        })?;
        let missing = || Error::from(domain::Error::missing("Directory", &id));
        let before = directory::load(conn)?.ok_or_else(missing)?;
        if before.name != name {
            directory::rename(conn, &id, &name, change.now)?;
            let detail = serde_json::json!({ "name_before": before.name, "name": name });
            change.record(conn, &Event::new(Action::DirectoryUpdated, &id).with(detail))?;
        }
        directory::load(conn)?.ok_or_else(missing)
    })
}

/// Deletes the directory.
///
/// # Errors
/// [`Error::Refused`] when it does not exist, or still holds something.
pub fn delete(ctx: &Context, operator: &Operator) -> Result<(), Error> {
    let (change, scope) = (ctx.change(operator.origin()), operator.directory().cloned());
    ctx.store.write(move |conn| {
        directory::lock_service(conn)?;
        let id = within(conn, scope.as_ref())?;
        directory::counts(conn)?.check_empty()?;
        directory::delete(conn, &id)?;
        change.record(conn, &Event::new(Action::DirectoryDeleted, &id))
    })
}

/// What the directory holds, and how much it may hold.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn statistics(
    ctx: &Context,
    operator: &Operator,
) -> Result<(DirectoryRecord, DirectoryCounts, Quotas), Error> {
    let found = load(ctx, operator)?;
    Ok((found, ctx.store.read(directory::counts)?, ctx.quotas))
}

/// Refuses one more of this kind when the quota is used up. Whoever calls inserts it in the same transaction.
pub(super) fn check_quota(
    conn: &mut Conn,
    kind: resource_count::Kind,
    quota: i64,
    code: &'static str,
) -> Result<(), Error> {
    let mut count = resource_count::total(conn, kind)?;
    if count > quota.saturating_sub(LAST_PLACES) {
        // The last places are given one after another, so that none is given twice.
        directory::lock_service(conn)?;
        count = resource_count::lock_total(conn, kind)?;
    }
    Ok(Quotas::check(count, quota, code)?)
}

/// The directory's id.
pub(super) fn id(conn: &mut Conn) -> Result<DirectoryId, Error> {
    within(conn, None)
}

/// The directory's id, if it is the one that a right was given for.
pub(super) fn within(conn: &mut Conn, scope: Option<&DirectoryId>) -> Result<DirectoryId, Error> {
    let found = directory::find(conn)?.map(|(id, _)| id);
    let name = || scope.map_or_else(|| "of this installation".to_owned(), ToString::to_string);
    let wanted = found.filter(|id| scope.is_none_or(|scope| scope == id));
    wanted.ok_or_else(|| domain::Error::missing("Directory", name()).into())
}

/// Refuses a change by hand of what a connector looks after, while SCIM is served.
pub(super) fn check_editable(conn: &mut Conn, kind: ProvisionType, code: &'static str) -> Result<(), Error> {
    match kind {
        ProvisionType::Manual => Ok(()),
        ProvisionType::Synchronized => Ok(kind.check_editable(directory::scim_status(conn)?, code)?),
    }
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

/// The account that the directory belongs to, once the accounts are known.
pub(super) fn management_account(conn: &mut Conn) -> Result<Option<AccountId>, Error> {
    let mut accounts = account::list(conn)?.into_iter();
    Ok(accounts.find(|account| account.kind == AccountKind::Management).map(|account| account.id))
}

fn insert(conn: &mut Conn, change: &Change, name: Option<&DirectoryName>) -> Result<DirectoryRecord, Error> {
    let id: DirectoryId = change.id()?;
    let name = name.cloned().unwrap_or_else(|| DirectoryName::of(&id));
    directory::insert(conn, &id, &name, change.now)?;
    change.record(conn, &Event::new(Action::DirectoryCreated, &id))?;
    Ok(DirectoryRecord {
        id,
        name,
        scim_synchronization: Status::Disabled,
        created_at: change.now,
        updated_at: change.now,
    })
}

fn switch_on(conn: &mut Conn, change: &Change) -> Result<(), Error> {
    if directory::set_service_status(conn, Status::Enabled, change.now)? {
        change.record(conn, &Event::new(Action::ServiceEnabled, "service"))?;
    }
    Ok(())
}
