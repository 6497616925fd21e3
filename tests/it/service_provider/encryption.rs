//! Assertions that are encrypted, in every way that an administrator may choose.

use cloudsso::domain::{ApplicationSettings, Encryption, Signed};

use super::{AWKWARD, Kind, ServiceProvider, product, signed_in, usual};

#[test]
fn pysaml2_decrypts() {
    decrypts(Kind::Pysaml2);
}

#[test]
fn python3_saml_decrypts() {
    decrypts(Kind::Python3Saml);
}

fn decrypts(kind: Kind) {
    let app = product();
    let mut provider = ServiceProvider::start(&app, kind, &["--encrypted"], usual());
    let mut alice = signed_in(&app, "alice");
    for encryption in Encryption::ALL {
        for signed in Signed::ALL {
            provider.set(&app, ApplicationSettings { encryption, signed, ..usual() });
            let page = alice.open_through(&provider.login(""));
            if encryption == Encryption::None {
                assert!(provider.refusal(&page).contains("ncrypted"), "it wants them encrypted");
                continue;
            }
            let account = provider.shown(&page);
            assert_eq!(account.values("shown"), [AWKWARD], "{encryption:?} {signed:?}");
        }
    }
}
