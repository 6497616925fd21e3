//! Assertions as we make them (saml-core-2.0-os §2.3.3, saml-profiles-2.0-os §4.1.4.2).

use crate::base::Timestamp;

use super::document::Element;
use super::signature::Unsigned;
use super::writer::{Attributes, Writer};
use super::{AuthnContext, Error, MessageId, NameId, name};

/// The name of an attribute is a URI (saml-core-2.0-os §8.2.2).
const URI: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";

/// What is said about one person. Its issuer, its moment and the address that it is for are those
/// of the [`Response`](super::Response) that carries it.
#[derive(Clone, Debug)]
pub struct Assertion {
    /// Its own ID, by which the receiver knows a replay.
    pub id: MessageId,
    /// Who it is about; `None` where only the attributes say so.
    pub name_id: Option<NameId>,
    /// The entity id of the service provider that it is meant for.
    pub audience: String,
    /// From when it may be used.
    pub not_before: Timestamp,
    /// From when on it may no longer be used.
    pub not_on_or_after: Timestamp,
    /// When the person was authenticated.
    pub authn_instant: Timestamp,
    /// How the person was authenticated.
    pub authn_context: AuthnContext,
    /// Names the session at the identity provider, for single logout.
    pub session_index: String,
    /// When the session that this begins must end, at the latest.
    pub session_not_on_or_after: Option<Timestamp>,
    /// What else is said, in this order.
    pub attributes: Vec<Attribute>,
}

/// One attribute with all its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attribute {
    /// Its name, often a URI.
    pub name: String,
    /// What kind of name that is, as a URI; `None` leaves it to the receiver.
    pub name_format: Option<String>,
    /// What people call it.
    pub friendly_name: Option<String>,
    /// Its values, in order.
    pub values: Vec<String>,
}

impl Attribute {
    /// An attribute of several values. Where the name is a URI, its format says so.
    pub fn new<V: Into<String>>(name: impl Into<String>, values: impl IntoIterator<Item = V>) -> Self {
        let name = name.into();
        let is_uri = name.starts_with("urn:") || name.contains("://");
        Self {
            name,
            name_format: is_uri.then(|| URI.to_owned()),
            friendly_name: None,
            values: values.into_iter().map(Into::into).collect(),
        }
    }

    /// Writes the element, with the namespace `declarations` that it needs where it stands.
    pub(super) fn write(&self, writer: &mut Writer, declarations: Attributes<'_>) -> Result<(), Error> {
        let mut attributes = declarations.to_vec();
        attributes.extend(self.friendly_name.as_deref().map(|name| ("FriendlyName", name)));
        attributes.push(("Name", &self.name));
        attributes.extend(self.name_format.as_deref().map(|format| ("NameFormat", format)));
        writer.element("saml:Attribute", &attributes, |writer| {
            self.values.iter().try_for_each(|value| writer.text("saml:AttributeValue", &[], value))
        })
    }

    /// Reads a `saml:Attribute` as it stands there. A value with elements in it is no text, and is left out.
    ///
    /// # Errors
    /// [`Error::Missing`] when it has no name.
    pub(super) fn read(element: &Element) -> Result<Self, Error> {
        let owned = |attribute| element.attribute(attribute).map(str::to_owned);
        let values = element.all("saml:AttributeValue").filter_map(|value| value.text().ok());
        Ok(Self {
            name: element.need_attribute("Name")?.to_owned(),
            name_format: owned("NameFormat"),
            friendly_name: owned("FriendlyName"),
            values: values.map(str::to_owned).collect(),
        })
    }
}

/// What an assertion repeats of the message that carries it, so that it can be judged alone.
pub(super) struct Carrier<'r> {
    pub(super) issuer: &'r str,
    pub(super) issue_instant: Timestamp,
    /// Where it is posted to: the `Recipient` of the confirmation.
    pub(super) acs_url: &'r str,
    pub(super) in_response_to: Option<&'r MessageId>,
}

impl Assertion {
    pub(super) fn write(&self, carrier: &Carrier<'_>) -> Result<Unsigned, Error> {
        let mut writer = Writer::with_capacity(4096);
        let mut after_issuer = 0;
        let attributes = [
            ("xmlns:saml", name::SAML),
            ("ID", self.id.as_str()),
            ("IssueInstant", &carrier.issue_instant.rfc3339()),
            ("Version", "2.0"),
        ];
        writer.element("saml:Assertion", &attributes, |writer| {
            writer.text("saml:Issuer", &[], carrier.issuer)?;
            after_issuer = writer.position();
            self.write_subject(writer, carrier)?;
            self.write_conditions(writer)?;
            self.write_authn_statement(writer)?;
            self.write_attributes(writer)
        })?;
        Ok(Unsigned { id: self.id.clone(), xml: writer.finish(), signature_at: after_issuer })
    }

    fn write_subject(&self, writer: &mut Writer, carrier: &Carrier<'_>) -> Result<(), Error> {
        writer.element("saml:Subject", &[], |writer| {
            if let Some(name_id) = &self.name_id {
                name_id.write(writer, &[])?;
            }
            writer.element("saml:SubjectConfirmation", &[("Method", name::BEARER)], |writer| {
                let not_on_or_after = self.not_on_or_after.rfc3339();
                let mut attributes = Vec::with_capacity(3);
                if let Some(request) = carrier.in_response_to {
                    attributes.push(("InResponseTo", request.as_str()));
                }
                attributes.push(("NotOnOrAfter", &not_on_or_after));
                attributes.push(("Recipient", carrier.acs_url));
                writer.empty("saml:SubjectConfirmationData", &attributes)
            })
        })
    }

    fn write_conditions(&self, writer: &mut Writer) -> Result<(), Error> {
        let times =
            [("NotBefore", &*self.not_before.rfc3339()), ("NotOnOrAfter", &self.not_on_or_after.rfc3339())];
        writer.element("saml:Conditions", &times, |writer| {
            writer.element("saml:AudienceRestriction", &[], |writer| {
                writer.text("saml:Audience", &[], &self.audience)
            })
        })
    }

    fn write_authn_statement(&self, writer: &mut Writer) -> Result<(), Error> {
        let authn_instant = self.authn_instant.rfc3339();
        let session_not_on_or_after = self.session_not_on_or_after.map(Timestamp::rfc3339);
        let mut attributes = Vec::with_capacity(3);
        attributes.push(("AuthnInstant", &*authn_instant));
        attributes.push(("SessionIndex", &self.session_index));
        if let Some(end) = &session_not_on_or_after {
            attributes.push(("SessionNotOnOrAfter", end));
        }
        writer.element("saml:AuthnStatement", &attributes, |writer| {
            writer.element("saml:AuthnContext", &[], |writer| {
                writer.text("saml:AuthnContextClassRef", &[], self.authn_context.uri())
            })
        })
    }

    fn write_attributes(&self, writer: &mut Writer) -> Result<(), Error> {
        if self.attributes.is_empty() {
            return Ok(());
        }
        writer.element("saml:AttributeStatement", &[], |writer| {
            self.attributes.iter().try_for_each(|attribute| attribute.write(writer, &[]))
        })
    }
}
