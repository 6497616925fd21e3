//! The administrators of the member accounts, who work in them beside the product: by the management
//! account's key, and `AssumeRole` of the role that lets it into members.

use cloudsso::base::{Secret, UserId, UserName};
use cloudsso::cloud::SamlLogon;
use cloudsso::domain::{Status, UserSpec};
use cloudsso::rpc::{AccessKey, Outgoing};
use cloudsso::service::{directory, user};
use serde_json::Value;

use super::app::TestApp;

pub(crate) const IMS: &str = "2019-08-15";
pub(crate) const RAM: &str = "2015-05-01";
const STS: &str = "2015-04-01";

impl TestApp {
    /// Calls an action in an account as its administrator; gives the body of the success, or else the code.
    pub(crate) fn in_account(
        &self,
        account: &str,
        action: (&str, &str),
        parameters: &[(&str, &str)],
    ) -> Result<Value, String> {
        let arn = format!("acs:ram::{}:role/ResourceDirectoryAccountAccessRole", self.account(account));
        let entry = [("RoleArn", arn.as_str()), ("RoleSessionName", "administrator")];
        let answer = self.call_cloud(&self.owner, (STS, "AssumeRole"), &entry)?;
        let text = |name: &str| answer["Credentials"][name].as_str().unwrap().to_owned();
        let key = AccessKey {
            id: text("AccessKeyId"),
            secret: Secret::new(text("AccessKeySecret")),
            security_token: Some(Secret::new(text("SecurityToken"))),
        };
        self.call_cloud(&key, action, parameters)
    }

    /// The key of a role's session, by the Response that the portal gave for its console.
    pub(crate) fn key_by_response(&self, account: &str, configuration: &str, response: &str) -> AccessKey {
        let id = self.account(account);
        let directory = directory::id_of(&self.ctx, &self.operator).unwrap();
        let logon = SamlLogon {
            provider_arn: &format!("acs:ram::{id}:saml-provider/AliyunReservedSSO-{directory}"),
            role_arn: &format!("acs:ram::{id}:role/AliyunReservedSSO-{configuration}"),
            assertion: &Secret::new(response),
            duration: None,
        };
        self.cloud.assume_role_with_saml(&logon).unwrap().key
    }

    /// Calls an action of the cloud, signed by `key` now.
    pub(crate) fn call_cloud(
        &self,
        key: &AccessKey,
        (version, action): (&str, &str),
        parameters: &[(&str, &str)],
    ) -> Result<Value, String> {
        let form: Vec<_> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let outgoing = Outgoing { host: &self.cloud_host, action, version, query: &[], form: &form };
        let signed = outgoing.sign(key, self.clock.now(), &self.nonce()).unwrap();
        let agent =
            ureq::Agent::new_with_config(ureq::Agent::config_builder().http_status_as_error(false).build());
        let mut request = agent.post(format!("http://{}/?{}", self.cloud_host, signed.query));
        for (name, value) in &signed.headers {
            request = request.header(*name, value.as_str());
        }
        let mut answer = request.send(signed.body.as_str()).unwrap();
        let body: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
        if answer.status() == 200 { Ok(body) } else { Err(body["Code"].as_str().unwrap().to_owned()) }
    }

    /// The logon name of a RAM user of an account, by the domain that the account's id makes.
    pub(crate) fn principal_name(&self, account: &str, name: &str) -> String {
        format!("{name}@{}.onaliyun.com", self.account(account))
    }

    /// A RAM user that the account's administrator made.
    pub(crate) fn make_ram_user(&self, account: &str, name: &str) {
        let principal = self.principal_name(account, name);
        let new = [("UserPrincipalName", principal.as_str()), ("DisplayName", name)];
        self.in_account(account, (IMS, "CreateUser"), &new).unwrap();
    }

    /// An access key of a RAM user; gives its id.
    pub(crate) fn make_access_key(&self, account: &str, name: &str) -> String {
        let principal = self.principal_name(account, name);
        let made = self.in_account(account, (IMS, "CreateAccessKey"), &[("UserPrincipalName", &principal)]);
        made.unwrap()["AccessKey"]["AccessKeyId"].as_str().unwrap().to_owned()
    }

    /// The account's administrator makes an access key active again.
    pub(crate) fn activate_access_key(&self, account: &str, name: &str, id: &str) {
        let principal = self.principal_name(account, name);
        let key = [("UserPrincipalName", principal.as_str()), ("UserAccessKeyId", id), ("Status", "Active")];
        self.in_account(account, (IMS, "UpdateAccessKey"), &key).unwrap();
    }

    /// A user of the directory, enabled.
    pub(crate) fn make_user(&self, name: &str) -> UserId {
        let spec = UserSpec {
            user_name: UserName::parse(name).unwrap(),
            display_name: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            email: None,
            description: String::new(),
            status: Status::Enabled,
        };
        user::create(&self.ctx, &self.operator, spec, Vec::new()).unwrap().user.id
    }
}
