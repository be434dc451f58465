//! Random expressions and conditions.

use super::{Maker, WORDS};
use crate::tree::*;

impl Maker {
    pub(super) fn text(&mut self) -> Expr {
        let mut parts = vec![Expr::Text(format!("{} ", self.dice.pick(WORDS)))];
        for _ in 0..1 + self.dice.below(2) {
            let ty = *self.dice.pick(&[Ty::Int, Ty::Text, Ty::List, Ty::Maybe, Ty::Number]);
            parts.push(match self.expr(ty, 2) {
                Expr::None => Expr::Count,
                part => part,
            });
            parts.push(Expr::Text(".".to_owned()));
        }
        Expr::Joined(parts)
    }

    /// A condition that reads nothing whose place matters.
    pub(super) fn outer_cond(&mut self) -> Cond {
        let said = Cond::Equal(Expr::Said, Expr::Text((*self.dice.pick(&["yes", "7", "tea"])).to_owned()));
        let count = Cond::Less(Expr::Or(Box::new(Expr::Count), 3), Expr::Int(5));
        if self.dice.chance(50) { said } else { count }
    }

    pub(super) fn cond(&mut self, depth: usize) -> Cond {
        match self.dice.below(if depth == 0 { 5 } else { 9 }) {
            0..=1 => Cond::Less(self.expr(Ty::Int, 1), self.expr(Ty::Int, 1)),
            2 => Cond::Equal(Expr::Said, Expr::Text((*self.dice.pick(&["yes", "7", "tea"])).to_owned())),
            3..=4 => match self.named(Ty::Maybe, false) {
                Some(name) => Cond::Set(Expr::Var(name)),
                None => Cond::Set(Expr::Count),
            },
            5 => Cond::Not(Box::new(self.cond(depth - 1))),
            6 => Cond::And(Box::new(self.cond(depth - 1)), Box::new(self.cond(depth - 1))),
            7 => Cond::Or(Box::new(self.cond(depth - 1)), Box::new(self.cond(depth - 1))),
            _ => Cond::Equal(self.expr(Ty::Int, 1), self.expr(Ty::Int, 1)),
        }
    }

    pub(super) fn expr(&mut self, ty: Ty, depth: usize) -> Expr {
        if let Some(name) = self.named(ty, false).filter(|_| self.dice.chance(50)) {
            return Expr::Var(name);
        }
        let inner = depth.saturating_sub(1);
        let leaf = depth == 0;
        match ty {
            Ty::Int => match self.dice.below(if leaf { 2 } else { 9 }) {
                0..=1 => Expr::Int(self.dice.below(12) as i64 - 3),
                2 => Expr::Add(Box::new(self.expr(Ty::Int, inner)), Box::new(self.expr(Ty::Int, inner))),
                3 => Expr::Sub(Box::new(self.expr(Ty::Int, inner)), Box::new(self.expr(Ty::Int, inner))),
                4 => Expr::Times(Box::new(self.expr(Ty::Int, inner)), Box::new(self.expr(Ty::Int, inner))),
                5 => match self.named(Ty::Number, false) {
                    Some(name) => Expr::Floor(Box::new(Expr::Var(name))),
                    None => Expr::Or(Box::new(Expr::Count), 4),
                },
                6 => Expr::Or(Box::new(self.expr(Ty::Maybe, inner)), self.dice.below(9) as i64),
                7 => Expr::Length(Box::new(self.expr(Ty::List, inner))),
                _ => {
                    let second = self.dice.chance(50).then(|| Box::new(self.expr(Ty::Int, inner)));
                    Expr::Mix(Box::new(self.expr(Ty::Int, inner)), second)
                }
            },
            Ty::Number => match self.named(Ty::Number, false) {
                Some(name) => Expr::Var(name),
                None => self.expr(Ty::Int, inner),
            },
            Ty::Text => match self.dice.below(if leaf { 2 } else { 4 }) {
                0..=1 => Expr::Text((*self.dice.pick(WORDS)).to_owned()),
                2 => Expr::Said,
                _ => Expr::Joined(vec![self.expr(Ty::Text, inner), self.expr(Ty::Int, inner)]),
            },
            Ty::List => match self.dice.below(if leaf { 2 } else { 3 }) {
                0..=1 => {
                    let items = (0..1 + self.dice.below(3)).map(|_| self.expr(Ty::Text, inner)).collect();
                    Expr::List(items)
                }
                _ => Expr::Append(Box::new(self.expr(Ty::List, inner)), Box::new(self.expr(Ty::List, inner))),
            },
            Ty::Maybe => match self.dice.below(3) {
                0 => Expr::None,
                1 => Expr::Count,
                _ => self.expr(Ty::Int, inner),
            },
        }
    }
}
