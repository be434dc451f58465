//! What changed inside of a text, word by word.

use super::align::{Edit, equal};
use super::line::{Line, Piece};
use unicode_segmentation::UnicodeSegmentation;

/// So much of what stays the same is shown at each side of a change, in characters.
const AROUND: usize = 60;
/// So much is shown of words that are gone or new, in characters.
const MOST: usize = 600;

/// The old text with the words marked that are gone, and the new one with those that are new. Texts that have hardly
/// anything in common are shown without marks.
pub(crate) fn reword(old: &str, new: &str) -> (Line, Line) {
    let (old_words, new_words): (Vec<&str>, Vec<&str>) =
        (old.split_word_bounds().collect(), new.split_word_bounds().collect());
    let runs = runs(&old_words, &new_words);
    let blank = |text: &&str| !text.chars().any(char::is_alphanumeric);
    let kept: usize = runs
        .iter()
        .filter(|run| run.same)
        .flat_map(|run| run.old.iter())
        .filter(|word| !blank(word))
        .map(|word| word.len())
        .sum();
    let longer = old.len().max(new.len());
    if kept * 4 < longer {
        return (quote(old), quote(new));
    }
    let count = runs.len();
    let (mut was, mut now) = (Line::default(), Line::default());
    for (n, run) in runs.into_iter().enumerate() {
        if run.same {
            let text = shortened(&run.old.concat(), n == 0, n + 1 == count);
            was.0.push(Piece::Quote(text.clone()));
            now.0.push(Piece::Quote(text));
        } else {
            was = marked(was, &run.old.concat(), Piece::Gone);
            now = marked(now, &run.new.concat(), Piece::New);
        }
    }
    (was, now)
}

/// A text as it is, shortened if it is very long.
pub(crate) fn quote(text: &str) -> Line {
    Line(vec![Piece::Quote(clipped(text, MOST))])
}

/// The first characters of a text.
pub(crate) fn clipped(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default().trim_end()),
        None => text.to_owned(),
    }
}

/// Words that stay, or words that others stand in the place of.
struct Run<'t> {
    same: bool,
    old: Vec<&'t str>,
    new: Vec<&'t str>,
}

fn runs<'t>(old: &[&'t str], new: &[&'t str]) -> Vec<Run<'t>> {
    let mut runs: Vec<Run<'t>> = Vec::new();
    for edit in equal(old, new) {
        let (same, o, n) = match edit {
            Edit::Same(o, n) | Edit::Pair(o, n) => (true, old.get(o), new.get(n)),
            Edit::Gone(o) => (false, old.get(o), None),
            Edit::New(n) => (false, None, new.get(n)),
        };
        match runs.last_mut() {
            Some(run) if run.same == same => {
                run.old.extend(o);
                run.new.extend(n);
            }
            _ => runs.push(Run {
                same,
                old: o.into_iter().copied().collect(),
                new: n.into_iter().copied().collect(),
            }),
        }
    }
    joined(runs)
}

/// A space between two changes belongs to them.
fn joined(runs: Vec<Run<'_>>) -> Vec<Run<'_>> {
    let mut out: Vec<Run<'_>> = Vec::new();
    let mut runs = runs.into_iter().peekable();
    while let Some(run) = runs.next() {
        let space = run.same && run.old.iter().all(|word| word.trim().is_empty());
        let between = out.last().is_some_and(|last| !last.same) && runs.peek().is_some();
        match out.last_mut() {
            Some(last) if !last.same && (!run.same || (space && between)) => {
                last.old.extend(run.old);
                last.new.extend(run.new);
            }
            _ => out.push(run),
        }
    }
    out
}

/// Adds marked words. White space at their ends is not marked.
fn marked(line: Line, text: &str, mark: fn(String) -> Piece) -> Line {
    let middle = text.trim();
    let start = text.len() - text.trim_start().len();
    let mut line = line;
    if middle.is_empty() {
        if !text.is_empty() {
            line.0.push(Piece::Quote(text.to_owned()));
        }
        return line;
    }
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(start + middle.len()..).unwrap_or_default();
    for (piece, words) in
        [(Piece::Quote as fn(String) -> Piece, before), (mark, middle), (Piece::Quote, after)]
    {
        if !words.is_empty() {
            line.0.push(piece(clipped(words, MOST)));
        }
    }
    line
}

/// The ends of words that stay; all of them if they are few.
fn shortened(text: &str, first: bool, last: bool) -> String {
    let count = text.chars().count();
    if count <= 3 * AROUND {
        return text.to_owned();
    }
    let head: String = text.chars().take(if first { 0 } else { AROUND }).collect();
    let tail: String = text.chars().skip(count - if last { 0 } else { AROUND }).collect();
    format!("{head} … {tail}").trim_start().to_owned()
}

#[cfg(test)]
mod tests {
    use super::{Piece, reword};

    fn show(old: &str, new: &str) -> String {
        let (was, now) = reword(old, new);
        let text = |pieces: Vec<Piece>| -> String {
            pieces
                .into_iter()
                .map(|piece| match piece {
                    Piece::Gone(words) => format!("[-{words}-]"),
                    Piece::New(words) => format!("[+{words}+]"),
                    Piece::Plain(words) | Piece::Code(words) | Piece::Label(words) | Piece::Quote(words) => {
                        words
                    }
                })
                .collect()
        };
        format!("{} | {}", text(was.0), text(now.0))
    }

    #[test]
    fn changed_words_are_marked() {
        assert_eq!(
            show("Here is the menu.", "Here is our menu."),
            "Here is [-the-] menu. | Here is [+our+] menu."
        );
        assert_eq!(show("Thank you!", "Thank you very much!"), "Thank you! | Thank you [+very much+]!");
        assert_eq!(show("one two three four", "one 2 3 four"), "one [-two three-] four | one [+2 3+] four");
        assert_eq!(show("Hello", "Good morning"), "Hello | Good morning");
        assert_eq!(show("", "Hello"), " | Hello");
        assert_eq!(show("Привет, Анна!", "Привет, Ольга!"), "Привет, [-Анна-]! | Привет, [+Ольга+]!");
    }

    #[test]
    fn long_texts_are_shortened_around_the_change() {
        let long = "word ".repeat(100_000);
        let shown = show(&format!("{long}old {long}"), &format!("{long}new {long}"));
        assert!(shown.len() < 1000, "{}", shown.len());
        assert!(shown.contains("[-old-]") && shown.contains("[+new+]"), "{shown}");
        assert!(show(&"x".repeat(1_000_000), &"y".repeat(1_000_000)).len() < 3000);
    }
}
