//! The scenarios of RAM's own overview, each from beginning to end by the consoles: employees with different
//! permissions, another company with a role, and an application with an AccessKey. The fourth, a mobile app
//! with temporary credentials, is `examples/mobile-app` and has its test in `sdk::mobile_app`.

use cloudsso::base::Secret;
use cloudsso::rpc::AccessKey;

use crate::local_cloud::desk::{PASSWORD, sign_in, signed_in};
use crate::local_cloud::tenant::Tenant;
use crate::local_cloud::{IMS, RAM};
use crate::support::http::{Form, Page, Visitor};

/// An account with its administrator in front of the console.
struct Company {
    tenant: Tenant,
    admin: Visitor,
}

impl Company {
    fn new() -> Self {
        let tenant = Tenant::new();
        let admin = signed_in(&tenant, "admin", &["AdministratorAccess"]);
        Self { tenant, admin }
    }

    fn open(&mut self, path: &str) -> Page {
        self.admin.open(&self.tenant.world.url(path))
    }

    /// Does what the form does; the page after it.
    #[track_caller]
    fn submit(&mut self, form: &Form) -> Page {
        let page = self.admin.submit(form);
        let page = self.admin.follow(page);
        assert_eq!(page.status, 200, "{}", page.text());
        page
    }

    /// Makes users who come in by this, and gives the page that shows their credentials.
    fn create_users(&mut self, names: &[&str], access: &str) -> Page {
        let mut form = self.open("/ram/users/create").deed("create-users");
        for field in ["name", "display_name", "access", "reset_required", "mfa_required"] {
            form = form.without(field);
        }
        for name in names {
            form = form
                .with_another("name", name)
                .with_another("display_name", "")
                .with_another("access", access);
        }
        let form = form.with("password_choice", "typed");
        self.submit(&form.with("password", PASSWORD).with("password_again", PASSWORD))
    }

    fn create_group(&mut self, name: &str, members: &[&str], policy: &str) {
        let form = self.open("/ram/groups/create").deed("create-group").with("name", name);
        self.submit(&form);
        let members: Vec<_> = members.iter().map(|name| self.tenant.principal(name)).collect();
        let page = self.open(&format!("/ram/groups/{name}"));
        self.submit(&page.deed("add-members").with("members", &members.join("\n")));
        self.attach(&format!("/ram/groups/{name}"), policy);
    }

    /// Attaches a policy on the page of who shall hold it.
    fn attach(&mut self, path: &str, policy: &str) {
        let name = policy.split('/').next_back().unwrap();
        let form = self.open(&format!("{path}?find_policy={name}")).deed("attach-policies");
        self.submit(&form.with("policy", policy));
    }

    fn employee(&self, name: &str) -> Visitor {
        let mut visitor = Visitor::new();
        sign_in(&self.tenant.world, &mut visitor, &self.tenant.principal(name));
        visitor
    }

    fn status(&self, visitor: &mut Visitor, path: &str) -> u16 {
        visitor.get(&self.tenant.world.url(path)).status
    }
}

#[test]
fn employees_of_one_company_may_each_do_their_own_work() {
    let mut company = Company::new();
    company.create_users(&["dev1", "dev2", "clerk"], "console");
    company.create_group("developers", &["dev1", "dev2"], "System/AliyunRAMReadOnlyAccess");
    let policy = company.open("/ram/policies/create").deed("create-policy").with("name", "groups-only");
    let document = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ims:ListGroups","ram:ListGroups"],"Resource":"*"}]}"#;
    company.submit(&policy.with("document", document));
    company.create_group("office", &["clerk"], "Custom/groups-only");
    let (mut dev1, mut dev2) = (company.employee("dev1"), company.employee("dev2"));
    let mut clerk = company.employee("clerk");
    for (visitor, users, groups) in [(&mut dev1, 200, 200), (&mut dev2, 200, 200), (&mut clerk, 403, 200)] {
        assert_eq!(company.status(visitor, "/ram/users"), users);
        assert_eq!(company.status(visitor, "/ram/groups"), groups);
    }
    // Nobody of them changes anything.
    let page = dev1.open(&company.tenant.world.url("/ram/groups/create"));
    let refused = dev1.submit(&page.deed("create-group").with("name", "mine"));
    assert_eq!(refused.status, 403, "{}", refused.text());
    // Who changes the team loses at once what only the team gave.
    let page = company.open("/ram/groups/developers");
    let leave = page.deeds("remove-member").into_iter().next().unwrap();
    company.submit(&leave.with("member", &company.tenant.principal("dev2")));
    assert_eq!(
        (company.status(&mut dev1, "/ram/users"), company.status(&mut dev2, "/ram/users")),
        (200, 403)
    );
}

#[test]
fn company_a_grants_company_b_a_role_and_takes_it_back() {
    let mut company_a = Company::new();
    let world = &company_a.tenant.world;
    let (account_a, account_b) = (company_a.tenant.account.clone(), world.independent.to_string());
    // Company B has an administrator of its own, who may assume roles.
    let owner_b = world.independent_owner.clone();
    world.call(&owner_b, (RAM, "CreateUser"), &[("UserName", "bea")]).ok();
    let bea = format!("bea@{account_b}.onaliyun.com");
    let profile = [("UserPrincipalName", bea.as_str()), ("Password", PASSWORD)];
    world.call(&owner_b, (IMS, "CreateLoginProfile"), &profile).ok();
    let grant = [("UserName", "bea"), ("PolicyType", "System"), ("PolicyName", "AliyunSTSAssumeRoleAccess")];
    world.call(&owner_b, (RAM, "AttachPolicyToUser"), &grant).ok();
    let mut visitor = Visitor::new();
    sign_in(world, &mut visitor, &bea);
    let switch = |company: &Company, visitor: &mut Visitor| {
        let page = visitor.open(&company.tenant.world.url("/console/switch-role"));
        let form = page.deed("switch-role").with("account", &account_a).with("role", "partner");
        let page = visitor.submit(&form);
        visitor.follow(page)
    };
    assert_eq!(switch(&company_a, &mut visitor).status, 404, "there is no such role yet");
    let form = company_a.open("/ram/roles/create").deed("create-role").with("name", "partner");
    company_a.submit(&form.with("trusted", "account").with("account", &account_b));
    company_a.attach("/ram/roles/partner", "System/AliyunRAMReadOnlyAccess");
    let page = switch(&company_a, &mut visitor);
    assert!(page.text().contains(&format!("{account_a}:assumed-role/partner/bea")), "{}", page.text());
    assert_eq!(company_a.status(&mut visitor, "/ram/users"), 200);
    let create = visitor.open(&company_a.tenant.world.url("/ram/groups/create")).deed("create-group");
    assert_eq!(visitor.submit(&create.with("name", "theirs")).status, 403, "they look, and change nothing");
    // Another account's people are not trusted, whatever their own policies say.
    let mut stranger = signed_in_at_home(&company_a);
    let page = switch(&company_a, &mut stranger);
    assert_eq!(page.status, 403, "{}", page.text());
    // Company A takes the permissions back, then the role.
    let page = company_a.open("/ram/roles/partner");
    company_a.submit(&page.deed("detach-policy"));
    assert_eq!(company_a.status(&mut visitor, "/ram/users"), 403);
    let page = company_a.open("/ram/roles/partner");
    company_a.submit(&page.deed("delete-role"));
    assert_eq!(company_a.status(&mut visitor, "/ram/users"), 401, "its sessions end with it");
    let mut again = Visitor::new();
    sign_in(&company_a.tenant.world, &mut again, &bea);
    assert_eq!(switch(&company_a, &mut again).status, 404);
}

/// Somebody of the management account who may assume roles.
fn signed_in_at_home(company: &Company) -> Visitor {
    let world = &company.tenant.world;
    let name = world.management_user("stranger", &["AliyunSTSAssumeRoleAccess"]);
    let mut visitor = Visitor::new();
    sign_in(world, &mut visitor, &name);
    visitor
}

#[test]
fn an_application_calls_with_the_access_key_of_a_user_of_its_own() {
    let mut company = Company::new();
    let page = company.create_users(&["reports"], "access-key");
    let cell = |part: &str| {
        let (_, rest) = page.body.split_once(part).unwrap();
        rest.split('<').next().unwrap().to_owned()
    };
    let id = cell("<span class=\"mono\">");
    let key = AccessKey {
        id: id.clone(),
        secret: Secret::new(cell("<span class=\"secret\">")),
        security_token: None,
    };
    let world_call = |company: &Company, action: &str, parameters: &[(&str, &str)]| {
        company.tenant.world.call(&key, (RAM, action), parameters).code()
    };
    assert_eq!(world_call(&company, "ListUsers", &[]), "NoPermission", "it may do nothing yet");
    let document =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"ram:ListUsers","Resource":"*"}]}"#;
    let form = company.open("/ram/policies/create").deed("create-policy").with("name", "reading-users");
    company.submit(&form.with("document", document));
    company.attach("/ram/users/reports", "Custom/reading-users");
    assert_eq!(world_call(&company, "ListUsers", &[]), "ok");
    assert_eq!(world_call(&company, "CreateUser", &[("UserName", "more")]), "NoPermission");
    let page = company.open("/ram/users/reports");
    company.submit(&page.deed("set-access-key"));
    assert_eq!(world_call(&company, "ListUsers", &[]), "InvalidAccessKeyId.Inactive");
    let page = company.open("/ram/users/reports");
    company.submit(&page.deed("set-access-key"));
    assert_eq!(world_call(&company, "ListUsers", &[]), "ok");
    let page = company.open("/ram/users/reports");
    company.submit(&page.deed("delete-access-key"));
    assert_eq!(world_call(&company, "ListUsers", &[]), "InvalidAccessKeyId.NotFound");
    assert!(!company.open("/ram/users/reports").body.contains(&id));
}
