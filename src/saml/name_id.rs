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
/// no trimming and no Unicode normalisation is done to the value. One that was read is written as it was.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NameId {
    /// How to understand the value, where that is said; see [`NameId::format_in_effect`].
    pub format: Option<NameIdFormat>,
    /// Who qualifies the name, when it is not the issuer.
    pub name_qualifier: Option<String>,
    /// For which service provider it was made, when it says so.
    pub sp_name_qualifier: Option<String>,
    /// The service provider's own name for the same person, when it gave one (§3.6).
    pub sp_provided_id: Option<String>,
    /// The name.
    pub value: String,
}

impl NameId {
    /// A name without qualifiers.
    pub fn new(format: NameIdFormat, value: impl Into<String>) -> Self {
        let (format, value) = (Some(format), value.into());
        Self { format, name_qualifier: None, sp_name_qualifier: None, sp_provided_id: None, value }
    }

    /// How to understand the value: `unspecified` where nothing is said (§2.2.2).
    pub fn format_in_effect(&self) -> &NameIdFormat {
        self.format.as_ref().unwrap_or(&NameIdFormat::Unspecified)
    }

    /// Writes the element, with the namespace `declarations` that it needs where it stands.
    pub(super) fn write(&self, writer: &mut Writer, declarations: Attributes<'_>) -> Result<(), Error> {
        let said = [
            ("Format", self.format.as_ref().map(NameIdFormat::uri)),
            ("NameQualifier", self.name_qualifier.as_deref()),
            ("SPNameQualifier", self.sp_name_qualifier.as_deref()),
            ("SPProvidedID", self.sp_provided_id.as_deref()),
        ];
        let mut attributes = declarations.to_vec();
        attributes.extend(said.into_iter().filter_map(|(name, value)| Some((name, value?))));
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
            format: name_id.attribute("Format").map(NameIdFormat::from_uri),
            name_qualifier: owned("NameQualifier"),
            sp_name_qualifier: owned("SPNameQualifier"),
            sp_provided_id: owned("SPProvidedID"),
            value: value.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::document::Comments;
    use super::*;

    #[test]
    fn a_name_is_sent_back_as_it_came() {
        let unspecified = "Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\"";
        for attributes in [
            String::new(),
            format!(" {unspecified}"),
            " Format=\"urn:x\" NameQualifier=\"https://idp?a&amp;b\" SPNameQualifier=\"sp\" SPProvidedID=\" own\"".to_owned(),
            " NameQualifier=\"\"".to_owned(),
        ] {
            let inner = format!("<saml:NameID{attributes}> Zo\u{eb} &amp; x\n</saml:NameID>");
            let outer = format!("<x xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{inner}</x>");
            let read = NameId::read(&Element::parse(&outer, Comments::Refuse).unwrap()).unwrap();
            let mut writer = Writer::with_capacity(0);
            read.write(&mut writer, &[]).unwrap();
            assert_eq!(writer.finish(), inner);
        }
    }

    #[test]
    fn an_unsaid_format_is_unspecified() {
        let mut name = NameId::new(NameIdFormat::Transient, "_x");
        assert_eq!(name.format_in_effect(), &NameIdFormat::Transient);
        name.format = None;
        assert_eq!(name.format_in_effect(), &NameIdFormat::Unspecified);
    }

    #[test]
    fn formats_survive_their_uri() {
        let kerberos = NameIdFormat::Custom("urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos".to_owned());
        for format in [NameIdFormat::Persistent, NameIdFormat::EmailAddress, kerberos] {
            assert_eq!(NameIdFormat::from_uri(format.uri()), format);
        }
    }
}
