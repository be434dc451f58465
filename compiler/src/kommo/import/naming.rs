//! Names of steps: those that the file spells, and else what a person would call them by what they do.

use super::merge::Places;
use super::tree::{Found, Head, On, Stmt};
use super::words;
use crate::kommo::bot::Target;
use std::collections::{BTreeMap, BTreeSet};

/// Names that no step may have.
const NOT_STEPS: &[&str] = &["end", "bot"];

/// What leads to a step first.
enum Way {
    Label(String),
    Timeout,
    Failed,
    Other,
    Answer(String),
    /// From the end of another step, or from a branch.
    Plain,
}

/// By place.
pub(super) fn names(places: &Places, failed: Option<Target>) -> BTreeMap<Target, String> {
    let ways = ways(places);
    let mut names = BTreeMap::new();
    let mut taken = BTreeSet::new();
    let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
    let spelled = |at: &Target| places.spelled.get(at).map(|(step, number)| (step.clone(), *number));
    for at in &places.order {
        if let Some((step, 1)) = spelled(at)
            && taken.insert(step.clone())
        {
            names.insert(*at, step);
        }
    }
    for at in &places.order {
        if names.contains_key(at) {
            continue;
        }
        let tree = places.trees.get(at).map(Vec::as_slice).unwrap_or_default();
        let wanted = spelled(at).map(|(step, _)| step).unwrap_or_else(|| {
            if *at == places.entry {
                let greets = tree.iter().find(|stmt| !matches!(stmt, Stmt::Note(_)));
                return if matches!(greets, Some(Stmt::Wait(wait)) if matches!(wait.head, Head::Message(_))) { "greet" } else { "start" }.to_owned();
            }
            if Some(*at) == failed && !ways.contains_key(at) && !tree.iter().any(|stmt| matches!(stmt, Stmt::Wait(_))) {
                return "undelivered".to_owned();
            }
            wanted(tree, ways.get(at))
        });
        let wanted = words::name(wanted, "step", NOT_STEPS);
        let mut name = wanted.clone();
        while !taken.insert(name.clone()) {
            let number = numbers.entry(wanted.clone()).or_insert(1u32);
            *number += 1;
            name = format!("{wanted}_{number}");
        }
        names.insert(*at, name);
    }
    names
}

fn wanted(tree: &[Stmt], way: Option<&Way>) -> String {
    if let Some(asked) = asks(tree) {
        return format!("ask_{asked}");
    }
    let says =
        tree.iter().any(|stmt| matches!(stmt, Stmt::Wait(wait) if matches!(wait.head, Head::Message(_))));
    let by_way = match way {
        Some(Way::Label(label)) => words::slug(label, 3, 24),
        Some(Way::Answer(code)) => Some(code.clone()),
        Some(Way::Timeout) if says => Some("followup".to_owned()),
        Some(Way::Failed) => Some("undelivered".to_owned()),
        Some(Way::Other) if says => Some("again".to_owned()),
        Some(Way::Timeout | Way::Other | Way::Plain) | None => None,
    };
    by_way.or_else(|| question(tree)).or_else(|| does(tree)).unwrap_or_else(|| "part".to_owned())
}

/// Words that say little about a message, in languages that many bots are written in.
const SMALL: &[&str] = &[
    "a", "an", "and", "are", "at", "can", "could", "do", "does", "for", "from", "hello", "hey", "hi", "how",
    "i", "in", "is", "it", "me", "my", "of", "ok", "on", "or", "our", "please", "so", "that", "the", "this",
    "to", "us", "we", "what", "when", "which", "will", "with", "would", "you", "your", "hola", "de", "del",
    "el", "en", "es", "la", "las", "lo", "los", "para", "por", "que", "qué", "su", "tu", "un", "una", "y",
    "com", "e", "o", "os", "as", "da", "do", "no", "na", "olá", "oi", "você", "и", "в", "на", "с", "вы",
    "вас", "ваш", "для", "как", "мы", "что", "это",
];

/// A message by the words that tell most.
fn gist(text: &str, count: usize) -> Option<String> {
    let text = visible(text);
    let telling: Vec<&str> = text
        .split_whitespace()
        .filter(|word| {
            !SMALL.contains(&word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase().as_str())
        })
        .collect();
    words::slug(&telling.join(" "), count, 24).or_else(|| words::slug(&text, 3, 24))
}

/// A message that asks something: what.
fn question(tree: &[Stmt]) -> Option<String> {
    tree.iter().find_map(|stmt| {
        let Stmt::Wait(wait) = stmt else { return None };
        let Head::Message(say) = &wait.head else { return None };
        if wait.exits.is_empty() {
            return None;
        }
        // The question itself, and not what is said before it.
        let text = visible(&say.text);
        let (before, _) = text.split_once('?')?;
        let asked = before.rsplit(['.', '!', '\n', ':']).next().unwrap_or(before);
        gist(asked, 2).map(|gist| format!("ask_{gist}"))
    })
}

/// What a step asks the client for.
fn asks(tree: &[Stmt]) -> Option<&'static str> {
    tree.iter().find_map(|stmt| {
        let Stmt::Wait(wait) = stmt else { return None };
        let Head::Validate { finds, .. } = &wait.head else { return None };
        match finds {
            Found::Phone => Some("phone"),
            Found::Email => Some("email"),
            Found::Number => Some("number"),
            Found::Text => None,
        }
    })
}

/// What calls are named by.
const CALLS: &[(&str, &str)] = &[
    ("send_internal(", "human"),
    ("change_responsible(", "human"),
    ("change_conversation_status(", "close"),
    ("add_task(", "task"),
    ("add_note(", "note"),
    ("create_lead(", "new_lead"),
    ("manage_subscribers(", "subscribers"),
    ("send_webhook(", "webhook"),
    ("comment(", "comment"),
    ("if contact.", "ask_contact"),
    ("pause ", "wait"),
];

/// What a step does first.
fn does(tree: &[Stmt]) -> Option<String> {
    tree.iter().find_map(|stmt| match stmt {
        Stmt::Line(line) => line_name(line),
        Stmt::Wait(wait) => match &wait.head {
            Head::Message(say) => gist(&say.text, 3),
            Head::Pause => Some("wait".to_owned()),
            Head::Validate { .. } => Some("check_answer".to_owned()),
            Head::Call(line) => line_name(line),
        },
        Stmt::If(test) => Some(checks(&test.test.expr)),
        Stmt::Choose(arms, _) => {
            Some(checks(arms.first().map(|arm| arm.test.expr.as_str()).unwrap_or_default()))
        }
        Stmt::Rotate(_) => Some("split".to_owned()),
        Stmt::Leave(bot) => Some(format!("to_{bot}")),
        Stmt::Note(_) | Stmt::Go(_) | Stmt::End | Stmt::Stuck => None,
    })
}

fn line_name(line: &str) -> Option<String> {
    if let Some((_, name)) = CALLS.iter().find(|(call, _)| line.starts_with(call)) {
        return Some((*name).to_owned());
    }
    if let Some(field) = line.strip_prefix("set ") {
        let field = field.split([' ', '=']).next().and_then(|path| path.rsplit('.').next())?;
        return Some(format!("save_{field}"));
    }
    if let Some(stage) = line.strip_prefix("change_lead_status(") {
        let stage = stage.trim_end_matches(')').rsplit('.').next()?;
        return Some(format!("move_to_{stage}"));
    }
    if let Some(tags) = line.strip_prefix("manage_tags(") {
        let tag = tags.split('"').nth(1).and_then(|tag| words::slug(&visible(tag), 2, 16));
        return Some(tag.map_or_else(|| "tags".to_owned(), |tag| format!("tag_{tag}")));
    }
    if let Some(text) = line.strip_prefix("message ") {
        return words::slug(&visible(text), 3, 24);
    }
    words::slug(line.split('(').next().unwrap_or_default(), 2, 24)
}

/// A text without what stands between braces and without escapes.
fn visible(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0;
    for c in text.replace("\\n", " ").chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

fn checks(expr: &str) -> String {
    let path =
        expr.split(' ').find(|word| word.contains('.') && word.starts_with(|c: char| c.is_alphabetic()));
    let what = path.and_then(|path| path.rsplit('.').next()).and_then(|name| words::slug(name, 2, 20));
    match what.as_deref() {
        None | Some("text") => "check_answer".to_owned(),
        Some(what) => format!("check_{what}"),
    }
}

/// What leads to each place; a label tells most.
fn ways(places: &Places) -> BTreeMap<Target, Way> {
    let mut ways: BTreeMap<Target, Way> = BTreeMap::new();
    for at in &places.order {
        gather(places.trees.get(at).map(Vec::as_slice).unwrap_or_default(), &mut ways);
    }
    ways
}

/// A second way of another kind leaves nothing to name a step by but what it does.
fn led(ways: &mut BTreeMap<Target, Way>, to: Target, way: Way) {
    use Way::{Answer, Failed, Label, Other, Plain, Timeout};
    let stays = match (ways.get(&to), &way) {
        (None, _) | (Some(Answer(_) | Failed | Other | Plain | Timeout), Label(_)) => false,
        (Some(Label(_) | Answer(_)), _)
        | (Some(Failed), Failed)
        | (Some(Timeout), Timeout)
        | (Some(Other), Other) => true,
        (Some(Failed | Timeout | Other | Plain), _) => {
            ways.insert(to, Plain);
            true
        }
    };
    if !stays {
        ways.insert(to, way);
    }
}

fn gather(list: &[Stmt], ways: &mut BTreeMap<Target, Way>) {
    for stmt in list {
        if let Stmt::Go(to) = stmt {
            led(ways, *to, Way::Plain);
        }
        let Stmt::Wait(wait) = stmt else {
            stmt.bodies().into_iter().for_each(|body| gather(body, ways));
            continue;
        };
        if let Head::Message(say) = &wait.head {
            for choice in say.choices() {
                body(&choice.body, Way::Label(choice.label.clone()), ways);
            }
        }
        for exit in &wait.exits {
            let way = match &exit.on {
                On::Timeout(_) => Way::Timeout,
                On::Failed => Way::Failed,
                On::Other | On::Invalid => Way::Other,
                On::Answer(code) => Way::Answer(code.clone()),
                On::Message | On::Valid => Way::Plain,
            };
            body(&exit.body, way, ways);
        }
    }
}

fn body(list: &[Stmt], way: Way, ways: &mut BTreeMap<Target, Way>) {
    match leads(list) {
        Some(to) => led(ways, to, way),
        None => gather(list, ways),
    }
}

/// Where a body leads at once.
fn leads(body: &[Stmt]) -> Option<Target> {
    match body {
        [.., Stmt::Go(to)] if body.len() <= 2 => Some(*to),
        _ => None,
    }
}
