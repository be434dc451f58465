//! Which values of an old program's types a new program's types hold, and how they are written there. In: two types.
//! Out: that every value fits, that some do, or why none does.

use super::why::Lost;
use crate::layout::{NO_TYPE, Type};
use crate::program::{SymbolKind, Tables};
use crate::value::{Record, Value};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// How a value is written in the new program.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Conv {
    /// As it is.
    Keep,
    /// An int as a number.
    Number,
    /// A name: for each symbol of the old program that of the new one.
    Symbol(Arc<[Option<u32>]>),
    /// A text, if it is one of these.
    Among(Arc<[Arc<str>]>),
    /// If it is present.
    Present(Arc<Conv>),
    /// Present or not.
    Optional(Arc<Conv>),
    List(Arc<Conv>),
    /// A record of this shape: for each field its place in the old one, and how it is written; absent where it has none.
    Record {
        shape: u32,
        fields: Arc<[Option<(usize, Conv)>]>,
    },
    /// Only absent values fit.
    Absent,
}

/// Whether values of one type fit another.
#[derive(Clone, Debug)]
pub(super) enum Fit {
    /// All of them do.
    Always(Conv),
    /// Some of them do; the first reason why others do not.
    Sometimes(Conv, Misfit),
    /// None does.
    Never(Misfit),
}

/// Why a value does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Misfit {
    /// The types have nothing in common.
    Type,
    /// It may be absent.
    Absent,
    /// It may be this text.
    Text(Arc<str>),
    /// It may be this name of the old program.
    Symbol(SymbolKind, Arc<str>),
}

impl Misfit {
    /// As the reason why a variable's run is lost.
    pub(super) fn of(self, name: &Arc<str>, old: String, new: String) -> Lost {
        let name = Arc::clone(name);
        match self {
            Misfit::Type => Lost::Type { name, old, new },
            Misfit::Absent => Lost::Absent { name, old, new },
            Misfit::Text(text) => Lost::Choice { name, text, new },
            Misfit::Symbol(kind, symbol) => Lost::Symbol { name, kind, symbol },
        }
    }
}

/// Compares the types of two programs, each pair once.
pub(super) struct Types<'p> {
    old: &'p Tables,
    new: &'p Tables,
    /// For each symbol of the old program that of the new one.
    symbols: Arc<[Option<u32>]>,
    known: FxHashMap<(u32, u32), Fit>,
}

impl<'p> Types<'p> {
    /// `decided` has what the source says about symbols.
    pub(super) fn new(
        old: &'p Tables,
        new: &'p Tables,
        decided: &FxHashMap<(SymbolKind, Arc<str>), Option<u32>>,
    ) -> Types<'p> {
        let by_name: FxHashMap<(SymbolKind, &str), u32> =
            (0u32..).zip(&new.symbols).map(|(index, symbol)| ((symbol.kind, &*symbol.name), index)).collect();
        let symbols = old.symbols.iter().map(|symbol| {
            let decision = decided.get(&(symbol.kind, Arc::clone(&symbol.name)));
            match decision {
                Some(new) => *new,
                None => by_name.get(&(symbol.kind, &*symbol.name)).copied(),
            }
        });
        Types { old, new, symbols: symbols.collect(), known: FxHashMap::default() }
    }

    /// Whether values of an old type fit a new one.
    pub(super) fn fit(&mut self, old: u32, new: u32) -> Fit {
        if let Some(known) = self.known.get(&(old, new)) {
            return known.clone();
        }
        let fit = self.compare(old, new);
        self.known.insert((old, new), fit.clone());
        fit
    }

    fn compare(&mut self, old: u32, new: u32) -> Fit {
        let never = Fit::Never(Misfit::Type);
        let (tables, wanted) = (self.old, self.new);
        let (Some(have), Some(want)) = (tables.types.get(old as usize), wanted.types.get(new as usize))
        else {
            return if old == NO_TYPE { Fit::Sometimes(Conv::Absent, Misfit::Type) } else { never };
        };
        match (have, want) {
            (Type::Unknown, Type::Unknown | Type::Optional(_)) => Fit::Sometimes(Conv::Absent, Misfit::Type),
            (Type::Optional(have), Type::Optional(want)) => match self.fit(*have, *want) {
                Fit::Always(conv) => Fit::Always(Conv::Optional(Arc::new(conv))),
                Fit::Sometimes(conv, why) => Fit::Sometimes(Conv::Optional(Arc::new(conv)), why),
                Fit::Never(why) => Fit::Sometimes(Conv::Absent, why),
            },
            (_, Type::Optional(want)) => self.fit(old, *want),
            (Type::Optional(have), _) => match self.fit(*have, new) {
                Fit::Always(conv) => Fit::Sometimes(Conv::Present(Arc::new(conv)), Misfit::Absent),
                Fit::Sometimes(conv, why) => Fit::Sometimes(Conv::Present(Arc::new(conv)), why),
                Fit::Never(why) => Fit::Never(why),
            },
            (Type::Int, Type::Number) => Fit::Always(Conv::Number),
            (Type::Phone | Type::Email | Type::Url | Type::Choice(_), Type::Text) => Fit::Always(Conv::Keep),
            (Type::Choice(have), Type::Choice(want)) => choices(have, want),
            (Type::List(have), Type::List(want)) => match self.fit(*have, *want) {
                Fit::Always(Conv::Keep) => Fit::Always(Conv::Keep),
                Fit::Always(conv) => Fit::Always(Conv::List(Arc::new(conv))),
                Fit::Sometimes(conv, why) => Fit::Sometimes(Conv::List(Arc::new(conv)), why),
                Fit::Never(why) => Fit::Never(why),
            },
            (Type::Record { shape: a, fields: have }, Type::Record { shape: b, fields: want }) => {
                self.records((*a, have), (*b, want))
            }
            (Type::Symbol(have), Type::Symbol(want)) if have == want => self.names(&[*want]),
            (Type::Symbol(SymbolKind::User | SymbolKind::Team) | Type::Recipient, Type::Recipient) => {
                self.names(&[SymbolKind::User, SymbolKind::Team])
            }
            (have, want) => {
                if have == want {
                    Fit::Always(Conv::Keep)
                } else {
                    never
                }
            }
        }
    }

    /// Names of these kinds.
    fn names(&self, kinds: &[SymbolKind]) -> Fit {
        let conv = Conv::Symbol(Arc::clone(&self.symbols));
        let gone = self.old.symbols.iter().zip(self.symbols.iter());
        let mut gone = gone.filter(|(symbol, new)| kinds.contains(&symbol.kind) && new.is_none());
        match gone.next() {
            None => Fit::Always(conv),
            Some((symbol, _)) => Fit::Sometimes(conv, Misfit::Symbol(symbol.kind, Arc::clone(&symbol.name))),
        }
    }

    fn records(&mut self, (a, have): (u32, &[u32]), (b, want): (u32, &[u32])) -> Fit {
        let names = |tables: &'p Tables, shape: u32| {
            tables.shapes.get(shape as usize).map_or(&[][..], |shape| &shape.fields)
        };
        let (had, wanted) = (names(self.old, a), names(self.new, b));
        let mut fields = Vec::with_capacity(want.len());
        let mut misfit = None;
        for (name, ty) in wanted.iter().zip(want) {
            let at = had.iter().position(|had| had == name);
            let Some((at, had)) = at.and_then(|at| Some((at, *have.get(at)?))) else {
                if !matches!(self.new.types.get(*ty as usize), Some(Type::Optional(_))) {
                    return Fit::Never(Misfit::Type);
                }
                fields.push(None);
                continue;
            };
            match self.fit(had, *ty) {
                Fit::Always(conv) => fields.push(Some((at, conv))),
                Fit::Sometimes(conv, why) => {
                    fields.push(Some((at, conv)));
                    misfit = misfit.or(Some(why));
                }
                Fit::Never(why) => return Fit::Never(why),
            }
        }
        let conv = Conv::Record { shape: b, fields: fields.into() };
        match misfit {
            None => Fit::Always(conv),
            Some(why) => Fit::Sometimes(conv, why),
        }
    }
}

fn choices(have: &[Arc<str>], want: &[Arc<str>]) -> Fit {
    match have.iter().find(|text| !want.contains(text)) {
        None => Fit::Always(Conv::Keep),
        Some(gone) if have.iter().any(|text| want.contains(text)) => {
            Fit::Sometimes(Conv::Among(want.into()), Misfit::Text(Arc::clone(gone)))
        }
        Some(gone) => Fit::Never(Misfit::Text(Arc::clone(gone))),
    }
}

impl Conv {
    /// The value in the new program, if it fits.
    pub(super) fn apply(&self, value: &Value) -> Option<Value> {
        match (self, value) {
            (Conv::Keep, value) => Some(value.clone()),
            (Conv::Optional(_) | Conv::Absent, Value::None) => Some(Value::None),
            (Conv::Optional(conv) | Conv::Present(conv), value) => {
                if *value == Value::None {
                    None
                } else {
                    conv.apply(value)
                }
            }
            (Conv::Number, Value::Int(int)) => Some(Value::Number((*int).into())),
            (Conv::Number, Value::Number(_)) => Some(value.clone()),
            (Conv::Symbol(table), Value::Symbol(symbol)) => {
                table.get(*symbol as usize).copied().flatten().map(Value::Symbol)
            }
            // What no source declares is the host's, under every program.
            (Conv::Symbol(_), Value::Undeclared(_)) => Some(value.clone()),
            (Conv::Among(texts), Value::Text(text)) => texts.contains(text).then(|| value.clone()),
            (Conv::List(conv), Value::List(items)) => {
                let items: Option<Vec<Value>> = items.iter().map(|item| conv.apply(item)).collect();
                Some(Value::List(items?.into()))
            }
            (Conv::Record { shape, fields }, Value::Record(record)) => {
                let field = |field: &Option<(usize, Conv)>| match field {
                    None => Some(Value::None),
                    Some((at, conv)) => conv.apply(record.fields.get(*at)?),
                };
                let fields: Option<Vec<Value>> = fields.iter().map(field).collect();
                Some(Value::Record(Arc::new(Record { shape: *shape, fields: fields? })))
            }
            (
                Conv::Absent
                | Conv::Number
                | Conv::Symbol(_)
                | Conv::Among(_)
                | Conv::List(_)
                | Conv::Record { .. },
                _,
            ) => None,
        }
    }
}

/// Whether a value is one of a type, everything in it looked at.
pub(super) fn holds(tables: &Tables, ty: u32, value: &Value) -> bool {
    let Some(ty) = tables.types.get(ty as usize) else { return false };
    match (ty, value) {
        (Type::Unknown | Type::Optional(_), Value::None) => true,
        (Type::Optional(inner), value) => holds(tables, *inner, value),
        (Type::Bool, Value::Bool(_))
        | (Type::Int | Type::Number, Value::Int(_))
        | (Type::Number, Value::Number(_))
        | (Type::Text | Type::Phone | Type::Email | Type::Url, Value::Text(_))
        | (Type::Date, Value::Date(_))
        | (Type::Time, Value::Time(_))
        | (Type::DateTime, Value::DateTime(_))
        | (Type::Duration, Value::Duration(_))
        | (Type::File, Value::File(_))
        | (Type::Json, Value::Json(_)) => true,
        (Type::Choice(texts), Value::Text(text)) => texts.contains(text),
        (Type::List(inner), Value::List(items)) => items.iter().all(|item| holds(tables, *inner, item)),
        (Type::Record { shape, fields }, Value::Record(record)) => {
            record.shape == *shape
                && record.fields.len() == fields.len()
                && fields.iter().zip(&record.fields).all(|(ty, field)| holds(tables, *ty, field))
        }
        (Type::Symbol(_) | Type::Recipient, Value::Undeclared(_)) => true,
        (Type::Symbol(kind), Value::Symbol(symbol)) => is_name(tables, *symbol, &[*kind]),
        (Type::Recipient, Value::Symbol(symbol)) => {
            is_name(tables, *symbol, &[SymbolKind::User, SymbolKind::Team])
        }
        _ => false,
    }
}

fn is_name(tables: &Tables, symbol: u32, kinds: &[SymbolKind]) -> bool {
    tables.symbols.get(symbol as usize).is_some_and(|symbol| kinds.contains(&symbol.kind))
}
