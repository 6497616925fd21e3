//! Whether an expression's types fit, before anybody's values are at hand.

use super::error::ExpressionError;
use super::function::{Function, Parameters};
use super::tree::{Kind, Node, Source};
use super::value_type::Type;

/// What the expression gives.
///
/// # Errors
/// [`ExpressionError`] at the first part that does not fit.
pub(super) fn check(root: &Node) -> Result<Type, ExpressionError> {
    type_of(root, false)
}

fn require(node: &Node, wanted: Type, has_it: bool) -> Result<(), ExpressionError> {
    let received = type_of(node, has_it)?;
    if received.fits(wanted) {
        return Ok(());
    }
    Err(ExpressionError::expected(node.column, wanted, received))
}

/// `has_it` is whether there is an element that `it` stands for.
fn type_of(node: &Node, has_it: bool) -> Result<Type, ExpressionError> {
    match &node.kind {
        Kind::Text(_) => Ok(Type::Text),
        Kind::Boolean(_) => Ok(Type::Boolean),
        Kind::Source(Source::Profile(_)) => Ok(Type::TextOrList),
        Kind::Source(Source::Groups) => Ok(Type::List),
        Kind::Source(_) => Ok(Type::Text),
        Kind::It if has_it => Ok(Type::Text),
        Kind::It => {
            let message = "`it` stands only for an element within filter(list, …) and map(list, …)";
            Err(ExpressionError::new(node.column, message))
        }
        Kind::List(parts) => {
            parts.iter().try_for_each(|part| require(part, Type::TextOrList, has_it))?;
            Ok(Type::List)
        }
        Kind::Sum(parts) => {
            parts.iter().try_for_each(|part| require(part, Type::Text, has_it))?;
            Ok(Type::Text)
        }
        Kind::All(parts) | Kind::Any(parts) => {
            parts.iter().try_for_each(|part| require(part, Type::Boolean, has_it))?;
            Ok(Type::Boolean)
        }
        Kind::Not(inner) => {
            require(inner, Type::Boolean, has_it)?;
            Ok(Type::Boolean)
        }
        Kind::Compare { left, right, .. } => {
            let wanted = match type_of(left, has_it)? {
                Type::Boolean => Type::Boolean,
                Type::Text | Type::TextOrList => Type::Text,
                Type::List => {
                    let expected =
                        "a text or a condition to compare; to look for an element, contains(list, text)";
                    return Err(ExpressionError::expected(left.column, expected, Type::List));
                }
            };
            require(right, wanted, has_it)?;
            Ok(Type::Boolean)
        }
        Kind::Call(function, arguments) => call(node, *function, arguments, has_it),
    }
}

fn call(node: &Node, function: Function, arguments: &[Node], has_it: bool) -> Result<Type, ExpressionError> {
    let parameters = function.parameters();
    let (fewest, most) = match parameters {
        Parameters::Fixed(types, _) => (types.len(), types.len()),
        Parameters::Own(fewest, most) => (fewest, most),
    };
    if !(fewest..=most).contains(&arguments.len()) {
        let received = match arguments.len() {
            1 => "one argument".to_owned(),
            count => format!("{count} arguments"),
        };
        return Err(ExpressionError::expected(node.column, function.usage(), received));
    }
    if let Parameters::Fixed(types, gives) = parameters {
        for (argument, wanted) in arguments.iter().zip(types) {
            require(argument, *wanted, has_it)?;
        }
        literals(function, arguments)?;
        return Ok(gives);
    }
    match (function, arguments) {
        (Function::Filter, [list, condition]) => {
            element(list, condition, has_it)?;
            require(condition, Type::Boolean, true)?;
            Ok(Type::List)
        }
        (Function::Map, [list, value]) => {
            element(list, value, has_it)?;
            require(value, Type::TextOrList, true)?;
            Ok(Type::List)
        }
        (Function::If, [condition, values @ ..]) => {
            require(condition, Type::Boolean, has_it)?;
            same(values, has_it)
        }
        (Function::Present, _) => {
            arguments.iter().try_for_each(|argument| require(argument, Type::TextOrList, has_it))?;
            Ok(Type::Boolean)
        }
        _default => match same(arguments, has_it)? {
            Type::Boolean => Err(ExpressionError::expected(
                node.column,
                "texts or lists, which may be absent",
                Type::Boolean,
            )),
            other => Ok(other),
        },
    }
}

/// The list of `filter` and `map`, and what is said of each element. Within it there is no other `filter` or `map`:
/// so `it` has one meaning, and the work grows with the length of the list and not with a power of it.
fn element(list: &Node, of_each: &Node, has_it: bool) -> Result<(), ExpressionError> {
    require(list, Type::List, has_it)?;
    let mut inner = None;
    of_each.any(&mut |node| {
        let is_inner = matches!(node.kind, Kind::Call(Function::Filter | Function::Map, _));
        if is_inner {
            inner = Some(node.column);
        }
        is_inner
    });
    match inner {
        Some(column) => {
            Err(ExpressionError::new(column, "what is said of `it` cannot have a filter(…) or map(…) in it"))
        }
        None => Ok(()),
    }
}

/// The type that all of these have.
fn same(values: &[Node], has_it: bool) -> Result<Type, ExpressionError> {
    let Some((first, others)) = values.split_first() else { return Ok(Type::TextOrList) };
    let mut known = type_of(first, has_it)?;
    for other in others {
        let found = type_of(other, has_it)?;
        if !found.fits(known) {
            return Err(ExpressionError::expected(
                other.column,
                format_args!("{known} like the value before it"),
                found,
            ));
        }
        if found == Type::TextOrList {
            known = found;
        }
    }
    Ok(known)
}

/// Arguments that are better refused here than when somebody logs on.
fn literals(function: Function, arguments: &[Node]) -> Result<(), ExpressionError> {
    let made = |column, expected| Err(ExpressionError::expected(column, expected, "a text that is made"));
    let empty = |column| Err(ExpressionError::expected(column, "a text with characters", "an empty one"));
    match (function, arguments) {
        (Function::Matches, [_, pattern]) if !matches!(pattern.kind, Kind::Text(_)) => {
            made(pattern.column, "a pattern in quotes")
        }
        (Function::EntityAttribute | Function::Requested, [name]) => match &name.kind {
            Kind::Text(text) if text.is_empty() => empty(name.column),
            Kind::Text(_) => Ok(()),
            _ => made(name.column, "a name in quotes"),
        },
        (Function::Replace | Function::Before | Function::After | Function::Split, [_, part, ..]) if matches!(&part.kind, Kind::Text(text) if text.is_empty()) => {
            empty(part.column)
        }
        _ => Ok(()),
    }
}
