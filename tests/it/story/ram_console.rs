//! The RAM console by clicks: users made one by one and twenty at once, the same as by the stock SDK, and keys
//! that are shown once.

use serde_json::{Value, json};

use super::consoles::sign_in;
use crate::local_cloud::World;
use crate::local_cloud::desk::PASSWORD;
use crate::local_cloud::tenant::Tenant;
use crate::sdk;
use crate::support::browser::Browser;

/// A user with every field that the console and the API have, and the ways in that are given.
struct Planned {
    name: &'static str,
    display_name: &'static str,
    contact: Contact,
    tags: &'static [(&'static str, &'static str)],
    password: Option<Password>,
    access_key: bool,
}

/// E-mail address, mobile phone and comments.
type Contact = (&'static str, &'static str, &'static str);

#[derive(Clone, Copy)]
struct Password {
    reset_required: bool,
    mfa_required: bool,
}

const NO_CONTACT: Contact = ("", "", "");

const PLANNED: &[Planned] = &[
    Planned {
        name: "tom",
        display_name: "Tom",
        contact: NO_CONTACT,
        tags: &[],
        password: Some(Password { reset_required: true, mfa_required: true }),
        access_key: false,
    },
    Planned {
        name: "t.o-m_2",
        display_name: "Tom & <Tim>, 24 letters",
        contact: ("tom@example.com", "86-13900000000", "A person's user"),
        tags: &[("team", "payments"), ("stage", ""), ("größe", "a=b&c")],
        password: Some(Password { reset_required: false, mfa_required: false }),
        access_key: false,
    },
    Planned {
        name: "uploader",
        display_name: "Uploader",
        contact: ("", "", "A program's user"),
        tags: &[("kind", "application")],
        password: None,
        access_key: true,
    },
    Planned {
        name: "both",
        display_name: "Both",
        contact: NO_CONTACT,
        tags: &[],
        password: Some(Password { reset_required: true, mfa_required: false }),
        access_key: true,
    },
    Planned {
        name: "neither",
        display_name: "N",
        contact: NO_CONTACT,
        tags: &[],
        password: None,
        access_key: false,
    },
];

/// An account with an administrator who is signed in.
struct Office {
    tenant: Tenant,
    browser: Browser,
}

impl Office {
    fn open() -> Self {
        let tenant = Tenant::live();
        let admin = tenant.user("admin");
        let profile = [("UserPrincipalName", admin.as_str()), ("Password", PASSWORD)];
        tenant.ims("CreateLoginProfile", &profile).ok();
        tenant.grant("admin", "AliyunRAMFullAccess");
        let browser = Browser::open(1440, 900);
        sign_in(&browser, &tenant.world.base_url, &admin);
        Self { tenant, browser }
    }

    fn world(&self) -> &World {
        &self.tenant.world
    }

    /// Makes a user by clicks.
    fn create(&self, user: &Planned) {
        let browser = &self.browser;
        browser.click("Users");
        browser.click("Create users");
        browser.fill_id("name-1", user.name);
        browser.fill_id("display_name-1", user.display_name);
        browser.choose("access-1", comes_in_by(user));
        if let Some(password) = user.password {
            browser.tick("Set this one", true);
            browser.fill("Password", PASSWORD);
            browser.fill("Password again", PASSWORD);
            browser.tick("The user must set another password at the next sign-in", password.reset_required);
            browser.tick("The user must bind an MFA device at the next sign-in", password.mfa_required);
        }
        for (index, (key, value)) in user.tags.iter().enumerate() {
            browser.fill_id(&format!("tag_key-{}", index + 1), key);
            browser.fill_id(&format!("tag_value-{}", index + 1), value);
        }
        browser.click("Create");
        browser.wait_for_text("The user was created");
        browser.assert_clean_console();
        let (email, mobile_phone, comments) = user.contact;
        if user.contact != NO_CONTACT {
            browser.click(&self.tenant.principal(user.name));
            browser.click("Change the user");
            browser.fill("E-mail", email);
            browser.fill("Mobile phone", mobile_phone);
            browser.fill("Comments", comments);
            browser.click("Save");
            browser.wait_for_text("The user was changed.");
        }
    }

    /// A user as the API shows it, without what must differ: names that were made up, ids and times.
    fn shown(&self, name: &str) -> Value {
        let principal = self.tenant.principal(name);
        let get = |action: &str| self.tenant.ims(action, &[("UserPrincipalName", principal.as_str())]);
        let user = get("GetUser").ok()["User"].clone();
        let profile = get("GetLoginProfile");
        let profile = (profile.status == 200).then(|| profile.ok()["LoginProfile"].clone());
        let mut tags = user["Tags"]["Tag"].as_array().unwrap().clone();
        tags.sort_by_key(ToString::to_string);
        let keys = get("ListAccessKeys").ok()["AccessKeys"]["AccessKey"].clone();
        let statuses: Vec<_> = keys.as_array().unwrap().iter().map(|key| key["Status"].clone()).collect();
        let of_user = ["DisplayName", "Email", "MobilePhone", "Comments", "ProvisionType", "LastLoginDate"];
        let of_profile =
            ["Status", "PasswordStatus", "PasswordResetRequired", "MFABindRequired", "LastLoginTime"];
        json!({
            "user": of_user.map(|field| user[field].clone()),
            "tags": tags,
            "profile": profile.map(|profile| of_profile.map(|field| profile[field].clone())),
            "keys": statuses,
            "groups": get("ListGroupsForUser").ok()["Groups"],
        })
    }
}

fn comes_in_by(user: &Planned) -> &'static str {
    match (user.password.is_some(), user.access_key) {
        (true, false) => "the console",
        (false, true) => "a permanent AccessKey",
        (true, true) => "both (not recommended)",
        (false, false) => "neither yet",
    }
}

#[test]
fn the_console_and_the_sdk_make_the_same_users() {
    let office = Office::open();
    let by_sdk = |name: &str| format!("{name}.sdk");
    let users = PLANNED.iter().map(|user| {
        let (email, mobile_phone, comments) = user.contact;
        json!({
            "name": by_sdk(user.name),
            "display_name": user.display_name,
            "email": email,
            "mobile_phone": mobile_phone,
            "comments": comments,
            "tags": user.tags,
            "password": user.password.map(|_| PASSWORD),
            "reset_required": user.password.is_some_and(|password| password.reset_required),
            "mfa_required": user.password.is_some_and(|password| password.mfa_required),
            "access_key": user.access_key,
        })
    });
    let mut given = sdk::keys(&office.tenant.key);
    given["endpoint"] = json!(office.world().host);
    given["users"] = users.collect();
    let domain = sdk::answer("create_users.py", &given);
    assert_eq!(domain, format!("{}.onaliyun.com", office.tenant.account));
    for user in PLANNED {
        office.create(user);
        let (by_console, by_sdk) = (office.shown(user.name), office.shown(&by_sdk(user.name)));
        assert_eq!(by_console, by_sdk, "{}", user.name);
    }
}

#[test]
fn twenty_users_are_made_at_once_and_their_keys_downloaded() {
    let office = Office::open();
    let browser = &office.browser;
    let folder = tempfile::tempdir().unwrap();
    browser.save_downloads_in(folder.path());
    browser.click("Users");
    browser.click("Create users");
    browser.click("20 rows");
    for number in 1..=20 {
        browser.fill_id(&format!("name-{number}"), &format!("worker-{number}"));
        browser.fill_id(&format!("display_name-{number}"), &format!("Worker {number}"));
        browser.choose(&format!("access-{number}"), "a permanent AccessKey");
    }
    browser.fill_id("tag_key-1", "team");
    browser.fill_id("tag_value-1", "workers");
    browser.click("Create");
    browser.wait_for_text("20 users were created");
    browser.assert_clean_console();
    browser.assert_accessible();
    browser.picture("twenty-users");
    browser.click("Download as CSV");
    let file = browser.downloaded(&folder.path().join("credentials.csv"));
    let keys: Vec<(String, String)> = file
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<_> = line.trim_matches('"').split("\",\"").collect();
            (fields[2].to_owned(), fields[3].to_owned())
        })
        .collect();
    assert_eq!(keys.len(), 20, "{file}");
    let text = browser.text();
    for (id, secret) in &keys {
        assert!(text.contains(id) && text.contains(secret), "the page and the file say the same");
    }
    let found = office.tenant.ims("ListUsers", &[("Tag.1.Key", "team"), ("Tag.1.Value", "workers")]).ok();
    assert_eq!(found["Users"]["User"].as_array().unwrap().len(), 20);
    // Each key works, and no page shows a secret again.
    let (id, secret) = keys[7].clone();
    let key = cloudsso::rpc::AccessKey {
        id,
        secret: cloudsso::base::Secret::new(secret.clone()),
        security_token: None,
    };
    let who = office.world().call(&key, ("2015-04-01", "GetCallerIdentity"), &[]).ok();
    assert!(who["Arn"].as_str().unwrap().ends_with(":user/worker-8"), "{who}");
    browser.goto(&office.world().url("/ram/users/worker-8"));
    assert!(!browser.text().contains(&secret));
    // Later, since the driver says a script again that ends with its page.
    browser.evaluate("setTimeout(() => history.back())");
    // The way back leads to a form that would have to be sent again, and would be refused.
    browser.wait_for_text("Confirm Form Resubmission");
    assert!(!browser.text().contains(&secret), "{}", browser.text());
}
