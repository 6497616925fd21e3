//! The users of the RAM console: what its forms make is what the API shows, and what they refuse changes
//! nothing.

use data_encoding::BASE64;
use serde_json::Value;

use super::desk::{self, PASSWORD};
use super::tenant::{Tenant, every_page};
use super::{IMS, RAM};
use crate::support::http::{Form, Page, Visitor};

fn administrator(tenant: &Tenant) -> Visitor {
    desk::signed_in(tenant, "admin", &["AliyunRAMFullAccess"])
}

fn open(tenant: &Tenant, visitor: &mut Visitor, path: &str) -> Page {
    visitor.open(&tenant.world.url(path))
}

/// The form of creation with its first rows filled in: name, display name, access.
fn filled(page: &Page, rows: &[(&str, &str, &str)]) -> Form {
    let mut form = page.deed("create-users");
    for field in ["name", "display_name", "access"] {
        form = form.without(field);
    }
    for (name, display_name, access) in rows {
        form = form
            .with_another("name", name)
            .with_another("display_name", display_name)
            .with_another("access", access);
    }
    form.with("password_choice", "drawn").with("reset_required", "true").with("mfa_required", "true")
}

fn names(tenant: &Tenant) -> Vec<String> {
    let list = |marker: &str| tenant.ims("ListUsers", &[("Marker", marker)]);
    every_page(list, ("Users", "User"), "UserPrincipalName")
}

fn get(tenant: &Tenant, action: &str, name: &str) -> Value {
    tenant.ims(action, &[("UserPrincipalName", &tenant.principal(name))]).ok()
}

/// Submits, and follows to the page that says what was done.
#[track_caller]
fn done(visitor: &mut Visitor, form: &Form, said: &str) -> Page {
    let page = visitor.submit(form);
    let page = visitor.follow(page);
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(page.text().contains(said), "{}", page.text());
    page
}

/// The file that the page offers.
fn file(page: &Page) -> String {
    let (_, rest) = page.body.split_once("data:text/csv;charset=utf-8;base64,").expect("a file");
    let text = rest.split('"').next().unwrap().replace("&#43;", "+").replace("&#x2b;", "+");
    String::from_utf8(BASE64.decode(text.as_bytes()).expect("Base64")).expect("UTF-8")
}

#[test]
fn several_users_are_made_with_their_ways_in_and_tags() {
    let tenant = Tenant::new();
    let mut admin = administrator(&tenant);
    let page = open(&tenant, &mut admin, "/ram/users/create");
    let long = "n".repeat(128);
    let rows = [
        ("tom", "Tom", "console"),
        ("app", long.as_str(), "access-key"),
        ("idle", "", "none"),
        ("two", "Two", "both"),
    ];
    let form = filled(&page, &rows).with("tag_key", "team").with("tag_value", "payments");
    let page = admin.submit(&form);
    assert_eq!(page.status, 200, "{}", page.text());
    let file = file(&page);
    assert_eq!(file.lines().count(), 5, "{file}");
    for (name, display_name, access) in rows {
        let user = &get(&tenant, "GetUser", name)["User"];
        let shown = if display_name.is_empty() { name } else { display_name };
        assert_eq!(
            (user["DisplayName"].as_str(), user["ProvisionType"].as_str()),
            (Some(shown), Some("Manual"))
        );
        assert_eq!(user["Tags"]["Tag"][0]["TagKey"], "team");
        assert_eq!(user["Tags"]["Tag"][0]["TagValue"], "payments");
        let profile = tenant.ims("GetLoginProfile", &[("UserPrincipalName", &tenant.principal(name))]);
        let keys = get(&tenant, "ListAccessKeys", name);
        let keys = keys["AccessKeys"]["AccessKey"].as_array().unwrap().clone();
        assert_eq!(profile.status == 200, matches!(access, "console" | "both"), "{name}");
        assert_eq!(keys.len(), usize::from(matches!(access, "access-key" | "both")), "{name}");
        if profile.status == 200 {
            let profile = &profile.ok()["LoginProfile"];
            assert_eq!(
                (&profile["PasswordResetRequired"], &profile["MFABindRequired"]),
                (&true.into(), &true.into())
            );
        }
        for key in keys {
            assert!(file.contains(key["AccessKeyId"].as_str().unwrap()));
        }
    }
    // What was drawn opens the console, as far as the first sign-in goes.
    let password = file.lines().nth(1).unwrap().split("\",\"").nth(1).unwrap().to_owned();
    let mut tom = Visitor::new();
    let page = tom.open(&tenant.world.url("/login"));
    let form = page.form("/login").with("username", &tenant.principal("tom")).with("password", &password);
    assert_eq!(tom.submit(&form).location().unwrap().path(), "/login/password");
}

#[test]
fn the_form_of_creation_works_once() {
    let tenant = Tenant::new();
    let mut admin = administrator(&tenant);
    let page = open(&tenant, &mut admin, "/ram/users/create");
    let form = filled(&page, &[("app", "App", "access-key")]);
    assert_eq!(admin.submit(&form).status, 200);
    let again = admin.submit(&form.with("name", "other"));
    assert_eq!(again.status, 409, "{}", again.text());
    assert!(again.text().contains("sent before"));
    assert!(!names(&tenant).contains(&tenant.principal("other")));
}

#[test]
fn what_is_wrong_with_one_user_is_named_and_none_is_made() {
    let tenant = Tenant::new();
    let mut admin = administrator(&tenant);
    tenant.user("taken");
    let before = names(&tenant);
    let (long, longer) = ("n".repeat(65), "d".repeat(129));
    type Rows<'a> = &'a [(&'a str, &'a str, &'a str)];
    let rows: &[(Rows<'_>, u16, &str)] = &[
        (&[], 400, "name"),
        (&[("good", "", "none"), ("b ad", "", "none")], 400, "User 2 (b ad)"),
        (&[("good", "", "none"), (&long, "", "none")], 400, "UserName"),
        (&[("good", &longer, "none")], 400, "DisplayName"),
        (&[("good", "", "none"), ("taken", "", "none")], 409, "User 2 (taken)"),
        (&[("good", "", "none"), ("GOOD", "", "none")], 409, "User 2 (GOOD)"),
        (&[("", "Nameless", "none")], 400, "UserName"),
        (&[("good", "", "root")], 400, "access"),
        (&[("a<b>", "", "none")], 400, "UserName"),
    ];
    for (rows, status, said) in rows {
        let page = open(&tenant, &mut admin, "/ram/users/create");
        let page = admin.submit(&filled(&page, rows));
        assert_eq!(page.status, *status, "{rows:?}: {}", page.text());
        assert!(page.text().contains(said), "{rows:?}: {}", page.text());
        let typed: Vec<_> = page.deed("create-users").fields;
        for (name, _, _) in *rows {
            assert!(typed.iter().any(|(field, value)| field == "name" && value == name), "{name} is kept");
        }
    }
    let many: Vec<String> = (0..21).map(|number| format!("user-{number}")).collect();
    let many: Vec<_> = many.iter().map(|name| (name.as_str(), "", "none")).collect();
    let page = open(&tenant, &mut admin, "/ram/users/create");
    let page = admin.submit(&filled(&page, &many));
    assert_eq!(page.status, 400, "{}", page.text());
    assert_eq!(names(&tenant), before);
}

#[test]
fn passwords_are_measured_by_the_policy_and_never_shown_again() {
    let tenant = Tenant::new();
    let mut admin = administrator(&tenant);
    tenant.ims("SetPasswordPolicy", &[("MinimumPasswordLength", "12"), ("RequireNumbers", "true")]).ok();
    let typed = |page: &Page, password: &str, again: &str| {
        let form = filled(page, &[("tom", "Tom", "console")]).with("password_choice", "typed");
        form.with("password", password).with("password_again", again)
    };
    for (password, again, said) in [
        ("kayak-1", "kayak-1", "12 to 32 characters"),
        ("kayak-river-kayak", "kayak-river-kayak", "with a digit"),
        ("kayak-river-12", "kayak-river-13", "password_again"),
        ("", "", "Password"),
    ] {
        let page = open(&tenant, &mut admin, "/ram/users/create");
        let page = admin.submit(&typed(&page, password, again));
        assert_eq!(page.status, 400, "{}", page.text());
        assert!(page.text().contains(said), "{password}: {}", page.text());
        assert!(password.is_empty() || !page.body.contains(password));
    }
    assert!(!names(&tenant).contains(&tenant.principal("tom")));
    let page = open(&tenant, &mut admin, "/ram/users/create");
    let form = typed(&page, "kayak-river-12", "kayak-river-12");
    let both = form.clone().with("password_choice", "drawn");
    assert_eq!(admin.submit(&both).status, 400, "typed, and one is to be generated");
    let page = open(&tenant, &mut admin, "/ram/users/create");
    let page = admin.submit(&typed(&page, "kayak-river-12", "kayak-river-12"));
    assert_eq!(page.status, 200, "{}", page.text());
    assert!(!page.body.contains("kayak-river-12"));
}

#[test]
fn the_list_is_searched_and_paged() {
    let tenant = Tenant::new();
    let mut admin = administrator(&tenant);
    for number in 0..60 {
        tenant
            .ram("CreateUser", &[("UserName", &format!("worker-{number:02}")), ("DisplayName", "Worker")])
            .ok();
    }
    tenant
        .ram(
            "CreateUser",
            &[
                ("UserName", "percent"),
                ("DisplayName", "100% <b>_x</b>"),
                ("Tag.1.Key", "team"),
                ("Tag.1.Value", "a&b"),
            ],
        )
        .ok();
    let first = open(&tenant, &mut admin, "/ram/users");
    assert!(first.text().contains("worker-00") && !first.text().contains("worker-59"));
    let next = first.body.split("href=\"/ram/users?").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let second = open(&tenant, &mut admin, &format!("/ram/users?{next}"));
    assert!(second.text().contains("worker-59") && !second.text().contains("worker-00"));
    for (query, found, absent) in [
        ("search=R-59", "worker-59", "worker-58"),
        ("search=%25+%3Cb", "percent", "worker-00"),
        ("search=_x", "percent", "worker-00"),
        ("tag_key=team", "percent", "worker-00"),
        ("tag_key=team&tag_value=a%26b", "percent", "worker-00"),
        ("tag_key=team&tag_value=other", "No user is like that", "percent@"),
    ] {
        let page = open(&tenant, &mut admin, &format!("/ram/users?{query}"));
        assert!(page.text().contains(found) && !page.text().contains(absent), "{query}: {}", page.text());
        assert!(!page.body.contains("<b>_x"), "escaped");
    }
}

#[test]
fn everything_about_a_user_is_changed_on_its_page() {
    let tenant = Tenant::new();
    let mut admin = administrator(&tenant);
    tenant.user("tom");
    tenant.ram("CreateGroup", &[("GroupName", "team")]).ok();
    let page = open(&tenant, &mut admin, "/ram/users/tom");
    let form = page.deed("update-user").with("new_name", "tim").with("new_display_name", "Tim & <b>");
    let form =
        form.with("email", "tim@example.com").with("mobile_phone", "86-13900000000").with("comments", "c");
    let page = done(&mut admin, &form, "The user was changed");
    assert_eq!(page.url.path(), "/ram/users/tim");
    let user = &get(&tenant, "GetUser", "tim")["User"];
    assert_eq!(user["DisplayName"], "Tim & <b>");
    assert_eq!((&user["Email"], &user["MobilePhone"]), (&"tim@example.com".into(), &"86-13900000000".into()));
    done(&mut admin, &page.deed("tag-user").with("tag_key", "k").with("tag_value", "v"), "The tag was set");
    let page = open(&tenant, &mut admin, "/ram/users/tim");
    assert_eq!(get(&tenant, "GetUser", "tim")["User"]["Tags"]["Tag"][0]["TagValue"], "v");
    done(&mut admin, &page.deed("untag-user"), "The tag was taken away");
    assert!(get(&tenant, "GetUser", "tim")["User"]["Tags"]["Tag"].as_array().unwrap().is_empty());
    let page = done(&mut admin, &page.deed("join-group"), "The user is in the group now");
    let groups = tenant.ram("ListGroupsForUser", &[("UserName", "tim")]).ok();
    assert_eq!(groups["Groups"]["Group"][0]["GroupName"], "team");
    done(&mut admin, &page.deed("leave-group"), "The user left the group");
    let page = open(&tenant, &mut admin, "/ram/users/tim");
    done(&mut admin, &page.deed("delete-user"), "The user was deleted");
    assert!(!names(&tenant).contains(&tenant.principal("tim")));
    assert_eq!(admin.get(&tenant.world.url("/ram/users/tim")).status, 404);
}

#[test]
fn a_sign_in_is_given_changed_and_taken_away() {
    let tenant = Tenant::new();
    let mut admin = administrator(&tenant);
    tenant.user("tom");
    let page = open(&tenant, &mut admin, "/ram/users/tom");
    let form = page.deed("create-login-profile").with("password_choice", "typed");
    let form = form.with("password", PASSWORD).with("password_again", PASSWORD).without("mfa_required");
    done(&mut admin, &form.without("reset_required"), "The user signs in to the console now");
    let mut tom = Visitor::new();
    desk::sign_in(&tenant.world, &mut tom, &tenant.principal("tom"));
    let page = open(&tenant, &mut admin, "/ram/users/tom");
    let form = page.deed("update-login-profile").without("is_active").with("mfa_required", "true");
    let page = done(&mut admin, &form, "The sign-in was changed");
    let profile = &get(&tenant, "GetLoginProfile", "tom")["LoginProfile"];
    assert_eq!((&profile["Status"], &profile["MFABindRequired"]), (&"Inactive".into(), &true.into()));
    assert_eq!(tom.get(&tenant.world.url("/console")).status, 401, "what began by password ends with it");
    let form = page.deed("set-password").with("password_choice", "drawn");
    let shown = admin.submit(&form);
    assert_eq!((shown.status, file(&shown).lines().count()), (200, 2), "{}", shown.text());
    assert_eq!(admin.submit(&form).status, 409, "shown once");
    let page = open(&tenant, &mut admin, "/ram/users/tom");
    done(&mut admin, &page.deed("delete-login-profile"), "The user has no password any more");
    let answer = tenant.ims("GetLoginProfile", &[("UserPrincipalName", &tenant.principal("tom"))]);
    assert_eq!(answer.code(), "EntityNotExist.User.LoginProfile");
}

#[test]
fn a_secret_is_shown_once_and_two_keys_are_the_most() {
    let tenant = Tenant::new();
    let mut admin = administrator(&tenant);
    tenant.user("app");
    let page = open(&tenant, &mut admin, "/ram/users/app");
    let form = page.deed("create-access-key");
    let shown = admin.submit(&form);
    let line = file(&shown).lines().nth(1).unwrap().to_owned();
    let fields: Vec<_> = line.trim_matches('"').split("\",\"").collect();
    let (id, secret) = (fields[2].to_owned(), fields[3].to_owned());
    assert!(shown.body.contains(&secret));
    assert_eq!(admin.submit(&form).status, 409);
    let page = open(&tenant, &mut admin, "/ram/users/app");
    assert!(page.body.contains(&id) && !page.body.contains(&secret));
    let key = cloudsso::rpc::AccessKey {
        id: id.clone(),
        secret: cloudsso::base::Secret::new(secret.clone()),
        security_token: None,
    };
    tenant.world.call(&key, ("2015-04-01", "GetCallerIdentity"), &[]).ok();
    let page = open(&tenant, &mut admin, "/ram/users/app");
    assert!(page.text().contains("Sts"), "last used: {}", page.text());
    done(&mut admin, &page.deed("set-access-key"), "The AccessKey was switched");
    let refused = tenant.world.call(&key, ("2015-04-01", "GetCallerIdentity"), &[]);
    assert_eq!(refused.code(), "InvalidAccessKeyId.Inactive");
    assert_eq!(admin.submit(&page.deed("create-access-key")).status, 200);
    let page = open(&tenant, &mut admin, "/ram/users/app");
    let page = admin.submit(&page.deed("create-access-key"));
    assert_eq!(page.status, 409, "{}", page.text());
    assert!(page.text().contains("limit of 2"), "{}", page.text());
    let form =
        page.deeds("delete-access-key").into_iter().find(|form| form.field("access_key_id") == Some(&id));
    done(&mut admin, &form.unwrap(), "The AccessKey was deleted");
    assert!(!open(&tenant, &mut admin, "/ram/users/app").body.contains(&id));
}

#[test]
fn an_orphan_is_found_given_an_owner_and_made_ordinary_again() {
    let tenant = Tenant::new();
    let mut admin = administrator(&tenant);
    tenant.user("tom");
    let cloudsso = tenant.world.cloudsso(&tenant.account);
    let dora = tenant.principal("dora");
    let new = [("UserPrincipalName", dora.as_str()), ("DisplayName", "Dora")];
    tenant.world.call(&cloudsso, (IMS, "CreateUser"), &new).ok();
    let page = open(&tenant, &mut admin, "/ram/users/dora");
    assert!(page.text().contains("CloudSSO provisions this user"), "{}", page.text());
    assert!(page.deeds("update-user").is_empty() && page.deeds("create-access-key").is_empty());
    let go = [("UserPrincipalName", dora.as_str()), ("ProvisionType", "Manual")];
    tenant.world.call(&cloudsso, (IMS, "UpdateUser"), &go).ok();
    let page = open(&tenant, &mut admin, "/ram/users?orphaned=true");
    assert!(page.text().contains("without an owner") && !page.text().contains("tom@"), "{}", page.text());
    let page = open(&tenant, &mut admin, "/ram/users/dora");
    let refused = admin.submit(&page.deed("set-owner").with("owner", "dora"));
    assert_eq!(refused.status, 400, "{}", refused.text());
    let page = done(
        &mut admin,
        &page.deed("set-owner").with("owner", &tenant.principal("tom")),
        "The owner was set",
    );
    assert!(page.text().contains(&format!("{} answers for it", tenant.principal("tom"))), "{}", page.text());
    let page = done(&mut admin, &page.deed("adopt-user"), "an ordinary one again");
    assert!(!page.text().contains("Orphaned"), "{}", page.text());
}

#[test]
fn who_may_only_look_is_told_what_is_missing() {
    let tenant = Tenant::new();
    let mut reader = desk::signed_in(&tenant, "reader", &["AliyunRAMReadOnlyAccess"]);
    tenant.user("tom");
    let page = open(&tenant, &mut reader, "/ram/users/tom");
    for (form, permission) in [
        (page.deed("update-user"), "ram:UpdateUser"),
        (page.deed("tag-user").with("tag_key", "k"), "ims:TagResources"),
        (page.deed("create-access-key"), "ims:CreateAccessKey"),
        (page.deed("delete-user"), "ram:DeleteUser"),
        (page.deed("create-login-profile").with("password_choice", "drawn"), "ims:CreateLoginProfile"),
    ] {
        let page = reader.submit(&form);
        assert_eq!(page.status, 403, "{permission}: {}", page.text());
        assert!(page.text().contains(permission), "{permission}: {}", page.text());
    }
    let page = open(&tenant, &mut reader, "/ram/users/create");
    let page = reader.submit(&filled(&page, &[("new", "", "console")]));
    assert_eq!(page.status, 403);
    assert!(page.text().contains("ram:CreateUser"), "{}", page.text());
    let keys = tenant.world.call(&tenant.key, (RAM, "ListAccessKeys"), &[("UserName", "tom")]).ok();
    assert!(keys["AccessKeys"]["AccessKey"].as_array().unwrap().is_empty());
    tenant.world.call(&tenant.key, (IMS, "GetUser"), &[("UserPrincipalName", &tenant.principal("tom"))]).ok();
}
