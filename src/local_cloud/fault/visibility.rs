//! Objects that exist and are not seen yet: what a cloud of many copies does to whoever reads soon after
//! writing.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use crate::base::Timestamp;
use crate::local_cloud::refusal::{Entity, Refusal};
use crate::rpc::Parameters;

use super::Target;
use super::rule::Rule;

/// What can be hidden: the action that creates it, and the member and parameter that name it.
const KINDS: [(&str, &str, Entity); 3] = [
    ("ram:CreateRole", "RoleName", Entity::Role),
    ("ram:CreatePolicy", "PolicyName", Entity::Policy),
    ("ims:CreateSAMLProvider", "SAMLProviderName", Entity::SamlProvider),
];

/// The objects of each account that are not seen yet.
#[derive(Debug)]
pub(crate) struct Visibility {
    rules: Vec<Rule>,
    /// By account, kind and name: when it will be seen.
    hidden: Mutex<HashMap<(String, &'static str, String), Timestamp>>,
}

impl Visibility {
    pub(super) fn new(rules: Vec<Rule>) -> Self {
        Self { rules, hidden: Mutex::default() }
    }

    /// Takes the answer of a call that succeeded, and gives what its caller is to see: an object that was
    /// made just now is missing from what others read.
    ///
    /// # Errors
    /// That the thing does not exist, where the call reads one that is not seen yet.
    pub(crate) fn pass(
        &self,
        target: &Target,
        parameters: &Parameters,
        now: Timestamp,
        mut answer: Value,
    ) -> Result<Value, Refusal> {
        if self.rules.is_empty() {
            return Ok(answer);
        }
        let mut hidden = self.hidden.lock().unwrap_or_else(PoisonError::into_inner);
        hidden.retain(|_, until| now < *until);
        if let Some((_, key, _)) = KINDS.iter().find(|(creation, _, _)| *creation == target.action) {
            let mut rules = self.rules.iter().filter(|rule| rule.is_for(target));
            let after = rules.find_map(|rule| rule.visible_after);
            if let (Some(after), Some(name)) = (after, parameters.optional(key)) {
                hidden.insert((target.account.clone(), *key, name.to_owned()), now.plus(after));
            }
            return Ok(answer);
        }
        let verb = target.action.split_once(':').map_or("", |(_, verb)| verb);
        if !verb.starts_with("Get") && !verb.starts_with("List") {
            return Ok(answer);
        }
        for (_, key, entity) in KINDS {
            let is_hidden = |name: &str| hidden.contains_key(&(target.account.clone(), key, name.to_owned()));
            let is_own = parameters.optional("PolicyType") != Some("System");
            if let Some(name) = parameters.optional(key).filter(|name| is_own && is_hidden(name)) {
                return Err(Refusal::missing(entity, name));
            }
            take_away(&mut answer, key, &is_hidden);
        }
        Ok(answer)
    }
}

/// Takes the members of lists away whose `key` is the name of something hidden.
fn take_away(value: &mut Value, key: &str, is_hidden: &impl Fn(&str) -> bool) {
    match value {
        Value::Array(items) => {
            items.retain(|item| !item.get(key).and_then(Value::as_str).is_some_and(is_hidden));
            items.iter_mut().for_each(|item| take_away(item, key, is_hidden));
        }
        Value::Object(members) => {
            members.values_mut().for_each(|member| take_away(member, key, is_hidden));
        }
        _ => {}
    }
}
