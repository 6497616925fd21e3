//! Whether a verified assertion or message is for us, for here and for now (saml-core-2.0-os §2.5 and §3.2,
//! saml-profiles-2.0-os §4.1.4.2 and §4.1.4.3). Texts must be equal byte for byte.

use std::time::Duration;

use crate::base::Timestamp;

use super::document::Element;
use super::moment::{Moment, need_time, time};
use super::{Attribute, Error, MessageId, NameId, SignedPart, name};

/// A message may be valid for this long after it was issued: its ID must be remembered so long.
pub(super) const MAX_LIFETIME: Duration = Duration::from_secs(24 * 3600);

/// What the receiver of a Response knows beforehand.
#[derive(Clone, Copy, Debug)]
pub struct Expectations<'a> {
    /// The entity id of the identity provider whose keys verified the assertion.
    pub issuer: &'a str,
    /// Our entity id.
    pub audience: &'a str,
    /// The URL of the assertion consumer service that took the Response.
    pub recipient: &'a str,
    /// The request that it must answer. `None` takes unsolicited Responses, and no others.
    pub in_response_to: Option<&'a MessageId>,
    /// The time.
    pub now: Timestamp,
    /// By how much the two clocks may differ, either way.
    pub clock_skew: Duration,
}

impl Expectations<'_> {
    fn moment(&self) -> Moment {
        Moment { now: self.now, clock_skew: self.clock_skew }
    }
}

/// What the receiver of a request, or of an answer without an assertion, knows beforehand.
#[derive(Clone, Copy, Debug)]
pub struct MessageExpectations<'a> {
    /// The entity id of whom the message must be from: the one whose keys verified it.
    pub issuer: &'a str,
    /// The address that took it.
    pub destination: &'a str,
    /// The time.
    pub now: Timestamp,
    /// By how much the two clocks may differ, either way.
    pub clock_skew: Duration,
}

impl MessageExpectations<'_> {
    /// Refuses a message that was made later than now, or that counts no longer; `what` names the attribute that says
    /// until when it does.
    pub(super) fn check_times(
        &self,
        issue_instant: Timestamp,
        (what, until): (&'static str, Timestamp),
    ) -> Result<(), Error> {
        let moment = Moment { now: self.now, clock_skew: self.clock_skew };
        moment.begun("IssueInstant", issue_instant)?;
        moment.ended(what, until)
    }
}

/// An assertion that holds here and now. Its ID must still be consumed, once, under its issuer.
#[derive(Clone, Debug)]
pub struct CheckedAssertion {
    id: MessageId,
    issuer: String,
    issue_instant: Timestamp,
    name_id: NameId,
    attributes: Vec<Attribute>,
    session_index: Option<String>,
    authn_instant: Timestamp,
    authn_context: Option<String>,
    not_on_or_after: Timestamp,
    session_not_on_or_after: Option<Timestamp>,
    in_response_to: Option<MessageId>,
}

impl CheckedAssertion {
    /// Its ID, unique under its issuer.
    pub fn id(&self) -> &MessageId {
        &self.id
    }

    /// The entity id of the identity provider.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    /// When it was made.
    pub fn issue_instant(&self) -> Timestamp {
        self.issue_instant
    }

    /// Who it is about.
    pub fn name_id(&self) -> &NameId {
        &self.name_id
    }

    /// What is said about them. Values that are not text are left out.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// All values of the attribute of this name, in order; none if it is not there.
    pub fn values<'s>(&'s self, name: &'s str) -> impl Iterator<Item = &'s str> {
        self.attributes
            .iter()
            .filter(move |attribute| attribute.name == name)
            .flat_map(|attribute| attribute.values.iter().map(String::as_str))
    }

    /// Names the session at the identity provider, for single logout.
    pub fn session_index(&self) -> Option<&str> {
        self.session_index.as_deref()
    }

    /// When the person was authenticated.
    pub fn authn_instant(&self) -> Timestamp {
        self.authn_instant
    }

    /// The URI of the class that says how; see [`super::AuthnContext::from_uri`].
    pub fn authn_context(&self) -> Option<&str> {
        self.authn_context.as_deref()
    }

    /// From when on it is refused, the clock skew aside: remember its ID until then, plus the skew.
    pub fn not_on_or_after(&self) -> Timestamp {
        self.not_on_or_after
    }

    /// When the session that this begins must end, at the latest.
    pub fn session_not_on_or_after(&self) -> Option<Timestamp> {
        self.session_not_on_or_after
    }

    /// The request that it answers; `None` when it is unsolicited.
    pub fn in_response_to(&self) -> Option<&MessageId> {
        self.in_response_to.as_ref()
    }
}

/// Checks of a message without an assertion that it is of the version that is spoken, from whom it should be, and for
/// this address, which it may leave out, or empty, unless `names_destination`. When it was made is for the caller to
/// judge.
pub(super) fn message(
    message: &Element,
    names_destination: bool,
    expectations: &MessageExpectations<'_>,
) -> Result<(), Error> {
    version(message)?;
    check_issuer(message.one("saml:Issuer")?, expectations.issuer)?;
    // pysaml2 says of what it answers by SOAP that it goes nowhere.
    if !names_destination && message.attribute("Destination") == Some("") {
        return Ok(());
    }
    check_destination(message, names_destination, expectations.destination)
}

/// Checks what the Response says around the assertion. It may be unsigned, so it can only do harm.
pub(super) fn response(
    response: &Element,
    signed: SignedPart,
    expectations: &Expectations<'_>,
) -> Result<(), Error> {
    version(response)?;
    MessageId::parse(response.need_attribute("ID")?)?;
    let status = response.one("samlp:Status")?;
    let code = status.one("samlp:StatusCode")?.need_attribute("Value")?;
    if code != name::STATUS_SUCCESS {
        let message = status.at_most_one("samlp:StatusMessage")?.map(Element::text).transpose()?;
        return Err(Error::Status { received: code.to_owned(), message: message.map(str::to_owned) });
    }
    // saml-bindings-2.0-os §3.5.5.2 and saml-profiles-2.0-os §4.1.4.2: a signed Response has both.
    let is_signed = signed != SignedPart::Assertion;
    check_destination(response, is_signed, expectations.recipient)?;
    match response.at_most_one("saml:Issuer")? {
        None if is_signed => return Err(response.lacks("saml:Issuer")),
        None => {}
        Some(issuer) => check_issuer(issuer, expectations.issuer)?,
    }
    check_in_response_to(response, expectations.in_response_to)
}

/// Checks and reads the signed assertion.
pub(super) fn assertion(
    assertion: &Element,
    expectations: &Expectations<'_>,
) -> Result<CheckedAssertion, Error> {
    version(assertion)?;
    check_issuer(assertion.one("saml:Issuer")?, expectations.issuer)?;
    let issue_instant = need_time(assertion, "IssueInstant")?;
    expectations.moment().begun("IssueInstant", issue_instant)?;
    let subject = assertion.one("saml:Subject")?;
    let until = check_confirmation(subject, expectations)?.min(check_conditions(assertion, expectations)?);
    if until.since(issue_instant) > MAX_LIFETIME {
        return Err(Error::Lifetime { limit_seconds: MAX_LIFETIME.as_secs(), not_on_or_after: until });
    }
    let statement = assertion.one("saml:AuthnStatement")?;
    let session_not_on_or_after = time(statement, "SessionNotOnOrAfter")?;
    if let Some(end) = session_not_on_or_after {
        expectations.moment().ended("SessionNotOnOrAfter", end)?;
    }
    let class = statement.one("saml:AuthnContext")?.at_most_one("saml:AuthnContextClassRef")?;
    Ok(CheckedAssertion {
        id: MessageId::parse(assertion.need_attribute("ID")?)?,
        issuer: expectations.issuer.to_owned(),
        issue_instant,
        name_id: NameId::read(subject)?,
        attributes: attributes(assertion),
        session_index: statement.attribute("SessionIndex").map(str::to_owned),
        authn_instant: need_time(statement, "AuthnInstant")?,
        authn_context: class.map(Element::text).transpose()?.map(str::to_owned),
        not_on_or_after: until,
        session_not_on_or_after,
        in_response_to: expectations.in_response_to.cloned(),
    })
}

/// The attributes of an assertion, several statements taken together; those without a name are left out.
pub(super) fn attributes(assertion: &Element) -> Vec<Attribute> {
    assertion
        .all("saml:AttributeStatement")
        .flat_map(|statement| statement.all("saml:Attribute"))
        .filter_map(|attribute| Attribute::read(attribute).ok())
        .collect()
}

/// Exactly one bearer confirmation, and it holds; other methods beside it prove nothing here and
/// are passed over. Returns until when.
fn check_confirmation(subject: &Element, expectations: &Expectations<'_>) -> Result<Timestamp, Error> {
    let is_bearer = |element: &&Element| element.attribute("Method") == Some(name::BEARER);
    let mut bearers = subject.all("saml:SubjectConfirmation").filter(is_bearer);
    let (Some(bearer), None) = (bearers.next(), bearers.next()) else {
        let methods = subject.all("saml:SubjectConfirmation").filter_map(|other| other.attribute("Method"));
        return Err(Error::Confirmations { received: methods.map(str::to_owned).collect() });
    };
    let confirmation = bearer.one("saml:SubjectConfirmationData")?;
    let recipient = confirmation.need_attribute("Recipient")?;
    if recipient != expectations.recipient {
        let (expected, received) = (expectations.recipient.to_owned(), recipient.to_owned());
        return Err(Error::Recipient { expected, received });
    }
    check_in_response_to(confirmation, expectations.in_response_to)?;
    if confirmation.attribute("NotBefore").is_some() {
        return Err(Error::Misplaced { received: "NotBefore".to_owned(), inside: confirmation.shown() });
    }
    let until = need_time(confirmation, "NotOnOrAfter")?;
    expectations.moment().ended("saml:SubjectConfirmationData NotOnOrAfter", until)?;
    Ok(until)
}

/// Every audience restriction names us, and no condition is there that we do not know. Returns
/// until when the conditions hold.
fn check_conditions(assertion: &Element, expectations: &Expectations<'_>) -> Result<Timestamp, Error> {
    let conditions = assertion.one("saml:Conditions")?;
    let known = ["saml:AudienceRestriction", "saml:OneTimeUse", "saml:ProxyRestriction"];
    if let Some(unknown) = conditions.children().find(|child| !known.iter().any(|name| child.is(name))) {
        return Err(Error::Misplaced { received: unknown.shown(), inside: conditions.shown() });
    }
    if let Some(not_before) = time(conditions, "NotBefore")? {
        expectations.moment().begun("saml:Conditions NotBefore", not_before)?;
    }
    let until = need_time(conditions, "NotOnOrAfter")?;
    expectations.moment().ended("saml:Conditions NotOnOrAfter", until)?;

    let mut restrictions = conditions.all("saml:AudienceRestriction").peekable();
    if restrictions.peek().is_none() {
        return Err(conditions.lacks("saml:AudienceRestriction"));
    }
    for restriction in restrictions {
        let audiences = restriction.all("saml:Audience").map(Element::text).collect::<Result<Vec<_>, _>>()?;
        if !audiences.contains(&expectations.audience) {
            return Err(Error::Audience {
                expected: expectations.audience.to_owned(),
                received: audiences.into_iter().map(str::to_owned).collect(),
            });
        }
    }
    Ok(until)
}

/// The address that a message names must be the one that took it.
fn check_destination(message: &Element, is_needed: bool, expected: &str) -> Result<(), Error> {
    match message.attribute("Destination") {
        None if is_needed => Err(message.lacks("Destination")),
        Some(received) if received != expected => {
            Err(Error::Destination { expected: expected.to_owned(), received: received.to_owned() })
        }
        _ => Ok(()),
    }
}

/// The issuer must be the one whose keys verified the message.
fn check_issuer(issuer: &Element, expected: &str) -> Result<(), Error> {
    let received = issuer.text()?;
    if received == expected {
        Ok(())
    } else {
        Err(Error::Issuer { expected: expected.to_owned(), received: received.to_owned() })
    }
}

/// What is answered must be the request that was made; nothing may be answered where none was.
pub(super) fn check_in_response_to(element: &Element, request: Option<&MessageId>) -> Result<(), Error> {
    let expected = request.map(MessageId::as_str);
    let received = element.attribute("InResponseTo");
    if received == expected {
        return Ok(());
    }
    Err(Error::InResponseTo { expected: expected.map(str::to_owned), received: received.map(str::to_owned) })
}

/// Only version 2.0 is spoken.
pub(super) fn version(element: &Element) -> Result<(), Error> {
    match element.need_attribute("Version")? {
        "2.0" => Ok(()),
        other => Err(Error::Version { received: other.to_owned() }),
    }
}
