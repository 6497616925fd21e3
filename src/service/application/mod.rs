//! Applications: SAML service providers that people sign in to through us. Made, changed and deleted by operators;
//! who may be signed in to one is said by its assignments.

mod addressee;
mod assignment;
mod by_hand;
mod catalogue;
mod edit;
mod overview;
mod refresh;
mod source;

use crate::base::{ApplicationId, ApplicationName, Timestamp, fold};
use crate::crypto::BlockedAlgorithms;
use crate::domain::{self, Action, Application, ApplicationSettings, Assignee, CloudSite, Event, Status};
use crate::saml::ServiceProvider;
use crate::storage::{
    self, Conn, application, application_assignment, application_session, metadata_source, saml_exchange,
};

use super::context::Change;
use super::{Context, Error, Operator, directory, keys, registry};

pub use assignment::{assign, assignments, unassign};
pub(super) use assignment::{delete_of, list_of_user};
pub use by_hand::metadata_by_hand;
pub use catalogue::{catalogue, find_template};
pub use edit::{ApplicationEdit, edit};
pub use overview::{
    ListedApplication, MetadataTrouble, NamedAssignment, OwnDetails, PublishedCertificate, metadata_troubles,
    named_assignments, own_details, search,
};
pub(super) use refresh::refresh_next;
pub use refresh::{Refreshed, refresh};
pub use source::{
    PendingChanges, RemoteApplication, approve, create_by_url, dismiss, load_source, origin_by_hand,
    signers_of, update_origin,
};

/// Applications that a directory has at most.
const APPLICATIONS: i64 = 1000;
/// Bytes of a service provider's metadata.
const LONGEST_METADATA: usize = 256 * 1024;

/// What is said of an application when it is made, or in the place of what was said before.
#[derive(Clone, Debug)]
pub struct ApplicationSpec {
    /// The name, unique whatever its case.
    pub name: ApplicationName,
    /// Whether anybody is signed in to it.
    pub status: Status,
    /// What administrators decide.
    pub settings: ApplicationSettings,
    /// What the service provider says of itself: one `md:EntityDescriptor`, of at most 256 KiB.
    pub metadata: String,
}

impl ApplicationSpec {
    /// Checks every field; gives what the metadata says.
    fn check(&self, ctx: &Context) -> Result<ServiceProvider, Error> {
        self.settings.check()?;
        if self.metadata.len() > LONGEST_METADATA {
            return Err(domain::Error::invalid("Metadata", "must have at most 256 KiB").into());
        }
        let provider = ServiceProvider::parse(&self.metadata)
            .map_err(|error| domain::Error::invalid("Metadata", format_args!("is refused: {error}")))?;
        let blocked = ctx.saml_policy.blocked_algorithms;
        check_provider((&ctx.site, blocked), &self.settings, &provider, ctx.now())?;
        Ok(provider)
    }
}

/// Checks what a service provider says of itself: that it is true still, sends nobody to where others could read it,
/// and has the keys that the settings need, for algorithms that are not blocked.
fn check_provider(
    (site, blocked): (&CloudSite, BlockedAlgorithms),
    settings: &ApplicationSettings,
    provider: &ServiceProvider,
    now: Timestamp,
) -> Result<(), domain::Error> {
    if provider.check_validity(now, None).is_err() {
        return Err(domain::Error::invalid("Metadata", "is past its validUntil"));
    }
    provider
        .check_transport()
        .map_err(|error| domain::Error::invalid("Metadata", format_args!("is refused: {error}")))?;
    addressee::check(site, provider)?;
    registry::check_signature_key(settings, blocked).map_err(|error| {
        domain::Error::invalid("SignatureKey", format_args!("signs by what is blocked: {error}"))
    })?;
    registry::recipient(settings, provider, blocked).map_err(|error| {
        domain::Error::invalid("Encryption", format_args!("is not for this service provider: {error}"))
    })?;
    if settings.requires_signed_requests && provider.signing_certificates.is_empty() {
        let rule = "needs a key in the metadata that the service provider signs with";
        return Err(domain::Error::invalid("RequiresSignedRequests", rule));
    }
    Ok(())
}

/// Makes an application, assigned to these.
///
/// # Errors
/// [`Error::Refused`] naming the field that breaks its rule, when the name or the service provider's entity id is
/// taken, when there are too many, or when somebody whom it is to be assigned to does not exist.
pub fn create(
    ctx: &Context,
    operator: &Operator,
    spec: ApplicationSpec,
    assignees: Vec<Assignee>,
) -> Result<Application, Error> {
    insert(ctx, operator, spec, assignees, |_conn, _change, _made| Ok(()))
}

/// As [`create`], with what else is written in the same transaction.
fn insert(
    ctx: &Context,
    operator: &Operator,
    spec: ApplicationSpec,
    assignees: Vec<Assignee>,
    beside: impl Fn(&mut Conn, &Change, &Application) -> Result<(), Error> + Send + 'static,
) -> Result<Application, Error> {
    let provider = spec.check(ctx)?;
    keys::ensure(ctx, spec.settings.signature_key)?;
    let (change, scope) = (ctx.change(operator.origin()), operator.directory().cloned());
    ctx.store.write(move |conn| {
        let directory = directory::within(conn, scope.as_ref())?;
        storage::directory::lock_service(conn)?;
        domain::Quotas::check(application::count(conn)?, APPLICATIONS, "LimitExceeded.Application")?;
        let made = Application {
            id: change.id()?,
            name: spec.name.clone(),
            status: spec.status,
            entity_id: provider.entity_id.clone(),
            settings: spec.settings.clone(),
            metadata: spec.metadata.clone(),
            version: 1,
            created_at: change.now,
            updated_at: change.now,
        };
        application::insert(conn, &directory, &made).map_err(|error| taken(error, &made))?;
        record(conn, &change, Action::ApplicationCreated, &made)?;
        for assignee in &assignees {
            assignment::assign_in(conn, &change, &made.id, assignee)?;
        }
        beside(conn, &change, &made)?;
        Ok(made)
    })
}

/// Says an application anew.
///
/// # Errors
/// As [`create`]; [`Error::Refused`] when there is none.
pub fn update(
    ctx: &Context,
    operator: &Operator,
    id: &ApplicationId,
    spec: ApplicationSpec,
) -> Result<Application, Error> {
    let provider = spec.check(ctx)?;
    keys::ensure(ctx, spec.settings.signature_key)?;
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        metadata_source::lock(conn, &id)?;
        let before = find(conn, &id)?;
        say_anew(conn, &change, before, spec.clone(), &provider)
    })
}

/// Writes what is said of an application in the place of what was said before; its metadata source is locked.
fn say_anew(
    conn: &mut Conn,
    change: &Change,
    before: Application,
    spec: ApplicationSpec,
    provider: &ServiceProvider,
) -> Result<Application, Error> {
    if before.metadata != spec.metadata {
        refresh::forget_validators(conn, &before.id)?;
    }
    let ApplicationSpec { name, status, settings, metadata } = spec;
    let (entity_id, version, updated_at) = (provider.entity_id.clone(), before.version + 1, change.now);
    let changed = Application { name, status, entity_id, settings, metadata, version, updated_at, ..before };
    write(conn, change, &changed)?;
    Ok(changed)
}

/// Signs people in to an application again, or nobody any more.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn update_status(
    ctx: &Context,
    operator: &Operator,
    id: &ApplicationId,
    status: Status,
) -> Result<Application, Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let before = find(conn, &id)?;
        let version = before.version + 1;
        let changed = Application { status, version, updated_at: change.now, ..before };
        write(conn, &change, &changed)?;
        Ok(changed)
    })
}

/// Deletes an application with its assignments. What its people were known by there is kept, for whoever registers the
/// same service provider again.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn delete(ctx: &Context, operator: &Operator, id: &ApplicationId) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        let gone = find(conn, &id)?;
        application_assignment::delete_all(conn, &id)?;
        application_session::delete_of_application(conn, &id)?;
        metadata_source::delete(conn, &id)?;
        saml_exchange::delete_of_application(conn, &id)?;
        application::delete(conn, &id)?;
        record(conn, &change, Action::ApplicationDeleted, &gone)
    })
}

/// The application with this id.
///
/// # Errors
/// [`Error::Refused`] when there is none.
pub fn load(ctx: &Context, _operator: &Operator, id: &ApplicationId) -> Result<Application, Error> {
    ctx.store.read(|conn| find(conn, id))
}

/// The application of this name, in whatever case.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(ctx: &Context, _operator: &Operator, name: &str) -> Result<Option<Application>, Error> {
    Ok(ctx.store.read(|conn| application::find_by_name(conn, &fold(name)))?)
}

/// Our metadata for an application: by the entity id that it knows us by, with the keys that its messages are signed
/// by. For everybody, since it tells nothing but what the application is told.
///
/// # Errors
/// [`Error::Refused`] when there is no such application.
pub fn metadata_for(ctx: &Context, id: &ApplicationId) -> Result<String, Error> {
    let found =
        ctx.applications.find(&ctx.store, id)?.ok_or_else(|| domain::Error::missing("Application", id))?;
    keys::ensure_encryption(ctx)?;
    ctx.identity_provider.metadata_for(&found.application.settings, &ctx.random, ctx.now())
}

/// Every application, by name.
///
/// # Errors
/// Failures of the database.
pub fn list(ctx: &Context, _operator: &Operator) -> Result<Vec<Application>, Error> {
    Ok(ctx.store.read(application::list)?)
}

fn find(conn: &mut Conn, id: &ApplicationId) -> Result<Application, Error> {
    application::find(conn, id)?.ok_or_else(|| domain::Error::missing("Application", id).into())
}

/// Writes a changed application, and that it was changed.
fn write(conn: &mut Conn, change: &Change, changed: &Application) -> Result<(), Error> {
    replace(conn, changed)?;
    record(conn, change, Action::ApplicationUpdated, changed)
}

/// Writes a changed application, if nobody else did meanwhile.
fn replace(conn: &mut Conn, changed: &Application) -> Result<(), Error> {
    if application::update(conn, changed).map_err(|error| taken(error, changed))? {
        Ok(())
    } else {
        Err(refresh::conflict())
    }
}

fn record(conn: &mut Conn, change: &Change, action: Action, application: &Application) -> Result<(), Error> {
    let detail = serde_json::json!({
        "name": application.name,
        "entity_id": application.entity_id,
        "settings": application.settings,
    });
    change.record(conn, &Event::new(action, &application.id).with(detail))
}

fn taken(error: storage::Error, application: &Application) -> Error {
    match error {
        storage::Error::Duplicate(text) if text.contains("entity_id") => {
            domain::Error::exists("EntityId", &application.entity_id).into()
        }
        storage::Error::Duplicate(_) => domain::Error::exists("Application", &application.name).into(),
        error => error.into(),
    }
}
