//! User provisionings: RAM users that accounts keep for users and groups, and how those enter the console.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::base::{AccountId, Page, UserProvisioningId};
use crate::domain::{
    DeletionStrategy, DuplicationStrategy, Target, UserProvisioning, UserProvisioningChanges,
    UserProvisioningConfiguration, UserProvisioningFilter, UserProvisioningTerms,
};
use crate::service::authorisation::Resource;
use crate::service::target::{References, names};
use crate::service::{Error, Listing, Operator, directory, user_provisioning};

use super::invocation::{Invocation, Outcome, nothing};
use super::paging::Paging;
use super::target;

const PAGE: u32 = 100;
/// So many accounts are provided for by one call.
const ACCOUNTS: usize = 100;
const FILTERS: &[&str] = &["PrincipalId", "PrincipalType", "TargetId", "TargetType"];
const TARGET_TYPES: &[&str] = &["RD-Account"];
const DUPLICATION_STRATEGIES: &[&str] = &["KeepBoth", "TakeOver"];
const DELETION_STRATEGIES: &[&str] = &["Delete", "Keep"];

/// `CreateUserProvisioning`.
pub(super) fn create(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let account = target::account(call)?;
    let (assignee, terms) = (target::principal(call)?, terms(call)?);
    let operator = call.authorise(&Resource::directory(&directory))?;
    let made = user_provisioning::create(call.ctx, &operator, &[account], &assignee, &terms)?;
    Ok(json!({ "UserProvisioning": answers(call, &operator, &made)?.pop() }))
}

/// `CreateUserProvisionings`, ours: the same for one assignee in many accounts, in all of them or in none.
pub(super) fn create_many(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let accounts = accounts(call)?;
    let (assignee, terms) = (target::principal(call)?, terms(call)?);
    let operator = call.authorise(&Resource::directory(&directory))?;
    let made = user_provisioning::create(call.ctx, &operator, &accounts, &assignee, &terms)?;
    Ok(json!({ "UserProvisionings": answers(call, &operator, &made)? }))
}

/// `GetUserProvisioning`.
pub(super) fn get(call: &Invocation<'_>) -> Outcome {
    let id = call.user_provisioning_id()?;
    let operator = call.authorise(&Resource::user_provisioning(&call.directory_id()?, &id))?;
    let found = user_provisioning::load(call.ctx, &operator, &id)?;
    Ok(json!({ "UserProvisioning": answers(call, &operator, &[found])?.pop() }))
}

/// `UpdateUserProvisioning`.
pub(super) fn update(call: &Invocation<'_>) -> Outcome {
    let id = call.user_provisioning_id()?;
    let changes = UserProvisioningChanges {
        description: call.text("NewDescription"),
        duplication: call.word(
            "NewDuplicationStrategy",
            DUPLICATION_STRATEGIES,
            DuplicationStrategy::parse,
        )?,
        deletion: call.word("NewDeletionStrategy", DELETION_STRATEGIES, DeletionStrategy::parse)?,
    };
    let operator = call.authorise(&Resource::user_provisioning(&call.directory_id()?, &id))?;
    let changed = user_provisioning::update(call.ctx, &operator, &id, changes)?;
    Ok(json!({ "UserProvisioning": answers(call, &operator, &[changed])?.pop() }))
}

/// `DeleteUserProvisioning`; a strategy that is named counts for this call instead of its own.
pub(super) fn delete(call: &Invocation<'_>) -> Outcome {
    let id = call.user_provisioning_id()?;
    let strategy = call.word("DeletionStrategy", DELETION_STRATEGIES, DeletionStrategy::parse)?;
    let operator = call.authorise(&Resource::user_provisioning(&call.directory_id()?, &id))?;
    user_provisioning::delete(call.ctx, &operator, &id, strategy)?;
    nothing()
}

/// `ListUserProvisionings`, the oldest first.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let account_id = target::optional_account(call)?;
    let (assignee_kind, assignee) = target::optional_principal(call)?;
    let filter = UserProvisioningFilter { account_id, assignee, assignee_kind };
    let paging = Paging::read(call, PAGE, FILTERS)?;
    let after = paging.after(UserProvisioningId::parse)?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let (found, total) =
        user_provisioning::list(call.ctx, &operator, &filter, after.as_ref(), paging.rows())?;
    let Page { items, next } = Page::cut(found, paging.request.limit, |one| one.id.to_string());
    let items = answers(call, &operator, &items)?;
    paging.answer(&Listing { page: Page { items, next }, total }, "UserProvisionings", Value::clone)
}

/// `GetUserProvisioningConfiguration`.
pub(super) fn get_configuration(call: &Invocation<'_>) -> Outcome {
    let operator = call.authorise(&Resource::directory(&call.directory_id()?))?;
    configuration_answer(call, &user_provisioning::configuration(call.ctx, &operator)?)
}

/// `UpdateUserProvisioningConfiguration`.
pub(super) fn update_configuration(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    // Whether the number is in range is the domain's to say.
    let hours = call.parameters.integer("NewSessionDuration", 0..=i64::from(u32::MAX))?;
    let hours = hours.and_then(|hours| u32::try_from(hours).ok());
    let page = call.text("NewDefaultLandingPage");
    let operator = call.authorise(&Resource::directory(&directory))?;
    configuration_answer(call, &user_provisioning::update_configuration(call.ctx, &operator, hours, page)?)
}

fn terms(call: &Invocation<'_>) -> Result<UserProvisioningTerms, Error> {
    Ok(UserProvisioningTerms {
        description: call.text("Description").unwrap_or_default(),
        duplication: duplication_strategy(call)?,
        deletion: call.required_word("DeletionStrategy", DELETION_STRATEGIES, DeletionStrategy::parse)?,
    })
}

/// `DuplicationStrategy`, which must be there.
pub(super) fn duplication_strategy(call: &Invocation<'_>) -> Result<DuplicationStrategy, Error> {
    call.required_word("DuplicationStrategy", DUPLICATION_STRATEGIES, DuplicationStrategy::parse)
}

/// `TargetIds`, each once. Accounts are the only kind, so that `TargetType` may be left out.
fn accounts(call: &Invocation<'_>) -> Result<Vec<AccountId>, Error> {
    call.parameters.choice("TargetType", TARGET_TYPES)?;
    let ids = call.parameters.strings("TargetIds")?;
    if ids.is_empty() {
        call.parameters.required("TargetIds")?;
    }
    let refusal = |expected: String| call.parameters.invalid("TargetIds", expected);
    if ids.is_empty() || ids.len() > ACCOUNTS {
        return Err(refusal(format!("the ids of 1 to {ACCOUNTS} accounts")).into());
    }
    let mut seen = BTreeSet::new();
    for id in &ids {
        let account = AccountId::parse(id);
        let account = account.ok_or_else(|| refusal("ids of accounts, each 1 to 20 digits".to_owned()))?;
        if !seen.insert(account) {
            return Err(refusal(format!("the ids of accounts, each once; {id} is there twice")).into());
        }
    }
    Ok(seen.into_iter().collect())
}

fn answers(
    call: &Invocation<'_>,
    operator: &Operator,
    provisionings: &[UserProvisioning],
) -> Result<Vec<Value>, Error> {
    let directory = call.directory_id()?;
    let owner = owner(call, operator)?;
    let targets: Vec<Target> =
        provisionings.iter().map(|one| Target::Account(one.account_id.clone())).collect();
    let references = References {
        assignees: provisionings.iter().map(|one| &one.assignee).collect(),
        targets: targets.iter().collect(),
        ..References::default()
    };
    let names = names(call.ctx, operator, &references)?;
    let answer = |(one, target): (&UserProvisioning, &Target)| {
        let mut members = target::account_answer(&names, target, &one.assignee);
        let mut set = |name: &str, value: &str| members.insert(name.to_owned(), value.into());
        set("UserProvisioningId", one.id.as_str());
        set("DirectoryId", directory.as_str());
        set("OwnerPk", &owner);
        set("Description", &one.terms.description);
        set("DuplicationStrategy", one.terms.duplication.as_str());
        set("DeletionStrategy", one.terms.deletion.as_str());
        set("Status", one.status.as_str());
        set("CreateTime", &one.created_at.rfc3339());
        set("UpdateTime", &one.updated_at.rfc3339());
        Value::Object(members)
    };
    Ok(provisionings.iter().zip(&targets).map(answer).collect())
}

/// `OwnerPk`: the account that the directory belongs to.
pub(super) fn owner(call: &Invocation<'_>, operator: &Operator) -> Result<String, Error> {
    let owner = directory::service_state(call.ctx, operator)?.owner;
    Ok(owner.as_ref().map(ToString::to_string).unwrap_or_default())
}

fn configuration_answer(call: &Invocation<'_>, configuration: &UserProvisioningConfiguration) -> Outcome {
    Ok(json!({ "UserProvisioningConfiguration": {
        "DirectoryId": call.directory_id()?,
        "SessionDuration": configuration.session_hours,
        "DefaultLandingPage": configuration.landing_page,
        "CreateTime": configuration.created_at.rfc3339(),
        "UpdateTime": configuration.updated_at.rfc3339(),
    }}))
}
