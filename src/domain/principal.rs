//! Who can sign in.

use std::fmt;

use crate::base::{AdministratorId, UserId};

/// Somebody who can sign in: a user of the directory, or an operator of the product.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PrincipalId {
    /// A user.
    User(UserId),
    /// An administrator.
    Administrator(AdministratorId),
}

impl PrincipalId {
    /// Reads either kind by its prefix.
    pub fn parse(text: &str) -> Option<Self> {
        UserId::parse(text).map(Self::User).or_else(|| AdministratorId::parse(text).map(Self::Administrator))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::User(id) => id.as_str(),
            Self::Administrator(id) => id.as_str(),
        }
    }
}

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
