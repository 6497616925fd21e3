//! What is between two versions of a service provider's metadata, said so that an administrator can decide on it.

use std::fmt;

use super::super::super::{AcsChoice, Error};
use super::super::endpoint::{AssertionConsumerService, LogoutBinding, SingleLogoutService};
use super::ServiceProvider;

/// One thing that is different in newer metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetadataChange {
    /// It is another entity.
    EntityId {
        /// The id that was known.
        from: String,
        /// The id that came.
        to: String,
    },
    /// Another key may sign its requests.
    SigningKeyAdded {
        /// SHA-256 of the certificate, in hexadecimal.
        fingerprint: String,
    },
    /// A key may no longer sign its requests.
    SigningKeyRemoved {
        /// SHA-256 of the certificate, in hexadecimal.
        fingerprint: String,
    },
    /// Another key may be encrypted to.
    EncryptionKeyAdded {
        /// SHA-256 of the certificate, in hexadecimal.
        fingerprint: String,
    },
    /// A key may no longer be encrypted to.
    EncryptionKeyRemoved {
        /// SHA-256 of the certificate, in hexadecimal.
        fingerprint: String,
    },
    /// A key is to be encrypted to by other algorithms.
    EncryptionMethods {
        /// SHA-256 of the certificate, in hexadecimal.
        fingerprint: String,
    },
    /// Responses may go to another address.
    AssertionConsumerServiceAdded {
        /// The index of the address.
        index: u16,
        /// The address.
        url: String,
    },
    /// Responses may no longer go to an address.
    AssertionConsumerServiceRemoved {
        /// The index of the address.
        index: u16,
        /// The address.
        url: String,
    },
    /// Responses go elsewhere where the request does not say where.
    DefaultAssertionConsumerService {
        /// Where they went, if anywhere.
        from: Option<String>,
        /// Where they go, if anywhere.
        to: Option<String>,
    },
    /// Logout messages may go to another address.
    LogoutServiceAdded(SingleLogoutService),
    /// Logout messages may no longer go to an address.
    LogoutServiceRemoved(SingleLogoutService),
    /// It signs its requests from now on, or does no longer.
    SignsRequests(bool),
    /// It wants assertions signed from now on, or does no longer.
    WantsAssertionsSigned(bool),
    /// What it may ask about people is different: requested attributes, name identifiers, attributes of the entity.
    Identity(&'static str),
    /// Something that changes no right and no address.
    Other(&'static str),
}

impl MetadataChange {
    /// Whether an administrator must say yes before it counts: whoever could make such a change alone could sign in
    /// the service provider's name, or have Responses sent to themselves, or learn more about people.
    pub fn needs_approval(&self) -> bool {
        match self {
            Self::SignsRequests(is_said) | Self::WantsAssertionsSigned(is_said) => !is_said,
            Self::Other(_) => false,
            _ => true,
        }
    }
}

impl fmt::Display for MetadataChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EntityId { from, to } => write!(f, "The entity id changes from {from:?} to {to:?}."),
            Self::SigningKeyAdded { fingerprint } => {
                write!(f, "A key is added that signs requests: SHA-256 {fingerprint}.")
            }
            Self::SigningKeyRemoved { fingerprint } => {
                write!(f, "A key is removed that signs requests: SHA-256 {fingerprint}.")
            }
            Self::EncryptionKeyAdded { fingerprint } => {
                write!(f, "A key is added to encrypt to: SHA-256 {fingerprint}.")
            }
            Self::EncryptionKeyRemoved { fingerprint } => {
                write!(f, "A key is removed to encrypt to: SHA-256 {fingerprint}.")
            }
            Self::EncryptionMethods { fingerprint } => {
                write!(f, "The algorithms change to encrypt by to the key of SHA-256 {fingerprint}.")
            }
            Self::AssertionConsumerServiceAdded { index, url } => {
                write!(f, "Responses may also go to {url:?} (index {index}).")
            }
            Self::AssertionConsumerServiceRemoved { index, url } => {
                write!(f, "Responses may no longer go to {url:?} (index {index}).")
            }
            Self::DefaultAssertionConsumerService { from, to } => {
                let shown =
                    |url: &Option<String>| url.as_ref().map_or("nowhere".into(), |url| format!("{url:?}"));
                write!(f, "By default Responses go to {}, no longer to {}.", shown(to), shown(from))
            }
            Self::LogoutServiceAdded(service) => {
                write!(f, "Logout messages may also go {}.", logout_route(service))
            }
            Self::LogoutServiceRemoved(service) => {
                write!(f, "Logout messages may no longer go {}.", logout_route(service))
            }
            Self::SignsRequests(true) => f.write_str("Requests are signed from now on."),
            Self::SignsRequests(false) => f.write_str("Requests are no longer signed."),
            Self::WantsAssertionsSigned(true) => f.write_str("Assertions are to be signed from now on."),
            Self::WantsAssertionsSigned(false) => f.write_str("Assertions need no longer be signed."),
            Self::Identity(what) | Self::Other(what) => write!(f, "Changed: {what}."),
        }
    }
}

fn logout_route(service: &SingleLogoutService) -> String {
    let SingleLogoutService { binding, url, response_url } = service;
    let binding = match binding {
        LogoutBinding::Redirect => "Redirect",
        LogoutBinding::Post => "POST",
        LogoutBinding::Soap => "SOAP",
    };
    let answers = if url == response_url { String::new() } else { format!(", answers to {response_url:?}") };
    format!("to {url:?} by {binding}{answers}")
}

impl ServiceProvider {
    /// What is different in `new`; nothing if and only if they are equal.
    ///
    /// # Errors
    /// [`Error::Crypto`] when a certificate cannot be encoded.
    pub fn changes_to(&self, new: &Self) -> Result<Vec<MetadataChange>, Error> {
        let mut changes = Vec::new();
        if self.entity_id != new.entity_id {
            let (from, to) = (self.entity_id.clone(), new.entity_id.clone());
            changes.push(MetadataChange::EntityId { from, to });
        }
        self.key_changes(new, &mut changes)?;
        self.endpoint_changes(new, &mut changes);
        self.wish_changes(new, &mut changes);
        if changes.is_empty() && self != new {
            changes.push(MetadataChange::Other("the order of keys or of addresses, or what is said twice"));
        }
        Ok(changes)
    }

    fn key_changes(&self, new: &Self, changes: &mut Vec<MetadataChange>) -> Result<(), Error> {
        let (old_keys, new_keys) = (&self.signing_certificates, &new.signing_certificates);
        for certificate in added(old_keys, new_keys) {
            changes.push(MetadataChange::SigningKeyAdded { fingerprint: certificate.fingerprint()? });
        }
        for certificate in added(new_keys, old_keys) {
            changes.push(MetadataChange::SigningKeyRemoved { fingerprint: certificate.fingerprint()? });
        }
        let (old_keys, new_keys) = (&self.encryption_certificates, &new.encryption_certificates);
        for key in new_keys {
            let fingerprint = key.certificate.fingerprint()?;
            match old_keys.iter().find(|old| old.certificate == key.certificate) {
                None => changes.push(MetadataChange::EncryptionKeyAdded { fingerprint }),
                Some(old) if old.methods != key.methods => {
                    changes.push(MetadataChange::EncryptionMethods { fingerprint });
                }
                Some(_) => {}
            }
        }
        for key in old_keys {
            if !new_keys.iter().any(|new| new.certificate == key.certificate) {
                let fingerprint = key.certificate.fingerprint()?;
                changes.push(MetadataChange::EncryptionKeyRemoved { fingerprint });
            }
        }
        Ok(())
    }

    fn endpoint_changes(&self, new: &Self, changes: &mut Vec<MetadataChange>) {
        let places = |provider: &Self| -> Vec<_> {
            let services = provider.assertion_consumer_services.iter();
            services.map(|AssertionConsumerService { index, url, .. }| (*index, url.clone())).collect()
        };
        let (before, after) = (places(self), places(new));
        for (index, url) in added(&before, &after).cloned() {
            changes.push(MetadataChange::AssertionConsumerServiceAdded { index, url });
        }
        for (index, url) in added(&after, &before).cloned() {
            changes.push(MetadataChange::AssertionConsumerServiceRemoved { index, url });
        }
        let default = |provider: &Self| {
            provider.assertion_consumer_service(&AcsChoice::Default).map(|service| service.url.clone())
        };
        let (from, to) = (default(self), default(new));
        if from != to {
            changes.push(MetadataChange::DefaultAssertionConsumerService { from, to });
        }
        let (before, after) = (&self.single_logout_services, &new.single_logout_services);
        changes.extend(added(before, after).cloned().map(MetadataChange::LogoutServiceAdded));
        changes.extend(added(after, before).cloned().map(MetadataChange::LogoutServiceRemoved));
    }

    fn wish_changes(&self, new: &Self, changes: &mut Vec<MetadataChange>) {
        if self.signs_requests != new.signs_requests {
            changes.push(MetadataChange::SignsRequests(new.signs_requests));
        }
        if self.wants_assertions_signed != new.wants_assertions_signed {
            changes.push(MetadataChange::WantsAssertionsSigned(new.wants_assertions_signed));
        }
        for (is_changed, what) in [
            (self.name_id_formats != new.name_id_formats, "the name identifiers that it takes"),
            (
                self.attribute_consuming_services != new.attribute_consuming_services,
                "the attributes that it asks for",
            ),
            (self.entity_attributes != new.entity_attributes, "the attributes of the entity"),
        ] {
            changes.extend(is_changed.then_some(MetadataChange::Identity(what)));
        }
        let algorithms =
            |provider: &Self| (provider.digest_methods.clone(), provider.signing_methods.clone());
        let validity = |provider: &Self| (provider.valid_until, provider.cache_duration);
        for (is_changed, what) in [
            (self.ui_info != new.ui_info, "names, descriptions or logos"),
            (self.contacts != new.contacts, "contacts"),
            (validity(self) != validity(new), "until when the metadata is good"),
            (algorithms(self) != algorithms(new), "the algorithms that it signs by"),
        ] {
            changes.extend(is_changed.then_some(MetadataChange::Other(what)));
        }
    }
}

/// What is in `after` and not in `before`.
fn added<'a, T: PartialEq>(before: &'a [T], after: &'a [T]) -> impl Iterator<Item = &'a T> {
    after.iter().filter(|one| !before.contains(one))
}

#[cfg(test)]
mod tests {
    use super::super::super::super::fixture::keys;
    use super::super::super::super::*;

    fn acs(index: u16, path: &str) -> AssertionConsumerService {
        let url = format!("https://app.example.com/{path}");
        AssertionConsumerService { index, url, is_default: None }
    }

    fn provider() -> ServiceProvider {
        let slo = SingleLogoutService::new(LogoutBinding::Post, "https://app.example.com/slo");
        let certificate = keys().own_certificate.clone();
        ServiceProvider::by_hand("urn:app", vec![acs(0, "acs"), acs(1, "acs2")], vec![slo], vec![certificate])
            .unwrap()
    }

    /// What is told when `edit` is made, and whether it needs approval.
    fn told(edit: impl Fn(&mut ServiceProvider)) -> Vec<(String, bool)> {
        let (old, mut new) = (provider(), provider());
        edit(&mut new);
        let changes = old.changes_to(&new).unwrap();
        changes.iter().map(|change| (change.to_string(), change.needs_approval())).collect()
    }

    fn asked(text: impl Into<String>) -> (String, bool) {
        (text.into(), true)
    }

    fn unasked(text: &str) -> (String, bool) {
        (text.to_owned(), false)
    }

    #[test]
    fn nothing_is_told_of_nothing() {
        assert_eq!(told(|_| {}), []);
    }

    #[test]
    fn keys_need_approval() {
        let own = keys().own_certificate.fingerprint().unwrap();
        let stranger = keys().stranger_certificate.fingerprint().unwrap();
        let swapped = told(|new| new.signing_certificates = vec![keys().stranger_certificate.clone()]);
        let expected = [
            asked(format!("A key is added that signs requests: SHA-256 {stranger}.")),
            asked(format!("A key is removed that signs requests: SHA-256 {own}.")),
        ];
        assert_eq!(swapped, expected);
        let swapped =
            told(|new| new.encryption_certificates = vec![keys().stranger_certificate.clone().into()]);
        let expected = [
            asked(format!("A key is added to encrypt to: SHA-256 {stranger}.")),
            asked(format!("A key is removed to encrypt to: SHA-256 {own}.")),
        ];
        assert_eq!(swapped, expected);
        let methods = told(|new| {
            let methods = vec![EncryptionMethod::new("http://www.w3.org/2001/04/xmlenc#aes256-cbc")];
            new.encryption_certificates.iter_mut().for_each(|key| key.methods = methods.clone());
        });
        let expected = asked(format!("The algorithms change to encrypt by to the key of SHA-256 {own}."));
        assert_eq!(methods, [expected]);
    }

    #[test]
    fn addresses_and_the_entity_id_need_approval() {
        let more = told(|new| new.assertion_consumer_services.push(acs(2, "new")));
        assert_eq!(more, [asked("Responses may also go to \"https://app.example.com/new\" (index 2).")]);
        let fewer = told(|new| new.assertion_consumer_services.truncate(1));
        assert_eq!(
            fewer,
            [asked("Responses may no longer go to \"https://app.example.com/acs2\" (index 1).")]
        );
        let default = told(|new| new.assertion_consumer_services[1].is_default = Some(true));
        let expected = "By default Responses go to \"https://app.example.com/acs2\", no longer to \"https://app.example.com/acs\".";
        assert_eq!(default, [asked(expected)]);
        let moved = told(|new| new.assertion_consumer_services[1].index = 5);
        assert!(moved.len() == 2 && moved.iter().all(|(_, needs_approval)| *needs_approval), "{moved:?}");
        let logout = told(|new| {
            let response_url = "https://app.example.com/slo?done".to_owned();
            new.single_logout_services[0].response_url = response_url;
        });
        let expected = [
            asked(
                "Logout messages may also go to \"https://app.example.com/slo\" by POST, answers to \"https://app.example.com/slo?done\".",
            ),
            asked("Logout messages may no longer go to \"https://app.example.com/slo\" by POST."),
        ];
        assert_eq!(logout, expected);
        let renamed = told(|new| new.entity_id = "urn:other".to_owned());
        assert_eq!(renamed, [asked("The entity id changes from \"urn:app\" to \"urn:other\".")]);
    }

    #[test]
    fn a_wish_to_be_signed_may_be_made_but_not_withdrawn() {
        assert_eq!(told(|new| new.signs_requests = false), [asked("Requests are no longer signed.")]);
        let wanted = told(|new| new.wants_assertions_signed = true);
        assert_eq!(wanted, [unasked("Assertions are to be signed from now on.")]);
        for (change, told) in [
            (MetadataChange::SignsRequests(true), unasked("Requests are signed from now on.")),
            (MetadataChange::WantsAssertionsSigned(false), asked("Assertions need no longer be signed.")),
        ] {
            assert_eq!((change.to_string(), change.needs_approval()), told);
        }
    }

    #[test]
    fn what_people_see_needs_no_approval_and_what_is_known_of_them_does() {
        let named = told(|new| new.ui_info.display_names.push(LocalizedText::english("Wiki")));
        assert_eq!(named, [unasked("Changed: names, descriptions or logos.")]);
        let contact = Contact { kind: ContactKind::Support, given_name: None, email: None };
        assert_eq!(told(|new| new.contacts.push(contact.clone())), [unasked("Changed: contacts.")]);
        let dated = told(|new| new.valid_until = Some(fixture::NOW));
        assert_eq!(dated, [unasked("Changed: until when the metadata is good.")]);
        let signing = told(|new| new.signing_methods.push("urn:x".to_owned()));
        assert_eq!(signing, [unasked("Changed: the algorithms that it signs by.")]);
        let reversed = told(|new| new.assertion_consumer_services[1].is_default = Some(false));
        let other = "Changed: the order of keys or of addresses, or what is said twice.";
        assert_eq!(reversed, [unasked(other)]);
        let formats = told(|new| new.name_id_formats.push(NameIdFormat::EmailAddress));
        assert_eq!(formats, [asked("Changed: the name identifiers that it takes.")]);
        let attribute = Attribute::new::<String>("a", []);
        let own = told(|new| new.entity_attributes.push(attribute.clone()));
        assert_eq!(own, [asked("Changed: the attributes of the entity.")]);
        let set = AttributeConsumingService { index: 0, is_default: None, names: vec![], requested: vec![] };
        let requested = told(|new| new.attribute_consuming_services.push(set.clone()));
        assert_eq!(requested, [asked("Changed: the attributes that it asks for.")]);
    }
}
