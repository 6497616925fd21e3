//! One rule: which calls it is for, and what befalls them.

use std::time::Duration;

use crate::policy::Wildcard;

use super::Target;
use super::error::Error;

const LONGEST: Duration = Duration::from_secs(60);
/// Shares are counted in these parts of the whole.
pub(super) const WHOLE: u64 = 1_000_000;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Rule {
    action: Option<Wildcard>,
    account: Option<Wildcard>,
    pub(super) latency: Option<Latency>,
    /// Calls a second.
    pub(super) rate: Option<u32>,
    pub(super) shares: Option<Shares>,
    pub(super) visible_after: Option<Duration>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Latency {
    pub(super) fixed: Duration,
    pub(super) jitter: Duration,
}

/// In parts of [`WHOLE`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Shares {
    pub(super) fail: u64,
    pub(super) fail_after: u64,
    pub(super) hang_up: u64,
}

impl Rule {
    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let mut words = Words::default();
        for word in text.split_whitespace() {
            words.add(word)?;
        }
        let latency = words.duration("latency")?;
        let jitter = words.duration("jitter")?;
        let shares = Shares {
            fail: words.share("fail")?,
            fail_after: words.share("fail-after")?,
            hang_up: words.share("hang-up")?,
        };
        if shares.fail + shares.fail_after + shares.hang_up > WHOLE {
            return Err(Error::Shares);
        }
        let names_shares = ["fail", "fail-after", "hang-up"].iter().any(|key| words.of(key).is_some());
        let rule = Self {
            action: words.pattern("action")?,
            account: words.pattern("account")?,
            latency: (latency.is_some() || jitter.is_some())
                .then(|| Latency { fixed: latency.unwrap_or_default(), jitter: jitter.unwrap_or_default() }),
            rate: words.rate()?,
            shares: names_shares.then_some(shares),
            visible_after: words.duration("visible-after")?,
        };
        let is_empty = rule.latency.is_none()
            && rule.rate.is_none()
            && rule.shares.is_none()
            && rule.visible_after.is_none();
        if is_empty { Err(Error::Empty) } else { Ok(rule) }
    }

    pub(super) fn is_for(&self, target: &Target) -> bool {
        let admits = |pattern: &Option<Wildcard>, text: &str| {
            pattern.as_ref().is_none_or(|pattern| pattern.matches(text))
        };
        admits(&self.action, &target.action) && admits(&self.account, &target.account)
    }
}

/// The words of a rule by their keys.
#[derive(Default)]
struct Words<'a>(Vec<(&'static str, &'a str)>);

const KEYS: [&str; 9] =
    ["action", "account", "latency", "jitter", "rate", "fail", "fail-after", "hang-up", "visible-after"];

impl<'a> Words<'a> {
    fn add(&mut self, word: &'a str) -> Result<(), Error> {
        let unknown = || Error::Word(word.to_owned());
        let (name, value) = word.split_once('=').ok_or_else(unknown)?;
        let key = KEYS.into_iter().find(|key| *key == name).ok_or_else(unknown)?;
        if self.of(key).is_some() {
            return Err(Error::Repeated(key));
        }
        self.0.push((key, value));
        Ok(())
    }

    fn of(&self, key: &str) -> Option<&'a str> {
        self.0.iter().find(|(name, _)| *name == key).map(|(_, value)| *value)
    }

    fn pattern(&self, key: &'static str) -> Result<Option<Wildcard>, Error> {
        let read = |text: &str| {
            Wildcard::parse(text).ok_or_else(|| Error::Value {
                key,
                expected: "a name with * and ?",
                received: text.to_owned(),
            })
        };
        self.of(key).map(read).transpose()
    }

    fn duration(&self, key: &'static str) -> Result<Option<Duration>, Error> {
        let expected = "a whole number of ms or s, at most 60s";
        let read = |text: &str| {
            let (digits, unit) = match text.strip_suffix("ms") {
                Some(digits) => (digits, 1),
                None => (text.strip_suffix('s')?, 1000),
            };
            let duration = Duration::from_millis(digits.parse::<u32>().ok().map(u64::from)? * unit);
            (duration <= LONGEST).then_some(duration)
        };
        self.value(key, expected, read)
    }

    fn rate(&self) -> Result<Option<u32>, Error> {
        let expected = "calls a second from 1/s to 10000/s";
        self.value("rate", expected, |text| {
            text.strip_suffix("/s")?.parse().ok().filter(|rate| (1..=10_000).contains(rate))
        })
    }

    fn share(&self, key: &'static str) -> Result<u64, Error> {
        let expected = "a percentage from 0% to 100% with at most four decimals";
        let read = |text: &str| {
            let number = text.strip_suffix('%')?;
            let (whole, part) = number.split_once('.').unwrap_or((number, "0"));
            let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if !is_number(whole) || !is_number(part) || part.len() > 4 || whole.len() > 3 {
                return None;
            }
            let share = format!("{whole}{part:0<4}").parse::<u64>().ok()?;
            (share <= WHOLE).then_some(share)
        };
        Ok(self.value(key, expected, read)?.unwrap_or(0))
    }

    fn value<T>(
        &self,
        key: &'static str,
        expected: &'static str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(text) = self.of(key) else { return Ok(None) };
        let refusal = || Error::Value { key, expected, received: text.to_owned() };
        read(text).ok_or_else(refusal).map(Some)
    }
}
