//! The one limiter of failed attempts.
//!
//! An attempt is counted as a failure before it is looked at, in the transaction that checks whether
//! it may be made, and given back when it succeeds. So many attempts at once cannot slip through
//! between the check and the count, and no failure can roll its own count back.

use std::net::IpAddr;

use crate::base::Timestamp;
use crate::domain::Throttle;
use crate::storage::{Conn, failure_counter};

use super::Error;

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

    /// The counter of unknown AccessKeys and wrong signatures from this address. Not that of sign-ins: a
    /// program with an old key must not keep the people beside it out.
    pub(super) fn of_rpc(address: IpAddr) -> Vec<Self> {
        vec![Self { name: format!("rpc-network:{}", network(address)), throttle: Throttle::ADDRESS }]
    }

    /// The counter of SCIM tokens that are not good from this address.
    pub(super) fn of_scim(address: IpAddr) -> Vec<Self> {
        vec![Self { name: format!("scim-network:{}", network(address)), throttle: Throttle::ADDRESS }]
    }

    /// The counter of somebody's second factor.
    pub(super) fn of_second_factor(principal: impl std::fmt::Display) -> Vec<Self> {
        vec![Self { name: format!("second-factor:{principal}"), throttle: Throttle::SECOND_FACTOR }]
    }
}

/// Refuses an attempt when any of these keys asks to wait. For what cannot be guessed by many attempts at
/// once, and is counted by [`reserve`] when it fails.
pub(super) fn check(conn: &mut Conn, keys: &[Key], now: Timestamp) -> Result<(), Error> {
    for key in keys {
        let counter = failure_counter::find(conn, &key.name)?;
        if let Some(wait) = counter.and_then(|counter| counter.wait(now)) {
            return Err(Error::Throttled(wait));
        }
    }
    Ok(())
}

/// Counts an attempt under each of these keys, or refuses it when any of them asks to wait.
pub(super) fn reserve(conn: &mut Conn, keys: &[Key], now: Timestamp) -> Result<(), Error> {
    let mut counters = Vec::with_capacity(keys.len());
    for key in keys {
        counters.push((key, failure_counter::lock(conn, &key.name, now)?));
    }
    if let Some(wait) = counters.iter().filter_map(|(_, counter)| counter.wait(now)).max() {
        return Err(Error::Throttled(wait));
    }
    for (key, counter) in counters {
        failure_counter::update(conn, &key.name, &counter.failed(&key.throttle, now), &key.throttle)?;
    }
    Ok(())
}

/// Forgets the failures under these keys, after a success. The network's own counter only gives
/// this attempt back: somebody who owns one account could otherwise reset it between guesses at
/// others.
pub(super) fn forgive(conn: &mut Conn, keys: &[Key], now: Timestamp) -> Result<(), Error> {
    for key in keys {
        if key.throttle == Throttle::ADDRESS {
            let counter = failure_counter::lock(conn, &key.name, now)?;
            failure_counter::update(conn, &key.name, &counter.refunded(&key.throttle), &key.throttle)?;
        } else {
            failure_counter::delete(conn, &key.name)?;
        }
    }
    Ok(())
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
