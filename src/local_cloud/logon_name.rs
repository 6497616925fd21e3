//! Logon names of RAM users: `<name>@<domain>`, where the domain is `<alias>.onaliyun.com` or, as with the
//! real cloud, the one that the account's id makes.

use diesel::SqliteConnection;

use crate::base::{AccountId, fold};

use super::refusal::Refusal;
use super::store::account_setting;
use super::store::user::UserRow;

/// What every default domain ends with.
pub(crate) const DOMAIN_SUFFIX: &str = ".onaliyun.com";

/// The account's default domain, `<alias>.onaliyun.com`, with the account's id where it has no alias.
pub(crate) fn default_domain(
    connection: &mut SqliteConnection,
    account: &AccountId,
) -> Result<String, Refusal> {
    let alias = account_setting::alias(connection, account.as_str())?;
    Ok(format!("{}{DOMAIN_SUFFIX}", alias.as_deref().unwrap_or(account.as_str())))
}

/// The logon name of a user.
pub(crate) fn principal_name(domain: &str, user: &UserRow) -> String {
    format!("{}@{domain}", user.name)
}

/// Whether `domain` is the default domain of `account`, or the one that its id makes. Only as it is spelled
/// in ASCII: signs of other alphabets fold to letters of this one.
pub(crate) fn is_domain_of(
    connection: &mut SqliteConnection,
    account: &AccountId,
    domain: &str,
) -> Result<bool, Refusal> {
    let folded = fold(domain);
    let is_own = folded == format!("{account}{DOMAIN_SUFFIX}")
        || folded == fold(&default_domain(connection, account)?);
    Ok(is_own && domain.is_ascii())
}

/// The account whose domain it is, if it is spelled as one; whether there is such an account is not asked.
pub(crate) fn account_of_domain(
    connection: &mut SqliteConnection,
    domain: &str,
) -> Result<Option<AccountId>, Refusal> {
    let folded = Some(fold(domain)).filter(|_| domain.is_ascii());
    let Some(alias) = folded.as_deref().and_then(|domain| domain.strip_suffix(DOMAIN_SUFFIX)) else {
        return Ok(None);
    };
    if let Some(account) = AccountId::parse(alias) {
        return Ok(Some(account));
    }
    Ok(account_setting::owner_of_alias(connection, alias)?.and_then(|id| AccountId::parse(&id)))
}
