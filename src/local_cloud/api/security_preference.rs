//! RAM 2015-05-01 and IMS 2019-08-15: the account's security preference.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::network_mask::are_masks;
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::setting::{self, SecurityPreference};
use crate::local_cloud::store::account;

use super::face::Face;
use super::invocation::{Invocation, Outcome};
use super::permission::{account_arn, authorise};

const MASKS: &str = "at most 40 IPv4 addresses or blocks joined by ';', at most 512 characters long";
const IDLE_DAYS: &[&str] = &["90", "180", "365", "730"];

/// `GetSecurityPreference`.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, &call.action("GetSecurityPreference"), &account_arn(call))?;
    let preference = setting::read(connection, call.account().as_str())?;
    answer(call, connection, &preference)
}

/// `SetSecurityPreference`: what is not given stays as it is.
pub(crate) fn set(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, &call.action("SetSecurityPreference"), &account_arn(call))?;
    let mut preference = setting::read(connection, call.account().as_str())?;
    read_common(call, &mut preference)?;
    match call.face() {
        Face::Ram => {
            set_truth(call, "AllowUserToManagePublicKeys", &mut preference.allow_user_to_manage_public_keys)?
        }
        Face::Ims => read_ims(call, &mut preference)?,
    }
    if let Some(hours) = call.parameters.integer("LoginSessionDuration", 1..=24)? {
        account::update_console_session(
            connection,
            call.account().as_str(),
            hours * 3600,
            call.now.millis(),
        )?;
    }
    setting::write(connection, call.account().as_str(), &preference, call.now)?;
    answer(call, connection, &preference)
}

fn set_truth(call: &Invocation<'_>, parameter: &str, value: &mut bool) -> Result<(), Refusal> {
    *value = call.parameters.boolean(parameter)?.unwrap_or(*value);
    Ok(())
}

fn read_common(call: &Invocation<'_>, preference: &mut SecurityPreference) -> Result<(), Refusal> {
    set_truth(call, "AllowUserToChangePassword", &mut preference.allow_user_to_change_password)?;
    set_truth(call, "AllowUserToManageAccessKeys", &mut preference.allow_user_to_manage_access_keys)?;
    set_truth(call, "AllowUserToManageMFADevices", &mut preference.allow_user_to_manage_mfa_devices)?;
    set_truth(call, "EnableSaveMFATicket", &mut preference.enable_save_mfa_ticket)?;
    if let Some(masks) = call.parameters.optional("LoginNetworkMasks") {
        masks.clone_into(&mut preference.login_network_masks);
        if !masks.is_empty() && !are_masks(masks) {
            return Err(Refusal::parameter("LoginNetworkMasks", Flaw::Value, MASKS));
        }
    }
    Ok(())
}

fn read_ims(call: &Invocation<'_>, preference: &mut SecurityPreference) -> Result<(), Refusal> {
    set_truth(call, "AllowUserToLoginWithPasskey", &mut preference.allow_user_to_login_with_passkey)?;
    set_truth(
        call,
        "AllowUserToManagePersonalDingTalk",
        &mut preference.allow_user_to_manage_personal_ding_talk,
    )?;
    set_truth(
        call,
        "AllowUserToManageServiceCredentials",
        &mut preference.allow_user_to_manage_service_credentials,
    )?;
    // The older name for two of the three.
    if let Some(is_enforced) = call.parameters.boolean("EnforceMFAForLogin")? {
        let operation = if is_enforced { "mandatory" } else { "independent" };
        operation.clone_into(&mut preference.mfa_operation_for_login);
    }
    let operations = ["mandatory", "independent", "adaptive"];
    if let Some(operation) = call.parameters.choice("MFAOperationForLogin", &operations)? {
        operation.clone_into(&mut preference.mfa_operation_for_login);
    }
    if let Some(operation) =
        call.parameters.choice("OperationForRiskLogin", &["autonomous", "enforceVerify"])?
    {
        operation.clone_into(&mut preference.operation_for_risk_login);
    }
    let days = |parameter: &str| {
        let text = call.parameters.choice(parameter, IDLE_DAYS)?;
        Ok::<_, Refusal>(text.and_then(|text| text.parse::<i64>().ok()))
    };
    let kept = preference.max_idle_days_for_access_keys;
    preference.max_idle_days_for_access_keys = days("MaxIdleDaysForAccessKeys")?.unwrap_or(kept);
    let kept = preference.max_idle_days_for_users;
    preference.max_idle_days_for_users = days("MaxIdleDaysForUsers")?.unwrap_or(kept);
    let types = call.parameters.strings("VerificationTypes")?;
    if !types.is_empty() {
        if !types.iter().all(|name| name == "sms" || name == "email") {
            return Err(Refusal::parameter("VerificationTypes", Flaw::Value, "a list of sms and email"));
        }
        preference.verification_types = types;
    }
    Ok(())
}

fn answer(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    preference: &SecurityPreference,
) -> Outcome {
    let id = call.account().as_str();
    let account = account::find(connection, id)?.ok_or_else(|| Refusal::missing(Entity::Account, id))?;
    let mut login = json!({
        "LoginSessionDuration": account.console_session_seconds / 3600,
        "LoginNetworkMasks": preference.login_network_masks,
        "AllowUserToChangePassword": preference.allow_user_to_change_password,
        "EnableSaveMFATicket": preference.enable_save_mfa_ticket,
    });
    let keys = preference.allow_user_to_manage_access_keys;
    let devices = json!({"AllowUserToManageMFADevices": preference.allow_user_to_manage_mfa_devices});
    if call.face() == Face::Ram {
        return Ok(json!({"SecurityPreference": {
            "AccessKeyPreference": {"AllowUserToManageAccessKeys": keys},
            "LoginProfilePreference": login,
            "MFAPreference": devices,
            "PublicKeyPreference": {"AllowUserToManagePublicKeys": preference.allow_user_to_manage_public_keys},
        }}));
    }
    if let Value::Object(members) = &mut login {
        let mut put = |name: &str, value: Value| members.insert(name.to_owned(), value);
        put("AllowUserToLoginWithPasskey", preference.allow_user_to_login_with_passkey.into());
        put("MFAOperationForLogin", preference.mfa_operation_for_login.as_str().into());
        put("OperationForRiskLogin", preference.operation_for_risk_login.as_str().into());
        put("EnforceMFAForLogin", (preference.mfa_operation_for_login == "mandatory").into());
    }
    Ok(json!({"SecurityPreference": {
        "AccessKeyPreference": {
            "AllowUserToManageAccessKeys": keys,
            "AllowUserToManageServiceCredentials": preference.allow_user_to_manage_service_credentials,
        },
        "LoginProfilePreference": login,
        "MFAPreference": devices,
        "MaxIdleDays": {
            "MaxIdleDaysForAccessKeys": preference.max_idle_days_for_access_keys,
            "MaxIdleDaysForUsers": preference.max_idle_days_for_users,
        },
        "PersonalInfoPreference": {
            "AllowUserToManagePersonalDingTalk": preference.allow_user_to_manage_personal_ding_talk,
        },
        "VerificationPreference": {"VerificationTypes": preference.verification_types},
    }}))
}
