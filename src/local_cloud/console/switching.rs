//! Switching: to a role of this or another account, and between the consoles that a browser has open.

use std::time::Duration;

use crate::local_cloud::api::{self, Invocation, version};
use crate::local_cloud::arn::Arn;
use crate::local_cloud::channel::Channel;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;
use crate::local_cloud::store::account;
use crate::rpc::Parameters;

use super::browser::Browser;
use super::opening::{CameBy, Opened, Opening};
use super::session::Session;

/// Opens a console of the role `to` for who is in `session`: as `AssumeRole` would, with the session's own
/// rights and the role's trust policy. The new session ends with the old one at the latest.
pub(super) fn switch_role(
    cloud: &Cloud,
    (browser, session): (&Browser, &Session),
    channel: Channel,
    to: &Arn,
) -> Result<Opened, Refusal> {
    let now = cloud.now();
    let parameters = Parameters::new([("RoleArn".to_owned(), to.to_string())])?;
    let identity = &session.identity;
    let invocation = Invocation {
        cloud,
        identity,
        parameters: &parameters,
        channel,
        session_id: Some(&session.row.id),
        version: version::STS,
        now,
    };
    let opening = Opening::new(cloud, Some(browser), now)?;
    cloud.store.write(|connection| {
        let admission = api::admit(&invocation, connection)?;
        if !admission.role.allow_console_login {
            return Err(Refusal::State {
                code: "Role.ConsoleLogin.NotAllowed",
                reason: "The role does not allow a logon to the console.",
            });
        }
        let home = account::find(connection, &admission.role.account_id)?.filter(|row| !row.is_deleted());
        let home = home.ok_or_else(|| Refusal::Internal(format!("account of {to}")))?;
        let left = session.expires_at().since(now);
        let wanted = admission.longest.min(home.console_session_seconds);
        let wanted = Duration::from_secs(u64::try_from(wanted).unwrap_or(0));
        let seconds = i64::try_from(left.min(wanted).as_secs()).unwrap_or(0);
        let came_by = CameBy::RoleSwitch { from: &session.row, to: &admission };
        opening.store(connection, &came_by, &session_name(session), (seconds, "/console".to_owned()))
    })
}

/// The name of whoever switches, for the role's session: a user's name, or the session's own where a role
/// switches on.
fn session_name(session: &Session) -> String {
    let name = &session.row.session_name;
    if rules::is_session_name(name) { name.clone() } else { format!("{name}@{}", session.account.id) }
}
