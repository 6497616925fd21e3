//! Attacks on the OpenAPI, each beside the use that it imitates.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use cloudsso::base::{Secret, UserName};
use cloudsso::domain::{KeyHolder, MachinePolicy, Status};
use cloudsso::rpc::AccessKey;
use cloudsso::service::administrator;

use super::{Api, new_key};

#[test]
fn a_call_passes_once_however_many_send_it() {
    let api = Api::new();
    let parameters = [("DirectoryId", api.directory.as_str()), ("UserName", "erin")];
    let signed = api.sign(&api.key, "CreateUser", &parameters);
    let barrier = Barrier::new(8);
    let codes: Vec<String> = thread::scope(|scope| {
        let send = |number: usize| {
            let (api, signed, barrier) = (&api, &signed, &barrier);
            scope.spawn(move || {
                barrier.wait();
                api.send_from(&format!("203.0.113.{number}"), signed).code()
            })
        };
        let threads: Vec<_> = (0..8).map(send).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(codes.iter().filter(|code| *code == "ok").count(), 1, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| *code == "SignatureNonceUsed").count(), 7, "{codes:?}");
    api.app.advance(Duration::from_secs(899));
    api.send(&signed).refused(400, "SignatureNonceUsed");
    api.app.advance(Duration::from_secs(2));
    api.send(&signed).refused(400, "InvalidTimeStamp.Expired");
    // Another call of the same words is another call.
    api.call("CreateUser", &parameters).refused(409, "EntityAlreadyExists.User");
}

#[test]
fn a_nonce_belongs_to_its_key_and_is_kept_while_it_counts() {
    let api = Api::new();
    let other = api.machine("robot", &MachinePolicy::known(MachinePolicy::FULL_ACCESS).unwrap().document);
    let host = api.host();
    let outgoing = cloudsso::rpc::Outgoing {
        host: &host,
        action: "GetServiceStatus",
        version: "2021-05-15",
        query: &[],
        form: &[],
    };
    let sign = |key: &AccessKey| outgoing.sign(key, api.app.clock.now(), "the same").unwrap();
    let first = sign(&api.key);
    api.send(&first).ok();
    api.send(&sign(&other)).ok();
    // The forgetting of old nonces, a minute later, does not take this one.
    api.app.advance(Duration::from_secs(120));
    api.call("GetServiceStatus", &[]).ok();
    api.send(&first).refused(400, "SignatureNonceUsed");
    // Long after, the words may be used again.
    api.app.advance(Duration::from_secs(3600));
    api.call("GetServiceStatus", &[]).ok();
    api.send(&sign(&api.key)).ok();
}

#[test]
fn a_wrong_signature_uses_up_no_nonce() {
    let api = Api::new();
    let right = api.sign(&api.key, "GetServiceStatus", &[]);
    let mut forged = right.clone();
    for (name, value) in &mut forged.headers {
        if *name == "authorization" {
            value.truncate(value.len() - 4);
            value.push_str("0000");
        }
    }
    api.send(&forged).refused(400, "SignatureDoesNotMatch");
    api.send(&right).ok();
}

#[test]
fn the_key_of_a_disabled_administrator_opens_nothing() {
    let api = Api::new();
    let (ctx, operator) = (&api.app.ctx, &api.app.operator);
    let name = UserName::parse("leaver").unwrap();
    let id = administrator::ensure(ctx, operator, &name).unwrap();
    let key = new_key(&api.app, &KeyHolder::Administrator(id.clone()));
    api.call_as(&key, "GetServiceStatus", &[]).ok();
    administrator::update_status(ctx, operator, &id, Status::Disabled).unwrap();
    api.call_as(&key, "GetServiceStatus", &[]).refused(403, "InvalidAccessKeyId.Inactive");
    administrator::update_status(ctx, operator, &id, Status::Enabled).unwrap();
    api.call_as(&key, "GetServiceStatus", &[]).ok();
}

#[test]
fn a_token_opens_its_own_list_only() {
    let api = Api::new();
    let list = |action: &str, parameters: &[(&str, &str)]| {
        api.within(action, &[parameters, &[("MaxResults", "1")]].concat())
    };
    let token = |action: &str, parameters: &[(&str, &str)]| {
        list(action, parameters).ok()["NextToken"].as_str().unwrap().to_owned()
    };
    let users = token("ListUsers", &[]);
    assert!(
        users.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_'),
        "{users}"
    );
    list("ListUsers", &[("NextToken", &users)]).ok();
    let filtered = token("ListUsers", &[("Status", "Enabled")]);
    let groups = list("ListGroups", &[("NextToken", &users)]);
    groups.refused(400, "InvalidParameter.NextToken");
    for (parameters, wrong) in [
        (vec![("Status", "Enabled")], &users),
        (vec![("Filter", "UserName sw a")], &users),
        (vec![("Tags.1.Key", "team")], &users),
        (vec![], &filtered),
        (vec![("Status", "Disabled")], &filtered),
    ] {
        let refused = list("ListUsers", &[parameters.as_slice(), &[("NextToken", wrong)]].concat());
        refused.refused(400, "InvalidParameter.NextToken");
    }
    list("ListUsers", &[("Status", "Enabled"), ("NextToken", &filtered)]).ok();
    for position in [0, 5, users.len() - 1] {
        let mut bytes = users.clone().into_bytes();
        bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
        let tampered = String::from_utf8(bytes).unwrap();
        list("ListUsers", &[("NextToken", &tampered)]).refused(400, "InvalidParameter.NextToken");
    }
    let longest = "A".repeat(10_000);
    list("ListUsers", &[("NextToken", &longest)]).refused(400, "InvalidParameter.NextToken");
    // The size of a page may change on the way.
    api.within("ListUsers", &[("NextToken", &users), ("MaxResults", "100")]).ok();
}

#[test]
fn a_filter_finds_names_and_nothing_else() {
    let api = Api::new();
    for attack in [
        "UserName sw %",
        "UserName sw ' OR 1=1 --",
        "UserName eq alice' --",
        "UserName sw a!",
        "UserName sw a; DROP TABLE users",
        "UserName eq alice eq bob",
        "UserName sw \u{0}",
    ] {
        api.within("ListUsers", &[("Filter", attack)]).refused(400, "InvalidParameter.Filter");
    }
    // Letters that SQL would take for any letter are letters.
    assert_eq!(api.within("ListUsers", &[("Filter", "UserName sw _")]).ok()["TotalCounts"], 0);
    assert_eq!(api.within("ListUsers", &[("Filter", "UserName eq al_ce")]).ok()["TotalCounts"], 0);
    assert_eq!(api.within("ListUsers", &[("Filter", "UserName sw al")]).ok()["TotalCounts"], 1);
}

#[test]
fn one_address_that_guesses_is_slowed() {
    let api = Api::new();
    let guess = AccessKey { secret: Secret::new("guess"), ..api.key.clone() };
    let from =
        |address: &str, key: &AccessKey| api.send_from(address, &api.sign(key, "GetServiceStatus", &[]));
    for _ in 0..31 {
        from("203.0.113.9", &guess).refused(400, "SignatureDoesNotMatch");
    }
    let slowed = from("203.0.113.9", &guess);
    assert_eq!(slowed.header("retry-after"), Some("60"));
    slowed.refused(429, "Throttling.User");
    from("203.0.113.9", &api.key).refused(429, "Throttling.User");
    // Others go on, and so do people who sign in from there.
    from("203.0.113.10", &api.key).ok();
    let mut visitor = api.app.visitor_at("203.0.113.9");
    let page = api.app.person("alice").give_password(&mut visitor, &api.app.url("/login"));
    assert_eq!(page.status, 303);
    api.app.advance(Duration::from_secs(61));
    from("203.0.113.9", &api.key).ok();
}

#[test]
fn calls_that_are_in_order_are_not_slowed() {
    let api = Api::new();
    for _ in 0..60 {
        api.send_from("203.0.113.11", &api.sign(&api.key, "GetServiceStatus", &[])).ok();
    }
}

#[test]
fn a_browser_s_form_and_cookie_move_nothing() {
    let api = Api::new();
    let (browser, _portal) = api.app.sign_in("alice");
    let cookie = format!("cloudsso={}", browser.cookie(&api.app.url("/"), "cloudsso").unwrap());
    let before = api.statistics();
    let body = format!("Action=CreateUser&Version=2021-05-15&DirectoryId={}&UserName=erin", api.directory);
    let headers = [
        ("content-type", "application/x-www-form-urlencoded"),
        ("cookie", cookie.as_str()),
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ];
    api.post("", &headers, &body).refused(400, "MissingAccessKeyId");
    assert_eq!(api.statistics(), before);
}

#[test]
fn another_host_is_not_served() {
    let api = Api::new();
    let outgoing = cloudsso::rpc::Outgoing {
        host: "evil.example",
        action: "GetServiceStatus",
        version: "2021-05-15",
        query: &[],
        form: &[],
    };
    let signed = outgoing.sign(&api.key, api.app.clock.now(), &api.nonce()).unwrap();
    assert_eq!(api.send(&signed).status, 421);
    api.call("GetServiceStatus", &[]).ok();
}
