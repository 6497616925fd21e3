//! The life of the keys by which we are known: made, turned and retired, by an operator or by the schedule.

use std::time::Duration;

use crate::base::{Clock, SigningKeyId, Timestamp};
use crate::crypto::{Certificate, DecryptionKey, KeyType, Random, SealingKey, SigningKey};
use crate::domain::{self, Action, Event, IdentityKey, KeyPurpose, KeySchedule, KeyState, Kind};
use crate::storage::event::Origin;
use crate::storage::signing_key::{self, StoredKey};
use crate::storage::{self, Conn, Store};

use super::context::Change;
use super::parts::Parts;
use super::{Context, Error, Operator, worker};

/// Long, because the dates of a signing certificate carry no meaning in SAML and its end would only
/// break logons; keys are turned instead.
const CERTIFICATE_LIFETIME: Duration = Duration::from_secs(20 * 365 * 24 * 3600);

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
    worker::refresh_trust(ctx)?;
    Ok(turned)
}

/// Turns the key that others encrypt to: a new one is published in its place from now on, and what was encrypted to the
/// old one is read still.
///
/// # Errors
/// Failures of the database, and of making keys.
pub fn rotate_encryption(ctx: &Context, operator: &Operator) -> Result<IdentityKey, Error> {
    let made = Maker::of(ctx).make_encryption()?;
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
        let maker = Maker::of(ctx);
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

/// Makes the first keys of an installation.
pub(super) fn ensure_first(parts: &Parts) -> Result<(), Error> {
    let maker = Maker {
        store: &parts.store,
        random: &parts.random,
        clock: &parts.clock,
        sealing_key: &parts.sealing_key,
    };
    maker.ensure(KeyType::Rsa2048)
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
        worker::refresh_trust(ctx)?;
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

fn event(action: Action, key: &IdentityKey) -> Event {
    Event::new(action, &key.id).with(serde_json::json!({ "kind": key.kind, "purpose": key.purpose.as_str() }))
}

/// What private keys are sealed for.
pub(super) fn purpose(id: &SigningKeyId) -> String {
    format!("signing_key:{id}")
}

/// What it takes to make keys.
struct Maker<'a> {
    store: &'a Store,
    random: &'a Random,
    clock: &'a Clock,
    sealing_key: &'a SealingKey,
}

impl<'a> Maker<'a> {
    fn of(ctx: &'a Context) -> Self {
        Self { store: &ctx.store, random: &ctx.random, clock: &ctx.clock, sealing_key: &ctx.sealing_key }
    }

    /// Makes what is missing of an active and a next key of a kind.
    fn ensure(&self, kind: KeyType) -> Result<(), Error> {
        let keys = self.store.read(signing_key::list)?;
        for state in [KeyState::Active, KeyState::Next] {
            let is_there = keys.iter().any(|stored| {
                stored.key.purpose == KeyPurpose::Signing
                    && stored.key.kind == kind
                    && stored.key.state == state
            });
            if !is_there {
                self.insert(self.make(kind, state)?)?;
            }
        }
        Ok(())
    }

    fn make(&self, kind: KeyType, state: KeyState) -> Result<StoredKey, Error> {
        let now: Timestamp = self.clock.now();
        let id: SigningKeyId = self.random.id(now)?;
        let key = SigningKey::generate(kind)?;
        let name = format!("cloudsso {id}");
        let certificate = Certificate::self_signed(&key, &name, now, CERTIFICATE_LIFETIME, self.random)?;
        self.stored((id, KeyPurpose::Signing, kind, state), now, &certificate, &key.to_pkcs8_der()?)
    }

    fn make_encryption(&self) -> Result<StoredKey, Error> {
        let now: Timestamp = self.clock.now();
        let id: SigningKeyId = self.random.id(now)?;
        let name = format!("cloudsso {id}");
        let key = DecryptionKey::generate(&name, now, CERTIFICATE_LIFETIME, self.random)?;
        let what = (id, KeyPurpose::Encryption, KeyType::Rsa3072, KeyState::Active);
        self.stored(what, now, key.certificate(), &key.to_pkcs8_der()?)
    }

    fn stored(
        &self,
        (id, key_purpose, kind, state): (SigningKeyId, KeyPurpose, KeyType, KeyState),
        now: Timestamp,
        certificate: &Certificate,
        der: &[u8],
    ) -> Result<StoredKey, Error> {
        Ok(StoredKey {
            sealed_private_key: self.sealing_key.seal(self.random, &purpose(&id), der)?,
            key: IdentityKey {
                id,
                purpose: key_purpose,
                kind,
                state,
                state_since: now,
                created_at: now,
                certificate: certificate.to_base64()?,
            },
        })
    }

    /// Of two replicas that start together one stores its key, and both use it.
    fn insert(&self, stored: StoredKey) -> Result<(), Error> {
        let (random, now) = (self.random.clone(), stored.key.created_at);
        let origin = Origin::system(String::new());
        let inserted = self.store.write(move |conn| {
            signing_key::insert(conn, &stored)?;
            storage::event::insert(
                conn,
                &random.id(now)?,
                now,
                &origin,
                &event(Action::SigningKeyCreated, &stored.key),
            )?;
            Ok::<_, Error>(())
        });
        match inserted {
            Err(Error::Storage(storage::Error::Duplicate(_))) => Ok(()),
            outcome => outcome,
        }
    }
}
