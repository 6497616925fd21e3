//! How the name of an attribute of an assertion is to be understood.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of name an attribute has (SAML core §8.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttributeNameFormat {
    /// A URI, unique in the world.
    #[default]
    Uri,
    /// A simple name.
    Basic,
    /// Whatever the application understands.
    Unspecified,
}

impl AttributeNameFormat {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Uri, Self::Basic, Self::Unspecified];

    /// As the OpenAPI and the database spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Uri => "uri",
            Self::Basic => "basic",
            Self::Unspecified => "unspecified",
        }
    }

    /// The URI of the format (saml-core-2.0-os §8.2).
    pub const fn uri(self) -> &'static str {
        match self {
            Self::Uri => "urn:oasis:names:tc:SAML:2.0:attrname-format:uri",
            Self::Basic => "urn:oasis:names:tc:SAML:2.0:attrname-format:basic",
            Self::Unspecified => "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified",
        }
    }

    /// Reads what [`AttributeNameFormat::as_str`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }
}

impl fmt::Display for AttributeNameFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_as_they_are_written() {
        for format in AttributeNameFormat::ALL {
            assert_eq!(AttributeNameFormat::parse(format.as_str()), Some(format));
            assert_eq!(serde_json::to_string(&format).unwrap(), format!("\"{format}\""));
        }
        for other in ["", "URI", "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"] {
            assert_eq!(AttributeNameFormat::parse(other), None, "{other}");
        }
    }
}
