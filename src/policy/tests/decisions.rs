//! Decisions with their reasons: a table written by hand, `tests/data/policy/decisions.json`.
//!
//! An outcome is `+Policy[n]` for an allow and `-Policy[n]` for a deny by that statement, or `none`, and
//! with several layers the name of the one that decided. Policies stand in the order of their names.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::*;

const TABLE: &str = include_str!("../../../tests/data/policy/decisions.json");

#[derive(Deserialize)]
struct Scene {
    scene: String,
    layers: Vec<(String, BTreeMap<String, Value>)>,
    decisions: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Expected {
    Plain(String, String, String),
    InContext(String, String, String, BTreeMap<String, Vec<String>>),
}

#[test]
fn two_hundred_decisions_and_their_reasons() {
    let scenes: Vec<Scene> = serde_json::from_str(TABLE).unwrap();
    let mut count = 0;
    for scene in &scenes {
        let parsed: Vec<(&str, Vec<(&str, Document)>)> = scene
            .layers
            .iter()
            .map(|(name, policies)| {
                let read = policies.iter().map(|(name, json)| (name.as_str(), document(Kind::System, json)));
                (name.as_str(), read.collect())
            })
            .collect();
        let named: Vec<(&str, Vec<Named<'_>>)> = parsed
            .iter()
            .map(|(layer, policies)| {
                (*layer, policies.iter().map(|(name, document)| Named { name, document }).collect())
            })
            .collect();
        let layers: Vec<_> = named.iter().map(|(name, policies)| Layer { name, policies }).collect();
        for expected in &scene.decisions {
            let none = BTreeMap::new();
            let (action, resource, outcome, keys) = match expected {
                Expected::Plain(action, resource, outcome) => (action, resource, outcome, &none),
                Expected::InContext(action, resource, outcome, keys) => (action, resource, outcome, keys),
            };
            let context = keys.iter().fold(Context::default(), |context, (key, values)| {
                values.iter().fold(context, |context, value| context.with(key, value))
            });
            let explained = evaluate_layers(&layers, &Request { action, resource, context: &context });
            assert_eq!(
                short(&explained, layers.len() > 1),
                *outcome,
                "{}: {action} on {resource} with {keys:?}",
                scene.scene
            );
            count += 1;
        }
    }
    assert!(count >= 200, "{count} decisions");
}

fn short(explained: &Explained, names_layer: bool) -> String {
    let outcome = match &explained.decision {
        Decision::Allowed { policy, statement } => format!("+{policy}[{statement}]"),
        Decision::Denied { policy, statement } => format!("-{policy}[{statement}]"),
        Decision::NotAllowed => "none".to_owned(),
    };
    if names_layer { format!("{outcome} {}", explained.layer) } else { outcome }
}

#[test]
fn an_explanation_names_the_layer() {
    let allow = document(Kind::System, &json!([{"Effect": "Allow", "Action": "ecs:*", "Resource": "*"}]));
    let policies = [Named { name: "Ops", document: &allow }];
    let layers = [Layer { name: "policies of the role", policies: &policies }];
    let context = Context::default();
    let explain = |layers: &[Layer<'_>], action| {
        evaluate_layers(layers, &Request { action, resource: ROLE, context: &context }).to_string()
    };
    assert_eq!(explain(&layers, "ecs:Start"), "allowed by Statement[0] of policy Ops (policies of the role)");
    assert_eq!(explain(&layers, "oss:Get"), "no statement of any policy allows it (policies of the role)");
    let none = evaluate_layers(&[], &Request { action: "ecs:Start", resource: ROLE, context: &context });
    assert!(!none.is_allowed());
}
