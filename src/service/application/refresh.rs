//! Metadata by its address: fetched when an application is made, and anew whenever it is due. Small changes count at
//! once; those that decide who may speak for the service provider and where people are sent wait for a yes. What is
//! refused changes nothing: what was there stays in use.

use std::time::Duration;

use crate::base::{ApplicationId, Timestamp};
use crate::crypto::{BlockedAlgorithms, hash};
use crate::domain::{
    self, Action, Application, CloudSite, Event, Kind, MetadataOrigin, MetadataSource, PendingMetadata,
};
use crate::peer::{Fetched, Validators};
use crate::saml::{self, MetadataChange, MetadataDocument, ServiceProvider};
use crate::storage::event::Origin;
use crate::storage::{Conn, metadata_source};

use super::super::context::Change;
use super::super::{Context, Error, Operator};
use super::{check_provider, find, replace};

/// For how long a refresh is left to whoever claimed it: longer than a fetch may take.
const CLAIM: Duration = Duration::from_secs(120);
/// Sentences about changes that an audit row has.
const SENTENCES: usize = 64;
/// Characters of a reason that are kept.
const LONGEST_REASON: usize = 1000;

/// What a refresh came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refreshed {
    /// Nothing is new.
    Unchanged,
    /// These changes count from now on.
    Applied(Vec<String>),
    /// These changes wait for a yes.
    Held(Vec<String>),
}

/// Metadata as it was fetched and found to be good.
pub(super) struct Remote {
    pub(super) provider: ServiceProvider,
    /// Written anew, so that what is kept is what was read and, where there are signers, nothing but what they signed.
    pub(super) metadata: String,
    validators: Validators,
}

/// Fetches metadata. Where the address asks for one entity, it must be that; else, in a list, the entity `known_as` is
/// meant, and without a list there must be one alone. `None` where it is what the validators name still.
///
/// # Errors
/// Why it is not used, in words.
pub(super) fn fetch(
    ctx: &Context,
    origin: &MetadataOrigin,
    known_as: Option<&str>,
    validators: &Validators,
) -> Result<Option<Remote>, String> {
    let fetched = ctx.peers.get_metadata(&origin.url, validators).map_err(|error| error.to_string())?;
    let Fetched::Metadata { text, validators } = fetched else { return Ok(None) };
    let read = || -> Result<_, saml::Error> {
        let document = if origin.signers.is_empty() {
            MetadataDocument::parse(&text)?
        } else {
            MetadataDocument::parse_signed(&text, &origin.signers, ctx.saml_policy.blocked_algorithms)?
        };
        let queried = origin.queried_entity();
        let listed = known_as.filter(|id| document.service_provider_ids().contains(id));
        let provider = ServiceProvider::from_document(&document, queried.as_deref().or(listed))?;
        provider.check_validity(ctx.now(), ctx.saml_policy.longest_metadata)?;
        provider.check_transport()?;
        let metadata = provider.to_xml()?;
        Ok((provider, metadata))
    };
    let (provider, metadata) = read().map_err(|error| format!("the metadata is refused: {error}"))?;
    Ok(Some(Remote { provider, metadata, validators }))
}

/// The source of an application that is made of what was just fetched.
pub(super) fn first_source(
    id: &ApplicationId,
    origin: MetadataOrigin,
    remote: &Remote,
    now: Timestamp,
) -> MetadataSource {
    let mut source = MetadataSource::new(id.clone(), origin, now);
    note_success(&mut source, remote, now);
    source
}

/// Fetches the metadata of an application now, whether or not it is due, and whatever was said no to.
///
/// # Errors
/// [`Error::Refused`] when there is no such application, when its metadata has no address, and when what is there is
/// not used, which is written down.
pub fn refresh(ctx: &Context, operator: &Operator, id: &ApplicationId) -> Result<Refreshed, Error> {
    let (application, source) = ctx.store.read(|conn| {
        let application = find(conn, id)?;
        Ok::<_, Error>((application, find_source(conn, id)?))
    })?;
    let fetched = fetch(ctx, &source.origin, Some(&application.entity_id), &Validators::default());
    settle(ctx, ctx.change(operator.origin()), source, fetched, true)?.map_err(|reason| {
        domain::Error::new(Kind::Unavailable, "MetadataRefresh.Failed", format!("not refreshed: {reason}"))
            .into()
    })
}

/// Fetches the metadata that has been due for the longest; false when none is due.
///
/// # Errors
/// Failures of the database. What fails at the service provider is written down.
pub(in super::super) fn refresh_next(ctx: &Context) -> Result<bool, Error> {
    let now = ctx.now();
    let Some(source) = ctx.store.read(|conn| metadata_source::find_due(conn, now))? else { return Ok(false) };
    let claimed = source.clone();
    if !ctx.store.write(move |conn| metadata_source::claim(conn, &claimed, now.plus(CLAIM)))? {
        return Ok(true);
    }
    let application = ctx.store.read(|conn| find(conn, &source.application_id))?;
    let known = Validators { etag: source.etag.clone(), last_modified: source.last_modified.clone() };
    let fetched = fetch(ctx, &source.origin, Some(&application.entity_id), &known);
    if let Err(reason) = settle(ctx, ctx.change(&Origin::system(String::new())), source, fetched, false)? {
        tracing::warn!(application.id = %application.id, reason, "metadata could not be refreshed");
    }
    Ok(true)
}

/// Writes down what a refresh came to, unless the source was said anew meanwhile. Where somebody asked for it, what was
/// said no to is asked about again.
fn settle(
    ctx: &Context,
    change: Change,
    source: MetadataSource,
    fetched: Result<Option<Remote>, String>,
    is_asked_for: bool,
) -> Result<Result<Refreshed, String>, Error> {
    let (site, blocked) = (ctx.site.clone(), ctx.saml_policy.blocked_algorithms);
    ctx.store.write(move |conn| {
        let id = &source.application_id;
        metadata_source::lock(conn, id)?;
        let (application, mut now) = (find(conn, id)?, find_source(conn, id)?);
        if now.origin != source.origin {
            return Err(conflict());
        }
        if is_asked_for {
            now.dismissed_digest = None;
        }
        let mut settlement =
            Settlement { rules: (&site, blocked), change: &change, application, source: now };
        let outcome = match &fetched {
            Ok(Some(remote)) => settlement.take(conn, remote)?,
            Ok(None) => settlement.keep()?,
            Err(reason) => Err(reason.clone()),
        };
        if let Err(reason) = &outcome {
            settlement.fail(conn, reason)?;
        }
        write_source(conn, settlement.source)?;
        Ok(outcome)
    })
}

/// A refresh that is being written down.
struct Settlement<'a> {
    /// Where nobody may be sent, and what is blocked.
    rules: (&'a CloudSite, BlockedAlgorithms),
    change: &'a Change,
    application: Application,
    source: MetadataSource,
}

impl Settlement<'_> {
    /// It is what was fetched last.
    fn keep(&mut self) -> Result<Result<Refreshed, String>, Error> {
        let current = ServiceProvider::parse(&self.application.metadata)?;
        if let Err(error) = current.check_validity(self.change.now, None) {
            return Ok(Err(format!("the metadata is refused: {error}")));
        }
        self.source.note_success(self.change.now, current.cache_duration, current.valid_until);
        Ok(Ok(Refreshed::Unchanged))
    }

    /// It is this.
    fn take(&mut self, conn: &mut Conn, remote: &Remote) -> Result<Result<Refreshed, String>, Error> {
        let current = ServiceProvider::parse(&self.application.metadata)?;
        let changes = current.changes_to(&remote.provider)?;
        let sentences = sentences(&changes);
        if changes.is_empty() {
            self.source.pending = None;
        } else if self.counts_by_itself(&changes) {
            let settings = &self.application.settings;
            if let Err(refusal) = check_provider(self.rules, settings, &remote.provider, self.change.now) {
                return Ok(Err(refusal.to_string()));
            }
            let changed = replaced(&self.application, remote.metadata.clone(), &remote.provider, self.change);
            replace(conn, &changed)?;
            let action = Action::ApplicationMetadataRefreshed;
            record(conn, self.change, action, &changed, &sentences)?;
            self.source.pending = None;
            note_success(&mut self.source, remote, self.change.now);
            return Ok(Ok(Refreshed::Applied(sentences)));
        } else if self.source.dismissed_digest.as_deref() != Some(&digest(&remote.metadata)) {
            let known = self.source.pending.as_ref().map(|pending| &pending.metadata);
            if known != Some(&remote.metadata) {
                let (metadata, since) = (remote.metadata.clone(), self.change.now);
                self.source.pending = Some(PendingMetadata { metadata, since });
                let action = Action::ApplicationMetadataHeld;
                record(conn, self.change, action, &self.application, &sentences)?;
            }
            note_success(&mut self.source, remote, self.change.now);
            return Ok(Ok(Refreshed::Held(sentences)));
        } else {
            self.source.pending = None;
        }
        note_success(&mut self.source, remote, self.change.now);
        Ok(Ok(Refreshed::Unchanged))
    }

    /// Whether changes count without anybody's yes. Another entity id never does: it is another service provider.
    fn counts_by_itself(&self, changes: &[MetadataChange]) -> bool {
        let is_other = |change: &MetadataChange| matches!(change, MetadataChange::EntityId { .. });
        let origin = &self.source.origin;
        if origin.auto_approve_signed && !origin.signers.is_empty() {
            return !changes.iter().any(is_other);
        }
        !changes.iter().any(MetadataChange::needs_approval)
    }

    fn fail(&mut self, conn: &mut Conn, reason: &str) -> Result<(), Error> {
        let reason: String = reason.chars().take(LONGEST_REASON).collect();
        self.source.note_failure(self.change.now, reason.clone());
        let detail = serde_json::json!({ "reason": reason, "failures": self.source.failures });
        let event = Event::new(Action::ApplicationMetadataFailed, &self.application.id).with(detail);
        self.change.record(conn, &event)
    }
}

/// The application with other metadata.
pub(super) fn replaced(
    application: &Application,
    metadata: String,
    provider: &ServiceProvider,
    change: &Change,
) -> Application {
    Application {
        entity_id: provider.entity_id.clone(),
        metadata,
        version: application.version + 1,
        updated_at: change.now,
        ..application.clone()
    }
}

/// Where the metadata of an application is fetched.
pub(super) fn find_source(conn: &mut Conn, id: &ApplicationId) -> Result<MetadataSource, Error> {
    metadata_source::find(conn, id)?.ok_or_else(|| domain::Error::missing("MetadataUrl", id).into())
}

/// Writes a source, if nobody else did meanwhile.
pub(super) fn write_source(conn: &mut Conn, source: MetadataSource) -> Result<(), Error> {
    let source = MetadataSource { version: source.version + 1, ..source };
    if metadata_source::update(conn, &source)? { Ok(()) } else { Err(conflict()) }
}

/// Forgets by what the service provider named what it sent last, so that it is held against what is known now.
pub(super) fn forget_validators(conn: &mut Conn, id: &ApplicationId) -> Result<(), Error> {
    match metadata_source::find(conn, id)? {
        Some(source) => write_source(conn, MetadataSource { etag: None, last_modified: None, ..source }),
        None => Ok(()),
    }
}

/// Tells of changes in the audit log.
pub(super) fn record(
    conn: &mut Conn,
    change: &Change,
    action: Action,
    application: &Application,
    sentences: &[String],
) -> Result<(), Error> {
    let told = sentences.get(..SENTENCES).unwrap_or(sentences);
    let detail = serde_json::json!({
        "entity_id": application.entity_id,
        "changes": told,
        "further_changes": sentences.len() - told.len(),
    });
    change.record(conn, &Event::new(action, &application.id).with(detail))
}

/// Changes as people read them.
pub(super) fn sentences(changes: &[MetadataChange]) -> Vec<String> {
    changes.iter().map(ToString::to_string).collect()
}

pub(super) fn digest(metadata: &str) -> String {
    hash::sha256_hex(metadata.as_bytes())
}

pub(super) fn conflict() -> Error {
    let message = "the application was changed at the same moment; try again";
    domain::Error::new(Kind::Conflict, "OperationConflict.Application", message).into()
}

fn note_success(source: &mut MetadataSource, remote: &Remote, now: Timestamp) {
    source.etag.clone_from(&remote.validators.etag);
    source.last_modified.clone_from(&remote.validators.last_modified);
    source.note_success(now, remote.provider.cache_duration, remote.provider.valid_until);
}
