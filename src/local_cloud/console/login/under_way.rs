//! Sign-ins under way: a right password was given, and something more must come before a session does.
//!
//! A sign-in lives for ten minutes and a few codes, opens nothing but the page of its stage, and ends when
//! the login profile changes by another hand.

use data_encoding::BASE64;
use diesel::SqliteConnection;

use crate::base::{AccountId, Secret, Timestamp, fold};
use crate::crypto::token;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::logon_name::{default_domain, principal_name};
use crate::local_cloud::password_change::{Past, replace};
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::account;
use crate::local_cloud::store::login_profile::{self, LoginProfileRow};
use crate::local_cloud::store::mfa_device::{self, MfaDeviceRow};
use crate::local_cloud::store::sign_in::{self, SignInRow};
use crate::local_cloud::store::user::{self, UserRow};
use crate::local_cloud::{mfa_secret, qr_image, rules};

use super::super::browser::Browser;
use super::super::form::field;
use super::super::opening::{Opened, Opening};
use super::stage::{self, DeviceView, Stage, StageView, Step};

/// Codes that one sign-in may try, and all of one user's together while they last.
const CODES: i64 = 5;
const CODES_OF_USER: i64 = 20;
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
    user: UserRow,
    profile: LoginProfileRow,
}

/// The page of the sign-in of `token`, if it lives.
pub(super) fn show(cloud: &Cloud, token: &Secret) -> Result<Option<StageView>, Refusal> {
    let now = cloud.now();
    cloud.store.read(|connection| {
        let under_way = UnderWay::find(connection, token, now)?;
        let under_way = under_way.filter(|under_way| under_way.row.codes_tried < CODES);
        under_way.map(|under_way| under_way.view(cloud, connection)).transpose()
    })
}

/// Carries out the form `body` of a stage's page, for the sign-in of `token`.
pub(super) fn answer(
    cloud: &Cloud,
    (token, stage): (&Secret, Stage),
    body: &[u8],
    browser: Option<&Browser>,
) -> Result<Answered, Refusal> {
    let now = cloud.now();
    let under_way = cloud.store.read(|connection| UnderWay::find(connection, token, now))?;
    let Some(under_way) = under_way.filter(|under_way| under_way.row.stage == stage.word()) else {
        return Ok(Answered::Over);
    };
    let opening = Opening::new(cloud, browser, now)?;
    if stage == Stage::NewPassword {
        return new_password(cloud, &opening, &under_way, body);
    }
    let code = field(body, "code").unwrap_or_default();
    let (digest, user_id) = (&under_way.row.token_digest, &under_way.user.id);
    let may_try = cloud.store.write::<_, Refusal>(|connection| {
        let is_within = sign_in::codes_tried(connection, user_id, now.millis())? < CODES_OF_USER;
        Ok(is_within && sign_in::count_code(connection, digest, CODES)?)
    })?;
    if !may_try {
        return Ok(Answered::Over);
    }
    cloud.store.write(|connection| {
        let under_way = UnderWay::find(connection, token, now)?;
        let Some(under_way) = under_way.filter(|under_way| under_way.row.stage == stage.word()) else {
            return Ok(Answered::Over);
        };
        let is_right = match stage {
            Stage::Binding => under_way.bind(cloud, connection, code.trim(), now)?,
            Stage::NewPassword | Stage::Code => under_way.use_code(cloud, connection, code.trim(), now)?,
        };
        if !is_right && under_way.row.codes_tried >= CODES {
            return Ok(Answered::Over);
        }
        if !is_right {
            let view = under_way.view(cloud, connection)?;
            return Ok(Answered::Again(view, WRONG_CODE.to_owned()));
        }
        under_way.open(connection, &opening, (true, now)).map(|opened| Answered::Step(Step::Opened(opened)))
    })
}

fn new_password(
    cloud: &Cloud,
    opening: &Opening,
    before: &UnderWay,
    body: &[u8],
) -> Result<Answered, Refusal> {
    let new = Secret::new(field(body, "new_password").unwrap_or_default());
    let again = field(body, "new_password_again").unwrap_or_default();
    let (past, view) = cloud.store.read::<_, Refusal>(|connection| {
        Ok((Past::of(connection, before.user.clone())?, before.view(cloud, connection)?))
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
    let now = cloud.now();
    cloud.store.write(|connection| {
        let digest = &before.row.token_digest;
        let under_way = UnderWay::by_digest(connection, digest, now)?;
        let Some(mut under_way) = under_way.filter(|now| now.row.password_hash == before.row.password_hash)
        else {
            return Ok(Answered::Over);
        };
        let profile = &mut under_way.profile;
        profile.is_initial = false;
        profile.password_reset_required = false;
        profile.updated_at = now.millis();
        replace(connection, profile, Some(hash.clone()), now)?;
        login_profile::update(connection, profile)?;
        let step = match stage::after_password(connection, &under_way.user, &under_way.profile)? {
            None => Step::Opened(under_way.open(connection, opening, (false, now))?),
            Some(next) => {
                let row = SignInRow {
                    stage: next.word().to_owned(),
                    sealed_secret: stage::pending_secret(cloud, digest, next)?,
                    password_hash: hash,
                    ..under_way.row
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
        let Some(row) = sign_in::find(connection, token_digest, now.millis())? else { return Ok(None) };
        let Some(user) = user::find_by_id(connection, &row.user_id)? else { return Ok(None) };
        let has_device = mfa_device::of_user(connection, &user.id)?.is_some();
        if has_device && row.stage == Stage::Binding.word() {
            return Ok(None);
        }
        let is_living = account::find(connection, &user.account_id)?.is_some_and(|row| !row.is_deleted());
        let profile = login_profile::find(connection, &user.id)?.filter(|profile| {
            profile.status == "Active" && profile.password_hash.as_ref() == Some(&row.password_hash)
        });
        let is_manual = user.provision_type != rules::PROVISIONED;
        let profile = profile.filter(|_| is_living && is_manual && row.codes_tried <= CODES);
        Ok(profile.map(|profile| Self { row, user, profile }))
    }

    fn view(&self, cloud: &Cloud, connection: &mut SqliteConnection) -> Result<StageView, Refusal> {
        let corrupt = || Refusal::Internal(format!("sign-in of {}", self.user.id));
        let stage = Stage::ALL.into_iter().find(|stage| stage.word() == self.row.stage);
        let account = AccountId::parse(&self.user.account_id).ok_or_else(corrupt)?;
        let logon_name = principal_name(&default_domain(connection, &account)?, &self.user);
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
        Ok(StageView { stage: stage.ok_or_else(corrupt)?, logon_name, device })
    }

    /// Whether `code` is one of the user's device, and uses it up.
    fn use_code(
        &self,
        cloud: &Cloud,
        connection: &mut SqliteConnection,
        code: &str,
        now: Timestamp,
    ) -> Result<bool, Refusal> {
        let Some(device) = mfa_device::of_user(connection, &self.user.id)? else { return Ok(false) };
        match mfa_secret::open(cloud, &device)?.matching_step(code, now) {
            Some(step) => Ok(mfa_device::use_step(connection, &device.serial_number, step)?),
            None => Ok(false),
        }
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
        let name = free_device_name(connection, &self.user, &self.row.token_digest)?;
        let serial_number = format!("acs:ram::{}:mfa/{name}", self.user.account_id);
        let row = MfaDeviceRow {
            sealed_secret: mfa_secret::seal(cloud, &serial_number, &secret)?,
            serial_number,
            account_id: self.user.account_id.clone(),
            name_key: fold(&name),
            user_id: Some(self.user.id.clone()),
            last_step: step,
            activated_at: Some(now.millis()),
            created_at: now.millis(),
        };
        mfa_device::insert(connection, &row)?;
        Ok(true)
    }

    /// Ends the sign-in, and opens the session that it was for, after a second factor or without.
    fn open(
        self,
        connection: &mut SqliteConnection,
        opening: &Opening,
        came: (bool, Timestamp),
    ) -> Result<Opened, Refusal> {
        sign_in::delete(connection, &self.row.token_digest)?;
        stage::open(opening, connection, (&self.user, self.profile), came)
    }
}

/// The user's own name for its device or, where another device has that, one like it.
fn free_device_name(
    connection: &mut SqliteConnection,
    user: &UserRow,
    token_digest: &str,
) -> Result<String, Refusal> {
    let is_taken = mfa_device::find(connection, &user.account_id, &user.name_key)?.is_some();
    let suffix: String = token_digest.chars().take(8).collect();
    Ok(if is_taken { format!("{}-{suffix}", user.name) } else { user.name.clone() })
}
