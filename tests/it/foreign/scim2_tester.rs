//! scim2-tester, driven by its own command line over HTTP: every endpoint and every attribute that `/Schemas` lists,
//! by somebody else's reading of the RFCs.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::Command;

use cloudsso::domain::{MassChangeLimits, ScimScope, Status};
use cloudsso::service::scim::synchronization;

use crate::scim::credential_of;
use crate::support::app::{Options, TestApp};

/// How many checks there are for a server with users, groups and the enterprise extension.
const CHECKS: usize = 135;

#[test]
fn every_check_of_scim2_tester_passes() {
    // It takes away whatever it makes, which the guard would hold.
    let mass_change = MassChangeLimits { most: 0, ..MassChangeLimits::default() };
    let app = TestApp::with(Options { mass_change, ..Options::default() });
    synchronization::set_status(&app.ctx, &app.operator, Status::Enabled).unwrap();
    let token = credential_of(&app, "tester", ScimScope::All).token;
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let output = Command::new(root.join("target/python/bin/scim2"))
        .args(["--url", &app.url("/scim/v2"), "test"])
        .env("SCIM_CLI_HEADERS", format!("Authorization: Bearer {}", token.expose()))
        .output()
        .expect("scripts/setup makes a Python with scim2-cli in target/python");
    // Whom it took away had RAM users; those go by tasks.
    app.run_due();
    let report = String::from_utf8_lossy(&output.stdout);
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for line in report.lines() {
        // One line a check, which begins with its outcome in capitals; what follows it is indented.
        let word = line.split(' ').next().unwrap_or_default();
        if word.len() > 2 && word.bytes().all(|byte| byte.is_ascii_uppercase()) {
            *outcomes.entry(word).or_default() += 1;
        }
    }
    let failed = report.lines().filter(|line| !line.starts_with("SUCCESS")).collect::<Vec<_>>().join("\n");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(outcomes.keys().copied().collect::<Vec<_>>(), ["SUCCESS"], "{failed}\n{errors}");
    assert!(outcomes["SUCCESS"] >= CHECKS, "{outcomes:?}\n{report}");
}
