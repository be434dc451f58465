//! A chart as DOT text, for Graphviz and everything that reads its files.

use super::{Card, CardKind, Chart, EdgeKind, GroupKind, LineKind, Then, To};
use std::fmt::Write;

/// The text of a DOT file.
#[must_use]
pub fn dot(chart: &Chart) -> String {
    let mut out = String::new();
    // Writing to a text cannot fail.
    let _ = write(chart, &mut out);
    out
}

fn write(chart: &Chart, out: &mut String) -> std::fmt::Result {
    writeln!(out, "digraph \"{}\" {{", escaped(&chart.title()))?;
    writeln!(out, "  rankdir=LR")?;
    writeln!(out, "  node [shape=box, style=\"rounded,filled\", fillcolor=white, fontname=\"Helvetica\"]")?;
    writeln!(out, "  edge [fontname=\"Helvetica\", fontsize=10]")?;
    for (n, group) in chart.groups.iter().enumerate() {
        writeln!(out, "  subgraph cluster_{n} {{")?;
        writeln!(out, "    label=\"{} {}\"", group.kind.word(), escaped(&group.name))?;
        for (m, card) in chart.cards.iter().enumerate().filter(|(_, card)| card.group == n) {
            writeln!(out, "    c{m} [label=\"{}\"{}]", label(card), style(card))?;
        }
        let ends = |card: &Card| card.group == n && card.lines.iter().any(|line| line.then == Then::End);
        if chart.cards.iter().any(ends) {
            let word = match group.kind {
                GroupKind::Bot => "end",
                GroupKind::Flow => "back",
            };
            writeln!(out, "    e{n} [label=\"{word}\", shape=doublecircle]")?;
        }
        writeln!(out, "  }}")?;
    }
    let bots = chart.other_bots();
    for (n, bot) in bots.iter().enumerate() {
        writeln!(out, "  b{n} [label=\"bot {}\", shape=hexagon]", escaped(bot))?;
    }
    for (m, card) in chart.cards.iter().enumerate() {
        for line in &card.lines {
            match line.then {
                Then::Below | Then::GoesOn => {}
                Then::End => {
                    let cause = if line.kind == LineKind::End { &line.under } else { &line.text };
                    writeln!(
                        out,
                        "  c{m} -> e{} [label=\"{}\"{}]",
                        card.group,
                        escaped(cause),
                        grey(line.reached)
                    )?;
                }
                Then::Edge(_) => {
                    let Some(edge) = chart.edge(line) else { continue };
                    let to = match &edge.to {
                        To::Card(to) => format!("c{to}"),
                        To::Bot(bot) => format!("b{}", bots.iter().position(|b| b == bot).unwrap_or(0)),
                    };
                    let (label, style, grey) = (escaped(&edge.label), arrow(edge.kind), grey(edge.reached));
                    writeln!(out, "  c{m} -> {to} [label=\"{label}\"{style}{grey}]")?;
                }
            }
        }
    }
    writeln!(out, "}}")
}

fn arrow(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Start => ", penwidth=2",
        EdgeKind::Next
        | EdgeKind::Button
        | EdgeKind::Answer
        | EdgeKind::Valid
        | EdgeKind::Invalid
        | EdgeKind::Condition
        | EdgeKind::Turn => "",
        EdgeKind::Timeout | EdgeKind::Failed => ", style=dashed",
        EdgeKind::Call | EdgeKind::Run => ", dir=both",
        EdgeKind::HandOver => ", arrowhead=open",
    }
}

fn grey(reached: bool) -> &'static str {
    if reached { "" } else { ", color=gray, fontcolor=gray" }
}

fn style(card: &Card) -> &'static str {
    match (card.kind, card.reached) {
        (_, false) => ", fillcolor=gray90, fontcolor=gray40, style=\"rounded,filled,dashed\"",
        (CardKind::Bot, true) => ", fillcolor=lightcyan, penwidth=2",
        (CardKind::Flow, true) => ", peripheries=2",
        (CardKind::Step, true) if card.start => ", penwidth=2",
        (CardKind::Step, true) if card.waits() => ", fillcolor=lightyellow",
        (CardKind::Step, true) => "",
    }
}

/// The name, the doc comment, and what the client reads, each on lines of its own.
fn label(card: &Card) -> String {
    let mut label = format!("{}\\n", escaped(&card.title()));
    let mut add = |mark: &str, text: &str| {
        for line in text.lines() {
            let _ = write!(label, "{mark}{}\\l", escaped(line));
        }
    };
    add("", &card.doc);
    for line in card.lines.iter().filter(|line| !card.skips(line)) {
        match line.kind {
            LineKind::Message => add("> ", &line.text),
            LineKind::File => add("+ ", &line.text),
            LineKind::Link => add("@ ", &line.text),
            LineKind::Button if line.then == Then::GoesOn => add("* ", &line.text),
            LineKind::Menu | LineKind::Section => add("= ", &line.text),
            LineKind::Wait | LineKind::Action | LineKind::Trigger => add("", &line.text),
            LineKind::Button
            | LineKind::Answer
            | LineKind::Timeout
            | LineKind::Failed
            | LineKind::Valid
            | LineKind::Invalid
            | LineKind::Condition
            | LineKind::Turn
            | LineKind::Set
            | LineKind::Call
            | LineKind::Goto
            | LineKind::End => {}
        }
    }
    label
}

/// A text inside of quotes. Graphviz reads escapes with `\` and entities with `&` there.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '&' => out.push_str("&amp;"),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn texts_stay_texts() {
        assert_eq!(escaped(r#"a "b" \N &lt;"#), r#"a \"b\" \\N &amp;lt;"#);
        assert_eq!(escaped("one\ntwo"), "one\\ntwo");
    }
}
