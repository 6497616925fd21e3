//! When a connector takes so much away at once that somebody should look first.
//!
//! An identity provider that lost its own directory, or whose scope was set wrong, disables everybody within
//! minutes. What adds or changes is never held.

use std::fmt;
use std::time::Duration;

use crate::base::Timestamp;

/// How much a connector may take away within [`MassChangeLimits::WINDOW`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MassChangeLimits {
    /// So many users, and as many memberships; 0 turns the guard off.
    pub most: i64,
    /// So many of a hundred of all users, and of all memberships; 0 for any.
    pub percent: i64,
}

impl Default for MassChangeLimits {
    fn default() -> Self {
        Self { most: 50, percent: 20 }
    }
}

impl MassChangeLimits {
    /// What is counted together.
    pub const WINDOW: Duration = Duration::from_secs(600);
    /// How finely the window slides.
    pub const BUCKET: Duration = Duration::from_secs(60);
    /// Fewer than this are never held, however small the directory.
    pub const FREE: i64 = 10;

    /// Whether the guard is on.
    pub const fn is_on(self) -> bool {
        self.most > 0
    }

    /// Whether so much may be taken away: `window` holds what was before, without `change`.
    pub fn admit(self, window: &MassChangeWindow, change: Destructive) -> bool {
        let count = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let fits = |taken: i64, all: i64| {
            let is_share = self.percent == 0 || taken.saturating_mul(100) <= self.percent.saturating_mul(all);
            taken < Self::FREE || (taken <= self.most && is_share)
        };
        // What does not grow is not judged again: to remove somebody from a group is no matter of users.
        let is_fine = |change: usize, before: i64, all: i64| {
            change == 0 || fits(before.saturating_add(count(change)), all)
        };
        !self.is_on()
            || (is_fine(change.users, window.taken.users, window.all.users)
                && is_fine(change.memberships, window.taken.memberships, window.all.memberships))
    }
}

/// What one request takes away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Destructive {
    /// Users that it disables or deletes.
    pub users: usize,
    /// Memberships that it removes; those that go with a deleted user are not counted here.
    pub memberships: usize,
}

impl Destructive {
    /// So many users.
    pub const fn users(users: usize) -> Self {
        Self { users, memberships: 0 }
    }

    /// So many memberships.
    pub const fn memberships(memberships: usize) -> Self {
        Self { users: 0, memberships }
    }

    /// Whether it takes nothing away.
    pub const fn is_nothing(self) -> bool {
        self.users == 0 && self.memberships == 0
    }
}

/// A number of users and of memberships.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MassChange {
    /// Users.
    pub users: i64,
    /// Memberships.
    pub memberships: i64,
}

/// The last [`MassChangeLimits::WINDOW`] of a connector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MassChangeWindow {
    /// What it took away.
    pub taken: MassChange,
    /// How much there was, the most at any time of the window.
    pub all: MassChange,
}

impl MassChangeWindow {
    /// The bucket that a moment falls into, in minutes since the epoch.
    pub const fn bucket(now: Timestamp) -> i64 {
        now.seconds().div_euclid(60)
    }

    /// The first bucket of the window that ends at `now`.
    pub fn first_bucket(now: Timestamp) -> i64 {
        Self::bucket(now.minus(MassChangeLimits::WINDOW)) + 1
    }
}

/// A change that was refused and waits for an administrator: until then the connector takes nothing away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldChange {
    /// Since when.
    pub at: Timestamp,
    /// What would have been taken away within the window.
    pub attempted: MassChange,
}

impl fmt::Display for MassChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} users disabled or deleted, {} memberships removed", self.users, self.memberships)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(taken: (i64, i64), all: (i64, i64)) -> MassChangeWindow {
        MassChangeWindow {
            taken: MassChange { users: taken.0, memberships: taken.1 },
            all: MassChange { users: all.0, memberships: all.1 },
        }
    }

    #[test]
    fn the_guard_admits_by_number_and_by_share_but_never_holds_a_few() {
        let usual = MassChangeLimits::default();
        let off = MassChangeLimits { most: 0, ..usual };
        let by_number = MassChangeLimits { percent: 0, ..usual };
        let (users, memberships) = (Destructive::users, Destructive::memberships);
        for (limits, taken, all, change, is_admitted) in [
            (usual, (0, 0), (1_000, 0), users(50), true),
            (usual, (0, 0), (1_000, 0), users(51), false),
            (usual, (50, 0), (1_000, 0), users(1), false),
            (usual, (50, 0), (1_000, 1_000), memberships(1), true),
            (usual, (0, 0), (100, 0), users(20), true),
            (usual, (0, 0), (100, 0), users(21), false),
            (usual, (0, 0), (3, 0), users(3), true),
            (usual, (9, 0), (9, 0), users(1), false),
            (usual, (8, 0), (9, 0), users(1), true),
            (usual, (0, 0), (0, 200), memberships(40), true),
            (usual, (0, 0), (0, 200), memberships(41), false),
            (usual, (0, 50), (0, 9_000), memberships(1), false),
            (usual, (99, 99), (9, 9), users(0), true),
            (by_number, (0, 0), (50, 0), users(50), true),
            (by_number, (0, 0), (50, 0), users(51), false),
            (off, (500, 500), (500, 500), Destructive { users: 500, memberships: 500 }, true),
            (usual, (0, 0), (9, 9), users(usize::MAX), false),
        ] {
            assert_eq!(
                limits.admit(&window(taken, all), change),
                is_admitted,
                "{taken:?} {all:?} {change:?}"
            );
        }
    }

    #[test]
    fn a_window_is_ten_buckets() {
        let now = Timestamp::from_seconds(6_030);
        assert_eq!(MassChangeWindow::bucket(now) - MassChangeWindow::first_bucket(now), 9);
    }
}
