//! The life of the keys by which we are known: made, turned and retired, by an operator or by the schedule.

use crate::domain::{self, Action, IdentityKey, KeyPurpose, KeySchedule, KeyState, Kind};
use crate::storage::Conn;
use crate::storage::event::Origin;
use crate::storage::signing_key::{self, StoredKey};

use super::context::Change;
use super::key_maker::{Maker, event};
use super::{Context, Error, Operator, trust};

pub use crate::crypto::KeyType;

/// What a turn came to.
#[derive(Clone, Debug)]
pub struct Turned {
    /// The key that is used from now on.
    pub active: IdentityKey,
    /// The key that was used until now, and is published still.
    pub retiring: IdentityKey,
    /// The key that will be used next, made just now.
    pub next: IdentityKey,
    /// Whether the key that is used now was published for as long as the schedule wants. Service providers that have
    /// not fetched our metadata since it was made refuse it.
    pub was_known: bool,
}

/// Every key, the oldest first.
///
/// # Errors
/// Failures of the database.
pub fn list(ctx: &Context, _operator: &Operator) -> Result<Vec<IdentityKey>, Error> {
    Ok(ctx.store.read(signing_key::list)?.into_iter().map(|stored| stored.key).collect())
}

/// Turns the signing keys of a kind: the next one signs from now on, the active one retires, and a new one is made to
/// be next. Accounts are told by tasks.
///
/// # Errors
/// [`Error::Refused`] when there is no key of this kind, or when another turned it at the same moment.
pub fn rotate(ctx: &Context, operator: &Operator, kind: KeyType) -> Result<Turned, Error> {
    let turned = turn(ctx, &ctx.change(operator.origin()), kind)?;
    ctx.identity_provider.refresh(&ctx.store, &ctx.sealing_key)?;
    trust::refresh(ctx)?;
    Ok(turned)
}

/// Turns the key that others encrypt to: a new one is published in its place from now on, and what was encrypted to the
/// old one is read still.
///
/// # Errors
/// Failures of the database, and of making keys.
pub fn rotate_encryption(ctx: &Context, operator: &Operator) -> Result<IdentityKey, Error> {
    let made = maker(ctx).make_encryption()?;
    let change = ctx.change(operator.origin());
    let key = ctx.store.write(move |conn| {
        let keys = signing_key::list(conn)?;
        let is_published =
            |key: &IdentityKey| key.purpose == KeyPurpose::Encryption && key.state == KeyState::Active;
        for old in keys.into_iter().map(|stored| stored.key).filter(is_published) {
            signing_key::turn(conn, &old.id, (KeyState::Active, KeyState::Retired), change.now)?;
            change.record(conn, &event(Action::SigningKeyRetired, &old))?;
        }
        signing_key::insert(conn, &made)?;
        change.record(conn, &event(Action::SigningKeyCreated, &made.key))?;
        Ok::<_, Error>(made.key.clone())
    })?;
    ctx.identity_provider.refresh(&ctx.store, &ctx.sealing_key)?;
    Ok(key)
}

/// Our metadata for everybody. The key that may be encrypted to is made when it is first published.
///
/// # Errors
/// Failures of the database, and of making keys.
pub fn metadata(ctx: &Context) -> Result<String, Error> {
    ensure_encryption(ctx)?;
    ctx.identity_provider.metadata(&ctx.random, ctx.now())
}

pub(super) fn ensure_encryption(ctx: &Context) -> Result<(), Error> {
    if !ctx.identity_provider.has_encryption_key() {
        let maker = maker(ctx);
        maker.insert(maker.make_encryption()?)?;
        ctx.identity_provider.refresh(&ctx.store, &ctx.sealing_key)?;
    }
    Ok(())
}

/// Makes the keys of a kind that is used for the first time.
///
/// # Errors
/// Failures of the database, and of making keys.
pub(super) fn ensure(ctx: &Context, kind: KeyType) -> Result<(), Error> {
    let maker =
        Maker { store: &ctx.store, random: &ctx.random, clock: &ctx.clock, sealing_key: &ctx.sealing_key };
    maker.ensure(kind)?;
    ctx.identity_provider.refresh(&ctx.store, &ctx.sealing_key)?;
    Ok(())
}

/// Takes each key on whose time has come, and takes notice of what other replicas did.
///
/// # Errors
/// Failures of the database, and of making keys.
pub fn keep(ctx: &Context) -> Result<(), Error> {
    let (now, schedule) = (ctx.now(), ctx.key_schedule);
    let keys: Vec<IdentityKey> =
        ctx.store.read(signing_key::list)?.into_iter().map(|stored| stored.key).collect();
    let change = ctx.change(&Origin::system(String::new()));
    for kind in KeyType::ALL {
        let is_signing = |key: &&IdentityKey| key.purpose == KeyPurpose::Signing && key.kind == kind;
        let find = |state| keys.iter().filter(is_signing).find(|key| key.state == state);
        if let (Some(active), Some(next)) = (find(KeyState::Active), find(KeyState::Next))
            && schedule.is_turn_due(active, next, now)
        {
            turn(ctx, &change, kind)?;
        }
    }
    for key in keys.into_iter().filter(|key| schedule.is_retired(key, now)) {
        let change = change.clone();
        ctx.store.write(move |conn| {
            if signing_key::turn(conn, &key.id, (KeyState::Retiring, KeyState::Retired), now)? {
                change.record(conn, &event(Action::SigningKeyRetired, &key))?;
            }
            Ok::<_, Error>(())
        })?;
    }
    if ctx.identity_provider.refresh(&ctx.store, &ctx.sealing_key)? {
        trust::refresh(ctx)?;
    }
    Ok(())
}

fn turn(ctx: &Context, change: &Change, kind: KeyType) -> Result<Turned, Error> {
    let maker =
        Maker { store: &ctx.store, random: &ctx.random, clock: &ctx.clock, sealing_key: &ctx.sealing_key };
    let (made, schedule, change) = (maker.make(kind, KeyState::Next)?, ctx.key_schedule, change.clone());
    ctx.store.write(move |conn| turn_in(conn, &change, &schedule, kind, &made))
}

fn turn_in(
    conn: &mut Conn,
    change: &Change,
    schedule: &KeySchedule,
    kind: KeyType,
    made: &StoredKey,
) -> Result<Turned, Error> {
    let keys: Vec<IdentityKey> = signing_key::list(conn)?.into_iter().map(|stored| stored.key).collect();
    let find = |state: KeyState| {
        let of_kind = |key: &&IdentityKey| key.kind == kind && key.state == state;
        let found = keys.iter().filter(|key| key.purpose == KeyPurpose::Signing).find(of_kind).cloned();
        found.ok_or_else(|| domain::Error::missing("SigningKey", format_args!("of kind {}", kind.as_str())))
    };
    let (mut active, mut retiring) = (find(KeyState::Next)?, find(KeyState::Active)?);
    let was_known = schedule.is_known(&active, change.now);
    let is_done = signing_key::turn(conn, &retiring.id, (KeyState::Active, KeyState::Retiring), change.now)?
        && signing_key::turn(conn, &active.id, (KeyState::Next, KeyState::Active), change.now)?;
    if !is_done {
        let message = "the keys were turned at the same moment by somebody else";
        return Err(domain::Error::new(Kind::Conflict, "OperationConflict.SigningKey", message).into());
    }
    signing_key::insert(conn, made)?;
    (active.state, retiring.state) = (KeyState::Active, KeyState::Retiring);
    (active.state_since, retiring.state_since) = (change.now, change.now);
    for (action, key) in [
        (Action::SigningKeyCreated, &made.key),
        (Action::SigningKeyActivated, &active),
        (Action::SigningKeyRetiring, &retiring),
    ] {
        change.record(conn, &event(action, key))?;
    }
    Ok(Turned { active, retiring, next: made.key.clone(), was_known })
}

fn maker(ctx: &Context) -> Maker<'_> {
    Maker { store: &ctx.store, random: &ctx.random, clock: &ctx.clock, sealing_key: &ctx.sealing_key }
}
