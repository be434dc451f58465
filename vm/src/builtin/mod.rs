//! The built-in functions: what `std/prelude.sbot` declares, one row per overload, and the pattern tests.
//!
//! One table gives each function its number in bytecode, its name for the compiler, its arity and its
//! documentation. Two rules hold for all of them, and are kept in one place: a call with another number of
//! arguments is [`TrapKind::WrongKind`], and an absent argument gives `false` from a test and an absent value from
//! everything else, before the function sees it. No function reads a clock, has an effect, or panics; none takes more
//! than linear time, but for sorting and for formats of dates; none builds more than a small multiple of [`MAX_BUILT`].
//!
//! To add one: append a row with the next number, and write its function in the file of its kind.

use crate::compare;
use crate::context::{Context, MAX_BUILT};
use crate::trap::TrapKind;
use crate::value::Value;
use std::cmp::Ordering;

mod date;
mod json;
mod list;
mod number;
mod pattern;
mod text;

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its number in bytecode: its place in [`BUILTINS`], for ever.
    pub number: u16,
    /// Its name for the compiler.
    pub name: &'static str,
    /// How many arguments it takes.
    pub arity: u8,
    /// Calls it.
    pub run: fn(&Context, &[Value]) -> Result<Value, TrapKind>,
    /// Its type and what it does.
    pub doc: &'static str,
}

/// What all functions give back.
type Answer = Result<Value, TrapKind>;

macro_rules! builtins {
    ($( $number:literal $name:literal / $arity:literal $absent:ident $function:path, $doc:literal; )*) => {
        /// All built-in functions, by number. Numbers are only ever appended.
        pub const BUILTINS: &[Builtin] = &[ $(
            Builtin {
                number: $number,
                name: $name,
                arity: $arity,
                run: |context, args| call(context, args, $arity, || builtins!(@ $absent), $function),
                doc: $doc,
            },
        )* ];
    };
    (@ value) => { Value::None };
    (@ test) => { Value::Bool(false) };
}

// number name / arity, `value` or `test`: what an absent argument gives.
builtins! {
     0 "len_text" / 1 value text::len, "text -> int: how many grapheme clusters it has";
     1 "len_list" / 1 value list::len, "[T] -> int: how many elements it has";
     2 "lower" / 1 value text::lower, "text -> text: in lower case, by Unicode's rules without a locale";
     3 "upper" / 1 value text::upper, "text -> text: in upper case, by Unicode's rules without a locale";
     4 "trim" / 1 value text::trim, "text -> text: without the white space at both ends";
     5 "replace" / 3 value text::replace, "text, from: text, to: text -> text: every `from` is `to`, from the left; an empty `from` replaces nothing";
     6 "split" / 2 value text::split, "text, by: text -> [text]: the parts between every `by`; an empty `by` gives the grapheme clusters";
     7 "join" / 2 value list::join, "[T], by: text -> text: the elements as texts with `by` between them; absent ones are left out";
     8 "starts_with" / 2 test text::starts_with, "text, text -> bool: exact";
     9 "ends_with" / 2 test text::ends_with, "text, text -> bool: exact";
    10 "number_text" / 1 value number::from_text, "text -> number?: the number that is all of the text; the language's own form, or as people write it";
    11 "int_text" / 1 value number::int_from_text, "text -> int?: as number_text, if the number is whole and fits";
    12 "round" / 2 value number::round, "number, places: int -> number: half to even; negative places round to tens, hundreds …";
    13 "floor" / 1 value number::floor, "number -> int: the largest that is not greater";
    14 "ceil" / 1 value number::ceil, "number -> int: the smallest that is not less";
    15 "min" / 2 value number::min, "T, T -> T: the lesser, the first of equals";
    16 "max" / 2 value number::max, "T, T -> T: the greater, the first of equals";
    17 "abs" / 1 value number::abs, "number -> number: without its sign; a duration too";
    18 "sum" / 1 value number::sum, "[number] -> number: 0 for an empty list";
    19 "sort" / 1 value list::sort, "[T] -> [T]: ascending, equals in their order";
    20 "first" / 1 value list::first, "[T] -> T?: the first element";
    21 "last" / 1 value list::last, "[T] -> T?: the last element";
    22 "date_of" / 1 value date::date_of, "datetime -> date: in the account's zone";
    23 "time_of" / 1 value date::time_of, "datetime -> time: in the account's zone, seconds dropped";
    24 "datetime_of" / 2 value date::datetime_of, "date, time -> datetime: in the account's zone; a time the clocks skip counts from before the change, one they show twice is the first";
    25 "weekday" / 1 value date::weekday, "date -> \"mon\" | … | \"sun\"";
    26 "format_number" / 2 value number::format, "number, places: int -> text: with exactly so many decimals, 0 to 28, half to even";
    27 "format_datetime" / 2 value date::format_datetime, "datetime, pattern: text -> text: strftime, in the account's zone";
    28 "format_date" / 2 value date::format_date, "date, pattern: text -> text: strftime";
    29 "json_field" / 2 value json::field, "json?, name: text -> json?: the last field of that name in an object; `null` is absent";
    30 "json_index" / 2 value json::index, "json?, int -> json?: the element of an array; `null` is absent";
    31 "json_text" / 1 value json::text, "json? -> text?: a string";
    32 "json_int" / 1 value json::int, "json? -> int?: a number, if it is whole and fits";
    33 "json_number" / 1 value json::number, "json? -> number?: a number, if it can be held exactly";
    34 "json_bool" / 1 value json::bool, "json? -> bool?: true or false";
    35 "json_items" / 1 value json::items, "json? -> [json]?: the elements of an array, `null` among them";
    36 "fold_eq" / 2 test pattern::fold_eq, "text, text -> bool: equal once folded";
    37 "contains_words" / 2 test pattern::contains_words, "text, needle: text -> bool: holds it as whole words, both folded";
    38 "find_phone" / 1 value pattern::phone, "text -> phone?: the first valid number, in E.164";
    39 "find_email" / 1 value pattern::email, "text -> email?: the first address";
    40 "find_number" / 1 value pattern::number, "text -> number?: the first number, as written in the account's region";
    41 "find_number_in" / 3 value pattern::number_in, "text, from: number, to: number -> number?: the first number between them, both included";
    42 "has_letters" / 1 test pattern::has_letters, "text -> bool: has a letter of any script";
    43 "has_digits" / 1 test pattern::has_digits, "text -> bool: has a decimal digit of any script";
    44 "length_is" / 2 test pattern::length_is, "text, int -> bool: has exactly so many grapheme clusters";
    45 "length_in" / 3 test pattern::length_in, "text, from: int, to: int -> bool: how many grapheme clusters it has lies between them, both included";
    46 "in_range" / 3 test pattern::in_range, "T, from: T, to: T -> bool: lies between them, both included";
    47 "append" / 2 value list::append, "[T], [T] -> [T]: the elements of the first, then those of the second";
}

/// The function of this name.
#[must_use]
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name)
}

/// The two rules of the table.
fn call(
    context: &Context,
    args: &[Value],
    arity: u8,
    absent: impl Fn() -> Value,
    function: impl Fn(&Context, &[Value]) -> Answer,
) -> Answer {
    if args.len() != usize::from(arity) {
        return Err(TrapKind::WrongKind);
    }
    if args.contains(&Value::None) {
        return Ok(absent());
    }
    function(context, args)
}

/// The order of two values, if they have one.
fn order(a: &Value, b: &Value) -> Option<Ordering> {
    compare::order(a, b).ok().flatten()
}

/// A text as a result, unless it is too long.
fn built(text: String) -> Answer {
    fits(text.len())?;
    Ok(Value::Text(text.into()))
}

/// Whether a result of so many bytes may be built.
fn fits(bytes: usize) -> Result<(), TrapKind> {
    if bytes > MAX_BUILT { Err(TrapKind::OutOfMemory) } else { Ok(()) }
}

/// What a list of `count` texts, or the like, takes beside their content.
fn list_bytes(count: usize) -> usize {
    count.saturating_mul(48)
}

#[cfg(test)]
mod tests {
    use super::{BUILTINS, builtin};
    use std::collections::HashSet;

    #[test]
    fn numbers_are_places_and_names_are_unique() {
        let mut names = HashSet::new();
        for (place, row) in BUILTINS.iter().enumerate() {
            assert_eq!(usize::from(row.number), place, "{}", row.name);
            assert!(names.insert(row.name), "{} stands twice", row.name);
            assert!(builtin(row.name).is_some_and(|found| found.number == row.number));
            assert!(!row.doc.is_empty());
        }
    }
}
