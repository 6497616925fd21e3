//! What the tests stand on: a database each, the product as a process, a visitor without a browser
//! and one with, codes from a second opinion, and a small site for the tests of all these.

pub(crate) mod app;
pub(crate) mod browser;
pub(crate) mod database;
mod html;
pub(crate) mod http;
pub(crate) mod member;
pub(crate) mod person;
pub(crate) mod process;
pub(crate) mod proxy;
pub(crate) mod scim;
mod site;
pub(crate) mod totp;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use actix_web::rt::System;

/// Asks `is_ready` again and again until it gives a value, for at most `limit`.
///
/// The one place where tests wait: for another process, which has no channel to call us by.
pub(crate) fn wait_for<T>(limit: Duration, mut is_ready: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        if let Some(value) = is_ready() {
            return Some(value);
        }
        if start.elapsed() > limit {
            return None;
        }
        pause();
    }
}

/// What a use case gives that waits without a thread.
pub(crate) fn awaited<T>(given: impl Future<Output = T>) -> T {
    System::new().block_on(given)
}

#[expect(clippy::disallowed_methods, reason = "between two looks at another process")]
fn pause() {
    std::thread::sleep(Duration::from_millis(10));
}

/// Whether `work` fails as an assertion does.
pub(crate) fn panics<T>(work: impl FnOnce() -> T) -> bool {
    catch_unwind(AssertUnwindSafe(work)).is_err()
}
