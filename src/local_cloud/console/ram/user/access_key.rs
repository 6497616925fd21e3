//! A user's access keys: two at most, the secret of each shown once.

use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::address;
use super::super::credential::{self, Credential, KeyAnswer};

/// A key as the page shows it.
pub(super) struct AccessKey {
    pub(super) id: String,
    pub(super) is_active: bool,
    pub(super) created: String,
    /// When and for which service it was used last; empty for never.
    pub(super) last_used: String,
    pub(super) last_service: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Keys {
    access_keys: KeyList,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct KeyList {
    access_key: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Key {
    access_key_id: String,
    status: String,
    create_date: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Used {
    access_key_last_used: LastUsed,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LastUsed {
    last_used_date: String,
    service_name: String,
}

pub(super) fn list(desk: &Desk<'_>, principal_name: &str) -> Result<Vec<AccessKey>, Refusal> {
    let user = ("UserPrincipalName", principal_name);
    let keys: Keys = desk.ask((IMS, "ListAccessKeys"), &[user])?;
    let key = |key: Key| {
        let named = [user, ("UserAccessKeyId", key.access_key_id.as_str())];
        let used: Used = desk.ask((IMS, "GetAccessKeyLastUsed"), &named)?;
        Ok(AccessKey {
            id: key.access_key_id,
            is_active: key.status == "Active",
            created: key.create_date,
            last_used: used.access_key_last_used.last_used_date,
            last_service: used.access_key_last_used.service_name,
        })
    };
    keys.access_keys.access_key.into_iter().map(key).collect()
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        access_key: KeyAnswer,
    }
    let logon_name = super::principal_name(desk, visit)?;
    desk.use_up(visit)?;
    let answer: Answer = desk.ask((IMS, "CreateAccessKey"), &[("UserPrincipalName", &logon_name)])?;
    let credential = Credential {
        href: address::user(super::name(visit)),
        logon_name,
        has_console: false,
        password: None,
        access_key: Some(answer.access_key.into()),
    };
    credential::shown_once(desk, visit, "The AccessKey was created", credential)
}

pub(super) fn set_status(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = super::principal_name(desk, visit)?;
    let parameters = [
        ("UserPrincipalName", name.as_str()),
        ("UserAccessKeyId", visit.given("access_key_id")),
        ("Status", visit.given("status")),
    ];
    desk.call(IMS, "UpdateAccessKey", &parameters)?;
    Ok(Done::Here)
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = super::principal_name(desk, visit)?;
    let parameters =
        [("UserPrincipalName", name.as_str()), ("UserAccessKeyId", visit.given("access_key_id"))];
    desk.call(IMS, "DeleteAccessKey", &parameters)?;
    Ok(Done::Here)
}
