//! Tests for what no test reaches yet, from the conversations that the walk has found.

use super::Walk;
use super::setting::Setting;
use crate::coverage::{Hits, written};
use crate::lower::{Mark, MarkKind};
use crate::sim::transcript::{Line, LineKind};
use crate::sim::{World, show};
use std::fmt::Write;

/// Tests that were written.
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// `test` items, each ended by a line break and with an empty line before.
    pub text: String,
    /// How many there are.
    pub count: usize,
    /// Exits that a conversation reaches, but no test can: a counter has to stand elsewhere first, or another bot has
    /// to run this one.
    pub left_out: Vec<String>,
}

/// Writes a test for each exit, button, step and flow that `hits` does not have and the walk does. `titles` are taken.
#[must_use]
pub fn write_tests(walk: &Walk<'_>, hits: &Hits, titles: &[String]) -> Written {
    let mut hits = hits.clone();
    let mut titles = titles.to_vec();
    let mut out = Written::default();
    for (number, mark) in walk.input.marks.iter().enumerate() {
        // A step is reached with the exits that lead to it; those come first in what people look for.
        if !walk.is_counted(mark) || !matches!(mark.kind, MarkKind::Exit | MarkKind::Button) {
            continue;
        }
        one(walk, number, mark, &mut hits, &mut titles, &mut out);
    }
    for (number, mark) in walk.input.marks.iter().enumerate() {
        if walk.is_counted(mark) {
            one(walk, number, mark, &mut hits, &mut titles, &mut out);
        }
    }
    out
}

fn one(
    walk: &Walk<'_>,
    number: usize,
    mark: &Mark,
    hits: &mut Hits,
    titles: &mut Vec<String>,
    out: &mut Written,
) {
    let Some(node) = walk.reached.get(number).copied().flatten().filter(|_| hits.of(number) == 0) else {
        return;
    };
    if !walk.setting(node).is_some_and(Setting::is_testable) {
        out.left_out.push(walk.named(mark));
        return;
    }
    let Some(world) = walk.replayed(node) else { return };
    hits.add(world.marks());
    let title = title(walk, mark, titles);
    // Writing into a text cannot fail.
    let _ = test(walk, node, &title, &mut out.text);
    titles.push(title);
    out.count += 1;
}

/// A title that no other test has: `greet: on timeout 2h`.
fn title(walk: &Walk<'_>, mark: &Mark, titles: &[String]) -> String {
    let what = match mark.kind {
        MarkKind::Step | MarkKind::Flow => mark.step.to_string(),
        MarkKind::Exit | MarkKind::Button | MarkKind::Statement => {
            let text = written(mark, walk.input.sources).replace(['"', '\\', '{', '}'], "");
            format!("{}: {text}", mark.step)
        }
    };
    let free = |title: &String| !titles.contains(title);
    let numbered = (2..).map(|n| format!("{what} ({n})"));
    std::iter::once(what.clone()).chain(numbered).find(free).unwrap_or(what)
}

fn test(walk: &Walk<'_>, node: usize, title: &str, out: &mut String) -> std::fmt::Result {
    let program = walk.input.program;
    writeln!(out, "\ntest \"{title}\" {{")?;
    let Some(setting) = walk.setting(node) else { return Ok(()) };
    for line in setting.written(program, walk.input.bot) {
        writeln!(out, "  {line}")?;
    }
    let mut world = setting.world(program, walk.input.bot);
    for step in walk.way(node).into_iter().filter_map(|node| node.step.as_ref()) {
        let before = world.transcript().len();
        step.perform(&mut world);
        if let Some(line) = step.written(program) {
            writeln!(out, "  {line}")?;
        }
        for line in world.transcript().get(before..).unwrap_or_default() {
            said(line, out)?;
        }
    }
    writeln!(out, "  {}\n}}", ending(&world))
}

/// What the bot said, as a test expects it.
fn said(line: &Line, out: &mut String) -> std::fmt::Result {
    let LineKind::Bot(message) = &line.kind else { return Ok(()) };
    let text = match message.text.is_empty() {
        true => "\"*\"".to_owned(),
        false => show::quoted(&message.text).replace('*', "\\*"),
    };
    writeln!(out, "  bot next {text}")
}

/// How the conversation stands at its end.
fn ending(world: &World) -> String {
    match world.wait() {
        Some(wait) => format!("expect step {}", wait.step),
        None => "expect ended".to_owned(),
    }
}
