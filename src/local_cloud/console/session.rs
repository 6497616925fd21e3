//! Living console sessions: what one shows, and its end.

use diesel::SqliteConnection;

use crate::base::{AccountId, Secret, Timestamp};
use crate::crypto::{hash, token};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::identity::session_arn;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::{account, console_session};

use super::held::{self, HeldPolicy};
use super::sign_in::field;

/// Everything that the console page shows.
#[derive(Debug)]
pub(super) struct ConsoleView {
    pub(super) account_id: String,
    pub(super) account_name: String,
    pub(super) role_name: String,
    pub(super) session_name: String,
    pub(super) arn: String,
    pub(super) provider_name: String,
    pub(super) issuer: String,
    pub(super) name_id: String,
    pub(super) started_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) policies: Vec<HeldPolicy>,
    pub(super) csrf_token: String,
}

/// The session of `token`, if it lives.
pub(super) fn view(cloud: &Cloud, token: &Secret) -> Result<Option<ConsoleView>, Refusal> {
    let now = cloud.now().millis();
    let csrf_token = cloud.csrf_token(token.expose())?;
    cloud.store.read(|connection| {
        let digest = token::digest(token.expose());
        let Some((session, role)) = console_session::find_living(connection, &digest, now)? else {
            return Ok(None);
        };
        let (account_id, account_name) = account_of(connection, &role.account_id)?;
        Ok(Some(ConsoleView {
            arn: session_arn(&account_id, &role.name, &session.session_name),
            account_id: role.account_id,
            account_name,
            policies: held::list(cloud, connection, &role.id)?,
            role_name: role.name,
            session_name: session.session_name,
            provider_name: session.provider_name,
            issuer: session.issuer,
            name_id: session.name_id,
            started_at: Timestamp::from_millis(session.started_at),
            expires_at: Timestamp::from_millis(session.expires_at),
            csrf_token,
        }))
    })
}

/// Ends the session of `token`; `false`, and nothing done, if `form` does not carry its CSRF token.
pub(super) fn end(cloud: &Cloud, token: &Secret, form: &[u8]) -> Result<bool, Refusal> {
    let expected = cloud.csrf_token(token.expose())?;
    let given = field(form, "csrf_token").unwrap_or_default();
    if !hash::equal(expected.as_bytes(), given.as_bytes()) {
        return Ok(false);
    }
    cloud.store.write::<_, Refusal>(|connection| {
        Ok(console_session::delete(connection, &token::digest(token.expose()))?)
    })?;
    Ok(true)
}

fn account_of(connection: &mut SqliteConnection, id: &str) -> Result<(AccountId, String), Refusal> {
    let corrupt = || Refusal::Internal(format!("account {id} of a session"));
    let row = account::find(connection, id)?.ok_or_else(corrupt)?;
    Ok((AccountId::parse(&row.id).ok_or_else(corrupt)?, row.display_name))
}
