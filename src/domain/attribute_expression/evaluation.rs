//! What an expression comes to for somebody.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::text::shown;
use super::Subject;
use super::error::ExpressionError;
use super::function::Function;
use super::glob;
use super::profile_path;
use super::tree::{Kind, Node, Source};
use super::value::{Made, Meter, Value, check_size, is_carried};

/// The values of an expression whose types fit.
pub(super) fn evaluate(root: &Node, subject: &Subject<'_>) -> Result<Vec<String>, ExpressionError> {
    let meter = Meter::new();
    let mut groups: Vec<&str> = subject.groups.iter().map(crate::base::GroupName::as_str).collect();
    groups.sort_unstable();
    groups.dedup();
    let scope = Scope { subject, groups: &groups, meter: &meter, it: None };
    let values = match scope.value(root)? {
        Value::Boolean(holds) => vec![Cow::Owned(holds.to_string())],
        other => other.into_list(root.column)?,
    };
    let mut made = Made::new(root.column);
    for value in values {
        if let Some(letter) = value.chars().find(|letter| !is_carried(*letter)) {
            let received = format!("{} in {}", shown(&letter.to_string()), shown(&value));
            return Err(ExpressionError::expected(
                root.column,
                "characters that an assertion can carry",
                received,
            ));
        }
        if !value.is_empty() {
            made.push(value)?;
        }
    }
    Ok(made.finish().into_iter().map(Cow::into_owned).collect())
}

/// What the names in an expression stand for.
#[derive(Clone, Copy)]
struct Scope<'a> {
    subject: &'a Subject<'a>,
    /// In order, each once.
    groups: &'a [&'a str],
    meter: &'a Meter,
    it: Option<&'a str>,
}

impl<'a> Scope<'a> {
    fn value(&self, node: &'a Node) -> Result<Value<'a>, ExpressionError> {
        self.meter.charge(node.column, 0)?;
        match &node.kind {
            Kind::Text(text) => Ok(Value::Text(Cow::Borrowed(text))),
            Kind::Boolean(holds) => Ok(Value::Boolean(*holds)),
            Kind::Source(source) => self.source(node.column, source),
            Kind::It => Ok(self.it.map_or(Value::Absent, |it| Value::Text(Cow::Borrowed(it)))),
            Kind::List(parts) => {
                let mut made = Made::new(node.column);
                for part in parts {
                    self.list(part)?.into_iter().try_for_each(|text| made.push(text))?;
                }
                Ok(Value::List(made.finish()))
            }
            Kind::Sum(parts) => self.sum(node, parts),
            Kind::All(parts) => {
                for part in parts {
                    if !self.value(part)?.holds() {
                        return Ok(Value::Boolean(false));
                    }
                }
                Ok(Value::Boolean(true))
            }
            Kind::Any(parts) => {
                for part in parts {
                    if self.value(part)?.holds() {
                        return Ok(Value::Boolean(true));
                    }
                }
                Ok(Value::Boolean(false))
            }
            Kind::Not(inner) => Ok(Value::Boolean(!self.value(inner)?.holds())),
            Kind::Compare { left, is_equal, right } => {
                let is_same = match (self.value(left)?, self.value(right)?) {
                    (Value::Boolean(holds), other) | (other, Value::Boolean(holds)) => holds == other.holds(),
                    (one, other) => {
                        let (one, other) = (one.into_text(left.column)?, other.into_text(right.column)?);
                        one.is_some() && one == other
                    }
                };
                Ok(Value::Boolean(is_same == *is_equal))
            }
            Kind::Call(function, arguments) => self.call(node, *function, arguments),
        }
    }

    fn text(&self, node: &'a Node) -> Result<Option<Cow<'a, str>>, ExpressionError> {
        let text = self.value(node)?.into_text(node.column)?;
        self.meter.charge(node.column, text.as_deref().map_or(0, str::len))?;
        Ok(text)
    }

    fn list(&self, node: &'a Node) -> Result<Vec<Cow<'a, str>>, ExpressionError> {
        let list = self.value(node)?.into_list(node.column)?;
        self.meter.charge(node.column, list.iter().map(|text| text.len() + 1).sum())?;
        Ok(list)
    }

    fn source(&self, column: usize, source: &Source) -> Result<Value<'a>, ExpressionError> {
        let user = self.subject.user;
        Ok(match source {
            Source::UserId => Value::filled(user.id.as_str()),
            Source::UserName => Value::filled(user.spec.user_name.as_str()),
            Source::DisplayName => Value::filled(&user.spec.display_name),
            Source::FirstName => Value::filled(&user.spec.first_name),
            Source::LastName => Value::filled(&user.spec.last_name),
            Source::Email => Value::filled(user.spec.email.as_deref().unwrap_or_default()),
            Source::ExternalId => Value::filled(user.external_id.as_deref().unwrap_or_default()),
            Source::Description => Value::filled(&user.spec.description),
            Source::SubjectId => self.scoped(user.id.as_str()),
            Source::PairwiseId => {
                self.subject.persistent_name.map_or(Value::Absent, |name| self.scoped(name))
            }
            Source::EntityId => Value::filled(self.subject.audience.entity_id),
            Source::ApplicationName => Value::filled(self.subject.audience.application_name),
            Source::Groups => {
                self.meter.charge(column, self.groups.len())?;
                Value::List(self.groups.iter().map(|name| Cow::Borrowed(*name)).collect())
            }
            Source::Profile(steps) => {
                let value = profile_path::follow(&user.profile, steps);
                let looked_at = if let Value::List(list) = &value { list.len() } else { 1 };
                self.meter.charge(column, looked_at)?;
                value
            }
        })
    }

    /// As an identifier of a person (saml-subject-id-attr-v1.0 §3).
    fn scoped(&self, unique: &str) -> Value<'a> {
        Value::Text(Cow::Owned(format!("{unique}@{}", self.subject.scope)))
    }

    /// Absent if one of them is.
    fn sum(&self, node: &Node, parts: &'a [Node]) -> Result<Value<'a>, ExpressionError> {
        let mut sum = String::new();
        for part in parts {
            let Some(text) = self.text(part)? else { return Ok(Value::Absent) };
            sum.push_str(&text);
            check_size(node.column, sum.len())?;
        }
        Ok(Value::Text(Cow::Owned(sum)))
    }

    fn call(
        &self,
        node: &'a Node,
        function: Function,
        arguments: &'a [Node],
    ) -> Result<Value<'a>, ExpressionError> {
        match (function, arguments) {
            (Function::If, [condition, values @ ..]) => {
                let chosen = if self.value(condition)?.holds() { values.first() } else { values.get(1) };
                chosen.map_or(Ok(Value::Absent), |chosen| self.value(chosen))
            }
            (Function::Default, values) => {
                for value in values {
                    let value = self.value(value)?;
                    if value.is_present() {
                        return Ok(value);
                    }
                }
                Ok(Value::Absent)
            }
            (Function::Present, [value]) => Ok(Value::Boolean(self.value(value)?.is_present())),
            (Function::Filter, [list, condition]) => self.filter(node, list, condition),
            (Function::Map, [list, value]) => self.map(node, list, value),
            (Function::First, [list]) => {
                Ok(self.list(list)?.into_iter().next().map_or(Value::Absent, Value::Text))
            }
            (Function::Distinct, [list]) => {
                let mut seen = BTreeSet::new();
                let list = self.list(list)?;
                Ok(Value::List(list.into_iter().filter(|text| seen.insert(text.clone())).collect()))
            }
            (Function::Contains, [list, text]) => {
                let list = self.list(list)?;
                let text = self.text(text)?;
                Ok(Value::Boolean(text.is_some_and(|text| list.contains(&text))))
            }
            (Function::Join, [list, separator]) => self.join(node, list, separator),
            (_, arguments) => {
                let mut texts = Vec::with_capacity(arguments.len());
                for argument in arguments {
                    match self.text(argument)? {
                        Some(text) => texts.push(text),
                        None => return Ok(of_an_absent_one(function)),
                    }
                }
                self.of_texts(node, function, &texts)
            }
        }
    }

    fn filter(&self, node: &Node, list: &'a Node, condition: &'a Node) -> Result<Value<'a>, ExpressionError> {
        let mut made = Made::new(node.column);
        for element in self.list(list)? {
            let holds = Scope { it: Some(&element), ..*self }.value(condition)?.holds();
            if holds {
                made.push(element)?;
            }
        }
        Ok(Value::List(made.finish()))
    }

    fn map(&self, node: &Node, list: &'a Node, value: &'a Node) -> Result<Value<'a>, ExpressionError> {
        let mut made = Made::new(node.column);
        for element in self.list(list)? {
            for text in (Scope { it: Some(&element), ..*self }).list(value)? {
                made.push(Cow::Owned(text.into_owned()))?;
            }
        }
        Ok(Value::List(made.finish()))
    }

    fn join(&self, node: &Node, list: &'a Node, separator: &'a Node) -> Result<Value<'a>, ExpressionError> {
        let list = self.list(list)?;
        let Some(separator) = self.text(separator)? else { return Ok(Value::Absent) };
        if list.is_empty() {
            return Ok(Value::Absent);
        }
        let between = separator.len().saturating_mul(list.len() - 1);
        check_size(node.column, list.iter().map(|text| text.len()).sum::<usize>().saturating_add(between))?;
        Ok(Value::Text(Cow::Owned(list.join(&*separator))))
    }

    fn entity_attribute(&self, node: &Node, name: &str) -> Result<Value<'a>, ExpressionError> {
        let mut made = Made::new(node.column);
        for value in self.subject.audience.entity_attribute(name) {
            self.meter.charge(node.column, 0)?;
            made.push(Cow::Borrowed(value))?;
        }
        Ok(Value::List(made.finish()))
    }

    /// Functions of texts, all of which are there.
    fn of_texts(
        &self,
        node: &Node,
        function: Function,
        texts: &[Cow<'a, str>],
    ) -> Result<Value<'a>, ExpressionError> {
        let text = |text: &str| Ok(Value::Text(Cow::Owned(text.to_owned())));
        match (function, texts) {
            (Function::Lower, [one]) => made(node, one.to_lowercase()),
            (Function::Upper, [one]) => made(node, one.to_uppercase()),
            (Function::Trim, [one]) => text(one.trim()),
            (Function::StartsWith, [one, beginning]) => Ok(Value::Boolean(one.starts_with(&**beginning))),
            (Function::EndsWith, [one, ending]) => Ok(Value::Boolean(one.ends_with(&**ending))),
            (Function::EntityAttribute, [name]) => self.entity_attribute(node, name),
            (Function::Requested, [name]) => {
                Ok(Value::Boolean(self.subject.audience.requested.contains(&**name)))
            }
            (Function::Matches, [one, pattern]) => {
                self.meter.charge(node.column, one.len().saturating_mul(pattern.len()))?;
                Ok(Value::Boolean(glob::matches(pattern, one)))
            }
            (_, [_, separator, ..]) if separator.is_empty() => {
                Err(ExpressionError::expected(node.column, function.usage(), "a second text that is empty"))
            }
            (Function::Replace, [one, part, new]) => {
                let growth = one.matches(&**part).count().saturating_mul(new.len());
                check_size(node.column, growth)?;
                made(node, one.replace(&**part, new))
            }
            (Function::Before, [one, separator]) => {
                text(one.split_once(&**separator).map_or(&**one, |(before, _)| before))
            }
            (Function::After, [one, separator]) => {
                one.split_once(&**separator).map_or(Ok(Value::Absent), |(_, after)| text(after))
            }
            (Function::Split, [one, separator]) => {
                let mut made = Made::new(node.column);
                for piece in one.split(&**separator).filter(|piece| !piece.is_empty()) {
                    made.push(Cow::Owned(piece.to_owned()))?;
                }
                Ok(Value::List(made.finish()))
            }
            _not_of_texts => Ok(Value::Absent),
        }
    }
}

/// What a function of texts gives if one is absent.
const fn of_an_absent_one<'a>(function: Function) -> Value<'a> {
    match function {
        Function::StartsWith | Function::EndsWith | Function::Matches => Value::Boolean(false),
        _ => Value::Absent,
    }
}

fn made<'a>(node: &Node, text: String) -> Result<Value<'a>, ExpressionError> {
    check_size(node.column, text.len())?;
    Ok(Value::Text(Cow::Owned(text)))
}
