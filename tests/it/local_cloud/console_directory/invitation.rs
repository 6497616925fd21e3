//! Invitations, through the console that sends them and the one that receives them.

use super::*;

fn sent(world: &World) -> Value {
    ask(world, "ListHandshakesForResourceDirectory", &[])["Handshakes"]["Handshake"].clone()
}

/// Sends an invitation through the console; its id.
fn invite(world: &World, alice: &mut Visitor) -> String {
    let form = open(world, alice, "/invitations/create").deed("invite-account");
    done(alice, &form.with("target", world.independent.as_str()), "The invitation was sent");
    sent(world)[0]["HandshakeId"].as_str().unwrap().to_owned()
}

#[test]
fn an_account_joins_by_its_own_console_and_leaves_by_the_management_accounts() {
    let world = World::new();
    let folder = new_folder(&world, "partners", &root(&world));
    let mut alice = manager(&world, "alice", &[DIRECTORY, ASSUME_ROLE]);
    let mut ivy = outsider(&world, "ivy", &["AdministratorAccess"]);
    assert!(open(&world, &mut ivy, "/invitations").text().contains("Nobody invited this account"));
    let form = open(&world, &mut alice, "/invitations/create")
        .deed("invite-account")
        .with("target", world.independent.as_str())
        .with("note", "Join us <b>now</b>")
        .with("folder", &folder)
        .with("tag_key_1", "kind")
        .with("tag_value_1", "partner");
    let page = done(&mut alice, &form, "not answered yet");
    assert!(page.text().contains("Join us <b>now</b>") && !page.body.contains("<b>now"), "{}", page.body);
    assert_eq!(sent(&world)[0]["Note"], "Join us <b>now</b>");
    let page = open(&world, &mut ivy, "/invitations");
    assert!(
        page.text().contains(world.management.as_str()) && !page.body.contains("<b>now"),
        "{}",
        page.body
    );
    let page = done(&mut ivy, &page.deed("accept-invitation"), "is a member of the resource directory now");
    assert!(page.deeds("accept-invitation").is_empty() && page.text().contains("accepted"));
    let joined =
        ask(&world, "GetAccount", &[("AccountId", world.independent.as_str()), ("IncludeTags", "true")]);
    assert_eq!(
        (&joined["Account"]["FolderId"], &joined["Account"]["JoinMethod"]),
        (&folder.as_str().into(), &"invited".into())
    );
    assert_eq!(joined["Account"]["Tags"][0]["Value"], "partner");
    assert!(open(&world, &mut ivy, "").text().contains("This account is a member of a resource directory"));
    assert!(open(&world, &mut alice, "/invitations").text().contains("accepted"));
    let page = open(&world, &mut alice, "/members");
    assert!(page.text().contains("invited") && page.text().contains("Root / partners"), "{}", page.text());
    assert_eq!(page.deeds("log-on").len(), 1);
    let mut inside = manager(&world, "carol", &["AdministratorAccess"]);
    let form = open(&world, &mut inside, "/members").deed("log-on");
    done(&mut inside, &form, "assumed-role/ResourceDirectoryAccountAccessRole");
    // It is removed and not deleted.
    let path = format!("/members/{}/leave", world.independent);
    let page = open(&world, &mut alice, &path);
    assert!(page.deeds("delete-member").is_empty());
    done(&mut alice, &page.deed("remove-member"), "The account is a member no more");
    let gone = world.call(&world.owner, (RD, "GetAccount"), &[("AccountId", world.independent.as_str())]);
    assert_eq!(gone.status, 404);
    assert_eq!(inside.get(&world.url("/console")).status, 401);
    let form = forged(&world, &mut alice, &format!("/members/{}/log-on", world.independent), "log-on");
    refused(&mut alice, &form, (409, "it left"));
}

#[test]
fn a_resource_account_is_not_removed() {
    let world = World::new();
    let member = world.member("shop");
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let page = open(&world, &mut alice, &format!("/members/{member}/leave"));
    assert!(page.deeds("remove-member").is_empty());
    let form = forged(&world, &mut alice, &format!("/members/{member}/leave"), "remove-member");
    refused(&mut alice, &form, (409, "Delete a resource account"));
}

#[test]
fn an_invitation_is_declined_or_cancelled_once() {
    let world = World::new();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let mut ivy = outsider(&world, "ivy", &["AdministratorAccess"]);
    let form = open(&world, &mut alice, "/invitations/create").deed("invite-account");
    let by_name = form.with("target_type", "Email").with("target", "Independent@example.com");
    done(&mut alice, &by_name, "The invitation was sent");
    let decline = open(&world, &mut ivy, "/invitations").deed("decline-invitation");
    let accept = open(&world, &mut ivy, "/invitations").deed("accept-invitation");
    let cancel = open(&world, &mut alice, "/invitations").deed("cancel-invitation");
    done(&mut ivy, &decline, "The invitation was declined");
    assert_eq!(sent(&world)[0]["Status"], "Declined");
    for form in [&decline, &accept] {
        refused(&mut ivy, form, (409, "not pending any more"));
    }
    refused(&mut alice, &cancel, (409, "not pending any more"));
    invite(&world, &mut alice);
    let page = open(&world, &mut alice, "/invitations");
    let page = done(&mut alice, &page.deed("cancel-invitation"), "The invitation was cancelled");
    assert!(page.text().contains("cancelled") && page.text().contains("declined"), "{}", page.text());
    assert!(open(&world, &mut ivy, "/invitations").deeds("accept-invitation").is_empty());
    assert!(open(&world, &mut ivy, "").text().contains("in no resource directory"));
}

#[test]
fn an_invitation_that_nobody_answered_is_over() {
    let world = World::new();
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let id = invite(&world, &mut alice);
    world.clock.advance(std::time::Duration::from_secs(15 * 24 * 3600));
    let mut ivy = outsider(&world, "ivy", &["AdministratorAccess"]);
    let page = open(&world, &mut ivy, "/invitations");
    assert!(page.text().contains("not answered in time"), "{}", page.text());
    assert!(page.deeds("accept-invitation").is_empty());
    let form = forged(&world, &mut ivy, "/invitations", "accept-invitation").with("invitation", &id);
    refused(&mut ivy, &form, (409, "not pending any more"));
}

#[test]
fn who_cannot_be_invited() {
    let world = World::new();
    let member = world.member("shop");
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let form = open(&world, &mut alice, "/invitations/create").deed("invite-account").with("note", "hello");
    let long = "x".repeat(1025);
    for (field, value, status, reason) in [
        ("target", "", 400, "TargetEntity"),
        ("target", "1", 404, "does not exist"),
        ("target", member.as_str(), 409, "already exists"),
        ("note", long.as_str(), 400, "Note"),
        ("target_type", "Phone", 400, "TargetType"),
        ("folder", "fd-0", 404, "does not exist"),
    ] {
        let form = form.clone().with("target", world.independent.as_str()).with(field, value);
        let page = refused(&mut alice, &form, (status, reason));
        let again = page.deed("invite-account");
        assert_eq!(again.field("note"), form.field("note"));
        assert_eq!(again.field("target"), form.field("target"));
    }
    let by_name = form.clone().with("target_type", "Email").with("target", "nobody@example.com");
    let page = refused(&mut alice, &by_name, (404, "does not exist"));
    assert!(page.body.contains(r#"value="Email" checked"#), "{}", page.body);
    invite(&world, &mut alice);
    refused(&mut alice, &form.with("target", world.independent.as_str()), (409, "invitation already exists"));
    assert_eq!(sent(&world).as_array().map(Vec::len), Some(1));
}

#[test]
fn nobody_answers_an_invitation_of_another_account() {
    let world = World::new();
    let member = world.member("shop");
    let mut alice = manager(&world, "alice", &[DIRECTORY]);
    let id = invite(&world, &mut alice);
    let mut bob = member_user(&world, &member, "bob", &["AdministratorAccess"]);
    assert!(!open(&world, &mut bob, "/invitations").text().contains(&id));
    for deed in ["accept-invitation", "decline-invitation"] {
        let form = forged(&world, &mut bob, "/invitations", deed).with("invitation", &id);
        refused(&mut bob, &form, (404, "does not exist"));
        let form = forged(&world, &mut alice, "/invitations", deed).with("invitation", &id);
        refused(&mut alice, &form, (404, "does not exist"));
    }
    let mut ivy = outsider(&world, "ivy", &["AdministratorAccess"]);
    for visitor in [&mut bob, &mut ivy] {
        let form = forged(&world, visitor, "/invitations", "cancel-invitation").with("invitation", &id);
        refused(visitor, &form, (403, "not authorized"));
    }
    let mut nobody = outsider(&world, "nobody", &[]);
    let page = open(&world, &mut nobody, "/invitations");
    assert_eq!(page.status, 403);
    assert!(page.text().contains("resourcemanager:ListHandshakesForAccount"), "{}", page.text());
    let form = forged(&world, &mut nobody, "/invitations", "accept-invitation").with("invitation", &id);
    refused(&mut nobody, &form, (403, "resourcemanager:AcceptHandshake"));
    assert_eq!(sent(&world)[0]["Status"], "Pending");
}
