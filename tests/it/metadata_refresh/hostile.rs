//! B16: metadata that must not be taken, and addresses that must not be reached. Each time, what was there stays in use
//! and works, and the same without what is wrong is taken.

use std::time::Duration;

use cloudsso::domain::{Action, MetadataOrigin};
use cloudsso::service::application::{self, Refreshed};

use super::provider::{Metadata, Site, keys};
use super::{HOUR, load, refusal, register, signed, source, unsigned};
use crate::support::app::{Options, TestApp};

/// Whether this document is refused, with this in the reason: as the first, and in the place of a good one.
#[track_caller]
fn is_refused(app: &TestApp, origin: &dyn Fn(&str) -> MetadataOrigin, good: &str, bad: &Bad, reason: &str) {
    let site = Site::serving(good);
    bad.by(&site);
    let refused = refusal(register(app, "wiki", origin(&site.url())));
    let begin = "InvalidParameter.MetadataUrl: MetadataUrl brings nothing: ";
    assert!(refused.starts_with(begin) && refused.contains(reason), "{refused}");
    assert!(!refused.contains("hush"), "{refused}");
    assert!(application::list(&app.ctx, &app.operator).unwrap().is_empty());

    site.say(good);
    let made = register(app, "wiki", origin(&site.url())).unwrap();
    bad.by(&site);
    app.advance(6 * HOUR);
    app.run_due();
    assert_eq!(load(app, &made), made);
    let (failed, pending) = source(app, &made);
    assert!(
        failed.last_error.as_ref().is_some_and(|error| error.contains(reason)),
        "{:?}",
        failed.last_error
    );
    assert_eq!((failed.failures, pending), (1, None));
    assert_eq!(app.events(Action::ApplicationMetadataFailed, &made.id), 1);
    application::delete(&app.ctx, &app.operator, &made.id).unwrap();
}

enum Bad {
    Document(String),
    Raw(String),
    Endless,
}

impl Bad {
    fn by(&self, site: &Site) {
        match self {
            Self::Document(document) => site.say(document),
            Self::Raw(raw) => site.say_raw(raw),
            Self::Endless => site.say_without_end(),
        }
    }
}

#[test]
fn b16_unsigned_or_another_keys_metadata_takes_no_place_of_signed() {
    let app = TestApp::start();
    let (wiki, signer) = (Metadata::new("wiki"), &keys().signer);
    let good = wiki.signed(signer);
    for (bad, reason) in [
        (wiki.xml(), "the metadata is refused: "),
        (wiki.signed(&keys().stranger), "the metadata is refused: "),
        (good.replace("https://wiki.example/acs", "https://evil.example/acs"), "the metadata is refused: "),
        (good.replace("Wiki", "Wikj"), "the metadata is refused: "),
    ] {
        assert_ne!(bad, good);
        is_refused(&app, &signed, &good, &Bad::Document(bad), reason);
    }
}

#[test]
fn b16_documents_that_are_no_good_metadata() {
    let app = TestApp::start();
    let wiki = Metadata::new("wiki");
    let good = wiki.xml();
    let root = good.find("<md:EntityDescriptor").unwrap();
    assert_eq!(root, 0);
    let xxe =
        format!("<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{good}").replace("Wiki", "&x;");
    let many = Metadata { keys: vec![&keys().own; 17], ..wiki.clone() };
    let crowd = good.replace(
        "<md:AssertionConsumerService",
        &format!("{}<md:AssertionConsumerService", "<md:KeyDescriptor></md:KeyDescriptor>".repeat(2_000)),
    );
    let acs = |url: &str| Metadata { acs_url: url.to_owned(), ..wiki.clone() }.xml();
    let expired = Metadata { valid_until: Some(app.clock.now()), ..wiki.clone() };
    for (bad, reason) in [
        (Bad::Document(expired.xml()), "validUntil"),
        (Bad::Document(xxe), "a document type"),
        (Bad::Document(acs("javascript:alert(1)")), "an http or https URL"),
        (Bad::Document(acs("http://wiki.example/acs")), "an https URL"),
        (Bad::Document(many.xml()), "the metadata is refused: "),
        (Bad::Document(crowd), "the metadata is refused: "),
        (Bad::Document("<html></html>".to_owned()), "the metadata is refused: "),
        (Bad::Document(format!("{good}{}", " ".repeat(256 * 1024))), "at most 256 KiB"),
        (Bad::Endless, "at most 256 KiB"),
        (
            Bad::Raw("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbomb".to_owned()),
            "no content encoding",
        ),
    ] {
        is_refused(&app, &unsigned, &good, &bad, reason);
    }
    // The twins: as many keys as are taken, plain http at this very machine, an end that is not yet.
    for good in [
        Metadata { keys: vec![&keys().own; 16], ..wiki.clone() },
        Metadata { acs_url: "http://localhost:8080/acs".to_owned(), ..wiki.clone() },
        Metadata { valid_until: Some(app.clock.now().plus(Duration::from_secs(1))), ..wiki.clone() },
    ] {
        let site = Site::serving(&good.xml());
        let made = register(&app, "wiki", unsigned(&site.url())).unwrap();
        application::delete(&app.ctx, &app.operator, &made.id).unwrap();
    }
}

#[test]
fn b16_another_entity_id_never_counts_by_itself() {
    let app = TestApp::start();
    let wiki = Metadata::new("wiki");
    let site = Site::serving(&wiki.signed(&keys().signer));
    let origin = MetadataOrigin { auto_approve_signed: true, ..signed(&site.url()) };
    let made = register(&app, "wiki", origin).unwrap();
    let other = Metadata { entity_id: "https://other.example/saml".to_owned(), ..wiki };
    site.say(&other.signed(&keys().signer));
    app.advance(6 * HOUR);
    app.run_due();
    assert_eq!(load(&app, &made), made);
    let waiting = source(&app, &made).1.unwrap();
    let expected =
        "The entity id changes from \"https://wiki.example/saml\" to \"https://other.example/saml\".";
    assert_eq!(waiting.changes, [expected]);
    let approved = application::approve(&app.ctx, &app.operator, &made.id, &waiting.revision).unwrap();
    assert_eq!(approved.entity_id, other.entity_id);
    let outcome = application::refresh(&app.ctx, &app.operator, &made.id).unwrap();
    assert_eq!(outcome, Refreshed::Unchanged);
}

#[test]
fn b16_an_address_leads_nobody_inside() {
    let served = TestApp::with(Options { shuns_loopback: true, ..Options::default() });
    served.run_due();
    let good = Metadata::new("wiki").xml();
    let site = Site::serving(&good);
    let port = site.url();
    for url in [
        port.clone(),
        port.replace("127.0.0.1", "localhost"),
        port.replace("127.0.0.1", "[::ffff:127.0.0.1]"),
        port.replace("127.0.0.1", "2130706433"),
        "http://169.254.169.254/latest/meta-data/".to_owned(),
        "https://10.0.0.1/metadata".to_owned(),
        "https://[fd00::1]/metadata".to_owned(),
    ] {
        let refused = refusal(register(&served, "wiki", unsigned(&url)));
        assert!(refused.contains("expected a host of the public internet"), "{url}: {refused}");
    }
    for url in ["file:///etc/passwd", "https://me:hush@wiki.example/", "https://wiki.example/#a", "wiki"] {
        let refused = refusal(register(&served, "wiki", unsigned(url)));
        assert!(
            refused.starts_with("InvalidParameter.MetadataUrl: MetadataUrl is refused: "),
            "{url}: {refused}"
        );
        assert!(!refused.contains("hush"), "{refused}");
    }
    assert_eq!(site.asked(), 0);

    let app = TestApp::start();
    for (to, reason) in [
        ("http://169.254.169.254/latest/meta-data/", "expected a host of the public internet"),
        ("http://10.0.0.1/", "expected a host of the public internet"),
        ("file:///etc/passwd", "expected an https URL"),
    ] {
        let raw = format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
        is_refused(&app, &unsigned, &good, &Bad::Raw(raw), reason);
    }
    let raw = format!("HTTP/1.1 302 Found\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", site.url());
    let redirecting = Site::serving("");
    redirecting.say_raw(&raw);
    register(&app, "wiki", unsigned(&redirecting.url())).unwrap();
    assert_eq!((redirecting.asked(), site.asked()), (1, 1));
}
