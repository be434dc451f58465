//! `sbotc new`.

use super::output::{self, BOLD};
use super::{Exit, Stop, project};
use std::fs;
use std::path::Path;

const EXAMPLES: &str = "\
Example:
  sbotc new pizzeria && sbotc test pizzeria && sbotc run pizzeria";

/// Start a new project
///
/// Makes a folder with a bot, an account, a test that passes, and a .gitignore.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// The folder; its last part names the bot
    name: String,
}

const BOT: &str = include_str!("new/bot.sbot");
const ACCOUNT: &str = include_str!("new/account.sbot");

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let folder = Path::new(&args.name);
    let error = |error: std::io::Error| {
        Stop::new(format!("cannot make `{}`: {error}", args.name)).help(project::remedy(&error))
    };
    if folder.is_file() {
        return Err(Stop::new(format!("`{}` is a file", args.name)).help("choose another name"));
    }
    if folder.is_dir() && fs::read_dir(folder).map_err(error)?.next().is_some() {
        return Err(Stop::new(format!("the folder `{}` is not empty", args.name))
            .help("choose another name; nothing was changed"));
    }
    let bot = bot_name(&args.name);
    fs::create_dir_all(folder).map_err(error)?;
    for (file, text) in [
        ("bot.sbot", BOT.replace("NAME", &bot)),
        ("account.sbot", ACCOUNT.to_owned()),
        (".gitignore", "*.sbc\n".to_owned()),
    ] {
        project::write_atomically(&folder.join(file).to_string_lossy(), text.as_bytes())?;
    }
    let name = &args.name;
    output::to_stderr(&format!(
        "Made {BOLD}{name}{BOLD:#} with the bot `{bot}`. Next:\n\
         \x20 sbotc test {name}     run its test\n\
         \x20 sbotc run {name}      talk to it\n\
         \x20 sbotc check {name}    after each change to {name}/bot.sbot\n"
    ))?;
    Ok(Exit::Clean)
}

/// The last part of the path as a name of the language.
fn bot_name(path: &str) -> String {
    let last =
        Path::new(path).file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let mut name: String = last.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        name.insert_str(0, "bot_");
    }
    if sbot_grammar::RESERVED.contains(&name.as_str()) || name == "end" {
        format!("{name}_bot")
    } else {
        name
    }
}
