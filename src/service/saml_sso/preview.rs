//! What an application would be told of somebody, without telling it and without writing anything down.

use crate::base::{ApplicationId, UserId};
use crate::domain::{
    self, Application, ApplicationSettings, ExpressionError, NameIdKind, Status, Subject, User,
};
use crate::saml::{NameId, NameIdFormat, ServiceProvider};
use crate::storage::{Conn, application, application_assignment, persistent_name, user as users};

use super::super::{Context, Error, Operator};
use super::name_id;
use super::release::{self, Release};

/// What a name is that is yet to be made up.
pub(super) const UNMADE: &str = "made-up-when-they-sign-in";

/// What an application would be told of somebody.
#[derive(Clone, Debug)]
pub struct Preview {
    /// The person.
    pub user: Box<User>,
    /// Whether they may sign in at all.
    pub is_enabled: bool,
    /// Whether the application is assigned to them.
    pub is_assigned: bool,
    /// What they would be named by.
    pub name: PreviewedName,
    /// What else, in the order of the settings; what the metadata says is needed comes last.
    pub attributes: Vec<PreviewedAttribute>,
}

/// What somebody would be named by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PreviewedName {
    /// By nothing.
    None,
    /// By this.
    Known(NameId),
    /// By a name of this format that is yet to be made up: at the first sign-on, or at each.
    Later(NameIdFormat),
    /// They would be refused for want of a name.
    Refused(String),
}

/// One attribute.
#[derive(Clone, Debug)]
pub struct PreviewedAttribute {
    /// Its name.
    pub name: String,
    /// Whether it is given because the metadata says that it is needed, and the settings do not have it.
    pub is_required: bool,
    /// Its values, none where it would be left out; or why there are none and the person would be refused.
    pub values: Result<Vec<String>, ExpressionError>,
}

/// What the application would tell of somebody by these settings, saved or not.
///
/// # Errors
/// [`Error::Refused`] when the settings break a rule, and when there is no such application or user.
pub fn preview(
    ctx: &Context,
    _operator: &Operator,
    id: &ApplicationId,
    settings: &ApplicationSettings,
    user: &UserId,
) -> Result<Preview, Error> {
    settings.check()?;
    ctx.store.read(|conn| {
        let application = application::find(conn, id)?;
        let application = application.ok_or_else(|| domain::Error::missing("Application", id))?;
        let user = users::find(conn, user)?.ok_or_else(|| domain::Error::missing("User", user))?;
        let provider = ServiceProvider::parse(&application.metadata)?;
        let release = Release::new(&application, settings, &provider, None);
        with_subject(conn, ctx, &release, &user, |conn, subject| {
            look(conn, (ctx, &application, settings), &release, subject)
        })
    })
}

/// Calls `work` with somebody as expressions see them. Where the application does not know them for good yet, what it
/// will know them by is stood in for.
pub(super) fn with_subject<T>(
    conn: &mut Conn,
    ctx: &Context,
    release: &Release<'_>,
    user: &User,
    work: impl FnOnce(&mut Conn, &Subject<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let known = persistent_name::find(conn, release.audience.entity_id, &user.id)?;
    let subject = Subject {
        user,
        groups: &release.groups(conn, user)?,
        scope: ctx.identity_provider.scope(),
        persistent_name: Some(known.as_deref().unwrap_or(UNMADE)),
        audience: &release.audience,
    };
    work(conn, &subject)
}

pub(super) fn look(
    conn: &mut Conn,
    (ctx, application, settings): (&Context, &Application, &ApplicationSettings),
    release: &Release<'_>,
    subject: &Subject<'_>,
) -> Result<Preview, Error> {
    let user = subject.user;
    let assigned = application_assignment::list_of_user(conn, &user.id)?;
    let attributes = release.mappings().map(|(mapping, is_required)| PreviewedAttribute {
        name: mapping.name.clone(),
        is_required,
        values: release::attribute(mapping, subject)
            .map(|told| told.map(|attribute| attribute.values).unwrap_or_default()),
    });
    Ok(Preview {
        user: Box::new(user.clone()),
        is_enabled: user.spec.status == Status::Enabled,
        is_assigned: assigned.iter().any(|assigned| assigned.id == application.id),
        attributes: attributes.collect(),
        name: name(conn, ctx.identity_provider.entity_id_for(settings), settings, subject)?,
    })
}

fn name(
    conn: &mut Conn,
    issuer: &str,
    settings: &ApplicationSettings,
    subject: &Subject<'_>,
) -> Result<PreviewedName, Error> {
    let kind = settings.name_id;
    let Some(format) = name_id::format(kind) else { return Ok(PreviewedName::None) };
    let known =
        |value| name_id::qualified(NameId::new(format.clone(), value), issuer, subject.audience.entity_id);
    Ok(match name_id::told(kind, settings.name_id_expression.as_ref(), subject) {
        Err(reason) => PreviewedName::Refused(reason),
        Ok(Some(value)) => PreviewedName::Known(known(value)),
        Ok(None) => {
            let made = match kind {
                NameIdKind::Persistent => {
                    persistent_name::find(conn, subject.audience.entity_id, &subject.user.id)?
                }
                _ => None,
            };
            made.map_or_else(
                || PreviewedName::Later(format.clone()),
                |value| PreviewedName::Known(known(value)),
            )
        }
    })
}
