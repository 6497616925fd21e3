//! What must come between a right password and a session, and the sign-in that waits for it.

use std::time::Duration;

use diesel::SqliteConnection;

use crate::base::{Secret, Timestamp};
use crate::crypto::{TotpSecret, token};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::mfa_secret;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::setting::{self, SecurityPreference};
use crate::local_cloud::store::account;
use crate::local_cloud::store::login_profile::{self, LoginProfileRow};
use crate::local_cloud::store::mfa_device;
use crate::local_cloud::store::sign_in::{self, SignInRow};
use crate::local_cloud::store::user::{self, UserRow};

use super::super::browser::Browser;
use super::super::opening::{CameBy, Opened, Opening};

/// How long a sign-in may take.
pub(super) const SIGN_IN_SECONDS: i64 = 600;
/// What must come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Another password in the place of the one that was given.
    NewPassword,
    /// A code of the user's MFA device.
    Code,
    /// A device to be bound.
    Binding,
}

/// What a page led to.
pub(super) enum Step {
    Opened(Opened),
    Next(Stage),
}

/// What the page of a stage shows.
pub(super) struct StageView {
    pub(super) stage: Stage,
    pub(super) logon_name: String,
    /// The device that is to be bound.
    pub(super) device: Option<DeviceView>,
}

pub(super) struct DeviceView {
    /// Base 32, in groups of four.
    pub(super) key: Vec<String>,
    /// A PNG image in Base 64.
    pub(super) qr_code: String,
}

/// Whoever gave a right password: the session or the sign-in that they get.
pub(super) struct Entrant {
    opening: Opening,
    token: Secret,
    now: Timestamp,
}

impl Stage {
    pub(super) const ALL: [Self; 3] = [Self::NewPassword, Self::Code, Self::Binding];

    /// Where its page is.
    pub(super) const fn path(self) -> &'static str {
        match self {
            Self::NewPassword => "/login/password",
            Self::Code => "/login/mfa",
            Self::Binding => "/login/mfa/binding",
        }
    }

    /// The word in the store.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::NewPassword => "NewPassword",
            Self::Code => "Code",
            Self::Binding => "Binding",
        }
    }
}

impl Entrant {
    pub(super) fn new(cloud: &Cloud, browser: Option<&Browser>, now: Timestamp) -> Result<Self, Refusal> {
        let opening = Opening::new(cloud, browser, now)?;
        Ok(Self { opening, token: token::generate(&cloud.random, "ls_")?, now })
    }

    /// The token of the sign-in.
    pub(super) fn into_token(self) -> Secret {
        self.token
    }

    /// Opens the session, or begins a sign-in where something must come `next`.
    pub(super) fn begin(
        &self,
        cloud: &Cloud,
        connection: &mut SqliteConnection,
        (user, profile): (&UserRow, LoginProfileRow),
        next: Option<Stage>,
    ) -> Result<Step, Refusal> {
        let Some(stage) = next else {
            return open(&self.opening, connection, (user, profile), (false, self.now)).map(Step::Opened);
        };
        let token_digest = token::digest(self.token.expose());
        let ends = self.now.plus(Duration::from_secs(SIGN_IN_SECONDS.unsigned_abs()));
        let row = SignInRow {
            sealed_secret: pending_secret(cloud, &token_digest, stage)?,
            token_digest,
            user_id: user.id.clone(),
            stage: stage.word().to_owned(),
            password_hash: profile.password_hash.unwrap_or_default(),
            codes_tried: 0,
            expires_at: ends.millis(),
        };
        sign_in::insert(connection, &row, self.now.millis())?;
        Ok(Step::Next(stage))
    }
}

/// What must come after the password: the code of a device, or a device where the profile or the account
/// asks for one.
pub(super) fn after_password(
    connection: &mut SqliteConnection,
    user: &UserRow,
    profile: &LoginProfileRow,
) -> Result<Option<Stage>, Refusal> {
    if mfa_device::of_user(connection, &user.id)?.is_some() {
        return Ok(Some(Stage::Code));
    }
    let preference: SecurityPreference = setting::read(connection, &user.account_id)?;
    let is_needed = profile.mfa_bind_required || preference.mfa_operation_for_login == "mandatory";
    Ok(is_needed.then_some(Stage::Binding))
}

/// Opens a session that lasts as long as the account prefers, after a second factor or without; no wrong
/// password counts any more.
pub(super) fn open(
    opening: &Opening,
    connection: &mut SqliteConnection,
    (user, mut profile): (&UserRow, LoginProfileRow),
    (mfa_present, now): (bool, Timestamp),
) -> Result<Opened, Refusal> {
    let account = account::find(connection, &user.account_id)?;
    let seconds = account.map_or(0, |row| row.console_session_seconds);
    user::update_last_login(connection, &user.id, now.millis())?;
    profile.failed_attempts = 0;
    login_profile::update(connection, &profile)?;
    let came_by = CameBy::Password { user_id: &user.id, mfa_present };
    opening.store(connection, &came_by, &user.name, (seconds, "/console".to_owned()))
}

/// A secret for the device that a binding shows; none at the other stages.
pub(super) fn pending_secret(
    cloud: &Cloud,
    token_digest: &str,
    stage: Stage,
) -> Result<Option<String>, Refusal> {
    if stage != Stage::Binding {
        return Ok(None);
    }
    let secret = TotpSecret::generate(&cloud.random)?;
    mfa_secret::seal_pending(cloud, token_digest, &secret).map(Some)
}
