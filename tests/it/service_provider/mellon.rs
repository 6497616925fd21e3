//! Mellon, which guards whatever an Apache serves, and tells it by variables who is there.

use cloudsso::domain::{ApplicationSettings, Encryption, NameIdKind, Signed};
use cloudsso::saml::LogoutBinding;

use super::{AWKWARD, Kind, ServiceProvider, product, sign_in_on, sign_out, signed_in, usual};

const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const UNSPECIFIED: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified";

/// What it tells of a value: the text as it stands in the XML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[test]
fn mellon_asks_by_either_binding_and_hears_who_is_there() {
    let app = product();
    // Where nothing is said of names it asks for transient ones.
    let asking: [(&[&str], bool); 3] = [
        (&[], false),
        (&["--binding", "post", "--name-id-format", UNSPECIFIED], true),
        (&["--unsigned-requests", "--name-id-format", PERSISTENT], true),
    ];
    let each = asking.map(|(options, _)| (Kind::Mellon, options, usual()));
    let providers = ServiceProvider::start_each(&app, each);
    for (provider, (options, is_lasting)) in providers.iter().zip(asking) {
        let mut alice = app.visitor();
        assert!(provider.account(&mut alice).is_none());
        let deep = provider.url("/protected?page=7&of=%26");
        let page = alice.open_through(&deep);
        let page = sign_in_on(&app, &mut alice, &page, "alice");
        let account = provider.shown(&page);
        assert_eq!(page.url.as_str(), deep, "where alice wanted to go");
        assert_eq!(account.values("mail"), ["alice@acme.example"]);
        assert_eq!(account.values("shown"), [escaped(AWKWARD)]);
        assert_eq!(account.told["MELLON_IDP"], app.url("/saml/idp/metadata"));
        // In another browser of hers she is signed in already.
        let mut again = signed_in(&app, "alice");
        let second = provider.shown(&again.open_through(&provider.login("")));
        assert_eq!(second.name_id == account.name_id, is_lasting, "{options:?}");
    }
}

#[test]
fn mellon_decrypts_and_reads_every_choice_of_names_and_signatures() {
    let app = product();
    let options = ["--name-id-format", UNSPECIFIED];
    let mut provider = ServiceProvider::start(&app, Kind::Mellon, &options, usual());
    let mut enter = |settings: ApplicationSettings| {
        provider.set(&app, settings);
        let mut alice = signed_in(&app, "alice");
        let account = provider.shown(&alice.open_through(&provider.login("")));
        assert_eq!(account.values("shown"), [escaped(AWKWARD)]);
        account.name_id
    };
    for encryption in Encryption::ALL {
        enter(ApplicationSettings { encryption, ..usual() });
    }
    for signed in Signed::ALL {
        enter(ApplicationSettings { signed, encryption: Encryption::Aes256Gcm, ..usual() });
        enter(ApplicationSettings { signed, ..usual() });
    }
    let choose = |name_id| ApplicationSettings { name_id, ..usual() };
    assert_ne!(enter(choose(NameIdKind::Transient)), enter(choose(NameIdKind::Transient)));
    assert_eq!(enter(choose(NameIdKind::Persistent)), enter(choose(NameIdKind::Persistent)));
    assert_eq!(enter(choose(NameIdKind::Email)), "alice@acme.example");
}

#[test]
fn mellon_is_entered_from_the_portal() {
    let app = product();
    let mut provider = ServiceProvider::start(&app, Kind::Mellon, &[], usual());
    let landing = provider.url("/protected?from=portal");
    let mut alice = signed_in(&app, "alice");
    let refused = alice.open_through(&provider.start_page(&app));
    assert_eq!(refused.status, 403, "{}", refused.text());
    assert!(provider.account(&mut alice).is_none());
    let open = ApplicationSettings { allows_idp_initiated: true, relay_state: landing.clone(), ..usual() };
    provider.set(&app, open);
    let page = alice.open_through(&provider.start_page(&app));
    assert_eq!(provider.shown(&page).values("mail"), ["alice@acme.example"]);
    assert_eq!(page.url.as_str(), landing);
}

#[test]
fn mellon_signs_out_by_redirect_and_is_signed_out_by_us() {
    let app = product();
    let mut provider = ServiceProvider::start(&app, Kind::Mellon, &[], usual());
    let mut bob = super::signed_in_at(&app, "bob", &[&provider]);
    for is_theirs in [true, false] {
        let mut alice = super::signed_in_at(&app, "alice", &[&provider]);
        if is_theirs {
            let page = alice.open_through(&provider.logout());
            assert_eq!(page.url.as_str(), provider.url("/public"), "{}", page.text());
        } else {
            let page = sign_out(&app, &mut alice);
            let page = alice.carry(page);
            assert!(page.text().contains("Mellon signed out"), "{}", page.text());
        }
        assert!(provider.account(&mut alice).is_none());
        assert!(!super::is_signed_in(&app, &mut alice));
    }
    // The same by the browser, where its server cannot be told.
    provider.takes_logouts_by(&app, LogoutBinding::Redirect);
    let mut alice = super::signed_in_at(&app, "alice", &[&provider]);
    let page = sign_out(&app, &mut alice);
    let page = alice.carry(page);
    assert!(page.text().contains("Mellon signed out"), "{}", page.text());
    assert!(provider.account(&mut alice).is_none());
    assert!(provider.account(&mut bob).is_some());
}
