//! `examples/mobile-app`: run as its README says, and what its policies allow by the clock.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use cloudsso::rpc::AccessKey;
use serde_json::Value;

use crate::local_cloud::tenant::access_key;
use crate::local_cloud::{IMS, RAM, STS, World, credentials};
use crate::support::process::Process;
use crate::support::wait_for;

use super::python;

fn example() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("examples/mobile-app")
}

/// The contents of the README's fenced blocks of a language, in their order.
fn blocks(readme: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let rest = readme.split(&fence).skip(1);
    rest.map(|rest| rest.split("```").next().expect("a closed block").to_owned()).collect()
}

/// A command of the README, in a copy of the example; `exec` makes it the process itself.
fn command(folder: &Path, text: &str) -> Command {
    let bin = |path: &Path| path.parent().expect("a folder").to_string_lossy().into_owned();
    let cloudsso = bin(Path::new(env!("CARGO_BIN_EXE_cloudsso")));
    let mut command = Command::new("sh");
    command.args(["-euc", &format!("exec {text}")]).current_dir(folder);
    command.env_clear().env("PATH", format!("{}:{cloudsso}:/usr/bin:/bin", bin(&python())));
    command
}

/// Waits until a process has written a whole line to a file.
fn written(process: &Process, file: &Path) -> String {
    let line = || fs::read_to_string(file).ok().filter(|text| text.ends_with('\n'));
    wait_for(Duration::from_secs(60), line)
        .unwrap_or_else(|| panic!("{}: {}", file.display(), process.output()))
}

#[test]
fn the_example_runs_as_its_readme_says() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("policies")).expect("a folder");
    for part in ["", "policies"] {
        for file in fs::read_dir(example().join(part)).expect("the example").flatten() {
            if file.file_type().expect("a type").is_file() {
                fs::copy(file.path(), folder.path().join(part).join(file.file_name())).expect("a copy");
            }
        }
    }
    let readme = fs::read_to_string(example().join("README.md")).expect("the README");
    let commands = blocks(&readme, "sh");
    let [cloud, set_up, server, app] = commands.as_slice() else { panic!("four commands: {commands:?}") };

    let cloud = Process::spawn(&mut command(folder.path(), cloud));
    written(&cloud, &folder.path().join("cloud.json"));
    let made = command(folder.path(), set_up).stdin(Stdio::null()).output().expect("the set-up runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let server = Process::spawn(&mut command(folder.path(), server));
    written(&server, &folder.path().join("app-server.url"));
    let said = command(folder.path(), app).stdin(Stdio::null()).output().expect("the app runs");
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    assert_eq!(blocks(&readme, "text"), [String::from_utf8_lossy(&said.stdout)]);
    drop(server);
    assert!(cloud.stop().success());
}

/// A policy of the example, for an account and a person.
fn policy(name: &str, account: &str) -> String {
    let file = example().join("policies").join(format!("{name}.json"));
    let text = fs::read_to_string(&file).expect("a policy").replace("ACCOUNT", account);
    let document: Value = serde_json::from_str(&text.replace("PERSON", "alice")).expect("JSON");
    document.to_string()
}

/// The app server's key, made as `set_up.py` does.
fn set_up(world: &World) -> AccessKey {
    let account = world.management.as_str();
    let ram =
        |action: &str, parameters: &[(&str, &str)]| world.call(&world.owner, (RAM, action), parameters).ok();
    for user in ["photo-server", "alice", "bob"] {
        ram("CreateUser", &[("UserName", user)]);
    }
    for (name, file) in [("photo-server", "server"), ("photo-app", "role")] {
        ram("CreatePolicy", &[("PolicyName", name), ("PolicyDocument", &policy(file, account))]);
    }
    let trust = policy("trust", account);
    ram("CreateRole", &[("RoleName", "photo-app"), ("AssumeRolePolicyDocument", &trust)]);
    let (kind, server, app) = (("PolicyType", "Custom"), "photo-server", "photo-app");
    ram("AttachPolicyToUser", &[kind, ("PolicyName", server), ("UserName", server)]);
    ram("AttachPolicyToRole", &[kind, ("PolicyName", app), ("RoleName", app)]);
    access_key(&ram("CreateAccessKey", &[("UserName", server)]))
}

#[test]
fn its_token_reaches_what_role_and_session_policy_allow_for_an_hour() {
    let world = World::new();
    let account = world.management.to_string();
    let server = set_up(&world);
    let principal = |name: &str| format!("{name}@{account}.onaliyun.com");
    let get = |key: &AccessKey, name: &str| {
        world.call(key, (IMS, "GetUser"), &[("UserPrincipalName", &principal(name))]).code()
    };
    let list = |key: &AccessKey| world.call(key, (IMS, "ListUsers"), &[]).code();
    let role = format!("acs:ram::{account}:role/photo-app");
    let assume = |key: &AccessKey, role: &str, more: &[(&str, &str)]| {
        let mut parameters =
            vec![("RoleArn", role), ("RoleSessionName", "alice"), ("DurationSeconds", "3600")];
        parameters.extend_from_slice(more);
        world.call(key, (STS, "AssumeRole"), &parameters)
    };

    // The server's own key is for one thing.
    assert_eq!((get(&server, "alice").as_str(), list(&server).as_str()), ("NoPermission", "NoPermission"));
    let other = role.replace("photo-app", "ResourceDirectoryAccountAccessRole");
    assert_eq!(assume(&server, &other, &[]).code(), "NoPermission");
    // And the role is for nobody else: not for the owner of its own account.
    assert_eq!(assume(&world.owner, &role, &[]).code(), "NoPermission");

    let narrow = policy("session", &account);
    let whole = credentials(&assume(&server, &role, &[]).ok());
    let app = credentials(&assume(&server, &role, &[("Policy", &narrow)]).ok());
    let all = |key: &AccessKey| [get(key, "alice"), get(key, "bob"), list(key)];
    assert_eq!(all(&whole), ["ok", "ok", "ok"]);
    assert_eq!(all(&app), ["ok", "NoPermission", "NoPermission"]);
    // A session policy that allows everything widens nothing.
    let wide = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}"#;
    let wide = credentials(&assume(&server, &role, &[("Policy", wide)]).ok());
    assert_eq!(world.call(&wide, (RAM, "DeleteUser"), &[("UserName", "bob")]).code(), "NoPermission");
    // Whoever holds the token gets no longer one by it.
    assert_eq!(assume(&app, &role, &[]).code(), "NoPermission");

    world.clock.advance(Duration::from_secs(3599));
    assert_eq!(get(&app, "alice"), "ok");
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(get(&app, "alice"), "InvalidSecurityToken.Expired");
    let next = credentials(&assume(&server, &role, &[("Policy", &narrow)]).ok());
    assert_eq!(get(&next, "alice"), "ok");
}
