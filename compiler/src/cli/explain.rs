//! `sbotc explain`.

use super::output::{self, BOLD, CYAN, DIM, RED, YELLOW, nearest};
use super::{Exit, Stop};
use sbotc::diagnostic::Code;
use sbotc::diagnostic::codes::{ALL, Severity};
use std::io::Write;

const EXAMPLES: &str = "\
Examples:
  sbotc explain E0203          the page of one code
  sbotc explain --list         all codes";

/// Explain a diagnostic code
///
/// Shows what the code means, with a wrong and a corrected example.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Args {
    /// The code, such as E0203
    #[arg(required_unless_present = "list")]
    code: Option<String>,

    /// List all codes instead
    #[arg(long, conflicts_with = "code")]
    list: bool,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let mut out = output::stdout();
    match &args.code {
        Some(word) => {
            let code = Code::find(word.trim()).ok_or_else(|| unknown(word))?;
            write!(out, "{}", styled(code.page()))?;
        }
        None => {
            for code in ALL {
                let style = match code.severity() {
                    Severity::Error => RED,
                    Severity::Warning => YELLOW,
                };
                writeln!(out, "{style}{}{style:#}  {}", code.name(), code.title())?;
            }
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn unknown(word: &str) -> Stop {
    let stop = Stop::new(format!("there is no diagnostic `{word}`"));
    match nearest(word, ALL.iter().map(|code| code.name())) {
        Some(near) => stop.help(format!("did you mean `{near}`? `sbotc explain --list` shows all codes")),
        None => stop.help("`sbotc explain --list` shows all codes"),
    }
}

/// The page with its headings and code set off. Where colours are off, it stays as it is written.
fn styled(page: &str) -> String {
    let mut text = String::new();
    let mut code = false;
    for line in page.lines() {
        if line.trim_start().starts_with("```") {
            code = !code;
            text.push_str(&format!("{DIM}{line}{DIM:#}\n"));
        } else if code {
            text.push_str(&format!("{CYAN}{line}{CYAN:#}\n"));
        } else if line.starts_with('#') {
            text.push_str(&format!("{BOLD}{line}{BOLD:#}\n"));
        } else {
            text.push_str(&inline(line));
            text.push('\n');
        }
    }
    text
}

/// Words between backquotes in colour.
fn inline(line: &str) -> String {
    if line.matches('`').count() % 2 == 1 {
        return line.to_owned();
    }
    line.split('`').enumerate().fold(String::new(), |text, (n, part)| match n % 2 {
        0 => text + part,
        _ => text + &format!("{CYAN}`{part}`{CYAN:#}"),
    })
}
