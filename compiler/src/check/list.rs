//! The List message step.

use super::Checker;
use super::exit::{Word, leaves};
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, Block, Button, On, Section, StmtKind, Wait};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Span};
use sbot_vm::program::{Recipients, Via};

/// The most options of a list, all sections together (Salesbot guide, "List message").
const MOST_OPTIONS: usize = 10;

impl Checker<'_> {
    pub(super) fn list_message(&mut self, place: Place, list: &ast::List, out: &mut Block) {
        let text = self.shown_text(&list.text, "the text of a list");
        let button = self.shown_text(&list.button, "the button of a list");
        let title = list.title.as_ref().map(|title| self.shown_text(title, "the title of a list"));
        let footer = list.footer.as_ref().map(|footer| self.shown_text(footer, "the footer of a list"));
        self.count_options(list);
        let (mut sections, mut buttons) = (Vec::new(), Vec::new());
        for section in &list.sections {
            let title = self.text(&section.title, None);
            self.not_empty(&title, "the title of a section");
            let mut abouts = Vec::new();
            for option in &section.options {
                let Some(label) = &option.title else { continue };
                let label = self.shown_text(label, "an option of a list");
                abouts.push(option.about.as_ref().map(|about| self.shown_text(about, "a description")));
                buttons.push(Button { label, link: None });
            }
            sections.push(Section { title, abouts });
        }
        self.same_rows(list);
        let name = self.wait_name("list", list.called.as_ref());
        let live = self.body.live();
        let before = self.body.known.clone();
        self.body.forget_fields();
        let mut ways = self.ways(before);
        let mut exits = Vec::new();
        let rows = list.sections.iter().flat_map(|section| &section.options);
        for (number, row) in rows.filter(|row| row.title.is_some()).enumerate() {
            let place = self.place(row.span);
            let body = self
                .way(&mut ways, |this| row.body.as_ref().map(|body| this.branch(body)).unwrap_or_default());
            let on = On::Option { button: number, synonyms: Vec::new() };
            exits.push(ir::Exit { on, binds: Vec::new(), body, place });
        }
        let rows_fall = exits.iter().any(|exit| !leaves(&exit.body));
        let offered = [Word::Other, Word::Timeout, Word::Failed];
        let named = self.exits(&list.exits, "a list message", &offered, &mut ways);
        self.meet(ways);
        self.show_open_binds(&named, rows_fall);
        exits.extend(named.into_iter().map(|checked| checked.exit));
        let message = ir::Message {
            text: Some(text),
            template: None,
            attach: None,
            voice: None,
            to: Recipients::Chat,
            to_place: None,
            via: Via::Chat,
            buttons,
            from: None,
            list: Some(Box::new(ir::List { button, title, footer, sections })),
            wait: Some(Wait { name, live, exits }),
        };
        Self::push(out, place, StmtKind::Message(Box::new(message)));
    }

    fn shown_text(&mut self, text: &ast::Expr, what: &str) -> ir::Expr {
        let text = self.expr_as(text, &Ty::Text, what);
        self.not_empty(&text, what);
        text
    }

    /// E0402.
    fn count_options(&mut self, list: &ast::List) {
        if let Some(section) = list.sections.iter().find(|section| section.options.is_empty()) {
            let at = self.place(section.span);
            self.report(
                Diagnostic::new(Code::E0402, at, "this section has no option")
                    .help("add one, or remove the section"),
            );
            return;
        }
        if let Some(extra) = list.sections.iter().flat_map(|section| &section.options).nth(MOST_OPTIONS) {
            let all: usize = list.sections.iter().map(|section| section.options.len()).sum();
            let at = self.place(extra.span);
            let text = format!("a list has at most {MOST_OPTIONS} options, and this one has {all}");
            self.report(Diagnostic::new(Code::E0402, at, text).help("offer fewer, or ask in two lists"));
        }
    }

    /// E0409: a text that two options share.
    fn same_rows(&mut self, list: &ast::List) {
        let mut seen: Vec<(String, usize, Span)> = Vec::new();
        for (number, row) in list.sections.iter().flat_map(|section| &section.options).enumerate() {
            if let Some(ast::Expr { kind: ast::ExprKind::Text(text), span }) = &row.title
                && let Some(plain) = text.plain()
            {
                let folded = sbot_vm::text::fold(plain).as_str().to_owned();
                self.same_text(&mut seen, folded, number, *span, "option");
            }
        }
    }
}
