//! What all waits share: the registers that are kept, and the ways out.

use super::constant::constant;
use super::function::{Body, Label, registers};
use super::output::index;
use crate::ir;
use crate::source::Place;
use crate::types::Ty;
use sbot_vm::op::{Op, Reg};
use sbot_vm::program::{self, Live, On};
use std::sync::Arc;

/// A way out of a wait.
pub(super) struct Way {
    pub(super) on: On,
    pub(super) bind: Vec<Reg>,
    pub(super) to: Label,
}

impl<'p> Body<'_, 'p> {
    /// Parks the run.
    pub(super) fn park(&mut self, wait: &ir::Wait, hidden: Vec<Live>, ways: Vec<Way>, place: Place) {
        let known = std::mem::take(&mut self.known);
        if !self.reachable() {
            return;
        }
        let number = index(self.out.tables.waits.len());
        let live = self.live(&wait.live, hidden);
        let mut exits = Vec::with_capacity(ways.len());
        for (n, Way { on, bind, to }) in ways.into_iter().enumerate() {
            self.exit_to(number, n, to);
            exits.push(program::Exit { on, bind, to: 0 });
        }
        let (name, step) = (Arc::clone(&wait.name), Arc::clone(&self.name));
        self.out.tables.waits.push(program::Wait { name, step, live, exits, known });
        self.emit(Op::Wait { wait: number }, place);
    }

    /// The registers that are kept: variables, locals in scope, and hidden ones.
    pub(super) fn live(&mut self, locals: &[ir::LocalId], hidden: Vec<Live>) -> Vec<Live> {
        let mut live = self.kept_variables.clone();
        for local in locals {
            live.extend(self.live_local(*local));
        }
        live.extend(self.held.iter().cloned());
        live.extend(hidden);
        live.sort_by_key(|live| live.reg);
        live.dedup_by_key(|live| live.reg);
        live
    }

    /// A local that is kept.
    pub(super) fn live_local(&mut self, local: ir::LocalId) -> Option<Live> {
        let ir::Local { name, ty } = self.locals.get(local.0 as usize)?;
        Some(self.out.kept(self.local(local), name, ty))
    }

    /// A register with a text that an option needs while the run is parked.
    pub(super) fn live_label(&mut self, reg: Reg, number: usize) -> Live {
        let local = self.locals.iter().zip(registers(self.param(0))).find(|(_, at)| *at == reg);
        if let Some((ir::Local { name, ty }, reg)) = local {
            return self.out.kept(reg, name, ty);
        }
        let name = Arc::from(format!("%label{number}"));
        self.out.kept(reg, &name, &Ty::Text)
    }

    /// The exits as ways out. Timers are computed here, so this stands right before the wait.
    /// `options` has what the options among the exits take, which is known before.
    pub(super) fn ways(&mut self, exits: &'p [ir::Exit], options: Vec<Option<On>>, done: Label) -> Vec<Way> {
        let options = options.into_iter().chain(std::iter::repeat(None));
        let mut ways = Vec::with_capacity(exits.len());
        for (exit, option) in exits.iter().zip(options) {
            let on = match &exit.on {
                ir::On::Timeout(after) => {
                    let reg = self.operand(after);
                    self.know(reg, after);
                    On::Timeout(reg)
                }
                ir::On::Option { .. } | ir::On::Chosen => option.unwrap_or(On::Other),
                ir::On::Other => On::Other,
                ir::On::Message => On::Message,
                ir::On::Failed => On::Failed,
                ir::On::Delivered => On::Delivered,
                ir::On::Hours(hours) => On::Hours(*hours),
                ir::On::VideoOpened => On::VideoOpened,
                ir::On::VideoClosed => On::VideoClosed,
                ir::On::Answer(exit) => On::Answer(*exit),
                ir::On::Result => On::Result,
                ir::On::Drawn(option) => On::Drawn(*option),
            };
            let bind = exit.binds.iter().map(|local| self.local(*local)).collect();
            let to = self.exit_target(exit, done).unwrap_or_else(|| self.new_label());
            ways.push(Way { on, bind, to });
        }
        ways
    }

    /// Notes what a register holds when the next wait begins, if that is the same in every run.
    pub(super) fn know(&mut self, reg: Reg, value: &ir::Expr) {
        if let Some(value) = constant(value) {
            let value = self.out.constant(value.into_owned());
            self.known.push((reg, value));
        }
    }

    /// The bodies of exits, each followed by a jump to `done`.
    pub(super) fn bodies(
        &mut self,
        wait: &'p ir::Wait,
        labels: &[Label],
        done: Label,
        buttons: &[ir::Button],
    ) {
        for (exit, label) in wait.exits.iter().zip(labels) {
            if self.exit_target(exit, done).is_none() {
                self.bind(*label);
                self.mark_exit(exit, &wait.name, buttons);
                self.block(&exit.body);
                self.jump(done, exit.place);
            }
        }
    }
}
