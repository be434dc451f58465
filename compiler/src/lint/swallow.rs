//! W0710: `validate` waits for the client's next message. Where `on message` or `on other` has just taken one and the
//! bot has sent nothing since, the client does not know that another is wanted, and the one that counts is lost.
//!
//! Every step and flow is walked with what led to it: nothing, or an exit that took a message. What a walk finds out is
//! passed on to the steps, flows and bots it leads to, until nothing new is found; each can learn only a few things, so
//! that ends soon.

use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Block, Bot, Entered, On, Stmt, StmtKind, Wait};
use crate::source::Place;
use rustc_hash::{FxHashMap, FxHashSet};
use sbot_grammar::ast::Span;

/// Reports them in all bots.
pub(super) fn check(bots: &[&Bot], out: &mut Vec<Diagnostic>) {
    let mut walk = Walk { bots, ..Walk::default() };
    for (n, bot) in bots.iter().enumerate() {
        walk.open.extend((0..bot.steps.len()).map(|step| Body::Step(n, step)));
        walk.open.extend((0..bot.flows.len()).map(|flow| Body::Flow(n, flow)));
    }
    while let Some(body) = walk.open.pop() {
        walk.body(body);
    }
    let mut found: Vec<(Place, Place)> = walk.found.into_iter().collect();
    found.sort_unstable();
    found.dedup_by_key(|(validate, _)| *validate);
    out.extend(found.into_iter().map(|(validate, exit)| report(validate, exit)));
}

fn report(validate: Place, exit: Place) -> Diagnostic {
    let text = "this waits for a second message, and nothing asks the client for one";
    Diagnostic::new(Code::W0710, validate, text)
        .label(exit, "this has taken the client's message")
        .help("ask for it with a `message` before, or test what was written with `when client.text { … }`")
}

/// What is walked: a step or flow of a bot.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Body {
    Step(usize, usize),
    Flow(usize, usize),
}

/// What is known at a place of a body.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct State {
    /// An exit of this body that took a message, after which nothing was sent.
    exit: Option<Place>,
    /// A way from the body's beginning on which nothing was sent.
    entered: bool,
}

impl State {
    fn or(self, other: State) -> State {
        State { exit: self.exit.or(other.exit), entered: self.entered || other.entered }
    }
}

/// Two ways that meet; one that ends before is nothing.
fn join(one: Option<State>, other: Option<State>) -> Option<State> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.or(other)),
        (one, other) => one.or(other),
    }
}

#[derive(Default)]
struct Walk<'w> {
    bots: &'w [&'w Bot],
    open: Vec<Body>,
    /// The exit that a body is entered from without a message between.
    entry: FxHashMap<Body, Place>,
    /// What is known where a flow gives control back.
    back: FxHashMap<Body, State>,
    /// Who calls a flow.
    callers: FxHashMap<Body, FxHashSet<Body>>,
    /// What comes around to the beginning of a loop of a body.
    rounds: FxHashMap<(Body, Place), State>,
    found: FxHashSet<(Place, Place)>,
}

/// The walk through one body.
struct Path {
    body: Body,
    bot: usize,
    /// What is known where each open loop is left, and where its next round begins.
    loops: Vec<(Option<State>, Option<State>)>,
    /// What is known where a flow gives control back.
    back: Option<State>,
}

impl Walk<'_> {
    fn body(&mut self, body: Body) {
        let (bot, block) = match body {
            Body::Step(bot, step) => {
                (bot, self.bots.get(bot).and_then(|bot| bot.steps.get(step)).map(|step| &step.body))
            }
            Body::Flow(bot, flow) => {
                (bot, self.bots.get(bot).and_then(|bot| bot.flows.get(flow)).map(|flow| &flow.body))
            }
        };
        let Some(block) = block else { return };
        let mut path = Path { body, bot, loops: Vec::new(), back: None };
        let end = self.block(block, State { exit: None, entered: true }, &mut path);
        if let (Body::Flow(..), Some(back)) = (body, join(path.back, end)) {
            let known = self.back.get(&body).copied();
            let now = known.map_or(back, |known| known.or(back));
            if known != Some(now) {
                self.back.insert(body, now);
                self.open.extend(self.callers.get(&body).into_iter().flatten());
            }
        }
    }

    /// The exit that took a message, after which nothing was sent.
    fn taken(&self, state: State, path: &Path) -> Option<Place> {
        state.exit.or_else(|| self.entry.get(&path.body).copied().filter(|_| state.entered))
    }

    /// Notes that a body is entered in this state.
    fn enter(&mut self, body: Body, state: State, path: &Path) {
        if let Some(exit) = self.taken(state, path)
            && !self.entry.contains_key(&body)
        {
            self.entry.insert(body, exit);
            self.open.push(body);
        }
    }

    fn block(&mut self, block: &Block, mut state: State, path: &mut Path) -> Option<State> {
        for stmt in block {
            state = self.stmt(stmt, state, path)?;
        }
        Some(state)
    }

    fn stmt(&mut self, stmt: &Stmt, state: State, path: &mut Path) -> Option<State> {
        let sent = State::default();
        match &stmt.kind {
            StmtKind::Message(message) => match &message.wait {
                Some(wait) => self.exits(wait, sent, path),
                None => Some(sent),
            },
            StmtKind::Pause(pause) => self.exits(&pause.wait, state, path),
            StmtKind::Validate(validate) => {
                if let Some(exit) = self.taken(state, path) {
                    let head = Span::new(stmt.place.span.start, validate.test.place.span.end);
                    self.found.insert((Place { file: stmt.place.file, span: head }, exit));
                }
                let valid = self.block(&validate.valid, sent, path);
                let invalid = self.block(&validate.invalid, sent, path);
                join(join(valid, invalid), self.exits(&validate.wait, sent, path))
            }
            StmtKind::Act(act) => match &act.wait {
                // What has to be waited for talks to the client or lets a person do it.
                Some(wait) => self.exits(wait, if act.must_wait { sent } else { state }, path),
                None => Some(state),
            },
            StmtKind::Rotate(rotate) => self.exits(&rotate.wait, state, path),
            StmtKind::If { then, otherwise, .. } => {
                join(self.block(then, state, path), self.block(otherwise, state, path))
            }
            StmtKind::Block(block) => self.block(block, state, path),
            StmtKind::For { body, .. } | StmtKind::While { body, .. } => {
                Some(self.rounds(stmt.place, body, state, path))
            }
            StmtKind::Enter(enter) => match enter.target {
                Entered::Flow(flow) => {
                    let flow = Body::Flow(path.bot, flow.0 as usize);
                    self.callers.entry(flow).or_default().insert(path.body);
                    self.enter(flow, state, path);
                    let back = self.back.get(&flow).copied()?;
                    let through = if back.entered { state } else { sent };
                    Some(State { exit: back.exit.or(through.exit), entered: through.entered })
                }
                Entered::Bot(bot) => {
                    self.enter_bot(bot.0 as usize, state, path);
                    Some(sent)
                }
            },
            StmtKind::HandOver { bot, .. } => {
                self.enter_bot(bot.0 as usize, state, path);
                None
            }
            StmtKind::Goto { step, .. } => {
                self.enter(Body::Step(path.bot, step.0 as usize), state, path);
                None
            }
            StmtKind::Break => {
                if let Some((left, _)) = path.loops.last_mut() {
                    *left = join(*left, Some(state));
                }
                None
            }
            StmtKind::Continue => {
                if let Some((_, round)) = path.loops.last_mut() {
                    *round = join(*round, Some(state));
                }
                None
            }
            StmtKind::Return(_) => {
                path.back = join(path.back, Some(state));
                None
            }
            StmtKind::End => None,
            StmtKind::Local { .. } | StmtKind::Var { .. } | StmtKind::Set { .. } => Some(state),
        }
    }

    fn enter_bot(&mut self, bot: usize, state: State, path: &Path) {
        if let Some(first) = self.bots.get(bot).map(|bot| bot.first) {
            self.enter(Body::Step(bot, first.0 as usize), state, path);
        }
    }

    /// The exits of a wait; those that take no message leave things as they are.
    fn exits(&mut self, wait: &Wait, state: State, path: &mut Path) -> Option<State> {
        let mut after = None;
        for exit in &wait.exits {
            let state = match exit.on {
                On::Message | On::Other => State { exit: Some(exit.place), entered: false },
                On::Option { .. }
                | On::Timeout(_)
                | On::Failed
                | On::Delivered
                | On::Chosen
                | On::Hours(_)
                | On::VideoOpened
                | On::VideoClosed
                | On::Answer(_)
                | On::Result
                | On::Drawn(_) => state,
            };
            after = join(after, self.block(&exit.body, state, path));
        }
        after
    }

    fn rounds(&mut self, place: Place, body: &Block, state: State, path: &mut Path) -> State {
        let key = (path.body, place);
        let known = self.rounds.get(&key).copied().unwrap_or_default();
        let head = state.or(known);
        path.loops.push((None, None));
        let end = self.block(body, head, path);
        let (left, round) = path.loops.pop().unwrap_or_default();
        let around = join(end, round).unwrap_or_default();
        let now = known.or(around);
        if now != known {
            self.rounds.insert(key, now);
            self.open.push(path.body);
        }
        left.map_or(head.or(around), |left| head.or(around).or(left))
    }
}
