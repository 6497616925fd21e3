//! A member account with its administrator, and the users that a test makes in it.

use cloudsso::base::Secret;
use cloudsso::rpc::AccessKey;

use super::{Answer, IMS, RAM, World};

/// A version, an action of it, and its parameters.
pub(crate) type Attempt<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

pub(crate) struct Tenant {
    pub(crate) world: World,
    pub(crate) account: String,
    pub(crate) key: AccessKey,
}

impl Tenant {
    pub(crate) fn new() -> Self {
        Self::in_world(World::new())
    }

    /// A tenant of a world whose clock runs.
    pub(crate) fn live() -> Self {
        Self::in_world(World::live())
    }

    pub(crate) fn in_world(world: World) -> Self {
        let account = world.member("production");
        let key = world.administrator(&account);
        Self { world, account, key }
    }

    /// Calls IMS as the administrator.
    pub(crate) fn ims(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.world.call(&self.key, (IMS, action), parameters)
    }

    /// Calls RAM as the administrator.
    pub(crate) fn ram(&self, action: &str, parameters: &[(&str, &str)]) -> Answer {
        self.world.call(&self.key, (RAM, action), parameters)
    }

    pub(crate) fn principal(&self, name: &str) -> String {
        format!("{name}@{}.onaliyun.com", self.account)
    }

    /// A new user; its logon name.
    pub(crate) fn user(&self, name: &str) -> String {
        self.ram("CreateUser", &[("UserName", name)]).ok();
        self.principal(name)
    }

    pub(crate) fn key_of(&self, name: &str) -> AccessKey {
        access_key(&self.ram("CreateAccessKey", &[("UserName", name)]).ok())
    }

    /// A trust policy that lets the account's own identities assume a role.
    pub(crate) fn trust_of_account(&self) -> String {
        format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":["acs:ram::{}:root"]}}}}]}}"#,
            self.account
        )
    }

    /// Gives a user a system policy.
    pub(crate) fn grant(&self, name: &str, policy: &str) {
        let parameters = [("PolicyType", "System"), ("PolicyName", policy), ("UserName", name)];
        self.ram("AttachPolicyToUser", &parameters).ok();
    }

    /// Gives a user a new custom policy of this document.
    pub(crate) fn grant_document(&self, name: &str, policy: &str, document: &str) {
        self.ram("CreatePolicy", &[("PolicyName", policy), ("PolicyDocument", document)]).ok();
        let parameters = [("PolicyType", "Custom"), ("PolicyName", policy), ("UserName", name)];
        self.ram("AttachPolicyToUser", &parameters).ok();
    }
}

/// The key in the answer of `CreateAccessKey`.
pub(crate) fn access_key(answer: &serde_json::Value) -> AccessKey {
    let text = |name: &str| answer["AccessKey"][name].as_str().expect(name).to_owned();
    AccessKey { id: text("AccessKeyId"), secret: Secret::new(text("AccessKeySecret")), security_token: None }
}

/// The values of `field` over every page of a list by marker.
pub(crate) fn every_page(
    call: impl Fn(&str) -> Answer,
    (plural, singular): (&str, &str),
    field: &str,
) -> Vec<String> {
    let (mut found, mut marker) = (Vec::new(), String::new());
    loop {
        let page = call(&marker).ok();
        let items = page[plural][singular].as_array().expect("a list");
        found.extend(items.iter().map(|item| item[field].as_str().expect(field).to_owned()));
        if page["IsTruncated"] == false {
            assert!(page.get("Marker").is_none());
            return found;
        }
        marker = page["Marker"].as_str().expect("a marker").to_owned();
    }
}
