//! Access assignments.

use serde_json::{Value, json};

use crate::base::{AccessConfigurationId, Page};
use crate::domain::{Assignee, Assignment, AssignmentFilter, AssignmentKey, DeprovisionStrategy, Target};
use crate::service::authorisation::Resource;
use crate::service::target::{References, names};
use crate::service::{Listing, access_assignment};

use super::invocation::{Invocation, Outcome};
use super::paging::Paging;
use super::{target, task};

const PAGE: u32 = 20;
const STRATEGIES: &[&str] = &["None", "DeprovisionForLastAccessAssignmentOnAccount"];
const FILTERS: &[&str] = &["AccessConfigurationId", "PrincipalId", "PrincipalType", "TargetId", "TargetType"];

/// `CreateAccessAssignment`.
pub(super) fn create(call: &Invocation<'_>) -> Outcome {
    let key = key(call)?;
    let resource = Resource::access_configuration(&call.directory_id()?, &key.access_configuration_id);
    let operator = call.authorise(&resource)?;
    let task = access_assignment::create(call.ctx, &operator, &key)?;
    Ok(json!({ "Task": task::begun(call, &operator, &[task])?.pop() }))
}

/// `DeleteAccessAssignment`.
pub(super) fn delete(call: &Invocation<'_>) -> Outcome {
    let key = key(call)?;
    let strategy = call.word("DeprovisionStrategy", STRATEGIES, DeprovisionStrategy::parse)?;
    let resource = Resource::access_configuration(&call.directory_id()?, &key.access_configuration_id);
    let operator = call.authorise(&resource)?;
    let task = access_assignment::delete(call.ctx, &operator, &key, strategy.unwrap_or_default())?;
    Ok(json!({ "Task": task::begun(call, &operator, &[task])?.pop() }))
}

/// `ListAccessAssignments`.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let (target_kind, target) = target::optional_target(call)?;
    let (assignee_kind, assignee) = target::optional_principal(call)?;
    let access_configuration_id = target::optional_configuration(call)?;
    let filter = AssignmentFilter { access_configuration_id, target, target_kind, assignee, assignee_kind };
    let paging = Paging::read(call, PAGE, FILTERS)?;
    let after = paging.after(read_position)?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let (found, total) =
        access_assignment::list(call.ctx, &operator, &filter, after.as_ref(), paging.rows())?;
    let page = Page::cut(found, paging.request.limit, |found| position(&found.key));
    let references = References {
        configurations: page.items.iter().map(|found| &found.key.access_configuration_id).collect(),
        assignees: page.items.iter().map(|found| &found.key.assignee).collect(),
        targets: page.items.iter().map(|found| &found.key.target).collect(),
    };
    let names = names(call.ctx, &operator, &references)?;
    paging.answer(&Listing { page, total }, "AccessAssignments", |found: &Assignment| {
        let key = &found.key;
        let configuration = Some(&key.access_configuration_id);
        let mut members = target::answer(&names, configuration, &key.target, Some(&key.assignee));
        members.insert("CreateTime".to_owned(), found.created_at.rfc3339().into());
        Value::Object(members)
    })
}

fn key(call: &Invocation<'_>) -> Result<AssignmentKey, crate::service::Error> {
    Ok(AssignmentKey {
        access_configuration_id: call.access_configuration_id()?,
        target: target::target(call)?,
        assignee: target::principal(call)?,
    })
}

/// Where an assignment stands in a list.
fn position(key: &AssignmentKey) -> String {
    format!("{}/{}/{}", key.access_configuration_id, key.target, key.assignee)
}

fn read_position(text: &str) -> Option<AssignmentKey> {
    let (configuration, rest) = text.split_once('/')?;
    let (target, assignee) = rest.split_once('/')?;
    Some(AssignmentKey {
        access_configuration_id: AccessConfigurationId::parse(configuration)?,
        target: Target::parse(target)?,
        assignee: Assignee::parse(assignee)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_read_as_it_was_written() {
        let text = "ac-1/fd-abc/g-2";
        assert_eq!(read_position(text).map(|key| position(&key)).as_deref(), Some(text));
        assert_eq!(read_position("ac-1/fd-abc"), None);
    }
}
