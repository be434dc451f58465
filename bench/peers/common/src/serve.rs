//! The loop that answers the harness, see `sbot_bench::protocol`.

use crate::memory::resident;
use sbot_bench::protocol::{Form, Mode, Reply, Request};
use sbot_bench::script::Act;
use std::hint::black_box;
use std::io::{self, BufRead as _, Write as _};
use std::time::Instant;

/// That a contender does not do such a thing, and why.
pub type Unsupported = &'static str;

/// Moves the runs it holds.
pub type Move = Box<dyn FnMut() -> Result<(), String>>;

/// A contender.
pub trait Peer {
    /// A conversation that waits.
    type Waiting;
    /// What is kept of it, if many of them wait.
    type Kept;

    /// Its version.
    ///
    /// # Errors
    /// It cannot be asked.
    fn version(&mut self) -> Result<String, String>;

    /// Plays a script and adds what it does to the log and, in durable mode, the sizes of the encoded states.
    ///
    /// # Errors
    /// The conversation breaks off.
    fn play(
        &mut self,
        how: Mode,
        script: usize,
        log: &mut Vec<Act>,
        sizes: &mut Vec<usize>,
    ) -> Result<(), String>;

    /// A conversation after four of its events.
    ///
    /// # Errors
    /// The conversation breaks off.
    fn waiting(&mut self, script: usize) -> Result<Self::Waiting, String>;

    /// Keeps it as a host does that has many of them.
    ///
    /// # Errors
    /// It cannot be kept.
    fn keep(&mut self, waiting: Self::Waiting) -> Result<Self::Kept, String>;

    /// Adds its bytes to `out`.
    ///
    /// # Errors
    /// It cannot be encoded.
    fn encode(&mut self, waiting: &Self::Waiting, out: &mut Vec<u8>) -> Result<(), String>;

    /// A source of that many steps, if it is a language.
    ///
    /// # Errors
    /// It compiles nothing.
    fn source(&self, steps: usize) -> Result<String, Unsupported>;

    /// Compiles a source.
    ///
    /// # Errors
    /// What is wrong with it.
    fn compile(&mut self, source: &str) -> Result<(), String>;

    /// fib(n) by calls; the inner result is the value.
    ///
    /// # Errors
    /// It does not compute.
    fn fib(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported>;

    /// 0 + 1 + … + (n - 1) by a loop.
    ///
    /// # Errors
    /// It does not compute.
    fn sum(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported>;

    /// Parks that many runs, and gives what moves them to a new version.
    ///
    /// # Errors
    /// It knows no such thing, as nobody else does.
    fn park_for_upgrade(&mut self, _: usize) -> Result<Result<Move, String>, Unsupported> {
        Err("it moves no conversations to a new version")
    }
}

/// Answers until the harness closes the line.
pub fn serve<P: Peer>(peer: Result<P, String>) {
    let mut peer = peer;
    for line in io::stdin().lock().lines() {
        let Ok(line) = line else { return };
        let reply = match (&mut peer, line.parse::<Request>()) {
            (Err(why), _) => Reply::Failed(why.clone()),
            (_, Err(why)) => Reply::Failed(why),
            (Ok(peer), Ok(request)) => answer(peer, request).unwrap_or_else(Reply::Failed),
        };
        let Ok(json) = serde_json::to_string(&reply) else { return };
        let mut out = io::stdout().lock();
        if writeln!(out, "{json}").and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

fn answer<P: Peer>(peer: &mut P, request: Request) -> Result<Reply, String> {
    let (mut log, mut sizes) = (Vec::new(), Vec::new());
    match request {
        Request::About => Ok(Reply::About { version: peer.version()? }),
        Request::Log(how, script) => {
            peer.play(how, script, &mut log, &mut sizes)?;
            Ok(Reply::Log(log))
        }
        Request::Sizes => {
            for script in 0..3 {
                peer.play(Mode::Durable, script, &mut log, &mut sizes)?;
            }
            Ok(Reply::Sizes(sizes))
        }
        Request::Play(how, n) => timed(n as i64, || {
            for i in 0..n {
                log.clear();
                sizes.clear();
                peer.play(how, i % 3, &mut log, &mut sizes)?;
                black_box(&log);
            }
            Ok(())
        }),
        Request::Park(Form::Live, n) => park(n, |script| {
            let waiting = peer.waiting(script)?;
            peer.keep(waiting)
        }),
        Request::Park(Form::Stored, n) => {
            let mut bytes = Vec::new();
            park(n, |script| {
                let waiting = peer.waiting(script)?;
                bytes.clear();
                peer.encode(&waiting, &mut bytes)?;
                Ok(Box::<[u8]>::from(bytes.as_slice()))
            })
        }
        Request::Compile(steps) => match peer.source(steps) {
            Err(why) => Ok(Reply::Unsupported(why.to_owned())),
            Ok(source) => timed(source.lines().count() as i64, || peer.compile(black_box(&source))),
        },
        Request::Fib(n) => computed(|| peer.fib(black_box(n))),
        Request::Sum(n) => computed(|| peer.sum(black_box(n))),
        Request::Upgrade(n) => match peer.park_for_upgrade(n) {
            Err(why) => Ok(Reply::Unsupported(why.to_owned())),
            Ok(parked) => {
                let mut parked = parked?;
                timed(n as i64, || parked())
            }
        },
    }
}

fn timed(amount: i64, f: impl FnOnce() -> Result<(), String>) -> Result<Reply, String> {
    let start = Instant::now();
    f()?;
    Ok(Reply::Took { seconds: start.elapsed().as_secs_f64(), amount })
}

fn computed(f: impl FnOnce() -> Result<Result<i64, String>, Unsupported>) -> Result<Reply, String> {
    let start = Instant::now();
    let value = f();
    let seconds = start.elapsed().as_secs_f64();
    match value {
        Err(why) => Ok(Reply::Unsupported(why.to_owned())),
        Ok(value) => Ok(Reply::Took { seconds, amount: value? }),
    }
}

fn park<T>(n: usize, mut one: impl FnMut(usize) -> Result<T, String>) -> Result<Reply, String> {
    // What the first conversations set up for all others is not theirs.
    for script in 0..3 {
        one(script)?;
    }
    let before = resident()?;
    let mut kept = Vec::with_capacity(n);
    for i in 0..n {
        kept.push(one(i % 3)?);
    }
    let after = resident()?;
    black_box(&kept);
    Ok(Reply::Resident { before, after })
}
