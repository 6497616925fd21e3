//! The `cloudsso` command.

use std::process::ExitCode;

/// Gives the 19 MiB of each password check back to the system soon after it, which the system's own
/// allocator does not (docs/decisions/allocator.md has the figures).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cloudsso::app::main()
}
