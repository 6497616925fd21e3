//! A SAML Response comes in, a console session comes out: the vendor's role SSO and user SSO.

use std::net::IpAddr;

use diesel::SqliteConnection;

use crate::local_cloud::channel::Channel;
use crate::local_cloud::circumstances::Circumstances;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::federation::Posted;
use crate::local_cloud::federation::role::{self, Pair};
use crate::local_cloud::federation::user;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::{account, user as users};

use super::browser::Browser;
use super::form::field;
use super::landing::landing;
use super::opening::{ByAssertion, CameBy, Opened, Opening};

/// What a Response leads to.
pub(super) enum Outcome {
    Opened(Opened),
    Choose(Choice),
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

/// Signs in as a role by the form `body`, sent by a `browser` that may have consoles open.
pub(super) fn sign_in(
    cloud: &Cloud,
    body: &[u8],
    channel: Channel,
    browser: Option<&Browser>,
) -> Result<Outcome, Refusal> {
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
            let pairs = role::verify(cloud, posted, first, now)?.offered()?;
            let relay_state = relay_state.unwrap_or_default();
            let roles = pairs.iter().map(OfferedRole::from).collect();
            return Ok(Outcome::Choose(Choice { response, relay_state, roles }));
        }
    };
    let verified = role::verify(cloud, posted, pair, now)?;
    let seen = Circumstances::by_provider(channel, now);
    cloud.store.read(|connection| verified.admit(cloud, connection, seen))?;
    let opening = Opening::new(cloud, browser, now)?;
    let landing = landing(&cloud.base_url, relay_state.as_deref());
    let opened = cloud.store.write::<_, Refusal>(|connection| {
        let grant = verified.admit(cloud, connection, seen)?;
        verified.use_up(connection, now)?;
        if !grant.role.allow_console_login {
            return Err(assertion("the role does not allow a logon to the console"));
        }
        let seconds = grant.console_seconds(preference(connection, &grant.role.account_id)?, now)?;
        let by = ByAssertion {
            issuer: &grant.issuer,
            name_id: &grant.name_id,
            session_index: grant.session_index.as_deref(),
            metadata: &grant.metadata,
        };
        let came_by = CameBy::RoleSso { by, role_id: &grant.role.id, provider: &grant.provider_arn.name };
        opening.store(connection, &came_by, &grant.session_name, (seconds, landing))
    })?;
    Ok(Outcome::Opened(opened))
}

/// Signs a RAM user in by the form `body`, sent from `source` by a `browser` that may have consoles open.
pub(super) fn sign_in_user(
    cloud: &Cloud,
    body: &[u8],
    source: Option<IpAddr>,
    browser: Option<&Browser>,
) -> Result<Opened, Refusal> {
    let response = field(body, "SAMLResponse").ok_or_else(|| assertion("there is no SAMLResponse"))?;
    let now = cloud.now();
    let verified = user::verify(cloud, Posted::read(&response)?, now)?;
    cloud.store.read(|connection| verified.admit(connection, source, now))?;
    let opening = Opening::new(cloud, browser, now)?;
    let landing = landing(&cloud.base_url, field(body, "RelayState").as_deref());
    cloud.store.write::<_, Refusal>(|connection| {
        let grant = verified.admit(connection, source, now)?;
        verified.use_up(connection, now)?;
        let by = ByAssertion {
            issuer: &grant.issuer,
            name_id: &grant.name_id,
            session_index: grant.session_index.as_deref(),
            metadata: &grant.metadata,
        };
        let came_by = CameBy::UserSso { by, user_id: &grant.user.id };
        users::update_last_login(connection, &grant.user.id, now.millis())?;
        opening.store(connection, &came_by, &grant.user.name, (grant.seconds, landing))
    })
}

/// The account's security preference: the longest console session, in seconds.
fn preference(connection: &mut SqliteConnection, account_id: &str) -> Result<i64, Refusal> {
    Ok(account::find(connection, account_id)?.map_or(0, |row| row.console_session_seconds))
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

fn assertion(reason: &str) -> Refusal {
    Refusal::Assertion(reason.to_owned())
}
