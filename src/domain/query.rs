//! What a list is asked for, as values; `storage` turns them into SQL.

use crate::base::fold;

use super::{Error, ProvisionType, Status, Tag};

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
}
