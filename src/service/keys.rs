//! The life of the keys by which we are known: made, turned and retired, by an operator or by the schedule.

use crate::base::SigningKeyId;
use crate::domain::{self, Action, IdentityKey, KeyGroup, KeyPurpose, KeySchedule, KeyState, Kind};
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

/// A turn that somebody asks for who has looked at the keys.
#[derive(Clone, Debug)]
pub struct Turn {
    /// Which keys.
    pub group: KeyGroup,
    /// The key that was in use then.
    pub from: SigningKeyId,
    /// Whether the next key may sign although it was not published for as long as the schedule wants.
    pub takes_unknown: bool,
}

/// Which keys are turned, and under which conditions.
struct Terms {
    kind: KeyType,
    from: Option<SigningKeyId>,
    takes_unknown: bool,
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
    rotate_on(ctx, operator, Terms { kind, from: None, takes_unknown: true })
}

/// Turns keys as [`rotate`] does, or the key that others encrypt to, if nobody else did since they were looked at.
///
/// # Errors
/// [`Error::Refused`] as a conflict when another key is in use by now; when the next key is not known yet and may not
/// be taken all the same; when there are no such keys.
pub fn turn_from(ctx: &Context, operator: &Operator, turn: Turn) -> Result<(), Error> {
    let Turn { group, from, takes_unknown } = turn;
    match group {
        KeyGroup::Signing(kind) => {
            rotate_on(ctx, operator, Terms { kind, from: Some(from), takes_unknown }).map(drop)
        }
        KeyGroup::Encryption => rotate_encryption(ctx, operator, from),
    }
}

fn rotate_on(ctx: &Context, operator: &Operator, terms: Terms) -> Result<Turned, Error> {
    let turned = turn(ctx, &ctx.change(operator.origin()), terms)?;
    ctx.identity_provider.refresh(&ctx.store, &ctx.sealing_key)?;
    trust::refresh(ctx)?;
    Ok(turned)
}

/// Turns the key that others encrypt to: a new one is published in its place from now on, and what was encrypted to the
/// old one is read still.
fn rotate_encryption(ctx: &Context, operator: &Operator, from: SigningKeyId) -> Result<(), Error> {
    let made = maker(ctx).make_encryption()?;
    let change = ctx.change(operator.origin());
    ctx.store.write(move |conn| {
        let mut keys = signing_key::list(conn)?.into_iter().map(|stored| stored.key);
        let old = keys.find(|key| key.purpose == KeyPurpose::Encryption && key.id == from);
        let old = old.ok_or_else(|| domain::Error::missing("SigningKey", &from))?;
        if !signing_key::turn(conn, &old.id, (KeyState::Active, KeyState::Retired), change.now)? {
            return Err(turned_meanwhile());
        }
        change.record(conn, &event(Action::SigningKeyRetired, &old))?;
        signing_key::insert(conn, &made)?;
        change.record(conn, &event(Action::SigningKeyCreated, &made.key))
    })?;
    ctx.identity_provider.refresh(&ctx.store, &ctx.sealing_key)?;
    Ok(())
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
    maker(ctx).ensure(kind)?;
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
            turn(ctx, &change, Terms { kind, from: None, takes_unknown: true })?;
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

fn turn(ctx: &Context, change: &Change, terms: Terms) -> Result<Turned, Error> {
    let made = maker(ctx).make(terms.kind, KeyState::Next)?;
    let (schedule, change) = (ctx.key_schedule, change.clone());
    ctx.store.write(move |conn| turn_in(conn, &change, &schedule, &terms, &made))
}

fn turn_in(
    conn: &mut Conn,
    change: &Change,
    schedule: &KeySchedule,
    terms: &Terms,
    made: &StoredKey,
) -> Result<Turned, Error> {
    let kind = terms.kind;
    let keys: Vec<IdentityKey> = signing_key::list(conn)?.into_iter().map(|stored| stored.key).collect();
    let find = |state: KeyState| {
        let of_kind = |key: &&IdentityKey| key.kind == kind && key.state == state;
        let found = keys.iter().filter(|key| key.purpose == KeyPurpose::Signing).find(of_kind).cloned();
        found.ok_or_else(|| domain::Error::missing("SigningKey", format_args!("of kind {}", kind.as_str())))
    };
    let (mut active, mut retiring) = (find(KeyState::Next)?, find(KeyState::Active)?);
    if terms.from.as_ref().is_some_and(|from| *from != retiring.id) {
        return Err(turned_meanwhile());
    }
    let was_known = schedule.is_known(&active, change.now);
    if !was_known && !terms.takes_unknown {
        let message =
            "service providers are not taken to know the next key yet; say that it may sign all the same";
        return Err(domain::Error::new(Kind::Conflict, "OperationDenied.UnknownKey", message).into());
    }
    let is_done = signing_key::turn(conn, &retiring.id, (KeyState::Active, KeyState::Retiring), change.now)?
        && signing_key::turn(conn, &active.id, (KeyState::Next, KeyState::Active), change.now)?;
    if !is_done {
        return Err(turned_meanwhile());
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

fn turned_meanwhile() -> Error {
    let message = "the keys were turned by somebody else meanwhile; look at them first";
    domain::Error::new(Kind::Conflict, "OperationConflict.SigningKey", message).into()
}

fn maker(ctx: &Context) -> Maker<'_> {
    Maker { store: &ctx.store, random: &ctx.random, clock: &ctx.clock, sealing_key: &ctx.sealing_key }
}
