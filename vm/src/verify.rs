//! Decides whether tables make sense, before anything runs. In: tables as the compiler built them or the container
//! stored them. Out: what the loop may rely on, or the first thing that is wrong.
//!
//! After this, every operand of every instruction of every function points at something that exists, no function can
//! be left at its end, and nothing that waits or has an effect stands outside of a bot.

use crate::builtin::BUILTINS;
use crate::error::LoadError;
use crate::fuel;
use crate::op::{Op, Operand, Reg, Role, Target};
use crate::program::{Bot, Debug, Exit, Field, Function, Message, On, Source, Tables, Via, Wait};
use crate::value::{Kind, Value};
use rustc_hash::FxHashSet;

/// What is known of a wait once all code has been seen.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct WaitPlace {
    /// The function that waits here, if some instruction does.
    pub(crate) function: Option<u32>,
    /// The action whose answer it waits for.
    pub(crate) action: Option<u32>,
}

const MAX_REGEXES: usize = 10_000;
const MAX_REGEX: usize = 64 << 10;
const MAX_TITLE: usize = 4 << 10;
const MAX_EXITS: usize = 1_000;
const MAX_BUTTONS: usize = 255;

type Check<T = ()> = Result<T, LoadError>;

fn fail<T>(what: String) -> Check<T> {
    Err(LoadError::Corrupt { what })
}

/// Checks the tables, and gives what is known of each wait.
pub(crate) fn verify(tables: &Tables) -> Check<Vec<WaitPlace>> {
    plain_tables(tables)?;
    ranges(tables)?;
    let mut places = vec![WaitPlace::default(); tables.waits.len()];
    let bots = tables.functions.iter().filter(|function| function.bot);
    let widest = bots.map(|function| function.registers).max().unwrap_or(0);
    for (index, function) in (0u32..).zip(&tables.functions) {
        code(tables, widest, index, function, &mut places)?;
    }
    tables.bots.iter().try_for_each(|bot| one_bot(tables, bot))?;
    Ok(places)
}

/// Checks the debug section against the tables.
pub(crate) fn verify_debug(tables: &Tables, debug: &Debug) -> Check {
    let end = tables.code.len() as u64;
    let ascending = debug.places.iter().zip(debug.places.iter().skip(1)).all(|(a, b)| a.op < b.op);
    let places = debug.places.iter().all(|place| {
        u64::from(place.op) < end && (place.file as usize) < debug.files.len() && place.start <= place.end
    });
    let labels = debug.labels.iter().zip(debug.labels.iter().skip(1)).all(|(a, b)| a.0 <= b.0)
        && debug.labels.iter().all(|(op, _)| u64::from(*op) <= end);
    if !ascending || !places {
        return fail(
            "the places of the debug section are not ascending, or lie outside of code and files".into(),
        );
    }
    if !labels {
        return fail("the labels of the debug section are not ascending, or lie outside of the code".into());
    }
    Ok(())
}

fn plain_tables(tables: &Tables) -> Check {
    for (n, value) in tables.consts.iter().enumerate() {
        if !fuel::nests_well(value) {
            return fail(format!("constant {n} nests too deep"));
        }
        constant(tables, value).or_else(|()| {
            fail(format!("constant {n} names a symbol or a record shape that does not exist"))
        })?;
    }
    for symbol in &tables.symbols {
        if symbol.title.len() > MAX_TITLE || symbol.name.len() > MAX_TITLE {
            return fail(format!("a symbol's name or title is longer than {MAX_TITLE} bytes"));
        }
    }
    let mut seen = FxHashSet::default();
    for field in &tables.fields {
        if !seen.insert((&field.entity, &field.name)) {
            return fail(format!("field {}.{} stands in the table twice", field.entity, field.name));
        }
        known_field(field)?;
    }
    if tables.regexes.len() > MAX_REGEXES || tables.regexes.iter().any(|regex| regex.len() > MAX_REGEX) {
        return fail(format!(
            "more than {MAX_REGEXES} regular expressions, or one longer than {MAX_REGEX} bytes"
        ));
    }
    for (n, message) in tables.messages.iter().enumerate() {
        via(tables, &message.via).or_else(|()| fail(format!("message {n} goes over an unknown channel")))?;
        if message.buttons.len() > MAX_BUTTONS {
            return fail(format!("message {n} has more than {MAX_BUTTONS} buttons"));
        }
    }
    Ok(())
}

fn constant(tables: &Tables, value: &Value) -> Result<(), ()> {
    let ok = if let Value::List(items) = value {
        return items.iter().try_for_each(|item| constant(tables, item));
    } else if let Value::Record(record) = value {
        record.fields.iter().try_for_each(|item| constant(tables, item))?;
        let shape = tables.shapes.get(record.shape as usize);
        shape.is_some_and(|shape| shape.fields.len() == record.fields.len())
    } else if let Value::Symbol(symbol) = value {
        (*symbol as usize) < tables.symbols.len()
    } else {
        true
    };
    if ok { Ok(()) } else { Err(()) }
}

/// The fields that the VM fills itself hold what it puts there.
fn known_field(field: &Field) -> Check {
    let kind = match (&*field.entity, &*field.name) {
        ("client", "text" | "button" | "comment" | "language") | ("bot", "name" | "version") => Kind::Text,
        ("client", "channel") => Kind::Symbol,
        ("client", "file") => Kind::File,
        ("now", "") => Kind::DateTime,
        _ => return Ok(()),
    };
    if field.slot.kind == kind {
        Ok(())
    } else {
        fail(format!("field {}.{} is declared with another type than it has", field.entity, field.name))
    }
}

fn via(tables: &Tables, via: &Via) -> Result<(), ()> {
    match via {
        Via::Channels(channels) => symbols(tables, channels),
        Via::Chat | Via::Any | Via::Primary => Ok(()),
    }
}

fn symbols(tables: &Tables, indices: &[u32]) -> Result<(), ()> {
    if indices.iter().all(|index| (*index as usize) < tables.symbols.len()) { Ok(()) } else { Err(()) }
}

/// The functions' ranges lie in the code, hold something, and share no instruction.
fn ranges(tables: &Tables) -> Check {
    let mut ranges: Vec<(Target, Target)> = Vec::with_capacity(tables.functions.len());
    for function in &tables.functions {
        let name = &function.name;
        if function.start >= function.end || function.end as usize > tables.code.len() {
            return fail(format!("function {name} lies outside of the code, or is empty"));
        }
        if u16::from(function.params) > function.registers {
            return fail(format!("function {name} has more parameters than registers"));
        }
        let last = tables.code.get(function.end as usize - 1);
        if !last.is_some_and(Op::is_final) {
            return fail(format!("function {name} can be left at its end"));
        }
        ranges.push((function.start, function.end));
    }
    ranges.sort_unstable();
    if ranges.iter().zip(ranges.iter().skip(1)).any(|(a, b)| b.0 < a.1) {
        return fail("two functions share instructions".into());
    }
    Ok(())
}

/// The function that is being checked, and where.
struct At<'a> {
    tables: &'a Tables,
    /// Registers of the widest bot.
    widest: u16,
    function: &'a Function,
    pc: usize,
    op: Op,
}

impl At<'_> {
    fn wrong<T>(&self, what: impl std::fmt::Display) -> Check<T> {
        fail(format!("instruction {} ({}) of {}: {what}", self.pc, self.op.name(), self.function.name))
    }

    fn reg(&self, reg: i64) -> Check {
        if (0..i64::from(self.function.registers)).contains(&reg) {
            Ok(())
        } else {
            self.wrong(format_args!("register {reg} of a frame of {}", self.function.registers))
        }
    }

    fn target(&self, to: i64) -> Check {
        if (i64::from(self.function.start)..i64::from(self.function.end)).contains(&to) {
            Ok(())
        } else {
            self.wrong(format_args!("goes on at {to}, outside of its function"))
        }
    }

    fn index<'t, T>(&self, table: &'t [T], index: i64, what: &str) -> Check<&'t T> {
        match usize::try_from(index).ok().and_then(|index| table.get(index)) {
            Some(row) => Ok(row),
            None => self.wrong(format_args!("{what} {index} does not exist, there are {}", table.len())),
        }
    }

    /// A text of a message, an option or a button.
    fn source(&self, source: Source, kinds: &[Kind]) -> Check {
        match source {
            Source::Reg(reg) => self.reg(i64::from(reg)),
            Source::Const(index) => {
                let value = self.index(&self.tables.consts, i64::from(index), "constant")?;
                if value.kind().is_some_and(|kind| kinds.contains(&kind)) {
                    Ok(())
                } else {
                    self.wrong(format_args!("constant {index} is not a text"))
                }
            }
        }
    }
}

fn code(tables: &Tables, widest: u16, index: u32, function: &Function, places: &mut [WaitPlace]) -> Check {
    let mut last_action = None;
    for pc in function.start as usize..function.end as usize {
        let Some(op) = tables.code.get(pc).copied() else { continue };
        let at = At { tables, widest, function, pc, op };
        operands(&at)?;
        if let Op::Act { action, .. } = op {
            last_action = Some(action);
        } else if let Op::Wait { wait } = op {
            let place = WaitPlace { function: Some(index), action: last_action };
            wait_op(&at, wait, place, places)?;
        } else if let Op::Message { message, .. } = op {
            let row = at.index(&tables.messages, i64::from(message), "message")?;
            message_op(&at, row)?;
        }
    }
    Ok(())
}

/// Checks every operand by its role. A count belongs to the arguments before it, and has to be what the callee takes.
fn operands(at: &At<'_>) -> Check {
    let tables = at.tables;
    let mut result = Ok(());
    let mut first = 0;
    let mut takes: Option<usize> = None;
    at.op.operands(|operand: Operand| {
        if result.is_ok() {
            result = one_operand(at, operand, &mut first, &mut takes);
        }
    });
    result?;
    let for_bots = matches!(
        at.op,
        Op::SetField { .. }
            | Op::ClearField { .. }
            | Op::Act { .. }
            | Op::Message { .. }
            | Op::Wait { .. }
            | Op::End {}
    );
    if for_bots && !at.function.bot {
        return at.wrong("stands outside of a bot");
    }
    if let Op::Call { function, .. } = at.op
        && at.index(&tables.functions, i64::from(function), "function")?.bot
    {
        return at.wrong("calls a bot");
    }
    if let Op::SetField { convert: flag, .. } | Op::Bool { value: flag, .. } = at.op
        && flag > 1
    {
        return at.wrong("a flag that is neither 0 nor 1");
    }
    Ok(())
}

fn one_operand(at: &At<'_>, operand: Operand, first: &mut i64, takes: &mut Option<usize>) -> Check {
    let tables = at.tables;
    let value = operand.value;
    match operand.role {
        Role::Read | Role::Write | Role::Update => at.reg(value),
        Role::Args => {
            *first = value;
            Ok(())
        }
        Role::Count => {
            if takes.is_some_and(|takes| i64::try_from(takes) != Ok(value)) {
                return at
                    .wrong(format_args!("gives {value} arguments to something that takes another number"));
            }
            if *first + value <= i64::from(at.function.registers) && *first >= 0 {
                Ok(())
            } else {
                at.wrong(format_args!("arguments {first}.. ({value}) lie outside of the frame"))
            }
        }
        Role::Target => at.target(value),
        Role::Const => at.index(&tables.consts, value, "constant").map(drop),
        Role::Function => {
            *takes = Some(usize::from(at.index(&tables.functions, value, "function")?.params));
            Ok(())
        }
        Role::Builtin => {
            *takes = Some(usize::from(at.index(BUILTINS, value, "built-in function")?.arity));
            Ok(())
        }
        Role::Field => at.index(&tables.fields, value, "field").map(drop),
        Role::Action => {
            *takes = Some(at.index(&tables.actions, value, "action")?.params.len());
            Ok(())
        }
        Role::Message => at.index(&tables.messages, value, "message").map(drop),
        Role::Wait => at.index(&tables.waits, value, "wait").map(drop),
        Role::Shape => {
            *takes = Some(at.index(&tables.shapes, value, "record shape")?.fields.len());
            Ok(())
        }
        Role::Regex => at.index(&tables.regexes, value, "regular expression").map(drop),
        Role::Var => {
            if (0..i64::from(at.widest)).contains(&value) {
                Ok(())
            } else {
                at.wrong(format_args!("variable {value}, which no bot has"))
            }
        }
        Role::Small => Ok(()),
    }
}

fn message_op(at: &At<'_>, message: &Message) -> Check {
    let files = &[Kind::Text, Kind::File];
    for file in [message.attach, message.voice].into_iter().flatten() {
        at.source(file, files)?;
    }
    for button in &message.buttons {
        at.source(button.label, &[Kind::Text])?;
        if let Some(link) = button.link {
            at.source(link, &[Kind::Text])?;
        }
    }
    Ok(())
}

fn wait_op(at: &At<'_>, index: u32, mut place: WaitPlace, places: &mut [WaitPlace]) -> Check {
    let wait = at.index(&at.tables.waits, i64::from(index), "wait")?;
    if !wait.exits.iter().any(|exit| matches!(exit.on, On::Answer(_) | On::Result)) {
        place.action = None;
    }
    let Some(known) = places.get_mut(index as usize) else { return Ok(()) };
    match (known.function, place.function) {
        (None, _) => *known = place,
        (Some(a), Some(b)) if a == b && known.action == place.action => return Ok(()),
        (Some(_), _) => return at.wrong(format_args!("wait {} is used for two things", wait.name)),
    }
    if wait.exits.len() > MAX_EXITS {
        return at.wrong(format_args!("wait {} has more than {MAX_EXITS} exits", wait.name));
    }
    if wait.live.iter().zip(wait.live.iter().skip(1)).any(|(a, b)| a.reg >= b.reg) {
        return at.wrong(format_args!("the registers kept by wait {} are not ascending", wait.name));
    }
    wait.live.iter().try_for_each(|live| at.reg(i64::from(live.reg)))?;
    wait.exits.iter().try_for_each(|exit| one_exit(at, wait, exit, place.action))
}

fn one_exit(at: &At<'_>, wait: &Wait, exit: &Exit, action: Option<u32>) -> Check {
    at.target(i64::from(exit.to))?;
    exit.bind.iter().try_for_each(|reg| at.reg(i64::from(*reg)))?;
    let most = match &exit.on {
        On::Option { label, synonyms } => {
            for source in std::iter::once(label).chain(synonyms) {
                at.source(*source, &[Kind::Text])?;
                if let Source::Reg(reg) = source {
                    kept(at, wait, *reg)?;
                }
            }
            1
        }
        On::Other | On::Message => 1,
        On::Timeout(reg) => {
            at.reg(i64::from(*reg))?;
            0
        }
        On::Failed | On::Delivered | On::VideoOpened | On::VideoClosed => 0,
        On::Answer(_) | On::Result => {
            let Some(action) = action else {
                return at.wrong(format_args!(
                    "wait {} waits for an answer and no action is before it",
                    wait.name
                ));
            };
            let action = at.index(&at.tables.actions, i64::from(action), "action")?;
            if let On::Answer(answer) = exit.on {
                at.index(&action.exits, i64::from(answer), "answer")?.params.len()
            } else if action.result.is_some() {
                1
            } else {
                return at.wrong(format_args!("waits for a result of {}, which has none", action.name));
            }
        }
    };
    if exit.bind.len() > most {
        return at.wrong(format_args!("an exit of {} binds more values than come with it", wait.name));
    }
    Ok(())
}

fn kept(at: &At<'_>, wait: &Wait, reg: Reg) -> Check {
    if wait.live.binary_search_by_key(&reg, |live| live.reg).is_ok() {
        Ok(())
    } else {
        at.wrong(format_args!(
            "an option of {} is read from register {reg}, which the wait does not keep",
            wait.name
        ))
    }
}

fn one_bot(tables: &Tables, bot: &Bot) -> Check {
    let name = &bot.name;
    let Some(function) = tables.functions.get(bot.function as usize).filter(|function| function.bot) else {
        return fail(format!("bot {name} has no function of its own"));
    };
    if usize::from(function.params) != bot.params.len() {
        return fail(format!("bot {name} and its function have different parameters"));
    }
    if bot.on_failed.is_some_and(|to| !(function.start..function.end).contains(&to)) {
        return fail(format!("the `on failed` of bot {name} leads outside of it"));
    }
    for trigger in &bot.triggers {
        symbols(tables, &trigger.via)
            .or_else(|()| fail(format!("a trigger of bot {name} listens on an unknown channel")))?;
        let Some(test) = trigger.test else { continue };
        let function = tables.functions.get(test as usize);
        if !function.is_some_and(|function| !function.bot && function.params == 0) {
            return fail(format!("the test of a trigger of bot {name} is not a function without parameters"));
        }
    }
    Ok(())
}
