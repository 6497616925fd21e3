//! Documents that are refused, decisions as a table, and the law that a Deny never widens.

use proptest::prelude::*;
use serde_json::{Value, json};

use crate::base::AccountId;

use super::*;

mod decisions;
mod laws;

fn document(kind: Kind, statements: &Value) -> Document {
    Document::parse(kind, &json!({"Version": "1", "Statement": statements}).to_string()).unwrap()
}

fn decide(statements: &Value, action: &str, resource: &str, context: &Context) -> Decision {
    let document = document(Kind::Custom, statements);
    evaluate(&[Named { name: "P", document: &document }], &Request { action, resource, context })
}

#[test]
fn refusals_name_the_path() {
    let ok = json!({"Effect": "Allow", "Action": "ecs:*", "Resource": "*"});
    let with = |name: &str, value: Value| {
        let mut statement = ok.clone();
        statement[name] = value;
        json!({"Version": "1", "Statement": [ok, statement]}).to_string()
    };
    let without = |name: &str| {
        let mut statement = ok.clone();
        statement.as_object_mut().unwrap().remove(name);
        json!({"Version": "1", "Statement": [ok, statement]}).to_string()
    };
    let table = [
        (json!([]).to_string(), "the document must be an object, and is a list"),
        (json!({"Statement": [ok]}).to_string(), "Version is missing"),
        (json!({"Version": "2", "Statement": [ok]}).to_string(), "Version must be \"1\", and is \"2\""),
        (json!({"Version": 1, "Statement": [ok]}).to_string(), "Version must be \"1\", and is 1"),
        (json!({"Version": "1"}).to_string(), "Statement is missing"),
        (
            json!({"Version": "1", "Statement": []}).to_string(),
            "Statement must be a list of at least one statement, and is a list",
        ),
        (
            json!({"Version": "1", "Statement": [ok], "Id": "x"}).to_string(),
            "Id is not an element of a policy here",
        ),
        (
            json!({"Version": "1", "Statement": ["x"]}).to_string(),
            "Statement[0] must be an object, and is \"x\"",
        ),
        (without("Effect"), "Statement[1].Effect is missing"),
        (without("Action"), "Statement[1].Action is missing"),
        (without("Resource"), "Statement[1].Resource is missing"),
        (with("Effect", json!("allow")), "Statement[1].Effect must be Allow or Deny, and is \"allow\""),
        (with("Action", json!([])), "Statement[1].Action must be a text or a list of texts, and is empty"),
        (with("Action", json!(["ecs:*", 7])), "Statement[1].Action[1] must be a text, and is 7"),
        (
            with("Action", json!("ecs")),
            "Statement[1].Action must be '*' or <product>:<action>, and is \"ecs\"",
        ),
        (
            with("NotAction", json!("ecs:*")),
            "Statement[1].NotAction must be absent beside its opposite, and is present",
        ),
        (
            with("Resource", json!("")),
            "Statement[1].Resource must be '*' or acs:<product>:<region>:<account>:<resource>, and is \"\"",
        ),
        (
            with("Resource", json!("arn:aws:s3:::x")),
            "Statement[1].Resource must be '*' or acs:<product>:<region>:<account>:<resource>, and is \"arn:aws:s3:::x\"",
        ),
        (with("Principal", json!({"RAM": "x"})), "Statement[1].Principal is not an element of a policy here"),
        (
            with("Condition", json!([])),
            "Statement[1].Condition must be an object of operators, and is a list",
        ),
        (
            with("Condition", json!({"StringIs": {"a": "b"}})),
            "Statement[1].Condition.StringIs.a must be under a known operator, and is StringIs",
        ),
        (
            with("Condition", json!({"Bool": {"a": "maybe"}})),
            "Statement[1].Condition.Bool.a must be true or false, and is maybe",
        ),
        (
            with("Condition", json!({"IpAddress": {"a": "10.0.0.0/33"}})),
            "Statement[1].Condition.IpAddress.a must be an IP address or a CIDR block, and is 10.0.0.0/33",
        ),
        (
            with("Condition", json!({"NumericLessThan": {"a": "x"}})),
            "Statement[1].Condition.NumericLessThan.a must be a number, and is x",
        ),
        (
            with("Condition", json!({"DateLessThan": {"a": "soon"}})),
            "Statement[1].Condition.DateLessThan.a must be a moment such as 2026-11-22T18:09:05Z, and is soon",
        ),
        (
            with("Condition", json!({"StringEquals": {"a": []}})),
            "Statement[1].Condition.StringEquals.a must be a text or a list of texts, and is empty",
        ),
    ];
    for (text, expected) in table {
        let refusal = Document::parse(Kind::Custom, &text).unwrap_err();
        assert_eq!(refusal.to_string(), expected, "{text}");
    }
    assert!(Document::parse(Kind::Custom, &with("Effect", json!("Deny"))).is_ok());
}

#[test]
fn a_member_that_stands_twice_is_refused() {
    let text =
        r#"{"Version":"1","Statement":[{"Effect":"Deny","Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    assert!(
        matches!(Document::parse(Kind::Custom, text), Err(Error::NotJson(reason)) if reason.contains("twice"))
    );
    assert!(matches!(Document::parse(Kind::Custom, "{"), Err(Error::NotJson(_))));
}

#[test]
fn limits_count_characters() {
    let sized = |size: usize| {
        let start = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"acs:oss:*:*:é"#;
        let end = r#""}]}"#;
        let fill = size - start.chars().count() - end.len();
        format!("{start}{}{end}", "é".repeat(fill))
    };
    for (kind, limit) in [(Kind::Inline, 4_096), (Kind::Custom, 6_144), (Kind::Session, 2_048)] {
        assert!(Document::parse(kind, &sized(limit)).is_ok(), "{kind:?}");
        let refusal = Document::parse(kind, &sized(limit + 1));
        assert_eq!(refusal, Err(Error::TooLong { limit, received: limit + 1 }), "{kind:?}");
    }
    assert!(Document::parse(Kind::System, &sized(20_000)).is_ok());
}

const ROLE: &str = "acs:ram:*:1234567890123456:role/admin";

#[test]
fn decisions_by_action_and_resource() {
    let allow =
        |action: Value, resource: Value| json!([{"Effect": "Allow", "Action": action, "Resource": resource}]);
    let all = || json!("*");
    let table = [
        (allow(all(), all()), "ram:GetRole", ROLE, true),
        (allow(json!("ram:*"), all()), "ram:GetRole", ROLE, true),
        (allow(json!("ram:*"), all()), "ecs:GetRole", ROLE, false),
        (allow(json!("ram:Get*"), all()), "ram:GetRole", ROLE, true),
        (allow(json!("ram:Get*"), all()), "ram:DeleteRole", ROLE, false),
        (allow(json!("RAM:getrole"), all()), "ram:GetRole", ROLE, true),
        (allow(json!("ram:Get?ole"), all()), "ram:GetRole", ROLE, true),
        (allow(json!("ram:GetRol"), all()), "ram:GetRole", ROLE, false),
        (allow(json!(["ecs:*", "ram:GetRole"]), all()), "ram:GetRole", ROLE, true),
        (allow(json!("*:GetRole"), all()), "ram:GetRole", ROLE, true),
        (allow(json!("ram:GetRole"), json!(ROLE)), "ram:GetRole", ROLE, true),
        (allow(json!("ram:GetRole"), json!("acs:ram:*:*:role/*")), "ram:GetRole", ROLE, true),
        (allow(json!("ram:GetRole"), json!("acs:ram:*:*:role/adm?n")), "ram:GetRole", ROLE, true),
        (allow(json!("ram:GetRole"), json!("acs:ram:*:*:role/Admin")), "ram:GetRole", ROLE, false),
        (allow(json!("ram:GetRole"), json!("acs:ram:*:*:user/*")), "ram:GetRole", ROLE, false),
        (
            allow(json!("ram:GetRole"), json!(["acs:ram:*:*:user/*", "acs:ram:*:*:role/*"])),
            "ram:GetRole",
            ROLE,
            true,
        ),
        (allow(json!("ram:GetRole"), json!("acs:ram:*:9999999999999999:*")), "ram:GetRole", ROLE, false),
        (json!([{"Effect": "Allow", "NotAction": "ram:*", "Resource": "*"}]), "ram:GetRole", ROLE, false),
        (json!([{"Effect": "Allow", "NotAction": "ram:*", "Resource": "*"}]), "ecs:StartInstance", "*", true),
        (
            json!([{"Effect": "Allow", "NotAction": ["ram:*", "ecs:*"], "Resource": "*"}]),
            "ecs:StartInstance",
            "*",
            false,
        ),
        (
            json!([{"Effect": "Allow", "Action": "*", "NotResource": "acs:ram:*:*:role/*"}]),
            "ram:GetRole",
            ROLE,
            false,
        ),
        (
            json!([{"Effect": "Allow", "Action": "*", "NotResource": "acs:ram:*:*:user/*"}]),
            "ram:GetRole",
            ROLE,
            true,
        ),
        (json!([{"Effect": "Deny", "Action": "ecs:*", "Resource": "*"}]), "ram:GetRole", ROLE, false),
    ];
    for (statements, action, resource, expected) in table {
        let decision = decide(&statements, action, resource, &Context::default());
        assert_eq!(decision.is_allowed(), expected, "{statements} {action}");
    }
}

#[test]
fn decisions_by_condition() {
    let context = Context::default()
        .with("acs:SourceIp", "10.1.2.3")
        .with("acs:CurrentTime", "2026-11-22T18:00:00Z")
        .with("acs:SecureTransport", "true")
        .with("acs:MFAPresent", "false")
        .with("acs:UserName", "alice")
        .with("ram:Size", "10")
        .with("tag", "red")
        .with("tag", "blue")
        .with("v6", "::ffff:10.1.2.3");
    let table = [
        ("StringEquals", "acs:UserName", json!("alice"), true),
        ("StringEquals", "acs:UserName", json!("Alice"), false),
        ("StringEquals", "ACS:USERNAME", json!("alice"), true),
        ("StringEquals", "acs:UserName", json!(["bob", "alice"]), true),
        ("StringEquals", "acs:UserName", json!("al*"), false),
        ("StringEquals", "absent", json!("x"), false),
        ("StringEqualsIfExists", "absent", json!("x"), true),
        ("StringEqualsIfExists", "acs:UserName", json!("x"), false),
        ("StringNotEquals", "acs:UserName", json!("bob"), true),
        ("StringNotEquals", "acs:UserName", json!(["bob", "alice"]), false),
        ("StringNotEquals", "absent", json!("x"), true),
        ("StringEqualsIgnoreCase", "acs:UserName", json!("ALICE"), true),
        ("StringNotEqualsIgnoreCase", "acs:UserName", json!("ALICE"), false),
        ("StringLike", "acs:UserName", json!("al?c*"), true),
        ("StringLike", "acs:UserName", json!("bo*"), false),
        ("StringNotLike", "acs:UserName", json!("bo*"), true),
        ("StringEquals", "acs:UserName", json!("${acs:UserName}"), true),
        ("StringEquals", "acs:UserName", json!("${absent}"), false),
        ("NumericEquals", "ram:Size", json!(10), true),
        ("NumericEquals", "ram:Size", json!("10.0"), true),
        ("NumericNotEquals", "ram:Size", json!("11"), true),
        ("NumericLessThan", "ram:Size", json!("10"), false),
        ("NumericLessThanEquals", "ram:Size", json!("10"), true),
        ("NumericGreaterThan", "ram:Size", json!("9.5"), true),
        ("NumericGreaterThanEquals", "ram:Size", json!("11"), false),
        ("NumericEquals", "acs:UserName", json!("10"), false),
        ("NumericNotEquals", "acs:UserName", json!("10"), false),
        ("DateLessThan", "acs:CurrentTime", json!("2026-11-22T19:00:00+01:00"), false),
        ("DateLessThanEquals", "acs:CurrentTime", json!("2026-11-22T19:00:00+01:00"), true),
        ("DateGreaterThan", "acs:CurrentTime", json!("2026-11-22T17:59:59Z"), true),
        ("DateGreaterThanEquals", "acs:CurrentTime", json!("2026-11-22T18:00:01Z"), false),
        ("DateEquals", "acs:CurrentTime", json!("2026-11-22T18:00:00Z"), true),
        ("DateNotEquals", "acs:CurrentTime", json!("2026-11-22T18:00:00Z"), false),
        ("Bool", "acs:SecureTransport", json!(true), true),
        ("Bool", "acs:MFAPresent", json!("true"), false),
        ("Bool", "absent", json!("false"), false),
        ("BoolIfExists", "absent", json!("true"), true),
        ("IpAddress", "acs:SourceIp", json!("10.0.0.0/8"), true),
        ("IpAddress", "acs:SourceIp", json!("10.1.2.3"), true),
        ("IpAddress", "acs:SourceIp", json!(["192.168.0.0/16", "0.0.0.0/0"]), true),
        ("IpAddress", "acs:SourceIp", json!("10.2.0.0/16"), false),
        ("IpAddress", "acs:SourceIp", json!("::/0"), false),
        ("IpAddress", "v6", json!("10.0.0.0/8"), true),
        ("NotIpAddress", "acs:SourceIp", json!("10.2.0.0/16"), true),
        ("NotIpAddress", "acs:UserName", json!("10.2.0.0/16"), false),
        ("ForAnyValue:StringEquals", "tag", json!(["red", "green"]), true),
        ("ForAnyValue:StringEquals", "tag", json!("green"), false),
        ("ForAnyValue:StringEquals", "absent", json!("green"), false),
        ("ForAnyValue:StringEqualsIfExists", "absent", json!("green"), true),
        ("ForAllValues:StringEquals", "tag", json!(["red", "blue", "green"]), true),
        ("ForAllValues:StringEquals", "tag", json!(["red"]), false),
        ("ForAllValues:StringEquals", "absent", json!("red"), true),
        ("ForAllValues:StringNotEquals", "tag", json!("green"), true),
        ("ForAnyValue:StringNotEquals", "tag", json!("red"), true),
        ("StringNotEquals", "tag", json!("red"), false),
    ];
    for (operator, key, operands, expected) in table {
        let statements = json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": {operator: {key: operands}}}]);
        let decision = decide(&statements, "ram:GetRole", ROLE, &context);
        assert_eq!(decision.is_allowed(), expected, "{statements}");
    }
    let both = json!([{"Effect": "Allow", "Action": "*", "Resource": "*",
        "Condition": {"Bool": {"acs:SecureTransport": "true"}, "StringEquals": {"acs:UserName": "bob"}}}]);
    assert!(!decide(&both, "ram:GetRole", ROLE, &context).is_allowed());
}

#[test]
fn in_doubt_an_allow_does_not_apply_and_a_deny_does() {
    let doubtful =
        json!({"Effect": "Allow", "Action": "*", "NotResource": "acs:oss:*:*:home/${acs:UserName}/*"});
    let mut denial = doubtful.clone();
    denial["Effect"] = json!("Deny");
    let known = Context::default().with("acs:UserName", "alice");
    for (context, allows, denies) in [(Context::default(), false, true), (known, true, true)] {
        assert_eq!(decide(&json!([doubtful]), "oss:Get", "acs:oss:*:*:b", &context).is_allowed(), allows);
        let everything = json!({"Effect": "Allow", "Action": "*", "Resource": "*"});
        let decision = decide(&json!([everything, denial]), "oss:Get", "acs:oss:*:*:b", &context);
        assert_eq!(!decision.is_allowed(), denies);
    }
}

#[test]
fn a_decision_says_which_statement_decided() {
    let allow = document(
        Kind::Custom,
        &json!([
        {"Effect": "Allow", "Action": "ecs:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "ram:*", "Resource": "*"}]),
    );
    let deny = document(Kind::Custom, &json!([{"Effect": "Deny", "Action": "ram:Delete*", "Resource": "*"}]));
    let policies = [Named { name: "Ops", document: &allow }, Named { name: "Guard", document: &deny }];
    let context = Context::default();
    let outcome = |action| evaluate(&policies, &Request { action, resource: ROLE, context: &context });
    assert_eq!(outcome("ram:GetRole").to_string(), "allowed by Statement[1] of policy Ops");
    assert_eq!(outcome("ram:DeleteRole").to_string(), "denied by Statement[0] of policy Guard");
    assert_eq!(outcome("oss:GetObject").to_string(), "no statement of any policy allows it");
    let allowed = outcome("ram:GetRole");
    assert_eq!(allowed.clone().and(Decision::NotAllowed), Decision::NotAllowed);
    assert_eq!(Decision::NotAllowed.and(outcome("ram:DeleteRole")), outcome("ram:DeleteRole"));
    assert_eq!(allowed.clone().and(allowed.clone()), allowed);
}

#[test]
fn trust_policies() {
    let account = AccountId::parse("1111222233334444").unwrap();
    let other = AccountId::parse("9999222233334444").unwrap();
    let provider = "acs:ram::1111222233334444:saml-provider/AliyunReservedSSO-d-1";
    let saml = json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Federated": [provider]},
        "Condition": {"StringEquals": {"saml:recipient": "https://signin.aliyun.com/saml-role/sso"}}}]);
    let to =
        |principal: Value| json!([{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}]);
    let root = to(json!({"RAM": ["acs:ram::1111222233334444:root"]}));
    let role = to(json!({"RAM": "acs:ram::1111222233334444:role/ops"}));
    let service = to(json!({"Service": ["cloudsso.aliyuncs.com"]}));
    let user = |account| Principal::Ram { account, arn: "acs:ram::1111222233334444:user/alice" };
    let session = |arn| Principal::Ram { account: &account, arn };
    let recipient = |url: &str| Context::default().with("saml:recipient", url);
    let console = recipient("https://signin.aliyun.com/saml-role/sso");
    let none = Context::default();
    let table = [
        (&saml, Principal::Federated(provider), &console, true),
        (&saml, Principal::Federated(provider), &recipient("https://evil.example/saml-role/sso"), false),
        (&saml, Principal::Federated(provider), &none, false),
        (&saml, Principal::Federated("acs:ram::1111222233334444:saml-provider/Other"), &console, false),
        (&saml, user(&account), &console, false),
        (&root, user(&account), &none, true),
        (&root, user(&other), &none, false),
        (&root, Principal::Service("cloudsso.aliyuncs.com"), &none, false),
        (&role, session("acs:ram::1111222233334444:assumed-role/ops/alice"), &none, true),
        (&role, session("acs:ram::1111222233334444:role/ops"), &none, true),
        (&role, session("acs:ram::1111222233334444:assumed-role/ops2/alice"), &none, false),
        (&role, session("acs:ram::1111222233334444:user/ops"), &none, false),
        (&service, Principal::Service("cloudsso.aliyuncs.com"), &none, true),
        (&service, Principal::Service("ecs.aliyuncs.com"), &none, false),
    ];
    for (statements, principal, context, expected) in table {
        let document = document(Kind::Trust, statements);
        let policy = Named { name: "trust", document: &document };
        let decision = evaluate_trust(policy, principal, "sts:AssumeRole", context);
        assert_eq!(decision.is_allowed(), expected, "{statements} {principal:?}");
        assert!(!evaluate_trust(policy, principal, "sts:Other", context).is_allowed());
    }
}

#[test]
fn trust_policies_name_nobody_by_wildcard() {
    for principal in [
        json!({"RAM": "*"}),
        json!({"RAM": "acs:ram::*:root"}),
        json!({"RAM": "acs:ram::1111222233334444:role/*"}),
        json!({"RAM": "acs:ram::1111222233334444:saml-provider/x"}),
        json!({"Federated": "acs:ram::1111222233334444:role/x"}),
        json!({"Service": "*"}),
        json!({"AWS": "x"}),
        json!({}),
        json!("*"),
    ] {
        let text = json!({"Version": "1", "Statement": [
            {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}]});
        let refusal = Document::parse(Kind::Trust, &text.to_string()).unwrap_err().to_string();
        assert!(refusal.starts_with("Statement[0].Principal"), "{refusal}");
    }
}

#[test]
fn summaries_read_as_sentences_with_denials_first() {
    let document = document(
        Kind::Custom,
        &json!([
        {"Effect": "Allow", "Action": ["ecs:*", "vpc:Describe*"], "Resource": "*",
         "Condition": {"IpAddress": {"acs:SourceIp": ["10.0.0.0/8", "192.168.0.0/16"]}}},
        {"Effect": "Allow", "NotAction": "ram:*", "NotResource": "acs:oss:*:*:secret/*"},
        {"Effect": "Deny", "Action": "*", "Resource": "acs:oss:*:*:secret/*"}]),
    );
    let lines: Vec<String> =
        summarise(&[Named { name: "P", document: &document }]).iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "Deny every action on acs:oss:*:*:secret/*",
            "Allow ecs:*, vpc:Describe* on every resource when acs:SourceIp IpAddress 10.0.0.0/8 or 192.168.0.0/16",
            "Allow every action except ram:* on every resource except acs:oss:*:*:secret/*",
        ]
    );
}

fn any_statement(effect: &'static str) -> impl Strategy<Value = Value> {
    let action = prop::sample::select(vec!["*", "ecs:*", "ram:Get*", "ram:GetRole", "oss:?et*"]);
    let resource = prop::sample::select(vec!["*", "acs:ram:*:*:role/*", "acs:oss:*:*:${user}/*"]);
    let condition = prop::sample::select(vec![
        json!({}),
        json!({"StringEquals": {"user": "alice"}}),
        json!({"StringNotEqualsIfExists": {"user": "alice"}}),
        json!({"ForAllValues:StringLike": {"tag": "r*"}}),
        json!({"NotIpAddress": {"user": "10.0.0.0/8"}}),
    ]);
    (action, any::<bool>(), resource, any::<bool>(), condition).prop_map(
        move |(action, not_action, resource, not_resource, condition)| {
            json!({
                "Effect": effect,
                if not_action { "NotAction" } else { "Action" }: action,
                if not_resource { "NotResource" } else { "Resource" }: resource,
                "Condition": condition,
            })
        },
    )
}

proptest! {
    #[test]
    fn adding_a_deny_never_widens(
        statements in prop::collection::vec(prop_oneof![any_statement("Allow"), any_statement("Deny")], 1..6),
        denial in any_statement("Deny"),
        position in any::<prop::sample::Index>(),
        action in prop::sample::select(vec!["ram:GetRole", "ecs:Start", "oss:GetObject"]),
        resource in prop::sample::select(vec![ROLE, "acs:oss:*:*:alice/x", "*"]),
        user in prop::option::of(prop::sample::select(vec!["alice", "*", "10.0.0.1"])),
    ) {
        let context = user.map_or_else(Context::default, |user| Context::default().with("user", user));
        let before = decide(&json!(statements), action, resource, &context);
        let mut more = statements.clone();
        more.insert(position.index(statements.len() + 1), denial);
        let after = decide(&json!(more), action, resource, &context);
        prop_assert!(before.is_allowed() || !after.is_allowed(), "{before} became {after}");
    }
}
