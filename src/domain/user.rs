//! Users of the directory.

use serde::{Deserialize, Serialize};

use crate::base::{ScimConnectorId, Timestamp, UserId, UserName, fold};

use super::{Error, Kind, Profile, text};

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

    /// Refuses a change by hand of what the identity provider looks after, while `synchronization` is enabled
    /// in the directory.
    ///
    /// # Errors
    /// [`Error`] with this code, for what is synchronised.
    pub fn check_editable(self, synchronization: Status, code: &'static str) -> Result<(), Error> {
        match (self, synchronization) {
            (Self::Manual, _) | (Self::Synchronized, Status::Disabled) => Ok(()),
            (Self::Synchronized, Status::Enabled) => Err(Error::new(
                Kind::Conflict,
                code,
                "it is synchronised; change it at the identity provider",
            )),
        }
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
        self.email.as_deref().map_or(Ok(()), |email| check_email("Email", email))
    }

    /// The key under which the e-mail address is unique.
    pub fn email_key(&self) -> Option<String> {
        self.email.as_deref().map(fold)
    }
}

/// What is to change of a user; `None` leaves it, and empty text takes it away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserChanges {
    /// The name shown on pages.
    pub display_name: Option<String>,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The description.
    pub description: Option<String>,
}

impl UserChanges {
    /// Checks every field that is there.
    ///
    /// # Errors
    /// [`Error`] that names the first field that breaks its rule.
    pub fn check(&self) -> Result<(), Error> {
        for (field, text, longest) in [
            ("NewDisplayName", &self.display_name, 256),
            ("NewFirstName", &self.first_name, 64),
            ("NewLastName", &self.last_name, 64),
            ("NewDescription", &self.description, 1024),
        ] {
            text::check(field, text.as_deref().unwrap_or_default(), longest)?;
        }
        let email = self.email.as_deref().filter(|email| !email.is_empty());
        email.map_or(Ok(()), |email| check_email("NewEmail", email))
    }

    /// Makes the changes.
    pub fn apply(&self, spec: &mut UserSpec) {
        for (change, field) in [
            (&self.display_name, &mut spec.display_name),
            (&self.first_name, &mut spec.first_name),
            (&self.last_name, &mut spec.last_name),
            (&self.description, &mut spec.description),
        ] {
            if let Some(text) = change {
                field.clone_from(text);
            }
        }
        if let Some(email) = &self.email {
            spec.email = Some(email.clone()).filter(|email| !email.is_empty());
        }
    }
}

fn check_email(field: &'static str, email: &str) -> Result<(), Error> {
    text::check(field, email, 128)?;
    let is_address = email
        .split_once('@')
        .is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if is_address { Ok(()) } else { Err(Error::invalid(field, "must have the form name@domain")) }
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
    /// The connector that looks after them, where they are synchronised.
    pub connector_id: Option<ScimConnectorId>,
    /// What the identity provider they come from calls them.
    pub external_id: Option<String>,
    /// What SCIM says of them that no field here has.
    pub profile: Profile,
    /// Grows by one with every write.
    pub version: i64,
    /// When they were made.
    pub created_at: Timestamp,
    /// When they were last changed.
    pub updated_at: Timestamp,
}

impl User {
    /// A user made here just now.
    pub fn new(id: UserId, spec: UserSpec, now: Timestamp) -> Self {
        let mut profile = Profile::default();
        profile.set_main_email(spec.email.as_deref());
        Self {
            id,
            spec,
            provision_type: ProvisionType::Manual,
            connector_id: None,
            external_id: None,
            profile,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }

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
    fn changes_touch_what_they_name() {
        let mut changed = spec();
        let changes = UserChanges {
            display_name: Some("A. Example".to_owned()),
            email: Some(String::new()),
            ..UserChanges::default()
        };
        assert_eq!(changes.check(), Ok(()));
        changes.apply(&mut changed);
        assert_eq!(changed, UserSpec { display_name: "A. Example".to_owned(), email: None, ..spec() });
        let refused = [
            ("NewDisplayName", UserChanges { display_name: Some("x".repeat(257)), ..UserChanges::default() }),
            ("NewFirstName", UserChanges { first_name: Some("x".repeat(65)), ..UserChanges::default() }),
            ("NewLastName", UserChanges { last_name: Some("x".repeat(65)), ..UserChanges::default() }),
            ("NewDescription", UserChanges { description: Some("x".repeat(1025)), ..UserChanges::default() }),
            ("NewEmail", UserChanges { email: Some("alice".to_owned()), ..UserChanges::default() }),
        ];
        for (field, changes) in refused {
            assert_eq!(changes.check().unwrap_err().code, format!("InvalidParameter.{field}"));
        }
    }

    #[test]
    fn what_is_synchronised_is_not_changed_by_hand() {
        let check =
            |kind: ProvisionType, switch| kind.check_editable(switch, "x").map_err(|error| error.kind);
        assert_eq!(check(ProvisionType::Manual, Status::Enabled), Ok(()));
        assert_eq!(check(ProvisionType::Synchronized, Status::Enabled), Err(Kind::Conflict));
        assert_eq!(check(ProvisionType::Synchronized, Status::Disabled), Ok(()));
    }

    #[test]
    fn lengths_count_characters() {
        assert_eq!(UserSpec { display_name: "名".repeat(256), ..spec() }.check(), Ok(()));
    }
}
