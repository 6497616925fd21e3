//! A proxy between the driver and the local cloud, which counts calls and loses those it is told to.
//!
//! Calls are signed for the address they go to. So the local cloud listens at another loopback
//! address, on the very port that this one has at the usual address.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

/// Which side of the cloud a call is lost on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Loss {
    /// It never reaches the cloud.
    Call,
    /// The cloud does what it asks, and nobody hears of it.
    Answer,
}

#[derive(Default)]
struct State {
    actions: Vec<String>,
    cut: Option<(usize, Loss)>,
}

struct Shared {
    target: OnceLock<SocketAddr>,
    state: Mutex<State>,
    is_over: AtomicBool,
}

/// Forwards one request a connection until dropped.
pub(crate) struct CloudProxy {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl CloudProxy {
    pub(crate) fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            target: OnceLock::new(),
            state: Mutex::default(),
            is_over: AtomicBool::new(false),
        });
        let used = Arc::clone(&shared);
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if used.is_over.load(Ordering::SeqCst) {
                    return;
                }
                let shared = Arc::clone(&used);
                thread::spawn(move || stream.ok().and_then(|stream| shared.serve(&stream)));
            }
        });
        Arc::new(Self { address, shared, thread: Some(thread) })
    }

    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    pub(crate) fn lead_to(&self, target: SocketAddr) {
        self.shared.target.set(target).unwrap();
    }

    /// Forgets what it counted, and lets everything through.
    pub(crate) fn heal(&self) {
        *self.shared.state() = State::default();
    }

    /// Counts anew; the call after `good` ones is lost so, and every one behind it does not arrive,
    /// as if the caller had died there.
    pub(crate) fn cut_after(&self, good: usize, loss: Loss) {
        *self.shared.state() = State { actions: Vec::new(), cut: Some((good, loss)) };
    }

    /// The actions of the calls that came since, lost ones too.
    pub(crate) fn actions(&self) -> Vec<String> {
        self.shared.state().actions.clone()
    }
}

impl Drop for CloudProxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::SeqCst);
        let _wakes_the_listener = TcpStream::connect(self.address);
        let _result = self.thread.take().map(JoinHandle::join);
    }
}

impl Shared {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn serve(&self, stream: &TcpStream) -> Option<()> {
        let (request, action) = read(stream)?;
        let loss = match action {
            Some(action) => self.count(action),
            None => None,
        };
        if loss == Some(Loss::Call) {
            return stream.shutdown(Shutdown::Both).ok();
        }
        let mut cloud = TcpStream::connect(self.target.get()?).ok()?;
        cloud.write_all(&request).ok()?;
        let mut answer = Vec::new();
        cloud.read_to_end(&mut answer).ok()?;
        if loss == Some(Loss::Answer) {
            return stream.shutdown(Shutdown::Both).ok();
        }
        (&mut &*stream).write_all(&answer).ok()?;
        stream.shutdown(Shutdown::Both).ok()
    }

    fn count(&self, action: String) -> Option<Loss> {
        let mut state = self.state();
        let before = state.actions.len();
        state.actions.push(action);
        match state.cut {
            Some((good, loss)) if before == good => Some(loss),
            Some((good, _)) if before > good => Some(Loss::Call),
            _ => None,
        }
    }
}

/// A request, told to be the last of its connection, and the action it calls.
fn read(stream: &TcpStream) -> Option<(Vec<u8>, Option<String>)> {
    let mut reader = BufReader::new(stream);
    let (mut request, mut action, mut length) = (Vec::new(), None, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if line.trim_end().is_empty() {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or((&line, ""));
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "x-acs-action" => action = Some(value.trim().to_owned()),
            "connection" => continue,
            _ => {}
        }
        request.extend_from_slice(line.as_bytes());
    }
    request.extend_from_slice(b"Connection: close\r\n\r\n");
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    request.extend_from_slice(&body);
    Some((request, action))
}
