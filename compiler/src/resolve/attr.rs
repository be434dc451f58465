//! Attributes: `@name(…)` above an item. The one list of them, and what those of actions say.

use super::account::CHANNEL_KINDS;
use super::{ActionDecl, Names, ParamDecl};
use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::project::Unit;
use crate::source::Place;
use crate::types::Ty;
use sbot_grammar::ast::{self, Attr, ItemKind};
use sbot_vm::program::{Delivery, Echo, SymbolKind};

/// The attributes of every item, and those of actions.
const EVERYWHERE: &[&str] = &["allow"];
const OF_ACTIONS: &[&str] =
    &["allow", "keyed", "idempotent", "at_most_once", "echo", "channels", "after", "must_wait", "shown"];
/// Those of the functions of the standard library.
const OF_BUILTINS: &[&str] = &["allow", "builtin", "ordered"];

/// How a host may repeat an action. One that says nothing has the first of these.
const DELIVERIES: &[(&str, Delivery)] = &[
    ("keyed", Delivery::Keyed),
    ("idempotent", Delivery::Idempotent),
    ("at_most_once", Delivery::AtMostOnce),
];

/// What `@echo(…)` can name, and how the parameters of such an action begin.
const ECHOES: &[(&str, Echo, &str)] = &[
    ("stage", Echo::Stage, "stage: stage"),
    ("responsible", Echo::Responsible, "to: user, of: [entity]"),
    ("tags", Echo::Tags, "on: entity, add: [text], remove: [text]"),
    ("close", Echo::Close, "status: text"),
    ("input", Echo::Input, "field: field"),
];

impl<'a> Names<'a> {
    /// E0202: attributes that the item does not have. Those of actions are looked at with the action.
    pub(super) fn check_attrs(&mut self, unit: &Unit, item: &'a ast::Item) {
        let known = match &item.kind {
            ItemKind::Action(_) => return,
            // One without a body has been reported for that.
            ItemKind::Fn(function) if unit.std || function.body.is_none() => OF_BUILTINS,
            ItemKind::Fn(_)
            | ItemKind::Bot(_)
            | ItemKind::Use(_)
            | ItemKind::Trigger(_)
            | ItemKind::Var(_)
            | ItemKind::Step(_)
            | ItemKind::Flow(_)
            | ItemKind::Type { .. }
            | ItemKind::Account(_)
            | ItemKind::Entity { .. }
            | ItemKind::Pipeline { .. }
            | ItemKind::User { .. }
            | ItemKind::Team { .. }
            | ItemKind::Channel { .. }
            | ItemKind::Template { .. }
            | ItemKind::EmailTemplate { .. }
            | ItemKind::Form { .. }
            | ItemKind::Hours { .. }
            | ItemKind::Widget { .. }
            | ItemKind::Test { .. }
            | ItemKind::Upgrade(_)
            | ItemKind::Error => EVERYWHERE,
        };
        for attr in item.attrs.iter().filter(|attr| !known.contains(&attr.name.text.as_str())) {
            self.unknown_attr(unit, attr, known);
        }
    }

    fn unknown_attr(&mut self, unit: &Unit, attr: &Attr, known: &[&str]) {
        let place = Place { file: unit.file, span: attr.name.span };
        let name = attr.name.text.as_str();
        let of_actions = OF_ACTIONS.contains(&name);
        let text = if of_actions {
            format!("`@{name}` belongs to an action")
        } else {
            format!("there is no attribute `@{name}`")
        };
        let diagnostic = Diagnostic::new(Code::E0202, place, text);
        self.report(if of_actions {
            diagnostic.help("put it above the `action`, or remove it")
        } else {
            suggest::similar(diagnostic, name, attr.name.span, known.iter().copied())
        });
    }

    /// What the attribute of an action says.
    pub(super) fn action_attr(&mut self, unit: &Unit, attr: &Attr, decl: &mut ActionDecl<'a>) {
        if delivery(attr).is_some() {
            return;
        }
        match attr.name.text.as_str() {
            "echo" => decl.echo = self.echo(unit, attr, &decl.params),
            "must_wait" => decl.must_wait = true,
            "channels" => self.action_channels(unit, attr, decl),
            "after" => self.action_after(unit, attr, decl),
            "shown" => self.shown_params(unit, attr, decl),
            "allow" => {}
            _ => self.unknown_attr(unit, attr, OF_ACTIONS),
        }
    }

    /// How a host may repeat the action: E0410 if more than one attribute says so.
    pub(super) fn delivery(&mut self, unit: &Unit, attrs: &[Attr]) -> Delivery {
        let mut said = attrs.iter().filter_map(|attr| Some((attr, delivery(attr)?)));
        let Some((first, class)) = said.next() else { return Delivery::default() };
        for attr in attrs.iter().filter(|attr| delivery(attr).is_some()) {
            if let Some(arg) = attr.args.first() {
                let place = Place { file: unit.file, span: arg.span };
                let text = format!("`@{}` takes nothing in parentheses", attr.name.text);
                let help = match class {
                    Delivery::Keyed => "the key is always the id of the effect: leave the parentheses out",
                    Delivery::Idempotent | Delivery::AtMostOnce => "leave the parentheses out",
                };
                self.report(Diagnostic::new(Code::E0302, place, text).help(help));
            }
        }
        for (attr, _) in said {
            let place = Place { file: unit.file, span: attr.span };
            let text = "an action can be repeated in one way only";
            self.report(
                Diagnostic::new(Code::E0410, place, text)
                    .label(Place { file: unit.file, span: first.span }, "this says it already")
                    .help("keep the one that is true of whatever carries the action out"),
            );
        }
        class
    }

    fn action_after(&mut self, unit: &Unit, attr: &Attr, decl: &mut ActionDecl<'a>) {
        decl.needs_comment = attr.args.first().is_some_and(|arg| arg.text == "comment");
        if !decl.needs_comment {
            let place = Place { file: unit.file, span: attr.span };
            self.report(
                Diagnostic::new(Code::E0202, place, "an action can only come after a `comment`")
                    .help("write `@after(comment)`"),
            );
        }
    }

    /// `@shown(text)`: the client reads this parameter.
    fn shown_params(&mut self, unit: &Unit, attr: &Attr, decl: &mut ActionDecl<'a>) {
        if attr.args.is_empty() {
            let place = Place { file: unit.file, span: attr.span };
            self.report(
                Diagnostic::new(Code::E0302, place, "`@shown` names no parameter")
                    .help("write those that the client reads: `@shown(text)`"),
            );
        }
        for name in &attr.args {
            if let Some(at) = decl.params.iter().position(|param| param.name == name.text) {
                decl.shown.push(at);
                continue;
            }
            let place = Place { file: unit.file, span: name.span };
            let text = format!("the action `{}` has no parameter `{}`", decl.name, name.text);
            let known: Vec<&str> = decl.params.iter().map(|param| param.name.as_str()).collect();
            let diagnostic = Diagnostic::new(Code::E0202, place, text);
            self.report(suggest::similar(diagnostic, &name.text, name.span, known));
        }
    }

    fn action_channels(&mut self, unit: &Unit, attr: &Attr, decl: &mut ActionDecl<'a>) {
        if attr.args.is_empty() {
            let place = Place { file: unit.file, span: attr.span };
            self.report(
                Diagnostic::new(Code::E0302, place, "`@channels` names no kind of channels")
                    .help("write the kinds that the action needs: `@channels(whatsapp, instagram)`"),
            );
        }
        for kind in &attr.args {
            if CHANNEL_KINDS.contains(&kind.text.as_str()) {
                decl.channels.push(kind.text.clone());
            } else {
                self.unknown_channel_kind(unit, kind);
            }
        }
    }

    /// What later reads of the turn see of the action. The VM takes it from the first arguments.
    fn echo(&mut self, unit: &Unit, attr: &Attr, params: &[ParamDecl<'a>]) -> Echo {
        let kinds = || ECHOES.iter().map(|(name, _, _)| *name);
        let Some(kind) = attr.args.first() else {
            let place = Place { file: unit.file, span: attr.span };
            let list: Vec<String> = kinds().map(|name| format!("`@echo({name})`")).collect();
            self.report(
                Diagnostic::new(Code::E0302, place, "`@echo` does not say what is seen")
                    .help(format!("write {}", list.join(", "))),
            );
            return Echo::None;
        };
        let place = Place { file: unit.file, span: kind.span };
        let Some((name, echo, begin)) = ECHOES.iter().find(|(name, _, _)| *name == kind.text) else {
            let diagnostic = Diagnostic::new(Code::E0202, place, format!("there is no echo `{}`", kind.text));
            self.report(suggest::similar(diagnostic, &kind.text, kind.span, kinds()));
            return Echo::None;
        };
        if begins_as(*echo, params) {
            return *echo;
        }
        let text = format!("an action with `@echo({name})` begins with other parameters");
        self.report(
            Diagnostic::new(Code::E0301, place, text).help(format!("let it begin with ({begin}, …)")),
        );
        Echo::None
    }
}

fn delivery(attr: &Attr) -> Option<Delivery> {
    DELIVERIES.iter().find(|(name, _)| *name == attr.name.text).map(|(_, class)| *class)
}

fn begins_as(echo: Echo, params: &[ParamDecl<'_>]) -> bool {
    let entity = Ty::Symbol(SymbolKind::Entity);
    let wanted = match echo {
        Echo::None => Vec::new(),
        Echo::Stage => vec![Ty::Symbol(SymbolKind::Stage)],
        Echo::Responsible => vec![Ty::Symbol(SymbolKind::User), entity.list()],
        Echo::Tags => vec![entity, Ty::Text.list(), Ty::Text.list()],
        Echo::Close => vec![Ty::Text],
        Echo::Input => vec![Ty::Symbol(SymbolKind::Field)],
    };
    params.len() >= wanted.len()
        && params.iter().zip(&wanted).all(|(param, want)| param.ty.widens_to(want) && !param.ty.is_optional())
}
