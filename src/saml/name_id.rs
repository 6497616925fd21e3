//! Who a message is about (saml-core-2.0-os §2.2.3, §8.3).

use super::Error;
use super::document::Element;
use super::writer::{Attributes, Writer};

/// How a name identifier is to be understood.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NameIdFormat {
    /// Left to the two parties.
    Unspecified,
    /// An e-mail address.
    EmailAddress,
    /// Opaque, and the same for one person at one service provider for good.
    Persistent,
    /// Opaque, and new for each assertion.
    Transient,
    /// Any other format, by its URI.
    Custom(String),
}

impl NameIdFormat {
    /// The URI of the format.
    pub fn uri(&self) -> &str {
        match self {
            Self::Unspecified => "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
            Self::EmailAddress => "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
            Self::Persistent => "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
            Self::Transient => "urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
            Self::Custom(uri) => uri,
        }
    }

    /// The format that a URI stands for.
    pub fn from_uri(uri: &str) -> Self {
        [Self::Unspecified, Self::EmailAddress, Self::Persistent, Self::Transient]
            .into_iter()
            .find(|format| format.uri() == uri)
            .unwrap_or_else(|| Self::Custom(uri.to_owned()))
    }
}

/// A name identifier with its qualifiers. Two are the same only if all of it is: no case folding,
/// no trimming and no Unicode normalisation is done to the value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NameId {
    /// How to understand the value.
    pub format: NameIdFormat,
    /// Who qualifies the name, when it is not the issuer.
    pub name_qualifier: Option<String>,
    /// For which service provider it was made, when it says so.
    pub sp_name_qualifier: Option<String>,
    /// The name.
    pub value: String,
}

impl NameId {
    /// A name without qualifiers.
    pub fn new(format: NameIdFormat, value: impl Into<String>) -> Self {
        Self { format, name_qualifier: None, sp_name_qualifier: None, value: value.into() }
    }

    /// Writes the element, with the namespace `declarations` that it needs where it stands.
    pub(super) fn write(&self, writer: &mut Writer, declarations: Attributes<'_>) -> Result<(), Error> {
        let mut attributes = declarations.to_vec();
        if self.format != NameIdFormat::Unspecified {
            attributes.push(("Format", self.format.uri()));
        }
        if let Some(qualifier) = &self.name_qualifier {
            attributes.push(("NameQualifier", qualifier));
        }
        if let Some(qualifier) = &self.sp_name_qualifier {
            attributes.push(("SPNameQualifier", qualifier));
        }
        writer.text("saml:NameID", &attributes, &self.value)
    }

    /// Reads the one name in `parent`, which must not be encrypted, or no longer.
    pub(super) fn read(parent: &Element) -> Result<Self, Error> {
        if parent.all("saml:EncryptedID").next().is_some() {
            return Err(Error::Encrypted);
        }
        let name_id = parent.one("saml:NameID")?;
        let value = name_id.text()?;
        if value.is_empty() {
            return Err(Error::Value { what: "saml:NameID", expected: "a name", received: String::new() });
        }
        let owned = |attribute| name_id.attribute(attribute).map(str::to_owned);
        Ok(Self {
            format: name_id.attribute("Format").map_or(NameIdFormat::Unspecified, NameIdFormat::from_uri),
            name_qualifier: owned("NameQualifier"),
            sp_name_qualifier: owned("SPNameQualifier"),
            value: value.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_survive_their_uri() {
        let kerberos = NameIdFormat::Custom("urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos".to_owned());
        for format in [NameIdFormat::Persistent, NameIdFormat::EmailAddress, kerberos] {
            assert_eq!(NameIdFormat::from_uri(format.uri()), format);
        }
    }
}
