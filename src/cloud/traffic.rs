//! The order of calls: so many at once, so many a second, and none to whoever does not answer.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use crate::base::TokenBucket;

use super::breaker::{Breaker, Outcome};
use super::error::Error;
use super::limits::Limits;
use super::site::Surroundings;
use super::turnstile::Turnstile;

/// All traffic to one cloud.
pub(super) struct Traffic {
    limits: Limits,
    surroundings: Surroundings,
    all: Turnstile,
    lanes: Mutex<HashMap<String, Arc<Lane>>>,
}

/// The calls that are counted together: those in one account, or those of the management account by which
/// others are found and entered.
struct Lane {
    turnstile: Turnstile,
    bucket: Mutex<TokenBucket>,
    breaker: Mutex<Breaker>,
}

impl Traffic {
    pub(super) fn new(limits: Limits, surroundings: Surroundings) -> Self {
        Self { all: Turnstile::new(limits.parallel), limits, surroundings, lanes: Mutex::default() }
    }

    /// Carries `call` out on the lane of this name when its turn has come, which is the order in which
    /// callers came. Those who wait for their account take no place from other accounts.
    ///
    /// # Errors
    /// [`Error::LeftAlone`] at once where the account does not answer; else what `call` gives.
    pub(super) fn pass<T>(&self, lane: &str, call: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
        let lane_of = self.lane(lane);
        let _own_place = lane_of.turnstile.enter();
        let now = self.surroundings.clock.now();
        let open = lock(&lane_of.breaker).pass(now);
        open.map_err(|until| Error::LeftAlone { account: lane.to_owned(), until })?;
        let wait = lock(&lane_of.bucket).reserve(now);
        if !wait.is_zero() {
            self.surroundings.pause.wait(wait);
        }
        let place = self.all.enter();
        let outcome = call();
        drop(place);
        let became = match &outcome {
            Err(Error::Unavailable { .. }) => Outcome::Unavailable,
            _ => Outcome::Answered,
        };
        lock(&lane_of.breaker).note(became, self.surroundings.clock.now());
        outcome
    }

    fn lane(&self, name: &str) -> Arc<Lane> {
        let mut lanes = lock(&self.lanes);
        if let Some(lane) = lanes.get(name) {
            return Arc::clone(lane);
        }
        let Limits { rate, parallel_per_account, failures, cooldown, .. } = self.limits;
        let lane = Arc::new(Lane {
            turnstile: Turnstile::new(parallel_per_account),
            bucket: Mutex::new(TokenBucket::new(rate, rate)),
            breaker: Mutex::new(Breaker::new(failures, cooldown)),
        });
        lanes.insert(name.to_owned(), Arc::clone(&lane));
        lane
    }
}

impl fmt::Debug for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.limits.fmt(f)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::super::site::Pause;
    use super::*;
    use crate::base::{Clock, Timestamp};

    struct Bench {
        traffic: Traffic,
        clock: Clock,
        waits: Arc<Mutex<Vec<u128>>>,
    }

    fn bench(limits: Limits) -> Bench {
        let clock = Clock::manual(Timestamp::from_seconds(1_795_371_745));
        let waits = Arc::new(Mutex::new(Vec::new()));
        let noted = Arc::clone(&waits);
        let surroundings = Surroundings {
            clock: clock.clone(),
            entropy: Arc::new(|| Some([0; 16])),
            pause: Pause::new(move |wait: Duration| noted.lock().unwrap().push(wait.as_millis())),
        };
        Bench { traffic: Traffic::new(limits, surroundings), clock, waits }
    }

    fn unavailable() -> Result<(), Error> {
        Err(Error::Unavailable { reason: "503".to_owned(), request_id: String::new() })
    }

    fn refused() -> Result<(), Error> {
        let text = String::new;
        Err(Error::Refused {
            status: 404,
            code: "EntityNotExist.Role".into(),
            message: text(),
            request_id: text(),
        })
    }

    #[test]
    fn an_account_has_a_rate_of_its_own() {
        let bench = bench(Limits { rate: 2, ..Limits::default() });
        for lane in ["1", "1", "1", "1", "2", "2"] {
            assert_eq!(bench.traffic.pass(lane, || Ok(())), Ok(()));
        }
        assert_eq!(*bench.waits.lock().unwrap(), [500, 1000]);
        bench.clock.advance(Duration::from_secs(60));
        assert_eq!(bench.traffic.pass("1", || Ok(())), Ok(()));
        assert_eq!(bench.waits.lock().unwrap().len(), 2);
    }

    #[test]
    fn who_does_not_answer_is_left_alone_and_tried_again() {
        let bench = bench(Limits { failures: 3, rate: 1_000, ..Limits::default() });
        for _ in 0..3 {
            assert_eq!(bench.traffic.pass("1", unavailable), unavailable());
        }
        let until = bench.clock.now().plus(Duration::from_secs(30));
        let calls = AtomicUsize::new(0);
        let count = || {
            calls.fetch_add(1, Ordering::SeqCst);
            Ok(())
        };
        let refusal = bench.traffic.pass("1", count).unwrap_err();
        assert_eq!(refusal, Error::LeftAlone { account: "1".to_owned(), until });
        assert!(refusal.is_retryable() && refusal.until() == Some(until));
        assert_eq!((calls.load(Ordering::SeqCst), bench.traffic.pass("2", count)), (0, Ok(())));
        bench.clock.advance(Duration::from_secs(30));
        assert_eq!([bench.traffic.pass("1", count), bench.traffic.pass("1", count)], [Ok(()), Ok(())]);
    }

    #[test]
    fn a_refusal_is_an_answer() {
        let bench = bench(Limits { failures: 2, rate: 1_000, ..Limits::default() });
        for _ in 0..5 {
            assert_eq!(bench.traffic.pass("1", refused), refused());
            assert_eq!(bench.traffic.pass("1", unavailable), unavailable());
        }
    }

    #[test]
    fn so_many_at_once_in_an_account_and_overall() {
        let limits = Limits { rate: 100_000, parallel_per_account: 2, parallel: 3, ..Limits::default() };
        let bench = bench(limits);
        let (all, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let lanes = ["1", "2", "3"].map(|name| (name, AtomicUsize::new(0), AtomicUsize::new(0)));
        std::thread::scope(|scope| {
            for worker in 0..12 {
                let (traffic, all, most, lane) = (&bench.traffic, &all, &most, &lanes[worker % 3]);
                scope.spawn(move || {
                    for _ in 0..100 {
                        let work = || {
                            most.fetch_max(all.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                            lane.2.fetch_max(lane.1.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                            std::thread::yield_now();
                            lane.1.fetch_sub(1, Ordering::SeqCst);
                            all.fetch_sub(1, Ordering::SeqCst);
                            Ok(())
                        };
                        traffic.pass(lane.0, work).unwrap();
                    }
                });
            }
        });
        assert!((1..=3).contains(&most.load(Ordering::SeqCst)));
        assert!(lanes.iter().all(|lane| (1..=2).contains(&lane.2.load(Ordering::SeqCst))));
    }
}
