//! A user's access keys: two at most, the secret of each shown once.

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::address;
use super::super::credential::{self, Credential, KeyAnswer};

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let logon_name = super::principal_name(desk, visit)?;
    desk.use_up(visit)?;
    let parameters = [("UserPrincipalName", logon_name.as_str())];
    let key: KeyAnswer = desk.ask_for((IMS, "CreateAccessKey"), &parameters, &["AccessKey"])?;
    let credential = Credential {
        href: address::user(super::name(visit)),
        logon_name,
        has_console: false,
        password: None,
        access_key: Some(key.into()),
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
