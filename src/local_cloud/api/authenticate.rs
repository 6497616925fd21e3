//! Who signed a call: finds the key, verifies the signature, and lets each nonce pass once.

use crate::base::{AccountId, Secret, Timestamp};
use crate::crypto::{hash, token};
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::identity::{Identity, IdentityKind, RoleSession};
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::store::user::{self, UserRow};
use crate::local_cloud::store::{self, access_key, temporary_credential};
use crate::rpc::{Call, Credential, VerifiedCall};

use super::version as product;

/// Milliseconds within which the use of a key is written down once.
const USE_NOTED_EVERY: i64 = 60_000;

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
    if claimed.noted_at.is_some_and(|noted| now.millis() - noted >= USE_NOTED_EVERY) {
        cloud.store.use_access_key(call.access_key_id(), service_name(call.version()), now)?;
    }
    Ok((claimed.identity, call))
}

/// What a key stands for, once its signature is verified.
struct Claimed {
    identity: Identity,
    secret: Secret,
    is_active: bool,
    expires_at: Option<Timestamp>,
    /// When the use of a lasting key was last written down; 0 where it never was.
    noted_at: Option<i64>,
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
    let kind = match (row.service, &row.user_id) {
        (Some(principal), _) => IdentityKind::Service { principal },
        (None, Some(user_id)) => IdentityKind::RamUser(Box::new(holder(cloud, user_id)?)),
        (None, None) => IdentityKind::Owner,
    };
    Ok(Claimed {
        identity: Identity { account: account(&row.account_id)?, kind, mfa_present: false },
        secret: cloud.open_secret(&row.id, &row.sealed_secret)?,
        is_active: row.status == "Active",
        expires_at: None,
        noted_at: Some(row.last_used_at.unwrap_or(0)),
    })
}

fn holder(cloud: &Cloud, user_id: &str) -> Result<UserRow, Refusal> {
    cloud.store.read(|connection| user::find_by_id(connection, user_id)?.ok_or(Refusal::AccessKeyUnknown))
}

/// The product of a version, as the last use of a key names it.
fn service_name(version: &str) -> &'static str {
    match version {
        product::STS => "Sts",
        product::RAM => "Ram",
        product::IMS => "Ims",
        _ => "ResourceManager",
    }
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
        issued_at: Timestamp::from_millis(row.issued_at),
    };
    Ok(Claimed {
        identity: Identity {
            account,
            kind: IdentityKind::RoleSession(Box::new(session)),
            mfa_present: row.mfa_present,
        },
        secret: cloud.open_secret(&row.access_key_id, &row.sealed_secret)?,
        is_active: true,
        expires_at: Some(Timestamp::from_millis(row.expires_at)),
        noted_at: None,
    })
}

fn account(id: &str) -> Result<AccountId, Refusal> {
    AccountId::parse(id).ok_or_else(|| Refusal::Internal(format!("stored account id {id:?}")))
}
