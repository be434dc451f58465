//! Names: what every file declares, and what each name means in each file.
//!
//! In: parsed files. Out: [`Names`], where every declaration stands once and every file has a scope.
//! Nothing here looks into the body of a step or `fn`.

pub(crate) mod account;
mod attr;
mod declare;
pub(crate) mod hours;
mod scope;
pub(crate) mod type_expr;
mod uses;

pub(crate) use scope::is_bot;

use crate::diagnostic::{Code, Diagnostic, suggest};
use crate::project::Parsed;
use crate::source::{FileId, Place};
use crate::types::Ty;
use rustc_hash::FxHashMap;
use sbot_grammar::ast::{self, Span};
use sbot_vm::program::{self, SymbolKind};
use smol_str::SmolStr;
pub use uses::Uses;

/// Entities that stand for a record of the CRM, with the entity whose fields they have.
pub const ENTITIES: &[(&str, Option<&str>)] = &[
    ("lead", Some("lead")),
    ("contact", Some("contact")),
    ("contacts", None),
    ("chat_contact", Some("contact")),
    ("company", Some("company")),
];

/// Fields of entities that only actions change, with the action's name where there is one.
pub const READ_ONLY: &[(&str, Option<&str>)] = &[
    ("id", None),
    ("created", None),
    ("pipeline", Some("change_lead_status")),
    ("stage", Some("change_lead_status")),
    ("responsible", Some("change_responsible")),
    ("tags", Some("manage_tags")),
];

/// What a name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Def {
    /// A variable: index into [`Names::vars`].
    Var(usize),
    /// Overloads of a function: index into [`Names::functions`] of the first; the others share its name.
    Fn(usize),
    /// An action: index into [`Names::actions`].
    Action(usize),
    /// A flow: index into [`Names::flows`].
    Flow(usize),
    /// A widget: index into [`Names::widgets`].
    Widget(usize),
    /// A declared symbol: index into [`Names::symbols`].
    Symbol(u32),
    /// An entity, `client`, `chat` or `now`, by its place in [`OBJECTS`].
    Object(usize),
}

/// Names that are always in scope and stand for things with fields, and `now`.
pub const OBJECTS: &[&str] =
    &["lead", "contact", "contacts", "chat_contact", "company", "client", "chat", "now"];

/// A definition with its place.
#[derive(Clone, Copy, Debug)]
pub struct Named {
    /// What it is.
    pub def: Def,
    /// The name in the source.
    pub place: Place,
}

/// A type as declared.
#[derive(Clone, Debug)]
pub struct TypeDecl<'a> {
    /// Index of its file's unit.
    pub unit: usize,
    /// As written.
    pub item: &'a ast::TypeExpr,
    /// Its name in the source.
    pub place: Place,
    /// What it means, once that is worked out.
    pub ty: TypeState,
}

/// How far a type is worked out.
#[derive(Clone, Debug)]
pub enum TypeState {
    /// Not at all.
    Unknown,
    /// It is being done.
    Open,
    /// What it means.
    Known(Ty),
}

/// A step as declared.
#[derive(Clone, Copy, Debug)]
pub struct StepDecl<'a> {
    /// Index of its file's unit.
    pub unit: usize,
    /// The item.
    pub item: &'a ast::Step,
    /// Its doc comment.
    pub doc: Option<&'a str>,
    /// Its name in the source.
    pub place: Place,
}

/// A variable as declared.
#[derive(Clone, Debug)]
pub struct VarDecl<'a> {
    /// Index of its file's unit.
    pub unit: usize,
    /// The item.
    pub item: &'a ast::Var,
    /// Its type.
    pub ty: Ty,
    /// Its name in the source.
    pub place: Place,
}

/// A parameter of a function, action or step.
#[derive(Clone, Debug)]
pub struct ParamDecl<'a> {
    /// Its name.
    pub name: SmolStr,
    /// Its type.
    pub ty: Ty,
    /// Its default.
    pub default: Option<&'a ast::Expr>,
}

/// A function as declared.
#[derive(Clone, Debug)]
pub struct FnDecl<'a> {
    /// Index of its file's unit.
    pub unit: usize,
    /// The item.
    pub item: &'a ast::Fn,
    /// Its parameters.
    pub params: Vec<ParamDecl<'a>>,
    /// What it returns.
    pub result: Ty,
    /// The VM's built-in of a function without a body.
    pub builtin: Option<&'static sbot_vm::builtin::Builtin>,
    /// Values of its type variable must have an order.
    pub ordered: bool,
    /// The next function of the same name.
    pub next: Option<usize>,
    /// Its name in the source.
    pub place: Place,
}

/// A flow as declared.
#[derive(Clone, Debug)]
pub struct FlowDecl<'a> {
    /// Index of its file's unit.
    pub unit: usize,
    /// The item.
    pub item: &'a ast::Flow,
    /// Its doc comment.
    pub doc: Option<&'a str>,
    /// Its parameters.
    pub params: Vec<ParamDecl<'a>>,
    /// What it gives back.
    pub result: Option<Ty>,
    /// Its name in the source.
    pub place: Place,
}

/// A bot as declared. Its place in [`Names::bots`] is its number in the program.
#[derive(Clone, Debug)]
pub struct BotDecl<'a> {
    /// Index of its file's unit.
    pub unit: usize,
    /// The item.
    pub item: &'a ast::Bot,
    /// Its parameters.
    pub params: Vec<ParamDecl<'a>>,
    /// What it gives back.
    pub result: Option<Ty>,
    /// Its name in the source.
    pub place: Place,
}

/// A widget as declared: its actions by name.
#[derive(Debug, Default)]
pub struct WidgetDecl {
    /// Index into [`Names::actions`].
    pub actions: FxHashMap<SmolStr, usize>,
}

/// A chat or e-mail template as declared.
#[derive(Clone, Debug)]
pub struct TemplateDecl<'a> {
    /// Index of its file's unit.
    pub unit: usize,
    /// Its name.
    pub name: SmolStr,
    /// Its parameters.
    pub params: Vec<ParamDecl<'a>>,
    /// The text of a chat template; subject and body of an e-mail template.
    pub texts: Vec<&'a ast::Text>,
    /// Symbols of the channels that carry it; none means all.
    pub via: Vec<u32>,
}

/// An action as declared.
#[derive(Clone, Debug)]
pub struct ActionDecl<'a> {
    /// Index of its file's unit.
    pub unit: usize,
    /// Its name; for one of a widget with the widget's name: `stripe.invoice`.
    pub name: SmolStr,
    /// Its parameters.
    pub params: Vec<ParamDecl<'a>>,
    /// What a call gives.
    pub result: Option<Ty>,
    /// Its exits.
    pub exits: Vec<(SmolStr, Vec<ParamDecl<'a>>)>,
    /// How a host may repeat it.
    pub delivery: program::Delivery,
    /// What the turn itself sees of it.
    pub echo: program::Echo,
    /// The kinds of channels it needs; none means that it needs no channel.
    pub channels: Vec<SmolStr>,
    /// It answers the comment that started the run.
    pub needs_comment: bool,
    /// The parameters that the client reads.
    pub shown: Vec<usize>,
    /// A call has to wait for an answer.
    pub must_wait: bool,
    /// Its name in the source.
    pub place: Place,
}

/// A field of an entity.
#[derive(Clone, Debug)]
pub struct FieldDecl<'a> {
    /// Its type; optional where it may be absent.
    pub ty: Ty,
    /// The value it has where the CRM has none.
    pub default: Option<&'a ast::Expr>,
    /// Index of its file's unit.
    pub unit: usize,
    /// Its name in the source.
    pub place: Place,
}

/// What each file's names mean.
#[derive(Debug, Default)]
pub struct Scope {
    /// Variables, functions, actions, symbols, entities.
    pub values: FxHashMap<SmolStr, Named>,
    /// Steps: index into [`Names::steps`].
    pub steps: FxHashMap<SmolStr, usize>,
    /// Bots that can be run from here: index into [`Names::bots`].
    pub bots: FxHashMap<SmolStr, usize>,
    /// Types: index into [`Names::types`].
    pub types: FxHashMap<SmolStr, usize>,
}

/// Everything that is declared.
#[derive(Debug, Default)]
pub struct Names<'a> {
    /// One per unit.
    pub scopes: Vec<Scope>,
    /// All types.
    pub types: Vec<TypeDecl<'a>>,
    /// The file whose functions have the type variable `T` at the moment.
    generic: Option<usize>,
    /// How deep types that are being worked out stand in each other.
    depth: usize,
    /// All steps of all files.
    pub steps: Vec<StepDecl<'a>>,
    /// All variables.
    pub vars: Vec<VarDecl<'a>>,
    /// All functions.
    pub functions: Vec<FnDecl<'a>>,
    /// All actions.
    pub actions: Vec<ActionDecl<'a>>,
    /// All flows.
    pub flows: Vec<FlowDecl<'a>>,
    /// All bots, in the order of their files.
    pub bots: Vec<BotDecl<'a>>,
    /// All widgets.
    pub widgets: Vec<WidgetDecl>,
    /// All templates, by symbol.
    pub templates: FxHashMap<u32, TemplateDecl<'a>>,
    /// All working hours.
    pub hours: Vec<program::Hours>,
    /// Stages by `pipeline.stage`: symbols.
    pub stages: FxHashMap<SmolStr, u32>,
    /// All symbols, entities first.
    pub symbols: Vec<program::Symbol>,
    /// Fields by entity and name.
    pub fields: FxHashMap<SmolStr, FxHashMap<SmolStr, FieldDecl<'a>>>,
    /// The account.
    pub account: program::Account,
    /// Whether the account declares its zone.
    pub has_zone: bool,
    /// Where the account is declared.
    pub account_place: Option<Place>,
    /// What is used of all this.
    pub uses: Uses,
    /// Findings.
    pub diagnostics: Vec<Diagnostic>,
    /// How many names may still be compared with unknown ones.
    pub guesses: suggest::Budget,
}

/// Collects the declarations of all files.
#[must_use]
pub fn resolve(parsed: &Parsed) -> Names<'_> {
    let mut names = Names::default();
    names.declare_builtin();
    declare::declare(&mut names, parsed);
    names
}

impl<'a> Names<'a> {
    fn declare_builtin(&mut self) {
        for (name, _) in ENTITIES {
            self.symbol(SymbolKind::Entity, name, name, "");
        }
        let object = |fields: &[(&str, Ty)]| {
            fields
                .iter()
                .map(|(name, ty)| {
                    let place = Place { file: FileId(0), span: Span::default() };
                    (SmolStr::new(name), FieldDecl { ty: ty.clone(), default: None, unit: 0, place })
                })
                .collect::<FxHashMap<_, _>>()
        };
        let channel = Ty::Symbol(SymbolKind::Channel).optional();
        let client = object(&[
            ("text", Ty::Text.optional()),
            ("button", Ty::Text.optional()),
            ("comment", Ty::Text.optional()),
            ("channel", channel.clone()),
            ("language", Ty::Text.optional()),
            ("file", Ty::File.optional()),
        ]);
        let status = ["open", "answered", "closed"].map(SmolStr::new_static);
        let chat = object(&[
            ("code", Ty::Text.optional()),
            ("channel", channel),
            ("status", Ty::Choice(status.into())),
            ("nps", Ty::Int.optional()),
        ]);
        let bot = object(&[("name", Ty::Text), ("version", Ty::Text)]);
        self.fields.insert(SmolStr::new_static("client"), client);
        self.fields.insert(SmolStr::new_static("chat"), chat);
        self.fields.insert(SmolStr::new_static("bot"), bot);
    }

    /// The symbol of this kind and name, made if there is none.
    pub fn symbol(&mut self, kind: SymbolKind, name: &str, title: &str, detail: &str) -> u32 {
        let id = u32::try_from(self.symbols.len()).unwrap_or(u32::MAX);
        self.symbols.push(program::Symbol {
            kind,
            name: name.into(),
            title: title.into(),
            detail: detail.into(),
        });
        id
    }

    /// The symbol of a field, made at its first use.
    pub fn field_symbol(&mut self, entity: &str, field: &str) -> u32 {
        let name = format!("{entity}.{field}");
        let known =
            self.symbols.iter().position(|symbol| symbol.kind == SymbolKind::Field && *symbol.name == *name);
        match known.and_then(|at| u32::try_from(at).ok()) {
            Some(id) => id,
            None => self.symbol(SymbolKind::Field, &name, &name, ""),
        }
    }

    /// The symbol of an entity.
    #[must_use]
    pub fn entity(name: &str) -> Option<u32> {
        ENTITIES.iter().zip(0u32..).find(|((entity, _), _)| *entity == name).map(|(_, id)| id)
    }

    /// The field of an entity or object.
    #[must_use]
    pub fn field(&self, entity: &str, name: &str) -> Option<&FieldDecl<'a>> {
        let of = ENTITIES.iter().find(|(known, _)| *known == entity).map_or(Some(entity), |(_, of)| *of)?;
        self.fields.get(of)?.get(name)
    }

    /// The names of the fields of an entity or object, for did-you-mean.
    #[must_use]
    pub fn field_names(&self, entity: &str) -> Vec<&str> {
        let of = ENTITIES.iter().find(|(known, _)| *known == entity).map_or(Some(entity), |(_, of)| *of);
        let fields = of.and_then(|of| self.fields.get(of));
        let mut names: Vec<&str> =
            fields.into_iter().flat_map(|fields| fields.keys()).map(SmolStr::as_str).collect();
        names.sort_unstable();
        names
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    fn twice(&mut self, what: &str, name: &ast::Name, place: Place, first: Place) {
        self.report(
            Diagnostic::new(Code::E0204, place, format!("the {what} `{}` is defined twice", name.text))
                .note("defined again here")
                .label(first, "first defined here")
                .help("rename one of them, or remove it"),
        );
    }
}
