//! The Validation step.

use super::Checker;
use super::exit::Word;
use super::known::Ways;
use crate::diagnostic::{Code, Diagnostic};
use crate::flow::falls_through;
use crate::ir::{self, Block, Expr, ExprKind, StmtKind};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Name, Span};
use sbot_vm::value::Value;
use smol_str::SmolStr;

impl Checker<'_> {
    pub(super) fn validate(&mut self, place: Place, validate: &ast::Validate, out: &mut Block) {
        if !self.in_step() {
            return;
        }
        let name = self.wait_name("validate", validate.called.as_ref());
        let live = self.body.live();
        let before = self.body.known.clone();
        let count = validate.retry.as_ref().map(|retry| self.retry_count(retry));
        self.body.forget_fields();
        // Every further try begins to wait anew, after the client has written.
        let retry = validate.retry.as_ref().zip(count).map(|(retry, count)| self.retry(retry, count));
        let mut ways = self.ways(if retry.is_some() { self.body.known.clone() } else { before });
        let text = Name { text: SmolStr::new_static("text"), span: validate.pattern.span };
        let subject = self.field_value(self.place(validate.pattern.span), "client", &text);
        let test = self.pattern(&validate.pattern, &subject);
        // A message without text never matches.
        let bind_ty = test.bind_ty(&subject).present().clone();
        let local = validate.bind.as_ref().map(|name| self.body.hidden(&name.text, bind_ty));
        let (found, bind) = match (local, test.found) {
            (Some(local), Some(found)) => (Some((local, found)), None),
            (local, _) => (None, local),
        };
        let named = validate.bind.as_ref().zip(local);
        let mut bodies = Bodies::default();
        let mut timeouts = Vec::new();
        for exit in &validate.exits {
            let offered = [Word::Valid, Word::Invalid, Word::Timeout];
            match self.exit_word(exit, "`validate`", &offered, &[]) {
                Some(Word::Valid) => self.outcome(exit, named, &mut bodies.valid, &mut ways),
                Some(Word::Invalid) => self.outcome(exit, None, &mut bodies.invalid, &mut ways),
                Some(_) => {
                    let exit = std::slice::from_ref(exit);
                    timeouts.extend(self.exits(exit, "`validate`", &offered, &mut ways));
                }
                None => {
                    bodies.broken = true;
                    self.look_at_exits(std::slice::from_ref(exit));
                }
            }
        }
        self.meet(ways);
        let head = Span::new(place.span.start, validate.pattern.span.end);
        if !bodies.broken {
            for (body, word) in [(&bodies.valid, Word::Valid), (&bodies.invalid, Word::Invalid)] {
                if body.is_none() {
                    self.missing_exit(head, "`validate`", word);
                }
            }
        }
        let others_fall = bodies.invalid.as_ref().is_none_or(|(body, _)| falls_through(body))
            || timeouts.iter().any(|exit| falls_through(&exit.exit.body));
        if let (Some((name, local)), false) = (named, others_fall) {
            self.body.show(&name.text, local, Some("an `as` name"));
        }
        let wait = ir::Wait { name, live, exits: timeouts.into_iter().map(|checked| checked.exit).collect() };
        let body = |found: Option<(Block, Place)>| found.unwrap_or((Block::new(), place));
        let (valid, valid_place) = body(bodies.valid);
        let (invalid, invalid_place) = body(bodies.invalid);
        let kind = StmtKind::Validate(Box::new(ir::Validate {
            wait,
            test: test.condition,
            found,
            bind,
            retry,
            valid,
            valid_place,
            invalid,
            invalid_place,
        }));
        Self::push(out, place, kind);
    }

    fn retry_count(&mut self, retry: &ast::Retry) -> Expr {
        let count = self.expr_as(&retry.count, &Ty::Int, "the number of tries");
        if let ExprKind::Const(Value::Int(n)) = count.kind
            && n < 1
        {
            self.report(
                Diagnostic::new(Code::E0301, count.place, "`retry` allows at least one further try")
                    .help("write `retry 1 saying …`, or leave `retry` out"),
            );
        }
        count
    }

    fn retry(&mut self, retry: &ast::Retry, count: Expr) -> ir::Retry {
        let saying = self.expr_as(&retry.saying, &Ty::Text, "the text after `saying`");
        self.not_empty(&saying, "the text after `saying`");
        let left = self.body.hidden("%tries", Ty::Int);
        ir::Retry { count, saying, left }
    }

    /// The body of `on valid` or `on invalid`.
    fn outcome(
        &mut self,
        exit: &ast::Exit,
        named: Option<(&Name, ir::LocalId)>,
        slot: &mut Option<(Block, Place)>,
        ways: &mut Ways,
    ) {
        let place = self.place(exit.head);
        self.late_arrow(exit);
        if let Some(bind) = &exit.bind {
            let at = self.place(bind.span);
            self.report(
                Diagnostic::new(Code::E0302, at, "the value is named after the pattern, not at the exit")
                    .help(format!("write `validate … as {}`", bind.text)),
            );
        }
        self.body.open();
        if let Some((name, local)) = named {
            self.body.show(&name.text, local, Some("an `as` name"));
        }
        let body = self.exit_body(exit, ways);
        self.body.close();
        if let Some((_, first)) = slot {
            let first = *first;
            self.report(
                Diagnostic::new(Code::E0410, place, "this exit stands twice")
                    .label(first, "first here")
                    .help("remove one of them"),
            );
        } else {
            *slot = Some((body, place));
        }
    }
}

#[derive(Default)]
struct Bodies {
    valid: Option<(Block, Place)>,
    invalid: Option<(Block, Place)>,
    /// An exit could not be understood, so none is reported as missing.
    broken: bool,
}
