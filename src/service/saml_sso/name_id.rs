//! What a person is named by at an application (saml-core-2.0-os §8.3, §3.4.1.1).

use crate::domain::{ApplicationSession, AttributeExpression, NameIdKind, Subject, User};
use crate::saml::{NameId, NameIdFormat, Refusal};
use crate::storage::{Conn, persistent_name};

use super::super::Error;
use super::super::application::Registered;
use super::super::context::Change;
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
    kind: NameIdKind,
    user: &User,
    before: Option<&ApplicationSession>,
    subject: &Subject<'_>,
) -> Result<Result<Option<NameId>, String>, Error> {
    let entity_id = &registered.application.entity_id;
    let expression = registered.application.settings.name_id_expression.as_ref();
    let Some(format) = format(kind) else { return Ok(Ok(None)) };
    let value = match kind {
        NameIdKind::None => return Ok(Ok(None)),
        NameIdKind::Persistent => {
            let value = persistent(conn, change, entity_id, user)?;
            return Ok(Ok(Some(NameId {
                name_qualifier: Some(issuer.to_owned()),
                sp_name_qualifier: Some(entity_id.clone()),
                ..NameId::new(format, value)
            })));
        }
        NameIdKind::Transient => match before {
            Some(before) => before.name_id.clone(),
            None => change.text(ALPHABET, LENGTH)?,
        },
        NameIdKind::Email | NameIdKind::Unspecified => {
            let own = match kind {
                NameIdKind::Email => user.spec.email.clone(),
                _ => Some(user.spec.user_name.to_string()),
            };
            match expression.map_or(Ok(own), |expression| only(expression, subject)) {
                Ok(Some(value)) => value,
                Ok(None) => return Ok(Err(format!("the user has no {kind} name for this application"))),
                Err(reason) => return Ok(Err(reason)),
            }
        }
    };
    Ok(Ok(Some(NameId::new(format, value))))
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
