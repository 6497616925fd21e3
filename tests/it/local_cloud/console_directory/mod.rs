//! The Resource Management console, from outside: what its forms make is what the API shows, and whom it
//! shows nothing.

mod control_policy;
mod delegation;
mod invitation;
mod log_on;
mod member;
mod organisation;

use cloudsso::rpc::AccessKey;
use serde_json::Value;

use super::desk::{PASSWORD, sign_in};
use super::{IMS, RAM, RD, World};
use crate::support::http::{Form, Page, Visitor};

const DIRECTORY: &str = "AliyunResourceDirectoryFullAccess";
const ASSUME_ROLE: &str = "AliyunSTSAssumeRoleAccess";

/// A user of an account with a password and these system policies, signed in; `key` administers the account.
fn person(world: &World, (key, account): (&AccessKey, &str), name: &str, policies: &[&str]) -> Visitor {
    let logon_name = format!("{name}@{account}.onaliyun.com");
    world.call(key, (RAM, "CreateUser"), &[("UserName", name)]).ok();
    let profile = [("UserPrincipalName", logon_name.as_str()), ("Password", PASSWORD)];
    world.call(key, (IMS, "CreateLoginProfile"), &profile).ok();
    for policy in policies {
        grant(world, key, name, policy);
    }
    let mut visitor = Visitor::new();
    sign_in(world, &mut visitor, &logon_name);
    visitor
}

fn grant(world: &World, key: &AccessKey, name: &str, policy: &str) {
    let parameters = [("PolicyType", "System"), ("PolicyName", policy), ("UserName", name)];
    world.call(key, (RAM, "AttachPolicyToUser"), &parameters).ok();
}

/// A user of the management account.
fn manager(world: &World, name: &str, policies: &[&str]) -> Visitor {
    person(world, (&world.owner, world.management.as_str()), name, policies)
}

/// A user of the account outside of the directory.
fn outsider(world: &World, name: &str, policies: &[&str]) -> Visitor {
    person(world, (&world.independent_owner, world.independent.as_str()), name, policies)
}

/// A user of a member.
fn member_user(world: &World, member: &str, name: &str, policies: &[&str]) -> Visitor {
    person(world, (&world.administrator(member), member), name, policies)
}

/// What the API answers to the owner of the management account.
fn ask(world: &World, action: &str, parameters: &[(&str, &str)]) -> Value {
    world.call(&world.owner, (RD, action), parameters).ok()
}

fn root(world: &World) -> String {
    let directory = ask(world, "GetResourceDirectory", &[]);
    directory["ResourceDirectory"]["RootFolderId"].as_str().expect("an id").to_owned()
}

fn new_folder(world: &World, name: &str, parent: &str) -> String {
    let made = ask(world, "CreateFolder", &[("FolderName", name), ("ParentFolderId", parent)]);
    made["Folder"]["FolderId"].as_str().expect("an id").to_owned()
}

/// The page of a path below the console's.
fn open(world: &World, visitor: &mut Visitor, path: &str) -> Page {
    visitor.open(&world.url(&format!("/resource-directory{path}")))
}

/// Sends a form and goes where it leads, with success.
#[track_caller]
fn done(visitor: &mut Visitor, form: &Form, said: &str) -> Page {
    let page = visitor.submit(form);
    let page = visitor.follow(page);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains(said), "{said:?} is not in {}", page.text());
    page
}

/// Sends a form that is refused, with words of the reason.
#[track_caller]
fn refused(visitor: &mut Visitor, form: &Form, (status, reason): (u16, &str)) -> Page {
    let page = visitor.submit(form);
    assert_eq!(page.status, status, "{}", page.text());
    assert!(page.text().contains(reason), "{reason:?} is not in {}", page.text());
    page
}

/// A form as somebody writes it by hand who is signed in: with the token of the session, to any screen.
fn forged(world: &World, visitor: &mut Visitor, path: &str, deed: &str) -> Form {
    let page = visitor.open(&world.url("/console/switch-role"));
    let form = page.deed("switch-role").without("account").without("role");
    form.sent_to(&world.url(&format!("/resource-directory{path}"))).with("deed", deed)
}
