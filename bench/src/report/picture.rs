//! The figures as a picture: a panel for each measure, with a line for each contender on a logarithmic scale. It brings
//! its own ground, so it can be read on any page, and has a second set of colours for the night.

use super::number::short;
use super::{CONTENDERS, Measure, Results, SBOT, YARDSTICK};
use std::fmt::Write as _;

struct Panel {
    title: &'static str,
    note: &'static str,
    measure: Measure,
    /// What a line shows of the figure.
    shown: fn(&super::Figure) -> Option<f64>,
    unit: &'static str,
}

const PANELS: [Panel; 6] = [
    Panel {
        title: "Durable turns",
        note: "speed beside by hand; more is better",
        measure: Measure::Durable,
        shown: |figure| figure.ratio.map(|ratio| ratio.middle * 100.0),
        unit: " %",
    },
    Panel {
        title: "Turns in memory",
        note: "speed beside by hand; more is better",
        measure: Measure::Memory,
        shown: |figure| figure.ratio.map(|ratio| ratio.middle * 100.0),
        unit: " %",
    },
    Panel {
        title: "An encoded run",
        note: "bytes, mean; less is better",
        measure: Measure::ParkedBytes,
        shown: |figure| Some(figure.value.middle),
        unit: "",
    },
    Panel {
        title: "Compiling 10,000 steps",
        note: "lines a second; more is better",
        measure: Measure::CompileLarge,
        shown: |figure| Some(figure.value.middle),
        unit: "",
    },
    Panel {
        title: "fib(27)",
        note: "milliseconds; less is better",
        measure: Measure::Fib,
        shown: |figure| Some(1e3 / figure.value.middle),
        unit: "",
    },
    Panel {
        title: "The sum of ten million",
        note: "milliseconds; less is better",
        measure: Measure::Sum,
        shown: |figure| Some(1e3 / figure.value.middle),
        unit: "",
    },
];

const STYLE: &str = ".g{fill:#f6f7f9}.p{fill:#fff;stroke:#d6dce5}text{font:13px system-ui,'Segoe UI',Roboto,'Noto Sans',Arial,sans-serif;fill:#1b2330}.h{font-size:15px;font-weight:700}.n{font-size:12px;fill:#566172}.l{text-anchor:end}.o{font-weight:700}.t{stroke:#e6eaf0}.b{stroke:#8390a2;stroke-width:3}.d{fill:#8390a2}.us .b{stroke:#0e8074}.us .d{fill:#0e8074}@media (prefers-color-scheme:dark){.g{fill:#111419}.p{fill:#1b2027;stroke:#363f4c}text{fill:#e4e9f0}.n{fill:#9aa6b6}.t{stroke:#2b323c}.us .b{stroke:#35c9b4}.us .d{fill:#35c9b4}}";

const WIDTH: f64 = 470.0;
const GAP: f64 = 16.0;
/// Where the lines of a panel begin, from its left edge.
const LEFT: f64 = 126.0;
/// How long the longest one is; the value stands behind it.
const LENGTH: f64 = 250.0;
const TOP: f64 = 58.0;
const ROW: f64 = 22.0;

/// A figure as it is drawn.
struct Line {
    name: String,
    value: f64,
    ours: bool,
}

fn lines(panel: &Panel, results: &Results) -> Vec<Line> {
    let shown = |contender: &super::Contender| {
        let figure = results.figure(contender.id, panel.measure)?;
        let value = (panel.shown)(figure).filter(|value| value.is_finite() && *value > 0.0)?;
        let name = contender.name.trim_matches('*').to_owned();
        Some(Line { name, value, ours: contender.id == SBOT })
    };
    // The yardstick is the whole of the panels that stand beside it.
    let itself = |id: &str| id == YARDSTICK && panel.measure.reference() == Some(YARDSTICK);
    CONTENDERS.iter().filter(|contender| !itself(contender.id)).filter_map(shown).collect()
}

fn height(count: usize) -> f64 {
    TOP + count as f64 * ROW + 12.0
}

fn draw(out: &mut String, panel: &Panel, lines: &[Line], (x, y): (f64, f64), tall: f64) {
    let _ = write!(
        out,
        r#"<g transform="translate({x} {y})"><rect class="p" rx="6" width="{WIDTH}" height="{tall}"/>"#
    );
    let _ = write!(out, r#"<text class="h" x="16" y="25">{}</text>"#, panel.title);
    let _ = write!(out, r#"<text class="n" x="16" y="43">{}; a line is tenfold</text>"#, panel.note);
    let values = || lines.iter().map(|line| line.value.log10());
    let least = values().fold(f64::INFINITY, f64::min).floor();
    let most = values().fold(f64::NEG_INFINITY, f64::max).ceil();
    // One value alone, or equal ones, still need a scale.
    let least = if most > least { least } else { most - 1.0 };
    let at = |value: f64| LEFT + (value.log10() - least) / (most - least) * LENGTH;
    let bottom = TOP + lines.len() as f64 * ROW;
    let mut power = least;
    while power <= most && !lines.is_empty() {
        let x = at(10f64.powf(power));
        let _ = write!(out, r#"<path class="t" d="M{x:.1} {TOP}V{bottom}"/>"#);
        power += 1.0;
    }
    for (n, line) in lines.iter().enumerate() {
        let middle = TOP + (n as f64 + 0.5) * ROW;
        let (end, base, behind) = (at(line.value), middle + 4.5, at(line.value) + 10.0);
        let (us, bold) = if line.ours { (r#" class="us""#, " o") } else { ("", "") };
        let _ = write!(
            out,
            r#"<g{us}><text class="l{bold}" x="{:.1}" y="{base}">{}</text><path class="b" d="M{LEFT} {middle}H{end:.1}"/><circle class="d" cx="{end:.1}" cy="{middle}" r="5"/><text class="v{bold}" x="{behind:.1}" y="{base}">{}{}</text></g>"#,
            LEFT - 10.0,
            line.name,
            short(line.value),
            panel.unit
        );
    }
    out.push_str("</g>");
}

/// The picture, as SVG.
#[must_use]
pub fn picture(results: &Results) -> String {
    let mut inner = String::new();
    let mut y = GAP;
    for pair in PANELS.chunks(2) {
        let drawn: Vec<Vec<Line>> = pair.iter().map(|panel| lines(panel, results)).collect();
        let tall = height(drawn.iter().map(Vec::len).max().unwrap_or(0));
        for (n, (panel, lines)) in pair.iter().zip(&drawn).enumerate() {
            draw(&mut inner, panel, lines, (GAP + n as f64 * (WIDTH + GAP), y), tall);
        }
        y += tall + GAP;
    }
    let wide = 2.0 * WIDTH + 3.0 * GAP;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{wide}\" height=\"{y}\" viewBox=\"0 0 {wide} {y}\" role=\"img\" aria-label=\"Speed and size beside other languages\"><style>{STYLE}</style><rect class=\"g\" width=\"{wide}\" height=\"{y}\"/>{inner}</svg>\n"
    )
}
