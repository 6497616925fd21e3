//! The worker: claims accounts that have tasks due, does the tasks, records how they ended.
//!
//! It may be killed between any two remote calls. The lease then runs out, another worker claims the
//! account, and every step begins by looking at what is there. Local writes of a worker that lost
//! its lease are refused by the fence.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::base::Timestamp;
use crate::domain::{
    Action, Assignee, ConsoleSession, Event, Target, Task, TaskKind, TaskStatus, retry_delay,
};
use crate::storage::event::Origin;
use crate::storage::lease::{self, Lease};
use crate::storage::{
    self, Conn, application_session, console_session, failure_counter, provisioning, session, sign_in,
    single_logout, task, used_message_id,
};

use super::context::Change;
use super::perform::{self, Outcome};
use super::task::{self as tasks, Draft};
use super::{
    Context, Error, Operator, application, console_logout, drift, keys, own_ram_user, perform_user,
    provision, resource_directory, saml_exchange, saml_slo, scim, user_sso,
};

/// How often to look for work that another replica wrote, or that waited for its next attempt.
const POLL: Duration = Duration::from_secs(1);
/// So many tasks are done before the account is claimed anew, so that what has to go first does.
const AT_ONCE: i64 = 20;
/// How often keys are looked after: as long as other replicas sign by a key that was turned here.
const KEEP_KEYS: Duration = Duration::from_secs(10);
/// How often to look for sessions at applications that nobody is signed in by, beside when it is rung for them.
const ORPHANS: Duration = Duration::from_secs(10);
/// How often to look for metadata whose time has come.
const REFRESH: Duration = Duration::from_secs(10);
/// How often what has expired is forgotten.
const SWEEP: Duration = Duration::from_secs(60);

/// Threads that do tasks until they are told to stop.
pub struct Worker {
    stop: Arc<AtomicBool>,
    ctx: Arc<Context>,
    threads: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts `threads` threads, each of which works in one account at a time, one for logouts, one that writes down
    /// what SCIM connectors and applications did, and one that fetches the metadata of applications.
    ///
    /// # Errors
    /// Failures of the database; [`storage::Error::Unavailable`] when the system gives no threads.
    pub fn start(ctx: &Arc<Context>, threads: usize) -> Result<Self, Error> {
        let owner = ctx.instance.clone();
        ctx.store.write(move |conn| lease::release_owned(conn, &owner))?;
        let stop = Arc::new(AtomicBool::new(false));
        let spawn = |number: usize| {
            let (ctx, stop) = (Arc::clone(ctx), Arc::clone(&stop));
            thread::Builder::new().name(format!("worker-{number}")).spawn(move || run(&ctx, &stop, number))
        };
        let logouts = {
            let (ctx, stop) = (Arc::clone(ctx), Arc::clone(&stop));
            thread::Builder::new().name("logouts".to_owned()).spawn(move || tell_of_logouts(&ctx, &stop))
        };
        let flushes = {
            let (ctx, stop) = (Arc::clone(ctx), Arc::clone(&stop));
            thread::Builder::new().name("scim-requests".to_owned()).spawn(move || flush_requests(&ctx, &stop))
        };
        let refreshes = {
            let (ctx, stop) = (Arc::clone(ctx), Arc::clone(&stop));
            thread::Builder::new().name("metadata".to_owned()).spawn(move || refresh_metadata(&ctx, &stop))
        };
        let orphans = {
            let (ctx, stop) = (Arc::clone(ctx), Arc::clone(&stop));
            thread::Builder::new().name("orphans".to_owned()).spawn(move || tell_of_orphans(&ctx, &stop))
        };
        let threads = (0..threads)
            .map(spawn)
            .chain([logouts, orphans, flushes, refreshes])
            .collect::<Result<_, _>>()
            .map_err(|error| storage::Error::Unavailable(error.to_string()))?;
        Ok(Self { stop, ctx: Arc::clone(ctx), threads })
    }

    /// Lets each thread finish its task, and waits for that.
    pub fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.ctx.ring_all();
        self.ctx.scim_flushes.ring();
        self.ctx.refreshes.ring();
        for thread in self.threads {
            // A thread that panicked has said so already; there is nothing left to wait for.
            let _ignored = thread.join();
        }
    }
}

/// Does every task that is due now, on the calling thread; says how many.
///
/// # Errors
/// Failures of the database. Failures of the cloud are recorded with their task.
pub fn run_due(ctx: &Context) -> Result<usize, Error> {
    let mut done = 0;
    while let Some(lease) = claim(ctx)? {
        done += work(ctx, &lease, &AtomicBool::new(false))?;
    }
    console_logout::tell_due(ctx)?;
    while saml_slo::tell_orphans(ctx)? > 0 {}
    own_ram_user::look_due(ctx)?;
    while application::refresh_next(ctx)? {}
    Ok(done)
}

fn run(ctx: &Context, stop: &AtomicBool, number: usize) {
    let mut chores = Chores { swept_at: ctx.now(), synchronized_at: ctx.now(), keys_kept_at: ctx.now() };
    while !stop.load(Ordering::SeqCst) {
        let seen = ctx.work.count();
        if number == 0 {
            chores.keep_up(ctx);
            report(own_ram_user::look_due(ctx), "permissions of RAM users could not be looked at");
        }
        let outcome = claim(ctx).and_then(|lease| {
            let Some(lease) = lease else { return Ok(false) };
            work(ctx, &lease, stop).map(|_| true)
        });
        match outcome {
            Ok(true) => {}
            Ok(false) => ctx.work.wait(seen, POLL),
            Err(error) => {
                tracing::warn!(%error, "the worker could not go on");
                ctx.work.wait(seen, POLL);
            }
        }
    }
}

/// Tells applications of sessions that were ended without a browser; a slow one holds up nothing else.
fn tell_of_orphans(ctx: &Context, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        // Whoever ends sessions rings for logouts.
        let seen = ctx.logouts.count();
        let told = saml_slo::tell_orphans(ctx);
        let is_more = told.as_ref().is_ok_and(|told| *told > 0);
        report(told, "applications could not be told of ended sessions");
        if !is_more {
            ctx.logouts.wait(seen, ORPHANS);
        }
    }
}

/// Tells the cloud of sessions that were ended; not held up by any task.
fn tell_of_logouts(ctx: &Context, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        let seen = ctx.logouts.count();
        report(console_logout::tell_due(ctx), "the cloud could not be told of ended console sessions");
        ctx.logouts.wait(seen, POLL);
    }
}

/// Fetches the metadata of applications that is due; by a thread of its own, since a service provider may take its
/// time to answer.
fn refresh_metadata(ctx: &Context, stop: &AtomicBool) {
    while !stop.load(Ordering::SeqCst) {
        let seen = ctx.refreshes.count();
        match application::refresh_next(ctx) {
            Ok(true) => {}
            Ok(false) => ctx.refreshes.wait(seen, REFRESH),
            Err(error) => {
                tracing::warn!(%error, "the metadata of an application could not be looked after");
                ctx.refreshes.wait(seen, REFRESH);
            }
        }
    }
}

/// Writes down what SCIM connectors and applications did, once a second at most, and what is left at the end.
fn flush_requests(ctx: &Context, stop: &AtomicBool) {
    let mut is_last = false;
    while !is_last {
        let seen = ctx.scim_flushes.count();
        is_last = stop.load(Ordering::SeqCst);
        report(scim::request_log::flush(ctx), "requests of SCIM connectors could not be written down");
        report(saml_exchange::flush(ctx), "messages of applications could not be written down");
        if !is_last {
            ctx.scim_flushes.wait(seen, POLL);
        }
    }
}

/// What one thread does beside its tasks, and when it last did.
struct Chores {
    swept_at: Timestamp,
    synchronized_at: Timestamp,
    keys_kept_at: Timestamp,
}

impl Chores {
    fn keep_up(&mut self, ctx: &Context) {
        let now = ctx.now();
        if now.since(self.swept_at) >= SWEEP {
            self.swept_at = now;
            report(sweep(ctx), "what has expired could not be forgotten");
            if let Some(interval) = ctx.upkeep.drift {
                report(drift::schedule(ctx, interval), "accounts could not be asked to be compared");
            }
        }
        if now.since(self.keys_kept_at) >= KEEP_KEYS {
            self.keys_kept_at = now;
            report(keys::keep(ctx), "the keys that sign could not be looked after");
        }
        if ctx.upkeep.directory.is_some_and(|interval| now.since(self.synchronized_at) >= interval) {
            self.synchronized_at = now;
            let synchronized = resource_directory::synchronize(ctx, &Operator::system());
            report(synchronized, "folders and accounts could not be brought up to date");
        }
    }
}

fn report<T>(outcome: Result<T, Error>, failure: &str) {
    if let Err(error) = outcome {
        tracing::warn!(%error, "{failure}");
    }
}

/// Forgets what has expired: sessions, sign-ins, counters, and the cut-offs of roles, which are lifted by tasks.
///
/// # Errors
/// Failures of the database.
pub fn sweep(ctx: &Context) -> Result<(), Error> {
    let now = ctx.now();
    let change = ctx.change(&Origin::system(String::new()));
    ctx.store.write(move |conn| {
        session::delete_expired(conn, now)?;
        sign_in::delete_expired(conn, now)?;
        console_session::delete_expired(conn, now.minus(ConsoleSession::KEPT))?;
        failure_counter::delete_expired(conn, now)?;
        application_session::delete_expired(conn, now)?;
        used_message_id::delete_expired(conn, now)?;
        single_logout::delete_expired(conn, now)?;
        lift_cutoffs(conn, &change)
    })?;
    ctx.work.ring();
    Ok(())
}

/// A role whose older sessions would all be over by themselves need not deny them any more.
fn lift_cutoffs(conn: &mut Conn, change: &Change) -> Result<(), Error> {
    for grant in console_session::take_expired_cutoffs(conn, change.now)? {
        let target = Target::Account(grant.account_id);
        let kind = TaskKind::ProvisionAccessConfiguration;
        tasks::write(conn, change, &Draft::new(kind, &grant.access_configuration_id, target))?;
    }
    Ok(())
}

fn claim(ctx: &Context) -> Result<Option<Lease>, Error> {
    // A look before the write keeps an idle worker from writing.
    let now = ctx.now();
    if !ctx.store.read(|conn| lease::is_any_due(conn, now))? {
        return Ok(None);
    }
    let owner = ctx.instance.clone();
    Ok(ctx.store.write(move |conn| lease::claim(conn, &owner, now, lease::LENGTH))?)
}

/// Does the account's tasks that are due, while the lease holds; says how many were recorded.
fn work(ctx: &Context, lease: &Lease, stop: &AtomicBool) -> Result<usize, Error> {
    let mut done = 0;
    let tasks = ctx.store.read(|conn| task::list_due(conn, &lease.account_id, ctx.now(), AT_ONCE))?;
    for task in tasks {
        if stop.load(Ordering::SeqCst) {
            break;
        }
        match begin(ctx, lease, &task)? {
            Begun::Yes => {}
            Begun::CalledOff => continue,
            Begun::LeaseLost => break,
        }
        let outcome = perform::perform(ctx, lease, &task)?;
        if !record(ctx, lease, task, outcome)? {
            break;
        }
        done += 1;
    }
    let held = lease.clone();
    ctx.store.write(move |conn| lease::release(conn, &held))?;
    Ok(done)
}

enum Begun {
    Yes,
    /// It was called off since it was read.
    CalledOff,
    LeaseLost,
}

/// Keeps the lease, and notes that the task is being done from now on.
fn begin(ctx: &Context, lease: &Lease, task: &Task) -> Result<Begun, Error> {
    let (now, lease, id) = (ctx.now(), lease.clone(), task.id.clone());
    Ok(ctx.store.write(move |conn| {
        if !lease::extend(conn, &lease, now, lease::LENGTH)? {
            return Ok(Begun::LeaseLost);
        }
        Ok::<_, storage::Error>(if task::start(conn, &id, now)? { Begun::Yes } else { Begun::CalledOff })
    })?)
}

/// Records how a task ended, if the lease still holds; false when it does not.
fn record(ctx: &Context, lease: &Lease, mut task: Task, outcome: Outcome) -> Result<bool, Error> {
    let [jitter] = ctx.random.bytes::<1>()?;
    let change = ctx.change(&Origin::system(task.id.to_string()));
    let mut next_at = change.now;
    task.started_at = None;
    if let Outcome::Failed(failure) = &outcome
        && let Some(until) = failure.left_alone_until()
    {
        // Nothing was tried, so that this is no attempt.
        task.failure_reason = Some(failure.to_string());
        next_at = until.plus(retry_delay(1, jitter));
    } else if let Outcome::Failed(failure) = &outcome {
        task.attempts += 1;
        tracing::warn!(task.id = %task.id, account.id = %lease.account_id, attempt = task.attempts, reason = %failure, "a task failed");
        task.failure_reason = Some(failure.to_string());
        if failure.is_lasting() || task.attempts >= Task::MAX_ATTEMPTS {
            task.status = TaskStatus::Failed;
        } else {
            next_at = change.now.plus(retry_delay(task.attempts, jitter));
        }
    } else {
        (task.status, task.failure_reason) = (TaskStatus::Success, None);
    }
    if task.status != TaskStatus::InProgress {
        task.ended_at = Some(change.now);
    }
    let (lease, outcome) = (lease.clone(), Arc::new(outcome));
    ctx.store.write(move |conn| {
        if !lease::extend(conn, &lease, change.now, lease::LENGTH)? {
            return Ok(false);
        }
        // What was done in the account is true even if the task was called off meanwhile.
        settle(conn, &change, &task, &outcome)?;
        let stands = task::update(conn, &task, next_at)?;
        if task.status == TaskStatus::Failed || !stands {
            tasks::give_up_removal(conn, &task)?;
        }
        if stands && task.status != TaskStatus::InProgress {
            tasks::settle_parent(conn, &task, change.now)?;
        }
        Ok(true)
    })
}

/// Writes down what a task changed in the account.
fn settle(conn: &mut Conn, change: &Change, task: &Task, outcome: &Outcome) -> Result<(), Error> {
    let detail =
        serde_json::json!({ "access_configuration_id": task.access_configuration_id, "task_id": task.id });
    match outcome {
        Outcome::Unchanged => Ok(()),
        Outcome::Provisioned(provisioned) => {
            provision::store(conn, provisioned)?;
            change
                .record(conn, &Event::new(Action::AccessConfigurationProvisioned, &task.target).with(detail))
        }
        Outcome::Removed(grant) => {
            provisioning::delete(conn, grant)?;
            change.record(
                conn,
                &Event::new(Action::AccessConfigurationDeprovisioned, &task.target).with(detail),
            )
        }
        Outcome::Compared(comparison) => drift::store(conn, change, comparison),
        Outcome::User(done) => perform_user::settle(conn, change, done),
        Outcome::UserSso(done) => user_sso::settle(conn, change, done),
        Outcome::Failed(failure) => {
            let is_given_up = task.status == TaskStatus::Failed;
            if failure.left_alone_until().is_none()
                && let (TaskKind::ProvisionUser, Some(account), Some(Assignee::User(person))) =
                    (task.kind, task.account(), &task.assignee)
            {
                perform_user::fail(conn, change, (account, person), (failure, is_given_up))?;
            }
            if is_given_up {
                change.record(conn, &Event::new(Action::TaskFailed, &task.id).with(detail))?;
            }
            Ok(())
        }
    }
}
