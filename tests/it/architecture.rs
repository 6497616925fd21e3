//! The house as data, and the test that keeps it: rooms stand on floors and import only what is
//! listed for them, a library appears only in its rooms, siblings do not import each other in
//! circles. `rules` are the checks, `source` reads Rust well enough for them, `examples` shows that
//! each rule refuses something.

mod examples;
mod rules;
mod source;

use std::fs;
use std::path::{Path, PathBuf};

use rules::{Library, Room, Violation};
use source::SourceFile;

/// Every room, the floor it stands on, and the rooms that it may import. `None` stands apart.
pub(crate) const ROOMS: &[Room] = &[
    Room { name: "base", floor: Some(0), imports: &[] },
    Room { name: "crypto", floor: Some(1), imports: &["base"] },
    Room { name: "saml", floor: Some(2), imports: &["base", "crypto"] },
    Room { name: "scim", floor: Some(2), imports: &["base"] },
    Room { name: "rpc", floor: Some(2), imports: &["base", "crypto"] },
    Room { name: "policy", floor: Some(2), imports: &["base"] },
    Room { name: "domain", floor: Some(3), imports: &["base", "crypto", "policy"] },
    Room { name: "storage", floor: Some(4), imports: &["base", "crypto", "policy", "domain"] },
    Room { name: "cloud", floor: Some(4), imports: &["base", "rpc", "policy"] },
    Room { name: "peer", floor: Some(4), imports: &["base"] },
    Room {
        name: "service",
        floor: Some(5),
        imports: &["base", "crypto", "saml", "scim", "rpc", "policy", "domain", "storage", "cloud", "peer"],
    },
    Room { name: "web", floor: Some(6), imports: &["base", "saml", "scim", "rpc", "domain", "service"] },
    Room {
        name: "app",
        floor: Some(7),
        imports: &[
            "base",
            "crypto",
            "saml",
            "scim",
            "rpc",
            "policy",
            "domain",
            "storage",
            "cloud",
            "peer",
            "service",
            "web",
            "local_cloud",
        ],
    },
    Room { name: "local_cloud", floor: None, imports: &["base", "crypto", "saml", "rpc", "policy"] },
];

/// Libraries that appear in the named rooms only, by the name that Rust code calls them.
pub(crate) const LIBRARIES: &[Library] = &[
    Library { name: "openssl", rooms: &["crypto", "app"] },
    Library { name: "argon2", rooms: &["crypto"] },
    Library { name: "totp_rs", rooms: &["crypto"] },
    Library { name: "webauthn_rs", rooms: &["crypto"] },
    Library { name: "webauthn_rs_proto", rooms: &["crypto"] },
    Library { name: "samael", rooms: &["saml"] },
    Library { name: "quick_xml", rooms: &["saml"] },
    Library { name: "flate2", rooms: &["saml"] },
    Library { name: "diesel", rooms: &["storage", "local_cloud"] },
    Library { name: "diesel_migrations", rooms: &["storage", "local_cloud"] },
    Library { name: "libsqlite3_sys", rooms: &["storage", "local_cloud"] },
    Library { name: "ureq", rooms: &["cloud", "peer", "local_cloud"] },
    Library { name: "actix_web", rooms: &["web", "local_cloud", "app"] },
    Library { name: "askama", rooms: &["web", "local_cloud"] },
    Library { name: "qrcode", rooms: &["web", "local_cloud"] },
    Library { name: "clap", rooms: &["app"] },
];

#[test]
fn the_house_stands_as_it_was_drawn() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["src", "tests", "benches", "migrations"] {
        list(&root.join(folder), &mut paths);
    }
    let mut files = Vec::new();
    let mut migrations = Vec::new();
    for path in paths {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        if name.ends_with(".rs") {
            files.push(SourceFile::new(&name, &fs::read_to_string(&path).unwrap()));
        } else if name.split('/').any(|part| part == "migrations") {
            migrations.push(name);
        }
    }
    assert!(files.iter().any(|file| file.path == "src/lib.rs"), "no sources found below {}", root.display());

    let mut violations = rules::check(ROOMS, LIBRARIES, &files);
    violations.extend(rules::migrations(&migrations));
    let list: Vec<String> = violations.iter().map(Violation::to_string).collect();
    assert!(list.is_empty(), "\n{}\n", list.join("\n"));
}

/// The table itself: nobody imports a room of the same floor or above.
#[test]
fn every_import_in_the_table_leads_down() {
    let floor = |name: &str| ROOMS.iter().find(|room| room.name == name).unwrap().floor;
    for room in ROOMS {
        for import in room.imports {
            let is_lower = match (room.floor, floor(import)) {
                (Some(own), Some(below)) => below < own,
                (Some(_), None) => room.name == "app",
                (None, below) => below.is_some(),
            };
            assert!(is_lower, "{} may not import {import}", room.name);
        }
    }
    for library in LIBRARIES {
        for name in library.rooms {
            assert!(ROOMS.iter().any(|room| room.name == *name), "{}: no room {name}", library.name);
        }
    }
}

fn list(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() { list(&path, files) } else { files.push(path) }
    }
}
