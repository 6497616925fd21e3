//! When to try again: throttling and unavailability only, after a pause with full jitter, a bounded number
//! of times and for a bounded while.

use std::time::Duration;

use super::error::Error;

/// How often and how patiently to try again within one call. Longer patience is the business of whoever
/// queues the work.
#[derive(Clone, Copy, Debug)]
pub struct Retry {
    /// At most this many attempts, the first included.
    pub attempts: u32,
    /// The longest first pause; doubles each time.
    pub base: Duration,
    /// The longest pause of all.
    pub cap: Duration,
    /// All pauses together stay within this.
    pub total: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            attempts: 4,
            base: Duration::from_millis(200),
            cap: Duration::from_secs(5),
            total: Duration::from_secs(10),
        }
    }
}

impl Retry {
    /// How long to pause after attempt number `attempt` (from 1) failed with `error`, having `paused`
    /// already; `None` to give up. `random` spreads the pause evenly from zero to its bound, so that many
    /// workers who failed together do not come back together.
    pub(super) fn pause(
        &self,
        error: &Error,
        attempt: u32,
        paused: Duration,
        random: u64,
    ) -> Option<Duration> {
        let is_left_alone = matches!(error, Error::LeftAlone { .. });
        if is_left_alone || !error.is_retryable() || attempt >= self.attempts {
            return None;
        }
        let bound = self.base.saturating_mul(1 << attempt.saturating_sub(1).min(20)).min(self.cap);
        let millis = u64::try_from(bound.as_millis()).unwrap_or(u64::MAX);
        let jitter = Duration::from_millis(random % millis.saturating_add(1));
        let pause = match error {
            Error::Throttled { retry_after: Some(asked), .. } => jitter.max(*asked),
            _ => jitter,
        };
        (paused.saturating_add(pause) <= self.total).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn throttled(retry_after: Option<Duration>) -> Error {
        Error::Throttled { code: "Throttling".to_owned(), retry_after, request_id: String::new() }
    }

    #[test]
    fn pauses_grow_are_spread_and_end() {
        let retry = Retry::default();
        let longest = |attempt: u32| {
            (0..20_000_u64)
                .filter_map(|random| retry.pause(&throttled(None), attempt, Duration::ZERO, random))
                .max()
        };
        assert_eq!(longest(1), Some(Duration::from_millis(200)));
        assert_eq!(longest(3), Some(Duration::from_millis(800)));
        assert_eq!(longest(4), None);
        assert_eq!(retry.pause(&throttled(None), 1, Duration::ZERO, 201), Some(Duration::ZERO));
        assert_eq!(retry.pause(&throttled(None), 1, retry.total, 1), None);
        let asked = Some(Duration::from_secs(3));
        assert_eq!(retry.pause(&throttled(asked), 1, Duration::ZERO, 0), asked);
        assert_eq!(retry.pause(&throttled(Some(Duration::from_secs(60))), 1, Duration::ZERO, 0), None);
    }

    #[test]
    fn whoever_is_left_alone_is_not_waited_for() {
        let until = crate::base::Timestamp::from_seconds(1);
        let left = Error::LeftAlone { account: "1".to_owned(), until };
        assert_eq!(Retry::default().pause(&left, 1, Duration::ZERO, 0), None);
    }

    #[test]
    fn a_refusal_is_final() {
        let refused = Error::Refused {
            status: 403,
            code: "NoPermission".to_owned(),
            message: String::new(),
            request_id: String::new(),
        };
        assert_eq!(Retry::default().pause(&refused, 1, Duration::ZERO, 0), None);
    }
}
