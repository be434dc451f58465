//! Which exit of a wait an event takes, and what comes with it. In: a parked run and an event. Out: where the run goes
//! on, or why it does not; the run itself stays as it is.

use crate::effect::EffectId;
use crate::error::WhyRefused;
use crate::event::{ClientMessage, Event, EventKind};
use crate::fuel::nests_well;
use crate::loaded::{Program, Subject, WaitInfo};
use crate::op::{Reg, Target};
use crate::program::{Callee, MOST_BUTTONS, On, Param, Wait};
use crate::run::{NEVER, Run, wait_of};
use crate::text::Folder;
use crate::value::{Slot, Value};
use crate::world::widen;
use std::sync::Arc;

/// What happens to the run.
#[derive(Clone, Copy)]
pub(crate) enum Taken {
    /// It goes on where this exit of its wait leads, in the function that waits.
    Goes { exit: u32, with: With },
    /// It goes on there, in the bot's own function above which so many callers are left.
    Falls { to: Target, callers: usize },
    /// It ends: this effect failed, and nothing takes care of it.
    Fails(EffectId),
}

/// What is bound.
#[derive(Clone, Copy)]
pub(crate) enum With {
    Nothing,
    /// What the client wrote or pressed; absent for a message without text.
    Text,
    /// The text that the client chose, of a list that the run keeps.
    Chosen(Chosen),
    /// The values of an answer.
    Answer,
}

/// A text of a list among the values of a run.
#[derive(Clone, Copy)]
pub(crate) struct Chosen {
    /// Index into the live registers of the wait.
    list: u32,
    /// Index into the list.
    at: usize,
}

impl Chosen {
    /// The text, once the values are back in the frame.
    pub(crate) fn text(self, wait: &Wait, frame: &[Value]) -> Option<Value> {
        let live = wait.live.get(self.list as usize)?;
        let Value::List(texts) = frame.get(usize::from(live.reg))? else { return None };
        texts.get(self.at).cloned()
    }
}

/// What an answer is declared as.
#[derive(Clone, Copy)]
enum Answered<'a> {
    Exit(&'a [Param]),
    Result(Slot),
}

impl<'a> Answered<'a> {
    /// What the answer is declared as that this exit of an action's wait takes.
    fn new(program: &'a Program, info: &WaitInfo, exit: Option<u32>) -> Option<Answered<'a>> {
        let Subject::Action(action) = info.subject else { return None };
        let action = program.tables().actions.get(action as usize)?;
        Some(match exit {
            Some(exit) => Answered::Exit(&action.exits.get(exit as usize)?.params),
            None => Answered::Result(action.result?),
        })
    }

    /// How many values come with it.
    fn count(&self) -> usize {
        match self {
            Answered::Exit(params) => params.len(),
            Answered::Result(_) => 1,
        }
    }

    /// What the value at this place is declared as.
    fn slot(&self, at: usize) -> Option<Slot> {
        match self {
            Answered::Exit(params) => params.get(at).map(|param| param.slot),
            Answered::Result(slot) => (at == 0).then_some(*slot),
        }
    }
}

/// Puts what comes with an event into the registers that the exit names. The values of the run are back in the frame.
pub(crate) fn give(
    program: &Program,
    wait: &Wait,
    info: &WaitInfo,
    with: With,
    event: &EventKind,
    bind: &[Reg],
    frame: &mut [Value],
) {
    for (at, reg) in bind.iter().enumerate() {
        let value = match (with, event) {
            (With::Text, EventKind::Message(ClientMessage { text: Some(text), .. })) => {
                Value::Text(Arc::clone(text))
            }
            (With::Text, EventKind::Press { label, .. }) => Value::Text(Arc::clone(label)),
            (With::Text, _) => Value::Text(Arc::clone(&program.derived.empty)),
            (With::Chosen(chosen), _) => chosen.text(wait, frame).unwrap_or_default(),
            (With::Answer, EventKind::Answer { exit, values, .. }) => {
                let slot = Answered::new(program, info, *exit).and_then(|declared| declared.slot(at));
                match (values.get(at), slot) {
                    (Some(value), Some(slot)) => widen(value, slot),
                    _ => Value::None,
                }
            }
            (With::Nothing | With::Answer, _) => Value::None,
        };
        if let Some(place) = frame.get_mut(usize::from(*reg)) {
            *place = value;
        }
    }
}

/// A parked run with everything that belongs to it.
struct Parked<'a, 'r> {
    program: &'a Program,
    run: &'r Run,
    wait: &'a Wait,
    info: &'a WaitInfo,
}

/// Decides what the event does to the run.
/// `folder` holds the client's text while it is matched.
pub(crate) fn take(
    program: &Program,
    run: &Run,
    event: &Event,
    folder: &mut Folder,
) -> Result<Taken, WhyRefused> {
    if run.program != program.id() {
        return Err(WhyRefused::OtherProgram { parked: run.program, given: program.id() });
    }
    let info = wait_of(program, run).ok_or(WhyRefused::Corrupt)?;
    let wait = program.tables().waits.get(run.wait as usize).ok_or(WhyRefused::Corrupt)?;
    if let Some(meant) = event.wait.filter(|meant| *meant != run.number()) {
        return Err(WhyRefused::OtherWait { meant, parked: run.number() });
    }
    let parked = Parked { program, run, wait, info };
    match &event.kind {
        EventKind::Message(message) => parked.message(message.text.as_ref(), folder),
        EventKind::Press { label, .. } => parked.press(label, folder),
        EventKind::Timer => parked.timer(event.at),
        EventKind::VideoOpened => parked.plain(|on| matches!(on, On::VideoOpened)),
        EventKind::VideoClosed => parked.plain(|on| matches!(on, On::VideoClosed)),
        EventKind::Delivered { effect } => parked.delivered(*effect),
        EventKind::Failed { effect } => parked.failed(*effect),
        EventKind::Answer { effect, exit, values } => parked.answer(*effect, *exit, values),
        EventKind::Drawn { effect, option } => parked.drawn(*effect, *option),
        EventKind::Trigger(_) | EventKind::Comment { .. } => Err(WhyRefused::NotAwaited),
    }
}

impl Parked<'_, '_> {
    fn plain(&self, takes: impl Fn(&On) -> bool) -> Result<Taken, WhyRefused> {
        let exit = (0u32..).zip(&self.wait.exits).find(|(_, exit)| takes(&exit.on));
        exit.map(|(exit, _)| goes(exit, With::Nothing)).ok_or(WhyRefused::NotAwaited)
    }

    fn message(&self, text: Option<&Arc<str>>, folder: &mut Folder) -> Result<Taken, WhyRefused> {
        if let Some(text) = text
            && let Some((exit, chosen)) = self.matching(text, folder)
        {
            return Ok(goes(exit, chosen.map_or(With::Text, With::Chosen)));
        }
        self.info.other.map(|exit| goes(exit, With::Text)).ok_or(WhyRefused::NotAwaited)
    }

    fn press(&self, label: &Arc<str>, folder: &mut Folder) -> Result<Taken, WhyRefused> {
        let options = &self.info.options.all;
        let pressed = options.iter().find(|option| option.label.text(&self.run.values) == Some(label));
        if let Some(option) = pressed {
            return Ok(goes(option.exit, With::Text));
        }
        match self.chosen(|text| text == label) {
            Some((exit, text)) => Ok(goes(exit, With::Chosen(text))),
            None => self.message(Some(label), folder),
        }
    }

    /// The exit that a written text takes: of the option that equals it, else of a list with an equal text, which comes
    /// with it, else of the option with a synonym among its words.
    fn matching(&self, text: &str, folder: &mut Folder) -> Option<(u32, Option<Chosen>)> {
        let options = &self.info.options;
        if options.all.is_empty() && self.info.chosen.is_empty() {
            return None;
        }
        if self.info.chosen.is_empty()
            && let Some(exit) = options.at_once(text)
        {
            return exit.map(|exit| (exit, None));
        }
        let folded = folder.fold(text);
        if folded.as_str().is_empty() {
            return None;
        }
        if let Some(exit) = options.equal(folded, &self.run.values) {
            return Some((exit, None));
        }
        if let Some((exit, chosen)) = self.chosen(|shown| folded.is(shown)) {
            return Some((exit, Some(chosen)));
        }
        options.contained(folded, &self.run.values).map(|exit| (exit, None))
    }

    /// The first shown text of a list that is wanted, and its exit.
    fn chosen(&self, wanted: impl Fn(&Arc<str>) -> bool) -> Option<(u32, Chosen)> {
        self.info.chosen.iter().find_map(|(exit, list)| {
            let Some(Value::List(texts)) = self.run.values.get(*list as usize) else { return None };
            let at = texts
                .iter()
                .take(MOST_BUTTONS)
                .position(|text| if let Value::Text(text) = text { wanted(text) } else { false })?;
            Some((*exit, Chosen { list: *list, at }))
        })
    }

    /// The timer that is due first; of several due at the same instant, the first in the source.
    fn timer(&self, now: i64) -> Result<Taken, WhyRefused> {
        let timers = self.run.deadlines.iter().zip(&self.info.timers).filter(|(at, _)| **at != NEVER);
        match timers.min_by_key(|(deadline, _)| **deadline) {
            Some((deadline, (exit, _))) if *deadline <= now => Ok(goes(*exit, With::Nothing)),
            Some((deadline, _)) => Err(WhyRefused::NotDue { next: Some(*deadline) }),
            None => Err(WhyRefused::NotDue { next: None }),
        }
    }

    fn delivered(&self, effect: EffectId) -> Result<Taken, WhyRefused> {
        if self.run.effect == Some(effect) {
            self.plain(|on| matches!(on, On::Delivered))
        } else {
            Err(WhyRefused::NotAwaited)
        }
    }

    fn failed(&self, effect: EffectId) -> Result<Taken, WhyRefused> {
        if effect.turn >= self.run.turn {
            return Err(WhyRefused::UnknownEffect);
        }
        if self.run.effect == Some(effect) {
            let exit = self.plain(|on| matches!(on, On::Failed));
            if exit.is_ok() {
                return exit;
            }
        }
        Ok(match self.on_failed() {
            Some((to, callers)) => Taken::Falls { to, callers },
            None => Taken::Fails(effect),
        })
    }

    /// Where the innermost bot that has an `on failed` goes on, and how many callers are below its own function.
    fn on_failed(&self) -> Option<(Target, usize)> {
        let tables = self.program.tables();
        let on_failed = |bot: u32| tables.bots.get(bot as usize).and_then(|bot| bot.on_failed);
        let called = self.run.frames.iter().enumerate().rev().find_map(|(below, frame)| {
            match tables.calls.get(frame.call as usize)?.callee {
                Callee::Flow(_) => None,
                Callee::Bot(_) => on_failed(frame.bot).map(|to| (to, below + 1)),
            }
        });
        called.or_else(|| on_failed(self.run.bot).map(|to| (to, 0)))
    }

    fn drawn(&self, effect: EffectId, option: u32) -> Result<Taken, WhyRefused> {
        let Subject::Counter(counter) = self.info.subject else { return Err(WhyRefused::NotAwaited) };
        if self.run.effect != Some(effect) {
            return Err(WhyRefused::NotAwaited);
        }
        let counter = self.program.tables().counters.get(counter as usize).ok_or(WhyRefused::Corrupt)?;
        if option >= counter.options {
            return Err(WhyRefused::BadAnswer);
        }
        self.plain(|on| *on == On::Drawn(option))
    }

    fn answer(&self, effect: EffectId, answer: Option<u32>, values: &[Value]) -> Result<Taken, WhyRefused> {
        let Subject::Action(_) = self.info.subject else { return Err(WhyRefused::NotAwaited) };
        if self.run.effect != Some(effect) {
            return Err(WhyRefused::NotAwaited);
        }
        let wanted = answer.map_or(On::Result, On::Answer);
        let exit = (0u32..).zip(&self.wait.exits).find(|(_, exit)| exit.on == wanted);
        let (exit, _) = exit.ok_or(WhyRefused::NotAwaited)?;
        let declared = Answered::new(self.program, self.info, answer).ok_or(WhyRefused::Corrupt)?;
        let fits = declared.count() == values.len()
            && values.iter().enumerate().all(|(at, value)| {
                declared.slot(at).is_some_and(|slot| slot.accepts(value)) && nests_well(value)
            });
        if fits { Ok(goes(exit, With::Answer)) } else { Err(WhyRefused::BadAnswer) }
    }
}

fn goes(exit: u32, with: With) -> Taken {
    Taken::Goes { exit, with }
}
