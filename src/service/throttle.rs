//! The one limiter of failed attempts. Counters are written in transactions of their own.

use std::net::IpAddr;

use crate::domain::Throttle;
use crate::storage::{self, failure_counter};

use super::{Context, Error};

/// A counter and the rule it follows.
#[derive(Clone, Debug)]
pub(super) struct Key {
    name: String,
    throttle: Throttle,
}

impl Key {
    /// The counters of a sign-in under this folded name from this address. They exist for unknown
    /// names just the same, so that they tell nothing.
    pub(super) fn of_sign_in(name_key: &str, address: IpAddr) -> Vec<Self> {
        let network = network(address);
        vec![
            Self { name: format!("name+network:{name_key}:{network}"), throttle: Throttle::NAME_AND_ADDRESS },
            Self { name: format!("name:{name_key}"), throttle: Throttle::NAME },
            Self { name: format!("network:{network}"), throttle: Throttle::ADDRESS },
        ]
    }

    /// The counter of somebody's second factor.
    pub(super) fn of_second_factor(principal: impl std::fmt::Display) -> Vec<Self> {
        vec![Self { name: format!("second-factor:{principal}"), throttle: Throttle::SECOND_FACTOR }]
    }
}

impl Context {
    /// Refuses when any of these counters asks to wait.
    pub(super) fn check_throttle(&self, keys: &[Key]) -> Result<(), Error> {
        let now = self.now();
        let longest = self.store.read(|conn| {
            let mut longest = None;
            for key in keys {
                longest = longest
                    .max(failure_counter::find(conn, &key.name)?.and_then(|counter| counter.wait(now)));
            }
            Ok::<_, storage::Error>(longest)
        })?;
        longest.map_or(Ok(()), |wait| Err(Error::Throttled(wait)))
    }

    /// Counts a failure under each of these keys.
    pub(super) fn count_failure(&self, keys: &[Key]) -> Result<(), Error> {
        for key in keys {
            let (key, now) = (key.clone(), self.now());
            let count =
                move |conn: &mut storage::Conn| failure_counter::count(conn, &key.name, &key.throttle, now);
            match self.store.write(count.clone()) {
                // Another replica made the row in between; it is there to be updated now.
                Err(storage::Error::Duplicate(_)) => self.store.write(count)?,
                outcome => outcome?,
            }
        }
        Ok(())
    }

    /// Forgets the failures under these keys, after a success. The network's own counter stays:
    /// somebody who owns one account could otherwise reset it between guesses at others.
    pub(super) fn forget_failures(conn: &mut storage::Conn, keys: &[Key]) -> Result<(), Error> {
        for key in keys.iter().filter(|key| key.throttle != Throttle::ADDRESS) {
            failure_counter::delete(conn, &key.name)?;
        }
        Ok(())
    }
}

/// An IPv4 address, or the /64 that an IPv6 client can change its address in at will.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ipv6_client_is_its_network() {
        let one: IpAddr = "2001:db8:1:2:aaaa::1".parse().unwrap();
        let two: IpAddr = "2001:db8:1:2:bbbb::9".parse().unwrap();
        assert_eq!(network(one), network(two));
        assert_eq!(network("::ffff:192.0.2.7".parse().unwrap()), "192.0.2.7");
        assert_ne!(network("192.0.2.7".parse().unwrap()), network("192.0.2.8".parse().unwrap()));
    }
}
