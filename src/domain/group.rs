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
