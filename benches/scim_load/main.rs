//! The load of `scripts/measure-scim`: sends the same few requests again and again over many connections, and
//! says how long each took. It costs little itself: a thread for each connection, and no parsing but of what
//! was asked to be kept.
//!
//! `cargo bench --bench scim-load` reads one job a line from standard input, as JSON, and answers each with a
//! line. A job is a sequence of steps, done `count` times, each time by one connection without a pause, with
//! the next running number `n` from `first` on. In a step's path and body these stand for something:
//! - `{n}`: the running number;
//! - `{id}`: the `n`th of the ids in `from`, beginning again after the last;
//! - `{members}`: the `n`th lot of `take` ids of `from`, as SCIM writes members, with commas.
//!
//! `keep` names the list to which the ids that the first step's answers give are added; such a list lives as
//! long as the process.

#![expect(clippy::print_stdout, reason = "its answers are its output")]

#[path = "../wire/mod.rs"]
mod wire;

use std::collections::{BTreeMap, HashMap};
use std::io::BufRead;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use wire::{Connection, Face};

type Failure = Box<dyn std::error::Error>;

/// The media type of SCIM (RFC 7644 §8.1).
const KIND: &str = "application/scim+json";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Job {
    base_url: String,
    token: String,
    connections: usize,
    #[serde(default)]
    first: usize,
    count: usize,
    /// No new sequence begins after so many seconds.
    #[serde(default = "forever")]
    seconds: f64,
    steps: Vec<Step>,
    #[serde(default)]
    from: String,
    #[serde(default)]
    take: usize,
    #[serde(default)]
    keep: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    method: String,
    path: String,
    #[serde(default)]
    body: String,
    /// The statuses of success.
    statuses: Vec<u16>,
}

fn forever() -> f64 {
    86_400.0
}

#[derive(Serialize)]
struct Outcome {
    /// From the first request to the last answer.
    seconds: f64,
    /// Sequences begun.
    count: usize,
    errors: usize,
    /// One of the errors.
    example: Option<String>,
    /// Milliseconds of every request that succeeded, a list for each step, in no order.
    latencies: Vec<Vec<f64>>,
}

/// What one connection saw.
#[derive(Default)]
struct Seen {
    latencies: Vec<Vec<f64>>,
    errors: usize,
    example: Option<String>,
    /// By running number, so that the list's order is that of the numbers.
    ids: BTreeMap<usize, String>,
}

fn main() -> Result<(), Failure> {
    let mut lists: HashMap<String, Vec<String>> = HashMap::new();
    for line in std::io::stdin().lock().lines() {
        let job: Job = serde_json::from_str(&line?)?;
        let outcome = run(&job, &mut lists)?;
        println!("{}", serde_json::to_string(&outcome)?);
    }
    Ok(())
}

fn run(job: &Job, lists: &mut HashMap<String, Vec<String>>) -> Result<Outcome, Failure> {
    let authorization = format!("Bearer {}", job.token);
    let fields = [("Authorization", authorization.as_str()), ("Accept", KIND)];
    let face = Face::parse(&job.base_url, &fields).ok_or("base_url is not http://host:port/path")?;
    let none = Vec::new();
    let ids = lists.get(&job.from).unwrap_or(&none);
    let (next, begun) = (AtomicUsize::new(0), Instant::now());
    let until = begun + Duration::from_secs_f64(job.seconds);
    let seen: Vec<Seen> = thread::scope(|scope| {
        let hands: Vec<_> =
            (0..job.connections).map(|_| scope.spawn(|| work(job, &face, ids, (&next, until)))).collect();
        hands.into_iter().filter_map(|hand| hand.join().ok()).collect()
    });
    let mut outcome = Outcome {
        seconds: begun.elapsed().as_secs_f64(),
        count: 0,
        errors: 0,
        example: None,
        latencies: vec![Vec::new(); job.steps.len()],
    };
    if seen.len() < job.connections {
        return Err("a connection's thread ended early".into());
    }
    let mut kept = BTreeMap::new();
    for mut one in seen {
        for (all, own) in outcome.latencies.iter_mut().zip(&mut one.latencies) {
            all.append(own);
        }
        outcome.errors += one.errors;
        outcome.example = outcome.example.or(one.example);
        kept.append(&mut one.ids);
    }
    outcome.count = outcome.errors + outcome.latencies.last().map_or(0, Vec::len);
    if let Some(list) = &job.keep {
        lists.entry(list.clone()).or_default().extend(kept.into_values());
    }
    Ok(outcome)
}

fn work(job: &Job, face: &Face, ids: &[String], (next, until): (&AtomicUsize, Instant)) -> Seen {
    let mut seen = Seen { latencies: vec![Vec::new(); job.steps.len()], ..Seen::default() };
    let mut connection = Connection::new(face);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= job.count || Instant::now() >= until {
            return seen;
        }
        let number = job.first + number;
        if let Err(problem) = walk(job, (face, &mut connection), (number, ids), &mut seen) {
            seen.errors += 1;
            seen.example.get_or_insert(problem);
        }
    }
}

/// One sequence; ends with the first step that fails.
fn walk(
    job: &Job,
    (face, connection): (&Face, &mut Connection<'_>),
    (number, ids): (usize, &[String]),
    seen: &mut Seen,
) -> Result<(), String> {
    for (place, step) in job.steps.iter().enumerate() {
        let fill = |text: &str| filled(text, number, ids, job.take);
        let body = fill(&step.body);
        let kind: &[_] = if body.is_empty() { &[] } else { &[("Content-Type", KIND)] };
        let request = face.request(&step.method, &fill(&step.path), kind, &body);
        let begun = Instant::now();
        let answer = connection.exchange(&request).map_err(|error| format!("{}: {error}", step.path))?;
        let took = begun.elapsed().as_secs_f64() * 1000.0;
        if !step.statuses.contains(&answer.status) {
            let body = String::from_utf8_lossy(&answer.body);
            let body: String = body.chars().take(300).collect();
            return Err(format!("{} {}: {} {body}", step.method, step.path, answer.status));
        }
        if let Some(latencies) = seen.latencies.get_mut(place) {
            latencies.push(took);
        }
        if place == 0 && job.keep.is_some() {
            let made: Made = serde_json::from_slice(&answer.body).map_err(|error| error.to_string())?;
            seen.ids.insert(number, made.id);
        }
    }
    Ok(())
}

#[derive(Deserialize)]
struct Made {
    id: String,
}

fn filled(text: &str, number: usize, ids: &[String], take: usize) -> String {
    let mut text = text.replace("{n}", &number.to_string());
    if text.contains("{id}")
        && let Some(id) = number.checked_rem(ids.len()).and_then(|place| ids.get(place))
    {
        text = text.replace("{id}", id);
    }
    if text.contains("{members}") {
        let lot = ids.iter().cycle().skip((number * take).checked_rem(ids.len()).unwrap_or(0)).take(take);
        let members: Vec<String> = lot.map(|id| format!(r#"{{"value":"{id}"}}"#)).collect();
        text = text.replace("{members}", &members.join(","));
    }
    text
}
