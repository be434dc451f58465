//! Walks through everything that a conversation with a bot can become, on the real virtual machine and a virtual clock.
//!
//! In: a program that is built to be explored, and the project it was made from. Out: what no conversation reaches, and
//! the shortest conversation to everything that a client should not find first: an error, an end without a word, a wait
//! that lasts for ever.
//!
//! Conversations are tried shortest first: every button, texts that pass and texts that fail each pattern, every timer,
//! failed deliveries and answers, with each field that a condition reads holding each value that makes a difference. Two
//! moments that nothing in the bot can tell apart count as one, so the walk ends for most bots; where it does not, it is
//! cut off after a number of moments, and the report says so.
//!
//! Invariants: nothing here reads a clock or a file; the same project gives the same report; what a bot does is the VM's
//! business alone.

mod moves;
mod relevant;
mod report;
mod setting;
mod state;
mod texts;
mod write;

pub use report::{Finding, FindingKind, Report};
pub use write::{Written, write_tests};

use crate::ir::Project;
use crate::lower::{Mark, MarkKind};
use crate::sim::World;
use crate::sim::transcript::{Line, LineKind};
use crate::source::Sources;
use moves::{Move, moves, openings};
use relevant::Relevant;
use rustc_hash::{FxHashMap, FxHashSet};
use sbot_vm::Program;
use sbot_vm::program::On;
use setting::{Setting, settings};
use state::States;
use std::collections::VecDeque;
use std::sync::Arc;
use texts::Texts;

/// So many moments are looked at, unless somebody says otherwise.
pub const DEFAULT_LIMIT: usize = 20_000;

/// Where everything is reached already, so many moments are looked at in each further setting, for errors.
const EACH_SETTING: usize = 200;

/// What is explored.
#[derive(Clone, Copy)]
pub struct Input<'a> {
    /// Built with marks.
    pub program: &'a Arc<Program>,
    /// What it was built from.
    pub project: &'a Project,
    /// What its marks stand for.
    pub marks: &'a [Mark],
    /// The texts.
    pub sources: &'a Sources,
    /// The bot: index into the program's bots.
    pub bot: u32,
    /// How many moments are looked at.
    pub limit: usize,
}

/// How far the walk is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Moments that were looked at.
    pub moments: usize,
    /// Marks that were passed, statements aside.
    pub reached: usize,
    /// All of them.
    pub all: usize,
}

/// A moment of some conversation: how it was reached.
#[derive(Clone)]
struct Node {
    parent: Option<usize>,
    setting: usize,
    step: Option<Move>,
}

/// A walk that has ended.
pub struct Walk<'a> {
    input: Input<'a>,
    settings: Vec<Setting>,
    nodes: Vec<Node>,
    /// For each mark the first moment that has passed it.
    reached: Vec<Option<usize>>,
    /// What went wrong, with the first moment it happened at.
    found: Vec<(report::Found, usize)>,
    /// Whether everything was looked at.
    complete: bool,
    moments: usize,
}

/// The walk while it lasts.
struct Walker<'a, 'p> {
    walk: Walk<'a>,
    states: States<'p>,
    texts: &'p Texts,
    seen: FxHashSet<u64>,
    known: FxHashMap<report::Found, ()>,
    open: VecDeque<(usize, World)>,
    passed: usize,
}

/// Explores a bot. `tell` hears of the progress from time to time.
#[must_use]
pub fn explore<'a>(input: Input<'a>, tell: &mut dyn FnMut(Progress)) -> Walk<'a> {
    let relevant = Relevant::new(input.project);
    let texts = Texts::new(input.project);
    let walk = Walk {
        input,
        settings: settings(input.program, input.bot, &relevant, &texts),
        nodes: Vec::new(),
        reached: vec![None; input.marks.len()],
        found: Vec::new(),
        complete: true,
        moments: 0,
    };
    let mut walker = Walker {
        walk,
        states: States::new(input.program, input.project, &relevant, &texts),
        texts: &texts,
        seen: FxHashSet::default(),
        known: FxHashMap::default(),
        open: VecDeque::new(),
        passed: 0,
    };
    // The plain setting first and to its end: what it reaches needs no other.
    for setting in 0..walker.walk.settings.len() {
        let more = if setting == 0 || !walker.all_reached() { input.limit } else { EACH_SETTING };
        walker.begin(setting);
        walker.go_on(walker.walk.moments.saturating_add(more).min(input.limit), tell);
    }
    walker.walk.complete &= walker.all_reached() || walker.walk.moments < input.limit;
    walker.walk
}

impl Walker<'_, '_> {
    /// Every opening in a setting.
    fn begin(&mut self, at: usize) {
        let input = self.walk.input;
        let Some(setting) = self.walk.settings.get(at).cloned() else { return };
        let fresh = setting.world(input.program, input.bot);
        for opening in openings(&fresh, self.texts) {
            let mut world = fresh.clone();
            if opening.perform(&mut world) && world.has_begun() {
                self.arrive(Node { parent: None, setting: at, step: Some(opening) }, world, 0);
            }
        }
    }

    /// Whether every step, exit and button of the bot is reached.
    fn all_reached(&self) -> bool {
        let marks = self.walk.input.marks.iter().zip(&self.walk.reached);
        marks.filter(|(mark, _)| self.walk.is_counted(mark)).all(|(_, reached)| reached.is_some())
    }

    /// Looks at moments until there are none left, or `limit` of them have been looked at.
    fn go_on(&mut self, limit: usize, tell: &mut dyn FnMut(Progress)) {
        let all = self.walk.input.marks.iter().filter(|mark| mark.kind != MarkKind::Statement).count();
        while let Some((node, world)) = self.open.pop_front() {
            if self.walk.moments >= limit {
                self.walk.complete &= limit < self.walk.input.limit;
                self.open.clear();
                return;
            }
            self.walk.moments += 1;
            if self.walk.moments.is_multiple_of(64) {
                tell(Progress { moments: self.walk.moments, reached: self.passed, all });
            }
            let setting = self.walk.nodes.get(node).map_or(0, |node| node.setting);
            let routine = self.states.routine(&world);
            for step in moves(&world, self.texts, routine) {
                let mut next = world.clone();
                let before = next.transcript().len();
                if step.perform(&mut next) {
                    self.arrive(Node { parent: Some(node), setting, step: Some(step) }, next, before);
                }
            }
        }
    }

    /// A moment is reached: what it shows, and whether it leads further. `before` is how much of the transcript is old.
    fn arrive(&mut self, node: Node, mut world: World, before: usize) {
        let key = self.states.key(&world);
        let new = world.marks().iter().any(|mark| self.is_new(*mark));
        let lines = world.transcript().get(before..).unwrap_or_default();
        let found = self.judge(&node, &world, lines);
        let leads_on = key.is_some_and(|key| self.seen.insert(key));
        if !new && !leads_on && found.iter().all(|found| self.known.contains_key(found)) {
            return;
        }
        let number = self.walk.nodes.len();
        self.walk.nodes.push(node);
        for mark in world.marks() {
            if let Some(first) = self.walk.reached.get_mut(*mark as usize)
                && first.is_none()
            {
                *first = Some(number);
                let counts = self
                    .walk
                    .input
                    .marks
                    .get(*mark as usize)
                    .is_some_and(|mark| mark.kind != MarkKind::Statement);
                self.passed += usize::from(counts);
            }
        }
        for found in found {
            if self.known.insert(found.clone(), ()).is_none() {
                self.walk.found.push((found, number));
            }
        }
        if leads_on {
            world.forget_past();
            self.open.push_back((number, world));
        }
    }

    /// Whether nothing starts the bot but other bots, which have the last word: it gives them its result.
    fn is_only_asked(&self) -> bool {
        let bot = self.walk.input.project.bots.get(self.walk.input.bot as usize);
        bot.is_some_and(|bot| bot.triggers.is_empty() && bot.result.is_some())
    }

    fn is_new(&self, mark: u32) -> bool {
        self.walk.reached.get(mark as usize).is_some_and(Option::is_none)
    }

    /// What a client should not find first.
    fn judge(&self, node: &Node, world: &World, lines: &[Line]) -> Vec<report::Found> {
        let mut found = Vec::new();
        for line in lines.iter().filter(|line| line.is_failure()) {
            found.push(report::Found::Stops(line.to_string().trim().to_owned()));
        }
        let failed = !found.is_empty();
        if let Some(wait) = world.wait() {
            let timed =
                world.run().is_some_and(|run| run.deadlines.iter().any(|due| *due != sbot_vm::run::NEVER));
            if !timed && !world.awaits_delivery() {
                let host = wait.exits.iter().any(|exit| matches!(exit.on, On::Answer(_) | On::Result));
                found.push(report::Found::Waits { wait: Arc::clone(&wait.name), host });
            }
        } else if !failed && node.step.as_ref().is_some_and(Move::is_client) {
            let said = lines.iter().any(|line| matches!(line.kind, LineKind::Bot(_) | LineKind::Effect(_)));
            if !said
                && !self.is_only_asked()
                && let Some(mark) = world.marks().last()
            {
                found.push(report::Found::Silent(*mark));
            }
        }
        found
    }
}

impl Walk<'_> {
    /// The moments from the beginning to this one.
    fn way(&self, node: usize) -> Vec<&Node> {
        let mut way = Vec::new();
        let mut at = self.nodes.get(node);
        while let Some(node) = at {
            way.push(node);
            at = node.parent.and_then(|parent| self.nodes.get(parent));
        }
        way.reverse();
        way
    }

    fn setting(&self, node: usize) -> Option<&Setting> {
        self.nodes.get(node).and_then(|node| self.settings.get(node.setting))
    }

    /// The shortest conversation to a moment, as statements of a test.
    fn conversation(&self, node: usize) -> Vec<String> {
        let program = self.input.program;
        let steps = self.way(node).into_iter().filter_map(|node| node.step.as_ref()?.written(program));
        let setting = self.setting(node).map(|setting| setting.written(program, self.input.bot));
        setting.into_iter().flatten().chain(steps).collect()
    }

    /// The world at the end of a conversation, with all that happened in it.
    fn replayed(&self, node: usize) -> Option<World> {
        let mut world = self.setting(node)?.world(self.input.program, self.input.bot);
        for step in self.way(node).into_iter().filter_map(|node| node.step.as_ref()) {
            step.perform(&mut world);
        }
        Some(world)
    }

    /// The name of the bot.
    #[must_use]
    pub fn bot(&self) -> &str {
        self.input.program.tables().bots.get(self.input.bot as usize).map_or("?", |bot| &bot.name)
    }
}
