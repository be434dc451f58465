//! Expressions that are the same in every conversation, computed by the virtual machine itself: so `fn`s, functions of
//! the standard library and texts of values are what the bot would make of them.

use crate::ir::{Block, Expr, ExprKind, Project, StmtKind, Test, TestKind, TestStmt};
use crate::lower;
use crate::source::{Place, Sources};
use crate::types::Ty;
use sbot_vm::event::{Event, EventKind, Facts};
use sbot_vm::program::TriggerKind;
use sbot_vm::value::Value;
use sbot_vm::{Limits, Program};

/// A project of nothing but functions.
pub(super) struct Constants<'a> {
    project: Project,
    sources: &'a Sources,
    /// The place of the language that is exported among those of the project.
    language: Option<u16>,
}

impl<'a> Constants<'a> {
    pub(super) fn new(project: &Project, sources: &'a Sources, language: Option<u16>) -> Constants<'a> {
        let mut functions = project.functions.clone();
        for function in &mut functions {
            strip_block(&mut function.body, language);
        }
        let project = Project {
            account: project.account.clone(),
            symbols: project.symbols.clone(),
            fields: project.fields.clone(),
            hours: project.hours.clone(),
            functions,
            ..Project::default()
        };
        Constants { project, sources, language }
    }

    /// Takes the one language that is exported.
    pub(super) fn strip(&self, expr: &mut Expr) {
        strip(expr, self.language);
    }

    /// The value of an expression without locals, variables and fields. None if it traps, has a record in it, or is not
    /// closed after all.
    pub(super) fn value(&mut self, expr: Expr) -> Option<Value> {
        if let ExprKind::Const(value) = &expr.kind {
            return Some(value.clone());
        }
        if !is_closed(&expr) {
            return None;
        }
        let place = expr.place;
        let stmt = TestStmt { place, kind: TestKind::Expect(expr) };
        self.project.tests = vec![Test { title: "constant".into(), bot: None, stmts: vec![stmt], place }];
        let lowered = lower::lower(&self.project, self.sources, true);
        let function = lowered.tests.first().and_then(|test| test.stmts.first());
        let TestKind::Expect(function) = function?.kind else { return None };
        let program = Program::new(lowered.tables, None).ok()?;
        let facts = Facts { values: vec![Value::None; program.tables().fields.len()] };
        let event = Event::new(0, EventKind::Trigger(TriggerKind::Manual));
        let value = sbot_vm::evaluate(&program, function, &[], &event, &facts, &Limits::default()).ok()?;
        (!has_record(&value)).then_some(value)
    }

    /// A value as texts show it.
    pub(super) fn text(&mut self, value: &Value, place: Place) -> Option<String> {
        let value = Expr { ty: Ty::Any, place, kind: ExprKind::Const(value.clone()) };
        let text = Expr { ty: Ty::Text, place, kind: ExprKind::Concat(vec![value]) };
        if let Value::Text(text) = self.value(text)? { Some(text.to_string()) } else { None }
    }
}

/// A record is numbered by the program it is of.
fn has_record(value: &Value) -> bool {
    match value {
        Value::Record(_) => true,
        Value::List(items) => items.iter().any(has_record),
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Duration(_)
        | Value::Symbol(_)
        | Value::File(_)
        | Value::Json(_)
        | Value::Undeclared(_) => false,
    }
}

fn is_closed(expr: &Expr) -> bool {
    let open = matches!(expr.kind, ExprKind::Local(_) | ExprKind::Var(_) | ExprKind::Field(_));
    let mut closed = !open && !matches!(expr.kind, ExprKind::Record { .. });
    expr.each_child(&mut |child| closed = closed && is_closed(child));
    closed
}

fn strip(expr: &mut Expr, language: Option<u16>) {
    if let ExprKind::Localized { base, variants } = &expr.kind {
        let own = variants.iter().find(|(number, _)| Some(*number) == language).map(|(_, text)| text);
        *expr = own.unwrap_or(base).clone();
    }
    expr.each_child_mut(&mut |child| strip(child, language));
}

/// What stands in functions: they have no effects and no waits.
fn strip_block(block: &mut Block, language: Option<u16>) {
    for stmt in block {
        match &mut stmt.kind {
            StmtKind::If { condition, then, otherwise } => {
                strip(condition, language);
                strip_block(then, language);
                strip_block(otherwise, language);
            }
            StmtKind::Local { value, .. } | StmtKind::Var { value, .. } => strip(value, language),
            StmtKind::For { list: value, body, .. } | StmtKind::While { condition: value, body } => {
                strip(value, language);
                strip_block(body, language);
            }
            StmtKind::Block(body) => strip_block(body, language),
            StmtKind::Return(value) => value.iter_mut().for_each(|value| strip(value, language)),
            StmtKind::Message(_)
            | StmtKind::Pause(_)
            | StmtKind::Validate(_)
            | StmtKind::Set { .. }
            | StmtKind::Act(_)
            | StmtKind::Rotate(_)
            | StmtKind::Enter(_)
            | StmtKind::HandOver { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Goto { .. }
            | StmtKind::End => {}
        }
    }
}
