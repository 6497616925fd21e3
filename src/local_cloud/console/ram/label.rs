//! Fields of forms in the words of their page: a refusal names the label that somebody reads there, and not
//! the parameter that the field becomes.

use crate::local_cloud::refusal::{Flaw, Refusal};
use crate::rpc;

use super::super::desk::Visit;

/// A parameter of an action, and the label of its field.
pub(super) type Label = (&'static str, &'static str);

/// The refusal, where it is about a parameter that `labels` has, by the label.
pub(super) fn in_words(refusal: Refusal, labels: &[Label]) -> Refusal {
    let label = |name: &str| labels.iter().find(|(parameter, _)| *parameter == name).map(|(_, label)| *label);
    match refusal {
        Refusal::Parameter { name, flaw, rule } => {
            Refusal::Parameter { name: label(name).unwrap_or(name), flaw, rule }
        }
        Refusal::Envelope(rpc::Error::Missing(name)) => {
            let name = label(&name).map_or(name, str::to_owned);
            Refusal::Envelope(rpc::Error::Missing(name))
        }
        Refusal::Envelope(rpc::Error::Invalid { name, expected }) => match label(&name) {
            Some(name) => Refusal::parameter(name, Flaw::Value, expected),
            None => Refusal::Envelope(rpc::Error::Invalid { name, expected }),
        },
        refusal => refusal,
    }
}

/// A field that must be filled in, without space around it; `label` names it where it is empty.
pub(super) fn filled<'v>(visit: &'v Visit, field: &str, label: &str) -> Result<&'v str, Refusal> {
    let text = visit.given(field).trim();
    if text.is_empty() {
        return Err(Refusal::Envelope(rpc::Error::Missing(label.to_owned())));
    }
    Ok(text)
}

/// Whether a box is ticked when the page shows it: as somebody left it where the form of `deed` failed, and
/// else as it is `known`.
pub(super) fn is_on(visit: &Visit, (deed, field): (&str, &str), known: bool) -> bool {
    if visit.failure.is_some() && visit.given("deed") == deed { visit.is_ticked(field) } else { known }
}

/// `true` or `false`, as the actions take it.
pub(super) const fn truth(is_on: bool) -> &'static str {
    if is_on { "true" } else { "false" }
}

/// Many things typed into one field, a line each or with one of `between` between them, as the actions take
/// them: joined by `joint`.
pub(super) fn joined(text: &str, between: &[char], joint: &str) -> String {
    let is_between = |letter: char| letter.is_whitespace() || between.contains(&letter);
    text.split(is_between).filter(|item| !item.is_empty()).collect::<Vec<_>>().join(joint)
}
