//! Whether an index leads to what a search asks for, and what it costs when none does.

use super::Error;
use super::error::Kind;
use super::search::{Check, Condition, Field, List, Part, Search, SortKey, Test};

/// A search that no index serves looks at every row there is: at most at so many. The default quota of users.
///
/// Of 100,000 users with a profile of 350 bytes, one test of an attribute takes SQLite 0.18 s and PostgreSQL 0.36 s,
/// one of an element of a list 0.4 s and 2.7 s, and ten tests 0.7 s and 4.3 s: PostgreSQL reads the JSON anew for
/// each.
pub const SCAN_BOUND: i64 = 100_000;

/// How many tests a search may make of each of [`SCAN_BOUND`] rows; of fewer rows accordingly more.
pub const TESTS_AT_BOUND: i64 = 10;

/// What a search looks at beyond what it finds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Whether it looks at every user, or every group.
    pub scans_rows: bool,
    /// Whether it looks at every membership.
    pub scans_memberships: bool,
    /// How many tests it makes of each, at least one.
    pub tests: i64,
}

impl Search {
    /// What the search looks at.
    pub fn cost(&self) -> Cost {
        let condition = self.condition.as_ref();
        let is_sorted_by_index =
            matches!(self.sort.key, SortKey::Id | SortKey::Field(Field::Id | Field::Name));
        let finds_all = condition.is_none_or(|condition| condition.as_constant() == Some(true));
        let mut scans_memberships = false;
        if let Some(condition) = condition {
            condition.visit(&mut |test| {
                if let Test::Element(list @ (List::Groups | List::Members), parts) = test {
                    scans_memberships |= !list_is_served(list, parts);
                }
            });
        }
        Cost {
            scans_rows: match condition {
                Some(condition) if !finds_all => !condition.is_served(),
                _ => !is_sorted_by_index,
            },
            scans_memberships,
            tests: condition
                .map_or(1, |condition| i64::try_from(condition.tests()).unwrap_or(i64::MAX))
                .max(1),
        }
    }
}

impl Cost {
    /// Refuses what would cost too much, where there are so many rows and so many memberships.
    ///
    /// # Errors
    /// [`Error`] that says what would be cheaper.
    pub fn check(self, rows: i64, memberships: i64) -> Result<(), Error> {
        let rows = if self.scans_rows { rows } else { 0 };
        let memberships = if self.scans_memberships { memberships } else { 0 };
        let looks = rows.max(memberships);
        if looks > SCAN_BOUND {
            let message = format!(
                "no index serves this filter or order, and there are more than {SCAN_BOUND} to look at one by \
                 one: narrow it by an id, a name, an external id or an e-mail address with eq or sw"
            );
            return Err(Error::new(Kind::Limit, "LimitExceeded.Search", message));
        }
        if looks.saturating_mul(self.tests) > SCAN_BOUND.saturating_mul(TESTS_AT_BOUND) {
            let message = format!(
                "no index serves this filter, and {} comparisons with each of {looks} are too many: ask in \
                 parts, or narrow it by an id, a name, an external id or an e-mail address with eq or sw",
                self.tests
            );
            return Err(Error::new(Kind::Limit, "LimitExceeded.Search", message));
        }
        Ok(())
    }
}

impl Condition<Test> {
    /// Whether an index leads to all that match, so that nothing else is looked at.
    pub fn is_served(&self) -> bool {
        served(self, &|test| match test {
            Test::Field(Field::Id, check) => matches!(check, Check::OneOf(_)),
            Test::Field(Field::Name | Field::ExternalId(_) | Field::Email, check) => is_lookup(check),
            Test::Element(list, parts) => list_is_served(list, parts),
            Test::Field(..) => false,
        })
    }
}

/// Whether an index leads to the memberships that match.
fn list_is_served(list: &List, parts: &Condition<Part>) -> bool {
    let keys: &[&str] = match list {
        List::Groups => &["value", "display"],
        List::Members => &["value"],
        List::Attribute(_) => &[],
    };
    served(parts, &|part| keys.contains(&part.name) && matches!(part.check, Check::OneOf(_)))
}

fn is_lookup(check: &Check) -> bool {
    match check {
        Check::OneOf(_) => true,
        Check::StartsWith(text) => !text.is_empty(),
        _ => false,
    }
}

fn served<T>(condition: &Condition<T>, is_served: &impl Fn(&T) -> bool) -> bool {
    match condition {
        Condition::All(parts) => parts.iter().any(|part| served(part, is_served)),
        Condition::Any(parts) => parts.iter().all(|part| served(part, is_served)),
        Condition::Not(_) => false,
        Condition::Is(test) => is_served(test),
    }
}
