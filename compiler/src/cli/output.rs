//! What the commands share about printing: colours, counts, complaints.

use super::Stop;
use anstream::{AutoStream, ColorChoice};
use clap::builder::styling::{AnsiColor, Style};
pub(crate) use sbotc::diagnostic::render::visible;
use std::io::{self, Write};

pub(crate) const BOLD: Style = Style::new().bold();
pub(crate) const DIM: Style = Style::new().dimmed();
pub(crate) const HEADING: Style = Style::new().bold().underline();
pub(crate) const GREEN: Style = AnsiColor::Green.on_default().bold();
pub(crate) const RED: Style = AnsiColor::Red.on_default().bold();
pub(crate) const YELLOW: Style = AnsiColor::Yellow.on_default().bold();
pub(crate) const CYAN: Style = AnsiColor::Cyan.on_default();

/// Standard output as the commands write it.
pub(crate) type Out = io::BufWriter<AutoStream<io::Stdout>>;

/// Standard output, buffered, without colours where none are wanted.
pub(crate) fn stdout() -> Out {
    io::BufWriter::new(AutoStream::auto(io::stdout()))
}

/// Whether standard error shows colours.
pub(crate) fn stderr_colored() -> bool {
    AutoStream::choice(&io::stderr()) != ColorChoice::Never
}

/// Whether standard output shows colours.
pub(crate) fn stdout_colored() -> bool {
    AutoStream::choice(&io::stdout()) != ColorChoice::Never
}

/// Writes to standard error.
pub(crate) fn to_stderr(text: &str) -> Result<(), Stop> {
    let mut err = anstream::stderr().lock();
    err.write_all(text.as_bytes())?;
    Ok(err.flush()?)
}

/// Says why the command could not do its work. There is nobody left to tell if this cannot be written.
pub(crate) fn complain(what: &str, help: Option<&str>) {
    let mut text = format!("{RED}error{RED:#}: {}\n", visible(what));
    if let Some(help) = help {
        text.push_str(&format!("{GREEN}help{GREEN:#}: {}\n", visible(help)));
    }
    let _ = to_stderr(&text);
}

/// `1 error`, `2 errors`.
pub(crate) fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// `812 bytes`, `1.2 kB`.
pub(crate) fn size(bytes: usize) -> String {
    match bytes {
        0..=999 => count(bytes, "byte"),
        1000..=999_999 => format!("{}.{} kB", bytes / 1000, bytes % 1000 / 100),
        _ => format!("{}.{} MB", bytes / 1_000_000, bytes % 1_000_000 / 100_000),
    }
}

/// The name of `names` that was most likely meant.
pub(crate) fn nearest<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    names
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&folded, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness > 0.82)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}
