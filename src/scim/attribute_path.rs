//! Names of attributes (RFC 7644 §3.10): `userName`, `name.familyName`, and either with a schema's URN in front.

use std::fmt;

/// The name of an attribute as a filter, a projection or a path says it, not looked up in any schema yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttributePath {
    /// The URN in front of it, as it was written.
    pub schema: Option<String>,
    /// The attribute, as it was written.
    pub attribute: String,
    /// The sub-attribute, as it was written.
    pub sub: Option<String>,
}

impl AttributePath {
    /// Reads `attribute` or `attribute.sub`, either with `URN:` in front. `None` when the text is neither.
    ///
    /// A URN ends at the last colon: its version, `2.0`, has a dot of its own. A schema's URN alone is read as
    /// an attribute of the URN before its last part; who takes both asks [`Path::parse`](super::path::Path::parse).
    pub fn parse(text: &str) -> Option<Self> {
        let (schema, name) = match text.rsplit_once(':') {
            Some((schema, name)) => (Some(schema), name),
            None => (None, text),
        };
        let (attribute, sub) = match name.split_once('.') {
            Some((attribute, sub)) => (attribute, Some(sub)),
            None => (name, None),
        };
        let is_path =
            schema.is_none_or(is_uri) && is_attribute_name(attribute) && sub.is_none_or(is_attribute_name);
        is_path.then(|| Self {
            schema: schema.map(str::to_owned),
            attribute: attribute.to_owned(),
            sub: sub.map(str::to_owned),
        })
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(&self.attribute)?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

/// `ATTRNAME` of RFC 7643 §2.1, and `$ref`, which every reference has and the grammar forgets.
pub(super) fn is_attribute_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes.next().is_some_and(|first| first.is_ascii_alphabetic() || text.eq_ignore_ascii_case("$ref"))
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// A scheme, a colon, and more: what RFC 3986 allows without brackets, parentheses and single quotes, which
/// filters need for themselves.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let is_rest = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#@!$&*+,;=%".contains(&byte);
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(is_scheme)
        && !rest.is_empty()
        && rest.bytes().all(is_rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Option<(Option<String>, String, Option<String>)> {
        AttributePath::parse(text).map(|path| (path.schema, path.attribute, path.sub))
    }

    #[test]
    fn a_urn_ends_at_the_last_colon() {
        let some = |text: &str| Some(text.to_owned());
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let cases = [
            ("userName", (None, "userName", None)),
            ("name.familyName", (None, "name", some("familyName"))),
            ("x-y_9", (None, "x-y_9", None)),
            ("$ref", (None, "$ref", None)),
            ("members.$ref", (None, "members", some("$ref"))),
            ("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value", {
                (some(enterprise), "manager", some("value"))
            }),
            (
                "https://example.com/schemas/1.0:color",
                (some("https://example.com/schemas/1.0"), "color", None),
            ),
        ];
        for (text, (schema, attribute, sub)) in cases {
            assert_eq!(parts(text), Some((schema, attribute.to_owned(), sub)), "{text}");
            assert_eq!(AttributePath::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_name_is_none() {
        let cases = [
            "",
            ".",
            "a.",
            ".a",
            "a.b.c",
            "9a",
            "-a",
            "_a",
            "a b",
            "a$",
            "$",
            "$refs",
            "$other",
            "é",
            "a.é",
            ":a",
            "a:",
            "core:userName",
            "9urn:x:a",
            "urn::a",
            "urn:x y:a",
            "urn:(x):a",
            "a,b",
            "a'",
            "a\0",
        ];
        for text in cases {
            assert_eq!(parts(text), None, "{text:?}");
        }
    }
}
