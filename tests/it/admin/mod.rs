//! The administrators' desk, from outside: pages and forms, and who is not let in.

mod add;
mod door;
mod exchange;
mod inspector;
mod keys;
mod lifecycle;
mod logout;
mod settings;
mod source;
mod story;
mod test_logon;

use std::time::Duration;

use cloudsso::base::{ApplicationId, ApplicationName, Secret, Timestamp, UserName};
use cloudsso::crypto::{Certificate, KeyType, Random, SigningKey, TotpSecret};
use cloudsso::domain::{Application, ApplicationSettings, Assignee, PrincipalId, Status};
use cloudsso::saml::{AssertionConsumerService, MessageKind, ServiceProvider, Signer, redirect_url};
use cloudsso::service::application::{self, ApplicationSpec};
use cloudsso::service::{administrator, credential};

use crate::support::app::TestApp;
use crate::support::http::{Page, Visitor};
use crate::support::person::Person;
use crate::support::totp;

const SP: &str = "https://wiki.example/saml";
const ACS: &str = "https://wiki.example/saml/acs";

/// Makes an administrator; gives what they sign in with.
fn equip(app: &TestApp, name: &str) -> Person {
    let id = administrator::ensure(&app.ctx, &app.operator, &UserName::parse(name).unwrap()).unwrap();
    let (principal, password) = (PrincipalId::Administrator(id), "nine slow trains".to_owned());
    let device = TotpSecret::generate(&Random::system()).unwrap();
    credential::set_password(&app.ctx, &app.operator, &principal, &Secret::new(&password), false).unwrap();
    credential::set_totp_device(&app.ctx, &app.operator, &principal, &device).unwrap();
    Person { name: name.to_owned(), password, totp_secret: device.to_base32().expose().to_owned() }
}

/// Signs an administrator in at this page; gives where they land.
fn sign_in_at(app: &TestApp, person: &Person, path: &str) -> (Visitor, Page) {
    app.advance(Duration::from_secs(30));
    let mut visitor = app.visitor();
    let page = person.give_password(&mut visitor, &app.url(path));
    let page = visitor.follow(page);
    let code = totp::code_at(&person.totp_secret, u64::try_from(app.clock.now().seconds()).unwrap());
    let page = visitor.submit(&page.form("/login/mfa").with("code", &code));
    let page = visitor.follow(page);
    (visitor, page)
}

/// An administrator who is signed in.
fn root(app: &TestApp) -> Visitor {
    let person = equip(app, "root");
    let (visitor, page) = sign_in_at(app, &person, "/login");
    assert_eq!((page.status, page.url.path()), (200, "/portal"), "{}", page.text());
    visitor
}

/// A service provider with a key of its own.
struct Provider {
    signer: Signer,
    certificate: Certificate,
}

impl Provider {
    fn new(now: Timestamp) -> Self {
        Self::with_key(now, KeyType::P256)
    }

    /// One whose key is of this kind; only to RSA can be encrypted.
    fn with_key(now: Timestamp, kind: KeyType) -> Self {
        let key = SigningKey::generate(kind).unwrap();
        let year = Duration::from_secs(365 * 86_400);
        let certificate = Certificate::self_signed(&key, "wiki", now, year, &Random::system()).unwrap();
        Self { signer: Signer::new(key.into(), &certificate).unwrap(), certificate }
    }

    fn metadata(&self) -> String {
        let acs = AssertionConsumerService { index: 0, url: ACS.to_owned(), is_default: Some(true) };
        let provider = ServiceProvider::by_hand(SP, vec![acs], vec![], vec![self.certificate.clone()]);
        provider.unwrap().to_xml().unwrap()
    }

    /// The address that begins a sign-on, with a request of this ID, changed by `edit` before it is signed.
    fn request(&self, app: &TestApp, id: &str, edit: impl Fn(String) -> String) -> String {
        let xml = format!(
            "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" Destination=\"{}\" ID=\"{id}\" \
             IssueInstant=\"{}\" Version=\"2.0\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{SP}\
             </saml:Issuer></samlp:AuthnRequest>",
            app.url("/saml/idp/sso"),
            app.clock.now().rfc3339(),
        );
        let message = (MessageKind::Request, edit(xml));
        let message = (message.0, message.1.as_str());
        redirect_url(&app.url("/saml/idp/sso"), message, Some("page-7"), Some(&self.signer)).unwrap()
    }
}

/// Registers the wiki, assigned to alice.
fn wiki(app: &TestApp, provider: &Provider, settings: ApplicationSettings) -> Application {
    let name = ApplicationName::parse("Wiki").unwrap();
    let spec = ApplicationSpec { name, status: Status::Enabled, settings, metadata: provider.metadata() };
    let alice = Assignee::User(app.user("alice").id);
    application::create(&app.ctx, &app.operator, spec, vec![alice]).unwrap()
}

/// The application whose page this is.
fn id_of(page: &Page) -> ApplicationId {
    let path = page.url.path().strip_prefix("/admin/applications/").unwrap();
    ApplicationId::parse(path.split('/').next().unwrap()).unwrap()
}

fn load(app: &TestApp, id: &ApplicationId) -> Application {
    application::load(&app.ctx, &app.operator, id).unwrap()
}

/// What stands in the page where the checks do: each with its outcome.
fn outcomes(page: &Page) -> Vec<(String, String)> {
    let between = |text: &str, begin: &str| {
        let rest = text.split_once(begin).unwrap().1;
        rest.split_once('<').unwrap().0.to_owned()
    };
    let rows = page.body.split("<p class=\"check-name\">").skip(1);
    rows.map(|row| (row.split('<').next().unwrap().to_owned(), between(row, "<p class=\"outcome\">")))
        .collect()
}

/// The check that failed, if one did.
fn failed(page: &Page) -> Option<String> {
    outcomes(page).into_iter().find(|(_, outcome)| outcome == "Failed").map(|(name, _)| name)
}
