//! Somebody who can sign in, and what they find in the portal.

use serde_json::Value;
use url::Url;

use super::http::{Form, Page, Visitor};
use super::totp;

/// A user with a password and a device that makes codes.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) name: String,
    pub(crate) password: String,
    pub(crate) totp_secret: String,
}

impl Person {
    /// A user of the demo, as `demo.json` has them.
    #[track_caller]
    pub(crate) fn of_demo(demo: &Value, name: &str) -> Self {
        let users = demo["users"].as_array().unwrap_or_else(|| panic!("no users in {demo}"));
        let found = users.iter().find(|user| user["username"] == name);
        let user = found.unwrap_or_else(|| panic!("no {name} in {demo}"));
        let text = |key: &str| user[key].as_str().unwrap().to_owned();
        Self { name: name.to_owned(), password: text("password"), totp_secret: text("totp_secret") }
    }

    /// The code that their device shows now.
    pub(crate) fn code(&self) -> String {
        totp::code(&self.totp_secret)
    }

    /// Opens the sign-in page at `url`, and gives name and password there. Does not follow.
    pub(crate) fn give_password(&self, visitor: &mut Visitor, url: &str) -> Page {
        let page = visitor.open(url);
        let form = page.form("/login").with("username", &self.name).with("password", &self.password);
        visitor.submit(&form)
    }

    /// Signs in at `url` with password and `code`; gives the page they land on.
    #[track_caller]
    pub(crate) fn sign_in_with(&self, visitor: &mut Visitor, url: &str, code: &str) -> Page {
        let page = self.give_password(visitor, url);
        let page = visitor.follow(page);
        let page = visitor.submit(&page.form("/login/mfa").with("code", code));
        visitor.follow(page)
    }

    /// Signs in with the code that the device shows now; gives who has the session, and their portal.
    #[track_caller]
    pub(crate) fn sign_in(&self, public_url: &str) -> (Visitor, Page) {
        let mut visitor = Visitor::new();
        let portal = self.sign_in_with(&mut visitor, &format!("{public_url}/login"), &self.code());
        assert_eq!((portal.status, portal.url.path()), (200, "/portal"), "{}", portal.text());
        (visitor, portal)
    }
}

/// A role that a portal page offers.
#[derive(Clone, Debug)]
pub(crate) struct OfferedRole {
    pub(crate) account: String,
    pub(crate) account_id: String,
    pub(crate) name: String,
    /// Opens the console.
    pub(crate) form: Form,
}

/// The roles that a portal page offers, in its order.
pub(crate) fn offered_roles(portal: &Page) -> Vec<OfferedRole> {
    let mut roles = Vec::new();
    for account in portal.body.split("<li class=\"account\">").skip(1) {
        let name = between(account, "<h2 class=\"account-name\">", "</h2>");
        let id = between(account, "Account number </span>", "</span>");
        let held = account.split_once("<div class=\"ram-user\">").map_or(account, |(held, _ram_user)| held);
        for role in held.split("<li class=\"role\">").skip(1) {
            let Some((_before, form)) = role.split_once("action=\"") else { continue };
            let (action, _behind) = form.split_once('"').unwrap();
            roles.push(OfferedRole {
                account: name.to_owned(),
                account_id: id.to_owned(),
                name: between(role, "class=\"role-name\">", "</h").to_owned(),
                form: portal.form(action),
            });
        }
    }
    roles
}

/// What a console page of the local cloud says of whoever stands there.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Console {
    pub(crate) account_id: String,
    pub(crate) identity: String,
    pub(crate) session_name: String,
    /// As its `<time datetime>` has it.
    pub(crate) started_at: String,
    /// As its `<time datetime>` has it.
    pub(crate) expires_at: String,
}

impl Console {
    #[track_caller]
    pub(crate) fn read(page: &Page) -> Self {
        assert_eq!((page.status, page.url.path()), (200, "/console"), "{}", page.text());
        let moment = |label: &str| {
            let fact = between(&page.body, &format!("<dt>{label}</dt>"), "</dd>");
            between(fact, "datetime=\"", "\"").to_owned()
        };
        Self {
            account_id: between(&page.body, "<span class=\"mono\">", "</span>").to_owned(),
            identity: between(&page.body, "<dt>Identity</dt><dd>", "<").to_owned(),
            session_name: between(&page.body, "<dt>Session name</dt><dd>", "</dd>").to_owned(),
            started_at: moment("Signed in"),
            expires_at: moment("Ends"),
        }
    }
}

/// Presses "Open console", and lets the page that comes post itself; gives where that leads.
#[track_caller]
pub(crate) fn open_console(visitor: &mut Visitor, role: &Form) -> Page {
    let carrier = visitor.submit(role);
    let form = carrier.form("/saml-role/sso");
    let page = visitor.submit(&form);
    visitor.follow(page)
}

/// The origin of an address, as text.
pub(crate) fn origin(url: &str) -> String {
    Url::parse(url).unwrap().origin().ascii_serialization()
}

#[track_caller]
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let found = text.split_once(begin).and_then(|(_before, behind)| behind.split_once(end));
    found.unwrap_or_else(|| panic!("no {begin:?} … {end:?} in {text}")).0.trim()
}
