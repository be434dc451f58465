//! What reading handlers shares: what was wrong and odd so far, and values as exports have them.

use super::handlers::{HANDLERS, MOST_DEEP};
use crate::diagnostic::suggest;
use crate::kommo::bot::{Handler, Part, Target, What};
use sbot_embed::Json;

/// No more problems are told at once.
const MOST: usize = 100;

/// Something that is wrong with the JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The step, if it is one's.
    pub step: Option<i64>,
    /// From the root: `text.12.question[0].params.step`; empty for the whole file.
    pub path: String,
    /// What is wrong there.
    pub what: String,
    /// What to do about it.
    pub help: String,
}

/// Something that is odd, and was read all the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The step, if it is one's.
    pub step: Option<i64>,
    /// From the root.
    pub path: String,
    /// What is odd there.
    pub what: String,
}

/// While a file is read.
pub struct Reader {
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<Note>,
    pub(super) step: Option<i64>,
    lenient: bool,
    depth: usize,
}

impl Reader {
    pub(super) fn new(lenient: bool) -> Reader {
        Reader { problems: Vec::new(), notes: Vec::new(), step: None, lenient, depth: 0 }
    }

    pub(super) fn wrong<T>(&mut self, path: &str, what: &str, help: &str) -> Option<T> {
        if self.problems.len() < MOST {
            let (path, what, help) = (path.to_owned(), what.to_owned(), help.to_owned());
            self.problems.push(Problem { step: self.step, path, what, help });
        }
        None
    }

    pub(super) fn note(&mut self, path: &str, what: &str) {
        if self.notes.len() < MOST {
            self.notes.push(Note { step: self.step, path: path.to_owned(), what: what.to_owned() });
        }
    }

    /// Handlers in a list; one alone stands for itself.
    pub(super) fn handlers(&mut self, json: &Json, path: &str) -> Vec<Handler> {
        match json {
            Json::List(items) => items
                .iter()
                .enumerate()
                .filter_map(|(at, one)| self.handler(one, &format!("{path}[{at}]")))
                .collect(),
            Json::Object(keys) if keys.is_empty() => Vec::new(),
            Json::Object(_) => self.handler(json, path).into_iter().collect(),
            Json::Null => Vec::new(),
            Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
                let what = format!("a list of handlers was expected, and this is {}", json.what());
                self.wrong(path, &what, "write `[{\"handler\": …, \"params\": …}]`").unwrap_or_default()
            }
        }
    }

    fn handler(&mut self, json: &Json, path: &str) -> Option<Handler> {
        let help = "write `{\"handler\": NAME, \"params\": {…}}`";
        let Some(name) = json.get("handler") else {
            return self.wrong(path, &format!("a handler was expected, and this is {}", json.what()), help);
        };
        let Some(name) = name.as_text() else {
            return self.wrong(&format!("{path}.handler"), "the name of a handler is a text", help);
        };
        if self.depth >= MOST_DEEP {
            return self.wrong(path, "handlers stand inside of one another too deep", "use `goto`");
        }
        let empty = Json::Object(Vec::new());
        let params = json.get("params").unwrap_or(&empty);
        let Some((_, read)) = HANDLERS.iter().find(|(known, _)| *known == name) else {
            if self.lenient {
                self.note(path, &format!("nobody knows the handler `{name}`; it is kept as a comment"));
                let what = What::Unknown { name: name.to_owned(), params: params.clone() };
                return Some(Handler { path: path.to_owned(), what });
            }
            let help = match suggest::nearest(name, HANDLERS.iter().map(|(known, _)| *known)) {
                Some(near) => format!("did you mean `{near}`? `--lenient` keeps it as a comment and goes on"),
                None => "`--lenient` keeps it as a comment and goes on".to_owned(),
            };
            return self.wrong(
                &format!("{path}.handler"),
                &format!("nobody knows the handler `{name}`"),
                &help,
            );
        };
        self.depth += 1;
        let what = read(self, params, &format!("{path}.params"));
        self.depth -= 1;
        what.map(|what| Handler { path: path.to_owned(), what })
    }

    /// A text that has to be there.
    pub(super) fn text(&mut self, json: &Json, key: &str, path: &str) -> String {
        match self.optional(json, key) {
            Some(text) => text,
            None => {
                let what = match json.get(key) {
                    Some(found) => format!("a text was expected, and this is {}", found.what()),
                    None => format!("`{key}` is missing"),
                };
                self.wrong(&format!("{path}.{key}"), &what, &format!("write `\"{key}\": \"…\"`"))
                    .unwrap_or_default()
            }
        }
    }

    /// A text, or a number as one; nothing where there is none, or where it is empty.
    pub(super) fn optional(&self, json: &Json, key: &str) -> Option<String> {
        match json.get(key)? {
            Json::Text(text) | Json::Number(text) => Some(text.to_string()),
            Json::Bool(_) | Json::Null | Json::List(_) | Json::Object(_) => None,
        }
    }

    /// The same, unless it is empty.
    pub(super) fn filled(&self, json: &Json, key: &str) -> Option<String> {
        self.optional(json, key).filter(|text| !text.is_empty())
    }

    /// An int, or a text of one.
    pub(super) fn maybe_int(&self, json: &Json, key: &str) -> Option<i64> {
        match json.get(key)? {
            Json::Text(text) | Json::Number(text) => text.trim().parse().ok(),
            Json::Bool(_) | Json::Null | Json::List(_) | Json::Object(_) => None,
        }
    }

    pub(super) fn int(&mut self, json: &Json, key: &str, path: &str) -> Option<i64> {
        if let Some(number) = self.maybe_int(json, key) {
            return Some(number);
        }
        let what = match json.get(key) {
            Some(found) => format!("a whole number was expected, and this is {}", shown(found)),
            None => format!("`{key}` is missing"),
        };
        self.wrong(&format!("{path}.{key}"), &what, &format!("write `\"{key}\": 1`"))
    }

    /// An id: a number or a text; nothing for `null`, 0 and an empty text.
    pub(super) fn id(&self, json: &Json, key: &str) -> Option<Json> {
        match json.get(key)? {
            Json::Number(text) => (&**text != "0").then(|| Json::Number(text.clone())),
            Json::Text(text) if text.is_empty() || &**text == "0" => None,
            // One spelling for one id.
            Json::Text(text) => Some(text.parse::<i64>().map_or_else(|_| Json::text(text), Json::int)),
            Json::Bool(_) | Json::Null | Json::List(_) | Json::Object(_) => None,
        }
    }

    /// The items of a list; none where there is no list. PHP writes lists whose numbers have gaps as objects.
    pub(super) fn list<'j>(&mut self, json: &'j Json, key: &str, path: &str) -> Vec<&'j Json> {
        match json.get(key) {
            None | Some(Json::Null) => Vec::new(),
            Some(Json::List(items)) => items.iter().collect(),
            Some(Json::Object(keys)) => keys.iter().map(|(_, value)| value).collect(),
            Some(found @ (Json::Bool(_) | Json::Number(_) | Json::Text(_))) => {
                let what = format!("a list was expected, and this is {}", found.what());
                self.wrong(&format!("{path}.{key}"), &what, "write it as `[…]`").unwrap_or_default()
            }
        }
    }

    /// Keys that are none of these.
    pub(super) fn others(&self, json: &Json, known: &[&str]) -> Vec<String> {
        let Json::Object(keys) = json else { return Vec::new() };
        keys.iter().filter(|(key, _)| !known.contains(&&**key)).map(|(key, _)| key.to_string()).collect()
    }

    /// `{"type": "question", "step": 3}`
    pub(super) fn target(&mut self, json: &Json, path: &str) -> Option<Target> {
        let step = self.int(json, "step", path)?;
        let part = match self.optional(json, "type").as_deref() {
            None | Some("question") => Part::Question,
            Some("answer") => Part::Answer,
            Some("finish") => Part::Finish,
            Some(other) => {
                let what = format!("a step has no part `{other}`");
                return self.wrong(&format!("{path}.type"), &what, "write `question`, `answer` or `finish`");
            }
        };
        Some(Target { step, part })
    }
}

fn shown(json: &Json) -> String {
    match json {
        Json::Text(text) => format!("the text {:?}", text.chars().take(40).collect::<String>()),
        Json::Number(text) => text.chars().take(40).collect(),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => json.what().to_owned(),
    }
}
