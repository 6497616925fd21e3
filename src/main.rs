//! The `cloudsso` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    cloudsso::app::main()
}
