//! What is known to be present at a place: what conditions have proven and assignments have given, and what is left of
//! it where ways part and meet.

use super::Checker;
use super::body::Body;
use crate::flow::falls_through;
use crate::ir::{Block, Expr, ExprKind, FieldId, LocalId, VarId};
use crate::types::Ty;

/// Something that is read by a name and may be absent: a local, a variable, a field of the CRM, or a field of a record
/// in one of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub root: Root,
    /// The fields of records that lead from there, by their numbers.
    path: Vec<u16>,
}

/// What holds the value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Root {
    Local(LocalId),
    Var(VarId),
    Field(FieldId),
}

/// Ways that part where a statement waits, and meet after it.
pub(super) struct Ways {
    /// Known when the wait begins: what timers and synonyms may rely on.
    waiting: Vec<Known>,
    /// Known where each way begins.
    start: Vec<Known>,
    /// Known at the end of every way so far that goes on after the statement.
    end: Option<Vec<Known>>,
}

impl Known {
    /// What an expression reads, if it has a name.
    pub(super) fn of(expr: &Expr) -> Option<Known> {
        if let ExprKind::Get { record, index } = &expr.kind {
            let mut known = Known::of(record)?;
            known.path.push(*index);
            return Some(known);
        }
        let root = if let ExprKind::Local(local) = &expr.kind {
            Root::Local(*local)
        } else if let ExprKind::Var(var) = &expr.kind {
            Root::Var(*var)
        } else if let ExprKind::Field(field) = &expr.kind {
            Root::Field(*field)
        } else {
            return None;
        };
        Some(root.into())
    }
}

impl From<Root> for Known {
    fn from(root: Root) -> Known {
        Known { root, path: Vec::new() }
    }
}

impl Body {
    /// After a wait, CRM fields may have changed.
    pub(super) fn forget_fields(&mut self) {
        self.known.retain(|known| !matches!(known.root, Root::Field(_)));
    }

    /// A flow may set the bot's variables, and fields change while it waits.
    pub(super) fn forget_all_but_locals(&mut self) {
        self.known.retain(|known| matches!(known.root, Root::Local(_)));
    }

    /// It has another value now.
    pub(super) fn forget(&mut self, root: Root) {
        self.known.retain(|known| known.root != root);
    }
}

impl Checker<'_> {
    /// The expression, with the type it has where it is known to be present.
    pub(super) fn narrowed(&self, mut expr: Expr) -> Expr {
        if expr.ty.is_optional() && Known::of(&expr).is_some_and(|what| self.body.known.contains(&what)) {
            expr.ty = expr.ty.present().clone();
        }
        expr
    }

    /// What is known to be present where the condition came out as `holds`.
    pub(super) fn proven(&self, condition: &Expr, holds: bool) -> Vec<Known> {
        match (&condition.kind, holds) {
            (ExprKind::IsSet(value), true) => present(value),
            (ExprKind::Not(inner), _) => self.proven(inner, !holds),
            (ExprKind::And(left, right), true) | (ExprKind::Or(left, right), false) => {
                let mut all = self.proven(left, holds);
                all.extend(self.proven(right, holds));
                all
            }
            // A comparison with an absent side is false, so a true one proves its sides.
            (ExprKind::Binary { left, right, .. }, true) if condition.ty == Ty::Bool => {
                [left, right].into_iter().filter_map(|side| Known::of(side)).collect()
            }
            (ExprKind::In { value, .. } | ExprKind::Matches { value, .. }, true) => {
                Known::of(value).into_iter().collect()
            }
            (ExprKind::Builtin { .. }, true) => tested(condition),
            _ => Vec::new(),
        }
    }

    /// Where the ways out of a statement that waits begin. `before` is what was known when it began to wait.
    pub(super) fn ways(&self, before: Vec<Known>) -> Ways {
        Ways { waiting: before, start: self.body.known.clone(), end: None }
    }

    /// Checks one way out. If it does not lead elsewhere, it goes on after the statement. Between the ways that is known
    /// which is known where each begins.
    pub(super) fn way(&mut self, ways: &mut Ways, check: impl FnOnce(&mut Self) -> Block) -> Block {
        let block = check(self);
        let known = std::mem::replace(&mut self.body.known, ways.start.clone());
        if falls_through(&block) {
            ways.end = Some(match ways.end.take() {
                None => known,
                Some(end) => end.into_iter().filter(|one| known.contains(one)).collect(),
            });
        }
        block
    }

    /// A way out that goes on after the statement with nothing done.
    pub(super) fn plain_way(&mut self, ways: &mut Ways) {
        self.way(ways, |_| Block::new());
    }

    /// Checks something that is computed when the wait begins.
    pub(super) fn when_waiting<T>(&mut self, ways: &Ways, check: impl FnOnce(&mut Self) -> T) -> T {
        let known = std::mem::replace(&mut self.body.known, ways.waiting.clone());
        let checked = check(self);
        self.body.known = known;
        checked
    }

    /// After the statement: what is known at the end of every way that gets there.
    pub(super) fn meet(&mut self, ways: Ways) {
        self.body.known = ways.end.unwrap_or(ways.start);
    }
}

/// What is present where the value is.
fn present(value: &Expr) -> Vec<Known> {
    if let ExprKind::Builtin { .. } = &value.kind {
        tested(value)
    } else {
        Known::of(value).into_iter().collect()
    }
}

/// A built-in function is not true of an absent argument, and gives an absent value for one; all but `json_of` do so.
fn tested(call: &Expr) -> Vec<Known> {
    let ExprKind::Builtin { number, args } = &call.kind else { return Vec::new() };
    if sbot_vm::builtin::builtin("json_of").is_some_and(|builtin| builtin.number == *number) {
        return Vec::new();
    }
    args.iter().flat_map(present).collect()
}
