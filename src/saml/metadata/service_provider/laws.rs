//! Laws that hold for whatever a service provider says: it is read back as it was written, and every difference is
//! told, and only a difference.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use crate::base::Timestamp;

use super::super::super::fixture::keys;
use super::super::super::*;
use super::super::contact::ContactKind;

/// Letters that XML escapes, that Rust trims in the middle of a text only, and that have several bytes.
const TEXT: &str = "[a-z<>&\"'\\]é𐐀]([a-z <>&\"'\t\r\n\\]é𐐀]{0,10}[a-z<>&\"'\\]é𐐀])?";
const URI: &str = "urn:[a-z:&<>\"']{1,12}";
const URL: &str = "https?://[a-z]{1,6}\\.example(:[1-9]{2})?/[a-z&<>\"'?=;é]{0,8}";

fn localized(text: &'static str, least: usize) -> impl Strategy<Value = Vec<LocalizedText>> {
    vec(
        ("[a-z]{2}(-[A-Z]{2})?", text).prop_map(|(language, text)| LocalizedText { language, text }),
        least..3,
    )
}

fn certificates() -> impl Strategy<Value = Vec<crate::crypto::Certificate>> {
    let both = [keys().own_certificate.clone(), keys().stranger_certificate.clone()];
    vec(proptest::sample::select(both.to_vec()), 0..3)
}

fn encryption() -> impl Strategy<Value = Vec<EncryptionCertificate>> {
    let method =
        (URI, option::of(URI)).prop_map(|(algorithm, digest)| EncryptionMethod { algorithm, digest });
    (certificates(), vec(method, 0..3)).prop_map(|(certificates, methods)| {
        let keys = certificates.into_iter();
        keys.map(|certificate| EncryptionCertificate { certificate, methods: methods.clone() }).collect()
    })
}

fn endpoints() -> impl Strategy<Value = (Vec<AssertionConsumerService>, Vec<SingleLogoutService>)> {
    let acs = (URL, option::of(any::<bool>()));
    let indexes = Just((0..u16::MAX).step_by(9_000).collect::<Vec<_>>()).prop_shuffle();
    let acs = (vec(acs, 1..4), indexes).prop_map(|(services, indexes)| {
        let services = services.into_iter().zip(indexes);
        let service = |((url, is_default), index)| AssertionConsumerService { index, url, is_default };
        services.map(service).collect()
    });
    let binding = proptest::sample::select(LogoutBinding::ALL.to_vec());
    let slo = (binding, URL, option::of(URL)).prop_map(|(binding, url, response)| {
        let response_url = response.unwrap_or_else(|| url.clone());
        SingleLogoutService { binding, url, response_url }
    });
    (acs, vec(slo, 0..4))
}

fn attributes() -> impl Strategy<Value = (Vec<AttributeConsumingService>, Vec<Attribute>)> {
    let requested = (URI, option::of(URI), option::of(TEXT), any::<bool>());
    let requested = requested.prop_map(|(name, name_format, friendly_name, is_required)| {
        RequestedAttribute { name, name_format, friendly_name, is_required }
    });
    let set = (option::of(any::<bool>()), localized(TEXT, 1), vec(requested, 1..3));
    let sets = vec(set, 0..3).prop_map(|sets| {
        let sets = sets.into_iter().zip(0..);
        let set = |((is_default, names, requested), index)| AttributeConsumingService {
            index,
            is_default,
            names,
            requested,
        };
        sets.map(set).collect()
    });
    let own = (URI, option::of(URI), option::of(TEXT), vec(TEXT, 0..3));
    let own = own.prop_map(|(name, name_format, friendly_name, values)| Attribute {
        name,
        name_format,
        friendly_name,
        values,
    });
    (sets, vec(own, 0..3))
}

fn ui_info() -> impl Strategy<Value = UiInfo> {
    let picture = "(data:image/png;base64,[A-Za-z0-9+/]{0,9}|https://[a-z]{1,6}\\.example/[a-z&]{0,6})";
    let logo = (picture, 1..10_000_u32, 1..10_000_u32, option::of("[a-z]{2}"))
        .prop_map(|(url, width, height, language)| Logo { url, width, height, language });
    let (text, page) = (|| localized(TEXT, 0), || localized(URL, 0));
    (text(), text(), page(), page(), vec(logo, 0..3)).prop_map(
        |(display_names, descriptions, information_urls, privacy_statement_urls, logos)| UiInfo {
            display_names,
            descriptions,
            information_urls,
            privacy_statement_urls,
            logos,
        },
    )
}

fn contacts() -> impl Strategy<Value = Vec<Contact>> {
    let kind = proptest::sample::select(ContactKind::ALL.to_vec());
    let email = option::of("[a-z&.+é]{1,9}@[a-z]{1,9}\\.example");
    let contact = (kind, option::of(TEXT), email);
    vec(contact.prop_map(|(kind, given_name, email)| Contact { kind, given_name, email }), 0..4)
}

fn provider() -> impl Strategy<Value = ServiceProvider> {
    let format = prop_oneof![Just(NameIdFormat::Persistent), URI.prop_map(NameIdFormat::Custom)];
    let said = (URI, vec(format, 0..3), any::<[bool; 2]>(), vec(URI, 0..3), vec(URI, 0..3));
    let times = (option::of(0..4_000_000_000_000_i64), option::of(0..100_000_000_u64));
    (said, times, (certificates(), encryption()), endpoints(), attributes(), (ui_info(), contacts()))
        .prop_map(|(said, (end, cache), keys, endpoints, attributes, shown)| ServiceProvider {
            entity_id: said.0,
            signing_certificates: keys.0,
            encryption_certificates: keys.1,
            assertion_consumer_services: endpoints.0,
            single_logout_services: endpoints.1,
            name_id_formats: said.1,
            signs_requests: said.2[0],
            wants_assertions_signed: said.2[1],
            valid_until: end.map(Timestamp::from_millis),
            cache_duration: cache.map(Duration::from_secs),
            attribute_consuming_services: attributes.0,
            entity_attributes: attributes.1,
            ui_info: shown.0,
            contacts: shown.1,
            digest_methods: said.3,
            signing_methods: said.4,
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(provider in provider()) {
        let xml = provider.to_xml().unwrap();
        let read = ServiceProvider::parse(&xml).unwrap();
        prop_assert_eq!(&read, &provider);
        prop_assert_eq!(read.to_xml().unwrap(), xml);
    }

    #[test]
    fn every_difference_is_told_and_no_other(old in provider(), new in provider()) {
        prop_assert_eq!(old.changes_to(&old).unwrap(), []);
        let changes = old.changes_to(&new).unwrap();
        prop_assert_eq!(changes.is_empty(), old == new);
        // What lets more in, or sends elsewhere, is never among what goes unasked.
        let signs = |provider: &ServiceProvider| provider.signing_certificates.clone();
        if signs(&new).iter().any(|key| !signs(&old).contains(key)) || old.entity_id != new.entity_id {
            prop_assert!(changes.iter().any(MetadataChange::needs_approval));
        }
    }

    /// One thing changes, and that is told.
    #[test]
    fn a_small_difference_is_told(old in provider(), other in provider(), which in 0..16_usize) {
        let mut new = old.clone();
        match which {
            0 => new.entity_id = other.entity_id,
            1 => new.signing_certificates = other.signing_certificates,
            2 => new.encryption_certificates = other.encryption_certificates,
            3 => new.assertion_consumer_services = other.assertion_consumer_services,
            4 => new.single_logout_services = other.single_logout_services,
            5 => new.name_id_formats = other.name_id_formats,
            6 => new.signs_requests = other.signs_requests,
            7 => new.wants_assertions_signed = other.wants_assertions_signed,
            8 => new.valid_until = other.valid_until,
            9 => new.cache_duration = other.cache_duration,
            10 => new.attribute_consuming_services = other.attribute_consuming_services,
            11 => new.entity_attributes = other.entity_attributes,
            12 => new.ui_info = other.ui_info,
            13 => new.contacts = other.contacts,
            14 => new.digest_methods = other.digest_methods,
            _ => new.signing_methods = other.signing_methods,
        }
        prop_assert_eq!(old.changes_to(&new).unwrap().is_empty(), old == new);
    }
}
