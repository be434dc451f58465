//! What the steps are called, and which become part of the one that leads to them.

use super::words::slug;
use crate::kommo::bot::{Bot, Handler, Part, Step, What};
use crate::kommo::names;
use sbot_grammar::RESERVED;
use std::collections::{BTreeMap, BTreeSet};

/// Names that steps may not have.
const TAKEN: &[&str] = &["end", "bot", "found", "not_delivered"];

/// The plan of a bot.
#[derive(Debug)]
pub(super) struct Plan {
    names: BTreeMap<i64, String>,
    /// Where each step stands among those of the bot.
    places: BTreeMap<i64, usize>,
    /// Steps that stand in the one which leads to them.
    merged: BTreeSet<i64>,
}

impl Plan {
    pub(super) fn new(bot: &Bot) -> Plan {
        let places: BTreeMap<i64, usize> =
            bot.steps.iter().enumerate().map(|(at, step)| (step.number, at)).collect();
        let merged = merged(bot, &places);
        let mut names: BTreeMap<i64, String> = BTreeMap::new();
        let mut taken: BTreeSet<String> = TAKEN.iter().map(|name| (*name).to_owned()).collect();
        // What a uuid spells comes first, then what is left is named by its content.
        let spelt = |step: &Step| {
            let name = names::name(step.uuid.as_deref()?)?;
            let (name, number) = names::split(&name)?;
            (number == 1).then(|| name.trim_start_matches('.').to_owned())
        };
        for step in &bot.steps {
            if let Some(name) = spelt(step).filter(|name| taken.insert(name.clone())) {
                names.insert(step.number, name);
            }
        }
        let first = bot.steps.first().map(|step| step.number);
        for step in &bot.steps {
            if names.contains_key(&step.number) || merged.contains(&step.number) && Some(step.number) != first
            {
                continue;
            }
            let base = content(step, Some(step.number) == first);
            let base = if RESERVED.contains(&base.as_str()) { format!("{base}_") } else { base };
            let mut name = base.clone();
            let mut number = 2;
            while !taken.insert(name.clone()) {
                name = format!("{base}_{number}");
                number += 1;
            }
            names.insert(step.number, name);
        }
        Plan { names, places, merged }
    }

    pub(super) fn name(&self, step: i64) -> String {
        self.names.get(&step).cloned().unwrap_or_else(|| format!("step_{step}"))
    }

    /// The step of a number.
    pub(super) fn step<'b>(&self, bot: &'b Bot, number: i64) -> Option<&'b Step> {
        bot.steps.get(*self.places.get(&number)?)
    }

    pub(super) fn is_merged(&self, step: i64) -> bool {
        self.merged.contains(&step)
    }
}

/// Steps that are only reached by the last `goto` of another one, or only as the timers of its buttons.
fn merged(bot: &Bot, places: &BTreeMap<i64, usize>) -> BTreeSet<i64> {
    let mut reached: BTreeMap<i64, usize> = BTreeMap::new();
    let mut by_last: BTreeSet<i64> = BTreeSet::new();
    let mut timers: BTreeSet<i64> = BTreeSet::new();
    let mut count =
        |handler: &Handler| handler.each_target(&mut |to| *reached.entry(to.step).or_default() += 1);
    for step in &bot.steps {
        step.question
            .iter()
            .chain(&step.answer)
            .chain(&step.no_answer)
            .chain(&step.finish)
            .for_each(&mut count);
    }
    bot.error.iter().for_each(&mut count);
    for step in &bot.steps {
        if let Some(Handler { what: What::Goto(to), .. }) = step.question.last()
            && to.part == Part::Question
            && to.step != step.number
        {
            by_last.insert(to.step);
        }
        if let Some(Handler { what: What::Goto(to), .. }) = step.no_answer.first() {
            timers.insert(to.step);
        }
    }
    let first = bot.steps.first().map(|step| step.number);
    let own_name = |step: &Step| {
        let name = step.uuid.as_deref().and_then(names::name);
        name.is_some_and(|name| {
            names::split(&name).is_some_and(|(name, number)| number == 1 && !name.starts_with('.'))
        })
    };
    let only_waits = |step: &Step| matches!(step.question.as_slice(), [Handler { what: What::Waits(_), .. }]);
    let once: BTreeSet<i64> = bot
        .steps
        .iter()
        .filter(|step| reached.get(&step.number) == Some(&1) && Some(step.number) != first)
        .filter(|step| {
            timers.contains(&step.number) && only_waits(step)
                || by_last.contains(&step.number) && !own_name(step)
        })
        .map(|step| step.number)
        .collect();
    // Steps that lead to one another in a circle, and to which nothing else leads, are reached by nobody: one has to stay.
    let next = |number: i64| {
        let step = bot.steps.get(*places.get(&number)?)?;
        match step.question.last() {
            Some(Handler { what: What::Goto(to), .. }) if once.contains(&to.step) => Some(to.step),
            Some(_) | None => None,
        }
    };
    let heads = bot.steps.iter().map(|step| step.number).filter(|number| !once.contains(number));
    let mut whole: BTreeSet<i64> = BTreeSet::new();
    for head in heads {
        let mut at = head;
        while let Some(step) = next(at).filter(|step| whole.insert(*step)) {
            at = step;
        }
    }
    once.into_iter().filter(|step| whole.contains(step) || timers.contains(step)).collect()
}

/// A name from what a step does.
fn content(step: &Step, first: bool) -> String {
    let what = step.question.iter().map(|one| &one.what);
    let mut named = what.filter_map(|what| match what {
        What::Message(message) => {
            let text = if message.text.trim().is_empty() {
                message.list.as_ref().map_or("", |list| list.body.as_str())
            } else {
                &message.text
            };
            let asks = text.contains('?') || !message.buttons.is_empty() || message.list.is_some();
            let lower = text.to_lowercase();
            let about = [
                ("phone", "ask_phone"),
                ("e-mail", "ask_email"),
                ("email", "ask_email"),
                ("name", "ask_name"),
            ];
            let asked = about.iter().find(|(word, _)| asks && text.contains('?') && lower.contains(word));
            let plain = without_placeholders(text);
            Some(match asked {
                Some((_, name)) => (*name).to_owned(),
                None => slug(&plain, 3),
            })
        }
        What::Comment { .. } => Some("answer_comment".to_owned()),
        What::Distribution { .. } => Some("take_turns".to_owned()),
        What::Conditions { tests, .. } => {
            let about = tests.first().map_or("", |test| test.left.trim_matches(['{', '}']));
            Some(format!("check_{}", slug(about, 3)))
        }
        What::Validations { .. } => Some("check_answer".to_owned()),
        What::Waits(_) | What::WaitAnswer(_) => Some("wait_for_client".to_owned()),
        What::Internal { .. } => Some("tell_team".to_owned()),
        What::Action { name, .. } | What::Trigger { action: name, .. } => Some(slug(name, 3)),
        What::Widget(widget) => Some(format!("widget_{}", slug(widget.code.as_deref().unwrap_or("step"), 2))),
        What::WidgetRequest { .. } => Some("ask_service".to_owned()),
        What::Stop(_) => Some("finish".to_owned()),
        What::Buttons(_)
        | What::Goto(_)
        | What::Find { .. }
        | What::Meta { .. }
        | What::Preset { .. }
        | What::OptIn(_)
        | What::Exits(_)
        | What::Unknown { .. } => None,
    });
    let name = named.find(|name| !name.is_empty());
    match name {
        _ if first => "greet".to_owned(),
        Some(name) => name,
        None => "go_on".to_owned(),
    }
}

fn without_placeholders(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("{{") {
        out.push_str(before);
        rest = behind.split_once("}}").map_or("", |(_, after)| after);
    }
    out + rest
}

/// A bot's name from its title.
pub(super) fn bot_name(title: &str) -> String {
    let name = slug(title, 4);
    let name = if name.is_empty() { "imported".to_owned() } else { name };
    if RESERVED.contains(&name.as_str()) { format!("{name}_bot") } else { name }
}
