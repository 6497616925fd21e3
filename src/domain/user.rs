//! Users of the directory.

use serde::{Deserialize, Serialize};

use crate::base::{Timestamp, UserId, UserName, fold};

use super::{Error, text};

/// Whether somebody may sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    /// They may.
    #[default]
    Enabled,
    /// They may not, and nothing issued to them earlier is honoured.
    Disabled,
}

impl Status {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "Enabled",
            Self::Disabled => "Disabled",
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Enabled, Self::Disabled].into_iter().find(|status| status.as_str() == text)
    }
}

/// Where a user or group came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProvisionType {
    /// Made here.
    Manual,
    /// Pushed by an external identity provider over SCIM.
    Synchronized,
}

impl ProvisionType {
    /// As the OpenAPI spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "Manual",
            Self::Synchronized => "Synchronized",
        }
    }

    /// Reads the OpenAPI's spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Manual, Self::Synchronized].into_iter().find(|kind| kind.as_str() == text)
    }
}

/// What is said of a user when they are made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UserSpec {
    /// The sign-in name, unique in the directory whatever its case; never changes.
    pub user_name: UserName,
    /// The name shown on pages; up to 256 characters.
    #[serde(default)]
    pub display_name: String,
    /// Up to 64 characters.
    #[serde(default)]
    pub first_name: String,
    /// Up to 64 characters.
    #[serde(default)]
    pub last_name: String,
    /// Up to 128 characters; unique in the directory whatever its case.
    #[serde(default)]
    pub email: Option<String>,
    /// Up to 1,024 characters.
    #[serde(default)]
    pub description: String,
    /// Enabled unless said otherwise.
    #[serde(default)]
    pub status: Status,
}

impl UserSpec {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error`] that names the first field that breaks its rule.
    pub fn check(&self) -> Result<(), Error> {
        text::check("DisplayName", &self.display_name, 256)?;
        text::check("FirstName", &self.first_name, 64)?;
        text::check("LastName", &self.last_name, 64)?;
        text::check("Description", &self.description, 1024)?;
        if let Some(email) = &self.email {
            text::check("Email", email, 128)?;
            let parts = email.split_once('@');
            if !parts.is_some_and(|(local, domain)| {
                !local.is_empty() && !domain.is_empty() && !domain.contains('@')
            }) {
                return Err(Error::invalid("Email", "must have the form name@domain"));
            }
        }
        Ok(())
    }

    /// The key under which the e-mail address is unique.
    pub fn email_key(&self) -> Option<String> {
        self.email.as_deref().map(fold)
    }
}

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The id.
    pub id: UserId,
    /// What was said of them.
    pub spec: UserSpec,
    /// Where they came from.
    pub provision_type: ProvisionType,
    /// When they were made.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// The name to greet them by.
    pub fn shown_name(&self) -> &str {
        if self.spec.display_name.is_empty() { self.spec.user_name.as_str() } else { &self.spec.display_name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec() -> UserSpec {
        UserSpec {
            user_name: UserName::parse("alice").unwrap(),
            display_name: "Alice Example".to_owned(),
            first_name: "Alice".to_owned(),
            last_name: "Example".to_owned(),
            email: Some("alice@example.com".to_owned()),
            description: String::new(),
            status: Status::Enabled,
        }
    }

    #[test]
    fn a_good_user_passes() {
        assert_eq!(spec().check(), Ok(()));
    }

    #[test]
    fn each_field_has_its_rule() {
        let refused = [
            ("DisplayName", UserSpec { display_name: "x".repeat(257), ..spec() }),
            ("FirstName", UserSpec { first_name: "x".repeat(65), ..spec() }),
            ("LastName", UserSpec { last_name: "a\u{0}b".to_owned(), ..spec() }),
            ("Description", UserSpec { description: "x".repeat(1025), ..spec() }),
            ("Email", UserSpec { email: Some("alice".to_owned()), ..spec() }),
            ("Email", UserSpec { email: Some(format!("{}@x", "a".repeat(127))), ..spec() }),
        ];
        for (field, spec) in refused {
            let error = spec.check().unwrap_err();
            assert_eq!(error.code, format!("InvalidParameter.{field}"));
            assert!(error.message.starts_with(field), "{}", error.message);
        }
    }

    #[test]
    fn lengths_count_characters() {
        assert_eq!(UserSpec { display_name: "名".repeat(256), ..spec() }.check(), Ok(()));
    }
}
