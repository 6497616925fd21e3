//! What people are called at a service provider, and whether that is the same the next time.

use cloudsso::domain::{ApplicationSettings, NameIdKind};

use super::{Kind, ServiceProvider, product, sign_out, signed_in, usual};

const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
const PERSISTENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const EMAIL: &str = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress";

#[test]
fn pysaml2_knows_people_by_the_name_that_the_administrator_chose() {
    knows_people(Kind::Pysaml2);
}

#[test]
fn python3_saml_knows_people_by_the_name_that_the_administrator_chose() {
    knows_people(Kind::Python3Saml);
}

fn knows_people(kind: Kind) {
    let app = product();
    let mut provider = ServiceProvider::start(&app, kind, &[], usual());
    let other = ServiceProvider::start(&app, kind, &[], usual());
    let enter = |provider: &ServiceProvider, name: &str, asked: &str, format: &str| {
        let mut browser = signed_in(&app, name);
        let account = provider.shown(&browser.open_through(&provider.login(asked)));
        assert_eq!(account.told["name_id_format"], format);
        let page = sign_out(&app, &mut browser);
        browser.carry(page);
        assert!(provider.account(&mut browser).is_none());
        account.name_id
    };
    let names = |provider: &ServiceProvider, asked: &str, format: &str| {
        ["alice", "alice", "bob"].map(|name| enter(provider, name, asked, format))
    };
    let [first, second, bobs] = names(&provider, "", PERSISTENT);
    assert!(first == second && first != bobs, "{first} {second} {bobs}");
    assert_ne!(
        enter(&other, "alice", "", PERSISTENT),
        first,
        "it tells two service providers nothing that they could compare"
    );

    // By what the request asks for, and by what the administrator chose.
    let asked = format!("format={TRANSIENT}");
    let [first, second, bobs] = names(&provider, &asked, TRANSIENT);
    assert!(first != second && first != bobs && second != bobs, "{first} {second} {bobs}");
    let choose = |name_id| ApplicationSettings { name_id, ..usual() };
    provider.set(&app, choose(NameIdKind::Transient));
    let [first, second, bobs] = names(&provider, "", TRANSIENT);
    assert!(first != second && first != bobs && second != bobs, "{first} {second} {bobs}");
    provider.set(&app, choose(NameIdKind::Email));
    let mails = ["alice@acme.example", "alice@acme.example", "bob@acme.example"];
    assert_eq!(names(&provider, "", EMAIL), mails);
}
