//! What an application would be told of somebody, without telling it and without writing anything down.

use crate::base::{ApplicationId, UserId};
use crate::domain::{
    self, Application, ApplicationSettings, ExpressionError, NameIdKind, Status, Subject, User,
};
use crate::saml::{NameId, NameIdFormat};
use crate::storage::{Conn, application, application_assignment, persistent_name, user as users};

use super::super::{Context, Error, Operator};
use super::{entitle, name_id};

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
    /// What else, in the order of the settings.
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
        with_subject(conn, &application, settings, &user, |conn, subject| {
            look(conn, (ctx, &application, settings), subject)
        })
    })
}

/// Calls `work` with somebody as expressions see them.
pub(super) fn with_subject<T>(
    conn: &mut Conn,
    application: &Application,
    settings: &ApplicationSettings,
    user: &User,
    work: impl FnOnce(&mut Conn, &Subject<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let groups = entitle::groups(conn, settings, user)?;
    let (entity_id, application_name) = (application.entity_id.as_str(), application.name.as_str());
    work(conn, &Subject { user, groups: &groups, entity_id, application_name })
}

pub(super) fn look(
    conn: &mut Conn,
    (ctx, application, settings): (&Context, &Application, &ApplicationSettings),
    subject: &Subject<'_>,
) -> Result<Preview, Error> {
    let user = subject.user;
    let assigned = application_assignment::list_of_user(conn, &user.id)?;
    let attributes = settings.attributes.iter().map(|mapping| PreviewedAttribute {
        name: mapping.name.clone(),
        values: entitle::attribute(mapping, subject)
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
    let known = |value| name_id::qualified(NameId::new(format.clone(), value), issuer, subject.entity_id);
    Ok(match name_id::told(kind, settings.name_id_expression.as_ref(), subject) {
        Err(reason) => PreviewedName::Refused(reason),
        Ok(Some(value)) => PreviewedName::Known(known(value)),
        Ok(None) => {
            let made = match kind {
                NameIdKind::Persistent => persistent_name::find(conn, subject.entity_id, &subject.user.id)?,
                _ => None,
            };
            made.map_or_else(
                || PreviewedName::Later(format.clone()),
                |value| PreviewedName::Known(known(value)),
            )
        }
    })
}
