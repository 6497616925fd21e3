//! Both signatures against the vendor's published examples, and every way to bend a signed request.

use std::time::Duration;

use crate::base::{Secret, Timestamp};

use super::*;

const NOW: &str = "2026-11-22T18:00:00Z";
const HASH_OF_NOTHING: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn key() -> AccessKey {
    AccessKey { id: "testid".to_owned(), secret: Secret::new("testsecret"), security_token: None }
}

/// A request that owns its parts, so that each can be bent.
#[derive(Clone)]
struct Wire {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: String,
}

impl Wire {
    fn of(signed: Signed) -> Self {
        let headers = signed.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { method: "POST".into(), path: "/".into(), query: signed.query, headers, body: signed.body }
    }

    fn parse(&self) -> Result<Call, Error> {
        Call::parse(&Request {
            method: &self.method,
            path: &self.path,
            query: &self.query,
            headers: self.headers.iter().map(|(name, value)| (name, value)).collect(),
            body: self.body.as_bytes(),
        })
    }

    fn verify(&self) -> Result<VerifiedCall, Error> {
        self.parse()?.verify(&Secret::new("testsecret"), at(NOW))
    }

    fn header(&mut self, name: &str) -> &mut String {
        &mut self.headers.iter_mut().find(|(key, _)| key == name).unwrap().1
    }

    fn without(&mut self, name: &str) {
        self.headers.retain(|(key, _)| key != name);
    }
}

fn signed(with: &AccessKey, time: &str) -> Wire {
    let query = pairs(&[("RoleName", "a b+c*d~e"), ("Description", "R&D ä")]);
    let form = pairs(&[("AssumeRolePolicyDocument", "{\"Version\": \"1\"}")]);
    let outgoing = Outgoing {
        host: "127.0.0.1:8090",
        action: "CreateRole",
        version: "2015-05-01",
        query: &query,
        form: &form,
    };
    Wire::of(outgoing.sign(with, at(time), "nonce-1").unwrap())
}

/// The worked example of "Request syntax and signature method V3".
#[test]
fn acs3_published_example() {
    let authorization = "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;\
        x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,\
        Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0";
    let headers = [
        ("Authorization", authorization),
        ("Host", "ecs.cn-shanghai.aliyuncs.com"),
        ("x-acs-action", "RunInstances"),
        ("x-acs-content-sha256", HASH_OF_NOTHING),
        ("x-acs-date", "2023-10-26T10:22:32Z"),
        ("x-acs-signature-nonce", "3156853299f313e23d1673dc12e1703d"),
        ("x-acs-version", "2014-05-26"),
    ];
    let parse = || {
        let query = "ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai";
        let headers = headers.into_iter().collect();
        Call::parse(&Request { method: "POST", path: "/", query, headers, body: b"" }).unwrap()
    };
    let now = at("2023-10-26T10:30:00Z");
    let call = parse().verify(&Secret::new("YourAccessKeySecret"), now).unwrap();
    assert_eq!((call.action(), call.access_key_id()), ("RunInstances", "YourAccessKeyId"));
    assert_eq!(call.acceptable_until(), at("2023-10-26T10:37:32Z"));
    let refused = parse().verify(&Secret::new("YourAccessKeySecreT"), now);
    assert_eq!(refused.unwrap_err(), Error::SignatureDoesNotMatch);
}

/// The same worked examples from the other side: what our own client signs is the published text, byte for
/// byte.
#[test]
fn our_own_signatures_are_the_published_ones() {
    let query = pairs(&[
        ("ImageId", "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd"),
        ("RegionId", "cn-shanghai"),
    ]);
    let outgoing = Outgoing {
        host: "ecs.cn-shanghai.aliyuncs.com",
        action: "RunInstances",
        version: "2014-05-26",
        query: &query,
        form: &[],
    };
    let example = AccessKey {
        id: "YourAccessKeyId".to_owned(),
        secret: Secret::new("YourAccessKeySecret"),
        security_token: None,
    };
    let nonce = "3156853299f313e23d1673dc12e1703d";
    let signed = outgoing.sign(&example, at("2023-10-26T10:22:32Z"), nonce).unwrap();
    assert_eq!(
        Wire::of(signed).header("authorization"),
        "ACS3-HMAC-SHA256 Credential=YourAccessKeyId,SignedHeaders=host;x-acs-action;x-acs-content-sha256;\
         x-acs-date;x-acs-signature-nonce;x-acs-version,\
         Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    );
    let parameters = pairs(&[("Action", "DescribeRegions"), ("Format", "XML"), ("Version", "2014-05-26")]);
    let nonce = "3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf";
    let signed = sign_query("GET", &parameters, &key(), at("2016-02-23T12:46:24Z"), nonce).unwrap();
    assert!(signed.ends_with("&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D"), "{signed}");
}

/// With a body, which the published example has not: computed by Python's hashlib and hmac from the rules.
#[test]
fn acs3_signature_recomputed_elsewhere() {
    let mut wire = signed(&key(), NOW);
    let signature = wire.header("authorization").rsplit('=').next().unwrap().to_owned();
    assert_eq!(signature, "05ce126433b1a8481e4fc6be69f0af9aafe1ed8799c0380dec630d07d4f314bc");
}

/// The worked examples of the RPC signature: DescribeRegions, and SendSms with Chinese text.
#[test]
fn hmac_sha1_published_examples() {
    let regions = "Timestamp=2016-02-23T12:46:24Z&Format=XML&AccessKeyId=testid&Action=DescribeRegions\
        &SignatureMethod=HMAC-SHA1&SignatureNonce=3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf&Version=2014-05-26\
        &SignatureVersion=1.0&Signature=OLeaidS1JvxuMvnyHOwuJ%2BuX5qY%3D";
    let sms = "AccessKeyId=testId&Action=SendSms&Format=XML&OutId=123&PhoneNumbers=15300000001\
        &RegionId=cn-hangzhou&SignName=%E9%98%BF%E9%87%8C%E4%BA%91%E7%9F%AD%E4%BF%A1%E6%B5%8B%E8%AF%95%E4%B8%93%E7%94%A8\
        &SignatureMethod=HMAC-SHA1&SignatureNonce=45e25e9b-0a6f-4070-8c85-2956eda1b466&SignatureVersion=1.0\
        &TemplateCode=SMS_71390007&TemplateParam=%7B%22customer%22%3A%22test%22%7D\
        &Timestamp=2017-07-12T02%3A42%3A19Z&Version=2017-05-25&Signature=zJDF%2BLrzhj%2FThnlvIToysFRq6t4%3D";
    for (query, secret, now) in
        [(regions, "testsecret", "2016-02-23T12:50:00Z"), (sms, "testSecret", "2017-07-12T02:40:00Z")]
    {
        let parse = || {
            let headers = Headers::default();
            Call::parse(&Request { method: "GET", path: "/", query, headers, body: b"" }).unwrap()
        };
        assert_eq!(parse().format, Format::Xml);
        assert!(parse().verify(&Secret::new(secret), at(now)).is_ok());
        let refused = parse().verify(&Secret::new("other"), at(now));
        assert_eq!(refused.unwrap_err(), Error::SignatureDoesNotMatch);
    }
}

#[test]
fn what_the_client_signs_the_server_verifies() {
    let call = signed(&key(), NOW).verify().unwrap();
    assert_eq!((call.action(), call.version(), call.nonce()), ("CreateRole", "2015-05-01", "nonce-1"));
    assert_eq!(call.parameters().required("RoleName"), Ok("a b+c*d~e"));
    assert_eq!(call.parameters().required("AssumeRolePolicyDocument"), Ok("{\"Version\": \"1\"}"));
}

#[test]
fn a_space_travels_as_plus_and_is_signed_as_percent_20() {
    let mut wire = signed(&key(), NOW);
    wire.query = wire.query.replace("%20", "+");
    assert!(wire.query.contains("a+b") && wire.verify().is_ok());
}

#[test]
fn a_temporary_key_signs_its_token() {
    let temporary = AccessKey { security_token: Some(Secret::new("token")), ..key() };
    let mut wire = signed(&temporary, NOW);
    let call = wire.parse().unwrap();
    let credential = call.credential().unwrap();
    assert_eq!(credential.access_key_id, "testid");
    assert_eq!(credential.security_token.map(Secret::expose), Some("token"));
    assert!(wire.verify().is_ok());
    *wire.header("x-acs-security-token") = "other".to_owned();
    assert_eq!(wire.verify().unwrap_err(), Error::SignatureDoesNotMatch);
}

#[test]
fn tampering() {
    type Bend = fn(&mut Wire);
    let table: &[(&str, Bend, &str)] = &[
        ("method", |w| w.method = "GET".into(), "SignatureDoesNotMatch"),
        ("path", |w| w.path = "/other".into(), "SignatureDoesNotMatch"),
        (
            "parameter changed",
            |w| w.query = w.query.replace("RoleName=a", "RoleName=b"),
            "SignatureDoesNotMatch",
        ),
        ("parameter added", |w| w.query.push_str("&DryRun=true"), "SignatureDoesNotMatch"),
        ("parameter removed", |w| w.query = "RoleName=x".into(), "SignatureDoesNotMatch"),
        ("parameter repeated", |w| w.query.push_str("&RoleName=x"), "InvalidParameter.RoleName"),
        ("parameter in both places", |w| w.body.push_str("&RoleName=x"), "InvalidParameter.RoleName"),
        ("body", |w| w.body.push_str("&X=1"), "SignatureDoesNotMatch"),
        (
            "body and its hash",
            |w| {
                w.body.push_str("&X=1");
                *w.header("x-acs-content-sha256") = crate::crypto::hash::sha256_hex(w.body.as_bytes());
            },
            "SignatureDoesNotMatch",
        ),
        ("action", |w| *w.header("x-acs-action") = "DeleteRole".into(), "SignatureDoesNotMatch"),
        ("action in the query", |w| w.query.push_str("&Action=DeleteRole"), "InvalidParameter.Action"),
        ("version", |w| *w.header("x-acs-version") = "2015-04-01".into(), "SignatureDoesNotMatch"),
        ("host", |w| *w.header("host") = "127.0.0.1:8091".into(), "SignatureDoesNotMatch"),
        ("nonce", |w| *w.header("x-acs-signature-nonce") = "nonce-2".into(), "SignatureDoesNotMatch"),
        ("date", |w| *w.header("x-acs-date") = "2026-11-22T18:00:01Z".into(), "SignatureDoesNotMatch"),
        (
            "date with an offset",
            |w| *w.header("x-acs-date") = "2026-11-22T18:00:00+00:00".into(),
            "InvalidTimeStamp.Format",
        ),
        ("date absent", |w| w.without("x-acs-date"), "IncompleteSignature"),
        (
            "content type",
            |w| *w.header("content-type") = "application/x-www-form-urlencoded; a=b".into(),
            "SignatureDoesNotMatch",
        ),
        (
            "content type of another kind",
            |w| *w.header("content-type") = "text/plain".into(),
            "UnsupportedHTTPContentType",
        ),
        (
            "unsigned security token",
            |w| w.headers.push(("x-acs-security-token".into(), "t".into())),
            "IncompleteSignature",
        ),
        (
            "second nonce header",
            |w| w.headers.push(("x-acs-signature-nonce".into(), "n".into())),
            "InvalidHeader",
        ),
        ("second authorization", |w| w.headers.push(("authorization".into(), "x".into())), "InvalidHeader"),
        ("key id", |w| *w.header("authorization") = w.header("authorization").replace("testid", "other"), ""),
        (
            "header left unsigned",
            |w| *w.header("authorization") = w.header("authorization").replace("host;", ""),
            "IncompleteSignature",
        ),
        (
            "headers out of order",
            |w| {
                *w.header("authorization") =
                    w.header("authorization").replace("content-type;host", "host;content-type")
            },
            "IncompleteSignature",
        ),
        (
            "header signed twice",
            |w| *w.header("authorization") = w.header("authorization").replace("host;", "host;host;"),
            "IncompleteSignature",
        ),
        (
            "signed header absent",
            |w| *w.header("authorization") = w.header("authorization").replace("host;", "host;i;"),
            "IncompleteSignature",
        ),
        (
            "signature cut",
            |w| {
                w.header("authorization").pop();
            },
            "SignatureDoesNotMatch",
        ),
        (
            "signature empty",
            |w| {
                *w.header("authorization") =
                    w.header("authorization").split("Signature=").next().unwrap().to_owned() + "Signature="
            },
            "IncompleteSignature",
        ),
        ("signature twice", |w| w.header("authorization").push_str(",Signature=0"), "IncompleteSignature"),
        (
            "another algorithm",
            |w| *w.header("authorization") = w.header("authorization").replace("SHA256", "SM3"),
            "IncompleteSignature",
        ),
        ("no algorithm", |w| *w.header("authorization") = "none".into(), "IncompleteSignature"),
    ];
    for (name, bend, code) in table {
        let mut wire = signed(&key(), NOW);
        assert!(wire.verify().is_ok());
        bend(&mut wire);
        match wire.verify() {
            Err(refusal) => assert_eq!(refusal.code(), *code, "{name}"),
            // The id is not part of what is signed: it leads to another key's secret, which does not fit.
            Ok(call) => assert_eq!((code.len(), call.access_key_id()), (0, "other"), "{name}"),
        }
    }
}

#[test]
fn fifteen_minutes_either_way() {
    for (time, passes) in [
        ("2026-11-22T17:45:00Z", true),
        ("2026-11-22T17:44:59Z", false),
        ("2026-11-22T18:15:00Z", true),
        ("2026-11-22T18:15:01Z", false),
    ] {
        let outcome = signed(&key(), time).verify().map(|call| call.acceptable_until());
        let expected = passes.then(|| at(time).plus(Duration::from_secs(900))).ok_or(Error::TimeExpired);
        assert_eq!(outcome, expected, "{time}");
    }
}

#[test]
fn hmac_sha1_signs_query_and_form_together() {
    let parameters = pairs(&[("Action", "GetRole"), ("Version", "2015-05-01"), ("RoleName", "a b")]);
    let temporary = AccessKey { security_token: Some(Secret::new("token")), ..key() };
    let all = sign_query("POST", &parameters, &temporary, at(NOW), "n").unwrap();
    let (query, form) = all.split_at(all.find("&AccessKeyId").unwrap());
    let headers = vec![("content-type".to_owned(), "application/x-www-form-urlencoded".to_owned())];
    let wire = Wire {
        method: "POST".into(),
        path: "/".into(),
        query: query.to_owned(),
        headers,
        body: form[1..].to_owned(),
    };
    assert_eq!(wire.parse().unwrap().credential().unwrap().security_token.map(Secret::expose), Some("token"));
    assert_eq!(wire.verify().unwrap().parameters().required("RoleName"), Ok("a b"));

    type Bend = fn(&mut Wire);
    let table: &[(&str, Bend, &str)] = &[
        (
            "method",
            |w| {
                w.method = "GET".into();
            },
            "SignatureDoesNotMatch",
        ),
        ("query", |w| w.query = w.query.replace("GetRole", "DeleteRole"), "SignatureDoesNotMatch"),
        ("form", |w| w.body = w.body.replace("=token", "=other"), "SignatureDoesNotMatch"),
        ("added", |w| w.body.push_str("&X="), "SignatureDoesNotMatch"),
        ("algorithm", |w| w.body = w.body.replace("HMAC-SHA1", "NONE"), "InvalidParameter.SignatureMethod"),
        (
            "signature dropped",
            |w| w.body = w.body.split("&Signature=").next().unwrap().to_owned(),
            "MissingSignature",
        ),
        ("nonce dropped", |w| w.body = w.body.replace("SignatureNonce=n", "N=n"), "MissingSignatureNonce"),
        ("time", |w| w.body = w.body.replace("2026", "2025"), "InvalidTimeStamp.Expired"),
    ];
    for (name, bend, code) in table {
        let mut bent = wire.clone();
        bend(&mut bent);
        assert_eq!(bent.verify().unwrap_err().code(), *code, "{name}");
    }
}

#[test]
fn an_anonymous_call_is_a_variant_of_its_own() {
    let form = pairs(&[("SAMLAssertion", "PHNhbWw+")]);
    let outgoing =
        Outgoing { host: "h", action: "AssumeRoleWithSAML", version: "2015-04-01", query: &[], form: &form };
    let wire = Wire::of(outgoing.anonymous(at(NOW), "n"));
    let call = wire.parse().unwrap();
    assert!(matches!(call.signature, Signature::Anonymous) && call.credential().is_none());
    assert_eq!(wire.verify().unwrap_err(), Error::Unsigned);

    // The stock clients send everything in the query of this one.
    let query = "Action=AssumeRoleWithSAML&Version=2015-04-01&Format=json&SignatureNonce=n&Timestamp=x";
    let headers = Headers::default();
    let call = Call::parse(&Request { method: "POST", path: "/", query, headers, body: b"" }).unwrap();
    assert!(matches!(call.signature, Signature::Anonymous));
}

#[test]
fn calls_that_name_no_action_or_a_strange_one() {
    for (query, code) in [
        ("", "MissingAction"),
        ("Action=GetRole", "MissingVersion"),
        ("Action=Get%3CRole&Version=2015-05-01", "InvalidParameter.Action"),
        ("Action=GetRole&Version=%2F", "InvalidParameter.Version"),
        ("Action=GetRole&Version=2015-05-01&Format=YAML", "InvalidParameter.Format"),
        ("Action=GetRole&Version=2015-05-01&X=%zz", "InvalidParameter"),
    ] {
        let headers = Headers::default();
        let refused = Call::parse(&Request { method: "GET", path: "/", query, headers, body: b"" });
        assert_eq!(refused.unwrap_err().code(), code, "{query}");
    }
}

/// Requests recorded from the vendor's own clients (`tests/data/rpc/README.md`).
#[test]
fn the_stock_clients_verify() {
    let verified = |recorded: &str| {
        let (wire, time) = recorded_wire(recorded);
        let call = wire.parse().unwrap();
        let token =
            call.credential().and_then(|key| key.security_token).map(|token| token.expose().to_owned());
        assert_eq!(
            wire.parse().unwrap().verify(&Secret::new("other"), at(&time)).unwrap_err(),
            Error::SignatureDoesNotMatch
        );
        (call.verify(&Secret::new("testsecret"), at(&time)).unwrap(), token)
    };
    let (call, token) = verified(include_str!("../../tests/data/rpc/acs3-create-role.http"));
    assert_eq!((call.action(), call.access_key_id(), token), ("CreateRole", "testid", None));
    assert_eq!(call.parameters().required("RoleName"), Ok("a b+c*d~e"));
    assert_eq!(call.parameters().list("Tag").unwrap()[0].required("Value"), Ok("v w"));
    let (_, token) = verified(include_str!("../../tests/data/rpc/acs3-security-token.http"));
    assert_eq!(token.as_deref(), Some("token"));
    verified(include_str!("../../tests/data/rpc/acs3-async-client.http"));
    verified(include_str!("../../tests/data/rpc/hmac-sha1-get.http"));
    let (call, _) = verified(include_str!("../../tests/data/rpc/hmac-sha1-post.http"));
    assert_eq!(call.parameters().required("Description"), Ok("R&D ä"));

    let (wire, _) = recorded_wire(include_str!("../../tests/data/rpc/anonymous-assume-role-with-saml.http"));
    let call = wire.parse().unwrap();
    assert!(matches!(call.signature, Signature::Anonymous));
    assert_eq!(call.parameters.required("SAMLAssertion"), Ok("A+/="));
}

/// A recorded request and the time it says it was made at.
fn recorded_wire(recorded: &str) -> (Wire, String) {
    let (head, body) = recorded.split_once("\n\n").unwrap();
    let mut lines = head.lines();
    let target = lines.next().unwrap().split(' ').collect::<Vec<_>>();
    let (path, query) = target[1].split_once('?').unwrap();
    let headers: Vec<_> = lines
        .map(|line| line.split_once(": ").unwrap())
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let date = headers.iter().find(|(name, _)| name == "x-acs-date").map(|(_, value)| value.clone());
    let time = date.unwrap_or_else(|| {
        let pairs = encoding::decode_pairs(query).unwrap();
        pairs.into_iter().find(|(name, _)| name == "Timestamp").unwrap().1
    });
    let wire = Wire {
        method: target[0].to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers,
        body: body.trim_end().to_owned(),
    };
    (wire, time)
}
