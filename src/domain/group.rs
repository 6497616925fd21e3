//! Groups of the directory.

use std::fmt;

use serde::Deserialize;

use crate::base::{GroupId, GroupName, ScimConnectorId, Timestamp, UserId};

use super::{Error, ProvisionType, text};

/// What is said of a group when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupSpec {
    /// The name, unique in the directory whatever its case.
    pub group_name: GroupName,
    /// Up to 1,024 characters.
    #[serde(default)]
    pub description: String,
}

impl GroupSpec {
    /// Checks every field.
    ///
    /// # Errors
    /// [`Error`] that names the field.
    pub fn check(&self) -> Result<(), Error> {
        text::check("Description", &self.description, 1024)
    }
}

/// What is to change of a group; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupChanges {
    /// The name.
    pub group_name: Option<GroupName>,
    /// The description.
    pub description: Option<String>,
}

impl GroupChanges {
    /// Checks every field that is there.
    ///
    /// # Errors
    /// [`Error`] that names the field.
    pub fn check(&self) -> Result<(), Error> {
        text::check("NewDescription", self.description.as_deref().unwrap_or_default(), 1024)
    }

    /// Makes the changes.
    pub fn apply(&self, spec: &mut GroupSpec) {
        if let Some(name) = &self.group_name {
            spec.group_name.clone_from(name);
        }
        if let Some(description) = &self.description {
            spec.description.clone_from(description);
        }
    }
}

/// What is directly in a group.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Member {
    /// A user.
    User(UserId),
    /// A group, with all that is in it.
    Group(GroupId),
}

impl Member {
    /// Reads an id; its prefix says of what.
    pub fn parse(text: &str) -> Option<Self> {
        UserId::parse(text).map(Self::User).or_else(|| GroupId::parse(text).map(Self::Group))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Group(id) => id.as_str(),
        }
    }
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The id.
    pub id: GroupId,
    /// What was said of it.
    pub spec: GroupSpec,
    /// Where it came from.
    pub provision_type: ProvisionType,
    /// The connector that looks after it, where it is synchronised.
    pub connector_id: Option<ScimConnectorId>,
    /// What the identity provider it comes from calls it.
    pub external_id: Option<String>,
    /// Grows by one with every write, also of its members.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

impl Group {
    /// A group made here just now.
    pub const fn new(id: GroupId, spec: GroupSpec, now: Timestamp) -> Self {
        Self {
            id,
            spec,
            provision_type: ProvisionType::Manual,
            connector_id: None,
            external_id: None,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}
