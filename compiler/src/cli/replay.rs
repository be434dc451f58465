//! `sbotc replay`.

use super::locale::{self, Locales, Unasked};
use super::output::{self, BOLD, DIM, GREEN, Out, RED, YELLOW, count, visible};
use super::project;
use super::{Exit, Format, Stop, talk};
use sbot_embed::Engine;
use sbot_embed::log::Line;
use sbotc::i18n::Strictness;
use sbotc::replay::{
    Compared, Comparison, Differing, Group, Kind, Programs, Proof, Prover, Reopened, Reopening, Verdict,
};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

const EXAMPLES: &str = "\
Examples:
  sbotc replay turns.jsonl            prove that every turn is made again,
                                      byte for byte
  sbotc replay turns.jsonl --program shop.sbc
                                      the program that took them, or a project
  sbotc replay turns.jsonl --on shop  which conversations would go another way
                                      on the new version
  sbotc replay turns.jsonl --run ann --at 2
                                      go back to right before turn 2 of `ann`,
                                      answer, and play on
  sbotc replay monday.jsonl tuesday.jsonl
                                      logs that follow each other

A log has one JSON object a line for each turn: a host writes it (see docs/replay.md), and so do `sbotc run --log \
FILE` and `sbotc test --log FILE`. Without `--program`, the .sbc files beside the first log are tried.

Exit codes: 0 all the same, 1 something differs or a line makes no sense, 2 a file could not be read.";

/// Nobody reads more than this of the same at once; `--format json` gives all of it.
const MAX_SHOWN: usize = 20;
/// No line of a log is longer.
const MAX_LINE: u64 = 8 << 20;

/// Take the turns of a log again, on the same program or on another
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES)]
pub(crate) struct Args {
    /// Logs, in the order they were written
    #[arg(required = true, value_name = "LOG")]
    logs: Vec<String>,

    /// A program that took the turns: a .sbc file, a .sbot file or a folder
    #[arg(long, value_name = "PATH")]
    program: Vec<String>,

    /// Compare with what this program would do: a .sbc file, a .sbot file or a folder
    #[arg(long, value_name = "PATH", conflicts_with_all = ["program", "at"])]
    on: Option<String>,

    /// Only the conversation of this name
    #[arg(long, value_name = "NAME")]
    run: Option<String>,

    /// Go back to right before this turn of a conversation, and go on from there as in `sbotc run`
    #[arg(long, value_name = "TURN")]
    at: Option<u32>,

    /// How the report is written
    #[arg(long, value_enum, default_value_t = Format::Text, conflicts_with = "at")]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    match (&args.on, args.at) {
        (Some(new), _) => compare(args, new),
        (None, Some(turn)) => reopen(args, turn),
        (None, None) => prove(args),
    }
}

fn prove(args: &Args) -> Result<Exit, Stop> {
    let programs = programs(args)?;
    let mut prover = Prover::new(&programs);
    let mut out = output::stdout();
    let mut bad = 0;
    let mut shown = 0;
    let mut missing = BTreeSet::new();
    each_line(&args.logs, |place, text| {
        if let Some(wanted) = &args.run
            && Line::read(text).is_ok_and(|line| *line.run != **wanted)
        {
            return Ok(());
        }
        match prover.line(text) {
            Err(why) => {
                bad += 1;
                complain(args, &mut out, place, &why.to_string(), bad)
            }
            Ok(Verdict::Differs { run, turn, differences }) => {
                shown += 1;
                match args.format {
                    Format::Json => {
                        let parts: Vec<_> = differences
                            .iter()
                            .map(|d| serde_json::json!({"part": d.part, "logged": d.logged, "made": d.made}))
                            .collect();
                        let object = serde_json::json!({
                            "file": place.file, "line": place.line, "run": run, "turn": turn, "differences": parts,
                        });
                        writeln!(out, "{object}")?;
                    }
                    Format::Text if shown > MAX_SHOWN => {}
                    Format::Text => {
                        writeln!(
                            out,
                            "{RED}not the same{RED:#}: turn {turn} of `{}` {DIM}{}:{}{DIM:#}",
                            visible(&run),
                            place.file,
                            place.line
                        )?;
                        for difference in &differences {
                            writeln!(out, "  {}", visible(&difference.part))?;
                            writeln!(out, "    {DIM}logged{DIM:#} {}", visible(&difference.logged))?;
                            writeln!(out, "    {DIM}made{DIM:#}   {}", visible(&difference.made))?;
                        }
                    }
                }
                Ok(())
            }
            Ok(Verdict::NoProgram(id)) => {
                missing.insert(id);
                Ok(())
            }
            Ok(Verdict::Same | Verdict::NoBeginning | Verdict::Moved) => Ok(()),
        }
    })?;
    let proof = prover.proof();
    if args.format == Format::Json {
        let Proof { conversations, same, differ, without_beginning, moved, without_program } = proof;
        let sums = serde_json::json!({
            "conversations": conversations, "same": same, "differ": differ, "without_beginning": without_beginning,
            "moved": moved, "without_program": without_program, "unreadable": bad,
        });
        writeln!(out, "{sums}")?;
    } else {
        more(&mut out, shown, "line")?;
        proved(&mut out, &proof)?;
    }
    out.flush()?;
    if !missing.is_empty() {
        let ids: Vec<String> = missing.iter().map(|id| format!("{id:016x}")).collect();
        let lines = count(proof.without_program, "line");
        return Err(Stop::new(format!(
            "{lines} were written under programs that are not at hand: {}",
            ids.join(", ")
        ))
        .help("name each with `--program FILE.sbc`; a .sbc file of `sbotc build` keeps a program for good"));
    }
    Ok(if proof.differ == 0 && bad == 0 { Exit::Clean } else { Exit::Problems })
}

fn proved(out: &mut Out, proof: &Proof) -> Result<(), Stop> {
    let Proof { conversations, same, differ, without_beginning, moved, .. } = proof;
    let all = same + differ;
    if all == 0 {
        // Whatever kept the lines from being proved is told beside this.
        writeln!(out, "no line was made again")?;
    }
    let of = count(*conversations, "conversation");
    if all > 0 && *differ == 0 {
        writeln!(out, "{GREEN}{} of {of} made again, byte for byte{GREEN:#}", count(all, "line"))?;
    } else if *differ > 0 {
        writeln!(out, "{RED}{differ} of {} of {of} not the same{RED:#}", count(all, "line"))?;
    }
    if *moved > 0 {
        writeln!(
            out,
            "{YELLOW}{} not proved{YELLOW:#}: the program before is not at hand; name it with `--program` too",
            count(*moved, "move")
        )?;
    }
    if *without_beginning > 0 {
        writeln!(
            out,
            "{YELLOW}{} not proved{YELLOW:#}: the turns before are not in the log; name the older log before it",
            count(*without_beginning, "line")
        )?;
    }
    Ok(())
}

fn compare(args: &Args, new: &str) -> Result<Exit, Stop> {
    let engine = Engine::new(one_program(new)?);
    let mut comparison = Comparison::new(&engine);
    let mut out = output::stdout();
    let mut bad = 0;
    each_line(&args.logs, |place, text| {
        match Line::read(text) {
            Ok(line) if args.run.as_ref().is_none_or(|wanted| **wanted == *line.run) => {
                comparison.line(place.line, &line);
            }
            Ok(_) => {}
            Err(why) => {
                bad += 1;
                complain(args, &mut out, place, &why.to_string(), bad)?;
            }
        }
        Ok(())
    })?;
    let (groups, compared) = comparison.finish();
    match args.format {
        Format::Json => {
            for group in &groups {
                writeln!(out, "{}", serde_json::json!(group))?;
            }
            writeln!(out, "{}", serde_json::json!(compared))?;
        }
        Format::Text => {
            for group in &groups {
                show_group(&mut out, group)?;
            }
            summary(&mut out, groups.len(), &compared)?;
        }
    }
    out.flush()?;
    Ok(if groups.is_empty() && bad == 0 { Exit::Clean } else { Exit::Problems })
}

fn show_group(out: &mut Out, group: &Group) -> Result<(), Stop> {
    let Group { bot, step, conversations } = group;
    let place = match step {
        Some(step) => format!("step `{step}` of `{bot}`"),
        None => format!("the beginning of `{bot}`"),
    };
    writeln!(
        out,
        "{BOLD}{place}{BOLD:#}: {} would go another way",
        count(conversations.len(), "conversation")
    )?;
    let mut told: Vec<&Differing> = Vec::new();
    for one in conversations {
        // Conversations that differ in the same way are named after the first of them.
        if told.iter().any(|before| before.parts == one.parts) {
            continue;
        }
        if told.len() == MAX_SHOWN {
            break;
        }
        told.push(one);
        let alike: Vec<&Differing> = conversations.iter().filter(|other| other.parts == one.parts).collect();
        let names: Vec<String> = alike
            .iter()
            .take(MAX_SHOWN)
            .map(|one| format!("`{}` turn {} {DIM}(line {}){DIM:#}", visible(&one.run), one.turn, one.line))
            .collect();
        let rest = alike.len().saturating_sub(MAX_SHOWN);
        let rest = if rest > 0 { format!(" and {rest} more") } else { String::new() };
        writeln!(out, "  {}{rest}, after {}", names.join(", "), visible(&one.event))?;
        for part in &one.parts {
            for was in &part.was {
                writeln!(out, "    {RED}-{RED:#} {}", visible(was))?;
            }
            let cannot = if part.kind == Kind::Impossible { "cannot go on: " } else { "" };
            for would_be in &part.would_be {
                writeln!(out, "    {GREEN}+{GREEN:#} {cannot}{}", visible(would_be))?;
            }
        }
    }
    Ok(())
}

fn summary(out: &mut Out, groups: usize, compared: &Compared) -> Result<(), Stop> {
    let Compared { conversations, differ, without_beginning, turns } = compared;
    let of = format!("{} with {}", count(*conversations, "conversation"), count(*turns, "turn"));
    match differ {
        0 => writeln!(out, "{GREEN}{of}: none would go another way{GREEN:#}")?,
        _ => writeln!(out, "{of}: {RED}{differ} would go another way{RED:#}, at {}", count(groups, "step"))?,
    }
    if *without_beginning > 0 {
        writeln!(
            out,
            "{YELLOW}{} not compared{YELLOW:#}: their first turn is not in the log; name the older log before it",
            count(*without_beginning, "conversation")
        )?;
    }
    Ok(())
}

fn reopen(args: &Args, turn: u32) -> Result<Exit, Stop> {
    let programs = programs(args)?;
    let name = match &args.run {
        Some(name) => name.clone(),
        None => only_run(args)?,
    };
    let mut reopening = Reopening::new(&programs, &name, turn);
    let mut found: Option<Reopened> = None;
    each_line(&args.logs, |place, text| {
        if found.is_some() {
            return Ok(());
        }
        let at = |why: String| Stop::new(format!("{}:{}: {why}", place.file, place.line));
        let line = Line::read(text).map_err(|why| at(why.to_string()))?;
        found = reopening.line(&line).map_err(at)?;
        Ok(())
    })?;
    let Reopened { world, event } =
        found.ok_or_else(|| Stop::new(reopening.missing()).help("turns are counted from 0"))?;
    let note =
        format!("Right before turn {turn} of `{}`. In the log, {} then.", visible(&name), visible(&event));
    if io::stdin().is_terminal() {
        talk::terminal_from(world, &note)
    } else {
        talk::script(world, None, io::stdin().lock())
    }
}

/// The name of the conversation, if the log has only one.
fn only_run(args: &Args) -> Result<String, Stop> {
    let mut names = BTreeSet::new();
    each_line(&args.logs, |_, text| {
        if let Ok(line) = Line::read(text)
            && names.len() <= MAX_SHOWN
        {
            names.insert(line.run);
        }
        Ok(())
    })?;
    let mut all = names.iter();
    match (all.next(), names.len()) {
        (Some(name), 1) => Ok(name.to_string()),
        (None, _) => Err(Stop::new("the log has no conversation")),
        (Some(_), n) => {
            let names: Vec<String> = names.iter().take(MAX_SHOWN).map(|name| format!("`{name}`")).collect();
            let rest = if n > MAX_SHOWN { " …" } else { "" };
            Err(Stop::new("the log has several conversations")
                .help(format!("choose one with `--run NAME`: {}{rest}", names.join(", "))))
        }
    }
}

/// The programs that the log may have been written under.
fn programs(args: &Args) -> Result<Programs, Stop> {
    let mut programs = Programs::default();
    for path in &args.program {
        if project::is_compiled(path) {
            programs.add(project::read_program(path)?);
            continue;
        }
        // As `run`, `build` and `test` make it: they differ in translations and tests.
        for (unasked, tests) in [(Unasked::All, false), (Unasked::None, false), (Unasked::All, true)] {
            programs.add(compiled(path, unasked, tests)?);
        }
    }
    if args.program.is_empty() {
        let log = args.logs.first().map_or(Path::new(""), Path::new);
        let folder = log.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if let Some(path) = path.to_str().filter(|path| project::is_compiled(path)) {
                // A file beside the log that cannot be loaded is none of the log's business.
                if let Ok(program) = project::read_program(path) {
                    programs.add(program);
                }
            }
        }
    }
    Ok(programs)
}

fn compiled(path: &str, unasked: Unasked, tests: bool) -> Result<Arc<sbot_vm::Program>, Stop> {
    let (loaded, _) = locale::load(path, &Locales::default(), unasked, Strictness::Incomplete)?;
    Ok(project::compile(loaded, tests, false)?.program)
}

fn one_program(path: &str) -> Result<Arc<sbot_vm::Program>, Stop> {
    if project::is_compiled(path) { project::read_program(path) } else { compiled(path, Unasked::All, false) }
}

/// Says what is wrong with a line.
fn complain(args: &Args, out: &mut Out, place: Place<'_>, why: &str, nth: usize) -> Result<(), Stop> {
    let Place { file, line } = place;
    match args.format {
        Format::Json => {
            writeln!(out, "{}", serde_json::json!({"file": file, "line": line, "unreadable": why}))?;
        }
        Format::Text if nth > MAX_SHOWN => {}
        Format::Text => writeln!(out, "{RED}unreadable{RED:#}: {} {DIM}{file}:{line}{DIM:#}", visible(why))?,
    }
    Ok(())
}

fn more(out: &mut Out, found: usize, what: &str) -> Result<(), Stop> {
    if let Some(left @ 1..) = found.checked_sub(MAX_SHOWN) {
        writeln!(out, "… and {}; `--format json` gives all of them", count(left, what))?;
    }
    Ok(())
}

/// A line of a log, from 1.
#[derive(Clone, Copy)]
struct Place<'a> {
    file: &'a str,
    line: usize,
}

/// Goes through the lines of logs, without their line breaks; empty ones are left out.
fn each_line(logs: &[String], mut each: impl FnMut(Place<'_>, &str) -> Result<(), Stop>) -> Result<(), Stop> {
    let mut shown = Shown::new();
    for file in logs {
        if !Path::new(file).exists() {
            return Err(project::missing(file));
        }
        let cannot = |error: io::Error| {
            Stop::new(format!("cannot read `{file}`: {error}")).help(project::remedy(&error))
        };
        let open = File::open(file).map_err(cannot)?;
        let mut reader = BufReader::with_capacity(1 << 16, open);
        let mut bytes = Vec::new();
        for line in 1.. {
            bytes.clear();
            let read = (&mut reader).take(MAX_LINE).read_until(b'\n', &mut bytes).map_err(cannot)?;
            if read == 0 {
                break;
            }
            if read as u64 == MAX_LINE {
                return Err(Stop::new(format!("{file}:{line}: the line is longer than {MAX_LINE} bytes"))
                    .help("this is no log of turns"));
            }
            let text = bytes.strip_suffix(b"\n").unwrap_or(&bytes);
            let text = text.strip_suffix(b"\r").unwrap_or(text);
            if !text.is_empty() {
                // What is no UTF-8 is no JSON either, and is told with its place.
                each(Place { file, line }, &String::from_utf8_lossy(text))?;
            }
            shown.show(file, line);
        }
    }
    shown.clear();
    Ok(())
}

/// The line that tells how far the reading is: on a terminal, and only if it takes longer than a second.
struct Shown {
    begun: Instant,
    last: Option<Instant>,
    terminal: bool,
}

impl Shown {
    fn new() -> Shown {
        Shown { begun: Instant::now(), last: None, terminal: io::stderr().is_terminal() }
    }

    fn show(&mut self, file: &str, line: usize) {
        if !self.terminal || !line.is_multiple_of(256) {
            return;
        }
        let now = Instant::now();
        let often = self.last.is_some_and(|last| now - last < Duration::from_millis(100));
        if often || now - self.begun < Duration::from_secs(1) {
            return;
        }
        self.last = Some(now);
        // Nobody is harmed if this cannot be written.
        let _ = write!(io::stderr(), "\r\x1b[K{file}: {line} lines");
    }

    fn clear(&self) {
        if self.last.is_some() {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }
}
