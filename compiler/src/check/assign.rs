//! `let`, assignment and the Set field action.

use super::Checker;
use super::known::Root;
use crate::diagnostic::{Code, Diagnostic, Edit, suggest};
use crate::ir::{BinaryOp as Op, Block, Expr, ExprKind, FieldId, LocalId, Stmt, StmtKind, VarId};
use crate::resolve::{Def, OBJECTS, READ_ONLY};
use crate::source::Place;
use crate::types::{Ty, is_entity};
use sbot_grammar::ast::{self, AssignOp, Name, Value};

/// What an assignment changes.
enum Target {
    Local(LocalId),
    Var(VarId),
}

impl<'a> Checker<'a> {
    pub(super) fn let_(&mut self, place: Place, statement: &ast::Let, out: &mut Block) {
        if let Some(called) = self.called(&statement.value) {
            let local = self.body.hidden(&statement.name.text, Ty::Error);
            let name = statement.called.as_ref();
            let ty = self.waiting_call(place, &called, &statement.exits, name, Some(local), out);
            self.body.retype(local, ty.unwrap_or(Ty::Error));
            self.body.show(&statement.name.text, local, None);
            self.declare_local(&statement.name, local);
            return;
        }
        let Some(value) = self.assigned(&statement.value, &statement.exits, statement.called.as_ref(), None)
        else {
            self.body.bind(&statement.name.text, Ty::Error, None);
            return;
        };
        let value = self.keepable(value, "a `let`");
        let local = self.body.bind(&statement.name.text, value.ty.clone(), None);
        self.declare_local(&statement.name, local);
        Self::push(out, place, StmtKind::Local { local, value });
    }

    /// E0301: something that is no value of its own, or an absent one of which nothing says what it could be.
    pub(super) fn keepable(&mut self, value: Expr, what: &str) -> Expr {
        let (text, help) = if value.ty == Ty::None {
            let help =
                "give it a type: a variable `var name: T? = none`, or a field or parameter of type `T?`";
            (format!("`none` does not say what {what} could hold"), help)
        } else if let Ty::Object(name) = &value.ty {
            (format!("`{name}` is no value to keep"), "keep one of its fields")
        } else if value.ty.is_value() {
            return value;
        } else {
            let help = "send it where it is needed: `send_email(…)`";
            ("an e-mail template is no value to keep".to_owned(), help)
        };
        self.report(Diagnostic::new(Code::E0301, value.place, text).help(help));
        Self::error(value.place)
    }

    fn declare_local(&mut self, name: &Name, local: LocalId) {
        self.body.declare(local, name, format!("the value `{}`", name.text), super::unused::LOCAL);
    }

    /// The right side of `let` and `=` that does not wait.
    fn assigned(
        &mut self,
        value: &Value,
        exits: &[ast::Exit],
        called: Option<&Name>,
        want: Option<&Ty>,
    ) -> Option<Expr> {
        let expr = match value {
            // The bot is unknown, which has been reported.
            Value::Run(run) => {
                self.look_at_args(&run.args);
                self.look_at_exits(exits);
                return None;
            }
            Value::Expr(expr) => expr,
        };
        let value = self.expr(expr, want);
        if let Some(exit) = exits.first() {
            let at = self.place(exit.head);
            self.report(
                Diagnostic::new(Code::E0502, at, "this value does not wait, so it has no exits")
                    .help("remove the exit"),
            );
            self.look_at_exits(exits);
        } else if let Some(name) = called {
            self.no_wait_to_name(name);
        }
        Some(value)
    }

    pub(super) fn assign(&mut self, place: Place, assign: &ast::Assign, out: &mut Block) {
        let Some(target) = self.target(&assign.target) else {
            // The value is still looked at: its own mistakes are worth a report.
            self.assigned(&assign.value, &assign.exits, assign.called.as_ref(), None);
            return;
        };
        let (declared, known) = match target {
            Target::Local(local) => (self.body.ty(local), Root::Local(local)),
            Target::Var(var) => {
                (self.bot.var_types.get(var.0 as usize).cloned().unwrap_or(Ty::Error), Root::Var(var))
            }
        };
        let want = declared.clone();
        let waited = self.called(&assign.value).map(|called| {
            let local = self.body.hidden("%result", Ty::Error);
            let name = assign.called.as_ref();
            let ty = self.waiting_call(place, &called, &assign.exits, name, Some(local), out);
            let ty = ty.unwrap_or(Ty::Error);
            self.body.retype(local, ty.clone());
            Self::local_value(place, local, ty)
        });
        let value = match waited {
            Some(value) => Some(value),
            None => self.assigned(&assign.value, &assign.exits, assign.called.as_ref(), Some(&want)),
        };
        let Some(value) = value else { return };
        let value = match operator(assign.op) {
            None => value,
            Some(op) => {
                // Where the value was waited for, the flow that gave it may have changed the variable.
                let at = self.place(assign.target.span);
                let current = match target {
                    Target::Local(local) => self.narrowed(Self::local_value(at, local, declared.clone())),
                    Target::Var(var) => self.var(at, var),
                };
                self.arithmetic_of(place, op, place, current, value)
            }
        };
        let what = format!(
            "`{}`",
            assign.target.names.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".")
        );
        let value = self.coerce(value, &declared, &what);
        self.body.forget(known);
        if declared.is_optional() && !value.ty.is_optional() {
            self.body.known.push(known.into());
        }
        let kind = match target {
            Target::Local(local) => StmtKind::Local { local, value },
            Target::Var(var) => StmtKind::Var { var, value },
        };
        Self::push(out, place, kind);
    }

    /// The local or variable that a path names; otherwise a report.
    fn target(&mut self, path: &ast::Path) -> Option<Target> {
        let [name] = path.names.as_slice() else {
            self.field_assigned(path);
            return None;
        };
        let place = self.place(name.span);
        if let Some(binding) = self.body.find(&name.text) {
            let (local, read_only) = (binding.local, binding.read_only);
            if let Some(what) = read_only {
                self.read_only(place, &format!("`{}` is {what}, which keeps its value", name.text));
                return None;
            }
            return Some(Target::Local(local));
        }
        if self.bot_param(&name.text).is_some() {
            self.read_only(place, &format!("`{}` is a parameter, which keeps its value", name.text));
            return None;
        }
        let named = self.meaning(&name.text);
        if let Some(named) = named {
            self.names.uses.file(self.unit, named.place);
        }
        match named.map(|named| named.def) {
            Some(Def::Var(decl)) => match self.bot.vars.get(&decl).copied() {
                Some(var) if self.body.kind != super::body::Kind::Fn => Some(Target::Var(var)),
                _ => {
                    let text = format!("the variable `{}` cannot be changed here", name.text);
                    self.report(
                        Diagnostic::new(Code::E0306, place, text)
                            .help("a `fn` returns a value and changes nothing"),
                    );
                    None
                }
            },
            Some(Def::Object(_)) => {
                self.read_only(place, &format!("`{}` cannot be assigned", name.text));
                None
            }
            Some(_) => {
                self.read_only(place, &format!("`{}` is a declaration, which keeps its meaning", name.text));
                None
            }
            None if OBJECTS.contains(&name.text.as_str()) || name.text == "bot" => {
                self.read_only(place, &format!("`{}` cannot be assigned", name.text));
                None
            }
            None => {
                self.unknown_variable(name);
                None
            }
        }
    }

    /// E0307: fields of entities are set, and those of records do not change.
    fn field_assigned(&mut self, path: &ast::Path) {
        let place = self.place(path.span);
        let written: Vec<&str> = path.names.iter().map(|name| name.text.as_str()).collect();
        let written = written.join(".");
        let first = path.names.first();
        let entity = first.is_some_and(|first| crate::resolve::Names::entity(&first.text).is_some());
        let diagnostic = match first {
            Some(first) if !entity => {
                let text = format!("`{written}` cannot be changed on its own");
                let help = format!("give the whole value anew: `{} = {{…}}`", first.text);
                Diagnostic::new(Code::E0307, place, text).help(help)
            }
            _ => {
                let text = format!("`{written}` is a field, and a field is changed with `set`");
                Diagnostic::new(Code::E0307, place, text)
                    .help(format!("write `set {written} = …`"))
                    .change(vec![Edit::insert(path.span.start, "set ")], true)
            }
        };
        self.report(diagnostic);
    }

    fn unknown_variable(&mut self, name: &Name) {
        let place = self.place(name.span);
        let known: Vec<String> = self
            .body
            .names()
            .map(str::to_owned)
            .chain(self.bot.var_names.iter().map(ToString::to_string))
            .collect();
        let diagnostic = Diagnostic::new(Code::E0202, place, format!("there is no variable `{}`", name.text));
        let diagnostic = diagnostic.help(format!(
            "make one: `let {} = …` in a step, `var {}: T = …` for the whole run",
            name.text, name.text
        ));
        let diagnostic = suggest::meant(diagnostic, &name.text, name.span, known.iter().map(String::as_str));
        if diagnostic.suggestion.is_none() {
            // A variable that was never made is missed once, not wherever it is read.
            self.body.bind(&name.text, Ty::Error, None);
        }
        self.report(diagnostic);
    }

    fn read_only(&mut self, place: Place, text: &str) {
        self.report(
            Diagnostic::new(Code::E0307, place, text)
                .help("keep a changed value in a variable of your own: `let name = …`"),
        );
    }

    pub(super) fn set(&mut self, place: Place, set: &ast::Set, out: &mut Block) {
        let at = self.place(set.field.span);
        let [entity, name] = set.field.names.as_slice() else {
            self.report(
                Diagnostic::new(Code::E0307, at, "`set` changes a field of an entity")
                    .help("write `set lead.field = …`; a variable is assigned without `set`"),
            );
            self.expr(&set.value, None);
            return;
        };
        if !self.settable(entity, name) {
            self.expr(&set.value, None);
            return;
        }
        let Some((field, ty, default)) = self.field(&entity.text, name) else {
            self.expr(&set.value, None);
            return;
        };
        let value = self.expr(&set.value, Some(&ty));
        if let Some(op) = operator(set.op) {
            let current = self.read_field(at, field, ty.clone(), default);
            return self.set_with(place, op, field, (&ty, current), value, out);
        }
        let optional = ty.is_optional() || default.is_some();
        self.body.forget(Root::Field(field));
        if value.ty == Ty::None {
            if !optional {
                self.absent(value.place, &format!("`{}.{}`", entity.text, name.text), &Ty::None);
            }
            Self::push(out, place, StmtKind::Set { field, value: None, convert: false });
            return;
        }
        let (value, convert) = self.set_value(value, &ty, &format!("`{}.{}`", entity.text, name.text));
        if !convert && ty.is_optional() {
            self.body.known.push(Root::Field(field).into());
        }
        Self::push(out, place, StmtKind::Set { field, value: Some(value), convert });
    }

    /// `set field += value`: an absent field stays as it is, with the event `not_set`.
    fn set_with(
        &mut self,
        place: Place,
        op: Op,
        field: FieldId,
        (ty, current): (&Ty, Expr),
        value: Expr,
        out: &mut Block,
    ) {
        let mut present = current.clone();
        present.ty = current.ty.present().clone();
        let changed = self.arithmetic_of(place, op, place, present, value);
        let changed = self.coerce(changed, ty, "the new value of the field");
        let set = StmtKind::Set { field, value: Some(changed), convert: false };
        if !current.ty.is_optional() {
            return Self::push(out, place, set);
        }
        let absent = Self::constant(place, Ty::None, sbot_vm::value::Value::None);
        let condition = Expr { ty: Ty::Bool, place, kind: ExprKind::IsSet(Box::new(current)) };
        let then = vec![Stmt { place, kind: set }];
        let otherwise =
            vec![Stmt { place, kind: StmtKind::Set { field, value: Some(absent), convert: true } }];
        Self::push(out, place, StmtKind::If { condition, then, otherwise });
    }

    /// The value of a `set`, and whether the VM has to convert it: a text for another type, or a value that may be absent.
    fn set_value(&mut self, value: Expr, ty: &Ty, what: &str) -> (Expr, bool) {
        let convertible = matches!(
            ty.present(),
            Ty::Phone
                | Ty::Email
                | Ty::Url
                | Ty::Number
                | Ty::Int
                | Ty::Date
                | Ty::DateTime
                | Ty::Time
                | Ty::Duration
                | Ty::Choice(_)
        );
        // A fixed text for a choice can be told right or wrong now.
        let fixed = matches!(ty.present(), Ty::Choice(_)) && Self::fixed_text(&value).is_some();
        if *value.ty.present() == Ty::Text && convertible && !fixed {
            if *ty.present() == Ty::Phone {
                self.need_region(value.place);
            } else if *ty.present() == Ty::DateTime {
                self.need_zone(value.place);
            }
            return (value, true);
        }
        if value.ty.is_optional() && value.ty.widens_to(&ty.clone().optional()) {
            return (value, true);
        }
        (self.coerce(value, &ty.clone().optional(), what), false)
    }

    /// Whether a field can be set; E0307 or E0202 if not.
    fn settable(&mut self, entity: &Name, name: &Name) -> bool {
        let place = self.place(entity.span.to(name.span));
        let written = format!("{}.{}", entity.text, name.text);
        if self.body.find(&entity.text).is_some()
            || (OBJECTS.contains(&entity.text.as_str()) && !is_entity(&entity.text))
            || entity.text == "bot"
        {
            self.read_only(place, &format!("`{written}` cannot be set"));
            return false;
        }
        if crate::resolve::Names::entity(&entity.text).is_none() {
            let place = self.place(entity.span);
            let known = crate::resolve::ENTITIES.iter().map(|(name, _)| *name);
            let diagnostic =
                Diagnostic::new(Code::E0202, place, format!("there is no entity `{}`", entity.text));
            self.report(suggest::similar(diagnostic, &entity.text, entity.span, known));
            return false;
        }
        if let Some((_, action)) = READ_ONLY.iter().find(|(field, _)| *field == name.text)
            && self.names.field(&entity.text, &name.text).is_some()
        {
            let diagnostic = Diagnostic::new(Code::E0307, place, format!("`{written}` cannot be set"));
            let diagnostic = match action {
                Some(action) => diagnostic.help(format!("the action `{action}(…)` changes it")),
                None => diagnostic.help("the CRM gives it once and for all"),
            };
            self.report(diagnostic);
            return false;
        }
        true
    }
}

/// The operator of `+=` and `-=`.
fn operator(op: AssignOp) -> Option<Op> {
    match op {
        AssignOp::Set => None,
        AssignOp::Add => Some(Op::Add),
        AssignOp::Sub => Some(Op::Sub),
    }
}
