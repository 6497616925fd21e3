//! How strongly somebody proved who they are.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How strong an authentication is, the weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuthenticationStrength {
    /// One factor: a password.
    Password,
    /// Two factors, one of which can be phished: a password and a one-time code.
    MultiFactor,
    /// Two factors, of which none can be: a passkey that verified its user.
    Passkey,
}

impl AuthenticationStrength {
    /// Every strength.
    pub const ALL: [Self; 3] = [Self::Password, Self::MultiFactor, Self::Passkey];

    /// As settings spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::MultiFactor => "multi-factor",
            Self::Passkey => "passkey",
        }
    }

    /// Reads that spelling.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|strength| strength.as_str() == text)
    }
}

impl fmt::Display for AuthenticationStrength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strengths_are_ordered_and_survive_their_spelling() {
        for strength in AuthenticationStrength::ALL {
            assert_eq!(AuthenticationStrength::parse(strength.as_str()), Some(strength));
            assert_eq!(serde_json::to_string(&strength).unwrap(), format!("\"{strength}\""));
        }
        assert!(AuthenticationStrength::ALL.is_sorted());
        assert_eq!(AuthenticationStrength::parse("Passkey"), None);
    }
}
