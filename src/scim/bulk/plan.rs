//! The order in which operations can be run: each after those that create what it refers to.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use super::{BulkRequest, Method, reference};

/// A step of a plan. `operation` is a place in the request.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// The operation as it stands.
    Whole {
        /// Which.
        operation: usize,
    },
    /// A POST that refers, in a circle, to what can only be created after it: without these references.
    Part {
        /// Which.
        operation: usize,
        /// What to post.
        data: Value,
    },
    /// What was left out of a part, to be added to what it created when everything it refers to is there; to be
    /// left when the part failed.
    Rest {
        /// Which.
        operation: usize,
        /// The value of a PATCH `add` without a path.
        value: Value,
    },
}

/// An operation on the way: not begun, its references being followed, planned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    New,
    Open,
    Planned,
}

impl BulkRequest {
    /// Every operation in the order of the request, but each after those that create what it refers to, wherever
    /// they stand. Circles are cut: what closes one is created first and completed afterwards.
    pub fn plan(&self) -> Vec<Step> {
        let needs = self.needs();
        let mut states = vec![State::New; self.operations.len()];
        let mut steps = Vec::with_capacity(self.operations.len());
        for root in 0..self.operations.len() {
            if states.get(root) == Some(&State::New) {
                self.follow(root, &needs, &mut states, &mut steps);
            }
        }
        steps
    }

    /// Which operations create what each one refers to.
    fn needs(&self) -> Vec<Vec<usize>> {
        let created = self.operations.iter().enumerate();
        let created: HashMap<&str, usize> = created
            .filter(|(_, operation)| operation.method == Method::Post)
            .filter_map(|(index, operation)| Some((operation.bulk_id.as_deref()?, index)))
            .collect();
        let needs = self.operations.iter().map(|operation| {
            let mut names = Vec::new();
            reference::names(&operation.data, &mut names);
            if let Some(id) = &operation.id {
                names.extend(reference::references(id).map(|(_, name)| name));
            }
            let mut needs: Vec<usize> =
                names.into_iter().filter_map(|name| created.get(name).copied()).collect();
            needs.sort_unstable();
            needs.dedup();
            needs
        });
        needs.collect()
    }

    /// Plans an operation and, before it, what it needs; by a stack of its own, since a request may be one long
    /// chain of references.
    fn follow(&self, root: usize, needs: &[Vec<usize>], states: &mut [State], steps: &mut Vec<Step>) {
        let mut open: Vec<(usize, usize)> = vec![(root, 0)];
        let mut cuts: HashMap<usize, HashSet<&str>> = HashMap::new();
        let mut rests = Vec::new();
        set(states, root, State::Open);
        while let Some((operation, done)) = open.last_mut() {
            let operation = *operation;
            let Some(need) = needs.get(operation).and_then(|needs| needs.get(*done)).copied() else {
                open.pop();
                set(states, operation, State::Planned);
                let (step, rest) = self.steps(operation, cuts.get(&operation));
                steps.push(step);
                rests.extend(rest);
                continue;
            };
            *done += 1;
            match states.get(need) {
                Some(State::New) => {
                    set(states, need, State::Open);
                    open.push((need, 0));
                }
                Some(State::Open) => {
                    let name = self.operations.get(need).and_then(|needed| needed.bulk_id.as_deref());
                    cuts.entry(operation).or_default().extend(name);
                }
                Some(State::Planned) | None => {}
            }
        }
        // Only what was open was cut, and all of that is planned by now.
        steps.append(&mut rests);
    }

    fn steps(&self, index: usize, cut: Option<&HashSet<&str>>) -> (Step, Option<Step>) {
        let whole = || Step::Whole { operation: index };
        let (Some(cut), Some(operation)) = (cut, self.operations.get(index)) else { return (whole(), None) };
        let Value::Object(data) = &operation.data else { return (whole(), None) };
        let (kept, left_out) = split(data, cut);
        let part = Step::Part { operation: index, data: Value::Object(kept) };
        (part, Some(Step::Rest { operation: index, value: Value::Object(left_out) }))
    }
}

fn set(states: &mut [State], index: usize, state: State) {
    if let Some(slot) = states.get_mut(index) {
        *slot = state;
    }
}

/// What does not refer to these names, and what does: single values of lists, else whole attributes.
fn split(data: &Map<String, Value>, cut: &HashSet<&str>) -> (Map<String, Value>, Map<String, Value>) {
    let refers = |value: &Value| {
        let mut names = Vec::new();
        reference::names(value, &mut names);
        names.iter().any(|name| cut.contains(name))
    };
    let (mut kept, mut left_out) = (Map::new(), Map::new());
    for (key, value) in data {
        match value {
            value if !refers(value) => {
                kept.insert(key.clone(), value.clone());
            }
            Value::Array(values) => {
                let (out, rest): (Vec<Value>, Vec<Value>) = values.iter().cloned().partition(refers);
                kept.insert(key.clone(), Value::Array(rest));
                left_out.insert(key.clone(), Value::Array(out));
            }
            // An extension: its attributes are judged one by one.
            Value::Object(inner) if key.contains(':') => {
                let (rest, out) = split(inner, cut);
                kept.insert(key.clone(), Value::Object(rest));
                left_out.insert(key.clone(), Value::Object(out));
            }
            value => {
                left_out.insert(key.clone(), value.clone());
            }
        }
    }
    (kept, left_out)
}
