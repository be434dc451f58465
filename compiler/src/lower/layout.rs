//! What a program tells about itself for the sake of runs that it parks: types, variables, steps.

use super::constant::constant;
use super::output::{Output, index};
use crate::ir;
use crate::types::Ty;
use sbot_vm::layout::{Answers, Given, Step, Type, Variable};
use sbot_vm::op::{Reg, Target};
use sbot_vm::program::{Live, SymbolKind};
use std::sync::Arc;

impl Output<'_> {
    /// The index of a type. Types that it names come before it.
    pub(super) fn type_of(&mut self, ty: &Ty) -> u32 {
        if let Some(known) = self.types.get(ty) {
            return *known;
        }
        let row = match ty {
            Ty::Error | Ty::None | Ty::Any => Type::Unknown,
            Ty::Bool => Type::Bool,
            Ty::Int => Type::Int,
            Ty::Number => Type::Number,
            Ty::Text => Type::Text,
            Ty::Date => Type::Date,
            Ty::Time => Type::Time,
            Ty::DateTime => Type::DateTime,
            Ty::Duration => Type::Duration,
            Ty::Phone => Type::Phone,
            Ty::Email => Type::Email,
            Ty::Url => Type::Url,
            Ty::File => Type::File,
            Ty::Json => Type::Json,
            Ty::Choice(texts) => Type::Choice(texts.iter().map(|text| text.as_str().into()).collect()),
            Ty::List(inner) => Type::List(self.type_of(inner)),
            Ty::Optional(inner) => {
                let known = !matches!(**inner, Ty::Error | Ty::None | Ty::Any | Ty::Optional(_));
                if known { Type::Optional(self.type_of(inner)) } else { Type::Unknown }
            }
            Ty::Record(fields) => {
                let names: Vec<Arc<str>> = fields.iter().map(|(name, _)| name.as_str().into()).collect();
                let shape = self.shape(&Arc::from(""), &names);
                Type::Record { shape, fields: fields.iter().map(|(_, ty)| self.type_of(ty)).collect() }
            }
            Ty::Symbol(kind) => Type::Symbol(*kind),
            Ty::Object(_) => Type::Symbol(SymbolKind::Entity),
            Ty::Recipient => Type::Recipient,
        };
        self.tables.types.push(row);
        let number = index(self.tables.types.len() - 1);
        self.types.insert(ty.clone(), number);
        number
    }

    /// The types of what a host gives.
    pub(super) fn given(&mut self) -> Given {
        let project = self.project;
        let fields = project.field_types.iter().map(|ty| self.type_of(ty)).collect();
        let mut actions = Vec::with_capacity(project.answer_types.len());
        for ir::AnswerTypes { result, exits } in &project.answer_types {
            let result = result.as_ref().map(|ty| self.type_of(ty));
            let exits = exits.iter().map(|types| types.iter().map(|ty| self.type_of(ty)).collect());
            actions.push(Answers { result, exits: exits.collect() });
        }
        Given { fields, actions }
    }

    /// A register that is kept while parked.
    pub(super) fn kept(&mut self, reg: Reg, name: &Arc<str>, ty: &Ty) -> Live {
        Live { reg, slot: ty.slot(), name: Arc::clone(name), ty: self.type_of(ty) }
    }

    /// The parameters and variables of a bot.
    pub(super) fn variables(&mut self, bot: &ir::Bot) -> Vec<Variable> {
        let mut variables = Vec::with_capacity(bot.vars.len());
        for var in &bot.vars {
            let name = match var.place.file == bot.place.file {
                true => Arc::clone(&var.name),
                false => format!("{}.{}", self.stem(var.place.file), var.name).into(),
            };
            let first = var.init.as_ref().and_then(|init| constant(init).map(std::borrow::Cow::into_owned));
            // A whole number stands for one with a fraction, too.
            let first = first.filter(|first| var.ty.slot().accepts(first));
            let first = first.map(|first| self.constant(first));
            variables.push(Variable { name, ty: self.type_of(&var.ty), first });
        }
        variables
    }

    /// The steps of a bot; `first` is the register of their first parameter, `targets` where each begins.
    pub(super) fn step_rows(&mut self, bot: &ir::Bot, targets: &[Target], first: Reg) -> Vec<Step> {
        let mut rows = Vec::with_capacity(bot.steps.len());
        for (step, to) in bot.steps.iter().zip(targets) {
            let params = super::function::registers(first).zip(step.locals.iter().take(step.params));
            let params = params.map(|(reg, local)| self.kept(reg, &local.name, &local.ty)).collect();
            rows.push(Step { name: Arc::clone(&step.name), to: *to, params });
        }
        rows
    }
}
