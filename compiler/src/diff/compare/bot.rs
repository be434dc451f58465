//! Bots: their variables, triggers, and which steps and flows go together.

use super::super::change::ChangeKind as K;
use super::super::entries::{self, Entry};
use super::super::line::{Line, list};
use super::super::matching::{self, Pairs};
use super::super::model::{Bot, Kind, Node, Role, Trigger, Unit, UnitKind};
use super::super::show::{self, Names};
use super::super::term::{Space, TermId, Terms};
use super::super::words::{self, Lead};
use super::{Compare, Pairing, renamed, short, with_numbers_of};
use std::sync::Arc;

/// What belongs together in two bots.
pub(super) struct BotPairs {
    pub(super) vars: Pairs,
    pub(super) steps: Pairs,
    pub(super) flows: Pairs,
}

/// How clients get to the steps of a bot.
struct Ways {
    labels: Vec<Vec<TermId>>,
    first: u32,
}

impl Compare<'_> {
    /// Two bots that belong together. The names of bots and functions are known.
    pub(super) fn bots(&mut self, old: &Bot, new: &Bot, project: &Pairing) {
        let old_entries = entries::entries(self.terms, old);
        let new_entries = entries::entries(self.terms, new);
        let (old_known, new_known) = (matching::unit_names(old), matching::unit_names(new));
        let mut features = |bot: &Bot, entries: &[Vec<Entry>], known| -> Vec<Vec<TermId>> {
            entries.iter().map(|of| matching::entry_features(self.terms, bot, of, known)).collect()
        };
        let features = (features(old, &old_entries, &new_known), features(new, &new_entries, &old_known));
        let pairs = BotPairs {
            vars: matching::vars(self.terms, old, new),
            steps: matching::units(self.terms, &old.steps, &new.steps, features),
            flows: matching::units(self.terms, &old.flows, &new.flows, (Vec::new(), Vec::new())),
        };
        let labels = entries::labels(self.terms, &old_entries, old.first, old.on_failed);
        let old_ways = Ways { labels, first: old.first };
        let labels = entries::labels(self.terms, &new_entries, new.first, new.on_failed);
        let new_ways = Ways { labels, first: new.first };
        add_names(&mut self.old.names, old, None);
        add_names(&mut self.new.names, new, Some(&pairs));
        let shared = with_numbers_of(self.terms, new, &pairs, project);
        self.waits.clear();
        self.bot = Some(Arc::clone(&new.name));
        if old.name != new.name {
            let what = Line::say("the bot ").code(&*old.name).and(" is now called ").code(&*new.name);
            self.tell_plainly(K::BotRenamed, (Some(old.place), Some(new.place)), what);
        }
        self.starts(old, new, &pairs);
        self.triggers(old, &shared);
        self.vars(old, &shared, &pairs);
        self.units(&old.steps, &shared.steps, &pairs.steps, Some((&old_ways, &new_ways)));
        self.units(&old.flows, &shared.flows, &pairs.flows, None);
        self.parked(old, &shared, &pairs);
        self.bot = None;
    }

    /// Where the bot starts, where failures lead, what it gives back.
    fn starts(&mut self, old: &Bot, new: &Bot, pairs: &BotPairs) {
        let places = (Some(old.place), Some(new.place));
        let name = |bot: &Bot, step: Option<u32>| {
            let step = bot.steps.get(step.unwrap_or(u32::MAX) as usize);
            Line::default().code(step.map_or("?", |step| &step.name))
        };
        if pairs.steps.shared(new.first) != old.first {
            let what = Line::say("the conversation starts with step ").with(name(new, Some(new.first)));
            let what = what.and(" instead of ").with(name(old, Some(old.first)));
            self.tell_plainly(K::StartChanged, places, what);
        }
        if new.on_failed.map(|step| pairs.steps.shared(step)) != old.on_failed {
            let lead =
                |bot: &Bot| bot.on_failed.map_or(Lead::End, |_| Lead::Step(name(bot, bot.on_failed).plain()));
            let what = Line::say("a failure that no exit takes care of now ");
            let what = what.with(words::leads_instead(&lead(new), &lead(old)));
            self.tell_plainly(K::FailedChanged, places, what);
        }
        if old.result != new.result {
            let kind = |bot: &Bot| match &bot.result {
                Some(ty) => Line::say("a value of type ").code(ty),
                None => Line::say("nothing"),
            };
            let what = Line::say("the bot gives back ").with(kind(new)).and(" instead of ").with(kind(old));
            self.tell_plainly(K::ResultChanged, places, what);
        }
    }

    fn triggers(&mut self, old: &Bot, new: &Bot) {
        let same = |a: &Trigger, b: &Trigger| a.kind == b.kind && a.clauses == b.clauses && a.test == b.test;
        let mut added: Vec<&Trigger> = new.triggers.iter().collect();
        let mut gone: Vec<&Trigger> = Vec::new();
        for trigger in &old.triggers {
            match added.iter().position(|other| same(trigger, other)) {
                Some(at) => drop(added.remove(at)),
                None => gone.push(trigger),
            }
        }
        for trigger in gone {
            let kind = |other: &&Trigger| word(&other.kind) == word(&trigger.kind);
            let Some(at) = added.iter().position(kind) else {
                let what = Line::say("the bot no longer starts on ").code(self.trigger(trigger, false));
                self.tell_plainly(K::TriggerGone, (Some(trigger.place), None), what);
                continue;
            };
            let other = added.remove(at);
            let (mut was, mut now) = (self.trigger(trigger, false), self.trigger(other, true));
            if was == now {
                // They are written alike and mean something else.
                (was, now) = (self.meant(trigger, &self.old.names), self.meant(other, &self.new.names));
            }
            let what = Line::say("the bot starts on ").code(now).and(" instead of ").code(was);
            self.tell_plainly(K::TriggerChanged, (Some(trigger.place), Some(other.place)), what);
        }
        for trigger in added {
            let what = Line::say("the bot now also starts on ").code(self.trigger(trigger, true));
            self.tell_plainly(K::TriggerNew, (None, Some(trigger.place)), what);
        }
    }

    /// A trigger as it is written.
    fn trigger(&self, trigger: &Trigger, new: bool) -> String {
        let side = if new { &self.new } else { &self.old };
        match side.written(trigger.place).as_deref().and_then(|text| text.split_once("trigger ")) {
            Some((_, text)) => short(text),
            None => self.meant(trigger, &side.names),
        }
    }

    fn meant(&self, trigger: &Trigger, names: &Names) -> String {
        let mut text = trigger.kind.clone();
        for clause in &trigger.clauses {
            text.push(' ');
            text.push_str(clause);
        }
        if let Some(test) = trigger.test {
            text.push_str(" if ");
            text.push_str(&show::expr(self.terms, names, test));
        }
        short(&text)
    }

    /// Variables and parameters. Those that only one of the bots has show where they are used.
    fn vars(&mut self, old: &Bot, new: &Bot, pairs: &BotPairs) {
        for (n, var) in new.vars.iter().enumerate() {
            let Some(o) = pairs.vars.old.get(n).copied().flatten() else { continue };
            let Some(before) = old.vars.get(o as usize) else { continue };
            let places = (Some(before.place), Some(var.place));
            let param = n < new.params;
            if before.name != var.name && !param {
                let what =
                    Line::say("the variable ").code(&*before.name).and(" is now called ").code(&*var.name);
                self.tell_plainly(K::VariableRenamed, places, what);
            }
            if before.ty != var.ty {
                let what = Line::say(if param { "the parameter " } else { "the variable " }).code(&*var.name);
                let what = what.and(" holds ").code(&var.ty).and(" instead of ").code(&before.ty);
                self.tell_plainly(if param { K::ParameterChanged } else { K::VariableRetyped }, places, what);
            }
            if before.init != var.init {
                let shown = |names: &Names, init: Option<TermId>| match init {
                    Some(init) => Line::default().code(short(&show::expr(self.terms, names, init))),
                    None => Line::say("nothing"),
                };
                let (was, now) = (shown(&self.old.names, before.init), shown(&self.new.names, var.init));
                let (kind, verb) = match param {
                    true => (K::ParameterChanged, " is without an argument "),
                    false => (K::VariableChanged, " begins as "),
                };
                let what = Line::default().code(&*var.name).and(verb).with(now).and(" instead of ").with(was);
                self.tell_plainly(kind, places, what);
            }
        }
        if old.params != new.params {
            let what = Line::say(format!("the bot has {} parameters instead of {}", new.params, old.params));
            self.tell_plainly(K::ParameterChanged, (Some(old.place), Some(new.place)), what);
        }
    }

    /// Steps, or flows. The new ones have the numbers of the old ones already.
    fn units(&mut self, old: &[Unit], new: &[Unit], pairs: &Pairs, ways: Option<(&Ways, &Ways)>) {
        for (n, unit) in (0u32..).zip(new).filter(|(_, unit)| unit.reached) {
            self.new.base = base(self, unit, ways.map(|(_, new)| new), n, true);
            self.unit = Some(Arc::clone(&unit.name));
            let before = pairs.old.get(n as usize).copied().flatten();
            match before.and_then(|o| Some((o, old.get(o as usize)?))) {
                Some((o, before)) => {
                    self.old.base = base(self, before, ways.map(|(old, _)| old), o, false);
                    self.unit(before, unit);
                }
                None => self.new_unit(unit),
            }
        }
        for (o, unit) in (0u32..).zip(old).filter(|(_, unit)| unit.reached) {
            if pairs.new.get(o as usize).copied().flatten().is_none() {
                self.old.base = base(self, unit, ways.map(|(old, _)| old), o, false);
                self.unit = Some(Arc::clone(&unit.name));
                let still = new.iter().any(|other| !other.reached && other.name == unit.name);
                self.gone_unit(unit, still);
            }
        }
        self.unit = None;
    }

    /// Two units that belong together.
    fn unit(&mut self, old: &Unit, new: &Unit) {
        local_names(&mut self.old.names, old.locals.iter().map(|local| &local.name), &|n| n);
        if old.key == new.key {
            // Locals occur in the same order, whatever their names are.
            local_names(&mut self.new.names, new.locals.iter().map(|local| &local.name), &|n| n);
            self.same(&old.body, &new.body);
            return;
        }
        let pairs = matching::locals(old, new);
        let shared = |n: u32| pairs.shared(n);
        local_names(&mut self.new.names, new.locals.iter().map(|local| &local.name), &shared);
        let (body, _) = renamed(self.terms, &new.body, &mut |space, number| {
            (space == Space::Local).then(|| pairs.shared(number))
        });
        hidden_values(self.terms, &mut self.old.names, &old.body);
        hidden_values(self.terms, &mut self.new.names, &body);
        self.locals = pairs.old.iter().copied().flatten().collect();
        let before = self.changes.len();
        self.signature(old, new);
        self.blocks(&old.body, &body);
        if self.changes.len() == before {
            let what = Line::say("something that has no name here is different");
            self.tell(K::ValueChanged, (Some(old.place), Some(new.place)), what);
        }
        self.settle(before);
    }

    /// What a unit takes and gives back. Where there are more or fewer values than before, its callers show it.
    fn signature(&mut self, old: &Unit, new: &Unit) {
        let places = (Some(old.place), Some(new.place));
        if old.params != new.params {
            let shown = |params: &[String]| format!("({})", params.join(", "));
            let what = Line::say("the values that ").code(&*new.name).and(" takes are ");
            let what = what.code(shown(&new.params)).and(" instead of ").code(shown(&old.params));
            let weak = old.params.len() != new.params.len();
            self.tell(K::ParameterChanged, places, what).notes.weak = weak;
        }
        if old.result != new.result {
            let shown = |result: &Option<String>| result.clone().unwrap_or_else(|| "nothing".to_owned());
            let what = Line::default().code(&*new.name).and(" gives back ").code(shown(&new.result));
            let what = what.and(" instead of ").code(shown(&old.result));
            let weak = old.result.is_none() || new.result.is_none();
            self.tell(K::ResultChanged, places, what).notes.weak = weak;
        }
    }

    /// Drops what is told weakly if something else is told about the unit.
    fn settle(&mut self, from: usize) {
        let own = self.changes.get_mut(from..).unwrap_or_default();
        if own.iter().any(|change| !change.notes.weak) {
            for change in own.iter_mut().filter(|change| change.notes.weak) {
                change.notes.dropped = true;
            }
        }
    }

    fn new_unit(&mut self, unit: &Unit) {
        local_names(&mut self.new.names, unit.locals.iter().map(|local| &local.name), &|n| n);
        hidden_values(self.terms, &mut self.new.names, &unit.body);
        let word = unit_word(unit.kind);
        let what = Line::say(format!("{word} ")).code(&*unit.name).and(" is new");
        let more = self.outline(&unit.body, true);
        self.tell_plainly(K::StepNew, (None, Some(unit.place)), what).more = more;
        self.inside = true;
        self.all_new(&unit.body);
        self.inside = false;
    }

    /// `still`: it stands there, and no way leads to it.
    fn gone_unit(&mut self, unit: &Unit, still: bool) {
        local_names(&mut self.old.names, unit.locals.iter().map(|local| &local.name), &|n| n);
        hidden_values(self.terms, &mut self.old.names, &unit.body);
        let word = unit_word(unit.kind);
        let what = Line::say(format!("{word} ")).code(&*unit.name);
        let (kind, what) = match still {
            true => (K::StepUnreached, what.and(" is never reached any more")),
            false => (K::StepGone, what.and(" is gone")),
        };
        let more = self.outline(&unit.body, false);
        self.tell_plainly(kind, (Some(unit.place), None), what).more = more;
        self.inside = true;
        self.all_gone(&unit.body);
        self.inside = false;
    }
}

/// What units of a kind are called.
pub(super) fn unit_word(kind: UnitKind) -> &'static str {
    match kind {
        UnitKind::Step => "step",
        UnitKind::Flow => "flow",
        UnitKind::Function => "function",
    }
}

/// The first word of a trigger: triggers of a kind can replace each other.
fn word(kind: &str) -> &str {
    kind.split(' ').next().unwrap_or(kind)
}

/// Says what the locals of a body stand for that nobody has written.
fn hidden_values(terms: &Terms, names: &mut Names, body: &[Node]) {
    for node in body {
        if let (Kind::Let, Some(local), Some(value)) =
            (node.kind, node.value(&Role::Local), node.value(&Role::Value))
            && let Some(local) = terms.as_of(Space::Local, local)
        {
            names.add_value(local, value);
        }
        for way in &node.ways {
            hidden_values(terms, names, &way.body);
        }
    }
}

fn local_names<'n>(
    names: &mut Names,
    locals: impl Iterator<Item = &'n Arc<str>>,
    number: &dyn Fn(u32) -> u32,
) {
    names.clear_locals();
    for (n, name) in (0u32..).zip(locals) {
        names.add(Space::Local, number(n), name);
    }
}

/// The names of what a bot numbers; with the numbers of the other bot, if there is one.
fn add_names(names: &mut Names, bot: &Bot, pairs: Option<&BotPairs>) {
    let shared = |pairs: Option<&Pairs>, n: u32| pairs.map_or(n, |pairs| pairs.shared(n));
    for (n, var) in (0u32..).zip(&bot.vars) {
        names.add(Space::Var, shared(pairs.map(|pairs| &pairs.vars), n), &var.name);
    }
    for (n, step) in (0u32..).zip(&bot.steps) {
        names.add(Space::Step, shared(pairs.map(|pairs| &pairs.steps), n), &step.name);
    }
    for (n, flow) in (0u32..).zip(&bot.flows) {
        names.add(Space::Flow, shared(pairs.map(|pairs| &pairs.flows), n), &flow.name);
    }
}

/// Where the client is when a unit begins.
fn base(compare: &Compare<'_>, unit: &Unit, ways: Option<&Ways>, number: u32, new: bool) -> Line {
    let names = if new { &compare.new.names } else { &compare.old.names };
    if let Some(ways) = ways {
        if ways.first == number {
            return Line::say("at the start");
        }
        let labels = ways.labels.get(number as usize).map(Vec::as_slice).unwrap_or_default();
        if !labels.is_empty() {
            let labels =
                labels.iter().map(|label| Line::default().label(show::text(compare.terms, names, *label)));
            let labels: Vec<Line> = labels.collect();
            return match labels.as_slice() {
                [one, other] => Line::say("after ").with(one.clone()).and(" or ").with(other.clone()),
                _ => Line::say("after ").with(list(labels)),
            };
        }
    }
    Line::say(format!("in {} ", unit_word(unit.kind))).code(&*unit.name)
}
