//! Attributes in metadata: those that a service provider asks for (saml-metadata-2.0-os §2.4.4.1), and those that
//! say something of an entity itself (saml-metadata-attr-v1.0 §2.2).

use super::super::document::Element;
use super::super::writer::Writer;
use super::super::{Attribute, Error, name};
use super::text::{LocalizedText, MAX_NAME, extensions, identifier, index, is_said, said};

/// Sets of attributes, attributes in one set, and attributes of an entity.
const MAX_ATTRIBUTES: usize = 256;
/// Values of an attribute of an entity.
const MAX_VALUES: usize = 256;
/// Characters of such a value.
const MAX_VALUE: usize = 1024;

/// A set of attributes that a service provider asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AttributeConsumingService {
    /// Its index, by which requests choose it.
    pub index: u16,
    /// Whether it says that it is the default, or is not.
    pub is_default: Option<bool>,
    /// What the attributes are for, of at most 256 characters each.
    pub names: Vec<LocalizedText>,
    /// The attributes.
    pub requested: Vec<RequestedAttribute>,
}

/// An attribute that a service provider asks for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestedAttribute {
    /// Its name.
    pub name: String,
    /// The URI that says how to understand the name, if any does.
    pub name_format: Option<String>,
    /// Its name for people, of at most 256 characters; never to be compared.
    pub friendly_name: Option<String>,
    /// Whether the service provider needs it, and does not only like to have it.
    pub is_required: bool,
}

impl AttributeConsumingService {
    pub(super) fn write(&self, writer: &mut Writer) -> Result<(), Error> {
        let index = self.index.to_string();
        let mut attributes = vec![("index", index.as_str())];
        attributes.extend(self.is_default.map(|is_default| ("isDefault", said(is_default))));
        writer.element("md:AttributeConsumingService", &attributes, |writer| {
            self.names.iter().try_for_each(|name| name.write(writer, "md:ServiceName"))?;
            self.requested.iter().try_for_each(|attribute| attribute.write(writer))
        })
    }

    /// Those of a role.
    ///
    /// # Errors
    /// [`Error::Missing`] for an attribute without a name, [`Error::Value`] for an index that is none or stands
    /// twice, [`Error::TooMany`].
    pub(super) fn read_all(role: &Element) -> Result<Vec<Self>, Error> {
        let (mut services, mut indexes) = (Vec::new(), Vec::new());
        for service in role.all("md:AttributeConsumingService") {
            bounded(services.len(), "md:AttributeConsumingService")?;
            let mut requested = Vec::new();
            for attribute in service.all("md:RequestedAttribute") {
                bounded(requested.len(), "md:RequestedAttribute")?;
                requested.push(RequestedAttribute::read(attribute)?);
            }
            services.push(Self {
                index: index(service, &mut indexes, "index of md:AttributeConsumingService")?,
                is_default: service.attribute("isDefault").map(|_said| is_said(service, "isDefault")),
                names: LocalizedText::read_all(service, "md:ServiceName", MAX_NAME),
                requested,
            });
        }
        Ok(services)
    }
}

impl RequestedAttribute {
    fn write(&self, writer: &mut Writer) -> Result<(), Error> {
        let mut attributes = Vec::with_capacity(4);
        attributes.extend(self.friendly_name.as_deref().map(|name| ("FriendlyName", name)));
        attributes.push(("Name", &self.name));
        attributes.extend(self.name_format.as_deref().map(|format| ("NameFormat", format)));
        if self.is_required {
            attributes.push(("isRequired", said(true)));
        }
        writer.empty("md:RequestedAttribute", &attributes)
    }

    fn read(element: &Element) -> Result<Self, Error> {
        Ok(Self {
            name: identifier("Name of md:RequestedAttribute", element.need_attribute("Name")?)?,
            name_format: name_format(element, "NameFormat of md:RequestedAttribute")?,
            friendly_name: friendly_name(element),
            is_required: is_said(element, "isRequired"),
        })
    }
}

/// Writes the attributes of an entity with the element around them, and nothing where there are none.
pub(super) fn write_entity_attributes(writer: &mut Writer, attributes: &[Attribute]) -> Result<(), Error> {
    if attributes.is_empty() {
        return Ok(());
    }
    writer.element("mdattr:EntityAttributes", &[("xmlns:mdattr", name::MDATTR)], |writer| {
        attributes.iter().try_for_each(|attribute| attribute.write(writer, &[("xmlns:saml", name::SAML)]))
    })
}

/// The attributes in the extensions of an entity. A value that is no text, or longer than any that we compare with, is
/// passed over.
///
/// # Errors
/// [`Error::Missing`] for one without a name, [`Error::TooMany`].
pub(super) fn entity_attributes(entity: &Element) -> Result<Vec<Attribute>, Error> {
    let mut found = Vec::new();
    for lists in extensions(entity, "mdattr:EntityAttributes") {
        for element in lists.all("saml:Attribute") {
            bounded(found.len(), "saml:Attribute in mdattr:EntityAttributes")?;
            let values = element.all("saml:AttributeValue").filter_map(|value| value.text().ok());
            let values = values.map(str::trim).filter(|value| value.chars().count() <= MAX_VALUE);
            found.push(Attribute {
                name: identifier("Name of saml:Attribute", element.need_attribute("Name")?)?,
                name_format: name_format(element, "NameFormat of saml:Attribute")?,
                friendly_name: friendly_name(element),
                values: values.take(MAX_VALUES).map(str::to_owned).collect(),
            });
        }
    }
    Ok(found)
}

fn friendly_name(element: &Element) -> Option<String> {
    let name = element.attribute("FriendlyName").map(str::trim);
    name.filter(|name| (1..=MAX_NAME).contains(&name.chars().count())).map(str::to_owned)
}

fn name_format(element: &Element, what: &'static str) -> Result<Option<String>, Error> {
    element.attribute("NameFormat").map(|format| identifier(what, format)).transpose()
}

fn bounded(count: usize, what: &'static str) -> Result<(), Error> {
    if count >= MAX_ATTRIBUTES { Err(Error::TooMany { what, limit: MAX_ATTRIBUTES }) } else { Ok(()) }
}
