//! Who somebody is in an account: what the console page shows of each kind of identity.

use diesel::SqliteConnection;

use crate::base::Timestamp;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::identity::IdentityKind;
use crate::local_cloud::logon_name::{default_domain, principal_name};
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;
use crate::local_cloud::store::group;
use crate::local_cloud::store::user::UserRow;

use super::super::held::{self, HeldPolicy};
use super::super::session::{Open, Session};

/// Everything that the console page shows.
#[derive(Debug)]
pub(super) struct ConsoleView {
    pub(super) account_id: String,
    pub(super) account_name: String,
    pub(super) session_name: String,
    pub(super) arn: String,
    pub(super) issuer: String,
    pub(super) name_id: String,
    pub(super) mfa_present: bool,
    pub(super) started_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) holder: HolderView,
}

/// What it shows of a role, a user, or the account's owner.
#[derive(Debug)]
pub(super) enum HolderView {
    Role(RoleView),
    User(UserView),
    Owner(OwnerView),
}

#[derive(Debug)]
pub(super) struct RoleView {
    pub(super) name: String,
    /// The SAML provider by which somebody came in, and else from where they switched.
    pub(super) came_by: RoleCameBy,
    pub(super) policies: Vec<HeldPolicy>,
}

#[derive(Debug)]
pub(super) enum RoleCameBy {
    Sso {
        provider_name: String,
    },
    /// Whoever switched: a logon name or a role, and the account it is of.
    Switch {
        holder: String,
        account_name: String,
        account_id: String,
    },
}

#[derive(Debug)]
pub(super) struct OwnerView {
    /// The account's own name.
    pub(super) name: String,
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

/// What there is to show of the session that a browser looks at.
pub(super) fn view(cloud: &Cloud, open: &Open, session: &Session) -> Result<ConsoleView, Refusal> {
    cloud.store.read(|connection| {
        Ok(ConsoleView {
            account_id: session.account.id.clone(),
            account_name: session.account.display_name.clone(),
            arn: session.identity.arn(),
            issuer: session.row.issuer.clone().unwrap_or_default(),
            name_id: session.row.name_id.clone().unwrap_or_default(),
            session_name: session.row.session_name.clone(),
            mfa_present: session.row.mfa_present,
            started_at: session.started_at(),
            expires_at: session.expires_at(),
            holder: match &session.identity.kind {
                IdentityKind::RoleSession(role) => HolderView::Role(RoleView {
                    name: role.role.name.clone(),
                    came_by: came_by(open, session),
                    policies: held::list(cloud, connection, &role.role.id)?,
                }),
                IdentityKind::RamUser(user) => HolderView::User(user_view(cloud, connection, session, user)?),
                IdentityKind::Owner | IdentityKind::Service { .. } => {
                    HolderView::Owner(OwnerView { name: session.account.name.clone() })
                }
            },
        })
    })
}

fn came_by(open: &Open, session: &Session) -> RoleCameBy {
    if let Some(provider_name) = &session.row.provider_name {
        return RoleCameBy::Sso { provider_name: provider_name.clone() };
    }
    let from = session.row.switched_from.as_deref();
    let from = open.sessions.iter().find(|one| Some(one.row.id.as_str()) == from).unwrap_or(session);
    RoleCameBy::Switch {
        holder: from.holder_name().to_owned(),
        account_name: from.account.display_name.clone(),
        account_id: from.account.id.clone(),
    }
}

fn user_view(
    cloud: &Cloud,
    connection: &mut SqliteConnection,
    session: &Session,
    user: &UserRow,
) -> Result<UserView, Refusal> {
    let domain = default_domain(connection, &session.identity.account)?;
    let groups = group::of_user(connection, &user.id)?.into_iter().map(|(group, _joined_at)| {
        Ok(GroupView { policies: held::list(cloud, connection, &group.id)?, name: group.name })
    });
    Ok(UserView {
        groups: groups.collect::<Result<_, Refusal>>()?,
        policies: held::list(cloud, connection, &user.id)?,
        logon_name: principal_name(&domain, user),
        kept_by: match user.provision_type.as_str() {
            rules::PROVISIONED => "provisioned by CloudSSO",
            "SCIM" => "synchronised by SCIM",
            _ => "made in this account",
        },
        is_by_sso: session.row.issuer.is_some(),
        display_name: user.display_name.clone(),
        name: user.name.clone(),
    })
}
