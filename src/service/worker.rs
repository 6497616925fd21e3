//! The worker: claims accounts that have tasks due, does the tasks, records how they ended.
//!
//! It may be killed between any two remote calls. The lease then runs out, another worker claims the
//! account, and every step begins by looking at what is there. Local writes of a worker that lost
//! its lease are refused by the fence.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::domain::{
    Action, Event, Provisioning, ProvisioningStatus, Task, TaskKind, TaskStatus, retry_delay,
};
use crate::storage::event::Origin;
use crate::storage::lease::{self, Lease};
use crate::storage::{
    self, Conn, access_configuration, failure_counter, provisioning, session, sign_in, task,
};

use super::provision::Failure;
use super::{Context, Error, access_assignment, provision};

/// A lease is given for this long and kept alive before each task; longer than any task takes.
const LEASE: Duration = Duration::from_secs(120);
/// How often to look for work that another replica wrote, or that waited for its next attempt.
const POLL: Duration = Duration::from_secs(1);
/// How often what has expired is forgotten.
const SWEEP: Duration = Duration::from_secs(60);

/// Threads that do tasks until they are told to stop.
pub struct Worker {
    stop: Arc<AtomicBool>,
    ctx: Arc<Context>,
    threads: Vec<JoinHandle<()>>,
}

impl Worker {
    /// Starts `threads` threads; each works in one account at a time.
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
        let threads = (0..threads)
            .map(spawn)
            .collect::<Result<_, _>>()
            .map_err(|error| storage::Error::Unavailable(error.to_string()))?;
        Ok(Self { stop, ctx: Arc::clone(ctx), threads })
    }

    /// Lets each thread finish its task, and waits for that.
    pub fn stop(self) {
        self.stop.store(true, Ordering::SeqCst);
        self.ctx.work.ring();
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
    Ok(done)
}

fn run(ctx: &Context, stop: &AtomicBool, number: usize) {
    let mut swept_at = ctx.now();
    while !stop.load(Ordering::SeqCst) {
        let seen = ctx.work.count();
        if number == 0 && ctx.now().since(swept_at) >= SWEEP {
            swept_at = ctx.now();
            if let Err(error) = sweep(ctx) {
                tracing::warn!(%error, "what has expired could not be forgotten");
            }
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

fn sweep(ctx: &Context) -> Result<(), Error> {
    let now = ctx.now();
    ctx.store.write(move |conn| {
        session::delete_expired(conn, now)?;
        sign_in::delete_expired(conn, now)?;
        Ok(failure_counter::delete_expired(conn, now)?)
    })
}

fn claim(ctx: &Context) -> Result<Option<Lease>, Error> {
    // A look before the write keeps an idle worker from writing.
    let now = ctx.now();
    if !ctx.store.read(|conn| lease::is_any_due(conn, now))? {
        return Ok(None);
    }
    let owner = ctx.instance.clone();
    Ok(ctx.store.write(move |conn| lease::claim(conn, &owner, now, LEASE))?)
}

/// Does the account's tasks that are due, while the lease holds; says how many were recorded.
fn work(ctx: &Context, lease: &Lease, stop: &AtomicBool) -> Result<usize, Error> {
    let mut done = 0;
    let tasks = ctx.store.read(|conn| task::list_due(conn, &lease.account_id, ctx.now()))?;
    for task in tasks {
        let (now, held) = (ctx.now(), lease.clone());
        if stop.load(Ordering::SeqCst)
            || !ctx.store.write(move |conn| lease::extend(conn, &held, now, LEASE))?
        {
            break;
        }
        let outcome = perform(ctx, &task)?;
        if !record(ctx, lease, task, outcome)? {
            break;
        }
        done += 1;
    }
    let held = lease.clone();
    ctx.store.write(move |conn| lease::release(conn, &held))?;
    Ok(done)
}

/// What a task came to, apart from what it changed in the account.
enum Outcome {
    /// Nothing was left to do.
    Unchanged,
    /// The account now has the configuration like this.
    Provisioned(Provisioning),
    /// It failed; perhaps to be tried again.
    Failed(Failure),
}

fn perform(ctx: &Context, task: &Task) -> Result<Outcome, Error> {
    match task.kind {
        TaskKind::DeleteAccessAssignment => return Ok(Outcome::Unchanged),
        TaskKind::CreateAccessAssignment | TaskKind::ProvisionAccessConfiguration => {}
    }
    let trust_digest = ctx.identity_provider.trust_digest(&ctx.site.role_sso_acs_url);
    let (configuration, existing, directory) = ctx.store.read(|conn| {
        Ok::<_, Error>((
            access_configuration::find(conn, &task.access_configuration_id)?,
            provisioning::find(conn, &task.access_configuration_id, &task.account_id)?,
            super::directory::id(conn)?,
        ))
    })?;
    let Some(configuration) = configuration else {
        return Ok(Outcome::Failed(Failure::lasting("the access configuration does not exist any more")));
    };
    let is_current = existing.as_ref().is_some_and(|existing| {
        existing.status == ProvisioningStatus::Provisioned
            && existing.revision == configuration.revision
            && existing.trust_digest == trust_digest
    });
    if is_current {
        return Ok(Outcome::Unchanged);
    }
    let metadata = ctx.identity_provider.metadata();
    if let Err(failure) = provision::provision(ctx, &directory, &configuration, &task.account_id, metadata) {
        return Ok(Outcome::Failed(failure));
    }
    let now = ctx.now();
    Ok(Outcome::Provisioned(Provisioning {
        access_configuration_id: configuration.id,
        account_id: task.account_id.clone(),
        status: ProvisioningStatus::Provisioned,
        revision: configuration.revision,
        trust_digest,
        created_at: existing.map_or(now, |existing| existing.created_at),
        updated_at: now,
    }))
}

/// Records how a task ended, if the lease still holds; false when it does not.
fn record(ctx: &Context, lease: &Lease, mut task: Task, outcome: Outcome) -> Result<bool, Error> {
    let [jitter] = ctx.random.bytes::<1>()?;
    let origin =
        Origin { actor: "system".to_owned(), request_id: task.id.to_string(), source_address: String::new() };
    let change = ctx.change(&origin);
    let (mut next_at, mut event, mut provisioned) = (change.now, None, None);
    let detail =
        serde_json::json!({ "access_configuration_id": task.access_configuration_id, "task_id": task.id });
    match outcome {
        Outcome::Unchanged => task.status = TaskStatus::Success,
        Outcome::Provisioned(provisioning) => {
            task.status = TaskStatus::Success;
            event = Some(Event::new(Action::AccessConfigurationProvisioned, &task.account_id).with(detail));
            provisioned = Some(provisioning);
        }
        Outcome::Failed(failure) => {
            task.attempts += 1;
            tracing::warn!(task.id = %task.id, account.id = %task.account_id, attempt = task.attempts, reason = %failure, "a task failed");
            task.failure_reason = Some(failure.to_string());
            if failure.is_lasting() || task.attempts >= Task::MAX_ATTEMPTS {
                task.status = TaskStatus::Failed;
                event = Some(Event::new(Action::TaskFailed, &task.id).with(detail));
            } else {
                next_at = change.now.plus(retry_delay(task.attempts, jitter));
            }
        }
    }
    if task.status != TaskStatus::InProgress {
        task.ended_at = Some(change.now);
    }
    let lease = lease.clone();
    ctx.store.write(move |conn| {
        if !lease::extend(conn, &lease, change.now, LEASE)? {
            return Ok(false);
        }
        if let Some(provisioned) = &provisioned {
            settle(conn, provisioned)?;
        }
        task::update(conn, &task, next_at)?;
        if let Some(event) = &event {
            change.record(conn, event)?;
        }
        Ok(true)
    })
}

/// Stores a provisioning; one whose configuration was changed meanwhile is behind at once.
fn settle(conn: &mut Conn, provisioned: &Provisioning) -> Result<(), Error> {
    let current = access_configuration::find(conn, &provisioned.access_configuration_id)?;
    let mut provisioned = provisioned.clone();
    if current.is_some_and(|current| current.revision != provisioned.revision) {
        provisioned.status = ProvisioningStatus::ReprovisionRequired;
    }
    Ok(provisioning::upsert(conn, &provisioned)?)
}

/// Writes a task for each account whose objects were made for another metadata or console address.
///
/// # Errors
/// Failures of the database.
pub fn refresh_trust(ctx: &Context) -> Result<usize, Error> {
    let digest = ctx.identity_provider.trust_digest(&ctx.site.role_sso_acs_url);
    if ctx.store.read(|conn| provisioning::list_outdated(conn, &digest))?.is_empty() {
        return Ok(0);
    }
    let origin =
        Origin { actor: "system".to_owned(), request_id: String::new(), source_address: String::new() };
    let change = ctx.change(&origin);
    let written = ctx.store.write(move |conn| {
        let outdated = provisioning::list_outdated(conn, &digest)?;
        for provisioning in &outdated {
            access_assignment::write_provision_task(conn, &change, provisioning)?;
        }
        Ok::<_, Error>(outdated.len())
    })?;
    ctx.work.ring();
    Ok(written)
}
