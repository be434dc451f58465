//! Findings about an old program that is at hand: runs that would be lost, and decisions that name what it does not have.

use super::names::written;
use super::report::{Report, Row, Where};
use super::words::called;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::ir::{self, RuleKind};
use crate::source::{FileId, Place};
use rustc_hash::FxHashSet;
use sbot_grammar::ast::Span;
use sbot_vm::upgrade::{At, Lost, is_called};
use sbot_vm::{Program, program};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An old program that the new one is compared with.
#[derive(Clone, Copy, Debug)]
pub struct Old<'p> {
    /// Its file, for reports.
    pub path: &'p str,
    /// It.
    pub program: &'p Program,
}

/// E0701 for every place whose runs would be lost, and E0703 for decisions about what the old program does not have.
/// `project` is what the new program was made of.
#[must_use]
pub fn findings(old: Old<'_>, new: &Program, report: &Report, project: &ir::Project) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    // A variable is one reason for many places.
    let mut told: FxHashSet<(&Arc<str>, String)> = FxHashSet::default();
    for row in &report.rows {
        for why in row.reasons() {
            let same = |other: &&Row| other.bot == row.bot && other.reasons().any(|other| other == why);
            let others = match variable(why) {
                None => 0,
                Some(_) if !told.insert((&row.bot, why.to_string())) => continue,
                Some(_) => report.rows.iter().filter(same).count().saturating_sub(1),
            };
            found.push(lost(old, new, project, row, (why, others)));
        }
    }
    let was = Where::new(old.program);
    for bot in &project.bots {
        for upgrade in &bot.upgrades {
            let names: Vec<Arc<str>> = upgrade.from.iter().map(|(name, _)| Arc::clone(name)).collect();
            if is_called(old.program, &names) {
                found.extend(upgrade.rules.iter().filter_map(|rule| missing(old, &was, bot, rule)));
            }
        }
    }
    // What a library decides is looked at once for each bot that uses it.
    found.dedup_by(|a, b| a.place == b.place && a.message == b.message);
    found
}

fn place_of(place: &program::Place) -> Place {
    Place { file: FileId(place.file), span: Span::new(place.start, place.end) }
}

/// The variable or local that is the reason.
fn variable(why: &Lost) -> Option<&Arc<str>> {
    match why {
        Lost::Type { name, .. }
        | Lost::Absent { name, .. }
        | Lost::Choice { name, .. }
        | Lost::Symbol { name, .. }
        | Lost::NoValue { name, .. }
        | Lost::BadValue { name, .. } => Some(name),
        Lost::NoBot { .. }
        | Lost::NoPlace { .. }
        | Lost::NoStep { .. }
        | Lost::OtherCallee { .. }
        | Lost::Callers { .. }
        | Lost::Timer
        | Lost::OtherAction { .. }
        | Lost::Answer { .. }
        | Lost::Options
        | Lost::Stuck
        | Lost::Result { .. }
        | Lost::TooDeep => None,
    }
}

fn lost(
    old: Old<'_>,
    new: &Program,
    project: &ir::Project,
    row: &Row,
    (why, others): (&Lost, usize),
) -> Diagnostic {
    let own = project.bots.iter().find(|bot| bot.name == row.bot).or_else(|| project.bots.first());
    let short = |name: &Arc<str>| name.rsplit('.').next().map(str::to_owned);
    let var = variable(why).and_then(short).zip(own);
    let var = var.and_then(|(name, own)| own.vars.iter().find(|var| *var.name == *name)).map(|var| var.place);
    let place = var.or_else(|| row.new.as_ref().map(place_of)).or_else(|| own.map(|bot| bot.place));
    let place = place.unwrap_or(Place { file: FileId(0), span: Span::default() });
    let stand = if row.is_wait() { "that wait at" } else { "whose caller stands at" };
    let more = match others {
        0 => String::new(),
        1 => " and one other place".to_owned(),
        n => format!(" and {n} other places"),
    };
    let text = format!("runs of `{}` {stand} `{}`{more} would be lost: {why}", called(old.program), row.name);
    Diagnostic::new(Code::E0701, place, text).help(help(old.program, new, row, why))
}

/// What to write.
fn help(old: &Program, new: &Program, row: &Row, why: &Lost) -> String {
    let rule = decision(old, new, row, why);
    let block = format!("`upgrade from \"{}\" {{ {rule} }}`", called(old));
    let else_ = format!("or `{0} -> restart STEP` or `{0} -> end`", written(&row.name));
    match why {
        Lost::NoPlace { .. }
        | Lost::OtherCallee { .. }
        | Lost::OtherAction { .. }
        | Lost::Answer { .. }
        | Lost::Options => {
            format!("decide with {block}; other decisions are `-> STEP.WAIT`, `-> restart STEP` and `-> end`")
        }
        Lost::Stuck | Lost::Timer | Lost::Callers { .. } | Lost::TooDeep => {
            format!("decide with {block}, {else_}")
        }
        Lost::NoBot { .. } => format!(
            "decide with {block} in the file of a bot; other decisions are `-> restart STEP` and `-> end`"
        ),
        Lost::NoStep { .. } | Lost::BadValue { .. } => format!("correct it: {block}"),
        Lost::Result { .. } => format!("begin a step that gives one: {block}"),
        Lost::Type { .. } | Lost::Absent { .. } | Lost::Choice { .. } | Lost::NoValue { .. } => {
            format!("say what it holds, in {block}, {else_}")
        }
        Lost::Symbol { .. } => format!("say who or what takes its place, in {block}, {else_}"),
    }
}

/// The decisions that are most likely meant, as they are written: one for each reason.
#[must_use]
pub fn suggestions(old: &Program, new: &Program, row: &Row) -> Vec<String> {
    row.reasons().map(|why| decision(old, new, row, why)).collect()
}

fn decision(old: &Program, new: &Program, row: &Row, why: &Lost) -> String {
    let name = written(row.name.split(" (").next().unwrap_or(&row.name));
    let bot = new.tables().bots.iter().find(|bot| bot.name == row.bot).or_else(|| new.tables().bots.first());
    let step = bot.and_then(|bot| nearest_step(bot, &row.name)).unwrap_or_else(|| "STEP".to_owned());
    match why {
        Lost::NoPlace { .. } | Lost::OtherCallee { .. } => match new_place(old, new, row) {
            Some(there) => format!("{name} -> {}", written(&there)),
            None => format!("{name} -> restart {step}"),
        },
        Lost::NoBot { bot: gone } => format!("bot {gone} -> end"),
        Lost::Callers { wait, calls, .. } if !calls.is_empty() => {
            let call = calls.first().map(|call| written(call)).unwrap_or_default();
            format!("{name} -> {} in {call}", written(wait))
        }
        Lost::Timer => format!("{name} -> {name} timeout 1d"),
        Lost::Type { name, new: ty, .. }
        | Lost::Absent { name, new: ty, .. }
        | Lost::Choice { name, new: ty, .. }
        | Lost::NoValue { name, ty }
        | Lost::BadValue { name, ty } => {
            let name = name.rsplit('.').next().unwrap_or(name);
            format!("var {name}: {ty} = {}", sample(ty))
        }
        Lost::Symbol { kind, symbol, .. } => {
            let word = kind.name();
            let other = new.tables().symbols.iter().find(|other| other.kind == *kind);
            format!("{word} {symbol} -> {}", other.map_or("none", |other| &other.name))
        }
        Lost::OtherAction { .. }
        | Lost::Answer { .. }
        | Lost::Options
        | Lost::Stuck
        | Lost::Callers { .. }
        | Lost::Result { .. }
        | Lost::NoStep { .. }
        | Lost::TooDeep => format!("{name} -> restart {step}"),
    }
}

/// A value of a type, as an example.
fn sample(ty: &str) -> String {
    let text = match ty {
        "bool" => "false",
        "int" | "number" => "0",
        "text" => "\"\"",
        "duration" => "1d",
        _ if ty.ends_with('?') => "none",
        _ if ty.starts_with('[') => "[]",
        _ if ty.starts_with('"') => ty.split(" | ").next().unwrap_or("…"),
        _ => "…",
    };
    text.to_owned()
}

/// The step that restarts most likely: the one that the wait stood in, or else the first.
fn nearest_step(bot: &program::Bot, name: &str) -> Option<String> {
    let head = name.split('.').next().unwrap_or(name);
    let own = bot.steps.iter().find(|step| *step.name == *head).or_else(|| bot.steps.first())?;
    Some(own.name.to_string())
}

/// A wait or call of the new program that the old one does not have, of the same kind: the only one, or the most alike.
fn new_place(old: &Program, new: &Program, row: &Row) -> Option<String> {
    let (was, is) = (Where::new(old), Where::new(new));
    let kind = row.name.rsplit_once('.').map_or(&*row.name, |(_, kind)| kind);
    let of_waits = row.is_wait();
    let all = |own: &Where<'_>| -> Vec<String> {
        let count = if of_waits { own.tables().waits.len() } else { own.tables().calls.len() };
        let places = (0u32..).take(count).map(|at| if of_waits { At::Wait(at) } else { At::Call(at) });
        let of_bot = |at: &At| {
            own.bot_at(*at)
                .and_then(|bot| own.tables().bots.get(bot as usize))
                .is_some_and(|bot| bot.name == row.bot)
        };
        let names = places.filter(of_bot).filter_map(|at| own.name(at)).map(|(name, _)| name.to_string());
        names.filter(|name| !sbot_vm::layout::is_hidden(name)).collect()
    };
    let known = all(&was);
    let fresh: Vec<String> = all(&is).into_iter().filter(|name| !known.contains(name)).collect();
    let same_kind: Vec<&String> =
        fresh.iter().filter(|name| name.rsplit_once('.').is_some_and(|(_, own)| own == kind)).collect();
    match same_kind.as_slice() {
        [only] => Some((*only).clone()),
        _ => suggest::nearest(&row.name, fresh.iter().map(String::as_str)).map(str::to_owned),
    }
}

/// E0703, if the old program does not have what a decision is about.
fn missing(old: Old<'_>, was: &Where<'_>, bot: &ir::Bot, rule: &ir::Rule) -> Option<Diagnostic> {
    let tables = old.program.tables();
    // The old bots that may be meant: those that are this one now.
    let renamed: Vec<&Arc<str>> = bot
        .upgrades
        .iter()
        .flat_map(|upgrade| &upgrade.rules)
        .filter_map(|rule| if let RuleKind::Bot { old, .. } = &rule.kind { Some(old) } else { None })
        .collect();
    let meant = |name: &Arc<str>| *name == bot.name || renamed.contains(&name);
    let mut known: BTreeMap<String, ()> = BTreeMap::new();
    let (what, name) = match &rule.kind {
        RuleKind::Place { old, .. } => {
            let waits = (0u32..).take(tables.waits.len()).map(At::Wait);
            let calls = (0u32..).take(tables.calls.len()).map(At::Call);
            for at in waits.chain(calls) {
                let of = was.bot_at(at).and_then(|bot| tables.bots.get(bot as usize));
                if let (Some((name, head)), true) = (was.name(at), of.is_some_and(|of| meant(&of.name))) {
                    known.insert(head.to_string(), ());
                    if !sbot_vm::layout::is_hidden(name) {
                        known.insert(name.to_string(), ());
                    }
                }
            }
            ("wait", old)
        }
        RuleKind::Bot { old, .. } => {
            known.extend(tables.bots.iter().map(|bot| (bot.name.to_string(), ())));
            ("bot", old)
        }
        RuleKind::Renamed { old, .. } => {
            let live = tables
                .waits
                .iter()
                .flat_map(|row| &row.live)
                .chain(tables.calls.iter().flat_map(|row| &row.live));
            known.extend(
                live.filter(|live| !live.name.starts_with('%')).map(|live| (live.name.to_string(), ())),
            );
            ("wait that keeps a variable", old)
        }
        RuleKind::Symbol { kind, old, .. } => {
            let symbols = tables.symbols.iter().filter(|symbol| symbol.kind == *kind);
            known.extend(symbols.map(|symbol| (symbol.name.to_string(), ())));
            (kind.name(), old)
        }
        RuleKind::Value { .. } => return None,
    };
    if known.contains_key(&**name) {
        return None;
    }
    let text = format!("`{}` has no {what} `{name}`", called(old.program));
    let span = rule.old.span;
    let diagnostic = Diagnostic::new(Code::E0703, rule.old, text);
    let diagnostic = suggest::meant_as(diagnostic, name, span, known.keys().map(String::as_str), |near| {
        (format!("`{near}`"), written(near))
    });
    Some(if diagnostic.help.is_some() {
        diagnostic
    } else {
        diagnostic.help(format!("remove it, or look the name up with `sbotc disasm {}`", old.path))
    })
}
