//! A token bucket: so many a second on average, and so many at once.

use std::time::Duration;

use super::Timestamp;

const MICROS: i64 = 1_000_000;

/// Holds up to `burst` tokens and gains `rate` a second. It begins full.
///
/// It stores one moment, the one at which it will be full again, and reads no clock. When the clock is
/// set back, so is that moment.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    /// What one token takes to come, in microseconds.
    interval: i64,
    burst: i64,
    full_at: i64,
    last: i64,
}

impl TokenBucket {
    /// A bucket of `burst` tokens that gains `rate` a second; each is at least 1 and at most a million.
    pub fn new(rate: u32, burst: u32) -> Self {
        let (rate, burst) = (i64::from(rate).clamp(1, MICROS), i64::from(burst).clamp(1, MICROS));
        Self { interval: MICROS / rate, burst, full_at: i64::MIN, last: i64::MIN }
    }

    /// Takes a token if there is one.
    ///
    /// # Errors
    /// How long until there is one; nothing is taken then.
    pub fn take(&mut self, now: Timestamp) -> Result<(), Duration> {
        let (full_at, wait) = self.after_one(now);
        if wait.is_zero() {
            self.full_at = full_at;
            Ok(())
        } else {
            Err(wait)
        }
    }

    /// Takes a token that may not have come yet, and says how long until it has. Those who ask one after
    /// another are served in that order.
    pub fn reserve(&mut self, now: Timestamp) -> Duration {
        let (full_at, wait) = self.after_one(now);
        self.full_at = full_at;
        wait
    }

    /// When the bucket would be full after one token more is taken, and how long until that token is there.
    fn after_one(&mut self, now: Timestamp) -> (i64, Duration) {
        let now = now.millis().saturating_mul(1000);
        if now < self.last {
            self.full_at = self.full_at.saturating_sub(self.last - now);
        }
        self.last = now;
        let full_at = self.full_at.max(now).saturating_add(self.interval);
        let wait = full_at.saturating_sub(now).saturating_sub(self.interval.saturating_mul(self.burst));
        (full_at, Duration::from_micros(u64::try_from(wait).unwrap_or(0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_795_371_745_000 + millis)
    }

    #[test]
    fn a_burst_then_the_rate() {
        let mut bucket = TokenBucket::new(10, 3);
        assert_eq!([0, 0, 0].map(|millis| bucket.take(at(millis))), [Ok(()), Ok(()), Ok(())]);
        assert_eq!(bucket.take(at(0)), Err(Duration::from_millis(100)));
        assert_eq!(bucket.take(at(40)), Err(Duration::from_millis(60)));
        assert_eq!(bucket.take(at(100)), Ok(()));
        assert_eq!(bucket.take(at(100)), Err(Duration::from_millis(100)));
        assert_eq!([60_000; 3].map(|millis| bucket.take(at(millis))), [Ok(()), Ok(()), Ok(())]);
        assert!(bucket.take(at(60_000)).is_err(), "it holds no more than its burst");
    }

    #[test]
    fn reservations_queue() {
        let mut bucket = TokenBucket::new(10, 1);
        let waits: Vec<_> = (0..4).map(|_| bucket.reserve(at(0)).as_millis()).collect();
        assert_eq!(waits, [0, 100, 200, 300]);
        assert_eq!(bucket.reserve(at(350)).as_millis(), 50);
    }

    #[test]
    fn a_clock_set_back_holds_nobody_up() {
        let mut bucket = TokenBucket::new(1, 1);
        assert!(bucket.reserve(at(3_600_000)).is_zero());
        assert_eq!(bucket.reserve(at(0)), Duration::from_secs(1));
    }
}
