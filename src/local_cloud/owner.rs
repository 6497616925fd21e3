//! How the owner of an account signs in: who has a password, what it must be, and the owner's MFA device.
//!
//! Only accounts that are nobody's resource account have an owner who signs in. The first password is made
//! up at a start and told by each start until the owner sets another.

use crate::base::{AccountId, Secret, Timestamp};
use crate::crypto::password::Hasher;
use crate::crypto::{self, Random, SealingKey, TotpSecret};

use super::cloud::Cloud;
use super::error::Error;
use super::identity::{Identity, IdentityKind};
use super::mfa_secret;
use super::password;
use super::password_change::count;
use super::refusal::{Entity, Flaw, Refusal};
use super::setting::PasswordPolicy;
use super::store::account::AccountRow;
use super::store::owner_login::{self, OwnerLoginRow};
use super::store::{Store, console_session};

/// Wrong passwords within an hour before the owner is locked for an hour.
pub(crate) const ATTEMPTS: i64 = 5;
/// Characters of a password that a start makes up.
const MADE_UP: usize = 20;
/// Those that nobody takes for each other.
const CLEAR: &str = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/// By what the owner of an account signs in to the console.
#[derive(Clone, Debug)]
pub struct OwnerLogin {
    /// The account's own name.
    pub name: String,
    /// The password that was made up, until the owner sets another.
    pub password: Option<Secret>,
}

/// Whether an account is of a kind whose owner signs in.
pub(crate) fn may_sign_in(account: &AccountRow) -> bool {
    !account.is_deleted() && account.kind != "ResourceAccount"
}

/// Makes a password up for the owner of an account, if it has none yet. The password, if it is still the one
/// that was made up.
pub(super) fn provide(
    store: &Store,
    (passwords, sealing, random): (&Hasher, &SealingKey, &Random),
    account: &AccountId,
    now: Timestamp,
) -> Result<Option<Secret>, Error> {
    let id = account.as_str();
    let known = store.read::<_, Error>(|connection| Ok(owner_login::find(connection, id)?))?;
    if let Some(row) = known {
        let open = |sealed: String| open(sealing, id, &sealed);
        return row.sealed_password.map(open).transpose().map_err(Error::from);
    }
    let password = make_up(random)?;
    let row = OwnerLoginRow {
        account_id: id.to_owned(),
        password_hash: passwords.hash(random, &password)?,
        sealed_password: Some(sealing.seal(random, &purpose(id), password.expose().as_bytes())?),
        password_set_at: now.millis(),
        failed_attempts: 0,
        first_failed_at: 0,
        sealed_secret: None,
        last_step: 0,
        activated_at: None,
    };
    store.write::<_, Error>(|connection| Ok(owner_login::insert(connection, &row)?))?;
    Ok(Some(password))
}

/// Counts an attempt that is about to be made; refused where the owner is locked. The caller stores the row.
pub(crate) fn count_attempt(row: &mut OwnerLoginRow, now: Timestamp) -> Result<(), Refusal> {
    count(ATTEMPTS, (&mut row.failed_attempts, &mut row.first_failed_at), now)
}

/// Sets another password for whoever knows the old one, and ends the owner's other sessions. It is hashed
/// between two transactions, never inside one.
pub(crate) fn change_password(
    cloud: &Cloud,
    identity: &Identity,
    (old, new): (&Secret, &Secret),
    kept_session: &str,
) -> Result<(), Refusal> {
    let id = owned(identity)?;
    let now = cloud.now();
    // First what needs no guess, so that a bad choice does not count as a wrong password.
    password::check(&rule(), "NewPassword", new.expose(), "")?;
    let before = cloud.store.write::<_, Refusal>(|connection| {
        let mut row = login(owner_login::find(connection, id)?, id)?;
        count_attempt(&mut row, now)?;
        owner_login::update(connection, &row)?;
        Ok(row)
    })?;
    if !cloud.passwords.verify(old, Some(&before.password_hash))? {
        return Err(wrong_old_password());
    }
    if old.expose() == new.expose() {
        return Err(Refusal::parameter("NewPassword", Flaw::Value, "another than the old one"));
    }
    let password_hash = cloud.passwords.hash(&cloud.random, new)?;
    cloud.store.write(|connection| {
        let row = login(owner_login::find(connection, id)?, id)?;
        if row.password_hash != before.password_hash {
            return Err(wrong_old_password());
        }
        let changed = OwnerLoginRow {
            password_hash,
            sealed_password: None,
            password_set_at: now.millis(),
            failed_attempts: 0,
            ..row
        };
        owner_login::update(connection, &changed)?;
        Ok(console_session::delete_of_owner(connection, id, kept_session)?)
    })
}

/// Whether the owner has an MFA device.
pub(crate) fn has_device(cloud: &Cloud, identity: &Identity) -> Result<bool, Refusal> {
    let id = owned(identity)?;
    cloud.store.read(|connection| Ok(login(owner_login::find(connection, id)?, id)?.has_device()))
}

/// Makes a device, which counts once [`bind_device`] proves it; one that was made before and not bound goes.
pub(crate) fn create_device(cloud: &Cloud, identity: &Identity) -> Result<TotpSecret, Refusal> {
    let id = owned(identity)?;
    let secret = TotpSecret::generate(&cloud.random)?;
    let sealed = mfa_secret::seal_of_owner(cloud, id, &secret)?;
    cloud.store.write(|connection| {
        let row = login(owner_login::find(connection, id)?, id)?;
        if row.has_device() {
            return Err(Refusal::exists(Entity::BoundMfaDevice, id));
        }
        let changed = OwnerLoginRow { sealed_secret: Some(sealed), last_step: 0, ..row };
        Ok::<_, Refusal>(owner_login::update(connection, &changed)?)
    })?;
    Ok(secret)
}

/// Binds the device that was made, if two codes in a row prove that the owner holds it.
pub(crate) fn bind_device(cloud: &Cloud, identity: &Identity, codes: (&str, &str)) -> Result<(), Refusal> {
    let id = owned(identity)?;
    let now = cloud.now();
    cloud.store.write(|connection| {
        let row = login(owner_login::find(connection, id)?, id)?;
        if row.has_device() {
            return Err(Refusal::exists(Entity::BoundMfaDevice, id));
        }
        let sealed = row.sealed_secret.as_deref();
        let sealed = sealed.ok_or_else(|| Refusal::missing(Entity::MfaDevice, id))?;
        let secret = mfa_secret::open_of_owner(cloud, id, sealed)?;
        let last_step = mfa_secret::proven_step(&secret, codes, row.last_step, now)?;
        let changed = OwnerLoginRow { last_step, activated_at: Some(now.millis()), ..row };
        Ok(owner_login::update(connection, &changed)?)
    })
}

/// Forgets the owner's device.
pub(crate) fn unbind_device(cloud: &Cloud, identity: &Identity) -> Result<(), Refusal> {
    let id = owned(identity)?;
    cloud.store.write(|connection| {
        let row = login(owner_login::find(connection, id)?, id)?;
        if !row.has_device() {
            return Err(Refusal::missing(Entity::BoundMfaDevice, id));
        }
        let changed = OwnerLoginRow { sealed_secret: None, activated_at: None, last_step: 0, ..row };
        Ok(owner_login::update(connection, &changed)?)
    })
}

/// Whether `code` is one of the owner's device, and uses it up.
pub(crate) fn use_code(
    cloud: &Cloud,
    connection: &mut diesel::SqliteConnection,
    (row, code): (&OwnerLoginRow, &str),
    now: Timestamp,
) -> Result<bool, Refusal> {
    let Some(sealed) = row.sealed_secret.as_deref().filter(|_| row.has_device()) else { return Ok(false) };
    match mfa_secret::open_of_owner(cloud, &row.account_id, sealed)?.matching_step(code, now) {
        Some(step) => Ok(owner_login::use_step(connection, &row.account_id, step)?),
        None => Ok(false),
    }
}

/// The account whose owner somebody is; nobody else does this.
fn owned(identity: &Identity) -> Result<&str, Refusal> {
    match identity.kind {
        IdentityKind::Owner => Ok(identity.account.as_str()),
        _ => Err(Refusal::Permission {
            action: "the owner's sign-in".to_owned(),
            resource: format!("acs:ram::{}:root", identity.account),
            decided_by: "only the account's owner does this".to_owned(),
        }),
    }
}

fn login(found: Option<OwnerLoginRow>, account_id: &str) -> Result<OwnerLoginRow, Refusal> {
    found.ok_or_else(|| Refusal::missing(Entity::LoginProfile, account_id))
}

fn wrong_old_password() -> Refusal {
    Refusal::parameter("OldPassword", Flaw::Value, "the owner's password")
}

/// What an owner's password must be, whatever the account asks of its users.
fn rule() -> PasswordPolicy {
    PasswordPolicy {
        require_lowercase_characters: true,
        require_uppercase_characters: true,
        require_numbers: true,
        ..PasswordPolicy::default()
    }
}

/// A random password that keeps the rule.
fn make_up(random: &Random) -> Result<Secret, crypto::Error> {
    loop {
        let password = random.text(CLEAR, MADE_UP)?;
        if password::check(&rule(), "NewPassword", &password, "").is_ok() {
            return Ok(Secret::new(password));
        }
    }
}

fn open(sealing: &SealingKey, account_id: &str, sealed: &str) -> Result<Secret, crypto::Error> {
    let plain = sealing.open(&purpose(account_id), sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|_ignored| crypto::Error::Unsealable)?;
    Ok(Secret::new(text))
}

fn purpose(account_id: &str) -> String {
    format!("owner_password:{account_id}")
}
