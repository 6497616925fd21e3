//! A SAML Response comes in, a console session comes out (the vendor's role SSO).

use std::time::Duration;

use url::form_urlencoded;

use crate::base::Secret;
use crate::crypto::token;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::federation::{self, Grant, Pair, Posted};
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::account;
use crate::local_cloud::store::console_session::{self, ConsoleSessionRow};

use super::landing::landing;

/// What a Response leads to.
pub(super) enum Outcome {
    Opened(Opened),
    Choose(Choice),
}

/// A session that was opened.
pub(super) struct Opened {
    pub(super) token: Secret,
    /// How long it lasts.
    pub(super) seconds: i64,
    pub(super) landing: String,
}

/// Several roles, of which the person names one; the Response is sent again with it, and used then.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) response: String,
    pub(super) relay_state: String,
    pub(super) roles: Vec<OfferedRole>,
}

#[derive(Debug)]
pub(super) struct OfferedRole {
    pub(super) account_id: String,
    pub(super) role_name: String,
    /// The value of the form field `Role`.
    pub(super) value: String,
}

/// Signs in by the form `body`; `replaced` is the session that the browser had until now.
pub(super) fn sign_in(cloud: &Cloud, body: &[u8], replaced: Option<&Secret>) -> Result<Outcome, Refusal> {
    let response = field(body, "SAMLResponse").ok_or_else(|| assertion("there is no SAMLResponse"))?;
    let relay_state = field(body, "RelayState");
    let posted = Posted::read(&response)?;
    let now = cloud.now();
    let pair = match (field(body, "Role"), posted.hinted_pairs()?.as_slice()) {
        (Some(chosen), _) => Pair::parse(&chosen).ok_or_else(|| assertion("the chosen role is malformed"))?,
        (None, [only]) => only.clone(),
        (None, several) => {
            let first = several.first().ok_or_else(|| assertion("no role"))?;
            let first = first.clone();
            let pairs = federation::verify(cloud, posted, first, now)?.offered()?;
            let relay_state = relay_state.unwrap_or_default();
            let roles = pairs.iter().map(OfferedRole::from).collect();
            return Ok(Outcome::Choose(Choice { response, relay_state, roles }));
        }
    };
    let verified = federation::verify(cloud, posted, pair, now)?;
    cloud.store.read(|connection| verified.admit(cloud, connection, now))?;
    let token = token::generate(&cloud.random, "lc_")?;
    let seconds = cloud.store.write::<_, Refusal>(|connection| {
        let grant = verified.admit(cloud, connection, now)?;
        verified.use_up(connection, now)?;
        if !grant.role.allow_console_login {
            return Err(assertion("the role does not allow a logon to the console"));
        }
        let account_id = grant.role.account_id.as_str();
        let preference = account::find(connection, account_id)?.map(|row| row.console_session_seconds);
        let seconds = grant.console_seconds(preference.unwrap_or(0), now)?;
        console_session::delete_expired(connection, now.millis())?;
        if let Some(replaced) = replaced {
            console_session::delete(connection, &token::digest(replaced.expose()))?;
        }
        console_session::insert(connection, &row(&grant, &token, (now.millis(), seconds)))?;
        Ok(seconds)
    })?;
    Ok(Outcome::Opened(Opened { token, seconds, landing: landing(&cloud.base_url, relay_state.as_deref()) }))
}

fn row(grant: &Grant, token: &Secret, (now, seconds): (i64, i64)) -> ConsoleSessionRow {
    let lasts = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    ConsoleSessionRow {
        token_digest: token::digest(token.expose()),
        role_id: grant.role.id.clone(),
        session_name: grant.session_name.clone(),
        provider_name: grant.provider_arn.name.clone(),
        issuer: grant.issuer.clone(),
        name_id: grant.name_id.clone(),
        session_index: grant.session_index.clone(),
        started_at: now,
        expires_at: crate::base::Timestamp::from_millis(now).plus(lasts).millis(),
    }
}

impl From<&Pair> for OfferedRole {
    fn from(pair: &Pair) -> Self {
        Self {
            account_id: pair.role.account.to_string(),
            role_name: pair.role.name.clone(),
            value: pair.to_string(),
        }
    }
}

/// The one value of a form field; none where it stands twice.
pub(super) fn field(form: &[u8], name: &str) -> Option<String> {
    let mut values = form_urlencoded::parse(form).filter(|(key, _)| key == name).map(|(_, value)| value);
    let value = values.next()?.into_owned();
    values.next().is_none().then_some(value)
}

fn assertion(reason: &str) -> Refusal {
    Refusal::Assertion(reason.to_owned())
}
