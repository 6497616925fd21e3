//! What ties accounts to this installation: the metadata that they verify us by, and the console's address that their
//! roles demand.

use crate::domain::{AccountUserSso, Target, TaskKind};
use crate::storage::event::Origin;
use crate::storage::{self, provisioning};

use super::task::{self as tasks, Draft};
use super::{Context, Error, provision, user_sso};

/// Writes a task for each account whose objects were made for another metadata or console address.
///
/// # Errors
/// Failures of the database.
pub fn refresh(ctx: &Context) -> Result<usize, Error> {
    let digests = (provision::trust_digest(ctx), user_sso::trust_digest(ctx));
    let is_any = ctx.store.read(|conn| {
        let is_other = |sso: &AccountUserSso| sso.trust_digest != digests.1;
        Ok::<_, storage::Error>(
            !provisioning::list_outdated(conn, &digests.0)?.is_empty()
                || storage::user_sso::list(conn)?.iter().any(is_other),
        )
    })?;
    if !is_any {
        return Ok(0);
    }
    let change = ctx.change(&Origin::system(String::new()));
    let written = ctx.store.write(move |conn| {
        let refreshed = user_sso::refresh(conn, &change, &digests.1)?;
        let mut outdated = provisioning::list_outdated(conn, &digests.0)?;
        outdated.retain(|provisioning| provisioning.status.is_usable());
        for provisioning in &outdated {
            let target = Target::Account(provisioning.account_id.clone());
            let kind = TaskKind::ProvisionAccessConfiguration;
            let draft = Draft::new(kind, &provisioning.access_configuration_id, target);
            // A start before this one may have asked for it.
            if tasks::find_conflict(conn, &draft)?.is_none() {
                tasks::write(conn, &change, &draft)?;
            }
        }
        Ok::<_, Error>(outdated.len() + refreshed)
    })?;
    ctx.work.ring();
    Ok(written)
}
