//! `cloudsso admin`: AccessKeys from the command line, beside a running server and without one.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Output};

use cloudsso::base::{Clock, Secret};
use cloudsso::crypto::{Random, token};
use cloudsso::rpc::{AccessKey, Outgoing};
use serde_json::Value;
use ureq::Agent;

use super::{Answer, read};
use crate::support::database::TestDatabase;
use crate::support::process::Server;

pub(crate) fn admin(data_dir: &Path, database: &TestDatabase, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudsso"));
    command.env_clear().arg("admin").args(arguments).arg("--data-dir").arg(data_dir);
    command.args(["--database-url", database.url(), "--json"]).output().unwrap()
}

#[track_caller]
pub(crate) fn done(output: &Output) -> Value {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[track_caller]
pub(crate) fn refused(output: &Output) -> String {
    assert!(!output.status.success() && output.stdout.is_empty());
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn key(made: &Value) -> AccessKey {
    let text = |name: &str| made[name].as_str().unwrap().to_owned();
    let secret = Secret::new(text("access_key_secret"));
    AccessKey { id: text("access_key_id"), secret, security_token: None }
}

/// Calls the server that `demo` tells of, now.
fn call(demo: &Value, key: &AccessKey, action: &str) -> Answer {
    let host = demo["openapi"]["endpoint"].as_str().unwrap();
    let outgoing = Outgoing { host, action, version: "2021-05-15", query: &[], form: &[] };
    let nonce = token::generate(&Random::system(), "").unwrap();
    let signed = outgoing.sign(key, Clock::system().now(), nonce.expose()).unwrap();
    let agent: Agent = Agent::config_builder().http_status_as_error(false).build().new_agent();
    let mut request = agent.post(format!("http://{host}/?{}", signed.query));
    for (name, value) in &signed.headers {
        request = request.header(*name, value.as_str());
    }
    read(request.send(signed.body.as_str()).unwrap())
}

/// Says this on the socket and no more; what comes back.
fn whisper(socket: &Path, words: &[u8]) -> String {
    let mut stream = UnixStream::connect(socket).unwrap();
    // Whoever has heard enough hangs up on the rest.
    let _all_or_some = stream.write_all(words);
    let _hung_up = stream.shutdown(Shutdown::Write);
    let mut answer = Vec::new();
    let _hung_up = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

#[test]
fn keys_are_made_beside_a_server_and_without_one() {
    let (database, folder) = (TestDatabase::new(), tempfile::tempdir().unwrap());
    let machine = ["--machine", "robot", "--policy", "AliyunCloudSSOReadOnlyAccess"];
    let made = done(&admin(folder.path(), &database, &[&["create-access-key"], &machine[..]].concat()));
    let robot = key(&made);
    assert_eq!(made["holder"], "robot");

    let arguments = ["--demo", "--database-url", database.url()];
    let server = Server::start(folder, &arguments).unwrap_or_else(|error| panic!("{error}"));
    let (demo, data_dir) = (server.details().clone(), server.data_dir().to_owned());
    call(&demo, &robot, "ListDirectories").ok();
    call(&demo, &robot, "DisableService").refused(403, "NoPermission");
    call(&demo, &key(&demo["openapi"]), "DisableService").refused(409, "DeletionConflict.Directory");

    let socket = data_dir.join("control.sock");
    assert_eq!(fs::metadata(&socket).unwrap().permissions().mode() & 0o777, 0o600);
    for garbage in ["\n", "{}\n", r#"{"command":"drop-everything"}"#, "\u{0}\n"] {
        let answer = whisper(&socket, format!("{garbage}\n").as_bytes());
        assert!(answer.contains("not a command"), "{garbage:?}: {answer}");
    }
    assert_eq!(whisper(&socket, &vec![b'x'; 300_000]), "", "too long to be read");
    assert_eq!(whisper(&socket, b""), "");
    // The demo has one administrator, who need not be named.
    let admins = key(&done(&admin(&data_dir, &database, &["create-access-key"])));
    call(&demo, &admins, "GetServiceStatus").ok();
    done(&admin(&data_dir, &database, &["disable-access-key", &admins.id]));
    call(&demo, &admins, "GetServiceStatus").refused(403, "InvalidAccessKeyId.Inactive");
    done(&admin(&data_dir, &database, &["enable-access-key", &admins.id]));
    call(&demo, &admins, "GetServiceStatus").ok();
    done(&admin(&data_dir, &database, &["create-access-key", "--administrator", "ADMIN"]));
    let third = refused(&admin(&data_dir, &database, &["create-access-key", "--administrator", "admin"]));
    assert!(third.contains("LimitExceeded.AccessKey"), "{third}");

    let listed = done(&admin(&data_dir, &database, &["list-access-keys"]));
    let keys = listed["access_keys"].as_array().unwrap();
    assert_eq!(keys.len(), 4, "robot's, the demo's, two of the administrator");
    let of_robot = keys.iter().find(|key| key["access_key_id"] == robot.id).unwrap();
    assert!(of_robot["last_used_at"].is_string() && of_robot["status"] == "Active", "{of_robot}");
    assert!(!listed.to_string().contains("secret"));
    let own = done(&admin(&data_dir, &database, &["list-access-keys", "--machine", "robot"]));
    assert_eq!(own["access_keys"].as_array().unwrap().len(), 1);

    // After a kill the socket is still there and answers nobody.
    let folder = server.kill();
    assert!(socket.exists());
    done(&admin(&data_dir, &database, &["delete-access-key", &admins.id]));
    let server = Server::start(folder, &arguments).unwrap_or_else(|error| panic!("{error}"));
    let again = server.details().clone();
    assert_eq!(again["openapi"]["access_key_id"], demo["openapi"]["access_key_id"], "the demo keeps its key");
    call(&again, &robot, "ListDirectories").ok();
    call(&again, &key(&demo["openapi"]), "ListDirectories").ok();
    call(&again, &admins, "ListDirectories").refused(404, "InvalidAccessKeyId.NotFound");
    let (status, folder) = server.stop_and_keep();
    assert!(status.success(), "{status}");
    assert!(folder.path().join("sealing.key").exists() && !folder.path().join("control.sock").exists());
}

#[test]
fn what_cannot_be_done_is_said_and_not_done() {
    let (database, folder) = (TestDatabase::new(), tempfile::tempdir().unwrap());
    let data_dir = folder.path();
    let bad = data_dir.join("bad.json");
    fs::write(&bad, r#"{"Version":"1"}"#).unwrap();
    let bad = bad.display().to_string();
    for (arguments, word) in [
        (vec!["create-access-key"], "no administrator"),
        (vec!["create-access-key", "--administrator", "nobody"], "nobody"),
        (vec!["create-access-key", "--machine", "robot"], "InvalidParameter.Policies"),
        (
            vec!["create-access-key", "--machine", "a b", "--policy", "AliyunCloudSSOFullAccess"],
            "MachineName",
        ),
        (vec!["create-access-key", "--machine", "robot", "--policy", "NoSuchPolicy"], "NoSuchPolicy"),
        (vec!["create-access-key", "--machine", "robot", "--policy", &bad], "InvalidParameter.Policies"),
        (vec!["create-access-key", "--policy", "AliyunCloudSSOFullAccess"], "--machine"),
        (vec!["delete-access-key", "CSAKnone"], "CSAKnone"),
        (vec!["disable-access-key", "CSAK00000000000000000000"], "EntityNotExists.AccessKey"),
        (vec!["list-access-keys", "--machine", "robot"], "robot"),
    ] {
        let error = refused(&admin(data_dir, &database, &arguments));
        assert!(error.contains(word), "{arguments:?}: {error}");
    }
    let listed = done(&admin(data_dir, &database, &["list-access-keys"]));
    assert_eq!(listed["access_keys"].as_array().unwrap().len(), 0);
    let nowhere = data_dir.join("nowhere");
    let error = refused(&admin(&nowhere, &database, &["list-access-keys"]));
    assert!(error.contains("is not a directory") && !nowhere.exists(), "{error}");
    // A policy of one's own is called after its file.
    let own = data_dir.join("users.json");
    let document =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"cloudsso:*User*","Resource":"*"}]}"#;
    fs::write(&own, document).unwrap();
    let own = own.display().to_string();
    done(&admin(data_dir, &database, &["create-access-key", "--machine", "robot", "--policy", &own]));
    done(&admin(data_dir, &database, &["create-access-key", "--machine", "robot"]));
}
