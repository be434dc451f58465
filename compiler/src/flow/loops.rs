//! E0601: circles without a wait. Steps, flows and bots that lead into each other, and `while true` that nothing leaves.
//!
//! The circle is looked for among routines: one leads to another where some way through it does so without waiting.
//! Conditions do not count. Of circles that share steps the shortest is shown.

use super::calls::{Calls, calls, inside, waits};
use super::graph::{EdgeId, EdgeKind, Graph, Node, NodeId, NodeKind, PerNode, RoutineId};
use super::scc::components;
use super::trail::hop;
use crate::diagnostic::{Code, Diagnostic};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::VecDeque;

/// How many circles that share steps are reported at once.
const MOST_SHARING: usize = 8;
/// How often each way may be looked at in search of the shortest circle. Only a graph with very many long circles needs
/// more; then the shortest that was found is shown.
const EFFORT: usize = 64;

/// Ways from routine to routine without a wait.
struct Hops {
    /// For each routine, where it leads: the routine and the edge that is taken.
    out: Vec<Vec<(usize, EdgeId)>>,
}

/// Reports circles of routines.
pub(super) fn circles(graph: &Graph<'_>, known: &Calls, diagnostics: &mut Vec<Diagnostic>) {
    let mut hops = Hops::of(graph, known);
    for _ in 0..MOST_SHARING {
        let mut shown: Vec<Vec<(usize, EdgeId)>> = Vec::new();
        for members in hops.circular() {
            shown.extend(hops.shortest(&members));
        }
        if shown.is_empty() {
            return;
        }
        for circle in shown {
            for (from, edge) in &circle {
                if let Some(out) = hops.out.get_mut(*from) {
                    out.retain(|(_, other)| other != edge);
                }
            }
            diagnostics.extend(report(graph, circle));
        }
    }
}

impl Hops {
    fn of(graph: &Graph<'_>, known: &Calls) -> Hops {
        let mut seen = PerNode::new(graph, false);
        let out =
            graph.routines.iter().map(|routine| dry_ways(graph, known, routine.entry, &mut seen)).collect();
        Hops { out }
    }

    /// Routines that lead to each other, in groups.
    fn circular(&self) -> Vec<Vec<usize>> {
        let next = |from: usize, nth: usize| self.out.get(from)?.get(nth).map(|(to, _)| *to);
        let mut groups = components(self.out.len(), next);
        groups.retain(|members| members.len() > 1 || members.iter().any(|one| self.leads(*one, *one)));
        groups.iter_mut().for_each(|members| members.sort_unstable());
        groups
    }

    fn leads(&self, from: usize, to: usize) -> bool {
        self.out.get(from).is_some_and(|out| out.iter().any(|(other, _)| *other == to))
    }

    /// The shortest circle among these routines: each with the edge that leads on.
    ///
    /// All circles through one routine are looked at before it is left out of the search for others.
    fn shortest(&self, members: &[usize]) -> Option<Vec<(usize, EdgeId)>> {
        let ways: usize = members.iter().filter_map(|one| self.out.get(*one)).map(Vec::len).sum();
        let mut effort = (ways + members.len()).saturating_mul(EFFORT);
        let mut alive = Alive::new(self, members);
        let mut best: Option<Vec<(usize, EdgeId)>> = None;
        for start in members {
            if !alive.is(*start) {
                continue;
            }
            let below = best.as_ref().map_or(usize::MAX, Vec::len);
            if let Some(circle) = self.through(*start, below, &alive, &mut effort) {
                best = Some(circle);
            }
            alive.remove(self, *start);
            if effort == 0 || best.as_ref().is_some_and(|best| best.len() == 1) {
                break;
            }
        }
        best
    }

    /// The shortest circle through a routine, if it has fewer than `below` edges.
    fn through(
        &self,
        start: usize,
        below: usize,
        alive: &Alive,
        effort: &mut usize,
    ) -> Option<Vec<(usize, EdgeId)>> {
        let mut from: FxHashMap<usize, (usize, EdgeId)> = FxHashMap::default();
        let mut open = VecDeque::from([(start, 1)]);
        while let Some((at, length)) = open.pop_front() {
            if length >= below {
                return None;
            }
            for (to, edge) in self.out.get(at).into_iter().flatten() {
                *effort = effort.saturating_sub(1);
                if *to == start {
                    let mut circle = vec![(at, *edge)];
                    let mut here = at;
                    while let Some((before, edge)) = from.get(&here).filter(|_| here != start) {
                        circle.push((*before, *edge));
                        here = *before;
                    }
                    circle.reverse();
                    return Some(circle);
                }
                if alive.is(*to) && !from.contains_key(to) {
                    from.insert(*to, (at, *edge));
                    open.push_back((*to, length + 1));
                }
            }
            if *effort == 0 {
                return None;
            }
        }
        None
    }
}

/// Routines that are still part of some circle.
struct Alive {
    /// How many ways come in and go out; nothing for those that are no part any more.
    degrees: FxHashMap<usize, (usize, usize)>,
    back: FxHashMap<usize, Vec<usize>>,
}

impl Alive {
    fn new(hops: &Hops, members: &[usize]) -> Alive {
        let mut alive =
            Alive { degrees: members.iter().map(|one| (*one, (0, 0))).collect(), back: Default::default() };
        for from in members {
            for (to, _) in hops.out.get(*from).into_iter().flatten() {
                if let Some(degrees) = alive.degrees.get_mut(to) {
                    degrees.0 += 1;
                    alive.back.entry(*to).or_default().push(*from);
                    if let Some(degrees) = alive.degrees.get_mut(from) {
                        degrees.1 += 1;
                    }
                }
            }
        }
        alive
    }

    fn is(&self, one: usize) -> bool {
        self.degrees.contains_key(&one)
    }

    /// Takes one out, and all that are then part of no circle.
    fn remove(&mut self, hops: &Hops, one: usize) {
        let mut gone = vec![one];
        while let Some(one) = gone.pop() {
            if self.degrees.remove(&one).is_none() {
                continue;
            }
            for (to, _) in hops.out.get(one).into_iter().flatten() {
                if let Some((into, _)) = self.degrees.get_mut(to) {
                    *into = into.saturating_sub(1);
                    if *into == 0 {
                        gone.push(*to);
                    }
                }
            }
            for from in self.back.remove(&one).into_iter().flatten() {
                if let Some((_, out)) = self.degrees.get_mut(&from) {
                    *out = out.saturating_sub(1);
                    if *out == 0 {
                        gone.push(from);
                    }
                }
            }
        }
    }
}

/// Where the ways through a routine lead on which nothing waits.
fn dry_ways(
    graph: &Graph<'_>,
    known: &Calls,
    entry: NodeId,
    seen: &mut PerNode<bool>,
) -> Vec<(usize, EdgeId)> {
    let mut found = Vec::new();
    let mut open = vec![entry];
    seen.set(entry, true);
    while let Some(id) = open.pop() {
        if graph.node(id).is_none_or(|node| waits(&node.kind)) {
            continue;
        }
        for (at, edge) in graph.outgoing(id) {
            if matches!(edge.kind, EdgeKind::Back) && !known.comes_back_dry(graph, id) {
                continue;
            }
            if inside(&edge.kind) {
                if !seen.set(edge.to, true) {
                    open.push(edge.to);
                }
            } else if !matches!(edge.kind, EdgeKind::Failed)
                && let Some(to) = graph.node(edge.to)
            {
                found.push((to.routine.0 as usize, at));
            }
        }
    }
    found.sort_by_key(|(_, edge)| *edge);
    found
}

fn report(graph: &Graph<'_>, mut circle: Vec<(usize, EdgeId)>) -> Option<Diagnostic> {
    let routine = |one: usize| graph.routine(RoutineId(u32::try_from(one).ok()?));
    let place = |(one, _): &(usize, EdgeId)| routine(*one).map(|routine| (routine.library, routine.place));
    let first = circle.iter().enumerate().min_by_key(|(_, one)| place(one)).map_or(0, |(n, _)| n);
    circle.rotate_left(first);
    let names: Vec<&str> = circle.iter().filter_map(|(one, _)| Some(routine(*one)?.name)).collect();
    let text = match names.as_slice() {
        [one] => format!("`{one}` goes round in a circle, and nothing on the way waits"),
        [one, other] => format!("`{one}` and `{other}` go round in a circle, and nothing on the way waits"),
        [first, .., last] => {
            let n = names.len();
            format!(
                "{n} steps, from `{first}` to `{last}`, go round in a circle, and nothing on the way waits"
            )
        }
        [] => return None,
    };
    let mut diagnostic = Diagnostic::new(Code::E0601, routine(circle.first()?.0)?.place, text)
        .note("the circle begins here")
        .help("let one of them wait, as with `on message`, `on timeout` or `pause`; or end with `-> end`");
    for (n, (_, edge)) in (1..).zip(&circle) {
        if let Some((place, text)) = hop(graph, *edge) {
            diagnostic = diagnostic.label(place, format!("{n}. {text}"));
        }
    }
    Some(diagnostic)
}

/// Reports `while true` without a wait, `break`, or anything else that leaves it.
pub(super) fn endless(graph: &Graph<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let endless = |node: &Node<'_>| {
        if let NodeKind::Loop { endless: true, after } = node.kind { Some(after) } else { None }
    };
    if !graph.nodes.iter().any(|node| endless(node).is_some()) {
        return;
    }
    let to_wait = leading_to_waits(graph);
    for (id, node) in graph.all() {
        let Some(after) = endless(node) else { continue };
        if !ends(graph, id, after, &to_wait) {
            diagnostics.push(
                Diagnostic::new(Code::E0601, node.place, "this loop never ends, and nothing in it waits")
                    .help("leave it with `break` or `return`, or repeat while a condition holds"),
            );
        }
    }
}

/// Whether something in an endless loop waits or leaves it.
fn ends(graph: &Graph<'_>, head: NodeId, after: NodeId, to_wait: &PerNode<bool>) -> bool {
    let mut seen = FxHashSet::from_iter([head]);
    let mut open = vec![head];
    while let Some(id) = open.pop() {
        let Some(node) = graph.node(id) else { return true };
        let leaves = matches!(
            node.kind,
            NodeKind::End | NodeKind::Return | NodeKind::Goto(_) | NodeKind::HandOver(_) | NodeKind::Leave
        );
        if leaves || waits(&node.kind) || id == after {
            return true;
        }
        for (_, edge) in graph.outgoing(id) {
            if calls(&edge.kind) && to_wait.get(edge.to) {
                return true;
            }
            if inside(&edge.kind) && seen.insert(edge.to) {
                open.push(edge.to);
            }
        }
    }
    false
}

/// Marks every node from which some way leads to a wait.
fn leading_to_waits(graph: &Graph<'_>) -> PerNode<bool> {
    let mut marked = PerNode::new(graph, false);
    let all = graph.all().filter(|(_, node)| waits(&node.kind)).map(|(id, _)| id);
    let mut open: Vec<NodeId> = all.filter(|id| !marked.set(*id, true)).collect();
    while let Some(id) = open.pop() {
        let back = graph.incoming(id).filter(|(_, edge)| !matches!(edge.kind, EdgeKind::Failed));
        open.extend(back.map(|(_, edge)| edge.from).filter(|from| !marked.set(*from, true)));
    }
    marked
}
