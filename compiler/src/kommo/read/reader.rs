//! What reading handlers shares: what was wrong and odd so far, and values as exports have them.

use super::handlers::{HANDLERS, MOST_DEEP, Params};
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
pub(super) struct Reader {
    pub(super) problems: Vec<Problem>,
    pub(super) notes: Vec<Note>,
    pub(super) step: Option<i64>,
    lenient: bool,
    depth: usize,
    /// What was told once and holds for the whole file.
    told: Vec<&'static str>,
}

impl Reader {
    pub(super) fn new(lenient: bool) -> Reader {
        let (problems, notes, told) = (Vec::new(), Vec::new(), Vec::new());
        Reader { problems, notes, step: None, lenient, depth: 0, told }
    }

    /// Tells a problem, unless it comes of the one that was told before inside of the same place.
    pub(super) fn wrong<T>(&mut self, path: &str, what: &str, help: &str) -> Option<T> {
        let inside = |last: &Problem| {
            last.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let told = !path.is_empty() && self.problems.last().is_some_and(inside);
        if self.problems.len() < MOST && !told {
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

    /// A note about the whole file and no step of it: told where it is met first.
    fn once(&mut self, about: &'static str, path: &str, what: &str) {
        if !self.told.contains(&about) {
            self.told.push(about);
            let step = self.step.take();
            self.note(path, what);
            self.step = step;
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
                let what = format!("a list of handlers was expected, and this is {}", shown(json));
                self.wrong(path, &what, "write `[{\"handler\": …, \"params\": …}]`").unwrap_or_default()
            }
        }
    }

    /// The handlers of a key.
    pub(super) fn then(&mut self, json: &Json, key: &str, path: &str) -> Vec<Handler> {
        let then = something(json, key).map(|then| self.handlers(then, &format!("{path}.{key}")));
        then.unwrap_or_default()
    }

    fn handler(&mut self, json: &Json, path: &str) -> Option<Handler> {
        // Nothing that is found from here on would be told.
        if self.problems.len() >= MOST {
            return None;
        }
        let help = "write `{\"handler\": NAME, \"params\": {…}}`";
        let Some(name) = json.get("handler") else {
            return self.wrong(path, &format!("a handler was expected, and this is {}", shown(json)), help);
        };
        let Some(name) = name.as_text() else {
            return self.wrong(&format!("{path}.handler"), "the name of a handler is a text", help);
        };
        if self.depth >= MOST_DEEP {
            return self.wrong(path, "handlers stand inside of one another too deep", "use `goto`");
        }
        let empty = Json::Object(Vec::new());
        let params = json.get("params").unwrap_or(&empty);
        let Some((name, known)) = HANDLERS.iter().find(|(known, _)| *known == name) else {
            return self.unknown(name, params, path);
        };
        self.only(json, path, &["handler", "params"]);
        let place = format!("{path}.params");
        match (&known.params, params) {
            (Params::List, _) | (_, Json::Null | Json::Object(_)) => {}
            // PHP's empty object.
            (_, Json::List(items)) if items.is_empty() => {}
            (_, Json::Bool(_) | Json::Number(_) | Json::Text(_) | Json::List(_)) => {
                let what = format!("the parameters of `{name}` are an object, and this is {}", shown(params));
                return self.wrong(&place, &what, help);
            }
        }
        if let Params::Keys(keys) = known.params {
            self.only(params, &place, keys);
        }
        self.depth += 1;
        let what = (known.read)(self, params, &place);
        self.depth -= 1;
        what.map(|what| Handler { path: path.to_owned(), what })
    }

    fn unknown(&mut self, name: &str, params: &Json, path: &str) -> Option<Handler> {
        let shown = short(name);
        if self.lenient {
            self.note(path, &format!("nobody knows the handler `{shown}`; it is kept as a comment"));
            let what = What::Unknown { name: name.to_owned(), params: params.clone() };
            return Some(Handler { path: path.to_owned(), what });
        }
        // A name of a thousand letters is no slip of the hand.
        let near = if shown == name {
            suggest::nearest(name, HANDLERS.iter().map(|(known, _)| *known))
        } else {
            None
        };
        let help = match near {
            Some(near) => format!("did you mean `{near}`? `--lenient` keeps it as a comment and goes on"),
            None => "`--lenient` keeps it as a comment and goes on".to_owned(),
        };
        self.wrong(&format!("{path}.handler"), &format!("nobody knows the handler `{shown}`"), &help)
    }

    /// Notes keys that are none of these and say something; they are left out.
    pub(super) fn only(&mut self, json: &Json, path: &str, known: &[&str]) {
        let Json::Object(keys) = json else { return };
        for (key, value) in keys {
            if !known.contains(&&**key) && !is_nothing(value) {
                let key = short(key);
                self.note(&format!("{path}.{key}"), &format!("`{key}` is not read here, and is left out"));
            }
        }
    }

    /// A text that has to be there.
    pub(super) fn text(&mut self, json: &Json, key: &str, path: &str) -> String {
        let what = match json.get(key) {
            Some(Json::Text(_) | Json::Number(_)) => {
                return self.optional(json, key, path).unwrap_or_default();
            }
            Some(found) => format!("a text was expected, and this is {}", shown(found)),
            None => format!("`{key}` is missing"),
        };
        let help = format!("write `\"{key}\": \"…\"`");
        self.wrong(&format!("{path}.{key}"), &what, &help).unwrap_or_default()
    }

    /// A text, or a number as one; none where there is nothing.
    pub(super) fn optional(&mut self, json: &Json, key: &str, path: &str) -> Option<String> {
        match json.get(key)? {
            Json::Text(text) => Some(text.to_string()),
            Json::Number(number) => {
                let what =
                    "a number stands where a text was expected, and is read as its text, here and further on";
                self.once("number", &format!("{path}.{key}"), what);
                Some(number.to_string())
            }
            found @ (Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_)) => {
                if is_nothing(found) {
                    return None;
                }
                let what = format!("a text was expected, and this is {}", shown(found));
                self.wrong(&format!("{path}.{key}"), &what, &format!("write `\"{key}\": \"…\"`"))
            }
        }
    }

    /// The same, unless it is empty.
    pub(super) fn filled(&mut self, json: &Json, key: &str, path: &str) -> Option<String> {
        self.optional(json, key, path).filter(|text| !text.is_empty())
    }

    /// A text; where it is missing, what it is read as is told.
    pub(super) fn assumed(&mut self, json: &Json, key: &str, path: &str, default: &str) -> String {
        let told = self.problems.len();
        if let Some(found) = self.filled(json, key, path) {
            return found;
        }
        if self.problems.len() == told {
            self.note(&format!("{path}.{key}"), &format!("`{key}` is missing, and is read as `{default}`"));
        }
        default.to_owned()
    }

    /// Tells where a key that is the same in every bot is something else.
    pub(super) fn is_always(&mut self, json: &Json, key: &str, path: &str, known: &str) {
        let found = match something(json, key) {
            None => return,
            Some(Json::Text(text) | Json::Number(text)) if **text == *known => return,
            Some(found) => shown(found),
        };
        self.note(&format!("{path}.{key}"), &format!("this is read as `{known}`, and it is {found}"));
    }

    /// A whole number that has to be there, or a text of one.
    pub(super) fn int(&mut self, json: &Json, key: &str, path: &str) -> Option<i64> {
        let dot = if path.is_empty() { "" } else { "." };
        let place = || format!("{path}{dot}{key}");
        let what = match json.get(key) {
            Some(found @ (Json::Number(number) | Json::Text(number))) => {
                if let Ok(int) = number.trim().parse() {
                    if found.as_text().is_some() {
                        let what = "a text stands where a number was expected, and is read as one, here and further on";
                        self.once("text", &place(), what);
                    }
                    return Some(int);
                }
                format!("a whole number was expected, and this is {}", shown(found))
            }
            Some(found) => format!("a whole number was expected, and this is {}", shown(found)),
            None => format!("`{key}` is missing"),
        };
        self.wrong(&place(), &what, &format!("write `\"{key}\": 1`"))
    }

    /// `true` or `false`, also as PHP writes them; none where there is nothing.
    pub(super) fn flag(&mut self, json: &Json, key: &str, path: &str) -> Option<bool> {
        let found = json.get(key)?;
        let mended = match found {
            Json::Bool(flag) => return Some(*flag),
            Json::Null => return None,
            Json::Number(text) | Json::Text(text) => match &**text {
                "1" | "true" => Some(true),
                "0" | "false" | "" => Some(false),
                _ => None,
            },
            Json::List(_) | Json::Object(_) => None,
        };
        let place = format!("{path}.{key}");
        if mended.is_none() {
            let what = format!("`true` or `false` was expected, and this is {}", shown(found));
            return self.wrong(&place, &what, &format!("write `\"{key}\": true`"));
        }
        let what = "`true` and `false` are written in another way, and are read as such, here and further on";
        self.once("flag", &place, what);
        mended
    }

    /// An id: a whole number or a text; none for `null`, 0 and an empty text.
    pub(super) fn id(&mut self, json: &Json, key: &str, path: &str) -> Option<Json> {
        match something(json, key)? {
            Json::Text(text) if &**text == "0" => None,
            // One spelling for one id.
            Json::Text(text) => Some(text.parse::<i64>().map_or_else(|_| Json::text(text), Json::int)),
            Json::Number(text) if text.parse::<i64>().is_ok_and(|id| id > 0) => {
                Some(Json::Number(text.clone()))
            }
            found @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::List(_) | Json::Object(_)) => {
                let what = format!("an id was expected, and this is {}", shown(found));
                self.wrong(&format!("{path}.{key}"), &what, &format!("write `\"{key}\": 1`"))
            }
        }
    }

    /// The items of a list, each with its path; none where there is no list. PHP writes lists whose numbers have gaps as
    /// objects.
    pub(super) fn list<'j>(&mut self, json: &'j Json, key: &str, path: &str) -> Vec<(&'j Json, String)> {
        let place = |at: usize| format!("{path}.{key}[{at}]");
        match something(json, key) {
            None => Vec::new(),
            Some(Json::List(items)) => items.iter().enumerate().map(|(at, item)| (item, place(at))).collect(),
            Some(Json::Object(keys)) if keys.iter().all(|(key, _)| key.parse::<u32>().is_ok()) => {
                let what = "an object stands where a list was expected; its values are read in their order";
                self.once("list", &format!("{path}.{key}"), what);
                keys.iter().enumerate().map(|(at, (_, item))| (item, place(at))).collect()
            }
            Some(found) => {
                let what = format!("a list was expected, and this is {}", shown(found));
                self.wrong(&format!("{path}.{key}"), &what, "write it as `[…]`").unwrap_or_default()
            }
        }
    }

    /// A list of objects.
    pub(super) fn objects<'j>(&mut self, json: &'j Json, key: &str, path: &str) -> Vec<(&'j Json, String)> {
        let mut all = self.list(json, key, path);
        all.retain(|(item, place)| self.is_object(item, place));
        all
    }

    /// The object of a key; none where there is nothing.
    pub(super) fn object<'j>(&mut self, json: &'j Json, key: &str, path: &str) -> Option<&'j Json> {
        let found = something(json, key)?;
        self.is_object(found, &format!("{path}.{key}")).then_some(found)
    }

    pub(super) fn is_object(&mut self, json: &Json, path: &str) -> bool {
        let is = matches!(json, Json::Object(_));
        if !is {
            let what = format!("an object was expected, and this is {}", shown(json));
            self.wrong(path, &what, "write it as `{…}`").unwrap_or_default()
        }
        is
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, json: &Json, key: &str, path: &str) -> Vec<String> {
        let mut all = Vec::new();
        for (item, place) in self.list(json, key, path) {
            match item {
                Json::Text(text) | Json::Number(text) => all.push(text.to_string()),
                Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => {
                    let what = format!("a text was expected, and this is {}", shown(item));
                    self.wrong(&place, &what, "write `\"…\"`").unwrap_or_default()
                }
            }
        }
        all
    }

    /// Where the one `goto` of a key stands and leads; none where there is nothing.
    pub(super) fn only_goto(&mut self, json: &Json, key: &str, path: &str) -> Option<(String, Target)> {
        let place = format!("{path}.{key}");
        let json = something(json, key)?;
        match self.handlers(json, &place).as_slice() {
            [Handler { what: What::Goto(to), path }] => Some((path.clone(), *to)),
            _ => self.wrong(&place, "one `goto` was expected", "write one `goto`, or `null`"),
        }
    }

    /// `{"type": "question", "step": 3}`
    pub(super) fn target(&mut self, json: &Json, path: &str) -> Option<Target> {
        if !self.is_object(json, path) {
            return None;
        }
        self.only(json, path, &["type", "step"]);
        let step = self.int(json, "step", path);
        let part = match self.filled(json, "type", path).as_deref() {
            None | Some("question") => Part::Question,
            Some("answer") => Part::Answer,
            Some("finish") => Part::Finish,
            Some(other) => {
                let what = format!("a step has no part `{}`", short(other));
                return self.wrong(&format!("{path}.type"), &what, "write `question`, `answer` or `finish`");
            }
        };
        Some(Target { step: step?, part })
    }
}

/// The value of a key, unless it is nothing.
fn something<'j>(json: &'j Json, key: &str) -> Option<&'j Json> {
    json.get(key).filter(|found| !is_nothing(found))
}

/// What PHP writes for nothing.
fn is_nothing(json: &Json) -> bool {
    match json {
        Json::Null | Json::Bool(false) => true,
        Json::Text(text) => text.is_empty(),
        Json::Number(text) => &**text == "0",
        Json::List(items) => items.is_empty(),
        Json::Object(keys) => keys.is_empty(),
        Json::Bool(true) => false,
    }
}

/// As much of a text as a message has room for.
pub(super) fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

pub(super) fn shown(json: &Json) -> String {
    match json {
        Json::Text(text) => format!("the text {:?}", short(text)),
        Json::Number(text) => short(text),
        Json::Null | Json::Bool(_) | Json::List(_) | Json::Object(_) => json.what().to_owned(),
    }
}
