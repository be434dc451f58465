//! Content kinds inside a client's text: phone, e-mail, number, letters, digits, and addresses of the web.
//!
//! In: any text. Out: the first thing of that kind in it, in a canonical form. Nothing here panics, backtracks, or
//! takes more than linear time; digits of every script count as digits.

mod calendar_words;
mod date;
mod digits;
mod email;
mod number;
mod phone;

use crate::context::Context;
use rust_decimal::Decimal;

pub use calendar_words::{LANGUAGES, Language};
pub use date::{date, language, time};
pub use digits::{ascii_digits, digit};
pub use email::{email, url};
pub use number::{Decimals, Numbers};
pub use phone::phone;

/// The first number in a text, a lone `.` before three digits read as a decimal point. For the rules see [`Numbers`].
#[must_use]
pub fn number(text: &str) -> Option<Decimal> {
    numbers(text).next()
}

/// All numbers in a text, in order. For the rules see [`Numbers`].
pub fn numbers(text: &str) -> impl Iterator<Item = Decimal> {
    Numbers::new(text, Decimals::Point).map(|(_, number)| number)
}

/// All numbers in a text as people write them in the account's region.
pub fn numbers_in(text: &str, context: &Context) -> impl Iterator<Item = Decimal> {
    Numbers::new(text, Decimals::of(context)).map(|(_, number)| number)
}

/// A text that is one number and nothing else but white space around it: in the language's own form (`-1.125`), or
/// in any that [`Numbers`] reads.
#[must_use]
pub fn whole_number(text: &str, context: &Context) -> Option<Decimal> {
    let text = text.trim();
    let own = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = own.split_once('.').unwrap_or((own, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if digits(whole) && digits(fraction) {
        return number::exact(text);
    }
    let (range, number) = Numbers::new(text, Decimals::of(context)).next()?;
    (range == (0..text.len())).then_some(number)
}

/// Whether a text has a letter of any script.
#[must_use]
pub fn has_letters(text: &str) -> bool {
    text.chars().any(char::is_alphabetic)
}

/// Whether a text has a decimal digit of any script.
#[must_use]
pub fn has_digits(text: &str) -> bool {
    text.chars().any(|c| digit(c).is_some())
}

/// A letter of a script that puts spaces between words, so that a digit beside it belongs to its word. Beside
/// a letter of the others (`我要3个`, `3개`) a digit stands on its own.
pub(crate) fn joins(c: char) -> bool {
    c.is_alphabetic() && !is_unspaced(c)
}

/// Letters written without spaces between words, or (Hangul) joined to numbers by custom. Blocks of the Unicode
/// Standard: Thai to Tibetan, Myanmar, Hangul Jamo, Khmer, CJK and kana, Hangul syllables, CJK in the higher planes.
pub(crate) fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0FFF | 0x1000..=0x109F | 0x1100..=0x11FF | 0x1780..=0x17FF | 0x2E80..=0x9FFF | 0xA960..=0xA97F
        | 0xAC00..=0xD7FF | 0xF900..=0xFAFF | 0xFF65..=0xFFDC | 0x20000..=0x3FFFF)
}

/// Currency signs that people write next to an amount: the common ones of Unicode's category Sc.
pub(crate) fn is_currency(c: char) -> bool {
    matches!(c, '$' | '¢'..='¥' | '฿' | '\u{20A0}'..='\u{20C0}' | '﷼' | '＄' | '￠' | '￡' | '￥' | '￦')
}

/// A space that can stand between the groups of a number.
pub(crate) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}')
}
