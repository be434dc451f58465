//! Lowering of small trees that are hard to write as source. What sources become stands in `tests/fixtures/lower`.

use super::{Lowered, lower};
use crate::ir::*;
use crate::source::{FileId, Place, Sources};
use crate::types::Ty;
use sbot_grammar::ast::Span;
use sbot_vm::op::Role;
use sbot_vm::program::{self, Format, Source};
use sbot_vm::value::{Kind, Slot, Value};
use std::fmt::Write;
use std::sync::Arc;

fn at(start: u32) -> Place {
    Place { file: FileId(0), span: Span { start, end: start + 1 } }
}

fn expr(ty: Ty, kind: ExprKind) -> Expr {
    Expr { ty, place: at(0), kind }
}

fn int(value: i64) -> Expr {
    expr(Ty::Int, ExprKind::Const(Value::Int(value)))
}

fn text(text: &str) -> Expr {
    expr(Ty::Text, ExprKind::Const(Value::text(text)))
}

fn local(index: u32, ty: Ty) -> Expr {
    expr(ty, ExprKind::Local(LocalId(index)))
}

fn var(index: u32, ty: Ty) -> Expr {
    expr(ty, ExprKind::Var(VarId(index)))
}

fn binary(ty: Ty, op: BinaryOp, left: Expr, right: Expr) -> Expr {
    expr(ty, ExprKind::Binary { op, left: Box::new(left), right: Box::new(right) })
}

fn stmt(kind: StmtKind) -> Stmt {
    Stmt { place: at(0), kind }
}

fn goto(step: u32, args: Vec<Expr>) -> Stmt {
    stmt(StmtKind::Goto { step: StepId(step), args })
}

fn say(words: Expr) -> Stmt {
    message(words, Vec::new(), None)
}

fn message(words: Expr, buttons: Vec<Button>, wait: Option<Wait>) -> Stmt {
    stmt(StmtKind::Message(Box::new(Message {
        text: Some(words),
        template: None,
        attach: None,
        voice: None,
        to: program::Recipients::Chat,
        to_place: None,
        via: program::Via::Chat,
        buttons,
        from: None,
        list: None,
        wait,
    })))
}

fn if_else(condition: Expr, then: Block, otherwise: Block) -> Stmt {
    stmt(StmtKind::If { condition, then, otherwise })
}

fn step(name: &str, params: usize, locals: &[(&str, Ty)], body: Block) -> Step {
    let locals = locals.iter().map(|(name, ty)| Local { name: Arc::from(*name), ty: ty.clone() }).collect();
    Step { name: Arc::from(name), doc: None, params, locals, body, place: at(0), library: false }
}

fn project(vars: &[(&str, Ty)], steps: Vec<Step>) -> Project {
    let vars = vars.iter().map(|(name, ty)| Var {
        name: Arc::from(*name),
        ty: ty.clone(),
        init: Some(int(0)),
        place: at(0),
    });
    let bot = Bot {
        doc: None,
        name: Arc::from("shop"),
        params: 0,
        vars: vars.collect(),
        steps,
        flows: Vec::new(),
        result: None,
        first: StepId(0),
        on_failed: None,
        triggers: Vec::new(),
        upgrades: Vec::new(),
        place: at(0),
    };
    let slot = Slot { kind: Kind::Text, optional: true };
    let (entity, name) = (Arc::from("client"), Arc::from("text"));
    let field = program::Field { entity, name, slot, format: Format::Plain };
    Project { fields: vec![field], bots: vec![bot], ..Project::default() }
}

fn sources(text: &str) -> Sources {
    let mut sources = Sources::default();
    sources.add("shop.sbot".to_owned(), Arc::from(text));
    sources
}

fn lowered(project: &Project) -> Lowered {
    lower(project, &sources("bot shop"), true)
}

/// A line for each instruction: registers with `r`, targets with `@`.
fn code(lowered: &Lowered) -> String {
    let mut listing = String::new();
    for (op, at) in lowered.tables.code.iter().zip(0u32..) {
        for (_, name) in lowered.debug.labels.iter().filter(|(target, _)| *target == at) {
            let _ = writeln!(listing, "{name}:");
        }
        let _ = write!(listing, "{at} {}", op.name());
        op.operands(|operand| {
            let sign = match operand.role {
                Role::Read | Role::Write | Role::Update | Role::Args => "r",
                Role::Target | Role::BotTarget => "@",
                Role::Var | Role::BotReg => "v",
                Role::Count
                | Role::Const
                | Role::Function
                | Role::Builtin
                | Role::Field
                | Role::Action
                | Role::Message
                | Role::Wait
                | Role::Shape
                | Role::Regex
                | Role::Call
                | Role::Bot
                | Role::Counter
                | Role::Small => "",
            };
            let _ = write!(listing, " {sign}{}", operand.value);
        });
        listing.push('\n');
    }
    listing
}

#[track_caller]
fn assert_code(project: &Project, expected: &str) {
    let lines: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    assert_eq!(code(&lowered(project)).trim_end(), lines.join("\n"));
}

#[test]
fn swapped_parameters_take_one_temporary() {
    let params = [("a", Ty::Int), ("b", Ty::Int)];
    let swap = goto(0, vec![local(1, Ty::Int), local(0, Ty::Int)]);
    assert_code(
        &project(&[], vec![step("swap", 2, &params, vec![swap])]),
        "swap:
         0 move r2 r1
         1 move r1 r0
         2 move r0 r2
         3 jump @0",
    );
}

#[test]
fn arguments_go_straight_into_their_parameters_where_nothing_reads_them_later() {
    let shift =
        goto(1, vec![binary(Ty::Int, BinaryOp::Add, local(0, Ty::Int), int(1)), local(0, Ty::Int), int(7)]);
    let params = [("a", Ty::Int), ("b", Ty::Int), ("c", Ty::Int)];
    let from = step("from", 0, &[("x", Ty::Int)], vec![shift]);
    let to =
        step("to", 3, &params, vec![goto(1, vec![local(0, Ty::Int), local(1, Ty::Int), local(2, Ty::Int)])]);
    assert_code(
        &project(&[], vec![from, to]),
        "from:
         0 add_imm r3 r0 1
         1 move r1 r0
         2 int r2 7
         3 move r0 r3
         to:
         4 jump @4",
    );
}

#[test]
fn temporaries_of_arguments_stay_off_the_parameters() {
    let product = binary(Ty::Int, BinaryOp::Mul, var(0, Ty::Int), int(3));
    let from = step("from", 0, &[], vec![goto(1, vec![product, int(2)])]);
    let to = step("to", 2, &[("a", Ty::Int), ("b", Ty::Int)], Vec::new());
    assert_code(
        &project(&[("n", Ty::Int)], vec![from, to]),
        "0 int r0 0
         from:
         1 int r3 3
         2 mul_int r1 r0 r3
         3 int r2 2
         to:
         4 end",
    );
}

#[test]
fn conditions_become_jumps() {
    let n = || var(0, Ty::Int);
    let over = binary(Ty::Bool, BinaryOp::Gt, n(), int(3));
    let even = binary(Ty::Bool, BinaryOp::Ne, n(), int(4));
    let both = expr(Ty::Bool, ExprKind::And(Box::new(over), Box::new(even)));
    let neither = expr(Ty::Bool, ExprKind::Not(Box::new(both)));
    let body = vec![if_else(neither, vec![goto(0, Vec::new())], vec![say(text("yes"))]), goto(0, Vec::new())];
    assert_code(
        &project(&[("n", Ty::Int)], vec![step("ask", 0, &[], body)]),
        "0 int r0 0
         ask:
         1 jump_lt_imm r0 4 @1
         2 jump_eq_imm r0 4 @1
         3 const r1 0
         4 message 0 r1
         5 jump @1",
    );
}

#[test]
fn a_loop_counts_and_tests_at_its_bottom_and_keeps_its_ints_in_registers() {
    let n = || var(0, Ty::Int);
    let over = binary(Ty::Bool, BinaryOp::Eq, binary(Ty::Int, BinaryOp::Rem, n(), int(7)), int(0));
    let more = binary(Ty::Int, BinaryOp::Add, n(), int(1));
    let body = vec![
        if_else(over, vec![stmt(StmtKind::Break)], Vec::new()),
        stmt(StmtKind::Var { var: VarId(0), value: more }),
    ];
    let count = stmt(StmtKind::While { condition: binary(Ty::Bool, BinaryOp::Lt, n(), int(1000)), body });
    assert_code(
        &project(&[("n", Ty::Int)], vec![step("count", 0, &[], vec![count])]),
        "0 int r0 0
         count:
         1 int r1 1000
         2 int r2 7
         3 jump_gt_imm r0 999 @7
         4 rem r3 r0 r2
         5 jump_eq_imm r3 0 @7
         6 add_jump_lt r0 1 r1 @4
         7 end",
    );
}

#[test]
fn a_value_that_reads_its_own_variable_is_not_overwritten_early() {
    let ty = Ty::Int.optional();
    let other = expr(ty.clone(), ExprKind::Field(FieldId(0)));
    let value = expr(ty.clone(), ExprKind::Coalesce(Box::new(other), Box::new(var(0, ty.clone()))));
    let set = stmt(StmtKind::Var { var: VarId(0), value });
    assert_code(
        &project(&[("n", ty)], vec![step("ask", 0, &[], vec![set])]),
        "0 int r0 0
         ask:
         1 get_field r1 0
         2 jump_set r1 @4
         3 move r1 r0
         4 move r0 r1
         5 end",
    );
}

#[test]
fn what_cannot_be_reached_is_not_there() {
    let dead = vec![goto(0, Vec::new()), say(text("never"))];
    let lowered = lowered(&project(&[], vec![step("ask", 0, &[], dead)]));
    assert_eq!(code(&lowered), "ask:\n0 jump @0\n");
    assert!(lowered.tables.consts.is_empty());
    assert!(lowered.tables.messages.is_empty());
}

#[test]
fn a_step_that_only_goes_on_keeps_an_instruction_of_its_own() {
    let steps = vec![step("a", 0, &[], vec![goto(1, Vec::new())]), step("b", 0, &[], Vec::new())];
    assert_code(&project(&[], steps), "a:\n0 jump @1\nb:\n1 end");
}

#[test]
fn texts_of_many_parts_are_joined_piece_by_piece() {
    let part = |index: u32| if index.is_multiple_of(2) { local(0, Ty::Text.optional()) } else { text("-") };
    let words = expr(Ty::Text, ExprKind::Concat((0..600).map(part).collect()));
    let lowered =
        lowered(&project(&[], vec![step("ask", 1, &[("x", Ty::Text.optional())], vec![say(words)])]));
    let listing = code(&lowered);
    let joins: Vec<&str> = listing.lines().filter(|line| line.contains("concat")).collect();
    assert_eq!(joins, ["255 concat r2 r2 255", "510 concat r2 r2 255", "602 concat r1 r2 92"]);
    assert_eq!(lowered.tables.functions.first().map(|function| function.registers), Some(257));
}

#[test]
fn lists_of_many_elements_are_made_of_halves() {
    let items = expr(Ty::Int.list(), ExprKind::List((0..600).map(|_| local(0, Ty::Int)).collect()));
    let keep = stmt(StmtKind::Local { local: LocalId(1), value: items });
    let locals = [("x", Ty::Int), ("all", Ty::Int.list())];
    let lowered = lowered(&project(&[], vec![step("ask", 1, &locals, vec![keep])]));
    let listing = code(&lowered);
    let joins: Vec<&str> =
        listing.lines().filter(|line| line.contains("list") || line.contains("builtin")).collect();
    assert_eq!(
        joins,
        [
            "150 list r4 r6 150",
            "301 list r5 r6 150",
            "302 builtin r2 47 r4 2",
            "453 list r4 r6 150",
            "604 list r5 r6 150",
            "605 builtin r3 47 r4 2",
            "606 builtin r1 47 r2 2",
        ]
    );
}

#[test]
fn known_parts_of_a_text_are_joined_now() {
    let inner = expr(Ty::Text, ExprKind::Concat(vec![text("b"), int(-3)]));
    let known = expr(Ty::Text, ExprKind::Concat(vec![text("a"), inner.clone(), text("")]));
    let mixed = expr(Ty::Text, ExprKind::Concat(vec![text("a"), inner, local(0, Ty::Text), text("c")]));
    let lowered =
        lowered(&project(&[], vec![step("ask", 1, &[("x", Ty::Text)], vec![say(known), say(mixed)])]));
    assert_eq!(lowered.tables.consts, [Value::text("ab-3"), Value::text("c")]);
    assert_eq!(lowered.tables.messages.len(), 1);
}

#[test]
fn a_computed_label_is_kept_while_parked() {
    let label = || expr(Ty::Text, ExprKind::Concat(vec![text("no "), local(1, Ty::Text)]));
    let exit = |on, body| Exit { on, binds: Vec::new(), body, place: at(0) };
    let option = |button, synonyms| On::Option { button, synonyms };
    let exits = vec![
        exit(option(0, vec![text("yes")]), vec![goto(0, vec![text("again")])]),
        exit(option(1, vec![label()]), Vec::new()),
        exit(
            On::Timeout(Box::new(expr(Ty::Duration, ExprKind::Const(Value::Duration(60))))),
            vec![stmt(StmtKind::End)],
        ),
    ];
    let wait = Wait { name: Arc::from("ask.message"), live: vec![LocalId(0)], exits };
    let buttons =
        vec![Button { label: local(1, Ty::Text), link: None }, Button { label: label(), link: None }];
    let locals = [("x", Ty::Text.optional()), ("y", Ty::Text)];
    let body = vec![message(text("?"), buttons, Some(wait))];
    let lowered = lowered(&project(&[("n", Ty::Int)], vec![step("ask", 1, &locals, body)]));
    let wait = lowered.tables.waits.first().cloned().unwrap_or_else(|| panic!("there is a wait"));
    let live: Vec<_> = wait.live.iter().map(|live| (live.reg, &*live.name, live.slot.optional)).collect();
    assert_eq!(
        live,
        [(0, "n", false), (1, "x", true), (2, "y", false), (4, "%label1", false), (5, "%label2", false)]
    );
    let label = |exit: &program::Exit| {
        if let program::On::Option { label, .. } = exit.on { Some(label) } else { None }
    };
    let labels: Vec<_> = wait.exits.iter().filter_map(label).collect();
    assert_eq!(labels, [Source::Reg(2), Source::Reg(4)]);
    let end = u32::try_from(lowered.tables.code.len()).unwrap_or(0) - 1;
    assert_eq!(wait.exits.iter().map(|exit| exit.to).collect::<Vec<_>>(), [end - 2, end, end]);
}

#[test]
fn columns_are_right_in_a_file_of_one_line() {
    let words = "é".repeat(50);
    let sources = sources(&words);
    let statements = [80u32, 4, 60, 60, 0].map(|start| {
        let (action, callee) = (ActionId(0), at(start));
        let act = Act { action, args: Vec::new(), wait: None, must_wait: false, callee };
        let kind = StmtKind::Act(Box::new(act));
        Stmt { place: at(start), kind }
    });
    let lowered = lower(&project(&[], vec![step("ask", 0, &[], statements.to_vec())]), &sources, false);
    let places: Vec<_> =
        lowered.debug.places.iter().map(|place| (place.op, place.start, place.column)).collect();
    assert_eq!(places, [(0, 80, 41), (1, 4, 3), (2, 60, 31), (4, 0, 1)]);
}

#[test]
fn long_chains_and_many_steps_take_linear_time_and_no_stack() {
    let arm = |n: i64, otherwise| {
        if_else(binary(Ty::Bool, BinaryOp::Eq, var(0, Ty::Int), int(n)), vec![say(text("x"))], otherwise)
    };
    let mut chain = Vec::new();
    for n in 0..20_000 {
        chain = vec![arm(n, chain)];
    }
    let mut steps = vec![step("chain", 0, &[], chain)];
    for n in 1..10_000u32 {
        let next = if n + 1 < 10_000 { n + 1 } else { 0 };
        let ask = if_else(
            expr(Ty::Bool, ExprKind::IsSet(Box::new(expr(Ty::Text.optional(), ExprKind::Field(FieldId(0)))))),
            vec![say(text(&format!("hello {n}")))],
            vec![goto(n / 2, Vec::new())],
        );
        steps.push(step(&format!("s{n}"), 0, &[], vec![ask, goto(next, Vec::new())]));
    }
    let project = project(&[("n", Ty::Int)], steps);
    let lowered = lowered(&project);
    assert!(lowered.tables.code.len() > 100_000);
    // Dropping a tree that deep needs more stack than a test has.
    std::mem::forget(project);
}
