//! How everything looks: one table of rules, each with its colours by day and by night.

use std::fmt::Write;

/// A rule: what it is about, what is always so, the colours on a light and on a dark ground.
type Rule = (&'static str, &'static str, &'static str, &'static str);

const RULES: &[Rule] = &[
    (".ground", "", "fill:#f5f6f8", "fill:#111419"),
    (
        "text",
        "font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Helvetica Neue',Arial,sans-serif;font-size:13px",
        "fill:#1b2330",
        "fill:#e4e9f0",
    ),
    (".title", "font-size:22px;font-weight:700", "fill:#1b2330", "fill:#e4e9f0"),
    (".name", "font-size:15px;font-weight:700", "", ""),
    (".doc", "font-size:12px;font-style:italic", "fill:#5b6677", "fill:#9aa6b6"),
    (".note,.at", "font-size:10.5px", "fill:#6a7485", "fill:#8f9bac"),
    (
        ".mono",
        "font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:11.5px",
        "",
        "",
    ),
    (".at", "font-family:ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans Mono',monospace", "", ""),
    (".to", "font-size:11px;font-weight:600", "fill:#5b6677", "fill:#9aa6b6"),
    (".small,.params", "font-size:12px", "", ""),
    (".params", "font-weight:400", "", ""),
    (".far", "display:none;font-size:10px;font-weight:700;text-anchor:middle", "", ""),
    (".paper", "stroke-width:1.2", "fill:#ffffff;stroke:#d3d9e2", "fill:#1b2027;stroke:#363f4c"),
    (".head", "", "fill:#eceff4", "fill:#262d37"),
    (".bot .head", "", "fill:#1f2b45", "fill:#2b4a7f"),
    (".bot .head-text", "", "fill:#ffffff", "fill:#ffffff"),
    (".flow .head", "", "fill:#ede4fd", "fill:#3b2c5c"),
    (".first .paper", "stroke-width:2.4", "stroke:#0e8074", "stroke:#2fb7a6"),
    (".first .head", "", "fill:#d7f2ee", "fill:#12403b"),
    (".bubble", "", "fill:#e6efff", "fill:#22324f"),
    (".pill", "stroke-width:1.3", "fill:#ffffff;stroke:#3b6fd8", "fill:#1b2027;stroke:#6f9dff"),
    (".pill-text", "font-weight:600", "fill:#2457bd", "fill:#9dbdff"),
    (".band", "", "fill:#fff1d3", "fill:#413212"),
    (".band-text", "font-size:12px;font-weight:600", "fill:#7d5200", "fill:#f3c870"),
    (
        ".icon",
        "fill:none;stroke-width:1.6;stroke-linecap:round;stroke-linejoin:round",
        "stroke:#5b6677",
        "stroke:#9aa6b6",
    ),
    (".badge", "", "fill:#0e8074", "fill:#2fb7a6"),
    (".badge-text", "font-size:10.5px;font-weight:700;text-anchor:middle", "fill:#ffffff", "fill:#06211e"),
    (".grey,.unreached", "opacity:.5", "", ""),
    (
        ".unreached .paper",
        "stroke-dasharray:5 4",
        "fill:#e9ebef;stroke:#a8b0bc",
        "fill:#23272e;stroke:#59626f",
    ),
    (".unreached .head", "", "fill:#d9dde3", "fill:#30363f"),
    (".wire", "fill:none;stroke-width:1.7", "stroke:#8390a2", "stroke:#7d899b"),
    (".tip,.port", "", "fill:#8390a2", "fill:#7d899b"),
    (".port", "stroke-width:1.5", "stroke:#ffffff", "stroke:#1b2027"),
    (".back .wire", "stroke-dasharray:7 4", "", ""),
];

/// Colours of arrows and icons by the words of their kinds.
const KINDS: &[(&str, &str, &str)] = &[
    ("start", "#0e8074", "#2fb7a6"),
    ("button", "#3b6fd8", "#6f9dff"),
    ("answer", "#7655d6", "#a68cff"),
    ("timeout", "#bd7a0b", "#e6ad45"),
    ("valid", "#1c8a4c", "#4cc27f"),
    ("invalid", "#cb3b4c", "#ff7d8a"),
    ("failed", "#cb3b4c", "#ff7d8a"),
    ("turn", "#7655d6", "#a68cff"),
    ("call", "#8a3ffc", "#b68cff"),
    ("run", "#8a3ffc", "#b68cff"),
    ("handover", "#8a3ffc", "#b68cff"),
];

/// The rules as a style sheet.
pub(super) fn css() -> String {
    let mut always = String::new();
    let mut night = String::new();
    // Writing to a text cannot fail.
    for (what, fixed, day, dark) in RULES {
        let parts = [*fixed, *day].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(";");
        let _ = write!(always, "{what}{{{parts}}}");
        if !dark.is_empty() {
            let _ = write!(night, "{what}{{{dark}}}");
        }
    }
    for (kind, day, dark) in KINDS {
        for (sheet, color) in [(&mut always, day), (&mut night, dark)] {
            let _ = write!(
                sheet,
                ".{kind} .wire,.icon.{kind}{{stroke:{color}}}.{kind} .tip,.{kind} .port,.to.{kind}{{fill:{color}}}"
            );
        }
    }
    format!("{always}@media (prefers-color-scheme:dark){{{night}}}")
}
