//! The table of `docs/coverage.md`. In: the page. Out: its rows.
//!
//! A row is `| guide | constructs | example | fixture | diagnostics | effect |`; constructs, codes and effects stand in
//! code spans, example and fixture are links relative to `docs`. A `–` is an empty cell. A bar inside of a cell is `\|`.

/// A row.
pub(crate) struct Row {
    /// In the page, from 1.
    pub(crate) line: usize,
    pub(crate) constructs: Vec<String>,
    /// From the folder of the repository.
    pub(crate) example: String,
    pub(crate) fixture: String,
    pub(crate) codes: Vec<String>,
    pub(crate) effects: Vec<String>,
}

/// The rows of a page. A row that cannot be read is a failure.
pub(crate) fn rows(page: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    for (line, text) in (1..).zip(page.lines()) {
        let is_row =
            text.starts_with("| ") && !text.starts_with("| Guide ") && !text.starts_with("| Language ");
        if is_row {
            rows.push(row(line, text));
        }
    }
    rows
}

fn row(line: usize, text: &str) -> Row {
    let hidden = text.replace("\\|", "\u{1}");
    let cells: Vec<String> = hidden
        .split('|')
        .map(|cell| cell.trim().replace('\u{1}', "|"))
        .filter(|cell| !cell.is_empty())
        .collect();
    let [guide, constructs, example, fixture, codes, effects] = cells.as_slice() else {
        panic!("docs/coverage.md:{line}: a row has six cells, and this one has {}", cells.len());
    };
    assert!(!guide.is_empty(), "docs/coverage.md:{line}: a row begins with what it is about");
    Row {
        line,
        constructs: spans(line, constructs),
        example: link(line, example),
        fixture: link(line, fixture),
        codes: spans(line, codes),
        effects: spans(line, effects),
    }
}

/// The code spans of a cell, and nothing beside them but commas.
fn spans(line: usize, cell: &str) -> Vec<String> {
    if cell == "–" {
        return Vec::new();
    }
    let parts: Vec<&str> = cell.split('`').collect();
    let between = parts.iter().step_by(2).all(|part| part.trim_matches([',', ' ']).is_empty());
    assert!(parts.len() % 2 == 1 && between, "docs/coverage.md:{line}: `{cell}` is no list of code spans");
    parts.iter().skip(1).step_by(2).map(|part| (*part).to_owned()).collect()
}

fn link(line: usize, cell: &str) -> String {
    let target = cell.split_once("](../").and_then(|(_, rest)| rest.strip_suffix(')'));
    target.unwrap_or_else(|| panic!("docs/coverage.md:{line}: `{cell}` is no link to a file")).to_owned()
}
