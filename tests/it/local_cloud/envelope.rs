//! Bad input before any action looks at it: the vendor's status and code, a message that says what is
//! wrong, and nothing changed. Every call here would create a role if it were let through.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use cloudsso::base::Secret;
use cloudsso::rpc::{AccessKey, Outgoing, Signed, sign_query};

use super::identity_provider::trust_policy;
use super::{Answer, RAM, STS, World};

type Pairs = Vec<(String, String)>;

fn pairs(list: &[(&str, &str)]) -> Pairs {
    list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The parameters of a role that can be created.
fn role(world: &World, name: &str) -> Pairs {
    let trust = trust_policy(world.management.as_str(), "p", "x");
    pairs(&[("RoleName", name), ("AssumeRolePolicyDocument", trust.as_str())])
}

fn outgoing<'a>(world: &'a World, query: &'a Pairs, form: &'a Pairs) -> Outgoing<'a> {
    Outgoing { host: &world.host, action: "CreateRole", version: RAM, query, form }
}

/// A call signed now, then bent.
fn bent(world: &World, bend: impl FnOnce(&mut Signed)) -> Answer {
    let form = role(world, "intruder");
    let mut signed =
        outgoing(world, &vec![], &form).sign(&world.owner, world.clock.now(), &world.nonce()).unwrap();
    bend(&mut signed);
    world.send(&signed)
}

/// A call of which one parameter is another.
fn with(world: &World, name: &str, value: &str) -> Answer {
    let mut form = role(world, "intruder");
    form.retain(|(known, _)| known != name);
    form.push((name.to_owned(), value.to_owned()));
    signed(world, &vec![], &form)
}

fn signed(world: &World, query: &Pairs, form: &Pairs) -> Answer {
    signed_by(world, &world.owner, query, form)
}

fn signed_by(world: &World, key: &AccessKey, query: &Pairs, form: &Pairs) -> Answer {
    let signed = outgoing(world, query, form).sign(key, world.clock.now(), &world.nonce()).unwrap();
    world.send(&signed)
}

fn set(signed: &mut Signed, name: &str, value: &str) {
    for (known, old) in &mut signed.headers {
        if *known == name {
            value.clone_into(old);
        }
    }
}

/// By the older signature, in the query of a GET; `own` are the parameters beside the role's.
fn older(world: &World, own: &[(&str, &str)], bend: impl FnOnce(String) -> String) -> Answer {
    let mut parameters = role(world, "intruder");
    parameters.extend(pairs(own));
    let query = sign_query("GET", &parameters, &world.owner, world.clock.now(), &world.nonce()).unwrap();
    world.get(&format!("/?{}", bend(query)), &[])
}

const CREATE: &[(&str, &str)] = &[("Action", "CreateRole"), ("Version", RAM)];

/// What to send, and the status, code and words of the refusal.
type Case = (&'static str, fn(&World) -> Answer, u16, &'static str, &'static str);

const WHO_AND_WHAT: &[Case] = &[
    (
        "unknown action",
        |w| bent(w, |s| set(s, "x-acs-action", "CreateRoles")),
        404,
        "InvalidAction.NotFound",
        "CreateRoles",
    ),
    (
        "unknown version",
        |w| bent(w, |s| set(s, "x-acs-version", "2015-05-02")),
        400,
        "InvalidVersion",
        "2015-05-02",
    ),
    (
        "an action of another version",
        |w| bent(w, |s| set(s, "x-acs-version", STS)),
        404,
        "InvalidAction.NotFound",
        "CreateRole",
    ),
    (
        "a strange action",
        |w| bent(w, |s| set(s, "x-acs-action", "Create/Role")),
        400,
        "InvalidParameter.Action",
        "letters and digits",
    ),
    ("no action", |w| older(w, &[("Version", RAM)], |q| q), 400, "MissingAction", "Action is mandatory"),
    (
        "no version",
        |w| older(w, &[("Action", "CreateRole")], |q| q),
        400,
        "MissingVersion",
        "Version is mandatory",
    ),
    (
        "two actions",
        |w| signed(w, &pairs(&[("Action", "DeleteRole")]), &role(w, "intruder")),
        400,
        "InvalidParameter.Action",
        "more than once",
    ),
    ("a strange format", |w| with(w, "Format", "YAML"), 400, "InvalidParameter.Format", "JSON or XML"),
    ("a method", |w| put(w), 400, "InvalidParameter.Method", "GET or POST"),
    (
        "a wrong secret",
        |w| {
            let key = AccessKey { secret: Secret::new("guess"), ..w.owner.clone() };
            signed_by(w, &key, &vec![], &role(w, "intruder"))
        },
        400,
        "SignatureDoesNotMatch",
        "not matched",
    ),
    (
        "an unknown key",
        |w| {
            let key = AccessKey { id: "LTAI5tUnknown".to_owned(), ..w.owner.clone() };
            signed_by(w, &key, &vec![], &role(w, "intruder"))
        },
        404,
        "InvalidAccessKeyId.NotFound",
        "not found",
    ),
    (
        "a token that no lasting key has",
        |w| {
            let key = AccessKey { security_token: Some(Secret::new("t")), ..w.owner.clone() };
            signed_by(w, &key, &vec![], &role(w, "intruder"))
        },
        400,
        "InvalidSecurityToken.Malformed",
        "malformed",
    ),
    (
        "nobody",
        |w| {
            let form = role(w, "intruder");
            w.send(&outgoing(w, &vec![], &form).anonymous(w.clock.now(), "n"))
        },
        400,
        "MissingAccessKeyId",
        "AccessKeyId is mandatory",
    ),
    (
        "half a signature",
        |w| older(w, CREATE, |q| q.replace("SignatureMethod=HMAC-SHA1&", "")),
        400,
        "MissingSignatureMethod",
        "mandatory",
    ),
    (
        "a strange method of signing",
        |w| older(w, CREATE, |q| q.replace("HMAC-SHA1", "HMAC-MD5")),
        400,
        "InvalidParameter.SignatureMethod",
        "HMAC-SHA1",
    ),
    (
        "a strange authorization",
        |w| bent(w, |s| set(s, "authorization", "Basic YTpi")),
        400,
        "IncompleteSignature",
        "ACS3-HMAC-SHA256",
    ),
    (
        "a header that is not signed",
        |w| bent(w, |s| s.headers.push(("x-acs-extra", "1".to_owned()))),
        400,
        "IncompleteSignature",
        "x-acs-extra",
    ),
    ("a date too old", |w| dated(w, -901), 400, "InvalidTimeStamp.Expired", "expired"),
    ("a date too young", |w| dated(w, 901), 400, "InvalidTimeStamp.Expired", "expired"),
    (
        "a date of no form",
        |w| bent(w, |s| set(s, "x-acs-date", "22 Nov 2026")),
        400,
        "InvalidTimeStamp.Format",
        "22 Nov 2026",
    ),
    (
        "a long nonce",
        |w| bent(w, |s| set(s, "x-acs-signature-nonce", &"n".repeat(129))),
        400,
        "InvalidParameter.SignatureNonce",
        "1 to 128",
    ),
    (
        "a nonce a second time",
        |w| {
            let form = pairs(&[("RoleName", "nobody")]);
            let get = Outgoing { action: "GetRole", ..outgoing(w, &form, &form) };
            let get = Outgoing { form: &[], ..get };
            let nonce = w.nonce();
            assert_eq!(
                w.send(&get.sign(&w.owner, w.clock.now(), &nonce).unwrap()).code(),
                "EntityNotExist.Role"
            );
            let form = role(w, "intruder");
            w.send(&outgoing(w, &vec![], &form).sign(&w.owner, w.clock.now(), &nonce).unwrap())
        },
        400,
        "SignatureNonceUsed",
        "used already",
    ),
];

const FORM: &[Case] = &[
    (
        "missing",
        |w| signed(w, &vec![], &pairs(&[("RoleName", "intruder")])),
        400,
        "MissingAssumeRolePolicyDocument",
        "mandatory",
    ),
    ("empty", |w| with(w, "RoleName", ""), 400, "MissingRoleName", "mandatory"),
    (
        "oversized",
        |w| with(w, "RoleName", &"r".repeat(65)),
        400,
        "InvalidParameter.RoleName.Length",
        "RoleName",
    ),
    (
        "wrong letters",
        |w| with(w, "RoleName", "in truder"),
        400,
        "InvalidParameter.RoleName.InvalidChars",
        "RoleName",
    ),
    (
        "no number",
        |w| with(w, "MaxSessionDuration", "an hour"),
        400,
        "InvalidParameter.MaxSessionDuration",
        "a whole number from",
    ),
    (
        "a number out of range",
        |w| with(w, "MaxSessionDuration", "43201"),
        400,
        "InvalidParameter.MaxSessionDuration",
        "43200",
    ),
    (
        "a number too large for any",
        |w| with(w, "MaxSessionDuration", "99999999999999999999"),
        400,
        "InvalidParameter.MaxSessionDuration",
        "a whole number from",
    ),
    (
        "no truth value",
        |w| with(w, "AllowConsoleLogin", "perhaps"),
        400,
        "InvalidParameter.AllowConsoleLogin",
        "true or false",
    ),
    ("no JSON", |w| with(w, "Tag", "[{"), 400, "InvalidParameter.Tag", "JSON list"),
    ("JSON of another form", |w| with(w, "Tag", "{\"Key\":\"a\"}"), 400, "InvalidParameter.Tag", "JSON list"),
    (
        "JSON too deep",
        |w| with(w, "Tag", &("[".repeat(20_000) + &"]".repeat(20_000))),
        400,
        "InvalidParameter.Tag",
        "JSON list",
    ),
    (
        "an object within JSON",
        |w| with(w, "Tag", "[{\"Key\":{\"a\":{\"b\":1}}}]"),
        400,
        "InvalidParameter.Tag",
        "JSON list",
    ),
    ("an index that is none", |w| with(w, "Tag.0.Key", "a"), 400, "InvalidParameter.Tag.0", "counted from 1"),
    (
        "a policy that is none",
        |w| with(w, "AssumeRolePolicyDocument", "{}"),
        400,
        "MalformedPolicyDocument",
        "Version is missing",
    ),
    (
        "a policy too deep",
        |w| with(w, "AssumeRolePolicyDocument", &"[".repeat(1_000)),
        400,
        "MalformedPolicyDocument",
        "not JSON",
    ),
    (
        "twice in the query",
        |w| {
            let twice = pairs(&[("RoleName", "intruder"), ("RoleName", "intruder")]);
            signed(w, &twice, &role(w, "x")[1..].to_vec())
        },
        400,
        "InvalidParameter.RoleName",
        "more than once",
    ),
    (
        "in query and form",
        |w| signed(w, &pairs(&[("RoleName", "intruder")]), &role(w, "intruder")),
        400,
        "InvalidParameter.RoleName",
        "more than once",
    ),
    (
        "a broken escape in the query",
        |w| bent(w, |s| s.query = "Description=%zz".to_owned()),
        400,
        "InvalidParameter",
        "percent-encoded",
    ),
    (
        "a broken escape in the form",
        |w| bent(w, |s| s.body.push_str("&Description=%4")),
        400,
        "InvalidParameter",
        "percent-encoded",
    ),
    ("no UTF-8", |w| bent(w, |s| s.body.push_str("&Description=%ff")), 400, "InvalidParameter", "UTF-8"),
    (
        "another content type",
        |w| bent(w, |s| set(s, "content-type", "application/json")),
        415,
        "UnsupportedHTTPContentType",
        "application/json",
    ),
    (
        "more parameters than any action has",
        |w| {
            let mut form = role(w, "intruder");
            form.extend((0..2_000).map(|number| (format!("P.{number}"), String::new())));
            signed(w, &vec![], &form)
        },
        400,
        "InvalidParameter",
        "at most 2000 parameters",
    ),
    (
        "a body above the limit",
        |w| with(w, "Description", &"d".repeat(384 * 1024)),
        413,
        "RequestEntityTooLarge",
        "at most 393216 bytes",
    ),
    (
        "a body far above the limit",
        |w| with(w, "Description", &"d".repeat(4_000_000)),
        413,
        "RequestEntityTooLarge",
        "at most 393216 bytes",
    ),
];

fn dated(world: &World, seconds: i64) -> Answer {
    let by = Duration::from_secs(seconds.unsigned_abs());
    let now = world.clock.now();
    let time = if seconds < 0 { now.minus(by) } else { now.plus(by) };
    let form = role(world, "intruder");
    world.send(&outgoing(world, &vec![], &form).sign(&world.owner, time, &world.nonce()).unwrap())
}

fn put(world: &World) -> Answer {
    let url = format!("http://{}/?Action=CreateRole&Version={RAM}&RoleName=intruder", world.host);
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    super::read(agent.put(url).send("").unwrap()).unwrap()
}

#[test]
fn bad_input_is_refused_in_the_vendors_words_and_changes_nothing() {
    let world = World::new();
    let roles = || world.call(&world.owner, (RAM, "ListRoles"), &[]).ok()["Roles"].clone();
    let before = roles();
    for (name, send, status, code, words) in WHO_AND_WHAT.iter().chain(FORM) {
        let answer = send(&world);
        let body = answer.json();
        let got = (answer.status, body["Code"].as_str().unwrap_or_default());
        assert_eq!(got, (*status, *code), "{name}: {}", answer.body);
        assert!(body["Message"].as_str().unwrap_or_default().contains(words), "{name}: {}", answer.body);
        for field in ["RequestId", "HostId", "Recommend"] {
            assert!(body[field].as_str().is_some_and(|text| !text.is_empty()), "{name}: {field}");
        }
        assert_eq!(roles(), before, "{name}");
    }
    // The positive twins: the same call, unbent, by both signatures.
    assert_eq!(with(&world, "RoleName", "one").code(), "ok");
    let by_get = older(&world, CREATE, |query| query);
    assert_eq!(by_get.code(), "ok", "{}", by_get.body);
}

#[test]
fn an_answer_is_written_as_it_was_asked_for() {
    let world = World::new();
    let xml = |answer: Answer, expected: &str| {
        assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"), "{}", answer.body);
        assert!(answer.body.contains(expected), "{expected}: {}", answer.body);
    };
    let form = pairs(&[("RoleName", "none"), ("Format", "XML")]);
    let get = |query: &Pairs, form: &Pairs| {
        let call = Outgoing { host: &world.host, action: "GetRole", version: RAM, query, form };
        world.send(&call.sign(&world.owner, world.clock.now(), &world.nonce()).unwrap())
    };
    xml(get(&vec![], &form), "<Code>EntityNotExist.Role</Code>");
    xml(get(&form, &vec![]), "<Code>EntityNotExist.Role</Code>");
    // Refused before it could be read, and still in the writing that its form or its query asks for.
    xml(bent(&world, |signed| signed.body = "Format=XML&A=%zz".to_owned()), "<Code>InvalidParameter</Code>");
    let large = vec![("Description".to_owned(), "d".repeat(400_000))];
    xml(signed(&world, &pairs(&[("Format", "XML")]), &large), "<Code>RequestEntityTooLarge</Code>");

    let mut described = role(&world, "described");
    described.extend(pairs(&[
        ("Description", "a<b> & \"c\""),
        ("Format", "XML"),
        ("Tag.1.Key", "k&"),
        ("Tag.1.Value", "v"),
    ]));
    xml(signed(&world, &vec![], &described), "<Description>a&lt;b&gt; &amp; \"c\"</Description>");
    let list = Outgoing { host: &world.host, action: "ListRoles", version: RAM, query: &form, form: &[] };
    let list = world.send(&list.sign(&world.owner, world.clock.now(), &world.nonce()).unwrap());
    assert_eq!(list.body.matches("<Role>").count(), 2, "{}", list.body);
    xml(list, "<ListRolesResponse><IsTruncated>false</IsTruncated>");
}

#[test]
fn an_assertion_travels_in_the_query_or_in_the_form() {
    let world = World::new();
    let post = |in_query: bool, length: usize| {
        let account = world.management.as_str();
        let small = pairs(&[
            ("RoleArn", &format!("acs:ram::{account}:role/r")),
            ("SAMLProviderArn", &format!("acs:ram::{account}:saml-provider/p")),
        ]);
        let assertion = vec![("SAMLAssertion".to_owned(), "A".repeat(length))];
        let (query, form) = if in_query { ([small, assertion].concat(), vec![]) } else { (small, assertion) };
        let call = Outgoing {
            host: &world.host,
            action: "AssumeRoleWithSAML",
            version: STS,
            query: &query,
            form: &form,
        };
        world.try_send(&call.anonymous(world.clock.now(), &world.nonce())).unwrap()
    };
    // What is read as an assertion is refused as one; what is too long is refused as such.
    let read = ["EntityNotExist.Role", "EntityNotExist.SAMLProvider", "AuthenticationFail.SAMLAssertion"];
    for (in_query, length) in [(true, 10_000), (true, 64_000), (false, 64_000), (false, 100_000)] {
        let code = post(in_query, length).code();
        assert!(read.contains(&code.as_str()), "{in_query} {length}: {code}");
    }
    assert_eq!(post(false, 100_001).code(), "InvalidParameter.SAMLAssertion.Length");
    // The HTTP library reads addresses of at most 65,534 bytes, and refuses longer ones on its own.
    let mut stream = TcpStream::connect(&world.host).unwrap();
    let query = format!("/?Action=AssumeRoleWithSAML&Version={STS}&SAMLAssertion={}", "A".repeat(65_536));
    write!(stream, "POST {query} HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\n\r\n", world.host).unwrap();
    let mut answer = String::new();
    let _closed = stream.read_to_string(&mut answer);
    assert!(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"), "{answer}");
}
