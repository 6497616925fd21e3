//! How RAM users enter the console: for how long, and on which page.

use cloudsso::domain::Action;
use serde_json::json;

use super::Api;

#[test]
fn how_ram_users_enter_the_console_is_said_for_the_directory() {
    let api = Api::new();
    let shown =
        || api.within("GetUserProvisioningConfiguration", &[]).ok()["UserProvisioningConfiguration"].take();
    let before = shown();
    for (field, value) in [
        ("DirectoryId", json!(api.directory)),
        ("SessionDuration", json!(6)),
        ("DefaultLandingPage", json!(api.app.console_url)),
    ] {
        assert_eq!(before[field], value, "{field}");
    }
    assert!(before["CreateTime"].is_string() && before["UpdateTime"].is_string(), "{before}");
    assert_eq!(before.as_object().unwrap().len(), 5);
    let change =
        |name: &str, value: &str| api.within("UpdateUserProvisioningConfiguration", &[(name, value)]);
    for hours in ["0", "25", "-1", "six", "1.5", "99999999999999999999"] {
        change("NewSessionDuration", hours).refused(400, "InvalidParameter.NewSessionDuration");
    }
    let long = format!("{}/{}", api.app.console_url, "x".repeat(1024));
    for page in ["", "http://elsewhere.example/", "console", "javascript:alert(1)", &long] {
        change("NewDefaultLandingPage", page).refused(400, "InvalidParameter.NewDefaultLandingPage");
    }
    assert_eq!(shown(), before);
    for hours in [1, 24] {
        let changed = change("NewSessionDuration", &hours.to_string()).ok();
        assert_eq!(changed["UserProvisioningConfiguration"]["SessionDuration"], hours);
    }
    let page = format!("{}/sessions", api.app.console_url);
    change("NewDefaultLandingPage", &page).ok();
    let after = shown();
    assert_eq!((&after["SessionDuration"], &after["DefaultLandingPage"]), (&json!(24), &json!(page)));
    assert_eq!(api.app.events(Action::UserProvisioningConfigurationUpdated, &api.directory), 3);
}
