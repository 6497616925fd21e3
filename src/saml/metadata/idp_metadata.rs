//! Our own metadata as an identity provider (saml-metadata-2.0-os §2.4.3).

use std::time::Duration;

use crate::base::Timestamp;
use crate::crypto::{Certificate, SignatureAlgorithm};

use super::super::signature::Unsigned;
use super::super::writer::Writer;
use super::super::{EncryptionCertificate, Error, MessageId, NameIdFormat, Signer, name};
use super::contact::{Contact, Organization};
use super::duration;
use super::endpoint::SingleLogoutService;
use super::key::write_keys;
use super::text::{said, write_algorithms, write_extensions};
use super::user_interface::UiInfo;

/// What service providers are told about us.
#[derive(Clone, Debug)]
pub struct IdpMetadata {
    /// Our entity id, a URL.
    pub entity_id: String,
    /// Until when this is true; for good where it does not say.
    pub valid_until: Option<Timestamp>,
    /// For how long it may be kept before it is fetched again; whole seconds.
    pub cache_duration: Option<Duration>,
    /// The certificates of our signing keys. The one that signs now comes first, since some
    /// service providers read no further; keys that will sign next, or did until lately, follow.
    pub signing_certificates: Vec<Certificate>,
    /// The certificates of the keys that may be encrypted to, and how.
    pub encryption_certificates: Vec<EncryptionCertificate>,
    /// Where authentication requests are taken, by Redirect and by POST.
    pub sso_url: String,
    /// Where logout messages are taken.
    pub single_logout_services: Vec<SingleLogoutService>,
    /// Which name identifiers we can give.
    pub name_id_formats: Vec<NameIdFormat>,
    /// Whether requests must be signed.
    pub want_authn_requests_signed: bool,
    /// How signatures are made and read here, the best first.
    pub signature_algorithms: Vec<SignatureAlgorithm>,
    /// What the identifiers that we give end with, behind the `@`; nothing where none are given.
    pub scope: Option<String>,
    /// What people are shown of us.
    pub ui_info: UiInfo,
    /// A page for those whom a service provider does not let in.
    pub error_url: Option<String>,
    /// Whose this is.
    pub organization: Option<Organization>,
    /// Whom to ask.
    pub contacts: Vec<Contact>,
}

impl IdpMetadata {
    /// The least that a service provider needs: who we are, where requests go, and by which keys, the one that signs
    /// now first. Nothing else is said.
    pub fn new(
        entity_id: impl Into<String>,
        sso_url: impl Into<String>,
        signing_certificates: Vec<Certificate>,
    ) -> Self {
        Self {
            entity_id: entity_id.into(),
            valid_until: None,
            cache_duration: None,
            signing_certificates,
            encryption_certificates: Vec::new(),
            sso_url: sso_url.into(),
            single_logout_services: Vec::new(),
            name_id_formats: Vec::new(),
            want_authn_requests_signed: false,
            signature_algorithms: Vec::new(),
            scope: None,
            ui_info: UiInfo::default(),
            error_url: None,
            organization: None,
            contacts: Vec::new(),
        }
    }

    /// The `md:EntityDescriptor`, as `application/samlmetadata+xml`, unsigned. The same says the same, byte for byte.
    ///
    /// # Errors
    /// [`Error::NoCertificate`] without a certificate, [`Error::IllegalCharacter`] when a value
    /// cannot be carried by XML, [`Error::Crypto`] when a certificate cannot be encoded.
    pub fn to_xml(&self) -> Result<String, Error> {
        Ok(self.write(None)?.0)
    }

    /// As [`Self::to_xml`], with the ID `id` and signed as a whole.
    ///
    /// # Errors
    /// As [`Self::to_xml`], and [`Error::Crypto`] when the key does not sign.
    pub fn sign(&self, signer: &Signer, id: &MessageId) -> Result<String, Error> {
        let (xml, signature_at) = self.write(Some(id))?;
        Unsigned { id: id.clone(), xml, signature_at }.sign(signer)
    }

    /// The document, and where its signature belongs: before everything else.
    fn write(&self, id: Option<&MessageId>) -> Result<(String, usize), Error> {
        if self.signing_certificates.is_empty() {
            return Err(Error::NoCertificate);
        }
        let mut writer = Writer::with_capacity(8 * 1024);
        let mut start = 0;
        let cache = self.cache_duration.map(duration::spell);
        let end = self.valid_until.map(Timestamp::rfc3339);
        let mut entity = vec![("xmlns:md", name::MD)];
        entity.extend(id.map(|id| ("ID", id.as_str())));
        entity.extend(cache.as_deref().map(|cache| ("cacheDuration", cache)));
        entity.push(("entityID", &self.entity_id));
        entity.extend(end.as_deref().map(|end| ("validUntil", end)));
        writer.element("md:EntityDescriptor", &entity, |writer| {
            start = writer.position();
            write_extensions(writer, |writer| self.write_algorithms(writer))?;
            let mut role = vec![("WantAuthnRequestsSigned", said(self.want_authn_requests_signed))];
            role.extend(self.error_url.as_deref().map(|url| ("errorURL", url)));
            role.push(("protocolSupportEnumeration", name::SAMLP));
            writer.element("md:IDPSSODescriptor", &role, |writer| self.write_role(writer))?;
            if let Some(organization) = &self.organization {
                organization.write(writer)?;
            }
            self.contacts.iter().try_for_each(|contact| contact.write(writer))
        })?;
        Ok((writer.finish(), start))
    }

    /// In the order of the schema.
    fn write_role(&self, writer: &mut Writer) -> Result<(), Error> {
        write_extensions(writer, |writer| {
            if let Some(scope) = &self.scope {
                let attributes = [("xmlns:shibmd", name::SHIBMD), ("regexp", said(false))];
                writer.text("shibmd:Scope", &attributes, scope)?;
            }
            self.ui_info.write(writer)
        })?;
        write_keys(writer, &self.signing_certificates, &self.encryption_certificates)?;
        self.single_logout_services.iter().try_for_each(|service| service.write(writer))?;
        for format in &self.name_id_formats {
            writer.text("md:NameIDFormat", &[], format.uri())?;
        }
        for binding in [name::HTTP_REDIRECT, name::HTTP_POST] {
            writer.empty("md:SingleSignOnService", &[("Binding", binding), ("Location", &self.sso_url)])?;
        }
        Ok(())
    }

    fn write_algorithms(&self, writer: &mut Writer) -> Result<(), Error> {
        let mut digests: Vec<_> = Vec::new();
        for digest in self
            .signature_algorithms
            .iter()
            .map(|algorithm| name::digest_method(algorithm.digest_algorithm()))
        {
            if !digests.contains(&digest) {
                digests.push(digest);
            }
        }
        let methods: Vec<_> =
            self.signature_algorithms.iter().map(|algorithm| name::signature_method(*algorithm)).collect();
        write_algorithms(writer, "alg:DigestMethod", &digests)?;
        write_algorithms(writer, "alg:SigningMethod", &methods)
    }
}

#[cfg(test)]
mod tests;
