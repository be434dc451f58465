//! Whether a call does the same when a way comes back to it, as far as its arguments go.

use super::super::super::calls::calls;
use super::super::super::graph::{Edge, EdgeKind, Graph, NodeId, NodeKind, RoutineKind};
use super::super::{Once, locals_of, spell};
use crate::ir::{Block, BotId, Expr, ExprKind, Flow, LocalId, StmtKind, each_stmt};
use crate::source::Place;
use rustc_hash::{FxHashMap, FxHashSet};

/// Out of how many flows and bots a way is followed.
const MOST_LEFT: usize = 8;

/// Where a way has come from: an entry of [`Same`], 0 where it has left nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Origin(usize);

/// What is known of the arguments of one call.
pub(super) struct Same<'s, 'p> {
    graph: &'s Graph<'p>,
    subjects: Vec<Subject>,
    /// Calls that were left for, by where the way was.
    known: FxHashMap<(Origin, NodeId), Origin>,
    /// Heads of loops whose rounds do something else each.
    rounds: FxHashSet<NodeId>,
}

/// A call whose arguments have to be the same: first the one that is looked at, then those that lead to it.
struct Subject {
    /// What the flow or bot was left for, and how many that makes.
    inner: Option<Origin>,
    depth: usize,
    /// Where the flow begins that it stands in.
    flow: Option<NodeId>,
    /// Where the bot starts that it stands in, if it has parameters.
    bot: Option<NodeId>,
    /// The parameters of the flow that its arguments are made of.
    params: Vec<usize>,
    /// What the call led into, with the arguments that count.
    into: Option<(NodeId, Vec<(usize, String)>)>,
}

impl<'s, 'p> Same<'s, 'p> {
    pub(super) fn of(graph: &'s Graph<'p>, call: Once<'p>) -> Same<'s, 'p> {
        let mut same =
            Same { graph, subjects: Vec::new(), known: FxHashMap::default(), rounds: FxHashSet::default() };
        same.add(call.node, &call.act.args, None, None);
        same
    }

    /// Whether each round of the loop with this head does something else.
    pub(super) fn is_new_round(&self, head: NodeId) -> bool {
        self.rounds.contains(&head)
    }

    /// Where a way is that leaves a flow or a bot for what called it. Nothing if it has left too many.
    pub(super) fn left(&mut self, from: Origin, call: NodeId) -> Option<Origin> {
        if let Some(known) = self.known.get(&(from, call)) {
            return Some(*known);
        }
        let inner = self.subjects.get(from.0)?;
        let (_, into) = self.graph.outgoing(call).find(|(_, edge)| calls(&edge.kind))?;
        let counts: Vec<usize> = if matches!(into.kind, EdgeKind::Call) {
            inner.params.clone()
        } else {
            (0..self.args(call).len()).collect()
        };
        if inner.depth >= MOST_LEFT {
            return None;
        }
        let want = counts.iter().map(|at| (*at, self.spelt(call, *at))).collect();
        let origin = self.add(call, self.args(call), Some(from), Some((into.to, want)));
        self.known.insert((from, call), origin);
        Some(origin)
    }

    /// Whether an edge into a flow or bot can lead to the same call with the same arguments.
    pub(super) fn enters(&self, origin: Origin, edge: &Edge<'_>) -> bool {
        let mut at = Some(origin);
        while let Some(subject) = at.and_then(|at| self.subjects.get(at.0)) {
            if let Some((_, want)) = subject.into.as_ref().filter(|(into, _)| *into == edge.to) {
                return want.iter().all(|(n, want)| self.spelt(edge.from, *n) == *want);
            }
            if subject.flow == Some(edge.to) {
                // The flow calls itself: its parameters have to be given on.
                let given = |n: &usize| {
                    let own = |id: LocalId| usize::try_from(id.0).is_ok_and(|id| id == *n);
                    self.args(edge.from)
                        .get(*n)
                        .is_some_and(|arg| matches!(arg.kind, ExprKind::Local(id) if own(id)))
                };
                return subject.params.iter().all(given);
            }
            if subject.bot == Some(edge.to) {
                return false;
            }
            at = subject.inner;
        }
        true
    }

    fn args(&self, call: NodeId) -> &'p [Expr] {
        let kind = self.graph.node(call).map(|node| node.kind);
        // The arguments of a bot that takes over are not at hand: it counts as given others.
        if let Some(NodeKind::Call(_, enter) | NodeKind::Run(_, enter)) = kind { &enter.args } else { &[] }
    }

    fn spelt(&self, call: NodeId, arg: usize) -> String {
        let kind = self.graph.routine_of(call).map(|routine| routine.kind);
        let locals = kind.map_or(&[][..], |kind| locals_of(self.graph, kind));
        let bot = kind.and_then(RoutineKind::bot).unwrap_or(BotId(u32::MAX));
        let mut out = String::new();
        if let Some(arg) = self.args(call).get(arg) {
            spell(arg, locals, bot, &mut out);
        }
        out
    }

    /// Adds a call of which only some arguments may count: those of `args`.
    fn add(
        &mut self,
        node: NodeId,
        args: &'p [Expr],
        inner: Option<Origin>,
        into: Option<(NodeId, Vec<(usize, String)>)>,
    ) -> Origin {
        let graph = self.graph;
        let routine = graph.routine_of(node);
        let kind = routine.map(|routine| routine.kind);
        let flow = kind.and_then(|kind| flow_of(graph, kind));
        let counts = |arg: &usize| into.as_ref().is_none_or(|(_, want)| want.iter().any(|(n, _)| n == arg));
        let args: Vec<&'p Expr> =
            args.iter().enumerate().filter(|(n, _)| counts(n)).map(|(_, arg)| arg).collect();
        let mut params = Vec::new();
        if let Some(flow) = flow {
            for param in 0..flow.params {
                let made = made_of(local(param), &flow.body);
                if args.iter().any(|arg| reads(arg, &made)) {
                    params.push(param);
                }
            }
            self.add_rounds(node, flow, &args);
        }
        let bot = kind.and_then(RoutineKind::bot);
        let with_params =
            bot.filter(|bot| graph.project.bots.get(bot.0 as usize).is_some_and(|bot| bot.params > 0));
        let depth = inner.and_then(|inner| self.subjects.get(inner.0)).map_or(0, |inner| inner.depth + 1);
        self.subjects.push(Subject {
            inner,
            depth,
            flow: flow.and(routine).map(|routine| routine.entry),
            bot: with_params.and_then(|bot| graph.start(bot)),
            params,
            into,
        });
        Origin(self.subjects.len() - 1)
    }

    /// Remembers the loops around a call whose item is among its arguments.
    fn add_rounds(&mut self, node: NodeId, flow: &Flow, args: &[&Expr]) {
        let mut heads: FxHashSet<Place> = FxHashSet::default();
        each_stmt(&flow.body, &mut |stmt| {
            if let StmtKind::For { item, .. } = &stmt.kind {
                let made = made_of(*item, &flow.body);
                if args.iter().any(|arg| reads(arg, &made)) {
                    heads.insert(stmt.place);
                }
            }
        });
        let nodes = self.graph.routine_of(node).map(|routine| routine.nodes.clone());
        let head = |id: &NodeId| {
            self.graph
                .node(*id)
                .is_some_and(|node| matches!(node.kind, NodeKind::Loop { .. }) && heads.contains(&node.place))
        };
        self.rounds.extend(nodes.into_iter().flatten().map(NodeId).filter(head));
    }
}

fn flow_of<'p>(graph: &Graph<'p>, kind: RoutineKind) -> Option<&'p Flow> {
    match kind {
        RoutineKind::Flow(bot, flow) => graph.project.bots.get(bot.0 as usize)?.flows.get(flow.0 as usize),
        RoutineKind::Step(..) | RoutineKind::Fn(_) => None,
    }
}

fn local(number: usize) -> LocalId {
    LocalId(u32::try_from(number).unwrap_or(u32::MAX))
}

/// The locals that a local goes into, itself among them.
fn made_of(local: LocalId, body: &Block) -> FxHashSet<LocalId> {
    let mut made = FxHashSet::from_iter([local]);
    loop {
        let before = made.len();
        each_stmt(body, &mut |stmt| {
            let value = match &stmt.kind {
                StmtKind::Local { local, value } => Some((local, value)),
                StmtKind::For { item, list, .. } => Some((item, list)),
                StmtKind::Message(_)
                | StmtKind::Pause(_)
                | StmtKind::Validate(_)
                | StmtKind::If { .. }
                | StmtKind::Var { .. }
                | StmtKind::Set { .. }
                | StmtKind::Act(_)
                | StmtKind::Rotate(_)
                | StmtKind::Enter(_)
                | StmtKind::HandOver { .. }
                | StmtKind::Block(_)
                | StmtKind::While { .. }
                | StmtKind::Break
                | StmtKind::Continue
                | StmtKind::Return(_)
                | StmtKind::Goto { .. }
                | StmtKind::End => None,
            };
            if let Some((local, value)) = value
                && reads(value, &made)
            {
                made.insert(*local);
            }
        });
        if made.len() == before {
            return made;
        }
    }
}

fn reads(expr: &Expr, locals: &FxHashSet<LocalId>) -> bool {
    if let ExprKind::Local(local) = expr.kind {
        return locals.contains(&local);
    }
    let mut found = false;
    expr.each_child(&mut |child| found = found || reads(child, locals));
    found
}
