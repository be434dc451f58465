//! Equal constants, regular expressions and messages stand in a program once.

use super::output::index;
use rustc_hash::FxHashMap;
use sbot_vm::program::{Message, Shape};
use sbot_vm::value::Value;
use std::hash::{Hash, Hasher};
use std::mem::discriminant;
use std::sync::Arc;

/// What stands in the tables already.
#[derive(Default)]
pub(super) struct Interner {
    consts: FxHashMap<Constant, u32>,
    regexes: FxHashMap<Arc<str>, u32>,
    messages: FxHashMap<Message, u32>,
    shapes: FxHashMap<(Arc<str>, Vec<Arc<str>>), u32>,
}

impl Interner {
    pub(super) fn constant(&mut self, table: &mut Vec<Value>, value: Value) -> u32 {
        *self.consts.entry(Constant(value)).or_insert_with_key(|key| {
            table.push(key.0.clone());
            index(table.len() - 1)
        })
    }

    pub(super) fn regex(&mut self, table: &mut Vec<Arc<str>>, regex: &Arc<str>) -> u32 {
        *self.regexes.entry(Arc::clone(regex)).or_insert_with(|| {
            table.push(Arc::clone(regex));
            index(table.len() - 1)
        })
    }

    pub(super) fn shape(&mut self, table: &mut Vec<Shape>, shape: Shape) -> u32 {
        *self.shapes.entry((shape.name, shape.fields)).or_insert_with_key(|(name, fields)| {
            table.push(Shape { name: Arc::clone(name), fields: fields.clone() });
            index(table.len() - 1)
        })
    }

    pub(super) fn message(&mut self, table: &mut Vec<Message>, message: Message) -> u32 {
        *self.messages.entry(message).or_insert_with_key(|message| {
            table.push(message.clone());
            index(table.len() - 1)
        })
    }
}

/// A value as a key. Numbers are equal by value (`1.0` and `1.00` are one), an int and a number never are.
#[derive(PartialEq)]
struct Constant(Value);

// No value holds a binary floating point number, so each equals itself.
impl Eq for Constant {}

impl Hash for Constant {
    fn hash<H: Hasher>(&self, state: &mut H) {
        hash_value(&self.0, state);
    }
}

fn hash_value<H: Hasher>(value: &Value, state: &mut H) {
    discriminant(value).hash(state);
    match value {
        Value::None => {}
        Value::Bool(value) => value.hash(state),
        Value::Int(value) | Value::DateTime(value) | Value::Duration(value) => value.hash(state),
        Value::Number(value) => value.hash(state),
        Value::Text(value) | Value::File(value) | Value::Json(value) => value.hash(state),
        Value::Date(value) => value.hash(state),
        Value::Time(value) => value.hash(state),
        Value::Symbol(value) => value.hash(state),
        Value::Undeclared(value) => value.hash(state),
        Value::List(items) => items.iter().for_each(|item| hash_value(item, state)),
        Value::Record(record) => {
            record.shape.hash(state);
            record.fields.iter().for_each(|field| hash_value(field, state));
        }
    }
}
