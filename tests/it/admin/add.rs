//! Applications are added from the catalogue, by metadata and by hand.

use cloudsso::domain::{Action, NameIdKind, Signed};
use cloudsso::service::application;

use super::{ACS, Provider, SP, id_of, load, root};
use crate::support::app::TestApp;

#[test]
fn from_the_catalogue_with_our_values_in_the_steps() {
    let app = TestApp::start();
    let mut root = root(&app);
    let catalogue = root.get(&app.url("/admin/applications/new"));
    assert!(!catalogue.body.contains("Alibaba Cloud (China site)"), "an application by it would be refused");
    let consoles = catalogue.body.find("Alibaba Cloud (international site)").unwrap();
    assert!(consoles < catalogue.body.find("GitLab").unwrap(), "consoles come first");
    let found = root.get(&app.url("/admin/applications/new?q=ALIBABA"));
    assert!(found.text().contains("Alibaba Cloud") && !found.text().contains("GitLab"), "{}", found.text());
    let none = root.get(&app.url("/admin/applications/new?q=zzz"));
    assert!(none.text().contains("Nothing in the catalogue matches “zzz”"), "{}", none.text());

    // The consoles of our own site are entered by access configurations.
    let ours = "/admin/applications/new/template/alibaba-cloud";
    assert_eq!(root.get(&app.url(ours)).status, 404);
    assert!(catalogue.text().contains("people enter those by access configurations"), "{}", catalogue.text());

    let path = "/admin/applications/new/template/alibaba-cloud-international";
    let form = root.get(&app.url(path)).form(path);
    let bad = form.clone().with("AccountId", "no number").with("ProviderName", "cloudsso");
    let page = root.submit(&bad.with("GroupPrefix", "aliyun-"));
    assert_eq!(page.status, 400);
    assert!(page.text().contains("AccountId must be 1 to 20 digits"), "{}", page.text());
    assert_eq!(page.form(path).field("GroupPrefix"), Some("aliyun-"), "what was typed stays");

    let by_force = page.form(path).with("AccountId", "1234567890123456").sent_to(&app.url(ours));
    assert_eq!(root.submit(&by_force).status, 404, "nor by its address");
    assert!(application::list(&app.ctx, &app.operator).unwrap().is_empty(), "nothing came of those");
    let good = page.form(path).with("AccountId", "1234567890123456");
    let page = root.submit(&good);
    let page = root.follow(page);
    assert_eq!(page.status, 200, "{}", page.text());
    let made = load(&app, &id_of(&page));
    assert_eq!(
        (made.name.as_str(), made.entity_id.as_str()),
        ("Alibaba Cloud (international site)", "urn:alibaba:cloudcomputing:international")
    );
    assert_eq!((made.settings.name_id, made.settings.signed), (NameIdKind::Persistent, Signed::Assertion));
    assert_eq!(made.settings.attributes.len(), 2);
    let text = page.text();
    let metadata = app.url(&format!("/saml/idp/metadata/{}", made.id));
    for part in
        ["account 1234567890123456", "begins with aliyun-", metadata.as_str(), "Nobody may sign in yet"]
    {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert!(!text.contains('{'), "a placeholder is left: {text}");
    assert_eq!(app.visitor().get(&metadata).status, 200);

    let pem = root.get(&app.url(&format!("/admin/applications/{}/certificate.pem", made.id)));
    let inner = pem.body.strip_prefix("-----BEGIN CERTIFICATE-----\n").unwrap();
    let inner = inner.strip_suffix("\n-----END CERTIFICATE-----\n").unwrap();
    assert!(inner.lines().all(|line| line.len() <= 64), "{inner}");
    let packed: String = inner.lines().collect();
    assert!(app.visitor().get(&metadata).body.contains(&packed), "it is the certificate of the metadata");
    assert!(cloudsso::crypto::Certificate::from_base64(&packed).is_ok());
}

#[test]
fn by_metadata() {
    let app = TestApp::start();
    let mut root = root(&app);
    let path = "/admin/applications/new/metadata";
    let form = root.get(&app.url(path)).form(path).with("name", "Wiki");
    for bad in ["", "<x/>", "no xml at all"] {
        let page = root.submit(&form.clone().with("metadata", bad));
        assert_eq!(page.status, 400, "{bad}");
        assert!(page.text().contains("Metadata is refused"), "{}", page.text());
        assert_eq!(page.form(path).field("metadata"), Some(bad));
    }
    let good = form.with("metadata", &Provider::new(app.clock.now()).metadata());
    let page = root.submit(&good);
    let page = root.follow(page);
    let made = load(&app, &id_of(&page));
    assert_eq!((made.name.as_str(), made.entity_id.as_str()), ("Wiki", SP));
    assert_eq!(app.events(Action::ApplicationCreated, &made.id), 1);
    let page = root.submit(&good);
    assert_eq!(page.status, 400);
    assert!(page.text().contains("already exists"), "{}", page.text());
}

#[test]
fn by_hand_with_a_certificate_and_without() {
    let app = TestApp::start();
    let mut root = root(&app);
    let path = "/admin/applications/new/by-hand";
    let form =
        root.get(&app.url(path)).form(path).with("name", "Wiki").with("entity_id", SP).with("acs_url", ACS);
    let refused = [
        (form.clone().with("acs_url", "javascript:alert(1)"), "ServiceProvider is refused"),
        (form.clone().with("entity_id", ""), "ServiceProvider is refused"),
        (form.clone().with("certificate", "AAAA"), "Certificate cannot be used"),
        (
            form.clone().with("certificate", "-----BEGIN CERTIFICATE-----"),
            "Certificate must be one certificate",
        ),
        (form.clone().with("name", " "), "must be 1 to 64 characters"),
    ];
    for (form, reason) in refused {
        let page = root.submit(&form);
        assert_eq!(page.status, 400, "{}", page.text());
        assert!(page.text().contains(reason), "{reason}: {}", page.text());
    }
    assert!(application::list(&app.ctx, &app.operator).unwrap().is_empty(), "nothing came of those");
    let provider = Provider::new(app.clock.now());
    let packed = provider.certificate.to_base64().unwrap();
    let pem = format!("-----BEGIN CERTIFICATE-----\n{packed}\n-----END CERTIFICATE-----\n");
    let page = root.submit(&form.clone().with("certificate", &pem));
    let page = root.follow(page);
    let made = load(&app, &id_of(&page));
    assert!(made.metadata.contains(ACS) && made.metadata.contains(&packed), "{}", made.metadata);
    let plain = form
        .with("name", "Plain")
        .with("entity_id", "urn:plain")
        .with("acs_url", "https://plain.example/acs");
    let page = root.submit(&plain);
    let page = root.follow(page);
    assert!(!load(&app, &id_of(&page)).metadata.contains("KeyDescriptor"), "{}", page.text());
}
