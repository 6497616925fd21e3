//! Where anybody may ask for costly work: it is let through one at a time, before it takes a thread, so that
//! there is always one left for everybody else.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// A gate with a queue before it.
pub(crate) struct Gate {
    /// Whoever is inside, and whoever waits.
    places: Arc<Semaphore>,
    inside: Arc<Semaphore>,
}

/// Whoever holds it is inside. It goes with the work, which goes on also when nobody waits for it any more.
pub(crate) struct Pass {
    _inside: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Gate {
    /// A gate with `places` for one inside and those who wait.
    pub(crate) fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), inside: Arc::new(Semaphore::new(1)) }
    }

    /// Waits for its turn; `None` at once where no place is free.
    pub(crate) async fn enter(&self) -> Option<Pass> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        let inside = Arc::clone(&self.inside).acquire_owned().await.ok()?;
        Some(Pass { _inside: inside, _place: place })
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn one_is_inside_a_few_wait_and_the_rest_are_sent_away() {
        let gate = Gate::new(2);
        let mut context = Context::from_waker(Waker::noop());
        let (mut first, mut second, mut third) = (pin!(gate.enter()), pin!(gate.enter()), pin!(gate.enter()));
        let Poll::Ready(Some(pass)) = first.as_mut().poll(&mut context) else { panic!("the gate is free") };
        assert!(second.as_mut().poll(&mut context).is_pending());
        assert!(matches!(third.as_mut().poll(&mut context), Poll::Ready(None)));
        drop(pass);
        assert!(matches!(second.as_mut().poll(&mut context), Poll::Ready(Some(_))));
    }
}
