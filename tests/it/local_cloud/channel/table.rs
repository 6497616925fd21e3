//! Policies with conditions, the way by which a request comes, and what must come of it, written by hand.

/// When: the window of the rows is 18:30 to 18:40 UTC on 22 November 2026.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Moment {
    /// 18:23:55.
    Before,
    /// 18:35:00.
    Within,
    /// 18:45:00.
    After,
}

/// One decision.
pub(super) struct Row {
    pub(super) what: &'static str,
    /// The conditions of the statement that allows.
    pub(super) allow: &'static str,
    /// Those of the statement that denies, where there is one.
    pub(super) deny: Option<&'static str>,
    /// The address, whether over TLS, and when.
    pub(super) seen: (&'static str, bool, Moment),
    pub(super) expected: bool,
    /// For somebody who passed a second factor; then what the same person's access key gets.
    pub(super) with_mfa: Option<bool>,
}

impl Row {
    /// The row is about somebody who passed a second factor; `by_key` is what an access key gets, which never
    /// has one.
    const fn mfa(mut self, by_key: bool) -> Self {
        self.with_mfa = Some(by_key);
        self
    }

    /// The statement that allows is followed by one that denies under these conditions.
    const fn deny(mut self, conditions: &'static str) -> Self {
        self.deny = Some(conditions);
        self
    }
}

const fn row(
    what: &'static str,
    allow: &'static str,
    seen: (&'static str, bool, Moment),
    expected: bool,
) -> Row {
    Row { what, allow, deny: None, seen, expected, with_mfa: None }
}

const HTTP: bool = false;
const TLS: bool = true;
const YES: bool = true;
const NO: bool = false;

const ALWAYS: &str = "{}";
const OFFICE: &str = r#"{"IpAddress":{"acs:SourceIp":"203.0.113.0/24"}}"#;
const OUTSIDE: &str = r#"{"NotIpAddress":{"acs:SourceIp":"203.0.113.0/24"}}"#;
const BOTH_NETS: &str = r#"{"IpAddress":{"acs:SourceIp":["198.51.100.7","2001:db8:1::/48"]}}"#;
const NEITHER_NET: &str = r#"{"NotIpAddress":{"acs:SourceIp":["198.51.100.7","2001:db8:1::/48"]}}"#;
const SECURE: &str = r#"{"Bool":{"acs:SecureTransport":"true"}}"#;
const INSECURE: &str = r#"{"Bool":{"acs:SecureTransport":"false"}}"#;
const FACTOR: &str = r#"{"Bool":{"acs:MFAPresent":"true"}}"#;
const NO_FACTOR: &str = r#"{"Bool":{"acs:MFAPresent":"false"}}"#;
const FACTOR_IF_THERE: &str = r#"{"BoolIfExists":{"acs:MFAPresent":"true"}}"#;
const SINCE: &str = r#"{"DateGreaterThan":{"acs:CurrentTime":"2026-11-22T18:30:00Z"}}"#;
const UNTIL: &str = r#"{"DateLessThan":{"acs:CurrentTime":"2026-11-22T18:40:00Z"}}"#;
const WINDOW: &str = r#"{"DateGreaterThan":{"acs:CurrentTime":"2026-11-22T18:30:00Z"},
                         "DateLessThan":{"acs:CurrentTime":"2026-11-22T18:40:00Z"}}"#;
const EVERYTHING: &str = r#"{"IpAddress":{"acs:SourceIp":"203.0.113.0/24"},"Bool":{"acs:SecureTransport":"true",
    "acs:MFAPresent":"true"},"DateLessThan":{"acs:CurrentTime":"2026-11-22T18:40:00Z"}}"#;

use Moment::{After, Before, Within};

pub(super) const ROWS: &[Row] = &[
    // Address.
    row("an address within the block", OFFICE, ("203.0.113.9", HTTP, Before), YES),
    row("the first of the block", OFFICE, ("203.0.113.0", HTTP, Before), YES),
    row("the last of the block", OFFICE, ("203.0.113.255", HTTP, Before), YES),
    row("one below the block", OFFICE, ("203.0.112.255", HTTP, Before), NO),
    row("one above the block", OFFICE, ("203.0.114.0", HTTP, Before), NO),
    row("an IPv4 address written as IPv6", OFFICE, ("::ffff:203.0.113.9", HTTP, Before), YES),
    row("an IPv6 address is in no IPv4 block", OFFICE, ("2001:db8:1::9", HTTP, Before), NO),
    row("the only address of several", BOTH_NETS, ("198.51.100.7", HTTP, Before), YES),
    row("beside the only address", BOTH_NETS, ("198.51.100.8", HTTP, Before), NO),
    row("the IPv6 block of several", BOTH_NETS, ("2001:db8:1:ffff::1", HTTP, Before), YES),
    row("beside the IPv6 block", BOTH_NETS, ("2001:db8:2::1", HTTP, Before), NO),
    row(
        "everywhere in IPv4",
        r#"{"IpAddress":{"acs:SourceIp":"0.0.0.0/0"}}"#,
        ("192.0.2.1", HTTP, Before),
        YES,
    ),
    row(
        "nowhere in IPv4",
        r#"{"IpAddress":{"acs:SourceIp":"0.0.0.0/0"}}"#,
        ("2001:db8::1", HTTP, Before),
        NO,
    ),
    row("not outside", OUTSIDE, ("203.0.113.9", HTTP, Before), NO),
    row("outside", OUTSIDE, ("192.0.2.1", HTTP, Before), YES),
    row("in none of several", NEITHER_NET, ("192.0.2.1", HTTP, Before), YES),
    row("in one of several that are excluded", NEITHER_NET, ("2001:db8:1::1", HTTP, Before), NO),
    row("a deny outside the office", ALWAYS, ("192.0.2.1", HTTP, Before), NO).deny(OUTSIDE),
    row("no deny in the office", ALWAYS, ("203.0.113.9", HTTP, Before), YES).deny(OUTSIDE),
    row("a deny of one block beside an allow of all", ALWAYS, ("203.0.113.9", HTTP, Before), NO).deny(OFFICE),
    // Transport.
    row("over TLS", SECURE, ("192.0.2.1", TLS, Before), YES),
    row("in the clear", SECURE, ("192.0.2.1", HTTP, Before), NO),
    row("in the clear alone", INSECURE, ("192.0.2.1", HTTP, Before), YES),
    row("in the clear alone, over TLS", INSECURE, ("192.0.2.1", TLS, Before), NO),
    row("a deny in the clear", ALWAYS, ("192.0.2.1", HTTP, Before), NO).deny(INSECURE),
    row("no deny over TLS", ALWAYS, ("192.0.2.1", TLS, Before), YES).deny(INSECURE),
    row(
        "either of two values",
        r#"{"Bool":{"acs:SecureTransport":["true","false"]}}"#,
        ("192.0.2.1", HTTP, Before),
        YES,
    ),
    // Time.
    row("not yet", SINCE, ("192.0.2.1", HTTP, Before), NO),
    row("since", SINCE, ("192.0.2.1", HTTP, Within), YES),
    row("until", UNTIL, ("192.0.2.1", HTTP, Within), YES),
    row("no more", UNTIL, ("192.0.2.1", HTTP, After), NO),
    row("before the window", WINDOW, ("192.0.2.1", HTTP, Before), NO),
    row("within the window", WINDOW, ("192.0.2.1", HTTP, Within), YES),
    row("after the window", WINDOW, ("192.0.2.1", HTTP, After), NO),
    row("a deny within the window", ALWAYS, ("192.0.2.1", HTTP, Within), NO).deny(WINDOW),
    row("no deny after the window", ALWAYS, ("192.0.2.1", HTTP, After), YES).deny(WINDOW),
    row(
        "a moment in another time zone",
        r#"{"DateGreaterThanEquals":{"acs:CurrentTime":"2026-11-23T02:35:00+08:00"}}"#,
        ("192.0.2.1", HTTP, Within),
        YES,
    ),
    row(
        "a negated moment",
        r#"{"DateNotEquals":{"acs:CurrentTime":"2026-11-22T18:35:00Z"}}"#,
        ("192.0.2.1", HTTP, Within),
        NO,
    ),
    // Second factor: an access key has none, and says so.
    row("a second factor is asked for", FACTOR, ("192.0.2.1", HTTP, Before), NO),
    row("a second factor was passed", FACTOR, ("192.0.2.1", HTTP, Before), YES).mfa(NO),
    row("a deny without a second factor", ALWAYS, ("192.0.2.1", HTTP, Before), NO).deny(NO_FACTOR),
    row("no deny with a second factor", ALWAYS, ("192.0.2.1", HTTP, Before), YES).deny(NO_FACTOR).mfa(NO),
    row("if there is one, and none was passed", FACTOR_IF_THERE, ("192.0.2.1", HTTP, Before), NO),
    row("if there is one, and it was passed", FACTOR_IF_THERE, ("192.0.2.1", HTTP, Before), YES).mfa(NO),
    row("only without a second factor", NO_FACTOR, ("192.0.2.1", HTTP, Before), YES),
    row("only without, and one was passed", NO_FACTOR, ("192.0.2.1", HTTP, Before), NO).mfa(YES),
    // A key that no request of this action has.
    row("an absent key", r#"{"StringEquals":{"acs:Absent":"x"}}"#, ("192.0.2.1", HTTP, Before), NO),
    row(
        "an absent key if exists",
        r#"{"StringEqualsIfExists":{"acs:Absent":"x"}}"#,
        ("192.0.2.1", HTTP, Before),
        YES,
    ),
    row(
        "an absent key, negated",
        r#"{"StringNotEquals":{"acs:Absent":"x"}}"#,
        ("192.0.2.1", HTTP, Before),
        YES,
    ),
    row(
        "an address if exists",
        r#"{"IpAddressIfExists":{"acs:SourceIp":"203.0.113.9"}}"#,
        ("192.0.2.1", HTTP, Before),
        NO,
    ),
    // Together: every condition of a statement must hold.
    row("everything holds", EVERYTHING, ("203.0.113.9", TLS, Within), YES).mfa(NO),
    row("everything but the address", EVERYTHING, ("192.0.2.1", TLS, Within), NO).mfa(NO),
    row("everything but the transport", EVERYTHING, ("203.0.113.9", HTTP, Within), NO).mfa(NO),
    row("everything but the time", EVERYTHING, ("203.0.113.9", TLS, After), NO).mfa(NO),
    row("everything but the factor", EVERYTHING, ("203.0.113.9", TLS, Within), NO),
    row("the office over TLS, outside denied", SECURE, ("203.0.113.9", TLS, After), YES).deny(OUTSIDE),
    row("outside over TLS, outside denied", SECURE, ("192.0.2.1", TLS, After), NO).deny(OUTSIDE),
];
