//! The driver against a server that verifies every signature and answers what the test wrote down.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};

use crate::base::{AccountId, Clock, FolderId, Secret, Timestamp};
use crate::rpc::{AccessKey, Call, Headers, Request};

use super::*;

mod lists;
mod logout;
mod traffic;
mod user;

const NOW: &str = "2026-11-22T18:00:00Z";

fn now() -> Timestamp {
    Timestamp::parse(NOW).unwrap()
}

/// What the server answers to one call.
enum Canned {
    Json(u16, Value),
    Raw(&'static str),
    /// Closes the connection without a word.
    HangUp,
    /// Reads the call and never answers.
    Silence,
}

/// What the server saw of one call: who signed, what, and with which parameters.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    key: String,
    action: String,
    version: String,
    parameters: Vec<(String, String)>,
    nonce: String,
}

impl Seen {
    fn parameter(&self, name: &str) -> &str {
        self.parameters.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }
}

struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Answers `answers` in their order, one connection each, and then is gone.
    fn start(answers: Vec<Canned>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&seen);
        let thread = std::thread::spawn(move || {
            for answer in answers {
                let (stream, _) = listener.accept().unwrap();
                serve(stream, &answer, &record);
            }
        });
        Self { port, seen, thread: Some(thread) }
    }

    /// Waits until every answer was given, and returns the calls.
    fn calls(mut self) -> Vec<Seen> {
        self.thread.take().unwrap().join().unwrap();
        self.seen.lock().unwrap().clone()
    }
}

/// Reads one request: its head without the empty line, and its body.
fn receive(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut chunk = [0; 4096];
    let end = loop {
        let count = stream.read(&mut chunk).unwrap();
        bytes.extend_from_slice(&chunk[..count]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        assert!(count > 0, "the request ended early");
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length: usize = headers(&head).single("content-length").unwrap().unwrap_or("0").parse().unwrap();
    while bytes.len() < end + 4 + length {
        let count = stream.read(&mut chunk).unwrap();
        bytes.extend_from_slice(&chunk[..count]);
    }
    (head, bytes.split_off(end + 4))
}

fn headers(head: &str) -> Headers {
    head.split("\r\n").skip(1).map(|line| line.split_once(':').unwrap()).collect()
}

fn serve(mut stream: TcpStream, answer: &Canned, record: &Mutex<Vec<Seen>>) {
    let (head, body) = receive(&mut stream);
    let mut first = head.split(' ');
    let (method, target) = (first.next().unwrap(), first.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    record.lock().unwrap().push(verified(&Request {
        method,
        path,
        query,
        headers: headers(&head),
        body: &body,
    }));
    let (status, body) = match answer {
        Canned::Json(status, body) => (*status, body.to_string()),
        Canned::Raw(body) => (200, (*body).to_owned()),
        Canned::HangUp => return,
        Canned::Silence => {
            // Ends when the client gives up and closes.
            let _ = stream.read(&mut [0; 1]);
            return;
        }
    };
    let length = body.len();
    write!(stream, "HTTP/1.1 {status} X\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}")
        .unwrap();
}

fn verified(request: &Request<'_>) -> Seen {
    let call = Call::parse(request).unwrap();
    let parameters = |parameters: &crate::rpc::Parameters| {
        parameters.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    };
    let Some(credential) = call.credential() else {
        return Seen {
            key: String::new(),
            action: call.action.clone(),
            version: call.version.clone(),
            parameters: parameters(&call.parameters),
            nonce: String::new(),
        };
    };
    // Temporary keys of these tests have the secret `secret-<id>` and the token `token-<id>`.
    let id = credential.access_key_id.to_owned();
    assert_eq!(
        credential.security_token.map(|token| token.expose().to_owned()),
        id.starts_with("STS").then(|| format!("token-{id}"))
    );
    let call = call.verify(&Secret::new(format!("secret-{id}")), now()).unwrap();
    Seen {
        key: id,
        action: call.action().to_owned(),
        version: call.version().to_owned(),
        parameters: parameters(call.parameters()),
        nonce: call.nonce().to_owned(),
    }
}

struct Bench {
    cloud: Cloud,
    clock: Clock,
    pauses: Arc<Mutex<Vec<Duration>>>,
    server: Server,
}

fn bench(answers: Vec<Canned>) -> Bench {
    bench_within(Limits::default(), answers)
}

fn bench_within(limits: Limits, answers: Vec<Canned>) -> Bench {
    let server = Server::start(answers);
    bench_at(server, limits, Duration::from_millis(300))
}

/// A driver that waits `patience` for an answer.
fn bench_at(server: Server, limits: Limits, patience: Duration) -> Bench {
    let endpoint = Endpoint::parse(&format!("http://127.0.0.1:{}", server.port)).unwrap();
    let site = Site {
        sts: endpoint.clone(),
        ram: endpoint.clone(),
        ims: endpoint.clone(),
        resource_directory: endpoint,
        key: AccessKey { id: "LTAI1".into(), secret: Secret::new("secret-LTAI1"), security_token: None },
        entry_role: "AliyunServiceRoleForCloudSSO".into(),
        timeouts: Timeouts { connect: Duration::from_secs(2), total: patience },
        retry: Retry::default(),
    };
    let clock = Clock::manual(now());
    let (pauses, counter) = (Arc::new(Mutex::new(Vec::new())), AtomicU64::new(0));
    let noted = Arc::clone(&pauses);
    let surroundings = Surroundings {
        clock: clock.clone(),
        entropy: Arc::new(move || Some(u128::from(counter.fetch_add(1, Ordering::SeqCst)).to_le_bytes())),
        pause: Pause::new(move |duration| noted.lock().unwrap().push(duration)),
    };
    Bench { cloud: Cloud::with_limits(site, surroundings, limits), clock, pauses, server }
}

fn session(number: u32, expiration: &str) -> Canned {
    let id = format!("STS.{number}");
    Canned::Json(
        200,
        json!({
            "RequestId": "r-sts",
            "Credentials": {"AccessKeyId": id, "AccessKeySecret": format!("secret-{id}"),
                "SecurityToken": format!("token-{id}"), "Expiration": expiration},
            "AssumedRoleUser": {"Arn": "acs:ram::1:role/r/cloudsso", "AssumedRoleId": "3:cloudsso"}
        }),
    )
}

fn role() -> Canned {
    Canned::Json(
        200,
        json!({"RequestId": "r-1", "Role": {"RoleId": "3", "RoleName": "a", "Arn": "acs:ram::1:role/a",
        "AssumeRolePolicyDocument": "{}", "MaxSessionDuration": 3600}}),
    )
}

fn fault(status: u16, code: &str) -> Canned {
    Canned::Json(status, json!({"Code": code, "Message": "m", "RequestId": "r-f", "HostId": "h"}))
}

fn member() -> AccountId {
    AccountId::parse("1111222233334444").unwrap()
}

#[test]
fn a_member_is_entered_once_and_again_before_its_credentials_expire() {
    let bench = bench(vec![
        session(1, "2026-11-22T18:10:00Z"),
        role(),
        role(),
        session(2, "2026-11-22T19:00:00Z"),
        role(),
    ]);
    let account = bench.cloud.account(&member());
    let new = NewRole {
        name: "a b",
        description: "",
        trust_policy: "{\"Version\":\"1\"}",
        max_session_seconds: 3600,
    };
    assert_eq!(account.create_role(&new).unwrap().arn, "acs:ram::1:role/a");
    bench.clock.advance(Duration::from_secs(299));
    bench.cloud.account(&member()).get_role("a").unwrap();
    bench.clock.advance(Duration::from_secs(1));
    account.get_role("a").unwrap();

    let seen = bench.server.calls();
    let order: Vec<_> = seen.iter().map(|call| (call.key.as_str(), call.action.as_str())).collect();
    assert_eq!(
        order,
        [
            ("LTAI1", "AssumeRole"),
            ("STS.1", "CreateRole"),
            ("STS.1", "GetRole"),
            ("LTAI1", "AssumeRole"),
            ("STS.2", "GetRole"),
        ]
    );
    assert_eq!(seen[0].version, "2015-04-01");
    assert_eq!(seen[0].parameter("RoleArn"), "acs:ram::1111222233334444:role/AliyunServiceRoleForCloudSSO");
    assert_eq!(seen[0].parameter("RoleSessionName"), "cloudsso");
    assert_eq!((seen[1].version.as_str(), seen[1].parameter("RoleName")), ("2015-05-01", "a b"));
    assert_eq!(seen[1].parameter("AssumeRolePolicyDocument"), "{\"Version\":\"1\"}");
}

#[test]
fn refused_credentials_are_fetched_anew_once() {
    let bench = bench(vec![
        session(1, "2026-11-22T19:00:00Z"),
        fault(400, "InvalidSecurityToken.Expired"),
        session(2, "2026-11-22T19:00:00Z"),
        fault(404, "InvalidAccessKeyId.NotFound"),
    ]);
    let refusal = bench.cloud.account(&member()).get_role("a").unwrap_err();
    assert!(refusal.is_credential_refused() && !refusal.is_not_found());
    let keys: Vec<_> = bench.server.calls().into_iter().map(|call| call.key).collect();
    assert_eq!(keys, ["LTAI1", "STS.1", "LTAI1", "STS.2"]);
}

#[test]
fn failures_by_kind() {
    type Check = fn(&Error) -> bool;
    let table: [(Vec<Canned>, Check); 7] = [
        (vec![fault(404, "EntityNotExist.Role")], |error| error.is_not_found() && !error.is_retryable()),
        (vec![fault(409, "EntityAlreadyExists.Role")], |error| {
            error.is_already_exists() && error.request_id() == "r-f"
        }),
        (
            vec![fault(403, "NoPermission")],
            |error| matches!(error, Error::Refused { status: 403, message, .. } if message == "m"),
        ),
        (
            vec![fault(400, "SignatureDoesNotMatch")],
            |error| matches!(error, Error::Refused { message, .. } if message == "the signature was refused"),
        ),
        (vec![Canned::Raw("not json")], |error| matches!(error, Error::Malformed { .. })),
        (
            vec![Canned::Json(200, json!({"RequestId": "r", "Role": {"RoleId": 3}}))],
            |error| matches!(error, Error::Malformed { expected, request_id } if expected.contains("GetRole") && request_id == "r"),
        ),
        (vec![Canned::Json(302, json!({}))], |error| matches!(error, Error::Malformed { .. })),
    ];
    for (answers, check) in table {
        let bench = bench(answers);
        let error = bench.cloud.management().get_role("a").unwrap_err();
        assert!(check(&error), "{error:?}");
        assert!(bench.pauses.lock().unwrap().is_empty(), "{error:?}");
        bench.server.calls();
    }
}

#[test]
fn throttling_and_unavailability_are_tried_again_with_a_new_nonce() {
    let answers =
        vec![fault(400, "Throttling.User"), fault(503, "ServiceUnavailable"), Canned::HangUp, role()];
    let bench = bench(answers);
    assert_eq!(bench.cloud.management().get_role("a").unwrap().role_name, "a");
    assert_eq!(bench.pauses.lock().unwrap().len(), 3);
    let mut nonces: Vec<_> = bench.server.calls().into_iter().map(|call| call.nonce).collect();
    nonces.dedup();
    assert_eq!(nonces.len(), 4);
}

#[test]
fn patience_ends() {
    let bench = bench((0..4).map(|_| fault(500, "InternalError")).collect());
    let error = bench.cloud.management().delete_role("a").unwrap_err();
    assert_eq!(
        error,
        Error::Unavailable { reason: "500 InternalError".to_owned(), request_id: "r-f".to_owned() }
    );
    assert_eq!(bench.server.calls().len(), 4);
}

#[test]
fn an_answer_that_never_comes_is_a_timeout() {
    let bench = bench(vec![Canned::Silence, role()]);
    assert!(bench.cloud.management().get_role("a").is_ok());
    assert_eq!(bench.server.calls().len(), 2);
}

#[test]
fn nobody_listening_is_unavailable() {
    let bench = bench(vec![]);
    bench.server.calls();
    let error = bench.cloud.management().get_role("a").unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert_eq!(bench.pauses.lock().unwrap().len(), 3);
}

#[test]
fn what_would_make_two_is_not_sent_twice() {
    let new = NewMember { display_name: "prod", parent: None, account_name_prefix: None };
    let uncertain = bench(vec![Canned::HangUp]);
    let error = uncertain.cloud.management().create_resource_account(&new).unwrap_err();
    assert!(error.is_retryable());
    assert_eq!(uncertain.server.calls().len(), 1);

    let account =
        json!({"AccountId": "1", "DisplayName": "prod", "FolderId": "r-1", "Type": "ResourceAccount"});
    let throttled = bench(vec![fault(400, "Throttling"), Canned::Json(200, json!({"Account": account}))]);
    let member = throttled.cloud.management().create_resource_account(&new).unwrap();
    assert_eq!((member.kind.as_str(), member.status.as_str()), ("ResourceAccount", ""));
    assert_eq!(throttled.server.calls().len(), 2);
}

#[test]
fn lists_are_whole_or_refused() {
    let page = |from: usize, to: usize, total: usize| {
        let members: Vec<_> =
            (from..to).map(|id| json!({"AccountId": id.to_string(), "FolderId": "fd-1"})).collect();
        Canned::Json(200, json!({"Accounts": {"Account": members}, "TotalCount": total}))
    };
    let whole = bench(vec![page(0, 100, 150), page(100, 150, 150)]);
    assert_eq!(whole.cloud.management().list_accounts().unwrap().len(), 150);
    let pages: Vec<_> =
        whole.server.calls().iter().map(|call| call.parameter("PageNumber").to_owned()).collect();
    assert_eq!(pages, ["1", "2"]);

    let half = bench(vec![page(0, 100, 150), page(0, 0, 150)]);
    let error = half.cloud.management().list_accounts().unwrap_err();
    assert!(matches!(error, Error::Malformed { .. }), "{error:?}");

    let none = bench(vec![Canned::Json(200, json!({"Folders": {"Folder": []}, "TotalCount": 0}))]);
    let root = FolderId::parse("r-1").unwrap();
    assert!(none.cloud.management().list_folders_for_parent(&root).unwrap().is_empty());
}

#[test]
fn a_saml_logon_is_anonymous_and_its_assertion_travels_in_the_body() {
    let bench = bench(vec![session(7, "2026-11-22T19:00:00Z")]);
    let assertion = Secret::new("A+/=".repeat(10_000));
    let logon = SamlLogon {
        provider_arn: "acs:ram::1:saml-provider/p",
        role_arn: "acs:ram::1:role/r",
        assertion: &assertion,
        duration: Some(Duration::from_secs(900)),
    };
    let session = bench.cloud.assume_role_with_saml(&logon).unwrap();
    assert_eq!((session.key.id.as_str(), session.expires.seconds()), ("STS.7", now().seconds() + 3600));
    let seen = bench.server.calls();
    assert_eq!((seen[0].key.as_str(), seen[0].action.as_str()), ("", "AssumeRoleWithSAML"));
    assert_eq!(seen[0].parameter("SAMLAssertion"), assertion.expose());
    assert_eq!(seen[0].parameter("DurationSeconds"), "900");
}

#[test]
fn providers_and_policies_in_their_own_shapes() {
    let provider = json!({"Arn": "acs:ram::1:saml-provider/p", "SAMLProviderName": "p",
        "EncodedSAMLMetadataDocument": "PGEvPg=="});
    let bench = bench(vec![
        Canned::Json(200, json!({"SAMLProvider": provider})),
        Canned::Json(
            200,
            json!({"Policy": {"PolicyName": "x", "PolicyType": "Custom", "DefaultVersion": "v2"},
            "DefaultPolicyVersion": {"VersionId": "v2", "IsDefaultVersion": true, "PolicyDocument": "{}"}}),
        ),
        Canned::Json(200, json!({"Policies": {"Policy": [{"PolicyName": "x", "PolicyType": "System"}]}})),
        Canned::Json(200, json!({"PolicyVersion": {"VersionId": "v3", "IsDefaultVersion": true}})),
        Canned::Json(200, json!({"RequestId": "r"})),
    ]);
    let account = bench.cloud.management();
    let new = NewSamlProvider { name: "p", description: "", metadata: "<a/>" };
    assert_eq!(account.create_saml_provider(&new).unwrap().metadata().as_deref(), Some(&b"<a/>"[..]));
    let policy = account.get_policy(PolicyKind::Custom, "x").unwrap();
    assert_eq!((policy.default_version.as_str(), policy.document.as_str()), ("v2", "{}"));
    assert_eq!(account.list_policies_for_role("r").unwrap()[0].kind, PolicyKind::System);
    let version = NewPolicyVersion { policy_name: "x", document: "{}", is_default: true };
    assert!(account.create_policy_version(&version).unwrap().is_default_version);
    account.attach_policy_to_role(PolicyKind::System, "AdministratorAccess", "r").unwrap();
    let seen = bench.server.calls();
    assert_eq!(seen[0].parameter("EncodedSAMLMetadataDocument"), "PGEvPg==");
    assert_eq!(seen[0].version, "2019-08-15");
    assert_eq!(seen[3].parameter("SetAsDefault"), "true");
    assert_eq!(seen[4].parameter("PolicyType"), "System");
}

#[test]
fn endpoints() {
    for (text, url) in [
        ("ram.aliyuncs.com", Some("https://ram.aliyuncs.com/?a=b")),
        ("http://127.0.0.1:8090/", Some("http://127.0.0.1:8090/?a=b")),
        ("https://[::1]:1", Some("https://[::1]:1/?a=b")),
        ("ftp://x", None),
        ("x/y", None),
        ("user@x", None),
        ("", None),
    ] {
        assert_eq!(Endpoint::parse(text).map(|endpoint| endpoint.url("a=b")).as_deref(), url, "{text}");
    }
}
