//! What all functions of a project are lowered into.

use super::intern::Interner;
use super::mark::Mark;
use super::places::Places;
use crate::ir;
use crate::source::{FileId, Place, Sources};
use crate::types::Ty;
use rustc_hash::FxHashMap;
use sbot_vm::builtin::builtin;
use sbot_vm::op::{Op, Target};
use sbot_vm::program::{self, Debug, Source, Tables};
use sbot_vm::value::Value;
use std::sync::Arc;

/// The tables as far as they are built.
pub(super) struct Output<'p> {
    /// What is lowered.
    pub(super) project: &'p ir::Project,
    /// The program.
    pub(super) tables: Tables,
    /// Where its code came from.
    pub(super) debug: Debug,
    /// For each [`ir::FnId`], its index in the table of functions, if it is part of the program.
    pub(super) functions: Vec<u32>,
    /// The field `client.text`, if the project reads it.
    pub(super) client_text: Option<u32>,
    /// The field `client.language`, if the project reads it.
    pub(super) client_language: Option<u32>,
    /// The built-in function that finds a language in a list.
    pub(super) language_index: Option<u16>,
    /// The built-in function that counts the elements of a list.
    pub(super) len: Option<u16>,
    /// The built-in function that joins two lists.
    pub(super) append: Option<u16>,
    /// The built-in function that gives as many texts as there can be buttons.
    pub(super) first_options: Option<u16>,
    /// The bot that is being lowered.
    pub(super) bot: Arc<str>,
    /// Its number.
    pub(super) bot_number: u32,
    /// Whether the program is built to be explored.
    pub(super) marking: bool,
    /// What its marks stand for.
    pub(super) marks: Vec<Mark>,
    /// Calls whose flow has no function yet.
    pub(super) flow_calls: Vec<(u32, ir::FlowId)>,
    /// The index of each type.
    pub(super) types: FxHashMap<Ty, u32>,
    sources: &'p Sources,
    interner: Interner,
    places: Places<'p>,
}

impl<'p> Output<'p> {
    pub(super) fn new(project: &'p ir::Project, sources: &'p Sources) -> Self {
        let tables = Tables {
            account: project.account.clone(),
            symbols: project.symbols.clone(),
            fields: project.fields.clone(),
            actions: project.actions.clone(),
            hours: project.hours.clone(),
            ..Tables::default()
        };
        let files = sources.iter().map(|(_, source)| Arc::from(source.path.as_str())).collect();
        let client = |name: &str| {
            let mut fields = (0..).zip(&project.fields);
            fields
                .find(|(_, field)| *field.entity == *"client" && *field.name == *name)
                .map(|(index, _)| index)
        };
        Self {
            project,
            tables,
            debug: Debug { files, ..Debug::default() },
            functions: Vec::with_capacity(project.functions.len()),
            client_text: client("text"),
            client_language: client("language"),
            language_index: builtin("language_index").map(|builtin| builtin.number),
            len: builtin("len_list").map(|builtin| builtin.number),
            append: builtin("append").map(|builtin| builtin.number),
            first_options: builtin("first_options").map(|builtin| builtin.number),
            bot: Arc::from(""),
            bot_number: 0,
            marking: false,
            marks: Vec::new(),
            flow_calls: Vec::new(),
            types: FxHashMap::default(),
            sources,
            interner: Interner::default(),
            places: Places::new(sources),
        }
    }

    /// The index of a constant.
    pub(super) fn constant(&mut self, value: Value) -> u32 {
        self.interner.constant(&mut self.tables.consts, value)
    }

    /// A text that is known now.
    pub(super) fn text(&mut self, text: &str) -> Source {
        Source::Const(self.constant(Value::text(text)))
    }

    /// The index of a regular expression.
    pub(super) fn regex(&mut self, regex: &Arc<str>) -> u32 {
        self.interner.regex(&mut self.tables.regexes, regex)
    }

    /// The index of a record shape.
    pub(super) fn shape(&mut self, template: &Arc<str>, names: &[Arc<str>]) -> u32 {
        let shape = program::Shape { name: Arc::clone(template), fields: names.to_vec() };
        self.interner.shape(&mut self.tables.shapes, shape)
    }

    /// The index of what is fixed about a message.
    pub(super) fn message(&mut self, message: program::Message) -> u32 {
        self.interner.message(&mut self.tables.messages, message)
    }

    /// The name of a file without its folder and ending.
    pub(super) fn stem(&self, file: FileId) -> &str {
        let path = &self.sources.get(file).path;
        let name = path.rsplit('/').next().unwrap_or(path);
        name.strip_suffix(".sbot").unwrap_or(name)
    }

    /// The index that the next instruction gets.
    pub(super) fn here(&self) -> Target {
        index(self.tables.code.len())
    }

    /// Appends an instruction. Its place is noted if something can go wrong or be seen there, or if `first` says
    /// that what stands before belongs to something else.
    pub(super) fn emit(&mut self, op: Op, place: Place, first: bool) {
        let at = self.here();
        self.tables.code.push(op);
        let known = self.debug.places.last().is_some_and(|last| {
            (last.file, last.start, last.end) == (place.file.0, place.span.start, place.span.end)
        });
        if (first || shows(&op)) && !known {
            let at = self.places.place(at, place);
            self.debug.places.push(at);
        }
    }

    /// Takes back the last instruction.
    pub(super) fn take_back(&mut self) {
        self.tables.code.pop();
        let end = self.here();
        if self.debug.places.last().is_some_and(|last| last.op >= end) {
            self.debug.places.pop();
        }
    }
}

/// A table's index. Tables of 2³² entries do not fit into memory.
pub(super) fn index(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// Whether an instruction can trap, has an effect, waits, or closes a loop that runs out of fuel.
fn shows(op: &Op) -> bool {
    !matches!(
        op,
        Op::Const { .. }
            | Op::Int { .. }
            | Op::Bool { .. }
            | Op::None { .. }
            | Op::Move { .. }
            | Op::Jump { .. }
            | Op::JumpNone { .. }
            | Op::JumpSet { .. }
            | Op::IsSet { .. }
            | Op::LoadVar { .. }
            | Op::Return { .. }
            | Op::Mark { .. }
            | Op::End { .. }
    )
}
