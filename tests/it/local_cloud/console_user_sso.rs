//! The RAM console's user-based single sign-on, and what CloudSSO set there.

use super::IMS;
use super::console_sso::Desk;
use super::desk::{PASSWORD, sign_in};
use super::identity_provider::{ISSUER, IdentityProvider};
use crate::support::http::Visitor;

#[test]
fn user_sso_is_switched_on_and_off_and_passwords_go_on_beside_it() {
    let mut desk = Desk::new();
    let page = desk.open("/ram/sso/user");
    assert!(page.text().contains("Sign-in by password goes on beside SSO"), "{}", page.text());
    assert!(page.deeds("remove-user-sso").is_empty());
    let refused = desk.refused(&page.deed("set-user-sso").with("enabled", "true"), 400);
    assert!(refused.text().contains("Metadata is mandatory"), "{}", refused.text());
    assert_eq!(refused.deed("set-user-sso").field("enabled"), Some("true"), "the tick stays");
    let document = desk.document();
    let form = page.deed("set-user-sso").with("enabled", "true").with("metadata", &document);
    let page = desk.done(&form.with("auxiliary_domain", "Example.com"));
    let set = desk.user_sso();
    assert_eq!(set["MetadataDocument"], desk.idp.encoded_metadata().as_str());
    assert_eq!((&set["SsoEnabled"], &set["AuxiliaryDomain"]), (&true.into(), &"example.com".into()));
    assert_eq!((&set["SsoLoginWithDomain"], &set["ProvisionType"]), (&true.into(), &"Manual".into()));
    assert!(page.text().contains(ISSUER) && page.text().contains("alice@example.com"), "{}", page.text());

    // Both ways lead in.
    let alice = desk.tenant.user("alice");
    let profile = [("UserPrincipalName", alice.as_str()), ("Password", PASSWORD)];
    desk.tenant.ims("CreateLoginProfile", &profile).ok();
    sign_in(&desk.tenant.world, &mut Visitor::new(), &alice);
    let response = |desk: &Desk, name: &str| {
        let response = desk.tenant.world.user_response(&desk.tenant.account, name);
        desk.tenant.world.post_user_response(&desk.idp.sign(&response)).status
    };
    assert_eq!((response(&desk, "alice@example.com"), response(&desk, "alice")), (303, 403));

    // Without a domain, then off, then gone.
    let page = desk.done(&page.deed("set-user-sso").without("with_domain"));
    assert_eq!((response(&desk, "alice@example.com"), response(&desk, "alice")), (403, 303));
    let page = desk.done(&page.deed("set-user-sso").without("enabled"));
    assert_eq!(desk.user_sso()["SsoEnabled"], false);
    assert_eq!(desk.user_sso()["MetadataDocument"], set["MetadataDocument"], "the metadata stays");
    assert_eq!(response(&desk, "alice"), 403);
    let page = desk.done(&page.deed("set-user-sso").with("enabled", "true"));
    assert_eq!(response(&desk, "alice"), 303);
    desk.done(&page.deed("remove-user-sso"));
    let off = desk.user_sso();
    assert_eq!((&off["SsoEnabled"], &off["MetadataDocument"]), (&false.into(), &"".into()));
    assert_eq!(response(&desk, "alice"), 403);
}

#[test]
fn an_auxiliary_domain_is_one() {
    let mut desk = Desk::new();
    let fresh = desk.open("/ram/sso/user").deed("set-user-sso");
    let domain = |length: usize| format!("{}.example", "d".repeat(length - 8));
    for (text, status) in [
        ("no domain".to_owned(), 400),
        ("localhost".to_owned(), 400),
        ("<b>.example".to_owned(), 400),
        ("-a.example".to_owned(), 400),
        ("ä.example".to_owned(), 400),
        (domain(65), 400),
        (domain(64), 303),
        (String::new(), 303),
    ] {
        let page = desk.admin.submit(&fresh.clone().with("auxiliary_domain", &text));
        assert_eq!(page.status, status, "{text}: {}", page.text());
        if status == 303 {
            assert_eq!(desk.user_sso()["AuxiliaryDomain"], text.as_str());
        } else {
            assert!(page.text().contains("\"Auxiliary domain\""), "{}", page.text());
            assert_eq!(page.deed("set-user-sso").field("auxiliary_domain"), Some(text.as_str()));
            assert_eq!(desk.user_sso()["AuxiliaryDomain"], "");
        }
    }
}

#[test]
fn what_cloudsso_set_is_shown_as_its_own() {
    let mut desk = Desk::new();
    let cloudsso = desk.idp.enable_user_sso(&desk.tenant.world, &desk.tenant.account);
    assert_eq!(desk.user_sso()["ProvisionType"], "CloudSSO");
    let page = desk.open("/ram/sso/user");
    assert!(page.text().contains("CloudSSO set this") && page.text().contains("cannot sign in any more"));
    // Switched off by somebody, it is CloudSSO's still.
    let page = desk.done(&page.deed("set-user-sso").without("enabled"));
    assert_eq!(desk.user_sso()["ProvisionType"], "CloudSSO");
    assert!(page.text().contains("somebody switched it off"), "{}", page.text());
    // Other metadata makes it the account's.
    let other =
        IdentityProvider::new(desk.tenant.world.clock.now()).encoded_metadata_of("https://idp.example/");
    let page = desk.done(&page.deed("set-user-sso").with("enabled", "true").with("metadata", &other));
    assert_eq!(desk.user_sso()["ProvisionType"], "Manual");
    assert!(!page.text().contains("CloudSSO"), "{}", page.text());
    // CloudSSO comes again, and gives back what was off before.
    let call = |parameters: &[(&str, &str)]| {
        desk.tenant.world.call(&cloudsso, (IMS, "SetUserSsoSettings"), parameters).ok()
    };
    let metadata = desk.idp.encoded_metadata();
    let set = call(&[("SsoEnabled", "true"), ("MetadataDocument", &metadata)]);
    assert_eq!(set["UserSsoSettings"]["ProvisionType"], "CloudSSO");
    let given_back = call(&[("SsoEnabled", "false"), ("MetadataDocument", &other)]);
    assert_eq!(given_back["UserSsoSettings"]["ProvisionType"], "Manual");
}
