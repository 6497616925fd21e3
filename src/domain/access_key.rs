//! AccessKeys: what programs sign calls of the OpenAPI with.

use std::fmt;
use std::time::Duration;

use crate::base::{AccessKeyId, AdministratorId, MachineIdentityId, Timestamp};

/// How many keys one holder may have, so that one can replace the other.
pub const ACCESS_KEYS_PER_HOLDER: usize = 2;

/// How exactly it is kept when a key was last used.
pub const LAST_USE_PRECISION: Duration = Duration::from_secs(60);

/// Whether a key or a machine identity may be used, as the cloud's APIs spell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// It may.
    Active,
    /// It may not.
    Inactive,
}

impl Activity {
    /// As the cloud's APIs spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "Active",
            Self::Inactive => "Inactive",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Active, Self::Inactive].into_iter().find(|activity| activity.as_str() == text)
    }
}

/// Whose key it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyHolder {
    /// An operator of the product.
    Administrator(AdministratorId),
    /// A program.
    Machine(MachineIdentityId),
}

impl KeyHolder {
    /// Reads either kind by its prefix.
    pub fn parse(text: &str) -> Option<Self> {
        let machine = || MachineIdentityId::parse(text).map(Self::Machine);
        AdministratorId::parse(text).map(Self::Administrator).or_else(machine)
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Administrator(id) => id.as_str(),
            Self::Machine(id) => id.as_str(),
        }
    }
}

impl fmt::Display for KeyHolder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An AccessKey, without its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// The id, which is public.
    pub id: AccessKeyId,
    /// Whose it is.
    pub holder: KeyHolder,
    /// Whether it may be used.
    pub status: Activity,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last signed a call, to the minute.
    pub last_used_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_is_known_by_its_prefix() {
        assert!(matches!(KeyHolder::parse("adm-1"), Some(KeyHolder::Administrator(_))));
        assert!(matches!(KeyHolder::parse("mi-1"), Some(KeyHolder::Machine(_))));
        assert_eq!(KeyHolder::parse("u-1"), None);
    }
}
