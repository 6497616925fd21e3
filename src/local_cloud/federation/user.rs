//! User SSO: which RAM user a SAML Response opens the console for.
//!
//! The account is found by the audience that the Response claims, and the audience that it must have is
//! made of that account: so what decides is the signature by the account's own metadata.

use std::net::IpAddr;

use diesel::SqliteConnection;

use crate::base::{AccountId, Timestamp, fold};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::setting::{self, SecurityPreference, UserSso};
use crate::local_cloud::store::account;
use crate::local_cloud::store::user::{self, UserRow};
use crate::local_cloud::{logon_name, network_mask, rules};
use crate::saml::NameId;

use super::posted::{Posted, Proof, Trusted, refusal};

/// An assertion that an account's identity provider signed; who enters by it is not decided yet, and it is
/// not used up.
pub(crate) struct Verified {
    proof: Proof,
    account: AccountId,
}

/// What an assertion gives, by the account's settings as they are now.
pub(crate) struct Grant {
    pub(crate) user: UserRow,
    pub(crate) issuer: String,
    pub(crate) name_id: NameId,
    pub(crate) session_index: Option<String>,
    /// The metadata that the assertion was verified with.
    pub(crate) metadata: String,
    /// How long the session lasts, more than 0.
    pub(crate) seconds: i64,
}

impl Posted {
    /// The account that the Response claims to be for: where to look for keys, and nothing more.
    fn hinted_account(&self, cloud: &Cloud) -> Option<AccountId> {
        let account_of = |audience: &str| {
            let path = audience.strip_prefix(&cloud.base_url)?.strip_prefix('/')?;
            AccountId::parse(path.strip_suffix("/saml/SSO")?)
        };
        self.0.claimed_audiences().into_iter().find_map(account_of)
    }
}

/// Verifies the Response with the metadata in the user SSO settings of the account that it is for. A lookup
/// is all that the store does for it: whoever posts what no provider signed holds up nobody's change.
pub(crate) fn verify(cloud: &Cloud, posted: Posted, now: Timestamp) -> Result<Verified, Refusal> {
    let hinted = posted.hinted_account(cloud);
    let account = hinted.ok_or_else(|| refusal("the audience is that of no account's user SSO"))?;
    let settings = cloud.store.read(|connection| enabled(connection, &account))?;
    let trusted = Trusted {
        metadata: &settings.metadata,
        name: format!("the user SSO of {account}"),
        audience: &cloud.user_sso_audience(&account),
        recipient: &cloud.user_sso_url(),
    };
    let proof = posted.verify(&trusted, now)?;
    Ok(Verified { proof, account })
}

impl Verified {
    /// Which user the assertion opens the console for, to somebody at `source`. Nothing is used up. The
    /// metadata must still be that by which the assertion was verified.
    pub(crate) fn admit(
        &self,
        connection: &mut SqliteConnection,
        source: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Grant, Refusal> {
        let (assertion, account) = (&self.proof.assertion, &self.account);
        let settings = enabled(connection, account)?;
        if settings.metadata != self.proof.metadata {
            return Err(refusal(format!("the user SSO of {account} was changed meanwhile")));
        }
        let name = user_name(connection, account, &settings, &assertion.name_id().value)?;
        let user = user::find(connection, account.as_str(), &fold(&name))?
            .ok_or_else(|| refusal(format!("there is no user {name:?} in {account}")))?;
        let preference: SecurityPreference = setting::read(connection, account.as_str())?;
        if !network_mask::admit(&preference.login_network_masks, source) {
            return Err(refusal(format!("{source:?} is outside of the login network masks of {account}")));
        }
        let limits = [
            account::find(connection, account.as_str())?.map(|row| row.console_session_seconds),
            assertion
                .session_not_on_or_after()
                .map(|end| i64::try_from(end.since(now).as_secs()).unwrap_or(i64::MAX)),
        ];
        let seconds = limits.into_iter().flatten().min().filter(|seconds| *seconds > 0);
        Ok(Grant {
            seconds: seconds.ok_or_else(|| refusal("the session would be over at once"))?,
            issuer: assertion.issuer().to_owned(),
            name_id: assertion.name_id().clone(),
            session_index: assertion.session_index().map(str::to_owned),
            metadata: self.proof.metadata.clone(),
            user,
        })
    }

    /// Uses the assertion up: the first to ask may go on.
    pub(crate) fn use_up(&self, connection: &mut SqliteConnection, now: Timestamp) -> Result<(), Refusal> {
        self.proof.use_up(connection, now)
    }
}

/// The user SSO of an account that lives and has it switched on.
fn enabled(connection: &mut SqliteConnection, account: &AccountId) -> Result<UserSso, Refusal> {
    let row = account::find(connection, account.as_str())?.filter(|row| !row.is_deleted());
    row.ok_or_else(|| refusal(format!("there is no account {account}")))?;
    let settings: UserSso = setting::read(connection, account.as_str())?;
    if settings.sso_enabled { Ok(settings) } else { Err(refusal(format!("{account} has no user SSO"))) }
}

/// The user's name in a NameID: `<name>@<domain>` with a domain of the account, or the name and nothing
/// else where the account says so.
fn user_name(
    connection: &mut SqliteConnection,
    account: &AccountId,
    settings: &UserSso,
    name_id: &str,
) -> Result<String, Refusal> {
    let name = if settings.sso_login_with_domain {
        let (name, domain) = name_id.split_once('@').ok_or_else(|| refusal("the NameID has no domain"))?;
        let auxiliary = &settings.auxiliary_domain;
        let is_auxiliary = !auxiliary.is_empty() && domain.is_ascii() && fold(domain) == *auxiliary;
        if !is_auxiliary && !logon_name::is_domain_of(connection, account, domain)? {
            return Err(refusal(format!("{domain:?} is no domain of {account}")));
        }
        name
    } else {
        name_id
    };
    let is_name = !name.is_empty() && rules::USER_NAME.check("NameID", name).is_ok();
    if is_name { Ok(name.to_owned()) } else { Err(refusal(format!("{name:?} is no user's name"))) }
}
