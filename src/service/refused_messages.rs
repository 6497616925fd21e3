//! How many refused messages of strangers are written down: anybody can send them, and each row is a durable write.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use crate::base::{Timestamp, TokenBucket};

/// Refusals that an address may cause in a second, on average and at once: 600 a minute.
const RATE: u32 = 10;
const BURST: u32 = 600;
/// Addresses that are remembered; when there are more, all are forgotten.
const ADDRESSES: usize = 10_000;

/// What each address caused lately.
#[derive(Default)]
pub(super) struct RefusedMessages(Mutex<HashMap<IpAddr, TokenBucket>>);

impl RefusedMessages {
    /// Whether one more may be written down for this address.
    pub(super) fn may_record(&self, address: IpAddr, now: Timestamp) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= ADDRESSES && !buckets.contains_key(&address) {
            buckets.clear();
        }
        buckets.entry(address).or_insert_with(|| TokenBucket::new(RATE, BURST)).take(now).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn each_address_has_its_own_allowance() {
        let refused = RefusedMessages::default();
        let (one, other) = (IpAddr::from([127, 0, 0, 1]), IpAddr::from([127, 0, 0, 2]));
        let now = Timestamp::from_seconds(1_000);
        for _ in 0..BURST {
            assert!(refused.may_record(one, now));
        }
        assert!(!refused.may_record(one, now));
        assert!(refused.may_record(other, now));
        assert!(refused.may_record(one, now.plus(Duration::from_millis(100))));
        assert!(!refused.may_record(one, now.plus(Duration::from_millis(100))));
    }
}
