//! The administrators' desk, with ordinary and with nasty text.

use std::collections::BTreeMap;

use askama::Template;

use super::{CSRF, NASTY, assert_has, assert_posts_carry_the_token, assert_sound, look};
use crate::base::{ApplicationId, ApplicationName, SigningKeyId, Timestamp, UserId, UserName};
use crate::domain::{
    AnswerOutline, ApplicationSummary, ApplicationTemplate, ApplicationUse, Assignee, ExpressionError,
    IdentityKey, KeyGroup, KeyPurpose, KeyState, MetadataOrigin, MetadataSource, SamlExchange,
    SamlExchangeKind, Status, User, UserSpec,
};
use crate::saml::inspection::{Check, Outcome, PastedForm, PastedKind};
use crate::saml::{NameId, NameIdFormat};
use crate::service::application::{
    ListedApplication, MetadataTrouble, NamedAssignment, OwnDetails, PendingChanges, PublishedCertificate,
};
use crate::service::key_details::KeyDetails;
use crate::service::keys::KeyType;
use crate::service::saml_exchange::NamedExchange;
use crate::service::saml_sso::{Inspection, Preview, PreviewedAttribute, PreviewedName, TestLogon};
use crate::web::page::admin::*;

const AT: Timestamp = Timestamp::from_seconds(1_795_371_745);

fn frame(text: &'static str, token: &'static str) -> Frame<'static> {
    let (said, failure) = (Some(text), Some(text));
    Frame { csrf_token: token, username: text, here: Room::Applications, said, failure }
}

fn id() -> ApplicationId {
    ApplicationId::parse("app-1").unwrap()
}

fn head<'a>(id: &'a ApplicationId, text: &'a str, tab: Tab) -> Head<'a> {
    Head { id, name: text, entity_id: text, is_enabled: true, starts_here: true, tab }
}

fn listed(name: &str, entity_id: &str, status: Status, used: Option<Timestamp>) -> ListedApplication {
    let name = ApplicationName::parse(name).unwrap();
    ListedApplication {
        summary: ApplicationSummary { id: id(), name, status, entity_id: entity_id.to_owned() },
        uses: ApplicationUse { used_at: used, refused_at: used },
    }
}

fn preview(text: &str) -> Preview {
    let spec = UserSpec {
        user_name: UserName::parse("alice").unwrap(),
        display_name: text.to_owned(),
        first_name: String::new(),
        last_name: String::new(),
        email: None,
        description: String::new(),
        status: Status::Disabled,
    };
    let told = |name: &str, values| PreviewedAttribute { name: name.to_owned(), is_required: false, values };
    let required = PreviewedAttribute { is_required: true, ..told(text, Ok(vec![text.to_owned()])) };
    Preview {
        user: Box::new(User::new(UserId::parse("u-1").unwrap(), spec, AT)),
        is_enabled: false,
        is_assigned: false,
        name: PreviewedName::Known(NameId::new(NameIdFormat::EmailAddress, text)),
        attributes: vec![
            told("groups", Ok(vec![text.to_owned(), "b".to_owned()])),
            told("none", Ok(Vec::new())),
            told("bad", Err(ExpressionError { column: 7, message: text.to_owned() })),
            required,
        ],
    }
}

fn fields(text: &str) -> SettingFields {
    let row = |name: &str| AttributeFields {
        name: name.to_owned(),
        name_format: text.to_owned(),
        friendly_name: text.to_owned(),
        expression: text.to_owned(),
        is_removed: false,
    };
    SettingFields {
        name: text.to_owned(),
        name_id: "email".to_owned(),
        name_id_expression: text.to_owned(),
        encryption: "aes128-cbc".to_owned(),
        relay_state: text.to_owned(),
        landing_origins: text.to_owned(),
        own_entity_id: text.to_owned(),
        session_seconds: "3600".to_owned(),
        attributes: vec![row("groups"), row("none"), row("bad"), AttributeFields::default()],
        ..SettingFields::default()
    }
}

fn problems(text: &str) -> Vec<FieldProblem> {
    ["attribute_expression_1", "takes_cbc", "name"]
        .map(|field| FieldProblem { field: field.to_owned(), message: text.to_owned() })
        .into()
}

fn checks(text: &str) -> Vec<Check> {
    [Outcome::Passed, Outcome::Failed, Outcome::NotReached]
        .map(|outcome| Check {
            name: "Signature",
            outcome,
            expected: text.to_owned(),
            received: text.to_owned(),
            reason: if outcome == Outcome::Failed { text.to_owned() } else { String::new() },
        })
        .into()
}

fn exchanges(text: &str) -> Vec<NamedExchange> {
    let request = SamlExchange {
        request_id: "req-1".to_owned(),
        at: AT,
        application_id: None,
        kind: SamlExchangeKind::Request,
        source_address: "198.51.100.7".to_owned(),
        principal: None,
        message_id: text.to_owned(),
        reason: text.to_owned(),
        message: text.to_owned(),
        is_redirect: true,
        answer: None,
    };
    let answer = SamlExchange {
        kind: SamlExchangeKind::Answer,
        reason: String::new(),
        message: String::new(),
        answer: Some(AnswerOutline {
            acs_url: text.to_owned(),
            status: text.to_owned(),
            name_id_format: text.to_owned(),
            attributes: vec![text.to_owned()],
        }),
        ..request.clone()
    };
    let person = Some(text.to_owned());
    vec![NamedExchange { exchange: request, person: None }, NamedExchange { exchange: answer, person }]
}

fn inspection(text: &str) -> Inspection {
    Inspection {
        kind: PastedKind::AuthnRequest,
        form: PastedForm::Redirect,
        pretty: text.to_owned(),
        issuer: text.to_owned(),
        relay_state: text.to_owned(),
        application: Some((id(), text.to_owned())),
        judged_at: AT,
        checks: checks(text),
    }
}

fn details(text: &str) -> OwnDetails {
    OwnDetails {
        metadata_url: text.to_owned(),
        entity_id: text.to_owned(),
        sso_url: text.to_owned(),
        certificate: PublishedCertificate { fingerprint: text.to_owned(), pem: String::new() },
    }
}

fn assignments(text: &str) -> Vec<NamedAssignment> {
    let assignee = Assignee::User(UserId::parse("u-1").unwrap());
    let display_name = format!("{text}.");
    vec![NamedAssignment { assignee, name: text.to_owned(), display_name, at: AT }]
}

fn origin(text: &str) -> OriginFields {
    OriginFields { url: text.to_owned(), signers: text.to_owned(), auto_approve_signed: true }
}

fn source(text: &str) -> MetadataSource {
    let origin = MetadataOrigin { url: text.to_owned(), signers: vec![], auto_approve_signed: true };
    let mut source = MetadataSource::new(id(), origin, AT);
    source.note_failure(AT, text.to_owned());
    source
}

fn pending(text: &str) -> PendingChanges {
    PendingChanges { revision: text.to_owned(), since: AT, changes: vec![text.to_owned()] }
}

fn keys(text: &str) -> Vec<KeyDetails> {
    [
        (KeyPurpose::Signing, KeyState::Active),
        (KeyPurpose::Signing, KeyState::Next),
        (KeyPurpose::Encryption, KeyState::Active),
    ]
    .map(|(purpose, state)| KeyDetails {
        key: IdentityKey {
            id: SigningKeyId::parse("key-1").unwrap(),
            purpose,
            kind: KeyType::Rsa2048,
            state,
            state_since: AT,
            created_at: AT,
            certificate: String::new(),
        },
        fingerprint: text.to_owned(),
        ends_at: AT,
        is_ending: state == KeyState::Active,
        known_at: AT,
        is_known: false,
    })
    .into()
}

/// Every page of the desk, saying this wherever it can.
fn pages(text: &'static str, token: &'static str) -> Vec<(&'static str, String)> {
    let (frame, id) = (frame(text, token), id());
    let texts = [text.to_owned()];
    let applications =
        [listed("A <b>", text, Status::Enabled, Some(AT)), listed("B", text, Status::Disabled, None)];
    let values: BTreeMap<_, _> = [("AccountId".to_owned(), text.to_owned())].into();
    let (fields, problems, preview) = (fields(text), problems(text), preview(text));
    let test = TestLogon { preview: preview.clone(), checks: checks(text), response: None };
    let template = ApplicationTemplate::find("aws").unwrap();
    let head = |tab| head(&id, text, tab);
    let group = TemplateGroup { title: "Consoles", templates: ApplicationTemplate::ALL.to_vec() };
    let (exchanges, inspection) = (exchanges(text), inspection(text));
    let (origin, source, pending, keys) = (origin(text), source(text), pending(text), keys(text));
    let name = ApplicationName::parse("Wiki").unwrap();
    let troubles = [MetadataTrouble { id: id.clone(), name, is_waiting: true, has_failed: true }];
    let confirm = |deed| Confirm { frame, head: head(Tab::Other), deed, assigned: 3 }.render();
    let rendered = [
        (
            "overview",
            Overview {
                frame,
                organisation: text,
                applications: (2, 1),
                troubles: &troubles,
                has_ending_key: true,
                entity_id: text,
                sso_url: text,
            }
            .render(),
        ),
        (
            "applications",
            ApplicationList {
                frame,
                query: text,
                status: "Enabled",
                total: 9,
                found: 5,
                applications: &applications,
            }
            .render(),
        ),
        (
            "applications-none",
            ApplicationList { frame, query: text, status: "", total: 0, found: 0, applications: &[] }
                .render(),
        ),
        ("catalogue", Catalogue { frame, query: text, groups: vec![group], leaves_out: true }.render()),
        ("catalogue-none", Catalogue { frame, query: text, groups: Vec::new(), leaves_out: false }.render()),
        ("new-template", NewFromTemplate { frame, template, name: text, values: &values }.render()),
        ("new-metadata", NewFromMetadata { frame, name: text, metadata: text }.render()),
        ("new-by-address", NewByAddress { frame, name: text, origin: origin.clone() }.render()),
        (
            "new-by-hand",
            NewByHand { frame, name: text, entity_id: text, acs_url: text, certificate: text }.render(),
        ),
        (
            "settings",
            Settings {
                frame,
                head: head(Tab::Settings),
                version: 3,
                fields: &fields,
                problems: &problems,
                person: text,
                preview: Some(&preview),
            }
            .render(),
        ),
        (
            "assignments",
            Assignments {
                frame,
                head: head(Tab::Assignments),
                assignments: &assignments(text),
                to_user: true,
                typed: text,
            }
            .render(),
        ),
        (
            "assignments-none",
            Assignments {
                frame,
                head: head(Tab::Assignments),
                assignments: &[],
                to_user: false,
                typed: text,
            }
            .render(),
        ),
        ("exchanges", Exchanges { frame, head: head(Tab::Exchanges), exchanges: &exchanges }.render()),
        ("exchanges-none", Exchanges { frame, head: head(Tab::Exchanges), exchanges: &[] }.render()),
        (
            "test-logon",
            TestLogonPage { frame, head: head(Tab::Test), person: text, test: Some(&test) }.render(),
        ),
        (
            "set-up",
            SetUp {
                frame,
                head: head(Tab::SetUp),
                details: &details(text),
                template: Some((text, text, vec![text.to_owned()])),
                assigned: 0,
            }
            .render(),
        ),
        (
            "provider-metadata",
            ProviderMetadata {
                frame,
                head: head(Tab::Metadata),
                version: 1,
                metadata: text,
                acs_urls: &texts,
                signing_keys: &texts,
                source: Some(&source),
                signer_fingerprints: &texts,
                pending: Some(&pending),
                origin,
                is_typed: true,
            }
            .render(),
        ),
        ("keys", Keys { frame, keys: &keys }.render()),
        (
            "turn-keys",
            TurnKeys {
                frame,
                group: KeyGroup::Signing(KeyType::Rsa2048),
                active: &keys[0],
                next: Some(&keys[1]),
            }
            .render(),
        ),
        (
            "turn-encryption",
            TurnKeys { frame, group: KeyGroup::Encryption, active: &keys[2], next: None }.render(),
        ),
        ("confirm-enable", confirm(Deed::Enable)),
        ("confirm-disable", confirm(Deed::Disable)),
        ("confirm-delete", confirm(Deed::Delete)),
        (
            "inspector",
            Inspector {
                frame,
                message: text,
                as_made: true,
                inspection: Some(&inspection),
                strangers: &exchanges,
            }
            .render(),
        ),
    ];
    rendered.map(|(name, html)| (name, html.unwrap())).into()
}

#[test]
fn every_page_of_the_desk_is_sound() {
    for (name, html) in pages("Acme Wiki", CSRF) {
        assert_sound(&html);
        assert_posts_carry_the_token(&html);
        assert!(!html.contains("<script"), "the desk has no scripts: {name}");
        assert_has(&html, &[r#"<nav class="menu" aria-label="Administration">"#, "admin.css"]);
    }
}

#[test]
fn every_page_of_the_desk_escapes_what_it_is_given() {
    for (name, html) in pages(NASTY, NASTY) {
        assert_sound(&html);
        assert!(!html.contains("<!--") && !html.contains("alert('x')"), "{name}: {html}");
        assert!(html.contains("&#60;script&#62;"), "the text itself is shown: {name}");
    }
}

#[test]
fn settings_show_what_is_wrong_and_what_somebody_would_be_told() {
    let pages = pages("Acme Wiki", CSRF);
    let (_, html) = pages.iter().find(|(name, _)| *name == "settings").unwrap();
    assert_has(
        html,
        &[
            r#"<p class="problem" id="ap1">Acme Wiki</p>"#,
            r#"aria-invalid="true" aria-describedby="ap1""#,
            "<span>Preview</span> Acme Wiki · b",
            "<span>Preview</span> left out: it has no values",
            "<span>Preview</span> refused at column 7: Acme Wiki",
            "<code>Acme Wiki</code>, since its metadata asks for it</span> Acme Wiki",
            r#"<option value="aes128-cbc" selected>AES-128-CBC, weak</option>"#,
            r#"name="takes_cbc" value="true">"#,
            r#"name="attribute_expression_3""#,
            "<code>lower(text)</code>",
            "They are disabled.",
        ],
    );
    assert!(!html.contains(r#"name="attribute_remove_3""#), "a blank row has nothing to remove");
}

#[test]
fn whom_something_is_to_be_assigned_to_stays_as_it_was_chosen() {
    let pages = pages("Acme Wiki", CSRF);
    let is_user = |wanted: &str| {
        let (_, page) = pages.iter().find(|(name, _)| *name == wanted).unwrap();
        page.contains("<option value=\"User\" selected>")
    };
    assert!(is_user("assignments"));
    assert!(!is_user("assignments-none"));
}

#[test]
fn each_check_says_what_came_of_it_in_words() {
    let pages = pages("Acme Wiki", CSRF);
    let (_, html) = pages.iter().find(|(name, _)| *name == "inspector").unwrap();
    assert_has(
        html,
        &[
            r#"<p class="outcome">Passed</p>"#,
            r#"<p class="outcome">Failed</p>"#,
            r#"<p class="outcome">Not reached</p>"#,
            "AuthnRequest: stops at “Signature”",
            r#"href="/admin/saml/inspector?exchange=req-1""#,
        ],
    );
    assert_eq!(html.matches("<dt>Why</dt>").count(), 1);
}

#[test]
fn pages_of_the_desk_are_written_for_eyes() {
    let id = id();
    let applications: Vec<_> = (1..=40)
        .map(|number| {
            let used = (number % 3 != 0).then_some(AT);
            let status = if number % 7 == 0 { Status::Disabled } else { Status::Enabled };
            listed(
                &format!("Application {number}"),
                &format!("https://app{number}.example/saml"),
                status,
                used,
            )
        })
        .collect();
    let frame = Frame { said: None, failure: None, ..frame("root", CSRF) };
    let list =
        ApplicationList { frame, query: "", status: "", total: 40, found: 40, applications: &applications };
    assert_sound(&look("admin-applications.html", &list));
    let fields = SettingFields { encryption: "none".to_owned(), ..fields("user.email") };
    let settings = Settings {
        frame,
        head: head(&id, "Wiki", Tab::Settings),
        version: 1,
        fields: &fields,
        problems: &[],
        person: "",
        preview: None,
    };
    let html = look("admin-settings.html", &settings);
    assert_sound(&html);
    assert!(!html.contains(r#"class="problem""#) && !html.contains(r#"class="previewed""#));
}

#[test]
fn keys_say_what_each_is_for_and_which_ends_soon() {
    let pages = pages("Acme Wiki", CSRF);
    let find = |wanted: &str| &pages.iter().find(|(name, _)| *name == wanted).unwrap().1;
    assert_has(
        find("keys"),
        &[
            "A certificate of the RSA-2048 keys that sign ends soon",
            "A certificate of the key that others encrypt to ends soon",
            "In our metadata, to sign next, known from",
            r#"href="/admin/saml/keys/encryption/turn""#,
        ],
    );
    assert_has(find("turn-keys"), &[r#"name="takes_unknown" value="true">"#, r#"name="from" value="key-1""#]);
    assert!(!find("turn-encryption").contains("takes_unknown"), "there is none that is unknown");
}
