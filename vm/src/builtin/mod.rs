//! The built-in functions: what `std/prelude.sbot` declares, one row per overload, and the pattern tests.
//!
//! One table gives each function its number in bytecode, its name for the compiler, its arity and its
//! documentation. Two rules hold for all of them, and are kept in one place: a call with another number of
//! arguments is [`TrapKind::WrongKind`], and an absent argument gives `false` from a test, `null` from `json_of`, and
//! an absent value from everything else, before the function sees it. No function reads a clock, has an effect, or panics; none takes more
//! than linear time, but for sorting and for formats of dates; none builds more than a small multiple of [`MAX_BUILT`].
//!
//! To add one: append a row with a new number, and write its function in the file of its kind.

use crate::compare;
use crate::context::{Context, MAX_BUILT};
use crate::trap::TrapKind;
use crate::value::Value;
use std::cmp::Ordering;

mod date;
mod json;
mod json_write;
mod language;
mod list;
mod money;
mod number;
mod pattern;
mod text;
mod words;

pub(crate) use list::shown_texts;

/// A row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Builtin {
    /// Its number in bytecode, for ever.
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
        /// All built-in functions, in order of number. Numbers are only ever appended; not every number has a row.
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
    (@ null) => { Value::Json("null".into()) };
}

// number name / arity, `value`, `test` or `null`: what an absent argument gives.
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
    48 "options" / 1 value list::options, "[text] -> [text]: what `buttons from` shows: texts that are equal once trimmed stand once, empty ones not at all";
    49 "first_options" / 1 value list::first_options, "[T] -> [T]: as many of the first elements as a message has buttons";
    50 "hours_open" / 2 test date::hours_open, "hours, datetime -> bool: the hours are open at that moment";
    51 "json_of" / 1 null json_write::of, "T -> json: a text, number, bool or list as such, a record as an object, a reference by its name, any other value as its text";
    52 "opens_in" / 2 value date::opens_in, "hours, datetime -> duration?: how long until they open, 0s if they are open; absent if that is over 400 days";
    60 "title_case" / 1 value words::title_case, "text -> text: each word that is in one case only begins with a capital letter";
    61 "words" / 1 value words::words, "text -> [text]: what stands between white space";
    62 "substring" / 3 value words::substring, "text, from: int, count: int -> text: grapheme clusters, the first is 0; from below 0 counts from the end";
    63 "repeat" / 2 value words::repeat, "text, times: int -> text: one after the other; nothing below 1";
    64 "without_accents" / 1 value words::without_accents, "text -> text: Latin and Greek letters without their accents";
    65 "slug" / 1 value words::slug, "text -> text: lower case, without accents, everything but letters and digits a single -";
    66 "only_digits" / 1 value words::only_digits, "text -> text: its decimal digits of any script, as 0 to 9";
    67 "without_emoji" / 1 value words::without_emoji, "text -> text: without emoji and the spaces they would leave";
    68 "text_before" / 2 value words::before, "text, mark: text -> text?: what stands before the first mark";
    69 "text_after" / 2 value words::after, "text, mark: text -> text?: what stands after the first mark";
    70 "url_encode" / 1 value words::url_encode, "text -> text: percent-encoded, but for letters, digits and -._~";
    71 "phone_written" / 1 value money::phone_written, "phone -> text: in groups, with its country's code";
    72 "phone_country" / 1 value money::phone_country, "phone -> text?: the ISO 3166 code of its country";
    73 "json_parse" / 1 value json_write::parse, "text -> json?: compact, if the text is JSON";
    74 "group_number" / 1 value money::group, "number -> text: in groups, with all its decimals, as the account's region writes it";
    75 "group_number_places" / 2 value money::group_places, "number, places: int -> text: the same with so many decimals, half to even";
    76 "money" / 3 value money::money, "number, currency: text, short: bool -> text: an amount as the account's region writes it; short leaves out decimals that are all 0";
    77 "account_money" / 2 value money::account_money, "number, short: bool -> text: the same in the account's currency";
    78 "year_of" / 1 value date::year_of, "date -> int: its year";
    79 "month_of" / 1 value date::month_of, "date -> int: its month, 1 to 12";
    80 "day_of" / 1 value date::day_of, "date -> int: its day of the month";
    81 "make_date" / 3 value date::make_date, "year: int, month: int, day: int -> date?: if there is such a date";
    82 "minutes_of" / 1 value date::minutes_of, "time -> int: minutes since midnight";
    83 "make_time" / 2 value date::make_time, "hour: int, minute: int -> time?: if there is such a time";
    84 "seconds_of" / 1 value date::seconds_of, "duration -> int: how many seconds it has";
    85 "add_months" / 2 value date::add_months, "date, months: int -> date: the same day of another month, or its last";
    86 "day_name" / 2 value date::day_name, "date, language: text -> text: the day of the week";
    87 "month_name" / 2 value date::month_name, "date, language: text -> text: the month, as it stands beside a day";
    88 "date_text" / 2 value date::from_text, "text, today: date -> date?: as people write dates; without a year the next one";
    89 "time_text" / 1 value date::time_from_text, "text -> time?: as people write times";
    90 "reverse" / 1 value list::reverse, "[T] -> [T]: the last element first";
    91 "distinct" / 1 value list::distinct, "[T] -> [T]: without those that are equal to one before";
    92 "slice" / 3 value list::slice, "[T], from: int, count: int -> [T]: the first is 0; from below 0 counts from the end";
    93 "flatten" / 1 value list::flatten, "[[T]] -> [T]: the elements of all lists";
    94 "index_of" / 2 value list::index_of, "[T], T -> int?: where the first equal element is";
    95 "count_of" / 2 value list::count_of, "[T], T -> int: how many elements are equal to it";
    96 "without" / 2 value list::without, "[T], others: [T] -> [T]: the elements that are equal to none of the others";
    97 "range" / 2 value list::range, "from: int, to: int -> [int]: all from the one to the other, both included";
   110 "language_index" / 2 value language::index, "text, [text] -> int: where a language is among others, or the language it is a kind of; 0 for an unknown one";
}

/// The function of this name.
#[must_use]
pub fn builtin(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name)
}

/// The function of this number.
#[must_use]
pub fn numbered(number: u16) -> Option<&'static Builtin> {
    BUILTINS.binary_search_by_key(&number, |row| row.number).ok().and_then(|at| BUILTINS.get(at))
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
    use super::{BUILTINS, builtin, numbered};
    use std::collections::HashSet;

    #[test]
    fn numbers_ascend_and_names_are_unique() {
        assert!(BUILTINS.is_sorted_by(|a, b| a.number < b.number));
        let mut names = HashSet::new();
        for row in BUILTINS {
            assert!(names.insert(row.name), "{} stands twice", row.name);
            assert!(builtin(row.name).is_some_and(|found| found.number == row.number));
            assert!(numbered(row.number).is_some_and(|found| found.name == row.name));
            assert!(!row.doc.is_empty());
        }
    }
}
