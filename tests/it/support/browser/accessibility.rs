//! axe-core, as the test set-up put it beside Python's other libraries.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

use crate::sdk::python;

/// Gives for each violation the rule, and the elements that break it.
pub(super) const RUN: &str = "
    const done = arguments[arguments.length - 1];
    axe.run(document, { resultTypes: ['violations'] }).then(
        result => done(result.violations.map(violation => ({
            rule: violation.id,
            help: violation.help,
            elements: violation.nodes.map(node => node.html.slice(0, 200) + ' | ' + (node.failureSummary || '')),
        }))),
        error => done(String(error)),
    );";

/// The script that makes `axe` known to a page.
pub(super) fn axe() -> &'static str {
    static SCRIPT: LazyLock<String> = LazyLock::new(|| {
        let place = "import importlib.util as util; \
            print(util.find_spec('axe_playwright_python').submodule_search_locations[0])";
        let output = Command::new(python()).args(["-c", place]).output().expect("Python");
        let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        let file = folder.join("axe.min.js");
        fs::read_to_string(&file)
            .unwrap_or_else(|error| panic!("{}: {error}; 'scripts/setup test' installs it", file.display()))
    });
    &SCRIPT
}
