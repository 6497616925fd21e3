//! PingOne and PingFederate: changes by PATCH or PUT, removal by disabling or deleting.

use super::play;

#[test]
fn removal_is_by_disabling_or_by_deleting() {
    play(include_str!("../../../data/scim/ping.json"));
}
