//! How requests and answers travel: media types, authentication, methods, addresses.

use cloudsso::base::Secret;
use cloudsso::domain::{ScimScope, Status};
use cloudsso::service::scim::synchronization;
use serde_json::json;

use super::{credential_of, idp, serving};
use crate::support::scim::{Idp, USER};

const SCIM: &str = "application/scim+json";

#[test]
fn item_01_a_body_is_json_under_either_name() {
    let app = serving();
    let idp = idp(&app);
    for (number, (media_type, status)) in [
        (SCIM, 201),
        ("application/json", 201),
        ("application/scim+json; charset=utf-8", 201),
        ("Application/JSON;charset=UTF-8", 201),
        ("text/plain", 415),
        ("application/xml", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/scim+jsonx", 415),
    ]
    .into_iter()
    .enumerate()
    {
        let name = format!("user{number}");
        let body = json!({ "schemas": [USER], "userName": name }).to_string();
        let reply = idp.send("POST", "/Users", &[("content-type", media_type)], Some(body.as_bytes()));
        assert_eq!(reply.status, status, "{media_type}: {}", reply.body);
        if status == 415 {
            reply.refused(415, None);
        }
        let found = idp.find("/Users", &format!("userName eq \"{name}\"")).is(200);
        assert_eq!(found["totalResults"], i32::from(status == 201), "{media_type}");
    }
}

#[test]
fn item_02_an_answer_is_scim_unless_plain_json_is_asked_for() {
    let app = serving();
    let idp = idp(&app);
    for (path, status) in [("/Users", 200), ("/Users/nobody", 404), ("/nothing", 404), ("/Schemas", 200)] {
        for (accept, media_type) in
            [("*/*", SCIM), (SCIM, SCIM), ("application/json", "application/json"), ("text/html", SCIM)]
        {
            let reply = idp.send("GET", path, &[("accept", accept)], None);
            assert_eq!((reply.status, reply.header("content-type")), (status, Some(media_type)), "{path}");
        }
        assert_eq!(idp.get(path).header("content-type"), Some(SCIM), "{path}");
    }
    let unknown = Idp::new(&app, None).get("/Users");
    assert_eq!((unknown.status, unknown.header("content-type")), (401, Some(SCIM)));
}

#[test]
fn item_03_what_is_no_json_in_utf_8_is_refused() {
    let app = serving();
    let idp = idp(&app);
    let bodies: [&[u8]; 9] = [
        b"",
        b"{",
        b"userName=alice",
        b"{\"schemas\":[],}",
        b"{'userName':'x'}",
        b"{\"userName\":\"\xff\xfe\"}",
        b"{\"userName\":\"\\ud800\"}",
        b"[]",
        b"\x00{\x00}",
    ];
    for body in bodies {
        let reply = idp.send("POST", "/Users", &[("content-type", SCIM)], Some(body));
        reply.refused(400, "invalidSyntax");
    }
    let name = json!({ "schemas": [USER], "userName": "x", "displayName": "Zoë \u{65e5}\u{1f600}" });
    let made = idp.post("/Users", &name).is(201);
    assert_eq!(made["displayName"], "Zoë 日😀");
}

#[test]
fn item_04_only_a_good_token_is_let_in_and_only_where_it_may() {
    let app = serving();
    let credential = credential_of(&app, "okta", ScimScope::Users);
    let nobody = Idp::new(&app, None);
    for headers in [
        &[][..],
        &[("authorization", "Bearer ")],
        &[("authorization", "Basic YTpi")],
        &[("authorization", "Bearer wrong")],
    ] {
        let reply = nobody.send("GET", "/Users", headers, None);
        let challenge = reply.header("www-authenticate").unwrap_or_default().to_owned();
        assert!(challenge.starts_with("Bearer"), "{headers:?}: {challenge}");
        reply.refused(401, None);
    }
    let changed = format!("{}x", credential.token.expose());
    Idp::new(&app, Some(Secret::new(changed))).get("/Users").refused(401, None);

    let header = format!("bearer {}", credential.token.expose());
    nobody.send("GET", "/Users", &[("authorization", &header)], None).is(200);
    let users = Idp::new(&app, Some(credential.token));
    users.get("/Users").is(200);
    users.get("/Groups").refused(403, None);
    synchronization::set_status(&app.ctx, &app.operator, Status::Disabled).unwrap();
    users.get("/Users").refused(403, None);
    synchronization::set_status(&app.ctx, &app.operator, Status::Enabled).unwrap();
    users.get("/Users").is(200);
}

#[test]
fn item_05_discovery_needs_no_token_and_takes_any() {
    let app = serving();
    let known = idp(&app);
    let nobody = Idp::new(&app, None);
    let wrong = Idp::new(&app, Some(Secret::new("wrong")));
    for path in ["/ServiceProviderConfig", "/Schemas", "/ResourceTypes", "/ResourceTypes/User"] {
        let expected = known.get(path).is(200);
        assert_eq!(nobody.get(path).is(200), expected, "{path}");
        assert_eq!(wrong.get(path).is(200), expected, "{path}");
    }
    nobody.get("/Users").refused(401, None);
}

#[test]
fn item_06_an_unknown_address_is_404_and_an_unknown_method_405() {
    let app = serving();
    let idp = idp(&app);
    let id = idp.user("casey");
    let user = format!("/Users/{id}");
    for path in ["/nothing", "/users", "/Users/a/b", "/Bulk/1", "/Schemas/x/y", "/Users/%zz"] {
        idp.get(path).refused(404, None);
    }
    let body = json!({ "schemas": [USER], "userName": "devin" });
    for (method, path, allow) in [
        ("DELETE", "/Users", "GET, POST"),
        ("PUT", "/Groups", "GET, POST"),
        ("POST", user.as_str(), "GET, PUT, PATCH, DELETE"),
        ("PURGE", user.as_str(), "GET, PUT, PATCH, DELETE"),
        ("GET", "/.search", "POST"),
        ("PUT", "/Users/.search", "POST"),
        ("GET", "/Bulk", "POST"),
        ("POST", "/", "GET"),
        ("DELETE", "/Me", "GET"),
        ("POST", "/ServiceProviderConfig", "GET"),
        ("PUT", "/ServiceProviderConfig", "GET"),
        ("PATCH", "/Schemas", "GET"),
        ("DELETE", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "GET"),
        ("POST", "/ResourceTypes", "GET"),
        ("DELETE", "/ResourceTypes/User", "GET"),
    ] {
        let reply = idp.with_body(method, path, &[], &body);
        assert_eq!(reply.header("allow"), Some(allow), "{method} {path}");
        reply.refused(405, None);
    }
    idp.get(&user).is(200);
}

#[test]
fn item_07_a_slash_at_the_end_means_nothing() {
    let app = serving();
    let idp = idp(&app);
    let id = idp.user("casey");
    for path in ["/Users", "/Groups", "/Schemas", "/ServiceProviderConfig", &format!("/Users/{id}")] {
        assert_eq!(idp.get(&format!("{path}/")).is(200), idp.get(path).is(200), "{path}");
    }
    let body = json!({ "schemas": [USER], "userName": "devin" });
    idp.post("/Users/", &body).is(201);
    let location = idp.get(&format!("/Users/{id}/")).header("location").unwrap().to_owned();
    assert_eq!(location, app.url(&format!("/scim/v2/Users/{id}")));
    idp.get("/Users//").refused(404, None);
}

#[test]
fn item_08_a_method_is_only_what_it_is() {
    let app = serving();
    let idp = idp(&app);
    let path = format!("/Users/{}", idp.user("casey"));
    for header in ["x-http-method-override", "x-http-method", "x-method-override"] {
        idp.send("POST", &path, &[(header, "DELETE")], None).refused(405, None);
        idp.send("GET", &path, &[(header, "DELETE")], None).is(200);
    }
    idp.get(&format!("{path}?_method=DELETE")).is(200);
    assert_eq!(idp.delete(&path).status, 204);
}
