//! Rust, for hosts that call `sbot-vm`. The file needs nothing but that crate, and stands as `rustfmt` writes it.

mod fitted;
mod layout;
mod types;

use super::model::{Action, Bot, Entity, Exit, Field, Model, Takes, Type, Value, Wait};
use super::name::{Clash, Scope, pascal, snake};
use super::write::{Out, comment};
use layout::{Enum, arm, doc, function, list_arm, literal};
use rustc_hash::FxHashSet;
use sbot_vm::program::{Delivery, SymbolKind};
use smol_str::SmolStr;
use types::{KINDS, Kind, Types, read_all, slot, structure};

/// Words that are no names in Rust, of any edition.
const WORDS: &[&str] = &[
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do",
    "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe", "unsized", "use", "virtual",
    "where", "while", "yield",
];
/// Names of the file and of what it uses.
const TAKEN: &[&str] = &[
    "Action",
    "ActionName",
    "Arc",
    "Awaited",
    "Bindings",
    "Bot",
    "Date",
    "DateTime",
    "Decimal",
    "Declared",
    "Delivery",
    "Duration",
    "Effect",
    "EffectId",
    "EffectKind",
    "Err",
    "EventKind",
    "Facts",
    "FieldName",
    "File",
    "Json",
    "Name",
    "None",
    "Ok",
    "Option",
    "Recipient",
    "Result",
    "RunEvent",
    "Self",
    "Set",
    "Some",
    "Start",
    "String",
    "SymbolKind",
    "Takes",
    "Typed",
    "Unfit",
    "Value",
    "Vec",
    "Wait", // The kinds of names.
    "Entity",
    "Field",
    "User",
    "Team",
    "Channel",
    "Pipeline",
    "Stage",
    "Template",
    "EmailTemplate",
    "Form",
    "Hours",
];
/// Names of the functions of an action beside those of its exits.
const OF_ACTIONS: &[&str] = &["read", "result", "Self", "self", "super", "crate"];
/// Names inside these functions beside the values of an answer.
const OF_ANSWERS: &[&str] = &["answer", "effect", "names"];
const NOTHING_ELSE: &[&str] = &[];

const HEAD: &str = "\
// Made by `sbotc bindings rust`: change the bots and make it anew, and leave this file alone.
//
// `Bindings::of` fits these types to a program. Then `Bindings::effect` turns what a turn asks for into an `Effect`,
// `Bindings::facts` what the host knows into facts, `Bindings::start` parameters into arguments, and the functions of an
// action's type answers into events.
";
/// What the file may use, by module: of each only what it does.
const USES: &[(&str, &[&str])] = &[
    (
        "sbot_vm::bind",
        &[
            "Date", "DateTime", "Declared", "Duration", "File", "Json", "Name", "Takes", "Time", "Typed",
            "Unfit",
        ],
    ),
    ("sbot_vm::program", &["Delivery", "SymbolKind"]),
    ("sbot_vm::value", &["Decimal", "Value"]),
    ("sbot_vm", &["EffectId", "EffectKind", "EventKind", "RunEvent"]),
    ("std::sync", &["Arc"]),
];
const RECIPIENT: &str = "
/// A user or a team.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Recipient {
\t/// One person.
\tUser(User),
\t/// All of a team.
\tTeam(Team),
}

impl Typed<Bindings> for Recipient {
\tfn read(names: &Bindings, value: &Value) -> Option<Recipient> {
\t\tlet user = names.users.read(value).map(Recipient::User);
\t\tuser.or_else(|| names.teams.read(value).map(Recipient::Team))
\t}

\tfn write(&self, names: &Bindings) -> Result<Value, Unfit> {
\t\tmatch self {
\t\t\tRecipient::User(user) => user.write(names),
\t\t\tRecipient::Team(team) => team.write(names),
\t\t}
\t}
}

impl From<User> for bind::Ref<Recipient> {
\tfn from(user: User) -> bind::Ref<Recipient> {
\t\tbind::Ref::Declared(Recipient::User(user))
\t}
}

impl From<Team> for bind::Ref<Recipient> {
\tfn from(team: Team) -> bind::Ref<Recipient> {
\t\tbind::Ref::Declared(Recipient::Team(team))
\t}
}";
const MAIL: &str = "
impl Typed<Bindings> for bind::Mail<EmailTemplate> {
\tfn read(names: &Bindings, value: &Value) -> Option<bind::Mail<EmailTemplate>> {
\t\tnames.shapes.mail(value)
\t}

\tfn write(&self, _: &Bindings) -> Result<Value, Unfit> {
\t\tErr(Unfit::new(\"an e-mail is made by a bot, and not by a host\"))
\t}
}";
const EFFECT: &str = "
/// What a turn asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<'e> {
\t/// Send a message.
\tMessage(&'e sbot_vm::effect::Message),
\t/// Set a field.
\tSet(Set),
\t/// Carry out an action.
\tAction(Action),
\t/// Draw the next option of this counter, and answer with `EventKind::Drawn`.
\tDraw(u32),
\t/// Nothing to do; something worth recording happened.
\tEvent(&'e RunEvent),
}";
const TAKES: &str = "\
/// What it takes, beside the report that an effect has failed, which every wait takes.
///
/// As the source has it now: in a program of an older source, a wait of this name may take something else.";

/// The text of the file.
pub(super) fn write(model: &Model) -> Result<String, Vec<Clash>> {
    let mut writer = Writer::new(model);
    writer.names();
    writer.actions();
    writer.fields();
    writer.bots();
    writer.waits();
    writer.out.lines(EFFECT);
    writer.bindings();
    let Writer { out, types, .. } = writer;
    if !types.clashes.is_empty() {
        return Err(types.clashes);
    }
    let body = out.done();
    let mut file = Out::new("    ");
    file.lines(HEAD);
    file.line("//");
    file.line(&format!("// Bots: {}", comment(&model.title())));
    file.blank();
    uses(&mut file, &body);
    Ok(file.done() + &body)
}

/// What the body uses. Comments may name it, too; then a line more does no harm but a warning.
fn uses(file: &mut Out, body: &str) {
    let code: Vec<&str> = body.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let words: FxHashSet<&str> =
        code.iter().flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_')).collect();
    for (module, names) in USES {
        let mut used: Vec<&str> = names.iter().copied().filter(|name| words.contains(name)).collect();
        if *module == "sbot_vm::bind" {
            used.insert(0, "self");
        }
        match used.as_slice() {
            [] => {}
            [one] => file.line(&format!("use {module}::{one};")),
            some => {
                let line = format!("use {module}::{{{}}};", some.join(", "));
                if line.len() < layout::WIDTH {
                    file.line(&line);
                } else {
                    file.lines(&format!("use {module}::{{\n\t{},\n}};", some.join(", ")));
                }
            }
        }
    }
}

struct Writer<'m> {
    model: &'m Model,
    out: Out,
    types: Types,
    /// The kinds of names that there are or that some type refers to.
    kinds: Vec<&'static Kind>,
    /// The structs of actions.
    actions: Vec<(SmolStr, &'m Action)>,
    /// The fields: the variants and types, and whose they are.
    fields: Vec<BoundField<'m>>,
    /// The structs of entities, with the names of their fields in `Facts`.
    entities: Vec<(SmolStr, SmolStr, &'m Entity)>,
    bots: Vec<BoundBot<'m>>,
}

struct BoundBot<'m> {
    variant: SmolStr,
    /// The names and types of its parameters.
    params: Vec<(SmolStr, String)>,
    result: Option<String>,
    bot: &'m Bot,
}

struct BoundField<'m> {
    variant: SmolStr,
    /// In the struct of its entity.
    name: SmolStr,
    /// Present.
    ty: String,
    entity: SmolStr,
    field: &'m Field,
}

impl<'m> Writer<'m> {
    fn new(model: &'m Model) -> Writer<'m> {
        let needs = |kind: SymbolKind| {
            let is = move |ty: &Type| {
                let recipient = matches!(kind, SymbolKind::User | SymbolKind::Team);
                *ty == Type::Symbol(kind) || recipient && *ty == Type::Recipient
            };
            !model.symbols_of(kind).is_empty() || model.types().iter().any(|ty| ty.holds(&is))
        };
        Writer {
            model,
            out: Out::new("    "),
            types: Types::new(),
            kinds: KINDS.iter().filter(|row| needs(row.kind)).collect(),
            actions: Vec::new(),
            fields: Vec::new(),
            entities: Vec::new(),
            bots: Vec::new(),
        }
    }

    fn names(&mut self) {
        for row in self.kinds.clone() {
            let mut made = Enum::new(row.name, row.doc);
            let mut scope = Scope::new(WORDS);
            for named in self.model.symbols_of(row.kind) {
                let what = format!("the {} `{}`", row.word, named.name);
                let variant = scope.name(pascal(&named.name), "_", what, &mut self.types.clashes);
                made.push(variant, &named.name, named.doc.clone());
            }
            made.write(&mut self.out);
            let Kind { name, table, .. } = row;
            self.out.lines(&format!(
                "\nimpl Typed<Bindings> for {name} {{\n\
                 \tfn read(names: &Bindings, value: &Value) -> Option<{name}> {{\n\
                 \t\tnames.{table}.read(value)\n\
                 \t}}\n\n\
                 \tfn write(&self, names: &Bindings) -> Result<Value, Unfit> {{\n\
                 \t\tnames.{table}.write(*self)\n\
                 \t}}\n\
                 }}"
            ));
        }
        let has = |wanted: Type| self.model.types().iter().any(|ty| ty.holds(&|ty| *ty == wanted));
        if has(Type::Recipient) {
            self.out.lines(RECIPIENT);
        }
        if has(Type::Symbol(SymbolKind::EmailTemplate)) {
            self.out.lines(MAIL);
        }
    }

    fn actions(&mut self) {
        for action in &self.model.actions {
            let of = format!("the action `{}`", action.name);
            let name = self.types.top(pascal(&action.name), "Action", of.clone());
            let params = self.types.values(&action.params, NOTHING_ELSE, &name, &of);
            structure(&mut self.out, &name, &action.doc, &format!("`{}`", action.name), &params);
            self.action(&name, action, &of, &params);
            self.types.write(&mut self.out);
            self.actions.push((name, action));
        }
        let mut names = Enum::new("ActionName", "The names of the actions.");
        for (variant, action) in &self.actions {
            names.push(variant.clone(), &action.name, Vec::new());
        }
        names.write(&mut self.out);
        let signatures: Vec<_> =
            self.actions.iter().map(|(name, action)| (name.clone(), signature(action))).collect();
        self.declared("ActionName", &signatures);
        self.out.blank();
        self.out.line("/// An action to carry out.");
        self.out.line("#[derive(Clone, Debug, PartialEq)]");
        self.out.line("#[allow(clippy::large_enum_variant)]");
        if self.actions.is_empty() {
            self.out.line("pub enum Action {}");
            return;
        }
        self.out.open("pub enum Action {");
        for (name, action) in &self.actions {
            self.out.line(&format!("/// `{}`", action.name));
            self.out.line(&format!("{name}({name}),"));
        }
        self.out.close("}");
        self.out.lines(
            "\nimpl Action {\n\t/// How often it may reach the outside.\n\tpub fn delivery(&self) -> Delivery {\n\t\t\
             match self {",
        );
        for (name, _) in &self.actions {
            let line = format!("\t\t\tAction::{name}(_) => {name}::DELIVERY,");
            self.out.lines(&line);
        }
        self.out.lines("\t\t}\n\t}\n}");
    }

    /// What belongs to the struct of an action.
    fn action(&mut self, name: &str, action: &Action, of: &str, params: &[(SmolStr, String)]) {
        let delivery = match action.delivery {
            Delivery::Keyed => "Keyed",
            Delivery::Idempotent => "Idempotent",
            Delivery::AtMostOnce => "AtMostOnce",
        };
        self.out.blank();
        self.out.open(&format!("impl {name} {{"));
        self.out.line("/// How often it may reach the outside.");
        self.out.line(&format!("pub const DELIVERY: Delivery = Delivery::{delivery};"));
        self.out.blank();
        let (given, taken) = if params.is_empty() { ("_", "_") } else { ("names", "args") };
        self.out.open(&format!("fn read({given}: &Bindings, {taken}: &[Value]) -> Option<{name}> {{"));
        if !params.is_empty() {
            self.out.line("let mut args = args.iter();");
        }
        let fields: Vec<SmolStr> = params.iter().map(|(name, _)| name.clone()).collect();
        read_all(&mut self.out, name, &fields);
        self.out.close("}");
        let mut scope = Scope::new(OF_ACTIONS);
        for (number, exit) in action.exits.iter().enumerate() {
            let what = format!("the exit `{}` of {of}", exit.name);
            let function = scope.name(snake(&exit.name), "_", what.clone(), &mut self.types.clashes);
            let function = if WORDS.contains(&function.as_str()) {
                format!("{function}_")
            } else {
                function.to_string()
            };
            self.answer(name, &function, exit, number, &what);
        }
        if let Some(result) = &action.result {
            let ty = self.types.of(result, &format!("{name}Result"), &format!("the result of {of}"));
            let values = [(SmolStr::new_static("value"), ty)];
            self.answer_function("The result.", "result", &values, "bind::Answer::result(effect)");
        }
        self.out.close("}");
    }

    fn answer(&mut self, name: &str, function: &str, exit: &Exit, number: usize, what: &str) {
        let place = format!("{name}{}", pascal(&exit.name));
        let values = self.types.values(&exit.values, OF_ANSWERS, &place, what);
        let begin = format!("bind::Answer::exit(effect, {number})");
        self.answer_function(&format!("The answer `{}`.", exit.name), function, &values, &begin);
    }

    fn answer_function(&mut self, about: &str, name: &str, values: &[(SmolStr, String)], begin: &str) {
        let mut params = vec!["names: &Bindings".to_owned(), "effect: EffectId".to_owned()];
        if values.is_empty() {
            params.remove(0);
        }
        params.extend(values.iter().map(|(value, ty)| format!("{value}: {ty}")));
        let out = &mut self.out;
        out.blank();
        out.line(&format!("/// {about}"));
        if values.is_empty() {
            function(out, &format!("pub fn {name}"), &params, "EventKind");
            out.line(&format!("{begin}.event()"));
        } else {
            out.line("///");
            out.line("/// # Errors");
            out.line("/// The program declares no such name.");
            function(out, &format!("pub fn {name}"), &params, "Result<EventKind, Unfit>");
            out.line(&format!("let answer = {begin};"));
            for (value, _) in values {
                out.line(&format!("let answer = answer.with(names, &{value})?;"));
            }
            out.line("Ok(answer.event())");
        }
        out.close("}");
    }

    /// What names have to look like in a program.
    fn declared(&mut self, name: &str, signatures: &[(SmolStr, String)]) {
        let out = &mut self.out;
        out.blank();
        out.open(&format!("impl Declared for {name} {{"));
        out.open("fn signature(self) -> &'static str {");
        if signatures.is_empty() {
            out.line("match self {}");
        } else {
            out.open("match self {");
            for (variant, signature) in signatures {
                arm(out, &format!("{name}::{variant}"), &literal(signature));
            }
            out.close("}");
        }
        out.close("}");
        out.close("}");
    }

    fn fields(&mut self) {
        let mut variants = Scope::new(WORDS);
        let mut inside = Scope::new(WORDS);
        for entity in &self.model.entities {
            let what = format!("the entity `{}`", entity.name);
            let name = self.types.top(pascal(&entity.name), "Facts", what.clone());
            let mut names = Scope::new(WORDS);
            for field in &entity.fields {
                let what = format!("the field `{}.{}`", entity.name, field.name);
                let full = pascal(&format!("{}.{}", entity.name, field.name));
                let variant = variants.name(full.clone(), "_", what.clone(), &mut self.types.clashes);
                let in_struct = names.name(snake(&field.name), "_", what.clone(), &mut self.types.clashes);
                let ty = self.types.of(field.ty.present(), &full, &what);
                let entity = entity.name.clone();
                self.fields.push(BoundField { variant, name: in_struct, ty, entity, field });
            }
            let in_facts = inside.name(snake(&entity.name), "_", what, &mut self.types.clashes);
            if entity.fields.iter().any(|field| field.read) {
                self.entity(&name, entity);
                self.entities.push((name, in_facts, entity));
            }
        }
        self.types.write(&mut self.out);
        let parts: Vec<_> =
            self.entities.iter().map(|(name, field, _)| (field.clone(), name.to_string())).collect();
        let about = ["What a host knows before a turn.".to_owned()];
        structure(&mut self.out, "Facts", &about, "", &parts);
        let mut names = Enum::new("FieldName", "The names of the fields.");
        for field in &self.fields {
            names.push(
                field.variant.clone(),
                &format!("{}.{}", field.entity, field.field.name),
                field.field.doc.clone(),
            );
        }
        names.write(&mut self.out);
        let signatures: Vec<_> =
            self.fields.iter().map(|field| (field.variant.clone(), slot(&field.field.ty))).collect();
        self.declared("FieldName", &signatures);
        self.set();
    }

    fn entity(&mut self, name: &str, entity: &Entity) {
        self.out.blank();
        self.out.line(&format!("/// What the host knows of `{}`.", entity.name));
        self.out.line("#[derive(Clone, Debug, PartialEq)]");
        self.out.open(&format!("pub struct {name} {{"));
        for field in self.fields.iter().filter(|field| field.entity == entity.name && field.field.read) {
            doc(&mut self.out, &field.field.doc, &format!("`{}.{}`", entity.name, field.field.name));
            let optional = matches!(field.field.ty, Type::Optional(_));
            let ty = if optional { format!("Option<{}>", field.ty) } else { field.ty.clone() };
            self.out.line(&format!("pub {}: {ty},", field.name));
        }
        self.out.close("}");
    }

    fn set(&mut self) {
        let out = &mut self.out;
        out.blank();
        out.line("/// A field to set. Nothing clears it.");
        out.line("#[derive(Clone, Debug, PartialEq)]");
        out.line("#[allow(clippy::enum_variant_names)]");
        let set: Vec<&BoundField<'_>> = self.fields.iter().filter(|field| field.field.set).collect();
        if set.is_empty() {
            out.line("pub enum Set {}");
            return;
        }
        out.open("pub enum Set {");
        for field in set {
            doc(out, &field.field.doc, &format!("`{}.{}`", field.entity, field.field.name));
            out.line(&format!("{}(Option<{}>),", field.variant, field.ty));
        }
        out.close("}");
    }

    fn bots(&mut self) {
        let mut names = Enum::new("Bot", "A bot.");
        let mut scope = Scope::new(WORDS);
        for bot in &self.model.bots {
            let what = format!("the bot `{}`", bot.name);
            let variant = scope.name(pascal(&bot.name), "_", what.clone(), &mut self.types.clashes);
            names.push(variant.clone(), &bot.name, bot.doc.clone());
            let params = self.types.values(&bot.params, WORDS, &format!("{variant}Start"), &what);
            let place = format!("{variant}Result");
            let result = bot.result.as_ref();
            let result = result.map(|ty| self.types.of(ty, &place, &format!("the result of {what}")));
            self.bots.push(BoundBot { variant, params, result, bot });
        }
        names.write(&mut self.out);
        for BoundBot { variant, params, bot, .. } in self.bots.iter().filter(|bot| !bot.params.is_empty()) {
            let what = format!("the parameters of the bot `{}`", bot.name);
            let name = self.types.top(format!("{variant}Start"), "_", what);
            let about =
                format!("The parameters of the bot `{}`. One that is absent has its default.", bot.name);
            structure(&mut self.out, &name, &[about], "", params);
        }
        self.types.write(&mut self.out);
        self.out.blank();
        self.out.line("/// A bot with its parameters.");
        self.out.line("#[derive(Clone, Debug, PartialEq)]");
        self.out.open("pub enum Start {");
        for BoundBot { variant, params, bot, .. } in &self.bots {
            doc(&mut self.out, &bot.doc, &format!("`{}`", bot.name));
            let payload = if params.is_empty() { String::new() } else { format!("({variant}Start)") };
            self.out.line(&format!("{variant}{payload},"));
        }
        self.out.close("}");
    }

    fn waits(&mut self) {
        let mut names = Enum::new("Wait", "A place where a run can be parked.");
        let mut takes = Vec::new();
        let mut scope = Scope::new(WORDS);
        for bot in &self.model.bots {
            for wait in &bot.waits {
                let what = format!("the wait `{}` of the bot `{}`", wait.name, bot.name);
                let variant = pascal(&format!("{}.{}", bot.name, wait.name));
                let variant = scope.name(variant, "_", what, &mut self.types.clashes);
                let about = format!("`{}`: {}", wait.name, wait.exits.join(", "));
                names.push(variant.clone(), &format!("{}/{}", bot.name, wait.name), vec![about]);
                takes.push((variant, wait));
            }
        }
        names.write(&mut self.out);
        self.awaited(&takes);
    }

    /// What each wait takes, and of which actions that are answers.
    fn awaited(&mut self, waits: &[(SmolStr, &Wait)]) {
        let is_awaited = |action: &Action| {
            waits.iter().any(|(_, wait)| wait.takes.contains(&Takes::Answer(action.name.clone())))
        };
        let awaited: Vec<_> = self.actions.iter().filter(|(_, action)| is_awaited(action)).collect();
        let out = &mut self.out;
        out.lines(
            "\n/// An action whose answer is waited for.\n#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]",
        );
        if awaited.is_empty() {
            out.line("pub enum Awaited {}");
        } else {
            out.open("pub enum Awaited {");
            for (variant, action) in &awaited {
                out.line(&format!("/// `{}`", action.name));
                out.line(&format!("{variant},"));
            }
            out.close("}");
        }
        out.blank();
        out.open("impl Wait {");
        out.lines(TAKES);
        out.open("pub const fn takes(self) -> &'static [Takes<Awaited>] {");
        if waits.is_empty() {
            out.line("match self {}");
        } else {
            out.open("match self {");
            for (variant, wait) in waits {
                let takes = wait.takes.iter().filter_map(|takes| {
                    Some(match takes {
                        Takes::Client => "Takes::Client".to_owned(),
                        Takes::Timer => "Takes::Timer".to_owned(),
                        Takes::VideoOpened => "Takes::VideoOpened".to_owned(),
                        Takes::VideoClosed => "Takes::VideoClosed".to_owned(),
                        Takes::Delivered => "Takes::Delivered".to_owned(),
                        Takes::Drawn => "Takes::Drawn".to_owned(),
                        Takes::Answer(name) => {
                            let (variant, _) = awaited.iter().find(|(_, action)| action.name == *name)?;
                            format!("Takes::Answer(Awaited::{variant})")
                        }
                    })
                });
                list_arm(out, &format!("Wait::{variant}"), &takes.collect::<Vec<_>>());
            }
            out.close("}");
        }
        out.close("}");
        out.close("}");
    }
}

/// As `sbot_vm::bind::signature` writes it.
fn signature(action: &Action) -> String {
    let params = |values: &[Value]| {
        let list: Vec<String> =
            values.iter().map(|value| format!("{}: {}", value.name, slot(&value.ty))).collect();
        list.join(", ")
    };
    let exits: Vec<String> =
        action.exits.iter().map(|exit| format!("{}({})", exit.name, params(&exit.values))).collect();
    let result = action.result.as_ref().map_or_else(String::new, slot);
    format!("{}; {}; {result}", params(&action.params), exits.join(", "))
}
