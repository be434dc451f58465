//! Runs a `test` of the language: a scripted conversation against the real compiler and VM.
//!
//! Statements run in order and the first one that does not hold ends the test. A message counts as delivered unless
//! `fail message` is what the test says next about it. A turn that could not be finished fails the test, unless the
//! test goes on with `expect ended`.

use super::show;
use super::text_pattern::matches;
use super::transcript::{self, Line, LineKind};
use super::world::World;
use crate::ir::{Test, TestKind, TestStmt};
use crate::source::{Place, Sources};
use sbot_vm::value::Value;
use sbot_vm::{Program, TrapKind};
use std::sync::Arc;

/// At most so many messages are held back for a later `fail message`.
const MAX_HELD: usize = 10_000;

/// How a test went.
#[derive(Clone, Debug)]
pub struct TestReport {
    /// Its title.
    pub title: Arc<str>,
    /// The bot under test; the file for a test of a library.
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
    // Without a bot nothing can begin.
    let bot = test.bot.and_then(|bot| u32::try_from(bot).ok()).unwrap_or(u32::MAX);
    let world = World::new(Arc::clone(program), bot, start(program, test));
    let world = if restore { world.restoring_every_turn() } else { world };
    let mut tester = Tester { world, test, sources, read: 0, trapped: None };
    let failure = tester.run();
    let name = tested(program, test, sources);
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

/// What a test is about: its bot, or the file of its library.
#[must_use]
pub fn tested(program: &Program, test: &Test<u32>, sources: &Sources) -> Arc<str> {
    match test.bot.and_then(|bot| program.tables().bots.get(bot)) {
        Some(bot) => Arc::clone(&bot.name),
        None => sources.get(test.place.file).path.as_str().into(),
    }
}

/// Where the clock of the test stands first, if the test says so.
fn start(program: &Program, test: &Test<u32>) -> Option<i64> {
    let at = test.stmts.iter().find_map(|stmt| {
        let TestKind::At { year, month, day, hour, minute } = stmt.kind else { return None };
        Some(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}"))
    });
    at.and_then(|at| super::clock::instant(program, &at))
}

/// What was asked for and what there was.
pub(super) struct Mismatch {
    expected: String,
    got: String,
}

impl Mismatch {
    pub(super) fn new(expected: impl Into<String>, got: impl Into<String>) -> Mismatch {
        Mismatch { expected: expected.into(), got: got.into() }
    }
}

/// A test in progress.
pub(super) struct Tester<'a> {
    pub(super) world: World,
    test: &'a Test<u32>,
    pub(super) sources: &'a Sources,
    /// Bot messages before this line of the transcript count as read.
    read: usize,
    /// The statement during which a turn could not be finished, and why; until `expect ended` takes note of it.
    pub(super) trapped: Option<(Place, String)>,
}

impl Tester<'_> {
    /// Whether the test has no bot.
    pub(super) fn is_of_library(&self) -> bool {
        self.test.bot.is_none()
    }

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
            let mut new = self.world.transcript().iter().skip(before);
            let why = new.rfind(|line| matches!(line.kind, LineKind::Trapped(_)));
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
            TestKind::Trigger(kind) => self.world.start(kind),
            TestKind::Wait(duration) => {
                if let Value::Duration(seconds) = self.value(*duration)? {
                    let advanced = self.world.advance(seconds.max(0), hold);
                    advanced.map_err(|why| Mismatch::new("a bot that comes to rest", why))?;
                }
            }
            TestKind::Answer { action, exit, args } => {
                let values: Vec<Value> = args.iter().map(|arg| self.value(*arg)).collect::<Result<_, _>>()?;
                let answered = self.world.answer(action.0, *exit, values);
                answered.map_err(|why| Mismatch::new("a bot that waits for this answer", why))?;
            }
            TestKind::FailAction(action) => {
                let failed = self.world.fail_action(action.0);
                failed.map_err(|why| Mismatch::new("a bot that waits for this action", why))?;
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

    pub(super) fn value(&self, function: u32) -> Result<Value, Mismatch> {
        self.world.evaluate(function).map_err(|trap| {
            let absent = trap.kind == TrapKind::WrongKind && self.world.run().is_none();
            let got = match absent {
                true => "variables are absent, because no bot is running".to_owned(),
                false => show::trapped(self.world.program(), &trap),
            };
            Mismatch::new("a value", got)
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
        if unread.is_empty() {
            Ok(())
        } else {
            Err(Mismatch::new("no message of the bot", self.heard(&unread)))
        }
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
        | TestKind::Answer { .. }
        | TestKind::FailAction(_)
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
