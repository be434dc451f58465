//! How `bot "…"` of a test matches a message: `*` is any run of characters, `\*` a star, all else is exact.

/// Whether the whole text matches.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let parts = split(pattern);
    let Some((first, rest)) = parts.split_first() else { return text.is_empty() };
    let Some((last, middle)) = rest.split_last() else { return first == text };
    let Some(mut text) = text.strip_prefix(first.as_str()).and_then(|text| text.strip_suffix(last.as_str()))
    else {
        return false;
    };
    // Between two stars the first place is as good as any later one.
    for part in middle {
        let Some((_, after)) = text.split_once(part.as_str()) else { return false };
        text = after;
    }
    true
}

/// The exact parts between the stars.
fn split(pattern: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = pattern.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '*' => {
                parts.push(String::new());
                continue;
            }
            '\\' if rest.peek() == Some(&'*') => {
                rest.next();
                push(&mut parts, '*');
            }
            other => push(&mut parts, other),
        }
    }
    parts
}

fn push(parts: &mut [String], c: char) {
    if let Some(last) = parts.last_mut() {
        last.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn stars_are_runs_of_characters() {
        assert!(matches("Hi *!", "Hi Ann!"));
        assert!(matches("*", ""));
        assert!(matches("*a*b*", "xxaxxbxx"));
        assert!(matches("a*a", "aa"));
        assert!(!matches("a*a", "a"));
        assert!(!matches("Hi", "Hi Ann"));
        assert!(matches("", ""));
        assert!(!matches("", "x"));
    }

    #[test]
    fn an_escaped_star_is_a_star() {
        assert!(matches(r"2 \* 2", "2 * 2"));
        assert!(!matches(r"2 \* 2", "2 x 2"));
        assert!(matches(r"\n", r"\n"));
    }
}
