//! Google Workspace: users looked for, made, changed and suspended.

use super::play;

#[test]
fn users_are_made_changed_and_suspended() {
    play(include_str!("../../../data/scim/google.json"));
}
