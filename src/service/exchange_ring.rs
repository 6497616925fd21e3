//! Messages between us and service providers that are not written down yet. They are kept in memory, so that no sign-on
//! waits for a durable write: a thread writes them down once a second, and what is lost with the process is only lost
//! to whoever would have looked at it.

use std::collections::{BTreeMap, VecDeque};
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::ApplicationId;
use crate::domain::{ApplicationUse, SAML_EXCHANGES_KEPT, SamlExchange};

/// Bytes of messages that wait at most; what comes beyond is kept without its message.
const LONGEST_WAITING: usize = 16 * 1024 * 1024;

/// Of one application, or of all senders that none is registered for.
#[derive(Clone, Debug, Default)]
pub(super) struct Waiting {
    /// The newest exchanges, no more than are kept.
    pub(super) exchanges: VecDeque<SamlExchange>,
    pub(super) uses: ApplicationUse,
}

#[derive(Default)]
struct All {
    waiting: BTreeMap<Option<ApplicationId>, Waiting>,
    bytes: usize,
}

/// Of all.
#[derive(Default)]
pub(super) struct ExchangeRing {
    all: Mutex<All>,
    flushing: Mutex<()>,
}

impl ExchangeRing {
    /// Keeps an exchange to be written down; the oldest goes where there are too many.
    pub(super) fn push(&self, exchange: SamlExchange) {
        let mut exchange = exchange.bounded();
        let mut all = self.lock();
        if all.bytes + exchange.message.len() > LONGEST_WAITING {
            exchange.message = String::new();
        }
        all.bytes += exchange.message.len();
        let waiting = all.waiting.entry(exchange.application_id.clone()).or_default();
        waiting.uses = waiting.uses.and(&exchange);
        waiting.exchanges.push_back(exchange);
        if waiting.exchanges.len() > SAML_EXCHANGES_KEPT
            && let Some(oldest) = waiting.exchanges.pop_front()
        {
            all.bytes -= oldest.message.len();
        }
    }

    /// Everything that is not written down.
    pub(super) fn take(&self) -> BTreeMap<Option<ApplicationId>, Waiting> {
        mem::take(&mut *self.lock()).waiting
    }

    /// Puts back what could not be written down, before what came meanwhile.
    pub(super) fn put_back(&self, waiting: Waiting) {
        let mut later = VecDeque::new();
        if let Some(first) = waiting.exchanges.front() {
            let mut all = self.lock();
            later = all.waiting.remove(&first.application_id).unwrap_or_default().exchanges;
            all.bytes -= later.iter().map(|exchange| exchange.message.len()).sum::<usize>();
        }
        for exchange in waiting.exchanges.into_iter().chain(later) {
            self.push(exchange);
        }
    }

    /// Held by whoever writes down, so that another who looks afterwards finds it written.
    pub(super) fn flushing(&self) -> MutexGuard<'_, ()> {
        self.flushing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use crate::base::Timestamp;
    use crate::domain::SamlExchangeKind;

    use super::*;

    fn exchange(application: &str, number: usize, length: usize) -> SamlExchange {
        SamlExchange {
            request_id: format!("req-{number:04}"),
            at: Timestamp::from_seconds(i64::try_from(number).unwrap()),
            application_id: ApplicationId::parse(application),
            kind: SamlExchangeKind::Request,
            source_address: String::new(),
            principal: None,
            message_id: String::new(),
            reason: "unsigned".to_owned(),
            message: "x".repeat(length),
            is_redirect: true,
            answer: None,
        }
    }

    fn ids(waiting: &Waiting) -> Vec<&str> {
        waiting.exchanges.iter().map(|exchange| exchange.request_id.as_str()).collect()
    }

    #[test]
    fn the_newest_of_each_are_kept() {
        let ring = ExchangeRing::default();
        for number in 0..53 {
            ring.push(exchange("app-1", number, 10));
            ring.push(exchange("", number, 10));
        }
        let taken = ring.take();
        assert_eq!(taken.len(), 2);
        for waiting in taken.values() {
            assert_eq!((waiting.exchanges.len(), ids(waiting)[0]), (50, "req-0003"));
            assert_eq!(waiting.uses.refused_at, Some(Timestamp::from_seconds(52)));
        }
        assert!(ring.take().is_empty());
    }

    #[test]
    fn what_waits_is_bounded_and_what_went_makes_room() {
        let ring = ExchangeRing::default();
        let each = 64 * 1024;
        for application in 0..6 {
            for number in 0..50 {
                ring.push(exchange(&format!("app-{application}"), number, each));
            }
        }
        let bytes = |ring: &ExchangeRing| {
            let taken = ring.take();
            assert_eq!(taken.values().map(|waiting| waiting.exchanges.len()).sum::<usize>(), 300);
            taken.values().flat_map(|waiting| &waiting.exchanges).map(|one| one.message.len()).sum::<usize>()
        };
        assert_eq!(bytes(&ring), LONGEST_WAITING);
        ring.push(exchange("app-1", 1, each));
        let (_, waiting) = ring.take().pop_first().unwrap();
        assert_eq!(waiting.exchanges[0].message.len(), each);
    }

    #[test]
    fn what_could_not_be_written_comes_before_what_came_since() {
        let ring = ExchangeRing::default();
        ring.push(exchange("app-1", 1, 10));
        let (_, waiting) = ring.take().pop_first().unwrap();
        ring.push(exchange("app-1", 2, 10));
        ring.put_back(waiting);
        let (_, waiting) = ring.take().pop_first().unwrap();
        assert_eq!(ids(&waiting), ["req-0001", "req-0002"]);
        assert_eq!(waiting.uses.refused_at, Some(Timestamp::from_seconds(2)));
    }
}
