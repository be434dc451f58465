//! The figures as tables of Markdown.

use super::number::{percent, short, with_range};
use super::{CONTENDERS, Contender, Figure, Measure, Results, SBOT, Spread, Verdict, targets};
use std::fmt::Write as _;

/// A cell without a figure.
const NONE: &str = "–";

/// Everything that stands between the marks of the page.
#[must_use]
pub fn tables(results: &Results) -> String {
    let parts = [
        circumstances(results),
        goals(results),
        conversations(results),
        sizes(results),
        compilers(results),
        loops(results),
        process(results),
        missing(results),
    ];
    parts.join("\n\n")
}

fn circumstances(results: &Results) -> String {
    let c = &results.circumstances;
    let pace = c.pace.map_or_else(String::new, |pace| {
        format!(
            " While it ran, the yardstick in memory did {} conversations a second: that is how much the machine's \
             own speed moved.",
            with_range(pace)
        )
    });
    let quick = if c.quick { " This was a quick run: few and short samples." } else { "" };
    format!(
        "Measured on {} on {}, {} processors, {} GiB, {}, {}. {}.{pace}{quick}",
        c.date,
        c.processor,
        c.processors,
        short(c.memory),
        c.system,
        c.rustc,
        c.priority
    )
}

fn goals(results: &Results) -> String {
    let mut out = String::from("### Targets\n\n| what | target | measured | reached |\n|---|---|---|---|\n");
    for goal in targets(results) {
        let verdict = match goal.verdict {
            Verdict::Reached => "yes",
            Verdict::Missed => "**no**",
            Verdict::Unknown => "not measured",
        };
        let _ = writeln!(out, "| {} | {} | {} | {verdict} |", goal.what, goal.wanted, goal.measured);
    }
    out.trim_end().to_owned()
}

/// A table with a row for everybody who has one of the measures, also if nothing came out.
fn table(
    results: &Results,
    title: &str,
    head: &[&str],
    measures: &[Measure],
    cells: impl Fn(&Contender) -> Vec<String>,
) -> String {
    let mut out = format!("### {title}\n\n| | {} |\n|---{}|\n", head.join(" | "), "|---".repeat(head.len()));
    for contender in CONTENDERS.iter().filter(|c| c.measures.iter().any(|m| measures.contains(m))) {
        let version = results.versions.iter().find(|(id, _)| id == contender.id).map(|(_, version)| version);
        let name = version.map_or_else(|| contender.name.to_owned(), |v| named(contender.name, v));
        let _ = writeln!(out, "| {name} | {} |", cells(contender).join(" | "));
    }
    out.trim_end().to_owned()
}

/// A name with its version, which stands only once.
fn named(name: &str, version: &str) -> String {
    if version.starts_with(name) { version.to_owned() } else { format!("{name} {version}") }
}

fn cell(figure: Option<&Figure>, words: impl Fn(&Figure) -> Option<String>) -> String {
    figure.and_then(words).unwrap_or_else(|| NONE.to_owned())
}

fn conversations(results: &Results) -> String {
    let head = [
        "state",
        "durable: conversations/s",
        "beside by hand",
        "in memory: conversations/s",
        "beside by hand",
    ];
    table(results, "The reference conversation", &head, &[Measure::Durable, Measure::Memory], |contender| {
        let mut row = vec![contender.state.to_owned()];
        for measure in [Measure::Durable, Measure::Memory] {
            let figure = results.figure(contender.id, measure);
            row.push(cell(figure, |figure| Some(with_range(figure.value))));
            row.push(cell(figure, |figure| figure.ratio.map(percent)));
        }
        row
    })
}

fn sizes(results: &Results) -> String {
    let head = [
        "bytes of an encoded run: mean (least to most)",
        "memory of a run that is kept encoded, bytes",
        "memory of a live run, bytes",
        "kept",
    ];
    table(results, "Conversations that wait", &head, &[Measure::ParkedBytes], |contender| {
        let figure = |measure| results.figure(contender.id, measure);
        let count = figure(Measure::Stored).and_then(|figure| figure.of);
        vec![
            cell(figure(Measure::ParkedBytes), |figure| Some(with_range(figure.value))),
            cell(figure(Measure::Stored), |figure| Some(short(figure.value.middle))),
            cell(figure(Measure::Live), |figure| Some(short(figure.value.middle))),
            count.map_or_else(|| NONE.to_owned(), |count| short(count as f64)),
        ]
    })
}

fn compilers(results: &Results) -> String {
    let head = ["1,000 steps: lines/s", "beside Lua", "10,000 steps: lines/s", "beside Lua"];
    let measures = [Measure::CompileSmall, Measure::CompileLarge];
    table(results, "Compiling", &head, &measures, |contender| {
        let mut row = Vec::new();
        for measure in measures {
            let figure = results.figure(contender.id, measure);
            row.push(cell(figure, |figure| Some(with_range(figure.value))));
            row.push(cell(figure, |figure| figure.ratio.map(percent)));
        }
        row
    })
}

fn loops(results: &Results) -> String {
    let head = ["fib(27): ms", "speed beside Lua", "sum of ten million: ms", "speed beside Lua"];
    let measures = [Measure::Fib, Measure::Sum];
    table(results, "Computing", &head, &measures, |contender| {
        let mut row = Vec::new();
        for measure in measures {
            let figure = results.figure(contender.id, measure);
            row.push(cell(figure, |figure| {
                Some(with_range(figure.value.map(|per_second| 1e3 / per_second)))
            }));
            row.push(cell(figure, |figure| figure.ratio.map(percent)));
        }
        row
    })
}

fn process(results: &Results) -> String {
    let mut out = String::from(
        "### Whole processes, and a million runs\n\n| | time | peak of memory |\n|---|---|---|\n",
    );
    let ours = |measure| results.figure(SBOT, measure);
    let ms = |value: Spread| format!("{} ms", with_range(value.map(|seconds| seconds * 1e3)));
    let mb = |value: Spread| format!("{} MB", short(value.middle / 1e6));
    for (what, time, peak) in [
        ("`sbotc check examples/pizzeria`", Measure::CheckTime, Measure::CheckPeak),
        ("a process that does nothing", Measure::StartTime, Measure::StartPeak),
    ] {
        let time = cell(ours(time), |figure| Some(ms(figure.value)));
        let peak = cell(ours(peak), |figure| Some(mb(figure.value)));
        let _ = writeln!(out, "| {what} | {time} | {peak} |");
    }
    let million = cell(ours(Measure::Million), |figure| {
        figure.of.map(|of| format!("{} ({} runs)", mb(figure.value), short(of as f64)))
    });
    let _ = writeln!(out, "| a process that keeps a million parked runs | {NONE} | {million} |");
    let upgrade = cell(ours(Measure::Upgrade), |figure| {
        figure.of.map(|of| format!("{} s ({} runs)", with_range(figure.value), short(of as f64)))
    });
    let _ = write!(out, "| upgrade check and move of a million parked runs | {upgrade} | {NONE} |");
    out
}

fn missing(results: &Results) -> String {
    if results.missing.is_empty() {
        return "### Not measured\n\nNothing: every figure was taken.".to_owned();
    }
    let mut out = String::from("### Not measured\n\n");
    for missing in &results.missing {
        let name = CONTENDERS
            .iter()
            .find(|contender| contender.id == missing.contender)
            .map_or(missing.contender.as_str(), |contender| contender.name);
        let what = missing.measure.map_or("everything", Measure::words);
        let _ = writeln!(out, "- {}, {what}: {}", name.trim_matches('*'), missing.reason);
    }
    out.trim_end().to_owned()
}
