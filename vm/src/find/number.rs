//! Numbers inside a text, as people write them.

use super::{ascii_digits, digit, is_currency, is_space, joins};
use crate::context::Context;
use rust_decimal::Decimal;
use std::collections::VecDeque;
use std::ops::Range;

/// What a lone `.` or `,` before three digits means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decimals {
    /// `1.500` is one and a half, `1,500` is fifteen hundred: the language's own form, and that of English.
    Point,
    /// `1,500` is one and a half, `1.500` is fifteen hundred.
    Comma,
}

/// Regions that write a decimal point, after the number patterns of CLDR 46 for their main language. Switzerland
/// and Liechtenstein write a point with an apostrophe between groups.
const POINT: &str = "AE AG AI AS AU BB BD BH BM BN BS BT BW BZ CA CC CH CK CN CX DG DM DO EG ER ET FJ FK FM GB GD GG \
    GH GI GM GT GU GY HK HN IE IL IM IN IO IQ JE JM JO JP KE KI KN KP KR KW KY LC LI LK LR LS MH MM MN MO MP MS MT \
    MU MV MW MX MY NF NG NI NP NR NU NZ OM PA PE PG PH PK PN PR PS PW QA SA SB SD SG SH SL SO SS SV SY SZ TC TH TK \
    TO TT TV TW TZ UG UM US VC VG VI VU WS YE ZM ZW";

impl Decimals {
    /// As in the account's region; a point where the account declares none.
    #[must_use]
    pub fn of(context: &Context) -> Decimals {
        match context.account().region.as_deref() {
            Some(region) if !POINT.split(' ').any(|point| point == region) => Decimals::Comma,
            Some(_) | None => Decimals::Point,
        }
    }
}

/// The numbers of a text, in order, each with its place in bytes, sign included.
///
/// - Digits of any script. A number does not touch a letter, an underscore or a fraction sign: `A4`, `4th`, `10k`
///   and `2½` have none, since leaving the rest away would give a wrong value. Letters of scripts
///   without spaces (`3个`, `3개`), `%`, `#` and currency signs may touch it.
/// - A `-`, `−` or `+` directly before it, or before its currency sign, is its sign, unless it joins two things (`10-20`).
/// - Digits in groups of three are one number: `1 000`, `1,000,000`, `1.000.000`, `1'000`; of Indian custom,
///   `12,34,567` as well. If one of the groups is not of three, groups with spaces, commas or apostrophes are numbers
///   of their own (`1, 2,3`), and what is joined by points is no number at all (`22.11.2026`, `1.2.3.4`).
/// - The last one of two different signs is the decimal sign: `1.000,50`, `1,000.50`, `1 000,5`, `1'000.5`.
/// - One `.` or `,` alone is the decimal sign (`12.5`, `12,5`, `0,125`), with one exception: before exactly three
///   digits and after one to three that do not begin with 0, a comma groups where [`Decimals::Point`] is
///   the custom, and a point where [`Decimals::Comma`] is (`1,500`, `1.500`).
/// - `.5` is a half if nothing touches the point. `٫` and `٬` are the decimal and the grouping sign.
/// - What does not fit 28 digits exactly is no number.
pub struct Numbers<'a> {
    text: &'a str,
    at: usize,
    decimals: Decimals,
    ready: VecDeque<(Range<usize>, Decimal)>,
}

/// Digits joined by single signs.
struct Word {
    range: Range<usize>,
    /// ASCII digits, and `.`, `,`, `'` and `d` (a sure decimal sign) between them.
    written: String,
    /// It touches a letter, or is too long.
    bad: bool,
}

/// No number of 28 digits, however grouped, is longer.
const LONGEST: usize = 80;

impl<'a> Numbers<'a> {
    /// Looks for the numbers of `text`.
    #[must_use]
    pub fn new(text: &'a str, decimals: Decimals) -> Self {
        Numbers { text, at: 0, decimals, ready: VecDeque::new() }
    }

    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or("")
    }

    /// The word whose first digit stands at `start`.
    fn word(&self, start: usize) -> Word {
        let mut chars = self.rest(start).char_indices().peekable();
        let mut written = String::new();
        let mut end = start;
        let mut long = false;
        let mut sign = None;
        while let Some((at, c)) = chars.next() {
            if let Some(digit) = digit(c) {
                if written.len() < LONGEST {
                    written.extend(sign.take());
                    written.push(digit);
                } else {
                    long = true;
                }
                end = start + at + c.len_utf8();
            } else {
                sign = match c {
                    '.' | ',' | '\'' => Some(c),
                    '’' | '٬' => Some('\''),
                    '٫' => Some('d'),
                    _ => None,
                };
                if sign.is_none() || chars.peek().is_none_or(|(_, next)| digit(*next).is_none()) {
                    break;
                }
            }
        }
        let touched = |c: char| joins(c) || c == '_' || (c.is_numeric() && digit(c).is_none());
        let before = self.text.get(..start).and_then(|text| text.chars().next_back());
        let after = self.rest(end).chars().next();
        let bad = long || before.is_some_and(touched) || after.is_some_and(touched);
        Word { range: start..end, written, bad }
    }

    /// Reads what begins with the digit at `start`, and puts its numbers into `ready`.
    fn read(&mut self, start: usize) {
        let mut words = vec![self.word(start)];
        let mut grouped = words
            .iter()
            .all(|word| !word.bad && is_digits(&word.written, 1..=3) && !word.written.starts_with('0'))
            && self.text.get(..start).is_some_and(|before| !before.ends_with('.'));
        let mut open = grouped;
        while open {
            let end = words.last().map_or(start, |word| word.range.end);
            let mut next = self.rest(end).chars();
            let Some(space) = next.next().filter(|c| is_space(*c)) else { break };
            if next.next().and_then(digit).is_none() {
                break;
            }
            let word = self.word(end + space.len_utf8());
            let (whole, fraction) = split_fraction(&word.written);
            if !is_digits(whole, 3..=3) {
                grouped = false;
                break;
            }
            // A word that touches letters is part of the number, which then is none: `1 000kg` is not 1.
            open = fraction.is_none() && !word.bad;
            words.push(word);
        }
        self.at = words.last().map_or(start + 1, |word| word.range.end);
        if grouped && words.len() > 1 {
            if words.iter().all(|word| !word.bad) {
                let mut number = String::new();
                for word in &words {
                    number.push_str(&word.written.replace([',', 'd'], "."));
                }
                self.push(start..self.at, &number);
            }
            return;
        }
        for word in words.iter().filter(|word| !word.bad) {
            match reading(&word.written, self.decimals) {
                Reading::One(number) => self.push(word.range.clone(), &number),
                Reading::None => {}
                Reading::Many => {
                    for part in parts(self.text, &word.range) {
                        self.push(part.clone(), &ascii_digits(self.text.get(part).unwrap_or("")));
                    }
                }
            }
        }
    }

    /// Takes a number, with the sign before it.
    fn push(&mut self, range: Range<usize>, number: &str) {
        let mut before = self.text.get(..range.start).unwrap_or("").chars().rev().peekable();
        let mut start = range.start;
        let mut number = String::from(number);
        let mut skip = |taken: Option<char>| start -= taken.map_or(0, char::len_utf8);
        if number.bytes().all(|byte| byte.is_ascii_digit()) && before.peek() == Some(&'.') {
            let mut further = before.clone();
            further.next();
            if further
                .peek()
                .is_none_or(|c| c.is_whitespace() || matches!(c, '-' | '−' | '+' | '(') || is_currency(*c))
            {
                skip(before.next());
                number.insert_str(0, "0.");
            }
        }
        let mut signed = before.clone();
        let currency = signed.next_if(|c| is_currency(*c));
        if let Some(sign) = signed.next_if(|c| matches!(c, '-' | '−' | '+')) {
            let joins = |c: &char| {
                c.is_alphanumeric()
                    || digit(*c).is_some()
                    || matches!(c, '-' | '−' | '+' | ')' | ']' | '.' | '_')
            };
            if !signed.peek().is_some_and(joins) {
                skip(currency);
                skip(Some(sign));
                if sign != '+' {
                    number.insert(0, '-');
                }
            }
        }
        if let Some(value) = exact(&number) {
            self.ready.push_back((start..range.end, value));
        }
    }
}

impl Iterator for Numbers<'_> {
    type Item = (Range<usize>, Decimal);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(number) = self.ready.pop_front() {
                return Some(number);
            }
            let rest = self.rest(self.at);
            let offset = rest.char_indices().find(|(_, c)| digit(*c).is_some()).map(|(at, _)| at)?;
            self.read(self.at + offset);
        }
    }
}

enum Reading {
    One(String),
    Many,
    None,
}

/// Decides what the signs inside a word mean.
fn reading(word: &str, decimals: Decimals) -> Reading {
    let signs: Vec<char> = word.chars().filter(|c| !c.is_ascii_digit()).collect();
    let Some((&last, earlier)) = signs.split_last() else { return Reading::One(word.to_owned()) };
    let (whole, fraction) = word.rsplit_once(last).unwrap_or((word, ""));
    let decimal = |whole: &str| Reading::One(format!("{}.{fraction}", without_signs(whole)));
    if let Some(&group) = earlier.first()
        && group != last
    {
        // Two kinds of signs: the last is the decimal one, and all before it group.
        let sure = group != 'd' && last != '\'' && earlier.iter().all(|sign| *sign == group);
        return if sure && is_grouped(whole, group) { decimal(whole) } else { Reading::None };
    }
    match last {
        'd' if earlier.is_empty() => decimal(whole),
        'd' => Reading::None,
        '\'' if is_grouped(word, last) => Reading::One(without_signs(word)),
        '\'' => Reading::Many,
        _ if earlier.is_empty() => {
            let groups = last == if decimals == Decimals::Point { ',' } else { '.' };
            if groups && is_grouped(word, last) { Reading::One(without_signs(word)) } else { decimal(whole) }
        }
        _ if is_grouped(word, last) => Reading::One(without_signs(word)),
        ',' => Reading::Many,
        _ => Reading::None,
    }
}

/// The places of the digits between the signs of a word.
fn parts(text: &str, range: &Range<usize>) -> Vec<Range<usize>> {
    let mut parts = Vec::new();
    let mut start = range.start;
    for (at, c) in text.get(range.clone()).unwrap_or("").char_indices() {
        if digit(c).is_none() {
            parts.push(start..range.start + at);
            start = range.start + at + c.len_utf8();
        }
    }
    parts.push(start..range.end);
    parts
}

/// Whether `sign` parts the digits into groups of three, or as in `12,34,567`.
fn is_grouped(word: &str, sign: char) -> bool {
    let mut groups = word.split(sign);
    let first = groups.next().unwrap_or("");
    let groups: Vec<&str> = groups.collect();
    let Some((last, middle)) = groups.split_last() else { return false };
    if !is_digits(first, 1..=3) || first.starts_with('0') || !is_digits(last, 3..=3) {
        return false;
    }
    middle.iter().all(|group| is_digits(group, 3..=3))
        || (sign == ',' && first.len() <= 2 && middle.iter().all(|group| is_digits(group, 2..=2)))
}

fn without_signs(word: &str) -> String {
    word.chars().filter(char::is_ascii_digit).collect()
}

fn is_digits(word: &str, length: std::ops::RangeInclusive<usize>) -> bool {
    length.contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit())
}

fn split_fraction(word: &str) -> (&str, Option<&str>) {
    match word.split_once(['.', ',', 'd']) {
        Some((whole, fraction)) if is_digits(fraction, 1..=LONGEST) => (whole, Some(fraction)),
        Some(_) | None => (word, None),
    }
}

/// A number of ASCII digits with at most one `.`, if it can be held without rounding.
pub(super) fn exact(number: &str) -> Option<Decimal> {
    Decimal::from_str_exact(number).ok().map(|value| value.normalize())
}
