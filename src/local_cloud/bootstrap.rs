//! What the first start makes: the management account, the resource directory with its root folder,
//! the account's own access key and the service credential of CloudSSO; and an account outside of the
//! directory with a key of its own, so that there is somebody to invite. The management account and each
//! member begin with the same roles.

use diesel::{QueryResult, SqliteConnection};
use serde_json::{Value, json};

use crate::base::{AccountId, Timestamp, fold};
use crate::crypto::{self, Random, SealingKey};
use crate::rpc::AccessKey;

use super::error::Error;
use super::store::access_key::{self, AccessKeyRow};
use super::store::account::{self, AccountRow, DirectoryRow};
use super::store::attachment::{self, AttachmentRow};
use super::store::control_policy;
use super::store::folder::{self, FolderRow};
use super::store::role::{self, RoleRow};
use super::{cloud, name, rules};

/// The account's security preference until somebody sets another: console sessions of 6 hours.
pub(crate) const CONSOLE_SESSION_SECONDS: i64 = 6 * 3600;
const MANAGEMENT_DISPLAY_NAME: &str = "Management account";
/// The logon name of the account that is outside of the directory until it is invited.
const INDEPENDENT_NAME: &str = "independent@example.com";
const INDEPENDENT_DISPLAY_NAME: &str = "Independent account";

/// What the first start made, and every later start finds again.
pub(super) struct Founded {
    pub(super) management_account: AccountId,
    /// The account's own name, by which its owner signs in.
    pub(super) management_name: String,
    pub(super) owner: AccessKey,
    pub(super) service: AccessKey,
    pub(super) independent_account: AccountId,
    pub(super) independent_name: String,
    pub(super) independent_owner: AccessKey,
}

/// Makes it, or finds it.
pub(super) fn found(
    connection: &mut SqliteConnection,
    sealing: &SealingKey,
    random: &Random,
    now: Timestamp,
) -> Result<Founded, Error> {
    let directory = match account::directory(connection)? {
        Some(directory) => directory,
        None => create(connection, sealing, random, now)?,
    };
    let independent = match account::find_by_name(connection, INDEPENDENT_NAME)? {
        Some(account) => account,
        None => create_independent(connection, sealing, random, (&directory, now))?,
    };
    let parse = |id: &str| AccountId::parse(id).ok_or(Error::Corrupt("account id"));
    let id = directory.management_account_id;
    let management_account = parse(&id)?;
    let management = account::find(connection, &id)?.ok_or(Error::Corrupt("management account"))?;
    Ok(Founded {
        management_name: management.name,
        independent_account: parse(&independent.id)?,
        independent_owner: key_of(connection, sealing, &independent.id, "Account")?,
        independent_name: independent.name,
        owner: key_of(connection, sealing, &id, "Account")?,
        service: key_of(connection, sealing, &id, "Service")?,
        management_account,
    })
}

fn create(
    connection: &mut SqliteConnection,
    sealing: &SealingKey,
    random: &Random,
    now: Timestamp,
) -> Result<DirectoryRow, Error> {
    let millis = now.millis();
    let root = name::root_folder_id(random)?;
    folder::insert(
        connection,
        &FolderRow {
            id: root.clone(),
            parent_id: None,
            name: "Root".to_owned(),
            name_key: "root".to_owned(),
            depth: 0,
            created_at: millis,
        },
    )?;
    let directory_id = name::directory_id(random)?;
    let account = AccountRow {
        id: name::account_id(random)?,
        folder_id: root.clone(),
        kind: "Management".to_owned(),
        name: format!("management@{directory_id}.aliyunid.com"),
        display_name: MANAGEMENT_DISPLAY_NAME.to_owned(),
        display_name_key: fold(MANAGEMENT_DISPLAY_NAME),
        join_method: "created".to_owned(),
        status: "CreateSuccess".to_owned(),
        console_session_seconds: CONSOLE_SESSION_SECONDS,
        created_at: millis,
        updated_at: millis,
        is_member: true,
        joined_at: None,
        payer_account_id: None,
    };
    account::insert(connection, &account)?;
    service_role::<Error>(connection, random, &account.id, now)?;
    let directory = DirectoryRow {
        id: directory_id,
        root_folder_id: root,
        management_account_id: account.id.clone(),
        created_at: millis,
        control_policy_enabled: false,
        member_deletion_enabled: false,
        display_name_sync_enabled: false,
    };
    account::insert_directory(connection, &directory)?;
    control_policy::attach(connection, rules::FULL_ACCESS, (&directory.root_folder_id, millis))?;
    create_key(connection, sealing, random, (&account, None))?;
    create_key(connection, sealing, random, (&account, Some(rules::CLOUDSSO_SERVICE)))?;
    Ok(directory)
}

/// An account of somebody else, with its owner's key: it belongs to no directory until it is invited
/// and accepts.
fn create_independent(
    connection: &mut SqliteConnection,
    sealing: &SealingKey,
    random: &Random,
    (directory, now): (&DirectoryRow, Timestamp),
) -> Result<AccountRow, Error> {
    let account = AccountRow {
        id: name::account_id(random)?,
        folder_id: directory.root_folder_id.clone(),
        kind: "CloudAccount".to_owned(),
        name: INDEPENDENT_NAME.to_owned(),
        display_name: INDEPENDENT_DISPLAY_NAME.to_owned(),
        display_name_key: fold(INDEPENDENT_DISPLAY_NAME),
        join_method: "invited".to_owned(),
        status: "Removed".to_owned(),
        console_session_seconds: CONSOLE_SESSION_SECONDS,
        created_at: now.millis(),
        updated_at: now.millis(),
        is_member: false,
        joined_at: None,
        payer_account_id: None,
    };
    account::insert(connection, &account)?;
    create_key(connection, sealing, random, (&account, None))?;
    Ok(account)
}

/// A key of the account's owner, or of a service in it.
fn create_key(
    connection: &mut SqliteConnection,
    sealing: &SealingKey,
    random: &Random,
    (account, service): (&AccountRow, Option<&str>),
) -> Result<(), Error> {
    let id = name::access_key_id(random)?;
    let secret = name::access_key_secret(random)?;
    let row = AccessKeyRow {
        sealed_secret: cloud::seal_secret(sealing, random, &id, &secret)?,
        id,
        account_id: account.id.clone(),
        holder: if service.is_some() { "Service" } else { "Account" }.to_owned(),
        service: service.map(str::to_owned),
        user_id: None,
        status: "Active".to_owned(),
        last_used_at: None,
        last_used_service: None,
        created_at: account.created_at,
        updated_at: account.created_at,
    };
    Ok(access_key::insert(connection, &row)?)
}

fn key_of(
    connection: &mut SqliteConnection,
    sealing: &SealingKey,
    account_id: &str,
    holder: &str,
) -> Result<AccessKey, Error> {
    let row = access_key::first_of(connection, account_id, holder)?
        .ok_or(Error::Corrupt("access key of the management account"))?;
    let plain = cloud::open_secret(sealing, &row.id, &row.sealed_secret)?;
    Ok(AccessKey { id: row.id, secret: plain, security_token: None })
}

/// The role by which CloudSSO works in an account.
pub(crate) fn service_role<E>(
    connection: &mut SqliteConnection,
    random: &Random,
    account_id: &str,
    now: Timestamp,
) -> Result<(), E>
where
    E: From<crypto::Error> + From<diesel::result::Error>,
{
    let role = NewRole {
        name: rules::CLOUDSSO_ROLE,
        description: "CloudSSO works in this account by this role.",
        principal: json!({"Service": [rules::CLOUDSSO_SERVICE]}),
        policy: rules::CLOUDSSO_ROLE_POLICY,
    };
    insert(connection, role.row(name::role_id(random)?, account_id, now), role.policy)?;
    Ok(())
}

/// The role by which the management account enters a member.
pub(crate) fn member_access_role<E>(
    connection: &mut SqliteConnection,
    random: &Random,
    member: &AccountRow,
    management_account_id: &str,
) -> Result<(), E>
where
    E: From<crypto::Error> + From<diesel::result::Error>,
{
    let role = NewRole {
        name: rules::MEMBER_ACCESS_ROLE,
        description: "The management account enters this member by this role.",
        principal: json!({"RAM": [format!("acs:ram::{management_account_id}:root")]}),
        policy: "AdministratorAccess",
    };
    let now = Timestamp::from_millis(member.joined_at.unwrap_or(member.created_at));
    insert(connection, role.row(name::role_id(random)?, &member.id, now), role.policy)?;
    Ok(())
}

struct NewRole {
    name: &'static str,
    description: &'static str,
    principal: Value,
    policy: &'static str,
}

impl NewRole {
    fn row(&self, id: String, account_id: &str, now: Timestamp) -> RoleRow {
        let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": self.principal});
        RoleRow {
            id,
            account_id: account_id.to_owned(),
            name: self.name.to_owned(),
            name_key: fold(self.name),
            description: self.description.to_owned(),
            trust_policy: json!({"Version": "1", "Statement": [statement]}).to_string(),
            max_session_seconds: rules::DEFAULT_SESSION,
            created_at: now.millis(),
            updated_at: now.millis(),
            allow_console_login: true,
        }
    }
}

fn insert(connection: &mut SqliteConnection, row: RoleRow, policy_name: &str) -> QueryResult<()> {
    role::insert(connection, &row)?;
    let held = AttachmentRow {
        holder_kind: "Role".to_owned(),
        policy_type: "System".to_owned(),
        policy_name: policy_name.to_owned(),
        policy_name_key: fold(policy_name),
        policy_id: None,
        attached_at: row.created_at,
        holder_id: row.id,
    };
    attachment::insert(connection, &held)
}
