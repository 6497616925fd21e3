//! Who signed a call of the OpenAPI: finds the key, verifies the signature, lets each nonce pass once.

use std::net::IpAddr;

use crate::base::{AccessKeyId, Secret};
use crate::domain::{self, AccessKey, Activity, KeyHolder, Kind, MachineIdentity, Status};
use crate::rpc::{self, Call, VerifiedCall};
use crate::storage::event::Origin;
use crate::storage::{self, Conn, access_key, administrator, machine_identity};

use super::throttle::{self, Key};
use super::{Context, Error, Visit};

/// Proof that a call was signed by the holder of an active AccessKey, just now and for the first time.
/// It says who calls and nothing of what they may do; [`authorise`](super::authorisation::authorise) does.
#[derive(Clone, Debug)]
pub struct RpcCaller {
    holder: Holder,
    origin: Origin,
    address: IpAddr,
}

/// Whose key signed.
#[derive(Clone, Debug)]
pub(super) enum Holder {
    Administrator,
    Machine(MachineIdentity),
}

impl RpcCaller {
    pub(super) fn holder(&self) -> &Holder {
        &self.holder
    }

    pub(super) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(super) fn address(&self) -> IpAddr {
        self.address
    }
}

struct Claimed {
    key: AccessKey,
    sealed_secret: String,
    /// `None` when the holder is gone or may not act.
    holder: Option<Holder>,
}

/// Verifies who signed `call`.
///
/// The signature comes before the nonce and before everything that depends on the key's state, so that
/// whoever does not hold the secret learns nothing and uses nothing up. Unknown keys and wrong signatures
/// count as failures of the client's network.
///
/// # Errors
/// [`Error::Rpc`] for a signature that is absent, malformed, wrong or too old; [`Error::Refused`] for an
/// unknown or inactive key and a nonce used before; [`Error::Throttled`] after too many failures.
pub fn authenticate(ctx: &Context, visit: &Visit, call: Call) -> Result<(RpcCaller, VerifiedCall), Error> {
    let Some(credential) = call.credential() else { return Err(rpc::Error::Unsigned.into()) };
    if credential.security_token.is_some() {
        let message = "keys of this service are lasting and have no security token";
        return Err(domain::Error::new(Kind::Invalid, "InvalidSecurityToken.Malformed", message).into());
    }
    let now = ctx.now();
    let keys = Key::of_rpc(visit.address);
    let id = AccessKeyId::parse(credential.access_key_id);
    let claimed = ctx.store.read(|conn| {
        throttle::check(conn, &keys, now)?;
        id.as_ref().map_or(Ok(None), |id| find(conn, id))
    })?;
    let Some(claimed) = claimed else {
        count(ctx, keys)?;
        let message = "Specified access key is not found.";
        return Err(domain::Error::new(Kind::Missing, "InvalidAccessKeyId.NotFound", message).into());
    };
    let secret = open(ctx, &claimed.key.id, &claimed.sealed_secret)?;
    let call = match call.verify(&secret, now) {
        Err(error @ rpc::Error::SignatureDoesNotMatch) => {
            count(ctx, keys)?;
            return Err(error.into());
        }
        outcome => outcome?,
    };
    let Some(holder) = claimed.holder.filter(|_| claimed.key.status == Activity::Active) else {
        let message = "Specified access key is disabled, or its holder is.";
        return Err(domain::Error::new(Kind::Denied, "InvalidAccessKeyId.Inactive", message).into());
    };
    use_up(ctx, &claimed.key.id, &call)?;
    let origin = visit.origin(&claimed.key.holder);
    Ok((RpcCaller { holder, origin, address: visit.address }, call))
}

fn find(conn: &mut Conn, id: &AccessKeyId) -> Result<Option<Claimed>, Error> {
    let Some((key, sealed_secret)) = access_key::find(conn, id)? else { return Ok(None) };
    let holder = match &key.holder {
        KeyHolder::Administrator(id) => administrator::find(conn, id)?
            .filter(|administrator| administrator.status == Status::Enabled)
            .map(|_| Holder::Administrator),
        KeyHolder::Machine(id) => machine_identity::find(conn, id)?
            .filter(|machine| machine.status == Activity::Active)
            .map(Holder::Machine),
    };
    Ok(Some(Claimed { key, sealed_secret, holder }))
}

/// The secret of a key, opened.
pub(super) fn open(ctx: &Context, id: &AccessKeyId, sealed: &str) -> Result<Secret, Error> {
    let plain = ctx.sealing_key.open(&purpose(id), sealed)?;
    let text = std::str::from_utf8(&plain).map_err(|_ignored| crate::crypto::Error::Unsealable)?;
    Ok(Secret::new(text))
}

/// What the secret of a key is sealed for.
pub(super) fn purpose(id: &AccessKeyId) -> String {
    format!("access_key:{id}")
}

fn use_up(ctx: &Context, id: &AccessKeyId, call: &VerifiedCall) -> Result<(), Error> {
    let (id, nonce, until, now) = (id.clone(), call.nonce().to_owned(), call.acceptable_until(), ctx.now());
    ctx.store.write(move |conn| {
        access_key::consume_nonce(conn, &id, &nonce, until).map_err(|error| match error {
            storage::Error::Duplicate(_) => {
                let message = "Specified signature nonce was used already.";
                Error::from(domain::Error::new(Kind::Invalid, "SignatureNonceUsed", message))
            }
            error => error.into(),
        })?;
        Ok(access_key::touch(conn, &id, now)?)
    })
}

fn count(ctx: &Context, keys: Vec<Key>) -> Result<(), Error> {
    let now = ctx.now();
    ctx.store.write(move |conn| throttle::reserve(conn, &keys, now))
}
