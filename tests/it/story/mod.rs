//! The flows from beginning to end, from outside the process: the product as an operator starts it,
//! and people in front of it.

mod browser;
mod consoles;
mod four_ways;
mod killed;
mod ram_console;
mod ram_scenarios;
mod ram_user_console;
mod ram_user_portal;
mod role_logon;
mod shown_once;

use std::sync::{Arc, Mutex, PoisonError, Weak};

use crate::support::database::TestDatabase;
use crate::support::person::Person;
use crate::support::process::Server;

/// A demo that tests share, each with people of its own, since a code works once.
struct Demo {
    server: Server,
    _database: TestDatabase,
}

impl Demo {
    /// The one that runs for another test at this moment, or a new one; it ends with the last test
    /// that holds it.
    fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Demo>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let database = TestDatabase::new();
            let demo = Arc::new(Self { server: Server::demo(&database), _database: database });
            *shared = Arc::downgrade(&demo);
            demo
        })
    }

    fn public_url(&self) -> &str {
        self.server.details()["public_url"].as_str().unwrap()
    }

    fn person(&self, name: &str) -> Person {
        Person::of_demo(self.server.details(), name)
    }
}
