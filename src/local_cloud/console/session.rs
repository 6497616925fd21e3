//! Living console sessions: who acts in them, and their end.

use std::collections::BTreeSet;

use diesel::SqliteConnection;

use crate::base::{AccountId, Timestamp};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::identity::{Identity, IdentityKind, RoleSession};
use crate::local_cloud::owner;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::account::{self, AccountRow};
use crate::local_cloud::store::console_session::{self, ConsoleSessionRow, Held, Holder};
use crate::local_cloud::store::login_profile;

use super::browser::Browser;

/// A session that lives, in an account that does.
#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) row: ConsoleSessionRow,
    pub(super) account: AccountRow,
    pub(super) identity: Identity,
}

impl Session {
    pub(super) fn started_at(&self) -> Timestamp {
        Timestamp::from_millis(self.row.started_at)
    }

    pub(super) fn expires_at(&self) -> Timestamp {
        Timestamp::from_millis(self.row.expires_at)
    }

    /// Whom it acts as, in a word: a role's or a user's name.
    pub(super) fn holder_name(&self) -> &str {
        match &self.identity.kind {
            IdentityKind::RoleSession(session) => &session.role.name,
            IdentityKind::RamUser(user) => &user.name,
            IdentityKind::Owner | IdentityKind::Service { .. } => &self.account.name,
        }
    }
}

/// What a browser has open.
pub(super) struct Open {
    /// The session that it looks at, if that lives.
    pub(super) current: Option<Session>,
    /// All that live, the current one too, the oldest first.
    pub(super) sessions: Vec<Session>,
}

/// The living sessions of a browser.
pub(super) fn open(cloud: &Cloud, browser: &Browser) -> Result<Open, Refusal> {
    let now = cloud.now().millis();
    cloud.store.read(|connection| {
        let mut sessions = Vec::new();
        for held in console_session::of_browser(connection, &browser.digest(), now)? {
            sessions.extend(living(connection, held)?);
        }
        drop_cut_off(&mut sessions);
        let current = match (browser.session_id(), sessions.as_slice()) {
            (Some(id), _) => sessions.iter().find(|session| session.row.id == id).cloned(),
            (None, [only]) => Some(only.clone()),
            (None, _) => None,
        };
        Ok(Open { current, sessions })
    })
}

/// What is shown of a console that a browser has open beside the one that it looks at.
pub(super) struct OtherConsole {
    pub(super) session_id: String,
    pub(super) account_name: String,
    pub(super) account_id: String,
    pub(super) holder: String,
}

impl From<&Session> for OtherConsole {
    fn from(session: &Session) -> Self {
        Self {
            session_id: session.row.id.clone(),
            account_name: session.account.display_name.clone(),
            account_id: session.account.id.clone(),
            holder: session.holder_name().to_owned(),
        }
    }
}

/// Drops the sessions of roles that were switched to in one that is not there any more, and so on.
fn drop_cut_off(sessions: &mut Vec<Session>) {
    loop {
        let ids: BTreeSet<String> = sessions.iter().map(|session| session.row.id.clone()).collect();
        sessions.retain(|session| session.row.switched_from.as_ref().is_none_or(|id| ids.contains(id)));
        if sessions.len() == ids.len() {
            return;
        }
    }
}

/// The living sessions of who is in `session`, a user or the owner of an account, in whatever browser, the
/// newest first; none for a role's, which are nobody's own.
pub(super) fn of_same_holder(cloud: &Cloud, session: &Session) -> Result<Vec<ConsoleSessionRow>, Refusal> {
    let now = cloud.now().millis();
    let holder = (session.row.user_id.as_deref(), session.row.owner_of.as_deref());
    cloud.store.read(|connection| Ok(console_session::of_holder(connection, holder, now)?))
}

/// Ends a session of who is in `session`; `false` where it is not one of theirs.
pub(super) fn end_of_same_holder(cloud: &Cloud, session: &Session, id: &str) -> Result<bool, Refusal> {
    let is_own = of_same_holder(cloud, session)?.iter().any(|row| row.id == id);
    if is_own {
        end(cloud, id)?;
    }
    Ok(is_own)
}

/// Ends one session and those that were switched to in it.
pub(super) fn end(cloud: &Cloud, session_id: &str) -> Result<(), Refusal> {
    cloud.store.write(|connection| Ok(console_session::delete(connection, session_id)?))
}

/// Ends everything that a browser has open.
pub(super) fn end_all(cloud: &Cloud, browser: &Browser) -> Result<(), Refusal> {
    cloud.store.write(|connection| Ok(console_session::delete_of_browser(connection, &browser.digest())?))
}

fn living(connection: &mut SqliteConnection, (row, holder): Held) -> Result<Option<Session>, Refusal> {
    if row.came_by == "Password" && !has_login_profile(connection, &holder)? {
        return Ok(None);
    }
    if let Holder::Owner(account) = &holder
        && !owner::may_sign_in(account)
    {
        return Ok(None);
    }
    let corrupt = || Refusal::Internal(format!("account of session {}", row.id));
    let account = account::find(connection, holder.account_id())?.ok_or_else(corrupt)?;
    if account.is_deleted() {
        return Ok(None);
    }
    let kind = match holder {
        Holder::Role(role) => IdentityKind::RoleSession(Box::new(RoleSession {
            role,
            session_name: row.session_name.clone(),
            session_policy: None,
            source_identity: row.source_identity.clone(),
            issued_at: Timestamp::from_millis(row.started_at),
        })),
        Holder::User(user) => IdentityKind::RamUser(Box::new(user)),
        Holder::Owner(_) => IdentityKind::Owner,
    };
    let account_id = AccountId::parse(&account.id).ok_or_else(corrupt)?;
    let identity = Identity { account: account_id, kind, mfa_present: row.mfa_present };
    Ok(Some(Session { row, account, identity }))
}

/// Whether a user may sign in by password still: what began so ends with that.
fn has_login_profile(connection: &mut SqliteConnection, holder: &Holder) -> Result<bool, Refusal> {
    let Holder::User(user) = holder else { return Ok(false) };
    Ok(login_profile::find(connection, &user.id)?.is_some_and(|profile| profile.status == "Active"))
}
