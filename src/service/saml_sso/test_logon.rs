//! The Response that somebody would get, to be looked at.
//!
//! It is made beside [`issue`](super::super::issue), which asks for an entitlement that administrators never have, and
//! is good for nothing twice over: it is signed by a key that is made for it, that nobody trusts and that is forgotten
//! at once; and its time was over a day ago. Both are checked before it is shown.

use std::sync::Arc;
use std::time::Duration;

use crate::base::{ApplicationId, Timestamp, UserId};
use crate::crypto::{Certificate, SigningKey};
use crate::domain::{
    self, Application, ApplicationSettings, AuthenticationMethod, Encryption, Kind, Status, Subject,
};
use crate::saml::inspection::{Check, Course, Pasted, Row, response_rows, stop_of_response};
use crate::saml::{
    self, AcsChoice, Assertion, Expectations, MessageId, NameId, Protection, Response, ServiceProvider,
    Signer, UnverifiedResponse,
};
use crate::storage::{application, user as users};

use super::super::issue::{LIFETIME, signed_part};
use super::super::{Context, Error, Operator, authn_context, registry};
use super::name_id;
use super::preview::{Preview, PreviewedName, UNMADE, look, with_subject};
use super::release::Release;

/// For how long it is over when it is shown: no clock is so far behind.
const OVER_FOR: Duration = Duration::from_secs(24 * 3600);

/// What would happen if somebody signed in.
#[derive(Clone, Debug)]
pub struct TestLogon {
    /// What they would be told.
    pub preview: Preview,
    /// The product's own checks, in their order.
    pub checks: Vec<Check>,
    /// The Response; `None` where there could be none.
    pub response: Option<TestResponse>,
}

/// A Response that is good for nothing.
#[derive(Clone, Debug)]
pub struct TestResponse {
    /// As it would be sent, but that it is not encrypted.
    pub xml: String,
    /// The same for people.
    pub pretty: String,
    /// The certificate of the key that it is signed by, which nobody trusts.
    pub certificate: Certificate,
    /// What the service provider would check, at the moment for which it was made.
    pub checks: Vec<Check>,
    /// Whether the real one would be encrypted.
    pub is_encrypted: bool,
}

/// Makes the Response that somebody would get if they began here, for display only. Blocks for some 0.1 s while a key
/// is made.
///
/// # Errors
/// [`Error::Refused`] when there is no such application or user; failures of the database and of making keys.
pub fn test_logon(
    ctx: &Context,
    _operator: &Operator,
    id: &ApplicationId,
    user: &UserId,
) -> Result<TestLogon, Error> {
    let (application, provider, preview, told) = ctx.store.read(|conn| {
        let application = application::find(conn, id)?;
        let application = application.ok_or_else(|| domain::Error::missing("Application", id))?;
        let user = users::find(conn, user)?.ok_or_else(|| domain::Error::missing("User", user))?;
        let settings = &application.settings;
        let provider = ServiceProvider::parse(&application.metadata)?;
        let release = Release::new(&application, settings, &provider, None);
        let (preview, told) = with_subject(conn, ctx, &release, &user, |conn, subject: &Subject<'_>| {
            let preview = look(conn, (ctx, &application, settings), &release, subject)?;
            Ok((preview, release.attributes(subject)))
        })?;
        Ok::<_, Error>((application, provider, preview, told))
    })?;
    let acs_url = provider.assertion_consumer_service(&AcsChoice::Default).map(|acs| acs.url.clone());
    let acs_url = acs_url.unwrap_or_default();
    let mut course = Course::default();
    let blocked = ctx.saml_policy.blocked_algorithms;
    let protection = registry::protection(&application.settings, &provider, blocked).map(|_recipient| ());
    let known = (provider.check_validity(ctx.now(), None), protection);
    own_checks(&mut course, &application, known, &preview);
    let attributes =
        course.take(Row::new("Attributes", "each expression gives its values", ""), Some(told.as_ref()));
    // Whoever would be refused by an assignment alone is shown what they would get with it.
    let name = match &preview.name {
        PreviewedName::Known(name) => Ok(Some(name.clone())),
        PreviewedName::Later(format) => Ok(Some(NameId::new(format.clone(), UNMADE))),
        PreviewedName::None => Ok(None),
        PreviewedName::Refused(reason) => Err(reason),
    };
    let attributes = attributes.or(told.as_ref().ok()).cloned();
    let response = match (name, attributes) {
        (Ok(name_id), Some(attributes)) => {
            let issued_at = ctx.now().minus(OVER_FOR);
            let issuer = ctx.identity_provider.entity_id_for(&application.settings);
            let assertion = Assertion {
                id: MessageId::generate(&ctx.random)?,
                name_id: name_id.map(|name| name_id::qualified(name, issuer, &application.entity_id)),
                audience: application.entity_id.clone(),
                not_before: issued_at.minus(Duration::from_secs(60)),
                not_on_or_after: issued_at.plus(LIFETIME),
                authn_instant: issued_at.minus(Duration::from_secs(60)),
                authn_context: authn_context::strongest(AuthenticationMethod::PasswordAndTotp),
                session_index: "a-test-and-no-session".to_owned(),
                session_not_on_or_after: Some(issued_at.plus(application.settings.session())),
                attributes,
            };
            Some(respond(ctx, &application, assertion, (acs_url, issued_at))?)
        }
        _ => None,
    };
    Ok(TestLogon { preview, checks: course.finish(), response })
}

/// What the product asks before it lets anybody in, in the order of a sign-on.
fn own_checks(
    course: &mut Course,
    application: &Application,
    (validity, protection): (Result<(), saml::Error>, Result<(), saml::Error>),
    preview: &Preview,
) {
    let status = |is_enabled: bool| if is_enabled { "Enabled" } else { "Disabled" };
    let holds = |is_true: bool, reason: &'static str| Some(if is_true { Ok(()) } else { Err(reason) });
    let is_enabled = application.status == Status::Enabled;
    course.take(
        Row::new("Application", "Enabled", application.status.as_str()),
        holds(is_enabled, "nobody is signed in to it"),
    );
    course.take(Row::new("Metadata", "not past its validUntil", ""), Some(validity));
    course.take(protection_row(&application.settings), Some(protection));
    course.take(
        Row::new("Person", "Enabled", status(preview.is_enabled)),
        holds(preview.is_enabled, "the user is disabled"),
    );
    course.take(
        Row::new("Assignment", "to the person or to a group of theirs", ""),
        holds(preview.is_assigned, "the application is not assigned to the user"),
    );
    let name = match &preview.name {
        PreviewedName::Refused(reason) => Err(reason.clone()),
        _ => Ok(()),
    };
    course.take(Row::new("NameID", application.settings.name_id.as_str(), ""), Some(name));
}

/// How what is sent to an application is protected, which must not be blocked.
pub(super) fn protection_row(settings: &ApplicationSettings) -> Row {
    let received =
        format!("{}, encryption: {}", settings.signature_key.as_str(), settings.encryption.as_str());
    Row::new("Protection", "signed and encrypted by nothing that is blocked", received)
}

fn respond(
    ctx: &Context,
    application: &Application,
    assertion: Assertion,
    (acs_url, issued_at): (String, Timestamp),
) -> Result<TestResponse, Error> {
    let settings = &application.settings;
    let issuer = ctx.identity_provider.entity_id_for(settings).to_owned();
    let response = Response {
        id: MessageId::generate(&ctx.random)?,
        issuer,
        acs_url,
        in_response_to: None,
        issue_instant: issued_at,
        assertion,
    };
    let key = SigningKey::generate(settings.signature_key)?;
    let certificate =
        Certificate::self_signed(&key, "TEST - trusted by nobody", issued_at, LIFETIME, &ctx.random)?;
    let signer = Signer::new(Arc::new(key), &certificate)?;
    let part = signed_part(settings.signed);
    let protection = Protection { part, signer: &signer, recipient: None };
    let xml = response.protect(&protection, &ctx.random)?.xml().to_owned();
    let expectations = Expectations {
        issuer: &response.issuer,
        audience: &application.entity_id,
        recipient: &response.acs_url,
        in_response_to: None,
        now: issued_at,
        clock_skew: ctx.saml_policy.clock_skew,
    };
    check_useless(ctx, application, &xml, (&certificate, &expectations))?;
    let pasted = Pasted::read(&xml)?;
    Ok(TestResponse {
        pretty: pasted.pretty()?,
        checks: their_checks(&pasted, &certificate, &expectations),
        certificate,
        is_encrypted: settings.encryption != Encryption::None,
        xml,
    })
}

/// What a careful service provider checks.
fn their_checks(pasted: &Pasted, certificate: &Certificate, expectations: &Expectations<'_>) -> Vec<Check> {
    let mut course = Course::default();
    let unverified = course.take(
        Row::new("Form", "one Response with one Assertion, and nothing out of place", pasted.kind().as_str()),
        Some(UnverifiedResponse::parse(pasted.xml())),
    );
    let verified = course.take(
        Row::new("Signature", "by the key of this test", pasted.claimed_signatures().join(", ")),
        unverified.map(|unverified| unverified.verify(std::slice::from_ref(certificate))),
    );
    let checked = verified.map(|verified| verified.check(expectations));
    course.step(response_rows(pasted, expectations), checked, stop_of_response);
    course.finish()
}

/// Refuses to show what might be of use to somebody: signed by a key of ours, or good now.
fn check_useless(
    ctx: &Context,
    application: &Application,
    xml: &str,
    (certificate, expectations): (&Certificate, &Expectations<'_>),
) -> Result<(), Error> {
    let ours = ctx.identity_provider.certificates_for(&application.settings);
    let is_ours = UnverifiedResponse::parse(xml)?.verify(&ours).is_ok();
    let verified = UnverifiedResponse::parse(xml)?.verify(std::slice::from_ref(certificate))?;
    let is_good_now = !matches!(
        verified.check(&Expectations { now: ctx.now(), ..*expectations }),
        Err(saml::Error::Expired { .. })
    );
    if is_ours || is_good_now {
        let message = "the test cannot be shown, since it might be used";
        return Err(domain::Error::new(Kind::Unavailable, "TestLogon.Usable", message).into());
    }
    Ok(())
}
