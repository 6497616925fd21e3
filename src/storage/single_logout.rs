//! Logouts under way, and what came of each application that takes part.

use diesel::prelude::*;

use crate::base::{ApplicationId, ApplicationSessionId, SingleLogoutId, Timestamp, UserId};
use crate::domain::{LogoutAnswer, LogoutInitiator, LogoutOutcome, LogoutParticipant, SingleLogout};

use super::error::parse;
use super::schema::single_logout_participants::{self, dsl as part};
use super::schema::single_logouts::{self, dsl};
use super::{Conn, Error};

#[derive(Queryable, Selectable)]
#[diesel(table_name = single_logouts)]
struct Row {
    id: String,
    user_id: String,
    application_id: Option<String>,
    request_id: Option<String>,
    relay_state: String,
    answer_by: Option<String>,
    expires_at: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = single_logout_participants)]
struct PartRow {
    application_session_id: String,
    application_id: String,
    name_id_format: String,
    name_id: String,
    outcome: String,
    message_id: Option<String>,
}

/// The logout with this id.
///
/// # Errors
/// [`Error`] of the database.
pub fn find(conn: &mut Conn, id: &SingleLogoutId) -> Result<Option<SingleLogout>, Error> {
    let row: Option<Row> =
        dsl::single_logouts.find(id.as_str()).select(Row::as_select()).first(conn).optional()?;
    row.map(read).transpose()
}

/// Those who take part, in the order that they were signed in to.
///
/// # Errors
/// [`Error`] of the database.
pub fn list_participants(conn: &mut Conn, logout: &SingleLogout) -> Result<Vec<LogoutParticipant>, Error> {
    let rows: Vec<PartRow> = part::single_logout_participants
        .filter(part::single_logout_id.eq(logout.id.as_str()))
        .order(part::application_session_id)
        .select(PartRow::as_select())
        .load(conn)?;
    rows.into_iter().map(read_participant).collect()
}

/// The logout and the participant that was sent the message with this ID.
///
/// # Errors
/// [`Error`] of the database.
pub fn find_by_message(
    conn: &mut Conn,
    message_id: &str,
) -> Result<Option<(SingleLogout, LogoutParticipant)>, Error> {
    let row: Option<(Row, PartRow)> = dsl::single_logouts
        .inner_join(part::single_logout_participants)
        .filter(part::message_id.eq(message_id))
        .select((Row::as_select(), PartRow::as_select()))
        .first(conn)
        .optional()?;
    row.map(|(row, participant)| Ok((read(row)?, read_participant(participant)?))).transpose()
}

/// Inserts a logout with those who take part.
///
/// # Errors
/// [`Error`] of the database.
pub fn insert(
    conn: &mut Conn,
    logout: &SingleLogout,
    participants: &[LogoutParticipant],
) -> Result<(), Error> {
    let initiator = logout.initiator.as_ref();
    diesel::insert_into(dsl::single_logouts)
        .values((
            dsl::id.eq(logout.id.as_str()),
            dsl::user_id.eq(logout.user_id.as_str()),
            dsl::application_id.eq(initiator.map(|initiator| initiator.application_id.as_str())),
            dsl::request_id.eq(initiator.map(|initiator| initiator.request_id.as_str())),
            dsl::relay_state.eq(initiator.map_or("", |initiator| &initiator.relay_state)),
            dsl::answer_by.eq(initiator.and_then(|initiator| initiator.answer_by).map(LogoutAnswer::as_str)),
            dsl::expires_at.eq(logout.expires_at.millis()),
        ))
        .execute(conn)?;
    for participant in participants {
        diesel::insert_into(part::single_logout_participants)
            .values((
                part::single_logout_id.eq(logout.id.as_str()),
                part::application_session_id.eq(participant.session_id.as_str()),
                part::application_id.eq(participant.application_id.as_str()),
                part::name_id_format.eq(&participant.name_id_format),
                part::name_id.eq(&participant.name_id),
                part::outcome.eq(participant.outcome.as_str()),
                part::message_id.eq(participant.message_id.as_deref()),
            ))
            .execute(conn)?;
    }
    Ok(())
}

/// Takes a participant from one outcome to another; false where it is not at the first any more.
///
/// # Errors
/// [`Error`] of the database.
pub fn turn(
    conn: &mut Conn,
    logout: &SingleLogoutId,
    session: &ApplicationSessionId,
    (from, to): (LogoutOutcome, LogoutOutcome),
    message_id: Option<&str>,
) -> Result<bool, Error> {
    let there = part::single_logout_participants
        .find((logout.as_str(), session.as_str()))
        .filter(part::outcome.eq(from.as_str()));
    let turned = diesel::update(there)
        .set((part::outcome.eq(to.as_str()), part::message_id.eq(message_id)))
        .execute(conn)?;
    Ok(turned == 1)
}

/// Forgets those that are over.
///
/// # Errors
/// [`Error`] of the database.
pub fn delete_expired(conn: &mut Conn, now: Timestamp) -> Result<(), Error> {
    let over = || dsl::single_logouts.filter(dsl::expires_at.le(now.millis()));
    let of_over =
        part::single_logout_participants.filter(part::single_logout_id.eq_any(over().select(dsl::id)));
    diesel::delete(of_over).execute(conn)?;
    diesel::delete(over()).execute(conn)?;
    Ok(())
}

fn read(row: Row) -> Result<SingleLogout, Error> {
    let answer_by = row.answer_by.as_deref();
    let answer_by =
        answer_by.map(|text| parse("single_logouts.answer_by", text, LogoutAnswer::parse)).transpose()?;
    let initiator = match (row.application_id, row.request_id) {
        (Some(id), Some(request_id)) => Some(LogoutInitiator {
            application_id: parse("single_logouts.application_id", &id, ApplicationId::parse)?,
            request_id,
            relay_state: row.relay_state,
            answer_by,
        }),
        _ => None,
    };
    Ok(SingleLogout {
        id: parse("single_logouts.id", &row.id, SingleLogoutId::parse)?,
        user_id: parse("single_logouts.user_id", &row.user_id, UserId::parse)?,
        initiator,
        expires_at: Timestamp::from_millis(row.expires_at),
    })
}

fn read_participant(row: PartRow) -> Result<LogoutParticipant, Error> {
    let column = "single_logout_participants.application_session_id";
    Ok(LogoutParticipant {
        session_id: parse(column, &row.application_session_id, ApplicationSessionId::parse)?,
        application_id: parse(
            "single_logout_participants.application_id",
            &row.application_id,
            ApplicationId::parse,
        )?,
        name_id_format: row.name_id_format,
        name_id: row.name_id,
        outcome: parse("single_logout_participants.outcome", &row.outcome, LogoutOutcome::parse)?,
        message_id: row.message_id,
    })
}
