//! Applications as lists and pages show them.

use crate::base::{ApplicationId, ApplicationName, Timestamp, fold};
use crate::crypto::Certificate;
use crate::domain::{ApplicationSummary, ApplicationUse, Assignee, IdentityProviderDetails, Status};
use crate::storage::{application, application_assignment, group, metadata_source, saml_exchange, user};

use super::super::saml_exchange as exchanges;
use super::super::{Context, Error, Operator};
use super::{Application, find};

/// An application in a list.
#[derive(Clone, Debug)]
pub struct ListedApplication {
    /// The application.
    pub summary: ApplicationSummary,
    /// When it was last of use.
    pub uses: ApplicationUse,
}

/// Somebody whom an application is assigned to.
#[derive(Clone, Debug)]
pub struct NamedAssignment {
    /// Who.
    pub assignee: Assignee,
    /// The user's or the group's name.
    pub name: String,
    /// What else a user is called; empty where nothing.
    pub display_name: String,
    /// Since when.
    pub at: Timestamp,
}

/// A certificate that an application may find its messages signed by.
#[derive(Clone, Debug)]
pub struct PublishedCertificate {
    /// The SHA-256 of its DER, in hexadecimal.
    pub fingerprint: String,
    /// As a PEM file (RFC 7468 §5).
    pub pem: String,
}

/// What an application has to know of us.
#[derive(Clone, Debug)]
pub struct OwnDetails {
    /// Where our metadata for it is.
    pub metadata_url: String,
    /// Our entity id.
    pub entity_id: String,
    /// Where it sends people to sign in.
    pub sso_url: String,
    /// The certificate whose key signs.
    pub certificate: PublishedCertificate,
}

impl OwnDetails {
    /// For the steps of a template. The certificate is too long for a sentence: it says where it is found.
    pub fn for_steps<'a>(&'a self, certificate_url: &'a str) -> IdentityProviderDetails<'a> {
        IdentityProviderDetails {
            metadata_url: &self.metadata_url,
            entity_id: &self.entity_id,
            sso_url: &self.sso_url,
            certificate: certificate_url,
        }
    }
}

/// An application whose metadata wants to be looked at.
#[derive(Clone, Debug)]
pub struct MetadataTrouble {
    /// The application.
    pub id: ApplicationId,
    /// Its name.
    pub name: ApplicationName,
    /// Whether changes wait for a yes.
    pub is_waiting: bool,
    /// Whether it could not be fetched, or was not good, the last time.
    pub has_failed: bool,
}

/// The applications whose metadata has changes that wait, or failed when it was fetched last; by name.
///
/// # Errors
/// Failures of the database.
pub fn metadata_troubles(ctx: &Context, _operator: &Operator) -> Result<Vec<MetadataTrouble>, Error> {
    ctx.store.read(|conn| {
        let troubled = metadata_source::list_troubled(conn)?;
        if troubled.is_empty() {
            return Ok(Vec::new());
        }
        let named = application::list_summaries(conn)?.into_iter().filter_map(|summary| {
            let found = troubled.iter().find(|(id, ..)| *id == summary.id);
            found.map(|(_, is_waiting, has_failed)| MetadataTrouble {
                id: summary.id,
                name: summary.name,
                is_waiting: *is_waiting,
                has_failed: *has_failed,
            })
        });
        Ok(named.collect())
    })
}

/// The applications whose name or entity id has `query` in it, in whatever case, and of this status; by name. Also how
/// many there are in all.
///
/// # Errors
/// Failures of the database.
pub fn search(
    ctx: &Context,
    _operator: &Operator,
    query: &str,
    status: Option<Status>,
) -> Result<(Vec<ListedApplication>, usize), Error> {
    exchanges::flush(ctx)?;
    let (all, mut uses) = ctx
        .store
        .read(|conn| Ok::<_, Error>((application::list_summaries(conn)?, saml_exchange::list_uses(conn)?)))?;
    let (total, query) = (all.len(), fold(query.trim()));
    let is_found = |one: &ApplicationSummary| {
        status.is_none_or(|status| one.status == status)
            && (one.name.key().contains(&query) || fold(&one.entity_id).contains(&query))
    };
    let found = all.into_iter().filter(is_found);
    let listed = found.map(|summary| {
        let uses = uses.remove(&summary.id).unwrap_or_default();
        ListedApplication { summary, uses }
    });
    Ok((listed.collect(), total))
}

/// Whom an application is assigned to, groups first, by name.
///
/// # Errors
/// [`Error::Refused`] when there is no such application.
pub fn named_assignments(
    ctx: &Context,
    _operator: &Operator,
    id: &ApplicationId,
) -> Result<Vec<NamedAssignment>, Error> {
    let mut named = ctx.store.read(|conn| {
        find(conn, id)?;
        let mut named = Vec::new();
        for (assignee, at) in application_assignment::list(conn, id)? {
            let (name, display_name) = match &assignee {
                Assignee::User(id) => user::find(conn, id)?.map(|user| {
                    let shown = user.shown_name().to_owned();
                    (user.spec.user_name.to_string(), shown)
                }),
                Assignee::Group(id) => {
                    group::find(conn, id)?.map(|group| (group.spec.group_name.to_string(), String::new()))
                }
            }
            .unwrap_or_default();
            named.push(NamedAssignment { assignee, name, display_name, at });
        }
        Ok::<_, Error>(named)
    })?;
    named.sort_by_key(|one| (matches!(one.assignee, Assignee::User(_)), fold(&one.name)));
    Ok(named)
}

/// What an application has to know of us.
///
/// # Errors
/// [`Error::Crypto`] when a certificate cannot be encoded.
pub fn own_details(
    ctx: &Context,
    _operator: &Operator,
    application: &Application,
) -> Result<OwnDetails, Error> {
    let ours = &ctx.identity_provider;
    let certificates = ours.certificates_for(&application.settings);
    let active = certificates.first().map(published).transpose()?;
    Ok(OwnDetails {
        metadata_url: format!("{}/{}", ours.entity_id(), application.id),
        entity_id: ours.entity_id_for(&application.settings).to_owned(),
        sso_url: ours.sso_url().to_owned(),
        certificate: active
            .unwrap_or(PublishedCertificate { fingerprint: String::new(), pem: String::new() }),
    })
}

fn published(certificate: &Certificate) -> Result<PublishedCertificate, Error> {
    Ok(PublishedCertificate { fingerprint: certificate.fingerprint()?, pem: certificate.to_pem()? })
}
