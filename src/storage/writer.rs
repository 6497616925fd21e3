//! SQLite's one writer: a thread that drains a queue of jobs into transactions. Each batch is one commit,
//! so that many writers share the cost of one fsync; the batch forms by itself while the commit
//! before it runs. Most jobs succeed, so a batch runs as it is; should one of them fail, all of it is
//! undone and runs again, each job in a savepoint of its own, so that the one leaves the others alone.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, Sender, channel, sync_channel};
use std::thread;

use tokio::sync::oneshot;

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
        self.take(work, move |outcome| reply.send(outcome).is_ok())?;
        answer.recv().map_err(|_ignored| gone())?
    }

    /// As [`Writer::run`], without a thread that waits.
    pub(super) async fn run_async<T, E>(
        &self,
        work: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.take(work, move |outcome| reply.send(outcome).is_ok())?;
        answer.await.map_err(|_ignored| gone())?
    }

    fn take<T, E>(
        &self,
        work: impl FnMut(&mut Conn) -> Result<T, E> + Send + 'static,
        reply: impl FnOnce(Result<T, E>) -> bool + Send + 'static,
    ) -> Result<(), Error>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.jobs.send(Box::new(Work { work, outcome: None, reply })).map_err(|_ignored| gone())
    }
}

fn gone() -> Error {
    Error::Unavailable("the writer has stopped".to_owned())
}

trait Job: Send {
    /// Does the work inside the open savepoint; says whether it is to be kept.
    fn run(&mut self, conn: &mut Conn) -> bool;
    /// Tells whoever waits, with the batch's own failure if there was one.
    fn finish(self: Box<Self>, failure: Option<String>);
}

struct Work<F, R, T, E> {
    work: F,
    outcome: Option<Result<T, E>>,
    /// Tells whoever waits; says whether somebody does.
    reply: R,
}

impl<F, R, T, E> Job for Work<F, R, T, E>
where
    F: FnMut(&mut Conn) -> Result<T, E> + Send,
    R: FnOnce(Result<T, E>) -> bool + Send,
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
        // Nobody waits any more when the caller is gone; the write stands all the same.
        let _is_heard = (self.reply)(outcome);
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
    let (mut done, mut is_apart) = (0, false);
    while let Some(job) = batch.get_mut(done) {
        if is_apart {
            run_apart(conn, job.as_mut())?;
        } else if !job.run(conn) {
            conn.roll_back()?;
            if done == 0 {
                return Ok(());
            }
            conn.begin()?;
            (done, is_apart) = (0, true);
            continue;
        }
        done += 1;
        if done == batch.len() && done < BATCH {
            batch.extend(next(queue));
        }
    }
    conn.commit()
}

/// The next job, if there is one or whoever would run now brings one. A commit costs more than all the jobs of most
/// batches, and on a busy machine those who are about to write wait for a processor.
fn next(queue: &Receiver<Box<dyn Job>>) -> Option<Box<dyn Job>> {
    queue.try_recv().ok().or_else(|| {
        thread::yield_now();
        queue.try_recv().ok()
    })
}

/// Runs a job in a savepoint of its own.
fn run_apart(conn: &mut Conn, job: &mut dyn Job) -> Result<(), Error> {
    conn.begin_savepoint()?;
    if job.run(conn) { conn.commit() } else { conn.roll_back() }
}

#[cfg(test)]
mod tests {
    use diesel::connection::SimpleConnection as _;
    use diesel::sql_types::Text;
    use diesel::{Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, sql_query};

    use super::*;

    type Answer = Receiver<Result<Vec<String>, Error>>;

    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        name: String,
    }

    /// Jobs that wait together; each writes the name it has, and answers with all names that it then sees.
    struct Waiting {
        jobs: Sender<Box<dyn Job>>,
        queue: Receiver<Box<dyn Job>>,
        conn: Conn,
    }

    impl Waiting {
        fn new() -> Self {
            let mut conn = SqliteConnection::establish(":memory:").unwrap();
            conn.batch_execute("CREATE TABLE names (name TEXT PRIMARY KEY)").unwrap();
            let (jobs, queue) = channel();
            Self { jobs, queue, conn: Conn::Sqlite(conn) }
        }

        /// Writes `name`, then does what `end` says.
        fn push(&self, name: &'static str, end: fn() -> Result<(), Error>) -> Answer {
            let (reply, answer) = sync_channel(1);
            let work = move |conn: &mut Conn| {
                sql_query(format!("INSERT INTO names VALUES ('{name}')")).execute(conn)?;
                end().and_then(|()| names(conn))
            };
            let reply = move |outcome| reply.send(outcome).is_ok();
            self.jobs.send(Box::new(Work { work, outcome: None, reply })).unwrap();
            answer
        }

        /// Does all of it, and says which names there are in the end.
        fn finish(self) -> Vec<String> {
            let Self { jobs, queue, conn } = self;
            let last = {
                let (reply, answer) = sync_channel(1);
                let reply = move |outcome| reply.send(outcome).is_ok();
                jobs.send(Box::new(Work { work: names, outcome: None, reply })).unwrap();
                answer
            };
            drop(jobs);
            drain(conn, &queue);
            last.recv().unwrap().unwrap()
        }
    }

    fn names(conn: &mut Conn) -> Result<Vec<String>, Error> {
        let rows: Vec<Row> = sql_query("SELECT name FROM names ORDER BY name").load(conn)?;
        Ok(rows.into_iter().map(|row| row.name).collect())
    }

    fn refuse() -> Result<(), Error> {
        Err(Error::Unsuitable("refused".to_owned()))
    }

    #[test]
    fn jobs_of_a_batch_see_what_those_before_them_wrote() {
        let waiting = Waiting::new();
        let answers = ["a", "b"].map(|name| waiting.push(name, || Ok(())));
        assert_eq!(waiting.finish(), ["a", "b"]);
        assert_eq!(answers.map(|answer| answer.recv().unwrap().unwrap().len()), [1, 2]);
    }

    #[test]
    fn a_job_that_fails_leaves_nothing_and_the_others_alone() {
        for failing in 0..3 {
            let waiting = Waiting::new();
            let answers = ["a", "b", "c"]
                .map(|name| (name, ["a", "b", "c"][failing] == name))
                .map(|(name, fails)| waiting.push(name, if fails { refuse } else { || Ok(()) }));
            let left: Vec<_> = (0..3).filter(|job| *job != failing).map(|job| ["a", "b", "c"][job]).collect();
            assert_eq!(waiting.finish(), left);
            for (job, answer) in answers.into_iter().enumerate() {
                assert_eq!(answer.recv().unwrap().is_err(), job == failing, "{failing} {job}");
            }
        }
    }

    #[test]
    fn a_job_that_panics_is_answered_and_the_writer_goes_on() {
        let waiting = Waiting::new();
        let answers = [waiting.push("a", || Ok(())), waiting.push("b", || panic!("a bug"))];
        let after = waiting.push("c", || Ok(()));
        assert_eq!(waiting.finish(), ["a", "c"]);
        let [first, second] = answers.map(|answer| answer.recv().unwrap());
        assert_eq!(first.unwrap(), ["a"]);
        assert!(matches!(second, Err(Error::Unavailable(_))));
        assert_eq!(after.recv().unwrap().unwrap(), ["a", "c"]);
    }
}
