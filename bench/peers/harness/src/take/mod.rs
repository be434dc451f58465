//! Takes all figures: starts everybody, checks what they do, and measures one thing after another.

mod compete;
mod park;
mod process;

use crate::child::Child;
use crate::machine::{Priority, circumstances};
use crate::prepare;
use sbot_bench::expected::expected;
use sbot_bench::protocol::{Mode, Reply, Request};
use sbot_bench::report::{CONTENDERS, Contender, Figure, Measure, Missing, Results, SBOT, Spread, YARDSTICK};
use std::time::Duration;

/// What was taken.
pub(crate) struct Taken {
    pub(crate) results: Results,
    /// Contenders that did something else than they should.
    pub(crate) wrong: Vec<String>,
}

/// How much is measured.
struct Plan {
    rounds: usize,
    /// How long a sample takes.
    long: Duration,
    /// After so much time a contender leaves the rounds of a measure.
    budget: Duration,
    /// How many runs Sbot parks.
    million: usize,
    /// How many conversations the others keep.
    many: usize,
    /// And those that are slow or large.
    few: usize,
    /// How many processes are started.
    starts: usize,
}

const FULL: Plan = Plan {
    rounds: 9,
    long: Duration::from_millis(100),
    budget: Duration::from_secs(6),
    million: 1_000_000,
    many: 100_000,
    few: 10_000,
    starts: 300,
};

const QUICK: Plan = Plan {
    rounds: 3,
    long: Duration::from_millis(40),
    budget: Duration::from_secs(1),
    million: 1_000_000,
    many: 20_000,
    few: 2_000,
    starts: 50,
};

struct Peer {
    contender: &'static Contender,
    command: Vec<String>,
    child: Child,
}

struct Taking {
    plan: Plan,
    priority: Priority,
    yardstick: Child,
    peers: Vec<Peer>,
    /// Every sample of the yardstick in memory.
    paces: Vec<f64>,
    results: Results,
    wrong: Vec<String>,
}

/// Measures.
///
/// # Errors
/// The yardstick cannot be measured. Whoever else cannot is among what is missing.
pub(crate) fn everything(quick: bool) -> Result<Taken, String> {
    let priority = Priority::find();
    let start = |id: &str, command: &[String]| {
        let mut whole = priority.before(prepare::threads(id));
        whole.extend_from_slice(command);
        Child::start(&whole)
    };
    let command = prepare::command(YARDSTICK)?;
    let mut taking = Taking {
        plan: if quick { QUICK } else { FULL },
        priority,
        yardstick: start(YARDSTICK, &command)?,
        peers: Vec::new(),
        paces: Vec::new(),
        results: Results {
            circumstances: circumstances(quick, &priority),
            versions: Vec::new(),
            figures: Vec::new(),
            missing: Vec::new(),
        },
        wrong: Vec::new(),
    };
    for contender in &CONTENDERS {
        let started = prepare::command(contender.id).and_then(|command| {
            start(contender.id, &command).map(|child| Peer { contender, command, child })
        });
        match started {
            Ok(peer) => taking.admit(peer),
            Err(why) => taking.miss(contender.id, None, why),
        }
    }
    taking.measure()?;
    Ok(Taken { results: taking.results, wrong: taking.wrong })
}

/// Whether a contender does what it should, in all conversations and in both modes.
fn does_it(child: &mut Child) -> Result<(), String> {
    for how in [Mode::Memory, Mode::Durable] {
        for script in 0..3 {
            let Reply::Log(log) = child.ask(Request::Log(how, script))? else {
                return Err("it answers `log` with something else".to_owned());
            };
            let wanted = expected(script);
            if log != wanted {
                let differs = log.iter().zip(&wanted).position(|(a, b)| a != b);
                let at = differs.unwrap_or(log.len().min(wanted.len()));
                return Err(format!(
                    "conversation {script} ({how}) is another one from effect {at} on: {:?} and not {:?}",
                    log.get(at),
                    wanted.get(at)
                ));
            }
        }
    }
    Ok(())
}

impl Taking {
    fn miss(&mut self, id: &str, measure: Option<Measure>, reason: String) {
        eprintln!("not measured: {id}: {reason}");
        self.results.missing.push(Missing { contender: id.to_owned(), measure, reason });
    }

    fn put(&mut self, id: &str, measure: Measure, value: Spread, ratio: Option<Spread>, of: Option<u64>) {
        self.results.figures.push(Figure { contender: id.to_owned(), measure, value, ratio, of });
    }

    fn admit(&mut self, mut peer: Peer) {
        let id = peer.contender.id;
        let version = match peer.child.ask(Request::About) {
            Ok(Reply::About { version }) => version,
            Ok(_) => return self.miss(id, None, "it does not tell its version".to_owned()),
            Err(why) => return self.miss(id, None, why),
        };
        if let Err(why) = does_it(&mut peer.child) {
            self.wrong.push(format!("{id}: {why}"));
            return self.miss(id, None, why);
        }
        eprintln!("{id} {version} does what it should");
        if !version.is_empty() {
            self.results.versions.push((id.to_owned(), version));
        }
        self.peers.push(peer);
    }

    fn measure(&mut self) -> Result<(), String> {
        for measure in [
            Measure::Durable,
            Measure::Memory,
            Measure::CompileSmall,
            Measure::CompileLarge,
            Measure::Fib,
            Measure::Sum,
        ] {
            self.compete(measure)?;
        }
        self.sizes();
        self.park();
        self.process();
        self.upgrade();
        self.results.circumstances.pace = Spread::of(&self.paces);
        Ok(())
    }

    /// The upgrade check and the move of a million runs, three times.
    fn upgrade(&mut self) {
        let n = self.plan.million;
        eprintln!("measuring: upgrade of {n} parked runs …");
        let Some(peer) = self.peers.iter_mut().find(|peer| peer.contender.id == SBOT) else { return };
        let mut seconds = Vec::new();
        for _ in 0..3 {
            match peer.child.ask(Request::Upgrade(n)) {
                Ok(Reply::Took { seconds: took, .. }) => seconds.push(took),
                Ok(_) => return self.miss(SBOT, Some(Measure::Upgrade), "it does not tell".to_owned()),
                Err(why) => return self.miss(SBOT, Some(Measure::Upgrade), why),
            }
        }
        if let Some(value) = Spread::of(&seconds) {
            self.put(SBOT, Measure::Upgrade, value, None, Some(n as u64));
        }
    }

    fn sizes(&mut self) {
        for n in 0..self.peers.len() {
            let Some(peer) = self.peers.get_mut(n) else { continue };
            let id = peer.contender.id;
            match peer.child.ask(Request::Sizes) {
                Ok(Reply::Sizes(sizes)) => match Spread::mean(&sizes) {
                    Some(value) => self.put(id, Measure::ParkedBytes, value, None, None),
                    None => self.miss(id, Some(Measure::ParkedBytes), "it parks nothing".to_owned()),
                },
                Ok(_) => self.miss(id, Some(Measure::ParkedBytes), "it tells no sizes".to_owned()),
                Err(why) => self.miss(id, Some(Measure::ParkedBytes), why),
            }
        }
    }
}
