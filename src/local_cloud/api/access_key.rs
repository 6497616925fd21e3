//! RAM 2015-05-01 and IMS 2019-08-15: access keys, of users and of the account itself. Whoever names no
//! user speaks of its own keys.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::setting::{self, SecurityPreference};
use crate::local_cloud::store::access_key::{self, AccessKeyRow, Holder};
use crate::local_cloud::store::user::UserRow;
use crate::local_cloud::{name, rules};

use super::face::{Face, named_or_own};
use super::invocation::{Invocation, Outcome, date};
use super::permission::{may_change_user, may_reach_user};

const STATUS: &[&str] = &["Active", "Inactive"];

/// `CreateAccessKey`: the one answer that holds the secret.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = holder(call, connection, "CreateAccessKey")?;
    if let Some(user) = &user {
        may_change_user(call.identity, user)?;
    }
    let held = keys(call, connection, user.as_ref())?;
    if i64::try_from(held.len()).unwrap_or(i64::MAX) >= rules::ACCESS_KEYS_PER_HOLDER {
        let (limit, of) = (rules::ACCESS_KEYS_PER_HOLDER, "access keys of one holder");
        return Err(Refusal::Limit { code: "LimitExceeded.User.AccessKey", limit, of });
    }
    let id = name::access_key_id(&call.cloud.random)?;
    let secret = name::access_key_secret(&call.cloud.random)?;
    let row = AccessKeyRow {
        sealed_secret: call.cloud.seal_secret(&id, &secret)?,
        id,
        account_id: call.account().to_string(),
        holder: if user.is_some() { "User" } else { "Account" }.to_owned(),
        service: None,
        user_id: user.map(|user| user.id),
        status: "Active".to_owned(),
        last_used_at: None,
        last_used_service: None,
        created_at: call.now.millis(),
        updated_at: call.now.millis(),
    };
    access_key::insert(connection, &row)?;
    Ok(json!({"AccessKey": {
        "AccessKeyId": row.id,
        "AccessKeySecret": secret.expose(),
        "Status": row.status,
        "CreateDate": date(row.created_at),
    }}))
}

/// `ListAccessKeys`.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = holder(call, connection, "ListAccessKeys")?;
    let item = |row: &AccessKeyRow| {
        let mut item = json!({
            "AccessKeyId": row.id,
            "Status": row.status,
            "CreateDate": date(row.created_at),
        });
        if let (Face::Ims, Some(members)) = (call.face(), item.as_object_mut()) {
            members.insert("UpdateDate".to_owned(), date(row.updated_at).into());
        }
        item
    };
    let keys: Vec<Value> = keys(call, connection, user.as_ref())?.iter().map(item).collect();
    Ok(json!({"AccessKeys": {"AccessKey": keys}}))
}

/// `UpdateAccessKey`: switches a key on or off. The keys of a user that CloudSSO keeps stay in reach of
/// whoever administers the account, since CloudSSO switches them off and never on; not of the user itself,
/// or one key that is left would bring the other back.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let (user, row) = named(call, connection, "UpdateAccessKey")?;
    call.parameters.required("Status")?;
    let status = call.parameters.choice("Status", STATUS)?.unwrap_or("Inactive");
    let own = |user: &UserRow| call.identity.ram_user().is_some_and(|caller| caller.id == user.id);
    if let Some(user) = user.filter(own).filter(|_| status == "Active") {
        may_change_user(call.identity, &user)?;
    }
    access_key::update_status(connection, &row.id, status, call.now.millis())?;
    Ok(json!({}))
}

/// `DeleteAccessKey`. The account's own last key stays, since nobody could enter the account without.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let (user, row) = named(call, connection, "DeleteAccessKey")?;
    if user.is_none() && keys(call, connection, None)?.len() < 2 {
        return Err(Refusal::InUse {
            code: "DeleteConflict.Account.AccessKey",
            reason: "The account's last access key cannot be deleted: nobody could enter the account.",
        });
    }
    access_key::delete(connection, &row.id)?;
    Ok(json!({}))
}

/// `GetAccessKeyLastUsed`, to the minute; empty for a key that was never used.
pub(crate) fn last_used(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let (_user, row) = named(call, connection, "GetAccessKeyLastUsed")?;
    let mut answer = json!({"LastUsedDate": row.last_used_at.map(date).unwrap_or_default()});
    if let (Face::Ims, Some(members)) = (call.face(), answer.as_object_mut()) {
        members.insert("ServiceName".to_owned(), row.last_used_service.unwrap_or_default().into());
    }
    Ok(json!({"AccessKeyLastUsed": answer}))
}

/// Whose keys a call is about, if the caller may do `action` with them; `None` is the account itself.
fn holder(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<Option<UserRow>, Refusal> {
    let preference: SecurityPreference = setting::read(connection, call.account().as_str())?;
    let Some(named) = named_or_own(call, connection)? else { return Ok(None) };
    let right = (action, preference.allow_user_to_manage_access_keys);
    let user = named.authorised_or_own(call, connection, right)?;
    Ok(Some(user))
}

fn keys(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    user: Option<&UserRow>,
) -> Result<Vec<AccessKeyRow>, Refusal> {
    let holder = user.map_or(Holder::Account(call.account().as_str()), |user| Holder::User(&user.id));
    Ok(access_key::list_of(connection, holder)?)
}

/// The key that `UserAccessKeyId` names among those of the holder.
fn named(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
) -> Result<(Option<UserRow>, AccessKeyRow), Refusal> {
    let user = holder(call, connection, action)?;
    if let Some(user) = user.as_ref().filter(|_| action != "GetAccessKeyLastUsed") {
        may_reach_user(call.identity, user)?;
    }
    let id = call.parameters.required("UserAccessKeyId")?;
    let keys = keys(call, connection, user.as_ref())?;
    let row = keys.into_iter().find(|row| row.id == id);
    Ok((user, row.ok_or_else(|| Refusal::missing(Entity::AccessKey, id))?))
}
