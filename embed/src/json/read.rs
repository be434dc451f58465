//! Reads JSON (RFC 8259) from a host or a log. Nothing is trusted: depth, length and the number of parts are bounded,
//! and what is wrong is told with its line and column.

use super::Json;
use std::fmt;

/// No text is longer, in bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// Nothing nests deeper.
pub const MAX_DEPTH: usize = 64;
/// No text has more values in it.
pub const MAX_PARTS: usize = 100_000;

/// How much a reader takes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// No text is longer, in bytes.
    pub bytes: usize,
    /// Nothing nests deeper. Reading takes stack for each level: a few hundred are safe in any thread.
    pub depth: usize,
    /// No text has more values in it.
    pub parts: usize,
}

/// Those of hosts and logs.
impl Default for Bounds {
    fn default() -> Bounds {
        Bounds { bytes: MAX_BYTES, depth: MAX_DEPTH, parts: MAX_PARTS }
    }
}

/// Why a text is no JSON that is read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotJson {
    /// Inside of what it is wrong: `12.question[0].params`; empty for the outermost value.
    pub path: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong there, and what to write instead.
    pub what: String,
}

impl fmt::Display for NotJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (line {}, column {})", self.what, self.line, self.column)
    }
}

impl std::error::Error for NotJson {}

/// Reads one JSON value.
///
/// # Errors
/// What is wrong, and where.
pub fn read(text: &str) -> Result<Json, NotJson> {
    read_within(text, Bounds::default())
}

/// Reads one JSON value within other bounds.
///
/// # Errors
/// What is wrong, and where.
pub fn read_within(text: &str, bounds: Bounds) -> Result<Json, NotJson> {
    let mut reader = Reader { text, at: 0, parts: 0, bounds, trail: Vec::new() };
    let value = if text.len() > bounds.bytes {
        Err(format!("it is {} bytes long, the limit is {}", text.len(), bounds.bytes))
    } else {
        reader.whole()
    };
    value.map_err(|what| {
        let before = text.get(..reader.at).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let path: String = reader.trail.iter().rev().map(String::as_str).collect();
        NotJson {
            path: path.strip_prefix('.').unwrap_or(&path).to_owned(),
            line: 1 + before.bytes().filter(|byte| *byte == b'\n').count(),
            column: 1 + before.get(line_start..).unwrap_or_default().chars().count(),
            what,
        }
    })
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    parts: usize,
    bounds: Bounds,
    /// Where an error stands, from the inside out: nothing is kept of what is right.
    trail: Vec<String>,
}

type Read<T> = Result<T, String>;

impl<'t> Reader<'t> {
    fn whole(&mut self) -> Read<Json> {
        let value = self.value(self.bounds.depth)?;
        self.skip();
        if self.at < self.text.len() { self.unexpected("the end of the JSON") } else { Ok(value) }
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    fn unexpected<T>(&self, wanted: &str) -> Read<T> {
        match self.rest().chars().next() {
            Some(found) => Err(format!("{wanted} was expected and {found:?} is there")),
            None => Err(format!("{wanted} was expected and the text ends")),
        }
    }

    fn takes(&mut self, sign: u8) -> bool {
        self.skip();
        let found = self.peek() == Some(sign);
        self.at += usize::from(found);
        found
    }

    fn value(&mut self, depth: usize) -> Read<Json> {
        self.skip();
        self.parts += 1;
        if self.parts > self.bounds.parts {
            return Err(format!("it has more than {} values", self.bounds.parts));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => Ok(Json::Text(self.string()?.into())),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(_) | None => self.word(),
        }
    }

    fn word(&mut self) -> Read<Json> {
        for (word, value) in [("null", Json::Null), ("true", Json::Bool(true)), ("false", Json::Bool(false))]
        {
            if self.rest().starts_with(word) {
                self.at += word.len();
                return Ok(value);
            }
        }
        self.unexpected("a value")
    }

    fn deeper(&self, depth: usize) -> Read<usize> {
        depth.checked_sub(1).ok_or_else(|| format!("it nests more than {} deep", self.bounds.depth))
    }

    fn list(&mut self, depth: usize) -> Read<Json> {
        let depth = self.deeper(depth)?;
        self.at += 1;
        let mut items = Vec::new();
        if self.takes(b']') {
            return Ok(Json::List(items));
        }
        loop {
            let item = self.value(depth);
            items.push(item.inspect_err(|_| self.trail.push(format!("[{}]", items.len())))?);
            if self.takes(b']') {
                return Ok(Json::List(items));
            }
            if !self.takes(b',') {
                return self.unexpected("`,` or `]`");
            }
        }
    }

    fn object(&mut self, depth: usize) -> Read<Json> {
        let depth = self.deeper(depth)?;
        self.at += 1;
        let mut keys: Vec<(Box<str>, Json)> = Vec::new();
        let mut starts = Vec::new();
        if self.takes(b'}') {
            return Ok(Json::Object(keys));
        }
        loop {
            self.skip();
            if self.peek() != Some(b'"') {
                return self.unexpected("a key in double quotes");
            }
            starts.push(self.at);
            let key = self.string()?;
            if !self.takes(b':') {
                return self.unexpected("`:`");
            }
            let value = self.value(depth);
            let value = value.inspect_err(|_| self.trail.push(segment(&key)))?;
            keys.push((key.into(), value));
            if self.takes(b'}') {
                return self.once(keys, &starts);
            }
            if !self.takes(b',') {
                return self.unexpected("`,` or `}`");
            }
        }
    }

    /// An object whose keys differ; the error stands where a key is repeated.
    fn once(&mut self, keys: Vec<(Box<str>, Json)>, starts: &[usize]) -> Read<Json> {
        let mut sorted: Vec<(&str, usize)> =
            keys.iter().zip(starts).map(|((key, _), start)| (&**key, *start)).collect();
        sorted.sort_unstable();
        let again = sorted.iter().zip(sorted.iter().skip(1)).filter(|((a, _), (b, _))| a == b);
        // The first in the text, of several.
        match again.map(|(_, (key, start))| (*start, *key)).min() {
            Some((start, twice)) => {
                self.at = start;
                self.trail.push(segment(twice));
                let twice: String = twice.chars().take(60).collect();
                Err(format!("the key {twice:?} stands twice in one object: write it once"))
            }
            None => Ok(Json::Object(keys)),
        }
    }

    fn number(&mut self) -> Read<Json> {
        let rest = self.rest();
        let end = rest.find(|c: char| !matches!(c, '0'..='9' | '+' | '-' | '.' | 'e' | 'E'));
        let number = rest.get(..end.unwrap_or(rest.len())).unwrap_or_default();
        if !is_number(number) {
            let number: String = number.chars().take(60).collect();
            return Err(format!("`{number}` is no number of JSON"));
        }
        self.at += number.len();
        Ok(Json::Number(number.into()))
    }

    fn string(&mut self) -> Read<String> {
        self.at += 1;
        let mut out = String::new();
        loop {
            let rest = self.rest();
            let end = rest.find(|c: char| matches!(c, '"' | '\\') || c < ' ');
            let Some(end) = end else {
                self.at = self.text.len();
                return self.unexpected("a closing double quote");
            };
            out.push_str(rest.get(..end).unwrap_or_default());
            self.at += end;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(out);
                }
                Some(b'\\') => out.push(self.escape()?),
                Some(_) | None => return Err("a control character in a text is written `\\u…`".to_owned()),
            }
        }
    }

    fn escape(&mut self) -> Read<char> {
        const BAD: &str =
            "an escape that JSON does not have: `\\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX` are there";
        let sign = self.text.as_bytes().get(self.at + 1).copied();
        let plain = match sign {
            Some(sign @ (b'"' | b'\\' | b'/')) => char::from(sign),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => return self.unicode(),
            Some(_) | None => return Err(BAD.to_owned()),
        };
        self.at += 2;
        Ok(plain)
    }

    /// `\uXXXX`, or two of them for a character beyond the first 65,536.
    fn unicode(&mut self) -> Read<char> {
        const HALF: &str = "half of a pair of `\\u…`: it stands for no character";
        let first = self.unit()?;
        if let Some(c) = char::from_u32(first) {
            return Ok(c);
        }
        if !(0xD800..0xDC00).contains(&first) || !self.rest().starts_with("\\u") {
            return Err(HALF.to_owned());
        }
        let second = self.unit()?;
        let low = second.checked_sub(0xDC00).filter(|low| *low < 0x400).ok_or(HALF)?;
        char::from_u32(0x10000 + ((first - 0xD800) << 10) + low).ok_or_else(|| HALF.to_owned())
    }

    fn unit(&mut self) -> Read<u32> {
        let digits = self.rest().get(2..6).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        let unit = digits.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let unit = unit.ok_or("four hexadecimal digits were expected after `\\u`")?;
        self.at += 6;
        Ok(unit)
    }
}

/// A key as a part of a path; a long one is cut.
fn segment(key: &str) -> String {
    format!(".{}", key.chars().take(60).collect::<String>())
}

/// RFC 8259, 6.
fn is_number(word: &str) -> bool {
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let word = word.strip_prefix('-').unwrap_or(word);
    let (number, exponent) = match word.split_once(['e', 'E']) {
        Some((number, exponent)) => (number, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (word, None),
    };
    let (whole, fraction) = match number.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (number, None),
    };
    digits(whole)
        && (whole == "0" || !whole.starts_with('0'))
        && fraction.is_none_or(digits)
        && exponent.is_none_or(digits)
}
