//! A moment of a conversation as far as it is known when a bot is exported: what comes next, and what the locals hold.

use super::sym::{Source, Sym, Test};
use crate::ir::{Expr, ExprKind, FlowId, LocalId, StepId, Stmt, StmtKind, each_stmt};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::rc::Rc;

/// A moment. Two moments with the same key go on alike.
#[derive(Clone, Debug)]
pub(super) struct State<'a> {
    /// The step, then the flows that it has called.
    pub(super) frames: Vec<Frame<'a>>,
    /// In the middle of a `validate`, and how many tries are left.
    pub(super) checking: Option<Checking>,
    /// What blocks before have asked.
    pub(super) answers: Vec<(Test, bool)>,
    /// At the beginning of its step.
    pub(super) fresh: bool,
    /// What its step was given.
    pub(super) given: Vec<Sym>,
}

/// Where a `validate` is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checking {
    /// The client has written.
    Test { left: i64 },
    /// It did not match.
    Retry { left: i64 },
}

/// A step or a flow.
#[derive(Clone, Debug)]
pub(super) struct Frame<'a> {
    /// Which.
    pub(super) owner: Owner,
    /// What is still to be done, the innermost last.
    pub(super) code: Vec<Code<'a>>,
    /// By their numbers.
    pub(super) locals: BTreeMap<u32, Sym>,
    /// Where the caller keeps what a flow gives.
    pub(super) into: Option<LocalId>,
}

/// What a frame is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A step.
    Step(StepId),
    /// A flow.
    Flow(FlowId),
}

/// Statements that are being done.
#[derive(Clone, Copy, Debug)]
pub(super) enum Code<'a> {
    /// A block, from one of its statements on.
    Block {
        /// The block.
        stmts: &'a [Stmt],
        /// The next statement.
        at: usize,
        /// Other ways lead to what follows, too.
        join: bool,
    },
    /// A loop, whose condition comes next.
    Loop(&'a Stmt),
}

impl<'a> Code<'a> {
    pub(super) fn block(stmts: &'a [Stmt], join: bool) -> Code<'a> {
        Code::Block { stmts, at: 0, join }
    }
}

impl<'a> State<'a> {
    /// At the beginning of a step.
    pub(super) fn step(step: StepId, body: &'a [Stmt], args: Vec<Sym>) -> State<'a> {
        let (frames, answers, given) = (Vec::new(), Vec::new(), args.clone());
        let mut state = State { frames, checking: None, answers, fresh: true, given };
        state.enter(Owner::Step(step), body, args, None);
        state
    }

    pub(super) fn enter(&mut self, owner: Owner, body: &'a [Stmt], args: Vec<Sym>, into: Option<LocalId>) {
        let locals = (0..).zip(args).collect();
        self.frames.push(Frame { owner, code: vec![Code::block(body, false)], locals, into });
    }

    /// The step that it is in.
    pub(super) fn in_step(&self) -> Option<StepId> {
        self.frames.first().and_then(|frame| match frame.owner {
            Owner::Step(step) => Some(step),
            Owner::Flow(_) => None,
        })
    }

    pub(super) fn local(&self, local: LocalId) -> Option<&Sym> {
        self.frames.last()?.locals.get(&local.0)
    }

    pub(super) fn set(&mut self, local: LocalId, value: Sym) {
        if let Some(frame) = self.frames.last_mut() {
            frame.locals.insert(local.0, value);
        }
    }

    pub(super) fn push(&mut self, code: Code<'a>) {
        if let Some(frame) = self.frames.last_mut() {
            frame.code.push(code);
        }
    }

    /// Behind the statement that comes next.
    pub(super) fn advance(&mut self) {
        if let Some(Code::Block { at, .. }) = self.frames.last_mut().and_then(|frame| frame.code.last_mut()) {
            *at += 1;
        }
        self.checking = None;
    }

    /// Takes what has changed from every local.
    pub(super) fn forget(&mut self, changed: &dyn Fn(&Source) -> bool, why: &str) {
        for frame in &mut self.frames {
            frame.locals.values_mut().for_each(|value| value.forget(changed, why));
        }
    }

    /// Time passes, in which the client may write and people may change fields.
    pub(super) fn wait(&mut self) {
        self.answers.clear();
        self.fresh = false;
        self.forget(
            &|source| *source == Source::Message,
            "is what the client wrote before, and Kommo knows the last message alone",
        );
        self.forget(
            &|source| matches!(source, Source::Field(_)),
            "is what a field held before the bot waited, and Kommo knows what it holds now",
        );
    }

    /// What makes it differ from other moments. Locals that nothing reads any more are dropped.
    pub(super) fn key(&mut self, reads: &mut Reads<'a>) -> String {
        let mut key = String::new();
        for frame in &mut self.frames {
            let mut read = BTreeSet::new();
            // Writing into a text cannot fail.
            let _ = write!(key, "{:?}", frame.owner);
            for code in &frame.code {
                let (stmts, at, join): (&'a [Stmt], usize, u8) = match *code {
                    Code::Block { stmts, at, join } => (stmts, at, u8::from(join)),
                    Code::Loop(stmt) => (std::slice::from_ref(stmt), 0, 2),
                };
                let _ = write!(key, "{:p}+{at}/{join} ", stmts.as_ptr());
                read.extend(reads.of(stmts.get(at..).unwrap_or_default()).iter().copied());
            }
            frame.locals.retain(|local, _| read.contains(local));
            let _ = write!(key, "{:?}{:?};", frame.locals, frame.into);
        }
        let _ = write!(key, "{:?}{:?}", self.checking, self.answers);
        key
    }
}

/// Which locals statements read, worked out once for each place.
#[derive(Debug, Default)]
pub(super) struct Reads<'a> {
    known: FxHashMap<(*const Stmt, usize), Rc<BTreeSet<u32>>>,
    of: std::marker::PhantomData<&'a ()>,
}

impl<'a> Reads<'a> {
    fn of(&mut self, stmts: &'a [Stmt]) -> Rc<BTreeSet<u32>> {
        let known = self.known.entry((stmts.as_ptr(), stmts.len())).or_insert_with(|| {
            let mut read = BTreeSet::new();
            for stmt in stmts {
                each_read(stmt, &mut read);
            }
            Rc::new(read)
        });
        Rc::clone(known)
    }
}

fn each_read(stmt: &Stmt, read: &mut BTreeSet<u32>) {
    one_read(stmt, read);
    stmt.each_block(&mut |block| each_stmt(block, &mut |inner| one_read(inner, read)));
}

fn one_read(stmt: &Stmt, read: &mut BTreeSet<u32>) {
    stmt.each_expr(&mut |expr| reads(expr, read));
    for exit in stmt.wait().iter().flat_map(|wait| &wait.exits) {
        exit.on.each_expr(&mut |expr| reads(expr, read));
    }
    if let StmtKind::Validate(validate) = &stmt.kind
        && let Some(retry) = &validate.retry
    {
        read.insert(retry.left.0);
    }
}

fn reads(expr: &Expr, read: &mut BTreeSet<u32>) {
    if let ExprKind::Local(local) = expr.kind {
        read.insert(local.0);
    }
    expr.each_child(&mut |child| reads(child, read));
}
