//! Which values decide where a conversation goes. Two states of a bot that differ in nothing else are one state for
//! whoever explores it: a name that is only ever written into messages does not matter, a counter that is compared does.
//!
//! In: the checked project. Out: the variables, locals and fields that some condition reads, directly or through others.

use crate::ir::{
    Act, BinaryOp, Block, BotId, Entered, Expr, ExprKind, FieldId, FlowId, LocalId, Message, On, Project,
    Stmt, StmtKind, VarId, Wait, each_stmt,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// Where code stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Routine {
    /// A step: bot and step.
    Step(u32, u32),
    /// A flow: bot and flow.
    Flow(u32, u32),
}

impl Routine {
    fn bot(self) -> u32 {
        let (Routine::Step(bot, _) | Routine::Flow(bot, _)) = self;
        bot
    }
}

/// Something that holds a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Holder {
    Field(FieldId),
    Var(u32, VarId),
    Local(Routine, LocalId),
    /// What a flow gives back.
    FlowResult(u32, FlowId),
    /// What a bot gives back.
    BotResult(BotId),
}

/// The values that matter.
pub(super) struct Relevant {
    all: FxHashSet<Holder>,
    /// Those that are computed from what they were before: each of their values may lead to another.
    counters: FxHashSet<Holder>,
}

impl Relevant {
    pub(super) fn new(project: &Project) -> Relevant {
        let mut graph = Graph::default();
        for (number, field) in (0u32..).zip(&project.fields) {
            if &*field.entity == "client" {
                graph.client.insert(Holder::Field(FieldId(number)));
            }
        }
        for (bot, row) in (0u32..).zip(&project.bots) {
            for trigger in &row.triggers {
                trigger.test.iter().for_each(|test| graph.roots(None, test));
            }
            for (step, row) in (0u32..).zip(&row.steps) {
                graph.block(Routine::Step(bot, step), &row.body);
            }
            for (flow, row) in (0u32..).zip(&row.flows) {
                graph.block(Routine::Flow(bot, flow), &row.body);
            }
        }
        graph.close()
    }

    pub(super) fn holds(&self, holder: Holder) -> bool {
        self.all.contains(&holder)
    }

    /// Whether each value of it may lead to another.
    pub(super) fn counts(&self, holder: Holder) -> bool {
        self.counters.contains(&holder)
    }

    /// The fields among them, in order.
    pub(super) fn fields(&self) -> Vec<FieldId> {
        let mut fields: Vec<FieldId> = self
            .all
            .iter()
            .filter_map(|holder| if let Holder::Field(field) = holder { Some(*field) } else { None })
            .collect();
        fields.sort_unstable();
        fields
    }
}

#[derive(Default)]
struct Graph {
    /// The fields that a message of the client fills.
    client: FxHashSet<Holder>,
    roots: Vec<Holder>,
    counters: FxHashSet<Holder>,
    /// What flows into each holder.
    sources: FxHashMap<Holder, Vec<Holder>>,
}

impl Graph {
    fn close(self) -> Relevant {
        let mut found = FxHashSet::default();
        let mut open = self.roots;
        while let Some(holder) = open.pop() {
            if found.insert(holder) {
                open.extend(self.sources.get(&holder).into_iter().flatten());
            }
        }
        Relevant { all: found, counters: self.counters }
    }

    /// Everything that an expression reads decides something.
    fn roots(&mut self, routine: Option<Routine>, expr: &Expr) {
        reads(routine, expr, &mut self.roots);
    }

    fn into(&mut self, holder: Holder, routine: Routine, expr: &Expr) {
        let mut from = Vec::new();
        reads(Some(routine), expr, &mut from);
        if from.contains(&holder) {
            self.counters.insert(holder);
        }
        self.sources.entry(holder).or_default().append(&mut from);
        self.traps(routine, expr);
    }

    /// What may end the run depends on the values in it.
    fn traps(&mut self, routine: Routine, expr: &Expr) {
        let trapping = matches!(
            expr.kind,
            ExprKind::Index { .. } | ExprKind::Binary { op: BinaryOp::Div | BinaryOp::Rem, .. }
        );
        if trapping {
            self.roots(Some(routine), expr);
        } else {
            expr.each_child(&mut |child| self.traps(routine, child));
        }
    }

    fn block(&mut self, routine: Routine, block: &Block) {
        each_stmt(block, &mut |stmt| self.stmt(routine, stmt));
    }

    fn stmt(&mut self, routine: Routine, stmt: &Stmt) {
        let bot = routine.bot();
        if let Some(wait) = stmt.wait() {
            self.wait(routine, wait);
        }
        match &stmt.kind {
            StmtKind::Message(message) => self.message(routine, message),
            StmtKind::Validate(validate) => {
                // The client's text is always a new one here, so what it was before decides nothing.
                let from = self.roots.len();
                self.roots(Some(routine), &validate.test);
                if let Some((_, found)) = &validate.found {
                    self.roots(Some(routine), found);
                }
                let client = &self.client;
                let mut new = self.roots.split_off(from);
                new.retain(|holder| !client.contains(holder));
                self.roots.append(&mut new);
                if let Some((local, found)) = &validate.found {
                    self.into(Holder::Local(routine, *local), routine, found);
                }
                if let Some(retry) = &validate.retry {
                    self.roots(Some(routine), &retry.count);
                    self.roots.push(Holder::Local(routine, retry.left));
                }
            }
            StmtKind::If { condition, .. } | StmtKind::While { condition, .. } => {
                self.roots(Some(routine), condition);
            }
            StmtKind::For { list, item, list_local, index_local, .. } => {
                self.roots(Some(routine), list);
                self.roots.extend([list_local, index_local].map(|local| Holder::Local(routine, *local)));
                self.into(Holder::Local(routine, *item), routine, list);
            }
            StmtKind::Local { local, value } => self.into(Holder::Local(routine, *local), routine, value),
            StmtKind::Var { var, value } => self.into(Holder::Var(bot, *var), routine, value),
            StmtKind::Set { field, value, .. } => {
                value.iter().for_each(|value| self.into(Holder::Field(*field), routine, value));
            }
            StmtKind::Act(act) => self.act(routine, act),
            StmtKind::Goto { step, args } => {
                let target = Routine::Step(bot, step.0);
                self.args(routine, args, |at| Holder::Local(target, LocalId(at)));
            }
            StmtKind::HandOver { bot: to, args } => {
                self.args(routine, args, |at| Holder::Var(to.0, VarId(at)));
                self.sources.entry(Holder::BotResult(BotId(bot))).or_default().push(Holder::BotResult(*to));
            }
            StmtKind::Enter(enter) => {
                let result = match enter.target {
                    Entered::Flow(flow) => {
                        let target = Routine::Flow(bot, flow.0);
                        self.args(routine, &enter.args, |at| Holder::Local(target, LocalId(at)));
                        Holder::FlowResult(bot, flow)
                    }
                    Entered::Bot(to) => {
                        self.args(routine, &enter.args, |at| Holder::Var(to.0, VarId(at)));
                        Holder::BotResult(to)
                    }
                };
                if let Some(into) = enter.into {
                    self.sources.entry(Holder::Local(routine, into)).or_default().push(result);
                }
            }
            StmtKind::Return(value) => {
                let result = match routine {
                    Routine::Step(bot, _) => Holder::BotResult(BotId(bot)),
                    Routine::Flow(bot, flow) => Holder::FlowResult(bot, FlowId(flow)),
                };
                value.iter().for_each(|value| self.into(result, routine, value));
            }
            StmtKind::Pause(_)
            | StmtKind::Rotate(_)
            | StmtKind::Block(_)
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::End => {}
        }
    }

    fn args(&mut self, routine: Routine, args: &[Expr], holder: impl Fn(u32) -> Holder) {
        for (at, arg) in (0u32..).zip(args) {
            self.into(holder(at), routine, arg);
        }
    }

    fn act(&mut self, routine: Routine, act: &Act) {
        act.args.iter().for_each(|arg| self.traps(routine, arg));
    }

    fn message(&mut self, routine: Routine, message: &Message) {
        message.text.iter().for_each(|text| self.traps(routine, text));
        if let Some(from) = &message.from {
            self.roots(Some(routine), &from.list);
            self.roots.push(Holder::Local(routine, from.shown));
        }
        // A computed label decides what the client's text is compared with.
        for button in &message.buttons {
            self.roots(Some(routine), &button.label);
        }
    }

    fn wait(&mut self, routine: Routine, wait: &Wait) {
        for exit in &wait.exits {
            match &exit.on {
                On::Timeout(after) => self.roots(Some(routine), after),
                On::Option { synonyms, .. } => {
                    synonyms.iter().for_each(|synonym| self.roots(Some(routine), synonym));
                }
                On::Other
                | On::Message
                | On::Failed
                | On::Delivered
                | On::Chosen
                | On::Hours(_)
                | On::VideoOpened
                | On::VideoClosed
                | On::Answer(_)
                | On::Result
                | On::Drawn(_) => {}
            }
        }
    }
}

fn reads(routine: Option<Routine>, expr: &Expr, out: &mut Vec<Holder>) {
    if let ExprKind::Field(field) = expr.kind {
        out.push(Holder::Field(field));
    } else if let (ExprKind::Local(local), Some(routine)) = (&expr.kind, routine) {
        out.push(Holder::Local(routine, *local));
    } else if let (ExprKind::Var(var), Some(routine)) = (&expr.kind, routine) {
        out.push(Holder::Var(routine.bot(), *var));
    }
    expr.each_child(&mut |child| reads(routine, child, out));
}
