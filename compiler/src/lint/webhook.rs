//! W0708: an action that is given a fixed address of plain http. Whoever is on the way can read and change what is sent.
//! No action is known by name here: every address that an action is given is one it sends to.

use super::Lint;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{Expr, ExprKind, Stmt, StmtKind};
use crate::types::Ty;
use sbot_grammar::ast::Span;
use sbot_vm::value::Value;

/// How a plain address begins, in any case.
const PLAIN: &str = "http://";

impl<'p> Lint<'p> {
    pub(super) fn webhook(&mut self, stmt: &'p Stmt) {
        let StmtKind::Act(act) = &stmt.kind else { return };
        for arg in act.args.iter().filter(|arg| *arg.ty.present() == Ty::Url) {
            self.plain_address(arg);
        }
    }

    fn plain_address(&mut self, address: &Expr) {
        if let ExprKind::Var(var) = &address.kind {
            let init = self.vars.get(var.0 as usize).and_then(|var| var.init.as_ref());
            return init.into_iter().for_each(|init| self.fixed_address(init));
        }
        self.fixed_address(address);
        address.each_child(&mut |child| self.plain_address(child));
    }

    fn fixed_address(&mut self, address: &Expr) {
        if let (Ty::Url, ExprKind::Const(Value::Text(text))) = (address.ty.present(), &address.kind)
            && text.get(..PLAIN.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(PLAIN))
        {
            self.not_encrypted(address, text);
        }
    }

    fn not_encrypted(&mut self, address: &Expr, text: &str) {
        let place = address.place;
        let found = Diagnostic::new(
            Code::W0708,
            place,
            "this address is not encrypted: others can read what is sent",
        )
        .help("write `https://` if the receiver offers it");
        // A port would have to change as well.
        let has_port = url::Url::parse(text).is_ok_and(|url| url.port().is_some());
        let at = self.sources.get(place.file).slice(place.span).find(text.get(..4).unwrap_or("http"));
        let scheme = at.and_then(|at| u32::try_from(at).ok()).map(|at| {
            let start = place.span.start + at;
            Span::new(start, start + 4)
        });
        self.out.push(match scheme {
            Some(span) if !has_port => found.suggest(span, "https"),
            _ => found,
        });
    }
}
