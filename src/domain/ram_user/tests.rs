use std::collections::{BTreeSet, HashMap};
use std::convert::Infallible;

use proptest::prelude::*;

use super::super::{Status, UserSpec};
use super::*;

fn name(text: &str) -> UserName {
    UserName::parse(text).unwrap()
}

#[test]
fn what_ram_admits_keeps_its_name() {
    for plain in ["alice", "Alice.B-c_d", &"n".repeat(64), "x-deadbeef"] {
        assert_eq!(ram_user_name(&name(plain)), plain);
    }
}

#[test]
fn other_names_are_mapped_the_same_each_time() {
    let mapped = ram_user_name(&name("alice@acme.example"));
    let hash = mapped.strip_prefix("alice.acme.example-").unwrap();
    assert!(looks_mapped(&mapped) && hash.len() == 20, "{mapped}");
    assert_eq!(mapped, ram_user_name(&name("alice@acme.example")));
    // Names are the same whatever their case, and so is what they are mapped by.
    let other_case = ram_user_name(&name("Alice@Acme.example"));
    assert_eq!(fold(&mapped), fold(&other_case));
    // Whoever is called as a mapped name is another.
    let impostor = ram_user_name(&name(&mapped));
    assert_ne!(fold(&impostor), fold(&mapped));
    assert!(impostor.len() <= 60, "{impostor}");
}

#[test]
fn the_name_beside_fits_too() {
    assert_eq!(name_beside(&name("alice")), "alice_sso");
    for long in ["n".repeat(60), "n".repeat(61), "n".repeat(64), format!("{}@b", "n".repeat(62))] {
        let beside = name_beside(&name(&long));
        assert!(beside.len() <= 64 && beside.ends_with("_sso"), "{beside}");
    }
    let one = name_beside(&name(&format!("{}a", "n".repeat(63))));
    assert_ne!(one, name_beside(&name(&format!("{}b", "n".repeat(63)))));
}

proptest! {
    #[test]
    fn no_two_persons_have_the_same_name(names in prop::collection::btree_set("[a-cA@._-]{1,8}(-[0-9a-f]{20})?", 2..40)) {
        let folded: BTreeSet<String> = names.iter().map(|name| fold(name)).collect();
        let names: BTreeSet<String> = folded.iter().map(|text| ram_user_name(&name(text))).collect();
        prop_assert_eq!(names.len(), folded.len());
        for name in names {
            prop_assert!(name.len() <= 64 && name.bytes().all(is_plain));
        }
    }
}

use DuplicationStrategy::{KeepBoth, TakeOver};
use RamUserOwner::{Account, Person, SomebodyElse};

fn settled(strategy: DuplicationStrategy, there: &[(&str, RamUserOwner)]) -> Naming {
    let there: HashMap<_, _> = there.iter().copied().collect();
    let look = |name: &str| Ok::<_, Infallible>(there.get(name).copied());
    settle_name(&name("alice"), None, strategy, look).unwrap()
}

#[test]
fn a_name_once_given_stays() {
    let look = |there: &'static [(&str, RamUserOwner)]| {
        move |name: &str| {
            Ok::<_, Infallible>(there.iter().find(|(one, _)| *one == name).map(|(_, owner)| *owner))
        }
    };
    let named = |there| settle_name(&name("alice"), Some("alice_sso"), KeepBoth, look(there)).unwrap();
    let beside = "alice_sso".to_owned();
    // Even when the name that was in the way is free again.
    assert_eq!(named(&[("alice_sso", Person)]), Naming::Kept(beside.clone()));
    assert_eq!(named(&[]), Naming::Create(beside));
    assert_eq!(named(&[("alice_sso", Account)]), Naming::Create("alice".to_owned()));
}

/// A strategy, what the account has, and what follows.
type Row<'a> = (DuplicationStrategy, &'a [(&'a str, RamUserOwner)], Naming);

#[test]
fn names_by_strategy_and_by_what_the_account_has() {
    let (own, beside) = ("alice".to_owned(), "alice_sso".to_owned());
    let rows: &[Row<'_>] = &[
        (KeepBoth, &[], Naming::Create(own.clone())),
        (TakeOver, &[], Naming::Create(own.clone())),
        (KeepBoth, &[("alice_sso", Account)], Naming::Create(own.clone())),
        (TakeOver, &[("alice_sso", Account)], Naming::Create(own.clone())),
        (KeepBoth, &[("alice", Account)], Naming::Create(beside.clone())),
        (TakeOver, &[("alice", Account)], Naming::TakeOver(own.clone())),
        (TakeOver, &[("alice", Account), ("alice_sso", Account)], Naming::TakeOver(own.clone())),
        (KeepBoth, &[("alice", Person)], Naming::Kept(own.clone())),
        (TakeOver, &[("alice", Person)], Naming::Kept(own)),
        (KeepBoth, &[("alice", Account), ("alice_sso", Person)], Naming::Kept(beside.clone())),
        (KeepBoth, &[("alice", SomebodyElse)], Naming::Create(beside)),
    ];
    for (strategy, there, expected) in rows {
        assert_eq!(settled(*strategy, there), *expected, "{strategy:?} {there:?}");
    }
}

#[test]
fn a_second_conflict_says_what_is_taken_and_what_helps() {
    let told = |strategy, there: &[(&str, RamUserOwner)]| match settled(strategy, there) {
        Naming::Taken(taken) => taken.to_string(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        told(KeepBoth, &[("alice", Account), ("alice_sso", Account)]),
        "OperationConflict.UserProvisioning.Process.fail.ImsUserExists: the account has a RAM user alice and a RAM user alice_sso; \
         retry with TakeOver, or rename or delete one of them"
    );
    assert_eq!(
        told(TakeOver, &[("alice", SomebodyElse)]),
        "OperationConflict.UserProvisioning.Process.fail.ImsUserExists: the account has a RAM user alice that is kept for somebody else; \
         retry with KeepBoth, or rename or delete it"
    );
    assert_eq!(
        told(KeepBoth, &[("alice", SomebodyElse), ("alice_sso", Account)]),
        "OperationConflict.UserProvisioning.Process.fail.ImsUserExists: the account has a RAM user alice that is kept for somebody else and a RAM \
         user alice_sso; rename or delete one of them, and retry"
    );
}

fn user(display_name: &str, email: Option<&str>) -> User {
    let spec = UserSpec {
        user_name: name("alice"),
        display_name: display_name.to_owned(),
        first_name: String::new(),
        last_name: String::new(),
        email: email.map(str::to_owned),
        description: String::new(),
        status: Status::Enabled,
    };
    User::new(UserId::parse("u-1").unwrap(), spec, Timestamp::from_seconds(0))
}

#[test]
fn what_ram_does_not_take_is_left_out() {
    let wanted = |display_name: &str, email| {
        let wanted = WantedRamUser::of(&user(display_name, email), String::new(), false);
        (wanted.display_name, wanted.email)
    };
    let pair = |one: &str, two: &str| (one.to_owned(), two.to_owned());
    assert_eq!(wanted("", Some("alice@acme.example")), pair("alice", "alice@acme.example"));
    assert_eq!(wanted(&format!("{} z", "ä".repeat(23)), None), pair(&"ä".repeat(23), ""));
    assert_eq!(wanted("A\tB", Some("alice@localhost")), pair("AB", ""));
}

#[test]
fn steps_close_what_is_open_and_leave_what_an_administrator_opened() {
    let kept = ObservedRamUser {
        principal_name: "alice@1.onaliyun.com".to_owned(),
        display_name: "Alice".to_owned(),
        email: String::new(),
        owner: Person,
        has_login_profile: false,
        active_keys: vec!["K1".to_owned()],
    };
    let wanted = |is_locked| WantedRamUser::of(&user("Alice", None), "m".to_owned(), is_locked);
    assert!(wanted(false).steps(&kept).is_empty());
    assert_eq!(wanted(true).steps(&kept), [RamUserStep::DisableAccessKey("K1".to_owned())]);
    let open = ObservedRamUser { has_login_profile: true, owner: Account, ..kept.clone() };
    assert_eq!(
        wanted(true).steps(&open),
        [
            RamUserStep::TakeOver,
            RamUserStep::DeleteLoginProfile,
            RamUserStep::DisableAccessKey("K1".to_owned())
        ]
    );
    let renamed = ObservedRamUser { display_name: "Mallory".to_owned(), ..kept };
    assert_eq!(wanted(false).steps(&renamed), [RamUserStep::Update]);
}
