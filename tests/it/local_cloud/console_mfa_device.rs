//! The RAM console's list of virtual MFA devices.

use std::time::Duration;

use cloudsso::crypto::TotpSecret;

use super::console_settings::Desk;
use super::desk::signed_in;
use super::tenant::Tenant;
use super::{IMS, RAM};
use crate::support::http::Page;

/// A device of the account, bound to a user.
fn device(tenant: &Tenant, name: &str, user: Option<&str>) -> String {
    let made = tenant.ims("CreateVirtualMFADevice", &[("VirtualMFADeviceName", name)]).ok();
    let text = |field: &str| made["VirtualMFADevice"][field].as_str().unwrap().to_owned();
    let serial_number = text("SerialNumber");
    if let Some(user) = user {
        let secret = TotpSecret::from_base32(&text("Base32StringSeed")).unwrap();
        let now = tenant.world.clock.now();
        let codes = [secret.code(now), secret.code(now.plus(Duration::from_secs(30)))];
        let parameters = [
            ("UserPrincipalName", user),
            ("SerialNumber", &serial_number),
            ("AuthenticationCode1", &codes[0]),
            ("AuthenticationCode2", &codes[1]),
        ];
        tenant.ims("BindMFADevice", &parameters).ok();
    }
    serial_number
}

fn serial_numbers(tenant: &Tenant) -> Vec<String> {
    let listed = tenant.ims("ListVirtualMFADevices", &[]).ok();
    let devices = listed["VirtualMFADevices"]["VirtualMFADevice"].as_array().unwrap().clone();
    devices.iter().map(|device| device["SerialNumber"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn devices_are_listed_with_whom_they_are_bound_to_unbound_and_deleted() {
    let mut desk = Desk::new();
    let page = desk.open("/ram/mfa-devices");
    assert!(page.text().contains("No user of this account has a device yet"), "{}", page.text());
    let (alice, bob) = (desk.tenant.user("alice"), desk.tenant.user("bob"));
    let phone = device(&desk.tenant, "phone", Some(&alice));
    let tablet = device(&desk.tenant, "tablet", Some(&bob));
    let spare = device(&desk.tenant, "spare", None);
    let page = desk.open("/ram/mfa-devices");
    for shown in [&phone, &tablet, &spare, &alice, &bob] {
        assert!(page.text().contains(shown.as_str()), "{shown}: {}", page.text());
    }
    let of = |page: &Page, deed: &str, user: &str| {
        page.deeds(deed).into_iter().find(|form| form.field("user") == Some(user)).unwrap()
    };
    // The bound ones have no form that deletes them alone; a forged one is refused.
    let spares: Vec<_> = page.deeds("delete-device");
    assert_eq!(spares.len(), 1);
    let refused = desk.admin.submit(&spares[0].clone().with("serial_number", &phone));
    assert_eq!(refused.status, 409);
    assert!(refused.text().contains("Unbind it before"), "{}", refused.text());
    desk.done(&spares[0]);
    desk.done(&of(&page, "disable-device", &bob));
    assert_eq!(serial_numbers(&desk.tenant), std::slice::from_ref(&phone));
    let page = desk.done(&of(&page, "unbind-device", &alice));
    assert!(page.text().contains("bound to nobody now"), "{}", page.text());
    let info = desk.tenant.ims("GetUserMFAInfo", &[("UserPrincipalName", &alice)]).ok();
    assert_eq!((info["IsMFAEnable"].clone(), serial_numbers(&desk.tenant)), (false.into(), vec![phone]));
    desk.done(&page.deed("delete-device"));
    assert!(serial_numbers(&desk.tenant).is_empty());
}

#[test]
fn devices_are_shown_a_page_at_a_time() {
    let mut desk = Desk::new();
    for number in 0..51 {
        device(&desk.tenant, &format!("d{number:02}"), None);
    }
    let first = desk.open("/ram/mfa-devices");
    assert_eq!(first.deeds("delete-device").len(), 50);
    assert!(first.body.contains("/ram/mfa-devices?marker=d49"));
    let second = desk.open("/ram/mfa-devices?marker=d49");
    assert_eq!(second.deeds("delete-device").len(), 1);
    assert!(!second.body.contains("Next page"));
    let third = desk.open("/ram/mfa-devices?marker=d50");
    assert!(third.text().contains("There are no more devices"), "{}", third.text());
}

#[test]
fn the_device_of_a_user_that_cloudsso_keeps_is_locked() {
    let mut desk = Desk::new();
    let alice = desk.tenant.user("alice");
    let phone = device(&desk.tenant, "phone", Some(&alice));
    let other = desk.tenant.user("other");
    device(&desk.tenant, "other", Some(&other));
    let cloudsso = desk.tenant.world.cloudsso(&desk.tenant.account);
    let take = [("UserPrincipalName", alice.as_str()), ("ProvisionType", "CloudSSO")];
    desk.tenant.world.call(&cloudsso, (IMS, "UpdateUser"), &take).ok();
    let page = desk.open("/ram/mfa-devices");
    assert!(page.text().contains("CloudSSO keeps the user"), "{}", page.text());
    for deed in ["unbind-device", "disable-device"] {
        // The one form is the other user's.
        assert_eq!(page.deed(deed).field("user"), Some(other.as_str()));
        let refused = desk.admin.submit(&page.deed(deed).with("user", &alice));
        assert_eq!(refused.status, 403);
        assert!(refused.text().contains("CloudSSO keeps the user alice"), "{}", refused.text());
    }
    assert!(serial_numbers(&desk.tenant).contains(&phone));
    desk.done(&page.deed("disable-device"));
    assert_eq!(serial_numbers(&desk.tenant), [phone]);
}

#[test]
fn a_device_and_a_user_of_another_account_are_out_of_reach() {
    let mut desk = Desk::new();
    let spare = device(&desk.tenant, "spare", None);
    let (other_account, world) = (desk.tenant.world.member("other"), &desk.tenant.world);
    let stranger = world.administrator(&other_account);
    world.call(&stranger, (RAM, "CreateUser"), &[("UserName", "carol")]).ok();
    let made =
        world.call(&stranger, (IMS, "CreateVirtualMFADevice"), &[("VirtualMFADeviceName", "theirs")]).ok();
    let theirs = made["VirtualMFADevice"]["SerialNumber"].as_str().unwrap().to_owned();
    let form = desk.open("/ram/mfa-devices").deed("delete-device");
    let page = desk.admin.submit(&form.clone().with("serial_number", &theirs));
    assert!(matches!(page.status, 403 | 404), "{}", page.text());
    let carol = format!("carol@{other_account}.onaliyun.com");
    let page = desk.admin.submit(&form.clone().with("deed", "disable-device").with("user", &carol));
    assert!(matches!(page.status, 403 | 404), "{}", page.text());
    let listed = desk.tenant.world.call(&stranger, (IMS, "ListVirtualMFADevices"), &[]).ok();
    assert_eq!(listed["VirtualMFADevices"]["VirtualMFADevice"][0]["SerialNumber"], theirs.as_str());
    desk.done(&form);
    assert!(!serial_numbers(&desk.tenant).contains(&spare));
    // Whoever may not list them is told so.
    let mut nobody = signed_in(&desk.tenant, "nobody", &[]);
    let page = nobody.get(&desk.tenant.world.url("/ram/mfa-devices"));
    assert_eq!(page.status, 403);
    assert!(page.text().contains("ims:ListVirtualMFADevices"), "{}", page.text());
}
