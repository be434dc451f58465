//! How the world may be when a conversation begins: the lead as a new one, one field of it changed, another turn of a
//! counter, another hour of the week.

use super::moves::{rows, values};
use super::relevant::Relevant;
use super::texts::Texts;
use crate::sim::{World, clock, show};
use sbot_vm::program::{Field, SymbolKind};
use sbot_vm::value::{Kind, Value};
use sbot_vm::{Program, hours::Schedule};
use std::sync::Arc;

/// No field is tried with more values than this.
const MOST_VALUES: usize = 24;
/// The hours of a week.
const WEEK: i64 = 7 * 24;

/// A setting of a conversation.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Setting {
    /// What another bot gives when it runs this one; absent where a parameter takes its default.
    args: Arc<[Value]>,
    change: Change,
}

/// What is not as it is for a new lead, on Monday the 5th of January 2026 at 10:00.
#[derive(Clone, Debug, PartialEq)]
enum Change {
    Nothing,
    Given {
        field: u32,
        value: Value,
    },
    /// `rotate` has come to this option with other leads.
    Counter {
        counter: u32,
        option: u32,
    },
    /// At another moment: milliseconds since 1970-01-01T00:00Z.
    At(i64),
}

impl Setting {
    /// The world in this setting.
    pub(super) fn world(&self, program: &Arc<Program>, bot: u32) -> World {
        let at = if let Change::At(at) = self.change { Some(at) } else { None };
        let mut world = World::new(Arc::clone(program), bot, at).with_args(&self.args);
        match &self.change {
            Change::Nothing | Change::At(_) => {}
            Change::Given { field, value } => world.put(*field, value.clone()),
            Change::Counter { counter, option } => world.set_counter(*counter, *option),
        }
        world
    }

    /// As statements of a test, or as a comment on what a test cannot say.
    pub(super) fn written(&self, program: &Program, bot: u32) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(bot) = program.tables().bots.get(bot as usize).filter(|_| !self.is_by_itself()) {
            let args = bot.params.iter().zip(self.args.iter());
            let args: Vec<String> = args
                .filter(|(_, value)| **value != Value::None)
                .map(|(param, value)| format!("{}: {}", param.name, show::value(program, value)))
                .collect();
            lines.push(format!("// run {}({})", bot.name, args.join(", ")));
        }
        match &self.change {
            Change::Nothing => {}
            Change::Given { field, value } => {
                lines.push(format!(
                    "given {} = {}",
                    show::field(program, *field),
                    show::value(program, value)
                ));
            }
            Change::Counter { counter, option } => {
                if let Some(counter) = program.tables().counters.get(*counter as usize) {
                    let (step, name) = (&counter.step, &counter.name);
                    lines.push(format!("// `{name}` in `{step}` has come to option {}", option + 1));
                }
            }
            Change::At(at) => lines.push(format!("at {}", show::plain(program, &Value::DateTime(*at)))),
        }
        lines
    }

    /// Whether a test can begin in it.
    pub(super) fn is_testable(&self) -> bool {
        self.is_by_itself() && !matches!(self.change, Change::Counter { .. })
    }

    /// Whether the bot needs no other that runs it.
    fn is_by_itself(&self) -> bool {
        self.args.iter().all(|arg| *arg == Value::None)
    }
}

/// What another bot may give to this one: defaults where there are any, and otherwise what the bot can tell apart.
fn arguments(program: &Program, bot: u32, texts: &Texts) -> Vec<Arc<[Value]>> {
    let params = program.tables().bots.get(bot as usize).map_or(&[][..], |bot| &bot.params);
    let mut rows = rows(program, texts, params);
    for row in &mut rows {
        for (value, _) in row.iter_mut().zip(params).filter(|(_, param)| param.slot.optional) {
            *value = Value::None;
        }
    }
    rows.dedup();
    rows.into_iter().map(Arc::from).collect()
}

/// All settings worth trying, the plain one first.
pub(super) fn settings(program: &Program, bot: u32, relevant: &Relevant, texts: &Texts) -> Vec<Setting> {
    let rows = arguments(program, bot, texts);
    let plain = rows.first().map_or_else(|| Arc::from([]), Arc::clone);
    let changed = changes(program, relevant, texts).into_iter();
    let with = |args: &Arc<[Value]>, change| Setting { args: Arc::clone(args), change };
    let run = rows.iter().map(|args| with(args, Change::Nothing));
    run.chain(changed.map(|change| with(&plain, change))).collect()
}

/// Every change of the world worth trying.
fn changes(program: &Program, relevant: &Relevant, texts: &Texts) -> Vec<Change> {
    let tables = program.tables();
    let mut out = Vec::new();
    for field in relevant.fields() {
        let Some(row) = tables.fields.get(field.0 as usize) else { continue };
        if matches!(&*row.entity, "client" | "now" | "bot") {
            continue;
        }
        // Only of tags it is known what a list holds.
        let tags = texts.members.iter().filter(|_| &*row.name == "tags");
        let tags = tags.map(|tag| Value::List(Arc::from([Value::Text(Arc::clone(tag))])));
        let values = values(program, texts, row.slot, &row.format).into_iter().chain(tags);
        let fitting = values.filter(|value| fits(program, row, value)).take(MOST_VALUES);
        out.extend(fitting.map(|value| Change::Given { field: field.0, value }));
    }
    for (counter, row) in (0u32..).zip(&tables.counters) {
        out.extend((1..row.options).map(|option| Change::Counter { counter, option }));
    }
    out.extend(hours(program).into_iter().map(Change::At));
    out
}

/// Symbols are of the kind that the field holds, which its name tells.
fn fits(program: &Program, field: &Field, value: &Value) -> bool {
    let Value::Symbol(number) = value else { return true };
    let kind = program.tables().symbols.get(*number as usize).map(|symbol| symbol.kind);
    let wanted = match &*field.name {
        "stage" => SymbolKind::Stage,
        "pipeline" => SymbolKind::Pipeline,
        "responsible" => SymbolKind::User,
        "channel" => SymbolKind::Channel,
        _ => return field.slot.kind != Kind::Symbol,
    };
    kind == Some(wanted)
}

/// For every kind of working hours a moment of the first week at which they are open, and one at which they are not.
fn hours(program: &Program) -> Vec<i64> {
    let Some(start) = clock::instant(program, clock::START) else { return Vec::new() };
    let mut out = Vec::new();
    for hours in &program.tables().hours {
        let schedule = Schedule::new(hours);
        for wanted in [true, false] {
            let found = (0..WEEK)
                .map(|hour| start + hour * 3_600_000)
                .find(|at| schedule.is_open(*at, &program.context().zone) == wanted);
            out.extend(found.filter(|at| *at != start && !out.contains(at)));
        }
    }
    out
}
