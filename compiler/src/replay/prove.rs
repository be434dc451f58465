//! Whether the lines of a log are made again, byte for byte.

use super::{Programs, words};
use rustc_hash::FxHashMap;
use sbot_embed::json::Json;
use sbot_embed::log::{Line, Logged, NotLogged, Taken};
use sbot_embed::{Engine, Outcome};
use sbot_vm::{Run, Upgrade};

/// What became of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It was made again, byte for byte.
    Same,
    /// The turns before it are not in the log, so that there is no run it could be made from.
    NoBeginning,
    /// The run was moved from a program that is not at hand; where it is parked now is taken as it is logged.
    Moved,
    /// The program that took the turn is not at hand.
    NoProgram(u64),
    /// It is made differently.
    Differs {
        /// The conversation.
        run: Box<str>,
        /// The number of the turn.
        turn: u32,
        /// Everything that differs.
        differences: Vec<Difference>,
    },
}

/// A part of a line that is made differently.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// `effect 1`, `the wait`.
    pub part: String,
    /// What stands in the log; `nothing` if nothing does.
    pub logged: String,
    /// What was made.
    pub made: String,
}

/// How often each verdict was given.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Different names of conversations.
    pub conversations: usize,
    /// Lines that were made again, byte for byte.
    pub same: usize,
    /// Lines that were made differently.
    pub differ: usize,
    /// Lines of conversations that begin before the log does.
    pub without_beginning: usize,
    /// Moves from programs that are not at hand.
    pub moved: usize,
    /// Lines of programs that are not at hand.
    pub without_program: usize,
}

/// Makes the lines of a log again.
pub struct Prover<'p> {
    programs: &'p Programs,
    /// The run of each conversation, while there is one.
    runs: FxHashMap<Box<str>, Option<Parked>>,
    /// From one program to another.
    upgrades: FxHashMap<(u64, u64), Upgrade>,
    proof: Proof,
}

struct Parked {
    program: u64,
    bytes: Vec<u8>,
}

impl<'p> Prover<'p> {
    /// A proof under these programs.
    #[must_use]
    pub fn new(programs: &'p Programs) -> Prover<'p> {
        Prover {
            programs,
            runs: FxHashMap::default(),
            upgrades: FxHashMap::default(),
            proof: Proof::default(),
        }
    }

    /// The sums so far.
    #[must_use]
    pub fn proof(&self) -> Proof {
        Proof { conversations: self.runs.len(), ..self.proof.clone() }
    }

    /// The next line of the log, without its line break.
    ///
    /// # Errors
    /// It is no line of a log.
    pub fn line(&mut self, text: &str) -> Result<Verdict, NotLogged> {
        let line = Line::read(text)?;
        let verdict = self.verdict(&line, text);
        *match &verdict {
            Verdict::Same => &mut self.proof.same,
            Verdict::NoBeginning => &mut self.proof.without_beginning,
            Verdict::Moved => &mut self.proof.moved,
            Verdict::NoProgram(_) => &mut self.proof.without_program,
            Verdict::Differs { .. } => &mut self.proof.differ,
        } += 1;
        self.remember(line);
        Ok(verdict)
    }

    /// What the next line of the conversation is made from: always what the log says, so that one line that differs does
    /// not make all that follow differ.
    fn remember(&mut self, line: Line) {
        let bytes = match line.what {
            Logged::Turn(taken) => taken.parked,
            Logged::Moved { parked, .. } => parked,
            Logged::Refused { .. } => {
                self.runs.entry(line.run).or_default();
                return;
            }
        };
        self.runs.insert(line.run, bytes.map(|bytes| Parked { program: line.program, bytes }));
    }

    /// The line of a move, made again.
    fn moved(&mut self, engine: &Engine, line: &Line, from: u64, at: i64) -> Option<Result<Line, String>> {
        let old = self.programs.get(from)?;
        let parked = self.runs.get(&line.run)?.as_ref().filter(|parked| parked.program == from)?;
        let before = Run::decode(old.program(), &parked.bytes).ok()?;
        let upgrade = self
            .upgrades
            .entry((from, line.program))
            .or_insert_with(|| Upgrade::new(old.program(), engine.program()));
        let moved = before.upgrade(upgrade, at).map_err(|why| why.to_string());
        Some(moved.map(|moved| engine.log_moved(&line.run, &before, at, &moved)))
    }

    fn verdict(&mut self, line: &Line, text: &str) -> Verdict {
        let Some(engine) = self.programs.get(line.program) else { return Verdict::NoProgram(line.program) };
        let made = match &line.what {
            Logged::Moved { from, at, .. } => match self.moved(engine, line, *from, *at) {
                Some(made) => made,
                None => return Verdict::Moved,
            },
            Logged::Turn(taken) => match &taken.start {
                Some((bot, args)) => start(engine, line, taken, bot, args),
                None => match self.before(engine, line) {
                    Some(before) => turn(engine, line, before, &taken.event, &taken.facts),
                    None => return Verdict::NoBeginning,
                },
            },
            Logged::Refused { event, facts, .. } => match self.before(engine, line) {
                Some(before) => turn(engine, line, before, event, facts),
                None => return Verdict::NoBeginning,
            },
        };
        let differences = match made {
            Ok(made) if made.to_string() == text => return Verdict::Same,
            Ok(made) => differences(line, &made),
            Err(why) => {
                vec![Difference { part: "the line".to_owned(), logged: "done".to_owned(), made: why }]
            }
        };
        Verdict::Differs { run: line.run.clone(), turn: line.turn, differences }
    }

    /// The run before the line, if it is known and stands where the line goes on.
    fn before(&self, engine: &Engine, line: &Line) -> Option<Run> {
        let parked = self.runs.get(&line.run)?.as_ref().filter(|parked| parked.program == line.program)?;
        Run::decode(engine.program(), &parked.bytes).ok().filter(|run| run.number() == line.turn)
    }
}

fn start(engine: &Engine, line: &Line, taken: &Taken, bot: &str, args: &Json) -> Result<Line, String> {
    let texts = (args.to_string(), taken.event.to_string(), taken.facts.to_string());
    let made = engine.start_logged(&line.run, bot, &texts.0, &texts.1, &texts.2);
    made.map(|(_, line)| line).map_err(|why| why.to_string())
}

fn turn(engine: &Engine, line: &Line, before: Run, event: &Json, facts: &Json) -> Result<Line, String> {
    let event = engine.read_event(Some(&before), &event.to_string()).map_err(|why| why.to_string())?;
    let reads = engine.program().reads_at_wait(before.wait);
    let facts = engine.read_facts(&facts.to_string(), reads, &event.kind).map_err(|why| why.to_string())?;
    let outcome: Outcome = engine.turn_typed(before.clone(), &event, &facts);
    Ok(engine.log_turn(&line.run, &before, &event, &facts, &outcome))
}

fn differences(logged: &Line, made: &Line) -> Vec<Difference> {
    let (before, after) = (logged.to_json(), made.to_json());
    let mut found = Vec::new();
    let mut note = |part: String, logged: Option<&Json>, made: Option<&Json>| {
        if logged != made {
            let word = |json: Option<&Json>| json.map_or_else(|| "nothing".to_owned(), words::any);
            found.push(Difference { part, logged: word(logged), made: word(made) });
        }
    };
    for (key, name) in PARTS {
        match (before.get(key), after.get(key)) {
            (Some(Json::List(before)), Some(Json::List(after))) => {
                for n in 0..before.len().max(after.len()) {
                    note(format!("{name} {n}"), before.get(n), after.get(n));
                }
            }
            (before, after) => note((*name).to_owned(), before, after),
        }
    }
    if found.is_empty() {
        found.push(Difference {
            part: "the bytes".to_owned(),
            logged: "the same turn, written in another way".to_owned(),
            made: made.to_string(),
        });
    }
    found
}

/// The keys of a line, and what they are called.
const PARTS: &[(&str, &str)] = &[
    ("sbot", "the kind of line"),
    ("bot", "the bot"),
    ("args", "the arguments"),
    ("turn", "the number of the turn"),
    ("event", "the event"),
    ("facts", "the facts that the turn may read"),
    ("why", "why it was refused"),
    ("effects", "effect"),
    ("wait", "the wait"),
    ("end", "the end"),
    ("from", "the program before"),
    ("at", "the moment"),
    ("parked", "the parked run"),
];
