//! Exits of waiting statements: which events a statement offers, timers, `as` names and bodies.

use super::Checker;
use super::body::Kind;
use super::known::Ways;
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::flow::falls_through;
use crate::ir::{self, Block, ExprKind, LocalId, On};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Event, Name, Span};
use sbot_vm::program::SymbolKind;
use sbot_vm::value::Value;

/// The longest timer: 8760 hours, 60 minutes and 60 seconds (Salesbot guide, "Timer is out").
const LONGEST_TIMER: i64 = 8760 * 3600 + 60 * 60 + 60;

/// What an exit listens to, by its word; the one list of the events of the statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Message,
    Other,
    Timeout,
    Failed,
    Valid,
    Invalid,
    Hours,
    Video,
}

const WORDS: &[(&str, Word)] = &[
    ("message", Word::Message),
    ("other", Word::Other),
    ("timeout", Word::Timeout),
    ("failed", Word::Failed),
    ("valid", Word::Valid),
    ("invalid", Word::Invalid),
    ("hours", Word::Hours),
    ("video", Word::Video),
];

/// What exits can listen to.
pub(super) fn words() -> impl Iterator<Item = &'static str> {
    WORDS.iter().map(|(text, _)| *text)
}

fn text(word: Word) -> &'static str {
    WORDS.iter().find(|(_, known)| *known == word).map_or("", |(text, _)| text)
}

/// An exit whose body has been checked.
pub(super) struct Checked {
    pub word: Word,
    /// There unless the word is `valid` or `invalid`.
    pub exit: ir::Exit,
    /// The names that an exit without a body brings.
    pub open_binds: Vec<(Name, LocalId)>,
}

impl Checker<'_> {
    /// Which event an exit listens to; E0502 if the statement does not offer it.
    pub(super) fn exit_word(
        &mut self,
        exit: &ast::Exit,
        statement: &str,
        offered: &[Word],
        own: &[&str],
    ) -> Option<Word> {
        let (found, written, span) = match &exit.event {
            Event::Error(_) => return None,
            Event::Message(span) => (Some(Word::Message), "message", *span),
            Event::Timeout(expr) => (Some(Word::Timeout), "timeout", expr.span),
            Event::Hours(name) => (Some(Word::Hours), "hours", name.span),
            Event::VideoOpened(span) | Event::VideoClosed(span) => (Some(Word::Video), "video", *span),
            Event::Named { name, binds } => {
                if let Some(bind) = binds.first() {
                    let place = self.place(bind.span);
                    self.report(
                        Diagnostic::new(
                            Code::E0302,
                            place,
                            format!("`on {}` brings no values in parentheses", name.text),
                        )
                        .help("for the client's text write `as name`"),
                    );
                }
                let found = WORDS.iter().find(|(word, _)| *word == name.text).map(|(_, word)| *word);
                (found, name.text.as_str(), name.span)
            }
        };
        if let Some(word) = found
            && offered.contains(&word)
        {
            return Some(word);
        }
        let known: Vec<&str> = own.iter().copied().chain(offered.iter().map(|word| text(*word))).collect();
        let place = self.place(exit.head);
        let list: Vec<String> = known.iter().map(|word| format!("`on {word}`")).collect();
        let diagnostic =
            Diagnostic::new(Code::E0502, place, format!("{statement} has no exit `on {written}`"))
                .help(format!("it offers {}", list.join(", ")));
        let on = |near: &str| (format!("`on {near}`"), near.to_owned());
        self.report(suggest::meant_as(diagnostic, written, span, known.iter().copied(), on));
        None
    }

    /// Checks the exits of a statement, in order.
    pub(super) fn exits(
        &mut self,
        exits: &[ast::Exit],
        statement: &str,
        offered: &[Word],
        ways: &mut Ways,
    ) -> Vec<Checked> {
        let mut checked = Vec::with_capacity(exits.len());
        checked.extend(exits.iter().filter_map(|exit| self.exit_with(exit, statement, offered, &[], ways)));
        checked
    }

    /// The same for a statement that declares exits of its `own`, which a report names too.
    pub(super) fn exit_with(
        &mut self,
        exit: &ast::Exit,
        statement: &str,
        offered: &[Word],
        own: &[&str],
        ways: &mut Ways,
    ) -> Option<Checked> {
        let Some(word) = self.exit_word(exit, statement, offered, own) else {
            self.look_at_exits(std::slice::from_ref(exit));
            return None;
        };
        let on = match (&exit.event, word) {
            (Event::Timeout(duration), _) => {
                On::Timeout(Box::new(self.when_waiting(ways, |this| this.timer(duration))))
            }
            (Event::Hours(name), _) => On::Hours(self.hours(name).unwrap_or_default()),
            (Event::VideoOpened(_), _) => On::VideoOpened,
            (Event::VideoClosed(_), _) => On::VideoClosed,
            (_, Word::Other) => On::Other,
            (_, Word::Failed) => On::Failed,
            _ => On::Message,
        };
        let place = self.place(exit.head);
        self.late_arrow(exit);
        self.body.open();
        let bind = exit.bind.as_ref().and_then(|name| self.exit_bind(name, word));
        let body = self.exit_body(exit, ways);
        self.body.close();
        let open_binds = exit.bind.clone().filter(|_| exit.body.is_none()).zip(bind).into_iter().collect();
        let binds = bind.into_iter().collect();
        Some(Checked { word, exit: ir::Exit { on, binds, body, place }, open_binds })
    }

    /// Looks at the bodies of exits that cannot stand where they do, for the mistakes in them.
    pub(super) fn look_at_exits(&mut self, exits: &[ast::Exit]) {
        let before = self.body.known.clone();
        for exit in exits {
            self.body.open();
            let values = if let Event::Named { binds, .. } = &exit.event { binds.as_slice() } else { &[] };
            for name in values.iter().chain(&exit.bind) {
                self.bind_as(name, Ty::Error);
            }
            if let Some(body) = &exit.body {
                self.branch(body);
            }
            self.body.close();
            self.body.known.clone_from(&before);
        }
    }

    /// What an exit does; nothing if it only goes on after the statement.
    pub(super) fn exit_body(&mut self, exit: &ast::Exit, ways: &mut Ways) -> Block {
        self.way(ways, |this| exit.body.as_ref().map(|body| this.branch(body)).unwrap_or_default())
    }

    /// The number of the working hours of this name. They are hours of the account's zone.
    pub(super) fn hours(&mut self, name: &Name) -> Option<u32> {
        let (n, unit) = (self.unit, self.unit());
        let symbol = self.names.expect_symbol(n, unit, name, SymbolKind::Hours, "hours")?;
        self.need_zone(self.place(name.span));
        (0u32..).zip(&self.names.hours).find(|(_, hours)| hours.symbol == symbol).map(|(index, _)| index)
    }

    fn exit_bind(&mut self, name: &Name, word: Word) -> Option<LocalId> {
        if matches!(word, Word::Message | Word::Other) {
            return Some(self.bind_as(name, Ty::Text));
        }
        let place = self.place(name.span);
        self.report(
            Diagnostic::new(
                Code::E0302,
                place,
                format!("`on {}` brings nothing that could be named", text(word)),
            )
            .help(format!("remove `as {}`", name.text)),
        );
        None
    }

    /// W0605: the arrow of a bodiless exit stands on a later line.
    pub(super) fn late_arrow(&mut self, exit: &ast::Exit) {
        let Some(ast::Body::Goto(goto)) = &exit.body else { return };
        let source = self.parsed.sources.get(self.unit().file);
        if source.slice(Span::new(exit.head.end, goto.span.start)).contains('\n') {
            let place = self.place(goto.span);
            let head = self.place(exit.head);
            self.report(
                Diagnostic::new(Code::W0605, place, "this arrow belongs to the exit on the line above")
                    .label(head, "this exit")
                    .help("write it on the same line, or give the exit a body `{ }` if the arrow is for the statement"),
            );
        }
    }

    /// A duration of a timer, in bounds if it is fixed.
    pub(super) fn timer(&mut self, duration: &ast::Expr) -> ir::Expr {
        let expr = self.expr_as(duration, &Ty::Duration, "a timer");
        if let ExprKind::Const(Value::Duration(seconds)) = expr.kind {
            self.in_timer_bounds(expr.place, seconds);
        }
        expr
    }

    /// E0404.
    pub(super) fn in_timer_bounds(&mut self, place: Place, seconds: i64) {
        if (1..=LONGEST_TIMER).contains(&seconds) {
            return;
        }
        let text =
            if seconds < 1 { "a timer is at least 1 second" } else { "a timer is at most 8760h60m60s" };
        self.report(
            Diagnostic::new(Code::E0404, place, text)
                .help("choose a duration between `1s` and `8760h60m60s`"),
        );
    }

    /// Makes the `as` names of exits without a body visible after the statement, where no other way leads there.
    pub(super) fn show_open_binds(&mut self, checked: &[Checked], others_fall: bool) {
        let open = |checked: &&Checked| falls_through(&checked.exit.body);
        let mut falling = checked.iter().filter(open);
        if let (Some(Checked { open_binds, .. }), None, false) = (falling.next(), falling.next(), others_fall)
        {
            for (name, local) in open_binds {
                self.body.show(&name.text, *local, Some("an `as` name"));
            }
        }
    }

    /// E0503.
    pub(super) fn missing_exit(&mut self, span: Span, statement: &str, word: Word) {
        let place = self.place(span);
        let word = text(word);
        self.report(
            Diagnostic::new(Code::E0503, place, format!("{statement} needs the exit `on {word}`"))
                .help(format!("add `on {word} -> …`")),
        );
    }

    /// E0306: something that waits or has effects, in `code` or a `fn`.
    pub(super) fn may_wait(&mut self, place: Place, what: &str, help: &str) -> bool {
        if self.in_step() {
            return true;
        }
        let inside = match (self.body.code, self.body.kind) {
            (true, _) => "`code`",
            (false, Kind::Fn) => "a `fn`",
            (false, Kind::Expression | Kind::Step | Kind::Flow) => "a value",
        };
        self.report(
            Diagnostic::new(Code::E0306, place, format!("{what} cannot stand in {inside}")).help(help),
        );
        false
    }

    /// Effects and waits are for steps and flows.
    pub(super) fn in_step(&self) -> bool {
        matches!(self.body.kind, Kind::Step | Kind::Flow) && !self.body.code
    }
}

/// A block that leads nowhere else.
pub(super) fn leaves(block: &Block) -> bool {
    !falls_through(block)
}
