//! What administrators decide about an application: saved, refused, and tried on somebody.

use cloudsso::crypto::KeyType;
use cloudsso::domain::{
    Action, Application, ApplicationSettings, AttributeNameFormat, AuthenticationStrength, Encryption,
    NameIdKind, Signed,
};
use cloudsso::storage::persistent_name;

use super::{Provider, SP, load, root, wiki};
use crate::support::app::TestApp;
use crate::support::http::{Form, Visitor};

fn started() -> (TestApp, Application, Visitor, Form, String) {
    let app = TestApp::start();
    let provider = Provider::with_key(app.clock.now(), KeyType::Rsa2048);
    let application = wiki(&app, &provider, ApplicationSettings::default());
    let mut root = root(&app);
    let path = format!("/admin/applications/{}", application.id);
    let form = root.get(&app.url(&path)).deed("save");
    (app, application, root, form, path)
}

#[test]
fn everything_can_be_set() {
    let (app, application, mut root, form, path) = started();
    let form = form
        .with("name", "The Wiki")
        .with("name_id", "email")
        .with("name_id_expression", "lower(user.email)")
        .with("attribute_name_0", "groups")
        .with("attribute_expression_0", "groups")
        .with("attribute_format_0", "basic")
        .with("attribute_friendly_0", "Groups")
        .with("attribute_name_1", "mail")
        .with("attribute_expression_1", "user.email")
        .with("signed", "response")
        .with("signature_key", "P-256")
        .with("requires_signed_requests", "true")
        .with("session_seconds", "600")
        .with("minimum_strength", "multi-factor")
        .with("allows_idp_initiated", "true")
        .with("relay_state", "https://wiki.example/start")
        .with("landing_origins", "https://pages.example\r\nhttps://*.wiki.example\r\n")
        .with("own_entity_id", "urn:old:idp");
    let page = root.submit(&form);
    let page = root.follow(page);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains("Saved."), "{}", page.text());
    let saved = load(&app, &application.id);
    let settings = &saved.settings;
    assert_eq!(saved.name.as_str(), "The Wiki");
    assert_eq!((settings.name_id, settings.signed), (NameIdKind::Email, Signed::Response));
    assert_eq!((settings.signature_key, settings.session_seconds), (KeyType::P256, 600));
    assert_eq!(settings.minimum_strength, Some(AuthenticationStrength::MultiFactor));
    assert!(settings.requires_signed_requests && settings.allows_idp_initiated);
    assert_eq!(settings.relay_state, "https://wiki.example/start");
    assert_eq!(settings.landing_origins, ["https://pages.example", "https://*.wiki.example"]);
    assert_eq!(settings.own_entity_id.as_deref(), Some("urn:old:idp"));
    assert_eq!(settings.attributes.len(), 2);
    assert_eq!(settings.attributes[0].name_format, Some(AttributeNameFormat::Basic));
    assert_eq!(settings.attributes[0].friendly_name.as_deref(), Some("Groups"));
    assert_eq!(app.events(Action::ApplicationUpdated, &application.id), 1);

    // The form shows it all again, and saves it as it is.
    let again = root.get(&app.url(&path)).deed("save");
    let page = root.submit(&again);
    assert_eq!(page.status, 303, "{}", page.text());
    assert_eq!(load(&app, &application.id).settings, *settings);

    // A row goes by its tick, and by being emptied.
    let fewer = root.get(&app.url(&path)).deed("save").with("attribute_remove_0", "true");
    let page = root.submit(&fewer.with("attribute_name_1", "").with("attribute_expression_1", ""));
    assert_eq!(page.status, 303, "{}", page.text());
    assert!(load(&app, &application.id).settings.attributes.is_empty());
}

#[test]
fn what_is_wrong_is_marked_and_nothing_is_saved() {
    let (app, application, mut root, form, path) = started();
    let refused = [
        (form.clone().with("name", ""), "It must be 1 to 64 characters"),
        (form.clone().with("session_seconds", "soon"), "It must be a number of seconds."),
        (form.clone().with("session_seconds", "1"), "SessionSeconds must be 60 to 86400"),
        (form.clone().with("attribute_name_0", "x").with("attribute_expression_0", "lower("), "Column 7"),
        (form.clone().with("attribute_name_0", "x"), "An attribute needs a name and an expression."),
        (form.clone().with("name_id_expression", "user.nothing"), "Column "),
        (form.clone().with("own_entity_id", "no uri"), "OwnEntityId must be a URI"),
        (form.clone().with("landing_origins", "https://a.example/page"), "LandingOrigins must be at most 16"),
        (
            form.clone()
                .with("attribute_name_0", "x")
                .with("attribute_expression_0", "groups")
                .with("attribute_format_0", "urn:other"),
            "The name has no such format.",
        ),
        (form.clone().with("encryption", "aes256-cbc"), "CBC is used only where this is ticked."),
    ];
    for (form, reason) in refused {
        let page = root.submit(&form);
        assert_eq!(page.status, 400, "{reason}: {}", page.text());
        assert!(page.text().contains(reason), "{reason}: {}", page.text());
        assert_eq!(page.deed("save").field("session_seconds"), form.field("session_seconds"));
    }
    assert_eq!(load(&app, &application.id), application);
    let ticked = root.submit(&form.with("encryption", "aes256-cbc").with("takes_cbc", "true"));
    assert_eq!(ticked.status, 303, "{}", ticked.text());
    assert_eq!(load(&app, &application.id).settings.encryption, Encryption::Aes256Cbc);
    let again = root.get(&app.url(&path)).deed("save");
    assert_eq!(again.field("takes_cbc"), Some("true"), "it need not be ticked for every other change");
    let page = root.submit(&again.without("takes_cbc"));
    assert_eq!(page.status, 400, "and can be taken back: {}", page.text());
}

#[test]
fn a_page_that_somebody_else_has_overtaken_saves_nothing() {
    let (app, application, mut root, form, path) = started();
    let page = root.submit(&form.clone().with("name", "First"));
    assert_eq!(page.status, 303, "{}", page.text());
    let page = root.submit(&form.with("name", "Second"));
    assert_eq!(page.status, 400);
    assert!(page.text().contains("somebody else has changed the application"), "{}", page.text());
    assert_eq!(load(&app, &application.id).name.as_str(), "First");
    let page = root.get(&app.url(&format!("{path}/metadata")));
    let metadata = page.forms().into_iter().find(|form| form.field("metadata").is_some()).unwrap();
    let page = root.submit(&metadata.clone().with("version", "1"));
    assert_eq!(page.status, 400, "{}", page.text());
    let other = load(&app, &application.id).metadata.replace("/saml/acs", "/other/acs");
    let page = root.submit(&metadata.with("metadata", &other));
    assert_eq!(page.status, 303, "{}", page.text());
    assert!(load(&app, &application.id).metadata.contains("/other/acs"));
}

#[test]
fn a_preview_shows_each_value_and_leaves_no_trace() {
    let (app, application, mut root, form, _path) = started();
    let form = form
        .with("deed", "preview")
        .with("person", "bob")
        .with("attribute_name_0", "groups")
        .with("attribute_expression_0", "groups")
        .with("attribute_name_1", "mail")
        .with("attribute_expression_1", "user.email")
        .with("attribute_name_2", "broken")
        .with("attribute_expression_2", "upper(user.userName) +");
    let page = root.submit(&form);
    assert_eq!(page.status, 200, "{}", page.text());
    let text = page.text();
    for part in [
        "Preview team",
        "Preview left out: it has no values",
        "made at the first sign-on",
        "Column 23",
        "The application is not assigned to them.",
    ] {
        assert!(text.contains(part), "no {part} in {text}");
    }
    assert_eq!(load(&app, &application.id), application, "nothing is saved");
    let bob = app.user("bob").id;
    let name = app.store.read(|conn| persistent_name::find(conn, SP, &bob)).unwrap();
    assert_eq!(name, None, "nothing is made up");
    assert_eq!(app.events(Action::SamlSsoIssued, &application.id), 0);

    let page = root.submit(&form.clone().with("name_id", "email"));
    assert!(page.text().contains("refused: the user has no email name"), "{}", page.text());
    let page = root.submit(&form.clone().with("name_id", "email").with("person", "alice"));
    assert!(page.text().contains("Preview alice@acme.example"), "{}", page.text());
    let page = root.submit(&form.clone().with("person", "nobody"));
    assert_eq!(page.status, 400);
    assert!(page.text().contains("\"nobody\" does not exist"), "{}", page.text());

    let more = root.submit(&form.with("deed", "rows"));
    assert_eq!(more.status, 200);
    assert!(more.deed("save").field("attribute_name_10").is_some(), "{}", more.text());
}
