//! scim2-filter-parser, which several SCIM servers in Python stand on, reads the same filters as we do. Where it
//! is wrong, that is written down here, with what it makes of them.

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use cloudsso::scim::filter::{Filter, Literal};
use serde_json::{Value, json};

use crate::sdk::python;

/// What stands for 1, 2 and 3 in the shapes, in turn.
const TERMS: &[&str] = &[
    "title pr",
    r#"userName eq "bjensen""#,
    r#"name.familyName co "O'Malley""#,
    "active ne true",
    "urn:ietf:params:scim:schemas:core:2.0:User:nickName eq null",
    r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value sw "26""#,
    r#"meta.lastModified GE "2011-05-13T04:42:34Z""#,
    r#"members.$ref ew "/日本 (a) and [b]""#,
    r#"emails[type eq "work" and value co "@example.com"]"#,
    r#"emails[not (type eq "work") or primary eq false].value Eq "a@b""#,
    "x-y_9 lt 5",
    "notes PR",
    r#"ims[type eq "xmpp"].value pr"#,
];

/// Every one with every three terms that follow each other.
const SHAPES: &[&str] = &[
    "1",
    "(1)",
    "not (1)",
    "1 and 2",
    "1 or 2",
    "1 AND 2 oR 3",
    "1 and 2 and 3",
    "1 or 2 or 3",
    "1 and (2 or 3)",
    "(1 or 2) and 3",
    "1 or (2 and 3)",
    "not (1 and 2) or 3",
    "NOT (not(1)) and 2",
    "  ((1) and not  (2 or (3)))  ",
];

const REFUSED_BY_BOTH: &[&str] = &[
    "",
    "userName",
    "userName eq",
    "userName eq bob",
    "userName eq 'bob'",
    "userName regex \"x\"",
    "userName eq \"bob",
    "title pr and",
    "and title pr",
    "title pr nickName pr",
    "(title pr",
    "title pr)",
    "()",
    "not title pr",
    "not not (title pr)",
    "emails[]",
    "emails[type pr",
    "emails[type pr)",
    "9a pr",
    "a.b.c pr",
    "title pr & nickName pr",
    "日本 pr",
    ".a pr",
    "a eq -",
];

/// A filter, what the foreign parser reads instead (`None`: it refuses), and why we do not.
const DEVIATIONS: &[(&str, Option<&str>, &str)] = &[
    ("a pr or b pr and c pr", Some("(a pr or b pr) and c pr"), "'and' binds more (RFC 7644 §3.4.2.2)"),
    ("a pr or b pr and c pr or d pr", Some("(a pr or b pr) and c pr or d pr"), "the same"),
    ("a eq 12", None, "it knows numbers of one digit"),
    ("a eq -1", None, "the same"),
    ("a eq 1.5e3", None, "the same"),
    ("a eq \"q\\\"q\"", None, "a text has JSON's escapes"),
    ("a eq \"\\u65e5\"", Some("a eq \"\\\\u65e5\""), "the same"),
    ("a eq True", None, "clients send it"),
    ("a eq NULL", None, "the same"),
    ("aND pr", None, "an attribute may have any name"),
    ("true pr", None, "the same"),
    ("https://example.com/1.0:a pr", None, "a schema's URI need not be a URN"),
];

/// Read by the foreign parser and refused here.
const REFUSED_BY_US: &[(&str, &str)] = &[
    ("a[b[c pr]]", "a sub-attribute is not complex (RFC 7643 §2.3.8)"),
    ("a.b[c pr]", "the same"),
    ("a[b.c pr]", "the same"),
    ("a[b pr] eq 1", "an element is compared by its sub-attributes"),
    ("$a pr", "the grammar has no $ but in $ref"),
    ("a$b pr", "the same"),
    ("a eq \"\\x\"", "JSON has no such escape"),
];

fn foreign(filters: &[String]) -> Vec<Value> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut parser = Command::new(python())
        .arg(root.join("tests/foreign/scim_filter_reads.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("scripts/setup makes a Python with scim2-filter-parser in target/python");
    let mut input = parser.stdin.take().expect("standard input");
    input.write_all(json!(filters).to_string().as_bytes()).expect("written");
    drop(input);
    let output = parser.wait_with_output().expect("finished");
    assert!(output.status.success(), "the foreign parser broke");
    serde_json::from_slice(&output.stdout).expect("JSON")
}

/// What we read, in the same form as the foreign parser's; null when refused.
fn ours(filter: &str) -> Value {
    Filter::parse(filter).map_or(Value::Null, |filter| tree(&filter))
}

fn tree(filter: &Filter) -> Value {
    match filter {
        Filter::And(parts) => chain("and", parts),
        Filter::Or(parts) => chain("or", parts),
        Filter::Not(filter) => json!(["not", tree(filter)]),
        Filter::Present(path) => json!(["pr", path.to_string()]),
        Filter::Compare { path, operator, value } => {
            let value = match value {
                Literal::String(text) => text.clone(),
                other => other.to_string(),
            };
            json!([operator.as_str(), path.to_string(), value])
        }
        Filter::Element { attribute, filter } => json!(["element", attribute.to_string(), tree(filter)]),
    }
}

fn chain(word: &str, parts: &[Filter]) -> Value {
    let mut list = vec![json!(word)];
    for part in parts {
        match tree(part) {
            Value::Array(inner) if inner[0] == word => list.extend(inner.into_iter().skip(1)),
            other => list.push(other),
        }
    }
    Value::Array(list)
}

#[test]
fn a_foreign_parser_reads_the_same_filters_as_the_same_trees() {
    let mut filters = Vec::new();
    for shape in SHAPES {
        for first in 0..TERMS.len() {
            let term = |offset: usize| TERMS[(first + offset) % TERMS.len()];
            let parts: Vec<String> = shape
                .chars()
                .map(|letter| match letter {
                    '1' => term(0).to_owned(),
                    '2' => term(1).to_owned(),
                    '3' => term(2).to_owned(),
                    other => other.to_string(),
                })
                .collect();
            filters.push(parts.concat());
        }
    }
    assert!(filters.len() > 150, "{}", filters.len());
    for (filter, foreign) in filters.iter().zip(foreign(&filters)) {
        assert_ne!(foreign, Value::Null, "{filter}");
        assert_eq!(ours(filter), foreign, "{filter}");
    }
}

#[test]
fn a_foreign_parser_refuses_the_same_texts() {
    let texts: Vec<String> = REFUSED_BY_BOTH.iter().map(ToString::to_string).collect();
    for (text, foreign) in texts.iter().zip(foreign(&texts)) {
        assert_eq!((ours(text), foreign), (Value::Null, Value::Null), "{text}");
    }
}

/// The list above is no place to forget things in: what is not a deviation any more has to go.
#[test]
fn the_foreign_parser_deviates_where_and_as_is_known() {
    let texts: Vec<String> = DEVIATIONS.iter().map(|(text, _, _)| (*text).to_owned()).collect();
    for ((text, expected, why), foreign) in DEVIATIONS.iter().zip(foreign(&texts)) {
        assert_ne!(ours(text), Value::Null, "{text}: {why}");
        assert_eq!(foreign, expected.map_or(Value::Null, ours), "{text}: {why}");
        assert_ne!(ours(text), foreign, "{text}: {why}");
    }
    let texts: Vec<String> = REFUSED_BY_US.iter().map(|(text, _)| (*text).to_owned()).collect();
    for ((text, why), foreign) in REFUSED_BY_US.iter().zip(foreign(&texts)) {
        assert_eq!(ours(text), Value::Null, "{text}: {why}");
        assert_ne!(foreign, Value::Null, "{text}: {why}");
    }
}
