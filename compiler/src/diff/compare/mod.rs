//! From two models to their differences. Statements of steps that belong together are aligned; whatever of two
//! statements is not equal is told, part by part, so that nothing that has a key can differ unseen.

mod bot;
mod likeness;
mod moved;
mod node;
mod outline;
mod parked;
mod part;
mod project;
mod way;
mod way_part;
mod whole;

use super::change::{At, Change, ChangeKind, Diff, Notes};
use super::line::Line;
use super::matching::{self, Pairs};
use super::model::{Bot, Model, Node, Slot};
use super::read::Renamer;
use super::show::{self, Names};
use super::term::{Space, TermId, Terms};
use crate::source::{Place, Sources};
use rustc_hash::{FxHashMap, FxHashSet};
use std::rc::Rc;
use std::sync::Arc;

/// Compares two models.
pub(crate) fn compare(
    terms: &mut Terms,
    (old, old_sources): (&Model, &Sources),
    (new, new_sources): (&Model, &Sources),
) -> Diff {
    let pairs =
        Pairing { bots: matching::bots(terms, old, new), functions: matching::functions(terms, old, new) };
    let mut compare = Compare {
        terms,
        old: Side::new(old_sources),
        new: Side::new(new_sources),
        changes: Vec::new(),
        bot: None,
        unit: None,
        several: old.bots.len() > 1 || new.bots.len() > 1,
        inside: false,
        waits: Vec::new(),
        locals: FxHashSet::default(),
        words: FxHashMap::default(),
    };
    compare.project(old, new, &pairs);
    Diff { changes: moved::in_order(compare.changes) }
}

/// What belongs together in the whole project.
pub(crate) struct Pairing {
    bots: Pairs,
    functions: Pairs,
}

/// One of the two programs while they are compared.
struct Side<'a> {
    sources: &'a Sources,
    names: Names,
    /// Where the client is when the step begins: `after *Prices*`, `in step x`.
    base: Line,
    /// The ways that lead from there to the statement.
    path: Vec<Frame>,
}

/// So many ways are told one after the other.
const MOST_FRAMES: usize = 3;
/// The condition of a way that is taken where no other one is.
const OTHERWISE: &str = "otherwise";

/// A way that leads to a statement.
#[derive(Clone)]
struct Frame {
    phrase: Line,
    /// The client chose an option: what stands before says nothing more.
    option: bool,
    /// A condition, rather than something that happened.
    condition: Option<String>,
}

/// Waits that belong together, by their names.
struct WaitPair {
    was: Arc<str>,
    now: Arc<str>,
    places: (Place, Place),
}

struct Compare<'a> {
    terms: &'a mut Terms,
    old: Side<'a>,
    new: Side<'a>,
    changes: Vec<Change>,
    /// The bot that is compared.
    bot: Option<Arc<str>>,
    /// The step or flow that is compared.
    unit: Option<Arc<str>>,
    /// Whether bots have to be named.
    several: bool,
    /// Whether the step is new or gone as a whole.
    inside: bool,
    waits: Vec<WaitPair>,
    /// The locals that both steps have, by their common number.
    locals: FxHashSet<u32>,
    /// The words of texts, for likeness.
    words: FxHashMap<TermId, Rc<[u64]>>,
}

impl<'a> Side<'a> {
    fn new(sources: &'a Sources) -> Self {
        Side { sources, names: Names::default(), base: Line::default(), path: Vec::new() }
    }

    /// Where the client is: from the last choice on, and not in more words than one can follow.
    fn place(&self) -> Line {
        let from = self.path.iter().rposition(|frame| frame.option);
        let inner = self.path.get(from.unwrap_or(0)..).unwrap_or_default();
        // That no earlier case was taken says little before the case that was.
        let last = inner.len().saturating_sub(1);
        let told = |(n, frame): &(usize, &Frame)| *n == last || frame.condition.as_deref() != Some(OTHERWISE);
        let mut frames: Vec<&Frame> = inner.iter().enumerate().filter(told).map(|(_, frame)| frame).collect();
        let first = if from.is_some() && frames.len() > MOST_FRAMES { Some(frames.remove(0)) } else { None };
        frames.drain(..frames.len().saturating_sub(MOST_FRAMES));
        let mut place = if from.is_none() { self.base.clone() } else { Line::default() };
        for frame in first.into_iter().chain(frames) {
            place = if place.is_empty() { place } else { place.and(", ") };
            place = place.with(frame.phrase.clone());
        }
        place
    }

    fn conditions(&self) -> Vec<String> {
        self.path.iter().filter_map(|frame| frame.condition.clone()).collect()
    }

    fn at(&self, place: Place) -> At {
        let source = self.sources.get(place.file);
        At { file: source.path.clone(), line: source.line(place.span.start) }
    }

    /// Something as it is written, in one line.
    fn written(&self, place: Place) -> Option<String> {
        let slice = self.sources.get(place.file).slice(place.span);
        // Anything longer is no expression that helps to see.
        if slice.is_empty() || slice.len() > 2000 || slice.contains("//") && !slice.contains('"') {
            return None;
        }
        Some(slice.split_whitespace().collect::<Vec<_>>().join(" "))
    }
}

impl Compare<'_> {
    /// Tells a difference. It stands where the new statement does, or where the old one did.
    fn tell(
        &mut self,
        kind: ChangeKind,
        (old, new): (Option<Place>, Option<Place>),
        what: Line,
    ) -> &mut Change {
        let side = if new.is_some() || old.is_none() { &self.new } else { &self.old };
        let change = Change {
            kind,
            bots: self.bot.iter().cloned().collect(),
            name_bots: self.several,
            unit: self.unit.clone(),
            place: side.place(),
            what,
            was: None,
            now: None,
            more: Vec::new(),
            old: old.map(|place| self.old.at(place)),
            new: new.map(|place| self.new.at(place)),
            notes: Notes { inside: self.inside, conditions: side.conditions(), ..Notes::default() },
        };
        let at = self.changes.len();
        self.changes.push(change);
        // It was pushed just now.
        #[allow(clippy::indexing_slicing)]
        &mut self.changes[at]
    }

    /// The same, without a place in the conversation.
    fn tell_plainly(
        &mut self,
        kind: ChangeKind,
        places: (Option<Place>, Option<Place>),
        what: Line,
    ) -> &mut Change {
        let change = self.tell(kind, places, what);
        change.place = Line::default();
        change
    }

    /// Something that is told only if nothing else is told about the step.
    fn tell_weakly(&mut self, kind: ChangeKind, places: (Option<Place>, Option<Place>), what: Line) {
        self.tell(kind, places, what).notes.weak = true;
    }

    /// An old and a new expression as they are written; as they are meant, if they are written alike.
    fn both(&self, old: &Slot, new: &Slot) -> (String, String) {
        let written = (self.old.written(old.place), self.new.written(new.place));
        if let (Some(old), Some(new)) = written
            && old != new
        {
            return (short(&old), short(&new));
        }
        (
            short(&show::expr(self.terms, &self.old.names, old.value)),
            short(&show::expr(self.terms, &self.new.names, new.value)),
        )
    }

    /// A condition as it is written; what a `when` tests is not written at each of its cases.
    fn condition(&self, side: &Side<'_>, slot: &Slot) -> String {
        let written = self.one(side, slot);
        let first = written.split_whitespace().find(|word| *word != "not").unwrap_or_default();
        let value = first.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit());
        if value || matches!(first, "contains" | "matches" | "length" | "set") {
            return short(&show::expr(self.terms, &side.names, slot.value));
        }
        written
    }

    /// An expression as it is written.
    fn one(&self, side: &Side<'_>, slot: &Slot) -> String {
        let shown = || show::expr(self.terms, &side.names, slot.value);
        short(&side.written(slot.place).unwrap_or_else(shown))
    }

    fn old_text(&self, value: TermId) -> String {
        show::text(self.terms, &self.old.names, value)
    }

    fn new_text(&self, value: TermId) -> String {
        show::text(self.terms, &self.new.names, value)
    }
}

fn short(text: &str) -> String {
    super::reword::clipped(text, 200)
}

/// The same statements with the numbers of the other program.
fn renamed(
    terms: &mut Terms,
    body: &[Node],
    renaming: &mut dyn FnMut(Space, u32) -> Option<u32>,
) -> (Vec<Node>, TermId) {
    let mut body = body.to_vec();
    let key = Renamer { terms, memo: FxHashMap::default(), renaming }.unit(&mut body);
    (body, key)
}

/// The new bot with the numbers of the old one.
fn with_numbers_of(terms: &mut Terms, new: &Bot, pairs: &bot::BotPairs, project: &Pairing) -> Bot {
    let mut renaming = |space: Space, number: u32| match space {
        Space::Local => None,
        Space::Var => Some(pairs.vars.shared(number)),
        Space::Step => Some(pairs.steps.shared(number)),
        Space::Flow => Some(pairs.flows.shared(number)),
        Space::Bot => Some(project.bots.shared(number)),
        Space::Function => Some(project.functions.shared(number)),
    };
    let mut bot = new.clone();
    for unit in bot.steps.iter_mut().chain(&mut bot.flows).filter(|unit| unit.reached) {
        unit.key =
            Renamer { terms, memo: FxHashMap::default(), renaming: &mut renaming }.unit(&mut unit.body);
    }
    let mut memo = FxHashMap::default();
    let inits = bot.vars.iter_mut().filter_map(|var| var.init.as_mut());
    let tests = bot.triggers.iter_mut().filter_map(|trigger| trigger.test.as_mut());
    for value in inits.chain(tests) {
        *value = terms.rename(*value, &mut memo, &mut renaming);
    }
    bot
}
