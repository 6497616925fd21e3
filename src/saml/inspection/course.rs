//! Checks in their order. The first that fails is the last that is made.

use std::fmt;

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not, and the message is refused for it.
    Failed,
    /// An earlier one failed, so that it was never made.
    NotReached,
}

/// One check, made or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is checked.
    pub name: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// What would hold.
    pub expected: String,
    /// What is said in the message, proven or not; empty where it says nothing.
    pub received: String,
    /// Why it failed, in the words of the log; empty where it did not.
    pub reason: String,
}

/// A check of a step that is made as a whole.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is checked.
    pub name: &'static str,
    /// What would hold.
    pub expected: String,
    /// What is said in the message; empty where it says nothing.
    pub received: String,
}

impl Row {
    /// A check.
    pub fn new(name: &'static str, expected: impl Into<String>, received: impl Into<String>) -> Self {
        Self { name, expected: expected.into(), received: received.into() }
    }
}

/// The checks of one message so far.
#[derive(Clone, Debug, Default)]
pub struct Course {
    checks: Vec<Check>,
    has_failed: bool,
}

impl Course {
    /// Adds one check; `result` is what came of it where it was made. Gives what it found.
    pub fn take<T, E: fmt::Display>(&mut self, row: Row, result: Option<Result<T, E>>) -> Option<T> {
        self.step(vec![row], result, |_error| 0)
    }

    /// Adds the checks of a step; `result` is what came of the step where it was made, and `stop` says at which of its
    /// checks an error stopped it, the last where that is beyond. Gives what the step found.
    pub fn step<T, E: fmt::Display>(
        &mut self,
        rows: Vec<Row>,
        result: Option<Result<T, E>>,
        stop: impl FnOnce(&E) -> usize,
    ) -> Option<T> {
        let last = rows.len().saturating_sub(1);
        let (found, stopped, reason) = match result.filter(|_| !self.has_failed) {
            None => (None, None, None),
            Some(Ok(found)) => (Some(found), Some(rows.len()), None),
            Some(Err(error)) => (None, Some(stop(&error).min(last)), Some(error.to_string())),
        };
        for (position, row) in rows.into_iter().enumerate() {
            let outcome = match stopped {
                Some(stopped) if position < stopped => Outcome::Passed,
                Some(stopped) if position == stopped => Outcome::Failed,
                _ => Outcome::NotReached,
            };
            let reason = if outcome == Outcome::Failed { reason.clone() } else { None };
            let Row { name, expected, received } = row;
            self.checks.push(Check { name, outcome, expected, received, reason: reason.unwrap_or_default() });
        }
        self.has_failed |= found.is_none();
        found
    }

    /// Whether every check so far holds.
    pub fn holds(&self) -> bool {
        !self.has_failed
    }

    /// The checks.
    pub fn finish(self) -> Vec<Check> {
        self.checks
    }
}
