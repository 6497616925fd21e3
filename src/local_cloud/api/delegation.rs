//! ResourceDirectoryMaster 2022-04-19: members that act for the management account, for one trusted
//! service. Such a member may look at the whole directory.

use std::collections::BTreeMap;

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::rules;
use crate::local_cloud::store::account;
use crate::local_cloud::store::delegated_administrator::{self, DelegatedAdministratorRow};

use super::directory::{arn, directory, member, readable};
use super::invocation::{Invocation, NumberedPage, Outcome, TokenPage, date};
use super::member::changed;
use super::permission::authorise;

/// `RegisterDelegatedAdministrator`.
pub(crate) fn register(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let action = "resourcemanager:RegisterDelegatedAdministrator";
    let row = changed(call, connection, (&directory, action))?;
    let service = service(call)?;
    let every = delegated_administrator::list(connection)?;
    let limit = rules::DELEGATED_ADMINISTRATORS;
    let held = every.iter().filter(|held| held.service == service && held.account_id != row.id).count();
    if held >= usize::try_from(limit).unwrap_or(0) {
        let of = "delegated administrators of one service";
        return Err(Refusal::Limit { code: "LimitExceeded.DelegatedAdministrator", limit, of });
    }
    let new = DelegatedAdministratorRow {
        account_id: row.id,
        service: service.to_owned(),
        delegated_at: call.now.millis(),
    };
    if !delegated_administrator::insert(connection, &new)? {
        return Err(Refusal::exists(Entity::DelegatedAdministrator, new.account_id));
    }
    Ok(json!({}))
}

/// `DeregisterDelegatedAdministrator`.
pub(crate) fn deregister(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let action = "resourcemanager:DeregisterDelegatedAdministrator";
    let row = changed(call, connection, (&directory, action))?;
    if !delegated_administrator::delete(connection, &row.id, service(call)?)? {
        return Err(Refusal::missing(Entity::DelegatedAdministrator, row.id));
    }
    Ok(json!({}))
}

/// `ListDelegatedAdministrators`: of every service, or of one.
pub(crate) fn list(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let every = readable(call, connection, (&directory, "account/*"))?;
    authorise(call, connection, "resourcemanager:ListDelegatedAdministrators", &every)?;
    let page = NumberedPage::read(call.parameters)?;
    let wanted = call.parameters.optional("ServicePrincipal").filter(|service| !service.is_empty());
    let mut items = Vec::new();
    for row in delegated_administrator::list(connection)? {
        if wanted.is_some_and(|wanted| wanted != row.service) {
            continue;
        }
        let account = member(connection, &row.account_id)?;
        items.push(json!({
            "AccountId": account.id,
            "DisplayName": account.display_name,
            "JoinMethod": account.join_method,
            "ServicePrincipal": row.service,
            "DelegationEnabledTime": date(row.delegated_at),
        }));
    }
    Ok(page.answer(&items, ("Accounts", "Account"), Value::clone))
}

/// `ListDelegatedServicesForAccount`.
pub(crate) fn list_services(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let action = "resourcemanager:ListDelegatedServicesForAccount";
    let row = changed(call, connection, (&directory, action))?;
    let page = TokenPage::read(call.parameters, "MaxResults", 10)?;
    let rows = delegated_administrator::of_account(connection, &row.id)?;
    let size = page.size();
    let mut answer = page.answer(
        rows,
        "DelegatedService",
        |row| row.service.clone(),
        |row| {
            json!({
                "ServicePrincipal": row.service,
                "Status": "ENABLED",
                "DelegationEnabledTime": date(row.delegated_at),
            })
        },
    );
    if let Some(members) = answer.as_object_mut() {
        let services = members.remove("DelegatedService").unwrap_or_default();
        members.insert("DelegatedServices".to_owned(), json!({ "DelegatedService": services }));
        members.insert("MaxResults".to_owned(), size.into());
    }
    Ok(answer)
}

/// `ListTrustedServiceStatus`: for the management account CloudSSO, which is enabled from the first start
/// on, and whatever has an administrator; for such an administrator what it was registered for.
pub(crate) fn list_trusted(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let asked = call.parameters.optional("AdminAccountId").filter(|id| !id.is_empty());
    let asked = asked.unwrap_or(&directory.management_account_id);
    let is_own = asked == call.account().as_str();
    let every = if is_own {
        readable(call, connection, (&directory, "trustedService/*"))?
    } else {
        arn(&directory, "trustedService/*")
    };
    authorise(call, connection, "resourcemanager:ListTrustedServiceStatus", &every)?;
    let page = NumberedPage::read(call.parameters)?;
    let mut enabled: BTreeMap<String, i64> = BTreeMap::new();
    let mut delegated = delegated_administrator::list(connection)?;
    if asked == directory.management_account_id {
        enabled.insert(rules::CLOUDSSO_SERVICE.to_owned(), directory.created_at);
    } else {
        account::find(connection, asked)?.ok_or_else(|| Refusal::missing(Entity::Account, asked))?;
        delegated.retain(|row| row.account_id == asked);
    }
    for row in delegated {
        enabled.entry(row.service).or_insert(row.delegated_at);
    }
    let rows: Vec<(String, i64)> = enabled.into_iter().collect();
    Ok(page.answer(
        &rows,
        ("EnabledServicePrincipals", "EnabledServicePrincipal"),
        |(service, since)| json!({"ServicePrincipal": service, "EnableTime": date(*since)}),
    ))
}

fn service<'c>(call: &'c Invocation<'_>) -> Result<&'c str, Refusal> {
    let service = call.parameters.required("ServicePrincipal")?;
    if rules::TRUSTED_SERVICES.contains(&service) {
        return Ok(service);
    }
    let rule = format!("one of {}", rules::TRUSTED_SERVICES.join(", "));
    Err(Refusal::parameter("ServicePrincipal", Flaw::Value, rule))
}
