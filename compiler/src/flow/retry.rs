//! E0602: a retry around an action that must not be repeated.
//!
//! What counts as a retry, for a call of an action with `@at_most_once`:
//! - An **attempt** begins with the call. It goes on over whatever follows without time passing and without the client:
//!   answers of actions and deliveries of messages belong to it.
//! - It **fails** where the call or something else in it fails, and where the call's own `on timeout` is taken: then
//!   nobody knows whether the action was carried out.
//! - It is **repeated** where a way leads from there to the same statement, or to another one that calls the action with
//!   the same arguments, unless something new was learnt: the client wrote or chose something, or another action
//!   answered. Timers and hours are nothing new: a retry that waits is still one.
//!
//! Conditions do not count, with one exception: where a flow or bot that gives a result asks somebody, its caller is taken
//! to look at the result, so whatever it gives, something was learnt.
//!
//! A `for` whose item is among the arguments does something else in each round, so its rounds are no retries.
//!
//! The first look is at all calls at once and linear: a retry is a circle of the graph with two nodes for every point,
//! before and after the failure. Only the calls on such a circle are looked at one by one, with the calls of flows and
//! bots followed exactly, and of those that share a circle only some are reported.

mod pass;
mod way;

use super::calls::calls;
use super::graph::{EdgeKind, Graph, NodeId, NodeKind, RoutineKind};
use super::scc::components;
use crate::diagnostic::Diagnostic;
use crate::ir::{Act, BotId, Expr, ExprKind, Local, On};
use crate::source::Place;
use pass::Passing;
use rustc_hash::{FxHashMap, FxHashSet};
use sbot_vm::program::Delivery;
use std::fmt::Write;

/// How many calls on one circle are reported at once.
const MOST_SHARING: usize = 8;

/// Before or after the failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Phase {
    Attempt,
    Again,
}

impl Phase {
    const BOTH: [Phase; 2] = [Phase::Attempt, Phase::Again];

    fn number(self) -> usize {
        usize::from(self == Phase::Again)
    }
}

/// A call of an action that must not be repeated.
#[derive(Clone, Copy)]
struct Once<'p> {
    node: NodeId,
    act: &'p Act,
    place: Place,
    /// Calls of the same class do the same.
    class: usize,
}

/// Reports them.
pub(super) fn retries(graph: &Graph<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let once = Onces::of(graph);
    if once.list.is_empty() {
        return;
    }
    let passing = Passing::of(graph);
    let mut told: FxHashSet<Place> = FxHashSet::default();
    for circle in once.circles(graph, &passing) {
        let mut left = MOST_SHARING;
        for call in circle {
            if left > 0
                && !told.contains(&call.place)
                && let Some(found) = way::find(graph, &passing, &once, call)
            {
                told.insert(call.place);
                diagnostics.push(found);
                left -= 1;
            }
        }
    }
}

/// All calls that must not be repeated.
struct Onces<'p> {
    list: Vec<Once<'p>>,
    at: FxHashMap<NodeId, usize>,
    classes: usize,
}

impl<'p> Onces<'p> {
    fn of(graph: &Graph<'p>) -> Onces<'p> {
        let mut once = Onces { list: Vec::new(), at: FxHashMap::default(), classes: 0 };
        // By where it stands, and by what it does.
        let mut places: FxHashMap<Place, usize> = FxHashMap::default();
        let mut spelt: FxHashMap<String, usize> = FxHashMap::default();
        for (node, point) in graph.all() {
            let NodeKind::Effect(act) = point.kind else { continue };
            let action = graph.project.actions.get(act.action.0 as usize);
            if action.is_none_or(|action| action.delivery != Delivery::AtMostOnce) {
                continue;
            }
            let class = match places.get(&point.place) {
                Some(class) => *class,
                None => *spelt.entry(spell_call(graph, node, act)).or_insert_with(|| {
                    once.classes += 1;
                    once.classes - 1
                }),
            };
            places.insert(point.place, class);
            once.at.insert(node, once.list.len());
            once.list.push(Once { node, act, place: point.place, class });
        }
        once
    }

    fn get(&self, node: NodeId) -> Option<&Once<'p>> {
        self.list.get(*self.at.get(&node)?)
    }

    /// The calls from which some way leads through a failure to a call that does the same, in groups that share ways.
    /// May give too many: a flow that comes back is followed to all its callers.
    fn circles(&self, graph: &Graph<'_>, passing: &Passing) -> Vec<Vec<Once<'p>>> {
        let points = graph.nodes.len();
        let of = |node: NodeId, phase: Phase| node.0 as usize + phase.number() * points;
        let mut out: Vec<Vec<usize>> = vec![Vec::new(); 2 * points + self.classes];
        let mut join = |from: usize, to: usize| out.get_mut(from).into_iter().for_each(|out| out.push(to));
        for edge in &graph.edges {
            for phase in Phase::BOTH {
                let own = passing.wait_of(edge.from).is_some_and(|call| self.at.contains_key(&call));
                if let Some(then) = after(&edge.kind, phase, own, passing.tells(edge.from)) {
                    join(of(edge.from, phase), of(edge.to, then));
                }
            }
            if calls(&edge.kind) {
                for (end, back) in passing.ends_of(graph, edge) {
                    Phase::BOTH.iter().for_each(|phase| join(of(end, *phase), of(back, *phase)));
                }
            }
        }
        for (node, _) in graph.all() {
            for edge in passing.heard_above(node).iter().filter_map(|edge| graph.edge(*edge)) {
                Phase::BOTH.iter().for_each(|phase| join(of(node, *phase), of(edge.to, Phase::Again)));
            }
        }
        for once in &self.list {
            join(of(once.node, Phase::Again), 2 * points + once.class);
            join(2 * points + once.class, of(once.node, Phase::Attempt));
        }
        let mut groups = Vec::new();
        for members in components(out.len(), |from, nth| out.get(from)?.get(nth).copied()) {
            let members: FxHashSet<usize> = members.into_iter().collect();
            let has = |once: &&Once<'_>| {
                members.contains(&of(once.node, Phase::Attempt))
                    && members.contains(&(2 * points + once.class))
            };
            // Most groups are single points.
            if members.len() > 1 {
                groups.push(self.list.iter().filter(has).copied().collect());
            }
        }
        groups
    }
}

/// Where a way is after an edge; nothing if it ends there. `own` is whether the edge leaves the wait for the answer of a
/// call that must not be repeated, and `tells` whether it leaves a wait whose outcome a caller looks at.
fn after(kind: &EdgeKind<'_>, phase: Phase, own: bool, tells: bool) -> Option<Phase> {
    match kind {
        EdgeKind::Next
        | EdgeKind::Then
        | EdgeKind::Else
        | EdgeKind::Goto
        | EdgeKind::Call
        | EdgeKind::Run
        | EdgeKind::HandOver
        | EdgeKind::Back => Some(phase),
        EdgeKind::Failed => Some(Phase::Again),
        EdgeKind::Valid | EdgeKind::Invalid => None,
        EdgeKind::Exit(_) if tells && phase == Phase::Again => None,
        EdgeKind::Exit(exit) => match exit.on {
            On::Option { .. } | On::Other | On::Message | On::Chosen | On::VideoOpened | On::VideoClosed => {
                None
            }
            On::Failed => Some(Phase::Again),
            On::Delivered | On::Drawn(_) => Some(phase),
            On::Timeout(_) if own => Some(Phase::Again),
            On::Timeout(_) | On::Hours(_) => (phase == Phase::Again).then_some(Phase::Again),
            On::Answer(_) | On::Result => (phase == Phase::Attempt).then_some(Phase::Attempt),
        },
    }
}

/// What a call does, as a text that is the same for calls that do the same.
fn spell_call(graph: &Graph<'_>, node: NodeId, act: &Act) -> String {
    let kind = graph.routine_of(node).map(|routine| routine.kind);
    let bot = kind.and_then(RoutineKind::bot).unwrap_or(BotId(u32::MAX));
    let locals = kind.map_or(&[][..], |kind| locals_of(graph, kind));
    let mut out = format!("{}", act.action.0);
    for arg in &act.args {
        out.push(',');
        spell(arg, locals, bot, &mut out);
    }
    out
}

fn locals_of<'p>(graph: &Graph<'p>, kind: RoutineKind) -> &'p [Local] {
    let project = graph.project;
    let locals = match kind {
        RoutineKind::Step(bot, step) => project
            .bots
            .get(bot.0 as usize)
            .and_then(|bot| bot.steps.get(step.0 as usize))
            .map(|step| &step.locals),
        RoutineKind::Flow(bot, flow) => project
            .bots
            .get(bot.0 as usize)
            .and_then(|bot| bot.flows.get(flow.0 as usize))
            .map(|flow| &flow.locals),
        RoutineKind::Fn(id) => project.functions.get(id.0 as usize).map(|function| &function.locals),
    };
    locals.map_or(&[], Vec::as_slice)
}

/// An expression without its places. Locals of different steps count as the same where they have the same name.
fn spell(expr: &Expr, locals: &[Local], bot: BotId, out: &mut String) {
    // Writing to a `String` cannot fail.
    let _ = match &expr.kind {
        ExprKind::Const(value) => write!(out, "{value:?}"),
        ExprKind::Local(local) => {
            write!(out, "local {:?}", locals.get(local.0 as usize).map(|local| &local.name))
        }
        ExprKind::Var(var) => write!(out, "var {} {}", bot.0, var.0),
        ExprKind::Field(field) => write!(out, "field {}", field.0),
        ExprKind::Not(_) => write!(out, "not"),
        ExprKind::Neg(_) => write!(out, "neg"),
        ExprKind::Binary { op, .. } => write!(out, "{op:?}"),
        ExprKind::And(..) => write!(out, "and"),
        ExprKind::Or(..) => write!(out, "or"),
        ExprKind::Coalesce(..) => write!(out, "??"),
        ExprKind::IsSet(_) => write!(out, "is set"),
        ExprKind::In { .. } => write!(out, "in"),
        ExprKind::Concat(_) => write!(out, "concat"),
        ExprKind::List(_) => write!(out, "list"),
        ExprKind::Record { template, names, .. } => write!(out, "record {template} {names:?}"),
        ExprKind::Get { index, .. } => write!(out, "get {index}"),
        ExprKind::Index { .. } => write!(out, "index"),
        ExprKind::Builtin { number, .. } => write!(out, "builtin {number}"),
        ExprKind::Call { function, .. } => write!(out, "call {}", function.0),
        ExprKind::Matches { regex, .. } => write!(out, "matches {regex:?}"),
        ExprKind::Localized { .. } => write!(out, "localized"),
    };
    out.push('(');
    expr.each_child(&mut |child| {
        spell(child, locals, bot, out);
        out.push(',');
    });
    out.push(')');
}
