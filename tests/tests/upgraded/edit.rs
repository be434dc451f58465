//! Random edits of a random project, and random decisions about it.

use crate::tree::{Dice, Expr, Project, Stmt, Ty};
use crate::{Files, make, print};
use sbot_vm::program::Tables;
use std::fmt;

/// What was done to a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edit {
    Reworded,
    StepsReordered,
    StepRenamed,
    FlowRenamed,
    VariableRenamed,
    BotRenamed,
    StatementDeleted,
    StatementInserted,
    StepDeleted,
    TypeChanged,
    VariableAdded,
    Another,
}

impl Edit {
    /// Whether no run may be lost by it.
    pub(crate) fn is_wording(self) -> bool {
        matches!(self, Edit::Reworded | Edit::StepsReordered)
    }
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

const EDITS: &[Edit] = &[
    Edit::Reworded,
    Edit::StepsReordered,
    Edit::StepRenamed,
    Edit::FlowRenamed,
    Edit::VariableRenamed,
    Edit::BotRenamed,
    Edit::StatementDeleted,
    Edit::StatementInserted,
    Edit::StepDeleted,
    Edit::TypeChanged,
    Edit::VariableAdded,
    Edit::Another,
];

/// A project with one or a few edits. Not every one compiles.
pub(crate) fn edited(dice: &mut Dice, seed: u64, n: u64, files: &Files) -> (Edit, Files) {
    let what = *dice.pick(EDITS);
    let mut project = make::project(seed);
    let files = match what {
        Edit::Reworded => {
            each_block(&mut project, &mut |block| block.iter_mut().for_each(reword));
            print::files(&project)
        }
        Edit::StepsReordered => reordered(files),
        Edit::StepRenamed => renamed(files, &format!("s{}", dice.below(4)), "other_step"),
        Edit::FlowRenamed => {
            let from = if dice.chance(50) { "l0".to_owned() } else { format!("f0_{}", dice.below(2)) };
            renamed(files, &from, "other_flow")
        }
        Edit::VariableRenamed => {
            let from = format!("{}{}", dice.pick(&["v", "m"]), dice.below(4));
            renamed(files, &from, "other_variable")
        }
        Edit::BotRenamed => {
            let files = renamed(files, "bot1", "other_bot");
            files.into_iter().map(|(name, text)| (name.replace("bot1", "other_bot"), text)).collect()
        }
        Edit::StatementDeleted => {
            for _ in 0..1 + dice.below(3) {
                let (mut at, wanted) = (0, dice.below(40));
                each_block(&mut project, &mut |block| {
                    if at <= wanted && wanted < at + block.len() && block.len() > 1 {
                        block.remove(wanted - at);
                        at = usize::MAX / 2;
                    } else {
                        at += block.len();
                    }
                });
            }
            print::files(&project)
        }
        Edit::StatementInserted => {
            let other = make::project(seed + 1000 + n);
            let mut all: Vec<Stmt> = Vec::new();
            each_block(&mut other.clone(), &mut |block| all.extend(block.iter().cloned()));
            let (mut at, wanted) = (0, dice.below(30));
            let stmt = dice.pick(&all).clone();
            each_block(&mut project, &mut |block| {
                if at == wanted {
                    block.insert(0, stmt.clone());
                }
                at += 1;
            });
            print::files(&project)
        }
        Edit::StepDeleted => {
            if project.bots[0].steps.len() > 1 {
                project.bots[0].steps.pop();
            }
            print::files(&project)
        }
        Edit::TypeChanged => {
            let types = [Ty::Int, Ty::Text, Ty::Maybe, Ty::List, Ty::Number];
            let ty = *dice.pick(&types);
            let of_library = dice.chance(40);
            let vars = if of_library { &mut project.vars } else { &mut project.bots[0].vars };
            if !vars.is_empty() {
                let at = dice.below(vars.len());
                vars[at].ty = ty;
                vars[at].init = match ty {
                    Ty::Int | Ty::Number => Expr::Int(4),
                    Ty::Text => Expr::Text("new".to_owned()),
                    Ty::Maybe => Expr::None,
                    Ty::List => Expr::List(vec![Expr::Text("new".to_owned())]),
                };
            }
            print::files(&project)
        }
        Edit::VariableAdded => {
            let init = ["3", "len(\"four\")", "lead.count ?? 1"][dice.below(3)];
            let file = if dice.chance(50) { "lib.sbot" } else { "bot0.sbot" };
            let add = |(name, text): &(String, String)| match name == file {
                true => (name.clone(), format!("{text}\nvar added: int = {init}\n")),
                false => (name.clone(), text.clone()),
            };
            files.iter().map(add).collect()
        }
        // The names of another one are the same, and nothing else is.
        Edit::Another => print::files(&make::project(seed + 100 + n)),
    };
    (what, files)
}

/// A name in all files.
fn renamed(files: &Files, from: &str, to: &str) -> Files {
    let rename = |text: &str| {
        let mut out = String::new();
        let mut word = String::new();
        for c in text.chars().chain([' ']) {
            if c.is_alphanumeric() || c == '_' {
                word.push(c);
                continue;
            }
            out.push_str(if word == from { to } else { &word });
            word.clear();
            out.push(c);
        }
        out
    };
    files.iter().map(|(name, text)| (name.clone(), rename(text))).collect()
}

/// The steps of the first bot, the first one first, the others the other way round.
fn reordered(files: &Files) -> Files {
    let turn = |text: &str| {
        let mut parts: Vec<String> = Vec::new();
        for line in text.lines() {
            let begins = ["step ", "flow ", "fn "].iter().any(|word| line.starts_with(word));
            if begins || parts.is_empty() {
                parts.push(String::new());
            }
            let part = parts.last_mut().unwrap();
            part.push_str(line);
            part.push('\n');
        }
        if parts.len() > 2 {
            parts[2..].reverse();
        }
        parts.concat()
    };
    let turned = |(name, text): &(String, String)| match name == "bot0.sbot" {
        true => (name.clone(), turn(text)),
        false => (name.clone(), text.clone()),
    };
    files.iter().map(turned).collect()
}

fn reword(stmt: &mut Stmt) {
    let add = |text: &mut Expr| match text {
        Expr::Text(text) => text.push('!'),
        Expr::Joined(parts) => parts.push(Expr::Text("!".to_owned())),
        _ => {}
    };
    match stmt {
        Stmt::Say(text)
        | Stmt::SayDelivered(text)
        | Stmt::Ask { text, .. }
        | Stmt::ButtonsFrom { text, .. } => add(text),
        Stmt::Buttons { text, buttons, .. } => {
            add(text);
            buttons.iter_mut().for_each(|button| {
                add(&mut button.label);
                button.synonyms.iter_mut().for_each(|synonym| synonym.push('s'));
            });
        }
        Stmt::Validate { retry: Some((_, saying)), .. } => add(saying),
        _ => {}
    }
}

/// Calls `f` with every list of statements, the outermost of each body first.
fn each_block(project: &mut Project, f: &mut dyn FnMut(&mut Vec<Stmt>)) {
    let mut bodies: Vec<&mut Vec<Stmt>> = Vec::new();
    bodies.extend(project.flows.iter_mut().map(|flow| &mut flow.body));
    for bot in &mut project.bots {
        bodies.extend(bot.steps.iter_mut().map(|step| &mut step.body));
        bodies.extend(bot.flows.iter_mut().map(|flow| &mut flow.body));
    }
    for body in bodies {
        inside(body, f);
    }
}

fn inside(block: &mut Vec<Stmt>, f: &mut dyn FnMut(&mut Vec<Stmt>)) {
    f(block);
    for stmt in block {
        match stmt {
            Stmt::Ask { body, timer, .. } | Stmt::Webhook { body, timer, .. } => {
                let timed = timer.iter_mut().filter_map(|(_, body)| body.as_mut());
                body.iter_mut().chain(timed).for_each(|block| inside(block, f));
            }
            Stmt::Buttons { buttons, other, timer, .. } => {
                let bodies = buttons.iter_mut().filter_map(|button| button.body.as_mut());
                let other = other.iter_mut().map(|(_, body)| body);
                let timed = timer.iter_mut().filter_map(|(_, body)| body.as_mut());
                bodies.chain(other).chain(timed).for_each(|block| inside(block, f));
            }
            Stmt::ButtonsFrom { body, other, timer, .. } => {
                inside(body, f);
                let other = other.iter_mut().map(|(_, body)| body);
                let timed = timer.iter_mut().filter_map(|(_, body)| body.as_mut());
                other.chain(timed).for_each(|block| inside(block, f));
            }
            Stmt::Validate { valid, invalid, timer, .. } => {
                let timed = timer.iter_mut().filter_map(|(_, body)| body.as_mut());
                valid.iter_mut().chain(invalid).chain(timed).for_each(|block| inside(block, f));
            }
            Stmt::Rotate(_, blocks) => blocks.iter_mut().for_each(|block| inside(block, f)),
            Stmt::If(_, then, otherwise) => {
                inside(then, f);
                otherwise.iter_mut().for_each(|block| inside(block, f));
            }
            Stmt::When(_, arms, otherwise) => {
                arms.iter_mut().for_each(|(_, block)| inside(block, f));
                otherwise.iter_mut().for_each(|block| inside(block, f));
            }
            Stmt::For(_, _, body) | Stmt::While(_, _, body) => inside(body, f),
            Stmt::Create { timer: Some((_, body)), .. } => inside(body, f),
            _ => {}
        }
    }
}

/// The same with decisions about old waits, steps, flows, calls, bots and variables in the files of bots.
pub(crate) fn decided(dice: &mut Dice, files: &Files, old: &Tables, new: &Tables) -> Files {
    let shown = |name: &String| if name.contains('#') { format!("\"{name}\"") } else { name.to_owned() };
    let visible = |names: Vec<String>| -> Vec<String> {
        let mut names: Vec<String> = names.into_iter().filter(|name| !name.contains('%')).collect();
        names.sort();
        names.dedup();
        names
    };
    let places = |tables: &Tables| {
        let waits = tables.waits.iter().map(|row| row.name.to_string());
        let calls = tables.calls.iter().map(|row| row.name.to_string());
        visible(waits.chain(calls).collect())
    };
    let heads = |tables: &Tables| visible(tables.waits.iter().map(|row| row.step.to_string()).collect());
    let locals = |tables: &Tables| {
        let live = tables.waits.iter().flat_map(|row| &row.live);
        visible(live.map(|live| live.name.to_string()).collect())
    };
    let steps: Vec<String> =
        new.bots.iter().flat_map(|bot| bot.steps.iter().map(|step| step.name.to_string())).collect();
    let mut rules: Vec<String> = Vec::new();
    let mut about: Vec<String> = Vec::new();
    for _ in 0..2 + dice.below(8) {
        let from = if dice.chance(70) { places(old) } else { heads(old) };
        let to = if dice.chance(70) { places(new) } else { heads(new) };
        if from.is_empty() || to.is_empty() || steps.is_empty() {
            continue;
        }
        let (old_name, new_name) = (shown(dice.pick::<String>(&from)), shown(dice.pick::<String>(&to)));
        let (key, rule) = match dice.below(10) {
            0..=2 => (old_name.clone(), format!("{old_name} -> {new_name}")),
            3 => (old_name.clone(), format!("{old_name} -> {new_name} timeout 2h")),
            4..=5 => (old_name.clone(), format!("{old_name} -> restart {}", dice.pick(&steps))),
            6 => (old_name.clone(), format!("{old_name} -> end")),
            7 => {
                let names = locals(new);
                let name = if names.is_empty() { "v0".to_owned() } else { dice.pick(&names).clone() };
                let value = dice.pick(&["int = 1", "text = \"x\"", "int? = none", "[text] = [\"a\"]"]);
                (format!("var {name}"), format!("var {name}: {value}"))
            }
            8 => {
                let (was, is) = (locals(old), locals(new));
                if was.is_empty() || is.is_empty() {
                    continue;
                }
                let (was, is) = (dice.pick(&was).clone(), dice.pick(&is).clone());
                (format!("as {is}"), format!("var {was} -> {is}"))
            }
            _ => (
                "bot".to_owned(),
                format!("bot bot{} -> {}", dice.below(3), dice.pick(&["bot0", "end", "restart s1"])),
            ),
        };
        if !about.contains(&key) {
            about.push(key);
            rules.push(rule);
        }
    }
    // One that makes no sense would hide the others: each is tried by itself.
    let with = |rules: &[String]| -> Files {
        let item = format!("\nupgrade from \"old\" {{\n  {}\n}}\n", rules.join(",\n  "));
        let add = |(name, text): &(String, String)| match name == "bot0.sbot" {
            true => (name.clone(), format!("{text}{item}")),
            false => (name.clone(), text.clone()),
        };
        files.iter().map(add).collect()
    };
    rules.retain(|rule| crate::build(&with(std::slice::from_ref(rule))).is_ok());
    with(&rules)
}
