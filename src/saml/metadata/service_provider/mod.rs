//! Metadata of somebody else's service provider (saml-metadata-2.0-os §2.4.4): read, or made by hand where there is
//! no file; written, so that whatever is known of a service provider can be kept as one document; and held against
//! what was known before.

mod change;
#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
mod validity;
mod write;

pub use change::MetadataChange;

use std::time::Duration;

use crate::base::Timestamp;
use crate::crypto::{BlockedAlgorithms, Certificate};

use super::super::{AcsChoice, Attribute, EncryptionCertificate, Error, NameIdFormat};
use super::attribute::{AttributeConsumingService, entity_attributes};
use super::contact::Contact;
use super::endpoint::{AssertionConsumerService, SingleLogoutService};
use super::entity::{Entity, check_entity_id};
use super::key::{encryption_certificates, signing_certificates};
use super::metadata_document::MetadataDocument;
use super::text::{algorithms, identifier, is_said};
use super::user_interface::UiInfo;

/// Formats of name identifiers that are read.
const MAX_FORMATS: usize = 64;

/// What a service provider says of itself. That it says so makes it so only where an administrator, or a signature
/// that they trust, stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceProvider {
    /// Its entity id.
    pub entity_id: String,
    /// The certificates of the keys that it signs with, in the order of the metadata; none where it does not sign.
    pub signing_certificates: Vec<Certificate>,
    /// The certificates of the keys that may be encrypted to, with the algorithms that it decrypts by; none where it
    /// does not decrypt.
    pub encryption_certificates: Vec<EncryptionCertificate>,
    /// Where Responses are taken by POST, one or more, in the order of the metadata.
    pub assertion_consumer_services: Vec<AssertionConsumerService>,
    /// Where logout messages are taken.
    pub single_logout_services: Vec<SingleLogoutService>,
    /// The name identifiers that it takes, the best first; any where it says nothing.
    pub name_id_formats: Vec<NameIdFormat>,
    /// Whether it signs its requests, so that one which is not signed is not its own.
    pub signs_requests: bool,
    /// Whether it wants the assertion signed, and not the Response alone.
    pub wants_assertions_signed: bool,
    /// When the metadata stops being true, if it says so.
    pub valid_until: Option<Timestamp>,
    /// For how long it may be kept before it is fetched again, if it says so; whole seconds.
    pub cache_duration: Option<Duration>,
    /// The attributes that it asks for.
    pub attribute_consuming_services: Vec<AttributeConsumingService>,
    /// What is said of it as an entity, such as which identifier of a person it needs.
    pub entity_attributes: Vec<Attribute>,
    /// What people are shown of it.
    pub ui_info: UiInfo,
    /// Whom to ask about it.
    pub contacts: Vec<Contact>,
    /// The URIs of the digests that it knows, the best first; any where it says nothing.
    pub digest_methods: Vec<String>,
    /// The URIs of the signature algorithms that it knows, the best first; any where it says nothing.
    pub signing_methods: Vec<String>,
}

impl ServiceProvider {
    /// Reads an `md:EntityDescriptor` with one `md:SPSSODescriptor`, of at most 256 KiB. Endpoints of bindings that we
    /// do not send by are passed over, and so are texts for people and pictures that are out of their bounds. Whether
    /// it is still true is for [`Self::check_validity`].
    ///
    /// # Errors
    /// [`Error::Missing`] when it takes no Responses by POST, [`Error::Value`] for an address that is no web address
    /// and for an index that is none or stands twice, [`Error::Crypto`] for a certificate that cannot be used,
    /// [`Error::TooMany`]; else why it is not metadata.
    pub fn parse(xml: &str) -> Result<Self, Error> {
        Self::read(&Entity::parse(xml)?)
    }

    /// As [`Self::parse`], of metadata whose root is signed by one of `certificates`; only what was signed is read.
    ///
    /// # Errors
    /// As [`Self::parse`] and [`MetadataDocument::parse_signed`].
    pub fn parse_signed(
        xml: &str,
        certificates: &[Certificate],
        blocked: BlockedAlgorithms,
    ) -> Result<Self, Error> {
        Self::from_document(&MetadataDocument::parse_signed(xml, certificates, blocked)?, None)
    }

    /// Reads the one of this id in a document; without an id, the one that there is.
    ///
    /// # Errors
    /// [`Error::Value`] when there is none such, or more than one; else as [`Self::parse`].
    pub fn from_document(document: &MetadataDocument, entity_id: Option<&str>) -> Result<Self, Error> {
        Self::read(document.entity(entity_id)?)
    }

    /// One that has no metadata: what an administrator typed. Its certificates are for signing and for encrypting to
    /// it; without any, it does neither. It signs its requests if there is a certificate to verify them with, which
    /// can be said otherwise in the result, like everything else.
    ///
    /// # Errors
    /// As [`Self::parse`], of what would be refused in a file.
    pub fn by_hand(
        entity_id: &str,
        assertion_consumer_services: Vec<AssertionConsumerService>,
        single_logout_services: Vec<SingleLogoutService>,
        certificates: Vec<Certificate>,
    ) -> Result<Self, Error> {
        check_entity_id(entity_id)?;
        let provider = Self {
            entity_id: entity_id.to_owned(),
            encryption_certificates: certificates.iter().cloned().map(EncryptionCertificate::from).collect(),
            signs_requests: !certificates.is_empty(),
            signing_certificates: certificates,
            assertion_consumer_services,
            single_logout_services,
            name_id_formats: Vec::new(),
            wants_assertions_signed: false,
            valid_until: None,
            cache_duration: None,
            attribute_consuming_services: Vec::new(),
            entity_attributes: Vec::new(),
            ui_info: UiInfo::default(),
            contacts: Vec::new(),
            digest_methods: Vec::new(),
            signing_methods: Vec::new(),
        };
        Self::parse(&provider.to_xml()?)
    }

    /// Where an answer goes that is asked for like this; `None` where the metadata has no such place. By default it is
    /// the first that says it is the default, or else the first that does not say it is not, or else the first
    /// (saml-metadata-2.0-os §2.2.3).
    pub fn assertion_consumer_service(&self, choice: &AcsChoice) -> Option<&AssertionConsumerService> {
        let all = &self.assertion_consumer_services;
        match choice {
            AcsChoice::Url(url) => all.iter().find(|service| service.url == *url),
            AcsChoice::Index(index) => all.iter().find(|service| service.index == *index),
            AcsChoice::Default => default(all, |service| service.is_default),
        }
    }

    /// The attributes that a request asks for by this `AttributeConsumingServiceIndex`, or by none: then those of the
    /// default, which is found as in [`Self::assertion_consumer_service`]. `None` where there is no such set.
    pub fn attribute_consuming_service(&self, index: Option<u16>) -> Option<&AttributeConsumingService> {
        let all = &self.attribute_consuming_services;
        match index {
            Some(index) => all.iter().find(|service| service.index == index),
            None => default(all, |service| service.is_default),
        }
    }

    /// The values of an attribute of the entity, by its name.
    pub fn entity_attribute<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        let attributes = self.entity_attributes.iter().filter(move |attribute| attribute.name == name);
        attributes.flat_map(|attribute| attribute.values.iter().map(String::as_str))
    }

    fn read(entity: &Entity) -> Result<Self, Error> {
        let (element, role) = (&entity.element, entity.role("md:SPSSODescriptor")?);
        let formats = role.all("md:NameIDFormat").take(MAX_FORMATS);
        let formats =
            formats.map(|format| Ok(NameIdFormat::from_uri(&identifier("md:NameIDFormat", format.text()?)?)));
        let validity = entity.validity(role)?;
        Ok(Self {
            entity_id: entity.id()?.to_owned(),
            signing_certificates: signing_certificates(role)?,
            encryption_certificates: encryption_certificates(role)?,
            assertion_consumer_services: AssertionConsumerService::read_all(role)?,
            single_logout_services: SingleLogoutService::read_all(role)?,
            name_id_formats: formats.collect::<Result<_, Error>>()?,
            signs_requests: is_said(role, "AuthnRequestsSigned"),
            wants_assertions_signed: is_said(role, "WantAssertionsSigned"),
            valid_until: validity.until,
            cache_duration: validity.cache,
            attribute_consuming_services: AttributeConsumingService::read_all(role)?,
            entity_attributes: entity_attributes(element)?,
            ui_info: UiInfo::read(role),
            contacts: Contact::read_all(element, role),
            digest_methods: algorithms(role, element, "alg:DigestMethod")?,
            signing_methods: algorithms(role, element, "alg:SigningMethod")?,
        })
    }
}

/// The first that says it is the default, or else the first that does not say it is not, or else the first
/// (saml-metadata-2.0-os §2.2.3).
fn default<T>(all: &[T], is_default: impl Fn(&T) -> Option<bool>) -> Option<&T> {
    let find = |said| all.iter().find(|one| is_default(one) == said);
    find(Some(true)).or_else(|| find(None)).or(all.first())
}
