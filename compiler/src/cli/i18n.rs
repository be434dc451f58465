//! `sbotc i18n`: texts out to translators, and how far they are.

use super::locale::{folder, found, in_folder};
use super::output::{self, GREEN, RED, YELLOW, count, visible};
use super::{Exit, Format, Stop, project};
use clap::Subcommand;
use sbotc::diagnostic::{Code, Diagnostic};
use sbotc::i18n::{self, Counts, LocaleFile, Strictness, Tag, po};
use sbotc::source::Sources;
use std::fs;
use std::io::Write;
use std::path::Path;

const EXAMPLES: &str = "\
Examples:
  sbotc i18n extract pizzeria --locale es  begin Spanish: pizzeria/locale/es.po
  sbotc i18n extract pizzeria              bring all translations up to date
  sbotc i18n extract pizzeria --check      for CI: fails if they are not
  sbotc i18n status pizzeria               how much is translated
  sbotc build pizzeria --locale all        build the translations in
  sbotc run pizzeria --locale en-XA        a language that nobody speaks:
                                           every text in brackets

A .po file is opened by every program for translators, and by every editor.

Exit codes: 0 all is well, 1 something is not translated or not up to date, 2 a file could not be read or written.";

/// Translate what a bot says
///
/// The texts that a client can see go into .po files, one for each language, and come back with `sbotc build --locale`.
#[derive(clap::Args)]
#[command(after_long_help = EXAMPLES, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write the texts that a client can see to .po files, and bring those there are up to date
    ///
    /// Translations stay, and so do comments. A text that was reworded is marked as `fuzzy`, with the text before; what
    /// is gone is kept at the end of the file. messages.pot has all texts and no translation.
    #[command(after_long_help = EXAMPLES)]
    Extract(Extract),
    /// Count what is translated, and what is left to do
    ///
    /// The exit code is 1 if a text is not translated.
    #[command(after_long_help = EXAMPLES)]
    Status(Status),
}

#[derive(clap::Args)]
struct Extract {
    /// Files, or folders with .sbot files; each is a project of its own
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,

    /// Languages to begin, such as `es,pt-BR`; those there are need not be named
    #[arg(long = "locale", value_name = "LANGUAGES", value_delimiter = ',')]
    locales: Vec<String>,

    /// Where the .po files are [default: the folder `locale` of the project]
    #[arg(short, long, value_name = "FOLDER", alias = "locale-dir")]
    output: Option<String>,

    /// Write nothing, and fail if something would be written
    #[arg(long)]
    check: bool,
}

#[derive(clap::Args)]
struct Status {
    /// Files, or folders with .sbot files; each is a project of its own
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<String>,

    /// Where the .po files are [default: the folder `locale` of the project]
    #[arg(long, value_name = "FOLDER")]
    locale_dir: Option<String>,

    /// JSON has one object a language
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(crate) fn run(args: &Args) -> Result<Exit, Stop> {
    match &args.command {
        Command::Extract(args) => extract(args),
        Command::Status(args) => status(args),
    }
}

/// What happened to a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Did {
    Began,
    Changed,
    Nothing,
}

fn extract(args: &Extract) -> Result<Exit, Stop> {
    let wanted: Vec<Tag> = args.locales.iter().map(|word| begun(word.trim())).collect::<Result<_, _>>()?;
    let projects = project::projects(&args.paths)?;
    if let (Some(folder), true) = (&args.output, projects.len() > 1) {
        return Err(Stop::new(format!("`{folder}` cannot hold the texts of {} projects", projects.len()))
            .help("name one project, or leave `--output` out: each has its own folder `locale`"));
    }
    let mut exit = Exit::Clean;
    for path in &projects {
        match extract_one(args, path, &wanted) {
            Ok(Exit::Clean) => {}
            // The other projects can be done all the same.
            Ok(Exit::Problems) | Err(Stop::Problems) => exit = Exit::Problems,
            Err(stop) => return Err(stop),
        }
    }
    Ok(exit)
}

/// A language to begin.
fn begun(word: &str) -> Result<Tag, Stop> {
    if matches!(word, "all" | "none") {
        return Err(Stop::new(format!("`{word}` is no language to begin")).help(
            "write tags such as `es,pt-BR`; the translations there are, are always brought up to date",
        ));
    }
    Tag::read(word).map_err(Stop::new)
}

fn extract_one(args: &Extract, path: &str, wanted: &[Tag]) -> Result<Exit, Stop> {
    let folder = folder(path, args.output.as_deref());
    if args.check && wanted.is_empty() && !Path::new(&folder).exists() {
        return Ok(Exit::Clean);
    }
    let mut loaded = project::load(path, true)?;
    let root = project::root(path);
    let Some(found_project) = &mut loaded.project else {
        loaded.diagnostics.retain(Diagnostic::is_error);
        project::print(&loaded.diagnostics, &loaded.sources)?;
        return Err(Stop::Problems);
    };
    let texts = i18n::texts(found_project, &loaded.sources, root);
    let spoken = found_project.account.language.as_deref().and_then(|tag| Tag::read(tag).ok());
    project::print(&texts.notes, &loaded.sources)?;
    let mut files = found(&folder)?;
    for tag in wanted {
        if Some(tag) == spoken.as_ref() {
            return Err(Stop::new(format!("the texts of `{path}` are in {tag} already"))
                .help("name the language they are to be translated into"));
        }
        if !files.iter().any(|(known, _)| known == tag) {
            files.push((tag.clone(), in_folder(&folder, &format!("{tag}.po"))));
        }
    }
    let template = i18n::template(&texts, &loaded.sources, root);
    let mut out = output::stdout();
    let mut stale = false;
    let mut texts_of = vec![(in_folder(&folder, "messages.pot"), template)];
    for (tag, file) in &files {
        let old = if Path::new(file).exists() { read(file)? } else { po::Catalog::default() };
        texts_of.push((file.clone(), i18n::merge(old, tag, &texts, &loaded.sources, root)));
    }
    for (file, catalog) in &texts_of {
        let did = write(file, &po::write(catalog), args.check)?;
        stale |= did != Did::Nothing;
        report(&mut out, file, catalog, did, args.check)?;
    }
    out.flush()?;
    let path = visible(path);
    if args.check && stale {
        output::to_stderr(&format!("{RED}error{RED:#}: not up to date; run `sbotc i18n extract {path}`\n"))?;
        return Ok(Exit::Problems);
    }
    if files.is_empty() {
        output::to_stderr(&format!("Begin a translation with `sbotc i18n extract {path} --locale es`\n"))?;
    }
    Ok(Exit::Clean)
}

/// Reads what translators have. What is wrong with it is printed.
fn read(path: &str) -> Result<po::Catalog, Stop> {
    let bytes = project::read_file(path)?;
    let mut sources = Sources::default();
    match po::load(&mut sources, path, &bytes).1 {
        Ok(catalog) => Ok(catalog),
        Err(found) => {
            project::print(&found, &sources)?;
            Err(Stop::Problems)
        }
    }
}

fn write(path: &str, text: &str, check: bool) -> Result<Did, Stop> {
    let there = Path::new(path).exists();
    if there && project::read_file(path)? == text.as_bytes() {
        return Ok(Did::Nothing);
    }
    if !check {
        let parent = sbotc::project::parent(path);
        if !parent.is_empty() {
            fs::create_dir_all(parent).map_err(|error| {
                Stop::new(format!("cannot make the folder `{parent}`: {error}")).help(project::remedy(&error))
            })?;
        }
        project::write_atomically(path, text.as_bytes())?;
    }
    Ok(if there { Did::Changed } else { Did::Began })
}

fn report(
    out: &mut output::Out,
    file: &str,
    catalog: &po::Catalog,
    did: Did,
    check: bool,
) -> Result<(), Stop> {
    let did = match (did, check) {
        (Did::Nothing, _) => "up to date",
        (Did::Began, false) => "new",
        (Did::Changed, false) => "brought up to date",
        (Did::Began, true) => "missing",
        (Did::Changed, true) => "out of date",
    };
    let texts: Vec<_> =
        catalog.entries.iter().filter(|entry| !entry.is_header() && !entry.obsolete).collect();
    let number = |f: &dyn Fn(&po::Entry) -> bool| texts.iter().filter(|entry| f(entry)).count();
    let translated = number(&po::Entry::is_translated);
    let fuzzy = number(&|entry| entry.is_fuzzy() && !entry.translation.is_empty());
    let mut parts = vec![count(texts.len(), "text")];
    if file.ends_with(".po") {
        parts.push(format!("{translated} translated"));
        if fuzzy > 0 {
            parts.push(format!("{fuzzy} fuzzy"));
        }
        if texts.len() > translated + fuzzy {
            parts.push(format!("{} missing", texts.len() - translated - fuzzy));
        }
    }
    Ok(writeln!(out, "{}: {did}, {}", visible(file), parts.join(", "))?)
}

fn status(args: &Status) -> Result<Exit, Stop> {
    let mut exit = Exit::Clean;
    let mut out = output::stdout();
    for path in &project::projects(&args.paths)? {
        let folder = folder(path, args.locale_dir.as_deref());
        let files = found(&folder)?;
        if files.is_empty() {
            if args.format == Format::Text {
                let path = visible(path);
                writeln!(out, "{path}: not translated; begin with `sbotc i18n extract {path} --locale es`")?;
            }
            continue;
        }
        let mut read = Vec::new();
        for (tag, file) in files {
            read.push(LocaleFile { tag, bytes: project::read_file(&file)?, path: file });
        }
        let (mut checked, _) = project::load_checked(path, true)?;
        let counts = i18n::localize(&mut checked, project::root(path), read, Strictness::Incomplete);
        // The warnings of the source itself are told by `sbotc check`.
        checked.diagnostics.retain(|found| found.is_error() || of_translations(found.code));
        project::print(&checked.diagnostics, &checked.sources)?;
        for one in &counts {
            match args.format {
                Format::Text => writeln!(out, "{}", line(one))?,
                Format::Json => writeln!(out, "{}", object(one))?,
            }
        }
        if checked.project.is_none() || !counts.iter().all(Counts::complete) {
            exit = Exit::Problems;
        }
    }
    out.flush()?;
    Ok(exit)
}

fn of_translations(code: Code) -> bool {
    matches!(code, Code::W0704 | Code::W0801)
}

fn line(counts: &Counts) -> String {
    let Counts { path, texts, translated, fuzzy, missing, wrong, obsolete, .. } = counts;
    let path = visible(path);
    let style = if counts.complete() { GREEN } else { YELLOW };
    let mut line = format!("{style}{path}{style:#}: {translated} of {} translated", count(*texts, "text"));
    for (number, what) in [(fuzzy, "fuzzy"), (missing, "missing"), (wrong, "wrong"), (obsolete, "obsolete")] {
        if *number > 0 {
            line.push_str(&format!(", {number} {what}"));
        }
    }
    line
}

fn object(counts: &Counts) -> serde_json::Value {
    serde_json::json!({
        "language": counts.tag.to_string(),
        "file": counts.path,
        "texts": counts.texts,
        "translated": counts.translated,
        "fuzzy": counts.fuzzy,
        "missing": counts.missing,
        "wrong": counts.wrong,
        "obsolete": counts.obsolete,
        "complete": counts.complete(),
    })
}
