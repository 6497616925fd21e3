//! A client's change of a user or group that is there: one transaction that begins with whether the client may, and
//! stops where it takes away too much at once.

use crate::base::ScimConnectorId;
use crate::domain::{Destructive, MassChangeLimits, Ownership, ProvisionType};
use crate::storage::Conn;

use super::super::context::Change;
use super::super::{Context, Error};
use super::{Precondition, ScimClient, guard};

/// Who changes something, and which version of it is meant.
pub(super) struct Edit {
    /// The moment, and what the audit log says.
    pub(super) change: Change,
    /// Who asked.
    pub(super) client: ScimClient,
    precondition: Precondition,
    limits: MassChangeLimits,
}

impl Edit {
    /// Runs `work` in one transaction. A refusal for taking away too much holds the connector.
    ///
    /// # Errors
    /// Those of `work`; failures of the database.
    pub(super) fn run<T: Send + 'static>(
        ctx: &Context,
        client: &ScimClient,
        precondition: &Precondition,
        work: impl Fn(&mut Conn, &Self) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let edit = Self {
            change: ctx.change(client.origin()),
            client: client.clone(),
            precondition: precondition.clone(),
            limits: ctx.mass_change,
        };
        let done = guard::settle(ctx, client, ctx.store.write(move |conn| work(conn, &edit)))?;
        ctx.ring_all();
        Ok(done)
    }

    /// Whether what is there, of this version and with this origin, is what the client means and may write to.
    ///
    /// # Errors
    /// [`Error::Scim`] with status 412 for another version; those of [`ScimClient::own`].
    pub(super) fn begin(
        &self,
        conn: &mut Conn,
        version: i64,
        (kind, owner): (ProvisionType, Option<&ScimConnectorId>),
    ) -> Result<Ownership, Error> {
        self.precondition.check(version)?;
        self.client.own(conn, kind, owner)
    }

    /// Counts what the change takes away.
    ///
    /// # Errors
    /// [`Error::Held`] when it is too much.
    pub(super) fn take_away(&self, conn: &mut Conn, lost: Destructive) -> Result<(), Error> {
        guard::admit(conn, self.limits, &self.client, self.change.now, lost)
    }
}
