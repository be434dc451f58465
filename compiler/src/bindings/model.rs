//! What a project declares, as the writers need it: plain data, every list in a fixed order.

use crate::ir::{self, On, Project};
use crate::lower::called_flows;
use crate::project::Parsed;
use crate::resolve::{self, Names, ParamDecl};
use crate::source::Place;
use crate::types::Ty;
use rustc_hash::{FxHashMap, FxHashSet};
use sbot_grammar::ast::{Item, ItemKind};
use sbot_vm::Program;
use sbot_vm::program::{Delivery, SymbolKind};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How much is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// The actions that the program calls and the fields that it reads or sets.
    Used,
    /// Everything that is declared, by the standard library too.
    All,
}

/// What a host has to know of a project.
#[derive(Clone, Debug, Default)]
pub struct Model {
    pub(super) symbols: Vec<Symbols>,
    /// E-mail templates with their parameters.
    pub(super) mails: Vec<Mail>,
    pub(super) entities: Vec<Entity>,
    pub(super) actions: Vec<Action>,
    pub(super) bots: Vec<Bot>,
}

/// All names of a kind.
#[derive(Clone, Debug)]
pub(super) struct Symbols {
    pub(super) kind: SymbolKind,
    pub(super) names: Vec<Named>,
}

/// A name with what is said about it.
#[derive(Clone, Debug)]
pub(super) struct Named {
    pub(super) name: Arc<str>,
    /// What people see, and the doc comment.
    pub(super) doc: Vec<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Mail {
    pub(super) name: SmolStr,
    pub(super) doc: Vec<String>,
    pub(super) params: Vec<Value>,
}

/// `lead`, `contact` and so on, and `client` and `chat`, with the fields that a host gives.
#[derive(Clone, Debug)]
pub(super) struct Entity {
    pub(super) name: SmolStr,
    pub(super) fields: Vec<Field>,
}

#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: SmolStr,
    pub(super) doc: Vec<String>,
    /// As facts have it: optional where a default stands in.
    pub(super) ty: Type,
    /// A turn may read it.
    pub(super) read: bool,
    /// A turn may set it.
    pub(super) set: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Action {
    pub(super) name: SmolStr,
    pub(super) doc: Vec<String>,
    pub(super) params: Vec<Value>,
    pub(super) result: Option<Type>,
    pub(super) exits: Vec<Exit>,
    pub(super) delivery: Delivery,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Exit {
    pub(super) name: SmolStr,
    pub(super) values: Vec<Value>,
}

/// A parameter, or a value of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Value {
    pub(super) name: SmolStr,
    pub(super) ty: Type,
}

#[derive(Clone, Debug)]
pub(super) struct Bot {
    pub(super) name: Arc<str>,
    pub(super) doc: Vec<String>,
    /// One with a default is optional.
    pub(super) params: Vec<Value>,
    pub(super) result: Option<Type>,
    pub(super) waits: Vec<Wait>,
}

/// A place where a run can be parked.
#[derive(Clone, Debug)]
pub(super) struct Wait {
    pub(super) name: Arc<str>,
    /// What ends it.
    pub(super) exits: Vec<&'static str>,
    /// The events that end it.
    pub(super) takes: Vec<Takes>,
}

/// An event that a wait takes. Each takes the report that an effect has failed as well.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Takes {
    /// A message, or a button that is pressed.
    Client,
    Timer,
    VideoOpened,
    VideoClosed,
    Delivered,
    Drawn,
    /// Any answer of this action: a call that waits has an exit for each.
    Answer(SmolStr),
}

/// The type of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Type {
    Plain(Plain),
    Choice(Vec<SmolStr>),
    List(Box<Type>),
    Record(Vec<Value>),
    Optional(Box<Type>),
    Symbol(SymbolKind),
    /// A user or a team.
    Recipient,
}

/// Types without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Bool,
    Int,
    Number,
    Text,
    Date,
    Time,
    DateTime,
    Duration,
    Phone,
    Email,
    Url,
    File,
    Json,
}

impl Type {
    fn of(ty: &Ty) -> Type {
        Type::Plain(match ty {
            Ty::Bool => Plain::Bool,
            Ty::Int => Plain::Int,
            Ty::Number => Plain::Number,
            Ty::Text => Plain::Text,
            Ty::Date => Plain::Date,
            Ty::Time => Plain::Time,
            Ty::DateTime => Plain::DateTime,
            Ty::Duration => Plain::Duration,
            Ty::Phone => Plain::Phone,
            Ty::Email => Plain::Email,
            Ty::Url => Plain::Url,
            Ty::File => Plain::File,
            // The last ones are no types of a declaration that has no errors.
            Ty::Json | Ty::Error | Ty::None | Ty::Any => Plain::Json,
            Ty::Choice(texts) => return Type::Choice(texts.to_vec()),
            Ty::List(inner) => return Type::List(Box::new(Type::of(inner))),
            Ty::Record(fields) => {
                let field = |(name, ty): &(SmolStr, Ty)| Value { name: name.clone(), ty: Type::of(ty) };
                return Type::Record(fields.iter().map(field).collect());
            }
            Ty::Optional(inner) => return Type::of(inner).optional(),
            Ty::Symbol(kind) => return Type::Symbol(*kind),
            Ty::Recipient => return Type::Recipient,
            Ty::Object(_) => return Type::Symbol(SymbolKind::Entity),
        })
    }

    /// The same, perhaps absent.
    pub(super) fn optional(self) -> Type {
        if let Type::Optional(_) = self { self } else { Type::Optional(Box::new(self)) }
    }

    /// Without absence.
    pub(super) fn present(&self) -> &Type {
        if let Type::Optional(inner) = self { inner } else { self }
    }

    /// Whether a value of this type holds one of the kind.
    pub(super) fn holds(&self, is: &dyn Fn(&Type) -> bool) -> bool {
        is(self)
            || match self {
                Type::List(inner) | Type::Optional(inner) => inner.holds(is),
                Type::Record(fields) => fields.iter().any(|field| field.ty.holds(is)),
                Type::Plain(_) | Type::Choice(_) | Type::Symbol(_) | Type::Recipient => false,
            }
    }
}

/// Everything that the files of a project declare, before they are checked.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    actions: Vec<Action>,
    entities: Vec<(SmolStr, Vec<Field>)>,
    mails: Vec<Mail>,
    /// By bot: its parameters and its result.
    bots: Vec<(SmolStr, Vec<Value>, Option<Type>)>,
    /// What is said about names, by kind and name.
    docs: FxHashMap<(SymbolKind, SmolStr), String>,
}

impl Declared {
    /// What the files declare.
    #[must_use]
    pub fn of(parsed: &Parsed) -> Declared {
        let names = resolve::resolve(parsed);
        let docs = Docs::of(parsed);
        let actions = names.actions.iter().map(|action| Action {
            name: action.name.clone(),
            doc: lines(docs.at(action.place)),
            params: values(&action.params),
            result: action.result.as_ref().map(Type::of),
            exits: action
                .exits
                .iter()
                .map(|(name, params)| Exit { name: name.clone(), values: values(params) })
                .collect(),
            delivery: action.delivery,
        });
        let mails =
            names.templates.iter().filter(|(id, _)| kind_of(&names, **id) == Some(SymbolKind::EmailTemplate));
        let mut mails: Vec<_> = mails.collect();
        mails.sort_by_key(|(id, _)| **id);
        let mails = mails.into_iter().map(|(_, decl)| Mail {
            name: decl.name.clone(),
            doc: lines(docs.named.get(&(SymbolKind::EmailTemplate, decl.name.clone())).map(String::as_str)),
            params: values(&decl.params),
        });
        let bots = names.bots.iter().map(|bot| {
            let value = |param: &ParamDecl<'_>| {
                let ty = Type::of(&param.ty);
                Value {
                    name: param.name.clone(),
                    ty: if param.default.is_some() { ty.optional() } else { ty },
                }
            };
            let params = bot.params.iter().map(value).collect();
            (bot.item.name.text.clone(), params, bot.result.as_ref().map(Type::of))
        });
        Declared {
            actions: actions.collect(),
            entities: entities(&names, &docs),
            mails: mails.collect(),
            bots: bots.collect(),
            docs: docs.named,
        }
    }
}

fn kind_of(names: &Names<'_>, symbol: u32) -> Option<SymbolKind> {
    names.symbols.get(symbol as usize).map(|symbol| symbol.kind)
}

fn values(params: &[ParamDecl<'_>]) -> Vec<Value> {
    params.iter().map(|param| Value { name: param.name.clone(), ty: Type::of(&param.ty) }).collect()
}

/// Entities in the order of the language, their fields in the order of their declarations.
fn entities(names: &Names<'_>, docs: &Docs<'_>) -> Vec<(SmolStr, Vec<Field>)> {
    let kinds = resolve::ENTITIES.iter().filter_map(|(name, of)| Some((*name, (*of)?)));
    let all = kinds.chain([("client", "client"), ("chat", "chat")]);
    let mut entities = Vec::new();
    for (name, of) in all {
        let Some(declared) = names.fields.get(of) else { continue };
        let mut declared: Vec<_> = declared.iter().collect();
        declared.sort_by_key(|(name, field)| (field.unit, field.place.span.start, (*name).clone()));
        let field = |(name, field): (&SmolStr, &resolve::FieldDecl<'_>)| {
            let ty = Type::of(&field.ty);
            Field {
                name: name.clone(),
                doc: lines(docs.at(field.place)),
                ty: if field.default.is_some() { ty.optional() } else { ty },
                read: true,
                set: true,
            }
        };
        entities.push((SmolStr::new(name), declared.into_iter().map(field).collect()));
    }
    entities
}

/// The doc comments of a project: by where the name stands, and by kind and name.
struct Docs<'p> {
    placed: FxHashMap<Place, &'p str>,
    named: FxHashMap<(SymbolKind, SmolStr), String>,
}

impl<'p> Docs<'p> {
    fn of(parsed: &'p Parsed) -> Docs<'p> {
        let mut docs = Docs { placed: FxHashMap::default(), named: FxHashMap::default() };
        for unit in &parsed.units {
            for item in &unit.tree.items {
                docs.item(unit.file, item);
            }
        }
        docs
    }

    fn at(&self, place: Place) -> Option<&'p str> {
        self.placed.get(&place).copied()
    }

    fn item(&mut self, file: crate::source::FileId, item: &'p Item) {
        let mut named = |kind: SymbolKind, name: &str, doc: &Option<SmolStr>| {
            if let Some(doc) = doc {
                self.named.insert((kind, SmolStr::new(name)), doc.to_string());
            }
        };
        match &item.kind {
            ItemKind::User { name, .. } => named(SymbolKind::User, &name.text, &item.doc),
            ItemKind::Team { name, .. } => named(SymbolKind::Team, &name.text, &item.doc),
            ItemKind::Channel { name, .. } => named(SymbolKind::Channel, &name.text, &item.doc),
            ItemKind::Template { name, .. } => named(SymbolKind::Template, &name.text, &item.doc),
            ItemKind::EmailTemplate { name, .. } => named(SymbolKind::EmailTemplate, &name.text, &item.doc),
            ItemKind::Form { name, .. } => named(SymbolKind::Form, &name.text, &item.doc),
            ItemKind::Hours { name, .. } => named(SymbolKind::Hours, &name.text, &item.doc),
            ItemKind::Pipeline { name, stages, .. } => {
                named(SymbolKind::Pipeline, &name.text, &item.doc);
                for stage in stages {
                    named(SymbolKind::Stage, &format!("{}.{}", name.text, stage.name.text), &stage.doc);
                }
            }
            ItemKind::Action(action) => {
                let place = Place { file, span: action.name.span };
                self.placed.extend(item.doc.as_deref().map(|doc| (place, doc)));
            }
            ItemKind::Widget { actions, .. } => actions.iter().for_each(|action| self.item(file, action)),
            ItemKind::Entity { fields, .. } => {
                for field in fields {
                    let place = Place { file, span: field.name.span };
                    self.placed.extend(field.doc.as_deref().map(|doc| (place, doc)));
                }
            }
            ItemKind::Bot(_)
            | ItemKind::Upgrade(_)
            | ItemKind::Use(_)
            | ItemKind::Trigger(_)
            | ItemKind::Var(_)
            | ItemKind::Step(_)
            | ItemKind::Flow(_)
            | ItemKind::Fn(_)
            | ItemKind::Type { .. }
            | ItemKind::Account(_)
            | ItemKind::Test { .. }
            | ItemKind::Error => {}
        }
    }
}

/// A comment as lines, without the examples that the standard library has behind four spaces.
fn lines(doc: Option<&str>) -> Vec<String> {
    let Some(doc) = doc else { return Vec::new() };
    let kept = doc.lines().map(str::trim_end).filter(|line| !line.starts_with("     "));
    let mut lines: Vec<String> = kept.map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()).collect();
    while lines.last().is_some_and(String::is_empty) {
        lines.pop();
    }
    lines
}

/// What the code of a program uses, by name.
struct Used {
    actions: FxHashSet<SmolStr>,
    read: FxHashSet<String>,
    set: FxHashSet<String>,
}

impl Used {
    fn of(program: &Program) -> Used {
        let (tables, needs) = (program.tables(), program.requires());
        let actions = needs.actions.iter().filter_map(|number| tables.actions.get(*number as usize));
        let fields = |numbers: &BTreeSet<u32>| {
            let fields = numbers.iter().filter_map(|number| tables.fields.get(*number as usize));
            fields.map(|field| format!("{}.{}", field.entity, field.name)).collect()
        };
        Used {
            actions: actions.map(|action| SmolStr::new(&action.name)).collect(),
            read: fields(&needs.reads),
            set: fields(&needs.sets),
        }
    }
}

impl Model {
    /// What a host has to know of a project. `program` was made of it.
    ///
    /// # Errors
    /// Two actions of the same name that are declared in different ways: what they are.
    pub fn of(
        declared: &Declared,
        project: &Project,
        program: &Program,
        extent: Extent,
    ) -> Result<Model, Vec<super::Clash>> {
        let used = Used::of(program);
        let all = extent == Extent::All;
        let mut actions: Vec<Action> = Vec::new();
        let mut clashes = Vec::new();
        for action in declared.actions.iter().filter(|action| all || used.actions.contains(&action.name)) {
            match actions.iter().find(|other| other.name == action.name) {
                None => actions.push(action.clone()),
                Some(other)
                    if Action { doc: Vec::new(), ..other.clone() }
                        == Action { doc: Vec::new(), ..action.clone() } => {}
                Some(_) => clashes.push(super::Clash {
                    first: format!("the action `{}` of one file", action.name),
                    second: "another one of another file".to_owned(),
                    name: action.name.to_string(),
                }),
            }
        }
        if !clashes.is_empty() {
            return Err(clashes);
        }
        let entity = |(name, fields): &(SmolStr, Vec<Field>)| {
            let field = |field: &Field| {
                let full = format!("{name}.{}", field.name);
                let read = all || used.read.contains(&full);
                let settable = !matches!(name.as_str(), "client" | "chat") && !is_read_only(&field.name);
                let set = settable && (all || used.set.contains(&full));
                (read || set).then(|| Field { read, set, ..field.clone() })
            };
            let fields: Vec<Field> = fields.iter().filter_map(field).collect();
            (!fields.is_empty()).then(|| Entity { name: name.clone(), fields })
        };
        Ok(Model {
            symbols: symbols(declared, project),
            mails: declared.mails.clone(),
            entities: declared.entities.iter().filter_map(entity).collect(),
            actions,
            bots: project.bots.iter().map(|bot| bot_of(declared, project, bot)).collect(),
        })
    }

    /// The bots' names, for the head of a file.
    pub(super) fn title(&self) -> String {
        let names: Vec<&str> = self.bots.iter().map(|bot| &*bot.name).collect();
        names.join(", ")
    }

    /// All types of values.
    pub(super) fn types(&self) -> Vec<&Type> {
        let mut all: Vec<&Type> = Vec::new();
        for action in &self.actions {
            let values = action.params.iter().chain(action.exits.iter().flat_map(|exit| &exit.values));
            all.extend(values.map(|value| &value.ty).chain(&action.result));
        }
        all.extend(self.entities.iter().flat_map(|entity| &entity.fields).map(|field| &field.ty));
        for bot in &self.bots {
            all.extend(bot.params.iter().map(|param| &param.ty).chain(&bot.result));
        }
        all
    }

    /// The e-mail templates.
    pub(super) fn mails(&self) -> &[Mail] {
        &self.mails
    }

    /// The names of a kind; none if there is no such name.
    pub(super) fn symbols_of(&self, kind: SymbolKind) -> &[Named] {
        self.symbols.iter().find(|symbols| symbols.kind == kind).map_or(&[], |symbols| &symbols.names)
    }
}

fn is_read_only(field: &str) -> bool {
    resolve::READ_ONLY.iter().any(|(name, _)| *name == field)
}

/// In this order.
const KINDS: [SymbolKind; 11] = [
    SymbolKind::Entity,
    SymbolKind::Field,
    SymbolKind::User,
    SymbolKind::Team,
    SymbolKind::Channel,
    SymbolKind::Pipeline,
    SymbolKind::Stage,
    SymbolKind::Template,
    SymbolKind::EmailTemplate,
    SymbolKind::Form,
    SymbolKind::Hours,
];

fn symbols(declared: &Declared, project: &Project) -> Vec<Symbols> {
    let of_kind = |kind: SymbolKind| {
        let mut seen = FxHashSet::default();
        let symbols = project.symbols.iter().filter(|symbol| symbol.kind == kind);
        let names = symbols.filter(|symbol| seen.insert(Arc::clone(&symbol.name))).map(|symbol| {
            let mut doc = Vec::new();
            if symbol.title != symbol.name {
                doc.push(symbol.title.to_string());
            }
            let said = declared.docs.get(&(kind, SmolStr::new(&symbol.name)));
            doc.extend(lines(said.map(String::as_str)));
            Named { name: Arc::clone(&symbol.name), doc }
        });
        Symbols { kind, names: names.collect() }
    };
    KINDS.into_iter().map(of_kind).filter(|symbols| !symbols.names.is_empty()).collect()
}

fn bot_of(declared: &Declared, project: &Project, bot: &ir::Bot) -> Bot {
    let found = declared.bots.iter().find(|(name, _, _)| *name == *bot.name);
    let (params, result) =
        found.map_or((Vec::new(), None), |(_, params, result)| (params.clone(), result.clone()));
    let steps = bot.steps.iter().map(|step| &step.body);
    let flows = called_flows(bot).into_iter().filter_map(|flow| bot.flows.get(flow.0 as usize));
    let mut waits = Vec::new();
    for body in steps.chain(flows.map(|flow| &flow.body)) {
        ir::each_stmt(body, &mut |stmt| waits.extend(stmt.wait().map(|wait| wait_of(project, stmt, wait))));
    }
    Bot { name: Arc::clone(&bot.name), doc: lines(bot.doc.as_deref()), params, result, waits }
}

fn wait_of(project: &Project, stmt: &ir::Stmt, wait: &ir::Wait) -> Wait {
    let mut exits: Vec<&'static str> = Vec::new();
    let mut takes: Vec<Takes> = Vec::new();
    if let ir::StmtKind::Validate(_) = stmt.kind {
        exits.push("message");
        takes.push(Takes::Client);
    }
    for exit in &wait.exits {
        let name = exit_name(&exit.on);
        if !exits.contains(&name) {
            exits.push(name);
        }
        takes.extend(event(project, stmt, &exit.on).filter(|event| !takes.contains(event)));
    }
    Wait { name: Arc::clone(&wait.name), exits, takes }
}

/// What takes an exit, beside the report that an effect has failed.
fn event(project: &Project, stmt: &ir::Stmt, on: &On) -> Option<Takes> {
    Some(match on {
        On::Option { .. } | On::Chosen | On::Other | On::Message => Takes::Client,
        On::Timeout(_) | On::Hours(_) => Takes::Timer,
        On::Failed => return None,
        On::Delivered => Takes::Delivered,
        On::VideoOpened => Takes::VideoOpened,
        On::VideoClosed => Takes::VideoClosed,
        On::Answer(_) | On::Result => {
            let ir::StmtKind::Act(act) = &stmt.kind else { return None };
            Takes::Answer(SmolStr::new(&project.actions.get(act.action.0 as usize)?.name))
        }
        On::Drawn(_) => Takes::Drawn,
    })
}

/// Whether a host can refer to one that the source does not declare. Entities, fields and hours are the program's own, and
/// an e-mail is made by a bot.
pub(super) fn is_open(kind: SymbolKind) -> bool {
    kind != SymbolKind::EmailTemplate && sbot_vm::OWN_IDS.contains(&kind)
}

/// What ends a wait, in the words of the JSON of waits.
fn exit_name(on: &On) -> &'static str {
    match on {
        On::Option { .. } => "option",
        On::Chosen => "text",
        On::Other => "other",
        On::Message => "message",
        On::Timeout(_) => "timeout",
        On::Hours(_) => "hours",
        On::Failed => "failed",
        On::Delivered => "delivered",
        On::VideoOpened => "video_opened",
        On::VideoClosed => "video_closed",
        On::Answer(_) => "answer",
        On::Result => "result",
        On::Drawn(_) => "drawn",
    }
}
