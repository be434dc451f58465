//! `sbotc build --against`: nothing is built until every wait of the older programs has a decision.

use super::super::output::{count, to_stderr};
use super::super::project::{self, Compiled, remedy};
use super::super::{Format, Stop};
use super::{found, is_folder, json_row};
use sbot_vm::Program;
use sbotc::diagnostic::{Code, Diagnostic, render, suggest};
use sbotc::ir;
use sbotc::upgrade::called;
use std::fs;
use std::io::Write;
use std::sync::Arc;

/// Older programs, each with its path.
pub(crate) struct Olds(pub(crate) Vec<(String, Arc<Program>)>);

/// Reads older programs: files, and all programs of folders.
pub(crate) fn read_olds(paths: &[String]) -> Result<Olds, Stop> {
    let mut olds: Vec<(String, Arc<Program>)> = Vec::new();
    for path in paths {
        if !is_folder(path) {
            if !project::is_compiled(path) {
                return Err(Stop::new(format!("`{path}` is no compiled program"))
                    .help("an older program is the .sbc file that was built of it, for what is parked belongs to that"));
            }
            olds.push((path.clone(), project::read_program(path)?));
            continue;
        }
        let error = |error: std::io::Error| {
            Stop::new(format!("cannot read the folder `{path}`: {error}")).help(remedy(&error))
        };
        let mut found = Vec::new();
        for entry in fs::read_dir(path).map_err(error)? {
            let entry = entry.map_err(error)?.path();
            let name = entry.to_string_lossy().into_owned();
            if project::is_compiled(&name) && entry.is_file() {
                found.push(name);
            }
        }
        found.sort();
        if found.is_empty() {
            return Err(Stop::new(format!("there is no .sbc file in `{path}`"))
                .help("keep each program there that runs may be parked under"));
        }
        for name in found {
            let program = project::read_program(&name)?;
            olds.push((name, program));
        }
    }
    Ok(Olds(olds))
}

/// Checks a compiled project against older programs. Findings are printed; with one, there is nothing to be built.
pub(crate) fn against(
    olds: &Olds,
    compiled: &Compiled,
    source: &ir::Project,
    format: Format,
) -> Result<(), Stop> {
    let mut all: Vec<Diagnostic> = Vec::new();
    let mut out = super::super::output::stdout();
    for (path, old) in olds.0.iter().filter(|(_, old)| old.id() != compiled.program.id()) {
        let (report, found) = found(path, old, &compiled.program, source);
        if format == Format::Json {
            for row in &report.rows {
                writeln!(out, "{}", json_row(old, &compiled.program, row))?;
            }
        }
        all.extend(found);
    }
    all.extend(misspelt(olds, source));
    render::sort(&mut all);
    if format == Format::Json {
        for diagnostic in &all {
            writeln!(out, "{}", render::json_line(diagnostic, &compiled.sources).trim_end())?;
        }
        out.flush()?;
    } else {
        project::print(&all, &compiled.sources)?;
    }
    if all.is_empty() {
        return Ok(());
    }
    to_stderr(&format!("{}: nothing was built\n", count(all.len(), "error")))?;
    Err(Stop::Problems)
}

/// E0703 for names of programs that are none of these, and nearly one.
fn misspelt(olds: &Olds, source: &ir::Project) -> Vec<Diagnostic> {
    let mut known: Vec<String> = olds.0.iter().map(|(_, old)| called(old)).collect();
    known.extend(olds.0.iter().map(|(_, old)| format!("{:016x}", old.id())));
    let mut found = Vec::new();
    let names = source.bots.iter().flat_map(|bot| &bot.upgrades).flat_map(|upgrade| &upgrade.from);
    for (name, place) in names {
        if known.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        if let Some(near) = suggest::nearest(name, known.iter().map(String::as_str)) {
            found.push(
                Diagnostic::new(
                    Code::E0703,
                    *place,
                    format!("none of the older programs is called `{name}`"),
                )
                .help(format!("did you mean `{near}`?")),
            );
        }
    }
    found
}
