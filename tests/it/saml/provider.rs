//! A service provider of the test's own: its keys, its metadata, and how it is registered.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use cloudsso::base::{ApplicationName, Timestamp};
use cloudsso::crypto::{Certificate, KeyType, Random, SigningKey};
use cloudsso::domain::{Application, ApplicationSettings, Assignee, Status};
use cloudsso::saml::Signer;
use cloudsso::service::Error;
use cloudsso::service::application::{self, ApplicationSpec};

use super::request::SAML;
use crate::support::app::TestApp;

const BINDINGS: &str = "urn:oasis:names:tc:SAML:2.0:bindings:";

/// A key of somebody's, and what others know of it.
pub(super) struct Key {
    pub(super) signing: Arc<SigningKey>,
    pub(super) certificate: Certificate,
    pub(super) signer: Signer,
}

/// The keys of this run.
pub(super) struct Keys {
    /// What the metadata says that requests are signed by.
    pub(super) own: Key,
    /// What it says next: the service provider is about to turn its keys.
    pub(super) second: Key,
    /// What it says may be encrypted to.
    pub(super) encryption: Key,
    pub(super) stranger: Key,
}

impl Key {
    fn generate(kind: KeyType) -> Self {
        let signing = Arc::new(SigningKey::generate(kind).unwrap());
        let begin = Timestamp::from_seconds(0);
        // The dates have been over for long: certificates are good for the key in them, and nothing else.
        let minute = Duration::from_secs(60);
        let certificate =
            Certificate::self_signed(&signing, "app", begin, minute, &Random::system()).unwrap();
        let signer = Signer::new(Arc::clone(&signing), &certificate).unwrap();
        Self { signing, certificate, signer }
    }
}

/// Made once, since it takes long.
pub(super) fn keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    KEYS.get_or_init(|| Keys {
        own: Key::generate(KeyType::Rsa2048),
        second: Key::generate(KeyType::P256),
        encryption: Key::generate(KeyType::Rsa2048),
        stranger: Key::generate(KeyType::Rsa2048),
    })
}

/// A service provider.
#[derive(Clone)]
pub(super) struct Provider {
    pub(super) name: String,
    pub(super) entity_id: String,
    /// Where it takes Responses by POST, with what the metadata says of the default; the index is the place.
    pub(super) acs: Vec<(String, Option<bool>)>,
    /// Whether its metadata says what it signs by.
    pub(super) has_keys: bool,
    pub(super) signs_requests: bool,
    pub(super) decrypts: bool,
    /// Where it takes logout messages: bindings, and addresses.
    pub(super) slo: Vec<(&'static str, String)>,
    /// What its metadata says of it as an entity: names and values.
    pub(super) entity_attributes: Vec<(&'static str, Vec<&'static str>)>,
    /// The sets of attributes that it asks for, with what the metadata says of the default; the index is the place.
    pub(super) requested: Vec<(Vec<&'static str>, Option<bool>)>,
}

impl Provider {
    /// One that has keys and need not sign, with one place for Responses.
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            entity_id: format!("https://{name}.example/saml/metadata"),
            acs: vec![(format!("https://{name}.example/saml/acs"), None)],
            has_keys: true,
            signs_requests: false,
            decrypts: false,
            slo: Vec::new(),
            entity_attributes: Vec::new(),
            requested: Vec::new(),
        }
    }

    /// Where it takes Responses by default, when its metadata says nothing of that.
    pub(super) fn acs_url(&self) -> &str {
        &self.acs[0].0
    }

    pub(super) fn metadata(&self) -> String {
        let keys = keys();
        let mut role = String::new();
        if self.has_keys {
            role.push_str(&key_descriptor("signing", &keys.own));
            role.push_str(&key_descriptor("signing", &keys.second));
        }
        if self.decrypts {
            role.push_str(&key_descriptor("encryption", &keys.encryption));
        }
        for (binding, url) in &self.slo {
            role.push_str(&format!(
                "<md:SingleLogoutService Binding=\"{BINDINGS}{binding}\" Location=\"{}\"/>",
                escaped(url)
            ));
        }
        for (index, (url, is_default)) in self.acs.iter().enumerate() {
            let said = default(*is_default);
            role.push_str(&format!(
                "<md:AssertionConsumerService Binding=\"{BINDINGS}HTTP-POST\" Location=\"{}\" index=\"{index}\"{said}/>",
                escaped(url)
            ));
        }
        for (index, (names, is_default)) in self.requested.iter().enumerate() {
            let names = names.iter().map(|name| format!("<md:RequestedAttribute Name=\"{name}\"/>"));
            role.push_str(&format!(
                "<md:AttributeConsumingService index=\"{index}\"{}><md:ServiceName xml:lang=\"en\">x</md:ServiceName>{}\
                 </md:AttributeConsumingService>",
                default(*is_default),
                names.collect::<String>()
            ));
        }
        let mut said = String::new();
        for (name, values) in &self.entity_attributes {
            let values =
                values.iter().map(|value| format!("<saml:AttributeValue>{value}</saml:AttributeValue>"));
            said.push_str(&format!(
                "<saml:Attribute xmlns:saml=\"{SAML}\" Name=\"{name}\">{}</saml:Attribute>",
                values.collect::<String>()
            ));
        }
        if !said.is_empty() {
            said = format!(
                "<md:Extensions><mdattr:EntityAttributes xmlns:mdattr=\"urn:oasis:names:tc:SAML:metadata:attribute\">\
                 {said}</mdattr:EntityAttributes></md:Extensions>"
            );
        }
        format!(
            "<?xml version=\"1.0\"?>\n<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" \
             xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" entityID=\"{}\">{said}\n<md:SPSSODescriptor \
             protocolSupportEnumeration=\"urn:oasis:names:tc:SAML:2.0:protocol\" \
             AuthnRequestsSigned=\"{}\">{role}</md:SPSSODescriptor>\n</md:EntityDescriptor>\n",
            escaped(&self.entity_id),
            self.signs_requests
        )
    }

    /// What is said of it when it is registered.
    pub(super) fn spec(&self, settings: ApplicationSettings) -> ApplicationSpec {
        ApplicationSpec {
            name: ApplicationName::parse(&self.name).unwrap(),
            status: Status::Enabled,
            settings,
            metadata: self.metadata(),
        }
    }

    /// Registers it, assigned to these users.
    #[track_caller]
    pub(super) fn register(
        &self,
        app: &TestApp,
        settings: ApplicationSettings,
        users: &[&str],
    ) -> Application {
        self.try_register(app, settings, users).unwrap()
    }

    pub(super) fn try_register(
        &self,
        app: &TestApp,
        settings: ApplicationSettings,
        users: &[&str],
    ) -> Result<Application, Error> {
        let users = users.iter().map(|name| Assignee::User(app.user(name).id)).collect();
        application::create(&app.ctx, &app.operator, self.spec(settings), users)
    }
}

/// One that is registered as usual and assigned to alice.
pub(super) fn registered(app: &TestApp) -> (Provider, Application) {
    let provider = Provider::new("wiki");
    let application = provider.register(app, ApplicationSettings::default(), &["alice"]);
    (provider, application)
}

/// One whose requests must be signed, assigned to alice.
pub(super) fn signing(app: &TestApp) -> (Provider, Application) {
    let provider = Provider { signs_requests: true, ..Provider::new("ledger") };
    let application = provider.register(app, ApplicationSettings::default(), &["alice"]);
    (provider, application)
}

fn default(is_default: Option<bool>) -> String {
    is_default.map_or_else(String::new, |said| format!(" isDefault=\"{said}\""))
}

fn key_descriptor(usage: &str, key: &Key) -> String {
    let certificate = key.certificate.to_base64().unwrap();
    format!(
        "<md:KeyDescriptor use=\"{usage}\"><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo></md:KeyDescriptor>"
    )
}

/// As an attribute's value or as text, in canonical form.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;").replace('\r', "&#xD;")
}
