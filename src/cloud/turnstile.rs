//! So many at once, and the others in the order in which they came.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

#[derive(Debug)]
pub(super) struct Turnstile {
    most: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    inside: usize,
    /// The ticket that the next to come is given.
    next: u64,
    /// The ticket that enters next.
    serving: u64,
}

/// The right to be inside, given up when it is dropped.
#[derive(Debug)]
pub(super) struct Pass<'t>(&'t Turnstile);

impl Turnstile {
    /// Lets `most` in at once, at least one.
    pub(super) fn new(most: usize) -> Self {
        Self { most: most.max(1), state: Mutex::default(), changed: Condvar::new() }
    }

    /// Waits for a place.
    pub(super) fn enter(&self) -> Pass<'_> {
        let mut state = self.state();
        let ticket = state.next;
        state.next += 1;
        while state.serving != ticket || state.inside >= self.most {
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.serving += 1;
        state.inside += 1;
        drop(state);
        // Whoever holds the next ticket may enter too, if there is room.
        self.changed.notify_all();
        Pass(self)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        self.0.state().inside -= 1;
        self.0.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn never_more_than_so_many_and_everybody_in_the_end() {
        let turnstile = Turnstile::new(3);
        let (inside, most, done) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..12 {
                scope.spawn(|| {
                    for _ in 0..200 {
                        let pass = turnstile.enter();
                        most.fetch_max(inside.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        inside.fetch_sub(1, Ordering::SeqCst);
                        drop(pass);
                        done.fetch_add(1, Ordering::SeqCst);
                    }
                });
            }
        });
        assert_eq!(done.load(Ordering::SeqCst), 2_400);
        assert!((1..=3).contains(&most.load(Ordering::SeqCst)));
    }

    #[test]
    fn a_place_is_given_up_by_whoever_panics() {
        let turnstile = Turnstile::new(1);
        let panicked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            let _pass = turnstile.enter();
            panic!("inside");
        }));
        assert!(panicked.is_err());
        drop(turnstile.enter());
    }
}
