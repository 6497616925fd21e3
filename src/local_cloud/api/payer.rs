//! ResourceDirectoryMaster 2022-04-19: who pays for a member.

use diesel::SqliteConnection;
use serde_json::json;

use crate::local_cloud::store::account::{self, AccountChanges};

use super::directory::{directory, inside};
use super::invocation::{Invocation, Outcome};
use super::member::changed;

/// `GetPayerForAccount`: itself, unless another account was named.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:GetPayerForAccount"))?;
    let payer = match &row.payer_account_id {
        Some(id) => inside(connection, id)?,
        None => row,
    };
    Ok(json!({"PayerAccountId": payer.id, "PayerAccountName": payer.name}))
}

/// `UpdatePayerForAccount`.
pub(crate) fn update(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    let directory = directory(connection)?;
    let row = changed(call, connection, (&directory, "resourcemanager:UpdatePayerForAccount"))?;
    let payer = inside(connection, call.parameters.required("PayerAccountId")?)?;
    let now = Some(call.now.millis());
    let changes = AccountChanges { payer_account_id: Some(&payer.id), updated_at: now, ..Default::default() };
    account::update(connection, &row.id, &changes)?;
    Ok(json!({}))
}
