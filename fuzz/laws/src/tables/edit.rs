//! Changes of tables and of code. A change of a table knows nothing of what it means: it works on the tree that any
//! serialisation sees, so a table that is new is changed, too.

use super::Tree;
use crate::input::Input;
use sbot_vm::builtin::BUILTINS;
use sbot_vm::op::{Info, Op, Role, TABLE};
use serde_json::Value;

/// What is longer is not multiplied: several changes of one place would make more of it than any file has.
const MOST: usize = 300;

/// Changes something in one of the tables.
pub(super) fn table(tables: &mut Value, input: &mut Input<'_>) {
    let Value::Object(all) = tables else { return };
    let at = input.below(all.len());
    let Some(table) = all.values_mut().nth(at) else { return };
    let nodes = count(table);
    if nodes > 50_000 {
        return;
    }
    let (to, from) = (input.below(nodes), input.below(nodes));
    let choice = input.byte();
    // A copy of what stands elsewhere in the same table mostly has the right shape.
    if choice < 0x60 {
        let Some(copy) = node(table, &mut { from }).cloned() else { return };
        if let Some(place) = node(table, &mut { to })
            && (choice < 0x10 || std::mem::discriminant(place) == std::mem::discriminant(&copy))
        {
            *place = copy;
        }
    } else if let Some(place) = node(table, &mut { to }) {
        other(place, input);
    }
}

fn children(value: &mut Value) -> Vec<&mut Value> {
    if let Value::Array(items) = value {
        items.iter_mut().collect()
    } else if let Value::Object(fields) = value {
        fields.values_mut().collect()
    } else {
        Vec::new()
    }
}

/// How many nodes a tree has.
fn count(value: &Value) -> usize {
    1 + if let Value::Array(items) = value {
        items.iter().map(count).sum()
    } else if let Value::Object(fields) = value {
        fields.values().map(count).sum()
    } else {
        0
    }
}

/// The node of this number, a parent before its children.
fn node<'v>(value: &'v mut Value, number: &mut usize) -> Option<&'v mut Value> {
    if *number == 0 {
        return Some(value);
    }
    *number -= 1;
    for child in children(value) {
        let size = count(child);
        if *number < size {
            return node(child, number);
        }
        *number -= size;
    }
    None
}

/// Another value of the same shape.
fn other(place: &mut Value, input: &mut Input<'_>) {
    match place {
        Value::Null => *place = Value::from(input.below(8)),
        Value::Bool(flag) => *flag = !*flag,
        Value::Number(number) => {
            let old = number.as_i64().unwrap_or_default();
            *place = match input.byte() % 8 {
                0 => Value::Null,
                1 => Value::from(old.wrapping_add(1)),
                2 => Value::from(old.wrapping_sub(1)),
                3 => Value::from(input.int() as u32),
                4 => Value::from(input.int() as u16),
                5 => Value::from(input.int().cast_unsigned()),
                6 => Value::from(input.int()),
                _ => Value::from(input.below(16)),
            };
        }
        Value::String(text) => match input.byte() % 4 {
            0 => text.clear(),
            1 if text.len() < MOST => *text = text.repeat(usize::from(input.byte())),
            2 => *place = Value::Null,
            _ => text.push_str(&input.text()),
        },
        Value::Array(items) => several(items, input),
        Value::Object(fields) => {
            let mut values: Vec<&mut Value> = fields.values_mut().collect();
            let (a, b) = (input.below(values.len()), input.below(values.len()));
            if let [first, .., last] = values.get_mut(a.min(b)..=a.max(b)).unwrap_or_default() {
                std::mem::swap(*first, *last);
            }
        }
    }
}

fn several(items: &mut Vec<Value>, input: &mut Input<'_>) {
    let at = input.below(items.len());
    let Some(item) = items.get(at).cloned() else {
        items.push(Value::from(input.below(8)));
        return;
    };
    match input.byte() % 8 {
        0..=2 => drop(items.remove(at)),
        3 => items.truncate(at),
        4 if items.len() < MOST => items.extend(std::iter::repeat_n(item, usize::from(input.byte()))),
        5 => items.rotate_left(at),
        _ => items.insert(at, item),
    }
}

/// Changes an instruction, or moves some.
pub(super) fn code(code: &mut Vec<Op>, tree: &Tree, input: &mut Input<'_>) {
    let (at, from) = (input.below(code.len()), input.below(code.len()));
    match input.byte() % 16 {
        0..=4 => {
            let row = input.one_of(TABLE);
            if let (Some(made), Some(place)) =
                (row.and_then(|row| build(row, code.len(), tree, input)), code.get_mut(at))
            {
                *place = made;
            }
        }
        5..=9 => {
            let wanted = input.below(4);
            let length = code.len();
            if let Some(place) = code.get_mut(at)
                && let Some(op) = with_other_operand(*place, wanted, length, tree, input)
            {
                *place = op;
            }
        }
        10..=11 => {
            let code = code.get_mut(at.min(from)..=at.max(from)).unwrap_or_default();
            if let [first, .., last] = code {
                std::mem::swap(first, last);
            }
        }
        12..=13 => {
            if let Some(copy) = code.get(from).copied()
                && let Some(place) = code.get_mut(at)
            {
                *place = copy;
            }
        }
        14 => {
            if let Some(copy) = code.get(from).copied() {
                code.insert(at, copy);
            }
        }
        _ => code.truncate(at),
    }
}

/// An instruction whose operands point at something, mostly.
fn build(row: &Info, length: usize, tree: &Tree, input: &mut Input<'_>) -> Option<Op> {
    let mut takes = None;
    let mut operands = row.operands.iter();
    Op::build(row.number, || {
        let (_, role) = operands.next()?;
        Some(operand(*role, length, tree, &mut takes, input))
    })
}

fn with_other_operand(
    op: Op,
    wanted: usize,
    length: usize,
    tree: &Tree,
    input: &mut Input<'_>,
) -> Option<Op> {
    let mut values = Vec::new();
    op.operands(|operand| values.push((operand.role, operand.value)));
    let at = wanted % values.len().max(1);
    if let Some((role, value)) = values.get_mut(at) {
        *value = operand(*role, length, tree, &mut None, input);
    }
    let mut values = values.into_iter();
    Op::build(op.number(), || values.next().map(|(_, value)| value))
}

fn operand(role: Role, length: usize, tree: &Tree, takes: &mut Option<usize>, input: &mut Input<'_>) -> i64 {
    if input.seldom() {
        return input.int();
    }
    let rows = |table: &str| tree.tables.get(table).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let listed = |row: Option<&Value>, list: &str| {
        row.and_then(|row| row.get(list)).and_then(Value::as_array).map_or(0, Vec::len)
    };
    let at = match role {
        Role::Read | Role::Write | Role::Update | Role::Args | Role::Var | Role::BotReg => input.below(8),
        Role::Count => takes.unwrap_or_else(|| input.below(4)),
        Role::Target | Role::BotTarget => input.below(length),
        Role::Const => input.below(rows("consts").len()),
        Role::Function => {
            let at = input.below(rows("functions").len());
            let params = rows("functions").get(at).and_then(|row| row.get("params")).and_then(Value::as_u64);
            *takes = params.and_then(|params| usize::try_from(params).ok());
            at
        }
        Role::Builtin => {
            let row = input.one_of(BUILTINS);
            *takes = row.map(|row| usize::from(row.arity));
            row.map_or(0, |row| usize::from(row.number))
        }
        Role::Field => input.below(rows("fields").len()),
        Role::Action => {
            let at = input.below(rows("actions").len());
            *takes = Some(listed(rows("actions").get(at), "params"));
            at
        }
        Role::Message => input.below(rows("messages").len()),
        Role::Wait => input.below(rows("waits").len()),
        Role::Shape => {
            let at = input.below(rows("shapes").len());
            *takes = Some(listed(rows("shapes").get(at), "fields"));
            at
        }
        Role::Regex => input.below(rows("regexes").len()),
        Role::Call => input.below(rows("calls").len()),
        Role::Bot => {
            let at = input.below(rows("bots").len());
            *takes = Some(listed(rows("bots").get(at), "params"));
            at
        }
        Role::Counter => input.below(rows("counters").len()),
        Role::Small => return input.int(),
    };
    at as i64
}
