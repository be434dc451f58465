//! Expressions as terms. Texts are joined, constants stand for themselves, small functions become what they return.

use super::super::term::{Head, Lit, Space, TermId};
use super::Reader;
use crate::ir::{BinaryOp, Expr, ExprKind, Stmt, StmtKind};
use crate::types::Ty;
use rustc_hash::FxHashMap;
use sbot_vm::builtin::BUILTINS;
use sbot_vm::value::Value;
use std::sync::Arc;

/// How deep calls become expressions.
const MOST_INLINED: usize = 16;

impl<'p> Reader<'p, '_> {
    pub(super) fn exprs(&mut self, exprs: &[Expr]) -> Vec<TermId> {
        exprs.iter().map(|expr| self.expr(expr)).collect()
    }

    pub(super) fn expr(&mut self, expr: &Expr) -> TermId {
        // The type of an expression follows from its parts.
        let Expr { ty: _, place: _, kind } = expr;
        match kind {
            ExprKind::Const(value) => self.value(value),
            ExprKind::Local(local) => match self.body.values.get(local) {
                Some(known) => *known,
                None => self.terms.of(Space::Local, local.0),
            },
            ExprKind::Var(var) => self.var(var.0),
            ExprKind::Field(field) => self.field(field.0),
            ExprKind::Not(inner) => {
                let inner = self.expr(inner);
                self.not(inner)
            }
            ExprKind::Neg(inner) => {
                let inner = self.expr(inner);
                self.neg(inner)
            }
            ExprKind::Binary { op, left, right } => {
                let (left, right) = (self.expr(left), self.expr(right));
                self.binary(*op, left, right)
            }
            ExprKind::And(left, right) => self.word("and", &[left, right]),
            ExprKind::Or(left, right) => self.word("or", &[left, right]),
            ExprKind::Coalesce(left, right) => self.word("??", &[left, right]),
            ExprKind::IsSet(inner) => self.word("is set", &[inner]),
            ExprKind::In { value, list } => self.word("in", &[value, list]),
            ExprKind::Concat(parts) => self.concat(parts),
            ExprKind::List(items) => {
                let items = self.exprs(items);
                self.terms.word("list", items)
            }
            ExprKind::Record { template, names, fields } => {
                let fields = self.exprs(fields);
                self.terms.make(Head::Record(Arc::clone(template), Arc::clone(names)), fields)
            }
            ExprKind::Get { record, index } => {
                let name = field_of(&record.ty, *index);
                let record = self.expr(record);
                self.terms.make(Head::Get(name), vec![record])
            }
            ExprKind::Index { list, index } => self.word("[]", &[list, index]),
            ExprKind::Builtin { number, args } => {
                let args = self.exprs(args);
                let name = BUILTINS.get(usize::from(*number)).map_or("?", |builtin| builtin.name);
                self.terms.make(Head::Builtin(name), args)
            }
            ExprKind::Call { function, args } => {
                let args = self.exprs(args);
                self.call(function.0, args)
            }
            ExprKind::Localized { base, variants: _ } => self.expr(base),
            ExprKind::Matches { value, regex } => {
                let value = self.expr(value);
                self.terms.make(Head::Matches(Arc::clone(regex)), vec![value])
            }
        }
    }

    fn word(&mut self, word: &'static str, args: &[&Expr]) -> TermId {
        let args = args.iter().map(|arg| self.expr(arg)).collect();
        self.terms.word(word, args)
    }

    fn var(&mut self, var: u32) -> TermId {
        if let Some(Some(constant)) = self.constants.get(var as usize) {
            return *constant;
        }
        self.used.vars.insert(var);
        self.terms.of(Space::Var, var)
    }

    pub(super) fn field(&mut self, field: u32) -> TermId {
        self.used.fields.insert(field);
        let name = self.project.fields.get(field as usize).map_or_else(|| Arc::from("?"), super::field_name);
        self.terms.leaf(Head::Field(name))
    }

    /// A symbol by its name.
    pub(super) fn symbol(&mut self, symbol: u32) -> TermId {
        self.used.symbols.insert(symbol);
        let name = self.symbol_name(symbol);
        let kind = self.project.symbols.get(symbol as usize).map(|symbol| symbol.kind);
        match kind {
            Some(kind) => self.terms.lit(Lit::Symbol(kind, name)),
            None => self.terms.lit(Lit::None),
        }
    }

    fn value(&mut self, value: &Value) -> TermId {
        let lit = match value {
            Value::None => Lit::None,
            Value::Bool(value) => Lit::Bool(*value),
            Value::Int(value) => Lit::Int(*value),
            Value::Number(value) => Lit::Number(value.normalize()),
            Value::Text(text) => Lit::Text(Arc::clone(text)),
            Value::Date(days) => Lit::Date(*days),
            Value::Time(minutes) => Lit::Time(*minutes),
            Value::DateTime(at) => Lit::DateTime(*at),
            Value::Duration(seconds) => Lit::Duration(*seconds),
            Value::File(path) => Lit::File(Arc::clone(path)),
            Value::Json(json) => Lit::Json(Arc::clone(json)),
            Value::Symbol(symbol) => return self.symbol(*symbol),
            // No source says it.
            Value::Undeclared(one) => Lit::Text(Arc::clone(&one.id)),
            Value::List(items) => {
                let items = items.iter().map(|item| self.value(item)).collect();
                return self.terms.word("list", items);
            }
            Value::Record(record) => {
                let fields = record.fields.iter().map(|field| self.value(field)).collect();
                let shape = format!("#{}", record.shape);
                return self.terms.make(Head::Record(shape.into(), Arc::from([])), fields);
            }
        };
        self.terms.lit(lit)
    }

    /// `not not x` is `x`.
    pub(super) fn not(&mut self, inner: TermId) -> TermId {
        if let Some(Lit::Bool(value)) = self.terms.as_lit(inner) {
            let value = !value;
            return self.terms.lit(Lit::Bool(value));
        }
        match self.terms.as_word("not", inner) {
            Some([twice]) => *twice,
            _ => self.terms.word("not", vec![inner]),
        }
    }

    fn neg(&mut self, inner: TermId) -> TermId {
        let negative = self.terms.as_lit(inner).and_then(|lit| {
            if let Lit::Int(value) = lit {
                return value.checked_neg().map(Lit::Int);
            }
            if let Lit::Number(value) = lit { Some(Lit::Number((-*value).normalize())) } else { None }
        });
        match negative {
            Some(lit) => self.terms.lit(lit),
            None => self.terms.word("-x", vec![inner]),
        }
    }

    /// Greater-than is less-than with the sides exchanged.
    fn binary(&mut self, op: BinaryOp, left: TermId, right: TermId) -> TermId {
        let (word, swapped) = match op {
            BinaryOp::Add => ("+", false),
            BinaryOp::Sub => ("-", false),
            BinaryOp::Mul => ("*", false),
            BinaryOp::Div => ("/", false),
            BinaryOp::Rem => ("%", false),
            BinaryOp::Eq => ("==", false),
            BinaryOp::Ne => ("!=", false),
            BinaryOp::Lt => ("<", false),
            BinaryOp::Le => ("<=", false),
            BinaryOp::Gt => ("<", true),
            BinaryOp::Ge => ("<=", true),
        };
        self.terms.word(word, if swapped { vec![right, left] } else { vec![left, right] })
    }

    /// A text of parts: those that are known are joined, and texts in it taken apart.
    fn concat(&mut self, parts: &[Expr]) -> TermId {
        let parts = self.exprs(parts);
        let mut known = String::new();
        let mut out: Vec<TermId> = Vec::new();
        let mut open: Vec<TermId> = parts.into_iter().rev().collect();
        while let Some(part) = open.pop() {
            if let Some(inner) = self.terms.as_word("concat", part) {
                open.extend(inner.iter().rev());
                continue;
            }
            match self.terms.as_lit(part).and_then(literal_text) {
                Some(text) => known.push_str(&text),
                None => {
                    if !known.is_empty() {
                        out.push(self.terms.lit(Lit::Text(std::mem::take(&mut known).into())));
                    }
                    out.push(part);
                }
            }
        }
        if out.is_empty() {
            return self.terms.lit(Lit::Text(known.into()));
        }
        if !known.is_empty() {
            out.push(self.terms.lit(Lit::Text(known.into())));
        }
        self.terms.word("concat", out)
    }

    /// A call. A function that only returns an expression is that expression, where its arguments are plain.
    fn call(&mut self, function: u32, args: Vec<TermId>) -> TermId {
        let plain = args.iter().all(|arg| self.terms.args(*arg).is_empty());
        if let (true, Some(value)) = (plain, self.returned(function)) {
            let key = (function, args);
            if let Some(known) = self.inlined.get(&key) {
                return *known;
            }
            self.budget = self.budget.saturating_sub(1);
            self.inlining.push(function);
            let params = (0u32..).map(crate::ir::LocalId).zip(key.1.iter().copied());
            let outer = std::mem::replace(&mut self.body.values, params.collect::<FxHashMap<_, _>>());
            let found = self.expr(value);
            self.body.values = outer;
            self.inlining.pop();
            self.inlined.insert(key, found);
            return found;
        }
        if self.known_functions.insert(function) {
            self.functions.push(function);
        }
        let name = self.terms.of(Space::Function, function);
        let args = std::iter::once(name).chain(args).collect();
        self.terms.word("call", args)
    }

    /// What a function returns that does nothing else.
    fn returned(&self, function: u32) -> Option<&'p Expr> {
        if self.budget == 0 || self.inlining.len() == MOST_INLINED || self.inlining.contains(&function) {
            return None;
        }
        let function = self.project.functions.get(function as usize)?;
        match function.body.as_slice() {
            [Stmt { kind: StmtKind::Return(Some(value)), place: _ }]
                if function.locals.len() == function.params =>
            {
                Some(value)
            }
            _ => None,
        }
    }
}

/// The name of a field of a record, by its place.
fn field_of(ty: &Ty, index: u16) -> Arc<str> {
    if let Ty::Record(fields) = ty.present()
        && let Some((name, _)) = fields.get(usize::from(index))
    {
        return name.as_str().into();
    }
    index.to_string().into()
}

/// A literal as it stands in a text, as far as no setting of the account is needed for it.
fn literal_text(lit: &Lit) -> Option<String> {
    match lit {
        Lit::Text(text) => Some(text.to_string()),
        Lit::Int(value) => Some(value.to_string()),
        Lit::Bool(value) => Some(value.to_string()),
        Lit::None => Some(String::new()),
        Lit::Number(_)
        | Lit::Date(_)
        | Lit::Time(_)
        | Lit::DateTime(_)
        | Lit::Duration(_)
        | Lit::File(_)
        | Lit::Json(_)
        | Lit::Symbol(..) => None,
    }
}
