//! What expressions come to.

use super::*;

fn holds(expression: &str) {
    assert_eq!(evaluate(expression), ["true"], "{expression}");
    assert_eq!(evaluate(&format!("not ({expression})")), ["false"], "{expression}");
}

#[test]
fn sources_are_the_users_and_the_applications() {
    for (expression, expected) in [
        ("user.id", "u-00000000000000000001"),
        ("user.userName", "Alice"),
        ("user.displayName", "Alice Ärmel"),
        ("user.firstName", "Alice"),
        ("user.lastName", "Ärmel"),
        ("user.email", "Alice.Armel@Example.com"),
        ("user.externalId", "ext-1"),
        ("user.subjectId", "u-00000000000000000001@sso.example"),
        ("user.pairwiseId", "0a1b@sso.example"),
        ("application.entityId", "https://sp.example/saml"),
        ("application.name", "Wiki"),
    ] {
        assert_eq!(evaluate(expression), [expected], "{expression}");
    }
    assert_eq!(evaluate("user.description"), [""; 0]);
    assert_eq!(evaluate("groups"), ["admins", "aws-admin", "aws-reader", "staff"]);
    assert_eq!(evaluate_for("groups", &alice(), &["b", "a", "b"]).unwrap(), ["a", "b"]);
}

#[test]
fn a_profile_is_reached_by_scim_s_names() {
    for (expression, expected) in [
        ("user.profile.title", &["Head Of"][..]),
        ("user.profile.TITLE", &["Head Of"]),
        ("user.profile['title']", &["Head Of"]),
        ("user.profile.locale", &[]),
        ("user.profile.nickName", &[]),
        ("user.profile.title.more", &[]),
        ("user.profile.active", &["true"]),
        ("user.profile.level", &["7"]),
        ("user.profile.roles", &["reader", "writer"]),
        ("user.profile.emails", &["Alice.Armel@Example.com", "alice@home.example"]),
        ("user.profile.emails.type", &["work", "home"]),
        ("user.profile.phoneNumbers[type == \"mobile\"]", &["+49 2"]),
        ("user.profile.phoneNumbers[type == \"fax\"].value", &[]),
        ("user.profile.emails[primary == \"true\"].value", &["Alice.Armel@Example.com"]),
        ("user.profile.addresses[type == \"work\"].country", &["DE"]),
        // A user has fields of their own for these, and the profile does not repeat them.
        ("user.profile.displayName", &["Alice Ärmel"]),
        ("user.profile.name.familyName", &["Ärmel"]),
    ] {
        assert_eq!(evaluate(expression), expected, "{expression}");
    }
    for (path, expected) in
        [("department", "R&D"), ("costCenter", "42"), ("manager", "u-9"), ("manager.displayName", "Bob")]
    {
        assert_eq!(evaluate(&format!("user.profile[\"{ENTERPRISE}\"].{path}")), [expected]);
    }
}

#[test]
fn functions_of_texts() {
    for (expression, expected) in [
        ("lower(user.userName) + \"@example.com\"", &["alice@example.com"][..]),
        ("upper('straße')", &["STRASSE"]),
        ("trim(' a b\n')", &["a b"]),
        ("replace('a.b.c', '.', '')", &["abc"]),
        ("replace('a', 'b', 'c')", &["a"]),
        ("before(user.email, '@')", &["Alice.Armel"]),
        ("after(user.email, '@')", &["Example.com"]),
        ("before('a@b@c', '@')", &["a"]),
        ("after('a@b@c', '@')", &["b@c"]),
        ("before('alice', '@')", &["alice"]),
        ("after('alice', '@')", &[]),
        ("split('a;b;;c;', ';')", &["a", "b", "c"]),
        ("'say \"hi\" \\\\ \\'\\n'", &["say \"hi\" \\ '\n"]),
        ("''", &[]),
    ] {
        assert_eq!(evaluate(expression), expected, "{expression}");
    }
}

#[test]
fn functions_of_lists() {
    for (expression, expected) in [
        ("join(groups, ';')", &["admins;aws-admin;aws-reader;staff"][..]),
        ("join([], ';')", &[]),
        ("first(groups)", &["admins"]),
        ("first([])", &[]),
        ("filter(groups, startsWith(it, \"aws-\"))", &["aws-admin", "aws-reader"]),
        ("map(filter(groups, startsWith(it, 'aws-')), replace(it, 'aws-', ''))", &["admin", "reader"]),
        ("map(groups, after(it, 'aws-'))", &["admin", "reader"]),
        ("map(groups, split(it, '-'))", &["admins", "aws", "admin", "aws", "reader", "staff"]),
        ("distinct(map(groups, before(it, '-')))", &["admins", "aws", "staff"]),
        (
            "['base', filter(groups, it == 'staff'), user.profile.roles, user.description]",
            &["base", "staff", "reader", "writer"],
        ),
        ("filter(user.profile.emails, endsWith(lower(it), '@example.com'))", &["Alice.Armel@Example.com"]),
        ("filter(user.profile.title, true)", &["Head Of"]),
    ] {
        assert_eq!(evaluate(expression), expected, "{expression}");
    }
}

#[test]
fn conditions() {
    for expression in [
        "contains(groups, 'admins')",
        "not contains(groups, 'admin')",
        "contains(user.profile.roles, 'reader')",
        "not contains(user.profile.title, 'Head')",
        "startsWith(user.email, 'Alice')",
        "endsWith(user.email, '.com')",
        "matches(user.email, '*@Example.???')",
        "not matches(user.email, '*@example.com')",
        "user.userName == 'Alice' and user.userName != 'alice'",
        "false or true and true",
        "not false and true",
        "true == (not false)",
        "present(user.email) and not present(user.description) and not present([])",
        "(user.email == '') == false",
        "startsWith(user.description, 'a') == false",
    ] {
        holds(expression);
    }
}

#[test]
fn choices() {
    for (expression, expected) in [
        ("if(contains(groups, \"admins\"), \"admin\", \"user\")", &["admin"][..]),
        ("if(contains(groups, 'root'), 'admin', 'user')", &["user"]),
        ("if(contains(groups, 'root'), 'admin')", &[]),
        ("if(true, groups)", &["admins", "aws-admin", "aws-reader", "staff"]),
        ("default(user.description, user.displayName, user.userName)", &["Alice Ärmel"]),
        ("default(user.description, trim('  '), user.profile.nickName)", &[]),
        ("default(user.profile.nickName, ['x', 'y'])", &["x", "y"]),
    ] {
        assert_eq!(evaluate(expression), expected, "{expression}");
    }
}

/// Nobody is named `@example.com` because a field is not filled in.
#[test]
fn what_is_made_of_what_is_absent_is_absent() {
    for expression in [
        "user.description + '@example.com'",
        "lower(user.description)",
        "replace(user.userName, 'a', user.description)",
        "split(user.description, ';')",
        "join(groups, user.description)",
        "filter(groups, it == user.description)",
    ] {
        assert_eq!(evaluate(expression), [""; 0], "{expression}");
    }
    holds("not (user.description == user.profile.nickName) and user.description != user.profile.nickName");
    assert_eq!(evaluate("user.profile.nickName == user.profile.nickName"), ["false"]);
}

#[test]
fn a_list_of_one_in_a_profile_is_its_text() {
    assert_eq!(evaluate("'tel:' + user.profile.phoneNumbers[type == 'work']"), ["tel:+49 1"]);
    let error = evaluate_for("'tel:' + user.profile.phoneNumbers", &alice(), &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "at column 10: expected one text, as first(list) or join(list, …) gives, received a list of 2"
    );
    assert_eq!(evaluate("'tel:' + first(user.profile.phoneNumbers)"), ["tel:+49 1"]);
}

#[test]
fn groups_are_loaded_only_where_they_are_asked_for() {
    for expression in
        ["groups", "if(not (present(user.email) or contains(groups, 'x')), 'a')", "[[first(groups)]]"]
    {
        assert!(AttributeExpression::parse(expression).unwrap().needs_groups(), "{expression}");
    }
    for expression in ["user.email", "'groups'", "user.profile.groups", "map(user.profile.roles, it + '!')"] {
        assert!(!AttributeExpression::parse(expression).unwrap().needs_groups(), "{expression}");
    }
}

#[test]
fn an_application_s_own_name_for_the_user_is_loaded_only_where_it_is_asked_for() {
    for expression in ["user.pairwiseId", "map(groups, it + before(user.pairwiseId, '@'))"] {
        assert!(AttributeExpression::parse(expression).unwrap().needs_pairwise_id(), "{expression}");
    }
    for expression in ["user.subjectId", "'user.pairwiseId'", "user.profile.pairwiseId", "groups"] {
        assert!(!AttributeExpression::parse(expression).unwrap().needs_pairwise_id(), "{expression}");
    }
    let (user, audience) = (alice(), wiki());
    let nameless = Subject { persistent_name: None, ..somebody(&user, &audience) };
    let expression = AttributeExpression::parse("user.pairwiseId").unwrap();
    assert_eq!(expression.evaluate(&nameless).unwrap(), [""; 0]);
}

#[test]
fn what_metadata_says_of_the_application() {
    for (expression, expected) in [
        ("entityAttribute(\"urn:category\")", &["one", "two"][..]),
        ("entityAttribute('urn:Category')", &[]),
        ("entityAttribute('urn:category ')", &[]),
        ("[first(entityAttribute('urn:category')), entityAttribute('urn:support')]", &["one", "three"]),
        ("if(contains(entityAttribute('urn:category'), 'two'), user.email)", &["Alice.Armel@Example.com"]),
        ("if(contains(entityAttribute('urn:support'), 'two'), user.email)", &[]),
        ("if(requested('urn:oid:2.5.4.42'), user.firstName)", &["Alice"]),
        ("if(requested('urn:oid:2.5.4.4'), user.lastName)", &[]),
        ("filter(groups, requested('mail') and it == 'staff')", &["staff"]),
    ] {
        assert_eq!(evaluate(expression), expected, "{expression}");
    }
    for expression in ["requested('mail')", "not requested('Mail')", "not present(entityAttribute('mail'))"] {
        holds(expression);
    }
}

#[test]
fn it_is_written_in_one_way() {
    for (given, written) in [
        ("  lower( user.userName )+'@example.com' ", "lower(user.userName) + \"@example.com\""),
        ("((user.email))", "user.email"),
        ("user.firstName+(' '+user.lastName)", "user.firstName + \" \" + user.lastName"),
        ("not((true or false)and not false)", "not ((true or false) and not false)"),
        ("(true==false)==(not true)", "(true == false) == (not true)"),
        ("(true and false) or (true)", "true and false or true"),
        ("user.profile['a b']['c'][type=='x']", "user.profile[\"a b\"].c[type == \"x\"]"),
        ("user.profile.name.givenName", "user.firstName"),
        ("requested( 'a\"b' )", "requested(\"a\\\"b\")"),
        ("['it\\'s',\"\\\"\\n\"]", "[\"it's\", \"\\\"\\n\"]"),
    ] {
        let expression = AttributeExpression::parse(given).unwrap();
        assert_eq!(expression.to_string(), written, "{given}");
        assert_eq!(written.parse(), Ok(expression), "{given}");
    }
}

#[test]
fn it_is_stored_as_its_text() {
    let expression: AttributeExpression = serde_json::from_str("\"lower( user.email )\"").unwrap();
    assert_eq!(serde_json::to_string(&expression).unwrap(), "\"lower(user.email)\"");
    let error = serde_json::from_str::<AttributeExpression>("\"lower(\"").unwrap_err();
    assert!(error.to_string().contains("at column 7: expected a value, received the end"), "{error}");
}

#[test]
fn every_function_is_explained() {
    for (usage, meaning) in AttributeExpression::functions() {
        let name = usage.split('(').next().unwrap();
        assert!(usage.ends_with(')') && !meaning.is_empty(), "{usage}");
        let error = AttributeExpression::parse(&format!("{name}()")).unwrap_err();
        assert_eq!(error.message, format!("expected {usage}, received 0 arguments"));
    }
}
