//! The checks that are made in one step, as `saml` makes them, and at which of them an error stopped it.

use super::super::{Error, Expectations, MessageExpectations};
use super::{Pasted, Row};

/// The checks of a request, or of an answer without an assertion, once it is known whose it is
/// ([`TrustedAuthnRequest::check`](super::super::TrustedAuthnRequest::check) and its like).
pub fn message_rows(pasted: &Pasted, expectations: &MessageExpectations<'_>) -> Vec<Row> {
    let skew = expectations.clock_skew.as_secs();
    let (made, until) = (pasted.claimed("IssueInstant"), pasted.claimed("NotOnOrAfter"));
    let times = if until.is_empty() { made.to_owned() } else { format!("{made}, until {until}") };
    vec![
        Row::new("Version", "2.0", pasted.claimed("Version")),
        Row::new("Issuer", expectations.issuer, pasted.claimed_issuer().unwrap_or_default()),
        Row::new("Destination", expectations.destination, pasted.claimed("Destination")),
        Row::new("Content", "everything that it must say, and each value of its type", ""),
        Row::new("Time", format!("good at {}, give or take {skew} s", expectations.now.rfc3339()), times),
    ]
}

/// Where [`message_rows`] stopped.
pub fn stop_of_message(error: &Error) -> usize {
    match error {
        Error::Version { .. } | Error::Missing { expected: "Version", .. } => 0,
        Error::Issuer { .. } | Error::Missing { expected: "saml:Issuer", .. } => 1,
        Error::Destination { .. } | Error::Missing { expected: "Destination", .. } => 2,
        Error::NotYetValid { .. } | Error::Expired { .. } | Error::Lifetime { .. } => 4,
        _ => 3,
    }
}

/// The checks of a Response whose signature holds
/// ([`VerifiedAssertion::check`](super::super::VerifiedAssertion::check)).
pub fn response_rows(pasted: &Pasted, expectations: &Expectations<'_>) -> Vec<Row> {
    let skew = expectations.clock_skew.as_secs();
    let asked = expectations.in_response_to.map_or("none: nobody asked", |id| id.as_str());
    let status = pasted.claimed_status().map(|(code, _)| code).unwrap_or_default();
    vec![
        Row::new("Version", "2.0", pasted.claimed("Version")),
        Row::new("Status", "urn:oasis:names:tc:SAML:2.0:status:Success", status),
        Row::new("Issuer", expectations.issuer, pasted.claimed_issuer().unwrap_or_default()),
        Row::new("Destination", expectations.recipient, pasted.claimed("Destination")),
        Row::new("Recipient", expectations.recipient, pasted.claimed_recipient().unwrap_or_default()),
        Row::new("InResponseTo", asked, pasted.claimed("InResponseTo")),
        Row::new("Audience", expectations.audience, pasted.claimed_audience().unwrap_or_default()),
        Row::new("Content", "one subject, conditions that are known, one authentication", ""),
        Row::new(
            "Time",
            format!("good at {}, give or take {skew} s", expectations.now.rfc3339()),
            pasted.claimed("IssueInstant"),
        ),
    ]
}

/// Where [`response_rows`] stopped.
pub fn stop_of_response(error: &Error) -> usize {
    match error {
        Error::Version { .. } | Error::Missing { expected: "Version", .. } => 0,
        Error::Status { .. } | Error::Missing { expected: "samlp:Status", .. } => 1,
        Error::Issuer { .. } | Error::Missing { expected: "saml:Issuer", .. } => 2,
        Error::Destination { .. } | Error::Missing { expected: "Destination", .. } => 3,
        Error::Recipient { .. } | Error::Missing { expected: "Recipient", .. } => 4,
        Error::InResponseTo { .. } => 5,
        Error::Audience { .. } | Error::Missing { expected: "saml:AudienceRestriction", .. } => 6,
        Error::NotYetValid { .. } | Error::Expired { .. } | Error::Lifetime { .. } => 8,
        _ => 7,
    }
}
