//! What is signed in a Response, and by which of our keys, against what a service provider insists on.

use cloudsso::crypto::KeyType;
use cloudsso::domain::{ApplicationSettings, Signed};
use cloudsso::saml::IdentityProvider;

use super::{Kind, LIBRARIES, ServiceProvider, product, sign_out, signed_in, usual};

#[test]
fn pysaml2_takes_what_is_signed_as_it_wants_and_nothing_else() {
    takes_what_is_signed(Kind::Pysaml2);
}

#[test]
fn python3_saml_takes_what_is_signed_as_it_wants_and_nothing_else() {
    takes_what_is_signed(Kind::Python3Saml);
}

fn takes_what_is_signed(kind: Kind) {
    let app = product();
    let options = ["assertion", "response", "both", "either"].map(|want| ["--want", want]);
    let each = options.iter().map(|options| (kind, &options[..], usual()));
    let mut providers = ServiceProvider::start_each(&app, each);
    let mut alice = signed_in(&app, "alice");
    for (signed, is_taken) in [
        (Signed::Assertion, [true, false, false, true]),
        (Signed::Response, [false, true, false, true]),
        (Signed::Both, [true, true, true, true]),
    ] {
        for (provider, is_taken) in providers.iter_mut().zip(is_taken) {
            provider.set(&app, ApplicationSettings { signed, ..usual() });
            let page = alice.open_through(&provider.login(""));
            if is_taken {
                provider.shown(&page);
            } else {
                assert!(!provider.refusal(&page).is_empty(), "{signed:?}");
            }
        }
    }
}

#[test]
fn each_kind_of_key_is_known_by_the_metadata_for_the_application() {
    let app = product();
    let each = LIBRARIES.map(|kind| (kind, &["--want", "both"][..], usual()));
    let mut providers = ServiceProvider::start_each(&app, each);
    let mut alice = signed_in(&app, "alice");
    // RSA of 2048 bits is what all the others here go by.
    for kind in [KeyType::Rsa3072, KeyType::P256] {
        for provider in &mut providers {
            let settings = ApplicationSettings { signature_key: kind, signed: Signed::Both, ..usual() };
            provider.set(&app, settings);
            // What an administrator gives to the other side: the metadata for this application.
            let address = app.url(&format!("/saml/idp/metadata/{}", provider.application.id));
            let metadata = app.visitor().get(&address).body;
            let certificates = IdentityProvider::parse(&metadata).unwrap();
            assert_eq!(certificates.signing_certificates().len(), 2, "of this kind only");
            provider.start_again(&metadata, &["--want", "both"]);
        }
        for provider in &providers {
            for binding in ["redirect", "post"] {
                let page = alice.open_through(&provider.login(&format!("binding={binding}")));
                assert_eq!(provider.shown(&page).values("mail"), ["alice@acme.example"], "{kind:?}");
            }
        }
        // The messages of single logout are signed by it, too.
        let page = sign_out(&app, &mut alice);
        let page = alice.carry_until(page, |target| providers[1].has(target));
        assert!(providers[0].account(&mut alice).is_none(), "pysaml2 was told by SOAP");
        let page = alice.carry(page);
        if kind == KeyType::P256 {
            // python3-saml knows no such signatures in addresses, though it does in messages.
            assert!(providers[1].refusal(&page).contains("Signature validation failed"));
        } else {
            assert!(page.text().contains("everywhere you had opened"), "{kind:?}: {}", page.text());
            assert!(providers[1].account(&mut alice).is_none());
        }
        alice = signed_in(&app, "alice");
    }
    // What is signed by a key that is not in that metadata, they refuse.
    for provider in &mut providers {
        provider.set(&app, ApplicationSettings { signed: Signed::Both, ..usual() });
        let page = alice.open_through(&provider.login(""));
        assert!(!provider.refusal(&page).is_empty());
    }
}
