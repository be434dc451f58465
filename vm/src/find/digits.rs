//! Decimal digits of every script.

use std::borrow::Cow;

/// The zeros of all decimal digits outside of ASCII: general category Nd of the Unicode Character Database 16; the nine
/// digits after each follow in order.
const ZEROS: [u32; 75] = [
    0x0660, 0x06F0, 0x07C0, 0x0966, 0x09E6, 0x0A66, 0x0AE6, 0x0B66, 0x0BE6, 0x0C66, 0x0CE6, 0x0D66, 0x0DE6,
    0x0E50, 0x0ED0, 0x0F20, 0x1040, 0x1090, 0x17E0, 0x1810, 0x1946, 0x19D0, 0x1A80, 0x1A90, 0x1B50, 0x1BB0,
    0x1C40, 0x1C50, 0xA620, 0xA8D0, 0xA900, 0xA9D0, 0xA9F0, 0xAA50, 0xABF0, 0xFF10, 0x104A0, 0x10D30,
    0x10D40, 0x11066, 0x110F0, 0x11136, 0x111D0, 0x112F0, 0x11450, 0x114D0, 0x11650, 0x116C0, 0x116D0,
    0x116DA, 0x11730, 0x118E0, 0x11950, 0x11BF0, 0x11C50, 0x11D50, 0x11DA0, 0x11F50, 0x16130, 0x16A60,
    0x16AC0, 0x16B50, 0x16D70, 0x1CCF0, 0x1D7CE, 0x1D7D8, 0x1D7E2, 0x1D7EC, 0x1D7F6, 0x1E140, 0x1E2F0,
    0x1E4F0, 0x1E5F1, 0x1E950, 0x1FBF0,
];

/// The ASCII form of a decimal digit of any script.
#[must_use]
pub fn digit(c: char) -> Option<char> {
    if c.is_ascii() {
        return c.is_ascii_digit().then_some(c);
    }
    let code = u32::from(c);
    let after = ZEROS.partition_point(|zero| *zero <= code);
    let value = code.checked_sub(*ZEROS.get(after.checked_sub(1)?)?)?;
    char::from_digit(value, 10)
}

/// A text with the digits of every script in ASCII.
#[must_use]
pub fn ascii_digits(text: &str) -> Cow<'_, str> {
    if text.is_ascii() { Cow::Borrowed(text) } else { text.chars().map(|c| digit(c).unwrap_or(c)).collect() }
}

#[cfg(test)]
mod tests {
    use super::{ZEROS, digit};

    #[test]
    fn digits_of_all_scripts() {
        assert!(ZEROS.is_sorted());
        for (written, read) in
            [('7', '7'), ('٣', '3'), ('۹', '9'), ('०', '0'), ('８', '8'), ('𝟡', '9'), ('๕', '5')]
        {
            assert_eq!(digit(written), Some(read));
        }
        for other in ['a', '½', '²', '一', '\u{65F}', '\u{66A}', '/', ':', '٫', '🙂', '\u{10FFFF}'] {
            assert_eq!(digit(other), None, "{other}");
        }
    }

    #[test]
    fn no_script_is_missing() {
        let known = regex::Regex::new(r"^\p{Nd}$").ok();
        for c in '\0'..=char::MAX {
            let is_digit = known.as_ref().is_some_and(|known| known.is_match(c.encode_utf8(&mut [0; 4])));
            assert_eq!(digit(c).is_some(), is_digit, "U+{:04X}", u32::from(c));
        }
    }
}
