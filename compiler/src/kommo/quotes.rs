//! Texts of an account as texts of a source.

/// A text between quotes, nothing in it having a meaning.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    escape(text, &mut out);
    out.push('"');
    out
}

/// What a text is between quotes.
pub(super) fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => {}
            '"' | '\\' | '{' | '}' => {
                out.push('\\');
                out.push(c);
            }
            c if c.is_control() || is_hidden(c) => out.push_str(&format!("\\u{{{:X}}}", u32::from(c))),
            c => out.push(c),
        }
    }
}

/// What a text is in a comment of one line: no line break, no control character, and no mark that nobody would see.
pub(super) fn on_one_line(text: &str) -> String {
    let shown: String =
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).filter(|c| !is_hidden(*c)).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `2h30m`
pub(super) fn duration(seconds: i64) -> String {
    let mut left = seconds.max(1);
    let mut out = String::new();
    for (unit, sign) in [(86_400, 'd'), (3600, 'h'), (60, 'm'), (1, 's')] {
        if left >= unit {
            out.push_str(&format!("{}{sign}", left / unit));
            left %= unit;
        }
    }
    out
}

/// Marks that turn the direction of what follows: nobody would see them in a source.
pub(super) fn is_hidden(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{E000}'..='\u{E0FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_an_account_has_a_meaning_in_a_source() {
        assert_eq!(quoted("a \"b\" {c} \\ \u{202E}d\r\n\u{7}"), r#""a \"b\" \{c\} \\ \u{202E}d\n\u{7}""#);
        assert_eq!(on_one_line(" a\n\u{202E}b\u{7}\tc "), "a b c");
    }
}
