//! What the metadata of every role says in the same words: who it is, its keys, its addresses, its end.

use crate::base::Timestamp;
use crate::crypto::Certificate;

use super::super::document::{Comments, Element};
use super::super::moment::time;
use super::super::{Error, name};

/// Certificates of one use that a role may have.
const MAX_CERTIFICATES: usize = 16;
/// Characters of an entity id (saml-core-2.0-os §8.3.6).
const MAX_ENTITY_ID: usize = 1024;

/// An `md:EntityDescriptor` as it was read, with the one role in it that was looked for.
pub(super) struct Entity(Element);

impl Entity {
    /// Reads one.
    ///
    /// # Errors
    /// [`Error::Value`] when it is none; else why it is no XML.
    pub(super) fn parse(xml: &str) -> Result<Self, Error> {
        let entity = Element::parse(xml, Comments::Skip)?;
        if entity.is("md:EntityDescriptor") {
            return Ok(Self(entity));
        }
        let (what, expected) = ("metadata", "md:EntityDescriptor");
        Err(Error::Value { what, expected, received: entity.shown() })
    }

    /// Its id.
    ///
    /// # Errors
    /// [`Error::Missing`], and those of [`check_entity_id`].
    pub(super) fn id(&self) -> Result<&str, Error> {
        let id = self.0.need_attribute("entityID")?;
        check_entity_id(id).map(|()| id)
    }

    /// Its one role of this name, which must speak SAML 2.0.
    ///
    /// # Errors
    /// [`Error::Missing`], [`Error::Misplaced`] for a second, [`Error::Value`] for another protocol.
    pub(super) fn role(&self, name: &'static str) -> Result<&Element, Error> {
        let role = self.0.one(name)?;
        let protocols = role.need_attribute("protocolSupportEnumeration")?;
        if protocols.split_ascii_whitespace().any(|protocol| protocol == name::SAMLP) {
            return Ok(role);
        }
        let (what, received) = ("protocolSupportEnumeration", protocols.to_owned());
        Err(Error::Value { what, expected: name::SAMLP, received })
    }

    /// When it stops being true, by itself or by the role: the earlier counts.
    ///
    /// # Errors
    /// [`Error::Value`] for what is no time.
    pub(super) fn valid_until(&self, role: &Element) -> Result<Option<Timestamp>, Error> {
        let ends = [time(&self.0, "validUntil")?, time(role, "validUntil")?];
        Ok(ends.into_iter().flatten().min())
    }
}

/// An entity id is 1 to 1024 characters.
///
/// # Errors
/// [`Error::Value`].
pub(super) fn check_entity_id(id: &str) -> Result<(), Error> {
    if (1..=MAX_ENTITY_ID).contains(&id.len()) {
        return Ok(());
    }
    let (expected, received) = ("1 to 1024 characters", id.chars().take(MAX_ENTITY_ID).collect());
    Err(Error::Value { what: "entityID", expected, received })
}

/// The certificates of a role's keys of this `use`, and of those that have none, which serve for everything. Of a
/// chain the first is taken.
///
/// # Errors
/// [`Error::TooMany`]; [`Error::Crypto`] when one is none, or its key is too weak or of a kind that we do not know.
pub(super) fn certificates(role: &Element, wanted: &'static str) -> Result<Vec<Certificate>, Error> {
    let mut certificates = Vec::new();
    for key in role.all("md:KeyDescriptor") {
        if key.attribute("use").is_some_and(|stated| stated != wanted) {
            continue;
        }
        for chain in key.one("ds:KeyInfo")?.all("ds:X509Data") {
            let Some(certificate) = chain.all("ds:X509Certificate").next() else { continue };
            if certificates.len() >= MAX_CERTIFICATES {
                return Err(Error::TooMany { what: "certificates", limit: MAX_CERTIFICATES });
            }
            certificates.push(Certificate::from_base64(certificate.text()?)?);
        }
    }
    Ok(certificates)
}

/// The address of an endpoint, in this attribute. Browsers are sent there, so nothing that a browser would run
/// instead of visit, and nothing that two readers could take for two addresses.
///
/// # Errors
/// [`Error::Missing`]; [`Error::Value`] when it is no http or https URL.
pub(super) fn location<'e>(endpoint: &'e Element, attribute: &'static str) -> Result<&'e str, Error> {
    let location = endpoint.need_attribute(attribute)?;
    let is_web = location.starts_with("https://") || location.starts_with("http://");
    let is_plain = !location.chars().any(|character| character.is_whitespace() || character.is_control());
    if is_web && is_plain && !location.contains(['\\', '#']) {
        return Ok(location);
    }
    let (expected, received) = ("an http or https URL", location.to_owned());
    Err(Error::Value { what: attribute, expected, received })
}
