//! The conversation in the language, held by the VM.

use crate::script::{Act, Contender, Event, SCRIPTS, Script};
use sbot_vm::program::TriggerKind;
use sbot_vm::{
    ClientMessage, Effect, EffectKind, EventKind, Facts, Limits, Machine, Program, Run, Status, Value,
};
use std::io;

/// The bot of the reference conversation.
pub const SOURCE: &str = include_str!("../reference.sbot");

/// The contender in the language.
pub struct Vm {
    program: Program,
    played: Vec<Played>,
    /// The numbers of the actions that say something.
    tags: Option<u32>,
    note: Option<u32>,
    machine: Machine,
    limits: Limits,
    /// The run that encoded ones are decoded into.
    run: Run,
}

/// A script as this contender takes it. What comes in is there before the clock starts, on both sides.
struct Played {
    events: Vec<sbot_vm::Event>,
    facts: Facts,
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
        let played = SCRIPTS
            .iter()
            .map(|script| Played {
                events: script.events.iter().map(|event| incoming(*event)).collect(),
                facts: facts(&program, script),
            })
            .collect();
        let action = |name: &str| {
            let at = program.tables().actions.iter().position(|action| &*action.name == name)?;
            u32::try_from(at).ok()
        };
        let (tags, note) = (action("manage_tags"), action("add_note"));
        Ok(Self {
            program,
            played,
            tags,
            note,
            machine: Machine::new(),
            limits: Limits::default(),
            run: Run::default(),
        })
    }

    fn collect(&mut self, ended: bool, log: &mut Vec<Act>) {
        for effect in self.machine.effects() {
            match &effect.kind {
                EffectKind::Message(message) => log.push(Act::Send {
                    text: String::from(&*message.text),
                    buttons: message.buttons.iter().map(|button| String::from(&*button.label)).collect(),
                }),
                EffectKind::Set { value: Value::Text(text), .. } => log.push(Act::Set(String::from(&**text))),
                EffectKind::Action { action, args } => log.push(self.action(*action, args)),
                EffectKind::Set { .. } | EffectKind::Draw { .. } | EffectKind::Event(_) => {}
            }
        }
        if ended {
            log.push(Act::End);
        }
    }

    fn action(&self, action: u32, args: &[Value]) -> Act {
        match args {
            [_, Value::List(add), ..] if Some(action) == self.tags => {
                Act::Tag(add.first().map_or_else(String::new, |tag| {
                    if let Value::Text(tag) = tag { String::from(&**tag) } else { String::new() }
                }))
            }
            [Value::Text(text), ..] if Some(action) == self.note => Act::Note(String::from(&**text)),
            _ => Act::Stage,
        }
    }

    /// Starts or resumes; true if the conversation is over.
    fn step(&mut self, script: usize, n: usize, run: &mut Run) -> bool {
        let Some(Played { events, facts }) = self.played.get(script) else { return true };
        let Some(event) = events.get(n) else { return true };
        if n == 0 {
            match self.machine.start(&self.program, 0, &[], event, facts, &self.limits) {
                Ok(Status::Parked(parked)) => *run = parked,
                _ => return true,
            }
            return false;
        }
        !matches!(self.machine.turn(&self.program, run, event, facts, &self.limits), Ok(None))
    }
}

fn incoming(event: Event) -> sbot_vm::Event {
    const START: i64 = 1_700_000_000_000;
    let kind = match event {
        Event::Start => EventKind::Trigger(TriggerKind::Manual),
        Event::Says(text) => {
            EventKind::Message(ClientMessage { text: Some(text.into()), ..ClientMessage::default() })
        }
        Event::Timer => EventKind::Timer,
    };
    sbot_vm::Event::new(if event == Event::Timer { START + 2 * 3_600_000 } else { START }, kind)
}

fn facts(program: &Program, script: &Script) -> Facts {
    let value = |entity: &str, name: &str| match (entity, name) {
        ("contact", "name") => Value::text(script.name),
        ("lead", "budget") => Value::Int(script.budget),
        _ => Value::None,
    };
    Facts { values: program.tables().fields.iter().map(|field| value(&field.entity, &field.name)).collect() }
}

impl Vm {
    /// Plays a script in memory. What the machine gives is all that the host keeps: its effects, as they are.
    pub fn effects(&mut self, script: usize, log: &mut Vec<Effect>) {
        let mut run = Run::default();
        for n in 0..6 {
            self.step(script, n, &mut run);
            self.machine.move_effects(log);
        }
    }

    /// Like [`Vm::effects`], encoding the run after every event and decoding it before the next.
    pub fn durable_effects(&mut self, script: usize, log: &mut Vec<Effect>) {
        let (mut run, mut bytes) = (std::mem::take(&mut self.run), Vec::new());
        for n in 0..6 {
            if n > 0 && run.decode_from(&self.program, &bytes).is_err() {
                return;
            }
            let ended = self.step(script, n, &mut run);
            self.machine.move_effects(log);
            if !ended {
                bytes.clear();
                run.encode_into(&self.program, &mut bytes);
            }
        }
        self.run = run;
    }
}

impl Contender for Vm {
    type Waiting = Run;

    fn in_memory(&mut self, script: usize, log: &mut Vec<Act>) {
        let mut run = Run::default();
        for n in 0..6 {
            let ended = self.step(script, n, &mut run);
            self.collect(ended, log);
        }
    }

    fn durable(&mut self, script: usize, log: &mut Vec<Act>, sizes: &mut Vec<usize>) {
        let (mut run, mut bytes) = (std::mem::take(&mut self.run), Vec::new());
        for n in 0..6 {
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
        self.run = run;
    }

    fn waiting(&mut self, script: usize) -> Run {
        let mut run = Run::default();
        for n in 0..4 {
            self.step(script, n, &mut run);
        }
        run
    }

    fn encode(&self, waiting: &Run, out: &mut Vec<u8>) {
        waiting.encode_into(&self.program, out);
    }
}
