//! A console session begins, in whichever way somebody came.

use std::time::Duration;

use diesel::SqliteConnection;

use crate::base::{Secret, Timestamp};
use crate::crypto::token;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::console_session::{self, ConsoleSessionRow};
use crate::saml::NameId;

/// A session that was opened.
pub(super) struct Opened {
    pub(super) token: Secret,
    /// How long it lasts.
    pub(super) seconds: i64,
    /// Where the browser goes.
    pub(super) landing: String,
}

/// Whose session it is, and how they came.
pub(super) enum CameBy<'a> {
    RoleSso { by: ByAssertion<'a>, role_id: &'a str, provider: &'a str },
    UserSso { by: ByAssertion<'a>, user_id: &'a str },
    Password { user_id: &'a str },
}

/// What an identity provider said.
pub(super) struct ByAssertion<'a> {
    pub(super) issuer: &'a str,
    pub(super) name_id: &'a NameId,
    pub(super) session_index: Option<&'a str>,
    /// By which it was verified.
    pub(super) metadata: &'a str,
}

/// A session about to begin: its token is drawn before the transaction.
pub(super) struct Opening {
    pub(super) token: Secret,
    replaced: Option<String>,
    now: Timestamp,
}

impl Opening {
    /// A session that begins now and takes the place of `replaced`, which the browser had until now.
    pub(super) fn new(cloud: &Cloud, replaced: Option<&Secret>, now: Timestamp) -> Result<Self, Refusal> {
        let replaced = replaced.map(|token| token::digest(token.expose()));
        Ok(Self { token: token::generate(&cloud.random, "lc_")?, replaced, now })
    }

    /// Stores it, to last for `seconds`.
    pub(super) fn store(
        &self,
        connection: &mut SqliteConnection,
        came_by: CameBy<'_>,
        session_name: &str,
        seconds: i64,
    ) -> Result<(), Refusal> {
        let lasts = Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
        let mut row = ConsoleSessionRow {
            token_digest: token::digest(self.token.expose()),
            role_id: None,
            user_id: None,
            came_by: came_by.word().to_owned(),
            session_name: session_name.to_owned(),
            provider_name: None,
            issuer: None,
            name_id: None,
            name_id_format: None,
            session_index: None,
            metadata_digest: None,
            started_at: self.now.millis(),
            expires_at: self.now.plus(lasts).millis(),
        };
        console_session::delete_expired(connection, self.now.millis())?;
        if let Some(replaced) = &self.replaced {
            console_session::delete(connection, replaced)?;
        }
        let by = match came_by {
            CameBy::RoleSso { by, role_id, provider } => {
                row.role_id = Some(role_id.to_owned());
                row.provider_name = Some(provider.to_owned());
                Some(by)
            }
            CameBy::UserSso { by, user_id } => {
                row.user_id = Some(user_id.to_owned());
                Some(by)
            }
            CameBy::Password { user_id } => {
                row.user_id = Some(user_id.to_owned());
                None
            }
        };
        if let Some(by) = by {
            row.issuer = Some(by.issuer.to_owned());
            row.name_id = Some(by.name_id.value.clone());
            row.name_id_format = Some(by.name_id.format.uri().to_owned());
            row.session_index = by.session_index.map(str::to_owned);
            row.metadata_digest = Some(console_session::remember_metadata(connection, by.metadata)?);
        }
        Ok(console_session::insert(connection, &row)?)
    }
}

impl CameBy<'_> {
    /// The word in the store.
    const fn word(&self) -> &'static str {
        match self {
            Self::RoleSso { .. } => "RoleSso",
            Self::UserSso { .. } => "UserSso",
            Self::Password { .. } => "Password",
        }
    }
}
