//! Values that are used once, by however many at the same moment.

use cloudsso::base::{Generated, MfaDeviceId, UserId};
use cloudsso::crypto::Random;
use cloudsso::domain::{PrincipalId, SignIn, SignInStage};
use cloudsso::storage::credential::{self, MfaDevice};
use cloudsso::storage::{Store, sign_in};

use super::{Bed, NOW, together, write};

fn id<T: Generated>() -> T {
    Random::system().id(NOW).unwrap()
}

fn bind_device(store: &Store, last_step: i64) -> MfaDeviceId {
    let device = MfaDevice { id: id(), sealed_secret: "sealed".to_owned() };
    let (principal, kept) = (PrincipalId::User(id::<UserId>()), device.id.clone());
    write(store, move |conn| credential::insert_mfa_device(conn, &principal, &device, last_step, NOW))
        .unwrap();
    kept
}

fn consume(store: &Store, device: &MfaDeviceId, step: i64) -> bool {
    let device = device.clone();
    write(store, move |conn| credential::consume_step(conn, &device, step, NOW)).unwrap()
}

#[test]
fn a_code_is_consumed_by_one_of_many() {
    let bed = Bed::new();
    let device = bind_device(&bed.store, 0);
    for step in 1..=10 {
        let won = together(|_number| consume(&bed.store, &device, step));
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1, "step {step}");
    }
}

#[test]
fn a_step_is_never_consumed_after_a_later_one() {
    let bed = Bed::new();
    let (device, other) = (bind_device(&bed.store, 100), bind_device(&bed.store, 100));
    assert!(!consume(&bed.store, &device, 100), "the step of the binding is used");
    assert!(consume(&bed.store, &device, 102));
    assert!(!consume(&bed.store, &device, 101));
    assert!(consume(&bed.store, &device, 103));
    assert!(consume(&bed.store, &other, 101), "each device counts for itself");
    // Many steps at once: whoever wins, no step twice and none after a later one.
    let mut won: Vec<i64> = together(|number| {
        let step = 200 + i64::try_from(number % 4).unwrap();
        consume(&bed.store, &device, step).then_some(step)
    })
    .into_iter()
    .flatten()
    .collect();
    let count = won.len();
    won.sort_unstable();
    won.dedup();
    assert_eq!((won.len(), won.last()), (count, Some(&203)));
}

fn begin_sign_in(store: &Store, attempts: i64) -> SignIn {
    let begun = SignIn {
        id: id(),
        principal: PrincipalId::User(id::<UserId>()),
        stage: SignInStage::SecondFactor,
        sealed_totp_secret: None,
        attempts,
        next: None,
        expires_at: NOW.plus(SignIn::LIFETIME),
    };
    let (digest, kept) = (format!("digest of {}", begun.id), begun.clone());
    write(store, move |conn| sign_in::insert(conn, &begun, &digest)).unwrap();
    kept
}

#[test]
fn a_sign_in_is_completed_by_one_of_many() {
    let bed = Bed::new();
    for _round in 0..5 {
        let begun = begin_sign_in(&bed.store, 0);
        let won = together(|_number| {
            let begun = begun.clone();
            write(&bed.store, move |conn| sign_in::consume(conn, &begun)).unwrap()
        });
        assert_eq!(won.into_iter().filter(|won| *won).count(), 1);
    }
}

#[test]
fn a_sign_in_that_has_moved_on_is_not_completed() {
    let bed = Bed::new();
    let consume = |sign_in: &SignIn| {
        let sign_in = sign_in.clone();
        write(&bed.store, move |conn| sign_in::consume(conn, &sign_in)).unwrap()
    };
    let mut elsewhere = begin_sign_in(&bed.store, 0);
    elsewhere.stage = SignInStage::Enrolment;
    assert!(!consume(&elsewhere));
    elsewhere.stage = SignInStage::SecondFactor;
    assert!(consume(&elsewhere));
}

#[test]
fn no_more_codes_are_tried_than_may_be_however_many_come_at_once() {
    let bed = Bed::new();
    let begun = begin_sign_in(&bed.store, SignIn::MAX_ATTEMPTS - 3);
    let tried = together(|_number| {
        let id = begun.id.clone();
        write(&bed.store, move |conn| sign_in::reserve_attempt(conn, &id)).unwrap()
    });
    assert_eq!(tried.into_iter().filter(|may| *may).count(), 3);
}

#[test]
fn a_stage_is_left_by_one_of_many() {
    let bed = Bed::new();
    let begun = begin_sign_in(&bed.store, 0);
    let moved = together(|_number| {
        let begun = begun.clone();
        write(&bed.store, move |conn| sign_in::advance(conn, &begun, SignInStage::Enrolment, None)).unwrap()
    });
    assert_eq!(moved.into_iter().filter(|moved| *moved).count(), 1);
}
