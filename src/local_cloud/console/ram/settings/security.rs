//! How users sign in, and what they may do for themselves: the part of the account's security preference
//! that counts here, and what is only kept.

use serde::Deserialize;

use crate::local_cloud::api::version::IMS;
use crate::local_cloud::refusal::Refusal;

use super::super::super::desk::{Desk, Done, Visit};
use super::super::label::{Label, filled, in_words, is_on, joined, truth};
use super::number::{Number, NumberView};

const DEED: &str = "set-security-preference";

const SESSION: &Number = &Number {
    field: "session_hours",
    parameter: "LoginSessionDuration",
    label: "Hours that a console session lasts",
    hint: "1 to 24. Counts for users and for role SSO; a role may set a shorter time.",
    range: 1..=24,
};

const LABELS: &[Label] = &[
    (SESSION.parameter, SESSION.label),
    ("LoginNetworkMasks", "Addresses that users may sign in from"),
    ("MFAOperationForLogin", "Second factor at sign-in"),
];

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Preference {
    access_key_preference: AccessKeys,
    login_profile_preference: Login,
    #[serde(rename = "MFAPreference")]
    mfa_preference: Mfa,
    max_idle_days: IdleDays,
    personal_info_preference: PersonalInfo,
    verification_preference: Verification,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AccessKeys {
    allow_user_to_manage_access_keys: bool,
    allow_user_to_manage_service_credentials: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Login {
    login_session_duration: i64,
    login_network_masks: String,
    allow_user_to_change_password: bool,
    #[serde(rename = "MFAOperationForLogin")]
    mfa_operation_for_login: String,
    #[serde(rename = "EnableSaveMFATicket")]
    enable_save_mfa_ticket: bool,
    operation_for_risk_login: String,
    allow_user_to_login_with_passkey: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Mfa {
    #[serde(rename = "AllowUserToManageMFADevices")]
    allow_user_to_manage_mfa_devices: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct IdleDays {
    max_idle_days_for_access_keys: i64,
    max_idle_days_for_users: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct PersonalInfo {
    allow_user_to_manage_personal_ding_talk: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Verification {
    verification_types: Vec<String>,
}

/// The form, filled in.
pub(super) struct SecurityView {
    pub(super) session: NumberView,
    /// One to a line.
    pub(super) masks: String,
    /// From where whoever looks comes.
    pub(super) own_address: String,
    /// The choices for a second factor: value, words, and whether it is chosen.
    pub(super) second_factors: Vec<Choice>,
    pub(super) may_change_password: bool,
    pub(super) may_manage_access_keys: bool,
    pub(super) may_manage_mfa_devices: bool,
    pub(super) may_use_passkeys: bool,
    /// What is kept and counts nowhere.
    pub(super) kept: Vec<Kept>,
}

pub(super) struct Choice {
    pub(super) value: &'static str,
    pub(super) words: &'static str,
    pub(super) is_chosen: bool,
}

pub(super) struct Kept {
    pub(super) name: &'static str,
    pub(super) value: String,
}

pub(super) fn view(desk: &Desk<'_>, visit: &Visit) -> Result<SecurityView, Refusal> {
    let preference =
        desk.ask_for::<Preference>((IMS, "GetSecurityPreference"), &[], &["SecurityPreference"])?;
    let login = &preference.login_profile_preference;
    let chosen = visit.refill("second_factor", &login.mfa_operation_for_login);
    let masks = login.login_network_masks.replace(';', "\n");
    let on = |field: &str, known| is_on(visit, (DEED, field), known);
    let keys = preference.access_key_preference.allow_user_to_manage_access_keys;
    Ok(SecurityView {
        session: SESSION.view(visit, login.login_session_duration),
        masks: visit.refill("masks", &masks).to_owned(),
        own_address: desk
            .channel()
            .source
            .map(|source| source.to_canonical().to_string())
            .unwrap_or_default(),
        second_factors: second_factors(chosen),
        may_change_password: on("may_change_password", login.allow_user_to_change_password),
        may_manage_access_keys: on("may_manage_access_keys", keys),
        may_manage_mfa_devices: on(
            "may_manage_mfa_devices",
            preference.mfa_preference.allow_user_to_manage_mfa_devices,
        ),
        may_use_passkeys: on("may_use_passkeys", login.allow_user_to_login_with_passkey),
        kept: kept(&preference),
    })
}

fn second_factors(chosen: &str) -> Vec<Choice> {
    const CHOICES: [(&str, &str); 3] = [
        ("mandatory", "Everybody: whoever has no device yet binds one at the next sign-in"),
        ("independent", "Whoever has a device, or a login profile that asks for one"),
        (
            "adaptive",
            "Whoever comes from a browser and an address that they did not sign in from in the last 30 days; \
             whoever has no device binds one then",
        ),
    ];
    let choice = |(value, words)| Choice { value, words, is_chosen: value == chosen };
    CHOICES.into_iter().map(choice).collect()
}

fn kept(preference: &Preference) -> Vec<Kept> {
    let login = &preference.login_profile_preference;
    let yes = |is_on: bool| if is_on { "yes" } else { "no" }.to_owned();
    let keys = &preference.access_key_preference;
    let types = preference.verification_preference.verification_types.join(", ");
    [
        ("A browser remembers a second factor for 7 days", yes(login.enable_save_mfa_ticket)),
        ("At a sign-in that looks risky", login.operation_for_risk_login.clone()),
        (
            "Days until an unused access key is idle",
            preference.max_idle_days.max_idle_days_for_access_keys.to_string(),
        ),
        ("Days until an absent user is idle", preference.max_idle_days.max_idle_days_for_users.to_string()),
        ("Users may manage service credentials", yes(keys.allow_user_to_manage_service_credentials)),
        (
            "Users may bind DingTalk",
            yes(preference.personal_info_preference.allow_user_to_manage_personal_ding_talk),
        ),
        ("Verification by", if types.is_empty() { "nothing".to_owned() } else { types }),
    ]
    .map(|(name, value)| Kept { name, value })
    .into()
}

/// Sets what the form has; what is only kept stays as it is.
pub(super) fn set(desk: &Desk<'_>, visit: &Visit) -> Result<Done, Refusal> {
    let masks = joined(visit.given("masks"), &[';', ','], ";");
    let ticked = |field: &str| truth(visit.is_ticked(field));
    let parameters = [
        (SESSION.parameter, filled(visit, SESSION.field, SESSION.label)?),
        ("LoginNetworkMasks", masks.as_str()),
        ("MFAOperationForLogin", filled(visit, "second_factor", "Second factor at sign-in")?),
        ("AllowUserToChangePassword", ticked("may_change_password")),
        ("AllowUserToManageAccessKeys", ticked("may_manage_access_keys")),
        ("AllowUserToManageMFADevices", ticked("may_manage_mfa_devices")),
        ("AllowUserToLoginWithPasskey", ticked("may_use_passkeys")),
    ];
    desk.call(IMS, "SetSecurityPreference", &parameters).map_err(|refusal| in_words(refusal, LABELS))?;
    Ok(Done::Here)
}
