//! The CloudSSO OpenAPI from outside: signed calls over HTTP. One file for each resource, one for what is
//! refused at every action alike, one for attacks.

mod access_configuration;
mod assignment;
mod attack;
pub(crate) mod command;
mod console_session;
mod directory;
mod drift;
mod group;
mod permission;
mod permission_policy;
mod provisioned_user;
mod provisioning;
mod quota;
mod refusal;
mod resource_directory;
mod scim_command;
mod scim_connector;
mod scim_credential;
mod signature;
mod task;
pub(crate) mod user;
mod user_provisioning;
mod user_provisioning_configuration;
mod user_provisioning_event;
mod user_provisioning_strategy;

use std::sync::atomic::{AtomicU64, Ordering};

use cloudsso::base::{AccessKeyId, MachineName, Secret, UserName};
use cloudsso::domain::{Activity, KeyHolder, MachinePolicy};
use cloudsso::rpc::{AccessKey, Outgoing, Signed};
use cloudsso::service::{access_key, administrator, machine_identity};
use cloudsso::web::OPENAPI_VERSION;
use serde_json::Value;
use ureq::Agent;

use crate::support::app::{Options, TestApp};

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
        if self.status == 200 { "ok".to_owned() } else { self.json()["Code"].as_str().unwrap().to_owned() }
    }

    pub(crate) fn message(&self) -> String {
        self.json()["Message"].as_str().unwrap_or_default().to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The body of a success, with its request id.
    #[track_caller]
    pub(crate) fn ok(self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        let body = self.json();
        assert!(body["RequestId"].as_str().is_some_and(|id| id.starts_with("req-")), "{}", self.body);
        body
    }

    /// Asserts status and code of a refusal; gives its message.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> String {
        assert_eq!((self.status, self.code().as_str()), (status, code), "{}", self.body);
        self.message()
    }
}

/// The product, and somebody who administers it by program.
pub(crate) struct Api {
    pub(crate) app: TestApp,
    /// An administrator's key.
    pub(crate) key: AccessKey,
    pub(crate) directory: String,
    agent: Agent,
    nonce: AtomicU64,
}

impl Api {
    /// With the usual organisation.
    pub(crate) fn new() -> Self {
        Self::with(Options::default())
    }

    /// With a directory, and nobody and nothing in it.
    pub(crate) fn empty() -> Self {
        Self::with(Options { is_empty: true, ..Options::default() })
    }

    pub(crate) fn with(options: Options) -> Self {
        let app = TestApp::with(options);
        app.run_due();
        let id = administrator::ensure(&app.ctx, &app.operator, &UserName::parse("root").unwrap()).unwrap();
        let key = new_key(&app, &KeyHolder::Administrator(id));
        let agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().new_agent();
        let directory = cloudsso::service::directory::id_of(&app.ctx, &app.operator).unwrap().to_string();
        Self { app, key, directory, agent, nonce: AtomicU64::new(1) }
    }

    /// A key of a new machine identity that this policy document is given to.
    pub(crate) fn machine(&self, name: &str, document: &str) -> AccessKey {
        let policy =
            MachinePolicy { name: MachineName::parse("own").unwrap(), document: document.to_owned() };
        let name = MachineName::parse(name).unwrap();
        let app = &self.app;
        let machine = machine_identity::ensure(&app.ctx, &app.operator, &name, Some(vec![policy])).unwrap();
        new_key(app, &KeyHolder::Machine(machine.id))
    }

    pub(crate) fn disable_key(&self, key: &AccessKey) {
        let id = AccessKeyId::parse(&key.id).unwrap();
        access_key::update_status(&self.app.ctx, &self.app.operator, &id, Activity::Inactive).unwrap();
    }

    /// Calls an action as the administrator.
    pub(crate) fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.call_as(&self.key, action, parameters)
    }

    /// Calls an action in the directory as the administrator.
    pub(crate) fn within(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.call(action, &[&[("DirectoryId", self.directory.as_str())], parameters].concat())
    }

    pub(crate) fn call_as(&self, key: &AccessKey, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.send(&self.sign(key, action, parameters))
    }

    /// A call, signed now; parameters in the query, as the stock clients send them.
    pub(crate) fn sign(&self, key: &AccessKey, action: &str, parameters: &[(&str, &str)]) -> Signed {
        self.sign_version(key, action, OPENAPI_VERSION, parameters)
    }

    pub(crate) fn sign_version(
        &self,
        key: &AccessKey,
        action: &str,
        version: &str,
        parameters: &[(&str, &str)],
    ) -> Signed {
        let query: Vec<_> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let host = self.host();
        let outgoing = Outgoing { host: &host, action, version, query: &query, form: &[] };
        outgoing.sign(key, self.app.clock.now(), &self.nonce()).unwrap()
    }

    pub(crate) fn send(&self, signed: &Signed) -> Answer {
        self.send_from(&self.any_address(), signed)
    }

    /// Sends from an address of its own, as a proxy in front of the product would tell it.
    pub(crate) fn send_from(&self, address: &str, signed: &Signed) -> Answer {
        let headers: Vec<_> = signed.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.post(
            &signed.query,
            &[&[("x-forwarded-for", address)], headers.as_slice()].concat(),
            &signed.body,
        )
    }

    pub(crate) fn post(&self, query: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = self.agent.post(self.app.url(&format!("/?{query}")));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.send(body).unwrap())
    }

    pub(crate) fn get(&self, query: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.agent.get(self.app.url(&format!("/?{query}")));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        read(request.call().unwrap())
    }

    pub(crate) fn host(&self) -> String {
        self.app.url("").trim_start_matches("http://").to_owned()
    }

    pub(crate) fn nonce(&self) -> String {
        format!("nonce-{}", self.nonce.fetch_add(1, Ordering::SeqCst))
    }

    /// An address that no other call of this test comes from, so that failures do not add up.
    fn any_address(&self) -> String {
        let number = u32::try_from(self.nonce.fetch_add(1, Ordering::SeqCst)).unwrap();
        std::net::Ipv4Addr::from_bits(0x0a00_0000 + number).to_string()
    }

    /// The id of a user of the organisation.
    pub(crate) fn user(&self, name: &str) -> String {
        self.app.user(name).id.to_string()
    }

    /// A user just made; gives the id.
    pub(crate) fn new_user(&self, name: &str) -> String {
        let user = self.within("CreateUser", &[("UserName", name)]).ok();
        user["User"]["UserId"].as_str().unwrap().to_owned()
    }

    /// A group just made; gives the id.
    pub(crate) fn new_group(&self, name: &str) -> String {
        let group = self.within("CreateGroup", &[("GroupName", name)]).ok();
        group["Group"]["GroupId"].as_str().unwrap().to_owned()
    }

    /// An access configuration just made; gives the id.
    pub(crate) fn new_configuration(&self, name: &str) -> String {
        let made = self.within("CreateAccessConfiguration", &[("AccessConfigurationName", name)]).ok();
        made["AccessConfiguration"]["AccessConfigurationId"].as_str().unwrap().to_owned()
    }

    /// The id of an account of the organisation.
    pub(crate) fn account(&self, name: &str) -> String {
        self.app.account(name).to_string()
    }

    /// The id of an access configuration of the organisation.
    pub(crate) fn configuration(&self, name: &str) -> String {
        self.app.configuration(name).to_string()
    }

    /// How many rows each table of the directory has: what a refusal must leave as it is.
    pub(crate) fn statistics(&self) -> Value {
        let mut body = self.within("GetDirectoryStatistics", &[]).ok();
        body["DirectoryStatistics"].take()
    }

    /// Every page of a list, of `size` items each: the items, and how many pages there were.
    pub(crate) fn pages(
        &self,
        action: &str,
        items: &str,
        parameters: &[(&str, &str)],
        size: usize,
    ) -> (Vec<Value>, usize) {
        let (mut all, mut pages, mut token) = (Vec::new(), 0, String::new());
        loop {
            let size = size.to_string();
            let paging = [("MaxResults", size.as_str()), ("NextToken", token.as_str())];
            let body = self.within(action, &[parameters, &paging].concat()).ok();
            all.extend(body[items].as_array().unwrap().clone());
            pages += 1;
            if body["IsTruncated"] == false {
                assert!(body["NextToken"].is_null(), "{body}");
                assert_eq!(body["TotalCounts"], all.len(), "{body}");
                return (all, pages);
            }
            token = body["NextToken"].as_str().unwrap().to_owned();
        }
    }
}

pub(crate) fn new_key(app: &TestApp, holder: &KeyHolder) -> AccessKey {
    let made = access_key::create(&app.ctx, &app.operator, holder).unwrap();
    AccessKey { id: made.key.id.to_string(), secret: Secret::new(made.secret.expose()), security_token: None }
}

/// What stands under `name` in each of these.
pub(crate) fn column(items: &[Value], name: &str) -> Vec<String> {
    items.iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

fn read(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
    let headers =
        response.headers().iter().map(|(name, value)| (name.to_string(), text(value.as_bytes()))).collect();
    Answer {
        status: response.status().as_u16(),
        headers,
        body: response.body_mut().read_to_string().unwrap(),
    }
}
