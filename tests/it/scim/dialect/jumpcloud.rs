//! JumpCloud: its connection test, which makes, changes and deletes a real user and group.

use super::play;

#[test]
fn the_connection_test_leaves_nothing_behind() {
    play(include_str!("../../../data/scim/jumpcloud.json"));
}
