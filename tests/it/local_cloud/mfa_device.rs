//! Virtual MFA devices: made, bound by two codes in a row, unbound, deleted.

use std::time::Duration;

use cloudsso::crypto::TotpSecret;
use data_encoding::BASE64;

use super::tenant::{Tenant, every_page};
use super::{IMS, STS};

struct Device {
    serial_number: String,
    secret: TotpSecret,
}

impl Device {
    fn new(tenant: &Tenant, name: &str) -> Self {
        let made = tenant.ims("CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]).ok();
        let text = |field: &str| made["VirtualMFADevice"][field].as_str().expect(field).to_owned();
        let image = BASE64.decode(text("QRCodePNG").as_bytes()).expect("Base64");
        assert!(image.starts_with(b"\x89PNG\r\n\x1a\n"));
        let secret = TotpSecret::from_base32(&text("Base32StringSeed")).expect("a secret");
        Self { serial_number: text("SerialNumber"), secret }
    }

    fn bind(&self, tenant: &Tenant, user: &str, codes: [&str; 2]) -> String {
        let parameters = [
            ("UserPrincipalName", user),
            ("SerialNumber", &self.serial_number),
            ("AuthenticationCode1", codes[0]),
            ("AuthenticationCode2", codes[1]),
        ];
        tenant.ims("BindMFADevice", &parameters).code()
    }

    fn codes(&self, tenant: &Tenant) -> [String; 2] {
        let now = tenant.world.clock.now();
        [self.secret.code(now), self.secret.code(now.plus(Duration::from_secs(30)))]
    }
}

#[test]
fn a_device_is_bound_by_two_codes_in_a_row() {
    let tenant = Tenant::new();
    let alice = tenant.user("alice");
    let named = [("UserPrincipalName", alice.as_str())];
    let device = Device::new(&tenant, "phone");
    assert_eq!(device.serial_number, format!("acs:ram::{}:mfa/phone", tenant.account));
    assert_eq!(tenant.ims("GetUserMFAInfo", &named).ok()["IsMFAEnable"], false);
    let by_ram = tenant.ram("GetUserMFAInfo", &[("UserName", "alice")]);
    assert_eq!(by_ram.code(), "EntityNotExist.User.MFADevice");

    let [first, second] = device.codes(&tenant);
    assert_eq!(device.bind(&tenant, &alice, ["000000", &second]), "InvalidParameter.AuthenticationCode1");
    assert_eq!(device.bind(&tenant, &alice, [&first, &first]), "InvalidParameter.AuthenticationCode2");
    assert_eq!(device.bind(&tenant, &alice, [&second, &first]), "InvalidParameter.AuthenticationCode2");
    assert_eq!(device.bind(&tenant, &alice, [&first, &second]), "ok");
    assert_eq!(device.bind(&tenant, &alice, [&first, &second]), "EntityAlreadyExists.User.MFADevice");
    let info = tenant.ims("GetUserMFAInfo", &named).ok();
    assert_eq!(info["MFADevice"]["SerialNumber"], device.serial_number.as_str());
    assert_eq!((&info["IsMFAEnable"], &info["MFADevice"]["Type"]), (&true.into(), &"VMFA".into()));

    let other = Device::new(&tenant, "tablet");
    let [one, two] = other.codes(&tenant);
    assert_eq!(other.bind(&tenant, &alice, [&one, &two]), "EntityAlreadyExists.User.MFADevice");
    let delete = |device: &Device| {
        tenant.ims("DeleteVirtualMFADevice", &[("SerialNumber", &device.serial_number)]).code()
    };
    assert_eq!(delete(&device), "DeleteConflict.VirtualMFADevice");
    let unbound = tenant.ims("UnbindMFADevice", &named).ok();
    assert_eq!(unbound["MFADevice"]["SerialNumber"], device.serial_number.as_str());
    assert_eq!(tenant.ims("UnbindMFADevice", &named).code(), "EntityNotExist.User.MFADevice");
    // The codes that bound it once do not bind it again.
    assert_eq!(device.bind(&tenant, &alice, [&first, &second]), "InvalidParameter.AuthenticationCode1");
    tenant.world.clock.advance(Duration::from_secs(60));
    let [first, second] = device.codes(&tenant);
    assert_eq!(device.bind(&tenant, &alice, [&first, &second]), "ok");
    tenant.ims("DisableVirtualMFA", &named).ok();
    assert_eq!(delete(&device), "EntityNotExist.VirtualMFADevice");
    assert_eq!(delete(&other), "ok");
}

#[test]
fn a_secret_is_shown_once_and_devices_are_listed() {
    let tenant = Tenant::new();
    let alice = tenant.user("alice");
    let devices: Vec<_> = ["c", "b", "a"].iter().map(|name| Device::new(&tenant, name)).collect();
    let [first, second] = devices[0].codes(&tenant);
    assert_eq!(devices[0].bind(&tenant, &alice, [&first, &second]), "ok");
    let page = |marker: &str| tenant.ims("ListVirtualMFADevices", &[("MaxItems", "2"), ("Marker", marker)]);
    let listed = every_page(page, ("VirtualMFADevices", "VirtualMFADevice"), "SerialNumber");
    let expected: Vec<_> = devices.iter().rev().map(|device| device.serial_number.clone()).collect();
    assert_eq!(listed, expected);
    let all = tenant.ram("ListVirtualMFADevices", &[]);
    for device in &devices {
        assert!(!all.body.contains(device.secret.to_base32().expose()), "the secret is not shown again");
    }
    let all = all.ok();
    let last = &all["VirtualMFADevices"]["VirtualMFADevice"][2];
    assert_eq!(
        (&last["SerialNumber"], &last["User"]["UserName"]),
        (&devices[0].serial_number.as_str().into(), &"alice".into())
    );
    for (name, code) in [
        ("", "MissingVirtualMFADeviceName"),
        ("A", "EntityAlreadyExists.VirtualMFADevice"),
        ("a/b", "InvalidParameter.VirtualMFADeviceName.InvalidChars"),
        (&"d".repeat(65), "InvalidParameter.VirtualMFADeviceName.Length"),
    ] {
        assert_eq!(
            tenant.ims("CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]).code(),
            code,
            "{name}"
        );
    }
}

#[test]
fn a_device_of_another_account_is_not_there() {
    let tenant = Tenant::new();
    tenant.user("alice");
    let device = Device::new(&tenant, "phone");
    let other = tenant.world.member("other");
    let stranger = tenant.world.administrator(&other);
    let named = [("SerialNumber", device.serial_number.as_str())];
    let delete = |key| tenant.world.call(key, (IMS, "DeleteVirtualMFADevice"), &named).code();
    assert_eq!(delete(&stranger), "EntityNotExist.VirtualMFADevice");
    assert_eq!(delete(&tenant.key), "ok");
}

#[test]
fn users_keep_their_own_device_while_the_account_lets_them() {
    let tenant = Tenant::new();
    tenant.user("alice");
    let bob = tenant.user("bob");
    let key = tenant.key_of("alice");
    assert_eq!(tenant.world.call(&key, (STS, "GetCallerIdentity"), &[]).code(), "ok");
    let call =
        |action: &str, parameters: &[(&str, &str)]| tenant.world.call(&key, (IMS, action), parameters).code();
    assert_eq!(call("GetUserMFAInfo", &[]), "ok");
    assert_eq!(call("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "alice")]), "ok");
    assert_eq!(call("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "one-more")]), "NoPermission");
    let serial_number = format!("acs:ram::{}:mfa/alice", tenant.account);
    assert_eq!(call("DeleteVirtualMFADevice", &[("SerialNumber", &serial_number)]), "ok");
    assert_eq!(call("GetUserMFAInfo", &[("UserPrincipalName", &bob)]), "NoPermission");
    assert_eq!(call("ListVirtualMFADevices", &[]), "NoPermission");
    tenant.ims("SetSecurityPreference", &[("AllowUserToManageMFADevices", "false")]).ok();
    assert_eq!(call("GetUserMFAInfo", &[]), "NoPermission");
    assert_eq!(call("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "alice")]), "NoPermission");
}
