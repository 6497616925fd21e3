//! `xs:duration` (XML Schema 1.1 part 2, §3.3.6), as metadata says for how long it may be kept.

use std::time::Duration;

use super::super::Error;
use super::super::document::Element;

const DAY: u64 = 86_400;
/// Digits of one number of a duration, so that no sum of them overflows.
const MAX_DIGITS: usize = 9;

/// The duration that an attribute holds, if it is there. A year counts for 365 days and a month for 30; parts of a
/// second are cut.
///
/// # Errors
/// [`Error::Value`] for what is none, and for one below zero.
pub(super) fn duration(element: &Element, attribute: &'static str) -> Result<Option<Duration>, Error> {
    let Some(text) = element.attribute(attribute) else { return Ok(None) };
    let expected = "a duration, such as P1D or PT6H";
    let unreadable = || Error::Value { what: attribute, expected, received: text.to_owned() };
    parse(text.trim()).ok_or_else(unreadable).map(Some)
}

/// How a duration is written.
pub(super) fn spell(duration: Duration) -> String {
    format!("PT{}S", duration.as_secs())
}

fn parse(text: &str) -> Option<Duration> {
    let text = text.strip_prefix('P')?;
    let (date, time) = match text.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None if text.is_empty() => return None,
        None => (text, ""),
    };
    let days = seconds(date, &[('Y', 365 * DAY), ('M', 30 * DAY), ('D', DAY)])?;
    let hours = seconds(time, &[('H', 3600), ('M', 60), ('S', 1)])?;
    Some(Duration::from_secs(days.saturating_add(hours)))
}

/// The sum of `1Y2M3D`: each unit at most once, in this order.
fn seconds(mut text: &str, units: &[(char, u64)]) -> Option<u64> {
    let mut sum = 0_u64;
    for (unit, seconds) in units {
        let Some((number, rest)) = text.split_once(*unit) else { continue };
        let whole = match number.split_once('.') {
            Some((whole, parts)) if *unit == 'S' && is_digits(parts) => whole,
            Some(_) => return None,
            None => number,
        };
        if !is_digits(whole) || whole.len() > MAX_DIGITS {
            return None;
        }
        sum = sum.saturating_add(whole.parse::<u64>().ok()?.saturating_mul(*seconds));
        text = rest;
    }
    text.is_empty().then_some(sum)
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read() {
        for (text, seconds) in [
            ("PT0S", 0),
            ("P1D", DAY),
            ("PT6H", 21_600),
            ("PT36000.000S", 36_000),
            ("P1Y2M3DT4H5M6.7S", 428 * DAY + 4 * 3600 + 5 * 60 + 6),
            ("P1M", 30 * DAY),
            ("PT1M", 60),
        ] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
            let written = spell(Duration::from_secs(seconds));
            assert_eq!(parse(&written), Some(Duration::from_secs(seconds)), "{written}");
        }
    }

    #[test]
    fn what_is_no_duration_is_refused() {
        for text in [
            "",
            "P",
            "PT",
            "P1DT",
            "1D",
            "-P1D",
            "P-1D",
            "P1H",
            "PT1D",
            "P1D1Y",
            "P1D2D",
            "PD",
            "P1.5D",
            "PT.5S",
            "PT1.S",
            "P1",
            "PT1",
            "P1234567890D",
            "P1D ",
            "p1d",
            "P²D",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
        assert!(parse("P999999999Y999999999M999999999DT999999999H").is_some());
    }
}
