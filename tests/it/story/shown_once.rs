//! What the consoles show once is nowhere afterwards: neither on a page, nor in the log at its most talkative,
//! nor in a file of the data directory but sealed.

use std::fs;
use std::path::Path;

use crate::support::database::TestDatabase;
use crate::support::http::{Form, Page, Visitor};
use crate::support::process::Server;

/// Every byte of every file below a directory.
fn bytes_below(directory: &Path) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        bytes.extend(if path.is_dir() { bytes_below(&path) } else { fs::read(&path).unwrap() });
    }
    bytes
}

fn follow(visitor: &mut Visitor, form: &Form) -> Page {
    let page = visitor.submit(form);
    visitor.follow(page)
}

#[test]
fn a_secret_and_a_generated_password_are_nowhere_after_the_page_that_showed_them() {
    let database = TestDatabase::new();
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--demo", "--database-url", database.url(), "--log-filter", "trace"];
    let server = Server::start(folder, &arguments).unwrap_or_else(|error| panic!("{error}"));
    let text = |name: &str| server.details()["local_cloud"][name].as_str().unwrap().to_owned();
    let base = text("console_url").replace("/console", "");
    let mut owner = Visitor::new();
    let page = owner.open(&format!("{base}/login"));
    let form = page.form("/login").with("username", &text("owner_name"));
    let page = follow(&mut owner, &form.with("password", &text("owner_password")));
    assert_eq!((page.status, page.url.path()), (200, "/console"), "{}", page.text());
    let form = owner.open(&format!("{base}/ram/users/create")).deed("create-users");
    let form = ["name", "display_name", "access"].iter().fold(form, |form, field| form.without(field));
    let form = form.with_another("name", "both").with_another("display_name", "");
    let page = owner.submit(&form.with_another("access", "both").with("password_choice", "drawn"));
    let mut shown = page.body.split("<span class=\"secret\">").skip(1);
    let mut next = || html_text(shown.next().unwrap().split('<').next().unwrap());
    let (password, secret) = (next(), next());
    assert_eq!((password.len(), secret.len()), (16, 42), "{password} {secret}");
    let id = page.body.split("<span class=\"mono\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    for path in ["/ram/users/both", "/ram/users", "/console", "/ram/users/create"] {
        let page = owner.open(&format!("{base}{path}"));
        assert!(!page.body.contains(&secret) && !page.body.contains(&password), "{path}");
    }
    let log = server.output();
    assert!(log.contains("create-users"), "the log is the one of that server");
    assert!(!log.contains(&secret) && !log.contains(&password));
    let (status, folder) = server.stop_and_keep();
    assert!(status.success());
    let bytes = bytes_below(folder.path());
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(&id), "the files are the ones of that server");
    assert!(!holds(&secret) && !holds(&password));
}

/// The signs of a password as a page writes them.
fn html_text(text: &str) -> String {
    let named = text.replace("&#60;", "<").replace("&#62;", ">").replace("&#43;", "+").replace("&#61;", "=");
    named.replace("&#38;", "&")
}
