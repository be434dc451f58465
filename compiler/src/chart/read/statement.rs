//! The statements of a step or flow, as the lines of its card.
//!
//! The matches over statements and exits have no wildcard arms, so a new one does not compile until it is shown
//! somewhere.

use super::{Reader, joined};
use crate::chart::{CardKind, EdgeKind, LineKind, Then, To, words};
use crate::flow;
use crate::ir::{self, Block, Entered, Expr, On, Stmt, StmtKind, Wait};
use crate::source::Place;
use sbot_grammar::ast::Span;

/// What begins a branch.
struct Head {
    kind: LineKind,
    text: String,
    note: String,
    cause: EdgeKind,
    place: Place,
}

impl<'a> Reader<'a, '_> {
    /// A step or flow, which ends where its last statement can be left behind.
    pub(super) fn body(&mut self, body: &'a Block, place: Place) {
        self.block(body, None);
        if flow::falls_through(body) {
            let text = if self.kind == CardKind::Flow { "goes back" } else { "the bot ends" };
            self.ends(text, body.last().map_or(place, |stmt| stmt.place));
        }
    }

    /// `owner` is the statement that the block is a branch of.
    fn block(&mut self, block: &'a Block, owner: Option<Place>) {
        let reached = self.reached;
        for stmt in block {
            self.statement(stmt, owner);
            self.reached &= flow::statement_falls_through(stmt);
        }
        self.reached = reached;
    }

    fn statement(&mut self, stmt: &'a Stmt, owner: Option<Place>) {
        let place = stmt.place;
        match &stmt.kind {
            StmtKind::Message(message) => self.message(message, place),
            StmtKind::Pause(pause) => {
                self.waits(&pause.wait, place);
                self.exits(&pause.wait, None, place);
            }
            StmtKind::Validate(validate) => self.validate(validate, place),
            StmtKind::If { .. } => self.condition(stmt),
            StmtKind::Local { local, value } => {
                if self.local(*local).starts_with('%') {
                    self.found = Some(value);
                } else if owner != Some(place) {
                    // A branch's own place stands for the `as` name of its head.
                    self.source_line(LineKind::Set, place);
                }
            }
            StmtKind::Var { .. } | StmtKind::Set { .. } | StmtKind::Break | StmtKind::Continue => {
                self.source_line(LineKind::Set, place);
            }
            StmtKind::Act(act) => self.act(act, place),
            StmtKind::Rotate(rotate) => self.rotate(rotate, place),
            StmtKind::Enter(enter) => self.enter(enter, place),
            StmtKind::HandOver { bot, .. } => {
                self.goto_line(place);
                let label = self.cause.1.clone();
                self.goes_to_bot(*bot, EdgeKind::HandOver, label);
            }
            StmtKind::Block(block) => self.block(block, owner),
            StmtKind::For { item, list, body, .. } => {
                let text = format!("for each {} in {}", self.local(*item), self.slice(list.place));
                self.branch(Head::condition(text, place), body);
            }
            StmtKind::While { condition, body } => {
                let text = format!("while {}", self.slice(condition.place));
                self.branch(Head::condition(text, place), body);
            }
            StmtKind::Return(_) => {
                self.source_line(LineKind::End, place);
                self.then(Then::End);
            }
            StmtKind::Goto { step, .. } => {
                self.goto_line(place);
                let (kind, label) = self.cause.clone();
                self.goes_to(*step, kind, label);
            }
            StmtKind::End => self.ends("the bot ends", place),
        }
    }

    /// `-> save(number)` without its arrow.
    fn goto_line(&mut self, place: Place) {
        let written = self.slice(place);
        let text = written.strip_prefix("->").unwrap_or(&written).trim_start().to_owned();
        self.line(LineKind::Goto, text, place);
    }

    /// A call of an action, with the exits of one that is waited for.
    fn act(&mut self, act: &'a ir::Act, place: Place) {
        let exits = act.wait.iter().flat_map(|wait| &wait.exits);
        let own = exits.map(|exit| exit.place).filter(|exit| *exit != place).map(|exit| exit.span.start);
        let end = own.min().unwrap_or(place.span.end);
        let head = Place { file: place.file, span: Span::new(place.span.start, end) };
        self.source_line(LineKind::Action, head);
        if let Some(wait) = &act.wait {
            self.waits(wait, place);
            self.exits(wait, Some(act.action), place);
        }
    }

    fn rotate(&mut self, rotate: &'a ir::Rotate, place: Place) {
        let count = rotate.wait.exits.len();
        self.line(LineKind::Turn, format!("in turn, one of {count}"), place);
        self.depth += 1;
        for (n, exit) in rotate.wait.exits.iter().enumerate() {
            let (text, note) = (format!("number {}", n + 1), String::new());
            let head = Head { kind: LineKind::Turn, text, note, cause: EdgeKind::Turn, place: exit.place };
            self.branch(head, &exit.body);
        }
        self.depth -= 1;
    }

    fn enter(&mut self, enter: &ir::Enter, place: Place) {
        self.source_line(LineKind::Call, place);
        let label = self.cause.1.clone();
        match enter.target {
            Entered::Flow(flow) => {
                let card = self.reading.numbers.flows.get(flow.0 as usize).copied().flatten();
                if let Some(card) = card {
                    self.leads(To::Card(card), EdgeKind::Call, label);
                }
            }
            Entered::Bot(bot) => self.goes_to_bot(bot, EdgeKind::Run, label),
        }
    }

    fn message(&mut self, message: &'a ir::Message, place: Place) {
        let mut note = self.route(message);
        if let Some(text) = &message.text {
            let text = self.said(text);
            self.line(LineKind::Message, text, place);
            self.note(std::mem::take(&mut note));
        }
        for (file, what) in [(&message.attach, ""), (&message.voice, "a voice message")] {
            let Some(file) = file else { continue };
            let text = words::one_line(&self.said(file));
            self.line(LineKind::File, text, file.place);
            self.note(joined([what, &note]));
        }
        if let Some(list) = &message.list {
            self.list(list);
        }
        let mut sections = message.list.iter().flat_map(|list| &list.sections).flat_map(|section| {
            section
                .abouts
                .iter()
                .enumerate()
                .map(move |(n, about)| ((n == 0).then_some(&section.title), about.as_ref()))
        });
        let exits = message.wait.as_ref().map(|wait| wait.exits.as_slice()).unwrap_or_default();
        for (n, button) in message.buttons.iter().enumerate() {
            let (section, about) = sections.next().unwrap_or((None, None));
            if let Some(section) = section {
                let text = words::one_line(&self.said(section));
                self.line(LineKind::Section, text, section.place);
            }
            self.button(n, button, about, exits);
        }
        if let Some(wait) = &message.wait {
            if let Some(from) = &message.from {
                self.chosen(from, wait);
            }
            self.waits(wait, place);
            self.exits(wait, None, place);
        }
    }

    /// What a list message has beside its options.
    fn list(&mut self, list: &'a ir::List) {
        let text = words::one_line(&self.said(&list.button));
        self.line(LineKind::Menu, text, list.button.place);
        let around = |part: &Option<Expr>| part.as_ref().map_or_else(String::new, |part| self.said(part));
        let (title, footer) = (around(&list.title), around(&list.footer));
        self.note(words::one_line(&joined([&title, &footer])));
    }

    fn button(&mut self, n: usize, button: &'a ir::Button, about: Option<&Expr>, exits: &'a [ir::Exit]) {
        let text = words::one_line(&self.said(&button.label));
        if let Some(link) = &button.link {
            let note = words::one_line(&self.said(link));
            self.line(LineKind::Link, text.clone(), button.label.place);
            self.note(note);
        }
        for exit in exits {
            if let On::Option { button, synonyms } = &exit.on
                && *button == n
            {
                let note = about
                    .into_iter()
                    .chain(synonyms)
                    .map(|word| self.said(word))
                    .collect::<Vec<_>>()
                    .join(" · ");
                let (kind, cause, place) = (LineKind::Button, EdgeKind::Button, exit.place);
                let note = words::one_line(&note);
                self.branch(Head { kind, text: text.clone(), note, cause, place }, &exit.body);
            }
        }
    }

    /// `buttons from`.
    fn chosen(&mut self, from: &ir::ButtonsFrom, wait: &'a Wait) {
        for exit in wait.exits.iter().filter(|exit| matches!(exit.on, On::Chosen)) {
            let text = format!("each of {}", self.slice(from.list.place));
            let (kind, note, cause) = (LineKind::Button, String::new(), EdgeKind::Button);
            self.branch(Head { kind, text, note, cause, place: exit.place }, &exit.body);
        }
    }

    fn validate(&mut self, validate: &'a ir::Validate, place: Place) {
        let limit = self.limit(&validate.wait);
        self.line(LineKind::Wait, format!("waits for an answer{limit}"), place);
        let pattern = validate.found.as_ref().map_or(validate.test.place, |(_, found)| found.place);
        let note = is(&self.slice(pattern));
        let (kind, cause) = (LineKind::Valid, EdgeKind::Valid);
        self.branch(Head { kind, text: "valid".to_owned(), note, cause, place }, &validate.valid);
        if let Some(retry) = &validate.retry {
            let text = self.said(&retry.saying);
            self.line(LineKind::Message, text, retry.saying.place);
            let count = self.slice(retry.count.place);
            self.note(if count == "1" {
                "asks once more".to_owned()
            } else {
                format!("asks {count} more times")
            });
        }
        let (kind, cause) = (LineKind::Invalid, EdgeKind::Invalid);
        let head = Head { kind, text: "invalid".to_owned(), note: String::new(), cause, place };
        self.branch(head, &validate.invalid);
        self.exits(&validate.wait, None, place);
    }

    /// The line that says that the conversation waits, for what and for how long.
    fn waits(&mut self, wait: &Wait, place: Place) {
        let limit = self.limit(wait);
        let what = wait.exits.iter().find_map(|exit| match &exit.on {
            On::Option { .. } | On::Other | On::Chosen => Some("waits for an answer"),
            On::Message => Some("waits for a message"),
            On::Hours(_) => Some("waits for working hours"),
            On::VideoOpened | On::VideoClosed => Some("waits for the video"),
            On::Answer(_) | On::Result => Some("waits until it is done"),
            On::Failed | On::Delivered => Some("waits for the delivery"),
            On::Timeout(_) | On::Drawn(_) => None,
        });
        let text = match what {
            Some(what) => format!("{what}{limit}"),
            None => format!("waits{}", limit.replace(", at most", "")),
        };
        self.line(LineKind::Wait, text, place);
    }

    /// `, at most 2h`, if a timer bounds the wait.
    fn limit(&self, wait: &Wait) -> String {
        let timers = wait.exits.iter().filter_map(|exit| self.timer(&exit.on));
        match timers.collect::<Vec<_>>().as_slice() {
            [] => String::new(),
            timers => format!(", at most {}", timers.join(" or ")),
        }
    }

    fn timer(&self, on: &On) -> Option<String> {
        if let On::Timeout(after) = on { Some(self.slice(after.place)) } else { None }
    }

    /// The exits of a wait that are no buttons.
    fn exits(&mut self, wait: &'a Wait, action: Option<ir::ActionId>, statement: Place) {
        for (n, exit) in wait.exits.iter().enumerate() {
            let Some((kind, cause, text)) = self.exit(exit, action, statement) else { continue };
            let reached = self.reached;
            self.reached &= flow::exit::always_first(wait, n).is_none();
            self.branch(Head { kind, text, note: String::new(), cause, place: exit.place }, &exit.body);
            self.reached = reached;
        }
    }

    /// What an exit is called; none for one that is shown elsewhere, or that nobody wrote.
    fn exit(
        &self,
        exit: &ir::Exit,
        action: Option<ir::ActionId>,
        statement: Place,
    ) -> Option<(LineKind, EdgeKind, String)> {
        let answer = |text: &str| Some((LineKind::Answer, EdgeKind::Answer, text.to_owned()));
        match &exit.on {
            On::Option { .. } | On::Chosen | On::Delivered | On::Result | On::Drawn(_) => None,
            On::Other => answer("any other answer"),
            On::Message => answer("any message"),
            On::VideoOpened => answer("the video is opened"),
            On::VideoClosed => answer("the video is closed"),
            On::Answer(index) => {
                let action = self.reading.project.actions.get(action?.0 as usize)?;
                let name = &action.exits.get(*index as usize)?.name;
                answer(&words::one_line(name))
            }
            On::Hours(index) => {
                let project = self.reading.project;
                let hours = project.hours.get(*index as usize)?;
                let name = project.symbols.get(hours.symbol as usize).map_or("", |symbol| &symbol.name);
                Some((
                    LineKind::Timeout,
                    EdgeKind::Timeout,
                    format!("in the hours {}", words::one_line(name)),
                ))
            }
            // `pause 2h` has said it already.
            On::Timeout(_) if exit.place == statement => None,
            On::Timeout(after) => {
                Some((LineKind::Timeout, EdgeKind::Timeout, format!("after {}", self.slice(after.place))))
            }
            On::Failed => {
                let text = if action.is_some() { "if it fails" } else { "not delivered" };
                Some((LineKind::Failed, EdgeKind::Failed, text.to_owned()))
            }
        }
    }

    /// An `if` with everything that hangs on its `else`, without a call for each: a chain may have a thousand arms.
    fn condition(&mut self, stmt: &'a Stmt) {
        let mut word = "if";
        let mut stmt = stmt;
        while let StmtKind::If { condition, then, otherwise } = &stmt.kind {
            let found = self.found.take();
            if found.is_none() && condition.place == stmt.place {
                // `set lead.visits += 1` where the field may be absent.
                return self.source_line(LineKind::Set, stmt.place);
            }
            let text = format!("{word} {}", self.tested(found.unwrap_or(condition), stmt.place));
            self.branch(Head::condition(text, stmt.place), then);
            word = "else if";
            match otherwise.as_slice() {
                [] => return,
                [next @ Stmt { kind: StmtKind::If { .. }, .. }] => stmt = next,
                [Stmt { kind: StmtKind::Block(block), .. }] if self.taken_apart(block) => {
                    for next in block {
                        if let StmtKind::Local { value, .. } = &next.kind {
                            self.found = Some(value);
                        }
                        stmt = next;
                    }
                }
                _ => return self.branch(Head::condition("else".to_owned(), stmt.place), otherwise),
            }
        }
    }

    /// Whether a block is a hidden value and the `if` that asks for it.
    fn taken_apart(&self, block: &Block) -> bool {
        match block.as_slice() {
            [Stmt { kind: StmtKind::Local { local, .. }, .. }, Stmt { kind: StmtKind::If { .. }, .. }] => {
                self.local(*local).starts_with('%')
            }
            _ => false,
        }
    }

    /// A condition in words: as written, and where it is a pattern with what it is asked of.
    fn tested(&self, condition: &Expr, stmt: Place) -> String {
        let written = self.slice(condition.place);
        match subject(condition, condition.place, stmt) {
            Some(subject) => format!("{} {}", self.slice(subject), is(&written)),
            None => written,
        }
    }

    /// A line and what comes after it: on the line itself if that is one step, or the end; else below, set in.
    fn branch(&mut self, head: Head, body: &'a Block) {
        self.line(head.kind, head.text.clone(), head.place);
        self.note(head.note);
        let outer = std::mem::replace(&mut self.cause, (head.cause, head.text));
        match sole(body).map(|stmt| &stmt.kind) {
            None if body.is_empty() => self.then(Then::GoesOn),
            Some(StmtKind::Goto { step, .. }) => {
                let (kind, label) = self.cause.clone();
                self.goes_to(*step, kind, label);
            }
            Some(StmtKind::End) => self.then(Then::End),
            None | Some(_) => {
                self.depth += 1;
                self.block(body, Some(head.place));
                self.depth -= 1;
            }
        }
        self.cause = outer;
    }
}

impl Head {
    fn condition(text: String, place: Place) -> Self {
        Self { kind: LineKind::Condition, text, note: String::new(), cause: EdgeKind::Condition, place }
    }
}

/// The only statement of a block, whatever braces stand around it.
fn sole(block: &Block) -> Option<&Stmt> {
    let mut block = block;
    while let [stmt] = block.as_slice() {
        let StmtKind::Block(inner) = &stmt.kind else { return Some(stmt) };
        block = inner;
    }
    None
}

/// A pattern as it is said of something: `is "yes"`, `contains phone`.
fn is(pattern: &str) -> String {
    const VERBS: &[&str] = &["contains", "matches", "length", "not"];
    let first = pattern.split_whitespace().next().unwrap_or("");
    if VERBS.contains(&first) && pattern != "not set" { pattern.to_owned() } else { format!("is {pattern}") }
}

/// What a pattern is asked of: the place of the first part of its condition that stands in the statement, but not in
/// the pattern itself. Defaults of parameters stand elsewhere.
fn subject(condition: &Expr, pattern: Place, stmt: Place) -> Option<Place> {
    let mut found = None;
    condition.each_child(&mut |child| {
        if found.is_none() {
            found = if within(child.place, pattern) {
                subject(child, pattern, stmt)
            } else {
                within(child.place, stmt).then_some(child.place)
            };
        }
    });
    found
}

fn within(place: Place, of: Place) -> bool {
    place.file == of.file && place.span.start >= of.span.start && place.span.end <= of.span.end
}
