//! IMS 2019-08-15: the account's default domain; RAM 2015-05-01: the alias that it is made of.

use diesel::SqliteConnection;
use serde_json::json;

use crate::base::fold;
use crate::local_cloud::logon_name::{DOMAIN_SUFFIX, default_domain};
use crate::local_cloud::refusal::{Entity, Flaw, Refusal};
use crate::local_cloud::store::account_setting;

use super::invocation::{Invocation, Outcome};
use super::permission::{account_arn, authorise};

const DOMAIN: &str = "at most 64 letters, digits, '.', '_' or '-' that end with .onaliyun.com, without a sign at \
     either end and without two signs in a row";
const ALIAS: &str =
    "3 to 32 lowercase letters, digits or '-', without '-' at either end and without two '-' in a row";

/// `GetDefaultDomain`.
pub(crate) fn get(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, "ims:GetDefaultDomain", &account_arn(call))?;
    Ok(json!({"DefaultDomainName": default_domain(connection, call.account())?}))
}

/// `SetDefaultDomain`: the logon names of all users end with it from now on.
pub(crate) fn set(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, "ims:SetDefaultDomain", &account_arn(call))?;
    let domain = call.parameters.required("DefaultDomainName")?;
    let refusal = |flaw| Refusal::parameter("DefaultDomainName", flaw, DOMAIN);
    if domain.chars().count() > 64 {
        return Err(refusal(Flaw::Length));
    }
    // Before it is folded: signs of other alphabets fold to letters of this one.
    let folded = Some(fold(domain)).filter(|_| domain.is_ascii());
    let alias = folded.and_then(|domain| domain.strip_suffix(DOMAIN_SUFFIX).map(str::to_owned));
    let alias = alias.filter(|alias| is_alias(alias, b".-_")).ok_or_else(|| refusal(Flaw::Value))?;
    put(call, connection, "DefaultDomainName", &alias)?;
    Ok(json!({"DefaultDomainName": default_domain(connection, call.account())?}))
}

/// `GetAccountAlias`: the account's id where nobody set one.
pub(crate) fn get_alias(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, "ram:GetAccountAlias", &account_arn(call))?;
    let alias = account_setting::alias(connection, call.account().as_str())?;
    Ok(json!({"AccountAlias": alias.unwrap_or_else(|| call.account().to_string())}))
}

/// `SetAccountAlias`.
pub(crate) fn set_alias(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, "ram:SetAccountAlias", &account_arn(call))?;
    let alias = call.parameters.required("AccountAlias")?;
    let refusal = |flaw| Refusal::parameter("AccountAlias", flaw, ALIAS);
    if !(3..=32).contains(&alias.chars().count()) {
        return Err(refusal(Flaw::Length));
    }
    if !is_alias(alias, b"-") || alias.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Err(refusal(Flaw::InvalidChars));
    }
    put(call, connection, "AccountAlias", alias)?;
    Ok(json!({}))
}

/// `ClearAccountAlias`: the default domain is made of the account's id again.
pub(crate) fn clear_alias(call: &Invocation<'_>, connection: &mut SqliteConnection) -> Outcome {
    authorise(call, connection, "ram:ClearAccountAlias", &account_arn(call))?;
    account_setting::delete_alias(connection, call.account().as_str())?;
    Ok(json!({}))
}

fn is_alias(alias: &str, signs: &[u8]) -> bool {
    let is_sign = |byte: &u8| signs.contains(byte);
    let ends = [alias.bytes().next(), alias.bytes().last()];
    alias.bytes().all(|byte| byte.is_ascii_alphanumeric() || is_sign(&byte))
        && ends.iter().all(|end| end.is_some_and(|byte| byte.is_ascii_alphanumeric()))
        && alias.as_bytes().windows(2).all(|pair| !pair.iter().all(is_sign))
}

/// Sets the alias, if it is nobody else's. One of digits alone could be taken for an account's id, and
/// its users for that account's.
fn put(
    call: &Invocation<'_>,
    connection: &mut SqliteConnection,
    parameter: &'static str,
    alias: &str,
) -> Result<(), Refusal> {
    let account = call.account().as_str();
    if alias == account {
        return Ok(account_setting::delete_alias(connection, account)?);
    }
    if alias.bytes().all(|byte| byte.is_ascii_digit()) {
        let rule = "none of digits alone, unless it is the account's id";
        return Err(Refusal::parameter(parameter, Flaw::Value, rule));
    }
    let key = fold(alias);
    if account_setting::owner_of_alias(connection, &key)?.is_some_and(|owner| owner != account) {
        return Err(Refusal::exists(Entity::AccountAlias, alias));
    }
    Ok(account_setting::put_alias(connection, account, (alias, &key))?)
}
