//! RAM users that accounts keep for persons: who is called how there, and what was taken over. The vendor's
//! API does not tell; this action is ours.

use serde_json::{Value, json};

use crate::base::{Page, UserId};
use crate::domain::{Assignee, ProvisionedUser, TakenOver};
use crate::service::authorisation::Resource;
use crate::service::target::{Names, References, names};
use crate::service::{Listing, user_provisioning};

use super::invocation::{Invocation, Outcome};
use super::paging::Paging;

const PAGE: u32 = 100;
const TARGET_TYPES: &[&str] = &["RD-Account"];

/// `ListProvisionedUsers`: the RAM users of an account, by person. Accounts are the only kind, so that
/// `TargetType` may be left out.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    call.parameters.choice("TargetType", TARGET_TYPES)?;
    let account = call.account("TargetId")?;
    let paging = Paging::read(call, PAGE, &["TargetId"])?;
    let after = paging.after(UserId::parse)?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let (found, total) =
        user_provisioning::list_ram_users(call.ctx, &operator, &account, after.as_ref(), paging.rows())?;
    let page = Page::cut(found, paging.request.limit, |one| one.user_id.to_string());
    let persons: Vec<Assignee> = page.items.iter().map(|one| Assignee::User(one.user_id.clone())).collect();
    let references = References { assignees: persons.iter().collect(), ..References::default() };
    let names = names(call.ctx, &operator, &references)?;
    paging.answer(&Listing { page, total }, "ProvisionedUsers", |one| answer(&names, one))
}

fn answer(names: &Names, one: &ProvisionedUser) -> Value {
    let mut answer = json!({
        "UserId": one.user_id,
        "UserName": names.assignee(&Assignee::User(one.user_id.clone())),
        "RamUserName": one.ram_user_name,
        "UserPrincipalName": one.principal_name,
        "Status": one.status.as_str(),
        "HasPermissions": one.has_permissions,
        "CreateTime": one.created_at.rfc3339(),
        "UpdateTime": one.updated_at.rfc3339(),
    });
    if let Some(members) = answer.as_object_mut() {
        if let Some(looked) = one.looked_at {
            members.insert("PermissionsLookTime".to_owned(), looked.rfc3339().into());
        }
        if let Some(taken) = &one.taken_over {
            members.insert("TakenOver".to_owned(), closed(taken));
        }
    }
    answer
}

/// What the RAM user had before. An access key's id is no secret.
fn closed(taken: &TakenOver) -> Value {
    json!({
        "DisplayName": taken.display_name,
        "LoginProfileDeleted": taken.login_profile,
        "AccessKeysSetInactive": taken.access_keys,
    })
}
