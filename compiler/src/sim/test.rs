//! Runs a `test` of the language: a scripted conversation against the real compiler and VM.
//!
//! Statements run in order and the first one that does not hold ends the test. A message counts as delivered unless
//! `fail message` is what the test says next about it. A turn that could not be finished fails the test, unless the
//! test goes on with `expect ended`.

use super::show;
use super::text_pattern::matches;
use super::transcript::{self, Line, LineKind};
use super::world::World;
use crate::ir::{ActionId, Test, TestKind, TestStmt};
use crate::source::{Place, Sources};
use sbot_vm::value::Value;
use sbot_vm::{EffectKind, Program};
use std::sync::Arc;

/// At most so many messages are held back for a later `fail message`.
const MAX_HELD: usize = 10_000;

/// How a test went.
#[derive(Clone, Debug)]
pub struct TestReport {
    /// Its title.
    pub title: Arc<str>,
    /// The bot under test.
    pub bot: Arc<str>,
    /// The item.
    pub place: Place,
    /// How it went.
    pub outcome: Outcome,
    /// What happened, up to the failure if there is one.
    pub transcript: Vec<Line>,
    /// Why it failed.
    pub failure: Option<Failure>,
    /// The world at the end.
    pub world: World,
}

/// How a test went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Every statement held.
    Passed,
    /// One did not.
    Failed,
}

/// A statement that did not hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The statement.
    pub place: Place,
    /// What it asked for.
    pub expected: String,
    /// What there was.
    pub got: String,
}

impl TestReport {
    /// Why the test failed, in lines: the conversation after bars, the statement, what it asked for, what there was.
    /// Empty for a test that passed.
    #[must_use]
    pub fn explain(&self, sources: &Sources) -> Vec<String> {
        let Some(failure) = &self.failure else { return Vec::new() };
        let transcript = transcript::render(&self.transcript);
        let mut lines: Vec<String> = transcript.lines().map(|line| format!("| {line}")).collect();
        let source = sources.get(failure.place.file);
        let at = source.line_column(failure.place.span.start);
        let written = source.text.lines().nth(at.line.saturating_sub(1) as usize).unwrap_or("").trim();
        lines.push(format!("{}:{}:{}: {written}", source.path, at.line, at.column));
        lines.push(format!("expected: {}", failure.expected));
        lines.push(format!("got:      {}", failure.got));
        lines
    }
}

/// Runs a test. With `restore` the run is encoded and decoded before every event, which must change nothing.
#[must_use]
pub fn run_test(program: &Arc<Program>, test: &Test<u32>, sources: &Sources, restore: bool) -> TestReport {
    let bot = u32::try_from(test.bot).unwrap_or(u32::MAX);
    let world = World::new(Arc::clone(program), bot, start(program, test));
    let world = if restore { world.restoring_every_turn() } else { world };
    let mut tester = Tester { world, test, sources, read: 0, trapped: None };
    let failure = tester.run();
    let name = program.tables().bots.get(test.bot).map_or_else(|| Arc::from("?"), |bot| Arc::clone(&bot.name));
    TestReport {
        title: Arc::clone(&test.title),
        bot: name,
        place: test.place,
        outcome: if failure.is_none() { Outcome::Passed } else { Outcome::Failed },
        transcript: tester.world.transcript().to_vec(),
        failure,
        world: tester.world,
    }
}

/// Where the clock of the test stands first, if the test says so.
fn start(program: &Program, test: &Test<u32>) -> Option<i64> {
    test.stmts.iter().find_map(|stmt| match stmt.kind {
        TestKind::At { year, month, day, hour, minute } => {
            super::clock::instant(program, &format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"))
        }
        _ => None,
    })
}

/// What was asked for and what there was.
struct Mismatch {
    expected: String,
    got: String,
}

impl Mismatch {
    fn new(expected: impl Into<String>, got: impl Into<String>) -> Mismatch {
        Mismatch { expected: expected.into(), got: got.into() }
    }
}

struct Tester<'a> {
    world: World,
    test: &'a Test<u32>,
    sources: &'a Sources,
    /// Bot messages before this line of the transcript count as read.
    read: usize,
    /// The statement during which a turn could not be finished, and why; until `expect ended` takes note of it.
    trapped: Option<(Place, String)>,
}

impl Tester<'_> {
    fn run(&mut self) -> Option<Failure> {
        for (n, stmt) in self.test.stmts.iter().enumerate() {
            let acts = is_event(&stmt.kind);
            if acts && let Some(failure) = self.unnoticed() {
                return Some(failure);
            }
            let before = self.world.transcript().len();
            if let Err(mismatch) = self.statement(n, stmt) {
                return Some(Failure { place: stmt.place, expected: mismatch.expected, got: mismatch.got });
            }
            let new = self.world.transcript().iter().skip(before);
            let why = new.filter(|line| matches!(line.kind, LineKind::Trapped(_))).last();
            if let Some(line) = why {
                self.trapped = Some((stmt.place, line.to_string().trim().to_owned()));
            }
        }
        self.unnoticed()
    }

    /// A turn that could not be finished and that the test does not speak of.
    fn unnoticed(&mut self) -> Option<Failure> {
        let (place, got) = self.trapped.take()?;
        Some(Failure { place, expected: "a turn that can be finished".to_owned(), got })
    }

    fn statement(&mut self, n: usize, stmt: &TestStmt<u32>) -> Result<(), Mismatch> {
        if is_event(&stmt.kind) && !matches!(stmt.kind, TestKind::FailMessage) {
            self.settle()?;
        }
        let hold = self.fails_next(n);
        match &stmt.kind {
            TestKind::At { .. } => return Ok(()),
            TestKind::Given { field, value } => {
                let value = self.value(*value)?;
                self.world.put(field.0, value);
                return Ok(());
            }
            TestKind::ClientSays { text, via } => {
                let text = self.text(*text)?;
                self.world.client_says(&text, *via);
            }
            TestKind::ClientPresses(label) => {
                let label = self.text(*label)?;
                let pressed = self.world.press(&label);
                pressed.map_err(|why| Mismatch::new(format!("a button {}", show::quoted(&label)), why))?;
            }
            TestKind::ClientSends(file) => {
                let file = self.text(*file)?;
                self.world.sends(&file);
            }
            TestKind::ClientComments(text) => {
                let text = self.text(*text)?;
                self.world.comment(&text);
            }
            TestKind::ClientOpensVideo => self.world.opens_video(),
            TestKind::ClientClosesVideo => self.world.closes_video(),
            TestKind::Trigger(kind) => self.world.start(*kind),
            TestKind::Wait(duration) => {
                if let Value::Duration(seconds) = self.value(*duration)? {
                    let advanced = self.world.advance(seconds.max(0), hold);
                    advanced.map_err(|why| Mismatch::new("a bot that comes to rest", why))?;
                }
            }
            TestKind::FailMessage => {
                let failed = self.world.fail_last_message();
                failed.map_err(|why| Mismatch::new("a message that can fail", why))?;
            }
            TestKind::BotSays { text, next } => return self.bot_says(*text, *next),
            TestKind::BotSilent => return self.bot_silent(),
            TestKind::Expect(_)
            | TestKind::ExpectAction { .. }
            | TestKind::ExpectStep(_)
            | TestKind::ExpectWaiting
            | TestKind::ExpectEnded => return self.expect(stmt),
        }
        if hold { Ok(()) } else { self.settle() }
    }

    /// Whether the next thing that happens in the test is the failure of a message.
    fn fails_next(&self, n: usize) -> bool {
        let next = self.test.stmts.iter().skip(n + 1).find(|stmt| is_event(&stmt.kind));
        next.is_some_and(|stmt| matches!(stmt.kind, TestKind::FailMessage))
    }

    fn settle(&mut self) -> Result<(), Mismatch> {
        self.world.deliver().map_err(|why| Mismatch::new("a bot that comes to rest", why))
    }

    fn value(&self, function: u32) -> Result<Value, Mismatch> {
        self.world.evaluate(function).map_err(|trap| {
            Mismatch::new("a value", show::trapped(self.world.program(), &trap))
        })
    }

    fn text(&self, function: u32) -> Result<String, Mismatch> {
        let value = self.value(function)?;
        Ok(show::plain(self.world.program(), &value))
    }

    fn unread(&self) -> Vec<(usize, String)> {
        let unread = self.world.messages().filter(|(line, _)| *line >= self.read);
        unread.map(|(line, message)| (line, message.text.clone())).collect()
    }

    fn bot_says(&mut self, pattern: u32, next: bool) -> Result<(), Mismatch> {
        let pattern = self.text(pattern)?;
        for _ in 0..MAX_HELD {
            let unread = self.unread();
            let candidates = if next { unread.get(..1).unwrap_or_default() } else { unread.as_slice() };
            if let Some((line, _)) = candidates.iter().find(|(_, text)| matches(&pattern, text)) {
                self.read = line + 1;
                return Ok(());
            }
            // A message may stand behind a delivery that was held back for a later `fail message`.
            if (unread.is_empty() || !next) && self.world.deliver_one() {
                continue;
            }
            let expected = match next {
                true => format!("the next message of the bot to be {}", show::quoted(&pattern)),
                false => format!("a message of the bot {}", show::quoted(&pattern)),
            };
            return Err(Mismatch::new(expected, self.heard(&unread)));
        }
        Err(Mismatch::new("a bot that comes to rest", "more messages than a test can look at"))
    }

    fn heard(&self, unread: &[(usize, String)]) -> String {
        let texts: Vec<String> = unread.iter().map(|(_, text)| show::quoted(text)).collect();
        match texts.is_empty() {
            false => texts.join(", then "),
            true if self.read > 0 => "no further message".to_owned(),
            true => "no message".to_owned(),
        }
    }

    fn bot_silent(&mut self) -> Result<(), Mismatch> {
        let unread = self.unread();
        if unread.is_empty() { Ok(()) } else { Err(Mismatch::new("no message of the bot", self.heard(&unread))) }
    }

    fn expect(&mut self, stmt: &TestStmt<u32>) -> Result<(), Mismatch> {
        let written = || self.written(stmt.place);
        match &stmt.kind {
            TestKind::Expect(condition) => {
                if self.value(*condition)? == Value::Bool(true) {
                    return Ok(());
                }
                Err(Mismatch::new(written(), self.mentioned(stmt.place)))
            }
            TestKind::ExpectAction { action, negated, args } => {
                let wanted: Vec<Option<Value>> =
                    args.iter().map(|arg| arg.map(|arg| self.value(arg)).transpose()).collect::<Result<_, _>>()?;
                match (self.find(*action, &wanted), negated) {
                    (Some(_), false) | (None, true) => Ok(()),
                    (Some(found), true) => Err(Mismatch::new(written(), found)),
                    (None, false) => Err(Mismatch::new(written(), self.recorded(*action))),
                }
            }
            TestKind::ExpectStep(step) => match self.world.wait() {
                Some(wait) if wait.step == *step => Ok(()),
                Some(wait) => {
                    Err(Mismatch::new(written(), format!("the bot waits at {} in step {}", wait.name, wait.step)))
                }
                None => Err(Mismatch::new(written(), self.stands())),
            },
            TestKind::ExpectWaiting if self.world.run().is_some() => Ok(()),
            TestKind::ExpectEnded if self.world.run().is_none() && self.world.has_begun() => {
                self.trapped = None;
                Ok(())
            }
            _ => Err(Mismatch::new(written(), self.stands())),
        }
    }

    fn stands(&self) -> String {
        match self.world.wait() {
            Some(wait) => format!("the bot waits at {}", wait.name),
            None if self.world.has_begun() => "the bot has ended".to_owned(),
            None => "the bot has not begun".to_owned(),
        }
    }

    /// The statement as it is written.
    fn written(&self, place: Place) -> String {
        let text = self.sources.get(place.file).slice(place.span);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        text.strip_prefix("expect ").map(str::to_owned).unwrap_or(text)
    }

    /// A recorded effect of this action with these arguments, as it is shown.
    fn find(&self, action: ActionId, wanted: &[Option<Value>]) -> Option<String> {
        let fits = |args: &[Value]| {
            wanted.iter().zip(args).all(|(wanted, arg)| wanted.as_ref().is_none_or(|wanted| same(wanted, arg)))
        };
        let found = self.world.effects().find(|effect| match &effect.kind {
            EffectKind::Action { action: called, args } => *called == action.0 && fits(args),
            EffectKind::Message(_) | EffectKind::Set { .. } | EffectKind::Event(_) => false,
        });
        found.map(|effect| show::effect(self.world.program(), &effect.kind))
    }

    /// What was recorded instead of an action that was asked for.
    fn recorded(&self, action: ActionId) -> String {
        let actions = |only: Option<u32>| -> Vec<String> {
            let effects = self.world.effects().filter_map(|effect| match &effect.kind {
                EffectKind::Action { action, .. } if only.is_none_or(|only| only == *action) => {
                    Some(show::effect(self.world.program(), &effect.kind))
                }
                _ => None,
            });
            effects.collect()
        };
        let name = self.world.tables().actions.get(action.0 as usize).map_or("?", |action| &*action.name);
        let (same, any) = (actions(Some(action.0)), actions(None));
        match (same.is_empty(), any.is_empty()) {
            (false, _) => same.join(", "),
            (true, false) => format!("no {name}, but {}", any.join(", ")),
            (true, true) => "no action at all".to_owned(),
        }
    }

    /// What the fields and variables hold that the source of an expectation speaks of.
    fn mentioned(&self, place: Place) -> String {
        let text = self.sources.get(place.file).slice(place.span);
        let program = self.world.program();
        let mut known: Vec<(String, String)> = (0u32..)
            .zip(&self.world.facts().values)
            .map(|(n, value)| (show::field(program, n), show::value(program, value)))
            .collect();
        if let (Some(wait), Some(run)) = (self.world.wait(), self.world.run()) {
            let live = wait.live.iter().zip(&run.values);
            known.extend(live.map(|(live, value)| (live.name.to_string(), show::value(program, value))));
        }
        let words: Vec<&str> = words(text);
        known.retain(|(name, _)| words.contains(&name.as_str()));
        known.dedup();
        if known.is_empty() {
            return match self.world.run() {
                Some(_) => "it is false".to_owned(),
                None => "it is false; variables are absent, because no bot is running".to_owned(),
            };
        }
        known.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
    }
}

/// The names of a source text, with their dots.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').collect()
}

/// Whether a recorded argument is the one that was written: ints and numbers by value, texts and files by their text.
fn same(wanted: &Value, got: &Value) -> bool {
    match (wanted, got) {
        (Value::Int(a), Value::Number(b)) | (Value::Number(b), Value::Int(a)) => *b == (*a).into(),
        (Value::Text(a), Value::File(b)) | (Value::File(b), Value::Text(a)) => a == b,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b)),
        (a, b) => a == b,
    }
}

/// Whether a statement makes something happen, rather than look at what has happened.
fn is_event(kind: &TestKind<u32>) -> bool {
    match kind {
        TestKind::ClientSays { .. }
        | TestKind::ClientPresses(_)
        | TestKind::ClientSends(_)
        | TestKind::ClientComments(_)
        | TestKind::ClientOpensVideo
        | TestKind::ClientClosesVideo
        | TestKind::Wait(_)
        | TestKind::FailMessage
        | TestKind::Trigger(_) => true,
        TestKind::At { .. }
        | TestKind::Given { .. }
        | TestKind::BotSays { .. }
        | TestKind::BotSilent
        | TestKind::Expect(_)
        | TestKind::ExpectAction { .. }
        | TestKind::ExpectStep(_)
        | TestKind::ExpectWaiting
        | TestKind::ExpectEnded => false,
    }
}
