//! `sbotc map`.

use super::output::{self, count, size};
use super::{Exit, Stop, project};
use sbotc::chart::{self, Chart};
use std::io::{IsTerminal, Write};
use std::path::Path;

const EXAMPLES: &str = "\
Examples:
  sbotc map pizzeria                  pizzeria/pizzeria.map.html, for a browser
  sbotc map bots/welcome.sbot -o welcome.svg
                                      the ending of the file decides the format
  sbotc map . --bot welcome           one of several bots
  sbotc map . --format mermaid -o -   text, to standard output
  sbotc map . --link-base 'https://git.example/bots/{file}#L{line}'

HTML and SVG files stand alone: they load nothing, and follow the reader's light or dark setting.

Exit codes: 0 drawn, 1 the source has errors, 2 a file could not be read or written.";

/// Draw a bot as a picture
///
/// Each step is a card with its texts, and each exit an arrow. Waits, starts and ends are marked, and what no
/// conversation reaches is grey. In HTML the picture can be moved, enlarged and searched, and a card tells its place
/// in the source.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// A file, or a folder with .sbot files
    path: String,

    /// What to write; without it the ending of FILE decides, else HTML
    #[arg(long, value_enum)]
    format: Option<Format>,

    /// Where to write; without it NAME.map.html beside the source, `-` for standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<String>,

    /// Only this bot of the project
    #[arg(long, value_name = "NAME")]
    bot: Option<String>,

    /// In HTML, where a card's place leads: an address in which `{file}` and `{line}` are filled in
    #[arg(long, value_name = "ADDRESS")]
    link_base: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A page to look around in
    Html,
    /// A picture
    Svg,
    /// Text for pages that draw Mermaid
    Mermaid,
    /// Text for Graphviz
    Dot,
}

/// From so many cards on, a picture takes longer than people like to wait without a word.
const MANY: usize = 1000;

/// Every format with the ending of its files.
const ENDINGS: &[(Format, &str)] =
    &[(Format::Html, "html"), (Format::Svg, "svg"), (Format::Mermaid, "mmd"), (Format::Dot, "dot")];

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    let format = format(args)?;
    let link = args.link_base.as_deref().map(template).transpose()?;
    let target = match args.output.as_deref() {
        Some("-") => None,
        Some(path) => Some(path.to_owned()),
        None => Some(project::beside(&args.path, &format!("map.{}", ending(format)))?),
    };
    let (checked, sources) = project::checked(project::load(&args.path, true)?, false)?;
    if let Some(bot) = &args.bot
        && !checked.bots.iter().any(|known| *known.name == **bot)
    {
        let names: Vec<&str> = checked.bots.iter().map(|bot| &*bot.name).collect();
        return Err(project::no_bot(bot, &names));
    }
    let chart = chart::read(&checked, &sources, args.bot.as_deref());
    progress(format, &chart)?;
    let text = match format {
        Format::Html => chart::html(&chart, link.as_ref().map(|link| link as &dyn Fn(&chart::At) -> String)),
        Format::Svg => chart::svg(&chart),
        Format::Mermaid => chart::mermaid(&chart),
        Format::Dot => chart::dot(&chart),
    };
    let mut out = output::stdout();
    match target {
        None => out.write_all(text.as_bytes())?,
        Some(target) => {
            project::write_atomically(&target, text.as_bytes())?;
            let steps = chart.cards.iter().filter(|card| card.kind == chart::CardKind::Step);
            writeln!(
                out,
                "Drew {target}: {}, {}, {}",
                bots(&chart),
                count(steps.count(), "step"),
                size(text.len())
            )?;
        }
    }
    out.flush()?;
    Ok(Exit::Clean)
}

fn ending(format: Format) -> &'static str {
    ENDINGS.iter().find(|(known, _)| *known == format).map_or("", |(_, ending)| ending)
}

fn format(args: &Args) -> Result<Format, Stop> {
    let file = args.output.as_deref().filter(|path| *path != "-");
    let written = file.and_then(|path| Path::new(path).extension()?.to_str());
    if let Some(format) = args.format {
        return Ok(format);
    }
    let Some(written) = written else { return Ok(Format::Html) };
    let known = ENDINGS.iter().find(|(_, ending)| ending.eq_ignore_ascii_case(written));
    known.map(|(format, _)| *format).ok_or_else(|| {
        let endings: Vec<String> = ENDINGS.iter().map(|(_, ending)| format!(".{ending}")).collect();
        Stop::new(format!("a file that ends with `.{written}` could be anything"))
            .help(format!("end it with {}, or say the format with `--format`", endings.join(", ")))
    })
}

/// Fills a place into an address.
fn template(address: &str) -> Result<impl Fn(&chart::At) -> String, Stop> {
    if !address.contains("{file}") {
        return Err(Stop::new(format!("the address `{address}` has no `{{file}}`")).help(
            "write where the file, and perhaps the line, belong: `https://example.com/{file}#L{line}`",
        ));
    }
    let address = address.to_owned();
    Ok(move |at: &chart::At| {
        address.replace("{line}", &at.line.to_string()).replace("{file}", &encoded(&at.file))
    })
}

/// A path as it stands in an address.
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// Placing thousands of cards takes a moment: says so to whoever waits at a terminal.
fn progress(format: Format, chart: &Chart) -> Result<(), Stop> {
    let drawn = matches!(format, Format::Html | Format::Svg);
    if drawn && chart.cards.len() >= MANY && std::io::stderr().is_terminal() {
        output::to_stderr(&format!("Placing {} …\n", count(chart.cards.len(), "card")))?;
    }
    Ok(())
}

fn bots(chart: &Chart) -> String {
    let bots = chart.groups.iter().filter(|group| group.kind == chart::GroupKind::Bot).count();
    format!("{} ({})", count(bots, "bot"), chart.title())
}
