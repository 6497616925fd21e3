//! authentik: reads what the server can do first, adopts after a 409 by a filter, puts members in whole.

use super::play;

#[test]
fn what_is_there_already_is_found_and_taken_over() {
    let (app, known) = play(include_str!("../../../data/scim/authentik.json"));
    assert_eq!(app.user("alice").id.as_str(), known["user"], "it was found, not made again");
}
