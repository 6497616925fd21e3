//! Requests that want somebody asked again, nobody asked at all, or somebody well known.

use super::{Kind, ServiceProvider, product, sign_in_on, usual};

const MFA: &str = "https://refeds.org/profile/mfa";
const X509: &str = "urn:oasis:names:tc:SAML:2.0:ac:classes:X509";

/// How it says what we answered: by the inner status code, or by the words beside it.
fn heard(kind: Kind, code: &'static str) -> &'static str {
    match (kind, code) {
        (Kind::Python3Saml, "NoPassive") => "Nobody is signed in, and the request forbade to ask.",
        (Kind::Python3Saml, "NoAuthnContext") => {
            "The authentication that the request demands cannot be done."
        }
        _ => code,
    }
}

#[test]
fn pysaml2_has_people_asked_as_it_wants() {
    has_people_asked(Kind::Pysaml2);
}

#[test]
fn python3_saml_has_people_asked_as_it_wants() {
    has_people_asked(Kind::Python3Saml);
}

fn has_people_asked(kind: Kind) {
    let app = product();
    let provider = ServiceProvider::start(&app, kind, &[], usual());
    let mut alice = app.visitor();
    // Nobody is signed in, and nobody may be asked: the service provider hears why.
    for asked in ["passive=1", "passive=1&binding=post", "passive=1&force=1"] {
        let page = alice.open_through(&provider.login(asked));
        let reason = provider.refusal(&page);
        assert!(reason.contains(heard(kind, "NoPassive")), "{asked}: {reason}");
        assert!(provider.account(&mut alice).is_none());
    }
    let page = alice.open_through(&provider.login(""));
    let page = sign_in_on(&app, &mut alice, &page, "alice");
    let first = provider.shown(&page);
    assert_eq!(first.told["authn_context"], MFA);
    // Now they need not be asked.
    let passive = provider.shown(&alice.open_through(&provider.login("passive=1")));
    assert_eq!(passive.told["session_index"], first.told["session_index"]);
    // Unless it is wanted.
    for binding in ["redirect", "post"] {
        let page = alice.open_through(&provider.login(&format!("force=1&binding={binding}")));
        assert_eq!(page.url.path(), "/login", "{}", page.text());
        let page = sign_in_on(&app, &mut alice, &page, "alice");
        assert_eq!(provider.shown(&page).name_id, first.name_id);
    }
    let reason = provider.refusal(&alice.open_through(&provider.login("passive=1&force=1")));
    assert!(reason.contains(heard(kind, "NoPassive")), "{reason}");
    // How they proved who they are is said only where it is true.
    let page = alice.open_through(&provider.login(&format!("context={MFA}")));
    assert_eq!(provider.shown(&page).told["authn_context"], MFA);
    let reason = provider.refusal(&alice.open_through(&provider.login(&format!("context={X509}"))));
    assert!(reason.contains(heard(kind, "NoAuthnContext")), "{reason}");
}
