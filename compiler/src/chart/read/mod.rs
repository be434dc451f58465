//! From the typed program to a chart. [`statement`] is the one walk over statements; here are the cards they stand on,
//! and the words and places they are shown with.

mod statement;

use super::words;
use super::{At, Card, CardKind, Chart, Edge, EdgeKind, Group, GroupKind, Line, LineKind, Then, To};
use crate::flow;
use crate::flow::reach::Reached;
use crate::ir::{self, Block, Bot, BotId, Expr, ExprKind, Project, StepId};
use crate::source::{Place, Sources};
use sbot_vm::program::{Recipients, Via};
use sbot_vm::value::Value;

/// The chart of a project, or of one of its bots.
///
/// Every text in it is clean: no control characters, none that change the direction of what follows, and none longer
/// than a picture can show. Steps and flows of a library that no way leads to are left out.
#[must_use]
pub fn read(project: &Project, sources: &Sources, only: Option<&str>) -> Chart {
    let mut next = 0;
    let mut shown = Vec::new();
    for (bot, reached) in project.bots.iter().zip(flow::reach::reached(project)) {
        let drawn = only.is_none_or(|name| *bot.name == *name);
        shown.push(drawn.then(|| Numbers::new(bot, reached, &mut next)));
    }
    let mut chart = Chart::default();
    for (bot, numbers) in project.bots.iter().zip(&shown) {
        if let Some(numbers) = numbers {
            read_bot(Reading { project, sources, shown: &shown, numbers }, bot, &mut chart);
        }
    }
    chart
}

fn read_bot(reading: Reading<'_>, bot: &Bot, chart: &mut Chart) {
    let Reached { steps, flows } = &reading.numbers.reached;
    chart.groups.push(Group { kind: GroupKind::Bot, name: words::one_line(&bot.name) });
    Reader::new(reading, chart).bot(bot);
    for (n, (step, card)) in bot.steps.iter().zip(&reading.numbers.steps).enumerate() {
        if card.is_some() {
            let mut reader = Reader::new(reading, chart);
            reader.reached = steps.get(n).copied().unwrap_or(true);
            reader.start = n == bot.first.0 as usize;
            let parts = Parts::of(&step.name, step.params, &step.locals, step.doc.as_deref());
            reader.routine(CardKind::Step, parts, &step.body, step.place);
        }
    }
    for (n, (flow, card)) in bot.flows.iter().zip(&reading.numbers.flows).enumerate() {
        if card.is_some() {
            chart.groups.push(Group { kind: GroupKind::Flow, name: words::one_line(&flow.name) });
            let mut reader = Reader::new(reading, chart);
            reader.reached = flows.get(n).copied().unwrap_or(true);
            let parts = Parts::of(&flow.name, flow.params, &flow.locals, flow.doc.as_deref());
            reader.routine(CardKind::Flow, parts, &flow.body, flow.place);
        }
    }
}

/// The cards of a bot.
struct Numbers {
    bot: usize,
    /// For each step its card, if it has one.
    steps: Vec<Option<usize>>,
    /// For each flow.
    flows: Vec<Option<usize>>,
    reached: Reached,
}

impl Numbers {
    fn new(bot: &Bot, reached: Reached, next: &mut usize) -> Self {
        let mut number = |shown: bool| {
            let card = shown.then_some(*next);
            *next += usize::from(shown);
            card
        };
        let first = number(true).unwrap_or(0);
        let steps =
            bot.steps.iter().zip(&reached.steps).map(|(step, reached)| number(*reached || !step.library));
        let steps = steps.collect();
        let flows =
            bot.flows.iter().zip(&reached.flows).map(|(flow, reached)| number(*reached || !flow.library));
        let flows = flows.collect();
        Self { bot: first, steps, flows, reached }
    }
}

/// What every card is read with.
#[derive(Clone, Copy)]
struct Reading<'a> {
    project: &'a Project,
    sources: &'a Sources,
    /// For each bot of the project its cards, if it is shown.
    shown: &'a [Option<Numbers>],
    /// Those of the bot being read.
    numbers: &'a Numbers,
}

/// What stands on the head of a card, and the locals of its statements.
struct Parts<'a> {
    name: &'a str,
    params: Vec<&'a str>,
    doc: Option<&'a str>,
    locals: &'a [ir::Local],
}

impl<'a> Parts<'a> {
    fn of(name: &'a str, params: usize, locals: &'a [ir::Local], doc: Option<&'a str>) -> Self {
        Self { name, params: locals.iter().take(params).map(|local| &*local.name).collect(), doc, locals }
    }
}

/// Reads one card.
struct Reader<'a, 'c> {
    reading: Reading<'a>,
    chart: &'c mut Chart,
    kind: CardKind,
    lines: Vec<Line>,
    locals: &'a [ir::Local],
    /// Whether the bot starts here.
    start: bool,
    /// Whether a way leads to what is being read.
    reached: bool,
    depth: usize,
    /// The innermost exit or condition around what is being read: what takes the edges that leave from here.
    cause: (EdgeKind, String),
    /// The value that the `if` that comes next has been taken apart into.
    found: Option<&'a Expr>,
}

impl<'a, 'c> Reader<'a, 'c> {
    fn new(reading: Reading<'a>, chart: &'c mut Chart) -> Self {
        Self {
            reading,
            chart,
            kind: CardKind::Bot,
            lines: Vec::new(),
            locals: &[],
            start: false,
            reached: true,
            depth: 0,
            cause: (EdgeKind::Next, String::new()),
            found: None,
        }
    }

    fn bot(mut self, bot: &'a Bot) {
        for trigger in &bot.triggers {
            let written = self.slice(trigger.place);
            let text = written.strip_prefix("trigger ").unwrap_or(&written).to_owned();
            self.line(LineKind::Trigger, text, trigger.place);
        }
        self.line(LineKind::Goto, "begins here".to_owned(), bot.place);
        self.goes_to(bot.first, EdgeKind::Start, String::new());
        if let Some(step) = bot.on_failed {
            self.line(LineKind::Failed, "if anything fails".to_owned(), bot.place);
            self.goes_to(step, EdgeKind::Failed, "if anything fails".to_owned());
        }
        let params = bot.vars.iter().take(bot.params).map(|var| &*var.name).collect();
        self.done(&Parts { name: &bot.name, params, doc: bot.doc.as_deref(), locals: &[] }, bot.place);
    }

    /// A step or a flow.
    fn routine(mut self, kind: CardKind, parts: Parts<'a>, body: &'a Block, place: Place) {
        self.kind = kind;
        self.locals = parts.locals;
        self.body(body, place);
        self.done(&parts, place);
    }

    fn done(self, parts: &Parts<'_>, place: Place) {
        let source = self.reading.sources.get(place.file);
        self.chart.cards.push(Card {
            group: self.chart.groups.len().saturating_sub(1),
            kind: self.kind,
            name: words::one_line(parts.name),
            params: words::one_line(&parts.params.join(", ")),
            doc: words::text(parts.doc.unwrap_or("").trim()),
            lines: self.lines,
            start: self.start,
            reached: self.reached,
            at: At { file: words::one_line(&source.path), line: source.line(place.span.start) },
        });
    }

    fn line(&mut self, kind: LineKind, text: String, place: Place) {
        let line = self.reading.sources.get(place.file).line(place.span.start);
        let (depth, reached) = (self.depth, self.reached);
        let (note, under, then) = (String::new(), self.cause.1.clone(), Then::Below);
        self.lines.push(Line { kind, depth, text, note, under, then, reached, line });
    }

    /// A statement as it is written.
    fn source_line(&mut self, kind: LineKind, place: Place) {
        let text = self.slice(place);
        self.line(kind, text, place);
    }

    fn ends(&mut self, text: &str, place: Place) {
        self.line(LineKind::End, text.to_owned(), place);
        self.then(Then::End);
    }

    fn note(&mut self, note: String) {
        if let Some(line) = self.lines.last_mut() {
            line.note = note;
        }
    }

    fn then(&mut self, then: Then) {
        if let Some(line) = self.lines.last_mut() {
            line.then = then;
        }
    }

    /// Lets the last line lead to a step.
    fn goes_to(&mut self, step: StepId, kind: EdgeKind, label: String) {
        if let Some(card) = self.reading.numbers.steps.get(step.0 as usize).copied().flatten() {
            self.leads(To::Card(card), kind, label);
        }
    }

    /// Lets the last line lead to a bot, which may stand in another picture.
    fn goes_to_bot(&mut self, bot: BotId, kind: EdgeKind, label: String) {
        let shown = self.reading.shown.get(bot.0 as usize).and_then(Option::as_ref);
        let Some(known) = self.reading.project.bots.get(bot.0 as usize) else { return };
        let to = shown.map_or_else(|| To::Bot(words::one_line(&known.name)), |numbers| To::Card(numbers.bot));
        self.leads(to, kind, label);
    }

    fn leads(&mut self, to: To, kind: EdgeKind, label: String) {
        let (from, line) = (self.chart.cards.len(), self.lines.len().saturating_sub(1));
        self.then(Then::Edge(self.chart.edges.len()));
        self.chart.edges.push(Edge { from, line, to, kind, label, reached: self.reached });
    }

    /// Who receives a message on which channels, and the template it is made from, where it says so.
    fn route(&self, message: &ir::Message) -> String {
        let symbol =
            |number: &u32| self.reading.project.symbols.get(*number as usize).map(|symbol| &*symbol.name);
        let to = match &message.to {
            Recipients::Chat => "",
            Recipients::All => "to all",
            Recipients::Main => "to main",
        };
        let via = match &message.via {
            Via::Chat => String::new(),
            Via::Any => "via any".to_owned(),
            Via::Primary => "via primary".to_owned(),
            Via::Channels(channels) => {
                format!("via {}", channels.iter().filter_map(symbol).collect::<Vec<_>>().join(", "))
            }
        };
        let template = message.template.as_ref().and_then(|template| symbol(&template.symbol));
        let template = template.map_or_else(String::new, |name| format!("template {name}"));
        words::one_line(&joined([&template, to, &via]))
    }

    /// A text as the client reads it, with what is computed as it is written: `Hi {contact.name}!`.
    fn said(&self, expr: &Expr) -> String {
        let mut said = String::new();
        let parts = if let ExprKind::Concat(parts) = &expr.kind { parts } else { std::slice::from_ref(expr) };
        for part in parts {
            // What a template is given stands in the place of its parameter.
            let part =
                if let ExprKind::Concat(given) = &part.kind { given.first().unwrap_or(part) } else { part };
            if let ExprKind::Const(Value::Text(text)) = &part.kind {
                said.push_str(text);
            } else {
                said.push('{');
                said.push_str(&self.slice(part.place));
                said.push('}');
            }
        }
        words::text(&said)
    }

    fn slice(&self, place: Place) -> String {
        words::one_line(self.reading.sources.get(place.file).slice(place.span))
    }

    fn local(&self, local: ir::LocalId) -> &'a str {
        self.locals.get(local.0 as usize).map_or("", |local| &*local.name)
    }
}

/// What there is of several parts.
fn joined<const N: usize>(parts: [&str; N]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ")
}
