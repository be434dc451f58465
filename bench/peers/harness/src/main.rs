//! Measures Sbot beside other languages and writes `docs/performance.md`, its picture and `bench/results.json`:
//!
//! ```sh
//! cargo run --release --manifest-path bench/peers/Cargo.toml
//! ```
//!
//! `-- --quick` takes about a minute once everything is built, prints the tables, and writes nothing.

mod child;
mod machine;
mod prepare;
mod take;

use sbot_bench::report::{self, Results};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
Measures Sbot beside other languages.

  (nothing)   measures for some minutes; writes docs/performance.md, docs/performance.svg and bench/results.json
  --quick     measures for about a minute, prints the tables, and writes nothing
  --help      prints this";

/// The folder of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..")
}

fn write(results: &Results) -> Result<(), String> {
    let put = |path: &str, text: &str| {
        fs::write(root().join(path), text).map_err(|error| format!("{path} cannot be written: {error}"))
    };
    let page = "docs/performance.md";
    let old =
        fs::read_to_string(root().join(page)).map_err(|error| format!("{page} cannot be read: {error}"))?;
    put("bench/results.json", &results.write()?)?;
    put(page, &report::page(&old, &report::tables(results))?)?;
    put("docs/performance.svg", &report::picture(results))?;
    eprintln!("wrote {page}, docs/performance.svg and bench/results.json");
    Ok(())
}

fn run(quick: bool) -> Result<ExitCode, String> {
    let taken = take::everything(quick)?;
    println!("{}", report::tables(&taken.results));
    if !taken.wrong.is_empty() {
        for wrong in &taken.wrong {
            eprintln!("{wrong}");
        }
        return Ok(ExitCode::from(1));
    }
    if !quick {
        write(&taken.results)?;
    }
    Ok(ExitCode::SUCCESS)
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match args.as_slice() {
        [] => run(false),
        ["--quick"] => run(true),
        ["--help"] => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        _ => Err(format!("`{}` means nothing here\n\n{HELP}", args.join(" "))),
    };
    done.unwrap_or_else(|why| {
        eprintln!("{why}");
        ExitCode::from(2)
    })
}
