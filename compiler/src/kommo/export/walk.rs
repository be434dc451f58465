//! From statements to blocks. Every moment of a conversation at which Kommo has to begin a new block is settled once:
//! what needs no block (locals, known conditions, calls, jumps) is done here, and what is left is a statement that does
//! something, a question, or the end.

use super::Exporter;
use super::eval::Halt;
use super::finding::Finding;
use super::state::{Checking, Code, Owner, State};
use super::sym::{Hole, Source, Sym, Test};
use crate::ir::{Entered, Expr, ExprKind, LocalId, On, Stmt, StmtKind, Validate};
use crate::kommo::bot::{Comparison, Handler, Logic, Part, Target, Validation, What};
use crate::source::Place;
use crate::types::Ty;
use sbot_embed::Json;
use sbot_vm::value::Value;
use std::sync::Arc;

/// The end of the bot. It gets a number when all blocks have theirs.
pub(super) const FINISH: Target = Target { step: -1, part: Part::Finish };

/// More blocks than 64 KB have room for.
const MOST_BLOCKS: usize = 1500;
/// Statements that are done without a block between.
const MOST_SILENT: usize = 20_000;
/// How deep flows call each other.
const MOST_FRAMES: usize = 64;

/// A block of Kommo while it is made.
#[derive(Clone, Debug, Default)]
pub(super) struct Block {
    /// The step it belongs to.
    pub(super) step: Arc<str>,
    /// The step begins here.
    pub(super) fresh: bool,
    pub(super) question: Vec<What>,
    pub(super) answer: Vec<What>,
    pub(super) no_answer: Option<Target>,
}

/// What comes next.
pub(super) enum Settled<'a> {
    End,
    Ask(Test),
    Loud(&'a Stmt),
}

/// What a statement has made of its block.
pub(super) enum Made {
    /// It goes on in the same block.
    On,
    /// The block is complete.
    Closed,
    /// It needs a block of its own.
    Apart,
}

/// What a block holds so far.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Nothing,
    Doings,
    /// Questions, about the last message or not.
    Questions(bool),
}

impl<'a> Exporter<'a> {
    /// Does what needs no block. Also tells whether other ways may lead to where it stops.
    fn settle(&mut self, state: &mut State<'a>) -> (Settled<'a>, bool) {
        let mut joined = false;
        for _ in 0..MOST_SILENT {
            let Some(frame) = state.frames.last_mut() else { return (Settled::End, joined) };
            match frame.code.last().copied() {
                None => {
                    if state.frames.len() < 2 {
                        return (Settled::End, joined);
                    }
                    self.leave(state, Sym::Known(Value::None));
                    joined = true;
                }
                Some(Code::Loop(stmt)) => {
                    joined = true;
                    if let Some(test) = self.round(stmt, state) {
                        return (Settled::Ask(test), joined);
                    }
                }
                Some(Code::Block { stmts, at, join }) => match stmts.get(at) {
                    None => {
                        frame.code.pop();
                        if join {
                            joined = true;
                            state.answers.clear();
                        }
                    }
                    Some(stmt) => match self.silent(stmt, state, &mut joined) {
                        Ok(true) => {}
                        Ok(false) => return (Settled::Loud(stmt), joined),
                        Err(Halt::Ask(test)) => return (Settled::Ask(test), joined),
                        Err(why) => {
                            self.tell(why);
                            self.give_up(stmt, state);
                        }
                    },
                },
            }
            if state.frames.is_empty() {
                return (Settled::End, joined);
            }
        }
        let place = self.bot.place;
        self.report.once(Finding::error(
            place,
            "this bot goes round without a wait for longer than Kommo would",
            "end the loop, or wait in it",
        ));
        (Settled::End, joined)
    }

    /// Reports why something cannot be said.
    pub(super) fn tell(&mut self, why: Halt) {
        if let Halt::Cannot(finding) = why {
            self.report.add(*finding);
        }
    }

    /// Goes on after a statement that could not be followed, so that the rest is looked at too.
    fn give_up(&mut self, stmt: &'a Stmt, state: &mut State<'a>) {
        state.advance();
        state.answers.clear();
        match &stmt.kind {
            StmtKind::Local { local, .. } => state.set(*local, Sym::Lost("".into())),
            StmtKind::If { then, otherwise, .. } => {
                for branch in [then, otherwise] {
                    let mut inside = state.clone();
                    inside.push(Code::block(branch, true));
                    self.go(inside);
                }
            }
            StmtKind::Goto { step, args } => {
                let lost = args.iter().map(|_| Sym::Lost("".into())).collect();
                self.jump(*step, lost, state);
            }
            StmtKind::Enter(enter) => {
                if let Some(into) = enter.into {
                    state.set(into, Sym::Lost("".into()));
                }
            }
            StmtKind::Return(_) => self.leave(state, Sym::Lost("".into())),
            StmtKind::Validate(validate) => {
                for branch in [&validate.valid, &validate.invalid] {
                    let mut inside = state.clone();
                    self.bind_found(validate, Sym::Lost("".into()), &mut inside);
                    inside.push(Code::block(branch, true));
                    self.go(inside);
                }
            }
            StmtKind::Message(_)
            | StmtKind::Pause(_)
            | StmtKind::Act(_)
            | StmtKind::Rotate(_)
            | StmtKind::Var { .. }
            | StmtKind::Set { .. }
            | StmtKind::HandOver { .. }
            | StmtKind::Block(_)
            | StmtKind::For { .. }
            | StmtKind::While { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::End => {}
        }
        for exit in stmt.wait().iter().flat_map(|wait| &wait.exits) {
            let mut inside = state.clone();
            for local in &exit.binds {
                inside.set(*local, Sym::Lost("".into()));
            }
            inside.push(Code::block(&exit.body, true));
            self.go(inside);
        }
    }

    /// Another round of a loop, or what follows it.
    fn round(&mut self, stmt: &'a Stmt, state: &mut State<'a>) -> Option<Test> {
        let StmtKind::While { condition, body } = &stmt.kind else { return None };
        let cond = self.cond(condition, state).and_then(|cond| self.decide(&cond, state));
        match cond {
            Ok(true) => state.push(Code::block(body, false)),
            Ok(false) => pop(state),
            Err(Halt::Ask(test)) => return Some(test),
            Err(why) => {
                self.tell(why);
                pop(state);
            }
        }
        None
    }

    /// Does a statement that needs no block. False if it needs one.
    fn silent(&mut self, stmt: &'a Stmt, state: &mut State<'a>, joined: &mut bool) -> Result<bool, Halt> {
        match &stmt.kind {
            StmtKind::Local { local, value } => {
                let value = self.eval(value, state)?;
                state.advance();
                state.set(*local, value);
            }
            StmtKind::If { condition, then, otherwise } => {
                let cond = self.cond(condition, state)?;
                let branch = if self.decide(&cond, state)? { then } else { otherwise };
                state.advance();
                state.push(Code::block(branch, true));
            }
            StmtKind::Block(block) => {
                state.advance();
                state.push(Code::block(block, false));
            }
            StmtKind::While { .. } => {
                state.advance();
                state.push(Code::Loop(stmt));
            }
            StmtKind::For { .. } => {
                return Err(Halt::cannot(Finding::error(
                    stmt.place,
                    "Salesbot has no loops over lists",
                    "write the statements one by one",
                )));
            }
            StmtKind::Break => {
                *joined = true;
                to_loop(state);
                pop(state);
            }
            StmtKind::Continue => to_loop(state),
            StmtKind::Return(value) => {
                let value = match value {
                    Some(value) => self.eval(value, state)?,
                    None => Sym::Known(Value::None),
                };
                *joined = true;
                self.leave(state, value);
            }
            StmtKind::Goto { step, args } => {
                let args = args.iter().map(|arg| self.eval(arg, state)).collect::<Result<_, _>>()?;
                *joined = true;
                self.jump(*step, args, state);
            }
            StmtKind::End => {
                *joined = true;
                state.frames.clear();
            }
            StmtKind::Enter(enter) => {
                let Entered::Flow(flow) = enter.target else { return Ok(false) };
                let args = enter.args.iter().map(|arg| self.eval(arg, state)).collect::<Result<_, _>>()?;
                let bot = self.bot;
                let Some(found) = bot.flows.get(flow.0 as usize) else { return Err(Halt::Reported) };
                if state.frames.len() >= MOST_FRAMES {
                    return Err(Halt::cannot(Finding::error(
                        stmt.place,
                        format!("the flow `{}` calls itself, and Salesbot has no calls", found.name),
                        "go to a step instead",
                    )));
                }
                self.report.once(Finding::new(
                    super::Severity::Note,
                    stmt.place,
                    "Salesbot has no flows: their blocks stand wherever they are called",
                    "a change of the flow has to be exported again",
                ));
                state.advance();
                state.enter(Owner::Flow(flow), &found.body, args, enter.into);
            }
            StmtKind::Validate(validate) => return self.checked(validate, state),
            StmtKind::Message(_)
            | StmtKind::Pause(_)
            | StmtKind::Var { .. }
            | StmtKind::Set { .. }
            | StmtKind::Act(_)
            | StmtKind::Rotate(_)
            | StmtKind::HandOver { .. } => return Ok(false),
        }
        Ok(true)
    }

    fn jump(&mut self, step: crate::ir::StepId, args: Vec<Sym>, state: &mut State<'a>) {
        let bot = self.bot;
        match bot.steps.get(step.0 as usize) {
            Some(found) => *state = State::step(step, &found.body, args),
            None => state.frames.clear(),
        }
    }

    /// Back from a flow, or the end of the bot.
    fn leave(&mut self, state: &mut State<'a>, value: Sym) {
        state.answers.clear();
        let left = state.frames.pop();
        if let (false, Some(into)) = (state.frames.is_empty(), left.and_then(|frame| frame.into)) {
            state.set(into, value);
        }
    }

    /// A `validate` to which the client has written: the test decides. False if it has to send or wait first.
    fn checked(&mut self, validate: &'a Validate, state: &mut State<'a>) -> Result<bool, Halt> {
        let Some(Checking::Test { left }) = state.checking else { return Ok(false) };
        let place = validate.test.place;
        let (matches, found) = match &validate.found {
            Some((_, found)) => {
                let set = Expr { ty: Ty::Bool, place, kind: ExprKind::IsSet(Box::new(found.clone())) };
                let cond = self.cond(&set, state)?;
                let matches = self.decide(&cond, state)?;
                (matches, if matches { Some(self.eval(found, state)?) } else { None })
            }
            None => {
                let cond = self.cond(&validate.test, state)?;
                (self.decide(&cond, state)?, Some(Sym::Hole(Hole::message())))
            }
        };
        if !matches && left > 0 {
            state.checking = Some(Checking::Retry { left: left - 1 });
            state.answers.clear();
            return Ok(false);
        }
        state.advance();
        state.answers.clear();
        if let (true, Some(found)) = (matches, found) {
            self.bind_found(validate, found, state);
        }
        state.push(Code::block(if matches { &validate.valid } else { &validate.invalid }, true));
        Ok(true)
    }

    fn bind_found(&mut self, validate: &Validate, value: Sym, state: &mut State<'a>) {
        let local: Option<LocalId> = validate.found.as_ref().map(|(local, _)| *local).or(validate.bind);
        if let Some(local) = local {
            state.set(local, value);
        }
    }

    /// The block in which a moment goes on.
    pub(super) fn go(&mut self, mut state: State<'a>) -> Target {
        let (settled, _) = self.settle(&mut state);
        if matches!(settled, Settled::End) {
            return FINISH;
        }
        let key = state.key(&mut self.reads);
        if let Some(known) = self.known.get(&key) {
            if state.fresh
                && let Some(block) = self.blocks.get_mut(*known)
            {
                block.fresh = true;
            }
            let known = *known;
            self.called(known, &state);
            return question(known);
        }
        if self.blocks.len() >= MOST_BLOCKS {
            self.report.once(Finding::error(
                self.bot.place,
                format!("the bot would have more than {MOST_BLOCKS} blocks, and Kommo takes 64 KB"),
                "split it into several bots; fewer constant arguments of steps make fewer copies",
            ));
            return FINISH;
        }
        let bot = self.bot;
        let step = state.in_step().and_then(|step| bot.steps.get(step.0 as usize));
        let step = step.map_or_else(|| bot.name.clone(), |step| step.name.clone());
        let number = self.add(Block { step, fresh: state.fresh, ..Block::default() });
        self.known.insert(key, number);
        self.called(number, &state);
        self.open.push_back((number, state));
        question(number)
    }

    pub(super) fn add(&mut self, block: Block) -> usize {
        self.blocks.push(block);
        self.blocks.len() - 1
    }

    /// Makes every block that is open.
    pub(super) fn fill_all(&mut self) {
        while let Some((number, state)) = self.open.pop_front() {
            let mut block = self.blocks.get(number).cloned().unwrap_or_default();
            self.fill(&mut block, state);
            // Another way may have shown meanwhile that a step begins here.
            if let Some(place) = self.blocks.get_mut(number) {
                block.fresh |= place.fresh;
                *place = block;
            }
        }
    }

    fn fill(&mut self, block: &mut Block, mut state: State<'a>) {
        let mut holds = Holds::Nothing;
        loop {
            let (settled, joined) = self.settle(&mut state);
            if matches!(settled, Settled::End) {
                return block.question.push(What::Goto(FINISH));
            }
            if joined && holds != Holds::Nothing {
                return block.question.push(What::Goto(self.go(state)));
            }
            let test = match settled {
                Settled::End => return,
                Settled::Ask(test) => test,
                Settled::Loud(stmt) => {
                    if matches!(holds, Holds::Questions(_)) {
                        return block.question.push(What::Goto(self.go(state)));
                    }
                    let asked = !state.answers.is_empty();
                    match self.emit(stmt, &mut state, block) {
                        Ok(Made::On) => {
                            holds = Holds::Doings;
                            state.answers.clear();
                            state.fresh = false;
                            if asked {
                                return block.question.push(What::Goto(self.go(state)));
                            }
                            continue;
                        }
                        Ok(Made::Closed) => return,
                        Ok(Made::Apart) => return block.question.push(What::Goto(self.go(state))),
                        Err(Halt::Ask(test)) => test,
                        Err(why) => {
                            self.tell(why);
                            self.give_up(stmt, &mut state);
                            continue;
                        }
                    }
                }
            };
            if holds != Holds::Nothing && holds != Holds::Questions(test.on_message()) {
                return block.question.push(What::Goto(self.go(state)));
            }
            holds = Holds::Questions(test.on_message());
            self.ask(block, test, &mut state);
        }
    }

    /// A question: its block leads on where the answer is yes; no comes next.
    fn ask(&mut self, block: &mut Block, test: Test, state: &mut State<'a>) {
        state.fresh = false;
        if test.on_message() {
            state.forget(
                &|source| *source == Source::Found,
                "is what an earlier validation has found, and Kommo keeps the last one alone",
            );
        }
        let mut yes = state.clone();
        yes.answers.push((test.clone(), true));
        state.answers.push((test.clone(), false));
        let to = self.go(yes);
        block.question.push(asked(&test, to));
    }

    /// What follows an exit of a statement.
    pub(super) fn exit(&mut self, state: &State<'a>, body: &'a [Stmt], binds: &[(LocalId, Sym)]) -> Target {
        let mut next = state.clone();
        next.advance();
        next.wait();
        for (local, value) in binds {
            next.set(*local, value.clone());
        }
        next.push(Code::block(body, true));
        self.go(next)
    }

    /// Exits of a wait by what takes them, with where they lead.
    pub(super) fn binds(&self, on: &On, locals: &[LocalId]) -> Vec<(LocalId, Sym)> {
        match on {
            On::Other | On::Message | On::Option { .. } => {
                locals.iter().map(|local| (*local, Sym::Hole(Hole::message()))).collect()
            }
            On::Timeout(_)
            | On::Failed
            | On::Delivered
            | On::Chosen
            | On::Hours(_)
            | On::VideoOpened
            | On::VideoClosed
            | On::Answer(_)
            | On::Result
            | On::Drawn(_) => Vec::new(),
        }
    }

    /// A duration in seconds.
    pub(super) fn seconds(&mut self, after: &Expr, state: &State<'a>) -> Result<i64, Halt> {
        let Sym::Known(Value::Duration(seconds)) = self.eval(after, state)? else {
            return Err(Halt::cannot(Finding::error(
                after.place,
                "a timer of Salesbot has a fixed length",
                "write the duration itself",
            )));
        };
        Ok(seconds)
    }

    /// A hidden place of the source for what stands at none.
    pub(super) fn here(&self) -> Place {
        self.bot.place
    }
}

fn question(number: usize) -> Target {
    Target { step: i64::try_from(number).unwrap_or_default(), part: Part::Question }
}

/// Out of the innermost block.
fn pop(state: &mut State<'_>) {
    if let Some(frame) = state.frames.last_mut() {
        frame.code.pop();
    }
}

/// Out of everything inside of the innermost loop.
fn to_loop(state: &mut State<'_>) {
    if let Some(frame) = state.frames.last_mut() {
        while !matches!(frame.code.last(), None | Some(Code::Loop(_))) {
            frame.code.pop();
        }
    }
    state.answers.clear();
}

/// The handler of a question.
fn asked(test: &Test, to: Target) -> What {
    let logic = if test.all { Logic::And } else { Logic::Or };
    let result = vec![handler(What::Goto(to))];
    let right = |right: &super::sym::Right| match right {
        super::sym::Right::Text(text) => Json::text(text),
        super::sym::Right::Range(from, to) => {
            Json::object([("from", Json::text(from)), ("to", Json::text(to))])
        }
    };
    if test.on_message() {
        let tests = test.atoms.iter().map(|atom| Validation {
            path: String::new(),
            left: atom.left.clone(),
            kind: atom.kind.unwrap_or_default().to_owned(),
            operation: atom.operation.to_owned(),
            right: right(&atom.right),
        });
        return What::Validations { logic, tests: tests.collect(), result };
    }
    let tests = test.atoms.iter().map(|atom| Comparison {
        path: String::new(),
        left: atom.left.clone(),
        operation: atom.operation.to_owned(),
        right: right(&atom.right),
        value_type: Some("value".to_owned()),
    });
    What::Conditions { logic, tests: tests.collect(), result }
}

/// A handler that was not read from a file.
pub(super) fn handler(what: What) -> Handler {
    Handler { path: String::new(), what }
}
