//! A conversation in a file, to go on with in another process: the parked run as the VM encodes it, and the world
//! around it as JSON that people can read. Nothing of the file is trusted.

use super::facts;
use super::show;
use super::transcript::{BotLine, LineKind};
use super::world::World;
use sbot_vm::layout::is_hidden;
use sbot_vm::value::Value;
use sbot_vm::{EffectId, Moved, Program, Run, Upgrade};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The format written, and the newest one read.
const FORMAT: u32 = 1;
/// What the file begins with says what it is.
const KIND: &str = "parked conversation";
const AGAIN: &str = "save it again";

#[derive(Serialize, Deserialize)]
struct Saved {
    sbot: String,
    format: u32,
    program: String,
    bot: String,
    /// For people; `at` is what counts.
    clock: String,
    at: i64,
    begun: bool,
    run: Option<String>,
    sent: Option<EffectId>,
    /// What each counter draws next, by its number.
    #[serde(default)]
    counters: BTreeMap<u32, u32>,
    /// When each trigger last started the bot.
    started: Vec<Option<i64>>,
    /// What the client saw last: from the last message with buttons on, or else the last message.
    shown: Vec<BotLine>,
    facts: BTreeMap<String, Value>,
}

/// What makes the file unusable before anything else is read of it.
#[derive(Deserialize)]
struct Head {
    sbot: String,
    format: u32,
}

/// The line of the transcript from which on the client still sees what matters: the last message with buttons, or else
/// the last message.
pub(super) fn seen_from(world: &World) -> usize {
    let with_buttons = world.messages().rev().find(|(_, message)| !message.buttons.is_empty());
    with_buttons.or_else(|| world.messages().next_back()).map_or(world.transcript().len(), |(line, _)| line)
}

fn last_seen(world: &World) -> Vec<BotLine> {
    let from = seen_from(world);
    world.messages().filter(|(line, _)| *line >= from).map(|(_, message)| message.clone()).collect()
}

/// The conversation as a text.
#[must_use]
pub fn save(world: &World) -> String {
    let program = world.program();
    let facts =
        (0u32..).zip(&world.facts().values).map(|(n, value)| (show::field(program, n), value.clone()));
    let saved = Saved {
        sbot: KIND.to_owned(),
        format: FORMAT,
        program: format!("{:016x}", program.id()),
        bot: bot_name(world).to_owned(),
        clock: show::plain(program, &Value::DateTime(world.now())),
        at: world.now(),
        begun: world.has_begun(),
        run: world.run().map(|run| hex(&run.encode(program))),
        sent: world.sent,
        counters: world.counters.clone(),
        started: world.started.clone(),
        shown: last_seen(world),
        facts: facts.collect(),
    };
    // Plain data with text keys: there is nothing in it that JSON has no form for.
    serde_json::to_string_pretty(&saved).unwrap_or_default() + "\n"
}

/// A saved conversation, where it was. `bot` is the bot that was asked for, if one was.
///
/// # Errors
/// What is wrong with the text, and what to do about it.
pub fn load(program: &Arc<Program>, text: &str, bot: Option<&str>) -> Result<World, String> {
    const NOT: &str = "this is no saved conversation; save one with `:save FILE` in `sbotc run`";
    let head: Head = serde_json::from_str(text).map_err(|_| NOT)?;
    if head.sbot != KIND {
        return Err(NOT.to_owned());
    }
    if head.format != FORMAT {
        return Err(format!(
            "it has format {} and this sbotc reads {FORMAT}; use the sbotc that saved it",
            head.format
        ));
    }
    let saved: Saved =
        serde_json::from_str(text).map_err(|error| format!("it is damaged: {error}; {AGAIN}"))?;
    let id = format!("{:016x}", program.id());
    if saved.program != id {
        return Err(format!(
            "it was parked under program {} and this is {id}; resume it with the program it was parked under, \
             which a .sbc file of `sbotc build` keeps",
            saved.program
        ));
    }
    if let Some(bot) = bot.filter(|bot| *bot != saved.bot) {
        return Err(format!(
            "it is a conversation with the bot `{}`, not with `{bot}`; leave `--bot` out",
            saved.bot
        ));
    }
    let number = program.bot(&saved.bot).ok_or_else(|| format!("the program has no bot `{}`", saved.bot))?;
    let run = match &saved.run {
        None => None,
        Some(digits) => {
            let bytes = unhex(digits).ok_or_else(|| {
                format!("it is damaged: the run is not written in hexadecimal digits; {AGAIN}")
            })?;
            Some(Run::decode(program, &bytes).map_err(|error| error.to_string())?)
        }
    };
    let mut world = World::new(Arc::clone(program), number, Some(saved.at));
    restore_facts(&mut world, saved.facts)?;
    world.begun = saved.begun || run.is_some();
    world.run = run;
    world.sent = saved.sent;
    world.counters = saved.counters;
    world.started = saved.started;
    for message in saved.shown {
        world.note(LineKind::Bot(message));
    }
    // A wait that stands in no source is over as soon as the clock is looked at.
    let shown = world.wait().filter(|wait| !is_hidden(&wait.name));
    if let (Some(wait), Some(run)) = (shown, world.run()) {
        let timers = show::timers(program, run, world.now());
        let name = wait.name.to_string();
        world.note(LineKind::Waits { name, timers });
    }
    Ok(world)
}

/// The parked run of a saved conversation.
pub struct Parked {
    /// The program it was parked under.
    pub program: u64,
    /// As `Run::encode` gave it.
    pub run: Vec<u8>,
}

fn read(text: &str) -> Result<Saved, String> {
    const NOT: &str = "it is neither a parked run nor a saved conversation";
    let head: Head = serde_json::from_str(text).map_err(|_| NOT)?;
    if head.sbot != KIND || head.format != FORMAT {
        return Err(NOT.to_owned());
    }
    serde_json::from_str(text).map_err(|error| format!("it is damaged: {error}; {AGAIN}"))
}

/// The parked run in a saved conversation.
///
/// # Errors
/// There is none, or the text is no saved conversation.
pub fn parked(text: &str) -> Result<Parked, String> {
    let saved = read(text)?;
    let run = saved.run.as_deref().ok_or("no run is parked in this conversation")?;
    let run = unhex(run).ok_or("it is damaged: the run is not written in hexadecimal digits")?;
    let program =
        u64::from_str_radix(&saved.program, 16).map_err(|_| "it is damaged: no program is named")?;
    Ok(Parked { program, run })
}

/// A saved conversation under a newer program. It is moved at the time that its own clock shows.
///
/// # Errors
/// What is wrong with the text, or why its run cannot be moved.
pub fn moved(text: &str, old: &Program, new: &Program, upgrade: &Upgrade) -> Result<String, String> {
    let mut saved = read(text)?;
    let bytes = parked(text)?.run;
    let run = Run::decode(old, &bytes).map_err(|error| error.to_string())?;
    let bots = &new.tables().bots;
    match run.upgrade(upgrade, saved.at).map_err(|error| error.to_string())? {
        Moved::Parked(run) => {
            if let Some(bot) = bots.get(run.bot as usize) {
                saved.bot = bot.name.to_string();
            }
            saved.run = Some(hex(&run.encode(new)));
        }
        Moved::Ended => saved.run = None,
    }
    saved.program = format!("{:016x}", new.id());
    let triggers = bots.iter().find(|bot| *bot.name == *saved.bot).map_or(0, |bot| bot.triggers.len());
    saved.started.resize(triggers, None);
    // A counter goes on where its options are the same.
    let known = |counter: u32| {
        let had = old.tables().counters.get(counter as usize)?;
        (0u32..).zip(&new.tables().counters).find(|(_, has)| *has == had).map(|(at, _)| at)
    };
    saved.counters = saved.counters.into_iter().filter_map(|(at, next)| Some((known(at)?, next))).collect();
    let fields = &new.tables().fields;
    saved.facts.retain(|name, value| {
        let (entity, field) = name.split_once('.').unwrap_or((name, ""));
        let row = fields.iter().find(|row| *row.entity == *entity && *row.name == *field);
        row.is_some_and(|row| row.slot.accepts(value) || *value == Value::None)
    });
    // Names have other numbers, and what is there is read by number.
    for value in saved.facts.values_mut() {
        renumber(value, old, new);
    }
    Ok(serde_json::to_string_pretty(&saved).unwrap_or_default() + "\n")
}

/// Writes the symbols of a value by the numbers of another program; those it does not have become absent.
fn renumber(value: &mut Value, old: &Program, new: &Program) {
    match value {
        Value::Symbol(symbol) => {
            let had = old.tables().symbols.get(*symbol as usize);
            let same = |has: &sbot_vm::program::Symbol| {
                had.is_some_and(|had| had.kind == has.kind && had.name == has.name)
            };
            *value = (0u32..)
                .zip(&new.tables().symbols)
                .find(|(_, has)| same(has))
                .map_or(Value::None, |(at, _)| Value::Symbol(at));
        }
        Value::List(items) => {
            let mut all: Vec<Value> = items.to_vec();
            all.iter_mut().for_each(|item| renumber(item, old, new));
            all.retain(|item| *item != Value::None);
            *value = Value::List(all.into());
        }
        Value::None
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Date(_)
        | Value::Time(_)
        | Value::DateTime(_)
        | Value::Duration(_)
        | Value::Record(_)
        | Value::File(_)
        | Value::Json(_)
        | Value::Undeclared(_) => {}
    }
}

fn restore_facts(world: &mut World, facts: BTreeMap<String, Value>) -> Result<(), String> {
    for (name, value) in facts {
        let (entity, field) = name.split_once('.').unwrap_or((&name, ""));
        let number = facts::field(world.tables(), entity, field)
            .ok_or_else(|| format!("it is damaged: the program has no field `{name}`; {AGAIN}"))?;
        let fits = world
            .tables()
            .fields
            .get(number as usize)
            .is_some_and(|field| field.slot.accepts(&value) || value == Value::None);
        if !fits {
            return Err(format!("it is damaged: `{name}` cannot hold what the file says; {AGAIN}"));
        }
        world.put(number, value);
    }
    Ok(())
}

fn bot_name(world: &World) -> &str {
    world.tables().bots.get(world.bot() as usize).map_or("", |bot| &*bot.name)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    if !digits.is_ascii() || digits.len() % 2 == 1 {
        return None;
    }
    (0..digits.len()).step_by(2).map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}
