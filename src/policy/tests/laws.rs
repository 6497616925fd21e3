//! Laws that hold for every policy: no Deny widens, no layer widens, and wildcards match as the naive rule
//! says, in bounded time.

use std::time::{Duration, Instant};

use super::*;

/// The rule itself, without any cleverness: exponential, so for short texts only.
fn naive(pattern: &[char], text: &[char]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some(('*', rest)), _) => {
            naive(rest, text) || text.split_first().is_some_and(|(_, text)| naive(pattern, text))
        }
        (Some((letter, rest)), Some((first, text))) => {
            (*letter == '?' || letter == first) && naive(rest, text)
        }
        (Some(_), None) => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn wildcards_match_as_the_rule_says(pattern in "[ab*?é]{1,9}", text in "[abé*?]{0,9}") {
        let letters = |text: &str| text.chars().collect::<Vec<_>>();
        let expected = naive(&letters(&pattern), &letters(&text));
        prop_assert_eq!(Wildcard::parse(&pattern).unwrap().matches(&text), expected);
    }

    #[test]
    fn wildcards_in_a_statement_match_as_the_rule_says(pattern in "[ab*?]{1,7}", text in "[abAB]{0,7}") {
        let action = format!("p:{pattern}");
        let statements = json!([{"Effect": "Allow", "Action": action, "Resource": "*"}]);
        let asked = format!("p:{text}");
        let letters = |text: &str| text.to_lowercase().chars().collect::<Vec<_>>();
        let expected = naive(&letters(&action), &letters(&asked));
        let decision = decide(&statements, &asked, ROLE, &Context::default());
        prop_assert_eq!(decision.is_allowed(), expected);
    }

    #[test]
    fn adding_a_layer_never_widens(
        layers in prop::collection::vec(
            prop::collection::vec(prop_oneof![any_statement("Allow"), any_statement("Deny")], 1..4), 1..4),
        more in prop::collection::vec(prop_oneof![any_statement("Allow"), any_statement("Deny")], 1..4),
        position in any::<prop::sample::Index>(),
        action in prop::sample::select(vec!["ram:GetRole", "ecs:Start", "oss:GetObject"]),
    ) {
        let context = Context::default().with("user", "alice");
        let outcome = |layers: &[Vec<Value>]| {
            let documents: Vec<_> = layers.iter().map(|layer| document(Kind::System, &json!(layer))).collect();
            let named: Vec<_> = documents.iter().map(|document| [Named { name: "P", document }]).collect();
            let layers: Vec<_> = named.iter().map(|policies| Layer { name: "L", policies }).collect();
            evaluate_layers(&layers, &Request { action, resource: ROLE, context: &context })
        };
        let before = outcome(&layers);
        let mut wider = layers.clone();
        wider.insert(position.index(layers.len() + 1), more);
        let after = outcome(&wider);
        prop_assert!(before.is_allowed() || !after.is_allowed(), "{} became {}", before, after);
        let each: Vec<_> = layers.iter().map(|layer| decide(&json!(layer), action, ROLE, &context)).collect();
        prop_assert_eq!(before.is_allowed(), each.iter().all(Decision::is_allowed));
    }
}

#[test]
fn hard_patterns_end_soon() {
    let begun = Instant::now();
    let text = "a".repeat(2_000);
    for hard in [
        "a*".repeat(1_500) + "b",
        "*a".repeat(1_500) + "b",
        "?*".repeat(1_500) + "b",
        "*".repeat(3_000) + "b",
    ] {
        assert!(!Wildcard::parse(&hard).unwrap().matches(&text));
    }
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
}
