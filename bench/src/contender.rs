//! The conversation in the language, held by the VM.

use crate::script::{Act, Contender, Event, SCRIPTS, Script};
use sbot_vm::program::TriggerKind;
use sbot_vm::{ClientMessage, EffectKind, EventKind, Facts, Limits, Machine, Program, Run, Status, Value};
use std::io;

/// The bot of the reference conversation.
pub const SOURCE: &str = include_str!("../reference.sbot");

/// The contender in the language.
pub struct Vm {
    program: Program,
    facts: Vec<Facts>,
    machine: Machine,
    limits: Limits,
}

/// A project of one file in memory.
pub struct OneFile<'s>(pub &'s str);

impl sbotc::Files for OneFile<'_> {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        if self.exists(path) { Ok(self.0.as_bytes().to_vec()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    fn exists(&self, path: &str) -> bool {
        path == "main.sbot"
    }
}

/// Compiles a file, with every check.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn compile(source: &str) -> Result<Program, String> {
    let checked = sbotc::check_files("main.sbot", &OneFile(source)).map_err(|e| e.to_string())?;
    let Some(project) = &checked.project else {
        return Err(checked
            .diagnostics
            .iter()
            .find(|found| found.is_error())
            .map_or_else(String::new, |found| found.message.clone()));
    };
    let lowered = sbotc::lower::lower(project, &checked.sources, false);
    Program::new(lowered.tables, Some(lowered.debug)).map_err(|e| e.to_string())
}

impl Vm {
    /// # Errors
    /// The bot does not compile.
    pub fn new() -> Result<Self, String> {
        let program = compile(SOURCE)?;
        let facts = SCRIPTS.iter().map(|script| facts(&program, script)).collect();
        Ok(Self { program, facts, machine: Machine::new(), limits: Limits::default() })
    }

    fn event(event: Event, at: i64) -> sbot_vm::Event {
        let kind = match event {
            Event::Start => EventKind::Trigger(TriggerKind::Manual),
            Event::Says(text) => {
                EventKind::Message(ClientMessage { text: Some(text.into()), ..ClientMessage::default() })
            }
            Event::Timer => EventKind::Timer,
        };
        sbot_vm::Event::new(if event == Event::Timer { at + 2 * 3_600_000 } else { at }, kind)
    }

    fn collect(&mut self, ended: bool, log: &mut Vec<Act>) {
        for effect in self.machine.effects() {
            match &effect.kind {
                EffectKind::Message(message) => log.push(Act::Send {
                    text: message.text.to_string(),
                    buttons: message.buttons.iter().map(|button| button.label.to_string()).collect(),
                }),
                EffectKind::Set { value: Value::Text(text), .. } => log.push(Act::Set(text.to_string())),
                EffectKind::Action { action, args } => log.push(self.action(*action, args)),
                EffectKind::Set { .. } | EffectKind::Draw { .. } | EffectKind::Event(_) => {}
            }
        }
        if ended {
            log.push(Act::End);
        }
    }

    fn action(&self, action: u32, args: &[Value]) -> Act {
        let name = self.program.tables().actions.get(action as usize).map_or("", |action| &action.name);
        match (name, args) {
            ("manage_tags", [_, Value::List(add), ..]) => {
                Act::Tag(add.first().map_or_else(String::new, |tag| {
                    if let Value::Text(tag) = tag { tag.to_string() } else { String::new() }
                }))
            }
            ("add_note", [Value::Text(text), ..]) => Act::Note(text.to_string()),
            _ => Act::Stage,
        }
    }

    /// Starts or resumes; true if the conversation is over.
    fn step(&mut self, script: usize, n: usize, run: &mut Run) -> bool {
        let (Some(facts), Some(event)) =
            (self.facts.get(script), SCRIPTS.get(script).and_then(|script| script.events.get(n)))
        else {
            return true;
        };
        let event = Self::event(*event, 1_700_000_000_000);
        if n == 0 {
            match self.machine.start(&self.program, 0, &[], &event, facts, &self.limits) {
                Ok(Status::Parked(parked)) => *run = parked,
                _ => return true,
            }
            return false;
        }
        !matches!(self.machine.turn(&self.program, run, &event, facts, &self.limits), Ok(None))
    }
}

fn facts(program: &Program, script: &Script) -> Facts {
    let value = |entity: &str, name: &str| match (entity, name) {
        ("contact", "name") => Value::text(script.name),
        ("lead", "budget") => Value::Int(script.budget),
        _ => Value::None,
    };
    Facts { values: program.tables().fields.iter().map(|field| value(&field.entity, &field.name)).collect() }
}

impl Contender for Vm {
    fn in_memory(&mut self, script: usize, log: &mut Vec<Act>) {
        let mut run = Run::default();
        for n in 0..6 {
            let ended = self.step(script, n, &mut run);
            self.collect(ended, log);
        }
    }

    fn durable(&mut self, script: usize, log: &mut Vec<Act>, sizes: &mut Vec<usize>) {
        let mut bytes: Vec<u8> = Vec::new();
        for n in 0..6 {
            let mut run = Run::default();
            if n > 0 && run.decode_from(&self.program, &bytes).is_err() {
                return;
            }
            let ended = self.step(script, n, &mut run);
            self.collect(ended, log);
            if !ended {
                bytes.clear();
                run.encode_into(&self.program, &mut bytes);
                sizes.push(bytes.len());
            }
        }
    }
}
