//! Machine identities.

use crate::base::MachineName;
use crate::domain::{self, Action, Activity, Event, MachineIdentity, MachinePolicy, check_machine_policies};
use crate::storage::machine_identity;

use super::{Context, Error, Operator};

/// Makes the machine identity of this name, or finds it; in either case it has these policies afterwards,
/// and an existing one keeps its own where none are said.
///
/// # Errors
/// [`Error::Refused`] when a policy breaks the grammar, or a new identity is given none.
pub fn ensure(
    ctx: &Context,
    operator: &Operator,
    name: &MachineName,
    policies: Option<Vec<MachinePolicy>>,
) -> Result<MachineIdentity, Error> {
    if let Some(policies) = &policies {
        check_machine_policies(policies)?;
    }
    let (change, name) = (ctx.change(operator.origin()), name.clone());
    ctx.store.write(move |conn| {
        let names = |machine: &MachineIdentity| {
            let names: Vec<_> = machine.policies.iter().map(|policy| policy.name.as_str()).collect();
            serde_json::json!({ "name": machine.name, "policies": names })
        };
        match (machine_identity::find_by_name(conn, &name.key())?, policies.clone()) {
            (Some(machine), None) => Ok(machine),
            (Some(mut machine), Some(policies)) => {
                machine.policies = policies;
                machine_identity::update(conn, &machine)?;
                let event = Event::new(Action::MachineIdentityUpdated, &machine.id).with(names(&machine));
                change.record(conn, &event)?;
                Ok(machine)
            }
            (None, None) => {
                let rule = "must be given for a new machine identity, which may do nothing without them";
                Err(domain::Error::invalid("Policies", rule).into())
            }
            (None, Some(policies)) => {
                let (id, status) = (change.id()?, Activity::Active);
                let created_at = change.now;
                let machine = MachineIdentity { id, name: name.clone(), status, policies, created_at };
                machine_identity::insert(conn, &machine)?;
                let event = Event::new(Action::MachineIdentityCreated, &machine.id).with(names(&machine));
                change.record(conn, &event)?;
                Ok(machine)
            }
        }
    })
}

/// The machine identity of this name, in whatever case.
///
/// # Errors
/// Failures of the database.
pub fn find_by_name(
    ctx: &Context,
    _operator: &Operator,
    name: &MachineName,
) -> Result<Option<MachineIdentity>, Error> {
    Ok(ctx.store.read(|conn| machine_identity::find_by_name(conn, &name.key()))?)
}

/// Turns a machine identity on or off; its keys sign nothing while it is off.
///
/// # Errors
/// [`Error::Refused`] when there is no such machine identity.
pub fn update_status(
    ctx: &Context,
    operator: &Operator,
    name: &MachineName,
    status: Activity,
) -> Result<(), Error> {
    let (change, name) = (ctx.change(operator.origin()), name.clone());
    ctx.store.write(move |conn| {
        let Some(mut machine) = machine_identity::find_by_name(conn, &name.key())? else {
            return Err(domain::Error::missing("MachineIdentity", &name).into());
        };
        machine.status = status;
        machine_identity::update(conn, &machine)?;
        let detail = serde_json::json!({ "status": status.as_str() });
        change.record(conn, &Event::new(Action::MachineIdentityUpdated, &machine.id).with(detail))
    })
}
