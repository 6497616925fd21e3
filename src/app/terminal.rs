//! What people read who run the program.

/// Prints what was asked for.
#[expect(clippy::print_stdout, reason = "what a command prints is its result")]
pub(super) fn print(line: &str) {
    println!("{line}");
}

/// Says why the program ends.
#[expect(clippy::print_stderr, reason = "the last word of a program that ends")]
pub(super) fn complain(error: &str) {
    eprintln!("cloudsso: {error}");
}
