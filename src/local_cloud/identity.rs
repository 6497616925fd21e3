//! Who calls: what a verified signature or console cookie stands for.

use crate::base::{AccountId, Timestamp};

use super::arn::Arn;
use super::store::role::RoleRow;
use super::store::user::UserRow;

/// An authenticated caller, in the account whose resources its calls are about.
#[derive(Clone, Debug)]
pub(crate) struct Identity {
    pub(crate) account: AccountId,
    pub(crate) kind: IdentityKind,
    /// Whether a second factor was passed at the sign-in that led here: `acs:MFAPresent`. Never so for an
    /// access key, nor for who came by an identity provider, whose factors the account does not know.
    pub(crate) mfa_present: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum IdentityKind {
    /// The account itself, by its own access key or password: may do everything in it.
    Owner,
    /// A cloud service, by its service credential.
    Service {
        /// Such as `cloudsso.aliyuncs.com`.
        principal: String,
    },
    /// A RAM user, by an access key of its own or in the console.
    RamUser(Box<UserRow>),
    /// Somebody who assumed a role.
    RoleSession(Box<RoleSession>),
}

#[derive(Clone, Debug)]
pub(crate) struct RoleSession {
    pub(crate) role: RoleRow,
    pub(crate) session_name: String,
    /// Narrows what the role's policies allow.
    pub(crate) session_policy: Option<String>,
    pub(crate) source_identity: Option<String>,
    /// When the session began.
    pub(crate) issued_at: Timestamp,
}

impl Identity {
    /// The name under which policies and answers know the caller.
    pub(crate) fn arn(&self) -> String {
        let account = &self.account;
        match &self.kind {
            IdentityKind::Owner => format!("acs:ram::{account}:root"),
            IdentityKind::Service { principal } => format!("acs:ram::{account}:service/{principal}"),
            IdentityKind::RamUser(user) => user_arn(account, &user.name),
            IdentityKind::RoleSession(session) => {
                session_arn(account, &session.role.name, &session.session_name)
            }
        }
    }

    /// The RAM user, where the caller is one.
    pub(crate) fn ram_user(&self) -> Option<&UserRow> {
        match &self.kind {
            IdentityKind::RamUser(user) => Some(user),
            IdentityKind::Owner | IdentityKind::Service { .. } | IdentityKind::RoleSession(_) => None,
        }
    }

    /// The role's session, where the caller is one.
    pub(crate) fn role_session(&self) -> Option<&RoleSession> {
        match &self.kind {
            IdentityKind::RoleSession(session) => Some(session),
            IdentityKind::Owner | IdentityKind::Service { .. } | IdentityKind::RamUser(_) => None,
        }
    }

    /// Whether the caller is in a session of the role of this name.
    pub(crate) fn is_in_role(&self, name: &str) -> bool {
        self.role_session().is_some_and(|session| session.role.name == name)
    }
}

/// The ARN of a RAM user.
pub(crate) fn user_arn(account: &AccountId, name: &str) -> String {
    format!("acs:ram::{account}:user/{name}")
}

/// The ARN of a RAM group.
pub(crate) fn group_arn(account: &AccountId, name: &str) -> String {
    format!("acs:ram::{account}:group/{name}")
}

/// The ARN of a role's session.
pub(crate) fn session_arn(account: &AccountId, role: &str, session_name: &str) -> String {
    format!("acs:ram::{account}:assumed-role/{role}/{session_name}")
}

/// The ARN of a role as a row of the store names it.
pub(crate) fn role_arn(account: &AccountId, role: &RoleRow) -> Arn {
    Arn::role(account.clone(), role.name.as_str())
}
