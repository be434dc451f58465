//! Programs as text, for people and for snapshots: the same program always gives the same text.

use crate::builtin::numbered;
use crate::calendar;
use crate::layout::is_hidden;
use crate::loaded::Program;
use crate::op::{Op, Operand, Role};
use crate::program::{
    Button, Callee, Delivery, Exit, Field, Function, FunctionKind, List, Live, Message, Often, On,
    Recipients, Source, Tables, TriggerKind, Via, Wait,
};
use crate::value::Value;
use std::fmt::Write;

/// The listing of a program: the tables that instructions point into, then every function.
#[must_use]
pub fn disassemble(program: &Program) -> String {
    let mut listing = Listing { program, tables: program.tables(), out: String::new() };
    listing.fields();
    listing.actions();
    listing.messages();
    listing.waits();
    listing.calls();
    listing.counters();
    listing.hours();
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
            self.line(&format!("  {n:>4}  {}: {}", field_name(field), field.slot));
        }
    }

    fn actions(&mut self) {
        if self.tables.actions.is_empty() {
            return;
        }
        self.heading("actions");
        for (n, action) in self.tables.actions.iter().enumerate() {
            let params = action.params.iter().map(|param| format!("{}: {}", param.name, param.slot));
            let delivery = match action.delivery {
                Delivery::Keyed => "@keyed",
                Delivery::Idempotent => "@idempotent",
                Delivery::AtMostOnce => "@at_most_once",
            };
            let mut line = format!("  {n:>4}  {delivery} {}({})", action.name, joined(params));
            if let Some(result) = action.result {
                let _ = write!(line, " -> {}", result);
            }
            for exit in &action.exits {
                let params = exit.params.iter().map(|param| format!("{}: {}", param.name, param.slot));
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
        if let Some(list) = &message.list {
            line.push_str(&self.list(list));
        }
        if let Some(template) = message.template {
            let name = self.symbol(template.symbol);
            let _ = write!(line, " template {name} r{}+{}", template.args, template.count);
        }
        if let Some(from) = message.from {
            let _ = write!(line, " buttons from r{from}");
        }
        if line.is_empty() { " plain".to_owned() } else { line }
    }

    fn list(&self, list: &List) -> String {
        let mut line = format!(" list {}", self.source(list.button));
        for (word, source) in [("title", list.title), ("footer", list.footer)] {
            if let Some(source) = source {
                let _ = write!(line, " {word} {}", self.source(source));
            }
        }
        for section in &list.sections {
            let options = section.options.iter().map(|row| match row.about {
                None => self.source(row.title),
                Some(about) => format!("{} about {}", self.source(row.title), self.source(about)),
            });
            let _ = write!(line, " section {} [{}]", self.source(section.title), joined(options));
        }
        line
    }

    fn waits(&mut self) {
        // Those that stand in no source come last.
        let written: Vec<&Wait> =
            self.tables.waits.iter().take_while(|wait| !is_hidden(&wait.name)).collect();
        if written.is_empty() {
            return;
        }
        self.heading("waits");
        for (n, wait) in written.into_iter().enumerate() {
            self.wait(n, wait);
        }
    }

    fn wait(&mut self, n: usize, wait: &Wait) {
        self.line(&format!("  {n:>4}  {} in {}", wait.name, wait.step));
        self.live(&wait.live);
        for exit in &wait.exits {
            let mut line = format!("          on {}", self.on(exit, n));
            if !exit.bind.is_empty() {
                let _ = write!(line, " as {}", joined(exit.bind.iter().map(|reg| format!("r{reg}"))));
            }
            let _ = write!(line, " -> {}", exit.to);
            self.line(&line);
        }
    }

    fn live(&mut self, live: &[Live]) {
        for live in live {
            self.line(&format!("          keeps r{} {}: {}", live.reg, live.name, live.slot));
        }
    }

    fn calls(&mut self) {
        if self.tables.calls.is_empty() {
            return;
        }
        self.heading("calls");
        for (n, call) in self.tables.calls.iter().enumerate() {
            let callee = match call.callee {
                Callee::Flow(flow) => format!("flow {}", self.function_name(i64::from(flow))),
                Callee::Bot(bot) => format!("bot {}", self.bot_name(bot)),
            };
            self.line(&format!("  {n:>4}  {} in {}: {callee}", call.name, call.step));
            self.live(&call.live);
        }
    }

    fn counters(&mut self) {
        if self.tables.counters.is_empty() {
            return;
        }
        self.heading("counters");
        for (n, counter) in self.tables.counters.iter().enumerate() {
            self.line(&format!(
                "  {n:>4}  {}.{}.{} of {} options, hash {:016x}",
                counter.bot, counter.step, counter.name, counter.options, counter.hash
            ));
        }
    }

    fn hours(&mut self) {
        if self.tables.hours.is_empty() {
            return;
        }
        self.heading("hours");
        for (n, hours) in self.tables.hours.iter().enumerate() {
            self.line(&format!("  {n:>4}  {}", self.symbol(hours.symbol)));
            for row in &hours.rows {
                self.line(&format!("          {} {}..{}", days_of(row.days), clock(row.from), clock(row.to)));
            }
            for day in &hours.except {
                let mut line = String::from("          except ");
                // Writing to a `String` cannot fail.
                let _ = calendar::write_date(&mut line, i64::from(*day));
                self.line(&line);
            }
        }
    }

    fn hours_name(&self, index: u32) -> String {
        let hours = self.tables.hours.get(index as usize);
        hours.map_or_else(|| index.to_string(), |hours| self.symbol(hours.symbol))
    }

    fn bot_name(&self, index: u32) -> String {
        let bot = self.tables.bots.get(index as usize);
        bot.map_or_else(|| index.to_string(), |bot| bot.name.to_string())
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
            On::Chosen(reg) => format!("chosen r{reg}"),
            On::Hours(hours) => format!("hours {}", self.hours_name(*hours)),
            On::Drawn(option) => format!("drawn {option}"),
        }
    }

    fn bots(&mut self) {
        self.heading("bots");
        for (n, bot) in self.tables.bots.iter().enumerate() {
            let params = bot.params.iter().map(|param| format!("{}: {}", param.name, param.slot));
            let mut line = format!("  {n:>4}  {}({})", bot.name, joined(params));
            if let Some(to) = bot.on_failed {
                let _ = write!(line, " on failed -> {to}");
            }
            self.line(&line);
            for trigger in &bot.triggers {
                let mut line = String::from("          trigger ");
                line.push_str(&trigger_name(self.tables, &trigger.kind));
                if !trigger.via.is_empty() {
                    let names = trigger.via.iter().map(|channel| self.symbol(*channel));
                    let _ = write!(line, " via {}", joined(names));
                }
                if let Some(hours) = trigger.during {
                    let _ = write!(line, " during {}", self.hours_name(hours));
                }
                match trigger.often {
                    Often::Always => {}
                    Often::Once => line.push_str(" once"),
                    Often::Cooldown(seconds) => {
                        let _ = write!(line, " cooldown {}", calendar::format_duration(seconds));
                    }
                }
                if let Some(test) = trigger.test {
                    let _ = write!(line, " if {}", self.function_name(i64::from(test)));
                }
                self.line(&line);
            }
        }
    }

    fn function(&mut self, function: &Function) {
        let word = match function.kind {
            FunctionKind::Fn => "fn".to_owned(),
            FunctionKind::Bot => "bot".to_owned(),
            FunctionKind::Flow { bot } => format!("flow of {}:", self.function_name(i64::from(bot))),
        };
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
            Role::Builtin => u16::try_from(value).ok().and_then(numbered).map(|row| row.name.to_owned()),
            Role::Field => self.tables.fields.get(index).map(field_name),
            Role::Action => self.tables.actions.get(index).map(|action| action.name.to_string()),
            Role::Wait => self.tables.waits.get(index).map(|wait| wait.name.to_string()),
            Role::Call => self.tables.calls.get(index).map(|call| call.name.to_string()),
            Role::Bot => u32::try_from(value).ok().map(|bot| self.bot_name(bot)),
            Role::Counter => self.tables.counters.get(index).map(|counter| counter.name.to_string()),
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
            | Role::BotTarget
            | Role::BotReg
            | Role::Small => None,
        }
    }

    fn function_name(&self, index: i64) -> String {
        let function = usize::try_from(index).ok().and_then(|index| self.tables.functions.get(index));
        function.map_or_else(|| index.to_string(), |function| function.name.to_string())
    }

    fn symbol(&self, index: u32) -> String {
        symbol_name(self.tables, index)
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
            Value::Time(minutes) => format!("time {}", clock(*minutes)),
            Value::DateTime(at) => format!("datetime {at}"),
            Value::Duration(seconds) => format!("{seconds}s"),
            Value::List(items) => format!("[{}]", joined(items.iter().map(|item| self.value(item)))),
            Value::Record(record) => {
                let name = self.tables.shapes.get(record.shape as usize).map_or("", |shape| &shape.name);
                format!("{name}{{{}}}", joined(record.fields.iter().map(|item| self.value(item))))
            }
            Value::Symbol(symbol) => self.symbol(*symbol),
            Value::Undeclared(one) => format!("undeclared {:?}", one.id),
            Value::File(path) => format!("file {path:?}"),
            Value::Json(json) => format!("json {json}"),
        }
    }
}

fn symbol_name(tables: &Tables, index: u32) -> String {
    let symbol = tables.symbols.get(index as usize);
    symbol.map_or_else(|| index.to_string(), |symbol| symbol.name.to_string())
}

/// What follows `trigger` in the source: `message`, `2h before lead.delivery`.
#[must_use]
pub fn trigger_name(tables: &Tables, kind: &TriggerKind) -> String {
    let span = |seconds: &i64| calendar::format_duration(*seconds);
    let symbol = |index: &u32| symbol_name(tables, *index);
    match kind {
        TriggerKind::Message => "message".to_owned(),
        TriggerKind::Comment => "comment".to_owned(),
        TriggerKind::Manual => "manual".to_owned(),
        TriggerKind::Stage(stage) => format!("stage {}", symbol(stage)),
        TriggerKind::LeadCreated => "lead created".to_owned(),
        TriggerKind::TagAdded(tag) => format!("tag {tag:?} added"),
        TriggerKind::TagRemoved(tag) => format!("tag {tag:?} removed"),
        TriggerKind::ResponsibleChanged => "responsible changed".to_owned(),
        TriggerKind::FieldChanged(field) => format!("field {} changed", symbol(field)),
        TriggerKind::FormSent(form) => format!("form {} sent", symbol(form)),
        TriggerKind::Every { days, at } => format!("every {} at {}", days_of(*days), clock(*at)),
        TriggerKind::Before { by, field } => format!("{} before {}", span(by), symbol(field)),
        TriggerKind::After { by, field } => format!("{} after {}", span(by), symbol(field)),
        TriggerKind::Silence(by) => format!("silence {}", span(by)),
        TriggerKind::ConversationClosed => "conversation closed".to_owned(),
    }
}

/// `mon, tue`: bit 0 is Monday.
fn days_of(days: u8) -> String {
    let names = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
    joined(
        names.iter().enumerate().filter(|(bit, _)| days >> bit & 1 == 1).map(|(_, name)| (*name).to_owned()),
    )
}

fn clock(minutes: u16) -> String {
    format!("{:02}:{:02}", minutes / 60, minutes % 60)
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

fn field_name(field: &Field) -> String {
    if field.name.is_empty() { field.entity.to_string() } else { format!("{}.{}", field.entity, field.name) }
}

/// `r0 r1+2 12`: arguments as their first register and their number, the rest as in the table.
fn operands(op: Op) -> String {
    let mut out = String::new();
    op.operands(|Operand { role, value, .. }| {
        let gap = if out.is_empty() || role == Role::Count { "" } else { " " };
        let _ = match role {
            Role::Read | Role::Write | Role::Update | Role::Args => write!(out, "{gap}r{value}"),
            Role::Count => write!(out, "+{value}"),
            Role::Target | Role::BotTarget => write!(out, "{gap}->{value}"),
            Role::Var | Role::BotReg => write!(out, "{gap}var{value}"),
            Role::Small => write!(out, "{gap}{value}"),
            Role::Const
            | Role::Function
            | Role::Builtin
            | Role::Field
            | Role::Action
            | Role::Message
            | Role::Wait
            | Role::Shape
            | Role::Call
            | Role::Bot
            | Role::Counter
            | Role::Regex => write!(out, "{gap}#{value}"),
        };
    });
    out
}
