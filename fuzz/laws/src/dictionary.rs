//! The words of the language, as the fuzzer takes them: each between quotes, one a line.

/// Signs, and beginnings of literals.
const SIGNS: &[&str] = &[
    "->",
    "==",
    "!=",
    "<=",
    ">=",
    "??",
    "..",
    "+=",
    "-=",
    "=",
    "<",
    ">",
    "+",
    "-",
    "*",
    "/",
    "%",
    "|",
    ",",
    ":",
    ".",
    "@",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "?",
    "\"",
    "\"\"\"",
    "r\"",
    "r#\"",
    "\\\"",
    "\\u{1F600}",
    "\\{",
    "{x}",
    "//",
    "///",
    "\n",
    "\n  ",
    "2h30m",
    "45s",
    "1w",
    "2026-11-22",
    "09:30",
    "09:00..18:00",
    "mon..fri",
    "1_000",
    "3.5",
    "-1",
    "9223372036854775807",
    "use \"std/ask.sbot\"",
    "=== main.sbot\n",
    "\u{feff}",
    "\r\n",
    "é",
    "\u{301}",
];

/// The whole file.
#[must_use]
pub fn text() -> String {
    let mut text = String::new();
    for word in sbot_grammar::language_words().chain(SIGNS.iter().copied()) {
        text.push('"');
        for byte in word.bytes() {
            match byte {
                b'"' | b'\\' => text.push_str(&format!("\\{}", char::from(byte))),
                b' '..=b'~' => text.push(char::from(byte)),
                _ => text.push_str(&format!("\\x{byte:02X}")),
            }
        }
        text.push_str("\"\n");
    }
    text
}
