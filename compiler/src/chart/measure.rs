//! How wide texts are, without a font: wide enough for the usual sans-serif and monospace fonts, so that a text never
//! stands out of its card.

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A font as far as its widths matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Font {
    pub size: f64,
    pub face: Face,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Face {
    Plain,
    Bold,
    Mono,
}

/// Widths of the characters from space to `~`, in thousandths of the size, as Helvetica has them.
const WIDTHS: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556,
    556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278,
    500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469,
    556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556, 556, 333, 500,
    278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
/// Other fonts of the list in the style sheet are wider.
const WIDER: f64 = 1.09;
/// Of a monospace font.
const CELL: f64 = 0.61;

/// The width of a text.
pub(super) fn width(text: &str, font: Font) -> f64 {
    text.graphemes(true).map(|grapheme| grapheme_width(grapheme, font.face)).sum::<f64>() * font.size
}

fn grapheme_width(grapheme: &str, face: Face) -> f64 {
    let cells = || f64::from(u32::try_from(grapheme.width()).unwrap_or(2).min(2));
    let known = match grapheme.as_bytes() {
        [byte] => usize::from(*byte).checked_sub(32).and_then(|at| WIDTHS.get(at)),
        _ => None,
    };
    match (face, known) {
        (Face::Mono, _) => cells() * CELL,
        (Face::Plain, Some(width)) => f64::from(*width) / 1000.0 * WIDER,
        (Face::Bold, Some(width)) => f64::from(*width) / 1000.0 * WIDER * 1.08,
        (Face::Plain | Face::Bold, None) => cells() * 0.66,
    }
}

/// Breaks a text into at most `most` lines of a width. Words that are too long for a line are broken too.
pub(super) fn wrap(text: &str, font: Font, limit: f64, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        let mut used = 0.0;
        for word in paragraph.split_inclusive(' ') {
            let bare = width(word.trim_end(), font);
            if used > 0.0 && used + bare > limit {
                lines.push(std::mem::take(&mut line));
                used = 0.0;
            }
            if bare <= limit {
                line.push_str(word);
                used += width(word, font);
                continue;
            }
            for grapheme in word.graphemes(true) {
                let wide = grapheme_width(grapheme, font.face) * font.size;
                if used > 0.0 && used + wide > limit {
                    lines.push(std::mem::take(&mut line));
                    used = 0.0;
                }
                line.push_str(grapheme);
                used += wide;
            }
        }
        lines.push(line);
        if lines.len() > most {
            break;
        }
    }
    for line in &mut lines {
        line.truncate(line.trim_end().len());
    }
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            *last = fit(&format!("{last}…"), font, limit);
        }
    }
    lines
}

/// A text on one line, cut where it would be too wide.
pub(super) fn fit(text: &str, font: Font, limit: f64) -> String {
    if width(text, font) <= limit {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut used = width("…", font);
    for grapheme in text.graphemes(true) {
        used += grapheme_width(grapheme, font.face) * font.size;
        if used > limit {
            break;
        }
        kept.push_str(grapheme);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// Whether a text is read from right to left: by its first letter that has a direction.
pub(super) fn from_right(text: &str) -> bool {
    let right = |c: &char| matches!(*c as u32, 0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFC | 0x10800..=0x10FFF | 0x1E800..=0x1EFFF);
    text.chars().find(|c| c.is_alphabetic()).is_some_and(|c| right(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FONT: Font = Font { size: 10.0, face: Face::Plain };

    #[test]
    fn texts_are_broken_at_words_and_never_too_wide() {
        let text =
            "The quick brown fox jumps over https://example.com/a/very/long/address/without/a/space today";
        for limit in [30.0, 60.0, 200.0] {
            let lines = wrap(text, FONT, limit, 100);
            assert!(lines.iter().all(|line| width(line, FONT) <= limit), "{lines:?}");
            assert_eq!(lines.concat().replace(' ', ""), text.replace(' ', ""));
        }
        assert_eq!(wrap("one two", FONT, 1000.0, 5), ["one two"]);
        assert_eq!(wrap("one\n\ntwo", FONT, 1000.0, 5), ["one", "", "two"]);
    }

    #[test]
    fn what_does_not_fit_is_cut_visibly() {
        let lines = wrap(&"word ".repeat(100), FONT, 60.0, 3);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| width(line, FONT) <= 60.0), "{lines:?}");
        assert!(lines.last().is_some_and(|last| last.ends_with('…')));
        assert_eq!(fit("short", FONT, 100.0), "short");
        assert!(width(&fit("👩‍👩‍👧👩‍👩‍👧👩‍👩‍👧 family", FONT, 40.0), FONT) <= 40.0);
    }

    #[test]
    fn directions_are_known() {
        assert!(from_right("123 مرحبا"));
        assert!(from_right("שלום world"));
        assert!(!from_right("Hello مرحبا"));
        assert!(!from_right("👋"));
    }
}
