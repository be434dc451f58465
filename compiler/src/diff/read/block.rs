//! Blocks: sugar taken apart, and one form for what can be written in several.
//!
//! - A block in a block is its statements. What is never reached is left out, and so is the branch that a fixed
//!   condition never takes.
//! - Where nothing but a jump follows a statement, each of its ways that goes on takes that jump itself. So
//!   `on message` without a body before `-> menu` is `on message -> menu`.
//! - A branch that leaves is a guard: what stands in the other one follows after it. So chains of `else if`, `when` and
//!   `if x -> step` one after the other are the same.

use super::super::model::{How, Kind, Node, Role, Slot, UnitKind, Way, falls};
use super::super::term::{Lit, TermId};
use super::Reader;
use super::statement::nowhere;
use crate::ir::{Block, Expr, Stmt, StmtKind};
use crate::source::Place;
use std::slice::Iter;

/// What follows a block, if it is nothing but a jump.
pub(super) type Tail<'n> = Option<&'n Node>;

impl Reader<'_, '_> {
    /// The body of a step, flow or function.
    pub(super) fn unit_block(&mut self, kind: UnitKind, body: &Block, end: Place) -> Vec<Node> {
        let target = match kind {
            UnitKind::Step => "end",
            UnitKind::Flow | UnitKind::Function => "return",
        };
        let leave = self.leave(end, target);
        self.block(kind, body, Some(&leave))
    }

    /// A jump to something that has no number.
    fn leave(&mut self, place: Place, target: &'static str) -> Node {
        let target = self.terms.word(target, Vec::new());
        self.node(Kind::Leave, place, vec![Slot { role: Role::Target, value: target, place }])
    }

    pub(super) fn node(&self, kind: Kind, place: Place, slots: Vec<Slot>) -> Node {
        Node { kind, place, slots, ways: Vec::new(), wait: None, key: self.blank, counter: None }
    }

    pub(super) fn block(&mut self, unit: UnitKind, block: &Block, tail: Tail<'_>) -> Vec<Node> {
        let mut out: Vec<Node> = Vec::new();
        let mut open: Vec<Iter<'_, Stmt>> = vec![block.iter()];
        while let Some(stmts) = open.last_mut() {
            let Some(stmt) = stmts.next() else {
                open.pop();
                continue;
            };
            if let StmtKind::Block(inner) = &stmt.kind {
                open.push(inner.iter());
            } else if let Some(set) = self.changed_field(stmt) {
                out.push(set);
            } else if let StmtKind::If { condition, then, otherwise } = &stmt.kind {
                let next = self.jump_after(unit, &open, tail);
                let chain = Chain { unit, place: stmt.place, tail: next.as_ref() };
                if let Some(rest) = self.chain(&chain, (condition, then, otherwise), &mut out) {
                    open.push(rest.iter());
                }
            } else if let Some(jump) = self.jump(unit, stmt) {
                out.push(jump);
                return self.settled(out);
            } else {
                let next = self.jump_after(unit, &open, tail);
                if let Some(node) = self.statement(unit, stmt, next.as_ref()) {
                    let leaves = !falls(std::slice::from_ref(&node));
                    out.push(node);
                    if leaves {
                        return out;
                    }
                }
            }
        }
        if falls(&out) {
            out.extend(tail.cloned());
        }
        self.settled(out)
    }

    /// Without cases at the end that lead where everything leads.
    fn settled(&self, mut block: Vec<Node>) -> Vec<Node> {
        while let [.., choice, last] = block.as_slice()
            && last.kind == Kind::Leave
            && choice.kind == Kind::Choose
            && choice.ways.iter().all(|way| self.leads_to(way, last))
        {
            block.remove(block.len() - 2);
        }
        block
    }

    /// Whether a case does nothing but jump where `last` does.
    fn leads_to(&self, way: &Way, last: &Node) -> bool {
        let [only] = way.body.as_slice() else { return false };
        let same = |(a, b): (&Slot, &Slot)| a.role == b.role && a.value == b.value;
        only.kind == Kind::Leave
            && only.slots.len() == last.slots.len()
            && only.slots.iter().zip(&last.slots).all(same)
            && way.slots.iter().all(|slot| !self.terms.may_trap(slot.value))
    }

    /// The jump that is all that follows.
    fn jump_after(&mut self, unit: UnitKind, open: &[Iter<'_, Stmt>], tail: Tail<'_>) -> Option<Node> {
        match open.iter().rev().find_map(|stmts| first(stmts.as_slice())) {
            Some(stmt) => self.jump(unit, stmt),
            None => tail.cloned(),
        }
    }

    /// A chain of branches. Cases that leave become guards. Gives the statements that go on where no case is taken, if
    /// they can stand after those guards.
    fn chain<'s>(&mut self, chain: &Chain<'_>, first: Branch<'s>, out: &mut Vec<Node>) -> Option<&'s Block> {
        let mut cases: Vec<Way> = Vec::new();
        let (mut condition, mut then, mut otherwise) = first;
        loop {
            let test = self.expr(condition);
            let fixed = self.terms.as_lit(test).and_then(as_bool);
            if fixed == Some(true) {
                return self.last_branch(chain, cases, then, out);
            }
            if fixed.is_none() {
                let body = self.block(chain.unit, then, chain.tail);
                let case = self.case(chain.place, condition, test, body);
                if cases.is_empty() && !falls(&case.body) {
                    self.guard(chain, case, out);
                } else {
                    cases.push(case);
                }
            }
            match only_branch(otherwise) {
                Some(next) => (condition, then, otherwise) = next,
                None => return self.last_branch(chain, cases, otherwise, out),
            }
        }
    }

    /// The branch that is taken where no case is.
    fn last_branch<'s>(
        &mut self,
        chain: &Chain<'_>,
        mut cases: Vec<Way>,
        otherwise: &'s Block,
        out: &mut Vec<Node>,
    ) -> Option<&'s Block> {
        if cases.is_empty() {
            return Some(otherwise);
        }
        let other = self.block(chain.unit, otherwise, chain.tail);
        if let ([only], false) = (cases.as_mut_slice(), falls(&other)) {
            // The one case goes on, so the other branch is the guard.
            let then = std::mem::take(&mut only.body);
            for slot in &mut only.slots {
                slot.value = self.not(slot.value);
                slot.place = nowhere(slot.place);
            }
            only.body = other;
            out.append(&mut self.choice(chain.place, cases));
            out.extend(then);
            return None;
        }
        if !other.is_empty() {
            let place = other.first().map_or(chain.place, |first| first.place);
            cases.push(Way { how: How::Else, place, slots: Vec::new(), body: other, key: self.blank });
        }
        out.append(&mut self.choice(chain.place, cases));
        None
    }

    fn case(&mut self, place: Place, condition: &Expr, test: TermId, body: Vec<Node>) -> Way {
        // The test of a pattern with a name is written nowhere.
        let written = if condition.place == place { nowhere(place) } else { condition.place };
        let slots = vec![Slot { role: Role::Condition, value: test, place: written }];
        Way { how: How::Case, place: condition.place, slots, body, key: self.blank }
    }

    fn guard(&mut self, chain: &Chain<'_>, case: Way, out: &mut Vec<Node>) {
        out.append(&mut self.choice(chain.place, vec![case]));
    }

    /// A choice; nothing if it makes no difference which case is taken.
    fn choice(&mut self, place: Place, ways: Vec<Way>) -> Vec<Node> {
        let idle =
            |way: &Way| way.body.is_empty() && way.slots.iter().all(|slot| !self.terms.may_trap(slot.value));
        if ways.iter().all(idle) {
            return Vec::new();
        }
        vec![Node { ways, ..self.node(Kind::Choose, place, Vec::new()) }]
    }
}

/// What is the same for all cases of a chain.
struct Chain<'n> {
    unit: UnitKind,
    place: Place,
    tail: Tail<'n>,
}

type Branch<'s> = (&'s Expr, &'s Block, &'s Block);

/// The first statement that does something.
fn first(stmts: &[Stmt]) -> Option<&Stmt> {
    stmts.iter().find_map(|stmt| match &stmt.kind {
        StmtKind::Block(inner) => first(inner),
        StmtKind::Message(_)
        | StmtKind::Pause(_)
        | StmtKind::Validate(_)
        | StmtKind::If { .. }
        | StmtKind::Local { .. }
        | StmtKind::Var { .. }
        | StmtKind::Set { .. }
        | StmtKind::Act(_)
        | StmtKind::Rotate(_)
        | StmtKind::Enter(_)
        | StmtKind::HandOver { .. }
        | StmtKind::For { .. }
        | StmtKind::While { .. }
        | StmtKind::Break
        | StmtKind::Continue
        | StmtKind::Return(_)
        | StmtKind::Goto { .. }
        | StmtKind::End => Some(stmt),
    })
}

/// The branch that a block consists of.
fn only_branch(block: &Block) -> Option<Branch<'_>> {
    let [only] = block.as_slice() else { return None };
    if let StmtKind::Block(inner) = &only.kind {
        return only_branch(inner);
    }
    if let StmtKind::If { condition, then, otherwise } = &only.kind {
        return Some((condition, then, otherwise));
    }
    None
}

fn as_bool(lit: &Lit) -> Option<bool> {
    if let Lit::Bool(value) = lit { Some(*value) } else { None }
}
