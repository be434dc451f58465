//! Law: a fixture of `fixtures/upgrade` gives the report of the snapshot beside it, and what it says happens.
//!
//! A fixture is a folder with the old project in `old`, the new one in `new`, and perhaps a conversation in `talk.txt`:
//! what stands before the line `:upgrade` happens under the old program, the rest under the new one.

#![allow(clippy::unwrap_used)] // A fixture that cannot be read is a failure.

mod support;

use sbot_vm::upgrade::Upgrade;
use sbot_vm::{Program, Run};
use sbotc::diagnostic::Diagnostic;
use sbotc::sim::{Act, Chat, World, saved, transcript};
use sbotc::source::Sources;
use sbotc::upgrade::{self, Old, Sort};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use support::{Case, Memory, entries, fixtures, listed};

struct Built {
    program: Arc<Program>,
    project: sbotc::ir::Project,
    sources: Sources,
}

fn built(folder: &Path, tag: Option<&str>) -> Result<Built, String> {
    let mut files = Memory::default();
    for path in entries(folder) {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        files.0.insert(name, fs::read(&path).unwrap());
    }
    let case = Case { name: folder.display().to_string(), entry: "main.sbot".to_owned(), files };
    let checked = support::check_folder(&case);
    let errors: Vec<&Diagnostic> = checked.diagnostics.iter().filter(|found| found.is_error()).collect();
    let Some(project) = checked.project else {
        return Err(format!("{}\n{}", folder.display(), listed(errors, &checked.sources)));
    };
    let mut lowered = sbotc::lower::lower(&project, &checked.sources, false);
    lowered.tables.tag = tag.map(Arc::from);
    let program = Program::new(lowered.tables, Some(lowered.debug)).map_err(|why| why.to_string())?;
    Ok(Built { program: Arc::new(program), project, sources: checked.sources })
}

fn report(folder: &Path) -> Result<String, String> {
    let (old, new) = (built(&folder.join("old"), Some("v1"))?, built(&folder.join("new"), None)?);
    let upgrade = Upgrade::new(&old.program, &new.program);
    let report = upgrade::report(&old.program, &new.program, &upgrade);
    let mut out = String::new();
    for row in &report.rows {
        let caller = if row.is_wait() { "" } else { " (caller)" };
        let detail = match row.sort {
            Sort::Continues => String::new(),
            Sort::ContinuesWith => format!(" {}", row.detail),
            Sort::Lost => format!(": {}", row.detail),
        };
        let line = row.new.as_ref().map(|place| format!("  [line {}]", place.line)).unwrap_or_default();
        writeln!(out, "{}: {}{caller}: {}{detail}{line}", row.bot, row.name, row.sort.name()).unwrap();
        for note in &row.notes {
            writeln!(out, "    {note}").unwrap();
        }
        for rule in upgrade::suggestions(&old.program, &new.program, row) {
            writeln!(out, "    {rule}").unwrap();
        }
    }
    assert_eq!(report.is_complete(), upgrade.is_complete());
    let old_path = Old { path: "v1.sbc", program: &old.program };
    for found in upgrade::findings(old_path, &new.program, &report, &new.project) {
        write!(out, "{}", listed([&found], &new.sources)).unwrap();
        writeln!(out, "        help: {}", found.help.unwrap_or_default()).unwrap();
    }
    let talk = folder.join("talk.txt");
    if talk.exists() {
        let script = fs::read_to_string(talk).unwrap();
        write!(out, "\n{}", conversation(&old.program, &new.program, &upgrade, &script)?).unwrap();
    }
    Ok(out)
}

/// What the client sees before and after the upgrade.
fn conversation(
    old: &Arc<Program>,
    new: &Arc<Program>,
    upgrade: &Upgrade,
    script: &str,
) -> Result<String, String> {
    let (before, after) = script.split_once(":upgrade\n").ok_or("talk.txt has no `:upgrade`")?;
    let bot = (0u32..).zip(&old.tables().bots).find(|(_, bot)| &*bot.name == "shop").map_or(0, |(at, _)| at);
    let mut chat = Chat::new(World::new(Arc::clone(old), bot, None));
    act(&mut chat, before)?;
    let mut out = transcript::render(chat.world().transcript());
    let saved_text = saved::save(chat.world());
    let kept = Run::decode(old, &saved::parked(&saved_text)?.run).map_err(|why| why.to_string())?;
    out.push_str("── upgrade\n");
    match saved::moved(&saved_text, old, new, upgrade) {
        Err(why) => writeln!(out, "stays: {why}").unwrap(),
        Ok(moved) => {
            let world = saved::load(new, &moved, None)?;
            let shown = world.transcript().len();
            let mut chat = Chat::new(world);
            act(&mut chat, after)?;
            out.push_str(&transcript::render(chat.world().transcript().get(shown..).unwrap_or_default()));
        }
    }
    // Nothing has touched the old run.
    assert_eq!(kept, *chat.world().run().unwrap());
    Ok(out)
}

fn act(chat: &mut Chat, lines: &str) -> Result<(), String> {
    for line in lines.lines() {
        chat.perform(&Act::read(line)?)?;
    }
    chat.settle()
}

#[test]
fn fixtures_give_the_reports_beside_them() {
    let folders: Vec<PathBuf> =
        entries(&fixtures("upgrade")).into_iter().filter(|path| path.is_dir()).collect();
    assert!(folders.len() > 10);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../fixtures/upgrade");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    let mut wrong = String::new();
    settings.bind(|| {
        for folder in &folders {
            match report(folder) {
                Ok(report) => insta::assert_snapshot!(folder.file_name().unwrap().to_str().unwrap(), report),
                Err(what) => wrong.push_str(&what),
            }
        }
    });
    assert!(wrong.is_empty(), "{wrong}");
}
