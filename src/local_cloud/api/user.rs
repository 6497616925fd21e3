//! RAM 2015-05-01 and IMS 2019-08-15: RAM users.

use diesel::SqliteConnection;
use serde_json::{Map, Value, json};

use crate::base::fold;
use crate::local_cloud::identity::user_arn;
use crate::local_cloud::logon_name::{default_domain, principal_name};
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::store::access_key::{self, Holder};
use crate::local_cloud::store::user::{self, UserChanges, UserQuery, UserRow};
use crate::local_cloud::store::{attachment, group, login_profile, mfa_device, tag as tags};
use crate::local_cloud::{name, rules};

use super::face::{Face, NamedUser, look_up, user_name};
use super::invocation::{Invocation, MarkerPage, Outcome, date};
use super::permission::{authorise, may_change_user};
use super::tag::{self, Filter};
use super::{orphan, user_tag};

const COMMENTS: std::ops::RangeInclusive<usize> = 1..=128;
const MOBILE_PHONE: &str = "<country code>-<number>, in digits";

/// `CreateUser`. A user that CloudSSO makes is provisioned by CloudSSO, every other is manual.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let parameter = call.face().user_parameter();
    let text = call.parameters.required(parameter)?;
    let name = user_name(call, connection, parameter, text)?;
    let name = name.ok_or_else(|| {
        Refusal::parameter(parameter, Flaw::Value, "a name in the account's default domain")
    })?;
    authorise(call, connection, &call.action("CreateUser"), &user_arn(call.account(), &name))?;
    let display_name = match (call.face(), display_name(call, "DisplayName")?) {
        (Face::Ims, None) => return Err(rpc_missing("DisplayName")),
        (_, given) => given.unwrap_or(&name).to_owned(),
    };
    let tags = tag::given(call.parameters, user_tag::VALUES)?;
    let account = call.account().as_str();
    if user::find(connection, account, &fold(&name))?.is_some() {
        return Err(Refusal::exists(Entity::User, text));
    }
    if user::count(connection, account)? >= rules::USERS_PER_ACCOUNT {
        let limit = rules::USERS_PER_ACCOUNT;
        return Err(Refusal::Limit { code: "LimitExceeded.User", limit, of: "users of one account" });
    }
    let is_cloudsso = call.identity.is_in_role(rules::CLOUDSSO_ROLE);
    let row = UserRow {
        id: name::user_id(&call.cloud.random)?,
        account_id: account.to_owned(),
        name_key: fold(&name),
        display_name,
        email: email(call, "Email")?.unwrap_or_default().to_owned(),
        mobile_phone: mobile_phone(call, "MobilePhone")?.unwrap_or_default().to_owned(),
        comments: call.text("Comments", COMMENTS)?.to_owned(),
        provision_type: if is_cloudsso { rules::PROVISIONED } else { "Manual" }.to_owned(),
        last_login_at: None,
        created_at: call.now.millis(),
        updated_at: call.now.millis(),
        orphaned_at: None,
        owner_id: None,
        name,
    };
    user::insert(connection, &row)?;
    tag::bind(connection, user_tag::bearer(&row), &tags)?;
    Ok(json!({"User": answer(call, connection, &row)?}))
}

/// `GetUser`; IMS finds it by its id or one of its access keys too.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = identified(call, connection, ("GetUser", &["UserAccessKeyId"]))?;
    let mut user = answer(call, connection, &row)?;
    if let Some(members) = user.as_object_mut() {
        members.insert("UserName".to_owned(), row.name.into());
    }
    Ok(json!({"User": user}))
}

/// `UpdateUser`. CloudSSO, and nobody else, may give `ProvisionType` too: `CloudSSO` takes a user over,
/// `Manual` lets it go.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = identified(call, connection, ("UpdateUser", &[]))?;
    let provision_type = provision_type(call)?;
    if provision_type != Some(rules::PROVISIONED) {
        may_change_user(call.identity, &row)?;
    }
    let new_name = new_name(call, connection)?;
    if let Some(new_name) = &new_name {
        let arn = user_arn(call.account(), new_name);
        authorise(call, connection, &call.action("UpdateUser"), &arn)?;
        let taken = user::find(connection, call.account().as_str(), &fold(new_name))?;
        if taken.is_some_and(|other| other.id != row.id) {
            return Err(Refusal::exists(Entity::User, new_name.as_str()));
        }
    }
    let comments = call.parameters.optional("NewComments");
    let owner = orphan::owner(call, connection, &row)?;
    let changes = UserChanges {
        name: new_name.as_deref(),
        name_key: new_name.as_deref().map(fold),
        display_name: display_name(call, "NewDisplayName")?,
        email: email(call, "NewEmail")?,
        mobile_phone: mobile_phone(call, "NewMobilePhone")?,
        comments: comments.map(|_| call.text("NewComments", COMMENTS)).transpose()?,
        orphaned_at: orphan::change(call, &row, provision_type)?,
        owner_id: owner.as_ref().map(|owner| owner.as_deref()),
        provision_type,
        updated_at: Some(call.now.millis()),
    };
    user::update(connection, &row.id, &changes)?;
    let row = user::find_by_id(connection, &row.id)?
        .ok_or_else(|| Refusal::Internal(format!("user {} vanished", row.id)))?;
    Ok(json!({"User": answer(call, connection, &row)?}))
}

/// `DeleteUser`: refused while anything hangs on it.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let row = identified(call, connection, ("DeleteUser", &[]))?;
    may_change_user(call.identity, &row)?;
    let id = row.id.as_str();
    let conflicts = [
        (
            !access_key::list_of(connection, Holder::User(id))?.is_empty(),
            "DeleteConflict.User.AccessKey",
            "The user still has access keys. Delete them before you delete the user.",
        ),
        (
            login_profile::find(connection, id)?.is_some(),
            "DeleteConflict.User.LoginProfile",
            "The user still has a login profile. Delete it before you delete the user.",
        ),
        (
            mfa_device::of_user(connection, id)?.is_some(),
            "DeleteConflict.User.MFADevice",
            "The user still has an MFA device. Unbind it before you delete the user.",
        ),
        (
            !attachment::list(connection, id)?.is_empty(),
            "DeleteConflict.User.Policy",
            "The user still holds policies. Detach them before you delete the user.",
        ),
        (
            !group::of_user(connection, id)?.is_empty(),
            "DeleteConflict.User.Group",
            "The user is still in a group. Take it out before you delete the user.",
        ),
    ];
    for (is_in_use, code, reason) in conflicts {
        if is_in_use {
            return Err(Refusal::InUse { code, reason });
        }
    }
    tags::remove_all(connection, user_tag::bearer(&row))?;
    user::delete(connection, id)?;
    Ok(json!({}))
}

/// `ListUsers`.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let unless_said = if call.face() == Face::Ims { 1000 } else { 100 };
    let (page, rows) = page(call, connection, "ListUsers", unless_said)?;
    let mut items = Vec::new();
    for row in rows {
        let mut item = answer(call, connection, &row)?;
        if let (Face::Ims, Some(members)) = (call.face(), item.as_object_mut()) {
            members.insert("Status".to_owned(), "active".into());
        }
        items.push((row.name_key, item));
    }
    Ok(page.answer(items, ("Users", "User"), |(key, _)| key.clone(), |(_, item)| item.clone()))
}

/// `ListUserBasicInfos`.
pub(crate) fn list_basic_infos(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let (page, rows) = page(call, connection, "ListUserBasicInfos", 100)?;
    let domain = default_domain(connection, call.account())?;
    let item = |row: &UserRow| {
        json!({
            "UserId": row.id,
            "UserPrincipalName": principal_name(&domain, row),
            "DisplayName": row.display_name,
            "Status": "active",
        })
    };
    Ok(page.answer(rows, ("UserBasicInfos", "UserBasicInfo"), |row| row.name_key.clone(), item))
}

/// Nobody is ever frozen here, so that a list of the frozen is empty. `QueryKeyword`, a part of a name or a
/// display name, and `Orphaned` are ours: the console searches by them.
fn page(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
    unless_said: i64,
) -> Result<(MarkerPage, Vec<UserRow>), Refusal> {
    authorise(call, connection, &call.action(action), &user_arn(call.account(), "*"))?;
    let page = MarkerPage::read_within(call.parameters, 1000, unless_said)?;
    if call.face() == Face::Ram {
        let wanted = UserQuery { after: &page.after, limit: page.rows(), ..UserQuery::default() };
        let rows = user::list(connection, call.account().as_str(), &wanted)?;
        return Ok((page, rows));
    }
    let filter = Filter::read(call.parameters)?;
    let tags = filter.clauses();
    let status = call.parameters.choice("Status", &["active", "freeze", "active,freeze"])?;
    if tags.is_empty() && status == Some("freeze") {
        return Ok((page, Vec::new()));
    }
    let keyword = call.text("QueryKeyword", 1..=128)?;
    let is_orphaned = call.parameters.boolean("Orphaned")?.unwrap_or(false);
    let wanted = UserQuery { after: &page.after, limit: page.rows(), keyword, is_orphaned, tags };
    let rows = user::list(connection, call.account().as_str(), &wanted)?;
    Ok((page, rows))
}

/// The user that a call names by exactly one of its name, its id and, where `more` says so, a key.
fn identified(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    (action, more): (&str, &[&'static str]),
) -> Result<UserRow, Refusal> {
    let given = |parameter: &str| call.parameters.optional(parameter).filter(|text| !text.is_empty());
    let mut ways = vec![call.face().user_parameter()];
    if call.face() == Face::Ims {
        ways.push("UserId");
        ways.extend(more);
    }
    ways.retain(|way| given(way).is_some());
    let named = match (ways.as_slice(), given("UserId")) {
        ([], _) => return Err(rpc_missing(call.face().user_parameter())),
        (["UserName" | "UserPrincipalName"], _) => look_up(call, connection)?,
        (["UserId"], Some(id)) => by_id(call, connection, id)?,
        (["UserAccessKeyId"], _) => {
            let key = given("UserAccessKeyId").unwrap_or_default();
            let holder = access_key::find(connection, key)?.and_then(|row| row.user_id);
            by_id(call, connection, holder.as_deref().unwrap_or("of this access key"))?
        }
        (_, _) => {
            let rule = "given alone: one parameter names the user";
            return Err(Refusal::parameter("UserId", Flaw::Value, rule));
        }
    };
    named.authorised(call, connection, action)
}

/// The user of an id in the caller's account; another account's users are not there.
fn by_id(call: &Invocation<'_>, connection: &mut SqliteConnection, id: &str) -> Result<NamedUser, Refusal> {
    let row = user::find_by_id(connection, id)?.filter(|row| row.account_id == call.account().as_str());
    Ok(NamedUser::new(call, row, "*", id))
}

fn new_name(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Result<Option<String>, Refusal> {
    let parameter = match call.face() {
        Face::Ram => "NewUserName",
        Face::Ims => "NewUserPrincipalName",
    };
    let Some(text) = call.parameters.optional(parameter).filter(|text| !text.is_empty()) else {
        return Ok(None);
    };
    let name = user_name(call, connection, parameter, text)?;
    let refusal = || Refusal::parameter(parameter, Flaw::Value, "a name in the account's default domain");
    name.ok_or_else(refusal).map(Some)
}

fn provision_type<'c>(call: &Invocation<'c>) -> Result<Option<&'c str>, Refusal> {
    if !call.identity.is_in_role(rules::CLOUDSSO_ROLE) {
        return Ok(None);
    }
    Ok(call.parameters.choice("ProvisionType", &[rules::PROVISIONED, "Manual"])?)
}

/// The SDK's models say 24 characters for IMS and 128 for RAM.
fn display_name<'c>(call: &Invocation<'c>, parameter: &'static str) -> Result<Option<&'c str>, Refusal> {
    let longest = if call.face() == Face::Ims { 24 } else { 128 };
    let given = call.parameters.optional(parameter).filter(|text| !text.is_empty());
    let checked = |text| rules::printable(parameter, rules::length(parameter, text, 1..=longest)?);
    given.map(checked).transpose()
}

/// An address, or the empty text that clears it.
fn email<'c>(call: &Invocation<'c>, parameter: &'static str) -> Result<Option<&'c str>, Refusal> {
    let Some(text) = call.parameters.optional(parameter) else { return Ok(None) };
    let parts = text.rsplit_once('@');
    let is_address = parts.is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'))
        && text.len() <= 128
        && text.chars().all(|letter| !letter.is_control() && !letter.is_whitespace());
    if text.is_empty() || is_address {
        return Ok(Some(text));
    }
    Err(Refusal::parameter(parameter, Flaw::Value, "an e-mail address of at most 128 characters"))
}

fn mobile_phone<'c>(call: &Invocation<'c>, parameter: &'static str) -> Result<Option<&'c str>, Refusal> {
    let Some(text) = call.parameters.optional(parameter) else { return Ok(None) };
    let is_digits = |part: &str, longest| {
        (1..=longest).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_number =
        text.split_once('-').is_some_and(|(code, rest)| is_digits(code, 4) && is_digits(rest, 20));
    if text.is_empty() || is_number {
        return Ok(Some(text));
    }
    Err(Refusal::parameter(parameter, Flaw::Value, MOBILE_PHONE))
}

fn rpc_missing(parameter: &str) -> Refusal {
    Refusal::Envelope(crate::rpc::Error::Missing(parameter.to_owned()))
}

/// A user as the call's face shows it.
fn answer(call: &Invocation<'_>, connection: &mut SqliteConnection, row: &UserRow) -> Outcome {
    let mut members = Map::new();
    let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
    put("UserId", row.id.as_str().into());
    put("DisplayName", row.display_name.as_str().into());
    put("Comments", row.comments.as_str().into());
    put("Email", row.email.as_str().into());
    put("MobilePhone", row.mobile_phone.as_str().into());
    put("CreateDate", date(row.created_at).into());
    put("UpdateDate", date(row.updated_at).into());
    put("LastLoginDate", row.last_login_at.map(date).unwrap_or_default().into());
    match call.face() {
        Face::Ram => {
            put("UserName", row.name.as_str().into());
        }
        Face::Ims => {
            let domain = default_domain(connection, call.account())?;
            put("UserPrincipalName", principal_name(&domain, row).into());
            put("ProvisionType", row.provision_type.as_str().into());
            put("Tags", tag::ram_answer(&tags::of(connection, user_tag::bearer(row))?));
            if let Some(since) = row.orphaned_at {
                put("OrphanedDate", date(since).into());
                let owner = row.owner_id.as_deref().map(|id| user::find_by_id(connection, id)).transpose()?;
                let owner = owner.flatten().map(|owner| principal_name(&domain, &owner));
                put("OwnerPrincipalName", owner.unwrap_or_default().into());
            }
        }
    }
    Ok(Value::Object(members))
}
