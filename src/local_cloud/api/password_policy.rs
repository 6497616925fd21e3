//! RAM 2015-05-01 and IMS 2019-08-15: the account's password policy.

use diesel::SqliteConnection;
use serde_json::{Value, json};

use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::setting::{self, PasswordPolicy};

use super::face::Face;
use super::invocation::{Invocation, Outcome};
use super::permission::{account_arn, authorise};

/// `GetPasswordPolicy`.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, &call.action("GetPasswordPolicy"), &account_arn(call))?;
    answer(call, &setting::read(connection, call.account().as_str())?)
}

/// `SetPasswordPolicy`: sets it whole, so that what is not given has its default. What only IMS knows
/// stays as it is when RAM sets the rest.
pub(crate) fn set(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, &call.action("SetPasswordPolicy"), &account_arn(call))?;
    let base = match call.face() {
        Face::Ram => setting::read(connection, call.account().as_str())?,
        Face::Ims => PasswordPolicy::default(),
    };
    let policy = read(call, &base)?;
    setting::write(connection, call.account().as_str(), &policy, call.now)?;
    answer(call, &policy)
}

fn read(call: &Invocation<'_>, base: &PasswordPolicy) -> Result<PasswordPolicy, Refusal> {
    let given = call.parameters;
    let truth = |name: &str| Ok::<_, Refusal>(given.boolean(name)?.unwrap_or(false));
    let number = |name: &str, range, unless| Ok::<_, Refusal>(given.integer(name, range)?.unwrap_or(unless));
    let common = PasswordPolicy {
        minimum_password_length: number("MinimumPasswordLength", 8..=32, 8)?,
        require_lowercase_characters: truth("RequireLowercaseCharacters")?,
        require_uppercase_characters: truth("RequireUppercaseCharacters")?,
        require_numbers: truth("RequireNumbers")?,
        require_symbols: truth("RequireSymbols")?,
        hard_expire: truth(hard_expire(call.face()))?,
        max_password_age: number("MaxPasswordAge", 0..=1095, 0)?,
        password_reuse_prevention: number("PasswordReusePrevention", 0..=24, 0)?,
        max_login_attemps: number("MaxLoginAttemps", 0..=32, 0)?,
        ..base.clone()
    };
    if call.face() == Face::Ram {
        return Ok(common);
    }
    Ok(PasswordPolicy {
        minimum_password_different_character: number("MinimumPasswordDifferentCharacter", 0..=8, 0)?,
        password_not_contain_user_name: truth("PasswordNotContainUserName")?,
        initial_password_age: number("InitialPasswordAge", 0..=90, 14)?,
        intercept_risk_password_on_api: truth("InterceptRiskPasswordOnApi")?,
        ..common
    })
}

const fn hard_expire(face: Face) -> &'static str {
    match face {
        Face::Ram => "HardExpiry",
        Face::Ims => "HardExpire",
    }
}

fn answer(call: &Invocation<'_>, policy: &PasswordPolicy) -> Outcome {
    const IMS_ONLY: &[&str] = &[
        "MinimumPasswordDifferentCharacter",
        "PasswordNotContainUserName",
        "InitialPasswordAge",
        "InterceptRiskPasswordOnApi",
        "HardExpire",
    ];
    let mut answer = json!(policy);
    if let (Face::Ram, Value::Object(members)) = (call.face(), &mut answer) {
        members.retain(|name, _| !IMS_ONLY.contains(&name.as_str()));
        members.insert("HardExpiry".to_owned(), policy.hard_expire.into());
    }
    Ok(json!({"PasswordPolicy": answer}))
}
