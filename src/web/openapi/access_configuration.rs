//! Access configurations.

use serde_json::{Value, json};

use crate::base::AccessConfigurationName;
use crate::domain::{
    self, AccessConfigurationChanges, AccessConfigurationQuery, AccessConfigurationSpec, NameFilter,
};
use crate::service::Error;
use crate::service::access_configuration::{self, ConfigurationView};
use crate::service::authorisation::Resource;

use super::invocation::{Invocation, Outcome, nothing, tags_answer};
use super::paging::Paging;

const PAGE: u32 = 100;
/// The one entry of `StatusNotifications`.
const REPROVISION_REQUIRED: &str = "ReprovisionRequired";

/// `CreateAccessConfiguration`.
pub(super) fn create(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let name = call.parameters.required("AccessConfigurationName")?;
    let spec = AccessConfigurationSpec {
        name: AccessConfigurationName::parse(name).map_err(domain::Error::from)?,
        description: call.text("Description").unwrap_or_default(),
        session_seconds: session_seconds(call, "SessionDuration")?
            .unwrap_or(AccessConfigurationSpec::DEFAULT_SESSION_SECONDS),
        relay_state: call.text("RelayState").unwrap_or_default(),
        policies: Vec::new(),
    };
    let tags = call.tags()?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let created = access_configuration::create(call.ctx, &operator, spec, tags)?;
    Ok(json!({ "AccessConfiguration": answer(&created) }))
}

/// `GetAccessConfiguration`.
pub(super) fn get(call: &Invocation<'_>) -> Outcome {
    let id = call.access_configuration_id()?;
    let operator = call.authorise(&Resource::access_configuration(&call.directory_id()?, &id))?;
    Ok(json!({ "AccessConfiguration": answer(&access_configuration::load(call.ctx, &operator, &id)?) }))
}

/// `UpdateAccessConfiguration`.
pub(super) fn update(call: &Invocation<'_>) -> Outcome {
    let id = call.access_configuration_id()?;
    let changes = AccessConfigurationChanges {
        description: call.text("NewDescription"),
        session_seconds: session_seconds(call, "NewSessionDuration")?,
        relay_state: call.text("NewRelayState"),
    };
    let operator = call.authorise(&Resource::access_configuration(&call.directory_id()?, &id))?;
    let changed = access_configuration::change(call.ctx, &operator, &id, changes)?;
    Ok(json!({ "AccessConfiguration": answer(&changed) }))
}

/// `DeleteAccessConfiguration`.
pub(super) fn delete(call: &Invocation<'_>) -> Outcome {
    let id = call.access_configuration_id()?;
    let force = call.flag("ForceRemovePermissionPolicies")?;
    let operator = call.authorise(&Resource::access_configuration(&call.directory_id()?, &id))?;
    access_configuration::delete(call.ctx, &operator, &id, force)?;
    nothing()
}

/// `ListAccessConfigurations`.
pub(super) fn list(call: &Invocation<'_>) -> Outcome {
    let directory = call.directory_id()?;
    let filter = call.parameters.optional("Filter").filter(|filter| !filter.is_empty());
    let query = AccessConfigurationQuery {
        name: filter.map(|filter| NameFilter::parse("AccessConfigurationName", filter)).transpose()?,
        is_reprovision_required: call
            .parameters
            .choice("StatusNotifications", &[REPROVISION_REQUIRED])?
            .is_some(),
        tags: call.tags()?,
    };
    let paging = Paging::read(call, PAGE, &["Filter", "StatusNotifications", "Tags"])?;
    let operator = call.authorise(&Resource::directory(&directory))?;
    let found = access_configuration::list(call.ctx, &operator, &query, &paging.request)?;
    paging.answer(&found, "AccessConfigurations", answer)
}

/// Whether the number is in range is the domain's to say.
fn session_seconds(call: &Invocation<'_>, name: &str) -> Result<Option<u32>, Error> {
    let given = call.parameters.integer(name, 0..=i64::from(u32::MAX))?;
    Ok(given.and_then(|seconds| u32::try_from(seconds).ok()))
}

fn answer(view: &ConfigurationView) -> Value {
    let configuration = &view.configuration;
    let notifications: &[&str] = if view.is_reprovision_required { &[REPROVISION_REQUIRED] } else { &[] };
    json!({
        "AccessConfigurationId": configuration.id,
        "AccessConfigurationName": configuration.spec.name,
        "Description": configuration.spec.description,
        "RelayState": configuration.spec.relay_state,
        "SessionDuration": configuration.spec.session_seconds,
        "StatusNotifications": notifications,
        "Tags": tags_answer(&view.tags),
        "CreateTime": configuration.created_at.rfc3339(),
        "UpdateTime": configuration.updated_at.rfc3339(),
    })
}
