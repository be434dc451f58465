//! `sbotc completions`.

use super::{Exit, Stop, output};
use clap::CommandFactory;
use clap_complete::Shell;
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  sbotc completions bash > ~/.local/share/bash-completion/completions/sbotc
  sbotc completions zsh > ~/.zfunc/_sbotc          (with ~/.zfunc in fpath)
  sbotc completions fish > ~/.config/fish/completions/sbotc.fish";

/// Print completions for a shell
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Args {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    // Into memory first: the generator panics where it cannot write.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Cli::command(), "sbotc", &mut script);
    let mut out = output::stdout();
    out.write_all(&script)?;
    out.flush()?;
    Ok(Exit::Clean)
}
