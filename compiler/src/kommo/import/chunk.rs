//! A source as its items, each with what people have written around it.

use sbot_grammar::ast::{Item, ItemKind, Name};
use sbot_grammar::{Comment, Parsed, parse};

/// An item with what stands around it. One after the other, they are the file.
#[derive(Clone)]
pub(super) struct Chunk {
    pub(super) kind: &'static str,
    pub(super) name: String,
    /// Comments and empty lines before it.
    pub(super) before: String,
    /// The attributes of a step.
    pub(super) attrs: String,
    /// The item.
    pub(super) text: String,
    /// Comments behind it that belong to it: on its last line, or indented as its body is.
    pub(super) after: String,
}

impl Chunk {
    /// All of it.
    pub(super) fn put(&self, out: &mut String) {
        [&self.before, &self.attrs, &self.text, &self.after].into_iter().for_each(|part| out.push_str(part));
    }

    /// Its comments, where the item itself goes: nobody who wrote them has asked for that. They are about no other item.
    pub(super) fn put_comments(&self, out: &mut String) {
        let whole = format!("{}{}{}{}", self.before, self.attrs, self.text, self.after);
        let mut from = 0;
        for comment in &parse(&whole).comments {
            let span = comment.span.range();
            // What stands before it keeps the empty lines between.
            let between = whole.get(from..span.start.min(self.before.len())).unwrap_or("\n");
            out.push_str(if between.is_empty() { "\n" } else { between });
            let text = whole.get(span.clone()).unwrap_or_default();
            out.push_str(if comment.doc { text.get(1..).unwrap_or_default() } else { text });
            from = span.end;
        }
        if from > 0 {
            out.push_str("\n\n");
        }
    }
}

/// A file as its items; what stands behind the last one comes apart. None if it cannot be read.
pub(super) fn chunks(source: &str) -> Option<(Vec<Chunk>, String)> {
    let parsed: Parsed = parse(source);
    if !parsed.errors.is_empty() {
        return None;
    }
    let mut all = Vec::new();
    let mut from = 0;
    let starts = parsed.file.items.iter().skip(1).map(|item| item.span.range().start).chain([source.len()]);
    for (item, next) in parsed.file.items.iter().zip(starts) {
        let span = item.span.range();
        let begin = span.start + begin(item, source.get(span.clone())?);
        let text = source.get(begin..span.end)?.to_owned();
        let (kind, name) = key(item, &text);
        let end = end(item, source, &parsed.comments, next);
        all.push(Chunk {
            kind,
            name,
            before: source.get(from..span.start)?.to_owned(),
            attrs: source.get(span.start..begin)?.to_owned(),
            text,
            after: source.get(span.end..end)?.to_owned(),
        });
        from = end;
    }
    Some((all, source.get(from..)?.to_owned()))
}

/// How many bytes stand before the word `step`.
fn begin(item: &Item, text: &str) -> usize {
    let ItemKind::Step(step) = &item.kind else { return 0 };
    let name = step.name.span.range().start.saturating_sub(item.span.range().start);
    let before = text.get(..name).filter(|_| !item.attrs.is_empty());
    before.and_then(|before| before.rfind("step")).unwrap_or(0)
}

/// Where the comments end that belong to an item. The formatter goes by the same rule: a step has no closing brace, so
/// only the indentation tells the end of its body from the lines above the next item.
fn end(item: &Item, source: &str, comments: &[Comment], next: usize) -> usize {
    let column = |at: usize| {
        let line = source.get(..at).and_then(|before| before.rsplit('\n').next()).unwrap_or_default();
        (line.chars().count(), line.trim().is_empty())
    };
    let span = item.span.range();
    let (outside, _) = column(span.start);
    let mut end = span.end;
    for comment in comments {
        let at = comment.span.range();
        if at.start < span.end {
            continue;
        }
        let (inside, alone) = column(at.start);
        let of_body = matches!(item.kind, ItemKind::Step(_)) && inside > outside;
        if at.start >= next || comment.doc || (alone && !of_body) {
            break;
        }
        end = at.end;
    }
    end
}

/// What tells an item from others: its kind and its name, or its text where an import makes none of the kind.
fn key(item: &Item, text: &str) -> (&'static str, String) {
    let named = |kind: &'static str, name: &Name| (kind, name.text.to_string());
    match &item.kind {
        ItemKind::Bot(bot) => named("bot", &bot.name),
        ItemKind::Step(step) => named("step", &step.name),
        ItemKind::Var(var) => named("var", &var.name),
        ItemKind::Entity { name, .. } => named("entity", name),
        ItemKind::Pipeline { name, .. } => named("pipeline", name),
        ItemKind::User { name, .. } => named("user", name),
        ItemKind::Team { name, .. } => named("team", name),
        ItemKind::Channel { name, .. } => named("channel", name),
        ItemKind::Template { name, .. } => named("template", name),
        ItemKind::Widget { name, .. } => named("widget", name),
        ItemKind::Account(_) => ("account", String::new()),
        ItemKind::Use(_) => ("use", text.to_owned()),
        ItemKind::Trigger(_)
        | ItemKind::Flow(_)
        | ItemKind::Fn(_)
        | ItemKind::Type { .. }
        | ItemKind::EmailTemplate { .. }
        | ItemKind::Form { .. }
        | ItemKind::Hours { .. }
        | ItemKind::Action(_)
        | ItemKind::Test { .. }
        | ItemKind::Upgrade(_)
        | ItemKind::Error => ("other", text.to_owned()),
    }
}
