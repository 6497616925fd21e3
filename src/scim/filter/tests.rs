//! What filters mean, the RFC's own among them; what is refused is in `refusals`, what holds for all in `laws`.

mod laws;
mod refusals;

use serde_json::Number;

use super::*;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn path(text: &str) -> AttributePath {
    AttributePath::parse(text).expect(text)
}

fn pr(name: &str) -> Filter {
    Filter::Present(path(name))
}

fn compare(name: &str, operator: Operator, value: Literal) -> Filter {
    Filter::Compare { path: path(name), operator, value }
}

fn text(name: &str, operator: Operator, value: &str) -> Filter {
    compare(name, operator, Literal::String(value.to_owned()))
}

fn eq(name: &str, value: &str) -> Filter {
    text(name, Operator::Equal, value)
}

fn co(name: &str, value: &str) -> Filter {
    text(name, Operator::Contains, value)
}

fn not(filter: Filter) -> Filter {
    Filter::Not(Box::new(filter))
}

fn element(name: &str, filter: Filter) -> Filter {
    Filter::Element { attribute: path(name), filter: Box::new(filter) }
}

/// Every filter of RFC 7644 §3.4.2.2, figure 2.
fn rfc_examples() -> Vec<(&'static str, Filter)> {
    use Filter::{And, Or};
    use Operator::{Greater, GreaterOrEqual, Less, LessOrEqual, NotEqual, StartsWith};
    const THEN: &str = "2011-05-13T04:42:34Z";
    let employee = || eq("userType", "Employee");
    let example = || Or(vec![co("emails", "example.com"), co("emails.value", "example.org")]);
    let work = || element("emails", And(vec![eq("type", "work"), co("value", "@example.com")]));
    let foo = || element("ims", And(vec![eq("type", "xmpp"), co("value", "@foo.com")]));
    vec![
        (r#"userName eq "bjensen""#, eq("userName", "bjensen")),
        (r#"name.familyName co "O'Malley""#, co("name.familyName", "O'Malley")),
        (r#"userName sw "J""#, text("userName", StartsWith, "J")),
        (
            r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
            text(&format!("{CORE}:userName"), StartsWith, "J"),
        ),
        ("title pr", pr("title")),
        (r#"meta.lastModified gt "2011-05-13T04:42:34Z""#, text("meta.lastModified", Greater, THEN)),
        (r#"meta.lastModified ge "2011-05-13T04:42:34Z""#, text("meta.lastModified", GreaterOrEqual, THEN)),
        (r#"meta.lastModified lt "2011-05-13T04:42:34Z""#, text("meta.lastModified", Less, THEN)),
        (r#"meta.lastModified le "2011-05-13T04:42:34Z""#, text("meta.lastModified", LessOrEqual, THEN)),
        (r#"title pr and userType eq "Employee""#, And(vec![pr("title"), employee()])),
        (r#"title pr or userType eq "Intern""#, Or(vec![pr("title"), eq("userType", "Intern")])),
        (
            r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
            eq("schemas", ENTERPRISE),
        ),
        (
            r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
            And(vec![employee(), example()]),
        ),
        (
            r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
            And(vec![text("userType", NotEqual, "Employee"), not(example())]),
        ),
        (
            r#"userType eq "Employee" and (emails.type eq "work")"#,
            And(vec![employee(), eq("emails.type", "work")]),
        ),
        (
            r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
            And(vec![employee(), work()]),
        ),
        (
            concat!(
                r#"emails[type eq "work" and value co "@example.com"] or "#,
                r#"ims[type eq "xmpp" and value co "@foo.com"]"#
            ),
            Or(vec![work(), foo()]),
        ),
    ]
}

#[test]
fn the_examples_of_the_rfc_are_read() {
    for (filter, expected) in rfc_examples() {
        assert_eq!(Filter::parse(filter), Ok(expected), "{filter}");
    }
}

#[test]
fn not_binds_more_than_and_and_and_more_than_or() {
    use Filter::{And, Or};
    let (a, b, c, d) = (|| pr("a"), || pr("b"), || pr("c"), || pr("d"));
    let cases = [
        ("a pr and b pr or c pr", Or(vec![And(vec![a(), b()]), c()])),
        ("a pr or b pr and c pr", Or(vec![a(), And(vec![b(), c()])])),
        ("(a pr or b pr) and c pr", And(vec![Or(vec![a(), b()]), c()])),
        ("not (a pr) and b pr", And(vec![not(a()), b()])),
        ("not (a pr and b pr) or c pr", Or(vec![not(And(vec![a(), b()])), c()])),
        ("not (not (a pr))", not(not(a()))),
        ("((a pr))", a()),
        // A flat chain is one list; parentheses are kept.
        ("a pr and b pr and c pr and d pr", And(vec![a(), b(), c(), d()])),
        ("a pr or b pr or c pr or d pr", Or(vec![a(), b(), c(), d()])),
        ("a pr and b pr or c pr and d pr", Or(vec![And(vec![a(), b()]), And(vec![c(), d()])])),
        ("(a pr and b pr) and c pr", And(vec![And(vec![a(), b()]), c()])),
        ("a pr or (b pr or c pr)", Or(vec![a(), Or(vec![b(), c()])])),
        ("x[not (a pr or b pr) and c pr]", element("x", And(vec![not(Or(vec![a(), b()])), c()]))),
    ];
    for (filter, expected) in cases {
        assert_eq!(Filter::parse(filter), Ok(expected), "{filter}");
    }
}

#[test]
fn values_are_those_of_json() {
    let string = |text: &str| Literal::String(text.to_owned());
    let number = |number: Option<Number>| Literal::Number(number.unwrap());
    let cases = [
        (r#""""#, string("")),
        (r#""a \"q\" b""#, string("a \"q\" b")),
        (r#""\\""#, string("\\")),
        (r#""\/\b\f\n\r\t""#, string("/\u{8}\u{c}\n\r\t")),
        (r#""\u65e5本""#, string("日本")),
        (r#""\ud83d\ude00""#, string("😀")),
        (r#""\u0000""#, string("\0")),
        (r#""(a) and [b] or 'c'""#, string("(a) and [b] or 'c'")),
        ("0", number(Some(0.into()))),
        ("-12", number(Some((-12).into()))),
        ("18446744073709551615", number(Some(u64::MAX.into()))),
        ("1.5e-3", number(Number::from_f64(0.0015))),
        ("2E+2", number(Number::from_f64(200.0))),
        ("true", Literal::Boolean(true)),
        ("False", Literal::Boolean(false)),
        ("TRUE", Literal::Boolean(true)),
        ("null", Literal::Null),
        ("Null", Literal::Null),
    ];
    for (value, expected) in cases {
        let filter = Filter::parse(&format!("a eq {value}"));
        assert_eq!(filter, Ok(compare("a", Operator::Equal, expected)), "{value}");
    }
}

#[test]
fn words_are_read_in_any_case_and_names_keep_theirs() {
    for operator in Operator::ALL {
        let expected = Ok(compare("UserName", operator, Literal::Null));
        for word in [operator.as_str().to_owned(), operator.as_str().to_uppercase()] {
            assert_eq!(Filter::parse(&format!("UserName {word} null")), expected, "{word}");
        }
    }
    let read = Filter::parse("NOT (a PR AND b Pr Or c pR)").unwrap();
    assert_eq!(read.to_string(), "not (a pr and b pr or c pr)");
}

#[test]
fn names_may_be_words_of_the_grammar_and_have_a_urn() {
    for (filter, expected) in [
        ("eq eq \"eq\"", eq("eq", "eq")),
        ("pr pr and and pr", Filter::And(vec![pr("pr"), pr("and")])),
        ("nothing pr", pr("nothing")),
        ("members.$ref pr", pr("members.$ref")),
        ("m[$ref pr]", element("m", pr("$ref"))),
    ] {
        assert_eq!(Filter::parse(filter), Ok(expected), "{filter}");
    }
    let read = Filter::parse(&format!("{ENTERPRISE}:manager.value eq \"x\"")).unwrap();
    let Filter::Compare { path, .. } = &read else { panic!("{read:?}") };
    assert_eq!(path.schema.as_deref(), Some(ENTERPRISE));
    assert_eq!((path.attribute.as_str(), path.sub.as_deref()), ("manager", Some("value")));
    let read = Filter::parse(&format!("{CORE}:emails[type eq \"work\"]"));
    assert_eq!(read, Ok(element(&format!("{CORE}:emails"), eq("type", "work"))));
}

#[test]
fn a_sub_attribute_behind_brackets_joins_what_is_in_them() {
    use Filter::{And, Or};
    let work = || eq("type", "work");
    let home = || eq("type", "home");
    let cases = [
        (r#"emails[type eq "work"].value eq "a@b""#, And(vec![work(), eq("value", "a@b")])),
        (
            r#"emails[type eq "work"].value ne "a@b""#,
            And(vec![work(), text("value", Operator::NotEqual, "a@b")]),
        ),
        (r#"emails[type eq "work"].value pr"#, And(vec![work(), pr("value")])),
        (r#"emails[type eq "work"].$ref pr"#, And(vec![work(), pr("$ref")])),
        (r#"emails[type eq "work" and a pr].value pr"#, And(vec![work(), pr("a"), pr("value")])),
        (
            r#"emails[type eq "work" or type eq "home"].value pr"#,
            And(vec![Or(vec![work(), home()]), pr("value")]),
        ),
        (r#"emails[not (type eq "work")].value pr"#, And(vec![not(work()), pr("value")])),
    ];
    for (filter, inner) in cases {
        assert_eq!(Filter::parse(filter), Ok(element("emails", inner)), "{filter}");
    }
    let both = Filter::parse(r#"emails[type eq "work"].value pr and active eq true or x pr"#).unwrap();
    assert_eq!(both.to_string(), r#"emails[type eq "work" and value pr] and active eq true or x pr"#);
}

#[test]
fn blanks_are_forgiven_where_nothing_becomes_unclear() {
    let expected = Filter::parse("not (a eq \"x\") and e[b pr] or c pr").unwrap();
    for filter in [
        "  not (a eq \"x\") and e[b pr] or c pr\t\r\n",
        "not(a eq \"x\")and e[b pr]or c pr",
        "NOT  (  a\teq\n\"x\"  )  and  e [ b  pr ]  or  c  pr",
        "not(a eq\"x\")and e[b pr]or(c pr)",
    ] {
        assert_eq!(Filter::parse(filter), Ok(expected.clone()), "{filter:?}");
    }
}

#[test]
fn the_canonical_text_has_the_parentheses_that_matter() {
    for (filter, canonical) in [
        ("((a PR))", "a pr"),
        ("(a pr and b pr) or (c pr)", "a pr and b pr or c pr"),
        ("(a pr or b pr) and (c pr)", "(a pr or b pr) and c pr"),
        ("(a pr and b pr) and c pr", "(a pr and b pr) and c pr"),
        ("NOT((a pr))", "not (a pr)"),
        (r#"a eq "\u65e5\"\/""#, r#"a eq "日\"/""#),
        ("a eq 1E2", "a eq 100.0"),
        ("a eq TRUE", "a eq true"),
    ] {
        assert_eq!(Filter::parse(filter).unwrap().to_string(), canonical);
    }
}

#[test]
fn a_flat_list_of_ids_up_to_the_bound_is_read() {
    let ids: Vec<String> =
        (0..MOST_TERMS).map(|n| format!("id eq \"2819c223-7f76-453a-919d-4138618{n:05}\"")).collect();
    let text = ids.join(" or ");
    assert!(text.len() < LONGEST);
    let Ok(Filter::Or(parts)) = Filter::parse(&text) else { panic!("not a list") };
    assert_eq!(parts.len(), MOST_TERMS);
}
