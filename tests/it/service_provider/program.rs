//! The service providers as programs (`tests/foreign`), registered with the product as applications.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use cloudsso::base::ApplicationName;
use cloudsso::domain::{Application, ApplicationSettings, Assignee, Status};
use cloudsso::saml::{LogoutBinding, ServiceProvider as Metadata};
use cloudsso::service::application::{self, ApplicationSpec};
use serde_json::{Map, Value};
use tempfile::TempDir;
use url::Url;

use crate::sdk::python;
use crate::support::app::TestApp;
use crate::support::http::{Page, Visitor};
use crate::support::process::Process;
use crate::support::wait_for;

/// How long one may take to start, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// Whose software it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `mod_auth_mellon` in an Apache.
    Mellon,
    /// pysaml2.
    Pysaml2,
    /// python3-saml, in strict mode.
    Python3Saml,
}

impl Kind {
    /// What its application is called.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Mellon => "Mellon",
            Self::Pysaml2 => "pysaml2",
            Self::Python3Saml => "python3-saml",
        }
    }

    const fn script(self) -> &'static str {
        match self {
            Self::Mellon => "mellon.py",
            Self::Pysaml2 => "pysaml2_sp.py",
            Self::Python3Saml => "python3_saml_sp.py",
        }
    }
}

/// One that runs until this is dropped, and to which alice and bob are assigned.
pub(super) struct ServiceProvider {
    pub(super) kind: Kind,
    pub(super) application: Application,
    pub(super) base_url: String,
    process: Process,
    folder: TempDir,
}

/// Whom it takes somebody for.
pub(super) struct Account {
    /// The name by which they were signed in.
    pub(super) name_id: String,
    /// All that it says.
    pub(super) told: Value,
}

impl Account {
    /// The values of an attribute.
    pub(super) fn values(&self, name: &str) -> Vec<&str> {
        match &self.told[format!("MELLON_{name}")] {
            Value::String(value) => vec![value],
            _ => {
                let values = self.told["attributes"][name].as_array();
                values.into_iter().flatten().filter_map(Value::as_str).collect()
            }
        }
    }
}

impl ServiceProvider {
    /// Starts one with these options of its own and registers it.
    pub(super) fn start(app: &TestApp, kind: Kind, options: &[&str], settings: ApplicationSettings) -> Self {
        Self::start_each(app, [(kind, options, settings)]).remove(0)
    }

    /// As [`Self::start`], several at once.
    pub(super) fn start_each<'a>(
        app: &TestApp,
        wanted: impl IntoIterator<Item = (Kind, &'a [&'a str], ApplicationSettings)>,
    ) -> Vec<Self> {
        let idp_metadata = app.visitor().get(&app.url("/saml/idp/metadata")).body;
        let starting: Vec<_> = wanted
            .into_iter()
            .map(|(kind, options, settings)| {
                let folder = tempfile::tempdir().unwrap();
                let process = spawn(kind, &folder, &idp_metadata, options);
                (kind, settings, folder, process)
            })
            .collect();
        starting
            .into_iter()
            .map(|(kind, settings, folder, mut process)| {
                let base_url = awaited(kind, &mut process);
                let metadata = fs::read_to_string(folder.path().join("metadata.xml")).unwrap();
                let application = register(app, kind, metadata, settings);
                Self { kind, application, base_url, process, folder }
            })
            .collect()
    }

    /// Ends it, and starts it again where it was, with this metadata of ours and these options.
    pub(super) fn start_again(&mut self, idp_metadata: &str, options: &[&str]) {
        self.process.kill();
        let port = Url::parse(&self.base_url).unwrap().port().unwrap().to_string();
        let options: Vec<_> = options.iter().copied().chain(["--port", &port]).collect();
        self.process = spawn(self.kind, &self.folder, idp_metadata, &options);
        awaited(self.kind, &mut self.process);
    }

    /// Ends it, for good.
    pub(super) fn kill(&mut self) {
        self.process.kill();
    }

    /// Says its settings anew.
    pub(super) fn set(&mut self, app: &TestApp, settings: ApplicationSettings) {
        let metadata = self.application.metadata.clone();
        self.update(app, metadata, settings);
    }

    /// Registers it as one that takes logouts by this binding only.
    pub(super) fn takes_logouts_by(&mut self, app: &TestApp, binding: LogoutBinding) {
        let mut metadata = Metadata::parse(&self.application.metadata).unwrap();
        metadata.single_logout_services.retain(|service| service.binding == binding);
        assert_eq!(metadata.single_logout_services.len(), 1, "{binding:?}");
        self.update(app, metadata.to_xml().unwrap(), self.application.settings.clone());
    }

    fn update(&mut self, app: &TestApp, metadata: String, settings: ApplicationSettings) {
        let (name, status) = (self.application.name.clone(), self.application.status);
        let spec = ApplicationSpec { name, status, settings, metadata };
        self.application = application::update(&app.ctx, &app.operator, &self.application.id, spec).unwrap();
    }

    /// An address of its.
    pub(super) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Where it sends a browser to be signed in, and what it asks for: `binding=post`, `force=1` and their like. Mellon
    /// asks for what it was started with.
    pub(super) fn login(&self, asked: &str) -> String {
        match self.kind {
            Kind::Mellon => self.url("/protected"),
            Kind::Pysaml2 | Kind::Python3Saml => self.url(&format!("/login?{asked}")),
        }
    }

    /// Where it begins single logout, by Redirect.
    pub(super) fn logout(&self) -> String {
        match self.kind {
            Kind::Mellon => {
                let back =
                    Url::parse_with_params(&self.url("/mellon/logout"), [("ReturnTo", self.url("/public"))]);
                back.unwrap().into()
            }
            Kind::Pysaml2 | Kind::Python3Saml => self.url("/logout?binding=redirect"),
        }
    }

    /// Where sign-on begins in our portal.
    pub(super) fn start_page(&self, app: &TestApp) -> String {
        app.url(&format!("/applications/{}/start", self.application.id))
    }

    /// Whether an address is of its.
    pub(super) fn has(&self, url: &Url) -> bool {
        url.as_str().starts_with(&format!("{}/", self.base_url))
    }

    /// Whom it takes the browser's owner for; `None` where it wants them to sign in.
    #[track_caller]
    pub(super) fn account(&self, browser: &mut Visitor) -> Option<Account> {
        let path = if self.kind == Kind::Mellon { "/protected" } else { "/whoami" };
        let page = browser.get(&self.url(path));
        match page.status {
            401 | 303 => None,
            _ => Some(self.shown(&page)),
        }
    }

    /// Whom this page of its says that it takes the browser's owner for.
    #[track_caller]
    pub(super) fn shown(&self, page: &Page) -> Account {
        assert!(page.status == 200 && self.has(&page.url), "{} {}: {}", page.status, page.url, page.body);
        let (told, name) = match self.kind {
            Kind::Mellon => (variables(&page.body), "MELLON_NAME_ID"),
            Kind::Pysaml2 | Kind::Python3Saml => (serde_json::from_str(&page.body).unwrap(), "name_id"),
        };
        let name_id = told[name].as_str().unwrap_or_else(|| panic!("no {name} in {told}")).to_owned();
        Account { name_id, told }
    }

    /// Why this page of its says that it refuses a message.
    #[track_caller]
    pub(super) fn refusal(&self, page: &Page) -> String {
        assert!(page.status == 403 && self.has(&page.url), "{} {}: {}", page.status, page.url, page.body);
        let told: Value = serde_json::from_str(&page.body).unwrap();
        told["refused"].as_str().unwrap().to_owned()
    }
}

fn spawn(kind: Kind, folder: &TempDir, idp_metadata: &str, options: &[&str]) -> Process {
    let file = folder.path().join("identity-provider.xml");
    fs::write(&file, idp_metadata).unwrap();
    let scripts = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/foreign");
    let mut command = Command::new(python());
    command.arg(scripts.join(kind.script())).arg("--folder").arg(folder.path());
    Process::spawn(command.arg("--idp-metadata").arg(file).args(options))
}

/// Where it listens, which it says in a line of JSON once it does.
fn awaited(kind: Kind, process: &mut Process) -> String {
    let said = wait_for(PATIENCE, || {
        let output = process.output();
        let ended = process.ended();
        assert!(ended.is_none(), "{kind:?} ended with {ended:?} (scripts/setup test installs it): {output}");
        output.lines().find_map(|line| serde_json::from_str::<Value>(line).ok())
    });
    let said = said.unwrap_or_else(|| panic!("{kind:?} was not ready in time: {}", process.output()));
    said["base_url"].as_str().unwrap().to_owned()
}

fn register(app: &TestApp, kind: Kind, metadata: String, settings: ApplicationSettings) -> Application {
    let number = application::list(&app.ctx, &app.operator).unwrap().len();
    let name = match number {
        0 => kind.name().to_owned(),
        _ => format!("{} {number}", kind.name()),
    };
    let name = ApplicationName::parse(&name).unwrap();
    let spec = ApplicationSpec { name, status: Status::Enabled, settings, metadata };
    let assignees = ["alice", "bob"].map(|name| Assignee::User(app.user(name).id));
    application::create(&app.ctx, &app.operator, spec, assignees.to_vec()).unwrap()
}

/// Lines of `NAME=value`.
fn variables(text: &str) -> Value {
    let pairs = text.lines().filter_map(|line| line.split_once('='));
    Value::Object(pairs.map(|(name, value)| (name.to_owned(), value.into())).collect::<Map<_, _>>())
}
