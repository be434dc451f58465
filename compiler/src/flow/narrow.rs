//! What a condition says about the channel of the client, and about a comment.

use super::channels::{Declared, Set};
use crate::ir::{BinaryOp, Expr, ExprKind, FieldId, Project};
use sbot_vm::value::Value;

/// What a branch lets through.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keep {
    pub(super) channels: Set,
    /// Runs that a comment started.
    pub(super) commented: bool,
    /// All others.
    pub(super) others: bool,
}

impl Keep {
    const ALL: Keep = Keep { channels: Set::MAX, commented: true, others: true };
    const COMMENTED: Keep = Keep { others: false, ..Keep::ALL };

    fn only(channels: Set) -> Keep {
        Keep { channels, ..Keep::ALL }
    }

    fn and(self, other: Keep) -> Keep {
        Keep {
            channels: self.channels & other.channels,
            commented: self.commented && other.commented,
            others: self.others && other.others,
        }
    }

    fn or(self, other: Keep) -> Keep {
        Keep {
            channels: self.channels | other.channels,
            commented: self.commented || other.commented,
            others: self.others || other.others,
        }
    }
}

/// The fields that conditions ask for.
pub(super) struct Narrow {
    /// `client.channel` and `chat.channel`.
    channel: Vec<FieldId>,
    /// `client.comment`.
    comment: Option<FieldId>,
}

impl Narrow {
    pub(super) fn of(project: &Project) -> Self {
        let find = |entity: &str, name: &str| {
            let mut fields = (0u32..).map(FieldId).zip(&project.fields);
            fields.find(|(_, field)| *field.entity == *entity && *field.name == *name).map(|(id, _)| id)
        };
        Narrow {
            channel: [find("client", "channel"), find("chat", "channel")].into_iter().flatten().collect(),
            comment: find("client", "comment"),
        }
    }

    /// What gets through where a condition is true, and where it is not.
    pub(super) fn condition(&self, condition: &Expr, declared: &Declared<'_>) -> (Keep, Keep) {
        match &condition.kind {
            ExprKind::Not(inner) => {
                let (then, otherwise) = self.condition(inner, declared);
                (otherwise, then)
            }
            ExprKind::And(left, right) => {
                let (left, right) = (self.condition(left, declared), self.condition(right, declared));
                (left.0.and(right.0), left.1.or(right.1))
            }
            ExprKind::Or(left, right) => {
                let (left, right) = (self.condition(left, declared), self.condition(right, declared));
                (left.0.or(right.0), left.1.and(right.1))
            }
            ExprKind::Binary { op: BinaryOp::Eq, left, right } => self
                .one_of(left, right)
                .or_else(|| self.one_of(right, left))
                .map_or_else(|| self.asks(condition), |symbols| among(&symbols, declared)),
            ExprKind::Binary { op: BinaryOp::Ne, left, right } => {
                self.one_of(left, right).or_else(|| self.one_of(right, left)).map_or_else(
                    || self.asks(condition),
                    |symbols| {
                        let (then, otherwise) = among(&symbols, declared);
                        (otherwise, then)
                    },
                )
            }
            ExprKind::In { value, list } => self
                .one_of(value, list)
                .map_or_else(|| self.asks(condition), |symbols| among(&symbols, declared)),
            ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::Var(_)
            | ExprKind::Field(_)
            | ExprKind::Neg(_)
            | ExprKind::Binary { .. }
            | ExprKind::Coalesce(..)
            | ExprKind::Localized { .. }
            | ExprKind::IsSet(_)
            | ExprKind::Concat(_)
            | ExprKind::List(_)
            | ExprKind::Record { .. }
            | ExprKind::Get { .. }
            | ExprKind::Index { .. }
            | ExprKind::Builtin { .. }
            | ExprKind::Call { .. }
            | ExprKind::Matches { .. } => self.asks(condition),
        }
    }

    /// The channels that a condition names, if it compares the client's with them.
    fn one_of(&self, asked: &Expr, named: &Expr) -> Option<Vec<u32>> {
        let ExprKind::Field(field) = asked.kind else { return None };
        self.channel.contains(&field).then_some(())?;
        symbols(named)
    }

    /// Whether a condition only asks for a comment, and what it is where there is none.
    pub(super) fn without_comment(&self, condition: &Expr) -> Option<bool> {
        if let ExprKind::Not(inner) = &condition.kind {
            return self.without_comment(inner).map(|value| !value);
        }
        let ExprKind::IsSet(inner) = &condition.kind else { return None };
        matches!(inner.kind, ExprKind::Field(field) if self.comment == Some(field)).then_some(false)
    }

    /// What is true only of a comment lets only through what a comment started.
    fn asks(&self, condition: &Expr) -> (Keep, Keep) {
        (if self.needs_comment(condition) { Keep::COMMENTED } else { Keep::ALL }, Keep::ALL)
    }

    /// Whether a test fails, or a value is absent, where there is no comment.
    fn needs_comment(&self, expr: &Expr) -> bool {
        if let ExprKind::Field(field) = expr.kind {
            return self.comment == Some(field);
        }
        let mut needs = false;
        let passes_absence = matches!(
            expr.kind,
            ExprKind::IsSet(_)
                | ExprKind::Binary { .. }
                | ExprKind::Builtin { .. }
                | ExprKind::In { .. }
                | ExprKind::Matches { .. }
        );
        if passes_absence {
            expr.each_child(&mut |child| needs |= self.needs_comment(child));
        }
        needs
    }
}

fn among(symbols: &[u32], declared: &Declared<'_>) -> (Keep, Keep) {
    let others = symbols.iter().fold(declared.all, |set, symbol| set & declared.but(*symbol));
    (Keep::only(declared.of_symbols(symbols)), Keep::only(others))
}

/// The symbols of a fixed one, or of a fixed list.
fn symbols(expr: &Expr) -> Option<Vec<u32>> {
    let fixed = |value: &Value| if let Value::Symbol(id) = value { Some(*id) } else { None };
    if let ExprKind::Const(Value::List(items)) = &expr.kind {
        items.iter().map(fixed).collect()
    } else if let ExprKind::Const(value) = &expr.kind {
        fixed(value).map(|id| vec![id])
    } else if let ExprKind::List(items) = &expr.kind {
        let lists: Option<Vec<Vec<u32>>> = items.iter().map(symbols).collect();
        lists.map(|lists| lists.concat())
    } else {
        None
    }
}
