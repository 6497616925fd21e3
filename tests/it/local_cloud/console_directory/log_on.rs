//! Log On: who enters a member from the console, and who does not.

use super::*;

const ROLE: &str = "ResourceDirectoryAccountAccessRole";

fn log_on_to(world: &World, visitor: &mut Visitor, account: &str) -> Form {
    forged(world, visitor, &format!("/members/{account}/log-on"), "log-on")
}

#[test]
fn with_both_policies_one_enters_a_member_and_keeps_ones_own_console() {
    let world = World::new();
    let member = world.member("shop");
    let mut alice = manager(&world, "alice", &[DIRECTORY, ASSUME_ROLE]);
    let page = open(&world, &mut alice, "/members");
    let page = done(&mut alice, &page.deed("log-on"), &format!("assumed-role/{ROLE}/alice"));
    assert_eq!(page.url.path(), "/console");
    assert!(page.text().contains(&member) && page.text().contains("from alice"), "{}", page.text());
    // It is an administrator there, and sees no directory.
    assert_eq!(alice.open(&world.url("/ram/users")).status, 200);
    assert!(open(&world, &mut alice, "").text().contains("The management account keeps it"));
    let own = format!("alice@{}.onaliyun.com", world.management);
    done(&mut alice, &page.form("/console/switch"), &own);
    assert_eq!(open(&world, &mut alice, "/members").status, 200);
    // As well from the tree, the member's page and the page of Log On.
    for path in [String::new(), format!("/members/{member}"), format!("/members/{member}/log-on")] {
        let page = open(&world, &mut alice, &path);
        let page = done(&mut alice, &page.deed("log-on"), &format!("assumed-role/{ROLE}/alice"));
        done(&mut alice, &page.form("/console/switch"), &own);
    }
}

#[test]
fn without_the_right_to_assume_roles_the_page_names_it_and_the_policy_that_gives_it() {
    let world = World::new();
    world.member("shop");
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let form = open(&world, &mut alice, "/members").deed("log-on");
    let page = refused(&mut alice, &form, (403, "sts:AssumeRole"));
    assert!(page.text().contains(&format!("the system policy {ASSUME_ROLE} would")), "{}", page.text());
    assert!(alice.open(&world.url("/console")).text().contains("alice@"), "she is where she was");
    grant(&world, &world.owner, "alice", ASSUME_ROLE);
    done(&mut alice, &form, "assumed-role");
}

#[test]
fn without_the_right_to_the_directory_the_page_names_it_and_the_policy_that_gives_it() {
    let world = World::new();
    let member = world.member("shop");
    let mut alice = manager(&world, "alice", &[ASSUME_ROLE]);
    let page = open(&world, &mut alice, "/members");
    assert_eq!(page.status, 403);
    assert!(page.text().contains("resourcemanager:ListAccounts"), "{}", page.text());
    assert!(page.text().contains(DIRECTORY), "{}", page.text());
    let form = log_on_to(&world, &mut alice, &member);
    let page = refused(&mut alice, &form, (403, "resourcemanager:GetAccount"));
    assert!(page.text().contains(&format!("the system policy {DIRECTORY} would")), "{}", page.text());
    grant(&world, &world.owner, "alice", DIRECTORY);
    done(&mut alice, &form, "assumed-role");
}

#[test]
fn a_statement_that_denies_is_named_and_no_policy_is_advised() {
    let world = World::new();
    world.member("shop");
    let mut alice = manager(&world, "alice", &[DIRECTORY, ASSUME_ROLE]);
    let document =
        r#"{"Version":"1","Statement":[{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}]}"#;
    let new = [("PolicyName", "no-roles"), ("PolicyDocument", document)];
    world.call(&world.owner, (RAM, "CreatePolicy"), &new).ok();
    let form = open(&world, &mut alice, "/members").deed("log-on");
    let attach = [("PolicyType", "Custom"), ("PolicyName", "no-roles"), ("UserName", "alice")];
    world.call(&world.owner, (RAM, "AttachPolicyToUser"), &attach).ok();
    let page = refused(&mut alice, &form, (403, "no-roles"));
    assert!(!page.text().contains("the system policy"), "{}", page.text());
    world.call(&world.owner, (RAM, "DetachPolicyFromUser"), &attach).ok();
    done(&mut alice, &form, "assumed-role");
}

#[test]
fn a_role_may_be_allowed_alone() {
    let world = World::new();
    let (shop, data) = (world.member("shop"), world.member("data"));
    let mut alice = manager(&world, "alice", &["AliyunResourceDirectoryReadOnlyAccess"]);
    let document = format!(
        r#"{{"Version":"1","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"acs:ram::{shop}:role/{ROLE}"}}]}}"#
    );
    let new = [("PolicyName", "shop-only"), ("PolicyDocument", document.as_str())];
    world.call(&world.owner, (RAM, "CreatePolicy"), &new).ok();
    let attach = [("PolicyType", "Custom"), ("PolicyName", "shop-only"), ("UserName", "alice")];
    world.call(&world.owner, (RAM, "AttachPolicyToUser"), &attach).ok();
    let form = log_on_to(&world, &mut alice, &data);
    refused(&mut alice, &form, (403, ASSUME_ROLE));
    let form = log_on_to(&world, &mut alice, &shop);
    done(&mut alice, &form, "assumed-role");
}

#[test]
fn nobody_enters_what_is_no_member() {
    let world = World::new();
    let member = world.member("shop");
    let mut alice = manager(&world, "alice", &["AdministratorAccess"]);
    for id in [world.independent.as_str(), "1", "1000000000000000", "fd-1", "%3Cscript%3E", "a%2Fb", "*"] {
        let form = log_on_to(&world, &mut alice, id);
        refused(&mut alice, &form, (409, "no member of the resource directory"));
    }
    let form = log_on_to(&world, &mut alice, world.management.as_str());
    refused(&mut alice, &form, (409, "You are in this account already"));
    let page = open(&world, &mut alice, &format!("/members/{}/log-on", world.management));
    assert!(page.deeds("log-on").is_empty(), "{}", page.text());
    // A member that left is none.
    let mut before = manager(&world, "carol", &["AdministratorAccess"]);
    let form = log_on_to(&world, &mut before, &member);
    done(&mut before, &form, "assumed-role");
    ask(&world, "SetMemberDeletionPermission", &[("Status", "Enabled")]);
    ask(&world, "CheckAccountDelete", &[("AccountId", &member)]);
    ask(&world, "DeleteAccount", &[("AccountId", &member)]);
    let form = log_on_to(&world, &mut alice, &member);
    refused(&mut alice, &form, (409, "no member of the resource directory"));
    assert_eq!(before.get(&world.url("/console")).status, 401, "and what was open there has ended");
}

#[test]
fn a_member_whose_role_was_deleted_is_not_entered() {
    let world = World::new();
    let member = world.member("shop");
    let administrator = world.administrator(&member);
    let held = [("PolicyType", "System"), ("PolicyName", "AdministratorAccess"), ("RoleName", ROLE)];
    let mut alice = manager(&world, "alice", &["AdministratorAccess"]);
    let form = log_on_to(&world, &mut alice, &member);
    // The session takes its own last right away, and so another one deletes the role.
    let keys = world.call(&administrator, (RAM, "CreateUser"), &[("UserName", "bob")]);
    keys.ok();
    grant(&world, &administrator, "bob", "AdministratorAccess");
    let key = world.call(&administrator, (RAM, "CreateAccessKey"), &[("UserName", "bob")]).ok();
    let key = crate::local_cloud::tenant::access_key(&key);
    world.call(&key, (RAM, "DetachPolicyFromRole"), &held).ok();
    world.call(&key, (RAM, "DeleteRole"), &[("RoleName", ROLE)]).ok();
    refused(&mut alice, &form, (409, "The account has no role ResourceDirectoryAccountAccessRole"));
}

#[test]
fn another_account_enters_no_member() {
    let world = World::new();
    let (own, other) = (world.member("own"), world.member("other"));
    let mut bob = member_user(&world, &own, "bob", &["AdministratorAccess"]);
    let mut ivy = outsider(&world, "ivy", &["AdministratorAccess"]);
    for visitor in [&mut bob, &mut ivy] {
        let form = log_on_to(&world, visitor, &other);
        refused(visitor, &form, (403, "the management account keeps the resource directory"));
    }
    // A delegated administrator sees the members, and enters none: their roles do not trust its account.
    let service = [("AccountId", own.as_str()), ("ServicePrincipal", "config.aliyuncs.com")];
    ask(&world, "RegisterDelegatedAdministrator", &service);
    let form = log_on_to(&world, &mut bob, &other);
    refused(&mut bob, &form, (403, "does not admit"));
    let form = log_on_to(&world, &mut bob, world.management.as_str());
    refused(&mut bob, &form, (409, "has no role"));
    // Nor is one let in by the token of another's form.
    let mut alice = manager(&world, "alice", &["AdministratorAccess"]);
    let form = log_on_to(&world, &mut alice, &other);
    assert_eq!(bob.submit(&form).status, 403);
    assert_eq!(alice.submit(&form.clone().without("csrf_token")).status, 403);
    assert_eq!(alice.submit(&form.clone().sent_from("https://evil.example/")).status, 403);
    done(&mut alice, &form, "assumed-role");
}
