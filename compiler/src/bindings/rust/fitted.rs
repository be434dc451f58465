//! `Bindings`: what belongs to one program, and turns its numbers into the types of the file and back.

use super::super::name::snake;
use super::layout::{arm, call, function};
use super::{BoundBot, BoundField, Writer};

const IMPL: &str = "
/// Where a run is parked.
pub fn wait(&self, run: &sbot_vm::Run) -> Option<Wait> {
\tself.waits.variant(run.wait)
}

/// What an effect of the program asks for.
///
/// # Errors
/// It is no effect of the program that these bindings were fitted to.
pub fn effect<'e>(&self, effect: &'e sbot_vm::Effect) -> Result<Effect<'e>, Unfit> {
\tOk(match &effect.kind {
\t\tEffectKind::Message(message) => Effect::Message(message),
\t\tEffectKind::Set { field, value } => Effect::Set(self.set(*field, value)?),
\t\tEffectKind::Action { action, args } => Effect::Action(self.action(*action, args)?),
\t\tEffectKind::Draw { counter } => Effect::Draw(*counter),
\t\tEffectKind::Event(event) => Effect::Event(event),
\t})
}
";

impl Writer<'_> {
    pub(super) fn bindings(&mut self) {
        let mut tables = vec![
            ("actions".to_owned(), "ActionName".to_owned(), "reader.actions()".to_owned()),
            ("fields".to_owned(), "FieldName".to_owned(), "reader.fields()".to_owned()),
            ("bots".to_owned(), "Bot".to_owned(), "reader.bots()".to_owned()),
            ("waits".to_owned(), "Wait".to_owned(), "reader.waits()".to_owned()),
        ];
        for row in &self.kinds {
            let fill = format!("reader.symbols(SymbolKind::{})", row.name);
            tables.push((row.table.to_owned(), row.name.to_owned(), fill));
        }
        let out = &mut self.out;
        out.lines(
            "\n/// The numbers that one program has for the names of this file.\n#[derive(Clone, Debug)]",
        );
        out.open("pub struct Bindings {");
        tables.iter().for_each(|(table, name, _)| out.line(&format!("{table}: bind::Table<{name}>,")));
        out.line("shapes: bind::Shapes,");
        out.close("}");
        out.blank();
        out.open("impl Bindings {");
        out.lines(
            "/// Fits these types to a program, once after loading it.\n///\n/// # Errors\n\
             /// The program needs something that is not here, or that is declared in another way.",
        );
        out.open("pub fn of(program: &sbot_vm::Program) -> Result<Bindings, Unfit> {");
        out.line("let mut reader = bind::Reader::new(program);");
        out.open("let bindings = Bindings {");
        tables.iter().for_each(|(table, _, fill)| out.line(&format!("{table}: {fill},")));
        out.line("shapes: reader.shapes(),");
        out.close("};");
        out.line("reader.finish()?;");
        out.line("Ok(bindings)");
        out.close("}");
        out.lines(IMPL);
        self.start_args();
        self.facts();
        self.results();
        self.read_action();
        self.read_set();
        self.out.close("}");
    }

    fn start_args(&mut self) {
        let out = &mut self.out;
        out.lines(
            "\n/// The number of a bot, and its arguments, for `sbot_vm::start`.\n///\n/// # Errors\n\
             /// The program has no such bot, or declares no such name.",
        );
        out.open("pub fn start(&self, start: &Start) -> Result<(u32, Vec<Value>), Unfit> {");
        out.open("match start {");
        for BoundBot { variant, params, .. } in &self.bots {
            if params.is_empty() {
                arm(
                    out,
                    &format!("Start::{variant}"),
                    &format!("Ok((self.bots.known(Bot::{variant})?, Vec::new()))"),
                );
                continue;
            }
            out.open(&format!("Start::{variant}(given) => {{"));
            out.line(&format!("let args = bind::Args::of(self.bots.known(Bot::{variant})?);"));
            for (param, _) in params {
                out.line(&format!("let args = args.with(self, &given.{param})?;"));
            }
            out.line("Ok(args.done())");
            out.close("}");
        }
        out.close("}");
        out.close("}");
    }

    fn facts(&mut self) {
        let out = &mut self.out;
        out.lines(
            "\n/// What the host knows, as a turn takes it.\n///\n/// # Errors\n/// The program declares no such name.",
        );
        let given = if self.entities.is_empty() { "_" } else { "facts" };
        out.open(&format!("pub fn facts(&self, {given}: &Facts) -> Result<sbot_vm::Facts, Unfit> {{"));
        out.line("let all = bind::FactsOf::new(&self.fields);");
        for (_, in_facts, entity) in &self.entities {
            for field in self.fields.iter().filter(|field| field.entity == entity.name && field.field.read) {
                let name = format!("FieldName::{}", field.variant);
                let value = format!("&facts.{in_facts}.{}", field.name);
                call(out, "let all = all.put", &["self", &name, &value], "?;");
            }
        }
        out.line("Ok(all.done())");
        out.close("}");
    }

    /// What bots give that are started by the host.
    fn results(&mut self) {
        let out = &mut self.out;
        for BoundBot { result, bot, .. } in &self.bots {
            let Some(ty) = result else { continue };
            out.lines(&format!("\n/// What the bot `{}` gives, of `Ending::Done`.", bot.name));
            let params = ["&self".to_owned(), "value: &Value".to_owned()];
            function(out, &format!("pub fn {}_result", snake(&bot.name)), &params, &format!("Option<{ty}>"));
            out.line("Typed::read(self, value)");
            out.close("}");
        }
    }

    fn read_action(&mut self) {
        let out = &mut self.out;
        out.blank();
        if self.actions.is_empty() {
            out.open("fn action(&self, action: u32, _: &[Value]) -> Result<Action, Unfit> {");
            out.line("Err(bind::unknown_action(action))");
            out.close("}");
            return;
        }
        out.open("fn action(&self, action: u32, args: &[Value]) -> Result<Action, Unfit> {");
        out.line("let known = self.actions.variant(action);");
        out.open("let read = known.and_then(|name| match name {");
        for (name, _) in &self.actions {
            let body = format!("{name}::read(self, args).map(Action::{name})");
            arm(out, &format!("ActionName::{name}"), &body);
        }
        out.close("});");
        out.line("read.ok_or_else(|| bind::unknown_action(action))");
        out.close("}");
    }

    fn read_set(&mut self) {
        let out = &mut self.out;
        let set: Vec<&BoundField<'_>> = self.fields.iter().filter(|field| field.field.set).collect();
        out.blank();
        if set.is_empty() {
            out.open("fn set(&self, field: u32, _: &Value) -> Result<Set, Unfit> {");
            out.line("Err(bind::unknown_field(field))");
            out.close("}");
            return;
        }
        if set.len() < self.fields.len() {
            out.line("#[allow(clippy::wildcard_enum_match_arm)] // All others are read only.");
        }
        out.open("fn set(&self, field: u32, value: &Value) -> Result<Set, Unfit> {");
        out.line("let known = self.fields.variant(field);");
        out.open("let read = known.and_then(|name| match name {");
        for field in &set {
            let variant = &field.variant;
            arm(
                out,
                &format!("FieldName::{variant}"),
                &format!("Typed::read(self, value).map(Set::{variant})"),
            );
        }
        if set.len() < self.fields.len() {
            out.line("_ => None,");
        }
        out.close("});");
        out.line("read.ok_or_else(|| bind::unknown_field(field))");
        out.close("}");
    }
}
