//! Laws that hold for every filter and every text.

use proptest::prelude::*;
use serde_json::Number;

use super::super::super::error::ErrorKind;
use super::*;

fn name() -> impl Strategy<Value = String> {
    let any = "[A-Za-z][A-Za-z0-9_-]{0,8}"
        .prop_filter("a word of the grammar", |name| !name.eq_ignore_ascii_case("not"));
    prop_oneof![8 => any, 1 => Just("$ref".to_owned())]
}

fn any_path() -> impl Strategy<Value = AttributePath> {
    let schema = prop_oneof![
        Just(CORE.to_owned()),
        Just(ENTERPRISE.to_owned()),
        "[a-z][a-z+.-]{0,5}:[a-zA-Z0-9:/.%_~-]{0,12}[a-z]",
    ];
    (prop::option::weighted(0.2, schema), name(), prop::option::of(name()))
        .prop_map(|(schema, attribute, sub)| AttributePath { schema, attribute, sub })
}

fn sub_path() -> impl Strategy<Value = AttributePath> {
    name().prop_map(|attribute| AttributePath { schema: None, attribute, sub: None })
}

fn literal() -> impl Strategy<Value = Literal> {
    let float = any::<f64>().prop_filter_map("infinite", Number::from_f64);
    prop_oneof![
        4 => any::<String>().prop_map(Literal::String),
        1 => r#"[ "\\/()\[\].a'\x00-\x1f]{0,8}"#.prop_map(Literal::String),
        1 => any::<i64>().prop_map(|number| Literal::Number(number.into())),
        1 => any::<u64>().prop_map(|number| Literal::Number(number.into())),
        1 => float.prop_map(Literal::Number),
        1 => any::<bool>().prop_map(Literal::Boolean),
        1 => Just(Literal::Null),
    ]
}

/// A tree over terms with these paths.
fn tree(path: BoxedStrategy<AttributePath>) -> BoxedStrategy<Filter> {
    let operator = prop::sample::select(Operator::ALL.to_vec());
    let compared = (path.clone(), operator, literal());
    let term = prop_oneof![
        1 => path.prop_map(Filter::Present),
        3 => compared.prop_map(|(path, operator, value)| Filter::Compare { path, operator, value }),
    ];
    term.prop_recursive(6, 40, 5, |inner| {
        let parts = prop::collection::vec(inner.clone(), 2..5);
        prop_oneof![parts.clone().prop_map(Filter::And), parts.prop_map(Filter::Or), inner.prop_map(not),]
    })
    .boxed()
}

fn any_element() -> impl Strategy<Value = Filter> {
    let attribute = any_path().prop_map(|path| AttributePath { sub: None, ..path });
    (attribute, tree(sub_path().boxed()))
        .prop_map(|(attribute, filter)| Filter::Element { attribute, filter: Box::new(filter) })
}

fn any_filter() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![3 => tree(any_path().boxed()), 1 => any_element()];
    prop_oneof![
        leaf.clone(),
        prop::collection::vec(leaf.clone(), 2..5).prop_map(Filter::And),
        prop::collection::vec(leaf.clone(), 2..5).prop_map(Filter::Or),
        leaf.prop_map(not),
    ]
}

/// Arbitrary text is accepted or refused as promised.
fn answers(text: &str) -> Result<(), TestCaseError> {
    match Filter::parse(text) {
        Ok(filter) => prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter)),
        Err(error) => {
            prop_assert_eq!(error.kind, ErrorKind::InvalidFilter);
            prop_assert!(error.detail.chars().count() < 250, "{}", error.detail);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_again(filter in any_filter()) {
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn arbitrary_text_is_answered(text in any::<String>()) {
        answers(&text)?;
    }

    #[test]
    fn pieces_of_filters_in_any_order_are_answered(pieces in prop::collection::vec(
        prop::sample::select(vec![
            "userName", "emails", "eq", "pr", "co", "and", "or", "not", "not(", "(", ")", "[", "]", "].value",
            "\"a\"", "\"", "\\", "'", "1", "-", "1e5", "true", "null", "urn:a:b:c", ".", ":", "$ref", " ", "日",
        ]), 0..40), blank in prop::sample::select(vec!["", " "])) {
        answers(&pieces.join(blank))?;
    }

    #[test]
    fn a_filter_with_a_piece_changed_is_answered(
        filter in any_filter(),
        place in any::<prop::sample::Index>(),
        length in 0_usize..4,
        put in r#"[ ()\[\]"\\.:a'日]{0,3}"#,
    ) {
        let mut letters: Vec<char> = filter.to_string().chars().collect();
        let start = place.index(letters.len());
        let end = (start + length).min(letters.len());
        letters.splice(start..end, put.chars());
        answers(&letters.into_iter().collect::<String>())?;
    }
}
