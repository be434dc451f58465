//! A chart as a Mermaid flowchart, for pages that draw those themselves.

use super::{Card, CardKind, Chart, EdgeKind, GroupKind, LineKind, Then, To};
use std::fmt::Write;

/// The text of a Mermaid flowchart.
#[must_use]
pub fn mermaid(chart: &Chart) -> String {
    let mut out = String::from("flowchart LR\n");
    // Writing to a text cannot fail.
    let _ = write(chart, &mut out);
    out
}

fn write(chart: &Chart, out: &mut String) -> std::fmt::Result {
    for (n, group) in chart.groups.iter().enumerate() {
        writeln!(out, "  subgraph g{n}[\"{} {}\"]", group.kind.word(), escaped(&group.name))?;
        for (m, card) in chart.cards.iter().enumerate().filter(|(_, card)| card.group == n) {
            let (open, close) = match card.kind {
                CardKind::Bot => ("([", "])"),
                CardKind::Step => ("[", "]"),
                CardKind::Flow => ("[[", "]]"),
            };
            writeln!(out, "    c{m}{open}\"{}\"{close}", label(card))?;
        }
        let ends = |card: &Card| card.group == n && card.lines.iter().any(|line| line.then == Then::End);
        if chart.cards.iter().any(ends) {
            let word = match group.kind {
                GroupKind::Bot => "end",
                GroupKind::Flow => "back",
            };
            writeln!(out, "    e{n}(((\"{word}\")))")?;
        }
        writeln!(out, "  end")?;
    }
    let bots = chart.other_bots();
    for (n, bot) in bots.iter().enumerate() {
        writeln!(out, "  b{n}{{{{\"bot {}\"}}}}", escaped(bot))?;
    }
    for (m, card) in chart.cards.iter().enumerate() {
        for line in &card.lines {
            match line.then {
                Then::Below | Then::GoesOn => {}
                Then::End => {
                    let cause = if line.kind == LineKind::End { &line.under } else { &line.text };
                    writeln!(out, "  c{m} -->{} e{}", on_arrow(cause), card.group)?;
                }
                Then::Edge(_) => {
                    let Some(edge) = chart.edge(line) else { continue };
                    let to = match &edge.to {
                        To::Card(to) => format!("c{to}"),
                        To::Bot(bot) => format!("b{}", bots.iter().position(|b| b == bot).unwrap_or(0)),
                    };
                    writeln!(out, "  c{m} {}{} {to}", arrow(edge.kind), on_arrow(&edge.label))?;
                }
            }
        }
    }
    classes(chart, out)
}

fn arrow(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Start => "==>",
        EdgeKind::Next
        | EdgeKind::Button
        | EdgeKind::Answer
        | EdgeKind::Valid
        | EdgeKind::Invalid
        | EdgeKind::Condition
        | EdgeKind::Turn => "-->",
        EdgeKind::Timeout | EdgeKind::Failed => "-.->",
        EdgeKind::Call | EdgeKind::Run => "<-->",
        EdgeKind::HandOver => "--x",
    }
}

fn on_arrow(label: &str) -> String {
    if label.is_empty() { String::new() } else { format!("|\"{}\"|", escaped(label)) }
}

/// The name, the doc comment, and what the client reads.
fn label(card: &Card) -> String {
    let mut parts = vec![escaped(&card.title())];
    parts.extend((!card.doc.is_empty()).then(|| escaped(&card.doc)));
    for line in card.lines.iter().filter(|line| !card.skips(line)) {
        let text = escaped(&line.text);
        match line.kind {
            LineKind::Message => parts.push(format!("💬 {text}")),
            LineKind::File => parts.push(format!("📎 {text}")),
            LineKind::Link => parts.push(format!("🔗 {text}")),
            LineKind::Button if line.then == Then::GoesOn => parts.push(format!("🔘 {text}")),
            LineKind::Menu | LineKind::Section => parts.push(format!("☰ {text}")),
            LineKind::Wait => parts.push(format!("⏳ {text}")),
            LineKind::Action => parts.push(format!("⚙ {text}")),
            LineKind::Trigger => parts.push(format!("⚡ {text}")),
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
    parts.join("<br/>")
}

/// A text inside of quotes: what Mermaid or a browser would take for more than text becomes a number.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut digits = true;
    for (n, c) in text.chars().enumerate() {
        match c {
            '\n' => out.push_str("<br/>"),
            '"' | '#' | '<' | '>' | '&' | '`' | '\\' | '*' | '_' | '~' | '[' | ']' | '|' | ';' => {
                number(&mut out, c)
            }
            // At the beginning these make a list.
            '-' | '+' if n == 0 => number(&mut out, c),
            '.' | ')' if digits => number(&mut out, c),
            c => out.push(c),
        }
        digits &= c.is_ascii_digit();
    }
    out
}

fn number(out: &mut String, c: char) {
    let _ = write!(out, "#{};", c as u32);
}

fn classes(chart: &Chart, out: &mut String) -> std::fmt::Result {
    let of = |wanted: &dyn Fn(&Card) -> bool| {
        let cards = chart.cards.iter().enumerate().filter(|(_, card)| wanted(card));
        cards.map(|(n, _)| format!("c{n}")).collect::<Vec<_>>().join(",")
    };
    let all = [
        ("start", of(&|card| card.start), "stroke:#0f766e,stroke-width:3px"),
        ("waits", of(&|card| card.waits() && card.reached && !card.start), "stroke:#b45309,stroke-width:2px"),
        ("unreached", of(&|card| !card.reached), "fill:#e5e7eb,color:#6b7280,stroke-dasharray:4 4"),
    ];
    for (class, cards, style) in all {
        if !cards.is_empty() {
            writeln!(out, "  classDef {class} {style}")?;
            writeln!(out, "  class {cards} {class}")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn texts_stay_texts() {
        assert_eq!(escaped("a \"b\" <script>"), "a #34;b#34; #60;script#62;");
        assert_eq!(escaped("1. one\n- two"), "1#46; one<br/>- two");
        assert_eq!(escaped("Hi {contact.name}! 👋 مرحبا"), "Hi {contact.name}! 👋 مرحبا");
    }
}
