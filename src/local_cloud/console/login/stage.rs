//! What must come between a right password and a session, and the sign-in that waits for it.

use std::time::Duration;

use diesel::SqliteConnection;

use crate::base::Secret;
use crate::crypto::{TotpSecret, token};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::mfa_secret;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::sign_in::{self, SignInRow};

use super::super::browser::Browser;
use super::super::opening::Opening;
use super::person::{Asked, Entered, Person};
use super::usual::Arrival;

/// How long a sign-in may take.
pub(super) const SIGN_IN_SECONDS: i64 = 600;

/// What must come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Another password in the place of the one that was given.
    NewPassword,
    /// A code of the MFA device, or a passkey.
    Code,
    /// A device to be bound.
    Binding,
}

/// What a page led to.
pub(super) enum Step {
    Opened(Entered),
    Next(Stage),
}

/// What the page of a stage shows.
pub(super) struct StageView {
    pub(super) stage: Stage,
    pub(super) logon_name: String,
    /// The sign-in page, for the same page afterwards.
    pub(super) begin_again: String,
    /// Whether a code may come from a device that is bound.
    pub(super) has_device: bool,
    /// A challenge to the passkeys, for the browser.
    pub(super) passkey_options: Option<String>,
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
    arrival: Arrival,
    /// The page of ours where the browser goes afterwards.
    landing: String,
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
    pub(super) fn new(
        cloud: &Cloud,
        browser: Option<&Browser>,
        (arrival, landing): (Arrival, String),
    ) -> Result<Self, Refusal> {
        let opening = Opening::new(cloud, browser, arrival.now)?;
        Ok(Self { opening, token: token::generate(&cloud.random, "ls_")?, arrival, landing })
    }

    /// How it arrived.
    pub(super) const fn arrival(&self) -> &Arrival {
        &self.arrival
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
        person: Person,
        next: Option<Stage>,
    ) -> Result<Step, Refusal> {
        let landing = self.landing.clone();
        let Some(stage) = next else {
            return person.open(connection, &self.opening, (false, &self.arrival), landing).map(Step::Opened);
        };
        let token_digest = token::digest(self.token.expose());
        let ends = self.arrival.now.plus(Duration::from_secs(SIGN_IN_SECONDS.unsigned_abs()));
        let (user_id, owner_of) = person.key();
        let row = SignInRow {
            sealed_secret: pending_secret(cloud, &token_digest, stage)?,
            token_digest,
            user_id,
            owner_of,
            stage: stage.word().to_owned(),
            password_hash: person.password_hash().unwrap_or_default().to_owned(),
            codes_tried: 0,
            landing,
            expires_at: ends.millis(),
        };
        sign_in::insert(connection, &row, self.arrival.now.millis())?;
        Ok(Step::Next(stage))
    }
}

/// What must come after the password: a second factor, or a device where one is asked for.
pub(super) fn after_password(
    connection: &mut SqliteConnection,
    person: &Person,
    arrival: &Arrival,
) -> Result<Option<Stage>, Refusal> {
    let has_one = person.has_device(connection)? || !person.passkeys(connection)?.is_empty();
    let is_asked = match person.asked(connection)? {
        Asked::Always => true,
        Asked::WhereUnusual => !person.is_usual(connection, arrival)?,
        Asked::WhereThereIsOne => has_one,
    };
    Ok(match (is_asked, has_one) {
        (false, _) => None,
        (true, true) => Some(Stage::Code),
        (true, false) => Some(Stage::Binding),
    })
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
