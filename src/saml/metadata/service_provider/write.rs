//! The metadata of a service provider, written: what [`ServiceProvider::parse`] reads back, and no more.

use super::super::super::document::MAX_BYTES;
use super::super::super::writer::Writer;
use super::super::super::{Error, name};
use super::super::attribute::write_entity_attributes;
use super::super::duration;
use super::super::key::write_keys;
use super::super::text::{said, write_algorithms, write_extensions};
use super::ServiceProvider;

impl ServiceProvider {
    /// The `md:EntityDescriptor`, unsigned. Of whatever was parsed, it is read back the same.
    ///
    /// # Errors
    /// [`Error::IllegalCharacter`] when a value cannot be carried by XML, [`Error::Crypto`] when a certificate cannot
    /// be encoded, [`Error::TooLarge`] when it would be more than is read.
    pub fn to_xml(&self) -> Result<String, Error> {
        let mut writer = Writer::with_capacity(8 * 1024);
        let cache = self.cache_duration.map(duration::spell);
        let end = self.valid_until.map(|end| end.rfc3339_millis());
        let mut entity = vec![("xmlns:md", name::MD)];
        entity.extend(cache.as_deref().map(|cache| ("cacheDuration", cache)));
        entity.push(("entityID", &self.entity_id));
        entity.extend(end.as_deref().map(|end| ("validUntil", end)));
        writer.element("md:EntityDescriptor", &entity, |writer| {
            write_extensions(writer, |writer| {
                write_entity_attributes(writer, &self.entity_attributes)?;
                write_algorithms(writer, "alg:DigestMethod", &self.digest_methods)?;
                write_algorithms(writer, "alg:SigningMethod", &self.signing_methods)
            })?;
            let role = [
                ("AuthnRequestsSigned", said(self.signs_requests)),
                ("WantAssertionsSigned", said(self.wants_assertions_signed)),
                ("protocolSupportEnumeration", name::SAMLP),
            ];
            writer.element("md:SPSSODescriptor", &role, |writer| self.write_role(writer))?;
            self.contacts.iter().try_for_each(|contact| contact.write(writer))
        })?;
        let xml = writer.finish();
        if xml.len() > MAX_BYTES {
            return Err(Error::TooLarge { limit: MAX_BYTES, received: xml.len() });
        }
        Ok(xml)
    }

    fn write_role(&self, writer: &mut Writer) -> Result<(), Error> {
        write_extensions(writer, |writer| self.ui_info.write(writer))?;
        write_keys(writer, &self.signing_certificates, &self.encryption_certificates)?;
        self.single_logout_services.iter().try_for_each(|service| service.write(writer))?;
        for format in &self.name_id_formats {
            writer.text("md:NameIDFormat", &[], format.uri())?;
        }
        self.assertion_consumer_services.iter().try_for_each(|service| service.write(writer))?;
        self.attribute_consuming_services.iter().try_for_each(|service| service.write(writer))
    }
}
