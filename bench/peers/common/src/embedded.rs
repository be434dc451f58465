//! A language that is embedded in a Rust host: its conversation is an object with a function for each event.

use crate::host;
use crate::serve::{Peer, Unsupported};
use sbot_bench::protocol::Mode;
use sbot_bench::script::{Act, Event, SCRIPTS, Script};

/// What a language has to offer.
pub trait Language {
    /// The state of a conversation.
    type State;
    /// What a host keeps of it while it waits.
    type Kept;

    /// Its version.
    ///
    /// # Errors
    /// It cannot be asked.
    fn version(&mut self) -> Result<String, String>;

    /// A conversation before its first event.
    ///
    /// # Errors
    /// The language says so.
    fn start(&mut self) -> Result<Self::State, String>;

    /// Gives it an event.
    ///
    /// # Errors
    /// The language says so.
    fn event(&mut self, state: &mut Self::State, event: Event) -> Result<(), String>;

    /// Keeps it as a host does that has many of them.
    ///
    /// # Errors
    /// The language says so.
    fn keep(&mut self, state: Self::State) -> Result<Self::Kept, String>;

    /// Encodes it.
    ///
    /// # Errors
    /// The language says so.
    fn save(&mut self, state: &Self::State) -> Result<Vec<u8>, String>;

    /// Decodes it.
    ///
    /// # Errors
    /// The language says so.
    fn load(&mut self, bytes: &[u8]) -> Result<Self::State, String>;

    /// A source of that many steps.
    fn source(&self, steps: usize) -> String;

    /// Compiles a source.
    ///
    /// # Errors
    /// What is wrong with it.
    fn compile(&mut self, source: &str) -> Result<(), String>;

    /// fib(n) by calls; the inner result is the value.
    ///
    /// # Errors
    /// It takes too long to be measured.
    fn fib(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported>;

    /// 0 + 1 + … + (n - 1) by a loop.
    ///
    /// # Errors
    /// It takes too long to be measured.
    fn sum(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported>;
}

/// A language as a contender.
#[derive(Debug)]
pub struct Embedded<L>(pub L);

impl<L: Language> Embedded<L> {
    fn in_memory(&mut self, script: &Script) -> Result<(), String> {
        let mut state = self.0.start()?;
        script.events.into_iter().try_for_each(|event| self.0.event(&mut state, event))
    }

    fn durable(&mut self, script: &Script, sizes: &mut Vec<usize>) -> Result<(), String> {
        let mut bytes: Vec<u8> = Vec::new();
        for (n, event) in script.events.into_iter().enumerate() {
            let mut state = if n == 0 { self.0.start()? } else { self.0.load(&bytes)? };
            self.0.event(&mut state, event)?;
            if n + 1 < script.events.len() {
                bytes = self.0.save(&state)?;
                sizes.push(bytes.len());
            }
        }
        Ok(())
    }
}

fn script(n: usize) -> Result<&'static Script, String> {
    SCRIPTS.get(n).ok_or_else(|| format!("there is no script {n}"))
}

impl<L: Language> Peer for Embedded<L> {
    type Waiting = L::State;
    type Kept = L::Kept;

    fn version(&mut self) -> Result<String, String> {
        self.0.version()
    }

    fn play(
        &mut self,
        how: Mode,
        n: usize,
        log: &mut Vec<Act>,
        sizes: &mut Vec<usize>,
    ) -> Result<(), String> {
        let script = script(n)?;
        host::begin(script, log);
        let played = match how {
            Mode::Memory => self.in_memory(script),
            Mode::Durable => self.durable(script, sizes),
        };
        host::end(log);
        played
    }

    fn waiting(&mut self, n: usize) -> Result<L::State, String> {
        let (script, mut log) = (script(n)?, Vec::new());
        host::begin(script, &mut log);
        let played = self.0.start().and_then(|mut state| {
            script.events.into_iter().take(4).try_for_each(|event| self.0.event(&mut state, event))?;
            Ok(state)
        });
        host::end(&mut log);
        played
    }

    fn keep(&mut self, waiting: L::State) -> Result<L::Kept, String> {
        self.0.keep(waiting)
    }

    fn encode(&mut self, waiting: &L::State, out: &mut Vec<u8>) -> Result<(), String> {
        out.extend(self.0.save(waiting)?);
        Ok(())
    }

    fn source(&self, steps: usize) -> Result<String, Unsupported> {
        Ok(self.0.source(steps))
    }

    fn compile(&mut self, source: &str) -> Result<(), String> {
        self.0.compile(source)
    }

    fn fib(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported> {
        self.0.fib(n)
    }

    fn sum(&mut self, n: i64) -> Result<Result<i64, String>, Unsupported> {
        self.0.sum(n)
    }
}
