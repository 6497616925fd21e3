//! What applications are told of people: the values of expressions, as they are at the moment of sign-on.

use cloudsso::base::GroupName;
use cloudsso::domain::{
    Action, ApplicationSettings, AttributeMapping, AttributeNameFormat, GroupSpec, Member, ScimScope,
    UserChanges,
};
use cloudsso::service::{application, group, user};
use serde_json::{Value, json};

use super::answer::{Answer, Told, own_metadata};
use super::provider::Provider;
use super::request::Request;
use super::{details, mapping};
use crate::foreign::{generated_values, xmlsec1};
use crate::scim::{credential_of, serving};
use crate::support::app::TestApp;
use crate::support::http::{Page, Visitor};
use crate::support::scim::Idp;

pub(super) fn telling(attributes: &[(&str, &str)]) -> ApplicationSettings {
    let attributes = attributes.iter().map(|(name, expression)| mapping(name, expression)).collect();
    ApplicationSettings { attributes, ..ApplicationSettings::default() }
}

#[track_caller]
pub(super) fn enter(app: &TestApp, visitor: &mut Visitor, provider: &Provider) -> Told {
    let request = Request::new(app, provider);
    Answer::posted(&request.redirect(app, visitor)).told(app, provider, Some(request.id()))
}

fn group_of(app: &TestApp, name: &str, members: Vec<Member>) -> Member {
    let spec = GroupSpec { group_name: GroupName::parse(name).unwrap(), description: String::new() };
    let made = group::create(&app.ctx, &app.operator, spec).unwrap();
    group::add_members(&app.ctx, &app.operator, &made.id, members).unwrap();
    Member::Group(made.id)
}

#[test]
fn attributes_are_worked_out_for_the_person_and_of_all_their_groups() {
    let app = TestApp::start();
    let alice = Member::User(app.user("alice").id);
    let platform = group_of(&app, "aws-platform", vec![alice]);
    let engineering = group_of(&app, "aws-engineering", vec![platform]);
    group_of(&app, "staff", vec![engineering]);
    group_of(&app, "aws-strangers", vec![]);
    let provider = Provider::new("wiki");
    let settings = telling(&[
        ("mail", "user.email"),
        ("login", "upper(user.userName)"),
        ("groups", "groups"),
        ("https://wiki.example/roles", "map(filter(groups, startsWith(it, \"aws-\")), after(it, \"aws-\"))"),
        ("first", "user.firstName"),
        ("for", "application.name + \" \" + application.entityId"),
    ]);
    provider.register(&app, settings, &["alice"]);
    let (mut visitor, _portal) = app.sign_in("alice");
    let told = enter(&app, &mut visitor, &provider);
    assert_eq!(told.values("mail"), ["alice@acme.example"]);
    assert_eq!(told.values("login"), ["ALICE"]);
    assert_eq!(told.values("groups"), ["aws-engineering", "aws-platform", "staff"]);
    assert_eq!(told.values("https://wiki.example/roles"), ["engineering", "platform"]);
    assert_eq!(told.values("for"), [format!("wiki {}", provider.entity_id)]);
    assert!(told.values("first").is_empty(), "what is not known of somebody is left out");

    // What is true of them changes with the next assertion, not with the next sign-in.
    let changes = UserChanges { first_name: Some("Ali".to_owned()), ..UserChanges::default() };
    user::update(&app.ctx, &app.operator, &app.user("alice").id, changes).unwrap();
    let gone = app.group("aws-engineering").id;
    group::remove_members(&app.ctx, &app.operator, &gone, vec![Member::Group(app.group("aws-platform").id)])
        .unwrap();
    let told = enter(&app, &mut visitor, &provider);
    assert_eq!(told.values("first"), ["Ali"]);
    assert_eq!(told.values("groups"), ["aws-platform"]);
}

#[test]
fn attributes_have_the_format_of_their_name() {
    let app = TestApp::start();
    let provider = Provider::new("wiki");
    let named = AttributeMapping {
        name_format: Some(AttributeNameFormat::Unspecified),
        friendly_name: Some("post \"&\" mail".to_owned()),
        ..mapping("own", "user.email")
    };
    let mut settings =
        telling(&[("mail", "user.email"), ("urn:oid:0.9.2342.19200300.100.1.3", "user.email")]);
    settings.attributes.push(named);
    provider.register(&app, settings, &["alice"]);
    let (mut alice, _portal) = app.sign_in("alice");
    let answer = Answer::posted(&Request::new(&app, &provider).redirect(&app, &mut alice));
    for (name, format) in [
        ("mail", "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"),
        ("urn:oid:0.9.2342.19200300.100.1.3", "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"),
        ("own", "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"),
    ] {
        let expected = format!("Name=\"{name}\" NameFormat=\"{format}\"");
        assert!(answer.xml.contains(&expected), "{expected} in {}", answer.xml);
    }
    assert!(answer.xml.contains("FriendlyName=\"post &quot;&amp;&quot; mail\""), "{}", answer.xml);
}

/// A person whom an identity provider pushed, signed in, and an application that is told of them.
struct Pushed {
    app: TestApp,
    idp: Idp,
    path: String,
    provider: Provider,
    casey: Visitor,
}

impl Pushed {
    fn new() -> Self {
        let mut app = serving();
        let idp = Idp::new(&app, Some(credential_of(&app, "okta", ScimScope::All).token));
        let path = format!("/Users/{}", idp.user("casey"));
        app.equip("casey");
        let provider = Provider::new("wiki");
        let lists = LISTS.map(|list| (list, format!("user.profile.{list}")));
        let mut attributes = vec![("name", "user.displayName"), ("title", "user.profile.title")];
        attributes.extend(lists.iter().map(|(list, expression)| (*list, expression.as_str())));
        provider.register(&app, telling(&attributes), &["casey"]);
        let (casey, _portal) = app.sign_in("casey");
        Self { app, idp, path, provider, casey }
    }

    /// Says this of the person; gives the status.
    fn say(&self, attributes: &Value) -> u16 {
        let operations = json!([{ "op": "replace", "value": attributes }]);
        self.idp.patch(&self.path, &operations).status
    }

    /// The page that a request leads to, and its ID.
    fn ask(&mut self) -> (Page, String) {
        let request = Request::new(&self.app, &self.provider);
        (request.redirect(&self.app, &mut self.casey), request.id().to_owned())
    }

    fn enter(&mut self) -> Told {
        enter(&self.app, &mut self.casey, &self.provider)
    }

    fn is_verified_by_xmlsec1(&self, xml: &str) -> bool {
        xmlsec1::verifies(xml, &own_metadata(&self.app).signing_certificates()[0])
    }
}

/// What SCIM lets a person have up to two hundred of, each.
const LISTS: [&str; 4] = ["entitlements", "roles", "ims", "phoneNumbers"];

#[test]
fn b12_markup_in_what_an_identity_provider_says_is_text() {
    let evil = "a<b>&amp;\"c'</saml:AttributeValue><!--]]>\u{10400}\tend";
    let mut pushed = Pushed::new();
    assert_eq!(pushed.say(&json!({ "displayName": evil, "title": evil })), 200);
    let (page, id) = pushed.ask();
    // The page that carries it shows it as text, too.
    assert!(page.text().contains("a<b>&amp;\"c'"), "{}", page.text());
    assert!(!page.body.contains("<b>") && !page.body.contains("<!--"), "{}", page.body);
    let answer = Answer::posted(&page);
    let told = answer.told(&pushed.app, &pushed.provider, Some(&id));
    assert_eq!((told.values("name"), told.values("title")), (vec![evil], vec![evil]));
    assert!(!answer.xml.contains("<!--") && !answer.xml.contains("]]>"), "{}", answer.xml);
    assert!(pushed.is_verified_by_xmlsec1(&answer.xml));
    assert!(!pushed.is_verified_by_xmlsec1(&answer.xml.replace("\tend", " end")));
}

#[test]
fn b12_what_xml_cannot_carry_is_in_no_assertion() {
    let mut pushed = Pushed::new();
    let letters = ["\u{0}", "\u{b}", "\u{1b}", "\u{fffe}", "\u{ffff}", "\r"];
    for letter in letters {
        if pushed.say(&json!({ "title": format!("be{letter}hind") })) == 400 {
            continue;
        }
        let (page, id) = pushed.ask();
        assert_eq!(page.status, 403, "{letter:?}: {}", page.text());
        assert_eq!(Answer::on(&page).refusal(&pushed.app, &id), "RequestDenied");
        assert!(!page.body.contains(letter) || letter == "\r", "{letter:?}");
    }
    assert_eq!(pushed.say(&json!({ "title": "behind" })), 200);
    assert_eq!(pushed.enter().values("title"), ["behind"]);
}

#[test]
fn b12_a_name_of_64_kilobytes() {
    let mut pushed = Pushed::new();
    for field in ["displayName", "title"] {
        assert_eq!(pushed.say(&json!({ field: "x".repeat(65_536) })), 400, "{field}");
    }
    assert_eq!(pushed.say(&json!({ "displayName": "n".repeat(256), "title": "t".repeat(4_096) })), 200);
    let told = pushed.enter();
    assert_eq!(
        (told.values("name"), told.values("title")),
        (vec!["n".repeat(256).as_str()], vec!["t".repeat(4_096).as_str()])
    );
    // Two hundred such values are more than an assertion carries.
    let many: Vec<_> =
        (0..200).map(|number| json!({ "value": format!("{number}{}", "y".repeat(1_000)) })).collect();
    assert_eq!(pushed.say(&json!({ "roles": many })), 200);
    let (page, id) = pushed.ask();
    assert_eq!(page.status, 403, "{}", page.text());
    assert_eq!(Answer::on(&page).refusal(&pushed.app, &id), "RequestDenied");
    let application =
        application::find_by_name(&pushed.app.ctx, &pushed.app.operator, "wiki").unwrap().unwrap();
    let refused = details(&pushed.app, Action::SamlSsoRefused, application.id.as_str());
    let reason = refused[0]["reason"].as_str().unwrap();
    assert!(reason.contains("\"roles\"") && reason.contains("65536") && reason.len() < 500, "{reason}");
}

#[test]
fn b12_eight_hundred_values_of_an_identity_provider_go_out_as_they_came_in() {
    let is_carried = |letter: char| {
        matches!(letter, '\n' | '\t') || !(letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}'))
    };
    let texts = generated_values::texts(800, is_carried);
    let mut pushed = Pushed::new();
    let lists: Vec<_> = LISTS.iter().zip(texts.chunks(200)).collect();
    for (list, texts) in &lists {
        let values: Vec<Value> = texts.iter().map(|text| json!({ "value": text })).collect();
        assert_eq!(pushed.say(&json!({ **list: values })), 200, "{list}");
    }
    let (page, id) = pushed.ask();
    let answer = Answer::posted(&page);
    let told = answer.told(&pushed.app, &pushed.provider, Some(&id));
    for (list, texts) in &lists {
        assert_eq!(told.values(list), *texts, "{list}");
    }
    assert!(pushed.is_verified_by_xmlsec1(&answer.xml));
    let changed = answer.xml.replacen("a799", "a798", 1);
    assert!(changed != answer.xml && !pushed.is_verified_by_xmlsec1(&changed));
}
