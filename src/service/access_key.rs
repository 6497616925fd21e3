//! AccessKeys of administrators and machine identities.

use crate::base::{AccessKeyId, Secret};
use crate::domain::{self, ACCESS_KEYS_PER_HOLDER, AccessKey, Action, Activity, Event, KeyHolder, Kind};
use crate::storage::{access_key, administrator, directory, machine_identity};

use super::{Context, Error, Operator, rpc_caller};

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const SECRET_LENGTH: usize = 40;

/// A key just made; its secret is shown this once.
pub struct NewAccessKey {
    /// The key.
    pub key: AccessKey,
    /// What signatures are made with.
    pub secret: Secret,
}

/// Makes a key.
///
/// # Errors
/// [`Error::Refused`] when the holder does not exist or has two keys.
pub fn create(ctx: &Context, operator: &Operator, holder: &KeyHolder) -> Result<NewAccessKey, Error> {
    let change = ctx.change(operator.origin());
    let text = format!("{}{}", AccessKeyId::PREFIX, ctx.random.text(ALPHABET, AccessKeyId::LENGTH)?);
    let id = AccessKeyId::parse(&text).ok_or_else(|| domain::Error::invalid("AccessKeyId", "must be one"))?;
    let secret = Secret::new(ctx.random.text(ALPHABET, SECRET_LENGTH)?);
    let sealed = ctx.sealing_key.seal(&ctx.random, &rpc_caller::purpose(&id), secret.expose().as_bytes())?;
    let key = AccessKey {
        id,
        holder: holder.clone(),
        status: Activity::Active,
        created_at: change.now,
        last_used_at: None,
    };
    let stored = key.clone();
    ctx.store.write(move |conn| {
        directory::lock_service(conn)?;
        let is_there = match &stored.holder {
            KeyHolder::Administrator(id) => administrator::find(conn, id)?.is_some(),
            KeyHolder::Machine(id) => machine_identity::find(conn, id)?.is_some(),
        };
        if !is_there {
            return Err(domain::Error::missing("AccessKeyHolder", &stored.holder).into());
        }
        if access_key::list(conn, Some(&stored.holder))?.len() >= ACCESS_KEYS_PER_HOLDER {
            let message =
                format!("{} has {ACCESS_KEYS_PER_HOLDER} AccessKeys, which is the most", stored.holder);
            return Err(domain::Error::new(Kind::Limit, "LimitExceeded.AccessKey", message).into());
        }
        access_key::insert(conn, &stored, &sealed)?;
        let detail = serde_json::json!({ "holder": stored.holder.as_str() });
        change.record(conn, &Event::new(Action::AccessKeyCreated, &stored.id).with(detail))
    })?;
    Ok(NewAccessKey { key, secret })
}

/// The keys of one holder, or of everybody; oldest first.
///
/// # Errors
/// Failures of the database.
pub fn list(
    ctx: &Context,
    _operator: &Operator,
    holder: Option<&KeyHolder>,
) -> Result<Vec<AccessKey>, Error> {
    Ok(ctx.store.read(|conn| access_key::list(conn, holder))?)
}

/// Turns a key on or off; an inactive one signs nothing from this moment on.
///
/// # Errors
/// [`Error::Refused`] when there is no such key.
pub fn update_status(
    ctx: &Context,
    operator: &Operator,
    id: &AccessKeyId,
    status: Activity,
) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        if !access_key::update_status(conn, &id, status)? {
            return Err(domain::Error::missing("AccessKey", &id).into());
        }
        let action = match status {
            Activity::Active => Action::AccessKeyEnabled,
            Activity::Inactive => Action::AccessKeyDisabled,
        };
        change.record(conn, &Event::new(action, &id))
    })
}

/// Deletes a key.
///
/// # Errors
/// [`Error::Refused`] when there is no such key.
pub fn delete(ctx: &Context, operator: &Operator, id: &AccessKeyId) -> Result<(), Error> {
    let (change, id) = (ctx.change(operator.origin()), id.clone());
    ctx.store.write(move |conn| {
        if !access_key::delete(conn, &id)? {
            return Err(domain::Error::missing("AccessKey", &id).into());
        }
        change.record(conn, &Event::new(Action::AccessKeyDeleted, &id))
    })
}

/// Whether this is an active key of `holder` with this secret.
///
/// # Errors
/// Failures of the database, and of opening the secret.
pub fn is_held(
    ctx: &Context,
    _operator: &Operator,
    holder: &KeyHolder,
    id: &AccessKeyId,
    secret: &Secret,
) -> Result<bool, Error> {
    let found = ctx.store.read(|conn| access_key::find(conn, id))?;
    let active = found.filter(|(key, _)| key.holder == *holder && key.status == Activity::Active);
    let Some((key, sealed)) = active else { return Ok(false) };
    Ok(rpc_caller::open(ctx, &key.id, &sealed)?.expose() == secret.expose())
}
