//! Whom to ask about an entity (saml-metadata-2.0-os §2.3.2.1 and §2.3.2.2).

use super::super::document::Element;
use super::super::writer::Writer;
use super::super::{Error, name};
use super::text::{LocalizedText, MAX_NAME, readable};

/// Contacts that an entity may have.
const MAX_CONTACTS: usize = 64;
/// The kind that REFEDS has added for security incidents (Security Contact Metadata Extension Schema).
const SECURITY: &str = "http://refeds.org/metadata/contactType/security";

/// What a contact is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ContactKind {
    /// For those who run the other side.
    Technical,
    /// For users.
    Support,
    /// For security incidents.
    Security,
    /// For contracts.
    Administrative,
    /// For money.
    Billing,
    /// For something else.
    Other,
}

/// Whom to ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// About what.
    pub kind: ContactKind,
    /// Their name, of at most 256 characters.
    pub given_name: Option<String>,
    /// Their e-mail address, of at most 256 characters, without `mailto:`.
    pub email: Option<String>,
}

/// Whose an entity is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Its names, one or more.
    pub names: Vec<LocalizedText>,
    /// Its names for people, one or more.
    pub display_names: Vec<LocalizedText>,
    /// Its pages, one or more.
    pub urls: Vec<LocalizedText>,
}

impl ContactKind {
    /// All there are.
    pub const ALL: [Self; 6] =
        [Self::Technical, Self::Support, Self::Security, Self::Administrative, Self::Billing, Self::Other];

    /// The standard's word for it.
    const fn standard(self) -> &'static str {
        match self {
            Self::Technical => "technical",
            Self::Support => "support",
            Self::Administrative => "administrative",
            Self::Billing => "billing",
            Self::Security | Self::Other => "other",
        }
    }
}

impl Contact {
    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), Error> {
        let mut attributes = vec![("contactType", self.kind.standard())];
        if self.kind == ContactKind::Security {
            attributes.insert(0, ("xmlns:remd", name::REMD));
            attributes.push(("remd:contactType", SECURITY));
        }
        writer.element("md:ContactPerson", &attributes, |writer| {
            if let Some(name) = &self.given_name {
                writer.text("md:GivenName", &[], name)?;
            }
            match &self.email {
                Some(email) => writer.text("md:EmailAddress", &[], &format!("mailto:{email}")),
                None => Ok(()),
            }
        })
    }

    /// Those of an entity and then those of its role. What is out of its bounds is passed over, and so is an address
    /// that is none.
    pub(super) fn read_all(entity: &Element, role: &Element) -> Vec<Self> {
        let people = entity.all("md:ContactPerson").chain(role.all("md:ContactPerson"));
        people.take(MAX_CONTACTS).map(Self::read).collect()
    }

    fn read(person: &Element) -> Self {
        let stated = person.attribute("contactType").map_or("", str::trim);
        let kind = if person.qualified_attribute("remd:contactType") == Some(SECURITY) {
            ContactKind::Security
        } else {
            let mut kinds = ContactKind::ALL.into_iter().filter(|kind| *kind != ContactKind::Security);
            kinds.find(|kind| kind.standard() == stated).unwrap_or(ContactKind::Other)
        };
        let first = |name| person.all(name).find_map(|element| readable(element, MAX_NAME));
        Self { kind, given_name: first("md:GivenName"), email: first("md:EmailAddress").and_then(address) }
    }
}

/// An e-mail address, with `mailto:` before it or without.
fn address(text: String) -> Option<String> {
    let scheme = "mailto:";
    let email = match text.get(..scheme.len()) {
        Some(start) if start.eq_ignore_ascii_case(scheme) => text.get(scheme.len()..)?.to_owned(),
        _ => text,
    };
    let is_plain = !email.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    (is_plain && email.contains('@') && !email.contains(':')).then_some(email)
}

impl Organization {
    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), Error> {
        writer.element("md:Organization", &[], |writer| {
            for (element, texts) in [
                ("md:OrganizationName", &self.names),
                ("md:OrganizationDisplayName", &self.display_names),
                ("md:OrganizationURL", &self.urls),
            ] {
                texts.iter().try_for_each(|text| text.write(writer, element))?;
            }
            Ok(())
        })
    }
}
