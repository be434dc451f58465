//! What is told about each place: its own plan, unless no run can get there any more. In: the plan of every place. Out:
//! a verdict for each where a run of the old program can stand.

use super::plan::{Plan, Planned};
use super::rule::{Rule, To};
use super::why::{At, Lost, Outcome, Verdict};
use crate::layout::{BACK, START};
use crate::loaded::Program;
use crate::program::{Callee, FunctionKind, Tables};
use rustc_hash::FxHashSet;

/// The verdicts of waits, then of calls.
pub(super) fn verdicts(old: &Program, waits: &[Planned], calls: &[Planned]) -> Vec<Verdict> {
    let tables = old.tables();
    let left = left_inside(tables, waits, calls);
    let reached = reached(tables, calls);
    let hidden = Hidden::new(tables);
    let inside = |function: u32, of: &[bool]| of.get(function as usize).copied().unwrap_or_default();
    let mut verdicts = Vec::with_capacity(waits.len() + calls.len());
    for (at, (wait, row)) in (0u32..).zip(waits.iter().zip(&tables.waits)) {
        if wait.function != u32::MAX && hidden.can_be(&row.name) {
            verdicts.push(verdict(At::Wait(at), wait, !inside(wait.function, &reached)));
        }
    }
    for (at, (call, row)) in (0u32..).zip(calls.iter().zip(&tables.calls)) {
        if call.function == u32::MAX {
            continue;
        }
        // A flow that every run in it leaves needs no caller.
        let needless = match row.callee {
            Callee::Flow(flow) => matches!(call.plan, Plan::Lost(_)) && !inside(flow, &left),
            Callee::Bot(_) => false,
        };
        verdicts.push(verdict(At::Call(at), call, needless || !inside(call.function, &reached)));
    }
    verdicts
}

fn verdict(at: At, planned: &Planned, covered: bool) -> Verdict {
    let outcome = match (&planned.plan, &planned.step) {
        _ if covered => Outcome::Covered,
        (Plan::Goes(goes), Some(step)) => Outcome::Restarts(step.clone(), goes.wait),
        (Plan::Goes(goes), None) => Outcome::Waits(goes.wait),
        (Plan::Calls(call, _), _) => Outcome::Calls(*call),
        (Plan::Ends, _) => Outcome::Ends,
        (Plan::Lost(why), _) => Outcome::Lost(Lost::clone(why)),
    };
    let also = if matches!(outcome, Outcome::Lost(_)) { planned.also.clone() } else { Vec::new() };
    Verdict { at, outcome, with: planned.with.clone(), notes: planned.notes.clone(), also }
}

/// Whether runs inside of a function need the callers that lead there.
fn left_inside(tables: &Tables, waits: &[Planned], calls: &[Planned]) -> Vec<bool> {
    let mut needs = vec![false; tables.functions.len()];
    let stays = |plan: &Plan| match plan {
        Plan::Goes(goes) => !goes.unwinds,
        Plan::Calls(..) | Plan::Lost(_) => true,
        Plan::Ends => false,
    };
    let mut open: Vec<u32> =
        waits.iter().filter(|wait| stays(&wait.plan)).map(|wait| wait.function).collect();
    // What calls a function, and stays there.
    let mut callers: Vec<Vec<u32>> = vec![Vec::new(); tables.functions.len()];
    for (call, row) in calls.iter().zip(&tables.calls).filter(|(call, _)| stays(&call.plan)) {
        match row.callee {
            Callee::Bot(_) => open.push(call.function),
            Callee::Flow(flow) => {
                if let Some(callers) = callers.get_mut(flow as usize) {
                    callers.push(call.function);
                }
            }
        }
    }
    while let Some(function) = open.pop() {
        let Some(known) = needs.get_mut(function as usize) else { continue };
        if !std::mem::replace(known, true) {
            open.extend(callers.get(function as usize).into_iter().flatten());
        }
    }
    needs
}

/// Whether a run can stand in a function without that a caller of it begins a step or ends.
fn reached(tables: &Tables, calls: &[Planned]) -> Vec<bool> {
    let mut reached: Vec<bool> = tables.functions.iter().map(|row| row.kind == FunctionKind::Bot).collect();
    let mut inside: Vec<Vec<u32>> = vec![Vec::new(); tables.functions.len()];
    for (call, row) in calls.iter().zip(&tables.calls) {
        let goes_on = matches!(call.plan, Plan::Calls(..) | Plan::Lost(_));
        if let (true, Callee::Flow(flow), Some(inside)) =
            (goes_on, row.callee, inside.get_mut(call.function as usize))
        {
            inside.push(flow);
        }
    }
    let mut open: Vec<u32> =
        (0u32..).zip(&reached).filter(|(_, reached)| **reached).map(|(at, _)| at).collect();
    while let Some(function) = open.pop() {
        for flow in inside.get(function as usize).into_iter().flatten() {
            let Some(known) = reached.get_mut(*flow as usize) else { continue };
            if !std::mem::replace(known, true) {
                open.push(*flow);
            }
        }
    }
    reached
}

/// Which waits that stand in no source a run of the program can be parked at: the program moves older runs there.
struct Hidden<'p> {
    steps: FxHashSet<&'p str>,
    ends: bool,
}

impl<'p> Hidden<'p> {
    fn new(tables: &'p Tables) -> Hidden<'p> {
        let rules = tables.upgrades.iter().flat_map(|rules| &rules.rules);
        let (mut steps, mut ends) = (FxHashSet::default(), false);
        for rule in rules {
            let (Rule::Place { to, .. } | Rule::Bot { to, .. }) = rule else { continue };
            match to {
                To::Restart { step, .. } => {
                    steps.insert(&**step);
                }
                To::End => ends = true,
                To::Place { .. } => {}
            }
        }
        Hidden { steps, ends }
    }

    fn can_be(&self, name: &str) -> bool {
        match name.strip_suffix(START) {
            Some(step) => self.steps.contains(step),
            None => !name.ends_with(BACK) || self.ends,
        }
    }
}
