//! Expressions: to values that are known, or to placeholders. Where an answer decides what an expression is, the block
//! that asks comes first: [`Halt::Ask`].

use super::Exporter;
use super::field::lost;
use super::finding::Finding;
use super::state::State;
use super::sym::{Hole, Part, Source, Sym, Test};
use crate::ir::{BinaryOp, Expr, ExprKind, FnId, LocalId, Stmt, StmtKind};
use crate::types::Ty;
use sbot_vm::builtin;
use sbot_vm::value::Value;

/// Why something has no value yet.
#[derive(Clone, Debug)]
pub(super) enum Halt {
    /// A block has to ask first.
    Ask(Test),
    /// Salesbot cannot express it.
    Cannot(Box<Finding>),
    /// The same, and it has been reported.
    Reported,
}

impl Halt {
    pub(super) fn cannot(finding: Finding) -> Halt {
        Halt::Cannot(Box::new(finding))
    }
}

/// A value, or why there is none.
pub(super) type Known<T> = Result<T, Halt>;

/// How deep functions of the source are followed.
const MOST_CALLS: usize = 32;

/// How a function leaves a block.
enum Left {
    Through,
    With(Sym),
}

impl<'a> Exporter<'a> {
    /// What an expression is.
    pub(super) fn eval(&mut self, expr: &Expr, state: &State<'a>) -> Known<Sym> {
        if let Some(value) = self.closed(expr, state) {
            return Ok(Sym::Known(value));
        }
        let place = expr.place;
        match &expr.kind {
            ExprKind::Const(value) => Ok(Sym::Known(value.clone())),
            ExprKind::Local(local) => match state.local(*local) {
                Some(Sym::Lost(why)) => Err(lost(&format!("`{}`", self.written(place)), why, place)),
                Some(value) => Ok(value.clone()),
                None => Ok(Sym::Known(Value::None)),
            },
            ExprKind::Var(var) => self.var(*var, place),
            ExprKind::Field(field) => self.field(*field, place),
            ExprKind::Concat(parts) => {
                let parts = parts.iter().collect::<Vec<_>>();
                self.concat(&parts, state)
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } if expr.ty.present().is_text() => {
                self.concat(&[left, right], state)
            }
            ExprKind::Binary { op, left, right } if expr.ty.present().is_numeric() => {
                self.calculated(*op, left, right, state, place)
            }
            ExprKind::Neg(inner) => {
                let inner = self.term(inner, state)?;
                Ok(Sym::Sum(format!("(0-{inner})")))
            }
            ExprKind::Coalesce(first, second) => {
                let first = self.eval(first, state)?;
                if first.known() == Some(&Value::None) {
                    return self.eval(second, state);
                }
                let set = self.is_set(&first, place)?;
                if self.decide(&set, state)? { Ok(present(first)) } else { self.eval(second, state) }
            }
            ExprKind::List(items) => {
                let items = items.iter().map(|item| self.eval(item, state)).collect::<Known<_>>()?;
                Ok(Sym::List(items))
            }
            ExprKind::Localized { base, variants } => {
                let own = variants.iter().find(|(number, _)| Some(*number) == self.language);
                let text = own.map_or(&**base, |(_, text)| text);
                self.eval(text, state)
            }
            ExprKind::Builtin { number, args } => self.builtin(*number, args, expr, state),
            ExprKind::Call { function, args } => self.call(*function, args, expr, state),
            ExprKind::Index { .. } | ExprKind::Get { .. } | ExprKind::Record { .. } => {
                self.folded(expr, state)
            }
            ExprKind::Not(_)
            | ExprKind::Binary { .. }
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::IsSet(_)
            | ExprKind::In { .. }
            | ExprKind::Matches { .. } => {
                let cond = self.cond(expr, state)?;
                Ok(Sym::Known(Value::Bool(self.decide(&cond, state)?)))
            }
        }
    }

    /// The value of an expression that is the same in every conversation, given what the locals are known to hold.
    pub(super) fn closed(&mut self, expr: &Expr, state: &State<'a>) -> Option<Value> {
        if let ExprKind::Const(value) = &expr.kind {
            return Some(value.clone());
        }
        let mut expr = expr.clone();
        self.constants.strip(&mut expr);
        let ty = expr.ty.clone();
        let place = expr.place;
        expr.replace_locals(&mut |local| {
            let value = state.local(local)?.known()?.clone();
            Some(Expr { ty: ty.clone(), place, kind: ExprKind::Const(value) })
        });
        self.constants.value(expr)
    }

    /// The value of an expression whose parts turn out to be known.
    fn folded(&mut self, expr: &Expr, state: &State<'a>) -> Known<Sym> {
        let mut whole = expr.clone();
        let mut halt = None;
        whole.each_child_mut(&mut |child| {
            if halt.is_some() {
                return;
            }
            match self.eval(child, state) {
                Ok(Sym::Known(value)) => child.kind = ExprKind::Const(value),
                Ok(_) => {}
                Err(why) => halt = Some(why),
            }
        });
        if let Some(why) = halt {
            return Err(why);
        }
        match self.constants.value(whole) {
            Some(value) => Ok(Sym::Known(value)),
            None => Err(Halt::cannot(Finding::error(
                expr.place,
                format!("Salesbot cannot compute `{}`", self.written(expr.place)),
                "write the text itself, set a field to it before the bot starts, or let a widget compute it",
            ))),
        }
    }

    fn concat(&mut self, all: &[&Expr], state: &State<'a>) -> Known<Sym> {
        let mut parts: Vec<Part> = Vec::new();
        for expr in all {
            let value = self.eval(expr, state)?;
            for part in self.parts(&value, expr.place)? {
                match (parts.last_mut(), part) {
                    (Some(Part::Text(before)), Part::Text(more)) => before.push_str(&more),
                    (_, part) => parts.push(part),
                }
            }
        }
        Ok(match parts.as_slice() {
            [] => Sym::Known(Value::text("")),
            [Part::Text(text)] => Sym::Known(Value::text(text)),
            _ => Sym::Text(parts),
        })
    }

    fn calculated(
        &mut self,
        op: BinaryOp,
        left: &Expr,
        right: &Expr,
        state: &State<'a>,
        place: crate::source::Place,
    ) -> Known<Sym> {
        let sign = match op {
            BinaryOp::Add => '+',
            BinaryOp::Sub => '-',
            BinaryOp::Mul => '*',
            BinaryOp::Div => '/',
            BinaryOp::Rem
            | BinaryOp::Eq
            | BinaryOp::Ne
            | BinaryOp::Lt
            | BinaryOp::Le
            | BinaryOp::Gt
            | BinaryOp::Ge => {
                return Err(Halt::cannot(Finding::error(
                    place,
                    "Salesbot calculates with + - * / alone",
                    "write it in these, or let a widget compute it",
                )));
            }
        };
        let (left, right) = (self.term(left, state)?, self.term(right, state)?);
        Ok(Sym::Sum(format!("({left}{sign}{right})")))
    }

    /// A part of a formula.
    fn term(&mut self, expr: &Expr, state: &State<'a>) -> Known<String> {
        let value = self.eval(expr, state)?;
        if let Sym::Sum(formula) = value {
            return Ok(formula);
        }
        // A value that is absent has to be asked for; the language wants a default for it, too.
        self.shown(&value, expr.place)
    }

    fn builtin(&mut self, number: u16, args: &[Expr], expr: &Expr, state: &State<'a>) -> Known<Sym> {
        let name = builtin::numbered(number).map_or("", |row| row.name);
        match (name, args) {
            ("lower" | "trim", [text]) => {
                let value = self.eval(text, state)?;
                let (hole, trimmed, lowered) = match value {
                    Sym::Hole(hole) if hole.from == Source::Message => (hole, false, false),
                    Sym::Folded { hole, trimmed, lowered } => (hole, trimmed, lowered),
                    Sym::Known(_) => return self.folded(expr, state),
                    Sym::Hole(_) | Sym::Text(_) | Sym::Sum(_) | Sym::List(_) | Sym::Lost(_) => {
                        return self.folded(expr, state);
                    }
                };
                Ok(Sym::Folded {
                    hole,
                    trimmed: trimmed || name == "trim",
                    lowered: lowered || name == "lower",
                })
            }
            ("find_phone" | "find_email" | "find_number" | "find_number_in", [text, ..]) => {
                let value = self.eval(text, state)?;
                if value.known().is_some() {
                    return self.folded(expr, state);
                }
                let cond = self.found(name, &value, args, state, expr.place)?;
                if !self.decide(&cond, state)? {
                    return Ok(Sym::Known(Value::None));
                }
                let number = expr.ty.present().is_numeric();
                Ok(Sym::Hole(Hole { number, ..Hole::text("{{last_validation_result}}", Source::Found) }))
            }
            ("options" | "first_options", [list]) => {
                let value = self.eval(list, state)?;
                if value.known().is_some() { self.folded(expr, state) } else { Ok(value) }
            }
            _ if expr.ty == Ty::Bool => {
                let cond = self.cond(expr, state)?;
                Ok(Sym::Known(Value::Bool(self.decide(&cond, state)?)))
            }
            _ => self.folded(expr, state),
        }
    }

    /// A call of a function: computed if its arguments are known, else its body is followed.
    fn call(&mut self, function: FnId, args: &[Expr], expr: &Expr, state: &State<'a>) -> Known<Sym> {
        let args = args.iter().map(|arg| self.eval(arg, state)).collect::<Known<Vec<Sym>>>()?;
        if args.iter().all(|arg| arg.known().is_some()) {
            return self.folded(expr, state);
        }
        let project = self.project;
        let Some(function) = project.functions.get(function.0 as usize) else { return Err(Halt::Reported) };
        let mut inside = state.clone();
        if inside.frames.len() > MOST_CALLS {
            return self.folded(expr, state);
        }
        // The owner is of no concern: nothing but locals is looked at.
        let owner = inside.frames.last().map(|frame| frame.owner);
        let Some(owner) = owner else { return Err(Halt::Reported) };
        inside.enter(owner, &[], args, None);
        match self.follow(&function.body, &mut inside)? {
            Some(Left::With(value)) => Ok(value),
            Some(Left::Through) => Ok(Sym::Known(Value::None)),
            None => self.folded(expr, state),
        }
    }

    /// Follows the body of a function; none where it loops.
    fn follow(&mut self, body: &'a [Stmt], state: &mut State<'a>) -> Known<Option<Left>> {
        for stmt in body {
            match &stmt.kind {
                StmtKind::Local { local, value } => self.assign(*local, value, state)?,
                StmtKind::If { condition, then, otherwise } => {
                    let cond = self.cond(condition, state)?;
                    let branch = if self.decide(&cond, state)? { then } else { otherwise };
                    match self.follow(branch, state)? {
                        Some(Left::Through) => {}
                        left => return Ok(left),
                    }
                }
                StmtKind::Block(block) => match self.follow(block, state)? {
                    Some(Left::Through) => {}
                    left => return Ok(left),
                },
                StmtKind::Return(Some(value)) => return Ok(Some(Left::With(self.eval(value, state)?))),
                StmtKind::Return(None) => return Ok(Some(Left::With(Sym::Known(Value::None)))),
                StmtKind::For { .. }
                | StmtKind::While { .. }
                | StmtKind::Break
                | StmtKind::Continue
                | StmtKind::Message(_)
                | StmtKind::Pause(_)
                | StmtKind::Validate(_)
                | StmtKind::Var { .. }
                | StmtKind::Set { .. }
                | StmtKind::Act(_)
                | StmtKind::Rotate(_)
                | StmtKind::Enter(_)
                | StmtKind::HandOver { .. }
                | StmtKind::Goto { .. }
                | StmtKind::End => return Ok(None),
            }
        }
        Ok(Some(Left::Through))
    }

    fn assign(&mut self, local: LocalId, value: &Expr, state: &mut State<'a>) -> Known<()> {
        let value = self.eval(value, state)?;
        state.set(local, value);
        Ok(())
    }

    /// What stands at a place in the source, on one line.
    pub(super) fn written(&self, place: crate::source::Place) -> String {
        let text = self.sources.get(place.file).slice(place.span);
        let line: Vec<&str> = text.split_whitespace().collect();
        let mut line = line.join(" ");
        if let Some((at, _)) = line.char_indices().nth(60) {
            line.truncate(at);
            line.push('…');
        }
        line
    }
}

/// A value that is known to be there.
fn present(value: Sym) -> Sym {
    if let Sym::Hole(hole) = value { Sym::Hole(Hole { optional: false, ..hole }) } else { value }
}
