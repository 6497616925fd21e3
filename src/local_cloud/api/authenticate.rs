//! Who signed a call: finds the key, verifies the signature, and lets each nonce pass once.

use crate::base::{AccountId, Secret, Timestamp};
use crate::crypto::{hash, token};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::identity::{Identity, IdentityKind, RoleSession};
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::{self, access_key, temporary_credential};
use crate::rpc::{Call, Credential, VerifiedCall};

/// Authenticates `call`.
///
/// The signature comes before the nonce and before everything that depends on the key's state, so
/// that whoever does not hold the secret learns nothing and uses nothing up.
pub(crate) fn authenticate(
    cloud: &Cloud,
    call: Call,
    now: Timestamp,
) -> Result<(Identity, VerifiedCall), Refusal> {
    let claimed = match call.credential() {
        Some(credential) => claimed(cloud, &credential)?,
        None => return Err(Refusal::Envelope(crate::rpc::Error::Unsigned)),
    };
    let call = call.verify(&claimed.secret, now)?;
    if now >= claimed.expires_at.unwrap_or(Timestamp::from_millis(i64::MAX)) {
        return Err(Refusal::SecurityTokenExpired);
    }
    if !claimed.is_active {
        return Err(Refusal::AccessKeyInactive);
    }
    if !cloud.store.use_nonce(call.access_key_id(), call.nonce(), now, call.acceptable_until())? {
        return Err(Refusal::NonceUsed);
    }
    Ok((claimed.identity, call))
}

/// What a key stands for, once its signature is verified.
struct Claimed {
    identity: Identity,
    secret: Secret,
    is_active: bool,
    expires_at: Option<Timestamp>,
}

fn claimed(cloud: &Cloud, credential: &Credential<'_>) -> Result<Claimed, Refusal> {
    if credential.access_key_id.starts_with("STS.") {
        temporary(cloud, credential)
    } else {
        lasting(cloud, credential)
    }
}

fn lasting(cloud: &Cloud, credential: &Credential<'_>) -> Result<Claimed, Refusal> {
    if credential.security_token.is_some() {
        return Err(Refusal::SecurityTokenMalformed);
    }
    let row = cloud.store.read::<_, Refusal>(|connection| {
        let row = access_key::find(connection, credential.access_key_id)?;
        let row = row.ok_or(Refusal::AccessKeyUnknown)?;
        match store::account::find(connection, &row.account_id)? {
            Some(account) if !account.is_deleted() => Ok(row),
            _ => Err(Refusal::AccessKeyUnknown),
        }
    })?;
    let kind = match row.service {
        Some(principal) => IdentityKind::Service { principal },
        None => IdentityKind::Owner,
    };
    Ok(Claimed {
        identity: Identity { account: account(&row.account_id)?, kind },
        secret: cloud.open_secret(&row.id, &row.sealed_secret)?,
        is_active: row.status == "Active",
        expires_at: None,
    })
}

fn temporary(cloud: &Cloud, credential: &Credential<'_>) -> Result<Claimed, Refusal> {
    let given = credential.security_token.ok_or(Refusal::SecurityTokenMalformed)?;
    let (row, role) = cloud.store.read::<_, Refusal>(|connection| {
        temporary_credential::find(connection, credential.access_key_id)?.ok_or(Refusal::AccessKeyUnknown)
    })?;
    if !hash::equal(token::digest(given.expose()).as_bytes(), row.token_digest.as_bytes()) {
        return Err(Refusal::SecurityTokenMalformed);
    }
    let account = account(&role.account_id)?;
    let session = RoleSession {
        role,
        session_name: row.session_name,
        session_policy: row.session_policy,
        source_identity: row.source_identity,
    };
    Ok(Claimed {
        identity: Identity { account, kind: IdentityKind::RoleSession(Box::new(session)) },
        secret: cloud.open_secret(&row.access_key_id, &row.sealed_secret)?,
        is_active: true,
        expires_at: Some(Timestamp::from_millis(row.expires_at)),
    })
}

fn account(id: &str) -> Result<AccountId, Refusal> {
    AccountId::parse(id).ok_or_else(|| Refusal::Internal(format!("stored account id {id:?}")))
}
