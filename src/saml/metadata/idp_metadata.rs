//! Our own metadata as an identity provider (saml-metadata-2.0-os §2.4.3).

use crate::crypto::Certificate;

use super::super::writer::Writer;
use super::super::{Error, NameIdFormat, name};

/// What service providers are told about us.
#[derive(Clone, Debug)]
pub struct IdpMetadata {
    /// Our entity id, a URL.
    pub entity_id: String,
    /// The certificates of our signing keys. The one that signs now comes first, since some
    /// service providers read no further; keys that will sign next, or did until lately, follow.
    pub signing_certificates: Vec<Certificate>,
    /// Where authentication requests are taken, by Redirect and by POST.
    pub sso_url: String,
    /// Which name identifiers we can give.
    pub name_id_formats: Vec<NameIdFormat>,
    /// Whether requests must be signed.
    pub want_authn_requests_signed: bool,
}

impl IdpMetadata {
    /// The `md:EntityDescriptor`, as `application/samlmetadata+xml`.
    ///
    /// # Errors
    /// [`Error::NoCertificate`] without a certificate, [`Error::IllegalCharacter`] when a value
    /// cannot be carried by XML, [`Error::Crypto`] when a certificate cannot be encoded.
    pub fn to_xml(&self) -> Result<String, Error> {
        if self.signing_certificates.is_empty() {
            return Err(Error::NoCertificate);
        }
        let mut writer = Writer::with_capacity(4096);
        let entity = [("xmlns:md", name::MD), ("entityID", &*self.entity_id)];
        writer.element("md:EntityDescriptor", &entity, |writer| {
            let role = [
                ("WantAuthnRequestsSigned", if self.want_authn_requests_signed { "true" } else { "false" }),
                ("protocolSupportEnumeration", name::SAMLP),
            ];
            writer.element("md:IDPSSODescriptor", &role, |writer| self.write_role(writer))
        })?;
        Ok(writer.finish())
    }

    fn write_role(&self, writer: &mut Writer) -> Result<(), Error> {
        for certificate in &self.signing_certificates {
            let certificate = certificate.to_base64()?;
            writer.element("md:KeyDescriptor", &[("use", "signing")], |writer| {
                writer.element("ds:KeyInfo", &[("xmlns:ds", name::DS)], |writer| {
                    writer.element("ds:X509Data", &[], |writer| {
                        writer.text("ds:X509Certificate", &[], &certificate)
                    })
                })
            })?;
        }
        for format in &self.name_id_formats {
            writer.text("md:NameIDFormat", &[], format.uri())?;
        }
        for binding in [name::HTTP_REDIRECT, name::HTTP_POST] {
            writer.empty("md:SingleSignOnService", &[("Binding", binding), ("Location", &self.sso_url)])?;
        }
        Ok(())
    }
}
