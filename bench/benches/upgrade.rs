//! `cargo bench -p sbot-bench --bench upgrade`: a million parked runs under a new version. The reference bot is compared
//! with itself after edits, then every run is read from its bytes, moved, and written again. Prints a table.

use sbot_vm::{Kind, Moved, Program, Run, Upgrade, Value};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const SOURCE: &str = include_str!("../reference.sbot");

struct File(String);

impl sbotc::Files for File {
    fn read(&self, _: &str) -> std::io::Result<Vec<u8>> {
        Ok(self.0.clone().into_bytes())
    }

    fn exists(&self, path: &str) -> bool {
        path == "bot.sbot"
    }
}

fn build(source: &str) -> Result<Program, String> {
    let checked = sbotc::check_files("bot.sbot", &File(source.to_owned())).map_err(|why| why.to_string())?;
    let errors: Vec<_> = checked.diagnostics.iter().filter(|found| found.is_error()).collect();
    let project = checked.project.as_ref().ok_or_else(|| format!("{errors:?}"))?;
    let mut lowered = sbotc::lower::lower(project, &checked.sources, false);
    lowered.tables.tag = Some(Arc::from("old"));
    Program::new(lowered.tables, Some(lowered.debug)).map_err(|why| why.to_string())
}

/// A run at a wait of the program, with values of the types that it keeps.
fn parked(program: &Program, wait: usize, n: u32) -> Option<Run> {
    let row = program.tables().waits.get(wait)?;
    let values = row.live.iter().map(|live| {
        if live.slot.kind == Kind::Int {
            Value::Int(i64::from(n % 4))
        } else if live.slot.kind == Kind::Text {
            Value::text("+447911123456")
        } else {
            Value::None
        }
    });
    let run = Run {
        program: program.id(),
        turn: 1 + n % 5,
        wait: u32::try_from(wait).ok()?,
        values: values.collect(),
        ..Run::default()
    };
    // The row alone does not tell how many timers there are, and whether the run keeps an effect.
    for deadlines in 0..4 {
        let run = Run { deadlines: vec![1_767_607_200_000 + i64::from(n); deadlines], ..run.clone() };
        if let Ok(back) = Run::decode(program, &run.encode(program)) {
            return Some(back);
        }
    }
    None
}

fn main() -> Result<(), String> {
    // `cargo test --benches` runs this too.
    let quick = std::env::args().any(|arg| arg == "--test");
    let count: u32 = if quick { 1_000 } else { 1_000_000 };
    let old = build(SOURCE)?;
    let first = old.tables().waits.first().map(|wait| wait.step.to_string()).unwrap_or_default();
    let renamed = SOURCE
        .replace(&format!("step {first}"), "step renamed")
        .replace(&format!("-> {first}"), "-> renamed");
    let decided = format!("{renamed}\nvar added: int = 0\nupgrade from \"old\" {{ {first} -> renamed }}\n");
    let ends = format!("{SOURCE}\nupgrade from \"old\" {{ {first} -> restart {first} }}\n");
    let versions =
        [("the same", SOURCE.to_owned()), ("renamed, a variable more", decided), ("restarted", ends)];
    let waits: Vec<usize> =
        (0..old.tables().waits.len()).filter(|wait| parked(&old, *wait, 0).is_some()).collect();
    let runs: Vec<Vec<u8>> = (0..count)
        .filter_map(|n| parked(&old, *waits.get(n as usize % waits.len().max(1))?, n))
        .map(|run| run.encode(&old))
        .collect();
    let bytes: usize = runs.iter().map(Vec::len).sum();
    println!("{} runs of {} bytes", runs.len(), bytes / runs.len().max(1));
    println!("{:<28}{:>14}{:>16}{:>14}", "version", "worked out", "moved a run", "all runs");
    for (name, source) in versions {
        let new = build(&source)?;
        let begun = Instant::now();
        let upgrade = Upgrade::new(&old, &new);
        let worked_out = begun.elapsed();
        let begun = Instant::now();
        let (mut run, mut out, mut moved) = (Run::default(), Vec::new(), 0u32);
        for bytes in &runs {
            run.decode_from(&old, bytes).map_err(|why| why.to_string())?;
            match run.upgrade(&upgrade, 1_767_607_200_000).map_err(|why| why.to_string())? {
                Moved::Parked(run) => {
                    out.clear();
                    run.encode_into(&new, &mut out);
                    black_box(&out);
                    moved += 1;
                }
                Moved::Ended => {}
            }
        }
        let all = begun.elapsed();
        if moved != count {
            return Err(format!("{moved} of {count} runs were moved"));
        }
        println!("{name:<28}{worked_out:>14.1?}{:>16.1?}{all:>14.2?}", all / count);
    }
    Ok(())
}
