//! Metadata of somebody else's identity provider (saml-metadata-2.0-os §2.4.3).

use crate::base::Timestamp;
use crate::crypto::Certificate;

use super::super::document::Element;
use super::super::{Error, name};
use super::endpoint::location;
use super::entity::{Entity, check_entity_id};
use super::key::signing_certificates;
use super::text::is_said;

/// An identity provider that can be verified: it has at least one signing certificate.
#[derive(Clone, Debug)]
pub struct IdentityProvider {
    entity_id: String,
    signing_certificates: Vec<Certificate>,
    sso_redirect_url: Option<String>,
    sso_post_url: Option<String>,
    wants_signed_requests: bool,
    valid_until: Option<Timestamp>,
}

impl IdentityProvider {
    /// An identity provider that is known by its entity id and certificates alone.
    ///
    /// # Errors
    /// [`Error::NoCertificate`] without a certificate, [`Error::Value`] when the entity id is empty
    /// or longer than 1024 characters.
    pub fn new(entity_id: &str, signing_certificates: Vec<Certificate>) -> Result<Self, Error> {
        if signing_certificates.is_empty() {
            return Err(Error::NoCertificate);
        }
        check_entity_id(entity_id)?;
        Ok(Self {
            entity_id: entity_id.to_owned(),
            signing_certificates,
            sso_redirect_url: None,
            sso_post_url: None,
            wants_signed_requests: false,
            valid_until: None,
        })
    }

    /// Reads an `md:EntityDescriptor` with one `md:IDPSSODescriptor`, of at most 256 KiB. A key
    /// without `use` counts as a signing key; of a certificate chain, the first is taken.
    ///
    /// # Errors
    /// [`Error::NoCertificate`] when it has no signing key, [`Error::Crypto`] when a signing
    /// certificate is none or its key is too weak or of an unknown kind; else why it is not metadata.
    pub fn parse(xml: &str) -> Result<Self, Error> {
        let entity = Entity::parse(xml)?;
        let role = entity.role("md:IDPSSODescriptor")?;
        let provider = Self::new(entity.id()?, signing_certificates(role)?)?;
        Ok(Self {
            sso_redirect_url: sso_url(role, name::HTTP_REDIRECT)?,
            sso_post_url: sso_url(role, name::HTTP_POST)?,
            wants_signed_requests: is_said(role, "WantAuthnRequestsSigned"),
            valid_until: entity.validity(role)?.until,
            ..provider
        })
    }

    /// Its entity id.
    pub fn entity_id(&self) -> &str {
        &self.entity_id
    }

    /// The certificates of its signing keys, one or more, in the order of the metadata.
    pub fn signing_certificates(&self) -> &[Certificate] {
        &self.signing_certificates
    }

    /// Where it takes authentication requests by Redirect.
    pub fn sso_redirect_url(&self) -> Option<&str> {
        self.sso_redirect_url.as_deref()
    }

    /// Where it takes authentication requests by POST.
    pub fn sso_post_url(&self) -> Option<&str> {
        self.sso_post_url.as_deref()
    }

    /// Whether it wants authentication requests signed.
    pub fn wants_signed_requests(&self) -> bool {
        self.wants_signed_requests
    }

    /// When the metadata stops being true, if it says so; to be kept by the caller.
    pub fn valid_until(&self) -> Option<Timestamp> {
        self.valid_until
    }
}

fn sso_url(role: &Element, binding: &'static str) -> Result<Option<String>, Error> {
    let service =
        role.all("md:SingleSignOnService").find(|service| service.attribute("Binding") == Some(binding));
    let Some(service) = service else { return Ok(None) };
    Ok(Some(location(service, "Location", "Location of md:SingleSignOnService")?.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::super::super::fixture::*;
    use super::super::super::*;

    fn metadata() -> IdpMetadata {
        let certificates = vec![keys().own_certificate.clone(), keys().stranger_certificate.clone()];
        IdpMetadata {
            name_id_formats: vec![NameIdFormat::Persistent, NameIdFormat::Transient],
            want_authn_requests_signed: true,
            ..IdpMetadata::new(ISSUER, "https://sso.example.com/saml/idp/sso?a=1&b=2", certificates)
        }
    }

    #[test]
    fn our_metadata_is_read_back_with_the_active_key_first() {
        let xml = metadata().to_xml().unwrap();
        let provider = IdentityProvider::parse(&xml).unwrap();
        assert_eq!(provider.entity_id(), ISSUER);
        assert_eq!(provider.sso_redirect_url(), Some("https://sso.example.com/saml/idp/sso?a=1&b=2"));
        assert_eq!(provider.sso_post_url(), provider.sso_redirect_url());
        assert!(provider.wants_signed_requests());
        let der = |certificates: &[crate::crypto::Certificate]| {
            certificates.iter().map(|certificate| certificate.to_der().unwrap()).collect::<Vec<_>>()
        };
        assert_eq!(der(provider.signing_certificates()), der(&metadata().signing_certificates));
    }

    #[test]
    fn metadata_without_a_signing_key_is_refused() {
        let xml = metadata().to_xml().unwrap();
        let none = IdpMetadata { signing_certificates: vec![], ..metadata() };
        assert!(matches!(none.to_xml(), Err(Error::NoCertificate)));
        assert!(matches!(IdentityProvider::new(ISSUER, vec![]), Err(Error::NoCertificate)));
        let encryption_only = swap(&xml, "use=\"signing\"", "use=\"encryption\"");
        assert!(matches!(IdentityProvider::parse(&encryption_only), Err(Error::NoCertificate)));
        let without_use = swap(&xml, " use=\"signing\"", "");
        assert_eq!(IdentityProvider::parse(&without_use).unwrap().signing_certificates().len(), 2);
        let own = keys().own_certificate.to_base64().unwrap();
        assert!(matches!(IdentityProvider::parse(&swap(&xml, &own, "AAAA")), Err(Error::Crypto(_))));
    }

    #[test]
    fn what_is_no_metadata_is_refused() {
        let xml = metadata().to_xml().unwrap();
        for (from, to) in [
            ("md:EntityDescriptor", "md:EntitiesDescriptor"),
            ("md:IDPSSODescriptor", "md:SPSSODescriptor"),
            (" entityID=", " entityId="),
            (ISSUER, ""),
            ("=\"urn:oasis:names:tc:SAML:2.0:protocol\"", "=\"urn:oasis:names:tc:SAML:1.1:protocol\""),
            ("https://sso.example.com/saml/idp/sso", "javascript:alert(1)"),
        ] {
            assert!(IdentityProvider::parse(&swap(&xml, from, to)).is_err(), "{to}");
        }
        let typed = format!("<!DOCTYPE x [<!ENTITY y SYSTEM \"file:///etc/passwd\">]>{xml}");
        assert!(matches!(IdentityProvider::parse(&typed), Err(Error::Forbidden { .. })));
        let large = format!("{xml}{}", " ".repeat(256 * 1024));
        assert!(matches!(IdentityProvider::parse(&large), Err(Error::TooLarge { .. })));
    }

    #[test]
    fn comments_are_skipped_between_elements_only() {
        let xml = metadata().to_xml().unwrap();
        let commented = format!(
            "\u{feff}<?xml version=\"1.0\"?><!-- ours -->\n{}",
            swap(&xml, "<ds:X509Data>", "<!-- x --><ds:X509Data>")
        );
        assert!(IdentityProvider::parse(&commented).is_ok());
        for split in ["persis<!---->tent<", "<!---->persistent<"] {
            let split = swap(&xml, "persistent<", split);
            let refusal = IdentityProvider::parse(&split);
            assert!(matches!(refusal, Err(Error::Forbidden { .. })), "{refusal:?}");
        }
    }

    #[test]
    fn the_earlier_end_counts() {
        let xml = metadata().to_xml().unwrap();
        let dated = swap(&xml, " entityID=", " validUntil=\"2027-01-01T00:00:00Z\" entityID=");
        let dated = swap(&dated, " WantAuthn", " validUntil=\"2026-12-01T00:00:00Z\" WantAuthn");
        let end = IdentityProvider::parse(&dated).unwrap().valid_until().unwrap();
        assert_eq!(end.rfc3339(), "2026-12-01T00:00:00Z");
    }
}
