//! What holds of a message and what does not, row by row, for administrators who set a service provider up.
//!
//! Nothing here decides anything: a message goes the way that every message goes, and [`Course`] says which of that
//! way's checks were passed, at which one it stopped, and which were never reached.

mod course;
mod pasted;
mod steps;
#[cfg(test)]
mod tests;

pub use course::{Check, Course, Outcome, Row};
pub use pasted::{LONGEST_PASTED, Pasted, PastedForm, PastedKind};
pub use steps::{message_rows, response_rows, stop_of_message, stop_of_response};
