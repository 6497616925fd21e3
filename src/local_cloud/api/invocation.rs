//! One call on its way through a verb: who calls, with which parameters, when.

use std::ops::RangeInclusive;

use data_encoding::BASE64URL_NOPAD;
use diesel::SqliteConnection;
use serde_json::Value;

use crate::base::{AccountId, Timestamp, fold};
use crate::local_cloud::channel::Channel;
use crate::local_cloud::circumstances::Circumstances;
use crate::local_cloud::cloud::Cloud;
use crate::local_cloud::identity::Identity;
use crate::local_cloud::refusal::Refusal;
use crate::local_cloud::rules;
use crate::policy::Context;
use crate::rpc::Parameters;

/// What an authenticated verb works with.
pub(crate) struct Invocation<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) identity: &'a Identity,
    pub(crate) parameters: &'a Parameters,
    pub(crate) channel: Channel,
    /// The console session in which it is made, where it is not a signed call.
    pub(crate) session_id: Option<&'a str>,
    /// The version of the product that was called, which is of those in the table of actions.
    pub(crate) version: &'a str,
    pub(crate) now: Timestamp,
}

/// What an anonymous verb works with: its caller proves itself by a parameter.
pub(crate) struct AnonymousInvocation<'a> {
    pub(crate) cloud: &'a Cloud,
    pub(crate) parameters: &'a Parameters,
    pub(crate) channel: Channel,
    pub(crate) now: Timestamp,
}

/// The members of an answer, or why there is none.
pub(crate) type Outcome = Result<Value, Refusal>;

/// A verb reads and writes in the one transaction that its connection is in.
pub(crate) type Verb = fn(&Invocation<'_>, &mut SqliteConnection) -> Outcome;

/// A verb that opens its transactions itself, since it has long work to do between them.
pub(crate) type StagedVerb = fn(&Invocation<'_>) -> Outcome;

impl Invocation<'_> {
    /// The account whose resources the call is about.
    pub(crate) fn account(&self) -> &AccountId {
        &self.identity.account
    }

    /// The context with what conditions may ask of every request.
    pub(crate) fn seen(&self, context: Context) -> Context {
        let mfa_present = self.identity.mfa_present;
        Circumstances { channel: self.channel, now: self.now, mfa_present }.tell(context)
    }

    /// An optional text of limited length; absent and empty are both empty.
    pub(crate) fn text(
        &self,
        parameter: &'static str,
        characters: RangeInclusive<usize>,
    ) -> Result<&str, Refusal> {
        match self.parameters.optional(parameter) {
            None | Some("") => Ok(""),
            Some(text) => rules::length(parameter, text, characters),
        }
    }
}

/// What lists are searched by: a part of a name or of what is said of it, in any case.
pub(crate) struct Keyword(String);

impl Keyword {
    /// Reads `QueryKeyword`, a parameter of ours; without it everything is found.
    pub(crate) fn read(call: &Invocation<'_>) -> Result<Self, Refusal> {
        Ok(Self(fold(call.text("QueryKeyword", 1..=128)?)))
    }

    /// Whether everything is found.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of `texts` has it.
    pub(crate) fn is_in(&self, texts: &[&str]) -> bool {
        self.0.is_empty() || texts.iter().any(|text| fold(text).contains(&self.0))
    }
}

/// Characters of the longest name that a marker can be.
const LONGEST_MARKER: usize = 256;

impl AnonymousInvocation<'_> {
    /// What conditions may ask of the call.
    pub(crate) const fn circumstances(&self) -> Circumstances {
        Circumstances::by_provider(self.channel, self.now)
    }
}

/// One page of a list by marker, as RAM and IMS page: the name after which it begins, and how many.
pub(crate) struct MarkerPage {
    pub(crate) after: String,
    pub(crate) size: i64,
}

impl MarkerPage {
    /// Reads `Marker` and `MaxItems` (1 to 1000, 100 unless said).
    pub(crate) fn read(parameters: &Parameters) -> Result<Self, Refusal> {
        Self::read_within(parameters, 1000, 100)
    }

    /// As [`MarkerPage::read`], with another limit and another number unless said.
    pub(crate) fn read_within(
        parameters: &Parameters,
        largest: i64,
        unless_said: i64,
    ) -> Result<Self, Refusal> {
        let size = parameters.integer("MaxItems", 1..=largest)?.unwrap_or(unless_said);
        let after = parameters.optional("Marker").unwrap_or_default();
        let after = rules::length("Marker", after, 0..=LONGEST_MARKER)?.to_owned();
        Ok(Self { after, size })
    }

    /// How many rows to read, so that one too many tells of a next page.
    pub(crate) const fn rows(&self) -> i64 {
        self.size + 1
    }

    /// The answer's members `IsTruncated`, `Marker` and `{plural: {singular: […]}}`.
    pub(crate) fn answer<T>(
        &self,
        mut rows: Vec<T>,
        (plural, singular): (&str, &str),
        key: impl Fn(&T) -> String,
        item: impl Fn(&T) -> Value,
    ) -> Value {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let is_truncated = rows.len() > size;
        rows.truncate(size);
        let mut answer = serde_json::Map::new();
        answer.insert("IsTruncated".to_owned(), is_truncated.into());
        if let Some(last) = rows.last().filter(|_| is_truncated) {
            answer.insert("Marker".to_owned(), key(last).into());
        }
        let items: Vec<Value> = rows.iter().map(item).collect();
        answer.insert(plural.to_owned(), serde_json::json!({ singular: items }));
        Value::Object(answer)
    }
}

/// One page of a list by number, as the resource directory pages.
pub(crate) struct NumberedPage {
    number: i64,
    size: i64,
}

impl NumberedPage {
    /// Reads `PageNumber` (from 1) and `PageSize` (1 to 100, 10 unless said).
    pub(crate) fn read(parameters: &Parameters) -> Result<Self, Refusal> {
        let number = parameters.integer("PageNumber", 1..=1_000_000)?.unwrap_or(1);
        let size = parameters.integer("PageSize", 1..=100)?.unwrap_or(10);
        Ok(Self { number, size })
    }

    /// The answer's members `TotalCount`, `PageNumber`, `PageSize` and `{plural: {singular: […]}}`.
    pub(crate) fn answer<T>(
        &self,
        rows: &[T],
        (plural, singular): (&str, &str),
        item: impl Fn(&T) -> Value,
    ) -> Value {
        let size = usize::try_from(self.size).unwrap_or(0);
        let skipped = usize::try_from((self.number - 1).saturating_mul(self.size)).unwrap_or(usize::MAX);
        let items: Vec<Value> = rows.iter().skip(skipped).take(size).map(item).collect();
        let mut answer = serde_json::Map::new();
        answer.insert("TotalCount".to_owned(), rows.len().into());
        answer.insert("PageNumber".to_owned(), self.number.into());
        answer.insert("PageSize".to_owned(), self.size.into());
        answer.insert(plural.to_owned(), serde_json::json!({ singular: items }));
        Value::Object(answer)
    }
}

/// One page of a list by token: the key after which it begins, in a form that nobody needs to read.
pub(crate) struct TokenPage {
    after: String,
    size: usize,
}

impl TokenPage {
    /// Reads `NextToken` and the size (1 to 100, `default` unless said) by the name that the product
    /// has for it.
    pub(crate) fn read(parameters: &Parameters, size: &str, default: i64) -> Result<Self, Refusal> {
        let size = parameters.integer(size, 1..=100)?.unwrap_or(default);
        let token = parameters.optional("NextToken").unwrap_or_default();
        let after = BASE64URL_NOPAD.decode(token.as_bytes()).ok().and_then(|key| String::from_utf8(key).ok());
        let after = after.ok_or_else(|| parameters.invalid("NextToken", "one of an earlier answer"))?;
        Ok(Self { after, size: usize::try_from(size).unwrap_or(0) })
    }

    /// How many items the page holds at most.
    pub(crate) const fn size(&self) -> usize {
        self.size
    }

    /// The answer's members `NextToken`, empty on the last page, and `{list: […]}`; `rows` in any order.
    pub(crate) fn answer<T>(
        &self,
        rows: Vec<T>,
        list: &str,
        key: impl Fn(&T) -> String,
        item: impl Fn(&T) -> Value,
    ) -> Value {
        let mut keyed: Vec<(String, T)> = rows.into_iter().map(|row| (key(&row), row)).collect();
        keyed.retain(|(key, _)| *key > self.after);
        keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
        let more = keyed.len() > self.size;
        keyed.truncate(self.size);
        let next = keyed.last().filter(|_| more).map(|(key, _)| BASE64URL_NOPAD.encode(key.as_bytes()));
        let items: Vec<Value> = keyed.iter().map(|(_, row)| item(row)).collect();
        serde_json::json!({ "NextToken": next.unwrap_or_default(), list: items })
    }
}

/// A moment of the store, as answers spell it: `2026-11-22T18:09:05Z`.
pub(crate) fn date(millis: i64) -> String {
    Timestamp::from_millis(millis).rfc3339()
}

/// The name of a policy's version: `v1`, `v2`, …
pub(crate) fn version_id(number: i64) -> String {
    format!("v{number}")
}
