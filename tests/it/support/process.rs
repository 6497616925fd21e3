//! Processes of a test: whatever happens, they end with it, and when it fails, what they said is
//! shown. A [`Server`] is the product itself, run as an operator would.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::{NamedTempFile, TempDir};

use super::database::TestDatabase;
use super::http::Visitor;
use super::wait_for;

/// How long a process may take to start or to end, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A process that is killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    output: NamedTempFile,
}

impl Process {
    pub(crate) fn spawn(command: &mut Command) -> Self {
        let output = NamedTempFile::new().unwrap();
        let file = || Stdio::from(File::options().append(true).open(output.path()).unwrap());
        let child = command.stdin(Stdio::null()).stdout(file()).stderr(file()).spawn();
        let child = child.unwrap_or_else(|error| panic!("{command:?}: {error}"));
        Self { child, output }
    }

    /// What it wrote so far, to both its outputs.
    pub(crate) fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.output.path()).unwrap()).into_owned()
    }

    /// Its status, if it has ended.
    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Asks it to end (SIGTERM) and waits until it has.
    pub(crate) fn stop(mut self) -> ExitStatus {
        signal("TERM", self.child.id());
        wait_for(PATIENCE, || self.ended()).unwrap_or_else(|| panic!("does not end when told to"))
    }

    /// Ends it as a power cut would (SIGKILL).
    pub(crate) fn kill(&mut self) {
        let _may_have_ended = self.child.kill();
        let _status = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if thread::panicking() {
            eprintln!("---- output of process {}\n{}----", self.child.id(), self.output());
        }
    }
}

pub(crate) fn signal(name: &str, id: u32) {
    let _may_have_ended =
        Command::new("sh").args(["-c", "kill -s \"$0\" \"$1\"", name, &id.to_string()]).status();
}

/// `cloudsso serve` with a data directory of its own and free ports.
pub(crate) struct Server {
    process: Process,
    folder: TempDir,
    demo: Value,
}

impl Server {
    /// The demo in an empty directory, ready and provisioned.
    pub(crate) fn demo(database: &TestDatabase) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::start(folder, &["--demo", "--database-url", database.url()])
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// `cloudsso serve` with these arguments on what `folder` holds; that of [`Self::kill`], say.
    ///
    /// # Errors
    /// Its output, when it ends or does not become ready.
    pub(crate) fn start(folder: TempDir, arguments: &[&str]) -> Result<Self, String> {
        let mut command = serve(folder.path(), arguments);
        Self::launch(folder, &mut command)
    }

    /// Starts it, and kills it as soon as `is_time`, which is shown its output so far and its data
    /// directory; gives that.
    pub(crate) fn start_and_kill(
        folder: TempDir,
        arguments: &[&str],
        is_time: impl Fn(&str, &Path) -> bool,
    ) -> TempDir {
        let mut process = Process::spawn(&mut serve(folder.path(), arguments));
        let reached = wait_for(PATIENCE, || {
            let ended = process.ended();
            assert!(ended.is_none(), "ended by itself, with {ended:?}: {}", process.output());
            is_time(&process.output(), folder.path()).then_some(())
        });
        assert!(reached.is_some(), "the moment does not come: {}", process.output());
        process.kill();
        folder
    }

    fn launch(folder: TempDir, command: &mut Command) -> Result<Self, String> {
        let file = demo_file(folder.path());
        // An earlier start's file stays, since the people in it keep their secrets; it is not awaited.
        let earlier = version(&file);
        let mut process = Process::spawn(command);
        let outcome = wait_for(PATIENCE, || match process.ended() {
            Some(status) => Some(Err(format!("ended with {status}"))),
            None if version(&file) == earlier => None,
            None => read_demo(&file).filter(is_ready).map(Ok),
        });
        match outcome.unwrap_or_else(|| Err("was not ready in time".to_owned())) {
            Ok(demo) => Ok(Self { process, folder, demo }),
            Err(reason) => Err(format!("the server {reason}; it said:\n{}", process.output())),
        }
    }

    /// What it has said so far.
    pub(crate) fn output(&self) -> String {
        self.process.output()
    }

    /// What `demo.json` holds.
    pub(crate) fn details(&self) -> &Value {
        &self.demo
    }

    pub(crate) fn data_dir(&self) -> &Path {
        self.folder.path()
    }

    /// Kills it and gives its data directory for another start.
    pub(crate) fn kill(mut self) -> TempDir {
        self.process.kill();
        self.folder
    }

    /// Ends it as an operator would; gives its status.
    pub(crate) fn stop(self) -> ExitStatus {
        self.process.stop()
    }

    /// As [`Self::stop`]; gives its data directory too.
    pub(crate) fn stop_and_keep(self) -> (ExitStatus, TempDir) {
        (self.process.stop(), self.folder)
    }
}

fn serve(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudsso"));
    command.arg("serve").arg("--data-dir").arg(data_dir);
    command.args(["--public-port", "0", "--management-port", "0", "--local-cloud-port", "0"]);
    command.args(arguments);
    // The environment is configuration, and a developer's own must not leak in.
    command.env_clear().env("RUST_BACKTRACE", "1");
    command
}

fn demo_file(folder: &Path) -> PathBuf {
    folder.join("demo.json")
}

/// Tells one file from another that was renamed into its place.
fn version(file: &Path) -> Option<(u64, i64, i64)> {
    let file = fs::metadata(file).ok()?;
    Some((file.ino(), file.mtime(), file.mtime_nsec()))
}

fn read_demo(file: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(file).ok()?).ok()
}

fn is_ready(demo: &Value) -> bool {
    let url = demo["management_url"].as_str().unwrap_or_else(|| panic!("no management_url in {demo}"));
    Visitor::new().get(&format!("{url}/health/ready")).status == 200
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::support::site::Site;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn a_process_can_be_stopped_and_can_be_killed() {
        let spawn = || {
            let process =
                Process::spawn(&mut shell("trap 'echo bye; exit 3' TERM; echo up; while :; do :; done"));
            wait_for(PATIENCE, || process.output().contains("up").then_some(())).unwrap();
            process
        };
        assert_eq!(spawn().stop().code(), Some(3));
        let mut process = spawn();
        process.kill();
        assert_eq!(process.ended().unwrap().code(), None);
        assert_eq!(process.output(), "up\n");
    }

    #[test]
    fn a_server_is_awaited_until_its_file_is_there_and_it_is_ready() {
        let asked = AtomicU32::new(0);
        let site = Site::start(move |request| {
            assert_eq!(request.target, "/health/ready");
            let status = if asked.fetch_add(1, Ordering::SeqCst) < 2 { 503 } else { 200 };
            (status, vec![], String::new())
        });
        let folder = tempfile::tempdir().unwrap();
        fs::write(demo_file(folder.path()), r#"{"management_url": "of an earlier start"}"#).unwrap();
        let script = format!(
            "trap 'exit 0' TERM; cd \"$1\" && echo '{{\"management_url\": \"{}\"}}' >new && mv new demo.json;
             while :; do :; done",
            site.url("")
        );
        let launch = |folder: TempDir| {
            let path = folder.path().to_owned();
            Server::launch(folder, shell(&script).arg("sh").arg(path)).unwrap()
        };
        let server = launch(folder);
        assert_eq!(server.details()["management_url"], site.url(""));
        let folder = server.kill();
        fs::write(folder.path().join("kept"), "").unwrap();
        let server = launch(folder);
        assert!(server.data_dir().join("kept").exists());
        assert!(server.stop().success());
    }

    #[test]
    fn a_server_that_cannot_start_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let error = Server::launch(folder, &mut shell("echo no such key >&2; exit 2")).err().unwrap();
        assert_eq!(error, "the server ended with exit status: 2; it said:\nno such key\n");
        let folder = tempfile::tempdir().unwrap();
        let error = Server::start(folder, &["--no-such-option"]).err().unwrap();
        assert!(error.starts_with("the server ended with exit status"), "{error}");
    }
}
