//! `POST /saml/slo`: an identity provider ends the console sessions that it opened, and nobody else's.

use std::time::Duration;

use cloudsso::saml::{LogoutOutcome, LogoutRequest, MessageId, NameId, NameIdFormat};
use data_encoding::BASE64;

use super::identity_provider::{ISSUER, IdentityProvider, PROVIDER};
use super::{Answer, IMS, World, random, sts};

/// An account in which alice may come in as a role, and as a RAM user.
struct House {
    world: World,
    account: String,
    provider: IdentityProvider,
}

impl House {
    fn new() -> Self {
        let world = World::new();
        let account = world.member("production");
        let provider = IdentityProvider::new(world.clock.now());
        let key = provider.provision(&world, &account);
        provider.enable_user_sso(&world, &account);
        for name in ["alice", "bob"] {
            let name = format!("{name}@{account}.onaliyun.com");
            let new = [("UserPrincipalName", name.as_str()), ("DisplayName", "Somebody")];
            world.call(&key, (IMS, "CreateUser"), &new).ok();
        }
        Self { world, account, provider }
    }

    /// The name that an identity provider knows a RAM user by.
    fn principal(&self, name: &str) -> String {
        format!("{name}@{}.onaliyun.com", self.account)
    }

    /// A role's session of alice.
    fn role_session(&self, index: &str) -> String {
        let mut response = self.world.response(&self.account);
        response.assertion.session_index = index.to_owned();
        self.world.post_response(&self.provider.sign(&response)).cookie()
    }

    fn user_session(&self, name: &str, index: &str) -> String {
        let mut response = self.world.user_response(&self.account, &self.principal(name));
        response.assertion.session_index = index.to_owned();
        self.world.post_user_response(&self.provider.sign(&response)).cookie()
    }

    fn request(&self, name_id: &str, indexes: &[&str]) -> LogoutRequest {
        let now = self.world.clock.now();
        LogoutRequest {
            id: MessageId::generate(&random()).expect("an id"),
            issuer: ISSUER.to_owned(),
            destination: format!("{}/saml/slo", self.world.base_url),
            issue_instant: now,
            not_on_or_after: now.plus(Duration::from_secs(300)),
            reason: None,
            name_id: NameId::new(NameIdFormat::Persistent, name_id),
            session_indexes: indexes.iter().map(|index| (*index).to_owned()).collect(),
        }
    }

    fn post(&self, request: &str) -> Answer {
        self.world.post_form("/saml/slo", &[("SAMLRequest", request)], &[])
    }

    #[track_caller]
    fn logs_out(&self, request: &LogoutRequest) {
        done(&self.post(&self.provider.sign_logout(request)), request);
    }

    #[track_caller]
    fn is_living(&self, cookie: &str, is_living: bool) {
        let status = self.world.get("/console", &[("cookie", cookie)]).status;
        assert_eq!(status, if is_living { 200 } else { 401 });
    }
}

#[track_caller]
fn done(answer: &Answer, request: &LogoutRequest) {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(LogoutOutcome::parse(&answer.body).unwrap(), LogoutOutcome::Success);
    assert!(answer.body.contains(&format!("InResponseTo=\"{}\"", request.id)), "{}", answer.body);
}

#[track_caller]
fn refused(answer: &Answer) {
    assert_eq!(answer.status, 403, "{}", answer.body);
    let code = "urn:oasis:names:tc:SAML:2.0:status:Requester".to_owned();
    let refused = LogoutOutcome::Refused { code, second: None, message: None };
    assert_eq!(LogoutOutcome::parse(&answer.body).unwrap(), refused);
}

#[test]
fn the_named_sessions_end_and_no_others() {
    let house = House::new();
    let roles = [house.role_session("_1"), house.role_session("_2")];
    let users = [house.user_session("alice", "_1"), house.user_session("alice", "_2")];
    let bob = house.user_session("bob", "_1");
    // Of the role's sessions only the first.
    house.logs_out(&house.request("u-alice", &["_1", "_9"]));
    house.is_living(&roles[0], false);
    for kept in [&roles[1], &users[0], &users[1], &bob] {
        house.is_living(kept, true);
    }
    // All of the user's.
    house.logs_out(&house.request(&house.principal("alice"), &[]));
    for ended in &users {
        house.is_living(ended, false);
    }
    house.is_living(&roles[1], true);
    house.is_living(&bob, true);
    // Already gone, and never there: none of them is left.
    house.logs_out(&house.request(&house.principal("alice"), &[]));
    house.logs_out(&house.request("u-nobody", &["_1"]));
    let mut plain = house.request("u-alice", &["_2"]);
    plain.name_id.format = None;
    house.logs_out(&plain);
    house.is_living(&roles[1], false);
}

#[test]
fn a_name_of_another_format_is_another_name() {
    let house = House::new();
    let session = house.role_session("_1");
    let mut other = house.request("u-alice", &[]);
    other.name_id.format = Some(NameIdFormat::EmailAddress);
    house.logs_out(&other);
    house.is_living(&session, true);
    house.logs_out(&house.request("u-alice", &[]));
    house.is_living(&session, false);
}

#[test]
fn only_a_signed_request_for_here_and_now_ends_anything() {
    let house = House::new();
    let sessions = [house.role_session("_1"), house.user_session("alice", "_1")];
    let honest = house.request("u-alice", &[]);
    let xml =
        String::from_utf8(BASE64.decode(house.provider.sign_logout(&honest).as_bytes()).unwrap()).unwrap();
    let forged = xml.replace(">u-alice<", &format!(">{}<", house.principal("alice")));
    assert_ne!(forged, xml);
    let (start, end) = (xml.find("<ds:Signature").unwrap(), xml.find("</ds:Signature>").unwrap());
    let unsigned = format!("{}{}", &xml[..start], &xml[end + "</ds:Signature>".len()..]);
    for message in ["", "garbage", "<x/>", &forged, &unsigned] {
        refused(&house.post(&BASE64.encode(message.as_bytes())));
    }
    refused(&house.world.post_form("/saml/slo", &[], &[]));
    refused(&house.world.post_form("/saml/slo", &[("SAMLResponse", &BASE64.encode(xml.as_bytes()))], &[]));
    let now = house.world.clock.now();
    let bent: [&dyn Fn(&mut LogoutRequest); 5] = [
        &|request| request.not_on_or_after = now.minus(Duration::from_secs(60)),
        &|request| request.issue_instant = now.plus(Duration::from_secs(61)),
        &|request| request.destination = house.world.acs(),
        &|request| request.destination = "https://signin.aliyun.com/saml/slo".to_owned(),
        &|request| request.issuer = "https://elsewhere.example/metadata".to_owned(),
    ];
    for bend in bent {
        let mut request = house.request("u-alice", &[]);
        bend(&mut request);
        refused(&house.post(&house.provider.sign_logout(&request)));
    }
    let stranger = IdentityProvider::new(now);
    refused(&house.post(&stranger.sign_logout(&honest)));
    for session in &sessions {
        house.is_living(session, true);
    }
    house.logs_out(&honest);
    house.is_living(&sessions[0], false);
    house.is_living(&sessions[1], true);
}

#[test]
fn a_request_works_once() {
    let house = House::new();
    let request = house.request("u-alice", &[]);
    house.logs_out(&request);
    house.world.clock.advance(Duration::from_secs(1));
    let session = house.role_session("_1");
    refused(&house.post(&house.provider.sign_logout(&request)));
    house.is_living(&session, true);
    house.logs_out(&house.request("u-alice", &[]));
    house.is_living(&session, false);
}

#[test]
fn an_issuer_of_the_same_name_in_another_account_ends_its_own_sessions_only() {
    let house = House::new();
    let other = house.world.member("other");
    // Whoever administers the other account trusts a key of their own under our issuer's name.
    let impostor = IdentityProvider::new(house.world.clock.now());
    impostor.provision(&house.world, &other);
    let ours = house.role_session("_1");
    let request = house.request("u-alice", &[]);
    let theirs = house.world.post_response(&impostor.sign(&house.world.response(&other))).cookie();
    done(&house.post(&impostor.sign_logout(&request)), &request);
    house.is_living(&ours, true);
    house.is_living(&theirs, false);
    // Nor does it keep us from coming in again with what was under way.
    let again = house.role_session("_2");
    house.is_living(&again, true);
    house.logs_out(&house.request("u-alice", &[]));
    house.is_living(&ours, false);
}

#[test]
fn an_issuer_that_no_account_trusts_is_refused() {
    let house = House::new();
    let mut request = house.request("u-alice", &[]);
    request.issuer = "https://sso.example.com/?a&b".to_owned();
    refused(&house.post(&house.provider.sign_logout(&request)));
    let key = house.world.cloudsso(&house.account);
    let metadata = house.provider.encoded_metadata_of(&request.issuer);
    let settings = [("MetadataDocument", metadata.as_str())];
    house.world.call(&key, (IMS, "SetUserSsoSettings"), &settings).ok();
    house.logs_out(&request);
}

#[test]
fn whoever_opened_a_session_ends_it_also_when_the_account_trusts_another_by_then() {
    let house = House::new();
    let key = house.world.cloudsso(&house.account);
    let successor = IdentityProvider::new(house.world.clock.now());
    let sessions = [
        house.role_session("_1"),
        house.role_session("_2"),
        house.user_session("alice", "_1"),
        house.user_session("alice", "_2"),
    ];
    let metadata = successor.encoded_metadata();
    let provider = [("SAMLProviderName", PROVIDER), ("NewEncodedSAMLMetadataDocument", metadata.as_str())];
    house.world.call(&key, (IMS, "UpdateSAMLProvider"), &provider).ok();
    house.world.call(&key, (IMS, "SetUserSsoSettings"), &[("MetadataDocument", &metadata)]).ok();
    let alice = house.principal("alice");
    for (name_id, old, new) in [("u-alice", &sessions[0], &sessions[1]), (&alice, &sessions[2], &sessions[3])]
    {
        house.logs_out(&house.request(name_id, &["_1"]));
        house.is_living(old, false);
        house.is_living(new, true);
        let request = house.request(name_id, &["_2"]);
        done(&house.post(&successor.sign_logout(&request)), &request);
        house.is_living(new, false);
    }
    // With the last session its keys are forgotten.
    house.world.clock.advance(Duration::from_secs(86_400));
    let fresh = successor.sign(&house.world.user_response(&house.account, &alice));
    assert_eq!(house.world.post_user_response(&fresh).status, 303);
    refused(&house.post(&house.provider.sign_logout(&house.request("u-alice", &[]))));
}

#[test]
fn what_was_under_way_when_a_logout_came_opens_nothing() {
    let house = House::new();
    let alice = house.principal("alice");
    let mut late = house.world.user_response(&house.account, &alice);
    late.assertion.session_index = "_1".to_owned();
    let mut beside = house.world.user_response(&house.account, &alice);
    beside.assertion.session_index = "_2".to_owned();
    let role = house.world.response(&house.account);
    house.world.clock.advance(Duration::from_secs(1));
    house.logs_out(&house.request(&alice, &["_1"]));
    house.logs_out(&house.request("u-alice", &[]));
    assert_eq!(house.world.post_response(&house.provider.sign(&role)).status, 403);
    let credentials = sts::post(&house.world, &house.account, &house.provider.sign(&role), &[]);
    assert_eq!(credentials.code(), "AuthenticationFail.SAMLAssertion");
    assert_eq!(house.world.post_user_response(&house.provider.sign(&late)).status, 403);
    assert_eq!(house.world.post_user_response(&house.provider.sign(&beside)).status, 303);
    house.world.clock.advance(Duration::from_secs(1));
    let mut fresh = house.world.user_response(&house.account, &alice);
    fresh.assertion.session_index = "_1".to_owned();
    assert_eq!(house.world.post_user_response(&house.provider.sign(&fresh)).status, 303);
    house.is_living(&house.role_session("_3"), true);
    let role = house.provider.sign(&house.world.response(&house.account));
    assert_eq!(sts::post(&house.world, &house.account, &role, &[]).code(), "ok");
}
