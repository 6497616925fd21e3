//! A user's MFA device. It is bound by the user, at a sign-in or on the page of its own security; here it is
//! removed, for who lost theirs.

use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Visit};

/// The serial number of the device, if there is one.
pub(super) fn find(desk: &Desk<'_>, principal_name: &str) -> Result<Option<String>, Refusal> {
    #[derive(Deserialize)]
    struct Answer {
        #[serde(rename = "MFADevice")]
        device: Option<Device>,
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Device {
        serial_number: String,
    }
    let answer: Answer = desk.ask((IMS, "GetUserMFAInfo"), &[("UserPrincipalName", principal_name)])?;
    Ok(answer.device.map(|device| device.serial_number))
}

pub(super) fn remove(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let name = super::principal_name(desk, visit)?;
    desk.call(IMS, "DisableVirtualMFA", &[("UserPrincipalName", &name)])?;
    Ok(Done::Here)
}
