//! A user's sign-in to the console: whether there is one, its password, and what the next sign-in asks for.

use serde::Deserialize;

use crate::base::Secret;
use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::address;
use super::super::credential::{self, Credential};
use super::super::password_choice;

/// A login profile as IMS shows it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct LoginProfile {
    pub(super) status: String,
    pub(super) password_status: String,
    pub(super) password_reset_required: bool,
    #[serde(rename = "MFABindRequired")]
    pub(super) mfa_bind_required: bool,
}

impl LoginProfile {
    pub(super) fn is_active(&self) -> bool {
        self.status == "Active"
    }
}

pub(super) fn find(desk: &Desk<'_>, principal_name: &str) -> Result<Option<LoginProfile>, Refusal> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Answer {
        login_profile: LoginProfile,
    }
    let found: Option<Answer> =
        desk.find((IMS, "GetLoginProfile"), &[("UserPrincipalName", principal_name)])?;
    Ok(found.map(|answer| answer.login_profile))
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    with_password(desk, visit, "CreateLoginProfile")
}

pub(super) fn set_password(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    with_password(desk, visit, "UpdateLoginProfile")
}

/// What sets a password: one that is drawn is shown once.
fn with_password(desk: &Desk<'_>, visit: &Visit, action: &str) -> Result<Done, Refusal> {
    let principal_name = super::principal_name(desk, visit)?;
    let asked = password_choice::parameters(desk, visit, super::name(visit))?;
    let mut parameters: Vec<_> =
        asked.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    parameters.push(("UserPrincipalName", &principal_name));
    desk.use_up(visit)?;
    desk.call(IMS, action, &parameters)?;
    let Some(password) = asked.drawn else { return Ok(Done::Here) };
    shown_once(desk, visit, principal_name.clone(), password)
}

fn shown_once(desk: &Desk<'_>, visit: &Visit, logon_name: String, password: Secret) -> Result<Done, Refusal> {
    let credential = Credential {
        href: address::user(super::name(visit)),
        logon_name,
        has_console: true,
        password: Some(password),
        access_key: None,
    };
    credential::shown_once(desk, visit, "The password was generated", credential)
}

pub(super) fn update(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let principal_name = super::principal_name(desk, visit)?;
    let flag = |field: &str| visit.is_ticked(field).to_string();
    let (reset, mfa) = (flag("reset_required"), flag("mfa_required"));
    let parameters = [
        ("UserPrincipalName", principal_name.as_str()),
        ("Status", if visit.is_ticked("is_active") { "Active" } else { "Inactive" }),
        ("PasswordResetRequired", &reset),
        ("MFABindRequired", &mfa),
    ];
    desk.call(IMS, "UpdateLoginProfile", &parameters)?;
    Ok(Done::Here)
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let principal_name = super::principal_name(desk, visit)?;
    desk.call(IMS, "DeleteLoginProfile", &[("UserPrincipalName", &principal_name)])?;
    Ok(Done::Here)
}
