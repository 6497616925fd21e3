//! Every limit, with what just fits and what just does not.

use super::*;

fn refused(expression: &str) -> String {
    AttributeExpression::parse(expression).unwrap_err().message
}

#[test]
fn length() {
    let of = |length: usize| format!("'{}'", "ä".repeat(length - 2));
    assert!(AttributeExpression::parse(&of(LONGEST_EXPRESSION)).is_ok());
    assert_eq!(
        refused(&of(LONGEST_EXPRESSION + 1)),
        "an expression may have at most 4096 characters, and this one has 4097"
    );
    // What is kept must be readable again, so what it grows to when it is written counts.
    let quotes = |count: usize| format!("'{}'", "\"".repeat(count));
    assert!(AttributeExpression::parse(&quotes(2_047)).is_ok());
    assert!(
        refused(&quotes(2_048)).starts_with("an expression, written with its spaces, may have at most 4096")
    );
}

#[test]
fn depth() {
    for (open, value, close) in
        [("(", "true", ")"), ("[", "'a'", "]"), ("not ", "true", ""), ("default('a', ", "'b'", ")")]
    {
        let of = |depth: usize| open.repeat(depth - 1) + value + &close.repeat(depth - 1);
        assert!(AttributeExpression::parse(&of(DEEPEST_EXPRESSION)).is_ok(), "{open}");
        assert_eq!(
            refused(&of(DEEPEST_EXPRESSION + 1)),
            "an expression may be at most 32 levels deep",
            "{open}"
        );
    }
    // The longest text that there is does not go deeper either.
    assert!(refused(&"(".repeat(LONGEST_EXPRESSION)).contains("levels deep"));
    // What stands side by side is not deep.
    assert!(AttributeExpression::parse(&vec!["(true)"; 100].join(" and ")).is_ok());
}

#[test]
fn nodes() {
    let of = |parts: usize| vec!["'a'"; parts].join("+");
    assert!(AttributeExpression::parse(&of(EXPRESSION_NODES - 1)).is_ok());
    assert_eq!(
        refused(&of(EXPRESSION_NODES)),
        "an expression may have at most 256 values, operators and calls"
    );
}

#[test]
fn values() {
    let names: Vec<String> = (0..=EXPRESSION_VALUES).map(|number| format!("g{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let user = alice();
    for expression in
        ["groups", "[groups]", "map(groups, it)", "filter(groups, true)", "split(join(groups, ';'), ';')"]
    {
        let fitting = evaluate_for(expression, &user, &names[1..]).unwrap();
        assert_eq!(fitting.len(), EXPRESSION_VALUES, "{expression}");
        let error = evaluate_for(expression, &user, &names).unwrap_err();
        assert_eq!(error.message, "it makes more than 1000 values", "{expression}");
    }
    // Of more groups than that, some can be chosen.
    assert_eq!(evaluate_for("filter(groups, it == 'g7')", &user, &names).unwrap(), ["g7"]);
}

#[test]
fn values_of_metadata() {
    let user = alice();
    let evaluate = |expression: &str, count: usize, bytes: usize| {
        let value = "v".repeat(bytes);
        let entity_attributes = [("a", vec![value.as_str(); count])].into();
        let audience = Audience { entity_attributes, ..wiki() };
        AttributeExpression::parse(expression).unwrap().evaluate(&somebody(&user, &audience))
    };
    let fitting = evaluate("entityAttribute('a')", EXPRESSION_VALUES, 65).unwrap();
    assert_eq!(fitting.len(), EXPRESSION_VALUES);
    for expression in ["entityAttribute('a')", "present(entityAttribute('a'))", "first(entityAttribute('a'))"]
    {
        let error = evaluate(expression, EXPRESSION_VALUES + 1, 65).unwrap_err();
        assert_eq!(error.message, "it makes more than 1000 values", "{expression}");
        let error = evaluate(expression, EXPRESSION_VALUES, 66).unwrap_err();
        assert_eq!(error.message, "it makes more than 65536 bytes", "{expression}");
    }
}

#[test]
fn bytes() {
    let mut user = alice();
    let title = |user: &mut User, bytes: usize| {
        user.profile = Profile::new(json!({ "title": "x".repeat(bytes) }).as_object().unwrap().clone());
    };
    title(&mut user, EXPRESSION_BYTES);
    for expression in ["user.profile.title", "user.profile.title + ''", "lower(user.profile.title)"] {
        assert_eq!(evaluate_for(expression, &user, &[]).unwrap()[0].len(), EXPRESSION_BYTES, "{expression}");
    }
    for expression in [
        "user.profile.title + 'x'",
        "[user.profile.title, 'x']",
        "join([user.profile.title], ';') + 'x'",
        "replace(user.profile.title, 'x', 'yy')",
        "upper(user.profile.title + 'x')",
        "join(['x', before(user.profile.title, ';')], '')",
    ] {
        let error = evaluate_for(expression, &user, &[]).unwrap_err();
        assert_eq!(error.message, "it makes more than 65536 bytes", "{expression}");
    }
    title(&mut user, EXPRESSION_BYTES + 1);
    let error = evaluate_for("user.profile.title", &user, &[]).unwrap_err();
    assert_eq!(error.message, "it makes more than 65536 bytes");
    assert_eq!(evaluate_for("before(user.profile.title, 'x')", &user, &[]).unwrap(), [""; 0]);
}

/// A text that doubles with every level would have more bytes than there are.
#[test]
fn texts_do_not_grow_without_bound() {
    let doubled = (0..24).fold("'x'".to_owned(), |inner, _| format!("replace({inner}, 'x', 'xx')"));
    assert_eq!(evaluate_for(&doubled, &alice(), &[]).unwrap_err().message, "it makes more than 65536 bytes");
}

#[test]
fn work() {
    let names: Vec<String> = (0..1_000).map(|number| format!("{number:0>60}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let user = alice();
    let one_look = "filter(groups, matches(it, '*0*0*0*1'))";
    assert_eq!(evaluate_for(one_look, &user, &names).unwrap().len(), 100);
    // Every group against every group, many times.
    let looks = vec!["contains(groups, it + 'x')"; 20].join(" or ");
    let error = evaluate_for(&format!("filter(groups, {looks})"), &user, &names).unwrap_err();
    assert_eq!(error.message, "it takes too much work with what this user has");
}

/// Looked at once for each group, what metadata says is paid for each time.
#[test]
fn work_with_metadata() {
    let names: Vec<String> = (0..40_000).map(|number| format!("g{number}")).collect();
    let (user, names) = (alice(), groups(&names.iter().map(String::as_str).collect::<Vec<_>>()));
    let audience = Audience { entity_attributes: [("a", vec!["v"; EXPRESSION_VALUES])].into(), ..wiki() };
    let subject = Subject { groups: &names, ..somebody(&user, &audience) };
    let of = |expression: &str| AttributeExpression::parse(expression).unwrap().evaluate(&subject);
    assert_eq!(of("filter(groups, requested('mail') and it == 'g7')").unwrap(), ["g7"]);
    let error = of("filter(groups, not present(entityAttribute('a')))").unwrap_err();
    assert_eq!(error.message, "it takes too much work with what this user has");
}

/// The kinds of nesting that would make reading them exponential, if each level looked twice at the next.
#[test]
fn reading_takes_no_power_of_the_depth() {
    for (open, close) in [
        ("default(", ", 'b')"),
        ("if(true, ", ", 'b')"),
        ("lower('a' + ", ")"),
        ("if('a' == ", ", 'b')"),
        ("first([", "])"),
    ] {
        let depth = 14;
        let expression = open.repeat(depth) + "'a'" + &close.repeat(depth);
        let deepest = evaluate_for(&expression, &alice(), &[]);
        assert!(deepest.is_ok(), "{expression}: {deepest:?}");
    }
    let depth = DEEPEST_EXPRESSION - 1;
    let expression = "default(".repeat(depth) + "'a'" + &", 'b')".repeat(depth);
    assert_eq!(evaluate_for(&expression, &alice(), &[]).unwrap(), ["a"]);
    let expression = "filter(".repeat(depth) + "groups" + &", it != 'b')".repeat(depth);
    assert_eq!(evaluate_for(&expression, &alice(), &["a", "b"]).unwrap(), ["a"]);
}
