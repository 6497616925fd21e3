//! What a path into a profile leads to.

use std::borrow::Cow;

use serde_json::Value as Json;

use super::super::Profile;
use super::tree::Step;
use super::value::Value;

/// Follows the steps. Where a list is on the way, the result is a list. Of what has parts it is the part `value`, as
/// it is for whoever asks SCIM (RFC 7643 §2.4); numbers and booleans are texts as JSON writes them.
pub(super) fn follow<'a>(profile: &'a Profile, steps: &[Step]) -> Value<'a> {
    let mut is_list = false;
    let mut found: Vec<&Json> = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        found = match step {
            Step::Part(part) if index == 0 => {
                let attributes = profile.attributes();
                let attribute = attributes.get(part).or_else(|| {
                    attributes
                        .iter()
                        .find(|(name, _)| name.eq_ignore_ascii_case(part))
                        .map(|(_, value)| value)
                });
                attribute.into_iter().collect()
            }
            Step::Part(part) => {
                elements(found, &mut is_list).filter_map(|value| member(value, part)).collect()
            }
            Step::Where { part, text } => elements(found, &mut is_list)
                .filter(|value| member(value, part).and_then(scalar).is_some_and(|value| value == *text))
                .collect(),
        };
    }
    let found: Vec<&Json> = elements(found, &mut is_list).collect();
    let mut texts = found.into_iter().filter_map(|value| {
        scalar(value).or_else(|| member(value, "value").and_then(scalar)).filter(|text| !text.is_empty())
    });
    if is_list { Value::List(texts.collect()) } else { texts.next().map_or(Value::Absent, Value::Text) }
}

/// The values, and the elements of those that are lists.
fn elements<'a>(found: Vec<&'a Json>, is_list: &mut bool) -> impl Iterator<Item = &'a Json> {
    *is_list |= found.iter().any(|value| value.is_array());
    found.into_iter().flat_map(|value| value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice))
}

fn member<'a>(value: &'a Json, part: &str) -> Option<&'a Json> {
    let object = value.as_object()?;
    let any_case = || object.iter().find(|(name, _)| name.eq_ignore_ascii_case(part)).map(|(_, value)| value);
    object.get(part).or_else(any_case)
}

fn scalar(value: &Json) -> Option<Cow<'_, str>> {
    match value {
        Json::String(text) => Some(Cow::Borrowed(text)),
        Json::Number(number) => Some(Cow::Owned(number.to_string())),
        Json::Bool(holds) => Some(Cow::Borrowed(if *holds { "true" } else { "false" })),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}
