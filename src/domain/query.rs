//! What a list is asked for, as values; `storage` turns them into SQL.

use std::time::Duration;

use crate::base::{Timestamp, fold};

use super::{Error, ProvisionType, Status, Tag};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A condition on a name, whatever its case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameFilter {
    /// The name is this one; folded.
    Equals(String),
    /// The name begins like this; folded.
    StartsWith(String),
}

impl NameFilter {
    /// Reads the OpenAPI's one clause, `<attribute> eq <name>` or `<attribute> sw <beginning>`.
    ///
    /// # Errors
    /// [`Error`] on `Filter` for anything else, also for a value that no name could have.
    pub fn parse(attribute: &str, text: &str) -> Result<Self, Error> {
        let refusal = || {
            let rule =
                format_args!("must be `{attribute} eq <name>` or `{attribute} sw <beginning of a name>`");
            Error::invalid("Filter", rule)
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let [named, operator, value] = words.as_slice() else { return Err(refusal()) };
        let is_name = (1..=128).contains(&value.len())
            && value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"@_-.".contains(&byte));
        if !named.eq_ignore_ascii_case(attribute) || !is_name {
            return Err(refusal());
        }
        match operator.to_ascii_lowercase().as_str() {
            "eq" => Ok(Self::Equals(fold(value))),
            "sw" => Ok(Self::StartsWith(fold(value))),
            _ => Err(refusal()),
        }
    }
}

/// Which users a list shows; each condition that is there must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserQuery {
    /// On the user name.
    pub name: Option<NameFilter>,
    /// On the status.
    pub status: Option<Status>,
    /// On where they came from.
    pub provision_type: Option<ProvisionType>,
    /// Tags that they all carry.
    pub tags: Vec<Tag>,
}

/// Which groups a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupQuery {
    /// On the group name.
    pub name: Option<NameFilter>,
    /// On where they came from.
    pub provision_type: Option<ProvisionType>,
}

/// Which access configurations a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessConfigurationQuery {
    /// On the name.
    pub name: Option<NameFilter>,
    /// Only those that some account is behind of.
    pub is_reprovision_required: bool,
    /// Tags that they all carry.
    pub tags: Vec<Tag>,
}

/// From when on a list shows tasks: a day back, or what the OpenAPI's one clause `StartTime ge <UTC time>`
/// says, at most seven days back.
///
/// # Errors
/// [`Error`] on `Filter` for anything else.
pub fn task_start(filter: Option<&str>, now: Timestamp) -> Result<Timestamp, Error> {
    let Some(text) = filter else { return Ok(now.minus(DAY)) };
    let rule = "must be `StartTime ge YYYY-MM-DDTHH:mm:SSZ`, at most 7 days back";
    let refusal = || Error::invalid("Filter", rule);
    let words: Vec<&str> = text.split_whitespace().collect();
    let [named, operator, time] = words.as_slice() else { return Err(refusal()) };
    let is_clause = named.eq_ignore_ascii_case("StartTime") && operator.eq_ignore_ascii_case("ge");
    let time = time.to_ascii_uppercase();
    let start = Timestamp::parse(&time).filter(|_| is_clause && time.ends_with('Z')).ok_or_else(refusal)?;
    if now.since(start) <= DAY * 7 { Ok(start) } else { Err(refusal()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_clause_in_any_case() {
        let parse = |text| NameFilter::parse("UserName", text);
        assert_eq!(parse("UserName sw Al"), Ok(NameFilter::StartsWith("al".to_owned())));
        assert_eq!(parse("username EQ alice@x.y"), Ok(NameFilter::Equals("alice@x.y".to_owned())));
        for bad in [
            "",
            "alice",
            "UserName sw",
            "UserName co a",
            "GroupName sw a",
            "UserName sw a b",
            "UserName sw %",
            "UserName eq a' OR '1'='1",
            "UserName eq \"alice\"",
        ] {
            assert_eq!(parse(bad).unwrap_err().code, "InvalidParameter.Filter", "{bad}");
        }
        assert!(parse(&format!("UserName eq {}", "a".repeat(129))).is_err());
    }

    #[test]
    fn tasks_are_shown_for_a_day_or_from_a_moment_of_the_last_week() {
        let now = Timestamp::parse("2026-11-22T12:00:00Z").unwrap();
        let start = |text| task_start(Some(text), now).map(Timestamp::rfc3339);
        assert_eq!(task_start(None, now).map(Timestamp::rfc3339), Ok("2026-11-21T12:00:00Z".to_owned()));
        for good in ["StartTime ge 2026-11-15T12:00:00Z", "starttime GE 2026-11-15t12:00:00z"] {
            assert_eq!(start(good), Ok("2026-11-15T12:00:00Z".to_owned()), "{good}");
        }
        for bad in [
            "",
            "StartTime ge 2026-11-15T11:59:59Z",
            "StartTime gt 2026-11-20T12:00:00Z",
            "EndTime ge 2026-11-20T12:00:00Z",
            "StartTime ge 2026-11-20T12:00:00+01:00",
            "StartTime ge yesterday",
        ] {
            assert_eq!(start(bad).unwrap_err().code, "InvalidParameter.Filter", "{bad}");
        }
    }
}
