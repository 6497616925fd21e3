//! Our metadata as service providers fetch it (saml-metadata-2.0-os §2.4.3).

use std::time::Duration;

use crate::base::Timestamp;
use crate::crypto::{BlockedAlgorithms, Certificate, Random, SignatureAlgorithm};
use crate::domain::IdentityProviderProfile;
use crate::saml::{
    Contact, ContactKind, EncryptionCertificate, IdpMetadata, LocalizedText, Logo, LogoutBinding, MessageId,
    NameIdFormat, Organization, Signer, SingleLogoutService, UiInfo,
};

use super::super::Error;

/// How often those who keep our metadata are asked to fetch it again. A key is published for longer before it is used.
const CACHE_DURATION: Duration = Duration::from_secs(24 * 3600);
/// The name identifiers that we can give.
pub(super) const NAME_ID_FORMATS: [NameIdFormat; 4] = [
    NameIdFormat::Persistent,
    NameIdFormat::Transient,
    NameIdFormat::EmailAddress,
    NameIdFormat::Unspecified,
];
/// What metadata is made of.
pub(super) struct Published<'a> {
    pub(super) entity_id: &'a str,
    pub(super) blocked: BlockedAlgorithms,
    pub(super) public_url: &'a str,
    pub(super) scope: &'a str,
    pub(super) details: &'a IdentityProviderProfile,
    /// The active one first.
    pub(super) signing: Vec<Certificate>,
    pub(super) encryption: Option<EncryptionCertificate>,
    pub(super) signer: &'a Signer,
}

impl Published<'_> {
    /// The document, as it holds from `now` on.
    pub(super) fn write(&self, random: &Random, now: Timestamp) -> Result<String, Error> {
        let metadata = self.metadata(now);
        Ok(if self.details.signs_metadata {
            metadata.sign(self.signer, &MessageId::generate(random)?)?
        } else {
            metadata.to_xml()?
        })
    }

    fn metadata(&self, now: Timestamp) -> IdpMetadata {
        let details = self.details;
        let english = |text: &Option<String>| text.iter().map(LocalizedText::english).collect::<Vec<_>>();
        let slo_url = format!("{}/saml/idp/slo", self.public_url);
        IdpMetadata {
            valid_until: Some(now.plus(details.metadata_lifetime)),
            cache_duration: Some(CACHE_DURATION.min(details.metadata_lifetime)),
            encryption_certificates: self.encryption.iter().cloned().collect(),
            single_logout_services: LogoutBinding::ALL
                .map(|binding| SingleLogoutService::new(binding, slo_url.as_str()))
                .to_vec(),
            name_id_formats: NAME_ID_FORMATS.to_vec(),
            want_authn_requests_signed: details.wants_signed_requests,
            signature_algorithms: [SignatureAlgorithm::RsaSha256, SignatureAlgorithm::EcdsaSha256]
                .into_iter()
                .filter(|algorithm| self.blocked.of_signature(*algorithm).is_none())
                .collect(),
            scope: Some(self.scope.to_owned()),
            ui_info: UiInfo {
                display_names: vec![LocalizedText::english(details.display_name.as_str())],
                descriptions: (!details.description.is_empty())
                    .then(|| LocalizedText::english(details.description.as_str()))
                    .into_iter()
                    .collect(),
                information_urls: english(&details.information_url),
                privacy_statement_urls: english(&details.privacy_statement_url),
                logos: details
                    .logo
                    .iter()
                    .map(|(url, width, height)| Logo {
                        url: url.clone(),
                        width: *width,
                        height: *height,
                        language: None,
                    })
                    .collect(),
            },
            error_url: details.error_url.clone(),
            organization: details.organization.as_ref().map(|(name, url)| Organization {
                names: vec![LocalizedText::english(name.as_str())],
                display_names: vec![LocalizedText::english(name.as_str())],
                urls: vec![LocalizedText::english(url.as_str())],
            }),
            contacts: self.contacts(),
            ..IdpMetadata::new(
                self.entity_id,
                format!("{}/saml/idp/sso", self.public_url),
                self.signing.clone(),
            )
        }
    }

    fn contacts(&self) -> Vec<Contact> {
        let details = self.details;
        let given_name = details.organization.as_ref().map(|(name, _)| name.clone());
        [
            (ContactKind::Technical, &details.technical_contact),
            (ContactKind::Support, &details.support_contact),
            (ContactKind::Security, &details.security_contact),
        ]
        .into_iter()
        .filter_map(|(kind, email)| {
            let email = Some(email.clone()?);
            Some(Contact { kind, given_name: given_name.clone(), email })
        })
        .collect()
    }
}
