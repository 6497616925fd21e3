//! The latest messages of each application, and when each was last of use.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::base::{ApplicationId, Timestamp};
use crate::domain::{ApplicationUse, PrincipalId, SAML_EXCHANGES_KEPT, SamlExchange, SamlExchangeKind};

use super::connection::on;
use super::error::parse;
use super::{Conn, Error};

mod tables {
    diesel::table! {
        saml_exchanges (application_id, request_id, kind) {
            application_id -> Text,
            request_id -> Text,
            kind -> Text,
            at -> BigInt,
            source_address -> Text,
            principal_id -> Nullable<Text>,
            message_id -> Text,
            reason -> Text,
            message -> Text,
            is_redirect -> Bool,
            answer -> Nullable<Text>,
        }
    }
    diesel::table! {
        application_uses (application_id) {
            application_id -> Text,
            used_at -> Nullable<BigInt>,
            refused_at -> Nullable<BigInt>,
        }
    }
}

use tables::saml_exchanges::dsl;
use tables::{application_uses, saml_exchanges};

#[derive(Queryable, Selectable)]
#[diesel(table_name = saml_exchanges)]
struct Row {
    application_id: String,
    request_id: String,
    kind: String,
    at: i64,
    source_address: String,
    principal_id: Option<String>,
    message_id: String,
    reason: String,
    message: String,
    is_redirect: bool,
    answer: Option<String>,
}

/// How senders that no application is registered for are stored.
fn key(application: Option<&ApplicationId>) -> &str {
    application.map_or("", ApplicationId::as_str)
}

/// Inserts an exchange, once.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(conn: &mut Conn, exchange: &SamlExchange) -> Result<(), Error> {
    let answer = exchange.answer.as_ref().map(serde_json::to_string).transpose();
    let answer = answer
        .map_err(|error| Error::Corrupt { column: "saml_exchanges.answer", value: error.to_string() })?;
    let row = (
        dsl::application_id.eq(key(exchange.application_id.as_ref())),
        dsl::request_id.eq(&exchange.request_id),
        dsl::kind.eq(exchange.kind.as_str()),
        dsl::at.eq(exchange.at.millis()),
        dsl::source_address.eq(&exchange.source_address),
        dsl::principal_id.eq(exchange.principal.as_ref().map(PrincipalId::as_str)),
        dsl::message_id.eq(&exchange.message_id),
        dsl::reason.eq(&exchange.reason),
        dsl::message.eq(&exchange.message),
        dsl::is_redirect.eq(exchange.is_redirect),
        dsl::answer.eq(answer),
    );
    on!(conn, diesel::insert_into(dsl::saml_exchanges).values(row).on_conflict_do_nothing().execute(conn))?;
    Ok(())
}

/// Deletes what is older than the newest [`SAML_EXCHANGES_KEPT`] of an application.
///
/// # Errors
/// [`Error`] of the database.
pub fn trim(conn: &mut Conn, application: Option<&ApplicationId>) -> Result<(), Error> {
    let kept = i64::try_from(SAML_EXCHANGES_KEPT).unwrap_or(i64::MAX);
    let theirs = || dsl::saml_exchanges.filter(dsl::application_id.eq(key(application)));
    // Ids of requests are in the order of their moments.
    let newest_beyond: Option<String> = theirs()
        .order(dsl::request_id.desc())
        .offset(kept)
        .limit(1)
        .select(dsl::request_id)
        .first(conn)
        .optional()?;
    if let Some(id) = newest_beyond {
        diesel::delete(theirs().filter(dsl::request_id.le(id))).execute(conn)?;
    }
    Ok(())
}

/// The exchanges of an application, the newest first; `None` for those of senders that none is registered for.
///
/// # Errors
/// [`Error`] of the database.
pub fn list(conn: &mut Conn, application: Option<&ApplicationId>) -> Result<Vec<SamlExchange>, Error> {
    let kept = i64::try_from(SAML_EXCHANGES_KEPT).unwrap_or(i64::MAX);
    let rows: Vec<Row> = dsl::saml_exchanges
        .filter(dsl::application_id.eq(key(application)))
        .order((dsl::request_id.desc(), dsl::kind))
        .limit(kept)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(read).collect()
}

/// The request that came with this HTTP request, if it is kept still.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_request(conn: &mut Conn, request_id: &str) -> Result<Option<SamlExchange>, Error> {
    let row: Option<Row> = dsl::saml_exchanges
        .filter(dsl::request_id.eq(request_id))
        .filter(dsl::kind.eq(SamlExchangeKind::Request.as_str()))
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    row.map(read).transpose()
}

/// Deletes what is kept of an application.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_of_application(conn: &mut Conn, application: &ApplicationId) -> Result<(), Error> {
    diesel::delete(dsl::saml_exchanges.filter(dsl::application_id.eq(application.as_str()))).execute(conn)?;
    diesel::delete(application_uses::table.find(application.as_str())).execute(conn)?;
    Ok(())
}

/// Remembers when an application was last of use, where that is later than what is known.
///
/// # Errors
/// [`Error::Reference`] when the application is gone.
pub fn update_use(conn: &mut Conn, application: &ApplicationId, uses: ApplicationUse) -> Result<(), Error> {
    let known = find_use(conn, application)?;
    let latest = ApplicationUse {
        used_at: uses.used_at.max(known.used_at),
        refused_at: uses.refused_at.max(known.refused_at),
    };
    let set = (
        application_uses::used_at.eq(latest.used_at.map(Timestamp::millis)),
        application_uses::refused_at.eq(latest.refused_at.map(Timestamp::millis)),
    );
    let insert = diesel::insert_into(application_uses::table)
        .values((application_uses::application_id.eq(application.as_str()), set));
    on!(conn, insert.on_conflict(application_uses::application_id).do_update().set(set).execute(conn))?;
    Ok(())
}

/// When an application was last of use.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_use(conn: &mut Conn, application: &ApplicationId) -> Result<ApplicationUse, Error> {
    let row: Option<(Option<i64>, Option<i64>)> = application_uses::table
        .find(application.as_str())
        .select((application_uses::used_at, application_uses::refused_at))
        .first(conn)
        .optional()?;
    Ok(row.map(read_use).unwrap_or_default())
}

/// When each application was last of use; those that never were are left out.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_uses(conn: &mut Conn) -> Result<HashMap<ApplicationId, ApplicationUse>, Error> {
    let rows: Vec<(String, Option<i64>, Option<i64>)> = application_uses::table
        .select((application_uses::application_id, application_uses::used_at, application_uses::refused_at))
        .load(conn)?;
    let read = |(id, used_at, refused_at): (String, Option<i64>, Option<i64>)| {
        let id = parse("application_uses.application_id", &id, ApplicationId::parse)?;
        Ok((id, read_use((used_at, refused_at))))
    };
    rows.into_iter().map(read).collect()
}

fn read_use((used_at, refused_at): (Option<i64>, Option<i64>)) -> ApplicationUse {
    ApplicationUse {
        used_at: used_at.map(Timestamp::from_millis),
        refused_at: refused_at.map(Timestamp::from_millis),
    }
}

fn read(row: Row) -> Result<SamlExchange, Error> {
    let application_id = match row.application_id.as_str() {
        "" => None,
        id => Some(parse("saml_exchanges.application_id", id, ApplicationId::parse)?),
    };
    let principal = row.principal_id.as_deref();
    let answer = row.answer.as_deref();
    Ok(SamlExchange {
        request_id: row.request_id,
        at: Timestamp::from_millis(row.at),
        application_id,
        kind: parse("saml_exchanges.kind", &row.kind, SamlExchangeKind::parse)?,
        source_address: row.source_address,
        principal: principal
            .map(|id| parse("saml_exchanges.principal_id", id, PrincipalId::parse))
            .transpose()?,
        message_id: row.message_id,
        reason: row.reason,
        message: row.message,
        is_redirect: row.is_redirect,
        answer: answer
            .map(|text| parse("saml_exchanges.answer", text, |text| serde_json::from_str(text).ok()))
            .transpose()?,
    })
}
