//! Applications whose metadata has an address: made, told where it is, and what an administrator says of changes that
//! wait.

use crate::base::{ApplicationId, ApplicationName, Timestamp};
use crate::crypto::{Certificate, hash};
use crate::domain::{
    self, Action, Application, ApplicationSettings, Assignee, Event, Kind, MetadataOrigin, MetadataSource,
    PendingMetadata, Status,
};
use crate::peer::{Peers, Validators};
use crate::saml::ServiceProvider;
use crate::storage::{Conn, metadata_source};

use super::super::{Context, Error, Operator};
use super::refresh::{digest, fetch, find_source, first_source, record, replaced, sentences, write_source};
use super::{ApplicationSpec, check_provider, find, insert, replace};

/// What is said of an application whose metadata is fetched.
#[derive(Clone, Debug)]
pub struct RemoteApplication {
    /// The name, unique whatever its case.
    pub name: ApplicationName,
    /// Whether anybody is signed in to it.
    pub status: Status,
    /// What administrators decide.
    pub settings: ApplicationSettings,
    /// Where its metadata is.
    pub origin: MetadataOrigin,
}

/// Changes that wait for a yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PendingChanges {
    /// What names exactly these changes: other ones, or from something else, have another.
    pub revision: String,
    /// Since when they wait.
    pub since: Timestamp,
    /// What they are, one sentence each.
    pub changes: Vec<String>,
}

/// Where metadata is, as somebody typed it; `None` where no address is given. `signers` are the certificates of those who
/// sign it, in PEM; empty where https is all that vouches for it.
///
/// # Errors
/// [`Error::Refused`] naming `MetadataSigner` when those cannot be read.
pub fn origin_by_hand(
    url: &str,
    signers: &str,
    auto_approve_signed: bool,
) -> Result<Option<MetadataOrigin>, Error> {
    let signers = match signers.trim() {
        "" => Vec::new(),
        pem => Certificate::list_from_pem(pem).map_err(|_ignored| {
            domain::Error::invalid("MetadataSigner", "must be certificates in PEM, of keys that we know")
        })?,
    };
    let url = url.trim().to_owned();
    Ok((!url.is_empty()).then_some(MetadataOrigin { url, signers, auto_approve_signed }))
}

/// The certificates of those who sign, in PEM, and the fingerprint of each.
///
/// # Errors
/// [`Error::Crypto`] when one cannot be encoded.
pub fn signers_of(origin: &MetadataOrigin) -> Result<(String, Vec<String>), Error> {
    let pem = origin.signers.iter().map(Certificate::to_pem).collect::<Result<String, _>>()?;
    let fingerprints = origin.signers.iter().map(Certificate::fingerprint).collect::<Result<_, _>>()?;
    Ok((pem, fingerprints))
}

/// Makes an application of the metadata at an address, assigned to these.
///
/// # Errors
/// As [`create`](super::create); [`Error::Refused`] naming `MetadataUrl` when there is no metadata that counts.
pub fn create_by_url(
    ctx: &Context,
    operator: &Operator,
    said: RemoteApplication,
    assignees: Vec<Assignee>,
) -> Result<Application, Error> {
    let RemoteApplication { name, status, settings, origin } = said;
    check_origin(&origin)?;
    settings.check()?;
    let remote = match fetch(ctx, &origin, None, &Validators::default()) {
        Ok(Some(remote)) => remote,
        Ok(None) => return Err(domain::Error::invalid("MetadataUrl", "brings nothing").into()),
        Err(reason) => {
            return Err(
                domain::Error::invalid("MetadataUrl", format_args!("brings nothing: {reason}")).into()
            );
        }
    };
    let spec = ApplicationSpec { name, status, settings, metadata: remote.metadata.clone() };
    insert(ctx, operator, spec, assignees, move |conn, change, made| {
        Ok(metadata_source::insert(conn, &first_source(&made.id, origin.clone(), &remote, change.now))?)
    })
}

/// Says where the metadata of an application is from now on, `None` for nowhere; it is fetched soon. What waits for a
/// yes is forgotten.
///
/// # Errors
/// [`Error::Refused`] when there is no such application, or naming the field that breaks its rule.
pub fn update_origin(
    ctx: &Context,
    operator: &Operator,
    id: &ApplicationId,
    origin: Option<MetadataOrigin>,
) -> Result<(), Error> {
    origin.as_ref().map_or(Ok(()), check_origin)?;
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        metadata_source::lock(conn, &id)?;
        find(conn, &id)?;
        let before = metadata_source::find(conn, &id)?;
        if before.as_ref().map(|before| &before.origin) == origin.as_ref() {
            return Ok(());
        }
        let told = origin.as_ref().map(told).transpose()?;
        match (before, origin.clone()) {
            (None, None) => {}
            (None, Some(origin)) => {
                metadata_source::insert(conn, &MetadataSource::new(id.clone(), origin, change.now))?;
            }
            (Some(_), None) => {
                metadata_source::delete(conn, &id)?;
            }
            (Some(before), Some(origin)) => {
                let fresh = MetadataSource::new(id.clone(), origin, change.now);
                let refreshed_at = before.refreshed_at;
                write_source(conn, MetadataSource { version: before.version, refreshed_at, ..fresh })?;
            }
        }
        let detail = serde_json::json!({ "metadata_origin": told });
        change.record(conn, &Event::new(Action::ApplicationUpdated, &id).with(detail))
    })?;
    ctx.refreshes.ring();
    Ok(())
}

/// Where the metadata of an application is fetched and what came of it, with what waits for a yes; `None` where an
/// administrator brought it as a file.
///
/// # Errors
/// [`Error::Refused`] when there is no such application.
pub fn load_source(
    ctx: &Context,
    _operator: &Operator,
    id: &ApplicationId,
) -> Result<Option<(MetadataSource, Option<PendingChanges>)>, Error> {
    ctx.store.read(|conn| {
        let application = find(conn, id)?;
        let Some(source) = metadata_source::find(conn, id)? else { return Ok(None) };
        let pending = match &source.pending {
            Some(pending) => Some(Waiting::read(&application, pending)?.changes()?),
            None => None,
        };
        Ok(Some((source, pending)))
    })
}

/// Says yes to the changes of this revision: they count from now on.
///
/// # Errors
/// [`Error::Refused`] when there is no such application, when nothing waits, when something else waits by now, and
/// when the metadata does not go with the settings or is no longer true.
pub fn approve(
    ctx: &Context,
    operator: &Operator,
    id: &ApplicationId,
    revision: &str,
) -> Result<Application, Error> {
    let (change, id, revision) = (ctx.change(operator.origin()), id.clone(), revision.to_owned());
    let (site, blocked) = (ctx.site.clone(), ctx.saml_policy.blocked_algorithms);
    ctx.store.write(move |conn| {
        let (application, source, pending) = waiting(conn, &id, &revision)?;
        let Waiting { before, after, .. } = Waiting::read(&application, &pending)?;
        check_provider((&site, blocked), &application.settings, &after, change.now)?;
        let told = sentences(&before.changes_to(&after)?);
        let changed = replaced(&application, pending.metadata.clone(), &after, &change);
        replace(conn, &changed)?;
        record(conn, &change, Action::ApplicationMetadataApproved, &changed, &told)?;
        write_source(conn, MetadataSource { pending: None, ..source })?;
        Ok(changed)
    })
}

/// Says no to the changes of this revision: they are not asked about again until the service provider says something
/// else.
///
/// # Errors
/// [`Error::Refused`] when there is no such application, when nothing waits, and when something else waits by now.
pub fn dismiss(ctx: &Context, operator: &Operator, id: &ApplicationId, revision: &str) -> Result<(), Error> {
    let (change, id, revision) = (ctx.change(operator.origin()), id.clone(), revision.to_owned());
    ctx.store.write(move |conn| {
        let (application, source, pending) = waiting(conn, &id, &revision)?;
        let told = Waiting::read(&application, &pending)?.changes()?.changes;
        record(conn, &change, Action::ApplicationMetadataDismissed, &application, &told)?;
        let dismissed_digest = Some(digest(&pending.metadata));
        write_source(conn, MetadataSource { pending: None, dismissed_digest, ..source })
    })
}

/// What waits, if it is of this revision.
fn waiting(
    conn: &mut Conn,
    id: &ApplicationId,
    revision: &str,
) -> Result<(Application, MetadataSource, PendingMetadata), Error> {
    metadata_source::lock(conn, id)?;
    let (application, source) = (find(conn, id)?, find_source(conn, id)?);
    let Some(pending) = source.pending.clone() else {
        return Err(domain::Error::missing("PendingMetadata", format_args!("of {id}")).into());
    };
    if revision_of(&application, &pending) != revision {
        let message = "other changes wait by now; look at them first";
        return Err(domain::Error::new(Kind::Conflict, "OperationConflict.PendingMetadata", message).into());
    }
    Ok((application, source, pending))
}

/// What is known of a service provider, and what is to be.
struct Waiting {
    before: ServiceProvider,
    after: ServiceProvider,
    revision: String,
    since: Timestamp,
}

impl Waiting {
    fn read(application: &Application, pending: &PendingMetadata) -> Result<Self, Error> {
        Ok(Self {
            before: ServiceProvider::parse(&application.metadata)?,
            after: ServiceProvider::parse(&pending.metadata)?,
            revision: revision_of(application, pending),
            since: pending.since,
        })
    }

    fn changes(self) -> Result<PendingChanges, Error> {
        let changes = sentences(&self.before.changes_to(&self.after)?);
        Ok(PendingChanges { revision: self.revision, since: self.since, changes })
    }
}

/// Names both sides of the changes: metadata cannot have a zero byte.
fn revision_of(application: &Application, pending: &PendingMetadata) -> String {
    let both = format!("{}\0{}", application.metadata, pending.metadata);
    hash::sha256_hex(both.as_bytes()).chars().take(32).collect()
}

fn check_origin(origin: &MetadataOrigin) -> Result<(), domain::Error> {
    origin.check()?;
    Peers::check(&origin.url)
        .map_err(|error| domain::Error::invalid("MetadataUrl", format_args!("is refused: {error}")))
}

/// What the audit log is told: without the query of the address, which may hold what opens the door.
fn told(origin: &MetadataOrigin) -> Result<serde_json::Value, Error> {
    let signers = origin.signers.iter().map(|signer| signer.fingerprint()).collect::<Result<Vec<_>, _>>()?;
    Ok(serde_json::json!({
        "url": origin.url.split('?').next(),
        "signers": signers,
        "auto_approve_signed": origin.auto_approve_signed,
    }))
}
