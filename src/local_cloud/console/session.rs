//! Living console sessions: what one shows, and its end.

use diesel::SqliteConnection;

use crate::base::{AccountId, Secret, Timestamp};
use crate::crypto::{hash, token};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::identity::{session_arn, user_arn};
use crate::local_cloud::logon_name::{default_domain, principal_name};
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;
use crate::local_cloud::store::console_session::{self, ConsoleSessionRow, Holder};
use crate::local_cloud::store::role::RoleRow;
use crate::local_cloud::store::user::UserRow;
use crate::local_cloud::store::{account, group, login_profile};

use super::form::field;
use super::held::{self, HeldPolicy};

/// Everything that the console page shows.
#[derive(Debug)]
pub(super) struct ConsoleView {
    pub(super) account_id: String,
    pub(super) account_name: String,
    pub(super) session_name: String,
    pub(super) arn: String,
    pub(super) issuer: String,
    pub(super) name_id: String,
    pub(super) started_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) csrf_token: String,
    pub(super) holder: HolderView,
}

/// What it shows of a role, or of a user.
#[derive(Debug)]
pub(super) enum HolderView {
    Role(RoleView),
    User(UserView),
}

#[derive(Debug)]
pub(super) struct RoleView {
    pub(super) name: String,
    pub(super) provider_name: String,
    pub(super) policies: Vec<HeldPolicy>,
}

#[derive(Debug)]
pub(super) struct UserView {
    pub(super) name: String,
    /// `<name>@<domain>`.
    pub(super) logon_name: String,
    pub(super) display_name: String,
    /// Who keeps the user, in words.
    pub(super) kept_by: &'static str,
    /// Whether it came by user SSO, and else by its password.
    pub(super) is_by_sso: bool,
    pub(super) policies: Vec<HeldPolicy>,
    /// The groups that it is in, each with its policies.
    pub(super) groups: Vec<GroupView>,
}

#[derive(Debug)]
pub(super) struct GroupView {
    pub(super) name: String,
    pub(super) policies: Vec<HeldPolicy>,
}

impl UserView {
    /// Whether neither the user nor a group of its holds any policy.
    pub(super) fn has_no_policy(&self) -> bool {
        self.policies.is_empty() && self.groups.iter().all(|group| group.policies.is_empty())
    }
}

/// The session of `token`, if it lives, in an account that does.
pub(super) fn view(cloud: &Cloud, token: &Secret) -> Result<Option<ConsoleView>, Refusal> {
    let now = cloud.now().millis();
    let csrf_token = cloud.csrf_token(token.expose())?;
    cloud.store.read(|connection| {
        let digest = token::digest(token.expose());
        let Some((session, holder)) = console_session::find_living(connection, &digest, now)? else {
            return Ok(None);
        };
        if session.came_by == "Password" && !has_login_profile(connection, &holder)? {
            return Ok(None);
        }
        let account_id = match &holder {
            Holder::Role(role) => &role.account_id,
            Holder::User(user) => &user.account_id,
        };
        let Some((account, account_name)) = living_account(connection, account_id)? else { return Ok(None) };
        let arn = match &holder {
            Holder::Role(role) => session_arn(&account, &role.name, &session.session_name),
            Holder::User(user) => user_arn(&account, &user.name),
        };
        Ok(Some(ConsoleView {
            account_id: account.to_string(),
            account_name,
            arn,
            issuer: session.issuer.clone().unwrap_or_default(),
            name_id: session.name_id.clone().unwrap_or_default(),
            session_name: session.session_name.clone(),
            started_at: Timestamp::from_millis(session.started_at),
            expires_at: Timestamp::from_millis(session.expires_at),
            csrf_token,
            holder: match holder {
                Holder::Role(role) => HolderView::Role(role_view(cloud, connection, session, role)?),
                Holder::User(user) => {
                    HolderView::User(user_view(cloud, connection, (&account, &session), user)?)
                }
            },
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

fn role_view(
    cloud: &Cloud,
    connection: &mut SqliteConnection,
    session: ConsoleSessionRow,
    role: RoleRow,
) -> Result<RoleView, Refusal> {
    Ok(RoleView {
        policies: held::list(cloud, connection, &role.id)?,
        provider_name: session.provider_name.unwrap_or_default(),
        name: role.name,
    })
}

fn user_view(
    cloud: &Cloud,
    connection: &mut SqliteConnection,
    (account, session): (&AccountId, &ConsoleSessionRow),
    user: UserRow,
) -> Result<UserView, Refusal> {
    let domain = default_domain(connection, account)?;
    let groups = group::of_user(connection, &user.id)?.into_iter().map(|(group, _joined_at)| {
        Ok(GroupView { policies: held::list(cloud, connection, &group.id)?, name: group.name })
    });
    Ok(UserView {
        groups: groups.collect::<Result<_, Refusal>>()?,
        policies: held::list(cloud, connection, &user.id)?,
        logon_name: principal_name(&domain, &user),
        kept_by: match user.provision_type.as_str() {
            rules::PROVISIONED => "provisioned by CloudSSO",
            "SCIM" => "synchronised by SCIM",
            _ => "made in this account",
        },
        is_by_sso: session.issuer.is_some(),
        display_name: user.display_name,
        name: user.name,
    })
}

/// Whether a user may sign in by password still: what began so ends with that.
fn has_login_profile(connection: &mut SqliteConnection, holder: &Holder) -> Result<bool, Refusal> {
    let Holder::User(user) = holder else { return Ok(false) };
    Ok(login_profile::find(connection, &user.id)?.is_some_and(|profile| profile.status == "Active"))
}

/// An account with its display name, unless it was deleted.
fn living_account(
    connection: &mut SqliteConnection,
    id: &str,
) -> Result<Option<(AccountId, String)>, Refusal> {
    let corrupt = || Refusal::Internal(format!("account {id} of a session"));
    let row = account::find(connection, id)?.ok_or_else(corrupt)?;
    if row.is_deleted() {
        return Ok(None);
    }
    Ok(Some((AccountId::parse(&row.id).ok_or_else(corrupt)?, row.display_name)))
}
