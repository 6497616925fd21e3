//! Metadata by its address: applications are added by it, and what changes there is looked at before it counts.

use cloudsso::base::ApplicationId;
use cloudsso::domain::{Action, Application};
use cloudsso::service::application;

use super::{Provider, id_of, load, root, wiki};
use crate::metadata_refresh::provider::{Metadata, Site, keys};
use crate::support::app::TestApp;
use crate::support::http::{Form, Page, Visitor};

const NEW: &str = "/admin/applications/new/address";

struct Scene {
    app: TestApp,
    root: Visitor,
    site: Site,
    metadata: Metadata,
    application: Application,
}

impl Scene {
    /// The wiki, by the address of its metadata.
    fn new() -> Self {
        let app = TestApp::start();
        let mut root = root(&app);
        let metadata = Metadata::new("wiki");
        let site = Site::serving(&metadata.xml());
        let form = root.get(&app.url(NEW)).form(NEW).with("name", "Wiki").with("url", &site.url());
        let page = root.submit(&form);
        let page = root.follow(page);
        assert!(page.text().contains("The application is added."), "{}", page.text());
        let application = load(&app, &id_of(&page));
        Self { app, root, site, metadata, application }
    }

    fn page(&mut self) -> Page {
        let url = self.app.url(&format!("/admin/applications/{}/metadata", self.application.id));
        self.root.get(&url)
    }

    fn deed(&mut self, deed: &str) -> Form {
        self.page().form(&format!("/metadata/{deed}"))
    }

    /// Presses a button of the page, and gives what that leads to.
    fn press(&mut self, deed: &str) -> Page {
        let form = self.deed(deed);
        let page = self.root.submit(&form);
        self.root.follow(page)
    }

    /// The service provider says that it has another key.
    fn says_another_key(&self) -> String {
        let other = Metadata { keys: vec![&keys().next], ..self.metadata.clone() };
        self.site.say(&other.xml());
        keys().next.certificate.fingerprint().unwrap()
    }

    fn now(&self) -> Application {
        load(&self.app, &self.application.id)
    }
}

fn pem(certificate: &cloudsso::crypto::Certificate) -> String {
    certificate.to_pem().unwrap()
}

#[test]
fn an_application_by_an_address_is_fetched_at_once_and_shows_where_it_is_from() {
    let mut scene = Scene::new();
    assert_eq!((scene.application.entity_id.as_str(), scene.site.asked()), ("https://wiki.example/saml", 1));
    let page = scene.page();
    let (text, at) = (page.text(), scene.app.clock.now().page());
    for part in [scene.site.url().as_str(), "nobody: https alone vouches for it", &at, "Fetched again"] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    let page = scene.press("refresh");
    assert!(page.text().contains("Fetched. Nothing is new."), "{}", page.text());
    assert_eq!(scene.site.asked(), 2);
}

#[test]
fn what_cannot_be_fetched_adds_nothing() {
    let app = TestApp::start();
    let mut root = root(&app);
    let site = Site::serving("<x/>");
    let form = root.get(&app.url(NEW)).form(NEW).with("name", "Wiki").with("url", &site.url());
    let stranger = pem(&keys().stranger.certificate);
    let good = Site::serving(&Metadata::new("wiki").signed(&keys().signer));
    for (form, reason) in [
        (form.clone(), "the metadata is refused"),
        (form.clone().with("url", ""), "MetadataUrl must be an address"),
        // Nowhere inside: an address of the network that we stand in, and of the machine's own data.
        (form.clone().with("url", "https://10.0.0.1/metadata"), "a host of the public internet"),
        (form.clone().with("url", "http://169.254.169.254/latest"), "MetadataUrl"),
        (form.clone().with("url", "file:///etc/passwd"), "MetadataUrl"),
        (form.clone().with("signers", "-----BEGIN CERTIFICATE-----"), "MetadataSigner must be certificates"),
        (form.clone().with("auto_approve_signed", "true"), "AutoApproveSigned needs the certificate"),
        (form.clone().with("url", &good.url()).with("signers", &stranger), "the metadata is refused"),
        (form.clone().with("name", " "), "must be 1 to 64 characters"),
    ] {
        let page = root.submit(&form);
        assert_eq!(page.status, 400, "{reason}: {}", page.text());
        assert!(page.text().contains(reason), "{reason}: {}", page.text());
        assert_eq!(page.form(NEW).field("url"), form.field("url"), "what was typed stays");
    }
    assert!(application::list(&app.ctx, &app.operator).unwrap().is_empty(), "nothing came of those");
    let signed = form.with("url", &good.url()).with("signers", &pem(&keys().signer.certificate));
    let page = root.submit(&signed.with("auto_approve_signed", "true"));
    let page = root.follow(page);
    assert_eq!(load(&app, &id_of(&page)).entity_id, "https://wiki.example/saml", "{}", page.text());
}

#[test]
fn a_changed_key_is_shown_and_counts_once_it_is_approved() {
    let mut scene = Scene::new();
    let fingerprint = scene.says_another_key();
    let page = scene.press("refresh");
    let text = page.text();
    assert!(text.contains("The changes wait for your yes") && text.contains(&fingerprint), "{text}");
    assert_eq!(scene.now(), scene.application, "looking changes nothing");
    let overview = scene.root.get(&scene.app.url("/admin"));
    assert!(overview.text().contains("Wiki : changes wait for your yes"), "{}", overview.text());

    // What somebody looked at is not what waits by now.
    let seen = scene.deed("approve");
    let stranger = Metadata { keys: vec![&keys().stranger], ..scene.metadata.clone() };
    scene.site.say(&stranger.xml());
    scene.press("refresh");
    for form in [seen.clone(), seen.with("revision", "")] {
        let page = scene.root.submit(&form);
        assert_eq!(page.status, 400);
        assert!(page.text().contains("other changes wait by now"), "{}", page.text());
    }
    assert_eq!(scene.now(), scene.application);

    scene.says_another_key();
    scene.press("refresh");
    let page = scene.press("approve");
    assert!(page.text().contains("Approved."), "{}", page.text());
    assert!(scene.now().metadata.contains(&keys().next.certificate.to_base64().unwrap()));
    assert_eq!(scene.app.events(Action::ApplicationMetadataApproved, &scene.application.id), 1);
    assert!(!scene.page().body.contains("/metadata/approve"), "nothing waits any more");
}

#[test]
fn a_rejected_change_is_not_asked_about_again() {
    let mut scene = Scene::new();
    scene.says_another_key();
    scene.press("refresh");
    let rejected = scene.deed("dismiss");
    let page = scene.press("dismiss");
    assert!(page.text().contains("Rejected."), "{}", page.text());
    assert_eq!(scene.now(), scene.application);
    let page = scene.root.submit(&rejected);
    assert_eq!((page.status, scene.now()), (400, scene.application.clone()), "{}", page.text());
}

#[test]
fn a_failed_fetch_is_told_and_changes_nothing() {
    let mut scene = Scene::new();
    scene.site.say_raw("HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n");
    let page = scene.press("refresh");
    assert_eq!(page.status, 400);
    assert!(page.text().contains("received status 500"), "{}", page.text());
    let text = scene.page().text();
    assert!(text.contains("The last fetch failed") && text.contains("What counts here stays"), "{text}");
    let overview = scene.root.get(&scene.app.url("/admin"));
    assert!(overview.text().contains("the last fetch failed"), "{}", overview.text());
    assert_eq!(scene.now(), scene.application);
}

#[test]
fn what_a_service_provider_says_is_text() {
    let mut scene = Scene::new();
    let nasty = "https://wiki.example/acs?x=&lt;script&gt;alert(1)&lt;/script&gt;&quot;&gt;";
    scene.site.say(&Metadata { acs_url: nasty.to_owned(), ..scene.metadata.clone() }.xml());
    let page = scene.press("refresh");
    assert!(page.text().contains("<script>alert(1)</script>"), "it is shown: {}", page.text());
    assert!(!page.body.contains("<script"), "and does nothing: {}", page.body);
}

#[test]
fn the_address_is_given_changed_and_taken_away() {
    let app = TestApp::start();
    let mut root = root(&app);
    let application = wiki(&app, &Provider::new(app.clock.now()), Default::default());
    let path = format!("/admin/applications/{}/metadata", application.id);
    let source = |id: &ApplicationId| application::load_source(&app.ctx, &app.operator, id).unwrap();
    let form = root.get(&app.url(&path)).form("/metadata/source");
    let bad = form.clone().with("url", "file:///etc/passwd");
    let page = root.submit(&bad);
    assert_eq!((page.status, source(&application.id)), (400, None), "{}", page.text());
    assert_eq!(page.form("/metadata/source").field("url"), Some("file:///etc/passwd"));
    let signer = pem(&keys().signer.certificate);
    let good = form.with("url", "https://wiki.example/metadata?key=hush").with("signers", &signer);
    let page = root.submit(&good);
    let page = root.follow(page);
    assert!(page.text().contains("Saved. It is fetched in a moment."), "{}", page.text());
    let (known, _) = source(&application.id).unwrap();
    assert_eq!(known.origin.signers, [keys().signer.certificate.clone()]);
    let form = page.form("/metadata/source");
    assert_eq!(form.field("signers"), Some(signer.as_str()), "it can be sent again as it is");
    let page = root.submit(&form.with("url", ""));
    let page = root.follow(page);
    assert!(page.text().contains("not fetched any more"), "{}", page.text());
    assert_eq!(source(&application.id), None);
    let refresh = good.clone().sent_to(&app.url(&format!("{path}/refresh")));
    assert_eq!(root.submit(&refresh).status, 400, "there is nothing to fetch");

    // Where an address leads is judged whenever it is fetched.
    assert_eq!(root.submit(&good.with("url", "https://192.168.0.1/")).status, 303);
    let page = root.submit(&refresh);
    assert!(page.status == 400 && page.text().contains("a host of the public internet"), "{}", page.text());
    assert_eq!(load(&app, &application.id), application, "nothing changed");
}
