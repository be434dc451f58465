//! Texts as a picture can show them: without characters that are no text or would turn others around, and not longer
//! than anybody reads in a picture.

/// The longest text of a line, in characters.
const LONGEST: usize = 480;
/// The longest piece of source, label or name, in characters.
const LONGEST_LINE: usize = 120;

/// A text with its line breaks. Of a very long one only the beginning is looked at.
pub(super) fn text(text: &str) -> String {
    cut(text.chars().filter_map(|c| if c == '\n' { Some(c) } else { visible(c) }), LONGEST)
}

/// A text on one line, white space joined.
pub(super) fn one_line(text: &str) -> String {
    let mut space = true;
    let joined = text.chars().filter_map(visible).filter_map(move |c| {
        let again = std::mem::replace(&mut space, c.is_whitespace());
        if !c.is_whitespace() {
            Some(c)
        } else if again {
            None
        } else {
            Some(' ')
        }
    });
    cut(joined, LONGEST_LINE)
}

/// The character to show; none for one that has no place in a picture: controls, what XML forbids, and the marks that
/// change the direction of everything after them.
fn visible(c: char) -> Option<char> {
    match c {
        '\t' | '\n' => Some(' '),
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FFFE}' | '\u{FFFF}' => None,
        '\u{2028}' | '\u{2029}' => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    }
}

fn cut(chars: impl Iterator<Item = char>, longest: usize) -> String {
    let mut text: String = chars.take(longest + 1).collect();
    if let Some((last, _)) = text.char_indices().nth(longest) {
        let end = text.get(..last).and_then(|kept| kept.char_indices().last()).map_or(0, |(at, _)| at);
        text.truncate(text.get(..end).map_or(0, |kept| kept.trim_end().len()));
        text.push('…');
    } else {
        text.truncate(text.trim_end().len());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_and_short_ones_stay() {
        assert_eq!(text("Hello\n  there "), "Hello\n  there");
        assert_eq!(one_line("  set a\n    = 1\t"), "set a = 1");
        let long = text(&"é".repeat(1_000_000));
        assert_eq!(long.chars().count(), LONGEST);
        assert!(long.ends_with("é…"));
        let exact = "x".repeat(LONGEST_LINE);
        assert_eq!(one_line(&exact), exact);
        assert_eq!(one_line(&format!("{exact}x")).chars().count(), LONGEST_LINE);
    }

    #[test]
    fn only_what_can_be_seen_is_kept() {
        assert_eq!(text("a\u{0}\u{1B}[31mb\u{FFFF}\r\nc"), "a[31mb\nc");
        assert_eq!(text("\u{202E}gnp.exe\u{2066}x"), "gnp.exex");
        assert_eq!(text("مرحبا 👩‍👩‍👧 e\u{301}"), "مرحبا 👩‍👩‍👧 e\u{301}");
    }
}
