//! The local cloud from outside: a server on a free port, called over HTTP with signed requests and
//! posted assertions. The clock stands still until a test moves it.

mod access_key;
mod account_setting;
mod attachment;
mod channel;
mod console;
mod console_attack;
mod console_authority;
mod console_directory;
mod console_mfa_device;
mod console_oidc;
mod console_security;
mod console_settings;
mod console_sso;
mod console_user;
mod console_user_sso;
mod control_policy;
mod delegation;
pub(crate) mod desk;
mod driver;
mod driver_user;
mod envelope;
mod every_action;
mod fault;
mod group;
mod handshake;
pub(crate) mod identity_provider;
mod login;
mod login_adaptive;
mod login_owner;
mod login_passkey;
mod login_profile;
mod logout;
mod member;
mod mfa_device;
pub(crate) mod oidc;
mod oidc_issuer;
mod oidc_provider;
mod permission;
mod persistence;
mod provisioned_user;
mod ram;
mod ram_user;
mod resource_directory;
mod role_sso;
mod saml_provider;
mod signature;
mod sts;
mod tag;
pub(crate) mod tenant;
mod user;
mod user_sso;

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use cloudsso::base::{AccountId, Clock, Secret, Timestamp};
use cloudsso::crypto::Random;
use cloudsso::local_cloud::{self, Faults, OwnerLogin, Settings};
use cloudsso::rpc::{AccessKey, Outgoing, Signed};
use serde_json::Value;
use tempfile::TempDir;

pub(crate) const STS: &str = "2015-04-01";
pub(crate) const RAM: &str = "2015-05-01";
pub(crate) const IMS: &str = "2019-08-15";
pub(crate) const RD: &str = "2022-04-19";
/// What the consoles need beyond the vendor's APIs.
pub(crate) const CONSOLE: &str = "2026-11-28";

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The vendor's error code, or `ok`.
    pub(crate) fn code(&self) -> String {
        let body = self.json();
        if self.status == 200 {
            "ok".to_owned()
        } else {
            body["Code"].as_str().unwrap_or_default().to_owned()
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body of a success.
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()
    }
}

/// A local cloud of one test.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) base_url: String,
    pub(crate) host: String,
    pub(crate) management: AccountId,
    pub(crate) owner: AccessKey,
    pub(crate) service: AccessKey,
    /// An account outside of the resource directory.
    pub(crate) independent: AccountId,
    pub(crate) independent_owner: AccessKey,
    /// By what the owners of the two accounts sign in: the management account's first.
    pub(crate) owner_logins: [OwnerLogin; 2],
    passwords_worked: Arc<AtomicU64>,
    agent: ureq::Agent,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
    nonce: AtomicU64,
    directory: Option<TempDir>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::of(usual)
    }

    /// A world whose clock runs: foreign clients sign with the time of the machine.
    pub(crate) fn live() -> Self {
        Self::with(Clock::system())
    }

    /// A world in which this goes wrong; its accounts and its draws follow from `seed`, and its clock
    /// stands still.
    pub(crate) fn with_faults(rules: &[&str], seed: u64) -> Self {
        let faults = Faults::parse(rules, seed).expect("rules of faults");
        Self::of(|directory| Settings { faults, random: Random::seeded(seed), ..usual(directory) })
    }

    fn with(clock: Clock) -> Self {
        Self::of(|directory| Settings { clock, ..usual(directory) })
    }

    fn of(settings: impl FnOnce(&Path) -> Settings) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let mut world = Self::run(settings(directory.path()));
        world.directory = Some(directory);
        world
    }

    /// Starts a server on a directory that may have been used before.
    pub(crate) fn start(directory: &Path, clock: Clock) -> Self {
        Self::start_at(directory, clock, 0)
    }

    /// As [`World::start`], at the port of a server that was stopped.
    pub(crate) fn start_at(directory: &Path, clock: Clock, port: u16) -> Self {
        Self::run(Settings { clock, port, ..usual(directory) })
    }

    fn run(settings: Settings) -> Self {
        let clock = settings.clock.clone();
        let (sender, receiver) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let running = local_cloud::start(settings).expect("the local cloud starts");
                let handle = running.handle();
                let started = (
                    running.base_url.clone(),
                    running.address,
                    running.management_account_id.clone(),
                    running.owner.clone(),
                    running.service.clone(),
                    (running.independent_account_id.clone(), running.independent_owner.clone()),
                    [running.owner_login.clone(), running.independent_owner_login.clone()],
                    (handle, running.passwords_worked.clone()),
                );
                sender.send(started).expect("the test waits");
                running.serve().await.expect("the server runs");
            });
        });
        let (
            base_url,
            address,
            management,
            owner,
            service,
            independent,
            owner_logins,
            (handle, passwords_worked),
        ) = receiver.recv().expect("started");
        let (independent, independent_owner) = independent;
        let agent =
            ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).build().new_agent();
        Self {
            clock,
            base_url,
            host: address.to_string(),
            management,
            owner,
            service,
            independent,
            independent_owner,
            owner_logins,
            passwords_worked,
            agent,
            handle,
            thread: Some(thread),
            nonce: AtomicU64::new(1),
            directory: None,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.host.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port")
    }

    pub(crate) fn stop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            thread.join().expect("the server's thread");
        }
    }

    /// The file of the local cloud's database.
    pub(crate) fn database(&self) -> String {
        let directory = self.directory.as_ref().expect("a world of its own directory");
        directory.path().join("local-cloud.db").to_string_lossy().into_owned()
    }

    /// How many passwords the server has hashed or verified.
    pub(crate) fn passwords_worked(&self) -> u64 {
        self.passwords_worked.load(Ordering::SeqCst)
    }

    pub(crate) fn nonce(&self) -> String {
        format!("nonce-{}-{}", self.nonce.fetch_add(1, Ordering::SeqCst), self.host)
    }

    /// Calls an action, signed by `key` now.
    pub(crate) fn call(&self, key: &AccessKey, action: (&str, &str), parameters: &[(&str, &str)]) -> Answer {
        self.try_call(key, action, parameters).expect("an answer")
    }

    /// As [`World::call`], where the answer may not come.
    pub(crate) fn try_call(
        &self,
        key: &AccessKey,
        (version, action): (&str, &str),
        parameters: &[(&str, &str)],
    ) -> Result<Answer, ureq::Error> {
        let form: Vec<_> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let outgoing = Outgoing { host: &self.host, action, version, query: &[], form: &form };
        let signed = outgoing.sign(key, self.clock.now(), &self.nonce()).expect("a signature");
        self.try_send(&signed)
    }

    pub(crate) fn send(&self, signed: &Signed) -> Answer {
        self.try_send(signed).expect("an answer")
    }

    /// Sends a call whose answer may not come.
    pub(crate) fn try_send(&self, signed: &Signed) -> Result<Answer, ureq::Error> {
        let mut request = self.agent.post(format!("http://{}/?{}", self.host, signed.query));
        for (name, value) in &signed.headers {
            request = request.header(*name, value.as_str());
        }
        read(request.send(signed.body.as_str())?)
    }

    /// A user of the management account who holds these system policies, with the usual password; its logon
    /// name.
    pub(crate) fn management_user(&self, name: &str, policies: &[&str]) -> String {
        let logon_name = format!("{name}@{}.onaliyun.com", self.management);
        self.call(&self.owner, (RAM, "CreateUser"), &[("UserName", name)]).ok();
        let profile = [("UserPrincipalName", logon_name.as_str()), ("Password", desk::PASSWORD)];
        self.call(&self.owner, (IMS, "CreateLoginProfile"), &profile).ok();
        for policy in policies {
            let grant = [("PolicyType", "System"), ("PolicyName", *policy), ("UserName", name)];
            self.call(&self.owner, (RAM, "AttachPolicyToUser"), &grant).ok();
        }
        logon_name
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(format!("http://{}{path}", self.host));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.call().and_then(read).expect("an answer")
    }

    pub(crate) fn post_form(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.post(format!("http://{}{path}", self.host));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request.send(body).and_then(read).expect("an answer")
    }

    /// A new member account.
    pub(crate) fn member(&self, name: &str) -> String {
        let answer = self.call(&self.owner, (RD, "CreateResourceAccount"), &[("DisplayName", name)]).ok();
        answer["Account"]["AccountId"].as_str().expect("an id").to_owned()
    }

    /// Temporary credentials of a role, by `AssumeRole`.
    pub(crate) fn assume(&self, key: &AccessKey, account: &str, role: &str) -> AccessKey {
        let arn = format!("acs:ram::{account}:role/{role}");
        let parameters = [("RoleArn", arn.as_str()), ("RoleSessionName", "test")];
        credentials(&self.call(key, (STS, "AssumeRole"), &parameters).ok())
    }

    /// CloudSSO's session in an account.
    pub(crate) fn cloudsso(&self, account: &str) -> AccessKey {
        self.assume(&self.service, account, "AliyunServiceRoleForCloudSSO")
    }

    /// An administrator of the management account in a member.
    pub(crate) fn administrator(&self, account: &str) -> AccessKey {
        self.assume(&self.owner, account, "ResourceDirectoryAccountAccessRole")
    }
}

/// A clock that stands still, no faults.
fn usual(directory: &Path) -> Settings {
    let clock = Clock::manual(Timestamp::from_seconds(1_795_371_745));
    Settings { clock, ..Settings::new(directory) }
}

impl Drop for World {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The key in an answer of STS.
pub(crate) fn credentials(answer: &Value) -> AccessKey {
    let text = |name: &str| answer["Credentials"][name].as_str().expect(name).to_owned();
    AccessKey {
        id: text("AccessKeyId"),
        secret: Secret::new(text("AccessKeySecret")),
        security_token: Some(Secret::new(text("SecurityToken"))),
    }
}

pub(crate) fn random() -> Random {
    Random::system()
}

fn read(mut answer: ureq::http::Response<ureq::Body>) -> Result<Answer, ureq::Error> {
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let body = answer.body_mut().read_to_string()?;
    Ok(Answer { status: answer.status().as_u16(), headers, body })
}
