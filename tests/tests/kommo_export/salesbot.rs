//! What Kommo does with an exported file, as far as its documents and the exports that people have published tell: an
//! interpreter of the file's `text`, for tests. It reads the JSON and knows nothing of the compiler.
//!
//! Where Kommo publishes no rule, it follows what the report of an export says that the file rests on: a synonym counts
//! inside of a longer message as whole words, an empty field is an empty text, the ends of a range are asked for apart.

use regex::RegexBuilder;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// An exported bot.
pub(crate) struct Salesbot {
    steps: Map<String, Value>,
}

/// What happens to a bot.
pub(crate) enum Event<'e> {
    /// The client writes.
    Says(&'e str),
    /// The client presses a button.
    Presses(&'e str),
    /// Time passes, until this moment in seconds.
    Time(i64),
    /// A widget leaves by an exit, with data by their names.
    Answers(&'e str, Vec<(&'e str, String)>),
}

/// A conversation.
pub(crate) struct Talk<'b> {
    bot: &'b Salesbot,
    /// By what stands between the braces of a placeholder: `contact.name`.
    pub(crate) fields: BTreeMap<String, String>,
    /// The options that Round Robin will draw.
    pub(crate) draws: VecDeque<usize>,
    /// Which of its messages cannot be delivered, by their numbers from 0.
    pub(crate) failing: BTreeSet<usize>,
    sent: usize,
    /// What it has done since the last look.
    pub(crate) done: Vec<String>,
    now: i64,
    waits: Waits,
    handlers: usize,
}

/// What a conversation waits for.
#[derive(Debug, PartialEq)]
enum Waits {
    /// It is over.
    Ended,
    /// Replies lead on from this step; timers race.
    Reply(String, Vec<(i64, Value)>),
    /// One of these events.
    Events(Vec<(Wait, Value)>),
    /// A widget, by these exits.
    Widget(Map<String, Value>),
}

#[derive(Debug, PartialEq)]
enum Wait {
    Message,
    Timer(i64),
}

/// No conversation does so much without waiting.
const MOST_HANDLERS: usize = 10_000;

fn text<'v>(value: &'v Value, key: &str) -> &'v str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

impl Salesbot {
    /// Reads an exported file.
    pub(crate) fn read(file: &str) -> Salesbot {
        let file: Value = serde_json::from_str(file).unwrap();
        let text = file["model"]["text"].as_str().expect("the logic is a text of JSON");
        let mut steps: Map<String, Value> = serde_json::from_str(text).unwrap();
        assert_eq!(steps.remove("conversation"), Some(Value::Bool(false)));
        Salesbot { steps }
    }

    /// A conversation that begins at the starting block.
    pub(crate) fn start(&self, now: i64, message: &str, fields: BTreeMap<String, String>) -> Talk<'_> {
        let mut talk = Talk {
            bot: self,
            fields,
            draws: VecDeque::new(),
            failing: BTreeSet::new(),
            sent: 0,
            done: Vec::new(),
            now,
            waits: Waits::Ended,
            handlers: 0,
        };
        talk.fields.insert("message_text".into(), message.into());
        talk
    }
}

impl Talk<'_> {
    /// Runs the starting block.
    pub(crate) fn begin(&mut self) {
        self.go(&serde_json::json!({"type": "question", "step": 0}));
    }

    /// Whether it is over.
    pub(crate) fn is_over(&self) -> bool {
        self.waits == Waits::Ended
    }

    /// What it waits for, in a word.
    pub(crate) fn waits(&self) -> Vec<String> {
        let timer = |due: &i64| format!("timer {due}");
        let mut all: Vec<String> = match &self.waits {
            Waits::Ended | Waits::Widget(_) => Vec::new(),
            Waits::Reply(_, timers) => std::iter::once("message".to_owned())
                .chain(timers.iter().map(|(due, _)| timer(due)))
                .collect(),
            Waits::Events(events) => events
                .iter()
                .map(|(wait, _)| match wait {
                    Wait::Message => "message".to_owned(),
                    Wait::Timer(due) => timer(due),
                })
                .collect(),
        };
        all.sort();
        all
    }

    /// Something happens.
    pub(crate) fn takes(&mut self, event: &Event<'_>) {
        self.handlers = 0;
        match event {
            Event::Says(words) => {
                self.fields.insert("message_text".into(), (*words).to_owned());
                self.replies(words, false);
            }
            Event::Presses(label) => {
                self.fields.insert("message_text".into(), (*label).to_owned());
                self.replies(label, true);
            }
            Event::Time(now) => {
                self.now = *now;
                let due = match &self.waits {
                    Waits::Ended | Waits::Widget(_) => None,
                    Waits::Reply(_, timers) => timers
                        .iter()
                        .filter(|(due, _)| due <= now)
                        .min_by_key(|(due, _)| *due)
                        .map(|(_, to)| to),
                    Waits::Events(events) => events
                        .iter()
                        .filter_map(|(wait, to)| match wait {
                            Wait::Timer(due) if due <= now => Some((due, to)),
                            Wait::Timer(_) | Wait::Message => None,
                        })
                        .min_by_key(|(due, _)| **due)
                        .map(|(_, to)| to),
                };
                if let Some(to) = due.cloned() {
                    self.go(&to);
                }
            }
            Event::Answers(exit, data) => {
                let Waits::Widget(exits) = &self.waits else { panic!("no widget works") };
                let to = exits.get(*exit).expect("the exit of a widget leads somewhere").clone();
                // What an earlier widget has given is gone.
                self.fields.retain(|name, _| !name.starts_with("json."));
                self.fields.extend(data.iter().map(|(name, value)| (format!("json.{name}"), value.clone())));
                self.go(&to);
            }
        }
    }

    fn replies(&mut self, words: &str, pressed: bool) {
        match &self.waits {
            Waits::Ended | Waits::Widget(_) => {}
            Waits::Events(events) => {
                if let Some(to) =
                    events.iter().find(|(wait, _)| *wait == Wait::Message).map(|(_, to)| to.clone())
                {
                    self.go(&to);
                }
            }
            Waits::Reply(step, _) => {
                let answer = list(&self.bot.steps[step], "answer").to_vec();
                let branches = answer.iter().filter(|one| text(one, "handler") == "buttons");
                let branches: Vec<Value> = branches.flat_map(|one| list(one, "params")).cloned().collect();
                let label = if pressed { self.label(step, words) } else { words.to_owned() };
                let equal = branches.iter().find(|branch| {
                    let known = |word: &str| folded(word) == folded(&label);
                    branch.get("value").is_some_and(|value| known(&plain(value)))
                        || list(branch, "synonyms").iter().any(|word| known(&plain(word)))
                });
                let within = || {
                    branches.iter().find(|branch| {
                        list(branch, "synonyms").iter().any(|word| has_words(words, &plain(word)))
                    })
                };
                let other = || branches.iter().find(|branch| text(branch, "type") == "else");
                let Some(taken) = equal.or_else(within).or_else(other).cloned() else { return };
                self.waits = Waits::Ended;
                self.run(list(&taken, "params"), None);
            }
        }
    }

    /// What the branch of a pressed option is called: the row of a list has a name of its own.
    fn label(&self, step: &str, shown: &str) -> String {
        let sent = list(&self.bot.steps[step], "question");
        let sections = sent.iter().flat_map(|one| list(&one["params"]["list_message"], "sections"));
        let mut rows = sections.flat_map(|section| list(section, "rows"));
        let row = rows.find(|row| text(row, "title") == shown);
        row.map_or_else(|| shown.to_owned(), |row| text(row, "callback_data").to_owned())
    }

    fn go(&mut self, to: &Value) {
        self.waits = Waits::Ended;
        let (part, step) = (text(to, "type"), to["step"].to_string());
        let Some(found) = self.bot.steps.get(&step) else {
            assert_eq!(part, "finish", "step {step} is nowhere");
            return;
        };
        let found = found.clone();
        self.run(list(&found, part), Some(&step));
    }

    /// Runs handlers until one leads away. `step` is the one whose question they are.
    fn run(&mut self, handlers: &[Value], step: Option<&str>) {
        let mut asks = false;
        for one in handlers {
            self.handlers += 1;
            assert!(self.handlers < MOST_HANDLERS, "it goes in a circle without waiting");
            let params = &one["params"];
            match text(one, "handler") {
                "send_message" => {
                    asks |= self.send(params);
                    self.sent += 1;
                    if self.failing.contains(&(self.sent - 1)) {
                        // Nothing waits for a message that nobody gets.
                        return params["on_error"].get("params").into_iter().for_each(|to| self.go(to));
                    }
                }
                "goto" => return self.go(params),
                "waits" => {
                    let events = list(params, "conditions")
                        .iter()
                        .map(|one| (self.event(&one["event"]), one["action"].clone()));
                    self.waits = Waits::Events(events.collect());
                    return;
                }
                "conditions" => {
                    if self.holds(params, Talk::compares) {
                        return self.run(list(params, "result"), None);
                    }
                }
                "validations" => {
                    if self.holds(params, Talk::validates) {
                        return self.run(list(params, "result"), None);
                    }
                }
                "distribution" => {
                    let variants = list(params, "variants").to_vec();
                    let drawn = self.draws.pop_front().expect("a draw");
                    return self.go(&variants[drawn]);
                }
                "widget" => {
                    let given = params["params"].as_object().into_iter().flatten();
                    let given: Vec<String> = given
                        .map(|(name, value)| format!("{name} {:?}", self.filled(&plain(value))))
                        .collect();
                    self.done.push(format!(
                        "widget {} {}",
                        text(params, "widget_source_code"),
                        given.join(", ")
                    ));
                    let exits = params["exits"].as_object().cloned().unwrap_or_default();
                    if !exits.is_empty() {
                        self.waits = Waits::Widget(exits);
                        return;
                    }
                }
                "stop" => return self.stop(params),
                "send_internal" => {
                    let who =
                        if params["group_id"].is_null() { &params["user_id"] } else { &params["group_id"] };
                    let words = self.filled(text(params, "message"));
                    self.done.push(format!("internal {} {words:?}", plain(who)));
                }
                "send_comment" => {
                    let words = self.filled(text(params, "text"));
                    self.done.push(format!("comment {words:?}"));
                }
                "trigger" => {
                    let settings = &params["trigger"]["settings"];
                    assert_eq!(text(&params["trigger"], "action"), "create_task");
                    let words = self.filled(text(settings, "task_text"));
                    self.done.push(format!("task {words:?}"));
                }
                "action" => self.act(text(params, "name"), &params["params"]),
                other => panic!("the interpreter does not know {other}"),
            }
        }
        if let (true, Some(step)) = (asks, step) {
            let silent = self.bot.steps[step].get("no_answer");
            let silent =
                silent.map(|goto| &self.bot.steps[&goto["params"]["step"].to_string()]["question"][0]);
            let timers = silent.iter().flat_map(|waits| list(&waits["params"], "conditions"));
            let timers =
                timers.map(|one| (self.now + one["event"]["delay"].as_i64().unwrap(), one["action"].clone()));
            self.waits = Waits::Reply(step.to_owned(), timers.collect());
        }
    }

    fn event(&self, event: &Value) -> Wait {
        match text(event, "source") {
            "message" => Wait::Message,
            "timer" => Wait::Timer(self.now + event["delay"].as_i64().unwrap()),
            other => panic!("the interpreter does not know the event {other}"),
        }
    }

    /// Sends a message; whether it waits for a reply.
    fn send(&mut self, params: &Value) -> bool {
        let mut said = format!("send {:?}", self.filled(text(params, "text")));
        let mut asks = false;
        for button in list(params, "buttons") {
            let link = text(button, "url");
            asks |= text(button, "type") == "inline";
            said.push_str(&format!(
                " [{}{}{}]",
                text(button, "text"),
                if link.is_empty() { "" } else { " " },
                self.filled(link)
            ));
        }
        for section in list(&params["list_message"], "sections") {
            asks = true;
            for row in list(section, "rows") {
                said.push_str(&format!(" [{}]", text(row, "title")));
            }
        }
        for file in list(params, "attachments") {
            said.push_str(&format!(" +{}", text(file, "value")));
        }
        if !params["template_id"].is_null() {
            said.push_str(&format!(" template {}", plain(&params["template_id"])));
        }
        self.done.push(said);
        asks
    }

    fn stop(&mut self, params: &Value) {
        match text(params, "action") {
            "talk-close" => self.done.push("close".to_owned()),
            "salesbot-start" => self.done.push(format!("start {}", plain(&params["bot"]))),
            "" => {}
            other => panic!("the interpreter does not know how to stop by {other}"),
        }
        self.waits = Waits::Ended;
    }

    fn act(&mut self, name: &str, params: &Value) {
        let entity =
            params["element_type"].as_i64().map_or_else(String::new, |number| format!(" of {number}"));
        match name {
            "set_custom_fields" => {
                let into = text(params, "custom_field").trim_matches(['{', '}']).to_owned();
                let value = self.filled(&plain(&params["value"]));
                let calculated = params["calculated"].as_bool() == Some(true);
                let value = if calculated { calculate(&value) } else { value };
                self.done.push(format!("set {into} = {value}"));
                self.fields.insert(into, value);
            }
            "set_tag" | "unset_tag" => {
                let tags: Vec<String> =
                    list(params, "value").iter().map(|tag| self.filled(&plain(tag))).collect();
                self.done.push(format!("{name} {}{entity}", tags.join(", ")));
            }
            "add_note" => {
                let words = self.filled(text(params, "text"));
                self.done.push(format!("note {words:?}{entity}"));
            }
            "change_status" => self.done.push(format!("status {}", plain(&params["value"]))),
            "change_responsible_user" => {
                self.done.push(format!("responsible {}{entity}", plain(&params["value"])))
            }
            "subscribe" | "unsubscribe" => {
                self.done.push(format!("{name} {} {}", text(params, "type"), plain(&params["value"])));
            }
            other => panic!("the interpreter does not know the action {other}"),
        }
    }

    /// A text with its placeholders filled in.
    fn filled(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("{{") {
            let (name, after) = behind.split_once("}}").expect("a placeholder has an end");
            out.push_str(before);
            out.push_str(self.fields.get(name).map(String::as_str).unwrap_or_default());
            rest = after;
        }
        out + rest
    }

    fn holds(&mut self, params: &Value, test: fn(&mut Self, &Value) -> bool) -> bool {
        let tests = list(params, "conditions").to_vec();
        match text(params, "logic") {
            "and" => tests.iter().all(|one| test(self, one)),
            "or" => tests.iter().any(|one| test(self, one)),
            other => panic!("the interpreter does not know the logic {other}"),
        }
    }

    fn compares(&mut self, test: &Value) -> bool {
        let left = self.filled(&plain(&test["term1"]));
        let number = |text: &str| text.parse::<f64>().ok();
        let same = |right: &str| match (number(&left), number(right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        };
        let right = &test["term2"];
        match text(test, "operation") {
            "=" => same(&self.filled(&plain(right))),
            "!=" => !same(&self.filled(&plain(right))),
            "contains" => folded(&left).contains(&folded(&self.filled(&plain(right)))),
            "in_range" => match (number(&left), number(&plain(&right["from"])), number(&plain(&right["to"])))
            {
                // Whether the ends belong to it is not published: no test may rest on it.
                (Some(left), Some(from), Some(to)) => from < left && left < to,
                _ => false,
            },
            other => panic!("the interpreter does not know the operation {other}"),
        }
    }

    fn validates(&mut self, test: &Value) -> bool {
        let value = self.filled(&plain(&test["client_value"]));
        assert_eq!(text(test, "operation"), "contains", "{test}");
        let found = match text(test, "type") {
            "regex" => matched(&value, text(test, "condition_value")),
            "phone" => matched(&value, r"/\+?\d[\d\s().-]{5,}\d/u"),
            "email" => matched(&value, r"/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/u"),
            "range_numbers" => {
                let number = matched(&value, r"/-?\d+(?:[.,]\d+)*/u");
                let end = |key: &str| plain(&test["condition_value"][key]).parse::<f64>().unwrap();
                let inside = |number: &String| {
                    number.parse::<f64>().is_ok_and(|number| end("from") <= number && number <= end("to"))
                };
                number.filter(inside)
            }
            other => panic!("the interpreter does not know the validation {other}"),
        };
        let holds = found.is_some();
        if let Some(found) = found {
            self.fields.insert("last_validation_result".into(), found);
        }
        holds
    }
}

/// What a regular expression of PHP finds. Words are bounded by lookaround there, which our engine does not have.
fn matched(value: &str, pattern: &str) -> Option<String> {
    let (inner, flags) = pattern.strip_prefix('/').unwrap().rsplit_once('/').unwrap();
    let inner = inner.replace("\\/", "/");
    if let Some(length) = inner.strip_prefix(r"^\X{").and_then(|rest| rest.strip_suffix("}$")) {
        let count = unicode_segmentation::UnicodeSegmentation::graphemes(value.trim(), true).count();
        let (from, to) = length.split_once(',').unwrap_or((length, length));
        let inside = from.parse::<usize>().unwrap() <= count && count <= to.parse::<usize>().unwrap();
        return inside.then(|| value.to_owned());
    }
    let word = r"[\p{L}\p{N}_]";
    let inner = inner.replace(&format!("(?<!{word})"), r"(?:^|[^\p{L}\p{N}_])");
    let inner = inner.replace(&format!("(?!{word})"), r"(?:$|[^\p{L}\p{N}_])");
    let regex = RegexBuilder::new(&inner).case_insensitive(flags.contains('i')).build().unwrap();
    regex.find(value).map(|found| found.as_str().to_owned())
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether a message has these words in it, as whole words.
fn has_words(message: &str, words: &str) -> bool {
    let split = |text: &str| {
        unicode_segmentation::UnicodeSegmentation::unicode_words(text.to_lowercase().as_str())
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let (message, words) = (split(message), split(words));
    !words.is_empty() && message.windows(words.len()).any(|part| part == words)
}

/// A formula: numbers, `+ - * /` and parentheses. An empty field counts as 0.
fn calculate(formula: &str) -> String {
    let mut signs: Vec<char> = formula.chars().filter(|c| !c.is_whitespace()).collect();
    signs.reverse();
    let value = sum(&mut signs);
    assert!(signs.is_empty(), "{formula}");
    value.to_string()
}

fn sum(signs: &mut Vec<char>) -> f64 {
    let mut value = product(signs);
    while let Some(sign @ ('+' | '-')) = signs.last().copied() {
        signs.pop();
        let other = product(signs);
        value += if sign == '+' { other } else { -other };
    }
    value
}

fn product(signs: &mut Vec<char>) -> f64 {
    let mut value = factor(signs);
    while let Some(sign @ ('*' | '/')) = signs.last().copied() {
        signs.pop();
        let other = factor(signs);
        value = if sign == '*' { value * other } else { value / other };
    }
    value
}

fn factor(signs: &mut Vec<char>) -> f64 {
    if signs.last() == Some(&'(') {
        signs.pop();
        let value = sum(signs);
        assert_eq!(signs.pop(), Some(')'));
        return value;
    }
    let mut number = String::new();
    while let Some(sign) = signs.last().copied().filter(|c| c.is_ascii_digit() || *c == '.') {
        number.push(sign);
        signs.pop();
    }
    if number.is_empty() { 0.0 } else { number.parse().unwrap() }
}
