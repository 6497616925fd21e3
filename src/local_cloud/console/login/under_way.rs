//! Sign-ins under way: a right password was given, and something more must come before a session does.
//!
//! A sign-in lives for ten minutes and a few codes, opens nothing but the page of its stage, and ends when
//! the password changes by another hand.

use data_encoding::BASE64;
use diesel::SqliteConnection;

use crate::base::{Secret, Timestamp};
use crate::crypto::token;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::password_change::{Past, replace};
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::login_profile;
use crate::local_cloud::store::sign_in::{self, SignInRow};
use crate::local_cloud::{mfa_secret, passkey, qr_image};

use super::super::browser::Browser;
use super::super::form::field;
use super::super::opening::Opening;
use super::person::{Entered, Person};
use super::stage::{self, DeviceView, Stage, StageView, Step};
use super::usual::Arrival;

/// Codes that one sign-in may try, and all of one person's together while they last.
const CODES: i64 = 5;
const CODES_OF_PERSON: i64 = 20;
const WRONG_PASSKEY: &str = "That passkey was not accepted, or the page was too old. Try again.";
const WRONG_CODE: &str = "That code is not right, or was used before. Wait for the next one and type it in.";

/// What became of a posted page.
pub(super) enum Answered {
    Step(Step),
    /// The page comes again, with what was wrong.
    Again(StageView, String),
    /// There is no such sign-in any more.
    Over,
}

/// A sign-in with what it is about, as it is now.
struct UnderWay {
    row: SignInRow,
    person: Person,
}

/// The page of the sign-in of `token`, if it lives.
pub(super) fn show(cloud: &Cloud, token: &Secret) -> Result<Option<StageView>, Refusal> {
    let now = cloud.now();
    let view = cloud.store.read::<_, Refusal>(|connection| {
        let under_way = UnderWay::find(connection, token, now)?;
        let under_way = under_way.filter(|under_way| under_way.row.codes_tried < CODES);
        under_way.map(|under_way| under_way.view(cloud, connection)).transpose()
    })?;
    view.map(|view| challenged(cloud, token, view, now)).transpose()
}

/// The page with a challenge to the passkeys, where there are any.
fn challenged(cloud: &Cloud, token: &Secret, view: StageView, now: Timestamp) -> Result<StageView, Refusal> {
    if view.stage != Stage::Code {
        return Ok(view);
    }
    let rows = cloud.store.read::<_, Refusal>(|connection| {
        let under_way = UnderWay::find(connection, token, now)?;
        under_way.map_or(Ok(Vec::new()), |under_way| under_way.person.passkeys(connection))
    })?;
    if rows.is_empty() {
        return Ok(view);
    }
    let options = passkey::challenge(cloud, &token::digest(token.expose()), &rows, now)?;
    Ok(StageView { passkey_options: Some(options), ..view })
}

/// Carries out the form `body` of a stage's page, for the sign-in of `token`.
pub(super) fn answer(
    cloud: &Cloud,
    (token, stage): (&Secret, Stage),
    body: &[u8],
    (browser, arrival): (Option<&Browser>, &Arrival),
) -> Result<Answered, Refusal> {
    let now = arrival.now;
    let under_way = cloud.store.read(|connection| UnderWay::find(connection, token, now))?;
    let Some(under_way) = under_way.filter(|under_way| under_way.row.stage == stage.word()) else {
        return Ok(Answered::Over);
    };
    let opening = Opening::new(cloud, browser, now)?;
    if stage == Stage::NewPassword {
        return new_password(cloud, (&opening, arrival), &under_way, body);
    }
    let row = &under_way.row;
    let may_try = cloud.store.write::<_, Refusal>(|connection| {
        let is_within = sign_in::codes_tried(connection, row, now.millis())? < CODES_OF_PERSON;
        Ok(is_within && sign_in::count_code(connection, &row.token_digest, CODES)?)
    })?;
    if !may_try {
        return Ok(Answered::Over);
    }
    let given = Given::read(cloud, body, (stage, &row.token_digest), now)?;
    let answered = cloud.store.write(|connection| {
        let under_way = UnderWay::find(connection, token, now)?;
        let Some(under_way) = under_way.filter(|under_way| under_way.row.stage == stage.word()) else {
            return Ok(Answered::Over);
        };
        let is_right = match &given {
            Given::ToBind(code) => under_way.bind(cloud, connection, code, now)?,
            Given::Code(code) => under_way.person.use_code(cloud, connection, (code, now))?,
            Given::Passkey { state, answer } => {
                under_way.person.use_passkey(cloud, connection, (state, answer), now)?
            }
            Given::LatePasskey => false,
        };
        if !is_right && under_way.row.codes_tried >= CODES {
            return Ok(Answered::Over);
        }
        if !is_right {
            return Ok(Answered::Again(under_way.view(cloud, connection)?, given.complaint().to_owned()));
        }
        under_way
            .open(connection, &opening, (true, arrival))
            .map(|entered| Answered::Step(Step::Opened(entered)))
    })?;
    Ok(match answered {
        Answered::Again(view, error) => Answered::Again(challenged(cloud, token, view, now)?, error),
        answered => answered,
    })
}

/// What came as a second factor.
enum Given {
    /// Of the device that the page showed.
    ToBind(String),
    Code(String),
    /// With what the answer is held against.
    Passkey {
        state: String,
        answer: String,
    },
    /// An answer to a challenge that is over, or was answered before.
    LatePasskey,
}

impl Given {
    /// Reads it; the challenge of a passkey is used up with that.
    fn read(
        cloud: &Cloud,
        body: &[u8],
        (stage, token_digest): (Stage, &str),
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let code = field(body, "code").unwrap_or_default().trim().to_owned();
        if stage == Stage::Binding {
            return Ok(Self::ToBind(code));
        }
        let Some(answer) = field(body, "credential").filter(|answer| !answer.is_empty()) else {
            return Ok(Self::Code(code));
        };
        let state = passkey::take(cloud, token_digest, now)?;
        Ok(state.map_or(Self::LatePasskey, |state| Self::Passkey { state, answer }))
    }

    const fn complaint(&self) -> &'static str {
        match self {
            Self::ToBind(_) | Self::Code(_) => WRONG_CODE,
            Self::Passkey { .. } | Self::LatePasskey => WRONG_PASSKEY,
        }
    }
}

fn new_password(
    cloud: &Cloud,
    (opening, arrival): (&Opening, &Arrival),
    before: &UnderWay,
    body: &[u8],
) -> Result<Answered, Refusal> {
    let new = Secret::new(field(body, "new_password").unwrap_or_default());
    let again = field(body, "new_password_again").unwrap_or_default();
    let Person::User(known) = &before.person else { return Ok(Answered::Over) };
    let (past, view) = cloud.store.read::<_, Refusal>(|connection| {
        Ok((Past::of(connection, known.0.clone())?, before.view(cloud, connection)?))
    })?;
    if new.expose() != again {
        return Ok(Answered::Again(view, "The two new passwords are not the same.".to_owned()));
    }
    if cloud.passwords.verify(&new, Some(&before.row.password_hash))? {
        return Ok(Answered::Again(view, "The new password must be another than the old one.".to_owned()));
    }
    let hash = match past.hash(cloud, "NewPassword", &new) {
        Err(Refusal::Parameter { rule, .. }) => {
            return Ok(Answered::Again(view, format!("The new password must be {rule}.")));
        }
        hash => hash?,
    };
    let now = arrival.now;
    cloud.store.write(|connection| {
        let digest = &before.row.token_digest;
        let under_way = UnderWay::by_digest(connection, digest, now)?;
        let under_way = under_way.filter(|now| now.row.password_hash == before.row.password_hash);
        let Some(UnderWay { row, person: Person::User(mut known) }) = under_way else {
            return Ok(Answered::Over);
        };
        let profile = &mut known.1;
        profile.is_initial = false;
        profile.password_reset_required = false;
        profile.updated_at = now.millis();
        replace(connection, profile, Some(hash.clone()), now)?;
        login_profile::update(connection, profile)?;
        let person = Person::User(known);
        let step = match stage::after_password(connection, &person, arrival)? {
            None => Step::Opened(UnderWay { row, person }.open(connection, opening, (false, arrival))?),
            Some(next) => {
                let row = SignInRow {
                    stage: next.word().to_owned(),
                    sealed_secret: stage::pending_secret(cloud, digest, next)?,
                    password_hash: hash,
                    ..row
                };
                sign_in::update(connection, &row)?;
                Step::Next(next)
            }
        };
        Ok(Answered::Step(step))
    })
}

impl UnderWay {
    fn find(
        connection: &mut SqliteConnection,
        token: &Secret,
        now: Timestamp,
    ) -> Result<Option<Self>, Refusal> {
        Self::by_digest(connection, &token::digest(token.expose()), now)
    }

    /// The sign-in, if it lives: in time, with codes left or at its last, by the password that counts, and
    /// without a device where it would bind one.
    fn by_digest(
        connection: &mut SqliteConnection,
        token_digest: &str,
        now: Timestamp,
    ) -> Result<Option<Self>, Refusal> {
        let row = sign_in::find(connection, token_digest, now.millis())?;
        let Some(row) = row.filter(|row| row.codes_tried <= CODES) else { return Ok(None) };
        let Some(person) = Person::of(connection, &row)? else { return Ok(None) };
        let is_binding = row.stage == Stage::Binding.word();
        if is_binding && person.has_device(connection)? {
            return Ok(None);
        }
        Ok(Some(Self { row, person }))
    }

    fn view(&self, cloud: &Cloud, connection: &mut SqliteConnection) -> Result<StageView, Refusal> {
        let corrupt = || Refusal::Internal(format!("sign-in of {}", self.person.id()));
        let stage = Stage::ALL.into_iter().find(|stage| stage.word() == self.row.stage);
        let logon_name = self.person.logon_name(connection)?;
        let device = match &self.row.sealed_secret {
            None => None,
            Some(sealed) => {
                let secret = mfa_secret::open_pending(cloud, &self.row.token_digest, sealed)?;
                let address = secret.otpauth_url("local cloud", &logon_name)?;
                let seed = secret.to_base32();
                let letters: Vec<char> = seed.expose().chars().collect();
                Some(DeviceView {
                    key: letters.chunks(4).map(String::from_iter).collect(),
                    qr_code: BASE64.encode(&qr_image::png(address.expose())?),
                })
            }
        };
        let begin_again = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("next", &self.row.landing)
            .finish();
        let begin_again = format!("/login?{begin_again}");
        Ok(StageView {
            stage: stage.ok_or_else(corrupt)?,
            logon_name,
            begin_again,
            has_device: self.person.has_device(connection)?,
            passkey_options: None,
            device,
        })
    }

    /// Binds the device whose secret the page showed, if `code` is one of it.
    fn bind(
        &self,
        cloud: &Cloud,
        connection: &mut SqliteConnection,
        code: &str,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        let Some(sealed) = &self.row.sealed_secret else { return Ok(false) };
        let secret = mfa_secret::open_pending(cloud, &self.row.token_digest, sealed)?;
        let Some(step) = secret.matching_step(code, now) else { return Ok(false) };
        let suffix: String = self.row.token_digest.chars().take(8).collect();
        self.person.bind(cloud, connection, (&secret, step), (&suffix, now))
    }

    /// Ends the sign-in, and opens the session that it was for, after a second factor or without.
    fn open(
        self,
        connection: &mut SqliteConnection,
        opening: &Opening,
        came: (bool, &Arrival),
    ) -> Result<Entered, Refusal> {
        sign_in::delete(connection, &self.row.token_digest)?;
        self.person.open(connection, opening, came, self.row.landing)
    }
}
