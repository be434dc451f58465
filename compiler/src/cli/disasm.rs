//! `sbotc disasm`.

use super::{Exit, Stop, output, project};
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  sbotc disasm pizzeria.sbc
  sbotc disasm pizzeria | less";

/// List the instructions of a program
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// A .sbc file, or a project, which is compiled first
    path: String,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let program = if project::is_compiled(&args.path) {
        project::read_program(&args.path)?
    } else {
        project::compile(project::load(&args.path, true)?, false, false)?.program
    };
    let mut out = output::stdout();
    write!(out, "{}", sbot_vm::disassemble(&program))?;
    out.flush()?;
    Ok(Exit::Clean)
}
