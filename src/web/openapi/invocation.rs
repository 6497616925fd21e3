//! One call on its way through a verb: who calls, with which parameters.

use std::time::Duration;

use serde_json::{Value, json};

use crate::base::{
    AccessConfigurationId, AccountId, DirectoryId, GroupId, ScimConnectorId, UserId, UserProvisioningId,
};
use crate::domain::Tag;
use crate::rpc::{self, Parameters};
use crate::service::authorisation::{self, Resource};
use crate::service::{Context, Error, Operator, RpcCaller};

/// What a verb works with.
pub(super) struct Invocation<'a> {
    pub(super) ctx: &'a Context,
    pub(super) caller: &'a RpcCaller,
    pub(super) parameters: &'a Parameters,
    pub(super) action: &'static str,
}

/// The members of an answer, or why there is none.
pub(super) type Outcome = Result<Value, Error>;

/// What carries out an action.
pub(super) type Verb = fn(&Invocation<'_>) -> Outcome;

impl Invocation<'_> {
    /// The proof that the caller may do this to `resource`.
    pub(super) fn authorise(&self, resource: &Resource) -> Result<Operator, Error> {
        authorisation::authorise(self.ctx, self.caller, self.action, resource)
    }

    pub(super) fn directory_id(&self) -> Result<DirectoryId, Error> {
        self.id("DirectoryId", DirectoryId::PREFIX, DirectoryId::parse)
    }

    pub(super) fn user_id(&self) -> Result<UserId, Error> {
        self.id("UserId", UserId::PREFIX, UserId::parse)
    }

    pub(super) fn group_id(&self) -> Result<GroupId, Error> {
        self.id("GroupId", GroupId::PREFIX, GroupId::parse)
    }

    pub(super) fn access_configuration_id(&self) -> Result<AccessConfigurationId, Error> {
        let prefix = AccessConfigurationId::PREFIX;
        self.id("AccessConfigurationId", prefix, AccessConfigurationId::parse)
    }

    pub(super) fn user_provisioning_id(&self) -> Result<UserProvisioningId, Error> {
        self.id("UserProvisioningId", UserProvisioningId::PREFIX, UserProvisioningId::parse)
    }

    pub(super) fn scim_connector_id(&self) -> Result<ScimConnectorId, Error> {
        self.id("ConnectorId", ScimConnectorId::PREFIX, ScimConnectorId::parse)
    }

    /// A length of time that is said in days or in seconds, under the one name or the other; `None` where it is
    /// said in neither.
    pub(super) fn duration(&self, days: &str, seconds: &str) -> Result<Option<Duration>, Error> {
        const DAY: i64 = 24 * 60 * 60;
        // Whether it is in range is the domain's to say.
        let longest = i64::from(u32::MAX);
        let in_days = self.parameters.integer(days, 0..=longest / DAY)?.map(|number| number * DAY);
        let in_seconds = self.parameters.integer(seconds, 0..=longest)?;
        if in_days.is_some() && in_seconds.is_some() {
            return Err(self.parameters.invalid(seconds, format!("absent where {days} is there")).into());
        }
        Ok(in_days.or(in_seconds).and_then(|number| u64::try_from(number).ok()).map(Duration::from_secs))
    }

    pub(super) fn account_id(&self) -> Result<AccountId, Error> {
        self.account("AccountId")
    }

    /// The id of an account, under whatever name the action has for it.
    pub(super) fn account(&self, name: &str) -> Result<AccountId, Error> {
        let refusal = || self.parameters.invalid(name, "the id of an account, 1 to 20 digits");
        Ok(AccountId::parse(self.parameters.required(name)?).ok_or_else(refusal)?)
    }

    /// Whether a parameter is there and says something.
    pub(super) fn is_given(&self, name: &str) -> bool {
        self.parameters.optional(name).is_some_and(|value| !value.is_empty())
    }

    /// An id that must be there and have the form of its kind.
    pub(super) fn id<T>(
        &self,
        name: &str,
        prefix: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        let refusal = || self.parameters.invalid(name, format!("an id that begins with {prefix}"));
        Ok(parse(self.parameters.required(name)?).ok_or_else(refusal)?)
    }

    /// A text that may be absent.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.parameters.optional(name).map(str::to_owned)
    }

    /// `true` or `false`, false where it is absent.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Error> {
        Ok(self.parameters.boolean(name)?.unwrap_or(false))
    }

    /// One of the words that `parse` knows; `None` where it is absent.
    pub(super) fn word<T>(
        &self,
        name: &str,
        choices: &[&str],
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, Error> {
        let Some(word) = self.parameters.choice(name, choices)? else { return Ok(None) };
        let refusal = || self.parameters.invalid(name, format!("one of {}", choices.join(", ")));
        Ok(Some(parse(word).ok_or_else(refusal)?))
    }

    /// One of the words that `parse` knows, which must be there.
    pub(super) fn required_word<T>(
        &self,
        name: &str,
        choices: &[&str],
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Error> {
        self.parameters.required(name)?;
        let missing = || rpc::Error::Missing(name.to_owned());
        Ok(self.word(name, choices, parse)?.ok_or_else(missing)?)
    }

    /// `Tags.N.Key` and `Tags.N.Value`.
    pub(super) fn tags(&self) -> Result<Vec<Tag>, Error> {
        let tag = |item: &Parameters| {
            let value = item.optional("Value").unwrap_or_default().to_owned();
            Ok(Tag { key: item.required("Key")?.to_owned(), value })
        };
        self.parameters.list("Tags")?.iter().map(tag).collect()
    }
}

/// The answer of an action that has nothing to say.
pub(super) fn nothing() -> Outcome {
    Ok(json!({}))
}

pub(super) fn tags_answer(tags: &[Tag]) -> Vec<Value> {
    tags.iter().map(|tag| json!({ "Key": tag.key, "Value": tag.value })).collect()
}
