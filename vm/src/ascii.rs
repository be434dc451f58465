//! Word boundaries of UAX #29 in ASCII, where they follow from the three or four bytes around them.

/// What a byte is to a word boundary.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    /// Joins letters and digits: `_`.
    Joint,
    /// Inside of a word.
    InWord,
    /// Inside of a number.
    InNumber,
    /// Inside of either.
    InBoth,
    Space,
    Return,
    Feed,
    /// Another line break.
    Break,
    Other,
}

const fn class(byte: u8) -> Class {
    match byte {
        b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
        b'0'..=b'9' => Class::Digit,
        b'_' => Class::Joint,
        b':' => Class::InWord,
        b',' | b';' => Class::InNumber,
        b'.' | b'\'' => Class::InBoth,
        b' ' => Class::Space,
        b'\r' => Class::Return,
        b'\n' => Class::Feed,
        b'\x0b' | b'\x0c' => Class::Break,
        _ => Class::Other,
    }
}

/// White space, as [`char::is_whitespace`] has it.
#[inline]
pub(crate) fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t'..=b'\r' | b' ')
}

/// Whether all white space in a text is single spaces.
pub(crate) fn is_spaced_well(text: &[u8]) -> bool {
    let mut before = 0;
    let mut well = true;
    for byte in text {
        well &= !matches!(byte, b'\t'..=b'\r') & ((*byte != b' ') | (before != b' '));
        before = *byte;
    }
    well
}

/// Whether there is a word boundary before the byte at `at` of a text in ASCII; both of its ends are.
pub(crate) fn is_boundary(text: &[u8], at: usize) -> bool {
    use Class::{Break, Digit, Feed, InBoth, InNumber, InWord, Joint, Letter, Other, Return, Space};
    let class_at = |at: Option<usize>| at.and_then(|at| text.get(at)).map_or(Other, |byte| class(*byte));
    let Some(before) = at.checked_sub(1) else { return true };
    if at >= text.len() {
        return true;
    }
    match (class_at(Some(before)), class_at(Some(at))) {
        (Return, Feed) | (Space, Space) => false,
        (Letter | Digit, Letter | Digit) => false,
        (Letter | Digit | Joint, Joint) | (Joint, Letter | Digit) => false,
        (Letter, InWord) => class_at(at.checked_add(1)) != Letter,
        (InWord, Letter) => class_at(before.checked_sub(1)) != Letter,
        (Digit, InNumber) => class_at(at.checked_add(1)) != Digit,
        (InNumber, Digit) => class_at(before.checked_sub(1)) != Digit,
        (around @ (Letter | Digit), InBoth) => class_at(at.checked_add(1)) != around,
        (InBoth, around @ (Letter | Digit)) => class_at(before.checked_sub(1)) != around,
        (Letter | Digit | Joint, _) => true,
        (InWord | InNumber | InBoth | Space | Return | Feed | Break | Other, _) => true,
    }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test may panic")]
mod tests {
    use super::is_boundary;
    use unicode_segmentation::UnicodeSegmentation;

    /// One byte of every class and some more, in every order, and every single byte between letters and digits.
    #[test]
    fn boundaries_are_those_of_the_standard() {
        let bytes = b"aZ7_:,;.' \r\n\x0b\x00\"-";
        let mut texts: Vec<Vec<u8>> = vec![Vec::new()];
        for length in 0..4 {
            let longer: Vec<_> = texts
                .iter()
                .filter(|text| text.len() == length)
                .flat_map(|text| bytes.iter().map(move |byte| [text.as_slice(), &[*byte]].concat()))
                .collect();
            texts.extend(longer);
        }
        for byte in 0..128 {
            for (a, b) in [(b'a', b'b'), (b'1', b'2'), (b'a', b'1'), (b'1', b'a'), (b' ', b'_'), (byte, byte)]
            {
                texts.push(vec![a, byte, b]);
            }
        }
        for text in &texts {
            let text = std::str::from_utf8(text).expect("ASCII");
            let mut wanted: Vec<usize> = text.split_word_bound_indices().map(|(at, _)| at).collect();
            wanted.push(text.len());
            wanted.dedup();
            let found: Vec<usize> = (0..=text.len()).filter(|at| is_boundary(text.as_bytes(), *at)).collect();
            assert_eq!(found, wanted, "{text:?}");
        }
    }
}
