//! Groups in groups: what makes no sense, and who is no longer below whom once a group has left another.

use std::collections::{BTreeMap, BTreeSet};

use crate::base::GroupId;

use super::Error;

/// How many groups may stand one in another, counted from the outermost to the innermost. Organisations have
/// fewer levels than that, and whoever asks why somebody holds a right can still follow the answer.
pub const NESTING_LEVELS: usize = 32;

/// Which group is directly in which.
#[derive(Clone, Debug, Default)]
pub struct Nesting {
    below: BTreeMap<GroupId, BTreeSet<GroupId>>,
    above: BTreeMap<GroupId, BTreeSet<GroupId>>,
}

impl FromIterator<(GroupId, GroupId)> for Nesting {
    /// From pairs of a group and a group in it.
    fn from_iter<T: IntoIterator<Item = (GroupId, GroupId)>>(pairs: T) -> Self {
        let mut nesting = Self::default();
        for (group, member) in pairs {
            nesting.below.entry(group.clone()).or_default().insert(member.clone());
            nesting.above.entry(member).or_default().insert(group);
        }
        nesting
    }
}

impl Nesting {
    /// Whether `member` may come into `group`, given all that is above the one and below the other.
    ///
    /// # Errors
    /// [`Error`] on `Member` when a group would come to be in itself, or more than [`NESTING_LEVELS`] would
    /// stand one in another.
    pub fn check(&self, group: &GroupId, member: &GroupId) -> Result<(), Error> {
        if group == member {
            return Err(Error::invalid("Member", format_args!("{member} cannot be in itself")));
        }
        if reach(&self.below, member).contains(group) {
            let rule = format_args!("{member} cannot be in {group}, which is in it");
            return Err(Error::invalid("Member", rule));
        }
        let levels = levels(&self.above, group) + levels(&self.below, member);
        if levels > NESTING_LEVELS {
            let rule = format_args!(
                "{member} cannot be in {group}: {levels} groups would stand one in another, and \
                 {NESTING_LEVELS} may"
            );
            return Err(Error::invalid("Member", rule));
        }
        Ok(())
    }

    /// What `group` is in, through however many others, itself included.
    pub fn ancestors(&self, group: &GroupId) -> BTreeSet<GroupId> {
        reach(&self.above, group)
    }
}

fn reach(steps: &BTreeMap<GroupId, BTreeSet<GroupId>>, from: &GroupId) -> BTreeSet<GroupId> {
    let (mut found, mut left) = (BTreeSet::from([from.clone()]), vec![from]);
    while let Some(group) = left.pop() {
        for next in steps.get(group).into_iter().flatten() {
            if found.insert(next.clone()) {
                left.push(next);
            }
        }
    }
    found
}

/// How many groups the longest chain from this one has. Nothing is in itself, so it ends.
fn levels(steps: &BTreeMap<GroupId, BTreeSet<GroupId>>, from: &GroupId) -> usize {
    let (mut count, mut layer) = (0, BTreeSet::from([from]));
    while !layer.is_empty() {
        count += 1;
        layer = layer.iter().filter_map(|group| steps.get(*group)).flatten().collect();
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: usize) -> GroupId {
        GroupId::parse(&format!("g-{number:03}")).unwrap()
    }

    fn chain(length: usize) -> Nesting {
        (1..length).map(|number| (id(number - 1), id(number))).collect()
    }

    fn refusal(nesting: &Nesting, group: usize, member: usize) -> String {
        nesting.check(&id(group), &id(member)).unwrap_err().to_string()
    }

    #[test]
    fn a_group_is_not_in_itself_by_any_way() {
        let nesting = chain(3);
        assert_eq!(refusal(&nesting, 1, 1), "InvalidParameter.Member: Member g-001 cannot be in itself");
        assert!(refusal(&nesting, 2, 0).contains("g-000 cannot be in g-002, which is in it"));
        assert_eq!(nesting.check(&id(0), &id(2)), Ok(()), "there by another way already");
    }

    #[test]
    fn thirty_two_levels_and_no_more() {
        let nesting = chain(31);
        assert_eq!(nesting.check(&id(30), &id(99)), Ok(()));
        assert_eq!(nesting.check(&id(99), &id(0)), Ok(()));
        let nesting = chain(32);
        assert!(refusal(&nesting, 31, 99).contains("33 groups would stand one in another, and 32 may"));
        assert!(refusal(&nesting, 99, 0).contains("33 groups"));
        // The longest way counts, not the shortest.
        let both = (1..32).map(|number| (id(number - 1), id(number))).chain([(id(0), id(31))]);
        assert!(refusal(&both.collect(), 31, 99).contains("33 groups"));
    }

    #[test]
    fn ancestors_are_found_by_every_way() {
        let nesting: Nesting =
            [(0, 1), (0, 2), (1, 3), (2, 3), (4, 2)].map(|(a, b)| (id(a), id(b))).into_iter().collect();
        assert_eq!(nesting.ancestors(&id(3)), [0, 1, 2, 3, 4].map(id).into());
        assert_eq!(nesting.ancestors(&id(4)), [4].map(id).into());
    }
}
