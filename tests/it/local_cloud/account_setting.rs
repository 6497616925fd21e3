//! What an account sets for itself: default domain and alias, security preference, user SSO, and the
//! summary of what it holds.

use super::IMS;
use super::identity_provider::IdentityProvider;
use super::tenant::Tenant;

#[test]
fn the_default_domain_is_made_of_the_alias() {
    let tenant = Tenant::new();
    let domain =
        || tenant.ims("GetDefaultDomain", &[]).ok()["DefaultDomainName"].as_str().unwrap().to_owned();
    let first = format!("{}.onaliyun.com", tenant.account);
    assert_eq!(domain(), first);
    let old = tenant.user("alice");
    tenant.ims("SetDefaultDomain", &[("DefaultDomainName", "Acme.onaliyun.com")]).ok();
    assert_eq!(domain(), "acme.onaliyun.com");
    assert_eq!(tenant.ram("GetAccountAlias", &[]).ok()["AccountAlias"], "acme");
    let found = tenant.ims("GetUser", &[("UserPrincipalName", "alice@ACME.onaliyun.com")]).ok();
    assert_eq!(found["User"]["UserPrincipalName"], "alice@acme.onaliyun.com");
    assert_eq!(
        tenant.ims("GetUser", &[("UserPrincipalName", &old)]).code(),
        "ok",
        "the account's id goes on"
    );
    tenant.ram("ClearAccountAlias", &[]).ok();
    assert_eq!(
        (domain(), tenant.ram("GetAccountAlias", &[]).ok()["AccountAlias"].clone()),
        (first, tenant.account.as_str().into())
    );
    let gone = tenant.ims("GetUser", &[("UserPrincipalName", "alice@acme.onaliyun.com")]);
    assert_eq!(gone.code(), "EntityNotExist.User");
}

#[test]
fn a_domain_is_well_formed_and_nobody_elses() {
    let tenant = Tenant::new();
    let other = tenant.world.member("other");
    let stranger = tenant.world.administrator(&other);
    tenant
        .world
        .call(&stranger, (IMS, "SetDefaultDomain"), &[("DefaultDomainName", "taken.onaliyun.com")])
        .ok();
    let long = format!("{}.onaliyun.com", "d".repeat(52));
    let theirs = format!("{other}.onaliyun.com");
    let own = format!("{}.onaliyun.com", tenant.account);
    for (domain, code) in [
        ("", "MissingDefaultDomainName"),
        ("acme.example.com", "InvalidParameter.DefaultDomainName"),
        (".onaliyun.com", "InvalidParameter.DefaultDomainName"),
        ("-acme.onaliyun.com", "InvalidParameter.DefaultDomainName"),
        ("ac--me.onaliyun.com", "InvalidParameter.DefaultDomainName"),
        ("ac me.onaliyun.com", "InvalidParameter.DefaultDomainName"),
        ("ta\u{212a}en.onaliyun.com", "InvalidParameter.DefaultDomainName"),
        (long.as_str(), "InvalidParameter.DefaultDomainName.Length"),
        ("TAKEN.onaliyun.com", "EntityAlreadyExists.AccountAlias"),
        // Another account's users would be taken for ours.
        (theirs.as_str(), "InvalidParameter.DefaultDomainName"),
        ("1234567890123456.onaliyun.com", "InvalidParameter.DefaultDomainName"),
        (own.as_str(), "ok"),
        ("a.b_c-d.onaliyun.com", "ok"),
    ] {
        assert_eq!(tenant.ims("SetDefaultDomain", &[("DefaultDomainName", domain)]).code(), code, "{domain}");
    }
    for (alias, code) in [
        ("ab", "InvalidParameter.AccountAlias.Length"),
        ("Acme", "InvalidParameter.AccountAlias.InvalidChars"),
        ("ac.me", "InvalidParameter.AccountAlias.InvalidChars"),
        ("acme-", "InvalidParameter.AccountAlias.InvalidChars"),
        ("taken", "EntityAlreadyExists.AccountAlias"),
        (other.as_str(), "InvalidParameter.AccountAlias"),
        ("acme-1", "ok"),
    ] {
        assert_eq!(tenant.ram("SetAccountAlias", &[("AccountAlias", alias)]).code(), code, "{alias}");
    }
}

#[test]
fn the_security_preference_is_one_for_both_faces() {
    let tenant = Tenant::new();
    let of = |answer: super::Answer| answer.ok()["SecurityPreference"].clone();
    let first = of(tenant.ims("GetSecurityPreference", &[]));
    assert_eq!(first["LoginProfilePreference"]["LoginSessionDuration"], 6);
    assert_eq!(first["AccessKeyPreference"]["AllowUserToManageAccessKeys"], false);
    assert_eq!(first["MaxIdleDays"]["MaxIdleDaysForUsers"], 730);
    let changes = [
        ("LoginSessionDuration", "2"),
        ("LoginNetworkMasks", "192.168.0.0/16;10.0.0.1"),
        ("MFAOperationForLogin", "adaptive"),
        ("MaxIdleDaysForUsers", "90"),
        ("VerificationTypes", r#"["sms"]"#),
    ];
    let set = of(tenant.ims("SetSecurityPreference", &changes));
    assert_eq!(set["LoginProfilePreference"]["LoginSessionDuration"], 2);
    assert_eq!(set["LoginProfilePreference"]["MFAOperationForLogin"], "adaptive");
    assert_eq!(set["VerificationPreference"]["VerificationTypes"][0], "sms");
    let by_ram = of(tenant.ram("SetSecurityPreference", &[("AllowUserToManagePublicKeys", "true")]));
    assert_eq!(by_ram["LoginProfilePreference"]["LoginNetworkMasks"], "192.168.0.0/16;10.0.0.1");
    assert_eq!(by_ram["PublicKeyPreference"]["AllowUserToManagePublicKeys"], true);
    assert_eq!(of(tenant.ims("GetSecurityPreference", &[])), set, "what is not given stays");
    let many = vec!["10.0.0.1"; 41].join(";");
    for (name, value) in [
        ("LoginSessionDuration", "0"),
        ("LoginSessionDuration", "25"),
        ("LoginNetworkMasks", "10.0.0.0/33"),
        ("LoginNetworkMasks", "10.0.0"),
        ("LoginNetworkMasks", "10.0.0.0/+8"),
        ("LoginNetworkMasks", "10.0.0.1;"),
        ("LoginNetworkMasks", many.as_str()),
        ("MFAOperationForLogin", "always"),
        ("OperationForRiskLogin", "no"),
        ("MaxIdleDaysForUsers", "91"),
        ("VerificationTypes", r#"["pigeon"]"#),
        ("EnableSaveMFATicket", "7"),
    ] {
        let code = tenant.ims("SetSecurityPreference", &[(name, value)]).code();
        assert_eq!(code, format!("InvalidParameter.{name}"), "{value}");
    }
    assert_eq!(of(tenant.ims("GetSecurityPreference", &[])), set, "nothing changed");
    let cleared = of(tenant.ims("SetSecurityPreference", &[("LoginNetworkMasks", "")]));
    assert_eq!(cleared["LoginProfilePreference"]["LoginNetworkMasks"], "");
}

#[test]
fn the_console_session_is_as_long_as_the_preference_lets_it() {
    let tenant = Tenant::new();
    tenant.ims("SetSecurityPreference", &[("LoginSessionDuration", "1")]).ok();
    let listed = tenant.ram("GetSecurityPreference", &[]).ok();
    assert_eq!(listed["SecurityPreference"]["LoginProfilePreference"]["LoginSessionDuration"], 1);
    // Role SSO reads the same value: an hour at most, whatever role and assertion allow.
    let provider = IdentityProvider::new(tenant.world.clock.now());
    provider.provision(&tenant.world, &tenant.account);
    let longest = [("RoleName", super::identity_provider::ROLE), ("NewMaxSessionDuration", "43200")];
    let cloudsso = tenant.world.cloudsso(&tenant.account);
    tenant.world.call(&cloudsso, (super::RAM, "UpdateRole"), &longest).ok();
    let response = provider.sign(&tenant.world.response(&tenant.account));
    let answer = tenant.world.post_form("/saml-role/sso", &[("SAMLResponse", &response)], &[]);
    let cookie = answer.header("set-cookie").expect("a session");
    let age = cookie.split("Max-Age=").nth(1).and_then(|rest| rest.split(';').next()).expect("an age");
    assert!(age.parse::<i64>().unwrap() <= 3600, "{cookie}");
}

#[test]
fn user_sso_needs_metadata() {
    let tenant = Tenant::new();
    let of = |answer: super::Answer| answer.ok()["UserSsoSettings"].clone();
    let first = of(tenant.ims("GetUserSsoSettings", &[]));
    assert_eq!((&first["SsoEnabled"], &first["SsoLoginWithDomain"]), (&false.into(), &true.into()));
    assert_eq!((&first["MetadataDocument"], &first["AuthnSignAlgo"]), (&"".into(), &"rsa-sha1".into()));
    let set = |parameters: &[(&str, &str)]| tenant.ims("SetUserSsoSettings", parameters);
    assert_eq!(set(&[("SsoEnabled", "true")]).code(), "MissingMetadataDocument");
    let metadata = IdentityProvider::new(tenant.world.clock.now()).encoded_metadata();
    let parameters = [
        ("SsoEnabled", "true"),
        ("MetadataDocument", metadata.as_str()),
        ("AuxiliaryDomain", "Example.com"),
        ("SsoLoginWithDomain", "false"),
        ("AuthnSignAlgo", "rsa-sha256"),
    ];
    let enabled = of(set(&parameters));
    assert_eq!(enabled["MetadataDocument"], metadata.as_str());
    assert_eq!((&enabled["AuxiliaryDomain"], &enabled["SsoEnabled"]), (&"example.com".into(), &true.into()));
    for (name, value, code) in [
        ("MetadataDocument", "!", "InvalidParameter.MetadataDocument"),
        ("MetadataDocument", "PHgvPg==", "InvalidParameter.MetadataDocument"),
        ("MetadataDocument", &"A".repeat(140_000), "InvalidParameter.MetadataDocument.Length"),
        ("MetadataDocument", "", "MissingMetadataDocument"),
        ("AuxiliaryDomain", "no domain", "InvalidParameter.AuxiliaryDomain"),
        ("AuthnSignAlgo", "md5", "InvalidParameter.AuthnSignAlgo"),
        ("SsoEnabled", "on", "InvalidParameter.SsoEnabled"),
    ] {
        assert_eq!(set(&[(name, value)]).code(), code, "{name} {}", value.len());
    }
    assert_eq!(of(tenant.ims("GetUserSsoSettings", &[])), enabled, "nothing changed");
    let disabled = of(set(&[("SsoEnabled", "false"), ("MetadataDocument", ""), ("AuxiliaryDomain", "")]));
    assert_eq!((&disabled["MetadataDocument"], &disabled["AuxiliaryDomain"]), (&"".into(), &"".into()));
}

#[test]
fn the_summary_counts_what_there_is() {
    let tenant = Tenant::new();
    let summary = || tenant.ims("GetAccountSummary", &[]).ok()["SummaryMap"].clone();
    let first = summary();
    assert_eq!((&first["Users"], &first["AccessKeysPerUserQuota"]), (&0.into(), &2.into()));
    assert_eq!((&first["Roles"], &first["PolicySizeQuota"]), (&2.into(), &6144.into()));
    tenant.user("alice");
    tenant.ram("CreateGroup", &[("GroupName", "ops")]).ok();
    tenant.ims("CreateVirtualMFADevice", &[("VirtualMFADeviceName", "d")]).ok();
    let now = summary();
    let counts = ["Users", "Groups", "MFADevices", "MFADevicesInUse"].map(|name| now[name].as_i64().unwrap());
    assert_eq!(counts, [1, 1, 1, 0]);
}
