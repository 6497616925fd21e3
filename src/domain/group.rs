//! Groups of the directory.

use serde::Deserialize;

use crate::base::{GroupId, GroupName, Timestamp};

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

/// A group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The id.
    pub id: GroupId,
    /// What was said of it.
    pub spec: GroupSpec,
    /// Where it came from.
    pub provision_type: ProvisionType,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
