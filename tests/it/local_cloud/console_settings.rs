//! The RAM console's settings: password policy, sign-in, the domain of logon names, quotas.
//! What a form sets is what the API shows.

use serde_json::Value;

use super::RAM;
use super::desk::{PASSWORD, sign_in, signed_in};
use super::tenant::Tenant;
use crate::support::http::{Form, Page, Visitor};

const PATH: &str = "/ram/settings";

/// An account, and an administrator of it in a browser.
pub(crate) struct Desk {
    pub(crate) tenant: Tenant,
    pub(crate) admin: Visitor,
}

impl Desk {
    pub(crate) fn new() -> Self {
        let tenant = Tenant::new();
        let admin = signed_in(&tenant, "admin", &["AliyunRAMFullAccess"]);
        Self { tenant, admin }
    }

    pub(crate) fn open(&mut self, path: &str) -> Page {
        let page = self.admin.open(&self.tenant.world.url(path));
        assert_eq!(page.status, 200, "{}", page.text());
        page
    }

    fn form(&mut self, deed: &str) -> Form {
        self.open(PATH).deed(deed)
    }

    /// Sends a form that is done; the page after it.
    #[track_caller]
    pub(crate) fn done(&mut self, form: &Form) -> Page {
        let page = self.admin.submit(form);
        assert_eq!(page.status, 303, "{}", page.text());
        self.admin.follow(page)
    }

    fn password_policy(&self) -> Value {
        self.tenant.ims("GetPasswordPolicy", &[]).ok()["PasswordPolicy"].clone()
    }

    fn preference(&self) -> Value {
        self.tenant.ims("GetSecurityPreference", &[]).ok()["SecurityPreference"].clone()
    }

    fn domain(&self) -> String {
        let answer = self.tenant.ims("GetDefaultDomain", &[]).ok();
        answer["DefaultDomainName"].as_str().unwrap().to_owned()
    }
}

#[test]
fn every_field_of_the_password_policy_is_set_and_shown() {
    let mut desk = Desk::new();
    let set = desk
        .form("set-password-policy")
        .with("minimum_length", "10")
        .with("different_characters", "4")
        .with("max_age", "90")
        .with("initial_age", "7")
        .with("reuse_prevention", "5")
        .with("max_login_attempts", "6");
    let boxes = ["lowercase", "uppercase", "digit", "sign", "no_user_name", "no_risk", "hard_expire"];
    let set = boxes.iter().fold(set, |form, field| form.with(field, "true"));
    let page = desk.done(&set);
    assert!(page.text().contains("The password policy is set."), "{}", page.text());
    let policy = desk.password_policy();
    for (name, expected) in [
        ("MinimumPasswordLength", 10),
        ("MinimumPasswordDifferentCharacter", 4),
        ("MaxPasswordAge", 90),
        ("InitialPasswordAge", 7),
        ("PasswordReusePrevention", 5),
        ("MaxLoginAttemps", 6),
    ] {
        assert_eq!(policy[name], expected, "{name}");
    }
    for name in [
        "RequireLowercaseCharacters",
        "RequireUppercaseCharacters",
        "RequireNumbers",
        "RequireSymbols",
        "PasswordNotContainUserName",
        "InterceptRiskPasswordOnApi",
        "HardExpire",
    ] {
        assert_eq!(policy[name], true, "{name}");
    }
    // The form shows what is set: sent as it is, it changes nothing.
    let again = page.deed("set-password-policy");
    assert_eq!(again.field("minimum_length"), Some("10"));
    desk.done(&again);
    assert_eq!(desk.password_policy(), policy);
    let unticked = boxes.iter().fold(again, |form, field| form.without(field));
    desk.done(&unticked);
    let policy = desk.password_policy();
    assert_eq!((&policy["RequireSymbols"], &policy["HardExpire"]), (&false.into(), &false.into()));
}

#[test]
fn a_number_outside_of_its_range_is_refused_by_its_label_and_stays() {
    let mut desk = Desk::new();
    for (form, field, label, range, (section, parameter)) in [
        (
            "set-password-policy",
            "minimum_length",
            "Shortest password",
            (8, 32),
            ("", "MinimumPasswordLength"),
        ),
        (
            "set-password-policy",
            "different_characters",
            "Different characters",
            (0, 8),
            ("", "MinimumPasswordDifferentCharacter"),
        ),
        (
            "set-password-policy",
            "max_age",
            "Days until a password is too old",
            (0, 1095),
            ("", "MaxPasswordAge"),
        ),
        (
            "set-password-policy",
            "initial_age",
            "Days that a first password is good for",
            (0, 90),
            ("", "InitialPasswordAge"),
        ),
        (
            "set-password-policy",
            "reuse_prevention",
            "Earlier passwords that may not come back",
            (0, 24),
            ("", "PasswordReusePrevention"),
        ),
        (
            "set-password-policy",
            "max_login_attempts",
            "Wrong passwords within an hour",
            (0, 32),
            ("", "MaxLoginAttemps"),
        ),
        (
            "set-security-preference",
            "session_hours",
            "Hours that a console session lasts",
            (1, 24),
            ("LoginProfilePreference", "LoginSessionDuration"),
        ),
    ] {
        let (least, most) = range;
        let fresh = desk.form(form);
        let kept = |desk: &Desk| match section {
            "" => desk.password_policy()[parameter].clone(),
            section => desk.preference()[section][parameter].clone(),
        };
        let before = kept(&desk);
        for wrong in [(least - 1).to_string(), (most + 1).to_string(), String::new(), "ten".to_owned()] {
            let page = desk.admin.submit(&fresh.clone().with(field, &wrong));
            assert_eq!(page.status, 400, "{field} {wrong}");
            assert!(page.body.contains("<title>Error: "), "{field} {wrong}");
            let text = page.text();
            assert!(text.contains(label), "{field} {wrong}: {text}");
            assert!(!text.contains(parameter), "{field} {wrong}: {text}");
            assert_eq!(page.deed(form).field(field), Some(wrong.as_str()), "what was typed stays");
            assert_eq!(kept(&desk), before, "{field} {wrong}");
        }
        for right in [least, most] {
            desk.done(&fresh.clone().with(field, &right.to_string()));
            assert_eq!(kept(&desk), right, "{field}");
        }
    }
}

#[test]
fn a_form_that_fails_keeps_its_ticks_and_leaves_the_other_forms_alone() {
    let mut desk = Desk::new();
    desk.tenant.ims("SetSecurityPreference", &[("AllowUserToManageAccessKeys", "true")]).ok();
    let form = desk.form("set-password-policy").with("max_age", "-1").with("digit", "true");
    let page = desk.admin.submit(&form);
    assert_eq!(page.status, 400);
    let (password, security) = (page.deed("set-password-policy"), page.deed("set-security-preference"));
    assert_eq!((password.field("digit"), password.field("sign")), (Some("true"), None));
    assert_eq!(security.field("may_manage_access_keys"), Some("true"));
    assert_eq!(security.field("session_hours"), Some("6"));
}

#[test]
fn the_part_of_the_security_preference_that_counts_is_set_and_the_rest_stays() {
    let mut desk = Desk::new();
    let rest =
        [("EnableSaveMFATicket", "true"), ("MaxIdleDaysForUsers", "90"), ("VerificationTypes", "[\"sms\"]")];
    desk.tenant.ims("SetSecurityPreference", &rest).ok();
    let page = desk.open(PATH);
    assert!(page.text().contains("Kept, but without effect in this cloud"), "{}", page.text());
    assert!(page.text().contains("You come from 127.0.0.1 now"), "{}", page.text());
    let form = page
        .deed("set-security-preference")
        .with("session_hours", "2")
        .with("masks", "127.0.0.0/8\r\n  203.0.113.9 ;\r\n")
        .with("second_factor", "mandatory")
        .with("may_manage_access_keys", "true")
        .without("may_change_password")
        .without("may_manage_mfa_devices");
    let page = desk.done(&form);
    let preference = desk.preference();
    let login = &preference["LoginProfilePreference"];
    assert_eq!(login["LoginSessionDuration"], 2);
    assert_eq!(login["LoginNetworkMasks"], "127.0.0.0/8;203.0.113.9");
    assert_eq!(login["MFAOperationForLogin"], "mandatory");
    assert_eq!(login["AllowUserToChangePassword"], false);
    assert_eq!(preference["AccessKeyPreference"]["AllowUserToManageAccessKeys"], true);
    assert_eq!(preference["MFAPreference"]["AllowUserToManageMFADevices"], false);
    assert_eq!(login["EnableSaveMFATicket"], true);
    assert_eq!(preference["MaxIdleDays"]["MaxIdleDaysForUsers"], 90);
    assert_eq!(preference["VerificationPreference"]["VerificationTypes"][0], "sms");
    // Sent as it is shown, it changes nothing; emptied, it lets everybody in from everywhere again.
    let again = page.deed("set-security-preference");
    desk.done(&again);
    assert_eq!(desk.preference(), preference);
    desk.done(&again.with("masks", " \r\n"));
    assert_eq!(desk.preference()["LoginProfilePreference"]["LoginNetworkMasks"], "");
}

#[test]
fn masks_that_are_none_are_refused_and_stay_in_the_field() {
    let mut desk = Desk::new();
    let fresh = desk.form("set-security-preference");
    let lines = |count: usize| vec!["10.0.0.1"; count].join("\n");
    for wrong in ["10.0.0.0/33", "10.0.0", "::1", "<b>here</b>", &lines(41)] {
        let page = desk.admin.submit(&fresh.clone().with("masks", wrong));
        assert_eq!(page.status, 400, "{wrong}");
        assert!(page.text().contains("Addresses that users may sign in from"), "{}", page.text());
        assert_eq!(page.deed("set-security-preference").field("masks"), Some(wrong));
        assert!(!page.body.contains("<b>here"));
        assert_eq!(desk.preference()["LoginProfilePreference"]["LoginNetworkMasks"], "");
    }
    desk.done(&fresh.with("masks", &lines(40)));
    assert_eq!(
        desk.preference()["LoginProfilePreference"]["LoginNetworkMasks"],
        vec!["10.0.0.1"; 40].join(";")
    );
}

#[test]
fn each_way_to_ask_for_a_second_factor_can_be_chosen_and_no_other() {
    let mut desk = Desk::new();
    for way in ["mandatory", "adaptive", "independent"] {
        let form = desk.form("set-security-preference").with("second_factor", way);
        let page = desk.done(&form);
        assert_eq!(page.deed("set-security-preference").field("second_factor"), Some(way));
        assert_eq!(desk.preference()["LoginProfilePreference"]["MFAOperationForLogin"], way);
    }
    let forged = desk.form("set-security-preference").with("second_factor", "always");
    let page = desk.admin.submit(&forged);
    assert_eq!(page.status, 400);
    assert!(page.text().contains("Second factor at sign-in"), "{}", page.text());
    let form = desk.form("set-security-preference");
    assert_eq!(form.field("may_use_passkeys"), Some("true"));
    desk.done(&form.without("may_use_passkeys"));
    assert_eq!(desk.preference()["LoginProfilePreference"]["AllowUserToLoginWithPasskey"], false);
}

#[test]
fn logon_names_follow_the_domain() {
    let mut desk = Desk::new();
    let own = format!("{}.onaliyun.com", desk.tenant.account);
    let page = desk.open(PATH);
    assert!(page.text().contains(&format!("alice@{own}")), "{}", page.text());
    assert!(page.deeds("clear-account-alias").is_empty(), "there is no alias to remove");
    let page = desk.done(&page.deed("set-default-domain").with("alias", "Acme.eu"));
    assert_eq!(desk.domain(), "acme.eu.onaliyun.com");
    assert!(page.text().contains("alice@acme.eu.onaliyun.com"), "{}", page.text());
    let mut browser = Visitor::new();
    sign_in(&desk.tenant.world, &mut browser, "admin@acme.eu.onaliyun.com");
    // Somebody types the domain whole.
    let page = desk.done(&page.deed("set-default-domain").with("alias", " acme.onaliyun.com "));
    assert_eq!(desk.domain(), "acme.onaliyun.com");
    assert_eq!(desk.tenant.ram("GetAccountAlias", &[]).ok()["AccountAlias"], "acme");
    assert_eq!(page.deed("set-default-domain").field("alias"), Some("acme"));
    let page = desk.done(&page.deed("clear-account-alias"));
    assert_eq!(desk.domain(), own);
    assert!(page.text().contains("made of the account's id again"), "{}", page.text());
}

#[test]
fn an_alias_is_well_formed_and_nobody_elses() {
    let mut desk = Desk::new();
    let other = desk.tenant.world.member("other");
    let stranger = desk.tenant.world.administrator(&other);
    desk.tenant.world.call(&stranger, (RAM, "SetAccountAlias"), &[("AccountAlias", "taken")]).ok();
    let fresh = desk.form("set-default-domain");
    let (longest, too_long) = ("d".repeat(51), "d".repeat(52));
    for (alias, status) in [
        ("", 400),
        ("-acme", 400),
        ("ac--me", 400),
        ("ac me", 400),
        ("acme@x", 400),
        ("<i>acme", 400),
        ("1234567890123456", 400),
        (other.as_str(), 400),
        ("taken", 409),
        (too_long.as_str(), 400),
        (longest.as_str(), 303),
        ("d", 303),
    ] {
        let before = desk.domain();
        let page = desk.admin.submit(&fresh.clone().with("alias", alias));
        assert_eq!(page.status, status, "{alias}: {}", page.text());
        if status == 303 {
            assert_eq!(desk.domain(), format!("{alias}.onaliyun.com"));
        } else {
            assert_eq!(desk.domain(), before, "{alias}");
            assert_eq!(page.deed("set-default-domain").field("alias"), Some(alias));
            assert!(!page.text().contains("DefaultDomainName"), "{}", page.text());
        }
    }
}

#[test]
fn quotas_are_what_the_summary_counts() {
    let mut desk = Desk::new();
    for name in ["ops", "dev"] {
        desk.tenant.ram("CreateGroup", &[("GroupName", name)]).ok();
    }
    let summary = desk.tenant.ims("GetAccountSummary", &[]).ok()["SummaryMap"].clone();
    let text = desk.open(PATH).text();
    assert_eq!(summary["Groups"], 2);
    for (name, used, quota) in [("Groups", "Groups", "GroupsQuota"), ("Roles", "Roles", "RolesQuota")] {
        let (used, quota) = (summary[used].as_i64().unwrap(), summary[quota].as_i64().unwrap());
        let row = format!("{name} {used} {} {quota}", quota - used);
        assert!(text.contains(&row), "{row}: {text}");
    }
    assert!(text.contains(&format!("Characters of one policy {}", summary["PolicySizeQuota"])), "{text}");
}

#[test]
fn whoever_may_not_see_a_part_is_told_which_permission_is_missing() {
    let desk = Desk::new();
    let document = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":["ims:GetPasswordPolicy","ims:GetDefaultDomain"],"Resource":"*"}]}"#;
    let mut clerk = signed_in(&desk.tenant, "clerk", &[]);
    desk.tenant.grant_document("clerk", "passwords", document);
    let page = clerk.open(&desk.tenant.world.url(PATH));
    let text = page.text();
    for missing in ["ims:GetSecurityPreference", "ims:GetAccountSummary", "ram:GetAccountAlias"] {
        assert!(text.contains(missing), "{missing}: {text}");
    }
    assert!(page.deeds("set-security-preference").is_empty());
    // What is seen need not be set: the action decides.
    for (deed, missing) in
        [("set-password-policy", "ims:SetPasswordPolicy"), ("set-default-domain", "ims:SetDefaultDomain")]
    {
        let before = (desk.password_policy(), desk.domain());
        let page = clerk.submit(&page.deed(deed).with("alias", "acme").with("minimum_length", "20"));
        assert_eq!(page.status, 403);
        assert!(page.text().contains(missing), "{}", page.text());
        assert_eq!((desk.password_policy(), desk.domain()), before);
    }
    // Another form's token and address do not help.
    let forged = page.deed("set-password-policy").with("deed", "set-security-preference");
    let page = clerk.submit(&forged.with("session_hours", "24").with("second_factor", "independent"));
    assert_eq!(page.status, 403);
    assert!(page.text().contains("ims:SetSecurityPreference"), "{}", page.text());
    let mut reader = signed_in(&desk.tenant, "reader", &["AliyunRAMReadOnlyAccess"]);
    let page = reader.open(&desk.tenant.world.url(PATH));
    let page = reader.submit(&page.deed("set-security-preference"));
    assert_eq!(page.status, 403);
    assert!(page.text().contains("ims:SetSecurityPreference"), "{}", page.text());
}

#[test]
fn the_policy_counts_for_the_next_password() {
    let mut desk = Desk::new();
    let form = desk.form("set-password-policy").with("minimum_length", "20");
    desk.done(&form);
    let alice = desk.tenant.user("alice");
    let profile = [("UserPrincipalName", alice.as_str()), ("Password", PASSWORD)];
    assert_eq!(desk.tenant.ims("CreateLoginProfile", &profile).code(), "InvalidParameter.Password.Length");
}
