//! How an event meets the VM, and what a turn makes of the world. The only file here that starts or resumes a run.

use super::doings::MAX_TURNS;
use super::facts;
use super::replay::{Recorded, Took};
use super::show;
use super::transcript::LineKind;
use super::world::World;
use sbot_vm::program::{On, TriggerKind, Wait};
use sbot_vm::value::Value;
use sbot_vm::{
    Effect, EffectId, EffectKind, Ending, Event, EventKind, Run, RunEvent, Status, Turn, WhyRefused,
};

impl World {
    /// Something happens to the lead, and draws are answered at once. True if it made the bot do something.
    pub(super) fn happens(&mut self, kind: EventKind) -> bool {
        let took = self.happens_once(kind);
        for _ in 0..MAX_TURNS {
            let Some(drawn) = self.draw() else { return took };
            self.happens_once(drawn);
        }
        self.run = None;
        self.note(LineKind::Failed(format!(
            "the bot has drawn {MAX_TURNS} times without a wait and goes on"
        )));
        took
    }

    /// The draw that the run waits for.
    fn draw(&mut self) -> Option<EventKind> {
        let asks = |wait: &Wait| wait.exits.iter().any(|exit| matches!(exit.on, On::Drawn(_)));
        let effect = self.run.as_ref()?.effect.filter(|_| self.wait().is_some_and(asks))?;
        let asked = self.turns.last()?.iter().find(|asked| asked.id == effect)?;
        let EffectKind::Draw { counter } = asked.kind else { return None };
        let options = self.tables().counters.get(counter as usize)?.options;
        let next = self.counters.entry(counter).or_default();
        let option = *next;
        *next = option.checked_add(1).filter(|next| *next < options).unwrap_or(0);
        Some(EventKind::Drawn { effect, option })
    }

    fn happens_once(&mut self, kind: EventKind) -> bool {
        facts::note_client(self.program.tables(), &mut self.facts, &kind);
        if let Some(number) = facts::field(self.tables(), "now", "") {
            self.put(number, Value::DateTime(self.now));
        }
        let event = self.event(kind);
        let facts = self.facts.clone();
        let (took, ran) = match self.run.take() {
            Some(run) => self.resume(run, &event),
            None => self.begin(&event),
        };
        self.log.push(Recorded { event, facts, took });
        if let Some(turn) = ran {
            self.finish(turn);
        }
        took != Took::Nothing
    }

    pub(super) fn resume(&mut self, run: Run, event: &Event) -> (Took, Option<Turn>) {
        let run = match self.restored(run) {
            Ok(run) => run,
            Err(why) => {
                self.note(LineKind::Failed(why));
                return (Took::Nothing, None);
            }
        };
        match sbot_vm::turn(&self.program, run, event, &self.facts, &self.limits) {
            Ok(turn) => (Took::Resumes, Some(turn)),
            Err(refused) => {
                self.run = Some(*refused.run);
                let why = match refused.why == WhyRefused::NotAwaited {
                    true => "the bot does not wait for this".to_owned(),
                    false => refused.why.to_string(),
                };
                self.note(LineKind::Untaken(why));
                (Took::Nothing, None)
            }
        }
    }

    /// The run after a way through its bytes, if that is asked for.
    fn restored(&self, run: Run) -> Result<Run, String> {
        if !self.restore_every_turn {
            return Ok(run);
        }
        let bytes = run.encode(&self.program);
        let restored = Run::decode(&self.program, &bytes).map_err(|error| error.to_string())?;
        if restored == run {
            Ok(restored)
        } else {
            Err(format!("the restored run differs: {restored:?} is not {run:?}"))
        }
    }

    /// A run begins if a trigger says so. A bot without any trigger begins with whatever comes first.
    fn begin(&mut self, event: &Event) -> (Took, Option<Turn>) {
        let tables = self.program.tables();
        let starts = match tables.bots.get(self.bot as usize).map(|bot| bot.triggers.is_empty()) {
            Some(true) => {
                !self.begun
                    && matches!(
                        event.kind,
                        EventKind::Trigger(TriggerKind::Manual)
                            | EventKind::Message(_)
                            | EventKind::Comment { .. }
                    )
            }
            Some(false) | None => {
                let (started, limits) = (&self.started, &self.limits);
                match sbot_vm::triggered(&self.program, self.bot, event, &self.facts, started, limits) {
                    Ok(trigger) => {
                        self.note_start(trigger);
                        trigger.is_some()
                    }
                    Err(trap) => {
                        self.note(LineKind::Trapped(show::trapped(&self.program, &trap)));
                        return (Took::Nothing, None);
                    }
                }
            }
        };
        if !starts {
            self.note(LineKind::Untaken("no bot is running, and no trigger takes this".to_owned()));
            return (Took::Nothing, None);
        }
        match sbot_vm::start(&self.program, self.bot, &self.args, event, &self.facts, &self.limits) {
            Ok(turn) => {
                self.begun = true;
                (Took::Starts, Some(turn))
            }
            Err(error) => {
                self.note(LineKind::Failed(error.to_string()));
                (Took::Nothing, None)
            }
        }
    }

    /// Notes when a trigger starts the bot, for `once` and `cooldown`.
    fn note_start(&mut self, trigger: Option<u32>) {
        let Some(at) = trigger.map(|trigger| trigger as usize) else { return };
        if self.started.len() <= at {
            self.started.resize(at + 1, None);
        }
        if let Some(place) = self.started.get_mut(at) {
            *place = Some(self.now);
        }
    }

    pub(super) fn finish(&mut self, turn: Turn) {
        for effect in &turn.effects {
            self.apply(effect);
        }
        self.turns.push(turn.effects);
        self.marks.extend(turn.marks);
        match turn.status {
            Status::Parked(run) => {
                let timers = show::timers(&self.program, &run, self.now);
                let name = self
                    .tables()
                    .waits
                    .get(run.wait as usize)
                    .map_or_else(String::new, |w| w.name.to_string());
                self.run = Some(run);
                self.note(LineKind::Waits { name, timers });
            }
            Status::Ended(ending) => self.end(&ending),
        }
    }

    fn end(&mut self, ending: &Ending) {
        match ending {
            Ending::Done(Value::None) | Ending::Closed => self.note(LineKind::Ended(None)),
            Ending::Done(value) => {
                let value = show::value(&self.program, value);
                self.note(LineKind::Ended(Some(value)));
            }
            Ending::Failed(effect) => {
                let what = self.describe(*effect);
                self.note(LineKind::Failed(format!("nothing takes care of {what}")));
            }
            Ending::Trapped(trap) => {
                let why = show::trapped(&self.program, trap);
                self.note(LineKind::Trapped(why));
            }
        }
    }

    fn describe(&self, id: EffectId) -> String {
        // Ids begin anew with every run; the run that ended is the last one.
        let effect = self.turns.iter().flatten().rev().find(|effect| effect.id == id);
        effect.map_or_else(|| "an effect".to_owned(), |effect| show::effect(&self.program, &effect.kind))
    }

    /// Carries out an effect: messages are shown, the CRM changes as the action declares, all else is only recorded.
    pub fn apply(&mut self, effect: &Effect) {
        match &effect.kind {
            EffectKind::Message(message) => {
                self.sent = Some(effect.id);
                let line = show::message(&self.program, message);
                self.note(LineKind::Bot(line));
                return;
            }
            EffectKind::Set { field, value } => self.put(*field, value.clone()),
            EffectKind::Action { action, args } => {
                facts::echo(self.program.tables(), &mut self.facts, *action, args);
            }
            EffectKind::Event(RunEvent::NotSet { field }) => {
                let field = show::field(&self.program, *field);
                self.note(LineKind::NotSet(field));
                return;
            }
            EffectKind::Draw { .. } | EffectKind::Event(RunEvent::Trimmed { .. }) => {}
            // The end of the run tells of these.
            EffectKind::Event(RunEvent::Failed { .. } | RunEvent::Trapped(_)) => return,
        }
        let text = show::effect(&self.program, &effect.kind);
        self.note(LineKind::Effect(text));
    }
}
