//! The longest that a timer can be set to, where it is not a fixed duration but a parameter, a local or a variable.
//!
//! In: the graph. Out: [`Durations`]. Every place that gives such a name a value counts, whoever calls or goes there;
//! a list counts as its longest element. What cannot be told counts as for ever.

use super::graph::{Graph, RoutineKind};
use crate::ir::{
    self, BinaryOp, Block, BotId, Entered, Expr, ExprKind, Local, LocalId, Stmt, StmtKind, VarId, each_stmt,
};
use crate::types::Ty;
use sbot_vm::value::Value;

/// Longer than any number of seconds.
pub(super) const FOREVER: i64 = i64::MAX;
/// Not at all.
pub(super) const NEVER: i64 = i64::MIN;

/// How often values are passed on from name to name before one that still grows counts as growing for ever.
const ROUNDS: usize = 8;

/// The sum of two times.
pub(super) fn plus(a: i64, b: i64) -> i64 {
    if a == NEVER || b == NEVER {
        NEVER
    } else if a == FOREVER || b == FOREVER {
        FOREVER
    } else {
        a.saturating_add(b)
    }
}

/// The longest duration of each local and variable.
pub(super) struct Durations {
    /// For each routine the number of its first local.
    locals: Vec<usize>,
    /// For each bot the number of its first variable.
    vars: Vec<usize>,
    longest: Vec<i64>,
}

/// Where an expression stands: index of the routine, and the bot.
pub(super) type Scope = (usize, Option<BotId>);

/// A value that a name gets; nothing for one that cannot be told.
type Given<'p> = (usize, Option<&'p Expr>, Scope);

impl Durations {
    pub(super) fn of(graph: &Graph<'_>) -> Durations {
        let mut sizes = 0;
        let mut base = |count: usize| {
            sizes += count;
            sizes - count
        };
        let locals =
            graph.routines.iter().map(|of| base(body(graph, of.kind).map_or(0, |(l, _)| l.len()))).collect();
        let vars = graph.project.bots.iter().map(|bot| base(bot.vars.len())).collect();
        let mut durations = Durations { locals, vars, longest: vec![NEVER; sizes] };
        let mut given = Vec::new();
        for (bot, id) in graph.project.bots.iter().zip((0u32..).map(BotId)) {
            for (var, n) in bot.vars.iter().zip((0u32..).map(VarId)).filter(|(var, _)| is_duration(&var.ty)) {
                let init = var.init.iter().map(|init| (Some(init), (usize::MAX, Some(id))));
                let cell = durations.var(Some(id), n);
                given.extend(cell.into_iter().flat_map(|cell| init.clone().map(move |(e, s)| (cell, e, s))));
            }
        }
        for (n, routine) in graph.routines.iter().enumerate() {
            let Some((locals, block)) = body(graph, routine.kind) else { continue };
            let mut found =
                Found { graph, durations: &durations, locals, scope: (n, routine.kind.bot()), given };
            each_stmt(block, &mut |stmt| found.stmt(stmt));
            given = found.given;
        }
        durations.settle(&given);
        durations
    }

    /// Passes values on until no name gets a longer one.
    fn settle(&mut self, given: &[Given<'_>]) {
        for round in 0.. {
            let mut changed = false;
            for (cell, value, scope) in given {
                let value = value.map_or(FOREVER, |value| self.longest_in(value, *scope));
                if let Some(longest) = self.longest.get_mut(*cell).filter(|longest| **longest < value) {
                    *longest = if round < ROUNDS { value } else { FOREVER };
                    changed = true;
                }
            }
            if !changed {
                return;
            }
        }
    }

    /// The longest that an expression of a routine can be.
    pub(super) fn longest(&self, expr: &Expr, routine: usize, bot: Option<BotId>) -> i64 {
        self.longest_in(expr, (routine, bot))
    }

    /// The parameters of a flow, by number, for which arguments are shorter than the longest that is given anywhere.
    pub(super) fn shorter(&self, flow: usize, args: &[Expr], scope: Scope) -> Vec<(usize, i64)> {
        let params = args.iter().zip((0u32..).map(LocalId)).filter(|(arg, _)| is_duration(&arg.ty));
        let given = params.filter_map(|(arg, n)| Some((self.local(flow, n)?, self.longest_in(arg, scope))));
        given.filter(|(cell, time)| self.longest.get(*cell).is_some_and(|longest| longest > time)).collect()
    }

    /// Gives names other times, and those that they had.
    pub(super) fn put(&mut self, times: &[(usize, i64)]) -> Vec<(usize, i64)> {
        let mut before = Vec::new();
        for (cell, time) in times {
            if let Some(longest) = self.longest.get_mut(*cell) {
                before.push((*cell, std::mem::replace(longest, *time)));
            }
        }
        before
    }

    fn longest_in(&self, expr: &Expr, scope: Scope) -> i64 {
        match &expr.kind {
            ExprKind::Const(value) => longest_value(value),
            ExprKind::Local(local) => self.known(self.local(scope.0, *local)),
            ExprKind::Var(var) => self.known(self.var(scope.1, *var)),
            ExprKind::Coalesce(left, right) => {
                self.longest_in(left, scope).max(self.longest_in(right, scope))
            }
            ExprKind::Binary { op: BinaryOp::Add, left, right } => {
                let (left_ty, right_ty) = (left.ty.present(), right.ty.present());
                let (left, right) = (self.longest_in(left, scope), self.longest_in(right, scope));
                // Lists that are joined.
                if matches!((left_ty, right_ty), (Ty::List(_), _)) {
                    left.max(right)
                } else {
                    plus(left, right)
                }
            }
            ExprKind::List(items) => {
                items.iter().map(|item| self.longest_in(item, scope)).max().unwrap_or(NEVER)
            }
            ExprKind::Index { list, .. } => self.longest_in(list, scope),
            // Whatever chooses among durations gives one of them: `max`, `first`, `sort`.
            ExprKind::Builtin { args, .. } if args.iter().any(|arg| is_duration(&arg.ty)) => {
                args.iter().map(|arg| self.longest_in(arg, scope)).max().unwrap_or(FOREVER)
            }
            ExprKind::Field(_)
            | ExprKind::Not(_)
            | ExprKind::Neg(_)
            | ExprKind::Binary { .. }
            | ExprKind::And(..)
            | ExprKind::Or(..)
            | ExprKind::Localized { .. }
            | ExprKind::IsSet(_)
            | ExprKind::In { .. }
            | ExprKind::Concat(_)
            | ExprKind::Record { .. }
            | ExprKind::Get { .. }
            | ExprKind::Builtin { .. }
            | ExprKind::Call { .. }
            | ExprKind::Matches { .. } => FOREVER,
        }
    }

    fn known(&self, cell: Option<usize>) -> i64 {
        cell.and_then(|cell| self.longest.get(cell)).copied().unwrap_or(FOREVER)
    }

    fn local(&self, routine: usize, local: LocalId) -> Option<usize> {
        self.locals.get(routine).map(|first| first + local.0 as usize)
    }

    fn var(&self, bot: Option<BotId>, var: VarId) -> Option<usize> {
        self.vars.get(bot?.0 as usize).map(|first| first + var.0 as usize)
    }
}

fn longest_value(value: &Value) -> i64 {
    if let Value::Duration(seconds) = value {
        (*seconds).max(0)
    } else if let Value::List(items) = value {
        items.iter().map(longest_value).max().unwrap_or(NEVER)
    } else if matches!(value, Value::None) {
        NEVER
    } else {
        FOREVER
    }
}

fn is_duration(ty: &Ty) -> bool {
    let mut ty = ty.present();
    while let Ty::List(item) = ty {
        ty = item.present();
    }
    *ty == Ty::Duration
}

fn body<'p>(graph: &Graph<'p>, kind: RoutineKind) -> Option<(&'p [Local], &'p Block)> {
    let project = graph.project;
    let bot = |bot: BotId| project.bots.get(bot.0 as usize);
    match kind {
        RoutineKind::Step(of, step) => {
            bot(of)?.steps.get(step.0 as usize).map(|step| (step.locals.as_slice(), &step.body))
        }
        RoutineKind::Flow(of, flow) => {
            bot(of)?.flows.get(flow.0 as usize).map(|flow| (flow.locals.as_slice(), &flow.body))
        }
        RoutineKind::Fn(_) => None,
    }
}

/// Collects what names are given in one routine.
struct Found<'g, 'p> {
    graph: &'g Graph<'p>,
    durations: &'g Durations,
    locals: &'p [Local],
    scope: Scope,
    given: Vec<Given<'p>>,
}

impl<'p> Found<'_, 'p> {
    fn stmt(&mut self, stmt: &'p Stmt) {
        match &stmt.kind {
            StmtKind::Local { local, value } => self.local(*local, Some(value)),
            StmtKind::Var { var, value } if is_duration(&value.ty) => {
                let cell = self.durations.var(self.scope.1, *var);
                self.give(cell, Some(value));
            }
            StmtKind::For { item, list, .. } => self.local(*item, Some(list)),
            StmtKind::Goto { step, args } => {
                let to = self.scope.1.and_then(|bot| self.graph.step(bot, *step));
                self.args(to.map(|to| to.0 as usize), args);
            }
            StmtKind::Enter(enter) => {
                if let Some(into) = enter.into {
                    self.local(into, None);
                }
                match enter.target {
                    Entered::Flow(flow) => {
                        let to = self.scope.1.and_then(|bot| self.graph.flow(bot, flow));
                        self.args(to.map(|to| to.0 as usize), &enter.args);
                    }
                    Entered::Bot(bot) => self.bot_args(bot, &enter.args),
                }
            }
            StmtKind::HandOver { bot, args } => self.bot_args(*bot, args),
            StmtKind::Validate(validate) => {
                let bind = validate.bind.iter().chain(validate.found.iter().map(|(local, _)| local));
                bind.for_each(|local| self.local(*local, None));
            }
            StmtKind::Var { .. }
            | StmtKind::Message(_)
            | StmtKind::Pause(_)
            | StmtKind::If { .. }
            | StmtKind::Set { .. }
            | StmtKind::Act(_)
            | StmtKind::Rotate(_)
            | StmtKind::Block(_)
            | StmtKind::While { .. }
            | StmtKind::Break
            | StmtKind::Continue
            | StmtKind::Return(_)
            | StmtKind::End => {}
        }
        let exits = stmt.wait().into_iter().flat_map(|wait: &ir::Wait| &wait.exits);
        for local in exits.flat_map(|exit| &exit.binds) {
            self.local(*local, None);
        }
    }

    fn local(&mut self, local: LocalId, value: Option<&'p Expr>) {
        if self.locals.get(local.0 as usize).is_some_and(|local| is_duration(&local.ty)) {
            self.give(self.durations.local(self.scope.0, local), value);
        }
    }

    fn give(&mut self, cell: Option<usize>, value: Option<&'p Expr>) {
        self.given.extend(cell.map(|cell| (cell, value, self.scope)));
    }

    fn args(&mut self, routine: Option<usize>, args: &'p [Expr]) {
        let Some(routine) = routine else { return };
        for (arg, n) in args.iter().zip((0u32..).map(LocalId)).filter(|(arg, _)| is_duration(&arg.ty)) {
            self.give(self.durations.local(routine, n), Some(arg));
        }
    }

    fn bot_args(&mut self, bot: BotId, args: &'p [Expr]) {
        for (arg, n) in args.iter().zip((0u32..).map(VarId)).filter(|(arg, _)| is_duration(&arg.ty)) {
            self.give(self.durations.var(Some(bot), n), Some(arg));
        }
    }
}
