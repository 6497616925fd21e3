//! Each rule refuses what it is for, and lets pass what looks like it.

use super::rules::{check, migrations};
use super::source::SourceFile;
use super::{LIBRARIES, ROOMS};

/// What the rules say about sources given as (path, text): `path:line: what`.
fn verdict(sources: &[(&str, &str)]) -> Vec<String> {
    let files: Vec<SourceFile> = sources.iter().map(|(path, text)| SourceFile::new(path, text)).collect();
    check(ROOMS, LIBRARIES, &files).iter().map(ToString::to_string).collect()
}

#[track_caller]
fn refused(sources: &[(&str, &str)], expected: &str) {
    let verdict = verdict(sources);
    assert!(verdict.len() == 1 && verdict[0].contains(expected), "expected {expected:?}, got {verdict:#?}");
}

#[track_caller]
fn accepted(sources: &[(&str, &str)]) {
    assert_eq!(verdict(sources), Vec::<String>::new());
}

#[test]
fn an_import_of_a_higher_floor_in_every_spelling() {
    for import in [
        "use crate::domain::User;",
        "use crate::{base::Secret, domain::{User}};",
        "use crate::{domain as rules};",
        "pub(crate) use crate::domain;",
        "use super::super::domain::User;",
        "use super::{super::{base::Clock, domain::User}};",
        "fn f(user: &crate::domain::User) {}",
        "fn f() { let _x = crate :: domain :: User::new(); }",
        "#[derive(crate::domain::Thing)] struct S;",
        "mod inner { use super::super::super::domain::User; }",
        "#[cfg(test)] mod tests { use crate::domain::User; }",
        "macro_rules! m { () => { $crate::domain::f() } }",
        "pub(in crate::domain) fn f() {}",
    ] {
        refused(&[("src/saml/response.rs", import)], "saml (floor 2) may not import domain (floor 3)");
    }
}

#[test]
fn an_import_of_the_same_floor_and_of_the_room_apart() {
    refused(
        &[("src/saml/response.rs", "use crate::rpc::sign;")],
        "saml (floor 2) may not import rpc (floor 2)",
    );
    refused(
        &[("src/service/logon.rs", "use crate::local_cloud::Store;")],
        "service (floor 5) may not import local_cloud (apart)",
    );
    refused(
        &[("src/local_cloud/role.rs", "use crate::domain::Role;")],
        "local_cloud (apart) may not import domain (floor 3)",
    );
}

#[test]
fn a_lower_room_that_the_table_does_not_list() {
    refused(&[("src/web/login.rs", "use crate::storage::users;")], "may not import storage");
    refused(&[("src/main.rs", "use cloudsso::nowhere::run;")], "crate::nowhere, which is not a room");
    refused(&[("src/saml/response.rs", "use crate::*;")], "crate::*, which is not a room");
    refused(&[("src/saml/response.rs", "use crate::{self as house};")], "crate::, which is not a room");
    refused(&[("src/lib.rs", "pub mod base;\npub mod attic;")], "src/lib.rs:2: attic is not a room");
    refused(&[("src/attic/box.rs", "")], "attic is not a room");
}

#[test]
fn what_the_table_allows_and_what_only_looks_like_an_import() {
    accepted(&[
        ("src/lib.rs", "pub mod base;\npub mod crypto;"),
        ("src/main.rs", "fn main() { cloudsso::app::run() }"),
        ("src/app/mod.rs", "//! The executable.\nuse crate::{local_cloud, web::server};"),
        ("src/service/logon.rs", "use crate::{base::{Clock, Secret as Hidden}, domain::User};"),
        (
            "src/saml/response.rs",
            r##"
            // use crate::domain::User;
            /* use crate::domain; /* nested */ use crate::web; */
            /// Like `crate::domain::User`.
            fn f<'a>(x: &'a str) -> impl Fn() + use<'a> {
                let _ = ("crate::domain", r#"a " crate::web::x"#, '"', b'\'', "\" crate::web::y", br"\");
                let _ = x.domain::<u8>();
                || ()
            }
            "##,
        ),
    ]);
}

#[test]
fn a_library_outside_its_rooms() {
    for (path, text, expected) in [
        ("src/saml/a.rs", "use openssl::sign::Signer;", "openssl belongs to crypto, app, not to saml"),
        ("src/saml/a.rs", "use {std::fmt, openssl::sign::Signer};", "openssl"),
        ("src/saml/a.rs", "use ::openssl as tls;", "openssl"),
        ("src/saml/a.rs", "fn f() { ::openssl::init() }", "openssl"),
        ("src/domain/a.rs", "#[derive(diesel::Queryable)] struct S;", "diesel"),
        ("src/domain/a.rs", "fn f() { g::<argon2::Params>() }", "argon2"),
        ("src/web/a.rs", "use ureq::Agent;", "ureq belongs to cloud, peer, local_cloud, not to web"),
        ("src/service/a.rs", "use actix_web::HttpRequest;", "actix_web"),
        ("src/cloud/a.rs", "use askama::Template;", "askama"),
        ("src/service/a.rs", "use clap::Parser;", "clap"),
        ("src/crypto/a.rs", "use quick_xml::Reader;", "quick_xml"),
        ("src/web/a.rs", "use samael::schema::Response;", "samael"),
        ("src/base/a.rs", "use totp_rs::Totp;", "totp_rs"),
        (
            "src/main.rs",
            "fn main() { diesel::select(1); }",
            "diesel belongs to storage, local_cloud, not to app",
        ),
        ("src/lib.rs", "use samael::schema;", "samael"),
    ] {
        refused(&[(path, text)], expected);
    }
}

#[test]
fn a_library_in_its_rooms_or_in_a_unit_test() {
    accepted(&[
        ("src/crypto/a.rs", "use openssl::sign::Signer;"),
        ("src/local_cloud/store.rs", "use diesel::prelude::*;"),
        ("src/app/server.rs", "use {actix_web::HttpServer, clap::Parser, openssl::ssl};"),
        ("src/saml/a.rs", "fn f() {}\n#[cfg(test)]\nmod tests { use openssl::x509::X509; fn f() {} }"),
        ("src/saml/b.rs", "#[cfg(test)] use openssl::{x509, sign};\n#[cfg(test)]\nmod tests;"),
        ("src/saml/b/tests.rs", "use openssl::x509::X509;"),
        ("src/saml/mod.rs", "//! Messages.\nmod clap;\nuse clap::Thing;"),
        ("src/saml/clap.rs", "pub struct Thing;"),
    ]);
    refused(
        &[("src/saml/a.rs", "#[cfg(test)]\nuse std::fmt;\nuse openssl::sign;")],
        "src/saml/a.rs:3: openssl belongs",
    );
    refused(&[("src/saml/a.rs", "#[cfg(not(test))]\nuse openssl::sign;")], "openssl belongs");
}

#[test]
fn siblings_in_a_circle() {
    let room = "//! A room.\nmod a;\nmod b;\nmod c;\npub use a::A;\npub use b::B;\npub(crate) use self::c::C as Sea;";
    for (a, b, c) in [
        ("use super::b::B;", "use super::a::A;", ""),
        ("use super::B;", "use crate::saml::A;", ""),
        ("use super::{B};", "", "use super::A;"),
        ("", "fn f() { super::c::g() }", "use crate::saml::{b::{B, Other}};"),
        ("use super::b;", "use super::Sea;", "use super::a::inner::X;"),
    ] {
        let sources =
            [("src/saml/mod.rs", room), ("src/saml/a.rs", a), ("src/saml/b.rs", b), ("src/saml/c.rs", c)];
        if a == "use super::{B};" {
            accepted(&sources); // c → a → b goes one way
        } else {
            refused(&sources, "a circle in saml: ");
        }
    }
}

#[test]
fn a_circle_of_folders_and_a_parent_that_is_none() {
    refused(
        &[
            ("src/web/admin/mod.rs", "//! Pages of administrators."),
            ("src/web/admin/user.rs", "use crate::web::portal::Layout;"),
            ("src/web/portal.rs", "use super::admin::user::Row;"),
        ],
        "a circle in web: admin needs portal (src/web/admin/user.rs:1), portal needs admin (src/web/portal.rs:1)",
    );
    accepted(&[
        ("src/web/mod.rs", "//! Faces.\nmod error;\npub use error::Error;\npub struct Page;"),
        ("src/web/error.rs", "use super::Page;"),
        (
            "src/web/login.rs",
            "use super::{Error, Page};\n#[cfg(test)]\nmod tests { use super::super::logout::x; }",
        ),
        ("src/web/logout.rs", "use super::login::Form;"),
    ]);
}

#[test]
fn a_file_that_is_too_long() {
    refused(&[("src/base/id.rs", &"\n".repeat(501))], "src/base/id.rs:501: 501 lines; 500 at most");
    refused(&[("tests/it/flow.rs", &"\n".repeat(501))], "501 lines");
    accepted(&[("src/base/id.rs", &"\n".repeat(500))]);
}

#[test]
fn a_name_that_says_nothing() {
    refused(&[("src/base/util.rs", "")], "\"util\" says nothing");
    refused(&[("src/web/common/page.rs", "")], "\"common\" says nothing");
    refused(&[("tests/it/support/test_helpers.rs", "")], "\"helpers\" says nothing");
    refused(&[("src/base/id.rs", "mod user_info { }")], "mod user_info: \"info\" says nothing");
    accepted(&[("src/saml/metadata.rs", "mod information_request {}")]);
}

#[test]
fn a_room_without_a_word_of_introduction() {
    refused(&[("src/saml/mod.rs", "mod a;")], "opens with 0 lines of module doc");
    refused(&[("src/saml/mod.rs", &"//! Much.\n".repeat(7))], "opens with 7 lines of module doc");
}

#[test]
fn ways_around_the_rules() {
    for text in ["extern crate openssl;", "include!(\"x.rs\");", "#[path = \"../domain/x.rs\"]\nmod x;"] {
        refused(&[("src/saml/a.rs", text)], "code comes in by `mod` and by `use` only");
    }
}

#[test]
fn migrations_lead_forward_only() {
    let verdict = |paths: &[&str]| -> Vec<String> {
        let paths: Vec<String> = paths.iter().map(|path| (*path).to_owned()).collect();
        migrations(&paths).iter().map(ToString::to_string).collect()
    };
    assert_eq!(
        verdict(&["migrations/0001_users/up.sql", "migrations/2026-01-02-030405_tasks/up.sql"]),
        [""; 0]
    );
    for (paths, expected) in [
        (vec!["migrations/0001_users/up.sql", "migrations/0001_users/down.sql"], "no down.sql"),
        (vec!["migrations/users/up.sql"], "<version>_<name>/up.sql"),
        (vec!["migrations/0001_Users/up.sql"], "<version>_<name>/up.sql"),
        (vec!["migrations/up.sql"], "<version>_<name>/up.sql"),
        (vec!["migrations/0001_a/up.sql", "migrations/00-01_b/up.sql"], "version 00-01 is taken by 0001_a"),
    ] {
        let verdict = verdict(&paths);
        assert!(verdict.len() == 1 && verdict[0].contains(expected), "{expected:?}: {verdict:#?}");
    }
}
