//! Programs as text, for people and for snapshots: the same program always gives the same text. And the page that
//! describes the instructions.

use crate::builtin::BUILTINS;
use crate::loaded::Program;
use crate::op::{Op, Operand, Role, TABLE};
use crate::program::{
    Button, Exit, Field, Function, Message, On, Recipients, Source, Tables, TriggerKind, Via, Wait,
};
use crate::value::{Kind, Slot, Value};
use std::fmt::Write;

/// The listing of a program: the tables that instructions point into, then every function.
#[must_use]
pub fn disassemble(program: &Program) -> String {
    let mut listing = Listing { program, tables: program.tables(), out: String::new() };
    listing.fields();
    listing.actions();
    listing.messages();
    listing.waits();
    listing.bots();
    let mut functions: Vec<&Function> = listing.tables.functions.iter().collect();
    functions.sort_by_key(|function| function.start);
    for function in functions {
        listing.function(function);
    }
    listing.out
}

struct Listing<'p> {
    program: &'p Program,
    tables: &'p Tables,
    out: String,
}

impl Listing<'_> {
    fn line(&mut self, line: &str) {
        self.out.push_str(line.trim_end());
        self.out.push('\n');
    }

    fn heading(&mut self, heading: &str) {
        if !self.out.is_empty() {
            self.out.push('\n');
        }
        self.line(heading);
    }

    fn fields(&mut self) {
        if self.tables.fields.is_empty() {
            return;
        }
        self.heading("fields");
        for (n, field) in self.tables.fields.iter().enumerate() {
            self.line(&format!("  {n:>4}  {}: {}", field_name(field), slot(field.slot)));
        }
    }

    fn actions(&mut self) {
        if self.tables.actions.is_empty() {
            return;
        }
        self.heading("actions");
        for (n, action) in self.tables.actions.iter().enumerate() {
            let params = action.params.iter().map(|param| format!("{}: {}", param.name, slot(param.slot)));
            let mut line = format!("  {n:>4}  {}({})", action.name, joined(params));
            if let Some(result) = action.result {
                let _ = write!(line, " -> {}", slot(result));
            }
            for exit in &action.exits {
                let params = exit.params.iter().map(|param| format!("{}: {}", param.name, slot(param.slot)));
                let _ = write!(line, " on {}({})", exit.name, joined(params));
            }
            self.line(&line);
        }
    }

    fn messages(&mut self) {
        if self.tables.messages.is_empty() {
            return;
        }
        self.heading("messages");
        for (n, message) in self.tables.messages.iter().enumerate() {
            let line = format!("  {n:>4} {}", self.message(message));
            self.line(&line);
        }
    }

    fn message(&self, message: &Message) -> String {
        let mut line = String::new();
        line.push_str(match message.to {
            Recipients::Chat => "",
            Recipients::All => " to all",
            Recipients::Main => " to main",
        });
        match &message.via {
            Via::Chat => {}
            Via::Any => line.push_str(" via any"),
            Via::Primary => line.push_str(" via primary"),
            Via::Channels(channels) => {
                let names = channels.iter().map(|channel| self.symbol(*channel));
                let _ = write!(line, " via {}", joined(names));
            }
        }
        if let Some(file) = message.attach {
            let _ = write!(line, " attach {}", self.source(file));
        }
        if let Some(file) = message.voice {
            let _ = write!(line, " voice {}", self.source(file));
        }
        if !message.buttons.is_empty() {
            let buttons = message.buttons.iter().map(|button: &Button| match button.link {
                None => self.source(button.label),
                Some(link) => format!("{} link {}", self.source(button.label), self.source(link)),
            });
            let _ = write!(line, " buttons [{}]", joined(buttons));
        }
        if line.is_empty() { " plain".to_owned() } else { line }
    }

    fn waits(&mut self) {
        if self.tables.waits.is_empty() {
            return;
        }
        self.heading("waits");
        for (n, wait) in self.tables.waits.iter().enumerate() {
            self.wait(n, wait);
        }
    }

    fn wait(&mut self, n: usize, wait: &Wait) {
        self.line(&format!("  {n:>4}  {} in {}", wait.name, wait.step));
        for live in &wait.live {
            self.line(&format!("          keeps r{} {}: {}", live.reg, live.name, slot(live.slot)));
        }
        for exit in &wait.exits {
            let mut line = format!("          on {}", self.on(exit, n));
            if !exit.bind.is_empty() {
                let _ = write!(line, " as {}", joined(exit.bind.iter().map(|reg| format!("r{reg}"))));
            }
            let _ = write!(line, " -> {}", exit.to);
            self.line(&line);
        }
    }

    fn on(&self, exit: &Exit, wait: usize) -> String {
        match &exit.on {
            On::Option { label, synonyms } => {
                let phrases = std::iter::once(label).chain(synonyms).map(|source| self.source(*source));
                format!("option {}", phrases.collect::<Vec<_>>().join(" | "))
            }
            On::Other => "other".to_owned(),
            On::Message => "message".to_owned(),
            On::Timeout(reg) => format!("timeout r{reg}"),
            On::Failed => "failed".to_owned(),
            On::Delivered => "delivered".to_owned(),
            On::VideoOpened => "video opened".to_owned(),
            On::VideoClosed => "video closed".to_owned(),
            On::Answer(answer) => {
                let action = self.program.action_of(wait);
                let name = action.and_then(|action| {
                    let exit = action.exits.get(*answer as usize)?;
                    Some(format!("{}.{}", action.name, exit.name))
                });
                format!("answer {}", name.unwrap_or_else(|| answer.to_string()))
            }
            On::Result => "result".to_owned(),
        }
    }

    fn bots(&mut self) {
        self.heading("bots");
        for (n, bot) in self.tables.bots.iter().enumerate() {
            let params = bot.params.iter().map(|param| format!("{}: {}", param.name, slot(param.slot)));
            let mut line = format!("  {n:>4}  {}({})", bot.name, joined(params));
            if let Some(to) = bot.on_failed {
                let _ = write!(line, " on failed -> {to}");
            }
            self.line(&line);
            for trigger in &bot.triggers {
                let mut line = String::from("          trigger ");
                line.push_str(match trigger.kind {
                    TriggerKind::Message => "message",
                    TriggerKind::Comment => "comment",
                    TriggerKind::Manual => "manual",
                });
                if !trigger.via.is_empty() {
                    let names = trigger.via.iter().map(|channel| self.symbol(*channel));
                    let _ = write!(line, " via {}", joined(names));
                }
                if let Some(test) = trigger.test {
                    let _ = write!(line, " if {}", self.function_name(i64::from(test)));
                }
                self.line(&line);
            }
        }
    }

    fn function(&mut self, function: &Function) {
        let word = if function.bot { "bot" } else { "fn" };
        self.heading(&format!(
            "{word} {} (parameters {}, registers {})",
            function.name, function.params, function.registers
        ));
        let mut line_before = None;
        for pc in function.start..function.end {
            let Some(op) = self.tables.code.get(pc as usize).copied() else { continue };
            if let Some(debug) = self.program.debug() {
                let first = debug.labels.partition_point(|(at, _)| *at < pc);
                let labels = debug.labels.iter().skip(first).take_while(|(at, _)| *at == pc);
                let labels: Vec<_> = labels.map(|(_, name)| format!("{name}:")).collect();
                labels.iter().for_each(|label| self.line(label));
            }
            let mut comments = self.comments(op);
            let place = self.program.place(pc);
            let line = place.map(|place| (place.file, place.line));
            if let (Some((file, line)), Some(debug)) =
                (line.filter(|_| line != line_before), self.program.debug())
            {
                comments.push(format!("{}:{line}", debug.files.get(file as usize).map_or("?", |file| file)));
            }
            line_before = line;
            let mut text = format!("  {pc:>4}  {:<12}{}", op.name(), operands(op));
            if !comments.is_empty() {
                text = format!("{text:<44}; {}", comments.join("  "));
            }
            self.line(&text);
        }
    }

    /// What operands point at.
    fn comments(&self, op: Op) -> Vec<String> {
        let mut comments = Vec::new();
        op.operands(|operand| comments.extend(self.comment(operand)));
        comments
    }

    fn comment(&self, Operand { role, value, .. }: Operand) -> Option<String> {
        let index = usize::try_from(value).ok()?;
        match role {
            Role::Const => self.tables.consts.get(index).map(|value| self.value(value)),
            Role::Function => Some(self.function_name(value)),
            Role::Builtin => BUILTINS.get(index).map(|builtin| builtin.name.to_owned()),
            Role::Field => self.tables.fields.get(index).map(field_name),
            Role::Action => self.tables.actions.get(index).map(|action| action.name.to_string()),
            Role::Wait => self.tables.waits.get(index).map(|wait| wait.name.to_string()),
            Role::Regex => self.tables.regexes.get(index).map(|regex| format!("{regex:?}")),
            Role::Shape => {
                let shape = self.tables.shapes.get(index)?;
                Some(format!("{}{{{}}}", shape.name, shape.fields.join(", ")))
            }
            Role::Read
            | Role::Write
            | Role::Update
            | Role::Args
            | Role::Count
            | Role::Target
            | Role::Message
            | Role::Var
            | Role::Small => None,
        }
    }

    fn function_name(&self, index: i64) -> String {
        let function = usize::try_from(index).ok().and_then(|index| self.tables.functions.get(index));
        function.map_or_else(|| index.to_string(), |function| function.name.to_string())
    }

    fn symbol(&self, index: u32) -> String {
        let symbol = self.tables.symbols.get(index as usize);
        symbol.map_or_else(|| index.to_string(), |symbol| symbol.name.to_string())
    }

    fn source(&self, source: Source) -> String {
        match source {
            Source::Reg(reg) => format!("r{reg}"),
            Source::Const(index) => {
                let value = self.tables.consts.get(index as usize);
                value.map_or_else(|| index.to_string(), |value| self.value(value))
            }
        }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::None => "none".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Number(value) => format!("number {value}"),
            Value::Text(text) => format!("{text:?}"),
            Value::Date(days) => format!("date {days}"),
            Value::Time(minutes) => format!("time {:02}:{:02}", minutes / 60, minutes % 60),
            Value::DateTime(at) => format!("datetime {at}"),
            Value::Duration(seconds) => format!("{seconds}s"),
            Value::List(items) => format!("[{}]", joined(items.iter().map(|item| self.value(item)))),
            Value::Record(record) => {
                let name = self.tables.shapes.get(record.shape as usize).map_or("", |shape| &shape.name);
                format!("{name}{{{}}}", joined(record.fields.iter().map(|item| self.value(item))))
            }
            Value::Symbol(symbol) => self.symbol(*symbol),
            Value::File(path) => format!("file {path:?}"),
            Value::Json(json) => format!("json {json}"),
        }
    }
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn field_name(field: &Field) -> String {
    if field.name.is_empty() { field.entity.to_string() } else { format!("{}.{}", field.entity, field.name) }
}

fn slot(slot: Slot) -> String {
    let kind = match slot.kind {
        Kind::Bool => "bool",
        Kind::Int => "int",
        Kind::Number => "number",
        Kind::Text => "text",
        Kind::Date => "date",
        Kind::Time => "time",
        Kind::DateTime => "datetime",
        Kind::Duration => "duration",
        Kind::List => "list",
        Kind::Record => "record",
        Kind::Symbol => "symbol",
        Kind::File => "file",
        Kind::Json => "json",
    };
    format!("{kind}{}", if slot.optional { "?" } else { "" })
}

/// `r0 r1+2 12`: arguments as their first register and their number, the rest as in the table.
fn operands(op: Op) -> String {
    let mut out = String::new();
    op.operands(|Operand { role, value, .. }| {
        let gap = if out.is_empty() || role == Role::Count { "" } else { " " };
        let _ = match role {
            Role::Read | Role::Write | Role::Update | Role::Args => write!(out, "{gap}r{value}"),
            Role::Count => write!(out, "+{value}"),
            Role::Target => write!(out, "{gap}->{value}"),
            Role::Var => write!(out, "{gap}var{value}"),
            Role::Small => write!(out, "{gap}{value}"),
            Role::Const
            | Role::Function
            | Role::Builtin
            | Role::Field
            | Role::Action
            | Role::Message
            | Role::Wait
            | Role::Shape
            | Role::Regex => write!(out, "{gap}#{value}"),
        };
    });
    out
}

/// All instructions as a Markdown table, in order of their numbers.
#[must_use]
pub fn instructions_page() -> String {
    let mut page = String::from(
        "# Instructions\n\n\
         Made from the table in `vm/src/op.rs`. An instruction is stored as its number, one byte, and then each operand \
         as a signed variable-length integer. Registers belong to the frame of the running function.\n\n\
         | number | name | operands | what it does |\n|---:|---|---|---|\n",
    );
    let mut rows: Vec<_> = TABLE.iter().collect();
    rows.sort_by_key(|row| row.number);
    for row in rows {
        let operands = row.operands.iter().map(|(name, role)| match role_name(*role) {
            "" => format!("`{name}`"),
            role => format!("`{name}` {role}"),
        });
        let doc = row.doc.replace('|', "\\|");
        let _ = writeln!(page, "| {} | `{}` | {} | {doc} |", row.number, row.name, joined(operands));
    }
    page
}

fn role_name(role: Role) -> &'static str {
    match role {
        Role::Read => "read",
        Role::Write => "written",
        Role::Update => "read and written",
        Role::Args => "first of the arguments",
        Role::Count => "of them",
        Role::Target => "instruction",
        Role::Const => "constant",
        Role::Function => "function",
        Role::Builtin => "built-in function",
        Role::Field => "field",
        Role::Action => "action",
        Role::Message => "message",
        Role::Wait => "wait",
        Role::Shape => "record shape",
        Role::Regex => "regular expression",
        Role::Var => "the bot's register",
        Role::Small => "",
    }
}
