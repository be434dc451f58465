//! Messages and lists that a channel shows otherwise than they were meant: W0703, W0704, W0706, W0707.

use super::Lint;
use super::limits::{LIMITS, Part, WHATSAPP_BUTTONS};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Expr, ExprKind, Message, On, Stmt, StmtKind};
use sbot_vm::program::{Recipients, Via};
use sbot_vm::value::Value;

impl<'p> Lint<'p> {
    pub(super) fn message(&mut self, stmt: &'p Stmt) {
        let StmtKind::Message(message) = &stmt.kind else { return };
        self.no_other(stmt, message);
        self.doubles(message);
        let replies = replies(message);
        if message.list.is_none() && self.sent.can_be_on(message, "whatsapp") {
            self.split(&replies);
        }
        self.long_texts(message, &replies);
    }

    /// W0706.
    fn no_other(&mut self, stmt: &Stmt, message: &Message) {
        let exits = message.wait.iter().flat_map(|wait| &wait.exits);
        let options = exits.clone().any(|exit| matches!(exit.on, On::Option { .. } | On::Chosen));
        if !options || exits.clone().any(|exit| matches!(exit.on, On::Other)) {
            return;
        }
        let what = if message.list.is_some() { "options" } else { "buttons" };
        let text = format!("a client who answers with anything but these {what} gets no answer");
        self.out.push(
            Diagnostic::new(Code::W0706, self.head(stmt), text)
                .help("say what happens then: add `on other -> …` after the options"),
        );
    }

    /// W0707: everybody gets it once on each channel.
    fn doubles(&mut self, message: &Message) {
        let count = self.sent.count(message);
        if message.to != Recipients::All || message.via == Via::Primary || count < 2 {
            return;
        }
        let Some(place) = message.to_place else { return };
        let text = match count {
            2 => "this goes out on 2 channels, and a contact who is on both gets it twice".to_owned(),
            n => format!(
                "this goes out on {n} channels, and a contact who is on several gets it several times"
            ),
        };
        self.out.push(
            Diagnostic::new(Code::W0707, place, text)
                .help("write `to all via primary`, or name one channel after `via`"),
        );
    }

    /// W0703.
    fn split(&mut self, replies: &[&Expr]) {
        let Some(extra) = replies.get(WHATSAPP_BUTTONS) else { return };
        let all = replies.len();
        let mut parts: Vec<String> =
            replies.chunks(WHATSAPP_BUTTONS).map(|part| part.len().to_string()).collect();
        let last = parts.pop().unwrap_or_default();
        let text = format!(
            "WhatsApp shows {WHATSAPP_BUTTONS} buttons below a message: these {all} are split into {} and {last}",
            parts.join(", ")
        );
        self.out.push(
            Diagnostic::new(Code::W0703, extra.place, text)
                .note("this one comes with a second message")
                .help("offer three at most, or let the client choose from a `list`"),
        );
    }

    /// W0704.
    fn long_texts(&mut self, message: &Message, replies: &[&Expr]) {
        let Some(list) = &message.list else {
            let links = message.buttons.iter().filter(|button| button.link.is_some());
            for label in replies.iter().copied().chain(links.map(|button| &button.label)) {
                self.long_text(label, Part::Button, message);
            }
            return;
        };
        self.long_text(&list.button, Part::Button, message);
        for row in replies {
            self.long_text(row, Part::Row, message);
        }
        for about in list.sections.iter().flat_map(|section| section.abouts.iter().flatten()) {
            self.long_text(about, Part::About, message);
        }
    }

    /// Only WhatsApp has lists, so a part of one is always shown there.
    fn long_text(&mut self, text: &Expr, part: Part, message: &Message) {
        let ExprKind::Const(Value::Text(shown)) = &text.kind else { return };
        let length = shown.chars().count();
        let limit =
            LIMITS.iter().filter(|limit| limit.part == part && length > limit.most).find(
                |limit| match message.list.is_some() {
                    true => limit.kind == "whatsapp",
                    false => self.sent.can_be_on(message, limit.kind),
                },
            );
        let Some(limit) = limit else { return };
        let (what, help) = match part {
            Part::Button => ("a button", "write it shorter; the long form can stand in the message"),
            Part::Row => ("an option of a list", "write it shorter, and the rest after `about`"),
            Part::About => ("a description", "write it shorter; the rest can stand in the text of the list"),
        };
        let sentence =
            format!("this has {length} characters, and {} shows {} of {what}", limit.name, limit.most);
        let cut: String = shown.chars().take(limit.most).collect();
        self.out.push(
            Diagnostic::new(Code::W0704, text.place, sentence)
                .note(format!("shown as \"{}\"", cut.trim_end()))
                .help(help),
        );
    }
}

/// The labels of reply buttons, or the options of a list. Those of `buttons from` are known if its list is written out.
fn replies(message: &Message) -> Vec<&Expr> {
    let shown = message.buttons.iter().filter(|button| button.link.is_none()).map(|button| &button.label);
    let mut out: Vec<&Expr> = shown.collect();
    // What is inside of the function that drops its repeats.
    if let Some(from) = &message.from
        && let ExprKind::Builtin { args, .. } = &from.list.kind
        && let Some(ExprKind::List(items)) = args.first().map(|list| &list.kind)
    {
        out.extend(items);
    }
    out
}
