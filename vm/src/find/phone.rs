//! Phone numbers inside a text.

use super::{digit, is_currency, is_space};
use crate::context::Context;
use phonenumber::country::{self, Source};
use phonenumber::metadata::DATABASE;

/// Fewer digits are never tried: a shop's short codes and amounts are not phone numbers.
const MIN_DIGITS: usize = 5;
/// E.164 allows 15; a prefix for calling abroad (`0011`) and a trunk `0` come on top.
const MAX_DIGITS: usize = 20;
/// How many readings of one text are given to libphonenumber. Each may compile regular expressions.
const MAX_TRIES: u32 = 64;
/// How many groups of digits one candidate has at most; the next begins a new one.
const MAX_GROUPS: usize = 64;
/// How many signs can stand between two groups of one number: `) - `.
const MAX_GAP: usize = 4;

/// The first valid phone number in a text, in E.164.
///
/// Digits of any script, in groups joined by up to four spaces, dashes, dots, slashes or brackets, are a candidate;
/// anything else ends it, and a `+` begins one. Not taken are a group that touches a Latin letter, a `%`, an `@`
/// or a currency sign, and three groups that are a date. Of a candidate the longest run of whole groups
/// from the left that libphonenumber calls valid is the number: with a `+` by itself, without in the account's
/// region, where that region's prefix for calling abroad counts as a `+`. Without a region only `+` and `00` count.
/// An extension is dropped. After 64 readings without success the text has none.
#[must_use]
pub fn phone(text: &str, context: &Context) -> Option<String> {
    let mut search = Search { region: context.region, tries: MAX_TRIES, groups: Vec::new(), plus: false };
    let mut gap = 0_usize;
    let mut between = None;
    let mut last: Option<char> = None;
    for (at, c) in text.char_indices() {
        if is_invisible(c) {
            continue;
        }
        let touches = search.is_open() && gap == 0;
        if let Some(digit) = digit(c) {
            if touches && !search.plus {
                search.push(digit);
            } else {
                if search.groups.len() >= MAX_GROUPS
                    && let found @ Some(_) = search.close()
                {
                    return found;
                }
                let spoiled = last.is_some_and(|c| is_latin(c) || is_currency(c));
                search.open(digit, if gap == 1 { between } else { None }, spoiled);
            }
            gap = 0;
        } else if is_separator(c) {
            gap += 1;
            between = Some(c);
            if gap > MAX_GAP
                && let found @ Some(_) = search.close()
            {
                return found;
            }
        } else {
            if touches && spoils(text.get(at..).unwrap_or("")) {
                search.spoil();
            }
            if let found @ Some(_) = search.close() {
                return found;
            }
            search.plus = matches!(c, '+' | '＋') && !last.is_some_and(is_latin);
            gap = 0;
        }
        if search.tries == 0 {
            return None;
        }
        last = Some(c);
    }
    search.close()
}

/// A group of digits of a candidate.
struct Group {
    digits: String,
    /// It comes after a `+`.
    plus: bool,
    /// The sign before it, if there is just one.
    between: Option<char>,
    /// It belongs to a word or an amount.
    spoiled: bool,
}

struct Search {
    region: Option<country::Id>,
    tries: u32,
    groups: Vec<Group>,
    /// A `+` waits for its first digit.
    plus: bool,
}

impl Search {
    fn is_open(&self) -> bool {
        !self.groups.is_empty()
    }

    fn open(&mut self, digit: char, between: Option<char>, spoiled: bool) {
        let plus = std::mem::take(&mut self.plus);
        self.groups.push(Group { digits: String::from(digit), plus, between, spoiled });
    }

    fn push(&mut self, digit: char) {
        // One more than allowed is enough to see that it is too long.
        if let Some(group) = self.groups.last_mut().filter(|group| group.digits.len() <= MAX_DIGITS) {
            group.digits.push(digit);
        }
    }

    fn spoil(&mut self) {
        if let Some(group) = self.groups.last_mut() {
            group.spoiled = true;
        }
    }

    /// Ends the candidate and reads it.
    fn close(&mut self) -> Option<String> {
        self.plus = false;
        let mut groups = std::mem::take(&mut self.groups);
        spoil_dates(&mut groups);
        let mut rest = groups.as_slice();
        while let Some((_, after)) = rest.split_first() {
            if let found @ Some(_) = self.longest(rest) {
                return found;
            }
            rest = after;
        }
        None
    }

    /// The longest valid run of groups from the first one on.
    fn longest(&mut self, groups: &[Group]) -> Option<String> {
        let plus = groups.first().is_some_and(|group| group.plus);
        let mut number = String::new();
        let mut ends = Vec::new();
        for (index, group) in groups.iter().enumerate() {
            if group.spoiled || (index > 0 && group.plus) || number.len() + group.digits.len() > MAX_DIGITS {
                break;
            }
            number.push_str(&group.digits);
            if number.len() >= MIN_DIGITS {
                ends.push(number.len());
            }
        }
        ends.into_iter().rev().find_map(|end| self.read(number.get(..end)?, plus))
    }

    fn read(&mut self, digits: &str, plus: bool) -> Option<String> {
        if plus {
            return self.parse(None, &format!("+{digits}"));
        }
        let Some(region) = self.region else {
            return self.parse(None, &format!("+{}", digits.strip_prefix("00")?));
        };
        let metadata = DATABASE.by_id(region.as_ref())?;
        if let Some(abroad) = metadata.international_prefix().and_then(|prefix| prefix.find(digits))
            && abroad.start() == 0
        {
            // Read as a number of the region, it would lose what looks like the region's own prefixes.
            let rest = digits.get(abroad.end()..)?;
            if let found @ Some(_) = self.parse(None, &format!("+{rest}")) {
                return found;
            }
        }
        self.parse(Some(region), digits)
    }

    /// libphonenumber's word on it.
    fn parse(&mut self, region: Option<country::Id>, written: &str) -> Option<String> {
        self.tries = self.tries.checked_sub(1)?;
        let number = phonenumber::parse(region, written).ok()?;
        // Such a number was given up above; see there.
        if region.is_some() && number.code().source() == Source::Idd {
            return None;
        }
        let e164 = format!("+{}{}", number.code().value(), number.national());
        (e164.len() <= 16 && phonenumber::is_valid(&number)).then_some(e164)
    }
}

/// Spoils each three groups that are a date: `22.11.2026`, `11/22/26`, `2026-11-22`, with no fourth group joined
/// to them by the same sign.
fn spoil_dates(groups: &mut [Group]) {
    let dates: Vec<usize> =
        (0..groups.len()).filter(|at| is_date(groups.get(*at..).unwrap_or(&[]))).collect();
    for at in dates {
        for group in groups.iter_mut().skip(at).take(3) {
            group.spoiled = true;
        }
    }
}

fn is_date(groups: &[Group]) -> bool {
    let [a, b, c, rest @ ..] = groups else { return false };
    let Some(sign) = b.between.filter(|sign| matches!(sign, '.' | '/' | '-')) else { return false };
    if a.plus || a.between == Some(sign) || c.between != Some(sign) {
        return false;
    }
    if rest.first().is_some_and(|next| next.between == Some(sign)) {
        return false;
    }
    let upto = |group: &Group, most: u32| {
        group.digits.len() <= 2 && group.digits.parse::<u32>().is_ok_and(|value| (1..=most).contains(&value))
    };
    let year = |group: &Group| group.digits.len() == 4 && group.digits.starts_with(['1', '2']);
    let short = |group: &Group| group.digits.len() == 2;
    let days = |day: &Group, month: &Group| upto(day, 31) && upto(month, 12);
    ((days(a, b) || days(b, a)) && (year(c) || short(c))) || (year(a) && upto(b, 12) && upto(c, 31))
}

/// Whether what directly follows a group makes it part of a word or an amount. An extension does not.
fn spoils(rest: &str) -> bool {
    let mut chars = rest.chars();
    let Some(next) = chars.next() else { return false };
    if matches!(next, '%' | '@') || is_currency(next) {
        return true;
    }
    let word = rest.split(|c: char| !is_latin(c)).next().unwrap_or("");
    let extension = ["x", "ext", "extn"].iter().any(|name| word.eq_ignore_ascii_case(name));
    is_latin(next) && !extension
}

fn is_latin(c: char) -> bool {
    c.is_ascii_alphabetic() || (c.is_alphabetic() && matches!(u32::from(c), 0xAA..=0x24F | 0x1E00..=0x1EFF))
}

/// Between the groups of a number: libphonenumber's punctuation without its letters.
fn is_separator(c: char) -> bool {
    is_space(c)
        || matches!(c, '-' | '.' | '/' | '(' | ')' | '[' | ']' | '~')
        || matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30FC}' | '－'..='／' | '（' | '）' | '［' | '］')
        || matches!(c, '\u{2053}' | '\u{223C}' | '～')
}

/// Marks that are not seen: around a number in a text that runs from right to left, or from a copied page.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}
