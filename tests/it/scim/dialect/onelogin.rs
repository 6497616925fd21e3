//! OneLogin: users by the enterprise template, groups by PATCH, and no name of its own in any header.

use super::play;

#[test]
fn users_by_put_and_groups_by_patch() {
    play(include_str!("../../../data/scim/onelogin.json"));
}
