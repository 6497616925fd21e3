//! One's own MFA device: made and shown once, bound by two codes, unbound.

use askama::Template;
use data_encoding::BASE64;
use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::owner;
use crate::local_cloud::qr_image;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Done, Frame, Visit, render};
use super::is_owner;

/// What the page says of the device.
pub(super) struct Device {
    /// Why it cannot be kept here.
    pub(super) refused: Option<String>,
    pub(super) is_bound: bool,
    /// The serial number of one that was shown and is not bound yet, when its codes were wrong.
    pub(super) pending: Option<String>,
}

/// Shown once: the secret is never shown again.
#[derive(Template)]
#[template(path = "local_cloud/security/device.html")]
struct DevicePage {
    frame: Frame,
    serial: String,
    /// Base 32, in groups of four.
    key: Vec<String>,
    qr_code: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct MfaInfo {
    #[serde(rename = "IsMFAEnable")]
    is_enabled: bool,
}

#[derive(Deserialize)]
struct Made {
    #[serde(rename = "VirtualMFADevice")]
    device: MadeDevice,
}

#[derive(Deserialize)]
struct MadeDevice {
    #[serde(rename = "SerialNumber")]
    serial: String,
    #[serde(rename = "Base32StringSeed")]
    seed: String,
    #[serde(rename = "QRCodePNG")]
    qr_code: String,
}

impl Device {
    pub(super) fn of_user(desk: &Desk<'_>, visit: &Visit, right: Option<&Refusal>) -> Result<Self, Refusal> {
        match desk.ask::<MfaInfo>((IMS, "GetUserMFAInfo"), &[]) {
            Ok(info) => Ok(Self {
                refused: right.map(Refusal::to_string),
                is_bound: info.is_enabled,
                pending: pending(visit),
            }),
            Err(broken @ Refusal::Internal(_)) => Err(broken),
            Err(refusal) => Ok(Self { refused: Some(refusal.to_string()), is_bound: false, pending: None }),
        }
    }

    pub(super) fn of_owner(desk: &Desk<'_>, visit: &Visit) -> Result<Self, Refusal> {
        let is_bound = owner::has_device(desk.cloud(), &desk.session().identity)?;
        Ok(Self { refused: None, is_bound, pending: pending(visit) })
    }
}

pub(super) fn create(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    desk.use_up(visit)?;
    let session = desk.session();
    let made = if is_owner(desk) {
        let secret = owner::create_device(desk.cloud(), &session.identity)?;
        let address = secret.otpauth_url("local cloud", &session.account.name)?;
        MadeDevice {
            serial: "owner".to_owned(),
            seed: secret.to_base32().expose().to_owned(),
            qr_code: BASE64.encode(&qr_image::png(address.expose())?),
        }
    } else {
        let name = session.holder_name();
        let serial = format!("acs:ram::{}:mfa/{name}", session.account.id);
        // One that was made before and never bound gives way.
        match desk.call(IMS, "DeleteVirtualMFADevice", &[("SerialNumber", &serial)]) {
            Ok(_) | Err(Refusal::Missing { .. } | Refusal::InUse { .. }) => {}
            Err(refusal) => return Err(refusal),
        }
        desk.ask::<Made>((IMS, "CreateVirtualMFADevice"), &[("VirtualMFADeviceName", name)])?.device
    };
    let letters: Vec<char> = made.seed.chars().collect();
    let page = DevicePage {
        frame: Frame::new(desk, visit)?,
        serial: made.serial,
        key: letters.chunks(4).map(String::from_iter).collect(),
        qr_code: made.qr_code,
    };
    render(&page).map(Done::Once)
}

pub(super) fn bind(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let (first, second) = (visit.given("code_1").trim(), visit.given("code_2").trim());
    if is_owner(desk) {
        owner::bind_device(desk.cloud(), &desk.session().identity, (first, second))?;
    } else {
        let parameters = [
            ("SerialNumber", visit.given("serial")),
            ("AuthenticationCode1", first),
            ("AuthenticationCode2", second),
        ];
        desk.call(IMS, "BindMFADevice", &parameters)?;
    }
    Ok(Done::Here)
}

pub(super) fn unbind(desk: &Desk<'_>, _visit: &Visit) -> Result<Done, Refusal> {
    if is_owner(desk) {
        owner::unbind_device(desk.cloud(), &desk.session().identity)?;
    } else {
        desk.call(IMS, "DisableVirtualMFA", &[])?;
    }
    Ok(Done::Here)
}

fn pending(visit: &Visit) -> Option<String> {
    let serial = visit.given("serial");
    (visit.failure.is_some() && !serial.is_empty()).then(|| serial.to_owned())
}
