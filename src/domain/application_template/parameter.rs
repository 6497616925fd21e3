//! What an administrator has to give to a template.

use std::fmt;

use url::Url;

/// A value that a template needs.
#[derive(Clone, Copy, Debug)]
pub struct TemplateParameter {
    /// Its name in the OpenAPI and in placeholders.
    pub key: &'static str,
    /// What it is and where it is found.
    pub description: &'static str,
    /// A value that would do.
    pub example: &'static str,
    /// What it has to be.
    pub rule: ParameterRule,
}

/// What a value has to be. None of the rules lets quotes, backslashes or braces through, so that a value stays
/// within the text that it is put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterRule {
    /// So many digits, from and to.
    Digits(usize, usize),
    /// Letters, digits and these signs, up to so many.
    Name(&'static str, usize),
    /// A part of a host's name: up to 63 small letters, digits and `-`, which is at neither end (RFC 1123 §2.1).
    Label,
    /// An `https` address up to its path. A slash at its end is left out.
    BaseUrl,
    /// A whole `https` address.
    Url,
    /// An entity id (SAML core §8.3.6).
    EntityId,
}

impl ParameterRule {
    /// The value in its final form if it obeys the rule; blanks around it are forgiven.
    pub(super) fn checked(self, value: &str) -> Option<String> {
        let value = value.trim();
        let value = if self == Self::BaseUrl { value.trim_end_matches('/') } else { value };
        let length = value.len();
        let is_good = match self {
            Self::Digits(fewest, most) => {
                (fewest..=most).contains(&length) && value.bytes().all(|byte| byte.is_ascii_digit())
            }
            Self::Name(signs, longest) => {
                let is_fitting = |letter: char| letter.is_ascii_alphanumeric() || signs.contains(letter);
                (1..=longest).contains(&length) && value.chars().all(is_fitting)
            }
            Self::Label => {
                let is_fitting =
                    |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                (1..=63).contains(&length)
                    && value.bytes().all(is_fitting)
                    && !value.starts_with('-')
                    && !value.ends_with('-')
            }
            Self::BaseUrl => is_https(value) && !value.contains('?'),
            Self::Url => is_https(value),
            Self::EntityId => is_plain(value),
        };
        is_good.then(|| value.to_owned())
    }
}

/// Up to 1,024 characters that stand for themselves in a URI, a text in quotes and a page.
fn is_plain(value: &str) -> bool {
    (1..=1024).contains(&value.len())
        && value.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"'\\<>{}|^`".contains(&byte))
}

fn is_https(value: &str) -> bool {
    let is_address = |url: Url| {
        url.scheme() == "https"
            && url.host_str().is_some_and(|host| !host.is_empty())
            && url.username().is_empty()
            && url.password().is_none()
            && url.fragment().is_none()
    };
    is_plain(value) && value.starts_with("https://") && Url::parse(value).is_ok_and(is_address)
}

impl fmt::Display for ParameterRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digits(fewest, most) if fewest == most => write!(f, "{fewest} digits"),
            Self::Digits(fewest, most) => write!(f, "{fewest} to {most} digits"),
            Self::Name("", longest) => write!(f, "1 to {longest} letters or digits"),
            Self::Name(signs, longest) => write!(f, "1 to {longest} letters, digits or any of {signs}"),
            Self::Label => f.write_str("1 to 63 small letters, digits or -, with - at neither end"),
            Self::BaseUrl => f.write_str("an https address without a query"),
            Self::Url => f.write_str("an https address"),
            Self::EntityId => {
                f.write_str("an entity id of 1 to 1024 characters without blanks, quotes or braces")
            }
        }
    }
}
