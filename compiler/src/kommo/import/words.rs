//! Texts of a Salesbot as texts of a source: quotes, comments, names.

use crate::kommo::quotes;
use sbot_embed::Json;
use sbot_grammar::RESERVED;

/// A comment is broken into lines of this length.
const WIDTH: usize = 92;

/// A text of several lines as it is written between three quotes; none if it would not stay what it is.
pub(super) fn lines(inside: &str) -> Option<String> {
    let plain = |line: &str| line.trim() == line && !line.contains('\\') && !line.contains("\"\"\"");
    let parts: Vec<&str> = inside.split("\\n").collect();
    let ends = parts.first().is_some_and(|line| !line.is_empty())
        && parts.last().is_some_and(|line| !line.is_empty());
    let escaped = |line: &str| line.replace("\\\"", "\"");
    let parts: Vec<String> = parts.iter().map(|line| escaped(line)).collect();
    let fits = parts.len() > 1 && ends && parts.iter().all(|line| plain(line) && !line.ends_with('"'));
    fits.then(|| format!("\"\"\"\n{}\n\"\"\"", parts.join("\n")))
}

/// The lines of a comment.
pub(super) fn comment(text: &str) -> String {
    let mut out = String::new();
    for paragraph in text.lines() {
        let mut line = String::from("//");
        for word in paragraph.split_whitespace() {
            if line.chars().count() + word.chars().count() > WIDTH && line.len() > 2 {
                out.push_str(&line);
                out.push('\n');
                line = String::from("//");
            }
            line.push(' ');
            // Marks that a comment must not have, such as those that turn the direction of what follows.
            line.extend(word.chars().filter(|c| !c.is_control() && !quotes::is_hidden(*c)));
        }
        out.push_str(&line);
        out.push('\n');
    }
    out
}

/// The name that a text would have: `Talk to us!` gives `talk_to_us`.
pub(super) fn slug(text: &str, words: usize, letters: usize) -> Option<String> {
    let mut out = String::new();
    let mut count = 0;
    for word in text.split(|c: char| !(c.is_alphanumeric() && (unicode_ident::is_xid_continue(c)))) {
        let word: String = word.to_lowercase();
        if word.is_empty() {
            continue;
        }
        let longer = out.chars().count() + word.chars().count() + 1;
        if count == words || (count > 0 && longer > letters) {
            break;
        }
        if count > 0 {
            out.push('_');
        }
        out.extend(word.chars().take(letters));
        count += 1;
    }
    let first = out.chars().next()?;
    if !unicode_ident::is_xid_start(first) {
        out.insert(0, '_');
        let digits = out.chars().skip(1).all(|c| c.is_numeric() || c == '_');
        if digits {
            return None;
        }
    }
    Some(out)
}

/// A name that may stand there: reserved words get something behind them.
pub(super) fn name(wanted: String, behind: &str, not: &[&str]) -> String {
    let taken = RESERVED.contains(&wanted.as_str()) || not.contains(&wanted.as_str()) || wanted == "_";
    if taken { format!("{wanted}_{behind}") } else { wanted }
}

/// A number or a text without quotes.
pub(super) fn plain(value: &Json) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}

/// An id of the account. The error says why a text is none.
pub(super) fn id(text: &str) -> Result<String, String> {
    if text.contains("{{") {
        return Err(format!(
            "`{text}` is worked out as the bot runs, and here the source names what is meant"
        ));
    }
    let is_id = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    if is_id { Ok(text.to_owned()) } else { Err(format!("`{text}` is no id")) }
}
