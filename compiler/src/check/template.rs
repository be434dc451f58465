//! Chat and e-mail templates with their arguments.

use super::Checker;
use super::body::Body;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{self, Expr, ExprKind, LocalId};
use crate::resolve::{Def, TemplateDecl};
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Arg, ExprKind as Ast, Name, Text};
use sbot_vm::program::SymbolKind;
use std::sync::Arc;

impl<'a> Checker<'a> {
    /// The texts of every template are looked at once, whether it is used or not.
    pub(super) fn templates(&mut self) {
        let mut templates: Vec<(u32, TemplateDecl<'a>)> =
            self.names.templates.iter().map(|(id, decl)| (*id, decl.clone())).collect();
        templates.sort_by_key(|(id, _)| *id);
        for (_, template) in templates {
            for text in &template.texts {
                let text = self.only_look(|this| this.template_text(&template, text));
                self.not_empty(&text, "this text of a template");
            }
        }
    }

    /// The symbol of a chat template that an expression names, with the arguments it is given.
    pub(super) fn template_call<'e>(&mut self, expr: &'e ast::Expr) -> Option<(&'e Name, u32, &'e [Arg])> {
        let (callee, args): (&ast::Expr, &[Arg]) =
            if let Ast::Call { callee, args } = &expr.kind { (callee, args) } else { (expr, &[]) };
        let Ast::Name(name) = &callee.kind else { return None };
        if self.body.find(&name.text).is_some() {
            return None;
        }
        let Some(Def::Symbol(id)) = self.lookup(&name.text).map(|named| named.def) else { return None };
        let found = self.names.symbols.get(id as usize)?;
        (found.kind == SymbolKind::Template).then_some((name, id, args))
    }

    /// A message from a template: the template, and its text filled in.
    pub(super) fn chat_template(
        &mut self,
        name: &Name,
        id: u32,
        args: &[Arg],
    ) -> Option<(ir::Template, Expr)> {
        let (template, args) = self.template_args(name, id, args)?;
        let text = template.texts.first().map(|text| self.filled(&template, text, &args))?;
        Some((ir::Template { symbol: id, args }, text))
    }

    /// An e-mail template with its arguments: a record of them, with subject and body filled in.
    pub(super) fn email_template(&mut self, place: Place, name: &Name, id: u32, args: &[Arg]) -> Expr {
        let Some((template, args)) = self.template_args(name, id, args) else { return Self::error(place) };
        let texts: Vec<Expr> =
            template.texts.iter().map(|text| self.filled(&template, text, &args)).collect();
        let params = template.params.iter().map(|param| Arc::from(param.name.as_str()));
        let names: Vec<Arc<str>> = params.chain(["%subject", "%body"].map(Arc::from)).collect();
        let fields = args.into_iter().chain(texts).collect();
        let kind = ExprKind::Record { template: template.name.as_str().into(), names: names.into(), fields };
        Expr { ty: Ty::Symbol(SymbolKind::EmailTemplate), place, kind }
    }

    fn template_args(&mut self, name: &Name, id: u32, args: &[Arg]) -> Option<(TemplateDecl<'a>, Vec<Expr>)> {
        let template = self.names.templates.get(&id).cloned()?;
        let what = format!("the template `{}`", name.text);
        let place = self.place(name.span);
        let bound = self.bind_args(&what, &template.params, args, place)?;
        let args = self.typed_args(&what, &template.params, &bound, template.unit);
        Some((template, args))
    }

    /// A text of a template with the arguments in the places of its parameters.
    fn filled(&mut self, template: &TemplateDecl<'a>, text: &Text, args: &[Expr]) -> Expr {
        // What is wrong with the text has been reported at the template.
        let known = self.diagnostics.len();
        let mut text = self.template_text(template, text);
        self.reported_at_declaration(known);
        if let ExprKind::Concat(parts) = &mut text.kind {
            for part in parts {
                let (hole, place) = (matches!(part.kind, ExprKind::Local(_)), part.place);
                part.replace_locals(&mut |LocalId(at)| args.get(at as usize).cloned());
                if hole {
                    // The argument has its own place; the hole stays where the parameter stands in the text.
                    let arg = std::mem::replace(part, Self::error(place));
                    *part = Expr { ty: Ty::Text, place, kind: ExprKind::Concat(vec![arg]) };
                }
            }
        }
        text
    }

    /// A text of a template; its parameters are the first locals.
    fn template_text(&mut self, template: &TemplateDecl<'a>, text: &Text) -> Expr {
        let here = std::mem::replace(&mut self.unit, template.unit);
        let body = std::mem::replace(&mut self.body, Body::in_expression());
        for param in &template.params {
            self.body.bind(&param.name, param.ty.clone(), Some("a parameter"));
        }
        let text = self.text(text, None);
        self.body = body;
        self.unit = here;
        text
    }

    /// E0301: a chat template where a value is wanted.
    pub(super) fn template_as_value(&mut self, name: &Name) {
        let place = self.place(name.span);
        let text = format!("the template `{}` cannot stand here", name.text);
        let help = format!("send it: `message {}(…)`", name.text);
        self.report(Diagnostic::new(Code::E0301, place, text).help(help));
    }
}
