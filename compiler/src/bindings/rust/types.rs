//! The types of values in Rust, and the enums and structs that they need of their own.

use super::super::model::{Plain, Type, Value, is_open};
use super::super::name::{Clash, Scope, pascal, snake};
use super::super::write::{Out, comment};
use super::layout::{Enum, doc, literal};
use super::{TAKEN, WORDS};
use sbot_vm::program::SymbolKind;
use smol_str::SmolStr;

/// Every plain type, in Rust and as the VM calls it.
const PLAIN: &[(Plain, &str, &str)] = &[
    (Plain::Bool, "bool", "bool"),
    (Plain::Int, "i64", "int"),
    (Plain::Number, "Decimal", "number"),
    (Plain::Text, "Arc<str>", "text"),
    (Plain::Date, "Date", "date"),
    (Plain::Time, "Time", "time"),
    (Plain::DateTime, "DateTime", "datetime"),
    (Plain::Duration, "Duration", "duration"),
    (Plain::Phone, "Arc<str>", "text"),
    (Plain::Email, "Arc<str>", "text"),
    (Plain::Url, "Arc<str>", "text"),
    (Plain::File, "File", "file"),
    (Plain::Json, "Json", "json"),
];

/// A kind of names.
pub(super) struct Kind {
    pub(super) kind: SymbolKind,
    /// In the source.
    pub(super) word: &'static str,
    /// Its enum.
    pub(super) name: &'static str,
    /// Its table in `Bindings`.
    pub(super) table: &'static str,
    pub(super) doc: &'static str,
}

macro_rules! kinds {
    ($( $kind:ident $word:literal $table:literal $doc:literal; )*) => {
        /// Every kind, in the order in which it is written.
        pub(super) const KINDS: &[Kind] = &[ $( Kind {
            kind: SymbolKind::$kind,
            word: $word,
            name: stringify!($kind),
            table: $table,
            doc: $doc,
        } ),* ];
    };
}

kinds! {
    Entity "entity" "entities" "An entity of the CRM.";
    Field "field" "field_names" "A field that is named, not read.";
    User "user" "users" "A user of the account.";
    Team "team" "teams" "A team.";
    Channel "channel" "channels" "A channel.";
    Pipeline "pipeline" "pipelines" "A pipeline.";
    Stage "stage" "stages" "A stage of a pipeline.";
    Template "template" "templates" "A template for chats.";
    EmailTemplate "e-mail template" "email_templates" "A template for e-mails.";
    Form "form" "forms" "A form.";
    Hours "hours" "hours" "Working hours.";
}

/// The row of a kind.
pub(super) fn kind_row(kind: SymbolKind) -> Option<&'static Kind> {
    KINDS.iter().find(|row| row.kind == kind)
}

/// What the VM checks of a type: `number?`.
pub(super) fn slot(ty: &Type) -> String {
    let kind = match ty.present() {
        Type::Plain(plain) => PLAIN.iter().find(|(known, _, _)| known == plain).map_or("json", |row| row.2),
        Type::Choice(_) => "text",
        Type::List(_) => "list",
        Type::Record(_) => "record",
        Type::Symbol(_) | Type::Recipient | Type::Optional(_) => "symbol",
    };
    format!("{kind}{}", if matches!(ty, Type::Optional(_)) { "?" } else { "" })
}

/// Something that a type needs of its own.
enum Own {
    Choice(SmolStr, Vec<SmolStr>, String),
    Record(SmolStr, Vec<(SmolStr, String, SmolStr)>, String),
}

/// The names at the top of the file, and the types that have to be written yet.
pub(super) struct Types {
    top: Scope<'static>,
    own: Vec<Own>,
    pub(super) clashes: Vec<Clash>,
}

impl Types {
    pub(super) fn new() -> Types {
        Types { top: Scope::new(TAKEN), own: Vec::new(), clashes: Vec::new() }
    }

    /// A name at the top of the file.
    pub(super) fn top(&mut self, name: String, instead: &str, what: String) -> SmolStr {
        self.top.name(name, instead, what, &mut self.clashes)
    }

    /// The fields of a struct, or the parameters of a function: each with its name and its type. `place` is what the
    /// names of their own types begin with, and `of` whose they are.
    pub(super) fn values(
        &mut self,
        values: &[Value],
        words: &'static [&'static str],
        place: &str,
        of: &str,
    ) -> Vec<(SmolStr, String)> {
        let mut scope = Scope::new(words);
        let mut out = Vec::new();
        for value in values {
            let what = format!("`{}` of {of}", value.name);
            let name = scope.name(snake(&value.name), "_", what.clone(), &mut self.clashes);
            let name = if WORDS.contains(&name.as_str()) { SmolStr::new(format!("{name}_")) } else { name };
            out.push((name, self.of(&value.ty, &format!("{place}{}", pascal(&value.name)), &what)));
        }
        out
    }

    /// A type in Rust.
    pub(super) fn of(&mut self, ty: &Type, place: &str, what: &str) -> String {
        match ty {
            Type::Plain(plain) => {
                PLAIN.iter().find(|(known, _, _)| known == plain).map_or("Json", |row| row.1).to_owned()
            }
            Type::Optional(inner) => format!("Option<{}>", self.of(inner, place, what)),
            Type::List(inner) => format!("Vec<{}>", self.of(inner, place, what)),
            Type::Symbol(SymbolKind::EmailTemplate) => "bind::Mail<EmailTemplate>".to_owned(),
            Type::Symbol(kind) => {
                let name = kind_row(*kind).map_or("", |row| row.name);
                if is_open(*kind) { format!("bind::Ref<{name}>") } else { name.to_owned() }
            }
            Type::Recipient => "bind::Ref<Recipient>".to_owned(),
            Type::Choice(texts) => {
                let name = self.top(place.to_owned(), "Choice", format!("the choices of {what}"));
                self.own.push(Own::Choice(name.clone(), texts.clone(), what.to_owned()));
                name.to_string()
            }
            Type::Record(fields) => {
                let name = self.top(place.to_owned(), "Record", format!("the record {what}"));
                let values = self.values(fields, WORDS, &name, what);
                let named = fields.iter().zip(values);
                let fields = named.map(|(field, (rust, ty))| (rust, ty, field.name.clone())).collect();
                self.own.push(Own::Record(name.clone(), fields, what.to_owned()));
                name.to_string()
            }
        }
    }

    /// Writes the types that were needed since the last time.
    pub(super) fn write(&mut self, out: &mut Out) {
        for own in std::mem::take(&mut self.own) {
            match own {
                Own::Choice(name, texts, what) => self.choice(out, &name, &texts, &what),
                Own::Record(name, fields, what) => record(out, &name, &fields, &what),
            }
        }
    }

    fn choice(&mut self, out: &mut Out, name: &str, texts: &[SmolStr], what: &str) {
        let mut made = Enum::new(name, &format!("The choices of {}.", comment(what)));
        let mut scope = Scope::new(WORDS);
        for text in texts {
            let what = format!("the choice {text:?} of {what}");
            made.push(scope.name(pascal(text), "_", what, &mut self.clashes), text, Vec::new());
        }
        made.write(out);
        out.blank();
        out.lines(&format!(
            "impl<N> Typed<N> for {name} {{\n\
             \tfn read(_: &N, value: &Value) -> Option<{name}> {{\n\
             \t\tbind::choice(value)\n\
             \t}}\n\n\
             \tfn write(&self, _: &N) -> Result<Value, Unfit> {{\n\
             \t\tOk(Value::text(self.name()))\n\
             \t}}\n\
             }}"
        ));
    }
}

/// A struct with its fields.
pub(super) fn structure(
    out: &mut Out,
    name: &str,
    about: &[String],
    otherwise: &str,
    fields: &[(SmolStr, String)],
) {
    out.blank();
    doc(out, about, otherwise);
    out.line("#[derive(Clone, Debug, PartialEq)]");
    if fields.is_empty() {
        out.line(&format!("pub struct {name};"));
        return;
    }
    out.open(&format!("pub struct {name} {{"));
    for (field, ty) in fields {
        out.line(&format!("pub {field}: {ty},"));
    }
    out.close("}");
}

/// Reads the values of a struct, one after the other.
pub(super) fn read_all(out: &mut Out, name: &str, fields: &[SmolStr]) {
    if fields.is_empty() {
        out.line(&format!("Some({name})"));
        return;
    }
    out.open(&format!("Some({name} {{"));
    for field in fields {
        out.line(&format!("{field}: bind::next(names, &mut args)?,"));
    }
    out.close("})");
}

fn record(out: &mut Out, name: &str, fields: &[(SmolStr, String, SmolStr)], what: &str) {
    let shown: Vec<(SmolStr, String)> =
        fields.iter().map(|(field, ty, _)| (field.clone(), ty.clone())).collect();
    structure(out, name, &[format!("The record {}.", comment(what))], "", &shown);
    let names: Vec<SmolStr> = fields.iter().map(|(field, _, _)| field.clone()).collect();
    out.blank();
    out.open(&format!("impl Typed<Bindings> for {name} {{"));
    out.open(&format!("fn read(names: &Bindings, value: &Value) -> Option<{name}> {{"));
    out.line(&format!("let mut args = bind::fields(value, {})?.iter();", fields.len()));
    read_all(out, name, &names);
    out.close("}");
    out.blank();
    out.open("fn write(&self, names: &Bindings) -> Result<Value, Unfit> {");
    out.line("let mut record = bind::NewRecord::default();");
    for (field, _, source) in fields {
        out.line(&format!("record.put({}, self.{field}.write(names)?);", literal(source)));
    }
    out.line("names.shapes.record(record)");
    out.close("}");
    out.close("}");
}
