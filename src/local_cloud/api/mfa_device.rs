//! RAM 2015-05-01 and IMS 2019-08-15: virtual MFA devices, which show one-time codes (RFC 6238).

use data_encoding::BASE64;
use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::base::fold;
use crate::crypto::TotpSecret;
use crate::local_cloud::logon_name::{default_domain, principal_name};
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::setting::{self, SecurityPreference};
use crate::local_cloud::store::console_session;
use crate::local_cloud::store::mfa_device::{self, MfaDeviceRow};
use crate::local_cloud::store::user::UserRow;
use crate::local_cloud::{mfa_secret, qr_image, rules};

use super::face::{Face, named_or_own};
use super::invocation::{Invocation, MarkerPage, Outcome, date};
use super::permission::{authorise, authorise_unless_denied, may_change_user};

/// `CreateVirtualMFADevice`: the one answer that holds the device's secret.
pub(crate) fn create(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let given = call.parameters.required("VirtualMFADeviceName")?;
    // A user's own device bears its name, which may have signs that other devices' names may not.
    let is_own_name = call.identity.ram_user().is_some_and(|caller| caller.name == given);
    let name =
        if is_own_name { given } else { rules::MFA_DEVICE_NAME.check("VirtualMFADeviceName", given)? };
    let serial_number = serial_number(call, name);
    authorise_device(call, connection, "CreateVirtualMFADevice", name)?;
    let account = call.account().as_str();
    if mfa_device::find(connection, account, &fold(name))?.is_some() {
        return Err(Refusal::exists(Entity::MfaDevice, serial_number));
    }
    if mfa_device::count(connection, account)?.0 >= rules::MFA_DEVICES_PER_ACCOUNT {
        let (limit, of) = (rules::MFA_DEVICES_PER_ACCOUNT, "virtual MFA devices of one account");
        return Err(Refusal::Limit { code: "LimitExceeded.VirtualMFADevice", limit, of });
    }
    let secret = TotpSecret::generate(&call.cloud.random)?;
    let domain = default_domain(connection, call.account())?;
    let address = secret.otpauth_url("local cloud", &format!("{name}@{domain}"))?;
    let seed = secret.to_base32();
    let row = MfaDeviceRow {
        account_id: account.to_owned(),
        name_key: fold(name),
        sealed_secret: mfa_secret::seal(call.cloud, &serial_number, &secret)?,
        user_id: None,
        last_step: 0,
        activated_at: None,
        created_at: call.now.millis(),
        serial_number,
    };
    mfa_device::insert(connection, &row)?;
    Ok(json!({"VirtualMFADevice": {
        "SerialNumber": row.serial_number,
        "Base32StringSeed": seed.expose(),
        "QRCodePNG": BASE64.encode(&qr_image::png(address.expose())?),
    }}))
}

/// `ListVirtualMFADevices`; RAM shows them all at once.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, &call.action("ListVirtualMFADevices"), &serial_number(call, "*"))?;
    let page = match call.face() {
        Face::Ram => MarkerPage { after: String::new(), size: rules::MFA_DEVICES_PER_ACCOUNT },
        Face::Ims => MarkerPage::read_within(call.parameters, 100, 100)?,
    };
    let rows = mfa_device::list(connection, call.account().as_str(), (&page.after, page.rows()))?;
    let domain = default_domain(connection, call.account())?;
    let item = |(row, user): &(MfaDeviceRow, Option<UserRow>)| {
        let mut item = json!({
            "SerialNumber": row.serial_number,
            "ActivateDate": row.activated_at.map(date).unwrap_or_default(),
        });
        if let (Some(user), Value::Object(members)) = (user, &mut item) {
            let named = match call.face() {
                Face::Ram => ("UserName", user.name.clone()),
                Face::Ims => ("UserPrincipalName", principal_name(&domain, user)),
            };
            let mut shown = json!({"UserId": user.id, "DisplayName": user.display_name, named.0: named.1});
            // A member of ours, so that the console need not ask for each user.
            if let (Face::Ims, Value::Object(members)) = (call.face(), &mut shown) {
                members.insert("ProvisionType".to_owned(), user.provision_type.as_str().into());
            }
            members.insert("User".to_owned(), shown);
        }
        item
    };
    Ok(page.answer(rows, ("VirtualMFADevices", "VirtualMFADevice"), |(row, _)| row.name_key.clone(), item))
}

/// `DeleteVirtualMFADevice`: a device that is bound stays.
pub(crate) fn delete(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let given = call.parameters.required("SerialNumber")?;
    authorise_device(call, connection, "DeleteVirtualMFADevice", &name_of(call, given))?;
    let row = find(call, connection, given)?;
    if row.user_id.is_some() {
        return Err(Refusal::InUse {
            code: "DeleteConflict.VirtualMFADevice",
            reason: "The device is bound to a user. Unbind it before you delete it.",
        });
    }
    mfa_device::delete(connection, &row.serial_number)?;
    Ok(json!({}))
}

/// `BindMFADevice`: two codes in a row prove that the user holds the device.
pub(crate) fn bind(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = user(call, connection, "BindMFADevice")?;
    may_change_user(call.identity, &user)?;
    let given = call.parameters.required("SerialNumber")?;
    let first = call.parameters.required("AuthenticationCode1")?;
    let second = call.parameters.required("AuthenticationCode2")?;
    let row = find(call, connection, given)?;
    if row.user_id.is_some() {
        return Err(Refusal::exists(Entity::BoundMfaDevice, row.serial_number));
    }
    if mfa_device::of_user(connection, &user.id)?.is_some() {
        return Err(Refusal::exists(Entity::BoundMfaDevice, user.name));
    }
    let secret = mfa_secret::open(call.cloud, &row)?;
    let second = mfa_secret::proven_step(&secret, (first, second), row.last_step, call.now)?;
    let is_bound = mfa_device::bind(connection, &row.serial_number, &user.id, (second, call.now.millis()))?;
    if is_bound { Ok(json!({})) } else { Err(Refusal::exists(Entity::BoundMfaDevice, user.name)) }
}

/// `UnbindMFADevice`: the device stays, and can be bound again.
pub(crate) fn unbind(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = user(call, connection, "UnbindMFADevice")?;
    may_change_user(call.identity, &user)?;
    let row = bound(connection, &user)?;
    mfa_device::unbind(connection, &row.serial_number)?;
    console_session::forget_second_factor(connection, &user.id)?;
    Ok(json!({"MFADevice": {"SerialNumber": row.serial_number}}))
}

/// `DisableVirtualMFA`: unbinds the user's device and deletes it.
pub(crate) fn disable(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = user(call, connection, "DisableVirtualMFA")?;
    may_change_user(call.identity, &user)?;
    let row = bound(connection, &user)?;
    mfa_device::delete(connection, &row.serial_number)?;
    console_session::forget_second_factor(connection, &user.id)?;
    Ok(json!({}))
}

/// `GetUserMFAInfo`, of the user who calls where the call names none.
pub(crate) fn user_info(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let user = user(call, connection, "GetUserMFAInfo")?;
    let device = |row: &MfaDeviceRow| json!({"SerialNumber": row.serial_number, "Type": "VMFA"});
    match (call.face(), mfa_device::of_user(connection, &user.id)?) {
        (Face::Ram, None) => Err(Refusal::missing(Entity::BoundMfaDevice, user.name)),
        (Face::Ram, Some(row)) => Ok(json!({"MFADevice": device(&row)})),
        (Face::Ims, None) => Ok(json!({"IsMFAEnable": false})),
        (Face::Ims, Some(row)) => Ok(json!({"IsMFAEnable": true, "MFADevice": device(&row)})),
    }
}

/// The user that a call names, or the one who calls, if the caller may do `action` to it.
fn user(call: &Invocation<'_>, connection: &mut SqliteConnection, action: &str) -> Result<UserRow, Refusal> {
    let is_own_right = manages_own(call, connection)?;
    let parameter = call.face().user_parameter();
    named_or_own(call, connection)?
        .ok_or_else(|| Refusal::Envelope(crate::rpc::Error::Missing(parameter.to_owned())))?
        .authorised_or_own(call, connection, (action, is_own_right))
}

/// Refuses unless the caller may do `action` to the device of this name. Where the account lets its users
/// keep their own device, that is one of the user's own name: so nobody fills the account with devices.
fn authorise_device(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    action: &str,
    name: &str,
) -> Result<(), Refusal> {
    let is_own = call.identity.ram_user().is_some_and(|caller| caller.name_key == fold(name));
    let is_own_right = is_own && manages_own(call, connection)?;
    let serial_number = serial_number(call, name);
    authorise_unless_denied(call, connection, (&call.action(action), is_own_right), &serial_number)
}

fn manages_own(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Result<bool, Refusal> {
    let preference: SecurityPreference = setting::read(connection, call.account().as_str())?;
    Ok(preference.allow_user_to_manage_mfa_devices)
}

fn bound(connection: &mut SqliteConnection, user: &UserRow) -> Result<MfaDeviceRow, Refusal> {
    mfa_device::of_user(connection, &user.id)?
        .ok_or_else(|| Refusal::missing(Entity::BoundMfaDevice, user.name.as_str()))
}

fn serial_number(call: &Invocation<'_>, name: &str) -> String {
    format!("acs:ram::{}:mfa/{name}", call.account())
}

/// The name in a serial number of the caller's account; empty for anything else.
fn name_of(call: &Invocation<'_>, given: &str) -> String {
    given.strip_prefix(&serial_number(call, "")).unwrap_or_default().to_owned()
}

fn find(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    given: &str,
) -> Result<MfaDeviceRow, Refusal> {
    mfa_device::find(connection, call.account().as_str(), &fold(&name_of(call, given)))?
        .ok_or_else(|| Refusal::missing(Entity::MfaDevice, given))
}
