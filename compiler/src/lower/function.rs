//! The function that is being built: its registers, its labels, and the way into the code.
//!
//! Registers are handed out as a stack: whoever takes temporaries notes [`Body::taken`] before and gives it back to
//! [`Body::release`] when nobody needs them any more. Code that nothing can reach is not emitted.

use super::output::{Output, index};
use crate::ir::{self, Expr, ExprKind, LocalId, VarId};
use crate::source::Place;
use sbot_vm::op::{Op, Reg, Target};
use sbot_vm::program::{Function, FunctionKind, Live};
use sbot_vm::value::Value;
use std::sync::Arc;

/// A place in the code that instructions and exits lead to, perhaps before it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Label(usize);

#[derive(Clone, Copy, Default)]
struct Binding {
    at: Option<Target>,
    /// Whether something leads here.
    used: bool,
}

/// Where the variables of a bot are, as the function sees them.
#[derive(Clone, Copy)]
pub(super) enum Variables<'p> {
    /// In its own frame, from register 0.
    Here(&'p [ir::Var]),
    /// In the frame of the bot that called it.
    Elsewhere,
}

/// The frame of the bot that a flow is called by, as far as the flow needs it.
#[derive(Clone)]
pub(super) struct BotFrame {
    /// Where each step begins.
    pub(super) targets: Vec<Target>,
    /// The register of the first parameter of every step.
    pub(super) first_param: Reg,
}

/// The innermost loop.
#[derive(Clone, Copy)]
pub(super) struct Loop {
    pub(super) again: Label,
    pub(super) done: Label,
}

/// A function that is being built.
pub(super) struct Body<'o, 'p> {
    pub(super) out: &'o mut Output<'p>,
    pub(super) variables: Variables<'p>,
    /// The label and the number of parameters of each step.
    pub(super) steps: Vec<(Label, usize)>,
    /// Where the current step ends the bot; none in a `fn` or flow.
    pub(super) step_end: Option<Label>,
    /// In a flow: the frame of its bot.
    pub(super) bot_frame: Option<BotFrame>,
    pub(super) loops: Vec<Loop>,
    /// The variables of the frame, as its waits keep them.
    pub(super) kept_variables: Vec<Live>,
    /// What registers hold when the next wait begins, if that is the same in every run: constants.
    pub(super) known: Vec<(Reg, u32)>,
    /// Temporaries that have to outlast the waits between here and there.
    pub(super) held: Vec<Live>,
    /// Ints that the current loop keeps in registers.
    pub(super) pinned: Vec<(i64, Reg)>,
    /// The client's language, where the message that is being lowered has worked it out.
    pub(super) language: Option<Reg>,
    /// Whether the step or flow belongs to a library.
    pub(super) library: bool,
    /// The step, flow or `fn` that is being lowered.
    pub(super) name: Arc<str>,
    pub(super) locals: &'p [ir::Local],
    start: Target,
    /// The first instruction of the step or `fn`; none before the first step.
    begin: Option<Target>,
    /// The register of local 0.
    first_local: Reg,
    /// The first register that is no variable and no local.
    first_temp: Reg,
    next: Reg,
    registers: Reg,
    labels: Vec<Binding>,
    /// Labels in the order in which they were bound.
    bound: Vec<Label>,
    jumps: Vec<(Target, Label)>,
    /// Wait, exit, and where it leads.
    exits: Vec<(u32, usize, Label)>,
    reachable: bool,
}

impl<'o, 'p> Body<'o, 'p> {
    /// An empty function.
    pub(super) fn new(out: &'o mut Output<'p>, variables: Variables<'p>) -> Self {
        let first_local = match variables {
            Variables::Here(vars) => reg(vars.len()),
            Variables::Elsewhere => 0,
        };
        let kept_variables = match variables {
            Variables::Here(vars) => {
                vars.iter().zip(registers(0)).map(|(var, reg)| out.kept(reg, &var.name, &var.ty)).collect()
            }
            Variables::Elsewhere => Vec::new(),
        };
        let start = out.here();
        Self {
            out,
            variables,
            steps: Vec::new(),
            step_end: None,
            bot_frame: None,
            loops: Vec::new(),
            kept_variables,
            known: Vec::new(),
            held: Vec::new(),
            pinned: Vec::new(),
            language: None,
            library: false,
            name: Arc::from(""),
            locals: &[],
            start,
            begin: None,
            first_local,
            first_temp: first_local,
            next: first_local,
            registers: first_local,
            labels: Vec::new(),
            bound: Vec::new(),
            jumps: Vec::new(),
            exits: Vec::new(),
            reachable: true,
        }
    }

    /// Begins a step or a `fn` here.
    pub(super) fn begin(&mut self, name: &Arc<str>, locals: &'p [ir::Local]) {
        let here = self.out.here();
        self.begin = Some(here);
        self.name = Arc::clone(name);
        self.locals = locals;
        self.first_temp = self.first_local.saturating_add(reg(locals.len()));
        self.next = self.first_temp;
        self.registers = self.registers.max(self.next);
        self.out.debug.labels.push((here, Arc::clone(name)));
    }

    /// Ends the bot where the step's last statement can be left behind. Jumps to the step's end share this
    /// instruction, or the one that stands there already.
    pub(super) fn end_step(&mut self, place: Place) {
        let Some(label) = self.step_end.take() else { return };
        let ends = matches!(self.out.tables.code.last(), Some(Op::End {}));
        let last = self.out.here().checked_sub(1);
        if ends
            && !self.reachable
            && last >= self.begin
            && let Some(binding) = self.labels.get_mut(label.0)
        {
            binding.at = last;
        } else {
            self.bind(label);
            self.end(place);
        }
    }

    /// Closes the function and gives its index.
    pub(super) fn finish(self, name: &Arc<str>, params: usize, kind: FunctionKind) -> u32 {
        let targets: Vec<Target> = self.labels.iter().map(|label| label.at.unwrap_or(self.start)).collect();
        let target = |label: Label| targets.get(label.0).copied().unwrap_or(self.start);
        for (op, label) in self.jumps {
            if let Some(to) = self.out.tables.code.get_mut(op as usize).and_then(jump_target) {
                *to = target(label);
            }
        }
        for (wait, exit, label) in self.exits {
            let wait = self.out.tables.waits.get_mut(wait as usize);
            if let Some(exit) = wait.and_then(|wait| wait.exits.get_mut(exit)) {
                exit.to = target(label);
            }
        }
        self.out.tables.functions.push(Function {
            name: Arc::clone(name),
            params: u8::try_from(params).unwrap_or(u8::MAX),
            registers: self.registers,
            start: self.start,
            end: self.out.here(),
            kind,
        });
        index(self.out.tables.functions.len() - 1)
    }

    // Registers

    /// The register of a local.
    pub(super) fn local(&self, local: LocalId) -> Reg {
        self.first_local.saturating_add(reg(local.0 as usize))
    }

    /// The register of a variable, if the frame has it.
    pub(super) fn var(&self, var: VarId) -> Option<Reg> {
        match self.variables {
            Variables::Here(_) => Some(reg(var.0 as usize)),
            Variables::Elsewhere => None,
        }
    }

    /// The register of a parameter of a step.
    pub(super) fn param(&self, index: usize) -> Reg {
        self.first_local.saturating_add(reg(index))
    }

    /// The register that holds the expression's value already.
    pub(super) fn register_of(&self, expr: &Expr) -> Option<Reg> {
        if let ExprKind::Local(local) = expr.kind {
            Some(self.local(local))
        } else if let ExprKind::Var(var) = expr.kind {
            self.var(var)
        } else if let ExprKind::Const(Value::Int(value)) = expr.kind {
            self.pinned.iter().find(|(known, _)| *known == value).map(|(_, reg)| *reg)
        } else {
            None
        }
    }

    /// Whether no variable and no local is in this register.
    pub(super) fn is_temp(&self, reg: Reg) -> bool {
        reg >= self.first_temp
    }

    /// A temporary.
    pub(super) fn temp(&mut self) -> Reg {
        self.temps(1)
    }

    /// The first of `count` temporaries that stand together.
    pub(super) fn temps(&mut self, count: usize) -> Reg {
        let first = self.next;
        self.next = first.saturating_add(reg(count));
        self.registers = self.registers.max(self.next);
        first
    }

    /// Keeps the registers below `end` out of the temporaries.
    pub(super) fn reserve(&mut self, end: Reg) {
        self.next = self.next.max(end);
        self.registers = self.registers.max(self.next);
    }

    /// The temporaries taken so far.
    pub(super) fn taken(&self) -> Reg {
        self.next
    }

    /// Gives back the temporaries taken since the mark.
    pub(super) fn release(&mut self, mark: Reg) {
        self.next = mark;
    }

    // Labels

    /// A label to be bound later.
    pub(super) fn new_label(&mut self) -> Label {
        self.labels.push(Binding::default());
        Label(self.labels.len() - 1)
    }

    /// Binds a label to the next instruction. A jump that would lead there is taken back, unless its step would be
    /// left without an instruction: each has a place of its own in listings.
    pub(super) fn bind(&mut self, label: Label) {
        while let Some((op, to)) = self.jumps.last().copied()
            && to == label
            && op + 1 == self.out.here()
            && Some(op) > self.begin
        {
            self.jumps.pop();
            self.out.take_back();
        }
        let here = self.out.here();
        for moved in self.bound.iter().rev() {
            match self.labels.get_mut(moved.0) {
                Some(binding) if binding.at > Some(here) => binding.at = Some(here),
                _ => break,
            }
        }
        self.bound.push(label);
        if let Some(binding) = self.labels.get_mut(label.0) {
            binding.at = Some(here);
            self.reachable |= binding.used;
        }
    }

    /// Binds a label that something leads to which is not lowered yet, or which nothing needs to lead to.
    pub(super) fn bind_entry(&mut self, label: Label) {
        self.refer(label);
        self.bind(label);
    }

    /// Notes that something leads to the label.
    pub(super) fn refer(&mut self, label: Label) {
        if let Some(binding) = self.labels.get_mut(label.0) {
            binding.used = true;
        }
    }

    /// Where a bound label is.
    pub(super) fn target(&self, label: Label) -> Option<Target> {
        self.labels.get(label.0).and_then(|binding| binding.at)
    }

    /// Notes that an exit of a wait leads to the label.
    pub(super) fn exit_to(&mut self, wait: u32, exit: usize, label: Label) {
        self.refer(label);
        self.exits.push((wait, exit, label));
    }

    // Code

    /// Whether what is emitted next can be reached.
    pub(super) fn reachable(&self) -> bool {
        self.reachable
    }

    /// Appends an instruction.
    pub(super) fn emit(&mut self, op: Op, place: Place) {
        if self.reachable {
            let here = self.out.here();
            let first = here == self.start || Some(here) == self.begin;
            self.out.emit(op, place, first);
            self.reachable = !op.is_final();
        }
    }

    /// Appends an instruction that leads to the label.
    pub(super) fn emit_jump(&mut self, op: Op, label: Label, place: Place) {
        if self.reachable {
            self.refer(label);
            self.jumps.push((self.out.here(), label));
            self.emit(op, place);
        }
    }

    /// Goes to the label.
    pub(super) fn jump(&mut self, label: Label, place: Place) {
        self.emit_jump(Op::Jump { to: 0 }, label, place);
    }

    /// What the last instruction adds to the register, if that is all it does and nothing leads to what follows it.
    pub(super) fn just_added(&self, reg: Reg) -> Option<i16> {
        let here = self.out.here();
        let label = self.bound.last().and_then(|label| self.target(*label));
        let Some(Op::AddImm { dst, a, value }) = self.out.tables.code.last() else { return None };
        let alone = self.reachable && label < Some(here) && Some(here) > self.begin;
        i16::try_from(*value).ok().filter(|_| alone && [*dst, *a] == [reg, reg])
    }

    /// Puts an instruction that leads to the label into the place of the last one, which it does along with it.
    pub(super) fn replace_last(&mut self, op: Op, label: Label) -> bool {
        let Some(last) = self.out.tables.code.last_mut() else { return false };
        *last = op;
        self.refer(label);
        self.jumps.push((self.out.here().saturating_sub(1), label));
        true
    }

    /// Whether something leads to the label.
    pub(super) fn is_used(&self, label: Label) -> bool {
        self.labels.get(label.0).is_some_and(|binding| binding.used)
    }

    /// Copies a register, unless it is the same.
    pub(super) fn copy(&mut self, dst: Reg, src: Reg, place: Place) {
        if dst != src {
            self.emit(Op::Move { dst, src }, place);
        }
    }

    /// Ends the bot, if this can be reached.
    pub(super) fn end(&mut self, place: Place) {
        self.emit(Op::End {}, place);
    }
}

/// The registers from `first` on.
pub(super) fn registers(first: Reg) -> impl Iterator<Item = Reg> {
    (usize::from(first)..).map(reg)
}

/// A number as a register. Checked programs have fewer than a function can have.
fn reg(number: usize) -> Reg {
    Reg::try_from(number).unwrap_or(Reg::MAX)
}

/// Where a jump leads.
fn jump_target(op: &mut Op) -> Option<&mut Target> {
    if let Op::Jump { to }
    | Op::JumpIf { to, .. }
    | Op::JumpUnless { to, .. }
    | Op::JumpNone { to, .. }
    | Op::JumpSet { to, .. }
    | Op::JumpLtInt { to, .. }
    | Op::JumpLeInt { to, .. }
    | Op::JumpEqInt { to, .. }
    | Op::JumpNeInt { to, .. }
    | Op::JumpLtImm { to, .. }
    | Op::JumpGtImm { to, .. }
    | Op::JumpEqImm { to, .. }
    | Op::JumpNeImm { to, .. }
    | Op::AddJumpLt { to, .. }
    | Op::AddJumpLe { to, .. } = op
    {
        Some(to)
    } else {
        None
    }
}
