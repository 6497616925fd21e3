//! `POST /saml-role/sso`: who comes in, and every way in which nobody does.

use std::time::Duration;

use cloudsso::saml::{Attribute, Response};
use data_encoding::BASE64;

use super::identity_provider::{
    IdentityProvider, PROVIDER, ROLE, ROLE_ATTRIBUTE, SESSION_DURATION, SESSION_NAME, pair, trust_policy,
};
use super::{Answer, RAM, World};

struct Door {
    world: World,
    provider: IdentityProvider,
    account: String,
}

impl Door {
    fn new() -> Self {
        let world = World::new();
        let account = world.member("production");
        let provider = IdentityProvider::new(world.clock.now());
        provider.provision(&world, &account);
        Self { world, provider, account }
    }

    fn response(&self) -> Response {
        self.world.response(&self.account)
    }

    fn post(&self, response: &Response) -> Answer {
        self.world.post_response(&self.provider.sign(response))
    }

    #[track_caller]
    fn admits(&self, response: &Response) -> Answer {
        let answer = self.post(response);
        assert_eq!((answer.status, answer.header("location")), (303, Some("/console")), "{}", answer.body);
        answer
    }

    #[track_caller]
    fn refuses(&self, response: &Response) {
        refused(&self.post(response));
    }
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_eq!(answer.status, 403, "{}", answer.body);
    assert!(answer.header("set-cookie").is_none());
    assert!(answer.body.contains("The sign-in message could not be accepted."));
}

fn with_attribute(mut response: Response, name: &str, values: &[&str]) -> Response {
    response.assertion.attributes.retain(|attribute| attribute.name != name);
    if !values.is_empty() {
        response.assertion.attributes.push(Attribute::new(name, values.iter().copied()));
    }
    response
}

#[test]
fn a_signed_response_opens_the_console_as_the_role() {
    let door = Door::new();
    let signed_in = door.admits(&door.response());
    let cookie = signed_in.header("set-cookie").unwrap();
    for part in ["localcloud=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=900"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    let page = door.world.get("/console", &[("cookie", &signed_in.cookie())]);
    assert_eq!(page.status, 200);
    let ends = door.world.clock.now().plus(Duration::from_secs(900)).rfc3339();
    for shown in [
        door.account.as_str(),
        "production",
        ROLE,
        "alice",
        &format!("acs:ram::{}:assumed-role/{ROLE}/alice", door.account),
        &format!("<time datetime=\"{ends}\">"),
        PROVIDER,
        "AliyunECSReadOnlyAccess",
        "AliyunReservedSSO-reader-InlinePolicy",
        "oss:GetObject",
    ] {
        assert!(page.body.contains(shown), "{shown} is not on {}", page.body);
    }
}

#[test]
fn a_response_works_once() {
    let door = Door::new();
    let signed = door.provider.sign(&door.response());
    assert_eq!(door.world.post_response(&signed).status, 303);
    refused(&door.world.post_response(&signed));
}

#[test]
fn a_tampered_response_is_refused() {
    let door = Door::new();
    let xml =
        String::from_utf8(BASE64.decode(door.provider.sign(&door.response()).as_bytes()).unwrap()).unwrap();
    for (honest, forged) in [
        (">alice<", ">admin<"),
        (">900<", ">3600<"),
        ("role/AliyunReservedSSO-reader", "role/ResourceDirectoryAccountAccessRole"),
    ] {
        assert!(xml.contains(honest), "{honest}");
        refused(&door.world.post_response(&BASE64.encode(xml.replace(honest, forged).as_bytes())));
    }
    let unsigned_start = xml.find("<ds:Signature").unwrap();
    let unsigned_end = xml.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    let unsigned = format!("{}{}", &xml[..unsigned_start], &xml[unsigned_end..]);
    refused(&door.world.post_response(&BASE64.encode(unsigned.as_bytes())));
    for nonsense in ["", "not base 64", &BASE64.encode(b"<x/>")] {
        refused(&door.world.post_response(nonsense));
    }
    assert_eq!(door.world.post_response(&BASE64.encode(xml.as_bytes())).status, 303);
}

#[test]
fn another_accounts_provider_opens_no_role_here() {
    let door = Door::new();
    let other = door.world.member("other");
    let stranger = IdentityProvider::new(door.world.clock.now());
    stranger.provision(&door.world, &other);
    let for_here = door.provider.sign(&door.response());
    let for_there = door.world.response(&other);
    // The right account with the other's key, and the other account with ours.
    refused(&door.world.post_response(&stranger.sign(&door.response())));
    refused(&door.world.post_response(&door.provider.sign(&for_there)));
    // A role of one account through the provider of another.
    let crossed = format!("acs:ram::{}:role/{ROLE},acs:ram::{other}:saml-provider/{PROVIDER}", door.account);
    let crossed = with_attribute(door.response(), ROLE_ATTRIBUTE, &[&crossed]);
    refused(&door.world.post_response(&stranger.sign(&crossed)));
    assert_eq!(door.world.post_response(&for_here).status, 303);
    assert_eq!(door.world.post_response(&stranger.sign(&for_there)).status, 303);
}

#[test]
fn times_audience_recipient_and_issuer_are_checked() {
    let door = Door::new();
    let honest = door.response();
    let mut late = honest.clone();
    late.assertion.not_on_or_after = door.world.clock.now().minus(Duration::from_secs(60));
    let mut early = honest.clone();
    early.assertion.not_before = door.world.clock.now().plus(Duration::from_secs(61));
    let mut audience = honest.clone();
    audience.assertion.audience = "urn:alibaba:cloudcomputing:international".to_owned();
    let mut recipient = honest.clone();
    recipient.acs_url = "https://signin.aliyun.com/saml-role/sso".to_owned();
    let mut issuer = honest.clone();
    issuer.issuer = "https://elsewhere.example/metadata".to_owned();
    let mut over = honest.clone();
    over.assertion.session_not_on_or_after = Some(door.world.clock.now());
    for bent in [late, early, audience, recipient, issuer, over] {
        door.refuses(&bent);
    }
    let mut skewed = honest.clone();
    skewed.assertion.not_on_or_after = door.world.clock.now().minus(Duration::from_secs(30));
    door.admits(&skewed);
}

#[test]
fn an_old_response_is_refused() {
    let door = Door::new();
    let signed = door.provider.sign(&door.response());
    let again = door.provider.sign(&door.response());
    door.world.clock.advance(Duration::from_secs(359));
    assert_eq!(door.world.post_response(&signed).status, 303);
    door.world.clock.advance(Duration::from_secs(1));
    refused(&door.world.post_response(&again));
}

#[test]
fn a_role_must_exist_and_trust_the_provider() {
    let door = Door::new();
    let key = door.world.cloudsso(&door.account);
    let update = |trust: &str| {
        let parameters = [("RoleName", ROLE), ("NewAssumeRolePolicyDocument", trust)];
        door.world.call(&key, (RAM, "UpdateRole"), &parameters).ok();
    };
    update(&trust_policy(&door.account, "AliyunReservedSSO-d-other", &door.world.acs()));
    door.refuses(&door.response());
    update(&trust_policy(&door.account, PROVIDER, "https://signin.aliyun.com/saml-role/sso"));
    door.refuses(&door.response());
    update(&trust_policy(&door.account, PROVIDER, &door.world.acs()));
    for role in
        ["ResourceDirectoryAccountAccessRole", "AliyunServiceRoleForCloudSSO", "AliyunReservedSSO-gone"]
    {
        let pair = pair(&door.account, role, PROVIDER);
        door.refuses(&with_attribute(door.response(), ROLE_ATTRIBUTE, &[&pair]));
    }
    door.admits(&door.response());
}

#[test]
fn session_name_and_duration_are_checked() {
    let door = Door::new();
    for (name, values) in [
        (SESSION_NAME, &[][..]),
        (SESSION_NAME, &["a"]),
        (SESSION_NAME, &["alice smith"]),
        (SESSION_NAME, &["alice", "bob"]),
        (SESSION_DURATION, &["899"]),
        (SESSION_DURATION, &["3601"]),
        (SESSION_DURATION, &["an hour"]),
        (SESSION_DURATION, &["900", "1800"]),
        (ROLE_ATTRIBUTE, &[]),
        (ROLE_ATTRIBUTE, &["admin"]),
    ] {
        door.refuses(&with_attribute(door.response(), name, values));
    }
    door.admits(&with_attribute(door.response(), SESSION_NAME, &["alice@example.com"]));
    let whole_hour = door.admits(&with_attribute(door.response(), SESSION_DURATION, &["3600"]));
    assert!(whole_hour.header("set-cookie").unwrap().contains("Max-Age=3600"));
    let unsaid = door.admits(&with_attribute(door.response(), SESSION_DURATION, &[]));
    assert!(unsaid.header("set-cookie").unwrap().contains("Max-Age=3600"), "the role's maximum");
    let mut ending = door.response();
    ending.assertion.session_not_on_or_after = Some(door.world.clock.now().plus(Duration::from_secs(120)));
    assert!(door.admits(&ending).header("set-cookie").unwrap().contains("Max-Age=120"));
}

#[test]
fn the_person_chooses_among_several_roles() {
    let door = Door::new();
    let key = door.world.cloudsso(&door.account);
    let trust = trust_policy(&door.account, PROVIDER, &door.world.acs());
    let second = "AliyunReservedSSO-admin";
    let role = [("RoleName", second), ("AssumeRolePolicyDocument", trust.as_str())];
    door.world.call(&key, (RAM, "CreateRole"), &role).ok();
    let values = [pair(&door.account, ROLE, PROVIDER), pair(&door.account, second, PROVIDER)];
    let both = with_attribute(door.response(), ROLE_ATTRIBUTE, &[&values[0], &values[1]]);
    let signed = door.provider.sign(&both);
    let page = door.world.post_response(&signed);
    assert_eq!(page.status, 200);
    assert!(page.header("set-cookie").is_none());
    assert!(page.body.contains(ROLE) && page.body.contains(second) && page.body.contains(&signed));

    let choose = |role: &str| {
        door.world.post_form("/saml-role/sso", &[("SAMLResponse", &signed), ("Role", role)], &[])
    };
    refused(&choose(&pair(&door.account, "ResourceDirectoryAccountAccessRole", PROVIDER)));
    let entered = choose(&values[1]);
    assert_eq!(entered.status, 303);
    let console = door.world.get("/console", &[("cookie", &entered.cookie())]);
    assert!(console.body.contains(&format!("assumed-role/{second}/alice")));
    refused(&choose(&values[0]));
}

#[test]
fn relay_state_leads_to_our_own_pages_only() {
    let door = Door::new();
    let own = format!("{}/console?tab=policies", door.world.base_url);
    for (relay_state, location) in [
        (own.as_str(), "/console?tab=policies"),
        ("https://evil.example/console", "/console"),
        ("//evil.example", "/console"),
    ] {
        let signed = door.provider.sign(&door.response());
        let fields = [("SAMLResponse", signed.as_str()), ("RelayState", relay_state)];
        let answer = door.world.post_form("/saml-role/sso", &fields, &[]);
        assert_eq!((answer.status, answer.header("location")), (303, Some(location)), "{relay_state}");
    }
}

#[test]
fn a_role_that_keeps_out_of_the_console_opens_none() {
    let world = World::new();
    let member = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    let key = provider.provision(&world, &member);
    let allow = |value: &str| {
        let changes = [("RoleName", ROLE), ("NewAllowConsoleLogin", value)];
        world.call(&key, (RAM, "UpdateRole"), &changes).ok();
    };
    allow("false");
    let signed = provider.sign(&world.response(&member));
    assert_eq!(world.post_response(&signed).status, 403);
    allow("true");
    assert_eq!(world.post_response(&signed).status, 303, "the refusal did not use it up");
}
