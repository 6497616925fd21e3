//! What is no expression, and what is said of it.

use serde_json::Value;

use super::*;

#[test]
fn errors_say_where_what_was_expected_and_what_was_received() {
    for (expression, message) in [
        ("", "at column 1: expected a value, received the end"),
        ("   ", "at column 4: expected a value, received the end"),
        ("user", "at column 5: expected `.`, received the end"),
        (
            "user.",
            "at column 6: expected one of id, userName, displayName, firstName, lastName, email, externalId, description, subjectId, pairwiseId, profile, received the end",
        ),
        (
            "user.mail",
            "at column 6: expected one of id, userName, displayName, firstName, lastName, email, externalId, description, subjectId, pairwiseId, profile, received `mail`",
        ),
        ("application.id", "at column 13: expected one of entityId, name, received `id`"),
        (
            "user.profile",
            "at column 13: expected `.` and an attribute, or `[` and its name in quotes, received the end",
        ),
        ("user.profile.", "at column 14: expected the name of an attribute, received the end"),
        ("user.profile.1a", "at column 14: expected the name of an attribute, received `1a`"),
        ("user.profile[0]", "at column 14: expected the name of an attribute, received `0`"),
        (
            "user.profile[]",
            "at column 14: expected a name in quotes, or a condition like `type == \"work\"`, received `]`",
        ),
        ("user.profile.emails[type]", "at column 25: expected `==`, received `]`"),
        ("user.profile.emails[type == work]", "at column 29: expected a text in quotes, received `work`"),
        ("user.profile['a'", "at column 17: expected `]`, received the end"),
        ("user.email user.id", "at column 12: expected an operator or the end, received `user`"),
        ("user.email)", "at column 11: expected an operator or the end, received `)`"),
        ("(user.email", "at column 12: expected `)`, received the end"),
        ("lower user.email", "at column 7: expected `(`, received `user`"),
        ("lower(user.email", "at column 17: expected `,` or `)`, received the end"),
        ("[user.email,]", "at column 13: expected a value, received `]`"),
        ("'a' + + 'b'", "at column 7: expected a value, received `+`"),
        ("and", "at column 1: expected a value, received `and`"),
        (
            "user.email == 'a' == 'b'",
            "at column 19: expected parentheses around one of two comparisons, received `==`",
        ),
        ("user.email = 'a'", "at column 12: expected `==`, received a single `=`"),
        ("!contains(groups, 'a')", "at column 1: expected `!=` or `not`, received `!`"),
        ("true && false", "at column 6: expected `and`, received `&`"),
        ("true || false", "at column 6: expected `or`, received `|`"),
        ("“a”", "at column 1: expected straight quotes, received `“`"),
        ("1 < 2", "at column 3: expected a value, an operator or a bracket, received `<`"),
        ("'ä' 'b", "at column 5: expected a closing `'`, received a text without an end"),
        ("\"a", "at column 1: expected a closing `\"`, received a text without an end"),
        ("'a\\x'", "at column 3: expected `\\\"`, `\\'`, `\\\\`, `\\n` or `\\t`, received `\\\\x`"),
        ("'a\\", "at column 3: expected `\\\"`, `\\'`, `\\\\`, `\\n` or `\\t`, received the end"),
        ("'a\u{1}'", "at column 3: expected characters that an assertion can carry, received `\\u{1}`"),
        ("'\u{ffff}'", "at column 2: expected characters that an assertion can carry, received `\\u{ffff}`"),
    ] {
        let error = AttributeExpression::parse(expression).unwrap_err();
        assert_eq!(error.to_string(), message, "{expression}");
    }
    let error = AttributeExpression::parse("substringBefore(user.email, '@')").unwrap_err();
    assert_eq!(error.column, 1);
    assert!(error.message.starts_with("expected one of lower, upper, trim,"), "{error}");
    assert!(error.message.ends_with("groups, application, it, received `substringBefore`"), "{error}");
}

#[test]
fn types_that_do_not_fit_are_refused_before_anybody_logs_on() {
    for (expression, message) in [
        ("lower(groups)", "at column 7: expected a text, received a list"),
        ("groups + 'a'", "at column 1: expected a text, received a list"),
        ("'a' + true", "at column 7: expected a text, received a condition"),
        ("join(user.email, ';')", "at column 6: expected a list, received a text"),
        ("contains(user.email, 'a')", "at column 10: expected a list, received a text"),
        ("not user.email", "at column 5: expected a condition, received a text"),
        ("true and groups", "at column 10: expected a condition, received a list"),
        ("if(user.email, 'a')", "at column 4: expected a condition, received a text"),
        ("if(true, 'a', groups)", "at column 15: expected a text like the value before it, received a list"),
        (
            "if(true, true, 'a')",
            "at column 16: expected a condition like the value before it, received a text",
        ),
        (
            "default(user.email, groups)",
            "at column 21: expected a text like the value before it, received a list",
        ),
        (
            "default(true, false)",
            "at column 1: expected texts or lists, which may be absent, received a condition",
        ),
        ("present(true)", "at column 9: expected a text or a list, received a condition"),
        ("[true]", "at column 2: expected a text or a list, received a condition"),
        (
            "groups == 'a'",
            "at column 1: expected a text or a condition to compare; to look for an element, contains(list, text), received a list",
        ),
        ("'a' == groups", "at column 8: expected a text, received a list"),
        ("true == 'a'", "at column 9: expected a condition, received a text"),
        ("user.profile.x == true", "at column 19: expected a text, received a condition"),
        ("filter(groups, it)", "at column 16: expected a condition, received a text"),
        ("map(groups, it == 'a')", "at column 13: expected a text or a list, received a condition"),
        ("it", "at column 1: `it` stands only for an element within filter(list, …) and map(list, …)"),
        (
            "filter([it], true)",
            "at column 9: `it` stands only for an element within filter(list, …) and map(list, …)",
        ),
        (
            "map(groups, first(filter(groups, true)))",
            "at column 19: what is said of `it` cannot have a filter(…) or map(…) in it",
        ),
        (
            "matches(user.email, user.userName)",
            "at column 21: expected a pattern in quotes, received a text that is made",
        ),
        ("requested(user.userName)", "at column 11: expected a name in quotes, received a text that is made"),
        (
            "entityAttribute('a' + 'b')",
            "at column 17: expected a name in quotes, received a text that is made",
        ),
        (
            "filter(groups, requested(it))",
            "at column 26: expected a name in quotes, received a text that is made",
        ),
        ("requested(groups)", "at column 11: expected a text, received a list"),
        ("requested('')", "at column 11: expected a text with characters, received an empty one"),
        ("entityAttribute('')", "at column 17: expected a text with characters, received an empty one"),
        ("lower(entityAttribute('a'))", "at column 7: expected a text, received a list"),
        ("requested('a') + 'b'", "at column 1: expected a text, received a condition"),
        ("requested('a', 'b')", "at column 1: expected requested(\"name\"), received 2 arguments"),
        ("split(user.email, '')", "at column 19: expected a text with characters, received an empty one"),
        ("lower('a', 'b')", "at column 1: expected lower(text), received 2 arguments"),
        ("'x' + join(groups)", "at column 7: expected join(list, separator), received one argument"),
        (
            "if(true, 'a', 'b', 'c')",
            "at column 1: expected if(condition, value, other), received 4 arguments",
        ),
    ] {
        let error = AttributeExpression::parse(expression).unwrap_err();
        assert_eq!(error.to_string(), message, "{expression}");
    }
}

#[test]
fn long_texts_are_shown_in_part() {
    let error = AttributeExpression::parse(&format!("true '{}'", "ä".repeat(1_000))).unwrap_err();
    assert_eq!(
        error.message,
        format!("expected an operator or the end, received the text `{}…`", "ä".repeat(40))
    );
}

#[test]
fn a_made_separator_without_characters_is_refused() {
    let error = evaluate_for("before(user.email, trim(' '))", &alice(), &[]).unwrap_err();
    assert_eq!(
        error.to_string(),
        "at column 1: expected before(text, separator), received a second text that is empty"
    );
}

/// An assertion could not carry it, or would carry something else.
#[test]
fn values_that_xml_cannot_carry_are_refused() {
    let mut user = alice();
    for (letter, shown) in [('\u{0}', "\\0"), ('\r', "\\r"), ('\u{b}', "\\u{b}"), ('\u{fffe}', "\\u{fffe}")] {
        let Value::Object(attributes) = json!({ "title": format!("a{letter}b") }) else { unreachable!() };
        user.profile = Profile::new(attributes);
        let error = evaluate_for("user.profile.title", &user, &[]).unwrap_err();
        assert_eq!(
            error.message,
            format!("expected characters that an assertion can carry, received `{shown}` in `a{shown}b`")
        );
    }
    let hostile = "<a>&amp;]]>\"'\n\t\u{fffd}";
    user.profile = Profile::new(json!({ "title": hostile }).as_object().unwrap().clone());
    assert_eq!(evaluate_for("user.profile.title", &user, &[]).unwrap(), [hostile]);
}

#[test]
fn an_error_becomes_a_refusal_of_its_field() {
    let error = AttributeExpression::parse("lower(").unwrap_err().of_field("NameIdExpression");
    assert_eq!(
        error.to_string(),
        "InvalidParameter.NameIdExpression: NameIdExpression is not an expression that gives its values: at \
         column 7: expected a value, received the end"
    );
}
