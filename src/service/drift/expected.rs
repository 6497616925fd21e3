//! What an account should have, as the directory says when it is compared.

use std::collections::{HashMap, HashSet};

use crate::base::{AccessConfigurationId, AccountId, DirectoryId, Timestamp};
use crate::domain::{
    AccessConfiguration, Grant, Provisioning, ProvisioningFilter, ProvisioningStatus, ReservedNames, Target,
};
use crate::storage::{Conn, access_configuration, assignment, console_session, provisioning, task as tasks};

use super::super::{Context, Error, directory};
use super::ram_user;

/// What an account should have, as the directory says.
pub(super) struct Expected {
    pub(super) directory: DirectoryId,
    /// What is looked after, with how it stands and from when on its sessions are good.
    pub(super) configurations: Vec<(AccessConfiguration, Option<Provisioning>, Option<Timestamp>)>,
    /// Names of all that is explained, looked after or not.
    pub(super) explained: HashSet<String>,
    /// What is kept for persons.
    pub(super) persons: ram_user::Expected,
}

impl Expected {
    pub(super) fn read(ctx: &Context, id: &AccountId) -> Result<Self, Error> {
        ctx.store.read(|conn| {
            let directory = directory::id(conn)?;
            let filter = ProvisioningFilter { account_id: Some(id.clone()), ..ProvisioningFilter::default() };
            let mut known: HashMap<AccessConfigurationId, Option<Provisioning>> = HashMap::new();
            for found in provisioning::list(conn, &filter, None, i64::MAX)? {
                known.insert(found.access_configuration_id.clone(), Some(found));
            }
            for reached in assignment::list_reaching(conn, id)? {
                known.entry(reached.access_configuration_id).or_default();
            }
            let ids: Vec<&str> = known.keys().map(AccessConfigurationId::as_str).collect();
            let mut explained = HashSet::new();
            let mut configurations = Vec::new();
            for configuration in access_configuration::list_by_id(conn, &ids)? {
                let names = ReservedNames::new(&ctx.site, &directory, configuration.spec.name.as_str());
                explained.extend([names.role, names.inline_policy, names.saml_provider]);
                let existing = known.remove(&configuration.id).flatten();
                if is_looked_after(conn, id, &configuration, existing.as_ref())? {
                    let grant =
                        Grant { account_id: id.clone(), access_configuration_id: configuration.id.clone() };
                    configurations.push((configuration, existing, console_session::cutoff(conn, &grant)?));
                }
            }
            let persons = ram_user::Expected::read(conn, id)?;
            Ok(Self { directory, configurations, explained, persons })
        })
    }
}

/// Whether a configuration is compared: what stands as provisioned, and what is assigned, is not there,
/// and nobody is working on.
fn is_looked_after(
    conn: &mut Conn,
    id: &AccountId,
    configuration: &AccessConfiguration,
    existing: Option<&Provisioning>,
) -> Result<bool, Error> {
    match existing.map(|existing| existing.status) {
        Some(ProvisioningStatus::Provisioned) => Ok(true),
        Some(ProvisioningStatus::Provisioning) | None => {
            let grant = Grant { account_id: id.clone(), access_configuration_id: configuration.id.clone() };
            let target = Target::Account(id.clone());
            Ok(assignment::reaches(conn, &grant)?
                && tasks::list_in_progress(conn, &configuration.id, &target)?.is_empty())
        }
        Some(_) => Ok(false),
    }
}
