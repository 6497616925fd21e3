//! How RAM users enter the console: one configuration for the directory.

use crate::base::Timestamp;
use crate::domain::{Action, CloudSite, Event, UserProvisioningConfiguration};
use crate::storage::{Conn, directory as directories, user_provisioning};

use super::super::{Context, Error, Operator, directory};

/// How RAM users enter the console.
///
/// # Errors
/// Failures of the database; [`Error::Refused`] when there is no directory.
pub fn configuration(ctx: &Context, _operator: &Operator) -> Result<UserProvisioningConfiguration, Error> {
    ctx.store.read(|conn| current_configuration(&ctx.site, conn))
}

/// What holds now: what somebody said, or the usual.
pub(in super::super) fn current_configuration(
    site: &CloudSite,
    conn: &mut Conn,
) -> Result<UserProvisioningConfiguration, Error> {
    let id = directory::id(conn)?;
    let created_at = directories::load(conn)?.map_or(Timestamp::from_millis(0), |one| one.created_at);
    let said = user_provisioning::configuration(conn, &id, created_at)?;
    Ok(said.unwrap_or_else(|| UserProvisioningConfiguration::usual(site, created_at)))
}

/// Changes how RAM users enter the console from now on: for how many hours, 1–24, and on which page.
///
/// # Errors
/// [`Error::Refused`] on `NewSessionDuration` or `NewDefaultLandingPage`; then nothing is changed.
pub fn update_configuration(
    ctx: &Context,
    operator: &Operator,
    session_hours: Option<u32>,
    landing_page: Option<String>,
) -> Result<UserProvisioningConfiguration, Error> {
    let (change, site) = (ctx.change(operator.origin()), ctx.site.clone());
    ctx.store.write(move |conn| {
        let id = directory::id(conn)?;
        directories::lock(conn, &id)?;
        let before = current_configuration(&site, conn)?;
        let wanted = UserProvisioningConfiguration {
            session_hours: session_hours.unwrap_or(before.session_hours),
            landing_page: landing_page.clone().unwrap_or_else(|| before.landing_page.clone()),
            ..before.clone()
        };
        if wanted == before {
            return Ok(before);
        }
        wanted.check(&site)?;
        let wanted = UserProvisioningConfiguration { updated_at: change.now, ..wanted };
        user_provisioning::put_configuration(conn, &id, &wanted)?;
        let detail = serde_json::json!({
            "session_hours": wanted.session_hours, "landing_page": wanted.landing_page,
        });
        let event = Event::new(Action::UserProvisioningConfigurationUpdated, &id).with(detail);
        change.record(conn, &event)?;
        Ok(wanted)
    })
}
