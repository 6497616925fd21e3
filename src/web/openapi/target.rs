//! Parameters that several actions of provisionings, assignments and tasks share: the target and the
//! principal, and how both are called in answers.

use serde_json::{Map, Value};

use crate::base::{AccessConfigurationId, AccountId, GroupId, UserId};
use crate::domain::{Assignee, AssigneeKind, Target, TargetKind};
use crate::rpc;
use crate::service::Error;
use crate::service::target::Names;

use super::invocation::Invocation;

const TARGET_TYPES: &[&str] = &["RD-Account", "RD-Folder"];
const PRINCIPAL_TYPES: &[&str] = &["User", "Group"];

/// `TargetType` and `TargetId`, as far as they are there; an id needs its type.
pub(super) fn optional_target(call: &Invocation<'_>) -> Result<(Option<TargetKind>, Option<Target>), Error> {
    let kind = call.word("TargetType", TARGET_TYPES, TargetKind::parse)?;
    let Some(id) = call.parameters.optional("TargetId").filter(|id| !id.is_empty()) else {
        return Ok((kind, None));
    };
    let kind = kind.ok_or_else(|| missing("TargetType"))?;
    let refusal =
        || call.parameters.invalid("TargetId", format!("the id of a target of type {}", kind.as_str()));
    let target = Target::parse(id).filter(|target| target.kind() == kind).ok_or_else(refusal)?;
    Ok((Some(kind), Some(target)))
}

/// As [`optional_target`], where only accounts can be meant.
pub(super) fn optional_account(call: &Invocation<'_>) -> Result<Option<AccountId>, Error> {
    if call.word("TargetType", TARGET_TYPES, TargetKind::parse)? == Some(TargetKind::Folder) {
        return Err(call.parameters.invalid("TargetType", "RD-Account").into());
    }
    match optional_target(call)?.1 {
        Some(Target::Account(id)) => Ok(Some(id)),
        Some(Target::Folder(_)) | None => Ok(None),
    }
}

/// `TargetType` and `TargetId` of an account, which must both be there.
pub(super) fn account(call: &Invocation<'_>) -> Result<AccountId, Error> {
    call.parameters.required("TargetType")?;
    call.parameters.required("TargetId")?;
    Ok(optional_account(call)?.ok_or_else(|| missing("TargetId"))?)
}

/// `TargetType` and `TargetId` both, or neither for everywhere.
pub(super) fn target_or_all(call: &Invocation<'_>) -> Result<Option<Target>, Error> {
    match optional_target(call)? {
        (Some(TargetKind::Folder), None) => Err(missing("TargetId").into()),
        (_, target) => Ok(target),
    }
}

/// `TargetType` and `TargetId`, which must both be there.
pub(super) fn target(call: &Invocation<'_>) -> Result<Target, Error> {
    call.parameters.required("TargetType")?;
    call.parameters.required("TargetId")?;
    Ok(optional_target(call)?.1.ok_or_else(|| missing("TargetId"))?)
}

/// `PrincipalType` and `PrincipalId`, as far as they are there; an id needs its type.
pub(super) fn optional_principal(
    call: &Invocation<'_>,
) -> Result<(Option<AssigneeKind>, Option<Assignee>), Error> {
    let kind = call.word("PrincipalType", PRINCIPAL_TYPES, AssigneeKind::parse)?;
    if call.parameters.optional("PrincipalId").is_none_or(str::is_empty) {
        return Ok((kind, None));
    }
    let principal = match kind.ok_or_else(|| missing("PrincipalType"))? {
        AssigneeKind::User => Assignee::User(call.id("PrincipalId", UserId::PREFIX, UserId::parse)?),
        AssigneeKind::Group => Assignee::Group(call.id("PrincipalId", GroupId::PREFIX, GroupId::parse)?),
    };
    Ok((kind, Some(principal)))
}

/// `PrincipalType` and `PrincipalId`, which must both be there.
pub(super) fn principal(call: &Invocation<'_>) -> Result<Assignee, Error> {
    call.parameters.required("PrincipalType")?;
    call.parameters.required("PrincipalId")?;
    Ok(optional_principal(call)?.1.ok_or_else(|| missing("PrincipalId"))?)
}

/// `AccessConfigurationId`, where it is there.
pub(super) fn optional_configuration(call: &Invocation<'_>) -> Result<Option<AccessConfigurationId>, Error> {
    if call.parameters.optional("AccessConfigurationId").is_none_or(str::is_empty) {
        return Ok(None);
    }
    call.access_configuration_id().map(Some)
}

/// What an answer says of a configuration, a target and a principal.
pub(super) fn answer(
    names: &Names,
    configuration: Option<&AccessConfigurationId>,
    target: &Target,
    principal: Option<&Assignee>,
) -> Map<String, Value> {
    let mut members = Map::new();
    let mut set = |name: &str, value: &str| members.insert(name.to_owned(), value.into());
    if let Some(configuration) = configuration {
        set("AccessConfigurationId", configuration.as_str());
        set("AccessConfigurationName", names.configuration(configuration));
    }
    let place = names.target(target);
    set("TargetId", target.as_str());
    set("TargetType", target.kind().as_str());
    set("TargetName", &place.name);
    set("TargetPath", &place.path);
    set("TargetPathName", &place.path_name);
    if let Some(principal) = principal {
        set("PrincipalId", principal.as_str());
        set("PrincipalType", principal.kind().as_str());
        set("PrincipalName", names.assignee(principal));
    }
    members
}

/// The same of an account and a principal, where the vendor has no path by names.
pub(super) fn account_answer(names: &Names, account: &Target, principal: &Assignee) -> Map<String, Value> {
    let mut members = answer(names, None, account, Some(principal));
    members.remove("TargetPathName");
    members
}

fn missing(name: &str) -> rpc::Error {
    rpc::Error::Missing(name.to_owned())
}
