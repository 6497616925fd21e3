//! Events of user provisionings: what is still to be done for a person, or failed; and how many failed.

use serde_json::{Value, json};

use crate::base::{Page, UserProvisioningEventId, UserProvisioningId};
use crate::domain::{Assignee, Target, UserProvisioningEvent, UserProvisioningStatistics};
use crate::service::authorisation::Resource;
use crate::service::target::{References, names};
use crate::service::{Error, Listing, Operator, user_provisioning as provisionings};

use super::invocation::{Invocation, Outcome, nothing};
use super::paging::Paging;
use super::{target, user_provisioning};

const PAGE: u32 = 100;
/// The one type of what statistics are about.
const TYPE: &str = "User Provisioning";

/// `GetUserProvisioningEvent`.
pub(super) fn get(call: &Invocation<'_>) -> Outcome {
    let id = event_id(call)?;
    let operator = call.authorise(&Resource::user_provisioning_event(&call.directory_id()?, &id))?;
    let found = provisionings::load_event(call.ctx, &operator, &id)?;
    Ok(json!({ "UserProvisioningEvent": answers(call, &operator, &[found])?.pop() }))
}

/// `ListUserProvisioningEvents`, the oldest first; of every provisioning where none is named.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let of = call.is_given("UserProvisioningId").then(|| call.user_provisioning_id()).transpose()?;
    let paging = Paging::read(call, PAGE, &["UserProvisioningId"])?;
    let after = paging.after(UserProvisioningEventId::parse)?;
    let resource = |id: &UserProvisioningId| Resource::user_provisioning(&directory, id);
    let operator = call.authorise(&of.as_ref().map_or_else(|| Resource::directory(&directory), resource))?;
    let (found, total) =
        provisionings::list_events(call.ctx, &operator, of.as_ref(), after.as_ref(), paging.rows())?;
    let Page { items, next } = Page::cut(found, paging.request.limit, |one| one.id.to_string());
    let items = answers(call, &operator, &items)?;
    paging.answer(&Listing { page: Page { items, next }, total }, "UserProvisioningEvents", Value::clone)
}

/// `RetryUserProvisioningEvent`. The strategy must be said: a name that is taken is settled here.
pub(super) fn retry(call: &Invocation<'_>) -> Outcome {
    let id = event_id(call)?;
    let strategy = user_provisioning::duplication_strategy(call)?;
    let operator = call.authorise(&Resource::user_provisioning_event(&call.directory_id()?, &id))?;
    provisionings::retry_event(call.ctx, &operator, &id, strategy)?;
    nothing()
}

/// `DeleteUserProvisioningEvent`.
pub(super) fn delete(call: &Invocation<'_>) -> Outcome {
    let (id, provisioning) = (event_id(call)?, call.user_provisioning_id()?);
    let operator = call.authorise(&Resource::user_provisioning(&call.directory_id()?, &provisioning))?;
    provisionings::delete_event(call.ctx, &operator, &provisioning, &id)?;
    nothing()
}

/// `GetUserProvisioningStatistics`.
pub(super) fn get_statistics(call: &Invocation<'_>) -> Outcome {
    let id = call.user_provisioning_id()?;
    let operator = call.authorise(&Resource::user_provisioning(&call.directory_id()?, &id))?;
    let statistics = provisionings::statistics(call.ctx, &operator, &id)?;
    statistics_answer(call, &operator, id.as_str(), &statistics)
}

/// `GetUserProvisioningRdAccountStatistics`.
pub(super) fn get_account_statistics(call: &Invocation<'_>) -> Outcome {
    let account = call.account("RdMemberId")?;
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    let statistics = provisionings::account_statistics(call.ctx, &operator, &account)?;
    statistics_answer(call, &operator, account.as_str(), &statistics)
}

fn event_id(call: &Invocation<'_>) -> Result<UserProvisioningEventId, Error> {
    call.id("EventId", UserProvisioningEventId::PREFIX, UserProvisioningEventId::parse)
}

fn answers(
    call: &Invocation<'_>,
    operator: &Operator,
    events: &[UserProvisioningEvent],
) -> Result<Vec<Value>, Error> {
    let directory = call.directory_id()?;
    // An event is always about one person, though their group may have been provisioned.
    let persons: Vec<Assignee> = events.iter().map(|event| Assignee::User(event.user_id.clone())).collect();
    let targets: Vec<Target> = events.iter().map(|event| Target::Account(event.account_id.clone())).collect();
    let references = References {
        assignees: persons.iter().collect(),
        targets: targets.iter().collect(),
        ..References::default()
    };
    let names = names(call.ctx, operator, &references)?;
    let answer = |((event, person), target): ((&UserProvisioningEvent, &Assignee), &Target)| {
        let mut members = target::account_answer(&names, target, person);
        members.insert("ErrorCount".to_owned(), event.error_count.into());
        let mut set = |name: &str, value: &str| members.insert(name.to_owned(), value.into());
        set("EventId", event.id.as_str());
        set("UserProvisioningId", event.user_provisioning_id.as_str());
        set("DirectoryId", directory.as_str());
        set("SourceType", event.source.as_str());
        set("DuplicationStrategy", event.duplication.as_str());
        set("DeletionStrategy", event.deletion.as_str());
        set("ErrorInfo", &event.error);
        if let Some(tried) = event.tried_at {
            set("LatestAsyncTime", &tried.rfc3339());
        }
        set("CreateTime", &event.created_at.rfc3339());
        set("UpdateTime", &event.updated_at.rfc3339());
        Value::Object(members)
    };
    Ok(events.iter().zip(&persons).zip(&targets).map(answer).collect())
}

fn statistics_answer(
    call: &Invocation<'_>,
    operator: &Operator,
    entity: &str,
    statistics: &UserProvisioningStatistics,
) -> Outcome {
    let mut answer = json!({
        "DirectoryId": call.directory_id()?,
        "EntityId": entity,
        "FailedEventCount": statistics.failed_events,
        "OwnerPk": user_provisioning::owner(call, operator)?,
        "Type": TYPE,
    });
    if let (Some(tried), Some(members)) = (statistics.tried_at, answer.as_object_mut()) {
        members.insert("LatestAsyncTime".to_owned(), tried.rfc3339().into());
    }
    Ok(json!({ "UserProvisioningStatistics": answer }))
}
