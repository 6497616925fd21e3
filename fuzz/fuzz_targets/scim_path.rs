//! Any text as a path of a PATCH: answered without a panic, read again as it is written; and the filter in it is
//! asked of elements of all sorts.
#![no_main]

use std::sync::LazyLock;

use cloudsso::scim::ErrorKind;
use cloudsso::scim::matching::matches;
use cloudsso::scim::path::Path;
use cloudsso::scim::schema::{Attribute, Kind};
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, json};

const fn sub(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, ..Attribute::TEXT }
}

/// With a part of every type.
static COMPLEX: Attribute = Attribute {
    is_multi_valued: true,
    sub_attributes: &[
        sub("value", Kind::String),
        sub("type", Kind::String),
        Attribute { is_case_exact: true, ..sub("$ref", Kind::Reference) },
        sub("primary", Kind::Boolean),
        sub("count", Kind::Integer),
        sub("weight", Kind::Decimal),
        sub("since", Kind::DateTime),
        sub("key", Kind::Binary),
    ],
    ..sub("things", Kind::Complex)
};
static PLAIN: Attribute = sub("words", Kind::String);

static ELEMENTS: LazyLock<[Value; 5]> = LazyLock::new(|| {
    [
        Value::Null,
        json!("text"),
        json!({ "value": "a@b", "type": "work", "$ref": "https://a", "primary": true, "count": 1, "weight": 0.5,
            "since": "2026-01-31T12:00:00Z", "key": "AA==" }),
        json!({ "value": 1, "type": null, "primary": "no", "count": "1", "since": 5, "key": [] }),
        json!([{}]),
    ]
});

fuzz_target!(|text: &str| {
    let is_schema = |urn: &str| urn.eq_ignore_ascii_case("urn:ietf:params:scim:schemas:core:2.0:User");
    let path = match Path::parse(text, is_schema) {
        Ok(path) => path,
        Err(error) => {
            assert!(matches!(error.kind, ErrorKind::InvalidPath | ErrorKind::InvalidFilter));
            assert!(error.detail.chars().count() < 250, "{}", error.detail);
            return;
        }
    };
    let written = path.to_string();
    assert_eq!(Path::parse(&written, is_schema), Ok(path.clone()), "{written}");
    if let Path::Elements { filter, .. } = &path {
        for attribute in [&COMPLEX, &PLAIN] {
            // Whether it is refused does not depend on the element.
            let refused = matches(filter, &Value::Null, attribute).is_err();
            for element in ELEMENTS.iter() {
                assert_eq!(matches(filter, element, attribute).is_err(), refused, "{written} {element}");
            }
        }
    }
});
