//! Who ends up as what: every combination of what an account has already, the strategy, and the strategy of a
//! retry, looked at in the account itself.

use cloudsso::base::{AccountId, UserId};
use cloudsso::cloud::NewRamUser;
use cloudsso::domain::Action;
use serde_json::Value;

use super::Api;
use super::user_provisioning::{make, of, ram_user, with};
use crate::support::member::{IMS, RAM};

/// What an account has under a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Has {
    Nothing,
    /// A RAM user of its own, with a password, an access key and a policy.
    Own,
    /// A RAM user that is kept for somebody else.
    Another,
}

/// What comes of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ends {
    /// A RAM user is made, under the name with this behind it.
    Made(&'static str),
    TakenOver,
    Fails,
}

/// What comes of an attempt, and where it failed, of a retry with each strategy.
type Outcome = (Ends, Option<[Ends; 2]>);

use Ends::{Fails, Made, TakenOver};
use Has::{Another, Nothing, Own};

/// What a RAM user of the account's own holds.
const POLICY: [(&str, &str); 2] = [("PolicyType", "System"), ("PolicyName", "ReadOnlyAccess")];
const STRATEGIES: [&str; 2] = ["KeepBoth", "TakeOver"];

/// What has the name, what has the name with `_sso`; what comes of `KeepBoth` and of `TakeOver`.
const TABLE: [(Has, Has, [Outcome; 2]); 9] = [
    (Nothing, Nothing, [(Made(""), None), (Made(""), None)]),
    (Nothing, Own, [(Made(""), None), (Made(""), None)]),
    (Nothing, Another, [(Made(""), None), (Made(""), None)]),
    (Own, Nothing, [(Made("_sso"), None), (TakenOver, None)]),
    (Own, Own, [(Fails, Some([Fails, TakenOver])), (TakenOver, None)]),
    (Own, Another, [(Fails, Some([Fails, TakenOver])), (TakenOver, None)]),
    (Another, Nothing, [(Made("_sso"), None), (Fails, Some([Made("_sso"), Fails]))]),
    (Another, Own, [(Fails, Some([Fails, Fails])), (Fails, Some([Fails, Fails]))]),
    (Another, Another, [(Fails, Some([Fails, Fails])), (Fails, Some([Fails, Fails]))]),
];

/// A person whose name an account may have already.
struct Case<'a> {
    api: &'a Api,
    account: AccountId,
    name: String,
    person: String,
    /// The RAM users that the account had, as it had them.
    before: Vec<(String, State)>,
}

/// A RAM user, and its ways in: password, and access keys with their status.
#[derive(Clone, Debug, PartialEq)]
struct State {
    user: Value,
    has_login_profile: bool,
    keys: Vec<String>,
}

impl<'a> Case<'a> {
    fn new(api: &'a Api, name: &str, own: Has, beside: Has) -> Self {
        let account = api.app.account("one");
        let (name, person) = (name.to_owned(), api.new_user(name));
        let mut case = Self { api, account, name: name.clone(), person, before: Vec::new() };
        for (name, has) in [(name.clone(), own), (format!("{name}_sso"), beside)] {
            match has {
                Nothing => continue,
                Own => case.make_own(&name),
                Another => case.make_for_another(&name),
            }
            let state = case.state(&name).unwrap();
            case.before.push((name, state));
        }
        case
    }

    fn make_own(&self, name: &str) {
        let app = &self.api.app;
        app.make_ram_user("one", name);
        app.make_access_key("one", name);
        let principal = app.principal_name("one", name);
        let profile = [("UserPrincipalName", principal.as_str()), ("Password", "kayak-river-1")];
        app.in_account("one", (IMS, "CreateLoginProfile"), &profile).unwrap();
        app.in_account("one", (RAM, "AttachPolicyToUser"), &[&POLICY[..], &[("UserName", name)]].concat())
            .unwrap();
    }

    fn make_for_another(&self, name: &str) {
        let mark = cloudsso::domain::ram_user_mark(
            &cloudsso::base::DirectoryId::parse("d-another").unwrap(),
            &UserId::parse("u-another").unwrap(),
        );
        let new = NewRamUser {
            principal_name: &self.api.app.principal_name("one", name),
            display_name: "Another",
            email: None,
            comments: &mark,
        };
        self.api.app.cloud.account(&self.account).create_ram_user(&new).unwrap();
    }

    fn state(&self, name: &str) -> Result<State, String> {
        let user = ram_user(self.api, "one", name)?;
        let principal = self.api.app.principal_name("one", name);
        let named = [("UserPrincipalName", principal.as_str())];
        let ask = |action| self.api.app.in_account("one", (IMS, action), &named);
        let keys = ask("ListAccessKeys")?["AccessKeys"]["AccessKey"].take();
        let status = |key: &Value| key["Status"].as_str().unwrap().to_owned();
        Ok(State {
            user,
            has_login_profile: ask("GetLoginProfile").is_ok(),
            keys: keys.as_array().unwrap().iter().map(status).collect(),
        })
    }

    /// How the account stands after an attempt that ended so, with nothing else touched.
    fn check(&self, ends: Ends, told: &str) {
        let kept = self.kept();
        match ends {
            Fails => assert_eq!(kept, None, "{told}"),
            Made(behind) => {
                let name = format!("{}{behind}", self.name);
                let made = self.state(&name).unwrap();
                assert_eq!(made.user["ProvisionType"], "CloudSSO", "{told}");
                assert!(made.user["Comments"].as_str().unwrap().ends_with(&self.person), "{told}");
                assert_eq!((made.has_login_profile, made.keys.len()), (false, 0), "{told}");
                let kept = kept.unwrap();
                assert_eq!(kept["HasPermissions"], false, "{told}");
                assert_eq!(
                    (&kept["RamUserName"], kept.get("TakenOver")),
                    (&name.as_str().into(), None),
                    "{told}"
                );
            }
            TakenOver => {
                let (taken, kept) = (self.state(&self.name).unwrap(), kept.unwrap());
                assert_eq!(taken.user["ProvisionType"], "CloudSSO", "{told}");
                assert!(taken.user["Comments"].as_str().unwrap().ends_with(&self.person), "{told}");
                assert!(!taken.has_login_profile, "{told}");
                assert_eq!(taken.keys, ["Inactive"], "{told}");
                assert_eq!(kept["RamUserName"], self.name, "{told}");
                assert_eq!(kept["HasPermissions"], true, "{told}: what it held it holds");
                let closed = &kept["TakenOver"];
                assert_eq!(closed["LoginProfileDeleted"], true, "{told}");
                assert_eq!(closed["AccessKeysSetInactive"].as_array().unwrap().len(), 1, "{told}");
                assert_eq!(closed["DisplayName"], self.name, "{told}");
            }
        }
        for (name, before) in &self.before {
            if ends != TakenOver || *name != self.name {
                assert_eq!(self.state(name).as_ref(), Ok(before), "{told}: {name} was not to be touched");
            }
        }
        for (action, wanted) in
            [(Action::RamUserCreated, matches!(ends, Made(_))), (Action::RamUserTakenOver, ends == TakenOver)]
        {
            assert_eq!(self.api.app.events(action, &self.person), i64::from(wanted), "{told}: {action:?}");
        }
    }

    /// The RAM user that is kept for the person, as we list it.
    fn kept(&self) -> Option<Value> {
        let of_account = [("TargetId", self.account.as_str())];
        let (rows, _) = self.api.pages("ListProvisionedUsers", "ProvisionedUsers", &of_account, 100);
        rows.into_iter().find(|row| row["UserId"] == self.person.as_str())
    }

    /// The event that is left, if any: it counts its failures, and says why by name.
    fn event(&self, provisioning: &str, failures: i64, told: &str) -> Option<Value> {
        let of_it = [("UserProvisioningId", provisioning)];
        let mut events = self.api.within("ListUserProvisioningEvents", &of_it).ok();
        let event = events["UserProvisioningEvents"].as_array_mut().unwrap().pop();
        if let Some(event) = &event {
            assert_eq!(event["ErrorCount"], failures, "{told}");
            let reason = event["ErrorInfo"].as_str().unwrap();
            assert!(reason.contains(&self.name), "{told}: {reason}");
            assert_eq!(event["SourceType"], "StartProvisioning", "{told}");
            let id = event["EventId"].as_str().unwrap();
            let failed = self.api.app.events(Action::UserProvisioningEventFailed, id);
            assert_eq!(failed, failures, "{told}");
        }
        event
    }

    fn provision(&self, strategy: &str) -> String {
        let asked = of(self.account.as_str(), ("User", &self.person));
        let id = make(self.api, &with(&asked, "DuplicationStrategy", strategy));
        self.api.app.run_due();
        id
    }

    fn retry(&self, event: &Value, strategy: &str) {
        let id = event["EventId"].as_str().unwrap();
        let parameters = [("EventId", id), ("DuplicationStrategy", strategy)];
        self.api.within("RetryUserProvisioningEvent", &parameters).ok();
        self.api.app.run_due();
        assert_eq!(self.api.app.events(Action::UserProvisioningEventRetried, id), 1);
    }
}

#[test]
fn every_strategy_against_everything_that_an_account_may_have() {
    let api = Api::new();
    let mut number = 0;
    let mut new = |own, beside| {
        number += 1;
        Case::new(&api, &format!("person-{number}"), own, beside)
    };
    for (own, beside, outcomes) in TABLE {
        for (strategy, (ends, retries)) in STRATEGIES.into_iter().zip(outcomes) {
            let told = format!("{own:?} and {beside:?} beside it, {strategy}");
            let Some(retries) = retries else {
                let case = new(own, beside);
                let provisioning = case.provision(strategy);
                case.check(ends, &told);
                assert_eq!(case.event(&provisioning, 0, &told), None, "{told}");
                continue;
            };
            for (again, then) in STRATEGIES.into_iter().zip(retries) {
                let told = format!("{told}, then {again}");
                let case = new(own, beside);
                let provisioning = case.provision(strategy);
                case.check(ends, &told);
                let event = case.event(&provisioning, 1, &told).unwrap();
                assert_eq!(event["DuplicationStrategy"], strategy, "{told}");
                case.retry(&event, again);
                case.check(then, &told);
                let left = case.event(&provisioning, 2, &told);
                assert_eq!(left.is_some(), then == Fails, "{told}");
                assert!(left.is_none_or(|left| left["DuplicationStrategy"] == again), "{told}");
            }
        }
    }
    assert_eq!(number, 11 + 2 * 7, "eleven that end at once, seven that are tried again either way");
}

#[test]
fn a_name_that_became_free_is_had_at_the_retry() {
    let api = Api::new();
    let case = Case::new(&api, "frida", Own, Own);
    let provisioning = case.provision("KeepBoth");
    let event = case.event(&provisioning, 1, "both are taken").unwrap();
    let principal = api.app.principal_name("one", "frida_sso");
    let named = [("UserPrincipalName", principal.as_str())];
    let keys = api.app.in_account("one", (IMS, "ListAccessKeys"), &named).unwrap();
    let key = keys["AccessKeys"]["AccessKey"][0]["AccessKeyId"].as_str().unwrap();
    let of_key = [named[0], ("UserAccessKeyId", key)];
    let held = [&POLICY[..], &[("UserName", "frida_sso")]].concat();
    api.app.in_account("one", (RAM, "DetachPolicyFromUser"), &held).unwrap();
    for (action, parameters) in
        [("DeleteAccessKey", &of_key[..]), ("DeleteLoginProfile", &named), ("DeleteUser", &named)]
    {
        api.app.in_account("one", (IMS, action), parameters).unwrap();
    }
    case.retry(&event, "KeepBoth");
    assert_eq!(case.event(&provisioning, 1, "one is free"), None);
    assert_eq!(case.kept().unwrap()["RamUserName"], "frida_sso");
    assert_eq!(case.state("frida").unwrap(), case.before[0].1, "never touched");
}
