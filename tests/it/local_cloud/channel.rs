//! How a request came, and what policies make of it: one table of decisions, each made by the evaluator, by a
//! signed call and by a page of the console; what proxies may say; and the same keys in trust policies.

mod table;

use std::time::Duration;

use cloudsso::base::{Network, Timestamp};
use cloudsso::local_cloud::Settings;
use cloudsso::policy::{Context, Document, Kind, Named, Request, evaluate};
use cloudsso::rpc::{AccessKey, Outgoing};
use serde_json::{Value, json};

use super::desk::{PASSWORD, signed_in, switch_role};
use super::identity_provider::{IdentityProvider, PROVIDER, ROLE};
use super::login::{code, device};
use super::oidc::Trusting;
use super::tenant::Tenant;
use super::{Answer, IMS, RAM, STS, World, usual};
use crate::support::http::Visitor;
use table::{Moment, ROWS, Row};

/// A world that takes the word of these peers.
fn behind(proxies: &[&str]) -> World {
    let trusted_proxies = proxies.iter().map(|proxy| Network::parse(proxy).expect("a network")).collect();
    World::of(|directory| Settings { trusted_proxies, ..usual(directory) })
}

/// What a proxy in front says.
fn headers(from: &str, is_secure: bool) -> [(&'static str, String); 2] {
    let protocol = if is_secure { "https" } else { "http" };
    [("x-forwarded-for", from.to_owned()), ("x-forwarded-proto", protocol.to_owned())]
}

/// A call of an action that came with these headers.
fn call(
    world: &World,
    key: &AccessKey,
    (version, action): (&str, &str),
    headers: &[(&'static str, String)],
) -> Answer {
    let outgoing = Outgoing { host: &world.host, action, version, query: &[], form: &[] };
    let mut signed = outgoing.sign(key, world.clock.now(), &world.nonce()).expect("a signature");
    signed.headers.extend_from_slice(headers);
    world.send(&signed)
}

fn is_allowed(answer: &Answer) -> bool {
    assert!(matches!(answer.code().as_str(), "ok" | "NoPermission"), "{}", answer.body);
    answer.status == 200
}

/// Two users of one group that holds one policy at a time; `strong` passed a second factor.
struct Bench {
    tenant: Tenant,
    plain: (AccessKey, Visitor),
    strong: (AccessKey, Visitor),
    policies: usize,
}

impl Bench {
    fn new(world: World) -> Self {
        let tenant = Tenant::in_world(world);
        let plain_browser = signed_in(&tenant, "plain", &[]);
        let strong_browser = with_mfa(&tenant, "strong");
        tenant.ram("CreateGroup", &[("GroupName", "probed")]).ok();
        for name in ["plain", "strong"] {
            tenant.ram("AddUserToGroup", &[("UserName", name), ("GroupName", "probed")]).ok();
        }
        let plain = (tenant.key_of("plain"), plain_browser);
        let strong = (tenant.key_of("strong"), strong_browser);
        Self { tenant, plain, strong, policies: 0 }
    }

    /// Gives the group this policy, and takes the one before.
    fn hold(&mut self, document: &str) {
        let attach = |action: &str, number: usize| {
            let name = format!("probe-{number}");
            let policy = [("PolicyType", "Custom"), ("PolicyName", name.as_str()), ("GroupName", "probed")];
            self.tenant.ram(action, &policy).ok();
        };
        if self.policies > 0 {
            attach("DetachPolicyFromGroup", self.policies);
        }
        self.policies += 1;
        let name = format!("probe-{}", self.policies);
        self.tenant.ram("CreatePolicy", &[("PolicyName", &name), ("PolicyDocument", document)]).ok();
        attach("AttachPolicyToGroup", self.policies);
    }

    /// Lists the users by a signed call.
    fn by_key(&self, key: &AccessKey, headers: &[(&'static str, String)]) -> bool {
        is_allowed(&call(&self.tenant.world, key, (IMS, "ListUsers"), headers))
    }

    /// Lists the users on a page of the console.
    fn by_page(&self, browser: &Visitor, headers: &[(&'static str, String)]) -> bool {
        let add = |browser: Visitor, (name, value): &(&str, String)| browser.with_header(name, value);
        let page = headers.iter().fold(browser.clone(), add).get(&self.tenant.world.url("/ram/users"));
        assert!(matches!(page.status, 200 | 403), "{}", page.text());
        assert_eq!(page.status == 200, page.text().contains(&self.tenant.principal("strong")));
        page.status == 200
    }

    fn evaluated(&self, document: &str, row: &Row, has_mfa: bool) -> bool {
        let (from, is_secure, _moment) = row.seen;
        let document = Document::parse(Kind::Custom, document).expect("a policy");
        let context = Context::default()
            .with("acs:SourceIp", from)
            .with("acs:SecureTransport", is_secure.to_string())
            .with("acs:CurrentTime", self.tenant.world.clock.now().rfc3339())
            .with("acs:MFAPresent", has_mfa.to_string());
        let resource = format!("acs:ram::{}:user/*", self.tenant.account);
        let request = Request { action: "ims:ListUsers", resource: &resource, context: &context };
        evaluate(&[Named { name: "probe", document: &document }], &request).is_allowed()
    }

    /// Lets the clock run to a moment of the table.
    fn wait_for(&self, moment: Moment) {
        let at = match moment {
            Moment::Before => "2026-11-22T18:23:55Z",
            Moment::Within => "2026-11-22T18:35:00Z",
            Moment::After => "2026-11-22T18:45:00Z",
        };
        let clock = &self.tenant.world.clock;
        clock.advance(Timestamp::parse(at).expect("a moment").since(clock.now()));
        assert_eq!(clock.now().rfc3339(), at);
    }
}

/// A user who signed in with a second factor.
fn with_mfa(tenant: &Tenant, name: &str) -> Visitor {
    let logon_name = tenant.user(name);
    let profile = [("UserPrincipalName", logon_name.as_str()), ("Password", PASSWORD)];
    tenant.ims("CreateLoginProfile", &profile).ok();
    let secret = device(tenant, &logon_name);
    tenant.world.clock.advance(Duration::from_secs(90));
    let mut visitor = Visitor::new();
    let page = visitor.open(&tenant.world.url("/login"));
    let form = page.form("/login").with("username", &logon_name).with("password", PASSWORD);
    let page = visitor.submit(&form);
    let page = visitor.follow(page);
    let form = page.form("/login/mfa").with("code", &code(tenant, &secret, 0));
    let page = visitor.submit(&form);
    assert_eq!(visitor.follow(page).url.path(), "/console");
    visitor
}

/// A policy of one statement that allows under `allow`, and perhaps one that denies under `deny`.
fn document(allow: &str, deny: Option<&str>) -> String {
    let statement = |effect: &str, conditions: &str| {
        let conditions: Value = serde_json::from_str(conditions).expect("conditions");
        let mut statement = json!({"Effect": effect, "Action": "ims:ListUsers", "Resource": "*"});
        if conditions.as_object().is_some_and(|conditions| !conditions.is_empty()) {
            statement["Condition"] = conditions;
        }
        statement
    };
    let statements: Vec<_> = [Some(("Allow", allow)), deny.map(|deny| ("Deny", deny))]
        .into_iter()
        .flatten()
        .map(|(effect, conditions)| statement(effect, conditions))
        .collect();
    json!({"Version": "1", "Statement": statements}).to_string()
}

#[test]
fn evaluator_api_and_console_decide_every_row_as_it_says() {
    let mut bench = Bench::new(behind(&["127.0.0.1"]));
    let mut rows: Vec<&Row> = ROWS.iter().collect();
    assert!(rows.len() >= 40, "{} rows", rows.len());
    rows.sort_by_key(|row| row.seen.2);
    let mut wrong = Vec::new();
    for row in rows {
        let (from, is_secure, moment) = row.seen;
        bench.wait_for(moment);
        let (document, headers) = (document(row.allow, row.deny), headers(from, is_secure));
        bench.hold(&document);
        let (key, browser) = if row.with_mfa.is_some() { &bench.strong } else { &bench.plain };
        let by_evaluator = bench.evaluated(&document, row, row.with_mfa.is_some());
        let by_page = bench.by_page(browser, &headers);
        let by_key = bench.by_key(key, &headers);
        // No access key ever has a second factor: it gets what somebody without one gets.
        let key_expected = row.with_mfa.unwrap_or(row.expected);
        let key_evaluated = bench.evaluated(&document, row, false);
        let all = (by_evaluator, by_page, by_key, key_evaluated);
        if all != (row.expected, row.expected, key_expected, key_expected) {
            wrong.push(format!("{}: evaluator, page, key, evaluator without a factor: {all:?}", row.what));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// The policy that allows one address, and the one that allows TLS.
fn from_only(address: &str) -> String {
    document(&json!({"IpAddress": {"acs:SourceIp": address}}).to_string(), None)
}

fn over_tls_only() -> String {
    document(r#"{"Bool":{"acs:SecureTransport":"true"}}"#, None)
}

#[test]
fn what_a_peer_says_that_is_not_trusted_changes_nothing() {
    for (proxies, is_believed) in [(vec![], false), (vec!["10.0.0.0/8"], false), (vec!["127.0.0.0/8"], true)]
    {
        let mut bench = Bench::new(behind(&proxies));
        let headers = headers("203.0.113.9", true);
        for (policy, expected) in [
            (from_only("203.0.113.9"), is_believed),
            (from_only("127.0.0.1"), !is_believed),
            (over_tls_only(), is_believed),
        ] {
            bench.hold(&policy);
            assert_eq!(bench.by_key(&bench.plain.0, &headers), expected, "{proxies:?} {policy}");
            assert_eq!(bench.by_page(&bench.plain.1, &headers), expected, "{proxies:?} {policy}");
        }
    }
}

#[test]
fn of_several_hops_the_last_that_is_not_a_proxy_of_ours_counts() {
    let mut bench = Bench::new(behind(&["127.0.0.1", "10.0.0.0/8", "2001:db8:f::/48"]));
    let hops = |values: &[&str]| -> Vec<_> {
        values.iter().map(|value| ("x-forwarded-for", (*value).to_owned())).collect()
    };
    for (values, source) in [
        (vec!["198.51.100.7, 203.0.113.9"], "203.0.113.9"),
        (vec!["198.51.100.7,203.0.113.9,10.1.2.3"], "203.0.113.9"),
        (vec!["198.51.100.7", "203.0.113.9", "10.1.2.3"], "203.0.113.9"),
        (vec!["203.0.113.9, 2001:db8:f::1, 10.1.2.3"], "203.0.113.9"),
        (vec!["10.9.9.9, 10.1.2.3"], "10.9.9.9"),
        (vec!["2001:DB8:1::9"], "2001:db8:1::9"),
        (vec!["::ffff:203.0.113.9"], "203.0.113.9"),
        // Garbage that a client wrote stands in front of what the proxy added, and is not reached.
        (vec!["<script>, ', 203.0.113.9"], "203.0.113.9"),
        (vec!["é, 203.0.113.9"], "203.0.113.9"),
        (vec!["é", "203.0.113.9"], "203.0.113.9"),
        (vec![",,, 203.0.113.9"], "203.0.113.9"),
        // What a proxy of ours would not write says nothing: the last good address counts.
        (vec!["203.0.113.9, unknown"], "127.0.0.1"),
        (vec!["203.0.113.9, unknown, 10.1.2.3"], "10.1.2.3"),
        (vec!["203.0.113.9:4711"], "127.0.0.1"),
        (vec!["203.0.113.9,"], "127.0.0.1"),
        (vec![""], "127.0.0.1"),
        (vec!["203.0.113.09"], "127.0.0.1"),
    ] {
        bench.hold(&from_only(source));
        assert!(bench.by_key(&bench.plain.0, &hops(&values)), "{values:?} is not {source}");
        assert!(bench.by_page(&bench.plain.1, &hops(&values)), "{values:?} is not {source} on a page");
    }
    bench.hold(&over_tls_only());
    for (values, is_secure) in [
        (vec!["https"], true),
        (vec!["HTTPS"], true),
        (vec!["http, https"], true),
        (vec!["http", " https "], true),
        (vec!["https, http"], false),
        (vec!["https", "http"], false),
        (vec!["https", "é"], false),
        (vec!["https,"], false),
        (vec!["httpss"], false),
        (vec!["on"], false),
        (vec![""], false),
        (vec![], false),
    ] {
        let said: Vec<_> = values.iter().map(|value| ("x-forwarded-proto", (*value).to_owned())).collect();
        assert_eq!(bench.by_key(&bench.plain.0, &said), is_secure, "{values:?}");
        assert_eq!(bench.by_page(&bench.plain.1, &said), is_secure, "{values:?}");
    }
}

#[test]
fn cookies_are_secure_exactly_where_the_transport_was() {
    for (proxies, protocol, is_secure) in
        [(vec!["127.0.0.1"], "https", true), (vec!["127.0.0.1"], "http", false), (vec![], "https", false)]
    {
        let tenant = Tenant::in_world(behind(&proxies));
        signed_in(&tenant, "alice", &[]);
        let console = tenant.world.url("/console");
        let mut visitor = Visitor::new().with_header("X-Forwarded-Proto", protocol);
        let login = visitor.get(&tenant.world.url("/login"));
        let form =
            login.form("/login").with("username", &tenant.principal("alice")).with("password", PASSWORD);
        let entered = visitor.submit(&form);
        let page = visitor.get(&console);
        let left = visitor.submit(&page.form("/console/logout"));
        let mut set = Vec::new();
        for page in [&login, &entered, &left] {
            set.extend(page.headers("set-cookie").map(str::to_owned));
        }
        assert_eq!(set.len(), 5, "{set:?}");
        for cookie in &set {
            assert_eq!(cookie.contains("; Secure"), is_secure, "{proxies:?} {protocol}: {cookie}");
            assert!(cookie.contains("; HttpOnly") && cookie.contains("; SameSite=Lax"), "{cookie}");
        }
    }
}

/// A trust policy that lets `principal` in under `conditions`.
fn trust(principal: &Value, conditions: &Value) -> String {
    let statement = json!({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal,
        "Condition": conditions});
    json!({"Version": "1", "Statement": [statement]}).to_string()
}

/// Conditions of a trust policy, and whether somebody gets in who comes from 203.0.113.9 over TLS on 22
/// November 2026, vouched for by an identity provider.
fn of_the_way() -> Vec<(Value, bool)> {
    vec![
        (json!({"IpAddress": {"acs:SourceIp": "203.0.113.0/24"}}), true),
        (json!({"IpAddress": {"acs:SourceIp": "127.0.0.1"}}), false),
        (json!({"NotIpAddress": {"acs:SourceIp": "203.0.113.9"}}), false),
        (json!({"Bool": {"acs:SecureTransport": "true"}}), true),
        (json!({"Bool": {"acs:SecureTransport": "false"}}), false),
        (json!({"DateLessThan": {"acs:CurrentTime": "2026-11-23T00:00:00Z"}}), true),
        (json!({"DateGreaterThan": {"acs:CurrentTime": "2026-11-23T00:00:00Z"}}), false),
        (json!({"Bool": {"acs:MFAPresent": "false"}}), true),
        (json!({"Bool": {"acs:MFAPresent": "true"}}), false),
        (json!({"BoolIfExists": {"acs:MFAPresent": "true"}}), false),
    ]
}

#[test]
fn trust_policies_see_the_way_of_an_assertion() {
    let world = behind(&["127.0.0.1"]);
    let account = world.member("production");
    let provider = IdentityProvider::new(world.clock.now());
    let key = provider.provision(&world, &account);
    let principal = json!({"Federated": [format!("acs:ram::{account}:saml-provider/{PROVIDER}")]});
    let headers = headers("203.0.113.9", true);
    let seen: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    for (conditions, expected) in of_the_way() {
        let document = trust(&principal, &conditions);
        let change = [("RoleName", ROLE), ("NewAssumeRolePolicyDocument", document.as_str())];
        world.call(&key, (RAM, "UpdateRole"), &change).ok();
        let response = provider.sign(&world.response(&account));
        let entered = world.post_form("/saml-role/sso", &[("SAMLResponse", &response)], &seen);
        assert_eq!(entered.status, if expected { 303 } else { 403 }, "{conditions}");
        let response = provider.sign(&world.response(&account));
        let (role, saml) = (
            format!("acs:ram::{account}:role/{ROLE}"),
            format!("acs:ram::{account}:saml-provider/{PROVIDER}"),
        );
        let form = [("RoleArn", role), ("SAMLProviderArn", saml), ("SAMLAssertion", response)];
        let answer = anonymous(&world, "AssumeRoleWithSAML", &form, &headers);
        assert_eq!(answer.status == 200, expected, "{conditions}: {}", answer.body);
    }
}

#[test]
fn trust_policies_see_the_way_of_a_token() {
    let trusting = Trusting::in_world(behind(&["127.0.0.1"]));
    let world = &trusting.world;
    let principal = json!({"Federated": [trusting.provider()]});
    for (conditions, expected) in of_the_way() {
        let document = trust(&principal, &conditions);
        let change = [("RoleName", "deploy"), ("NewAssumeRolePolicyDocument", document.as_str())];
        world.call(&world.owner, (RAM, "UpdateRole"), &change).ok();
        let token = trusting.issuer.token(&trusting.issuer.claims(world.clock.now()));
        let form = [
            ("RoleArn", trusting.role()),
            ("OIDCProviderArn", trusting.provider()),
            ("OIDCToken", token),
            ("RoleSessionName", "build".to_owned()),
        ];
        let answer = anonymous(world, "AssumeRoleWithOIDC", &form, &headers("203.0.113.9", true));
        assert_eq!(answer.status == 200, expected, "{conditions}: {}", answer.body);
    }
}

fn anonymous(
    world: &World,
    action: &str,
    form: &[(&str, String)],
    headers: &[(&'static str, String)],
) -> Answer {
    let form: Vec<_> = form.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    let outgoing = Outgoing { host: &world.host, action, version: STS, query: &[], form: &form };
    let mut unsigned = outgoing.anonymous(world.clock.now(), &world.nonce());
    unsigned.headers.extend_from_slice(headers);
    world.send(&unsigned)
}

#[test]
fn a_second_factor_opens_a_role_and_stays_along_every_switch() {
    let tenant = Tenant::new();
    let mut strong = with_mfa(&tenant, "strong");
    let mut plain = signed_in(&tenant, "plain", &[]);
    let root = json!({"RAM": [format!("acs:ram::{}:root", tenant.account)]});
    let asks_for_mfa = trust(&root, &json!({"Bool": {"acs:MFAPresent": "true"}}));
    for role in ["first", "second"] {
        let new = [("RoleName", role), ("AssumeRolePolicyDocument", asks_for_mfa.as_str())];
        tenant.ram("CreateRole", &new).ok();
    }
    let reads = r#"{"Version":"1","Statement":[{"Effect":"Allow","Resource":"*",
        "Action":["ims:ListUsers","sts:AssumeRole"],"Condition":{"Bool":{"acs:MFAPresent":"true"}}}]}"#;
    tenant.ram("CreatePolicy", &[("PolicyName", "reads"), ("PolicyDocument", reads)]).ok();
    for role in ["first", "second"] {
        let policy = [("PolicyType", "Custom"), ("PolicyName", "reads"), ("RoleName", role)];
        tenant.ram("AttachPolicyToRole", &policy).ok();
    }
    for user in ["plain", "strong"] {
        tenant.grant(user, "AliyunSTSAssumeRoleAccess");
    }
    let world = &tenant.world;
    assert_eq!(switch_role(world, &mut plain, &tenant.account, "first").status, 403);
    // Nor by an access key, whoever's it is.
    let arn = format!("acs:ram::{}:role/first", tenant.account);
    let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", "app")];
    for user in ["plain", "strong"] {
        let answer = world.call(&tenant.key_of(user), (STS, "AssumeRole"), &parameters);
        assert_eq!(answer.code(), "NoPermission", "{user}");
    }
    let users = world.url("/ram/users");
    for role in ["first", "second"] {
        let page = switch_role(world, &mut strong, &tenant.account, role);
        assert!(page.text().contains(&format!("assumed-role/{role}/strong")), "{}", page.text());
        assert_eq!(strong.get(&users).status, 200, "{role}");
    }
    // Who takes the device away takes the factor away, along the whole chain; nobody is signed out.
    tenant.ims("UnbindMFADevice", &[("UserPrincipalName", &tenant.principal("strong"))]).ok();
    assert_eq!(strong.get(&users).status, 403);
    assert_eq!(strong.get(&world.url("/console")).status, 200);
    assert_eq!(switch_role(world, &mut strong, &tenant.account, "first").status, 403);
}

#[test]
fn whom_an_identity_provider_lets_in_has_no_second_factor_here() {
    let tenant = Tenant::new();
    let provider = IdentityProvider::new(tenant.world.clock.now());
    provider.enable_user_sso(&tenant.world, &tenant.account);
    tenant.user("alice");
    tenant.grant("alice", "AliyunRAMReadOnlyAccess");
    let response = tenant.world.user_response(&tenant.account, &tenant.principal("alice"));
    let entered = tenant.world.post_user_response(&provider.sign(&response));
    let cookie = entered.cookie();
    let users = || tenant.world.get("/ram/users", &[("cookie", &cookie)]).status;
    assert_eq!(users(), 200);
    let deny = document("{}", Some(r#"{"Bool":{"acs:MFAPresent":"false"}}"#));
    tenant.grant_document("alice", "with-a-factor", &deny);
    assert_eq!(users(), 403);
}
