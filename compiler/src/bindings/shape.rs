//! The JSON of `sbot-embed` for one project, as a list of definitions: what a turn gives, what it takes. Written once, and
//! turned into TypeScript, Python and JSON Schema.
//!
//! Names of keys and tags are those of the JSON, which are those of the source. Definitions have names of their own.

mod fixed;

use super::model::{Action, Model, Plain, Takes, Type, Value, is_open};
use super::name::{Clash, Scope, pascal};
use sbot_vm::program::{Delivery, SymbolKind};
use smol_str::SmolStr;

/// What a piece of JSON looks like.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    Plain(Scalar),
    /// One of these texts.
    Choice(Vec<SmolStr>),
    /// The same or `null`.
    Optional(Box<Shape>),
    List(Box<Shape>),
    Object(Vec<Key>),
    /// One of these.
    Union(Vec<Shape>),
    /// A definition.
    Of(SmolStr),
    /// A name of one of these definitions, or what the source does not declare.
    Reference(Vec<SmolStr>),
}

/// Shapes without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scalar {
    Bool,
    /// A number, or a text where that has more than 53 bits.
    Int,
    /// A small number.
    Count,
    /// An exact decimal in a text.
    Decimal,
    Text,
    Date,
    Time,
    /// Milliseconds since 1970-01-01T00:00Z.
    Moment,
    /// A duration.
    Seconds,
    /// The id of an effect.
    Id,
    Json,
}

/// A key of an object.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) name: SmolStr,
    pub(super) doc: Vec<String>,
    pub(super) shape: Shape,
    /// It has to be there.
    pub(super) needed: bool,
    /// Its object belongs to the one around it, where a language has no need of the JSON's levels.
    pub(super) flat: bool,
}

/// Whether a host reads it or writes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// It reads it.
    Out,
    /// It writes it.
    In,
    /// It does both.
    Both,
}

/// A definition.
#[derive(Clone, Debug)]
pub(super) struct Def {
    pub(super) name: SmolStr,
    pub(super) doc: Vec<String>,
    pub(super) shape: Shape,
    pub(super) way: Way,
}

impl Shape {
    pub(super) const BOOL: Shape = Shape::Plain(Scalar::Bool);
    pub(super) const INT: Shape = Shape::Plain(Scalar::Int);
    pub(super) const COUNT: Shape = Shape::Plain(Scalar::Count);
    pub(super) const DECIMAL: Shape = Shape::Plain(Scalar::Decimal);
    pub(super) const TEXT: Shape = Shape::Plain(Scalar::Text);
    pub(super) const DATE: Shape = Shape::Plain(Scalar::Date);
    pub(super) const TIME: Shape = Shape::Plain(Scalar::Time);
    pub(super) const MOMENT: Shape = Shape::Plain(Scalar::Moment);
    pub(super) const SECONDS: Shape = Shape::Plain(Scalar::Seconds);
    pub(super) const ID: Shape = Shape::Plain(Scalar::Id);
    pub(super) const JSON: Shape = Shape::Plain(Scalar::Json);

    pub(super) fn of(name: &str) -> Shape {
        Shape::Of(SmolStr::new(name))
    }

    /// One text and no other.
    pub(super) fn tag(text: &str) -> Shape {
        Shape::Choice(vec![SmolStr::new(text)])
    }

    pub(super) fn optional(self) -> Shape {
        Shape::Optional(Box::new(self))
    }

    pub(super) fn list(self) -> Shape {
        Shape::List(Box::new(self))
    }

    pub(super) fn reference(names: &[&str]) -> Shape {
        Shape::Reference(names.iter().map(SmolStr::new).collect())
    }

    pub(super) fn object<const N: usize>(keys: [(&str, Shape); N]) -> Shape {
        Shape::Object(keys.into_iter().map(|(name, shape)| Key::new(name, shape)).collect())
    }

    /// The only text that it can be.
    pub(super) fn only(&self) -> Option<&SmolStr> {
        if let Shape::Choice(texts) = self
            && let [only] = texts.as_slice()
        {
            Some(only)
        } else {
            None
        }
    }
}

impl Key {
    pub(super) fn new(name: &str, shape: Shape) -> Key {
        Key { name: SmolStr::new(name), doc: Vec::new(), shape, needed: true, flat: false }
    }

    /// One that can be left out.
    pub(super) fn may(name: &str, shape: Shape) -> Key {
        Key { needed: false, ..Key::new(name, shape.optional()) }
    }
}

/// Names that stand in every file beside those of the definitions.
const TAKEN: &[&str] = &[
    "BotName",
    "DateText",
    "Decimal",
    "EffectId",
    "Facts",
    "Int",
    "Json",
    "Moment",
    "Recipient",
    "Seconds",
    "TimeText",
    "Undeclared",
];

/// Kinds of names with what they are called.
const KINDS: &[(SymbolKind, &str, &str)] = &[
    (SymbolKind::Entity, "Entity", "An entity of the CRM."),
    (SymbolKind::Field, "Field", "A field that is named, not read."),
    (SymbolKind::User, "User", "A user of the account."),
    (SymbolKind::Team, "Team", "A team."),
    (SymbolKind::Channel, "Channel", "A channel."),
    (SymbolKind::Pipeline, "Pipeline", "A pipeline."),
    (SymbolKind::Stage, "Stage", "A stage of a pipeline."),
    (SymbolKind::Template, "Template", "A template for chats."),
    (SymbolKind::EmailTemplate, "EmailTemplate", "A template for e-mails."),
    (SymbolKind::Form, "Form", "A form."),
    (SymbolKind::Hours, "Hours", "Working hours."),
];

/// All definitions, each after those that it names but for unions, which come last.
pub(super) fn definitions(model: &Model) -> Result<Vec<Def>, Vec<Clash>> {
    let fixed =
        [fixed::effects(Vec::new(), Vec::new()), fixed::events(Vec::new()), fixed::outcomes()].concat();
    let fixed = fixed.iter().map(|def| def.name.as_str());
    let references: Vec<String> = KINDS.iter().map(|(_, name, _)| reference(name)).collect();
    let kinds = KINDS.iter().map(|(_, name, _)| *name).chain(references.iter().map(String::as_str));
    let words: Vec<&str> = TAKEN.iter().copied().chain(kinds).chain(fixed).collect();
    let mut writer = Writer { model, top: Scope::new(&words), clashes: Vec::new(), defs: Vec::new() };
    writer.names();
    let actions = writer.actions();
    let sets = writer.sets();
    writer.defs.extend(fixed::effects(actions, sets));
    let answers = writer.answers();
    writer.defs.extend(fixed::events(answers.iter().flat_map(|(_, own)| own.clone()).collect()));
    writer.facts();
    writer.bots(&answers);
    writer.defs.extend(fixed::outcomes());
    if writer.clashes.is_empty() { Ok(writer.defs) } else { Err(writer.clashes) }
}

/// The events that are taken.
fn events_of(takes: &Takes, answers: &[(&SmolStr, Vec<Shape>)]) -> Vec<Shape> {
    let names: &[&str] = match takes {
        Takes::Client => &["ClientMessage", "ClientPress"],
        Takes::Timer => &["TimerDue"],
        Takes::VideoOpened => &["VideoOpened"],
        Takes::VideoClosed => &["VideoClosed"],
        Takes::Delivered => &["Delivered"],
        Takes::Drawn => &["Drawn"],
        Takes::Answer(action) => {
            let own = answers.iter().find(|(name, _)| *name == action);
            return own.map_or_else(Vec::new, |(_, own)| own.clone());
        }
    };
    names.iter().map(|name| Shape::of(name)).collect()
}

/// What a reference to a name of this kind is called.
fn reference(kind: &str) -> String {
    format!("{kind}Ref")
}

struct Writer<'m, 'w> {
    model: &'m Model,
    top: Scope<'w>,
    clashes: Vec<Clash>,
    defs: Vec<Def>,
}

impl<'m> Writer<'m, '_> {
    fn top(&mut self, name: &str, instead: &str, what: &str) -> SmolStr {
        self.top.name(pascal(name), instead, what.to_owned(), &mut self.clashes)
    }

    fn add(&mut self, name: &str, doc: Vec<String>, shape: Shape, way: Way) {
        self.defs.push(Def { name: SmolStr::new(name), doc, shape, way });
    }

    fn names(&mut self) {
        for (kind, name, doc) in KINDS {
            let names = self.model.symbols_of(*kind).iter().map(|named| SmolStr::new(&named.name)).collect();
            self.add(name, vec![(*doc).to_owned()], Shape::Choice(names), Way::Out);
        }
        let undeclared = Shape::object([("id", Shape::TEXT), ("title", Shape::TEXT)]);
        let about = [
            "What the source does not declare, such as most of the account's users: the host's own `id`, by which alone it",
            "is compared, and the `title` that people see.",
        ];
        let about = about.map(str::to_owned).to_vec();
        self.add("Undeclared", about, undeclared, Way::Both);
        for (kind, name, doc) in KINDS {
            // An event can be about a field that no bot names; a value cannot.
            let only = if *kind == SymbolKind::Field { " Only in events." } else { "" };
            if is_open(*kind) || *kind == SymbolKind::Field {
                let doc = vec![format!("{doc} One that is declared, or another one.{only}")];
                self.add(&reference(name), doc, Shape::reference(&[*name]), Way::Both);
            }
        }
        let recipient = Shape::reference(&["User", "Team"]);
        self.add("Recipient", vec!["A user or a team.".to_owned()], recipient, Way::Both);
        let bots = self.model.bots.iter().map(|bot| SmolStr::new(&bot.name)).collect();
        self.add("BotName", vec!["A bot.".to_owned()], Shape::Choice(bots), Way::Out);
    }

    /// The shape of a type. Choices and records get a definition that is called `place`.
    fn shape(&mut self, ty: &Type, place: &str, what: &str, way: Way) -> Shape {
        match ty {
            Type::Plain(plain) => match plain {
                Plain::Bool => Shape::BOOL,
                Plain::Int => Shape::INT,
                Plain::Number => Shape::DECIMAL,
                Plain::Text | Plain::Phone | Plain::Email | Plain::Url | Plain::File => Shape::TEXT,
                Plain::Date => Shape::DATE,
                Plain::Time => Shape::TIME,
                Plain::DateTime => Shape::MOMENT,
                Plain::Duration => Shape::SECONDS,
                Plain::Json => Shape::JSON,
            },
            Type::Optional(inner) => self.shape(inner, place, what, way).optional(),
            Type::List(inner) => self.shape(inner, place, what, way).list(),
            Type::Symbol(SymbolKind::EmailTemplate) => self.mail(way),
            Type::Symbol(kind) => {
                let row = KINDS.iter().find(|(known, _, _)| known == kind);
                let name = row.map_or("Entity", |(_, name, _)| name);
                if is_open(*kind) { Shape::of(&reference(name)) } else { Shape::of(name) }
            }
            Type::Recipient => Shape::of("Recipient"),
            Type::Choice(texts) => {
                let name = self.top(place, "Choice", &format!("the choices of {what}"));
                self.add(&name, vec![format!("The choices of {what}.")], Shape::Choice(texts.clone()), way);
                Shape::Of(name)
            }
            Type::Record(fields) => {
                let keys = self.keys(fields, place, what, way);
                let name = self.top(place, "Record", &format!("the record {what}"));
                self.add(&name, vec![format!("The record {what}.")], Shape::Object(keys), way);
                Shape::Of(name)
            }
        }
    }

    fn keys(&mut self, values: &[Value], place: &str, of: &str, way: Way) -> Vec<Key> {
        let key = |value: &Value| {
            let what = format!("`{}` of {of}", value.name);
            Key::new(&value.name, self.shape(&value.ty, &format!("{place}.{}", value.name), &what, way))
        };
        values.iter().map(key).collect()
    }

    /// An e-mail as it is given to an action: one definition for each template, and one for all.
    fn mail(&mut self, way: Way) -> Shape {
        if self.defs.iter().any(|def| def.name == "Mail") {
            return Shape::of("Mail");
        }
        let mut all = Vec::new();
        for mail in self.model.mails() {
            let what = format!("the e-mail template `{}`", mail.name);
            let place = format!("{}.mail", mail.name);
            let args = self.keys(&mail.params, &place, &what, way);
            let name = self.top(&place, "_", &what);
            let texts = Shape::object([("subject", Shape::TEXT), ("body", Shape::TEXT)]);
            let shape = Shape::Object(vec![
                Key::new("template", Shape::tag(&mail.name)),
                Key { flat: true, ..Key::new("args", Shape::Object(args)) },
                Key { flat: true, ..Key::new("texts", texts) },
            ]);
            self.add(&name, mail.doc.clone(), shape, way);
            all.push(Shape::Of(name));
        }
        self.top("Mail", "_", "e-mails");
        let doc =
            vec!["An e-mail, made from a template: its arguments, and what it makes of them.".to_owned()];
        self.add("Mail", doc, Shape::Union(all), way);
        Shape::of("Mail")
    }

    fn actions(&mut self) -> Vec<Shape> {
        let model = self.model;
        let mut all = Vec::new();
        for action in &model.actions {
            let what = format!("the action `{}`", action.name);
            let name = self.top(&action.name, "Action", &what);
            let args = self.keys(&action.params, &name, &what, Way::Out);
            let mut keys = fixed::effect_keys("action", Some(action.delivery));
            keys.push(Key::new("action", Shape::tag(&action.name)));
            keys.push(Key { flat: true, ..Key::new("args", Shape::Object(args)) });
            let doc =
                if action.doc.is_empty() { vec![format!("`{}`", action.name)] } else { action.doc.clone() };
            self.add(&name, doc, Shape::Object(keys), Way::Out);
            all.push(Shape::Of(name));
        }
        all
    }

    fn sets(&mut self) -> Vec<Shape> {
        let model = self.model;
        let mut all = Vec::new();
        for entity in &model.entities {
            for field in entity.fields.iter().filter(|field| field.set) {
                let full = format!("{}.{}", entity.name, field.name);
                let what = format!("the field `{full}`");
                let name = self.top(&format!("set.{full}"), "_", &what);
                let value = self.shape(field.ty.present(), &format!("{full}.value"), &what, Way::Out);
                let mut keys = fixed::effect_keys("set", Some(Delivery::Idempotent));
                keys.push(Key::new("field", Shape::tag(&full)));
                keys.push(Key::new("value", value.optional()));
                let doc =
                    if field.doc.is_empty() { vec![format!("Sets `{full}`.")] } else { field.doc.clone() };
                self.add(&name, doc, Shape::Object(keys), Way::Out);
                all.push(Shape::Of(name));
            }
        }
        all
    }

    /// By action.
    fn answers(&mut self) -> Vec<(&'m SmolStr, Vec<Shape>)> {
        let model = self.model;
        let mut all = Vec::new();
        for action in &model.actions {
            let mut own = Vec::new();
            for exit in &action.exits {
                let what = format!("the exit `{}` of the action `{}`", exit.name, action.name);
                let place = format!("{}.{}", action.name, exit.name);
                let name = self.top(&place, "Answer", &what);
                let values = self.keys(&exit.values, &name, &what, Way::In);
                let mut keys = fixed::event_keys("answer");
                keys.push(Key::new("effect", Shape::ID));
                keys.push(Key::new("exit", Shape::tag(&exit.name)));
                keys.push(Key { flat: true, ..Key::new("values", Shape::Object(values)) });
                let doc = vec![format!("The answer `{}` of `{}`.", exit.name, action.name)];
                self.add(&name, doc, Shape::Object(keys), Way::In);
                own.push(Shape::Of(name));
            }
            own.extend(self.result(action));
            all.push((&action.name, own));
        }
        all
    }

    fn result(&mut self, action: &Action) -> Option<Shape> {
        let result = action.result.as_ref()?;
        let what = format!("the result of the action `{}`", action.name);
        let name = self.top(&format!("{}.result", action.name), "_", &what);
        let shape = self.shape(result, &format!("{name}.value"), &what, Way::In);
        let mut keys = fixed::event_keys("answer");
        keys.push(Key::new("effect", Shape::ID));
        keys.push(Key::new("result", shape));
        self.add(&name, vec![format!("The result of `{}`.", action.name)], Shape::Object(keys), Way::In);
        Some(Shape::Of(name))
    }

    fn facts(&mut self) {
        let model = self.model;
        let mut keys = Vec::new();
        for entity in &model.entities {
            for field in entity.fields.iter().filter(|field| field.read) {
                let full = format!("{}.{}", entity.name, field.name);
                let shape = self.shape(&field.ty, &full, &format!("the field `{full}`"), Way::In);
                keys.push(Key { doc: field.doc.clone(), ..Key::new(&full, shape) });
            }
        }
        let doc = vec!["What a host knows before a turn: a turn needs those that it may read.".to_owned()];
        self.add("Facts", doc, Shape::Object(keys), Way::In);
    }

    fn bots(&mut self, answers: &[(&SmolStr, Vec<Shape>)]) {
        let model = self.model;
        for bot in &model.bots {
            let what = format!("the bot `{}`", bot.name);
            let name = self.top(&format!("{}.args", bot.name), "_", &what);
            let keys = self.keys(&bot.params, &name, &what, Way::In);
            let doc =
                vec![format!("The arguments of the bot `{}`; `null` where its default stands in.", bot.name)];
            self.add(&name, doc, Shape::Object(keys), Way::In);
            if let Some(result) = &bot.result {
                let what = format!("the result of {what}");
                let name = self.top(&format!("{}.value", bot.name), "_", &what);
                let shape = self.shape(result, &format!("{name}.value"), &what, Way::Out);
                self.add(
                    &name,
                    vec![format!("What the bot `{}` gives at its end.", bot.name)],
                    shape,
                    Way::Out,
                );
            }
            let waits: Vec<SmolStr> = bot.waits.iter().map(|wait| SmolStr::new(&wait.name)).collect();
            let name = self.top(&format!("{}.wait", bot.name), "_", &format!("the waits of {what}"));
            self.add(
                &name,
                vec![format!("Where the bot `{}` waits.", bot.name)],
                Shape::Choice(waits),
                Way::Out,
            );
            for wait in &bot.waits {
                let what = format!("the wait `{}` of the bot `{}`", wait.name, bot.name);
                let name = self.top(&format!("{}.{}.event", bot.name, wait.name), "_", &what);
                let takes = wait.takes.iter().flat_map(|takes| events_of(takes, answers));
                let shape = Shape::Union(takes.chain([Shape::of("Failed")]).collect());
                self.add(&name, vec![format!("What {what} takes.")], shape, Way::In);
            }
        }
    }
}
