//! The virtual MFA devices of an account: to whom each is bound, a page at a time.

use askama::Template;
use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Frame, Page, Visit, path, render};

/// Devices on a page.
const PAGE: &str = "50";

#[derive(Template)]
#[template(path = "local_cloud/ram/settings/mfa_devices.html")]
struct MfaDevicesPage {
    frame: Frame,
    devices: Vec<Device>,
    /// The query of the next page, where there is one.
    next: Option<String>,
    /// Whether this is not the first page.
    is_later: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    #[serde(rename = "VirtualMFADevices")]
    devices: Devices,
    marker: Option<String>,
}

#[derive(Deserialize)]
struct Devices {
    #[serde(rename = "VirtualMFADevice")]
    device: Vec<Device>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Device {
    serial_number: String,
    activate_date: String,
    user: Option<Holder>,
}

/// Whom a device is bound to.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Holder {
    user_principal_name: String,
    display_name: String,
    provision_type: String,
}

impl Device {
    fn name(&self) -> &str {
        self.serial_number.rsplit_once(":mfa/").map_or(&self.serial_number, |(_, name)| name)
    }
}

impl Holder {
    fn href(&self) -> String {
        path(["ram", "users", self.user_principal_name.split('@').next().unwrap_or_default()])
    }

    /// Whether CloudSSO keeps the user, so that nobody else touches the device.
    fn is_locked(&self) -> bool {
        self.provision_type == "CloudSSO"
    }
}

pub(super) fn show(desk: &Desk<'_>, visit: &Visit) -> Result<Page, Refusal> {
    let marker = visit.asked("marker");
    let answer: Answer =
        desk.ask((IMS, "ListVirtualMFADevices"), &[("MaxItems", PAGE), ("Marker", marker)])?;
    let query = |marker: String| {
        url::form_urlencoded::Serializer::new(String::new()).append_pair("marker", &marker).finish()
    };
    render(&MfaDevicesPage {
        frame: Frame::new(desk, visit)?,
        devices: answer.devices.device,
        next: answer.marker.map(query),
        is_later: !marker.is_empty(),
    })
}

pub(super) fn unbind(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.call(IMS, "UnbindMFADevice", &[("UserPrincipalName", visit.given("user"))])?;
    Ok(Done::Here)
}

pub(super) fn disable(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.call(IMS, "DisableVirtualMFA", &[("UserPrincipalName", visit.given("user"))])?;
    Ok(Done::Here)
}

pub(super) fn delete(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.call(IMS, "DeleteVirtualMFADevice", &[("SerialNumber", visit.given("serial_number"))])?;
    Ok(Done::Here)
}
