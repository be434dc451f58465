//! The Message step.

use super::Checker;
use super::exit::{Word, leaves};
use super::known::Ways;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, Block, Button, Expr, ExprKind, On, StmtKind};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, ButtonKind, Chosen, Clause, ClauseKind, MessageHead, Name, Span};
use sbot_vm::program::{MOST_BUTTONS, Recipients, SymbolKind, Via};
use sbot_vm::value::Value;

impl Checker<'_> {
    pub(super) fn message(&mut self, place: Place, message: &ast::Message, out: &mut Block) {
        if !self.in_step() {
            return;
        }
        let mut checked = self.message_head(message);
        let clauses = self.clauses(&message.clauses);
        if let Some(attach) = clauses.attach {
            checked.attach = Some(self.file(attach));
        }
        if let Some(voice) = clauses.voice {
            checked.voice = Some(self.voice(voice));
        }
        self.exclusive(message, &checked, clauses.buttons.is_some());
        checked.to = clauses.to;
        checked.to_place = clauses.to_span.map(|span| self.place(span));
        checked.via = clauses.via;
        let options =
            clauses.buttons.map(|buttons| self.buttons(buttons, &mut checked.buttons)).unwrap_or_default();
        let from = clauses.from.map(|(list, chosen)| (self.buttons_from(list), chosen));
        let (statement, offered): (_, &[Word]) = if options.is_empty() && from.is_none() {
            ("a message without reply buttons", &[Word::Message, Word::Timeout, Word::Failed])
        } else {
            ("a message with reply buttons", &[Word::Other, Word::Timeout, Word::Failed])
        };
        let waits = !options.is_empty() || from.is_some() || !message.exits.is_empty();
        let name = waits.then(|| self.wait_name("message", clauses.called));
        if let (None, Some(called)) = (&name, clauses.called) {
            self.no_wait_to_name(called);
        }
        let live = if waits { self.body.live() } else { Vec::new() };
        let before = self.body.known.clone();
        if waits {
            self.body.forget_fields();
        }
        let mut ways = self.ways(before);
        let mut exits = Vec::with_capacity(options.len() + usize::from(from.is_some()) + message.exits.len());
        for (button, option) in options {
            exits.push(self.option(button, option, &mut ways));
        }
        if let Some((buttons, chosen)) = from {
            match chosen {
                Chosen::Step(step) => exits.extend(self.chosen_for(place, step)),
                Chosen::As { name, body } => exits.push(self.chosen_as(name, body, &mut ways)),
            }
            checked.from = Some(Box::new(buttons));
        }
        let mut options_fall = exits.iter().any(|exit: &ir::Exit| !leaves(&exit.body));
        let named = self.exits(&message.exits, statement, offered, &mut ways);
        if checked.from.is_some() && named.iter().all(|exit| exit.word != Word::Other) {
            // With an empty list, and without `on other`, the bot goes on after the statement.
            self.plain_way(&mut ways);
            options_fall = true;
        }
        let only_failed =
            exits.is_empty() && !named.is_empty() && named.iter().all(|exit| exit.word == Word::Failed);
        self.show_open_binds(&named, options_fall || only_failed);
        exits.extend(named.into_iter().map(|checked| checked.exit));
        if only_failed {
            self.plain_way(&mut ways);
            exits.push(ir::Exit { on: On::Delivered, binds: Vec::new(), body: Vec::new(), place });
        }
        self.meet(ways);
        if let Some(name) = name {
            checked.wait = Some(ir::Wait { name, live, exits });
        }
        Self::push(out, place, StmtKind::Message(Box::new(checked)));
    }

    fn message_head(&mut self, message: &ast::Message) -> ir::Message {
        let mut checked = ir::Message {
            text: None,
            template: None,
            attach: None,
            voice: None,
            to: Recipients::Chat,
            to_place: None,
            via: Via::Chat,
            buttons: Vec::new(),
            from: None,
            list: None,
            wait: None,
        };
        match &message.head {
            MessageHead::Text(text) if let Some((name, id, args)) = self.template_call(text) => {
                if let Some((template, text)) = self.chat_template(name, id, args) {
                    checked.template = Some(template);
                    checked.text = Some(text);
                }
            }
            MessageHead::Text(text) => {
                let text = self.expr_as(text, &Ty::Text, "a message");
                self.not_empty(&text, "this message");
                checked.text = Some(text);
            }
            MessageHead::Attach(file) => checked.attach = Some(self.file(file)),
            MessageHead::Voice(file) => checked.voice = Some(self.voice(file)),
        }
        checked
    }

    fn file(&mut self, file: &ast::Expr) -> Expr {
        self.expr_as(file, &Ty::File, "an attached file")
    }

    fn voice(&mut self, file: &ast::Expr) -> Expr {
        let file = self.expr_as(file, &Ty::File, "a voice message");
        self.check_voice(&file);
        file
    }

    /// E0410: two files, or a voice message with anything beside it.
    fn exclusive(&mut self, message: &ast::Message, checked: &ir::Message, buttons: bool) {
        let files: Vec<Span> = message
            .clauses
            .iter()
            .filter(|clause| matches!(clause.kind, ClauseKind::Attach(_) | ClauseKind::Voice(_)))
            .map(|clause| clause.span)
            .collect();
        let head_file = !matches!(message.head, MessageHead::Text(_));
        if let (true, Some(span)) = (head_file || files.len() > 1, files.last()) {
            let place = self.place(*span);
            self.report(
                Diagnostic::new(Code::E0410, place, "a message carries one file")
                    .help("send the other one with a message of its own"),
            );
        } else if let (Some(voice), true) = (&checked.voice, checked.text.is_some() || buttons) {
            let place = voice.place;
            self.report(
                Diagnostic::new(Code::E0410, place, "a voice message has no text and no buttons")
                    .help("send the text with a message of its own"),
            );
        }
    }

    fn clauses<'c>(&mut self, clauses: &'c [Clause]) -> Clauses<'c> {
        let mut found = Clauses::default();
        for (n, clause) in clauses.iter().enumerate() {
            let word = clause_word(&clause.kind);
            if let Some(first) = clauses.iter().take(n).find(|other| clause_word(&other.kind) == word) {
                let (place, first) = (self.place(clause.span), self.place(first.span));
                if word != "attach" && word != "voice" {
                    self.report(
                        Diagnostic::new(Code::E0410, place, format!("`{word}` stands twice in this message"))
                            .label(first, "first here")
                            .help("remove one of them"),
                    );
                }
                continue;
            }
            if word == "to" {
                found.to_span = Some(clause.span);
            }
            match &clause.kind {
                ClauseKind::Attach(file) => found.attach = Some(file),
                ClauseKind::Voice(file) => found.voice = Some(file),
                ClauseKind::ToAll => found.to = Recipients::All,
                ClauseKind::ToMain => found.to = Recipients::Main,
                ClauseKind::ViaAny => found.via = Via::Any,
                ClauseKind::ViaPrimary => found.via = Via::Primary,
                ClauseKind::Via(names) => found.via = Via::Channels(self.channels(names)),
                ClauseKind::Called(name) => found.called = Some(name),
                ClauseKind::Buttons(buttons) => found.buttons = Some(buttons),
                ClauseKind::ButtonsFrom { list, chosen } => found.from = Some((list, chosen)),
            }
        }
        found
    }

    /// Symbols of channels.
    pub(super) fn channels(&mut self, names: &[Name]) -> Vec<u32> {
        let (n, unit) = (self.unit, self.unit());
        names
            .iter()
            .filter_map(|name| self.names.expect_symbol(n, unit, name, SymbolKind::Channel, "channel"))
            .collect()
    }

    /// Checks the buttons; gives the reply buttons with their numbers.
    fn buttons<'c>(
        &mut self,
        buttons: &'c [ast::Button],
        out: &mut Vec<Button>,
    ) -> Vec<(usize, &'c ast::Button)> {
        if let Some(extra) = buttons.get(MOST_BUTTONS) {
            let place = self.place(extra.span);
            let text =
                format!("a message has at most {MOST_BUTTONS} buttons, and this one has {}", buttons.len());
            self.report(
                Diagnostic::new(Code::E0401, place, text).help("offer fewer, or ask in two messages"),
            );
        }
        let mut replies = Vec::with_capacity(buttons.len());
        out.reserve_exact(buttons.len());
        for button in buttons {
            match &button.kind {
                ButtonKind::Reply { labels, .. } => {
                    let Some(label) = labels.first() else { continue };
                    let label = self.label(label);
                    replies.push((out.len(), button));
                    out.push(Button { label, link: None });
                }
                ButtonKind::Link { label, url } => {
                    let label = self.label(label);
                    let url = self.link(url);
                    out.push(Button { label, link: Some(url) });
                }
                ButtonKind::Error => {}
            }
        }
        self.same_options(&replies);
        replies
    }

    fn label(&mut self, label: &ast::Expr) -> Expr {
        let label = self.expr_as(label, &Ty::Text, "a button");
        self.not_empty(&label, "this button");
        label
    }

    fn link(&mut self, url: &ast::Expr) -> Expr {
        let url = self.expr(url, Some(&Ty::Url));
        if url.ty == Ty::Text && matches!(url.kind, ExprKind::Concat(_)) {
            return url;
        }
        self.coerce(url, &Ty::Url, "a link")
    }

    fn option(&mut self, number: usize, button: &ast::Button, ways: &mut Ways) -> ir::Exit {
        let place = self.place(button.span);
        let ButtonKind::Reply { labels, body } = &button.kind else {
            return ir::Exit { on: On::Message, binds: Vec::new(), body: Vec::new(), place };
        };
        let mut synonyms = Vec::with_capacity(labels.len().saturating_sub(1));
        for synonym in labels.iter().skip(1) {
            let synonym = self.when_waiting(ways, |this| this.expr_as(synonym, &Ty::Text, "a synonym"));
            self.not_empty(&synonym, "this synonym");
            synonyms.push(synonym);
        }
        let body = self.way(ways, |this| body.as_ref().map(|body| this.branch(body)).unwrap_or_default());
        ir::Exit { on: On::Option { button: number, synonyms }, binds: Vec::new(), body, place }
    }

    /// The list of `buttons from`, without repeats.
    fn buttons_from(&mut self, list: &ast::Expr) -> ir::ButtonsFrom {
        let list = self.expr_as(list, &Ty::Text.list(), "`buttons from`");
        let place = list.place;
        let list = Self::builtin(place, "options", Ty::Text.list(), vec![list]);
        let shown = self.body.hidden("%buttons", Ty::Text.list());
        ir::ButtonsFrom { list, shown }
    }

    /// The exit of `buttons from … as name`.
    fn chosen_as(&mut self, name: &Name, body: &ast::Body, ways: &mut Ways) -> ir::Exit {
        let place = self.place(name.span);
        self.body.open();
        let local = self.bind_as(name, Ty::Text);
        let body = self.way(ways, |this| this.branch(body));
        self.body.close();
        ir::Exit { on: On::Chosen, binds: vec![local], body, place }
    }

    /// The exit of `buttons from … -> step`: the step gets the chosen text.
    fn chosen_for(&mut self, place: Place, name: &Name) -> Option<ir::Exit> {
        let decl = self.step(name)?;
        let step = *self.bot.steps.get(&decl)?;
        let params = self.bot.step_params.get(step.0 as usize).cloned().unwrap_or_default();
        let at = self.place(name.span);
        let takes_text = match params.split_first() {
            Some((first, others)) => {
                Ty::Text.widens_to(&first.ty) && others.iter().all(|param| param.default.is_some())
            }
            None => false,
        };
        if !takes_text {
            let text = format!("the step `{}` has to take the chosen text", name.text);
            let help = format!("declare it as `step {}(choice: text)`", name.text);
            self.report(Diagnostic::new(Code::E0302, at, text).help(help));
            return None;
        }
        let local = self.body.hidden("%choice", Ty::Text);
        let unit = self.names.steps.get(decl).map_or(self.unit, |step| step.unit);
        let mut args = vec![Self::local_value(at, local, Ty::Text)];
        for param in params.iter().skip(1) {
            args.push(self.default_of(param, unit, &format!("the step `{}`", name.text)));
        }
        let body = vec![ir::Stmt { place: at, kind: StmtKind::Goto { step, args } }];
        Some(ir::Exit { on: On::Chosen, binds: vec![local], body, place })
    }

    /// E0409: a text that two options share.
    fn same_options(&mut self, replies: &[(usize, &ast::Button)]) {
        let mut seen: Vec<(String, usize, Span)> = Vec::new();
        for (number, button) in replies {
            let ButtonKind::Reply { labels, .. } = &button.kind else { continue };
            for label in labels {
                let ast::ExprKind::Text(text) = &label.kind else { continue };
                let Some(plain) = text.plain() else { continue };
                let folded = sbot_vm::text::fold(plain).as_str().to_owned();
                self.same_text(&mut seen, folded, *number, label.span, "button");
            }
        }
    }

    /// Notes a text of an option, and reports one that another option has.
    pub(super) fn same_text(
        &mut self,
        seen: &mut Vec<(String, usize, Span)>,
        folded: String,
        option: usize,
        span: Span,
        what: &str,
    ) {
        let before = seen
            .iter()
            .find(|(text, other, _)| *text == folded && *other != option)
            .map(|(_, _, span)| *span);
        if let Some(before) = before {
            let (place, before) = (self.place(span), self.place(before));
            self.report(
                Diagnostic::new(Code::E0409, place, format!("another {what} has the same text"))
                    .label(before, "the first one")
                    .help("case and spaces make no difference when the client's answer is compared; change one of them"),
            );
        } else {
            seen.push((folded, option, span));
        }
    }

    /// A text without holes.
    pub(super) fn fixed_text(expr: &Expr) -> Option<&str> {
        if let ExprKind::Const(Value::Text(text)) = &expr.kind { Some(text) } else { None }
    }
}

/// The clauses of a message, each at most once.
#[derive(Default)]
struct Clauses<'c> {
    attach: Option<&'c ast::Expr>,
    voice: Option<&'c ast::Expr>,
    to: Recipients,
    to_span: Option<Span>,
    via: Via,
    called: Option<&'c Name>,
    buttons: Option<&'c [ast::Button]>,
    /// `buttons from`: the list, and what happens with the chosen text.
    from: Option<(&'c ast::Expr, &'c Chosen)>,
}

fn clause_word(kind: &ClauseKind) -> &'static str {
    match kind {
        ClauseKind::Attach(_) => "attach",
        ClauseKind::Voice(_) => "voice",
        ClauseKind::ToAll | ClauseKind::ToMain => "to",
        ClauseKind::ViaAny | ClauseKind::ViaPrimary | ClauseKind::Via(_) => "via",
        ClauseKind::Called(_) => "called",
        ClauseKind::Buttons(_) | ClauseKind::ButtonsFrom { .. } => "buttons",
    }
}
