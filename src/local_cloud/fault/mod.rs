//! Faults on demand: latency, throttling, failures before and after the deed, and objects that are seen
//! only after a while. For tests, and for whoever wants to see how the product bears a bad day.
//!
//! What happens to a call follows from the seed, the caller's account, the action and how often that
//! account called it before, and from nothing else. Without rules nothing of this runs.

mod error;
mod injector;
mod rule;
mod visibility;

pub use error::Error;

pub(super) use injector::{Fate, Injector};

use rule::Rule;

/// Which faults befall which calls. Without rules, which is the default, none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    rules: Vec<Rule>,
    seed: u64,
}

impl Faults {
    /// Reads rules, each some words `key=value` apart by spaces:
    ///
    /// | word | what |
    /// |---|---|
    /// | `action=ram:Create*` | the calls it is for, as product and action with `*` and `?`; all unless said |
    /// | `account=1234*` | the accounts whose calls it is for; all unless said |
    /// | `latency=100ms` | every answer comes that much later (`ms`, `s`; at most 60 s) |
    /// | `jitter=50ms` | and up to that much more |
    /// | `rate=10/s` | so many calls a second for each account, and as many at once; more get `Throttling.User` |
    /// | `fail=5%` | that share is answered 503 before anything is done |
    /// | `fail-after=5%` | that share is done, and answered 500 |
    /// | `hang-up=5%` | that share is done, and the connection is closed without an answer |
    /// | `visible-after=500ms` | what a call creates cannot be read for so long (roles, policies, providers) |
    ///
    /// Latency with jitter, rate, the three shares, and visibility are each decided by the first rule that
    /// is for the call and says anything about it. Products are `sts`, `ram`, `ims` and
    /// `resourcemanager`.
    ///
    /// # Errors
    /// [`Error`] for the first word that cannot be read.
    pub fn parse<T: AsRef<str>>(rules: &[T], seed: u64) -> Result<Self, Error> {
        let rules = rules.iter().map(|rule| Rule::parse(rule.as_ref())).collect::<Result<_, _>>()?;
        Ok(Self { rules, seed })
    }

    /// Whether there are none.
    pub const fn is_none(&self) -> bool {
        self.rules.is_empty()
    }
}

/// A call as the rules see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Product and action, such as `ram:CreateRole`.
    pub(crate) action: String,
    /// The account of the key that the call names, or of the role where it names none.
    pub(crate) account: String,
}

#[cfg(test)]
mod tests;
