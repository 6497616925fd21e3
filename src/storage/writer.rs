//! SQLite's one writer: a thread that drains a queue of jobs into transactions. Each job runs in a
//! savepoint of its own, so that one that fails leaves the others alone; each batch is one commit,
//! so that many writers share the cost of one fsync. The batch forms by itself while the commit
//! before it runs.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::thread;

use super::{Conn, Error};

/// At most this many jobs share a commit.
const BATCH: usize = 256;

/// The way to the writer thread. When the last of these is dropped, the thread finishes its queue
/// and ends.
pub(super) struct Writer {
    jobs: Sender<Box<dyn Job>>,
}

impl Writer {
    /// Starts the thread over a connection that is already set up.
    pub(super) fn start(conn: Conn) -> Result<Self, Error> {
        let (jobs, queue) = channel();
        thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .spawn(move || drain(conn, &queue))
            .map_err(|error| Error::Unavailable(error.to_string()))?;
        Ok(Self { jobs })
    }

    /// Runs `work` in a transaction and returns once it is durable.
    pub(super) fn run<T, E>(
        &self,
        work: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = sync_channel(1);
        let gone = || Error::Unavailable("the writer has stopped".to_owned());
        self.jobs.send(Box::new(Work { work, outcome: None, reply })).map_err(|_ignored| gone())?;
        answer.recv().map_err(|_ignored| gone())?
    }
}

trait Job: Send {
    /// Does the work inside the open savepoint; says whether it is to be kept.
    fn run(&mut self, conn: &mut Conn) -> bool;
    /// Tells whoever waits, with the batch's own failure if there was one.
    fn finish(self: Box<Self>, failure: Option<String>);
}

struct Work<F, T, E> {
    work: F,
    outcome: Option<Result<T, E>>,
    reply: SyncSender<Result<T, E>>,
}

impl<F, T, E> Job for Work<F, T, E>
where
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
    T: Send,
    E: From<Error> + Send,
{
    fn run(&mut self, conn: &mut Conn) -> bool {
        // A panic is a bug of the caller's; it must not take the only writer with it.
        let outcome = catch_unwind(AssertUnwindSafe(|| (self.work)(conn))).unwrap_or_else(|_panic| {
            Err(Error::Unavailable("a write stopped with a panic".to_owned()).into())
        });
        let keep = outcome.is_ok();
        self.outcome = Some(outcome);
        keep
    }

    fn finish(self: Box<Self>, failure: Option<String>) {
        let outcome = match (self.outcome, failure) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(value)), None) => Ok(value),
            (Some(Ok(_)), Some(failure)) => Err(Error::Unavailable(failure).into()),
            (None, failure) => Err(Error::Unavailable(failure.unwrap_or_default()).into()),
        };
        // Nobody waits any more when the caller's thread is gone; the write stands all the same.
        let _ignored = self.reply.send(outcome);
    }
}

fn drain(mut conn: Conn, queue: &Receiver<Box<dyn Job>>) {
    while let Ok(first) = queue.recv() {
        let mut batch = vec![first];
        let failure = write(&mut conn, &mut batch, queue).err().map(|error| error.to_string());
        if failure.is_some() {
            // Whatever is left open must not leak into the next batch.
            while conn.roll_back().is_ok() {}
        }
        for job in batch {
            job.finish(failure.clone());
        }
    }
}

fn write(
    conn: &mut Conn,
    batch: &mut Vec<Box<dyn Job>>,
    queue: &Receiver<Box<dyn Job>>,
) -> Result<(), Error> {
    conn.begin()?;
    let mut done = 0;
    while let Some(job) = batch.get_mut(done) {
        conn.begin_savepoint()?;
        if job.run(conn) {
            conn.commit()?
        } else {
            conn.roll_back()?
        }
        done += 1;
        if done < BATCH
            && let Ok(next) = queue.try_recv()
        {
            batch.push(next);
        }
    }
    conn.commit()
}
