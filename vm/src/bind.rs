//! What the types rest on that `sbotc bindings rust` makes: names of a source as Rust enums, and the numbers that one
//! program has for them.
//!
//! In: a program, and types that were made of its source, of an older version of it, or of several. Out: [`Table`]s from
//! names to numbers and back, filled once; after that no name is looked up. What does not fit is found when the tables
//! are filled, all of it at once.

mod reference;

pub use reference::Ref;

use crate::effect::EffectId;
use crate::event::{EventKind, Facts};
use crate::loaded::Program;
use crate::program::{Action, Field, FunctionKind, Param, Shape, SymbolKind, Wait};
use crate::requires::Requires;
use crate::value::{Decimal, Record, Value};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

/// A `date`: days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(pub i32);
/// A `time`: minutes since midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub u16);
/// A `datetime`: milliseconds since 1970-01-01T00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(pub i64);
/// A `duration`: seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Duration(pub i64);
/// A `json`: compact JSON text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Json(pub Arc<str>);
/// A `file`: its path or address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct File(pub Arc<str>);

/// Why types and a program, or types and a value, do not go together: everything that is wrong, a sentence each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unfit(pub Vec<String>);

impl Unfit {
    /// One sentence.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Unfit {
        Unfit(vec![text.into()])
    }
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [one] = self.0.as_slice() {
            return f.write_str(one);
        }
        f.write_str("the program and the bindings do not fit:")?;
        self.0.iter().try_for_each(|one| write!(f, "\n- {one}"))
    }
}

impl std::error::Error for Unfit {}

/// A name of the source, as a variant of an enum without fields.
pub trait Name: Copy + fmt::Debug {
    /// Its name in the source: `anna`, `sales.won`.
    fn name(self) -> &'static str;
    /// The variant of this name.
    fn find(name: &str) -> Option<Self>;
    /// Which variant it is, from 0.
    fn place(self) -> usize;
}

/// A name with what it has to look like: parameters and answers, or a type.
pub trait Declared: Name {
    /// As [`signature`] or [`crate::Slot`] write it.
    fn signature(self) -> &'static str;
}

/// An event that a wait takes. `A` has the actions whose answers are waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Takes<A> {
    /// [`EventKind::Message`] and [`EventKind::Press`].
    Client,
    /// [`EventKind::Timer`]
    Timer,
    /// [`EventKind::VideoOpened`]
    VideoOpened,
    /// [`EventKind::VideoClosed`]
    VideoClosed,
    /// [`EventKind::Delivered`]
    Delivered,
    /// [`EventKind::Drawn`]
    Drawn,
    /// [`EventKind::Answer`] of this action.
    Answer(A),
}

/// A type of the source. `N` has the numbers of its names.
pub trait Typed<N>: Sized {
    /// A value as this type; nothing if it is of another one.
    fn read(names: &N, value: &Value) -> Option<Self>;
    /// The value. What it names has to be known to the program.
    ///
    /// # Errors
    /// The program declares no such name.
    fn write(&self, names: &N) -> Result<Value, Unfit>;
}

/// The next of some values.
pub fn next<'v, N, T: Typed<N>>(names: &N, values: &mut impl Iterator<Item = &'v Value>) -> Option<T> {
    T::read(names, values.next()?)
}

macro_rules! plain {
    ($( $ty:ty : $value:ident = $inner:pat => $read:expr, $self:ident => $write:expr; )*) => { $(
        impl<N> Typed<N> for $ty {
            fn read(_: &N, value: &Value) -> Option<Self> {
                if let Value::$value($inner) = value { Some($read) } else { None }
            }

            fn write(&self, _: &N) -> Result<Value, Unfit> {
                let $self = self;
                Ok(Value::$value($write))
            }
        }
    )* };
}

plain! {
    bool: Bool = it => *it, it => *it;
    i64: Int = it => *it, it => *it;
    Arc<str>: Text = it => Arc::clone(it), it => Arc::clone(it);
    Date: Date = it => Date(*it), it => it.0;
    Time: Time = it => Time(*it), it => it.0;
    DateTime: DateTime = it => DateTime(*it), it => it.0;
    Duration: Duration = it => Duration(*it), it => it.0;
    Json: Json = it => Json(Arc::clone(it)), it => Arc::clone(&it.0);
    File: File = it => File(Arc::clone(it)), it => Arc::clone(&it.0);
}

impl<N> Typed<N> for Decimal {
    fn read(_: &N, value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(*number),
            Value::Int(int) => Some((*int).into()),
            Value::None
            | Value::Bool(_)
            | Value::Text(_)
            | Value::Date(_)
            | Value::Time(_)
            | Value::DateTime(_)
            | Value::Duration(_)
            | Value::List(_)
            | Value::Record(_)
            | Value::Symbol(_)
            | Value::File(_)
            | Value::Json(_)
            | Value::Undeclared(_) => None,
        }
    }

    fn write(&self, _: &N) -> Result<Value, Unfit> {
        Ok(Value::Number(*self))
    }
}

impl<N, T: Typed<N>> Typed<N> for Option<T> {
    fn read(names: &N, value: &Value) -> Option<Self> {
        if *value == Value::None { Some(None) } else { T::read(names, value).map(Some) }
    }

    fn write(&self, names: &N) -> Result<Value, Unfit> {
        self.as_ref().map_or(Ok(Value::None), |value| value.write(names))
    }
}

impl<N, T: Typed<N>> Typed<N> for Vec<T> {
    fn read(names: &N, value: &Value) -> Option<Self> {
        let Value::List(items) = value else { return None };
        items.iter().map(|item| T::read(names, item)).collect()
    }

    fn write(&self, names: &N) -> Result<Value, Unfit> {
        self.iter().map(|item| item.write(names)).collect::<Result<Arc<[Value]>, Unfit>>().map(Value::List)
    }
}

/// A choice as a variant of its enum.
#[must_use]
pub fn choice<T: Name>(value: &Value) -> Option<T> {
    if let Value::Text(text) = value { T::find(text) } else { None }
}

/// The fields of a record of this size.
#[must_use]
pub fn fields(value: &Value, count: usize) -> Option<&[Value]> {
    let Value::Record(record) = value else { return None };
    (record.fields.len() == count).then_some(record.fields.as_slice())
}

/// The numbers that one program has for the variants of an enum.
#[derive(Clone, Debug)]
pub struct Table<T> {
    variants: Vec<Option<T>>,
    numbers: Vec<Option<u32>>,
}

impl<T: Name> Table<T> {
    fn of<'p>(names: impl Iterator<Item = Option<&'p str>>) -> Table<T> {
        let mut table = Table { variants: Vec::new(), numbers: Vec::new() };
        for (number, name) in (0u32..).zip(names) {
            let variant = name.and_then(T::find);
            table.variants.push(variant);
            let Some(place) = variant.map(T::place) else { continue };
            if table.numbers.len() <= place {
                table.numbers.resize(place + 1, None);
            }
            if let Some(known @ None) = table.numbers.get_mut(place) {
                *known = Some(number);
            }
        }
        table
    }

    /// The variant of a number of the program.
    #[must_use]
    pub fn variant(&self, number: u32) -> Option<T> {
        self.variants.get(number as usize).copied().flatten()
    }

    /// The number of a variant; nothing if the program has no such name.
    #[must_use]
    pub fn number(&self, variant: T) -> Option<u32> {
        self.numbers.get(variant.place()).copied().flatten()
    }

    /// The same, or what is wrong.
    ///
    /// # Errors
    /// The program has no such name.
    pub fn known(&self, variant: T) -> Result<u32, Unfit> {
        self.number(variant)
            .ok_or_else(|| Unfit::new(format!("the program declares no `{}`", variant.name())))
    }

    /// The variant that a value refers to.
    #[must_use]
    pub fn read(&self, value: &Value) -> Option<T> {
        if let Value::Symbol(symbol) = value { self.variant(*symbol) } else { None }
    }

    /// A value that refers to a variant.
    ///
    /// # Errors
    /// The program has no such name.
    pub fn write(&self, variant: T) -> Result<Value, Unfit> {
        self.known(variant).map(Value::Symbol)
    }
}

/// The shapes that one program has for records, and the templates among them.
#[derive(Clone, Debug)]
pub struct Shapes(Vec<Shape>);

impl Shapes {
    /// A record with these fields.
    ///
    /// # Errors
    /// The program has no record with these fields.
    pub fn record(&self, record: NewRecord) -> Result<Value, Unfit> {
        let is = |shape: &Shape| {
            shape.name.is_empty() && shape.fields.iter().map(|name| &**name).eq(record.names.iter().copied())
        };
        match (0u32..).zip(&self.0).find(|(_, shape)| is(shape)) {
            Some((shape, _)) => Ok(Value::Record(Arc::new(Record { shape, fields: record.fields }))),
            None => {
                let names = record.names.join(", ");
                Err(Unfit::new(format!("the program has no record with the fields {names}")))
            }
        }
    }

    /// An e-mail. What a template makes of its arguments stands behind them, under names with a `%`.
    #[must_use]
    pub fn mail<T: Name>(&self, value: &Value) -> Option<Mail<T>> {
        let Value::Record(record) = value else { return None };
        let shape = self.0.get(record.shape as usize)?;
        let made = |wanted: &str| {
            let value = shape.fields.iter().zip(&record.fields).find(|(name, _)| &***name == wanted)?.1;
            if let Value::Text(text) = value { Some(Arc::clone(text)) } else { None }
        };
        let args = shape.fields.iter().zip(&record.fields).filter(|(name, _)| !name.starts_with('%'));
        Some(Mail {
            template: T::find(&shape.name)?,
            args: args.map(|(name, value)| (Arc::clone(name), value.clone())).collect(),
            subject: made("%subject")?,
            body: made("%body")?,
        })
    }
}

/// `text: text, on: symbol; paid(amount: number), declined(reason: text); url`: parameters, answers and result.
#[must_use]
pub fn signature(action: &Action) -> String {
    let params = |params: &[Param]| {
        let list: Vec<String> =
            params.iter().map(|param| format!("{}: {}", param.name, param.slot)).collect();
        list.join(", ")
    };
    let exits: Vec<String> =
        action.exits.iter().map(|exit| format!("{}({})", exit.name, params(&exit.params))).collect();
    format!(
        "{}; {}; {}",
        params(&action.params),
        exits.join(", "),
        action.result.map_or_else(String::new, |result| result.to_string())
    )
}

/// Fills tables, and gathers what does not fit.
pub struct Reader<'p> {
    program: &'p Program,
    needs: Requires,
    unfit: Vec<String>,
}

impl<'p> Reader<'p> {
    /// For this program.
    #[must_use]
    pub fn new(program: &'p Program) -> Reader<'p> {
        Reader { program, needs: program.requires(), unfit: Vec::new() }
    }

    /// Names of a kind. Every one that the program names has to be known.
    pub fn symbols<T: Name>(&mut self, kind: SymbolKind) -> Table<T> {
        let symbols = &self.program.tables().symbols;
        let table =
            Table::<T>::of(symbols.iter().map(|symbol| (symbol.kind == kind).then_some(&*symbol.name)));
        for number in &self.needs.symbols {
            let symbol = symbols.get(*number as usize).filter(|symbol| symbol.kind == kind);
            if let (Some(symbol), None) = (symbol, table.variant(*number)) {
                let name = &symbol.name;
                self.unfit
                    .push(format!("the program names the {kind} `{name}`, which the bindings do not know"));
            }
        }
        table
    }

    /// The actions. Those that the program calls have to be known, as it declares them.
    pub fn actions<T: Declared>(&mut self) -> Table<T> {
        let actions = &self.program.tables().actions;
        let table = Table::<T>::of(actions.iter().map(|action| Some(&*action.name)));
        for number in self.needs.actions.clone() {
            let Some(action) = actions.get(number as usize) else { continue };
            let name = &action.name;
            match table.variant(number) {
                None => {
                    self.unfit.push(format!("the program calls `{name}`, which the bindings do not know"))
                }
                Some(variant) => self.compare(name, &signature(action), variant.signature()),
            }
        }
        table
    }

    /// The fields. Those that the program reads or sets have to be known, with their types.
    pub fn fields<T: Declared>(&mut self) -> Table<T> {
        let fields = &self.program.tables().fields;
        let names: Vec<String> = fields.iter().map(field_name).collect();
        let table = Table::<T>::of(names.iter().map(|name| Some(name.as_str())));
        let used: BTreeSet<u32> = self.needs.reads.union(&self.needs.sets).copied().collect();
        for ((number, field), name) in (0u32..).zip(fields).zip(&names) {
            match table.variant(number) {
                None if !used.contains(&number) => {}
                None => self.unfit.push(format!("the program uses `{name}`, which the bindings do not know")),
                Some(variant) => self.compare(name, &field.slot.to_string(), variant.signature()),
            }
        }
        table
    }

    /// The waits, `BOT/WAIT`.
    pub fn waits<T: Name>(&mut self) -> Table<T> {
        let tables = self.program.tables();
        let name = |(number, wait): (u32, &Wait)| {
            let function = self.program.waits_in(number)?;
            let own = match tables.functions.get(function as usize)?.kind {
                FunctionKind::Bot => function,
                FunctionKind::Flow { bot } => bot,
                FunctionKind::Fn => return None,
            };
            let bot = tables.bots.iter().find(|bot| bot.function == own)?;
            Some(format!("{}/{}", bot.name, wait.name))
        };
        let names: Vec<Option<String>> = (0u32..).zip(&tables.waits).map(name).collect();
        Table::of(names.iter().map(Option::as_deref))
    }

    fn compare(&mut self, name: &str, has: &str, want: &str) {
        if has != want {
            self.unfit.push(format!("`{name}` is `{has}` in the program and `{want}` in the bindings"));
        }
    }

    /// The bots.
    pub fn bots<T: Name>(&mut self) -> Table<T> {
        Table::of(self.program.tables().bots.iter().map(|bot| Some(&*bot.name)))
    }

    /// The shapes of records.
    #[must_use]
    pub fn shapes(&self) -> Shapes {
        Shapes(self.program.tables().shapes.clone())
    }

    /// Nothing, if all fits.
    ///
    /// # Errors
    /// Everything that does not.
    pub fn finish(self) -> Result<(), Unfit> {
        if self.unfit.is_empty() {
            return Ok(());
        }
        let mut unfit = self.unfit;
        unfit.push("make the bindings anew with `sbotc bindings rust`".to_owned());
        Err(Unfit(unfit))
    }
}

fn field_name(field: &Field) -> String {
    if field.name.is_empty() { field.entity.to_string() } else { format!("{}.{}", field.entity, field.name) }
}

/// A record that is being made: its fields in the order of the alphabet.
#[derive(Clone, Debug, Default)]
pub struct NewRecord {
    names: Vec<&'static str>,
    fields: Vec<Value>,
}

impl NewRecord {
    /// One field more.
    pub fn put(&mut self, name: &'static str, value: Value) {
        self.names.push(name);
        self.fields.push(value);
    }
}

/// An answer that is being made.
#[derive(Clone, Debug)]
pub struct Answer {
    effect: EffectId,
    exit: Option<u32>,
    values: Vec<Value>,
}

impl Answer {
    /// By an exit of the action, by its place.
    #[must_use]
    pub fn exit(effect: EffectId, exit: u32) -> Answer {
        Answer { effect, exit: Some(exit), values: Vec::new() }
    }

    /// By the action's result.
    #[must_use]
    pub fn result(effect: EffectId) -> Answer {
        Answer { effect, exit: None, values: Vec::new() }
    }

    /// With one value more.
    ///
    /// # Errors
    /// The program declares no such name.
    pub fn with<N>(mut self, names: &N, value: &impl Typed<N>) -> Result<Answer, Unfit> {
        self.values.push(value.write(names)?);
        Ok(self)
    }

    /// The event.
    #[must_use]
    pub fn event(self) -> EventKind {
        EventKind::Answer { effect: self.effect, exit: self.exit, values: self.values }
    }
}

/// An effect of another program, or of one whose actions have changed.
#[must_use]
pub fn unknown_action(action: u32) -> Unfit {
    Unfit::new(format!("the action {action} is none of the program that the bindings were fitted to"))
}

/// The same of a field that is set.
#[must_use]
pub fn unknown_field(field: u32) -> Unfit {
    Unfit::new(format!("the field {field} is none of the program that the bindings were fitted to"))
}

/// Arguments of a bot that are being made.
#[derive(Clone, Debug)]
pub struct Args {
    bot: u32,
    values: Vec<Value>,
}

impl Args {
    /// None yet, of the bot of this number.
    #[must_use]
    pub fn of(bot: u32) -> Args {
        Args { bot, values: Vec::new() }
    }

    /// One more.
    ///
    /// # Errors
    /// The program declares no such name.
    pub fn with<N>(mut self, names: &N, value: &impl Typed<N>) -> Result<Args, Unfit> {
        self.values.push(value.write(names)?);
        Ok(self)
    }

    /// The bot and its arguments.
    #[must_use]
    pub fn done(self) -> (u32, Vec<Value>) {
        (self.bot, self.values)
    }
}

/// Facts that are being made.
#[derive(Clone, Debug)]
pub struct FactsOf<'t, T> {
    fields: &'t Table<T>,
    facts: Facts,
}

impl<'t, T: Name> FactsOf<'t, T> {
    /// None yet, of a program with these fields.
    #[must_use]
    pub fn new(fields: &'t Table<T>) -> FactsOf<'t, T> {
        FactsOf { fields, facts: Facts { values: vec![Value::None; fields.variants.len()] } }
    }

    /// With the value of one field, if the program has it.
    ///
    /// # Errors
    /// The program declares no such name.
    pub fn put<N>(mut self, names: &N, field: T, value: &impl Typed<N>) -> Result<FactsOf<'t, T>, Unfit> {
        let place = self.fields.number(field).and_then(|number| self.facts.values.get_mut(number as usize));
        if let Some(place) = place {
            *place = value.write(names)?;
        }
        Ok(self)
    }

    /// The facts.
    #[must_use]
    pub fn done(self) -> Facts {
        self.facts
    }
}

/// An e-mail that is made from a template.
#[derive(Clone, Debug, PartialEq)]
pub struct Mail<T> {
    /// The template.
    pub template: T,
    /// Its arguments by the names of its parameters, in their order.
    pub args: Vec<(Arc<str>, Value)>,
    /// Its subject, with the arguments filled in.
    pub subject: Arc<str>,
    /// Its text, with the arguments filled in.
    pub body: Arc<str>,
}
