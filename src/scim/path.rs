//! The paths of PATCH operations (RFC 7644 §3.5.2).

use std::fmt;

pub use super::attribute_path::AttributePath;
use super::attribute_path::is_attribute_name;
use super::error::{Error, ErrorKind};
use super::filter::{Brackets, Filter, LONGEST, at, brackets, shortened};

/// The path of a PATCH operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Path {
    /// A whole schema extension, by its URN alone.
    Schema(String),
    /// An attribute, or a sub-attribute of it.
    Attribute(AttributePath),
    /// Those elements of a multi-valued attribute that the filter picks, or a sub-attribute of them.
    Elements {
        /// The multi-valued attribute; its `sub` is `None`.
        attribute: AttributePath,
        /// Which elements. Its paths are as within [`Filter::Element`].
        filter: Filter,
        /// The sub-attribute after the bracket.
        sub: Option<String>,
    },
}

impl Path {
    /// Reads a path: `attr`, `attr.sub`, `attr[filter]`, `attr[filter].sub`, each with or without a URN in front,
    /// or the URN of a schema alone. Blanks at both ends are forgiven.
    ///
    /// The grammar cannot tell `urn:…:User` from the attribute `User` of `urn:…`, so `is_schema` says which URNs
    /// are schemas; it has to compare without case.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidPath`] with what is wrong with the path; [`ErrorKind::InvalidFilter`] as
    /// [`Filter::parse`] when it is the filter in it. The bounds are those of filters.
    pub fn parse(text: &str, is_schema: impl Fn(&str) -> bool) -> Result<Self, Error> {
        if text.len() > LONGEST {
            return Err(invalid(format!("a path may have {LONGEST} bytes, and this one has {}", text.len())));
        }
        let text = text.trim_ascii();
        if is_schema(text) {
            return Ok(Self::Schema(text.to_owned()));
        }
        let Some((head, _filter)) = text.split_once('[') else {
            return name(text).map(Self::Attribute);
        };
        let attribute = name(head)?;
        if attribute.sub.is_some() {
            let place = at(text, head.len());
            return Err(invalid(format!("{place}: a sub-attribute takes no brackets")));
        }
        let Brackets { filter, end } = brackets(text, head.len() + 1)?;
        let rest = text.get(end..).unwrap_or_default();
        let sub = match rest.strip_prefix('.') {
            None if rest.is_empty() => None,
            Some(sub) if is_attribute_name(sub) => Some(sub.to_owned()),
            _ => {
                let (place, found) = (at(text, end), shortened(rest));
                return Err(invalid(format!(
                    "{place}: expected '.' and the name of a sub-attribute, or the end, found \"{found}\""
                )));
            }
        };
        Ok(Self::Elements { attribute, filter, sub })
    }
}

fn name(text: &str) -> Result<AttributePath, Error> {
    AttributePath::parse(text)
        .ok_or_else(|| invalid(format!("expected the name of an attribute, found \"{}\"", shortened(text))))
}

fn invalid(detail: String) -> Error {
    Error::new(ErrorKind::InvalidPath, detail)
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Schema(urn) => f.write_str(urn),
            Self::Attribute(path) => path.fmt(f),
            Self::Elements { attribute, filter, sub } => {
                write!(f, "{attribute}[{filter}]")?;
                match sub {
                    Some(sub) => write!(f, ".{sub}"),
                    None => Ok(()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::filter::{Literal, Operator};
    use super::*;

    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

    fn parse(text: &str) -> Result<Path, Error> {
        Path::parse(text, |urn| urn.eq_ignore_ascii_case(ENTERPRISE))
    }

    fn path(schema: Option<&str>, attribute: &str, sub: Option<&str>) -> AttributePath {
        AttributePath {
            schema: schema.map(str::to_owned),
            attribute: attribute.to_owned(),
            sub: sub.map(str::to_owned),
        }
    }

    fn type_is_work() -> Filter {
        Filter::Compare {
            path: path(None, "type", None),
            operator: Operator::Equal,
            value: Literal::String("work".to_owned()),
        }
    }

    #[test]
    fn every_form_with_and_without_a_urn() {
        let urn = Some(ENTERPRISE);
        let elements = |schema, sub: Option<&str>| Path::Elements {
            attribute: path(schema, "emails", None),
            filter: type_is_work(),
            sub: sub.map(str::to_owned),
        };
        let cases = [
            ("members".to_owned(), Path::Attribute(path(None, "members", None))),
            ("name.familyName".to_owned(), Path::Attribute(path(None, "name", Some("familyName")))),
            (r#"emails[type eq "work"]"#.to_owned(), elements(None, None)),
            (r#"emails[type eq "work"].value"#.to_owned(), elements(None, Some("value"))),
            (r#"emails[type eq "work"].$ref"#.to_owned(), elements(None, Some("$ref"))),
            (format!("{ENTERPRISE}:manager"), Path::Attribute(path(urn, "manager", None))),
            (format!("{ENTERPRISE}:manager.value"), Path::Attribute(path(urn, "manager", Some("value")))),
            (format!(r#"{ENTERPRISE}:emails[type eq "work"]"#), elements(urn, None)),
            (format!(r#"{ENTERPRISE}:emails[type eq "work"].value"#), elements(urn, Some("value"))),
            (ENTERPRISE.to_owned(), Path::Schema(ENTERPRISE.to_owned())),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(&text), Ok(expected.clone()), "{text}");
            assert_eq!(expected.to_string(), text);
        }
    }

    #[test]
    fn the_urn_of_a_schema_is_known_in_any_case_and_another_is_an_attribute() {
        let shouted = ENTERPRISE.to_uppercase();
        assert_eq!(parse(&shouted), Ok(Path::Schema(shouted.clone())));
        let (schema, _user) = ENTERPRISE.rsplit_once(':').unwrap();
        let read = Path::parse(ENTERPRISE, |_urn| false);
        assert_eq!(read, Ok(Path::Attribute(path(Some(schema), "User", None))));
    }

    #[test]
    fn blanks_around_are_forgiven_and_a_bracket_in_a_text_is_part_of_it() {
        assert_eq!(parse("  members "), Ok(Path::Attribute(path(None, "members", None))));
        let read = parse(r#"emails[ value eq "]." ].type "#).unwrap();
        assert_eq!(read.to_string(), r#"emails[value eq "]."].type"#);
    }

    #[test]
    fn what_is_wrong_with_a_path_is_said() {
        use ErrorKind::{InvalidFilter, InvalidPath};
        let long = format!("a{}", "b".repeat(LONGEST));
        let cases = [
            ("", InvalidPath, "expected the name of an attribute, found \"\""),
            ("9a", InvalidPath, "expected the name of an attribute, found \"9a\""),
            ("name.given.x", InvalidPath, "found \"name.given.x\""),
            ("/members/0", InvalidPath, "found \"/members/0\""),
            ("emails,members", InvalidPath, "found \"emails,members\""),
            (r#"[type eq "work"]"#, InvalidPath, "expected the name of an attribute, found \"\""),
            (r#"emails [type eq "work"]"#, InvalidPath, "found \"emails \""),
            (r#"a.b[type eq "work"]"#, InvalidPath, "at character 4: a sub-attribute takes no brackets"),
            (r#"a[type pr]x"#, InvalidPath, "at character 11: expected '.' and the name"),
            (r#"a[type pr]."#, InvalidPath, "or the end, found \".\""),
            (r#"a[type pr].b.c"#, InvalidPath, "found \".b.c\""),
            (r#"a[type pr][type pr]"#, InvalidPath, "found \"[type pr]\""),
            (&long, InvalidPath, "a path may have 65536 bytes, and this one has 65537"),
            ("a[]", InvalidFilter, "at character 3: expected the name of an attribute"),
            ("a[type pr", InvalidFilter, "at character 10: expected 'and', 'or' or ']', found the end"),
            ("a[type is 1]", InvalidFilter, "at character 8: expected an operator"),
            ("a[b[type pr] pr]", InvalidFilter, "at character 4: expected an operator: brackets"),
            ("a[b.c pr]", InvalidFilter, "at character 3: expected the name of a sub-attribute alone"),
            ("a[type pr)]", InvalidFilter, "expected 'and', 'or' or ']', found ')'"),
        ];
        for (text, kind, essence) in cases {
            let error = parse(text).expect_err(text);
            assert_eq!(error.kind, kind, "{text}");
            assert!(error.detail.contains(essence), "{text}: {}", error.detail);
        }
    }
}
