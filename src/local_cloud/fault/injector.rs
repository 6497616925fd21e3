//! What befalls each call: counted, rationed and drawn.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::base::{Timestamp, TokenBucket};
use crate::crypto::hash;

use super::rule::{Rule, Shares, WHOLE};
use super::visibility::Visibility;
use super::{Faults, Target};

/// The faults with what they remember of earlier calls.
#[derive(Debug)]
pub(crate) struct Injector {
    faults: Faults,
    memory: Mutex<Memory>,
    pub(crate) visibility: Visibility,
}

#[derive(Debug, Default)]
struct Memory {
    /// How often an account called an action.
    calls: HashMap<(String, String), u64>,
    /// By account and by the place of the rule that says how fast it fills.
    buckets: HashMap<(String, usize), TokenBucket>,
}

/// What befalls one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    /// How much later the answer comes.
    pub(crate) delay: Duration,
    pub(crate) fate: Fate,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is answered as ever.
    Answered,
    /// The account called too often; a token comes after this long.
    Throttled { retry_after: Duration },
    /// It fails before anything is done.
    FailedBefore,
    /// It is done, and the answer says that it failed.
    FailedAfter,
    /// It is done, and there is no answer.
    HungUp,
}

impl Injector {
    pub(crate) fn new(faults: Faults) -> Self {
        let rules = faults.rules.iter().filter(|rule| rule.visible_after.is_some()).cloned().collect();
        Self { faults, memory: Mutex::default(), visibility: Visibility::new(rules) }
    }

    pub(crate) const fn is_idle(&self) -> bool {
        self.faults.is_none()
    }

    /// Decides what befalls the call that arrives `now`.
    pub(crate) fn plan(&self, target: &Target, now: Timestamp) -> Plan {
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let count = memory.calls.entry((target.account.clone(), target.action.clone())).or_default();
        *count += 1;
        let draws = Draws::new(self.faults.seed, target, *count);
        let latency = self.first(target, |rule| rule.latency).map(|(_, latency)| latency).unwrap_or_default();
        let delay = latency.fixed + draws.up_to(latency.jitter);
        if let Some((place, rate)) = self.first(target, |rule| rule.rate) {
            let bucket = memory.buckets.entry((target.account.clone(), place));
            let bucket = bucket.or_insert_with(|| TokenBucket::new(rate, rate));
            if let Err(retry_after) = bucket.take(now) {
                return Plan { delay, fate: Fate::Throttled { retry_after } };
            }
        }
        let shares = self.first(target, |rule| rule.shares).map(|(_, shares)| shares).unwrap_or_default();
        Plan { delay, fate: draws.fate(shares) }
    }

    /// The first rule that is for the call and says something, with its place.
    fn first<T>(&self, target: &Target, says: impl Fn(&Rule) -> Option<T>) -> Option<(usize, T)> {
        let mut rules = self.faults.rules.iter().enumerate().filter(|(_, rule)| rule.is_for(target));
        rules.find_map(|(place, rule)| Some((place, says(rule)?)))
    }
}

/// Two draws for one call, the same for the same call of the same seed.
struct Draws {
    outcome: u64,
    jitter: u64,
}

impl Draws {
    fn new(seed: u64, target: &Target, count: u64) -> Self {
        let text = format!("{}\n{}\n{count}", target.account, target.action);
        // It cannot fail for a key of eight bytes; if it does, no fault is drawn.
        let mac = hash::hmac_sha256(&seed.to_be_bytes(), text.as_bytes()).unwrap_or_default();
        let number = |bytes: &[u8]| bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let mut parts = mac.chunks(8).map(number);
        Self { outcome: parts.next().unwrap_or(WHOLE - 1), jitter: parts.next().unwrap_or(0) }
    }

    fn up_to(&self, most: Duration) -> Duration {
        let millis = u64::try_from(most.as_millis()).unwrap_or(0);
        Duration::from_millis(self.jitter % (millis + 1))
    }

    fn fate(&self, shares: Shares) -> Fate {
        let draw = self.outcome % WHOLE;
        if draw < shares.fail {
            Fate::FailedBefore
        } else if draw < shares.fail + shares.fail_after {
            Fate::FailedAfter
        } else if draw < shares.fail + shares.fail_after + shares.hang_up {
            Fate::HungUp
        } else {
            Fate::Answered
        }
    }
}
