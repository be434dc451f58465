//! Which locals a parked run has to keep: those in scope that something after the wait still reads.
//!
//! "After" is the order of evaluation: one walk finds the last read of every local, a second one drops from each wait
//! what is not read any more. Inside a loop of a flow the next round comes after everything, so a wait in it keeps what
//! is read anywhere in the outermost loop, or after it. A local that one wait has dropped is absent from then on, so no
//! later one may keep it: in a loop all waits drop the same.

use crate::ir::{Block, Expr, ExprKind, LocalId, On, Stmt, StmtKind, Wait};

/// Keeps in the waits of a step only what is read after them.
pub(crate) fn trim(body: &mut Block, locals: usize) {
    if locals == 0 {
        return;
    }
    let mut last = vec![0; locals];
    Walk {
        clock: 0,
        loops: 0,
        begun: 0,
        seen: &mut |clock, seen| match seen {
            Seen::Read(local) => {
                if let Some(last) = last.get_mut(local.0 as usize) {
                    *last = clock;
                }
            }
            Seen::Wait(_) => {}
        },
    }
    .block(body);
    Walk {
        clock: 0,
        loops: 0,
        begun: 0,
        seen: &mut |clock, seen| match seen {
            Seen::Read(_) => {}
            Seen::Wait(live) => {
                live.retain(|local| last.get(local.0 as usize).is_none_or(|last| *last > clock))
            }
        },
    }
    .block(body);
}

/// What a walk comes across, in order of evaluation.
enum Seen<'s> {
    Read(LocalId),
    Wait(&'s mut Vec<LocalId>),
}

struct Walk<'w> {
    /// Counts what was seen.
    clock: u64,
    /// How many loops are open.
    loops: usize,
    /// Where the outermost of them begins.
    begun: u64,
    seen: &'w mut dyn FnMut(u64, Seen<'_>),
}

impl Walk<'_> {
    fn block(&mut self, block: &mut Block) {
        for stmt in block {
            self.stmt(stmt);
        }
    }

    fn read(&mut self, local: LocalId) {
        self.clock += 1;
        (self.seen)(self.clock, Seen::Read(local));
    }

    fn wait(&mut self, live: &mut Vec<LocalId>) {
        self.clock += 1;
        let from = if self.loops == 0 { self.clock } else { self.begun };
        (self.seen)(from, Seen::Wait(live));
    }

    fn stmt(&mut self, stmt: &mut Stmt) {
        match &mut stmt.kind {
            StmtKind::Message(message) => {
                let args = message.template.iter().flat_map(|template| &template.args);
                let from = message.from.iter().map(|from| &from.list);
                args.chain(from).for_each(|value| self.expr(value));
                if let Some(list) = &message.list {
                    let titles = list.sections.iter().map(|section| &section.title);
                    let abouts = list.sections.iter().flat_map(|section| section.abouts.iter().flatten());
                    let parts = std::iter::once(&list.button).chain(&list.title).chain(&list.footer);
                    parts.chain(titles).chain(abouts).for_each(|text| self.expr(text));
                }
                let texts = message.text.iter().chain(&message.attach).chain(&message.voice);
                for text in texts.chain(message.buttons.iter().filter_map(|button| button.link.as_ref())) {
                    self.expr(text);
                }
                if let Some(wait) = &mut message.wait {
                    self.timers(wait);
                    self.wait(&mut wait.live);
                    // A label that is computed is compared with the answer, so it counts as read after the wait.
                    for button in &message.buttons {
                        self.expr(&button.label);
                    }
                    self.bodies(wait);
                } else {
                    for button in &message.buttons {
                        self.expr(&button.label);
                    }
                }
            }
            StmtKind::Pause(pause) => {
                self.timers(&pause.wait);
                self.wait(&mut pause.wait.live);
                self.bodies(&mut pause.wait);
            }
            StmtKind::Validate(validate) => {
                if let Some(retry) = &validate.retry {
                    self.expr(&retry.count);
                }
                self.wait(&mut validate.wait.live);
                // Every further try waits anew, so all of this comes after a wait.
                self.timers(&validate.wait);
                if let Some(retry) = &validate.retry {
                    self.expr(&retry.saying);
                    self.read(retry.left);
                }
                self.expr(&validate.test);
                if let Some((_, found)) = &validate.found {
                    self.expr(found);
                }
                self.block(&mut validate.valid);
                self.block(&mut validate.invalid);
                self.bodies(&mut validate.wait);
            }
            StmtKind::If { condition, then, otherwise } => {
                self.expr(condition);
                self.block(then);
                self.block(otherwise);
            }
            StmtKind::Local { value, .. } | StmtKind::Var { value, .. } => self.expr(value),
            StmtKind::Set { value, .. } | StmtKind::Return(value) => {
                if let Some(value) = value {
                    self.expr(value);
                }
            }
            StmtKind::Goto { args, .. } | StmtKind::HandOver { args, .. } => self.exprs(args),
            StmtKind::Act(act) => {
                self.exprs(&act.args);
                if let Some(wait) = &mut act.wait {
                    self.timers(wait);
                    self.wait(&mut wait.live);
                    self.bodies(wait);
                }
            }
            StmtKind::Rotate(rotate) => {
                self.wait(&mut rotate.wait.live);
                self.bodies(&mut rotate.wait);
            }
            StmtKind::Enter(enter) => {
                self.exprs(&enter.args);
                self.wait(&mut enter.live);
            }
            StmtKind::Block(block) => self.block(block),
            StmtKind::For { list, list_local, index_local, body, .. } => {
                self.expr(list);
                self.open_loop();
                self.block(body);
                // The next round takes the next element.
                self.read(*list_local);
                self.read(*index_local);
                self.loops -= 1;
            }
            StmtKind::While { condition, body } => {
                self.open_loop();
                self.expr(condition);
                self.block(body);
                self.loops -= 1;
            }
            StmtKind::Break | StmtKind::Continue | StmtKind::End => {}
        }
    }

    fn open_loop(&mut self) {
        if self.loops == 0 {
            self.begun = self.clock;
        }
        self.loops += 1;
    }

    fn exprs(&mut self, exprs: &[Expr]) {
        for expr in exprs {
            self.expr(expr);
        }
    }

    fn timers(&mut self, wait: &Wait) {
        for exit in &wait.exits {
            if let On::Timeout(duration) = &exit.on {
                self.expr(duration);
            }
        }
    }

    fn bodies(&mut self, wait: &mut Wait) {
        for exit in &mut wait.exits {
            if let On::Option { synonyms, .. } = &exit.on {
                for synonym in synonyms {
                    self.expr(synonym);
                }
            }
            self.block(&mut exit.body);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Local(local) = &expr.kind {
            self.read(*local);
        }
        expr.each_child(&mut |child| self.expr(child));
    }
}
