//! Laws that hold for every text and every expression.

use proptest::prelude::*;

use super::*;
use crate::domain::attribute_expression::tree::Step;

fn text() -> impl Strategy<Value = String> {
    let any = any::<String>()
        .prop_map(|text| text.chars().filter(|letter| value::is_carried(*letter)).take(12).collect());
    prop_oneof![
        any,
        r#"[ "'\\()\[\].,a\n\t]{0,8}"#.prop_map(String::from),
        "[a-z]{0,3}".prop_map(String::from)
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let name = "[A-Za-z_][A-Za-z0-9_]{0,5}";
    prop_oneof![
        name.prop_map(Step::Part),
        text().prop_map(Step::Part),
        (name, text()).prop_map(|(part, text)| Step::Where { part, text }),
    ]
}

fn node(kind: Kind) -> Node {
    Node { column: 1, kind }
}

fn call(function: Function, arguments: Vec<Node>) -> Node {
    node(Kind::Call(function, arguments))
}

/// As reading puts them together: none within another of its kind.
fn chain(parts: Vec<Node>, of: fn(Vec<Node>) -> Kind, is_it: fn(&Kind) -> Option<&Vec<Node>>) -> Node {
    let flat = parts.into_iter().flat_map(|part| is_it(&part.kind).cloned().unwrap_or_else(|| vec![part]));
    node(of(flat.collect()))
}

/// A text, a list and a condition of some depth.
type Typed = (Node, Node, Node);

fn typed() -> BoxedStrategy<Typed> {
    let source = prop_oneof![
        prop::sample::select(Source::NAMED.to_vec())
            .prop_filter("a list", |source| *source != Source::Groups),
        prop::collection::vec(step(), 1..4).prop_map(Source::of_profile),
    ];
    let leaf_text = prop_oneof![
        text().prop_map(|text| node(Kind::Text(text))),
        source.prop_map(|s| node(Kind::Source(s)))
    ];
    let leaf = (leaf_text, any::<bool>())
        .prop_map(|(text, holds)| (text, node(Kind::Source(Source::Groups)), node(Kind::Boolean(holds))));
    leaf.prop_recursive(4, 24, 3, |inner| {
        (inner.clone(), inner, 0..9_u8).prop_map(|(one, other, choice)| combined(one, other, choice))
    })
    .boxed()
}

fn combined((text, list, condition): Typed, (other, more, also): Typed, choice: u8) -> Typed {
    let sum =
        |parts| chain(parts, Kind::Sum, |kind| if let Kind::Sum(parts) = kind { Some(parts) } else { None });
    let it = || node(Kind::It);
    match choice {
        0 => {
            (sum(vec![text, other]), node(Kind::List(vec![list, more])), node(Kind::Not(Box::new(condition))))
        }
        1 => (
            call(Function::Lower, vec![text]),
            call(Function::Split, vec![other, node(Kind::Text("-".to_owned()))]),
            chain(vec![condition, also], Kind::All, |kind| {
                if let Kind::All(parts) = kind { Some(parts) } else { None }
            }),
        ),
        2 => (
            call(Function::First, vec![list]),
            call(Function::Filter, vec![more, call(Function::StartsWith, vec![it(), text])]),
            chain(vec![condition, also], Kind::Any, |kind| {
                if let Kind::Any(parts) = kind { Some(parts) } else { None }
            }),
        ),
        3 => (
            call(Function::Default, vec![text.clone(), other.clone()]),
            call(Function::Map, vec![list, sum(vec![it(), node(Kind::Text("!".to_owned()))])]),
            node(Kind::Compare { left: Box::new(text), is_equal: true, right: Box::new(other) }),
        ),
        4 => (
            call(Function::Join, vec![list.clone(), text]),
            call(Function::Distinct, vec![more]),
            call(Function::Contains, vec![list, other]),
        ),
        5 => (
            call(Function::If, vec![condition.clone(), text, other]),
            call(Function::If, vec![also.clone(), list]),
            node(Kind::Compare { left: Box::new(condition), is_equal: false, right: Box::new(also) }),
        ),
        6 => (
            call(Function::Trim, vec![text.clone()]),
            node(Kind::List(vec![text, other.clone()])),
            call(Function::Matches, vec![other, node(Kind::Text("*a?".to_owned()))]),
        ),
        7 => (
            call(Function::First, vec![more.clone()]),
            call(Function::EntityAttribute, vec![node(Kind::Text("urn:category".to_owned()))]),
            call(Function::Requested, vec![node(Kind::Text("mail\"".to_owned()))]),
        ),
        _ => (call(Function::Upper, vec![other]), more, call(Function::Present, vec![list])),
    }
}

/// Texts that look like expressions.
fn pieces() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "user",
        ".",
        "email",
        "profile",
        "groups",
        "it",
        "(",
        ")",
        "[",
        "]",
        ",",
        "+",
        "==",
        "!=",
        "and",
        "or",
        "not",
        "filter",
        "map",
        "if",
        "default",
        "join",
        "matches",
        "'a'",
        "\"",
        "\\",
        "true",
        "application",
        "subjectId",
        "pairwiseId",
        "entityAttribute",
        "requested",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.join(" "))
}

proptest! {
    #[test]
    fn no_text_is_too_strange(text in any::<String>()) {
        let _ = AttributeExpression::parse(&text);
    }

    #[test]
    fn what_is_read_is_written_and_worked_out(text in pieces()) {
        if let Ok(expression) = AttributeExpression::parse(&text) {
            prop_assert_eq!(AttributeExpression::parse(&expression.to_string()), Ok(expression));
            let _ = evaluate_for(&text, &alice(), &["a", "b"]);
        }
    }

    #[test]
    fn what_is_written_is_read_as_it_was((text, list, condition) in typed()) {
        for root in [text, list, condition] {
            let written = root.to_string();
            match AttributeExpression::parse(&written) {
                Ok(read) => {
                    prop_assert_eq!(&read.0, &root, "{}", written);
                    prop_assert_eq!(read.to_string(), written);
                    if let Ok(values) = evaluate_for(&read.to_string(), &alice(), &["a", "b-c"]) {
                        prop_assert!(values.len() <= EXPRESSION_VALUES);
                        prop_assert!(values.iter().all(|value| !value.is_empty()));
                        prop_assert!(values.iter().map(String::len).sum::<usize>() <= EXPRESSION_BYTES);
                    }
                }
                // The trees above may have what only their meaning forbids, and may be too big.
                Err(error) => prop_assert!(
                    error.message.contains("filter(…) or map(…)") || error.message.contains("at most"),
                    "{}: {}", written, error
                ),
            }
        }
    }

    #[test]
    fn a_text_matches_itself_and_any_beginning_of_it(text in "[a-z.-]{0,12}", cut in 0..12_usize) {
        prop_assert!(glob::matches(&text, &text));
        let beginning: String = text.chars().take(cut).collect();
        let pattern = format!("{beginning}*");
        prop_assert!(glob::matches(&pattern, &text));
    }
}
