//! Conditions: an operator, a key of the request's context, and the values it is compared with.

use std::cmp::Ordering;
use std::net::IpAddr;

use crate::base::Timestamp;

use super::context::{Context, all, any};
use super::error::Error;
use super::pattern::Pattern;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    /// The operator and key as written, for people.
    pub(super) operator: String,
    pub(super) key: String,
    pub(super) operands: Vec<String>,
    /// The key as the context knows it.
    folded_key: String,
    quantifier: Quantifier,
    if_exists: bool,
    is_negated: bool,
    tests: Vec<Test>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quantifier {
    One,
    AnyValue,
    AllValues,
}

/// One value to compare with.
#[derive(Clone, Debug, PartialEq)]
enum Test {
    Text(Pattern),
    Number(Comparison, f64),
    Date(Comparison, Timestamp),
    Bool(bool),
    Network(Network),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Condition {
    /// Reads one condition; `path` names it in refusals.
    pub(super) fn read(path: &str, operator: &str, key: &str, operands: &[String]) -> Result<Self, Error> {
        let (quantifier, rest) = match operator.split_once(':') {
            Some(("ForAnyValue", rest)) => (Quantifier::AnyValue, rest),
            Some(("ForAllValues", rest)) => (Quantifier::AllValues, rest),
            Some(_) | None => (Quantifier::One, operator),
        };
        let (rest, if_exists) = match rest.strip_suffix("IfExists") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let unknown = || Error::element(path, "under a known operator", operator);
        let (reader, is_negated) = Reader::named(rest).ok_or_else(unknown)?;
        if key.is_empty() {
            return Err(Error::element(path, "under a key", "under none"));
        }
        let test = |text: &String| reader.read(text).map_err(|expected| Error::element(path, expected, text));
        Ok(Self {
            operator: operator.to_owned(),
            key: key.to_owned(),
            folded_key: key.to_lowercase(),
            operands: operands.to_vec(),
            quantifier,
            if_exists,
            is_negated,
            tests: operands.iter().map(test).collect::<Result<_, _>>()?,
        })
    }

    /// Whether the condition holds; `None` when that cannot be said, since a variable has no value or a
    /// value of the context is not of the operator's type.
    pub(super) fn holds(&self, context: &Context) -> Option<bool> {
        let values = context.values(&self.folded_key);
        if values.is_empty() {
            return Some(
                self.if_exists
                    || match self.quantifier {
                        // Something that is not there is not equal to anything.
                        Quantifier::One => self.is_negated,
                        Quantifier::AnyValue => false,
                        Quantifier::AllValues => true,
                    },
            );
        }
        let each = values.iter().map(|value| {
            let matched = any(self.tests.iter().map(|test| test.matches(value, context)));
            matched.map(|matched| matched != self.is_negated)
        });
        match self.quantifier {
            Quantifier::One if self.is_negated => all(each),
            Quantifier::One | Quantifier::AnyValue => any(each),
            Quantifier::AllValues => all(each),
        }
    }
}

impl Test {
    fn matches(&self, value: &str, context: &Context) -> Option<bool> {
        match self {
            Self::Text(pattern) => pattern.matches(value, context),
            Self::Number(comparison, operand) => Some(comparison.holds(number(value)?.partial_cmp(operand)?)),
            Self::Date(comparison, operand) => Some(comparison.holds(date(value)?.cmp(operand))),
            Self::Bool(operand) => Some(boolean(value)? == *operand),
            Self::Network(network) => Some(network.contains(address(value)?)),
        }
    }
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering.is_eq(),
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
        }
    }
}

/// How an operator reads its values.
#[derive(Clone, Copy)]
enum Reader {
    Text(fn(&str) -> Option<Pattern>),
    Number(Comparison),
    Date(Comparison),
    Bool,
    Network,
}

impl Reader {
    /// The operator of that name, and whether it is negated.
    fn named(name: &str) -> Option<(Self, bool)> {
        let compared = |rest: &str| {
            Some(match rest {
                "Equals" => (Comparison::Equal, false),
                "NotEquals" => (Comparison::Equal, true),
                "LessThan" => (Comparison::Less, false),
                "LessThanEquals" => (Comparison::LessOrEqual, false),
                "GreaterThan" => (Comparison::Greater, false),
                "GreaterThanEquals" => (Comparison::GreaterOrEqual, false),
                _ => return None,
            })
        };
        Some(match name {
            "StringEquals" => (Self::Text(Pattern::literal), false),
            "StringNotEquals" => (Self::Text(Pattern::literal), true),
            "StringEqualsIgnoreCase" => (Self::Text(Pattern::literal_folded), false),
            "StringNotEqualsIgnoreCase" => (Self::Text(Pattern::literal_folded), true),
            "StringLike" => (Self::Text(Pattern::wild), false),
            "StringNotLike" => (Self::Text(Pattern::wild), true),
            "Bool" => (Self::Bool, false),
            "IpAddress" => (Self::Network, false),
            "NotIpAddress" => (Self::Network, true),
            _ => {
                if let Some(rest) = name.strip_prefix("Numeric") {
                    let (comparison, is_negated) = compared(rest)?;
                    (Self::Number(comparison), is_negated)
                } else {
                    let (comparison, is_negated) = compared(name.strip_prefix("Date")?)?;
                    (Self::Date(comparison), is_negated)
                }
            }
        })
    }

    fn read(self, text: &str) -> Result<Test, &'static str> {
        match self {
            Self::Text(read) => read(text).map(Test::Text).ok_or("a text whose variables are closed"),
            Self::Number(comparison) => {
                number(text).map(|number| Test::Number(comparison, number)).ok_or("a number")
            }
            Self::Date(comparison) => date(text)
                .map(|date| Test::Date(comparison, date))
                .ok_or("a moment such as 2026-11-22T18:09:05Z"),
            Self::Bool => boolean(text).map(Test::Bool).ok_or("true or false"),
            Self::Network => Network::read(text).map(Test::Network).ok_or("an IP address or a CIDR block"),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn date(text: &str) -> Option<Timestamp> {
    Timestamp::parse(text)
}

fn boolean(text: &str) -> Option<bool> {
    let is = |expected: &str| text.eq_ignore_ascii_case(expected);
    if is("true") { Some(true) } else { is("false").then_some(false) }
}

/// An address, IPv4 also where it is written as IPv6.
fn address(text: &str) -> Option<IpAddr> {
    text.parse().ok().map(|address: IpAddr| address.to_canonical())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    address: IpAddr,
    bits: u32,
}

impl Network {
    fn read(text: &str) -> Option<Self> {
        let (address_text, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
            None => (text, None),
        };
        let address: IpAddr = address_text.parse().ok()?;
        let longest = if address.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(longest);
        (bits <= longest).then_some(Self { address, bits })
    }

    fn contains(self, address: IpAddr) -> bool {
        let shared = match (self.address, address) {
            (IpAddr::V4(own), IpAddr::V4(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            (IpAddr::V6(own), IpAddr::V6(other)) => (own.to_bits() ^ other.to_bits()).leading_zeros(),
            _ => return false,
        };
        shared >= self.bits
    }
}
