//! What has happened to somebody else's run, in a world of its own: events with their facts, as they were recorded.

use super::replay::{Recorded, Took};
use super::show;
use super::transcript::{ClientLine, LineKind};
use super::world::World;
use sbot_vm::value::Value;
use sbot_vm::{Event, EventKind, Program, Run};
use std::sync::Arc;

impl World {
    /// A world with a run that was parked elsewhere. What was said before is not known.
    #[must_use]
    pub fn with_run(program: Arc<Program>, run: Run, at: i64) -> World {
        let mut world = World::new(program, run.bot, Some(at));
        world.begun = true;
        world.run = Some(run);
        world
    }

    /// Makes it the moment of an event, with these facts.
    pub fn set_scene(&mut self, at: i64, facts: impl IntoIterator<Item = (u32, Value)>) {
        self.turn_clock(at);
        for (field, value) in facts {
            self.put(field, value);
        }
    }

    /// The event that has started the bot, in the scene of its moment.
    ///
    /// # Errors
    /// The bot does not start with these arguments.
    pub fn relive_start(&mut self, event: Event) -> Result<(), String> {
        self.tell(&event.kind);
        let turn = sbot_vm::start(&self.program, self.bot, &self.args, &event, &self.facts, &self.limits)
            .map_err(|error| error.to_string())?;
        self.begun = true;
        self.log.push(Recorded { event, facts: self.facts.clone(), took: Took::Starts });
        self.finish(turn);
        Ok(())
    }

    /// An event that the run has met, in the scene of its moment.
    pub fn relive(&mut self, event: Event) {
        self.tell(&event.kind);
        let Some(run) = self.run.take() else { return };
        let facts = self.facts.clone();
        let (took, turn) = self.resume(run, &event);
        self.log.push(Recorded { event, facts, took });
        if let Some(turn) = turn {
            self.finish(turn);
        }
    }

    /// The line of the transcript for what has happened.
    fn tell(&mut self, event: &EventKind) {
        super::facts::note_client(self.program.tables(), &mut self.facts, event);
        let line = match event {
            EventKind::Message(message) => match (&message.text, &message.file) {
                (Some(text), _) => LineKind::Client(ClientLine::Says(text.to_string())),
                (None, Some(file)) => LineKind::Client(ClientLine::Sends(file.to_string())),
                (None, None) => return,
            },
            EventKind::Press { label, .. } => LineKind::Client(ClientLine::Presses(label.to_string())),
            EventKind::Comment { text, .. } => LineKind::Client(ClientLine::Comments(text.to_string())),
            EventKind::VideoOpened => LineKind::Client(ClientLine::OpensVideo),
            EventKind::VideoClosed => LineKind::Client(ClientLine::ClosesVideo),
            EventKind::Trigger(kind) => LineKind::Trigger(sbot_vm::trigger_name(self.tables(), kind)),
            EventKind::Answer { exit, values, .. } => LineKind::Answer(self.answered(*exit, values)),
            EventKind::Failed { .. } => LineKind::NotDelivered,
            EventKind::Timer | EventKind::Delivered { .. } | EventKind::Drawn { .. } => return,
        };
        self.note(line);
    }

    fn answered(&self, exit: Option<u32>, values: &[Value]) -> String {
        let action = self.awaited_action().and_then(|(_, action)| self.tables().actions.get(action as usize));
        let name = action.map_or("the action", |action| &*action.name);
        let exit = exit.and_then(|exit| action?.exits.get(exit as usize)).map(|exit| &*exit.name);
        let values: Vec<String> = values.iter().map(|value| show::value(&self.program, value)).collect();
        let called = exit.map_or_else(|| name.to_owned(), |exit| format!("{name}.{exit}"));
        format!("{called}({})", values.join(", "))
    }
}
