//! Values as JSON, both ways.
//!
//! | type | JSON |
//! |---|---|
//! | `bool`, `text` and what widens to it, `file` | `true`, `"text"` |
//! | `int` | `12`; beyond 2^53 - 1 either way `"9007199254740993"`, because most readers of JSON lose digits there |
//! | `number` | `"12.5"`: an exact decimal in a text, shortest form; `12.5` is taken too |
//! | `date`, `time` | `"2026-11-22"`, `"09:30"` |
//! | `datetime` | `1795339800000`: milliseconds since 1970-01-01T00:00Z |
//! | `duration` | `7200`: seconds |
//! | a reference | its name in the source: `"anna"`, `"sales.won"`, `"contact.phone"` |
//! | a reference to what the source does not declare | `{"id":"u-77","title":"Kim"}`: the host's own id, and what people see |
//! | a template with its arguments | `{"template":"welcome_mail","args":{…},"texts":{"subject":…,"body":…}}` |
//! | list, record | `[…]`, `{…}` |
//! | `json` | the JSON itself |
//! | absent | `null` |

use crate::event::Keys;
use crate::json::Json;
use crate::names::{KINDS as ALL_KINDS, Names, symbol_name};
use crate::problem::{At, Problems};
use sbot_vm::calendar;
use sbot_vm::layout::{Type, slot_of};
use sbot_vm::program::{SymbolKind, Tables};
use sbot_vm::value::{Decimal, Kind, Record, Slot, Undeclared, Value};
use std::sync::Arc;

/// How deep values nest, as in the machine itself.
pub(crate) const MAX_NESTING: u32 = 32;

/// A value as JSON.
#[must_use]
pub(crate) fn write(tables: &Tables, value: &Value) -> Json {
    match value {
        Value::None => Json::Null,
        Value::Bool(value) => Json::Bool(*value),
        Value::Int(value) => Json::int(*value),
        Value::Number(value) => Json::text(&value.normalize().to_string()),
        Value::Text(text) | Value::File(text) => Json::text(text),
        Value::Date(days) => Json::text(&calendar::date_text(*days)),
        Value::Time(minutes) => Json::text(&calendar::time_text(*minutes)),
        Value::DateTime(at) => Json::int(*at),
        Value::Duration(seconds) => Json::int(*seconds),
        Value::List(items) => Json::list(items.iter().map(|item| write(tables, item))),
        Value::Record(record) => write_record(tables, record),
        Value::Symbol(symbol) => write_symbol(tables, *symbol),
        Value::Undeclared(one) => write_undeclared(one),
        // What came in through here is JSON. Whatever else a program calls json is still a text.
        Value::Json(json) => crate::json::read(json).unwrap_or_else(|_| Json::text(json)),
    }
}

/// A value as JSON, as what is declared so. An int where a number is declared is that number, as the machine takes it.
#[must_use]
pub(crate) fn write_as(tables: &Tables, value: &Value, wanted: Wanted) -> Json {
    let inner = |ty: &u32| Wanted::typed(tables, *ty);
    match (value, wanted.slot.kind, wanted.declared(tables)) {
        (Value::Int(value), Kind::Number, _) => Json::text(&value.to_string()),
        (Value::List(items), _, Some(Type::List(ty))) => {
            Json::list(items.iter().map(|item| write_as(tables, item, inner(ty))))
        }
        (Value::Record(record), _, Some(Type::Record { shape, fields })) if record.shape == *shape => {
            let names = tables.shapes.get(*shape as usize).map_or(&[][..], |shape| &shape.fields);
            let pairs = names.iter().zip(&record.fields).zip(fields);
            let pair = |((name, value), ty): ((&Arc<str>, &Value), &u32)| {
                (Box::from(&**name), write_as(tables, value, inner(ty)))
            };
            Json::Object(pairs.map(pair).collect())
        }
        (value, _, _) => write(tables, value),
    }
}

fn write_symbol(tables: &Tables, symbol: u32) -> Json {
    let name = symbol_name(tables, symbol);
    match tables.symbols.get(symbol as usize).map(|symbol| symbol.kind) {
        Some(SymbolKind::Template | SymbolKind::EmailTemplate) => template(name, Vec::new(), Vec::new()),
        Some(_) | None => Json::text(name),
    }
}

/// What the source does not declare.
pub(crate) fn write_undeclared(one: &Undeclared) -> Json {
    Json::object([("id", Json::text(&one.id)), ("title", Json::text(&one.title))])
}

/// A template that is given as a value has, beside its arguments, what it makes of them, under names with a `%`.
fn write_record(tables: &Tables, record: &Record) -> Json {
    let Some(shape) = tables.shapes.get(record.shape as usize) else { return Json::Null };
    let fields = shape.fields.iter().zip(&record.fields);
    let pair = |(name, value): (&Arc<str>, &Value)| {
        (Box::from(name.strip_prefix('%').unwrap_or(name)), write(tables, value))
    };
    if shape.name.is_empty() {
        return Json::Object(fields.map(pair).collect());
    }
    let (texts, args): (Vec<_>, Vec<_>) = fields.partition(|(name, _)| name.starts_with('%'));
    let pairs = |list: Vec<(&Arc<str>, &Value)>| list.into_iter().map(pair).collect();
    template(&shape.name, pairs(args), pairs(texts))
}

fn template(name: &str, args: Vec<(Box<str>, Json)>, texts: Vec<(Box<str>, Json)>) -> Json {
    Json::object([
        ("template", Json::text(name)),
        ("args", Json::Object(args)),
        ("texts", Json::Object(texts)),
    ])
}

/// What a value is wanted for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub(crate) slot: Slot,
    /// Its type, if the program tells: index into its types.
    ty: Option<u32>,
}

impl Wanted {
    pub(crate) fn new(slot: Slot, ty: Option<u32>) -> Wanted {
        Wanted { slot, ty }
    }

    fn typed(tables: &Tables, ty: u32) -> Wanted {
        Wanted { slot: slot_of(&tables.types, ty), ty: Some(ty) }
    }

    /// Its type, without absence.
    fn declared(self, tables: &Tables) -> Option<&Type> {
        let ty = tables.types.get(self.ty? as usize)?;
        if let Type::Optional(inner) = ty { tables.types.get(*inner as usize) } else { Some(ty) }
    }
}

/// Reads values, and gathers what is wrong with them.
pub(crate) struct Reader<'e> {
    pub(crate) tables: &'e Tables,
    pub(crate) names: &'e Names,
    pub(crate) problems: Problems,
}

impl Reader<'_> {
    /// A value of a declared type.
    pub(crate) fn value(&mut self, at: &At<'_>, json: &Json, wanted: Wanted) -> Option<Value> {
        self.nested(at, json, wanted, MAX_NESTING)
    }

    fn nested(&mut self, at: &At<'_>, json: &Json, wanted: Wanted, depth: u32) -> Option<Value> {
        let tables = self.tables;
        let Slot { kind, optional } = wanted.slot;
        if *json == Json::Null {
            return match (optional, kind) {
                (true, _) => Some(Value::None),
                (false, Kind::Json) => Some(Value::Json(Arc::from("null"))),
                (false, _) => self.problems.note(at, "it is never absent: give a value"),
            };
        }
        let read = match (kind, json) {
            (Kind::List | Kind::Record, _) if depth == 0 => return self.too_deep(at),
            (Kind::Json, json) => Some(Value::Json(Arc::from(json.to_string()))),
            (Kind::Bool, Json::Bool(value)) => Some(Value::Bool(*value)),
            (Kind::Int, Json::Number(text) | Json::Text(text)) => text.parse().ok().map(Value::Int),
            (Kind::Number, Json::Number(text) | Json::Text(text)) => decimal(text).map(Value::Number),
            (Kind::Text, Json::Text(text)) => Some(Value::Text(Arc::from(&**text))),
            (Kind::File, Json::Text(text)) => Some(Value::File(Arc::from(&**text))),
            (Kind::Date, Json::Text(text)) => calendar::parse_date(text).map(Value::Date),
            (Kind::Time, Json::Text(text)) => calendar::parse_time(text).map(Value::Time),
            (Kind::DateTime, Json::Number(text)) => {
                text.parse().ok().filter(|at| calendar::is_datetime(*at)).map(Value::DateTime)
            }
            (Kind::Duration, Json::Number(text)) => text.parse().ok().map(Value::Duration),
            (Kind::List, Json::List(items)) => {
                return match wanted.declared(tables) {
                    Some(Type::List(ty)) => self.items(at, items, Wanted::typed(tables, *ty), depth - 1),
                    _ => self.list(at, items, depth),
                };
            }
            (Kind::Record, Json::Object(keys)) => {
                return match wanted.declared(tables) {
                    Some(Type::Record { shape, fields }) => self.fields(at, keys, *shape, fields, depth - 1),
                    _ => self.record(at, keys, depth),
                };
            }
            (Kind::Symbol, json) => return self.reference(at, json, wanted.declared(tables)),
            _ => None,
        };
        match read {
            Some(value) => Some(value),
            None => {
                self.problems.note(at, format!("{} was expected and {} is there", wants(kind), shown(json)))
            }
        }
    }

    /// Elements of one type.
    fn items(&mut self, at: &At<'_>, items: &[Json], wanted: Wanted, depth: u32) -> Option<Value> {
        let read =
            items.iter().enumerate().map(|(n, item)| self.nested(&At::Item(at, n), item, wanted, depth));
        // All that is wrong is told, not the first of it alone.
        let read: Vec<Option<Value>> = read.collect();
        Some(Value::List(read.into_iter().collect::<Option<Arc<[Value]>>>()?))
    }

    /// A record of a declared type.
    fn fields(
        &mut self,
        at: &At<'_>,
        keys: &[(Box<str>, Json)],
        shape: u32,
        types: &[u32],
        depth: u32,
    ) -> Option<Value> {
        let tables = self.tables;
        let names = tables.shapes.get(shape as usize).map_or(&[][..], |shape| &shape.fields);
        let wanted: Vec<(&str, Wanted)> =
            names.iter().zip(types).map(|(name, ty)| (&**name, Wanted::typed(tables, *ty))).collect();
        let fields = self.named(at, keys, &wanted, depth)?;
        Some(Value::Record(Arc::new(Record { shape, fields })))
    }

    /// A value for each of these names.
    pub(crate) fn named(
        &mut self,
        at: &At<'_>,
        keys: &[(Box<str>, Json)],
        wanted: &[(&str, Wanted)],
        depth: u32,
    ) -> Option<Vec<Value>> {
        for (key, _) in keys.iter().filter(|(key, _)| wanted.iter().all(|(name, _)| *name != &**key)) {
            let names: Vec<&str> = wanted.iter().map(|(name, _)| *name).collect();
            let names = match names.as_slice() {
                [] => "there are none".to_owned(),
                names => format!("there are {}", names.join(", ")),
            };
            let _: Option<()> =
                self.problems.note(&At::Key(at, key), format!("there is no such value here: {names}"));
        }
        let mut values = Vec::with_capacity(wanted.len());
        for (name, wanted) in wanted {
            let at = At::Key(at, name);
            values.push(match keys.iter().find(|(key, _)| **key == **name) {
                Some((_, json)) => self.nested(&at, json, *wanted, depth),
                None => self.problems.note(&at, "it is missing: give it, `null` if there is none"),
            });
        }
        values.into_iter().collect()
    }

    /// A reference: by name to what the source declares, else as the host knows it.
    fn reference(&mut self, at: &At<'_>, json: &Json, ty: Option<&Type>) -> Option<Value> {
        let kinds: &[SymbolKind] = match ty {
            Some(Type::Symbol(kind)) => std::slice::from_ref(kind),
            Some(Type::Recipient) => &[SymbolKind::User, SymbolKind::Team],
            _ => &ALL_KINDS,
        };
        let open = kinds.iter().any(|kind| sbot_vm::OWN_IDS.contains(kind));
        if let Json::Text(name) = json {
            return self.symbol(at, name, kinds).map(Value::Symbol);
        }
        if open && matches!(json, Json::Object(_)) {
            return self.undeclared(at, json).map(|one| Value::Undeclared(Arc::new(one)));
        }
        let wanted = match open {
            true => wants(Kind::Symbol).to_owned(),
            false => format!("the name of a declared {}", kinds_name(kinds)),
        };
        self.problems.note(at, format!("{wanted} was expected and {} is there", shown(json)))
    }

    /// What a name refers to: one of these kinds, the first that has it.
    pub(crate) fn symbol(&mut self, at: &At<'_>, name: &str, kinds: &[SymbolKind]) -> Option<u32> {
        if let Some(symbol) = self.names.symbol(kinds, name) {
            return Some(symbol);
        }
        let kind = kinds_name(kinds);
        let open = kinds.iter().any(|kind| sbot_vm::OWN_IDS.contains(kind) || *kind == SymbolKind::Field);
        let instead = match open {
            true => ": mend the name, or give what it does not declare as {\"id\":ID,\"title\":TITLE}",
            false => ": mend the name",
        };
        self.problems.note(at, format!("the program declares no {kind} `{name}`{instead}"))
    }

    /// A reference to what the source does not declare.
    pub(crate) fn undeclared(&mut self, at: &At<'_>, json: &Json) -> Option<Undeclared> {
        let mut keys = Keys::new(self, at, json)?;
        let (id, title) = (keys.text(self, "id"), keys.text(self, "title"));
        keys.end(self);
        Some(Undeclared { id: id?, title: title? })
    }

    fn too_deep<T>(&mut self, at: &At<'_>) -> Option<T> {
        self.problems.note(at, format!("it nests more than {MAX_NESTING} deep"))
    }

    fn list(&mut self, at: &At<'_>, items: &[Json], depth: u32) -> Option<Value> {
        let mut values = Vec::with_capacity(items.len());
        for (n, item) in items.iter().enumerate() {
            values.push(self.untyped(&At::Item(at, n), item, depth)?);
        }
        Some(Value::List(values.into()))
    }

    /// An element, of which the machine does not know the declared type: what JSON says it is.
    fn untyped(&mut self, at: &At<'_>, json: &Json, depth: u32) -> Option<Value> {
        let Some(deeper) = depth.checked_sub(1) else {
            return self.too_deep(at);
        };
        match json {
            Json::Null => Some(Value::None),
            Json::Bool(value) => Some(Value::Bool(*value)),
            Json::Text(text) => Some(Value::Text(Arc::from(&**text))),
            Json::Number(text) => {
                let int = text.parse().ok().map(Value::Int);
                let value = int.or_else(|| decimal(text).map(Value::Number));
                value.or_else(|| self.problems.note(at, format!("the number {text} has too many digits")))
            }
            Json::List(items) => self.list(at, items, deeper),
            Json::Object(keys) => self.record(at, keys, deeper),
        }
    }

    fn record(&mut self, at: &At<'_>, keys: &[(Box<str>, Json)], depth: u32) -> Option<Value> {
        let names: Vec<&str> = keys.iter().map(|(name, _)| &**name).collect();
        let Some(shape) = self.names.shape(&names) else {
            return self
                .problems
                .note(at, format!("the program has no record with the fields {}", names.join(", ")));
        };
        let declared = self.tables.shapes.get(shape as usize).map(|shape| shape.fields.as_slice());
        let mut fields = Vec::with_capacity(names.len());
        for name in declared.unwrap_or_default() {
            let json = keys.iter().find(|(key, _)| **key == **name).map_or(&Json::Null, |(_, json)| json);
            fields.push(self.untyped(&At::Key(at, name), json, depth)?);
        }
        Some(Value::Record(Arc::new(Record { shape, fields })))
    }
}

/// An exact decimal: at most 28 digits, none lost.
fn decimal(text: &str) -> Option<Decimal> {
    let Some((digits, power)) = text.split_once(['e', 'E']) else {
        return Decimal::from_str_exact(text).ok();
    };
    let (digits, power) = (Decimal::from_str_exact(digits).ok()?, power.parse::<i32>().ok()?);
    let scale = i32::try_from(digits.scale()).ok()?.checked_sub(power)?;
    match u32::try_from(scale) {
        Ok(scale) => Decimal::try_from_i128_with_scale(digits.mantissa(), scale).ok(),
        Err(_) => {
            let times = 10_i128.checked_pow(scale.unsigned_abs())?;
            Decimal::try_from_i128_with_scale(digits.mantissa().checked_mul(times)?, 0).ok()
        }
    }
}

/// What kinds of names are called together.
fn kinds_name(kinds: &[SymbolKind]) -> String {
    if kinds.len() == ALL_KINDS.len() {
        return "user, stage, channel or other name".to_owned();
    }
    kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>().join(" or ")
}

/// What is expected of a kind.
fn wants(kind: Kind) -> &'static str {
    match kind {
        Kind::Bool => "true or false",
        Kind::Int => "an int such as 12",
        Kind::Number => "a number such as \"12.5\", of at most 28 digits",
        Kind::Text => "a text",
        Kind::Date => "a date such as \"2026-11-22\"",
        Kind::Time => "a time such as \"09:30\"",
        Kind::DateTime => "a moment in milliseconds since 1970-01-01T00:00Z",
        Kind::Duration => "a duration in seconds",
        Kind::List => "a list",
        Kind::Record => "an object",
        Kind::Symbol => "the name of something that the source declares, or {\"id\":ID,\"title\":TITLE},",
        Kind::File => "the path or address of a file, a text",
        Kind::Json => "JSON",
    }
}

/// A value in a message: short.
pub(crate) fn shown(json: &Json) -> String {
    let text = json.to_string();
    if text.len() <= 40 { text } else { json.what().to_owned() }
}
