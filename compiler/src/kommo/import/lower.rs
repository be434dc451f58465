//! Handlers as statements, one part of a step at a time.

use super::ask;
use super::ground::Ground;
use super::kept::Kept;
use super::symbols::Symbols;
use super::text;
use super::tree::{Exit, Head, If, On, Say, Stmt, Test, Wait};
use super::words;
use super::{Told, act, message};
use crate::kommo::bot::{Bot, Event, Finder, Handler, Part, Step, Stop, Target, Wait as Event1, What};
use crate::kommo::quotes;
use sbot_embed::Json;
use std::collections::{BTreeMap, BTreeSet};

/// The longest timer that there is.
const LONGEST: i64 = 31_539_660;

/// While handlers become statements.
pub(super) struct Lower<'a> {
    pub(super) steps: BTreeMap<i64, &'a Step>,
    pub(super) symbols: Symbols<'a>,
    pub(super) ground: &'a Ground,
    /// Steps that stay as they are in the source.
    pub(super) kept: Kept,
    /// What the reader has noted about steps that were not looked at yet.
    pub(super) noted: BTreeMap<i64, Vec<String>>,
    /// Comments that wait for their statement.
    pub(super) notes: Vec<String>,
    pub(super) told: Vec<Told>,
    /// Where the handler stands that is looked at.
    pub(super) path: String,
    /// Where every message leads that could not be delivered, if it is one place.
    pub(super) failed: Option<Target>,
    /// Files of the standard library that are needed.
    pub(super) uses: BTreeSet<&'static str>,
    /// The account's region, or its zone, is needed.
    pub(super) region: bool,
    pub(super) zone: bool,
    /// The calls of widgets: by widget and action, parameters with their types, and exits.
    pub(super) widgets: BTreeMap<String, super::widget::Declared>,
    /// Fields that get texts.
    pub(super) written: BTreeSet<String>,
    /// How many places lead to each place.
    pub(super) refs: BTreeMap<Target, usize>,
    /// Steps whose answers are looked at, and how often each has been.
    pub(super) open: BTreeSet<i64>,
    copies: BTreeMap<i64, u32>,
    /// Waits that stand where they are needed.
    pub(super) taken: BTreeSet<Target>,
}

/// The answers of a step stand in so many places at most; whatever else waits for them leads there.
const MOST_COPIES: u32 = 4;

impl<'a> Lower<'a> {
    pub(super) fn new(bot: &'a Bot, ground: &'a Ground, kept: Kept) -> Lower<'a> {
        Lower {
            steps: bot.steps.iter().map(|step| (step.number, step)).collect(),
            symbols: Symbols::new(ground),
            ground,
            kept,
            noted: BTreeMap::new(),
            notes: Vec::new(),
            told: Vec::new(),
            path: String::new(),
            failed: None,
            uses: BTreeSet::new(),
            region: false,
            zone: false,
            widgets: BTreeMap::new(),
            written: BTreeSet::new(),
            refs: refs(bot),
            open: BTreeSet::new(),
            copies: BTreeMap::new(),
            taken: BTreeSet::new(),
        }
    }

    /// Says at this place, and in the report, what is not as it was.
    pub(super) fn tell(&mut self, what: &str) {
        let note = if what.starts_with("Kommo ") { format!("{what}.") } else { format!("Kommo: {what}.") };
        if !self.notes.contains(&note) {
            self.notes.push(note);
            self.told.push(Told {
                step: step_of(&self.path),
                path: self.path.clone(),
                what: format!("{what}."),
            });
        }
    }

    /// The comments that have gathered.
    pub(super) fn take_notes(&mut self) -> Vec<String> {
        std::mem::take(&mut self.notes)
    }

    /// Adds a statement behind the comments that are about it.
    pub(super) fn push(&mut self, out: &mut Vec<Stmt>, stmt: Stmt) {
        out.extend(self.take_notes().into_iter().map(Stmt::Note));
        out.push(stmt);
    }

    /// What happens at a place; none if there is no such place.
    pub(super) fn place(&mut self, at: Target) -> Option<Vec<Stmt>> {
        let step = *self.steps.get(&at.step)?;
        if self.kept.holds(at.step) {
            // Nobody reads what it does; that it may wait, and where it leads, counts for the others.
            let ways = self.kept.leads(at.step);
            let exits = ways.map(|to| Exit { notes: Vec::new(), on: On::Message, body: vec![Stmt::Go(to)] });
            return Some(vec![Stmt::wait(Head::Pause, exits.collect())]);
        }
        let mut out = Vec::new();
        match at.part {
            Part::Question => {
                out.extend(self.noted.remove(&at.step).into_iter().flatten().map(Stmt::Note));
                self.list(&step.question, &mut out);
                if out.last().is_none_or(|last| !last.ends()) {
                    self.answered(step, &mut out);
                } else if let Some(first) = step.answer.first()
                    && !self.refs.contains_key(&Target { part: Part::Answer, ..at })
                {
                    self.path.clone_from(&first.path);
                    self.tell("the answers of this step are left out: it goes on before it waits for one");
                    out.splice(0..0, self.take_notes().into_iter().map(Stmt::Note));
                }
            }
            Part::Answer => {
                let handlers: Vec<&Handler> = step.answer.iter().collect();
                self.replied(&handlers, &mut out);
            }
            Part::Finish => {
                self.list(&step.finish, &mut out);
            }
        }
        if !out.last().is_some_and(Stmt::ends) && !super::tree::closed(&out) {
            out.extend(self.take_notes().into_iter().map(Stmt::Note));
            out.push(Stmt::End);
        }
        Some(out)
    }

    /// Goes on at a place, or says that it is nowhere.
    pub(super) fn go(&mut self, to: Target) -> Vec<Stmt> {
        let step = self.steps.get(&to.step).copied();
        let ends = match (to.part, step) {
            (Part::Finish, None) => true,
            (Part::Finish, Some(step)) => step.finish.is_empty() && step.question.is_empty(),
            (Part::Question | Part::Answer, _) => false,
        };
        if ends {
            return vec![Stmt::End];
        }
        if step.is_none() {
            self.tell(&format!("this leads to step {}, which does not exist; the bot ends there", to.step));
            let mut out: Vec<Stmt> = self.take_notes().into_iter().map(Stmt::Note).collect();
            out.push(Stmt::Stuck);
            return out;
        }
        let part = match (to.part, step) {
            // What runs when a bot ends there stands in one of the two.
            (Part::Finish, Some(step)) if step.finish.is_empty() => Part::Question,
            (Part::Answer, Some(step)) if step.answer.is_empty() => Part::Question,
            (part, _) => part,
        };
        vec![Stmt::Go(Target { part, ..to })]
    }

    /// Handlers, one after the other.
    pub(super) fn list(&mut self, handlers: &[Handler], out: &mut Vec<Stmt>) {
        for (at, handler) in handlers.iter().enumerate() {
            self.path.clone_from(&handler.path);
            self.handler(handler, out);
            if out.last().is_some_and(Stmt::ends) || waits(out.last()) {
                let left = handlers.len() - at - 1;
                if left > 0 {
                    self.tell(&format!("what stands behind this ({left} more) is never reached"));
                    out.extend(self.take_notes().into_iter().map(Stmt::Note));
                    let last = out.iter().rposition(|stmt| !matches!(stmt, Stmt::Note(_)));
                    // The statement stays the last one.
                    if let Some(last) = last {
                        let stmt = out.remove(last);
                        out.push(stmt);
                    }
                }
                return;
            }
        }
    }

    fn handler(&mut self, handler: &Handler, out: &mut Vec<Stmt>) {
        match &handler.what {
            What::Message(message) => message::send(self, message, out),
            What::Buttons(_) => self.replied(&[handler], out),
            What::Goto(to) => {
                let go = self.go(*to);
                message::led_on(self, *to, go, out);
            }
            What::WaitAnswer(to) => message::wait_answer(self, *to, out),
            What::Waits(events) => self.waits(events, out),
            What::Conditions { logic, tests, result } => {
                let test = ask::conditions(self, *logic, tests);
                self.branch(test, result, out);
            }
            What::Validations { logic, tests, result } => {
                let test = ask::validations(self, *logic, tests);
                self.branch(test, result, out);
            }
            What::Distribution { variants, .. } => self.rotate(variants, out),
            What::Comment { text, .. } => {
                let text = self.text(text);
                self.symbols.channel_of("instagram");
                self.push(out, Stmt::Line(format!("comment({text})")));
            }
            What::Internal { text, user, group } => {
                let text = self.text(text);
                let to = match (group, user) {
                    (Some(group), _) if !empty(group) => self.team(&words::plain(group)),
                    (_, Some(user)) if !empty(user) => self.user(&words::plain(user)),
                    _ => Err("it names nobody".to_owned()),
                };
                match to {
                    Ok(to) => self.push(out, Stmt::Line(format!("send_internal({text}, to: [{to}])"))),
                    Err(why) => self.lost(&format!("an internal message: {why}: {text}"), out),
                }
            }
            What::Action { name, params } => act::action(self, name, params, out),
            What::Trigger { action, settings } => act::trigger(self, action, settings, out),
            What::Find { params, by, actions } => self.find(params, *by, actions, out),
            What::Meta { delimiter, values } => self.lost(
                &format!(
                    "the data of a start link is taken apart at \"{delimiter}\" into {}; a bot here does not get \
                     that data",
                    values.join(", ")
                ),
                out,
            ),
            What::Preset { name, params } => act::preset(self, name, params, out),
            What::Widget(widget) => super::widget::call(self, widget, out),
            What::WidgetRequest { url, data } => act::widget_request(self, url, data, out),
            What::OptIn(params) => self.lost(
                &format!(
                    "Subscribe (Meta), whose parameters are published nowhere; write subscribe(\"TITLE\", tags: \
                     [\"TAG\"]) instead: {params}"
                ),
                out,
            ),
            What::Stop(Stop::Here) => self.push(out, Stmt::End),
            What::Stop(Stop::CloseTalk) => {
                self.push(out, Stmt::Line("change_conversation_status(\"closed\")".to_owned()));
                out.push(Stmt::End);
            }
            What::Stop(Stop::StartBot(bot)) => act::hand_over(self, bot, out),
            What::Exits(value) => {
                self.tell(&format!("the exit `{value}` of a widget's own code; outside of it, the bot ends"));
                self.push(out, Stmt::End);
            }
            What::Unknown { name, params } => {
                self.lost(&format!("the handler `{name}`, which is documented nowhere: {params}"), out);
            }
        }
    }

    /// A user, by an id or as a placeholder. The error says why it is none.
    pub(super) fn user(&mut self, id: &str) -> Result<String, String> {
        if let Some(value) = text::single(id).and_then(|hole| self.placeholder(hole))
            && value.ty == text::Ty::User
        {
            return Ok(value.expr);
        }
        words::id(id).map(|id| self.symbols.user(&id))
    }

    /// A team, by its id.
    pub(super) fn team(&mut self, id: &str) -> Result<String, String> {
        words::id(id).map(|id| self.symbols.team(&id))
    }

    /// What could not be carried over: a comment in its place.
    pub(super) fn lost(&mut self, what: &str, out: &mut Vec<Stmt>) {
        self.tell(&format!("not carried over, {what}"));
        out.extend(self.take_notes().into_iter().map(Stmt::Note));
    }

    /// If a test holds, some handlers run.
    fn branch(&mut self, test: Test, result: &[Handler], out: &mut Vec<Stmt>) {
        let notes = self.take_notes();
        let mut then = Vec::new();
        self.list(result, &mut then);
        then.extend(self.take_notes().into_iter().map(Stmt::Note));
        if then.is_empty() {
            self.notes = notes;
            self.tell("nothing happens if this holds, so it is left out");
            return out.extend(self.take_notes().into_iter().map(Stmt::Note));
        }
        out.push(Stmt::If(Box::new(If { notes, test, then })));
    }

    /// A search: there is none here.
    fn find(&mut self, params: &Json, by: Finder, actions: &[Handler], out: &mut Vec<Stmt>) {
        let what = match by {
            Finder::Find => "find",
            Finder::Filter => "filter",
        };
        self.tell(&format!(
            "`{what}` looks for another entity, which a bot here cannot: {params}. What happens if there is one stands \
             below and is never reached; a widget could look and answer"
        ));
        let test = Test { expr: "false".to_owned(), pattern: None, finds: super::tree::Found::Text };
        self.branch(test, actions, out);
    }

    fn rotate(&mut self, variants: &[Target], out: &mut Vec<Stmt>) {
        const MOST: usize = 100;
        match variants {
            [] => self.lost("a Round Robin without options", out),
            [one] => {
                self.tell("a Round Robin with one option");
                let go = self.go(*one);
                let notes: Vec<Stmt> = self.take_notes().into_iter().map(Stmt::Note).collect();
                out.extend(notes);
                out.extend(go);
            }
            many => {
                if many.len() > MOST {
                    self.tell(&format!(
                        "a Round Robin of {}, of which the first {MOST} are here",
                        many.len()
                    ));
                }
                let notes = self.take_notes();
                let options = many.iter().take(MOST).map(|to| self.go(*to)).collect();
                out.extend(notes.into_iter().map(Stmt::Note));
                out.push(Stmt::Rotate(options));
            }
        }
    }

    /// `waits`: a pause, or what a message before waits for.
    fn waits(&mut self, events: &[Event1], out: &mut Vec<Stmt>) {
        let exits = self.events(events);
        if exits.is_empty() {
            return self.lost("a wait for nothing that there is here", out);
        }
        if let [Exit { on: On::Timeout(seconds), .. }] = exits.as_slice()
            && !message::open(out.last())
        {
            let seconds = *seconds;
            self.push(out, Stmt::Line(format!("pause {}", quotes::duration(seconds))));
            return out.extend(exits.into_iter().flat_map(|exit| exit.body));
        }
        message::attach(self, exits, out);
    }

    /// The events of a wait as exits.
    pub(super) fn events(&mut self, events: &[Event1]) -> Vec<Exit> {
        let mut exits: Vec<Exit> = Vec::new();
        let outer = self.take_notes();
        for event in events {
            self.path.clone_from(&event.path);
            let on = match &event.event {
                Event::Message => On::Message,
                Event::Timer(seconds) => On::Timeout(self.timer(*seconds)),
                Event::Unknown(name) => {
                    self.tell(&format!("this also waits for `{name}`, whose meaning is published nowhere"));
                    continue;
                }
            };
            if on == On::Message && exits.iter().any(|exit| exit.on == On::Message) {
                self.tell("a second condition for a message, which is never taken");
                continue;
            }
            let notes = self.take_notes();
            let body = self.go(event.to);
            exits.push(Exit { notes, on, body });
        }
        self.notes.splice(0..0, outer);
        exits
    }

    /// A timer as it can be.
    fn timer(&mut self, seconds: i64) -> i64 {
        if !(1..=LONGEST).contains(&seconds) {
            self.tell(&format!("a timer of {seconds} seconds, which is not possible here"));
        }
        seconds.clamp(1, LONGEST)
    }

    /// Waits for the reply of a step that has something to do with it.
    fn answered(&mut self, step: &Step, out: &mut Vec<Stmt>) {
        if step.answer.is_empty() && step.no_answer.is_empty() || waits(out.last()) {
            return;
        }
        let replies = message::replies(self, step.number, &step.answer);
        let timers = self.no_answer(step);
        message::ask(self, replies, timers, out);
    }

    /// Whether the answers of a step may stand where they are waited for: not inside of themselves, and not everywhere.
    pub(super) fn answering(&mut self, step: i64) -> bool {
        let copies = self.copies.entry(step).or_default();
        *copies += 1;
        *copies <= MOST_COPIES && self.open.insert(step)
    }

    /// The timers of a step's `no_answer`.
    pub(super) fn no_answer(&mut self, step: &Step) -> Vec<Exit> {
        let Some(first) = step.no_answer.first() else { return Vec::new() };
        self.path.clone_from(&first.path);
        let mut events = waits_for(first);
        if let What::Goto(to) = &first.what {
            events = self.steps.get(&to.step).and_then(|step| step.question.first()).and_then(waits_for);
            if events.is_some() && self.refs.get(to) == Some(&1) {
                self.taken.insert(*to);
            }
        }
        let Some(events) = events else {
            self.tell(
                "there is a way for clients who do not answer, but no timer that tells when; it is left out",
            );
            return Vec::new();
        };
        let (messages, exits): (Vec<Exit>, Vec<Exit>) =
            self.events(events).into_iter().partition(|exit| exit.on == On::Message);
        if !messages.is_empty() {
            self.tell(
                "who does not answer is waited for further there, until a message comes; here what the client writes is \
                 an answer to this message",
            );
        }
        exits
    }

    /// What happens with a reply that is there.
    pub(super) fn replied(&mut self, handlers: &[&Handler], out: &mut Vec<Stmt>) {
        for (at, handler) in handlers.iter().enumerate() {
            self.path.clone_from(&handler.path);
            if matches!(handler.what, What::Buttons(_)) {
                return message::chosen(self, handlers.get(at..).unwrap_or_default(), out);
            }
            self.handler(handler, out);
            if out.last().is_some_and(Stmt::ends) || waits(out.last()) {
                return;
            }
        }
    }
}

/// What a pause waits for.
fn waits_for(handler: &Handler) -> Option<&[Event1]> {
    if let What::Waits(events) = &handler.what { Some(events) } else { None }
}

/// The step that a path is in: 4 of `text.4.question[0]`.
fn step_of(path: &str) -> Option<i64> {
    path.split(['.', '[', ']']).find_map(|part| part.parse().ok())
}

/// How many places lead to each place.
fn refs(bot: &Bot) -> BTreeMap<Target, usize> {
    let mut refs = BTreeMap::new();
    let parts =
        bot.steps.iter().flat_map(|step| [&step.question, &step.answer, &step.no_answer, &step.finish]);
    for handler in parts.flatten().chain(&bot.error) {
        handler.each_target(&mut |to| *refs.entry(to).or_insert(0) += 1);
    }
    refs
}

/// Whether a value is not there.
fn empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Number(number) => &**number == "0",
        Json::Text(text) => text.is_empty() || &**text == "0",
        Json::Bool(_) | Json::List(_) | Json::Object(_) => false,
    }
}

/// Whether a statement waits for the client, so that nothing can stand behind it.
pub(super) fn waits(stmt: Option<&Stmt>) -> bool {
    match stmt {
        Some(Stmt::Wait(wait)) => match &wait.head {
            Head::Message(say) => {
                wait.exits.iter().any(|exit| exit.on != On::Failed)
                    || say.choices().any(|c| !c.body.is_empty())
            }
            Head::Pause | Head::Validate { .. } => true,
            Head::Call(_) => wait.exits.iter().any(|exit| matches!(exit.on, On::Answer(_))),
        },
        Some(Stmt::Rotate(_) | Stmt::Choose(..)) => true,
        Some(
            Stmt::Note(_)
            | Stmt::Line(_)
            | Stmt::If(_)
            | Stmt::Go(_)
            | Stmt::End
            | Stmt::Stuck
            | Stmt::Leave(_),
        )
        | None => false,
    }
}

/// Fields that are numbers or checkboxes, by how the bot uses them; and the pipelines of stages.
pub(super) fn study(lower: &mut Lower<'_>, bot: &Bot) {
    for step in &bot.steps {
        for handler in [&step.question, &step.answer, &step.no_answer, &step.finish].into_iter().flatten() {
            each(handler, &mut |handler| studied(lower, handler));
        }
    }
    bot.error.iter().for_each(|handler| each(handler, &mut |handler| studied(lower, handler)));
    // What a text is written into is no checkbox.
    let written = std::mem::take(&mut lower.written);
    lower.symbols.bools.retain(|field| !written.contains(field));
}

fn studied(lower: &mut Lower<'_>, handler: &Handler) {
    if let What::Conditions { tests, .. } = &handler.what {
        for test in tests {
            if test.operation == "in_range" {
                lower.symbols.numbers.extend(fields(&test.left));
            }
            if test.left.contains(".is_checked") {
                lower.symbols.bools.extend(fields(&test.left));
            }
        }
    }
    let What::Action { name, params } = &handler.what else { return };
    let value = params.get("value").map(words::plain).unwrap_or_default();
    let pipeline = params.get("pipeline_id").map(words::plain).and_then(|id| words::id(&id).ok());
    if let (Some(pipeline), "change_status") = (pipeline, name.as_str()) {
        lower.symbols.pipeline_of.insert(value.clone(), pipeline);
    }
    let mut set: Vec<String> = params.get("custom_fields_id").map(words::plain).into_iter().collect();
    set.extend(params.get("custom_field").and_then(Json::as_text).into_iter().flat_map(fields));
    if name == "set_custom_fields" && !matches!(value.as_str(), "0" | "1" | "true" | "false") {
        lower.written.extend(set.iter().cloned());
    }
    let calculated = params.get("calculated") == Some(&Json::Bool(true));
    if calculated {
        lower.symbols.numbers.extend(set);
    }
    if name == "set_budget" || calculated {
        lower.symbols.numbers.extend(fields(&value));
    }
}

/// The ids of the fields that a text names.
fn fields(text: &str) -> Vec<String> {
    let holes = text::pieces(text).into_iter().filter_map(|piece| match piece {
        text::Piece::Hole(hole) => Some(hole),
        text::Piece::Text(_) => None,
    });
    holes
        .filter_map(|hole| hole.split('.').skip_while(|part| *part != "cf").nth(1))
        .map(str::to_owned)
        .collect()
}

/// A handler, and those inside of it.
pub(super) fn each<'b>(handler: &'b Handler, f: &mut dyn FnMut(&'b Handler)) {
    f(handler);
    match &handler.what {
        What::Conditions { result: inner, .. }
        | What::Validations { result: inner, .. }
        | What::Find { actions: inner, .. } => inner.iter().for_each(|inner| each(inner, f)),
        What::Buttons(replies) => {
            replies.iter().flat_map(|reply| &reply.then).for_each(|inner| each(inner, f))
        }
        What::Goto(_)
        | What::WaitAnswer(_)
        | What::Message(_)
        | What::Waits(_)
        | What::Distribution { .. }
        | What::Widget(_)
        | What::Comment { .. }
        | What::Internal { .. }
        | What::Action { .. }
        | What::Trigger { .. }
        | What::Meta { .. }
        | What::Preset { .. }
        | What::WidgetRequest { .. }
        | What::OptIn(_)
        | What::Stop(_)
        | What::Exits(_)
        | What::Unknown { .. } => {}
    }
}

/// A message alone.
pub(super) fn said(say: Say, exits: Vec<Exit>) -> Stmt {
    Stmt::Wait(Box::new(Wait { head: Head::Message(say), exits }))
}
