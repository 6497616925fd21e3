//! The addresses that an account's users may sign in from: IPv4 addresses and blocks joined by `;`.

use std::net::{IpAddr, Ipv4Addr};

/// The longest text, in bytes, and the most masks in it.
const LONGEST: usize = 512;
const MOST: usize = 40;

/// Whether `text` is a list of masks as an account may keep it.
pub(crate) fn are_masks(text: &str) -> bool {
    text.len() <= LONGEST
        && text.split(';').count() <= MOST
        && text.split(';').all(|mask| parse(mask).is_some())
}

/// Whether `masks` admit somebody at `source`: everybody where there are none, and else only who comes by
/// an IPv4 address in one of them.
pub(crate) fn admit(masks: &str, source: Option<IpAddr>) -> bool {
    if masks.is_empty() {
        return true;
    }
    let Some(IpAddr::V4(source)) = source.map(|source| source.to_canonical()) else { return false };
    masks
        .split(';')
        .filter_map(parse)
        .any(|(network, mask)| source.to_bits() & mask == network.to_bits() & mask)
}

/// A block as its address and the bits that count.
fn parse(mask: &str) -> Option<(Ipv4Addr, u32)> {
    let (address, bits) = mask.split_once('/').unwrap_or((mask, "32"));
    let is_plain = !bits.is_empty() && bits.len() <= 2 && bits.bytes().all(|byte| byte.is_ascii_digit());
    let bits = bits.parse::<u32>().ok().filter(|bits| is_plain && *bits <= 32)?;
    Some((address.parse().ok()?, u32::MAX.checked_shl(32 - bits).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_in_a_block_are_admitted() {
        let rows = [
            ("", "203.0.113.9", true),
            ("203.0.113.9", "203.0.113.9", true),
            ("203.0.113.9", "203.0.113.8", false),
            ("10.0.0.0/8;203.0.113.0/24", "203.0.113.9", true),
            ("10.0.0.0/8;203.0.113.0/24", "203.0.114.9", false),
            ("203.0.113.77/24", "203.0.113.9", true),
            ("0.0.0.0/0", "203.0.113.9", true),
            ("203.0.113.0/24", "::ffff:203.0.113.9", true),
            ("0.0.0.0/0", "2001:db8::1", false),
        ];
        for (masks, source, expected) in rows {
            assert_eq!(admit(masks, source.parse().ok()), expected, "{masks} {source}");
        }
        assert!(!admit("0.0.0.0/0", None));
    }

    #[test]
    fn masks_are_plain_blocks() {
        for good in ["203.0.113.9", "10.0.0.0/8", "0.0.0.0/0;203.0.113.0/32"] {
            assert!(are_masks(good), "{good}");
        }
        let many = vec!["10.0.0.1"; 41].join(";");
        for bad in ["", "10.0.0.0/33", "10.0.0.0/", "10.0.0.0/+8", "10.0.0", "::1/128", "a;b", &many] {
            assert!(!are_masks(bad), "{bad}");
        }
    }
}
