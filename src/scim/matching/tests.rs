//! Every rule with an element for which it holds and one for which it does not.

use serde_json::json;

use super::*;

const fn sub(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, ..Attribute::TEXT }
}

/// A thing with a part of every type.
static THINGS: Attribute = Attribute {
    is_multi_valued: true,
    sub_attributes: &[
        sub("type", Kind::String),
        Attribute { is_case_exact: true, ..sub("value", Kind::String) },
        Attribute { is_case_exact: true, ..sub("$ref", Kind::Reference) },
        sub("primary", Kind::Boolean),
        sub("count", Kind::Integer),
        sub("weight", Kind::Decimal),
        sub("since", Kind::DateTime),
        sub("key", Kind::Binary),
        Attribute { is_multi_valued: true, ..sub("tags", Kind::String) },
    ],
    ..sub("things", Kind::Complex)
};
static SCHEMAS: Attribute = Attribute { is_multi_valued: true, ..sub("schemas", Kind::Reference) };

fn holds(filter: &str, element: &Value) -> Result<bool, Error> {
    matches(&Filter::parse(filter).expect(filter), element, &THINGS)
}

fn thing() -> Value {
    json!({
        "type": "Wörk", "value": "Bob", "$ref": "https://a/B", "primary": false, "count": 9_007_199_254_740_993_u64,
        "weight": 2.5, "since": "2026-01-31T12:00:00Z", "key": "TUlJ", "tags": ["red", "Green"],
    })
}

#[test]
fn comparisons_follow_the_type() {
    let cases = [
        // Case, as the attribute says; also of its own name.
        (r#"type eq "wÖRK""#, true),
        (r#"TYPE eq "work""#, false),
        (r#"type ne "WÖRK""#, false),
        (r#"value eq "Bob""#, true),
        (r#"value eq "bob""#, false),
        (r#"value ne "bob""#, true),
        (r#"$REF eq "https://a/B""#, true),
        (r#"$ref sw "https://a/b""#, false),
        // Parts of texts.
        (r#"type co "ÖR""#, true),
        (r#"type sw "wö""#, true),
        (r#"type sw "ö""#, false),
        (r#"type ew "RK""#, true),
        (r#"type ew "R""#, false),
        (r#"value co "B""#, true),
        (r#"value co "O""#, false),
        (r#"key sw "TU""#, true),
        (r#"key eq "tulj""#, false),
        // Texts in order, folded or not.
        (r#"type gt "WA""#, true),
        (r#"type lt "wp""#, false),
        (r#"value lt "a""#, true),
        (r#"value ge "Bob""#, true),
        (r#"value gt "Bob""#, false),
        // Booleans, and the texts that some clients send for them.
        ("primary eq false", true),
        (r#"primary eq "False""#, true),
        (r#"primary eq "TRUE""#, false),
        (r#"primary ne "True""#, true),
        // Numbers, beyond what fractions hold.
        ("count eq 9007199254740993", true),
        ("count gt 9007199254740992", true),
        ("count lt -1", false),
        ("weight eq 25e-1", true),
        ("weight ge 2", true),
        ("weight lt 2.5", false),
        ("weight le 2.5", true),
        // Moments, wherever their zone is.
        (r#"since eq "2026-01-31T13:00:00+01:00""#, true),
        (r#"since gt "2026-01-31T12:30:00+01:00""#, true),
        (r#"since lt "2026-01-31T11:59:59.999Z""#, false),
        (r#"since le "2026-01-31T12:00:00.000Z""#, true),
        // Any of several.
        (r#"tags eq "green""#, true),
        (r#"tags eq "blue""#, false),
        (r#"tags ne "red""#, true),
        (r#"tags co "REE""#, true),
    ];
    for (filter, expected) in cases {
        assert_eq!(holds(filter, &thing()), Ok(expected), "{filter}");
    }
}

#[test]
fn presence_and_null_are_one_question() {
    let nothing = [json!(null), json!({}), json!({ "type": null }), json!({ "type": "" })];
    for element in &nothing {
        assert_eq!(holds("type pr", element), Ok(false), "{element}");
        assert_eq!(holds("type eq null", element), Ok(true), "{element}");
        assert_eq!(holds("type ne null", element), Ok(false), "{element}");
        assert_eq!(holds(r#"type ne "work""#, element), Ok(true), "{element}");
        assert_eq!(holds(r#"type eq "work""#, element), Ok(false), "{element}");
        assert_eq!(holds(r#"not (type eq "work")"#, element), Ok(true), "{element}");
    }
    assert_eq!(holds("type pr", &thing()), Ok(true));
    assert_eq!(holds("type eq null", &thing()), Ok(false));
    assert_eq!(holds("type ne null", &thing()), Ok(true));
    assert_eq!(holds("primary pr", &thing()), Ok(true), "false is a value");
    let tags = |tags: Value| holds("tags pr", &json!({ "tags": tags }));
    assert_eq!(
        (tags(json!([])), tags(json!([""])), tags(json!(["", "x"]))),
        (Ok(false), Ok(false), Ok(true))
    );
    assert_eq!(holds(r#"tags ne "red""#, &json!({ "tags": [] })), Ok(true));
    assert!(is_present(&json!({ "a": [{ "b": 0 }] })));
    assert!(!is_present(&json!({ "a": [{ "b": null }], "c": "" })));
}

#[test]
fn an_order_with_nothing_never_holds() {
    for operator in ["gt", "ge", "lt", "le"] {
        assert_eq!(holds(&format!("count {operator} 0"), &json!({})), Ok(false), "{operator}");
    }
}

#[test]
fn a_value_that_is_not_of_its_type_is_different_from_everything() {
    let element = json!({ "count": "nine", "primary": "yes", "since": "then", "type": 5 });
    for (equal, different) in [
        ("count eq 9", "count ne 9"),
        ("primary eq true", "primary ne true"),
        (r#"since le "2026-01-31T12:00:00Z""#, r#"since ne "2026-01-31T12:00:00Z""#),
        (r#"type co "5""#, r#"type ne "5""#),
    ] {
        assert_eq!((holds(equal, &element), holds(different, &element)), (Ok(false), Ok(true)), "{equal}");
    }
}

#[test]
fn logic_is_as_the_words_say() {
    for (filter, expected) in [
        ("type pr and value pr", true),
        ("type pr and value eq null", false),
        ("value eq null or type pr", true),
        ("value eq null or type eq null", false),
        ("not (type pr)", false),
        ("not (value eq null and type pr) and count pr", true),
    ] {
        assert_eq!(holds(filter, &thing()), Ok(expected), "{filter}");
    }
}

#[test]
fn an_attribute_that_is_not_complex_is_called_value() {
    let filter = Filter::parse(r#"VALUE eq "urn:A""#).unwrap();
    assert_eq!(matches(&filter, &json!("urn:a"), &SCHEMAS), Ok(true));
    assert_eq!(matches(&filter, &json!("urn:b"), &SCHEMAS), Ok(false));
    let other = Filter::parse("type pr").unwrap();
    let error = matches(&other, &json!("urn:a"), &SCHEMAS).unwrap_err();
    assert_eq!(error.detail, "schemas has no sub-attribute \"type\"");
}

#[test]
fn what_makes_no_sense_is_refused_whatever_the_element_is() {
    let cases = [
        ("colour pr", "things has no sub-attribute \"colour\""),
        ("type.x pr", "things has no sub-attribute \"type.x\""),
        ("urn:a:b:type pr", "things has no sub-attribute \"urn:a:b:type\""),
        ("type[value pr]", "type is no complex sub-attribute of things"),
        ("primary gt true", "primary: the operator gt is not for true or false"),
        (r#"primary co "true""#, "primary: the operator co is not for true or false"),
        (r#"key lt "A""#, "key: the operator lt is not for binary values"),
        ("count sw 1", "count: the operator sw is not for a number"),
        (r#"since ew "Z""#, "since: the operator ew is not for a date-time"),
        ("type gt null", "type: the operator gt is not for null"),
        ("type co null", "type: the operator co is not for null"),
        ("type eq 5", "type is compared with a text"),
        ("$ref eq true", "$ref is compared with a text"),
        ("key eq 1", "key is compared with binary values"),
        ("primary eq 1", "primary is compared with true or false"),
        (r#"primary eq "yes""#, "primary is compared with true or false"),
        (r#"count eq "5""#, "count is compared with a number"),
        ("since gt 2026", "since is compared with a date-time"),
        (r#"since gt "2026-01-31""#, "since is compared with a date-time"),
        (r#"since gt "2026-01-31T12:00:00""#, "since is compared with a date-time"),
        // Behind something that has decided already.
        ("type pr or colour pr", "no sub-attribute"),
        ("type eq null and colour pr", "no sub-attribute"),
    ];
    for (filter, essence) in cases {
        for element in [thing(), json!(null), json!("text"), json!([1])] {
            let error = holds(filter, &element).expect_err(filter);
            assert_eq!(error.kind, ErrorKind::InvalidFilter, "{filter}");
            assert!(error.detail.contains(essence), "{filter}: {}", error.detail);
        }
    }
}

#[test]
fn a_complex_attribute_is_compared_with_null_only() {
    let error = operand(&THINGS, Operator::Equal, &Literal::Boolean(true)).unwrap_err();
    assert_eq!(error.detail, "things is complex: name one of its sub-attributes");
    assert_eq!(operand(&THINGS, Operator::Equal, &Literal::Null), Ok(Operand::Absent));
}
