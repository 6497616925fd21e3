//! What the subject of an assertion is named by.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of NameID an application gets (SAML core §8.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NameIdKind {
    /// Opaque, and the same for one user at one application for good.
    #[default]
    Persistent,
    /// Opaque, and new for each session.
    Transient,
    /// An e-mail address.
    Email,
    /// A name that the two parties agreed on.
    Unspecified,
    /// No NameID at all: the application reads an attribute.
    None,
}

impl NameIdKind {
    /// Every kind.
    pub const ALL: [Self; 5] =
        [Self::Persistent, Self::Transient, Self::Email, Self::Unspecified, Self::None];

    /// As the OpenAPI, the command line and the database spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Persistent => "persistent",
            Self::Transient => "transient",
            Self::Email => "email",
            Self::Unspecified => "unspecified",
            Self::None => "none",
        }
    }

    /// Reads what [`NameIdKind::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

impl fmt::Display for NameIdKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read_as_they_are_written() {
        for kind in NameIdKind::ALL {
            assert_eq!(NameIdKind::parse(kind.as_str()), Some(kind));
            assert_eq!(serde_json::to_string(&kind).unwrap(), format!("\"{kind}\""));
        }
        for other in ["", "Persistent", "emailAddress", "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"]
        {
            assert_eq!(NameIdKind::parse(other), None, "{other}");
        }
    }
}
