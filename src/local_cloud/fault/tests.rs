use std::time::Duration;

use super::injector::Plan;
use super::*;
use crate::base::Timestamp;

fn faults(rules: &[&str]) -> Faults {
    Faults::parse(rules, 7).unwrap()
}

fn target(action: &str, account: &str) -> Target {
    Target { action: action.to_owned(), account: account.to_owned() }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_795_371_745_000 + millis)
}

#[test]
fn what_is_no_rule_is_refused_by_its_word() {
    let value = |key, expected, received: &str| Error::Value { key, expected, received: received.to_owned() };
    let (time, rate) = ("a whole number of ms or s, at most 60s", "calls a second from 1/s to 10000/s");
    let share = "a percentage from 0% to 100% with at most four decimals";
    for (text, error) in [
        ("", Error::Empty),
        ("action=ram:*", Error::Empty),
        ("latency", Error::Word("latency".to_owned())),
        ("delay=1s", Error::Word("delay=1s".to_owned())),
        ("rate=1/s rate=2/s", Error::Repeated("rate")),
        ("latency=100", value("latency", time, "100")),
        ("latency=-1ms", value("latency", time, "-1ms")),
        ("latency=61s", value("latency", time, "61s")),
        ("latency=1m", value("latency", time, "1m")),
        ("jitter=ms", value("jitter", time, "ms")),
        ("rate=0/s", value("rate", rate, "0/s")),
        ("rate=10", value("rate", rate, "10")),
        ("rate=10001/s", value("rate", rate, "10001/s")),
        ("fail=5", value("fail", share, "5")),
        ("fail=101%", value("fail", share, "101%")),
        ("fail-after=0.00001%", value("fail-after", share, "0.00001%")),
        ("hang-up=.5%", value("hang-up", share, ".5%")),
        ("fail=60% hang-up=41%", Error::Shares),
        ("action= fail=1%", value("action", "a name with * and ?", "")),
    ] {
        assert_eq!(Faults::parse(&[text], 1), Err(error), "{text}");
    }
    assert!(Faults::parse::<&str>(&[], 1).unwrap().is_none());
    assert!(!faults(&["fail=0.0001%"]).is_none());
}

#[test]
fn the_first_rule_that_says_something_decides_each_kind_of_fault() {
    let injector = Injector::new(faults(&[
        "action=ram:Create* account=1* latency=2s",
        "account=1* rate=1/s",
        "latency=100ms fail=100%",
    ]));
    let plan = |action: &str, account: &str| injector.plan(&target(action, account), at(0));
    let slow = Duration::from_secs(2);
    let usual = Duration::from_millis(100);
    assert_eq!(plan("ram:CreateRole", "12"), Plan { delay: slow, fate: Fate::FailedBefore });
    let throttled = Fate::Throttled { retry_after: Duration::from_secs(1) };
    assert_eq!(plan("ram:GetRole", "12"), Plan { delay: usual, fate: throttled });
    assert_eq!(plan("ram:GetRole", "13"), Plan { delay: usual, fate: Fate::FailedBefore });
    for _ in 0..5 {
        assert_eq!(plan("ram:CreateRole", "2"), Plan { delay: usual, fate: Fate::FailedBefore });
    }
}

#[test]
fn an_account_has_its_rate_and_no_other_s() {
    let injector = Injector::new(faults(&["rate=10/s"]));
    let passed = |account: &str, millis| {
        (0..30)
            .filter(|_| injector.plan(&target("ram:GetRole", account), at(millis)).fate == Fate::Answered)
            .count()
    };
    assert_eq!((passed("1", 0), passed("2", 0)), (10, 10));
    assert_eq!((passed("1", 500), passed("1", 10_000)), (5, 10));
}

#[test]
fn shares_are_drawn_as_asked_and_the_same_again() {
    let draw = |seed| {
        let rules = ["fail=5% fail-after=10% hang-up=20% jitter=50ms"];
        let injector = Injector::new(Faults::parse(&rules, seed).unwrap());
        (0..10_000).map(|_| injector.plan(&target("ram:GetRole", "1"), at(0))).collect::<Vec<_>>()
    };
    let plans = draw(1);
    assert_eq!(plans, draw(1));
    assert_ne!(plans, draw(2));
    let share = |fate| plans.iter().filter(|plan| plan.fate == fate).count();
    for (fate, expected) in
        [(Fate::FailedBefore, 500), (Fate::FailedAfter, 1000), (Fate::HungUp, 2000), (Fate::Answered, 6500)]
    {
        let off = share(fate).abs_diff(expected);
        assert!(off < 150, "{fate:?}: {} and not {expected}", share(fate));
    }
    let longest = plans.iter().map(|plan| plan.delay).max().unwrap();
    assert_eq!(longest, Duration::from_millis(50));
}
