//! A console session begins, in whichever way somebody came.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::SqliteConnection;

use crate::base::Timestamp;
use crate::crypto::token;
use crate::local_cloud::api::Admission;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::name;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::console_session::{self, ConsoleSessionRow};
use crate::saml::NameId;

use super::browser::Browser;

/// Consoles that one browser may have open: with one more, the oldest goes that the new one does not come from.
const CONSOLES: usize = 10;

/// A session that was opened.
pub(super) struct Opened {
    pub(super) browser: Browser,
    /// How long the browser has something open.
    pub(super) seconds: i64,
    /// Where the browser goes.
    pub(super) landing: String,
}

/// Whose session it is, and how they came.
pub(super) enum CameBy<'a> {
    RoleSso { by: ByAssertion<'a>, role_id: &'a str, provider: &'a str },
    UserSso { by: ByAssertion<'a>, user_id: &'a str },
    Password { user_id: &'a str, mfa_present: bool },
    OwnerPassword { account_id: &'a str, mfa_present: bool },
    RoleSwitch { from: &'a ConsoleSessionRow, to: &'a Admission },
}

/// What an identity provider said.
pub(super) struct ByAssertion<'a> {
    pub(super) issuer: &'a str,
    pub(super) name_id: &'a NameId,
    pub(super) session_index: Option<&'a str>,
    /// By which it was verified.
    pub(super) metadata: &'a str,
}

/// A session about to begin: what is drawn for it is drawn before the transaction. With it the browser gets
/// another token, so that whoever knew the one before is none the wiser.
pub(super) struct Opening {
    browser: Browser,
    session_id: String,
    digest_before: Option<String>,
    now: Timestamp,
}

impl Opening {
    /// A session that begins now, beside those that the browser `before` has open.
    pub(super) fn new(cloud: &Cloud, before: Option<&Browser>, now: Timestamp) -> Result<Self, Refusal> {
        let session_id = name::console_session_id(&cloud.random)?;
        let browser = Browser::at(token::generate(&cloud.random, "lc_")?, &session_id);
        Ok(Self { browser, session_id, digest_before: before.map(Browser::digest), now })
    }

    /// Stores it, to last for `seconds`, and says where the browser goes.
    pub(super) fn store(
        &self,
        connection: &mut SqliteConnection,
        came_by: &CameBy<'_>,
        session_name: &str,
        (seconds, landing): (i64, String),
    ) -> Result<Opened, Refusal> {
        let lasts = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let digest = self.browser.digest();
        let mut row = ConsoleSessionRow {
            id: self.session_id.clone(),
            browser_digest: digest.clone(),
            role_id: None,
            user_id: None,
            owner_of: None,
            came_by: came_by.word().to_owned(),
            switched_from: None,
            session_name: session_name.to_owned(),
            source_identity: None,
            mfa_present: false,
            provider_name: None,
            issuer: None,
            name_id: None,
            name_id_format: None,
            session_index: None,
            metadata_digest: None,
            started_at: self.now.millis(),
            expires_at: self.now.plus(lasts).millis(),
        };
        came_by.tell(&mut row);
        console_session::delete_expired(connection, self.now.millis())?;
        if let Some(before) = &self.digest_before {
            console_session::move_to(connection, before, &digest)?;
        }
        let longest = self.make_room(connection, &row)?;
        if let Some(by) = came_by.assertion() {
            row.metadata_digest = Some(console_session::remember_metadata(connection, by.metadata)?);
        }
        console_session::insert(connection, &row)?;
        let left = (longest.max(row.expires_at) - self.now.millis()) / 1000;
        Ok(Opened { browser: self.browser.clone(), seconds: left, landing })
    }

    /// Ends what the new session takes the place of: a session of the same holder that began in the same way,
    /// and the oldest where there are too many. Those in which somebody switched to get here stay, or the new
    /// one would end with them. When the last of the others ends.
    fn make_room(&self, connection: &mut SqliteConnection, new: &ConsoleSessionRow) -> Result<i64, Refusal> {
        let others = console_session::of_browser(connection, &self.browser.digest(), self.now.millis())?;
        let mut others: Vec<_> = others.into_iter().map(|(row, _holder)| row).collect();
        let above = ancestors(&others, new);
        let holder = |row: &ConsoleSessionRow| {
            let holder = (row.role_id.clone(), row.user_id.clone(), row.owner_of.clone());
            (holder, row.came_by.clone(), row.session_name.clone())
        };
        loop {
            let mut endable = others.iter().filter(|row| !above.contains(&row.id));
            let same = endable.clone().find(|row| holder(row) == holder(new));
            let is_full = others.len() >= CONSOLES;
            let Some(ended) = same.or_else(|| endable.next().filter(|_| is_full)) else { break };
            let id = ended.id.clone();
            console_session::delete(connection, &id)?;
            let left: Vec<_> = others.iter().filter(|row| !ancestors(&others, row).contains(&id)).collect();
            others = left.into_iter().filter(|row| row.id != id).cloned().collect();
        }
        if others.len() >= CONSOLES {
            return Err(Refusal::State {
                code: "LimitExceeded.Console",
                reason: "You switched roles as often as one browser may. Go back to an earlier console first.",
            });
        }
        Ok(others.iter().map(|row| row.expires_at).max().unwrap_or(0))
    }
}

/// The ids of the sessions among `all` in which somebody switched to get to `session`.
fn ancestors(all: &[ConsoleSessionRow], session: &ConsoleSessionRow) -> BTreeSet<String> {
    let mut above = BTreeSet::new();
    let mut next = session.switched_from.as_ref();
    while let Some(id) = next.filter(|id| above.insert((*id).clone())) {
        next = all.iter().find(|row| row.id == *id).and_then(|row| row.switched_from.as_ref());
    }
    above
}

impl CameBy<'_> {
    /// The word in the store.
    const fn word(&self) -> &'static str {
        match self {
            Self::RoleSso { .. } => "RoleSso",
            Self::UserSso { .. } => "UserSso",
            Self::Password { .. } => "Password",
            Self::OwnerPassword { .. } => "OwnerPassword",
            Self::RoleSwitch { .. } => "RoleSwitch",
        }
    }

    const fn assertion(&self) -> Option<&ByAssertion<'_>> {
        match self {
            Self::RoleSso { by, .. } | Self::UserSso { by, .. } => Some(by),
            Self::Password { .. } | Self::OwnerPassword { .. } | Self::RoleSwitch { .. } => None,
        }
    }

    /// Tells the store whose the session is.
    fn tell(&self, row: &mut ConsoleSessionRow) {
        match self {
            Self::RoleSso { role_id, provider, .. } => {
                row.role_id = Some((*role_id).to_owned());
                row.provider_name = Some((*provider).to_owned());
            }
            Self::UserSso { user_id, .. } => row.user_id = Some((*user_id).to_owned()),
            Self::Password { user_id, mfa_present } => {
                row.user_id = Some((*user_id).to_owned());
                row.mfa_present = *mfa_present;
            }
            Self::OwnerPassword { account_id, mfa_present } => {
                row.owner_of = Some((*account_id).to_owned());
                row.mfa_present = *mfa_present;
            }
            Self::RoleSwitch { from, to } => {
                row.role_id = Some(to.role.id.clone());
                row.switched_from = Some(from.id.clone());
                row.source_identity.clone_from(&to.source_identity);
                row.mfa_present = from.mfa_present;
            }
        }
        if let Some(by) = self.assertion() {
            row.issuer = Some(by.issuer.to_owned());
            row.name_id = Some(by.name_id.value.clone());
            row.name_id_format = Some(by.name_id.format_in_effect().uri().to_owned());
            row.session_index = by.session_index.map(str::to_owned);
        }
    }
}
