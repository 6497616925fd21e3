//! `POST /saml/SSO`: which RAM user comes in, what the console shows them, and every way in which nobody
//! comes in.

use std::time::Duration;

use cloudsso::rpc::AccessKey;
use cloudsso::saml::Response;
use data_encoding::BASE64;

use super::identity_provider::IdentityProvider;
use super::tenant::Tenant;
use super::{Answer, IMS, RAM};

struct Door {
    tenant: Tenant,
    provider: IdentityProvider,
    cloudsso: AccessKey,
    alice: String,
}

impl Door {
    /// An account with user SSO, and alice in it, whom CloudSSO keeps.
    fn new() -> Self {
        let tenant = Tenant::new();
        let provider = IdentityProvider::new(tenant.world.clock.now());
        let cloudsso = provider.enable_user_sso(&tenant.world, &tenant.account);
        let alice = tenant.principal("alice");
        let new = [("UserPrincipalName", alice.as_str()), ("DisplayName", "Alice Liddell")];
        tenant.world.call(&cloudsso, (IMS, "CreateUser"), &new).ok();
        Self { tenant, provider, cloudsso, alice }
    }

    fn settings(&self, parameters: &[(&str, &str)]) {
        self.tenant.world.call(&self.cloudsso, (IMS, "SetUserSsoSettings"), parameters).ok();
    }

    fn response(&self) -> Response {
        self.named(&self.alice)
    }

    fn named(&self, name_id: &str) -> Response {
        self.tenant.world.user_response(&self.tenant.account, name_id)
    }

    fn post(&self, response: &Response) -> Answer {
        self.tenant.world.post_user_response(&self.provider.sign(response))
    }

    #[track_caller]
    fn admits(&self, response: &Response) -> Answer {
        let answer = self.post(response);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/console")), "{}", answer.body);
        answer
    }

    fn console(&self, cookie: &str) -> Answer {
        self.tenant.world.get("/console", &[("cookie", cookie)])
    }
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(answer.header("set-cookie").is_none());
    assert!(answer.body.contains("The sign-in message could not be accepted."));
}

#[test]
fn a_signed_response_opens_the_console_as_the_user() {
    let door = Door::new();
    let (world, account) = (&door.tenant.world, &door.tenant.account);
    let named = [("UserPrincipalName", door.alice.as_str())];
    assert_eq!(door.tenant.ims("GetUser", &named).ok()["User"]["LastLoginDate"], "");
    let signed_in = door.admits(&door.response());
    let cookie = signed_in.header("set-cookie").unwrap();
    for part in ["localcloud=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=21600"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let page = door.console(&signed_in.cookie());
    assert_eq!(page.status, 200);
    let (begins, ends) = (world.clock.now(), world.clock.now().plus(Duration::from_secs(21_600)));
    for shown in [
        account.as_str(),
        "production",
        &door.alice,
        "Alice Liddell",
        "<dt>Session name</dt><dd>alice</dd>",
        &format!("acs:ram::{account}:user/alice"),
        &format!("<time datetime=\"{}\">", begins.rfc3339()),
        &format!("<time datetime=\"{}\">", ends.rfc3339()),
        "User SSO (SAML)",
        "provisioned by CloudSSO",
        "RAM console › Users › alice › Add Permissions",
        "AttachPolicyToUser",
    ] {
        assert!(page.body.contains(shown), "{shown} is not on {}", page.body);
    }
    let login = door.tenant.ims("GetUser", &named).ok()["User"]["LastLoginDate"].clone();
    assert_eq!(login.as_str().unwrap(), begins.rfc3339());
}

#[test]
fn the_page_says_what_the_user_and_its_groups_hold() {
    let door = Door::new();
    let cookie = door.admits(&door.response()).cookie();
    door.tenant.grant("alice", "AliyunECSReadOnlyAccess");
    door.tenant.ram("CreateGroup", &[("GroupName", "ops")]).ok();
    let member = [("UserPrincipalName", door.alice.as_str()), ("GroupName", "ops")];
    door.tenant.ims("AddUserToGroup", &member).ok();
    let held = [("PolicyType", "System"), ("PolicyName", "AliyunOSSReadOnlyAccess"), ("GroupName", "ops")];
    door.tenant.ram("AttachPolicyToGroup", &held).ok();
    let page = door.console(&cookie).body;
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text} is not on {page}"));
    let (user, group) = (place("Granted to the user"), place("Granted to the group ops"));
    let (own, of_group) = (place("AliyunECSReadOnlyAccess"), place("AliyunOSSReadOnlyAccess"));
    assert!(user < own && own < group && group < of_group, "{page}");
    assert!(!page.contains("Add Permissions"));
}

#[test]
fn a_response_works_once_and_only_as_it_was_signed() {
    let door = Door::new();
    let world = &door.tenant.world;
    door.tenant.user("bob");
    let signed = door.provider.sign(&door.response());
    let xml = String::from_utf8(BASE64.decode(signed.as_bytes()).unwrap()).unwrap();
    let forged = xml.replace(">alice@", ">bob@");
    assert_ne!(forged, xml);
    refused(&world.post_user_response(&BASE64.encode(forged.as_bytes())));
    let (start, end) = (xml.find("<ds:Signature").unwrap(), xml.find("</ds:Signature>").unwrap());
    let unsigned = format!("{}{}", &xml[..start], &xml[end + "</ds:Signature>".len()..]);
    refused(&world.post_user_response(&BASE64.encode(unsigned.as_bytes())));
    for nonsense in ["", "not base 64", &BASE64.encode(b"<x/>")] {
        refused(&world.post_user_response(nonsense));
    }
    assert_eq!(world.post_user_response(&signed).status, 303);
    refused(&world.post_user_response(&signed));
}

#[test]
fn one_accounts_provider_opens_no_other_accounts_users() {
    let door = Door::new();
    let world = &door.tenant.world;
    let other = world.member("other");
    let stranger = IdentityProvider::new(world.clock.now());
    stranger.enable_user_sso(world, &other);
    let administrator = world.administrator(&other);
    for name in ["alice", "carol"] {
        world.call(&administrator, (RAM, "CreateUser"), &[("UserName", name)]).ok();
    }
    let alice_there = format!("alice@{other}.onaliyun.com");
    let for_there = world.user_response(&other, &alice_there);
    // For the other account with our key, and for ours with the other's.
    refused(&door.post(&for_there));
    refused(&world.post_user_response(&stranger.sign(&door.response())));
    // The other account's user, under our own account's audience.
    refused(&door.post(&door.named(&alice_there)));
    refused(&door.post(&door.named(&format!("carol@{}.onaliyun.com", door.tenant.account))));
    // No account's audience, and that of one that is not there.
    for audience in [
        "urn:alibaba:cloudcomputing".to_owned(),
        format!("{}/saml/SSO", world.base_url),
        format!("{}/1000000000000000/saml/SSO", world.base_url),
        format!("https://signin.aliyun.com/{}/saml/SSO", door.tenant.account),
    ] {
        let mut response = door.response();
        response.assertion.audience = audience;
        refused(&door.post(&response));
    }
    door.admits(&door.response());
    assert_eq!(world.post_user_response(&stranger.sign(&for_there)).status, 303);
}

#[test]
fn user_sso_must_be_on_and_its_metadata_current() {
    let door = Door::new();
    let signed = door.provider.sign(&door.response());
    door.settings(&[("SsoEnabled", "false")]);
    refused(&door.tenant.world.post_user_response(&signed));
    door.settings(&[("SsoEnabled", "true")]);
    let successor = IdentityProvider::new(door.tenant.world.clock.now());
    door.settings(&[("MetadataDocument", &successor.encoded_metadata())]);
    refused(&door.tenant.world.post_user_response(&signed));
    door.settings(&[("MetadataDocument", &door.provider.encoded_metadata())]);
    assert_eq!(door.tenant.world.post_user_response(&signed).status, 303, "no refusal used it up");
}

#[test]
fn times_recipient_and_issuer_are_checked() {
    let door = Door::new();
    let now = door.tenant.world.clock.now();
    let bent: [&dyn Fn(&mut Response); 6] = [
        &|response| response.assertion.not_on_or_after = now.minus(Duration::from_secs(60)),
        &|response| response.assertion.not_before = now.plus(Duration::from_secs(61)),
        &|response| response.acs_url = "https://signin.aliyun.com/saml/SSO".to_owned(),
        &|response| response.acs_url = door.tenant.world.acs(),
        &|response| response.issuer = "https://elsewhere.example/metadata".to_owned(),
        &|response| response.assertion.session_not_on_or_after = Some(now),
    ];
    for bend in bent {
        let mut response = door.response();
        bend(&mut response);
        refused(&door.post(&response));
    }
    let mut skewed = door.response();
    skewed.assertion.not_on_or_after = now.minus(Duration::from_secs(30));
    door.admits(&skewed);
    // What is for one of the two doors does not open the other.
    refused(&door.tenant.world.post_response(&door.provider.sign(&door.response())));
}

#[test]
fn the_name_ends_with_a_domain_of_the_account() {
    let door = Door::new();
    let own = door.tenant.account.clone();
    door.tenant.ims("SetDefaultDomain", &[("DefaultDomainName", "acme-prod.onaliyun.com")]).ok();
    door.settings(&[("AuxiliaryDomain", "sso.example.com")]);
    for name_id in [
        "alice@acme-prod.onaliyun.com".to_owned(),
        "ALICE@Acme-Prod.onaliyun.com".to_owned(),
        format!("alice@{own}.onaliyun.com"),
        "alice@sso.example.com".to_owned(),
    ] {
        door.admits(&door.named(&name_id));
    }
    for name_id in [
        "alice",
        "alice@",
        "@sso.example.com",
        "alice@example.com",
        "alice@other.onaliyun.com",
        "alice@sso.example.com@sso.example.com",
        "alice@sso.example.com.evil.example",
        "bob@sso.example.com",
        " alice@sso.example.com",
        "alice@acme\u{2010}prod.onaliyun.com",
        "ali\u{212a}e@sso.example.com",
    ] {
        refused(&door.post(&door.named(name_id)));
    }
    door.settings(&[("SsoLoginWithDomain", "false")]);
    refused(&door.post(&door.named("alice@sso.example.com")));
    refused(&door.post(&door.named("alice@acme-prod.onaliyun.com")));
    door.admits(&door.named("alice"));
    door.settings(&[("SsoLoginWithDomain", "true"), ("AuxiliaryDomain", "")]);
    refused(&door.post(&door.named("alice@sso.example.com")));
    refused(&door.post(&door.named("alice@")));
}

#[test]
fn the_session_lasts_as_long_as_account_and_assertion_allow() {
    let door = Door::new();
    door.tenant.ims("SetSecurityPreference", &[("LoginSessionDuration", "1")]).ok();
    let answer = door.admits(&door.response());
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=3600"));
    let mut ending = door.response();
    let end = door.tenant.world.clock.now().plus(Duration::from_secs(120));
    ending.assertion.session_not_on_or_after = Some(end);
    let answer = door.admits(&ending);
    assert!(answer.header("set-cookie").unwrap().contains("Max-Age=120"));
    door.tenant.world.clock.advance(Duration::from_secs(119));
    assert_eq!(door.console(&answer.cookie()).status, 200);
    door.tenant.world.clock.advance(Duration::from_secs(1));
    assert_eq!(door.console(&answer.cookie()).status, 401);
}

#[test]
fn a_session_ends_with_its_user() {
    let door = Door::new();
    let cookie = door.admits(&door.response()).cookie();
    assert_eq!(door.console(&cookie).status, 200);
    let named = [("UserPrincipalName", door.alice.as_str())];
    door.tenant.world.call(&door.cloudsso, (IMS, "DeleteUser"), &named).ok();
    assert_eq!(door.console(&cookie).status, 401);
    refused(&door.post(&door.response()));
}

#[test]
fn only_the_accounts_networks_are_admitted() {
    let door = Door::new();
    let masks = |masks: &str| {
        door.tenant.ims("SetSecurityPreference", &[("LoginNetworkMasks", masks)]).ok();
    };
    masks("10.0.0.0/8;192.0.2.1");
    refused(&door.post(&door.response()));
    masks("10.0.0.0/8;127.0.0.0/8");
    door.admits(&door.response());
}

#[test]
fn relay_state_leads_to_our_own_pages_only() {
    let door = Door::new();
    for (relay_state, location) in
        [("/console?tab=policies", "/console?tab=policies"), ("https://evil.example/console", "/console")]
    {
        let signed = door.provider.sign(&door.response());
        let fields = [("SAMLResponse", signed.as_str()), ("RelayState", relay_state)];
        let answer = door.tenant.world.post_form("/saml/SSO", &fields, &[]);
        assert_eq!((answer.status, answer.header("location")), (303, Some(location)), "{relay_state}");
    }
}
