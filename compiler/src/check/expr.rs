//! Expressions.

use super::Checker;
use super::args::FIELD_DEFAULT;
use super::body::Kind;
use super::report::a;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, BinaryOp as Op, Expr, ExprKind};
use crate::resolve::{Def, OBJECTS};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, BinaryOp, ExprKind as Ast, Name};
use sbot_vm::program::SymbolKind;
use sbot_vm::value::Value;

impl<'a> Checker<'a> {
    /// An expression and its type. `want` only helps literals; the caller checks that the type fits.
    pub(super) fn expr(&mut self, expr: &ast::Expr, want: Option<&Ty>) -> Expr {
        let place = self.place(expr.span);
        match &expr.kind {
            Ast::Text(text) => self.text(text, want),
            Ast::Number(digits) => self.number(place, digits),
            Ast::Duration(duration) => Self::constant(place, Ty::Duration, Value::Duration(duration.seconds)),
            Ast::Date(date) => Self::constant(place, Ty::Date, Self::date(*date)),
            Ast::Time(time) => Self::constant(place, Ty::Time, Self::time(*time)),
            Ast::Bool(value) => Self::constant(place, Ty::Bool, Value::Bool(*value)),
            Ast::None => Self::constant(place, Ty::None, Value::None),
            Ast::Name(name) => self.name(name),
            Ast::Field { base, name } if want.map(Ty::present) == Some(&Ty::Symbol(SymbolKind::Field)) => {
                self.field_symbol(place, base, name)
            }
            Ast::Field { base, name } => self.member(place, base, name),
            Ast::Index { base, index } => self.index(place, base, index),
            Ast::Call { callee, args } => self.call(place, callee, args),
            Ast::List(items) => self.list(place, items, want),
            Ast::Record(fields) => self.record(place, fields, want),
            Ast::Paren(inner) => self.expr(inner, want),
            Ast::Not(inner) => {
                let inner = self.expr_as(inner, &Ty::Bool, "`not`");
                Expr { ty: Ty::Bool, place, kind: ExprKind::Not(Box::new(inner)) }
            }
            Ast::Neg(inner) => self.neg(place, inner),
            Ast::Binary { op, op_span, left, right } => {
                let op_place = self.place(*op_span);
                self.binary(place, *op, op_place, (left, right), want)
            }
            Ast::In { negated, value, list } => self.is_in(place, *negated, value, list),
            Ast::InRange { negated, value, from, to } => self.in_range(place, *negated, value, (from, to)),
            Ast::Contains { negated, value, what, range } => {
                self.contains(place, *negated, value, what, range.as_deref())
            }
            Ast::Matches { negated, value, regex } => self.matches(place, *negated, value, regex),
            Ast::IsSet { negated, value } => self.is_set(place, *negated, value),
            Ast::Error => Self::error(place),
        }
    }

    /// Stands for an expression that was reported.
    pub(super) fn error(place: Place) -> Expr {
        Self::constant(place, Ty::Error, Value::None)
    }

    /// A name as a value.
    fn name(&mut self, name: &Name) -> Expr {
        let place = self.place(name.span);
        if let Some(binding) = self.body.find(&name.text) {
            let local = binding.local;
            self.body.read(local);
            return self.narrowed(Self::local_value(place, local, self.body.ty(local)));
        }
        if let Some(var) = self.bot_param(&name.text) {
            self.bot.read.insert(var);
            if self.bot.is_later(var) {
                self.not_there_yet(name);
                return Self::error(place);
            }
            return self.var(place, var);
        }
        match self.lookup(&name.text).map(|named| named.def) {
            Some(Def::Var(decl)) => match self.bot.vars.get(&decl).copied() {
                Some(var) if self.bot.is_later(var) => {
                    self.not_there_yet(name);
                    Self::error(place)
                }
                Some(var) if self.body.kind != Kind::Fn => self.var(place, var),
                _ => {
                    let text = format!("the variable `{}` cannot be read here", name.text);
                    let help = match self.body.kind {
                        Kind::Fn => "a `fn` sees its parameters only: pass the value as an argument",
                        Kind::Expression | Kind::Step | Kind::Flow => {
                            "this is the same for every bot, and a variable belongs to one run: read it where this is used"
                        }
                    };
                    self.report(Diagnostic::new(Code::E0202, place, text).help(help));
                    Self::error(place)
                }
            },
            Some(Def::Symbol(id)) => {
                let kind =
                    self.names.symbols.get(id as usize).map_or(SymbolKind::Entity, |symbol| symbol.kind);
                if kind == SymbolKind::EmailTemplate {
                    return self.email_template(place, name, id, &[]);
                }
                Self::constant(place, Ty::Symbol(kind), Value::Symbol(id))
            }
            Some(Def::Fn(_) | Def::Action(_) | Def::Flow(_)) => {
                let text = format!("`{}` is called with arguments", name.text);
                self.report(
                    Diagnostic::new(Code::E0301, place, text).help(format!("write `{}(…)`", name.text)),
                );
                Self::error(place)
            }
            Some(Def::Widget(_)) => {
                let text = format!("`{}` is a widget, which is no value", name.text);
                let help = format!("call one of its actions: `{}.action(…)`", name.text);
                self.report(Diagnostic::new(Code::E0301, place, text).help(help));
                Self::error(place)
            }
            Some(Def::Object(_)) | None => self.object(place, name),
        }
    }

    /// E0202: an initial value that needs one that is given after it.
    fn not_there_yet(&mut self, name: &Name) {
        let place = self.place(name.span);
        let text = format!("`{}` has no value yet", name.text);
        self.report(
            Diagnostic::new(Code::E0202, place, text)
                .help("initial values are given from top to bottom: move this one below what it needs"),
        );
    }

    fn object(&mut self, place: Place, name: &Name) -> Expr {
        if name.text == "now" {
            let field = self.field_id("now", "", &Ty::DateTime, false);
            return Expr { ty: Ty::DateTime, place, kind: ExprKind::Field(field) };
        }
        if OBJECTS.contains(&name.text.as_str()) || name.text == "bot" {
            let value = crate::resolve::Names::entity(&name.text).map_or(Value::None, Value::Symbol);
            return Self::constant(place, Ty::Object(name.text.clone()), value);
        }
        self.unknown_name("name", name);
        Self::error(place)
    }

    pub(super) fn var(&self, place: Place, var: ir::VarId) -> Expr {
        let ty = self.bot.var_types.get(var.0 as usize).cloned().unwrap_or(Ty::Error);
        self.narrowed(Expr { ty, place, kind: ExprKind::Var(var) })
    }

    /// `base.name`: a stage, or a field of an entity or object.
    fn member(&mut self, place: Place, base: &ast::Expr, name: &Name) -> Expr {
        if let Ast::Name(first) = &base.kind
            && self.body.find(&first.text).is_none()
            && let Some(Def::Symbol(id)) = self.lookup(&first.text).map(|named| named.def)
            && self.names.symbols.get(id as usize).is_some_and(|symbol| symbol.kind == SymbolKind::Pipeline)
        {
            let unit = self.unit();
            return match self.names.stage_of(unit, first, name) {
                Some(stage) => Self::constant(place, Ty::Symbol(SymbolKind::Stage), Value::Symbol(stage)),
                None => Self::error(place),
            };
        }
        let base = self.expr(base, None);
        if let Ty::Object(entity) = &base.ty {
            return self.field_value(place, entity, name);
        }
        if *base.ty.present() == Ty::Json {
            return Self::json_field(place, base, &name.text);
        }
        if matches!(base.ty.present(), Ty::Record(_)) {
            return self.record_field(place, base, name);
        }
        if base.ty != Ty::Error {
            let text = format!("{} has no fields", a(&base.ty));
            let at = self.place(name.span);
            self.report(
                Diagnostic::new(Code::E0203, at, text)
                    .help("only records, json, entities, `client`, `chat` and `bot` have fields"),
            );
        }
        Self::error(place)
    }

    /// `contact.phone` where a field itself is wanted, not its value.
    fn field_symbol(&mut self, place: Place, base: &ast::Expr, name: &Name) -> Expr {
        let Ast::Name(entity) = &base.kind else { return self.member(place, base, name) };
        if crate::resolve::Names::entity(&entity.text).is_none() || self.field(&entity.text, name).is_none() {
            return self.member(place, base, name);
        }
        let symbol = self.names.field_symbol(&entity.text, &name.text);
        Self::constant(place, Ty::Symbol(SymbolKind::Field), Value::Symbol(symbol))
    }

    /// The value of a field; the declared default stands in where the CRM has none.
    pub(super) fn field_value(&mut self, place: Place, entity: &str, name: &Name) -> Expr {
        let Some((field, ty, default)) = self.field(entity, name) else { return Self::error(place) };
        self.read_field(place, field, ty, default)
    }

    /// The same for a field that was looked up.
    pub(super) fn read_field(
        &mut self,
        place: Place,
        field: ir::FieldId,
        ty: Ty,
        default: Option<(usize, &'a ast::Expr)>,
    ) -> Expr {
        let read = self.narrowed(Expr { ty, place, kind: ExprKind::Field(field) });
        let Some((unit, default)) = default else { return read };
        let known = self.diagnostics.len();
        let ty = read.ty.clone();
        let default = self.declared_value(Kind::Expression, unit, default, &ty, FIELD_DEFAULT);
        self.reported_at_declaration(known);
        Expr { ty, place, kind: ExprKind::Coalesce(Box::new(read), Box::new(default)) }
    }

    fn index(&mut self, place: Place, base: &ast::Expr, index: &ast::Expr) -> Expr {
        let list = self.expr(base, None);
        if *list.ty.present() == Ty::Json {
            return self.json_index(place, list, index);
        }
        let index = self.expr_as(index, &Ty::Int, "an index");
        let ty = if let Ty::List(item) = &list.ty {
            (**item).clone()
        } else {
            let have = list.ty.clone();
            if matches!(have.present(), Ty::List(_)) {
                self.absent(list.place, "taking an element", &have);
            } else if have != Ty::Error {
                let text = format!("{} has no elements", a(&have));
                self.report(
                    Diagnostic::new(Code::E0301, list.place, text).help("only a list is read with `[…]`"),
                );
            }
            Ty::Error
        };
        Expr { ty, place, kind: ExprKind::Index { list: Box::new(list), index: Box::new(index) } }
    }

    fn list(&mut self, place: Place, items: &[ast::Expr], want: Option<&Ty>) -> Expr {
        let want = match want.map(Ty::present) {
            Some(Ty::List(item)) if **item != Ty::Any => Some((**item).clone()),
            Some(Ty::Json) => return self.json_list(place, items),
            _ => None,
        };
        let mut item_ty = want.clone();
        let mut out = Vec::new();
        for item in items {
            let value = match &item_ty {
                Some(ty) if want.is_some() => self.expr_as(item, ty, "an element of this list"),
                Some(ty) => {
                    // A record is taken as it is: another one may have wider fields.
                    let hint = Some(ty).filter(|ty| !matches!(ty.present(), Ty::Record(_)));
                    let value = self.expr(item, hint);
                    if ty.widens_to(&value.ty) {
                        value
                    } else {
                        self.coerce(value, ty, "an element of this list")
                    }
                }
                None => self.expr(item, None),
            };
            let value = match want {
                None => self.keepable(value, "an element of this list"),
                Some(_) => value,
            };
            let wider = item_ty.as_ref().is_none_or(|ty| want.is_none() && ty.widens_to(&value.ty));
            if wider {
                item_ty = Some(value.ty.clone());
            }
            out.push(value);
        }
        self.in_parts(Expr { ty: item_ty.unwrap_or(Ty::Error).list(), place, kind: ExprKind::List(out) })
    }

    fn neg(&mut self, place: Place, inner: &ast::Expr) -> Expr {
        let inner = self.expr(inner, None);
        match (&inner.kind, inner.ty.present()) {
            (ExprKind::Const(Value::Int(value)), Ty::Int) => {
                return Self::constant(place, Ty::Int, Value::Int(value.wrapping_neg()));
            }
            (ExprKind::Const(Value::Number(value)), Ty::Number) => {
                return Self::constant(place, Ty::Number, Value::Number(-*value));
            }
            _ => {}
        }
        let ty = inner.ty.clone();
        if ty.is_optional() {
            self.absent(inner.place, "`-`", &ty);
        } else if !ty.is_numeric() && ty != Ty::Duration {
            self.wrong_type(inner.place, "`-`", &Ty::Number, &ty);
            return Self::error(place);
        }
        Expr { ty: ty.present().clone(), place, kind: ExprKind::Neg(Box::new(inner)) }
    }

    fn binary(
        &mut self,
        place: Place,
        op: BinaryOp,
        op_place: Place,
        sides: (&ast::Expr, &ast::Expr),
        want: Option<&Ty>,
    ) -> Expr {
        let (left, right) = sides;
        match op {
            BinaryOp::And | BinaryOp::Or => self.logic(place, op, left, right),
            BinaryOp::Coalesce => self.coalesce(place, left, right, want),
            BinaryOp::Eq => self.compare(place, Op::Eq, op_place, left, right),
            BinaryOp::Ne => self.compare(place, Op::Ne, op_place, left, right),
            BinaryOp::Lt => self.compare(place, Op::Lt, op_place, left, right),
            BinaryOp::Le => self.compare(place, Op::Le, op_place, left, right),
            BinaryOp::Gt => self.compare(place, Op::Gt, op_place, left, right),
            BinaryOp::Ge => self.compare(place, Op::Ge, op_place, left, right),
            BinaryOp::Add => self.arithmetic(place, Op::Add, op_place, left, right),
            BinaryOp::Sub => self.arithmetic(place, Op::Sub, op_place, left, right),
            BinaryOp::Mul => self.arithmetic(place, Op::Mul, op_place, left, right),
            BinaryOp::Div => self.arithmetic(place, Op::Div, op_place, left, right),
            BinaryOp::Rem => self.arithmetic(place, Op::Rem, op_place, left, right),
        }
    }

    /// `and`, `or`: what the left side proves to be present is present on the right.
    fn logic(&mut self, place: Place, op: BinaryOp, left: &ast::Expr, right: &ast::Expr) -> Expr {
        let (what, and) = if op == BinaryOp::And { ("`and`", true) } else { ("`or`", false) };
        let left = self.expr_as(left, &Ty::Bool, what);
        let before = self.body.known.clone();
        let proven = self.proven(&left, and);
        self.body.known.extend(proven);
        let right = self.expr_as(right, &Ty::Bool, what);
        self.body.known = before;
        let (left, right) = (Box::new(left), Box::new(right));
        let kind = if and { ExprKind::And(left, right) } else { ExprKind::Or(left, right) };
        Expr { ty: Ty::Bool, place, kind }
    }

    fn coalesce(&mut self, place: Place, left: &ast::Expr, right: &ast::Expr, want: Option<&Ty>) -> Expr {
        let left = self.expr(left, want);
        let inner = left.ty.present().clone();
        let hint = match want {
            Some(want) if !matches!(want.present(), Ty::Any | Ty::Error) => want.present().clone(),
            _ => inner.clone(),
        };
        let right = self.other_value(right, &hint, want.is_none());
        let ty = if matches!(inner, Ty::None | Ty::Error) || inner.widens_to(right.ty.present()) {
            right.ty.clone()
        } else if let (Ty::Choice(_), ExprKind::Const(_), Ty::Text) = (&inner, &right.kind, &right.ty)
            && !matches!(hint, Ty::Text)
        {
            let checked = self.coerce(right.clone(), &inner, "the value after `??`");
            checked.ty
        } else if right.ty.widens_to(&inner) {
            if right.ty.is_optional() { inner.optional() } else { inner }
        } else {
            self.wrong_type(right.place, "the value after `??`", &inner, &right.ty.clone());
            Ty::Error
        };
        Expr { ty, place, kind: ExprKind::Coalesce(Box::new(left), Box::new(right)) }
    }

    /// The value after `??`. Where nothing says what is wanted, `contact.email ?? "none"` is simply a text.
    fn other_value(&mut self, right: &ast::Expr, hint: &Ty, free: bool) -> Expr {
        let found = self.diagnostics.len();
        let value = self.expr(right, Some(hint));
        let address = matches!(hint, Ty::Phone | Ty::Email | Ty::Url);
        if free && address && matches!(right.kind, Ast::Text(_)) && self.diagnostics.len() > found {
            self.diagnostics.truncate(found);
            return self.expr(right, None);
        }
        value
    }

    /// Arithmetic: the table of what adds, subtracts, multiplies and divides.
    pub(super) fn arithmetic(
        &mut self,
        place: Place,
        op: Op,
        op_place: Place,
        left: &ast::Expr,
        right: &ast::Expr,
    ) -> Expr {
        let left = self.expr(left, None);
        // What is added to a list holds what the list holds.
        let hint = matches!(left.ty, Ty::List(_)).then(|| left.ty.clone());
        let right = self.expr(right, hint.as_ref());
        self.arithmetic_of(place, op, op_place, left, right)
    }

    pub(super) fn arithmetic_of(
        &mut self,
        place: Place,
        op: Op,
        op_place: Place,
        left: Expr,
        right: Expr,
    ) -> Expr {
        let sign = sign(op);
        let mut absent = false;
        for side in [&left, &right] {
            if side.ty.is_optional() {
                let (place, ty) = (side.place, side.ty.clone());
                self.absent(place, &format!("`{sign}`"), &ty);
                absent = true;
            }
        }
        if absent {
            return Self::error(place);
        }
        if let (Op::Add, Ty::List(l), Ty::List(r)) = (op, &left.ty, &right.ty)
            && (l.widens_to(r) || r.widens_to(l))
        {
            let ty = if l.widens_to(r) { right.ty.clone() } else { left.ty.clone() };
            return Self::builtin(place, "append", ty, vec![left, right]);
        }
        let text = left.ty.is_text() && right.ty.is_text();
        let ty = match (op, &left.ty, &right.ty) {
            (_, Ty::Error, _) | (_, _, Ty::Error) => Ty::Error,
            (Op::Div, l, r) if l.is_numeric() && r.is_numeric() => Ty::Number,
            (_, Ty::Int, Ty::Int) => Ty::Int,
            (_, l, r) if l.is_numeric() && r.is_numeric() => Ty::Number,
            (Op::Add, _, _) if text => Ty::Text,
            (Op::Add | Op::Sub, Ty::Duration, Ty::Duration) => Ty::Duration,
            (Op::Add | Op::Sub, Ty::Date, Ty::Duration) => Ty::Date,
            (Op::Add | Op::Sub, Ty::DateTime, Ty::Duration) => Ty::DateTime,
            (Op::Sub, Ty::Date, Ty::Date) | (Op::Sub, Ty::DateTime, Ty::DateTime) => Ty::Duration,
            (Op::Mul, Ty::Duration, Ty::Int) | (Op::Mul, Ty::Int, Ty::Duration) => Ty::Duration,
            (_, l, r) => {
                let text = format!("`{sign}` cannot take {} and {}", a(l), a(r));
                let diagnostic = Diagnostic::new(Code::E0301, op_place, text)
                    .label(left.place, format!("this is {}", a(l)))
                    .label(right.place, format!("this is {}", a(r)));
                let help = if op == Op::Add && (l.is_text() || r.is_text()) {
                    "write the value into the text: \"… {value} …\"; `number(…)` turns a text into a number"
                } else if l.is_text() || r.is_text() {
                    "`number(…)` turns a text into a number"
                } else {
                    "numbers go with numbers, durations with durations, dates and datetimes with durations"
                };
                self.report(diagnostic.help(help));
                return Self::error(place);
            }
        };
        Expr { ty, place, kind: ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) } }
    }
}

/// How an operator is written.
pub(super) fn sign(op: Op) -> &'static str {
    match op {
        Op::Add => "+",
        Op::Sub => "-",
        Op::Mul => "*",
        Op::Div => "/",
        Op::Rem => "%",
        Op::Eq => "==",
        Op::Ne => "!=",
        Op::Lt => "<",
        Op::Le => "<=",
        Op::Gt => ">",
        Op::Ge => ">=",
    }
}
