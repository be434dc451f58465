//! Messages: what they show, who gets them, and where the replies lead.

use super::ground::{Kind, Template};
use super::lower::{Lower, said, waits};
use super::text::{Ty, Value};
use super::tree::{Choice, Exit, Found, Head, If, On, Part, Say, Stmt, Test};
use super::{ask, words};
use crate::kommo::bot::{self, Button, Handler, Message, Reply, ReplyIs, Target, What};
use crate::kommo::quotes::quoted;
use sbot_vm::program::MOST_BUTTONS;
use sbot_vm::text::fold;
use std::collections::{BTreeMap, BTreeSet};

/// So many options a list has.
const MOST_ROWS: usize = 10;

/// A message, as its own statement.
pub(super) fn send(lower: &mut Lower<'_>, message: &Message, out: &mut Vec<Stmt>) {
    let clauses = clauses(lower, message);
    let mut files = files(lower, message);
    let mut say = Say { clauses: clauses.clone(), ..Say::default() };
    match &message.list {
        Some(list) => listed(lower, list, &message.text, &mut say),
        None => {
            if !message.text.trim().is_empty() {
                say.text = lower.text(&message.text);
            }
            buttons(lower, message, &mut say);
        }
    }
    if let Some(id) = &message.template {
        match words::id(&words::plain(id)) {
            Ok(id) => say.text = template(lower, &id, message),
            Err(why) => lower.tell(&format!("a template: {why}. Here its text is an ordinary one")),
        }
    }
    for reply in &message.quick_replies {
        lower.tell(&format!(
            "the quick reply `{reply}` of Facebook, which asks the client's profile; ask in words"
        ));
    }
    if let Some(tag) = &message.facebook_tag {
        lower.tell(&format!("sent with Facebook's tag `{tag}`, which a message here has not"));
    }
    if message.creates_chat {
        lower.tell(
            "a chat is begun where there is none; here a run without a chat writes to the primary channel",
        );
    }
    if say.text.is_empty() && files.is_empty() {
        if !say.asks() {
            return lower.lost("a message without text", out);
        }
        lower.tell("a message without text");
        say.text = "\"…\"".to_owned();
    }
    if message.list.is_none() && (say.text.is_empty() || !files.is_empty()) {
        say.attach = (!files.is_empty()).then(|| files.remove(0));
    }
    for file in files {
        let extra = Say { attach: Some(file), clauses: clauses.clone(), ..Say::default() };
        lower.push(out, said(extra, Vec::new()));
    }
    let mut exits = Vec::new();
    if let Some(to) = message.on_error.filter(|to| lower.failed != Some(*to)) {
        let body = lower.go(to);
        exits.push(Exit { notes: Vec::new(), on: On::Failed, body });
    }
    lower.push(out, said(say, exits));
}

/// `to … via …`
fn clauses(lower: &mut Lower<'_>, message: &Message) -> String {
    let kind = (message.list.is_some() || message.template.is_some()).then_some("whatsapp");
    let channels: Option<Vec<String>> = message
        .channels
        .as_ref()
        .filter(|ids| !ids.is_empty())
        .map(|ids| ids.iter().map(|id| lower.symbols.channel(&words::plain(id), kind)).collect());
    let Some(recipient) = &message.recipient else {
        return channels.map(|list| format!(" via {}", list.join(", "))).unwrap_or_default();
    };
    let way = recipient.way.as_deref().unwrap_or("over_all");
    let who = match recipient.who.as_str() {
        "all_contacts" => "all",
        "main_contact" => "main",
        other => {
            lower
                .tell(&format!("sent to `{other}`, which is no recipient here; it goes to the main contact"));
            "main"
        }
    };
    match (who, way, channels) {
        ("main", "last_active", None) => String::new(),
        (who, "over_all", None) => format!(" to {who} via any"),
        (who, "any_first", None) => format!(" to {who} via primary"),
        (who, "over_all", Some(list)) => format!(" to {who} via {}", list.join(", ")),
        (who, way, None) => {
            lower.tell(&format!("sent by way of `{way}`; the nearest here is the primary channel"));
            format!(" to {who} via primary")
        }
        (who, way, Some(list)) => {
            lower.tell(&format!(
                "of these channels Kommo takes one, by `{way}`; here the message goes out on each"
            ));
            format!(" to {who} via {}", list.join(", "))
        }
    }
}

/// Whether this is the address of a page.
fn is_address(url: &str) -> bool {
    url::Url::parse(url.trim()).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

/// Files that can be named; the others are in the account.
fn files(lower: &mut Lower<'_>, message: &Message) -> Vec<String> {
    let mut all = Vec::new();
    for file in &message.attachments {
        let address = file.value.starts_with("https://") || file.value.starts_with("http://");
        match lower.ground.symbol("files", &file.value) {
            Some(name) => all.push(quoted(name)),
            None if address && !file.value.contains("{{") => all.push(quoted(&file.value)),
            None => lower.tell(&format!(
                "not carried over, the {} {}: the account has the file, and this one has only its number. Put it beside \
                 this file, and write attach \"NAME\"",
                if file.kind.is_empty() { "file" } else { file.kind.as_str() },
                file.value
            )),
        }
    }
    all
}

fn template(lower: &mut Lower<'_>, id: &str, message: &Message) -> String {
    let ids = message.channels.as_ref().filter(|ids| !ids.is_empty());
    let channel = match ids.and_then(|ids| ids.first()) {
        Some(id) => lower.symbols.channel(&words::plain(id), Some("whatsapp")),
        None => lower.symbols.channel_of("whatsapp"),
    };
    let symbol = lower.symbols.template(id, &channel);
    if lower.symbols.declared("templates", &symbol) {
        let args = match lower.ground.template(&symbol) {
            Some(template) => arguments(lower, template, &message.text),
            None => Some(Vec::new()),
        };
        if let Some(args) = args {
            return format!("{symbol}({})", args.join(", "));
        }
        lower.tell(&format!(
            "what the template `{symbol}` is given cannot be told from its text. Here that is an ordinary text"
        ));
        return if message.text.trim().is_empty() { quoted("…") } else { lower.text(&message.text) };
    }
    lower.tell("the text of the template stands in Kommo");
    let text = if message.text.trim().is_empty() {
        quoted(&format!("Template {id}"))
    } else {
        lower.text(&message.text)
    };
    format!("{symbol}({text})")
}

/// What a template was given so that this text came of it.
fn arguments(lower: &mut Lower<'_>, template: &Template, text: &str) -> Option<Vec<String>> {
    let mut found: BTreeMap<&str, &str> = BTreeMap::new();
    let mut rest = text;
    for (at, part) in template.parts.iter().enumerate() {
        match part {
            Ok(literal) => rest = rest.strip_prefix(literal.as_str())?,
            Err(param) => {
                let behind = template.parts.get(at + 1).and_then(|next| next.as_ref().ok());
                let end = behind.map_or(Some(rest.len()), |literal| rest.find(literal.as_str()))?;
                let (given, after) = rest.split_at_checked(end)?;
                found.entry(param).or_insert(given);
                rest = after;
            }
        }
    }
    let given = |(name, kind): &(String, Kind)| {
        let text = *found.get(name.as_str())?;
        let value = match kind {
            Kind::Int => ask::number(text).filter(|number| !number.contains('.'))?,
            Kind::Number => match ask::number(text) {
                Some(number) => number,
                None => {
                    Some(lower.value(text)).filter(|value| value.ty == Ty::Number && !value.optional)?.expr
                }
            },
            Kind::Text => match lower.value(text) {
                Value { expr, ty: Ty::Text, optional: false } => expr,
                // A text is there, whatever else is not.
                Value { .. } => lower.text(text),
            },
            Kind::Other => return None,
        };
        Some(format!("{name}: {value}"))
    };
    template.params.iter().map(given).collect()
}

fn buttons(lower: &mut Lower<'_>, message: &Message, say: &mut Say) {
    let mut part = Part::default();
    for button in &message.buttons {
        let (label, link) = match button {
            Button::Reply(text) => (text, None),
            Button::Link { text, url } => (text, Some(url)),
        };
        if label.trim().is_empty() {
            lower.tell("a button without a label");
            continue;
        }
        if part.choices.len() == MOST_BUTTONS {
            lower.tell(&format!("the button \"{label}\" is one too many: a message has {MOST_BUTTONS}"));
            continue;
        }
        if let Some(url) = link.filter(|url| !url.contains("{{") && !is_address(url)) {
            lower.tell(&format!(
                "the button {} leads to {}, which is no web address",
                quoted(label),
                quoted(url)
            ));
            continue;
        }
        let link = link.map(|url| lower.text(url));
        if link.is_none()
            && part.choices.iter().any(|known| known.link.is_none() && fold(&known.label) == fold(label))
        {
            lower.tell(&format!("a second button \"{label}\", which nobody could tell from the first"));
            continue;
        }
        part.choices.push(Choice { label: label.clone(), link, ..Choice::default() });
    }
    if !part.choices.is_empty() {
        say.sections.push(part);
    }
}

fn listed(lower: &mut Lower<'_>, list: &bot::List, text: &str, say: &mut Say) {
    lower.symbols.channel_of("whatsapp");
    let body = if list.body.trim().is_empty() { text } else { &list.body };
    if !text.trim().is_empty() && text != body {
        lower.tell(&format!("the message has a text beside its list, too: {}", quoted(text)));
    }
    say.text = lower.text(body);
    let button = list.button.as_deref().filter(|button| !button.trim().is_empty());
    if button.is_none() {
        lower.tell("the label of the button that opens the list is not in the file");
    }
    let mut clauses = format!(" button {}", quoted(button.unwrap_or("Open")));
    for (word, value) in [("title", &list.title), ("footer", &list.footer)] {
        if let Some(value) = value.as_deref().filter(|value| !value.trim().is_empty()) {
            clauses.push_str(&format!(" {word} {}", lower.text(value)));
        }
    }
    say.list = Some(clauses);
    let mut count = 0;
    for section in &list.sections {
        let title = section.title.as_deref().filter(|title| !title.trim().is_empty()).unwrap_or("Options");
        let mut part = Part { title: quoted(title), choices: Vec::new() };
        for row in &section.rows {
            count += 1;
            let twice =
                say.choices().chain(&part.choices).any(|known| fold(&known.label) == fold(&row.title));
            if count > MOST_ROWS || row.title.trim().is_empty() || twice {
                lower.tell(&format!(
                    "the option \"{}\" is left out: a list has {MOST_ROWS} that differ",
                    row.title
                ));
                continue;
            }
            let about = row.description.as_deref().filter(|about| !about.trim().is_empty());
            part.choices.push(Choice {
                label: row.title.clone(),
                about: about.map(|about| lower.text(about)),
                callback: row.callback.clone(),
                ..Choice::default()
            });
        }
        if !part.choices.is_empty() {
            say.sections.push(part);
        }
    }
    if say.sections.is_empty() {
        lower.tell("a list without options");
        say.list = None;
    }
}

/// Whether the last statement is a message that may still get exits.
pub(super) fn open(last: Option<&Stmt>) -> bool {
    match last {
        Some(Stmt::Wait(wait)) => {
            matches!(wait.head, Head::Message(_))
                && wait.exits.iter().all(|exit| exit.on == On::Failed)
                && !waits(last)
        }
        _ => false,
    }
}

/// Where replies lead.
#[derive(Default)]
pub(super) struct Replies {
    options: Vec<Option1>,
    other: Option<Vec<Stmt>>,
    /// What runs whatever the reply is.
    all: Option<Target>,
    /// There is nothing for replies.
    none: bool,
}

#[derive(Default)]
struct Option1 {
    notes: Vec<String>,
    value: String,
    regex: Option<String>,
    synonyms: Vec<String>,
    body: Vec<Stmt>,
}

impl Option1 {
    fn takes(&self, choice: &Choice) -> bool {
        let label = fold(&choice.label);
        let called = choice.callback.as_ref().is_some_and(|callback| *callback == self.value);
        let found =
            |regex: &String| regex::Regex::new(regex).is_ok_and(|regex| regex.is_match(&choice.label));
        called
            || fold(&self.value) == label
            || self.synonyms.iter().any(|word| fold(word) == label)
            || self.regex.as_ref().is_some_and(found)
    }
}

/// The replies of a step's `answer`.
pub(super) fn replies(lower: &mut Lower<'_>, step: i64, answer: &[Handler]) -> Replies {
    let Some(first) = answer.first() else {
        return Replies { none: true, ..Replies::default() };
    };
    if !matches!(first.what, What::Buttons(_)) {
        return Replies { all: Some(Target { step, part: bot::Part::Answer }), ..Replies::default() };
    }
    let outer = lower.take_notes();
    let all: Vec<&Handler> = answer.iter().collect();
    let (list, rest) = listed_replies(&all);
    let mut made = options(lower, &list, rest);
    if made.other.is_none() && !rest.is_empty() {
        let mut other = Vec::new();
        lower.replied(rest, &mut other);
        made.other = Some(other);
    }
    lower.notes.splice(0..0, outer);
    made
}

/// The replies of all `buttons` with which handlers begin, and what stands behind them: the first one that fits is taken.
fn listed_replies<'b, 'h>(handlers: &'h [&'b Handler]) -> (Vec<&'b Reply>, &'h [&'b Handler]) {
    let mut list = Vec::new();
    let mut rest = handlers;
    while let Some((handler, behind)) = rest.split_first()
        && let What::Buttons(replies) = &handler.what
    {
        list.extend(replies);
        rest = behind;
        if replies.iter().any(|reply| !matches!(reply.when, ReplyIs::Option { .. })) {
            break;
        }
    }
    (list, rest)
}

fn options(lower: &mut Lower<'_>, list: &[&Reply], rest: &[&Handler]) -> Replies {
    let mut made = Replies::default();
    for reply in list {
        lower.path.clone_from(&reply.path);
        let mut body = Vec::new();
        if let ReplyIs::Option { value, synonyms } = &reply.when {
            let written = ask::slashed(value);
            let regex = written.as_deref().and_then(ask::regex);
            if written.is_some() && regex.is_none() {
                lower.tell(&format!(
                    "the regular expression {value} uses signs that ours do not have, so it is left out"
                ));
            }
            let notes = lower.take_notes();
            lower.list(&reply.then, &mut body);
            if body.is_empty() {
                lower.tell("this reply leads nowhere, and the bot ends there");
                body.extend(lower.take_notes().into_iter().map(Stmt::Note));
                body.push(Stmt::Stuck);
            } else if !super::tree::closed(&body) {
                body.push(Stmt::End);
            }
            let (value, synonyms) = (value.clone(), synonyms.clone());
            made.options.push(Option1 { notes, value, regex, synonyms, body });
        } else if made.other.is_none() {
            lower.list(&reply.then, &mut body);
            if !super::tree::closed(&body) {
                body.push(Stmt::End);
            }
            made.other = Some(body);
        } else {
            lower.tell("a second `else`, which is never reached");
        }
    }
    if let (Some(first), true) = (rest.first(), made.other.is_some()) {
        lower.path.clone_from(&first.path);
        lower.tell("what stands behind the replies is never reached, since one of them is `else`");
    }
    made
}

/// Lets the message before wait for replies; a pause where there is none.
pub(super) fn ask(lower: &mut Lower<'_>, replies: Replies, timers: Vec<Exit>, out: &mut Vec<Stmt>) {
    let mut stmt = if open(out.last()) { out.pop() } else { None };
    let asks =
        matches!(&stmt, Some(Stmt::Wait(wait)) if matches!(&wait.head, Head::Message(say) if say.asks()));
    let mut exits: Vec<Exit> = Vec::new();
    let mut failed: Vec<Exit> = Vec::new();
    if let Some(Stmt::Wait(wait)) = &mut stmt {
        failed.append(&mut wait.exits);
        if let Head::Message(say) = &mut wait.head
            && asks
        {
            exits.push(offered(lower, replies, say));
        } else {
            exits.extend(unasked(lower, replies));
        }
    } else {
        exits.extend(unasked(lower, replies));
    }
    exits.extend(timers);
    if exits.is_empty() && failed.is_empty() {
        // Nothing is waited for.
        return out.extend(stmt);
    }
    if !exits.iter().any(|exit| matches!(exit.on, On::Timeout(_))) {
        lower.notes.push("Kommo: there is no time-out, so this can wait for ever.".to_owned());
    }
    exits.extend(failed);
    let notes = lower.take_notes();
    out.extend(notes.into_iter().map(Stmt::Note));
    match stmt {
        Some(Stmt::Wait(wait)) => out.push(Stmt::wait(wait.head, exits)),
        Some(_) | None => out.push(Stmt::wait(Head::Pause, exits)),
    }
}

/// What a message without buttons, or a pause, does with what the client writes.
fn unasked(lower: &mut Lower<'_>, replies: Replies) -> Option<Exit> {
    if replies.none {
        return None;
    }
    let body = match replies.all {
        Some(all) => vec![Stmt::Go(all)],
        None => {
            let mut body = Vec::new();
            arms(lower, replies.options, &mut body);
            body.extend(other(replies.other));
            body
        }
    };
    Some(Exit { notes: Vec::new(), on: On::Message, body })
}

/// What any other answer does.
fn other(other: Option<Vec<Stmt>>) -> Vec<Stmt> {
    let end =
        || Stmt::Note("Kommo: there is no branch for any other answer, and the bot ends there.".to_owned());
    other.unwrap_or_else(|| vec![end(), Stmt::Stuck])
}

/// Gives the options of a message what they do; what is left takes what the client writes instead.
fn offered(lower: &mut Lower<'_>, replies: Replies, say: &mut Say) -> Exit {
    let (mut used, listed) = (vec![false; replies.options.len()], say.list.is_some());
    let mut others = Vec::new();
    let mut words_used: Vec<_> = say.choices().map(|choice| fold(&choice.label)).collect();
    for choice in
        say.sections.iter_mut().flat_map(|part| &mut part.choices).filter(|choice| choice.link.is_none())
    {
        if let Some(all) = replies.all {
            choice.body = vec![Stmt::Go(all)];
            continue;
        }
        let found = replies.options.iter().zip(&mut used).find(|(option, _)| option.takes(choice));
        let Some((option, used)) = found else {
            choice.notes.push("Kommo: this button leads nowhere, and the bot ends there.".to_owned());
            choice.body = vec![Stmt::Stuck];
            continue;
        };
        choice.notes.extend(option.notes.iter().filter(|_| !*used).cloned());
        choice.body = option.body.clone();
        // A regular expression that says more than the label stays, for what is written instead.
        let more = option.regex.is_some()
            && option
                .regex
                .as_deref()
                .and_then(ask::literal)
                .is_none_or(|word| fold(&word) != fold(&choice.label));
        *used |= !more;
        // Options of lists have no other words: those are taken from what is written.
        if listed {
            let words = option.synonyms.iter().filter(|word| fold(word) != fold(&choice.label));
            others.extend(words.map(|word| Option1 {
                value: word.clone(),
                body: option.body.clone(),
                ..Option1::default()
            }));
            continue;
        }
        let words = &option.synonyms;
        for word in words {
            let folded = fold(word);
            if !word.trim().is_empty() && !words_used.contains(&folded) {
                words_used.push(folded);
                choice.synonyms.push(word.clone());
            }
        }
    }
    let left = replies.options.into_iter().zip(used).filter(|(_, used)| !used).map(|(option, _)| option);
    others.extend(left);
    let mut body = Vec::new();
    arms(lower, others, &mut body);
    body.extend(match (replies.all, replies.none) {
        (Some(all), _) => vec![Stmt::Go(all)],
        (None, true) => vec![
            Stmt::Note("Kommo: no answer leads anywhere, and the bot ends there.".to_owned()),
            Stmt::Stuck,
        ],
        (None, false) => other(replies.other),
    });
    Exit { notes: Vec::new(), on: On::Other, body }
}

/// Replies as arms of `when client.text`.
fn arms(lower: &mut Lower<'_>, options: Vec<Option1>, out: &mut Vec<Stmt>) {
    let mut taken = BTreeSet::new();
    for option in options {
        let mut notes = option.notes;
        let mut patterns: Vec<String> = Vec::new();
        let mut words = Vec::new();
        match &option.regex {
            Some(regex) => patterns.push(ask::matching(regex)),
            None if ask::slashed(&option.value).is_none() => words.push(&option.value),
            None => {}
        }
        words.extend(option.synonyms.iter().filter(|word| !word.trim().is_empty()));
        for word in words {
            if taken.insert(fold(word)) {
                patterns.push(quoted(word));
            } else if !patterns.contains(&quoted(word)) {
                lower.tell(&format!("the reply {} is that of another one, which comes first", quoted(word)));
                notes.extend(lower.take_notes());
            }
        }
        if patterns.is_empty() {
            out.extend(notes.into_iter().map(Stmt::Note));
            continue;
        }
        let test = Test { expr: String::new(), pattern: Some(patterns.join(" | ")), finds: Found::Text };
        out.push(Stmt::If(Box::new(If { notes, test, then: option.body })));
    }
}

/// `buttons` where the client has replied already.
pub(super) fn chosen(lower: &mut Lower<'_>, handlers: &[&Handler], out: &mut Vec<Stmt>) {
    let outer = lower.take_notes();
    let (list, rest) = listed_replies(handlers);
    let made = options(lower, &list, rest);
    out.extend(outer.into_iter().map(Stmt::Note));
    arms(lower, made.options, out);
    match made.other {
        Some(other) => out.extend(other),
        None if rest.is_empty() => out.extend(other(None)),
        None => lower.replied(rest, out),
    }
}

/// `wait_answer`
pub(super) fn wait_answer(lower: &mut Lower<'_>, to: Target, out: &mut Vec<Stmt>) {
    let step = lower.steps.get(&to.step).copied();
    let answer = step.filter(|step| to.part == bot::Part::Answer && !step.answer.is_empty());
    match answer.filter(|step| lower.answering(step.number)) {
        Some(step) => {
            let replies = replies(lower, step.number, &step.answer);
            let timers = lower.no_answer(step);
            ask(lower, replies, timers, out);
            lower.open.remove(&step.number);
        }
        None => {
            let body = lower.go(to);
            let exits = vec![Exit { notes: Vec::new(), on: On::Message, body }];
            attach(lower, exits, out);
        }
    }
}

/// Lets the message before wait, or makes a pause.
pub(super) fn attach(lower: &mut Lower<'_>, mut exits: Vec<Exit>, out: &mut Vec<Stmt>) {
    if !exits.iter().any(|exit| matches!(exit.on, On::Timeout(_))) {
        lower.notes.push("Kommo: there is no time-out, so this can wait for ever.".to_owned());
    }
    if open(out.last())
        && let Some(Stmt::Wait(mut wait)) = out.pop()
    {
        let notes = lower.take_notes();
        out.extend(notes.into_iter().map(Stmt::Note));
        if let Head::Message(say) = &mut wait.head
            && say.asks()
        {
            let next = exits.iter().find(|exit| exit.on == On::Message).map(|exit| exit.body.clone());
            let body = next.unwrap_or_else(|| vec![Stmt::Stuck]);
            for choice in say
                .sections
                .iter_mut()
                .flat_map(|part| &mut part.choices)
                .filter(|choice| choice.link.is_none())
            {
                choice.body = body.clone();
            }
            exits.iter_mut().filter(|exit| exit.on == On::Message).for_each(|exit| exit.on = On::Other);
            if !exits.iter().any(|exit| exit.on == On::Other) {
                exits.insert(0, Exit { notes: Vec::new(), on: On::Other, body });
            }
        }
        exits.append(&mut wait.exits);
        wait.exits = exits;
        return out.push(Stmt::Wait(wait));
    }
    lower.push(out, Stmt::wait(Head::Pause, exits));
}

/// A `goto`: a message before it may wait for what is waited for there.
pub(super) fn led_on(lower: &mut Lower<'_>, to: Target, go: Vec<Stmt>, out: &mut Vec<Stmt>) {
    if !open(out.last()) {
        out.extend(lower.take_notes().into_iter().map(Stmt::Note));
        return out.extend(go);
    }
    let asks = matches!(out.last(), Some(Stmt::Wait(wait)) if matches!(&wait.head, Head::Message(say) if say.asks()));
    let events =
        lower.steps.get(&to.step).and_then(|step| match step.question.first().map(|first| &first.what) {
            Some(What::Waits(events)) if to.part == bot::Part::Question && step.answer.is_empty() => {
                Some(events)
            }
            _ => None,
        });
    let shared = lower.refs.get(&to).is_some_and(|count| *count > 1);
    // What stays as it is waits where it is.
    let events = events.filter(|_| asks || !lower.kept.holds(to.step));
    match events {
        Some(events) if asks || !shared => {
            if !shared {
                lower.taken.insert(to);
            }
            let exits = lower.events(events);
            let timer = exits.iter().all(|exit| matches!(exit.on, On::Timeout(_)));
            if timer && !asks {
                // A message and then a timer: nothing that the client writes matters.
                lower.taken.remove(&to);
                return out.extend(go);
            }
            attach(lower, exits, out);
        }
        _ if asks => {
            lower.tell(
                "the bot goes on at once, whatever the client presses; here it goes on with the answer",
            );
            let exits = vec![Exit { notes: Vec::new(), on: On::Message, body: go }];
            attach(lower, exits, out);
        }
        _ => out.extend(go),
    }
}
