//! How the world may be when a conversation begins: the lead as a new one, one field of it changed, another turn of a
//! counter, another hour of the week.

use super::moves::values;
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
pub(super) enum Setting {
    /// A new lead, on Monday the 5th of January 2026 at 10:00.
    Plain,
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
        let at = if let Setting::At(at) = self { Some(*at) } else { None };
        let mut world = World::new(Arc::clone(program), bot, at);
        match self {
            Setting::Plain | Setting::At(_) => {}
            Setting::Given { field, value } => world.put(*field, value.clone()),
            Setting::Counter { counter, option } => world.set_counter(*counter, *option),
        }
        world
    }

    /// As a statement of a test.
    pub(super) fn written(&self, program: &Program) -> Option<String> {
        match self {
            Setting::Plain => None,
            Setting::Given { field, value } => {
                Some(format!("given {} = {}", show::field(program, *field), show::value(program, value)))
            }
            Setting::Counter { counter, option } => {
                let counter = program.tables().counters.get(*counter as usize)?;
                let (step, name) = (&counter.step, &counter.name);
                Some(format!("// `{name}` in `{step}` has come to option {}", option + 1))
            }
            Setting::At(at) => Some(format!("at {}", show::plain(program, &Value::DateTime(*at)))),
        }
    }

    /// Whether a test can begin in it.
    pub(super) fn is_testable(&self) -> bool {
        !matches!(self, Setting::Counter { .. })
    }
}

/// All settings worth trying, the plain one first.
pub(super) fn settings(program: &Program, relevant: &Relevant, texts: &Texts) -> Vec<Setting> {
    let tables = program.tables();
    let mut out = vec![Setting::Plain];
    for field in relevant.fields() {
        let Some(row) = tables.fields.get(field.0 as usize) else { continue };
        if matches!(&*row.entity, "client" | "now" | "bot") {
            continue;
        }
        let values = values(program, texts, row.slot, &row.format).into_iter();
        let fitting = values.filter(|value| fits(program, row, value)).take(MOST_VALUES);
        out.extend(fitting.map(|value| Setting::Given { field: field.0, value }));
    }
    for (counter, row) in (0u32..).zip(&tables.counters) {
        out.extend((1..row.options).map(|option| Setting::Counter { counter, option }));
    }
    out.extend(hours(program).into_iter().map(Setting::At));
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
