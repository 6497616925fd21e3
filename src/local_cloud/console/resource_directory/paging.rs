//! Lists of the resource directory, which are paged by number: one page of them for a page of ours, or all.

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::local_cloud::api::version::RESOURCE_DIRECTORY_MASTER;
use crate::local_cloud::refusal::Refusal;

use super::super::desk::{Desk, Visit};

/// Items on a page.
const PAGE: usize = 50;
/// Items of one answer at most.
const LARGEST: usize = 100;

/// A list that an action gives.
pub(super) struct List<'a> {
    pub(super) action: &'a str,
    /// The names of its two levels in the answer.
    pub(super) names: (&'a str, &'a str),
    /// What is asked for; empty values are not sent.
    pub(super) parameters: Vec<(&'a str, &'a str)>,
}

/// One page of a list, and the way to the others.
pub(super) struct Listed<T> {
    pub(super) items: Vec<T>,
    pub(super) paging: Paging,
}

/// Where a page is in its list.
pub(super) struct Paging {
    pub(super) total: usize,
    /// The queries of the pages before and behind, where there are any.
    pub(super) previous: Option<String>,
    pub(super) next: Option<String>,
}

impl List<'_> {
    /// The page that the address asks for; links to other pages keep what else the address asks, by `kept`.
    pub(super) fn page<T: DeserializeOwned>(
        &self,
        desk: &Desk<'_>,
        visit: &Visit,
        kept: &[(&str, &str)],
    ) -> Result<Listed<T>, Refusal> {
        let number = visit.asked("page").parse::<usize>().unwrap_or(1).clamp(1, 1_000_000);
        let (items, total) = self.ask(desk, number, PAGE)?;
        let query = |number: usize| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.extend_pairs(kept.iter().filter(|(_, value)| !value.is_empty()));
            query.append_pair("page", &number.to_string()).finish()
        };
        let previous = (number > 1).then(|| query(number - 1));
        let next = (number * PAGE < total).then(|| query(number + 1));
        Ok(Listed { items, paging: Paging { total, previous, next } })
    }

    /// The first items, and how many there are.
    pub(super) fn first<T: DeserializeOwned>(
        &self,
        desk: &Desk<'_>,
        size: usize,
    ) -> Result<(Vec<T>, usize), Refusal> {
        self.ask(desk, 1, size.min(LARGEST))
    }

    /// Every item.
    pub(super) fn every<T: DeserializeOwned>(&self, desk: &Desk<'_>) -> Result<Vec<T>, Refusal> {
        let mut every = Vec::new();
        for number in 1.. {
            let (items, total) = self.ask(desk, number, LARGEST)?;
            let is_last = items.len() < LARGEST || number * LARGEST >= total;
            every.extend(items);
            if is_last {
                break;
            }
        }
        Ok(every)
    }

    fn ask<T: DeserializeOwned>(
        &self,
        desk: &Desk<'_>,
        number: usize,
        size: usize,
    ) -> Result<(Vec<T>, usize), Refusal> {
        let broken = || Refusal::Internal(format!("the answer of {}", self.action));
        let (number, size) = (number.to_string(), size.to_string());
        let mut parameters = vec![("PageNumber", number.as_str()), ("PageSize", size.as_str())];
        parameters.extend(self.parameters.iter().filter(|(_, value)| !value.is_empty()));
        let mut answer = desk.call(RESOURCE_DIRECTORY_MASTER, self.action, &parameters)?;
        let total = answer.get("TotalCount").and_then(Value::as_u64).ok_or_else(broken)?;
        let (plural, singular) = self.names;
        let items = answer.get_mut(plural).and_then(|list| list.get_mut(singular)).map(Value::take);
        let items = serde_json::from_value(items.ok_or_else(broken)?).map_err(|_ignored| broken())?;
        Ok((items, usize::try_from(total).unwrap_or(usize::MAX)))
    }
}
