//! Limits on failed attempts. One rule for every path that checks a secret; only failures count, so
//! an office behind one address signs in freely.

use std::time::Duration;

use crate::base::Timestamp;

/// How many failures are free, and what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Throttle {
    /// This many failures in the window go without delay.
    pub free_failures: u32,
    /// Failures older than this are forgotten.
    pub window: Duration,
    /// The delay after the first failure that is not free; doubles with each further one.
    pub first_delay: Duration,
    /// The longest delay.
    pub longest_delay: Duration,
}

impl Throttle {
    /// One name tried from one network: 5 failures in 15 minutes, then 1 s doubling to 15 min.
    pub const NAME_AND_ADDRESS: Self = Self {
        free_failures: 5,
        window: Duration::from_secs(900),
        first_delay: Duration::from_secs(1),
        longest_delay: Duration::from_secs(900),
    };
    /// One network, whatever names it tries: 30 failures in a minute, then a minute's pause.
    pub const ADDRESS: Self = Self {
        free_failures: 30,
        window: Duration::from_secs(60),
        first_delay: Duration::from_secs(60),
        longest_delay: Duration::from_secs(60),
    };
    /// One name from anywhere: 100 failures in a day (the cap of NIST SP 800-63B-4 §3.2.2), then
    /// one try in 15 minutes. An attacker can slow its owner down, never shut them out for good.
    pub const NAME: Self = Self {
        free_failures: 100,
        window: Duration::from_secs(86_400),
        first_delay: Duration::from_secs(900),
        longest_delay: Duration::from_secs(900),
    };
    /// Second-factor codes of one person, over all their sign-ins; a right password does not reset it.
    pub const SECOND_FACTOR: Self = Self {
        free_failures: 10,
        window: Duration::from_secs(3600),
        first_delay: Duration::from_secs(60),
        longest_delay: Duration::from_secs(900),
    };
}

/// The failures counted under one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailureCounter {
    /// How many, in the window that began at `first_at`.
    pub failures: i64,
    /// When the window began.
    pub first_at: Timestamp,
    /// No attempt is looked at before this moment.
    pub blocked_until: Timestamp,
}

impl FailureCounter {
    /// A counter that has counted nothing.
    pub const fn new(now: Timestamp) -> Self {
        Self { failures: 0, first_at: now, blocked_until: now }
    }

    /// The counter after one more failure at `now`.
    #[must_use]
    pub fn failed(self, throttle: &Throttle, now: Timestamp) -> Self {
        let running = Some(self).filter(|counter| now.since(counter.first_at) < throttle.window);
        let first_at = running.map_or(now, |counter| counter.first_at);
        let failures = running.map_or(0, |counter| counter.failures).saturating_add(1);
        let beyond = failures - i64::from(throttle.free_failures);
        let delay = u32::try_from(beyond - 1).map_or(Duration::ZERO, |doublings| {
            throttle.first_delay.saturating_mul(1 << doublings.min(20)).min(throttle.longest_delay)
        });
        Self { failures, first_at, blocked_until: now.plus(delay) }
    }

    /// The counter after it turned out that one of its failures was none.
    #[must_use]
    pub fn refunded(self, throttle: &Throttle) -> Self {
        let failures = self.failures.saturating_sub(1).max(0);
        let is_free = failures <= i64::from(throttle.free_failures);
        Self { failures, blocked_until: if is_free { self.first_at } else { self.blocked_until }, ..self }
    }

    /// How long to wait at `now` before the next attempt is looked at; `None` when it is free.
    pub fn wait(&self, now: Timestamp) -> Option<Duration> {
        let wait = self.blocked_until.since(now);
        (!wait.is_zero()).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn five_are_free_then_delays_double_to_the_cap() {
        let mut counter = FailureCounter::new(at(100));
        let mut waits = Vec::new();
        for _ in 0..18 {
            counter = counter.failed(&Throttle::NAME_AND_ADDRESS, at(100));
            waits.push(counter.wait(at(100)).map_or(0, |wait| wait.as_secs()));
        }
        assert_eq!(waits, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
    }

    #[test]
    fn a_new_window_forgets() {
        let old = FailureCounter { failures: 50, first_at: at(0), blocked_until: at(10) };
        let next = old.failed(&Throttle::NAME_AND_ADDRESS, at(900));
        assert_eq!(next, FailureCounter { failures: 1, first_at: at(900), blocked_until: at(900) });
        let running = old.failed(&Throttle::NAME_AND_ADDRESS, at(899));
        assert_eq!(running.failures, 51);
    }

    #[test]
    fn a_failure_that_was_none_is_given_back() {
        let mut counter = FailureCounter::new(at(0));
        for _ in 0..31 {
            counter = counter.failed(&Throttle::ADDRESS, at(10));
        }
        assert_eq!(counter.wait(at(10)), Some(Duration::from_secs(60)));
        counter = counter.refunded(&Throttle::ADDRESS);
        assert_eq!((counter.failures, counter.wait(at(10))), (30, None));
        assert_eq!(FailureCounter::new(at(0)).refunded(&Throttle::ADDRESS).failures, 0);
    }

    #[test]
    fn a_wait_ends() {
        let counter = FailureCounter { failures: 6, first_at: at(0), blocked_until: at(10) };
        assert_eq!(counter.wait(at(7)), Some(Duration::from_secs(3)));
        assert_eq!(counter.wait(at(10)), None);
    }
}
