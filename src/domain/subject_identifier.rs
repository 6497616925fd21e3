//! Identifiers of people that applications may keep for good: a part that is unique, and behind an `@` the scope that it
//! is unique in (saml-subject-id-attr-v1.0 §3).

use super::{AttributeExpression, AttributeMapping, AttributeNameFormat, Audience};

/// The longest part on either side of the `@`.
const LONGEST_PART: usize = 127;
/// The attribute of an entity by which a service provider says which identifier it needs (§4).
const REQUIREMENT: &str = "urn:oasis:names:tc:SAML:profiles:subject-id:req";

/// An identifier of a person. Both are opaque, given to nobody else, and differ by more than case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubjectIdentifier {
    /// The same at every application (§3.3).
    Subject,
    /// Another at each, so that two cannot tell that they speak of the same person (§3.4).
    Pairwise,
}

impl SubjectIdentifier {
    /// The name of the attribute that carries it, a URI.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Subject => "urn:oasis:names:tc:SAML:attribute:subject-id",
            Self::Pairwise => "urn:oasis:names:tc:SAML:attribute:pairwise-id",
        }
    }

    /// The one that a service provider says it needs. Whoever takes any gets the one that tells less; whoever says
    /// several things at once, or none that we know, gets none.
    pub fn required_by(audience: &Audience<'_>) -> Option<Self> {
        let mut said = audience.entity_attribute(REQUIREMENT);
        match (said.next(), said.next()) {
            (Some("subject-id"), None) => Some(Self::Subject),
            (Some("pairwise-id" | "any"), None) => Some(Self::Pairwise),
            _ => None,
        }
    }

    /// The attribute that carries it, with one value.
    pub fn mapping(self) -> AttributeMapping {
        AttributeMapping {
            name: self.attribute().to_owned(),
            name_format: Some(AttributeNameFormat::Uri),
            friendly_name: None,
            expression: match self {
                Self::Subject => AttributeExpression::subject_id(),
                Self::Pairwise => AttributeExpression::pairwise_id(),
            },
        }
    }

    /// Whether a text is one: up to 127 letters, digits, `=` and `-`, an `@`, and a [scope](Self::is_scope); all ASCII,
    /// a letter or a digit first.
    pub fn is_valid(text: &str) -> bool {
        text.split_once('@').is_some_and(|(unique, scope)| is_part(unique, b"=-") && Self::is_scope(scope))
    }

    /// Whether a text can stand behind the `@`: up to 127 letters, digits, `-` and `.`; all ASCII, a letter or a digit
    /// first.
    pub fn is_scope(text: &str) -> bool {
        is_part(text, b"-.")
    }
}

fn is_part(text: &str, others: &[u8]) -> bool {
    let is_first = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || others.contains(&byte);
    is_first && text.len() <= LONGEST_PART && text.bytes().all(is_allowed)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::base::{Generated as _, Timestamp, UserId};

    fn required(values: &[&'static str]) -> Option<SubjectIdentifier> {
        let entity_attributes =
            BTreeMap::from([("urn:x", vec!["subject-id"]), (REQUIREMENT, values.to_vec())]);
        SubjectIdentifier::required_by(&Audience { entity_attributes, ..Audience::default() })
    }

    #[test]
    fn a_service_provider_says_which_it_needs() {
        for (values, expected) in [
            (&["subject-id"][..], Some(SubjectIdentifier::Subject)),
            (&["pairwise-id"], Some(SubjectIdentifier::Pairwise)),
            (&["any"], Some(SubjectIdentifier::Pairwise)),
            (&["none"], None),
            (&["Subject-Id"], None),
            (&[""], None),
            (&[], None),
            (&["subject-id", "pairwise-id"], None),
        ] {
            assert_eq!(required(values), expected, "{values:?}");
        }
        assert_eq!(SubjectIdentifier::required_by(&Audience::default()), None);
    }

    #[test]
    fn an_identifier_is_given_as_one_value_under_a_uri() {
        for (identifier, expression) in
            [(SubjectIdentifier::Subject, "user.subjectId"), (SubjectIdentifier::Pairwise, "user.pairwiseId")]
        {
            let mapping = identifier.mapping();
            assert_eq!(
                (mapping.name.as_str(), mapping.name_format),
                (identifier.attribute(), Some(AttributeNameFormat::Uri))
            );
            assert_eq!(Ok(mapping.expression), AttributeExpression::parse(expression));
        }
    }

    #[test]
    fn each_side_has_its_letters_and_its_length() {
        let (longest, longer) = ("a".repeat(127), "a".repeat(128));
        for good in ["a", "0", "sso.example.com", "A-b.C", "a..", longest.as_str()] {
            assert!(SubjectIdentifier::is_scope(good), "{good}");
            assert!(SubjectIdentifier::is_valid(&format!("u-1=A@{good}")), "{good}");
        }
        for bad in ["", "-a", ".a", "a_b", "a b", "a:8080", "[::1]", "ä", "a@b", "a\n", longer.as_str()] {
            assert!(!SubjectIdentifier::is_scope(bad), "{bad}");
            assert!(!SubjectIdentifier::is_valid(&format!("u-1@{bad}")), "{bad}");
        }
        assert!(SubjectIdentifier::is_valid(&format!("{longest}@a")));
        for bad in ["", "=a", "-a", "a.b", "a_b", "ä", longer.as_str()] {
            assert!(!SubjectIdentifier::is_valid(&format!("{bad}@a")), "{bad}");
        }
        assert!(!SubjectIdentifier::is_valid("a"));
    }

    proptest! {
        /// What a subject-id is made of.
        #[test]
        fn ids_of_users_are_unique_parts_that_differ_by_more_than_case(
            millis in 0..1_i64 << 45, entropy in any::<[u8; 10]>(), other in any::<[u8; 10]>(), rest in "[a-z0-9-]{1,61}",
        ) {
            let made = UserId::generate(Timestamp::from_millis(millis), entropy);
            let read = UserId::parse(&format!("{}{rest}", UserId::PREFIX)).unwrap();
            for id in [&made, &read] {
                let identifier = format!("{id}@sso.example.com");
                prop_assert!(SubjectIdentifier::is_valid(&identifier), "{}", identifier);
                prop_assert_eq!(id.as_str().to_ascii_lowercase(), id.as_str());
                prop_assert!(UserId::parse(&id.as_str().to_ascii_uppercase()).is_none());
            }
            let second = UserId::generate(Timestamp::from_millis(millis), other);
            prop_assert_eq!(made.as_str().eq_ignore_ascii_case(second.as_str()), made == second);
        }
    }
}
