//! The envelope: both signatures, both formats, query and form, and what is refused before anybody acts.

use std::time::Duration;

use cloudsso::base::Secret;
use cloudsso::rpc::{AccessKey, Outgoing, sign_query};

use super::{Answer, Api};

fn older(api: &Api, method: &str, key: &AccessKey, parameters: &[(&str, &str)]) -> String {
    let mut all = vec![("Version".to_owned(), "2021-05-15".to_owned())];
    all.extend(parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    sign_query(method, &all, key, api.app.clock.now(), &api.nonce()).unwrap()
}

const FORM: [(&str, &str); 1] = [("content-type", "application/x-www-form-urlencoded")];

#[test]
fn the_older_signature_serves_by_get_and_by_post() {
    let api = Api::new();
    let parameters =
        [("Action", "GetDirectory"), ("DirectoryId", api.directory.as_str()), ("Format", "JSON")];
    let by_get = api.get(&older(&api, "GET", &api.key, &parameters), &[]).ok();
    let by_query = api.post(&older(&api, "POST", &api.key, &parameters), &[], "").ok();
    let by_form = api.post("", &FORM, &older(&api, "POST", &api.key, &parameters)).ok();
    assert_eq!(by_get["Directory"], by_query["Directory"]);
    assert_eq!(by_get["Directory"], by_form["Directory"]);
    // Signed for GET, sent by POST.
    api.post(&older(&api, "GET", &api.key, &parameters), &[], "").refused(400, "SignatureDoesNotMatch");
}

#[test]
fn parameters_may_stand_in_a_form() {
    let api = Api::new();
    let form =
        [("DirectoryId".to_owned(), api.directory.clone()), ("UserName".to_owned(), "erin".to_owned())];
    let host = api.host();
    let outgoing =
        Outgoing { host: &host, action: "CreateUser", version: "2021-05-15", query: &[], form: &form };
    let signed = outgoing.sign(&api.key, api.app.clock.now(), &api.nonce()).unwrap();
    assert_eq!(api.send(&signed).ok()["User"]["UserName"], "erin");
}

#[test]
fn answers_are_xml_where_that_is_asked() {
    let api = Api::new();
    let answer = api.within("ListDirectories", &[("Format", "XML")]);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/xml; charset=utf-8")));
    assert!(answer.body.contains("<ListDirectoriesResponse>") && answer.body.contains(&api.directory));
    let answer = api.within("GetUser", &[("UserId", "u-nobody"), ("Format", "xml")]);
    assert_eq!(answer.status, 404);
    assert!(answer.body.contains("<Code>EntityNotExists.User</Code>"), "{}", answer.body);
    api.within("ListDirectories", &[("Format", "YAML")]).refused(400, "InvalidParameter.Format");
}

#[test]
fn a_refusal_has_the_vendors_members() {
    let api = Api::new();
    let answer = api.within("GetUser", &[("UserId", "u-nobody")]);
    let body = answer.json();
    assert_eq!((answer.status, body["Code"].as_str()), (404, Some("EntityNotExists.User")));
    assert_eq!(body["HostId"], api.host());
    assert_eq!(answer.header("x-request-id"), body["RequestId"].as_str());
    for member in ["Message", "Recommend"] {
        assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member}");
    }
    assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(answer.header("set-cookie"), None);
}

#[test]
fn whoever_cannot_be_verified_is_refused() {
    let api = Api::new();
    let signed = |key: &AccessKey| api.sign(key, "GetServiceStatus", &[]);
    let with = |id: &str, secret: &str| AccessKey {
        id: id.to_owned(),
        secret: Secret::new(secret),
        security_token: None,
    };
    let right = api.key.secret.expose();
    let unknown = [&format!("CSAK{}", "x".repeat(20)), "LTAI5tABCDEFGHIJKLMNOPQR", "adm-1", "x' OR '1'='1"];
    for id in unknown {
        api.send(&signed(&with(id, right))).refused(404, "InvalidAccessKeyId.NotFound");
    }
    api.send(&signed(&with(&api.key.id, "wrong"))).refused(400, "SignatureDoesNotMatch");
    let token = AccessKey { security_token: Some(Secret::new("token")), ..api.key.clone() };
    api.send(&signed(&token)).refused(400, "InvalidSecurityToken.Malformed");
    let unsigned = [("x-acs-action", "GetServiceStatus"), ("x-acs-version", "2021-05-15")];
    api.post("", &unsigned, "").refused(400, "MissingAccessKeyId");
    let malformed = [unsigned[0], unsigned[1], ("authorization", "Bearer abc")];
    api.post("", &malformed, "").refused(400, "IncompleteSignature");
    api.send(&signed(&api.key)).ok();
}

#[test]
fn a_signature_is_good_for_a_quarter_of_an_hour_either_way() {
    let api = Api::new();
    let old = |seconds: u64| {
        let signed = api.sign(&api.key, "GetServiceStatus", &[]);
        api.app.advance(Duration::from_secs(seconds));
        api.send(&signed)
    };
    old(900).ok();
    old(901).refused(400, "InvalidTimeStamp.Expired");
    let host = api.host();
    let outgoing =
        Outgoing { host: &host, action: "GetServiceStatus", version: "2021-05-15", query: &[], form: &[] };
    let early = |seconds: u64| {
        let then = api.app.clock.now().plus(Duration::from_secs(seconds));
        api.send(&outgoing.sign(&api.key, then, &api.nonce()).unwrap())
    };
    early(890).ok();
    early(910).refused(400, "InvalidTimeStamp.Expired");
}

#[test]
fn a_changed_call_does_not_pass() {
    let api = Api::new();
    let before = api.statistics();
    let make = |change: fn(&mut cloudsso::rpc::Signed)| -> Answer {
        let parameters = [("DirectoryId", api.directory.as_str()), ("UserName", "erin")];
        let mut signed = api.sign(&api.key, "CreateUser", &parameters);
        change(&mut signed);
        api.send(&signed)
    };
    make(|signed| signed.query = signed.query.replace("erin", "eric")).refused(400, "SignatureDoesNotMatch");
    make(|signed| signed.query.push_str("&Status=Disabled")).refused(400, "SignatureDoesNotMatch");
    let renamed = make(|signed| {
        for (name, value) in &mut signed.headers {
            if *name == "x-acs-action" {
                "CreateGroup".clone_into(value);
            }
        }
    });
    renamed.refused(400, "SignatureDoesNotMatch");
    assert_eq!(api.statistics(), before);
    make(|_unchanged| ()).ok();
}

#[test]
fn an_action_and_a_version_must_exist() {
    let api = Api::new();
    api.call("GetNothing", &[]).refused(404, "InvalidAction.NotFound");
    api.call("listusers", &[]).refused(404, "InvalidAction.NotFound");
    let signed = api.sign_version(&api.key, "ListDirectories", "2015-05-01", &[]);
    api.send(&signed).refused(400, "InvalidVersion");
    api.post("", &[("x-acs-version", "2021-05-15")], "").refused(400, "MissingAction");
    api.post("", &[("content-type", "application/json")], "{}").refused(415, "UnsupportedHTTPContentType");
    api.post("Action=%ff", &[], "").refused(400, "InvalidParameter");
    // Somebody who typed the address.
    let answer = api.get("", &[]);
    assert_eq!((answer.status, answer.header("location")), (303, Some("/portal")));
}

#[test]
fn an_oversized_body_is_refused_in_the_vendors_words() {
    let api = Api::new();
    let body = |length| format!("Action=GetServiceStatus&Filler={}", "x".repeat(length));
    api.post("", &FORM, &body(70_000)).refused(413, "RequestEntityTooLarge");
    api.post("", &FORM, &body(60_000)).refused(400, "MissingVersion");
}
