//! Names that were checked once and stay checked, with the folded key under which they are unique.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::DirectoryId;

/// A name that breaks its rule; says which and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidName {
    /// What kind of name, in the OpenAPI's spelling (`UserName`).
    pub field: &'static str,
    /// The rule in words.
    pub rule: &'static str,
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} must be {}", self.field, self.rule)
    }
}

impl std::error::Error for InvalidName {}

/// The key under which a case-insensitive name is unique and looked up, on both databases alike.
pub fn fold(name: &str) -> String {
    name.to_lowercase()
}

macro_rules! name {
    ($(#[$doc:meta])* $name:ident, $rule:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks `text` against the rule of this name.
            ///
            /// # Errors
            /// [`InvalidName`] with the rule in words.
            pub fn parse(text: &str) -> Result<Self, InvalidName> {
                let check: fn(&str) -> bool = $check;
                if check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(InvalidName { field: stringify!($name), rule: $rule })
                }
            }

            /// The name as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The folded form under which it is unique.
            pub fn key(&self) -> String {
                fold(&self.0)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidName;

            fn try_from(text: String) -> Result<Self, InvalidName> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

fn is_made_of(text: &str, longest: usize, signs: &[u8]) -> bool {
    (1..=longest).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || signs.contains(&byte))
}

name!(
    /// A person's sign-in name; cannot be changed once given.
    UserName,
    "1 to 64 letters, digits, '@', '_', '-' or '.'",
    |text| is_made_of(text, 64, b"@_-.")
);
name!(
    /// A group's name.
    GroupName,
    "1 to 128 letters, digits, '_', '-' or '.'",
    |text| is_made_of(text, 128, b"_-.")
);
name!(
    /// An access configuration's name; becomes part of a role's name in each account.
    AccessConfigurationName,
    "1 to 32 letters, digits or '-'",
    |text| is_made_of(text, 32, b"-")
);
name!(
    /// A directory's name.
    DirectoryName,
    "2 to 64 lower-case letters, digits or '-', without '-' at either end or twice in a row, and not beginning with 'd-'",
    |text| {
        (2..=64).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-')
            && !text.contains("--")
            && !text.starts_with("d-")
    }
);

name!(
    /// The name of a machine identity or of one of its policies.
    MachineName,
    "1 to 64 letters, digits, '_', '-' or '.'",
    |text| is_made_of(text, 64, b"_-.")
);

name!(
    /// The name of an application, as the portal shows it.
    ApplicationName,
    "1 to 64 characters without control characters, and without a space at either end",
    is_shown_text
);

name!(
    /// The name of a SCIM connector, as its administrators call the identity provider.
    ConnectorName,
    "1 to 64 characters without control characters, and without a space at either end",
    is_shown_text
);

fn is_shown_text(text: &str) -> bool {
    (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control) && text.trim() == text
}

impl GroupName {
    /// The name of a group that an identity provider keeps, whose rule is wider: 1 to 128 characters, none of
    /// them a control character, and no space at either end.
    ///
    /// # Errors
    /// [`InvalidName`] with the rule in words.
    pub fn of_provider(text: &str) -> Result<Self, InvalidName> {
        let is_name = (1..=128).contains(&text.chars().count())
            && !text.chars().any(char::is_control)
            && text.trim() == text;
        let rule = "1 to 128 characters without control characters, and without a space at either end";
        if is_name { Ok(Self(text.to_owned())) } else { Err(InvalidName { field: "GroupName", rule }) }
    }
}

impl DirectoryName {
    /// The name of a directory that was given none: its own id, the only name that may begin with `d-`.
    pub fn of(id: &DirectoryId) -> Self {
        Self(id.as_str().to_owned())
    }

    /// Checks `text` as a name for the directory with this id, which may be called by it.
    ///
    /// # Errors
    /// [`InvalidName`] with the rule in words.
    pub fn parse_for(id: &DirectoryId, text: &str) -> Result<Self, InvalidName> {
        if text == id.as_str() { Ok(Self::of(id)) } else { Self::parse(text) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_names() {
        for good in ["a", "alice", "Alice.B@example.com", "x_y-z", &"n".repeat(64)] {
            assert!(UserName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", " alice", "ali ce", "alice\n", "älice", "a/b", &"n".repeat(65)] {
            assert!(UserName::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(UserName::parse("Alice").map(|name| name.key()), Ok("alice".to_owned()));
    }

    #[test]
    fn groups_of_a_provider_may_be_called_almost_anything() {
        for good in ["Cloud Admins", "Großkunden (EU)", "a", &"名".repeat(128)] {
            assert_eq!(GroupName::of_provider(good).map(|name| name.to_string()), Ok(good.to_owned()));
        }
        for bad in ["", " a", "a ", "a\nb", &"n".repeat(129)] {
            assert!(GroupName::of_provider(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn connector_names() {
        for good in ["default", "Entra ID (EU)", "名"] {
            assert!(ConnectorName::parse(good).is_ok(), "{good}");
        }
        for bad in ["", " okta", "okta ", "a\tb", &"n".repeat(65)] {
            assert!(ConnectorName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn directory_names() {
        for good in ["acme", "a1", "acme-cloud"] {
            assert!(DirectoryName::parse(good).is_ok(), "{good}");
        }
        for bad in ["a", "Acme", "-acme", "acme-", "ac--me", "d-acme"] {
            assert!(DirectoryName::parse(bad).is_err(), "{bad:?}");
        }
        let own = DirectoryId::parse("d-acme").unwrap();
        assert!(DirectoryName::parse_for(&own, "d-acme").is_ok());
        assert!(DirectoryName::parse_for(&own, "d-other").is_err());
    }

    #[test]
    fn the_refusal_names_the_field_and_the_rule() {
        let refusal = AccessConfigurationName::parse("under_score").map_err(|error| error.to_string());
        assert_eq!(refusal, Err("AccessConfigurationName must be 1 to 32 letters, digits or '-'".to_owned()));
    }
}
