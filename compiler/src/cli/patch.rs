//! Two texts of a file as a patch, for `check --diff`.

use super::output::{self, CYAN, GREEN, RED};
use similar::{Algorithm, TextDiff};
use std::fmt::Write;
use std::time::Duration;

/// Longer than this no shortest patch is looked for: then it is a longer one.
const PATIENCE: Duration = Duration::from_secs(2);

/// A unified diff that `patch` and `git apply` take. On a terminal it has colours, and nothing that would move the
/// cursor.
pub(crate) fn patch(path: &str, old: &str, new: &str) -> String {
    let diff = TextDiff::configure().algorithm(Algorithm::Patience).timeout(PATIENCE).diff_lines(old, new);
    let patch = diff.unified_diff().context_radius(2).header(path, path).to_string();
    if !output::stdout_colored() {
        return patch;
    }
    let mut out = String::with_capacity(patch.len());
    for line in patch.lines() {
        let shown = output::visible(line);
        let styled = match line.as_bytes().first() {
            Some(b'+') => format!("{GREEN}{shown}{GREEN:#}"),
            Some(b'-') => format!("{RED}{shown}{RED:#}"),
            Some(b'@') => format!("{CYAN}{shown}{CYAN:#}"),
            Some(_) | None => shown,
        };
        // A text can be written to.
        let _ = writeln!(out, "{styled}");
    }
    out
}
