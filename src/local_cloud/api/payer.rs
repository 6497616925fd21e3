//! ResourceDirectoryMaster 2022-04-19: who pays for a member.

use diesel::SqliteConnection;
use serde_json::json;

use crate::local_cloud::refusal::{Entity, Refusal};
use crate::local_cloud::store::account::{self, AccountChanges, AccountRow};

use super::directory::directory;
use super::invocation::{Invocation, Outcome};
use super::member::changed;

/// `GetPayerForAccount`: itself, unless another account was named.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:GetPayerForAccount"))?;
    let payer = match &row.payer_account_id {
        Some(id) => payer(connection, id)?,
        None => row,
    };
    Ok(json!({"PayerAccountId": payer.id, "PayerAccountName": payer.name}))
}

/// `UpdatePayerForAccount`.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:UpdatePayerForAccount"))?;
    let payer = payer(connection, call.parameters.required("PayerAccountId")?)?;
    let now = Some(call.now.millis());
    let changes = AccountChanges { payer_account_id: Some(&payer.id), updated_at: now, ..Default::default() };
    account::update(connection, &row.id, &changes)?;
    Ok(json!({}))
}

/// An account of the directory that can pay: the management account or a member.
pub(super) fn payer(connection: &mut SqliteConnection, id: &str) -> Result<AccountRow, Refusal> {
    account::find(connection, id)?
        .filter(|row| row.is_member)
        .ok_or_else(|| Refusal::missing(Entity::Account, id))
}
