//! Pages of lists: `MaxResults` and `NextToken` in, `IsTruncated`, `MaxResults`, `NextToken` and
//! `TotalCounts` out. A token is good for the same action and the same filters only.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use crate::base::PageRequest;
use crate::domain;
use crate::service::{Context, Error, Listing, page_token};

use super::invocation::{Invocation, Outcome};

const DEFAULT: u32 = 10;

/// Which page a call asks for, and what its tokens are bound to.
pub(super) struct Paging<'a> {
    ctx: &'a Context,
    query: String,
    pub(super) request: PageRequest,
}

impl<'a> Paging<'a> {
    /// Reads the page that `call` asks for, of at most `longest` items; `filters` are the parameters that say
    /// which list it is, beside `DirectoryId`.
    pub(super) fn read(call: &Invocation<'a>, longest: u32, filters: &[&str]) -> Result<Self, Error> {
        let limit = call.parameters.integer("MaxResults", 1..=i64::from(longest))?;
        let query = describe(call, filters);
        let token = call.parameters.optional("NextToken").filter(|token| !token.is_empty());
        let after = token.map(|token| page_token::open(call.ctx, &query, token)).transpose()?;
        let limit = limit.and_then(|limit| u32::try_from(limit).ok()).unwrap_or(DEFAULT);
        Ok(Self { ctx: call.ctx, query, request: PageRequest { limit, after } })
    }

    /// What the page begins after, where it is not the first.
    pub(super) fn after<T>(&self, read: impl FnOnce(&str) -> Option<T>) -> Result<Option<T>, Error> {
        let refusal =
            || domain::Error::invalid("NextToken", "must be the token of an earlier page of the same list");
        let Some(after) = &self.request.after else { return Ok(None) };
        Ok(Some(read(after).ok_or_else(refusal)?))
    }

    /// How many rows to read, so that one too many tells of a next page.
    pub(super) fn rows(&self) -> i64 {
        i64::from(self.request.limit) + 1
    }

    /// The answer's members; the items stand under `name`.
    pub(super) fn answer<T>(&self, listing: &Listing<T>, name: &str, item: impl Fn(&T) -> Value) -> Outcome {
        let mut answer = Map::new();
        answer.insert("IsTruncated".to_owned(), listing.page.next.is_some().into());
        answer.insert("MaxResults".to_owned(), self.request.limit.into());
        answer.insert("TotalCounts".to_owned(), listing.total.into());
        if let Some(next) = &listing.page.next {
            let token = page_token::issue(self.ctx, &self.query, next)?;
            answer.insert("NextToken".to_owned(), token.into());
        }
        answer.insert(name.to_owned(), listing.page.items.iter().map(item).collect());
        Ok(Value::Object(answer))
    }
}

/// The action and the parameters that say which list it is; lengths keep one from passing for another.
fn describe(call: &Invocation<'_>, filters: &[&str]) -> String {
    let is_filter = |name: &str| {
        name == "DirectoryId"
            || filters.iter().any(|filter| {
                name.strip_prefix(filter).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
    };
    let mut query = call.action.to_owned();
    for (name, value) in call.parameters.iter().filter(|(name, value)| is_filter(name) && !value.is_empty()) {
        // Writing to a string does not fail.
        let _written = write!(query, "&{}:{name}={}:{value}", name.len(), value.len());
    }
    query
}
