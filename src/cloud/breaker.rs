//! A circuit breaker: whoever does not answer is left alone for a while.

use std::time::Duration;

use crate::base::Timestamp;

/// Counts failures in a row. After the last one too many it is open: nothing passes until the cooldown is
/// over, then one call passes to see, and its outcome closes the breaker or opens it anew.
#[derive(Debug)]
pub(super) struct Breaker {
    most: u32,
    cooldown: Duration,
    failures: u32,
    open_until: Option<Timestamp>,
}

/// What became of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Somebody answered, be it with a refusal.
    Answered,
    /// An answer of 5xx, or none.
    Unavailable,
}

impl Breaker {
    pub(super) const fn new(most: u32, cooldown: Duration) -> Self {
        Self { most, cooldown, failures: 0, open_until: None }
    }

    /// Lets a call pass, or says until when none does. The call that is let through an open breaker keeps
    /// the others out for another cooldown, so that it is one even if it never ends.
    pub(super) fn pass(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        match self.open_until {
            Some(until) if now < until => Err(until),
            Some(_) => {
                self.open_until = Some(now.plus(self.cooldown));
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Takes note of what became of a call that passed.
    pub(super) fn note(&mut self, outcome: Outcome, now: Timestamp) {
        match outcome {
            Outcome::Answered => {
                self.failures = 0;
                self.open_until = None;
            }
            Outcome::Unavailable => {
                self.failures = self.failures.saturating_add(1);
                if self.failures >= self.most {
                    self.open_until = Some(now.plus(self.cooldown));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(1_795_371_745 + seconds)
    }

    fn breaker() -> Breaker {
        Breaker::new(3, Duration::from_secs(30))
    }

    #[test]
    fn it_opens_after_so_many_failures_in_a_row() {
        let mut breaker = breaker();
        for outcome in [Outcome::Unavailable, Outcome::Unavailable, Outcome::Answered, Outcome::Unavailable] {
            assert_eq!(breaker.pass(at(0)), Ok(()));
            breaker.note(outcome, at(0));
        }
        breaker.note(Outcome::Unavailable, at(0));
        assert_eq!(breaker.pass(at(0)), Ok(()));
        breaker.note(Outcome::Unavailable, at(1));
        assert_eq!(breaker.pass(at(1)), Err(at(31)));
        assert_eq!(breaker.pass(at(30)), Err(at(31)));
    }

    #[test]
    fn one_call_sees_whether_it_is_over() {
        let mut breaker = breaker();
        (0..3).for_each(|_| breaker.note(Outcome::Unavailable, at(0)));
        assert_eq!(breaker.pass(at(30)), Ok(()));
        assert_eq!(breaker.pass(at(30)), Err(at(60)), "a second one waits for the first");
        breaker.note(Outcome::Unavailable, at(35));
        assert_eq!(breaker.pass(at(64)), Err(at(65)));
        assert_eq!(breaker.pass(at(65)), Ok(()));
        breaker.note(Outcome::Answered, at(66));
        assert_eq!([breaker.pass(at(66)), breaker.pass(at(66))], [Ok(()), Ok(())]);
    }

    #[test]
    fn a_probe_that_never_ends_is_followed_by_another() {
        let mut breaker = breaker();
        (0..3).for_each(|_| breaker.note(Outcome::Unavailable, at(0)));
        assert_eq!(breaker.pass(at(30)), Ok(()));
        assert_eq!(breaker.pass(at(60)), Ok(()));
    }
}
