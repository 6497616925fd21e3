//! What a person is named by at an application (saml-core-2.0-os §8.3, §3.4.1.1).

use crate::domain::{ApplicationSession, AttributeExpression, NameIdKind, Subject, User};
use crate::saml::{NameId, NameIdFormat, Refusal};
use crate::storage::{Conn, persistent_name};

use super::super::Error;
use super::super::context::Change;
use super::super::registry::Registered;
use super::SignOnRequest;

/// The alphabet of the names that we make up. Without capitals, no two differ by case only (IIP-IDP21).
const ALPHABET: &str = "0123456789abcdefghijklmnopqrstuv";
/// Characters of such a name: 160 bits.
const LENGTH: usize = 32;

/// What kind of name a request gets: the one that it asks for, where the application may have it.
pub(super) fn kind(registered: &Registered, request: &SignOnRequest) -> Result<NameIdKind, Refusal> {
    let application = &registered.application;
    let usual = application.settings.name_id;
    if request.sp_name_qualifier.as_ref().is_some_and(|qualifier| *qualifier != application.entity_id) {
        return Err(Refusal::InvalidNameIdPolicy);
    }
    let kind = match request.name_id_format() {
        None | Some(NameIdFormat::Unspecified) => return Ok(usual),
        // Names that tell nothing of the person may be had for the asking; others as administrators decided.
        Some(NameIdFormat::Persistent) => NameIdKind::Persistent,
        Some(NameIdFormat::Transient) => NameIdKind::Transient,
        Some(NameIdFormat::EmailAddress) if usual == NameIdKind::Email => NameIdKind::Email,
        Some(NameIdFormat::EmailAddress | NameIdFormat::Custom(_)) => {
            return Err(Refusal::InvalidNameIdPolicy);
        }
    };
    if usual == NameIdKind::None { Err(Refusal::InvalidNameIdPolicy) } else { Ok(kind) }
}

/// The format of a kind, as a URI; empty for none.
pub(super) fn format(kind: NameIdKind) -> Option<NameIdFormat> {
    match kind {
        NameIdKind::Persistent => Some(NameIdFormat::Persistent),
        NameIdKind::Transient => Some(NameIdFormat::Transient),
        NameIdKind::Email => Some(NameIdFormat::EmailAddress),
        NameIdKind::Unspecified => Some(NameIdFormat::Unspecified),
        NameIdKind::None => None,
    }
}

/// A person's name of this kind; `before` is what the same browser session has there by now. `Ok(Err(…))` says what
/// the person lacks.
pub(super) fn name(
    conn: &mut Conn,
    change: &Change,
    (registered, issuer): (&Registered, &str),
    (kind, before): (NameIdKind, Option<&ApplicationSession>),
    subject: &Subject<'_>,
) -> Result<Result<Option<NameId>, String>, Error> {
    let Some(format) = format(kind) else { return Ok(Ok(None)) };
    let application = &registered.application;
    // What administrators say of a name is said of the usual kind, not of another that was asked for.
    let usual = kind == application.settings.name_id;
    let expression = application.settings.name_id_expression.as_ref().filter(|_| usual);
    let value = match (told(kind, expression, subject), kind, before) {
        (Err(reason), ..) => return Ok(Err(reason)),
        (Ok(Some(value)), ..) => value,
        (Ok(None), NameIdKind::Transient, Some(before)) => before.name_id.clone(),
        (Ok(None), NameIdKind::Transient, None) => change.text(ALPHABET, LENGTH)?,
        (Ok(None), ..) => persistent(conn, change, &application.entity_id, subject.user)?,
    };
    Ok(Ok(Some(qualified(NameId::new(format, value), issuer, &application.entity_id))))
}

/// What a name of this kind tells of the person: what `expression` says, or else their address or user name; `None` for
/// one that is made up. The error says what the person lacks.
pub(super) fn told(
    kind: NameIdKind,
    expression: Option<&AttributeExpression>,
    subject: &Subject<'_>,
) -> Result<Option<String>, String> {
    let own = match (kind, expression) {
        (_, Some(expression)) => only(expression, subject)?,
        (NameIdKind::Persistent | NameIdKind::Transient, None) => return Ok(None),
        (NameIdKind::Email, None) => subject.user.spec.email.clone(),
        (NameIdKind::Unspecified | NameIdKind::None, None) => Some(subject.user.spec.user_name.to_string()),
    };
    own.map(Some).ok_or_else(|| format!("the user has no {kind} name for this application"))
}

/// A name with the qualifiers that ours of its format have: those that are made up say who made them and for whom.
pub(in super::super) fn qualified(name_id: NameId, issuer: &str, entity_id: &str) -> NameId {
    if *name_id.format_in_effect() != NameIdFormat::Persistent {
        return name_id;
    }
    let (name_qualifier, sp_name_qualifier) = (Some(issuer.to_owned()), Some(entity_id.to_owned()));
    NameId { name_qualifier, sp_name_qualifier, ..name_id }
}

/// What an application knows a person by for good; made when it is first needed.
pub(super) fn persistent(
    conn: &mut Conn,
    change: &Change,
    entity_id: &str,
    user: &User,
) -> Result<String, Error> {
    if let Some(name) = persistent_name::find(conn, entity_id, &user.id)? {
        return Ok(name);
    }
    let fresh = change.text(ALPHABET, LENGTH)?;
    Ok(persistent_name::find_or_insert(conn, entity_id, &user.id, &fresh, change.now)?)
}

/// The one value of an expression.
fn only(expression: &AttributeExpression, subject: &Subject<'_>) -> Result<Option<String>, String> {
    let mut values =
        expression.evaluate(subject).map_err(|error| format!("the name's expression: {error}"))?;
    match values.len() {
        0 | 1 => Ok(values.pop()),
        several => Err(format!("the name's expression has {several} values")),
    }
}
