//! Sessions in the accounts' consoles that were opened from here: seen, and ended before their time. The
//! vendor's API has none of this; these actions are ours.

use serde_json::{Map, Value, json};

use crate::base::{ConsoleSessionId, Page, Timestamp, UserId};
use crate::domain::{
    self, Assignee, ConsoleIdentity, ConsoleSession, ConsoleSessionFilter, EndReason, Kind, Target,
};
use crate::service::authorisation::Resource;
use crate::service::target::{Names, References, names};
use crate::service::{Error, Listing, console_session};

use super::invocation::{Invocation, Outcome, nothing};
use super::paging::Paging;

const PAGE: u32 = 100;
const FILTERS: &[&str] = &["AccountId", "IncludeEnded", "UserId"];

/// `ListConsoleSessions`, the latest first; those that are over too, where `IncludeEnded` says so.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let with_ended = call.flag("IncludeEnded")?;
    let now = call.ctx.now();
    let filter = ConsoleSessionFilter { alive_at: (!with_ended).then_some(now), ..some_of(call)? };
    let paging = Paging::read(call, PAGE, FILTERS)?;
    let after = paging.after(ConsoleSessionId::parse)?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let (found, total) = console_session::list(call.ctx, &operator, &filter, after.as_ref(), paging.rows())?;
    let page = Page::cut(found, paging.request.limit, |one| one.id.to_string());
    let persons: Vec<Assignee> = page.items.iter().map(|one| Assignee::User(one.user_id.clone())).collect();
    let targets: Vec<Target> = page.items.iter().map(|one| Target::Account(one.account_id.clone())).collect();
    let references = References {
        assignees: persons.iter().collect(),
        targets: targets.iter().collect(),
        ..References::default()
    };
    let names = names(call.ctx, &operator, &references)?;
    paging.answer(&Listing { page, total }, "ConsoleSessions", |session| {
        let mut members = about(&names, session);
        if with_ended {
            members.append(&mut end_of(session, now));
        }
        Value::Object(members)
    })
}

/// `EndConsoleSession`.
pub(super) fn end(call: &Invocation<'_>) -> Outcome {
    let id = call.id("ConsoleSessionId", ConsoleSessionId::PREFIX, ConsoleSessionId::parse)?;
    let operator = call.authorise(&Resource::console_session(&call.directory_id()?, &id))?;
    console_session::end(call.ctx, &operator, &id)?;
    nothing()
}

/// `EndConsoleSessions`: every living one of a user, in an account, or of a user in an account.
pub(super) fn end_all(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let filter = some_of(call)?;
    if filter.user_id.is_none() && filter.account_id.is_none() {
        let message = "UserId, AccountId or both must be given: whose sessions to end, or where";
        return Err(domain::Error::new(Kind::Invalid, "MissingUserId", message).into());
    }
    let operator = call.authorise(&Resource::directory(&directory))?;
    Ok(json!({ "EndedCount": console_session::end_all(call.ctx, &operator, &filter)? }))
}

/// `UserId` and `AccountId`, as far as they are there.
fn some_of(call: &Invocation<'_>) -> Result<ConsoleSessionFilter, Error> {
    let user_id = call.is_given("UserId").then(|| call.id("UserId", UserId::PREFIX, UserId::parse));
    let account_id = call.is_given("AccountId").then(|| call.account_id());
    Ok(ConsoleSessionFilter {
        user_id: user_id.transpose()?,
        account_id: account_id.transpose()?,
        ..ConsoleSessionFilter::default()
    })
}

fn about(names: &Names, session: &ConsoleSession) -> Map<String, Value> {
    let identity_type = match &session.identity {
        ConsoleIdentity::Role(_) => "Role",
        ConsoleIdentity::RamUser => "RamUser",
    };
    let account = names.target(&Target::Account(session.account_id.clone()));
    let members = [
        ("ConsoleSessionId", session.id.to_string()),
        ("UserId", session.user_id.to_string()),
        ("UserName", names.assignee(&Assignee::User(session.user_id.clone())).to_owned()),
        ("AccountId", session.account_id.to_string()),
        ("AccountName", account.name),
        ("IdentityType", identity_type.to_owned()),
        ("IdentityName", session.identity_name.clone()),
        ("StartTime", session.started_at.rfc3339()),
        ("ExpireTime", session.expires_at.rfc3339()),
        ("SourceAddress", session.source_address.clone()),
        ("UserAgent", session.user_agent.clone()),
        ("AuthenticationMethod", session.method.as_str().to_owned()),
    ];
    members.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect()
}

/// How a session stands: whether it is over, when and why it was ended, and whether the cloud knows.
fn end_of(session: &ConsoleSession, now: Timestamp) -> Map<String, Value> {
    let mut members = Map::new();
    let mut set = |name: &str, value: &str| members.insert(name.to_owned(), value.into());
    match session.ended {
        Some((moment, reason)) => {
            set("Status", "Ended");
            set("EndTime", &moment.rfc3339());
            set("EndReason", EndReason::as_str(reason));
            set("Note", &note(session));
        }
        None if session.is_alive(now) => drop(set("Status", "Active")),
        None => drop(set("Status", "Expired")),
    }
    members
}

/// What the cloud did about a session that was ended here.
fn note(session: &ConsoleSession) -> String {
    match (session.is_logout_due, session.logout_error.as_str()) {
        (true, "") => "the cloud is being told".to_owned(),
        (true, error) => {
            format!(
                "the cloud could not be told in {} attempts, and there will be more: {error}",
                session.logout_attempts
            )
        }
        (false, "") => "the cloud ended it".to_owned(),
        // A failure that is final, or what the cloud does instead of ending a session.
        (false, said) => said.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::AccountId;
    use crate::domain::AuthenticationMethod;

    fn ended(is_logout_due: bool, logout_attempts: i64, logout_error: &str) -> ConsoleSession {
        let started_at = Timestamp::from_seconds(1_795_348_800);
        ConsoleSession {
            id: ConsoleSessionId::parse("cs-1").unwrap(),
            user_id: UserId::parse("u-1").unwrap(),
            account_id: AccountId::parse("1").unwrap(),
            identity: ConsoleIdentity::RamUser,
            identity_name: "alice@1.onaliyun.com".to_owned(),
            name_id: "alice@1.onaliyun.com".to_owned(),
            method: AuthenticationMethod::PasswordAndTotp,
            source_address: "192.0.2.9".to_owned(),
            user_agent: String::new(),
            started_at,
            expires_at: Timestamp::from_seconds(1_795_352_400),
            ended: Some((started_at, EndReason::AccessRemoved)),
            is_logout_due,
            logout_attempts,
            logout_error: logout_error.to_owned(),
        }
    }

    #[test]
    fn a_session_that_was_ended_says_what_the_cloud_did_about_it() {
        let noted = |session: &ConsoleSession| end_of(session, session.started_at)["Note"].clone();
        assert_eq!(noted(&ended(true, 0, "")), "the cloud is being told");
        let failing = noted(&ended(true, 3, "no answer"));
        assert_eq!(failing, "the cloud could not be told in 3 attempts, and there will be more: no answer");
        assert_eq!(noted(&ended(false, 1, "")), "the cloud ended it");
        assert_eq!(noted(&ended(false, 0, "the role denies")), "the role denies");
        let members = end_of(&ended(false, 0, ""), Timestamp::from_seconds(0));
        assert_eq!((&members["Status"], &members["EndReason"]), (&json!("Ended"), &json!("AccessRemoved")));
    }
}
