//! Our reader of JSON beside serde_json: what one takes, the other takes, and it means the same.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // What fails here fails the test.

use sbot_embed::json;
use serde_json::Value;

/// The same numbers every time (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    /// A value; its keys are numbered, so that none stands twice.
    fn value(&mut self, depth: usize, out: &mut String) {
        match self.below(if depth == 0 { 4 } else { 6 }) {
            0 => out.push_str(self.of(&["null", "true", "false", " 0 ", "-0"])),
            1 | 2 => out.push_str(self.of(&["12", "-1.50", "1e3", "1.25E-2", "9007199254740993", "0.1"])),
            3 => out.push_str(self.of(&[
                r#""""#,
                r#""a b""#,
                r#""\\ \" \/ \b\f\n\r\t""#,
                r#""\u00e9\ud83d\ude00""#,
                r#""é😀""#,
            ])),
            kind => {
                out.push(if kind == 4 { '[' } else { '{' });
                for n in 0..self.below(4) {
                    if n > 0 {
                        out.push(',');
                    }
                    if kind == 5 {
                        out.push_str(&format!(
                            "{}\"k{n}\"{}:",
                            self.of(&["", " ", "\n\t"]),
                            self.of(&["", " "])
                        ));
                    }
                    self.value(depth - 1, out);
                }
                out.push(if kind == 4 { ']' } else { '}' });
            }
        }
    }
}

#[test]
fn what_one_takes_the_other_takes() {
    let mut chance = Chance(0x5b07);
    let (mut taken, mut refused) = (0, 0);
    for round in 0..20_000 {
        let mut text = String::new();
        chance.value(4, &mut text);
        // Every other one is damaged somewhere.
        if round % 2 == 1 {
            let mut letters: Vec<char> = text.chars().collect();
            let at = chance.below(letters.len());
            match chance.below(3) {
                0 => letters.truncate(at),
                1 => {
                    letters[at] = chance
                        .of(&["x", "\"", "\\", "{", "]", ",", "0", ".", "\u{1}", "-"])
                        .chars()
                        .next()
                        .unwrap()
                }
                _ => {
                    letters.remove(at);
                }
            }
            text = letters.into_iter().collect();
        }
        let theirs = serde_json::from_str::<Value>(&text);
        match (json::read(&text), &theirs) {
            (Ok(ours), Ok(theirs)) => {
                assert_eq!(serde_json::from_str::<Value>(&ours.to_string()).unwrap(), *theirs, "{text}");
                taken += 1;
            }
            (Err(_), Err(_)) => refused += 1,
            // A damaged key can stand twice. serde_json takes the last one, and nobody learns of the other.
            (Err(why), Ok(_)) => assert!(why.what.contains("stands twice"), "{text}: {why}"),
            // A damaged number can be too large for a floating point number, which is none of ours.
            (Ok(_), Err(why)) => assert!(why.to_string().contains("out of range"), "{text}: {why}"),
        }
    }
    assert!(taken > 10_000 && refused > 5_000, "{taken} {refused}");
}
