//! The times in a message, held against the clock.

use std::time::Duration;

use crate::base::Timestamp;

use super::Error;
use super::document::Element;

/// The time, and by how much the two clocks may differ, either way.
#[derive(Clone, Copy)]
pub(super) struct Moment {
    pub(super) now: Timestamp,
    pub(super) clock_skew: Duration,
}

impl Moment {
    /// Refuses what begins later; `what` names the attribute that says so.
    pub(super) fn begun(self, what: &'static str, not_before: Timestamp) -> Result<(), Error> {
        let now = self.now;
        if now < not_before.minus(self.clock_skew) {
            return Err(Error::NotYetValid { what, not_before, now });
        }
        Ok(())
    }

    /// Refuses what is over; `what` names the attribute that says so.
    pub(super) fn ended(self, what: &'static str, not_on_or_after: Timestamp) -> Result<(), Error> {
        let now = self.now;
        if now >= not_on_or_after.plus(self.clock_skew) {
            return Err(Error::Expired { what, not_on_or_after, now });
        }
        Ok(())
    }
}

/// The time that an attribute holds, if it is there.
pub(super) fn time(element: &Element, attribute: &'static str) -> Result<Option<Timestamp>, Error> {
    let Some(text) = element.attribute(attribute) else { return Ok(None) };
    let expected = "a time with its zone";
    let unreadable = || Error::Value { what: attribute, expected, received: text.to_owned() };
    Timestamp::parse(text).ok_or_else(unreadable).map(Some)
}

/// The time that an attribute holds, which must be there.
pub(super) fn need_time(element: &Element, attribute: &'static str) -> Result<Timestamp, Error> {
    time(element, attribute)?.ok_or_else(|| element.lacks(attribute))
}
