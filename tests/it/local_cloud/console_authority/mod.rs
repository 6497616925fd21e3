//! The RAM console's pages on who may what: groups, roles, policies and grants. What a page does is held
//! against what the API shows of it, and every refusal against nothing having changed.

mod check;
mod grant;
mod group;
mod locked;
mod permission;
mod policy;
mod role;

use serde_json::Value;

use super::desk::{PASSWORD, sign_in, signed_in};
use super::tenant::Tenant;
use super::{IMS, RAM};
use crate::support::http::{Form, Page, Visitor};

/// A document that allows one action on everything.
fn allowing(action: &str) -> String {
    format!(r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"*"}}]}}"#)
}

/// An account with its administrator in front of the console.
struct Office {
    tenant: Tenant,
    admin: Visitor,
}

impl Office {
    fn new() -> Self {
        let tenant = Tenant::new();
        let admin = signed_in(&tenant, "admin", &["AdministratorAccess"]);
        Self { tenant, admin }
    }

    /// A page that is there.
    #[track_caller]
    fn open(&mut self, path: &str) -> Page {
        let page = self.admin.open(&self.tenant.world.url(path));
        assert_eq!(page.status, 200, "{path}: {}", page.text());
        page
    }

    /// Sends a form that is taken; the page after it.
    #[track_caller]
    fn submit(&mut self, form: &Form) -> Page {
        let page = self.admin.submit(form);
        let page = self.admin.follow(page);
        assert_eq!(page.status, 200, "{:?}: {}", form.field("deed"), page.text());
        page
    }

    /// Sends a form that is not taken; the page that says so.
    #[track_caller]
    fn refused(&mut self, form: &Form, (status, said): (u16, &str)) -> Page {
        refused(&mut self.admin, form, (status, said))
    }

    /// The deed on a page.
    #[track_caller]
    fn deed(&mut self, path: &str, deed: &str) -> Form {
        self.open(path).deed(deed)
    }

    /// What RAM answers the administrator of the account.
    #[track_caller]
    fn ram(&self, action: &str, parameters: &[(&str, &str)]) -> Value {
        self.tenant.ram(action, parameters).ok()
    }

    /// The names of the policies that somebody holds, sorted.
    #[track_caller]
    fn held(&self, action: &str, holder: (&str, &str)) -> Vec<String> {
        let answer = self.ram(action, &[holder]);
        let policies = answer["Policies"]["Policy"].as_array().unwrap();
        let mut names: Vec<_> =
            policies.iter().map(|policy| policy["PolicyName"].as_str().unwrap().to_owned()).collect();
        names.sort();
        names
    }

    /// An administrator of another account, signed in, and that account.
    fn stranger(&self) -> (Visitor, String) {
        let world = &self.tenant.world;
        let account = world.member("elsewhere");
        let key = world.administrator(&account);
        let logon_name = format!("stranger@{account}.onaliyun.com");
        let grant =
            [("PolicyType", "System"), ("PolicyName", "AdministratorAccess"), ("UserName", "stranger")];
        world.call(&key, (RAM, "CreateUser"), &[("UserName", "stranger")]).ok();
        world.call(&key, (RAM, "AttachPolicyToUser"), &grant).ok();
        let profile = [("UserPrincipalName", logon_name.as_str()), ("Password", PASSWORD)];
        world.call(&key, (IMS, "CreateLoginProfile"), &profile).ok();
        let mut visitor = Visitor::new();
        sign_in(world, &mut visitor, &logon_name);
        (visitor, account)
    }

    fn policy(&self, name: &str, action: &str) {
        self.ram("CreatePolicy", &[("PolicyName", name), ("PolicyDocument", &allowing(action))]);
    }

    fn group(&self, name: &str) {
        self.ram("CreateGroup", &[("GroupName", name)]);
    }

    fn role(&self, name: &str) {
        let parameters = [("RoleName", name), ("AssumeRolePolicyDocument", &self.trust())];
        self.ram("CreateRole", &parameters);
    }

    /// A trust policy for this account.
    fn trust(&self) -> String {
        format!(
            r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"RAM":["acs:ram::{}:root"]}}}}]}}"#,
            self.tenant.account
        )
    }
}

#[track_caller]
fn refused(visitor: &mut Visitor, form: &Form, (status, said): (u16, &str)) -> Page {
    let page = visitor.submit(form);
    assert_eq!(page.status, status, "{:?}: {}", form.field("deed"), page.text());
    assert!(page.text().contains(said), "{said:?} in {}", page.text());
    page
}

/// The addresses of a page's links that begin with `start`.
fn links(page: &Page, start: &str) -> Vec<String> {
    let pieces = page.body.split("href=\"").skip(1).filter_map(|piece| piece.split('"').next());
    pieces.filter(|address| address.starts_with(start)).map(|address| address.replace("&#38;", "&")).collect()
}
