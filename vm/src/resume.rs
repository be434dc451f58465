//! Which exit of a wait an event takes, and what comes with it. In: a parked run and an event. Out: where the run goes
//! on, or why it does not; the run itself stays as it is.

use crate::effect::EffectId;
use crate::error::WhyRefused;
use crate::event::{Event, EventKind};
use crate::fuel::nests_well;
use crate::loaded::{Choice, Phrase, Program, Subject, WaitInfo};
use crate::op::{Reg, Target};
use crate::program::{Callee, Exit, MOST_BUTTONS, On, Param, Wait};
use crate::run::{NEVER, Run, wait_of};
use crate::text::{Folded, fold};
use crate::value::{Slot, Value};
use std::sync::Arc;

/// What happens to the run.
pub(crate) enum Taken<'a> {
    /// It goes on there, in the function that waits.
    Goes { to: Target, bind: &'a [Reg], with: With<'a> },
    /// It goes on there, in the bot's own function above which so many callers are left.
    Falls { to: Target, callers: usize },
    /// It ends: this effect failed, and nothing takes care of it.
    Fails(EffectId),
}

/// What is bound.
pub(crate) enum With<'a> {
    Nothing,
    /// The client's text; absent for a message without one.
    Text(Option<&'a Arc<str>>),
    /// The text that the client chose.
    Chosen(Arc<str>),
    /// The values of an answer, and what each is declared as.
    Answer(&'a [Value], Answered<'a>),
}

/// What an answer is declared as.
#[derive(Clone, Copy)]
pub(crate) enum Answered<'a> {
    Exit(&'a [Param]),
    Result(Slot),
}

impl Answered<'_> {
    /// How many values come with it.
    fn count(&self) -> usize {
        match self {
            Answered::Exit(params) => params.len(),
            Answered::Result(_) => 1,
        }
    }

    /// What the value at this place is declared as.
    pub(crate) fn slot(&self, at: usize) -> Option<Slot> {
        match self {
            Answered::Exit(params) => params.get(at).map(|param| param.slot),
            Answered::Result(slot) => (at == 0).then_some(*slot),
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
pub(crate) fn take<'a>(program: &'a Program, run: &Run, event: &'a Event) -> Result<Taken<'a>, WhyRefused> {
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
        EventKind::Message(message) => parked.message(message.text.as_ref()),
        EventKind::Press { label, .. } => parked.press(label),
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

impl<'a> Parked<'a, '_> {
    fn exit(&self, index: u32, with: With<'a>) -> Result<Taken<'a>, WhyRefused> {
        let exit = self.wait.exits.get(index as usize).ok_or(WhyRefused::Corrupt)?;
        Ok(goes(exit, with))
    }

    fn plain(&self, takes: impl Fn(&On) -> bool) -> Result<Taken<'a>, WhyRefused> {
        let exit = self.wait.exits.iter().find(|exit| takes(&exit.on));
        exit.map(|exit| goes(exit, With::Nothing)).ok_or(WhyRefused::NotAwaited)
    }

    fn message(&self, text: Option<&'a Arc<str>>) -> Result<Taken<'a>, WhyRefused> {
        if let Some(text) = text
            && let Some((exit, chosen)) = self.matching(text)
        {
            return self.exit(exit, chosen.map_or(With::Text(Some(text)), With::Chosen));
        }
        match self.info.other {
            Some(exit) => self.exit(exit, With::Text(text)),
            None => Err(WhyRefused::NotAwaited),
        }
    }

    fn press(&self, label: &'a Arc<str>) -> Result<Taken<'a>, WhyRefused> {
        let pressed = self.info.options.iter().find(|option| self.text(&option.label) == Some(label));
        if let Some(option) = pressed {
            return self.exit(option.exit, With::Text(Some(label)));
        }
        match self.chosen(|text| text == label) {
            Some((exit, text)) => self.exit(exit, With::Chosen(text)),
            None => self.message(Some(label)),
        }
    }

    /// The exit that a written text takes: of the option that equals it, else of a list with an equal text, which comes
    /// with it, else of the option with a synonym among its words.
    fn matching(&self, text: &str) -> Option<(u32, Option<Arc<str>>)> {
        let options = &self.info.options;
        if options.is_empty() && self.info.chosen.is_empty() {
            return None;
        }
        let text = fold(text);
        if text.as_str().is_empty() {
            return None;
        }
        let equal = |phrase: &Phrase| self.folded(phrase, |phrase| *phrase == text);
        let contained = |phrase: &Phrase| {
            self.folded(phrase, |phrase| !phrase.as_str().is_empty() && text.contains_words(phrase))
        };
        let equals = |option: &&Choice| equal(&option.label) || option.synonyms.iter().any(equal);
        let contains = |option: &&Choice| option.synonyms.iter().any(contained);
        if let Some(option) = options.iter().find(equals) {
            return Some((option.exit, None));
        }
        if let Some((exit, chosen)) = self.chosen(|shown| fold(shown) == text) {
            return Some((exit, Some(chosen)));
        }
        options.iter().find(contains).map(|option| (option.exit, None))
    }

    /// The first shown text of a list that is wanted, and its exit.
    fn chosen(&self, wanted: impl Fn(&Arc<str>) -> bool) -> Option<(u32, Arc<str>)> {
        self.info.chosen.iter().find_map(|(exit, kept)| {
            let Some(Value::List(texts)) = self.run.values.get(*kept as usize) else { return None };
            texts.iter().take(MOST_BUTTONS).find_map(|text| {
                let Value::Text(text) = text else { return None };
                wanted(text).then(|| (*exit, Arc::clone(text)))
            })
        })
    }

    /// The text of a label as it is.
    fn text<'s>(&'s self, phrase: &'s Phrase) -> Option<&'s Arc<str>> {
        match phrase {
            Phrase::Known { text, .. } => Some(text),
            Phrase::Kept(at) => {
                if let Some(Value::Text(text)) = self.run.values.get(*at as usize) {
                    Some(text)
                } else {
                    None
                }
            }
        }
    }

    fn folded(&self, phrase: &Phrase, test: impl Fn(&Folded) -> bool) -> bool {
        match phrase {
            Phrase::Known { folded, .. } => test(folded),
            Phrase::Kept(_) => self.text(phrase).is_some_and(|text| test(&fold(text))),
        }
    }

    /// The timer that is due first; of several due at the same instant, the first in the source.
    fn timer(&self, now: i64) -> Result<Taken<'a>, WhyRefused> {
        let timers = self.run.deadlines.iter().zip(&self.info.timers).filter(|(at, _)| **at != NEVER);
        match timers.min_by_key(|(deadline, _)| **deadline) {
            Some((deadline, (exit, _))) if *deadline <= now => self.exit(*exit, With::Nothing),
            Some((deadline, _)) => Err(WhyRefused::NotDue { next: Some(*deadline) }),
            None => Err(WhyRefused::NotDue { next: None }),
        }
    }

    fn delivered(&self, effect: EffectId) -> Result<Taken<'a>, WhyRefused> {
        if self.run.effect == Some(effect) {
            self.plain(|on| matches!(on, On::Delivered))
        } else {
            Err(WhyRefused::NotAwaited)
        }
    }

    fn failed(&self, effect: EffectId) -> Result<Taken<'a>, WhyRefused> {
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

    fn drawn(&self, effect: EffectId, option: u32) -> Result<Taken<'a>, WhyRefused> {
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

    fn answer(
        &self,
        effect: EffectId,
        answer: Option<u32>,
        values: &'a [Value],
    ) -> Result<Taken<'a>, WhyRefused> {
        let Subject::Action(action) = self.info.subject else { return Err(WhyRefused::NotAwaited) };
        if self.run.effect != Some(effect) {
            return Err(WhyRefused::NotAwaited);
        }
        let wanted = answer.map_or(On::Result, On::Answer);
        let exit = self.wait.exits.iter().find(|exit| exit.on == wanted).ok_or(WhyRefused::NotAwaited)?;
        let action = self.program.tables().actions.get(action as usize).ok_or(WhyRefused::Corrupt)?;
        let declared = match answer {
            Some(answer) => {
                Answered::Exit(&action.exits.get(answer as usize).ok_or(WhyRefused::Corrupt)?.params)
            }
            None => Answered::Result(action.result.ok_or(WhyRefused::Corrupt)?),
        };
        let fits = declared.count() == values.len()
            && values.iter().enumerate().all(|(at, value)| {
                declared.slot(at).is_some_and(|slot| slot.accepts(value)) && nests_well(value)
            });
        if fits { Ok(goes(exit, With::Answer(values, declared))) } else { Err(WhyRefused::BadAnswer) }
    }
}

fn goes<'a>(exit: &'a Exit, with: With<'a>) -> Taken<'a> {
    Taken::Goes { to: exit.to, bind: &exit.bind, with }
}
