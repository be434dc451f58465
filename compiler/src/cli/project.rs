//! From the paths people type to a checked or compiled project.

use super::Stop;
use super::output::{self, count, nearest};
use sbot_grammar::ast::ItemKind;
use sbot_vm::{Debug, Program, Tables};
use sbotc::Checked;
use sbotc::diagnostic::{Diagnostic, render};
use sbotc::i18n::Tag;
use sbotc::project::{Files, Parsed};
use sbotc::source::Sources;
use sbotc::{ir, lower};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// More than this is not read into memory, whatever it is.
const MAX_READ: u64 = 64 << 20;
/// Nobody reads more findings than this at once.
const MAX_SHOWN: usize = 300;

/// The files of this machine.
pub(crate) struct Disk;

impl Files for Disk {
    fn read(&self, path: &str) -> io::Result<Vec<u8>> {
        read_bytes(path)
    }

    fn exists(&self, path: &str) -> bool {
        Path::new(path).is_file()
    }
}

/// The content of a file, if it is of a sane size.
pub(crate) fn read_bytes(path: &str) -> io::Result<Vec<u8>> {
    let file = File::open(path)?;
    if file.metadata()?.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder"));
    }
    let mut bytes = Vec::new();
    file.take(MAX_READ + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_READ {
        return Err(io::Error::new(
            io::ErrorKind::FileTooLarge,
            format!("it has more than {} MB", MAX_READ >> 20),
        ));
    }
    Ok(bytes)
}

/// The content of a file that must be there, with an error that says what to do.
pub(crate) fn read_file(path: &str) -> Result<Vec<u8>, Stop> {
    if !Path::new(path).exists() {
        return Err(missing(path));
    }
    read_bytes(path).map_err(|error| Stop::new(format!("cannot read `{path}`: {error}")).help(remedy(&error)))
}

/// Whether the path means a compiled program.
pub(crate) fn is_compiled(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("sbc"))
}

/// The `.sbot` files that a path means.
pub(crate) fn entries(path: &str) -> Result<Vec<String>, Stop> {
    let meta = fs::metadata(path).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound {
            return missing(path);
        }
        Stop::new(format!("cannot look at `{path}`: {error}")).help(remedy(&error))
    })?;
    if !meta.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let found = sources(path)?;
    if found.is_empty() {
        return Err(Stop::new(format!("there is no .sbot file in `{path}`"))
            .help("name a .sbot file or a folder with one, or start a project with `sbotc new NAME`"));
    }
    Ok(found)
}

/// The `.sbot` files below a folder, of which there may be none.
pub(crate) fn sources(folder: &str) -> Result<Vec<String>, Stop> {
    let mut found = Vec::new();
    walk(Path::new(folder), &mut found)?;
    found.sort();
    Ok(found)
}

/// The projects that paths mean. A folder is one project, unless bots stand in several folders below it and none in
/// itself: then each of those folders is one.
pub(crate) fn projects(paths: &[String]) -> Result<Vec<String>, Stop> {
    let mut all = Vec::new();
    for path in paths {
        let entries = entries(path)?;
        let parent = sbotc::project::parent;
        let mut folders: Vec<String> = Vec::new();
        // Files of one folder are one project, whatever is in them.
        let several =
            entries.iter().any(|entry| entries.first().map(|first| parent(first)) != Some(parent(entry)));
        for entry in entries.iter().filter(|_| several) {
            let folder = parent(entry).to_owned();
            if folders.last() != Some(&folder) && holds_bot(entry) && !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        let itself = path.trim_end_matches('/');
        if folders.len() < 2 || folders.iter().any(|folder| folder == itself) {
            all.push(path.clone());
        } else {
            all.extend(folders);
        }
    }
    Ok(all)
}

fn holds_bot(path: &str) -> bool {
    let source = read_bytes(path).ok().and_then(|bytes| sbotc::source::text(bytes).ok());
    source.is_some_and(|source| {
        sbot_grammar::parse(&source).file.items.iter().any(|item| matches!(item.kind, ItemKind::Bot(_)))
    })
}

/// Collects the `.sbot` files below a folder. Links are followed, but no folder is entered twice.
fn walk(root: &Path, found: &mut Vec<String>) -> Result<(), Stop> {
    let mut seen = HashSet::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let error = |error: io::Error| {
            Stop::new(format!("cannot read the folder `{}`: {error}", folder.display())).help(remedy(&error))
        };
        if !seen.insert(fs::canonicalize(&folder).map_err(error)?) {
            continue;
        }
        for entry in fs::read_dir(&folder).map_err(error)? {
            let path = entry.map_err(error)?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if name.starts_with('.') || name == "target" {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if name.ends_with(".sbot") && path.is_file() {
                found.push(utf8(&path)?);
            }
        }
    }
    Ok(())
}

fn utf8(path: &Path) -> Result<String, Stop> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        Stop::new(format!("the name of the file `{}` is not UTF-8", path.display())).help("rename it")
    })
}

/// A path that is not there, with the neighbour that was most likely meant.
pub(crate) fn missing(path: &str) -> Stop {
    let stop = Stop::new(format!("there is no file or folder `{path}`"));
    let wanted = Path::new(path);
    let folder = wanted.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let Ok(neighbours) = fs::read_dir(folder) else {
        return stop.help(format!("the folder `{}` is not there either", folder.display()));
    };
    let mut names: Vec<String> =
        neighbours.filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.to_owned())).collect();
    names.sort();
    let name = wanted.file_name().unwrap_or_default().to_string_lossy();
    match nearest(&name, names.iter().map(String::as_str)) {
        Some(near) => stop.help(format!("did you mean `{}`?", wanted.with_file_name(near).display())),
        None => stop.help("check the spelling and the folder you are in"),
    }
}

/// A bot that is not there, with the one that was most likely meant.
pub(crate) fn no_bot(wanted: &str, names: &[&str]) -> Stop {
    let stop = Stop::new(format!("there is no bot `{wanted}`"));
    match nearest(wanted, names.iter().copied()) {
        Some(near) => stop.help(format!("did you mean `{near}`?")),
        None => stop.help(format!("there is {}", names.join(", "))),
    }
}

/// What to do about an error of the operating system.
pub(crate) fn remedy(error: &io::Error) -> &'static str {
    use io::ErrorKind as Kind;
    #[allow(clippy::wildcard_enum_match_arm)] // The list of kinds is open.
    match error.kind() {
        Kind::PermissionDenied => "give yourself the right to it, or choose another place",
        Kind::NotFound => "check the spelling and the folder you are in",
        Kind::IsADirectory => "name a file",
        Kind::NotADirectory => "a part of the path is a file; check the path",
        Kind::StorageFull | Kind::QuotaExceeded => "make room on the disk",
        Kind::ReadOnlyFilesystem => "choose a place that can be written to",
        Kind::FileTooLarge => "split it",
        _ => "check the path and try again",
    }
}

/// A project after checking.
pub(crate) struct Loaded {
    pub(crate) sources: Sources,
    pub(crate) diagnostics: Vec<Diagnostic>,
    pub(crate) project: Option<ir::Project>,
    /// How many files were read, those of the standard library not counted.
    pub(crate) files: usize,
}

impl Loaded {
    pub(crate) fn new(checked: Checked, files: usize) -> Loaded {
        Loaded { sources: checked.sources, diagnostics: checked.diagnostics, project: checked.project, files }
    }
}

/// Refuses a compiled program.
pub(crate) fn source_only(path: &str) -> Result<(), Stop> {
    if !is_compiled(path) {
        return Ok(());
    }
    Err(Stop::new(format!("`{path}` is a compiled program, and this command wants the source")).help(
        "name the .sbot file or folder it was built from; `sbotc run` and `sbotc disasm` take .sbc files",
    ))
}

/// Reads and checks what a path means. `bot` tells whether there must be one.
pub(crate) fn load(path: &str, bot: bool) -> Result<Loaded, Stop> {
    let (checked, files) = load_checked(path, bot)?;
    Ok(Loaded::new(checked, files))
}

/// The same, for what adds to the findings. Tells how many files were read, too.
pub(crate) fn load_checked(path: &str, bot: bool) -> Result<(Checked, usize), Stop> {
    source_only(path)?;
    let folder = Path::new(path).is_dir();
    let parsed = parse(&entries(path)?)?;
    let files = parsed.units.iter().filter(|unit| !unit.std).count();
    let mut items = parsed.units.iter().filter(|unit| unit.entry).flat_map(|unit| &unit.tree.items);
    // A library may have tests of its own.
    let has_bot = items.any(|item| {
        matches!(item.kind, ItemKind::Bot(_)) || (!bot && matches!(item.kind, ItemKind::Test { .. }))
    });
    let checked = sbotc::check::check(parsed, &Disk);
    let broken = checked.diagnostics.iter().any(Diagnostic::is_error);
    if !has_bot && !broken && (bot || folder) {
        let what =
            if folder { format!("no file in `{path}` has a bot") } else { format!("`{path}` has no bot") };
        return Err(
            Stop::new(what).help("a bot's file begins with `bot NAME`; files without it are libraries")
        );
    }
    Ok((checked, files))
}

/// The folder of the project that a path means.
pub(crate) fn root(path: &str) -> &str {
    if Path::new(path).is_dir() { path } else { sbotc::project::parent(path) }
}

/// Parses files, wording what keeps one from being read.
pub(crate) fn parse(entries: &[String]) -> Result<Parsed, Stop> {
    sbotc::project::parse(entries, &Disk).map_err(|error| unreadable(&error))
}

/// What keeps a file from being read.
pub(crate) fn unreadable(error: &sbotc::ReadError) -> Stop {
    match read_bytes(&error.path) {
        // The text was read and is no source: the error says what to do.
        Ok(_) => Stop::new(error.to_string()),
        Err(why) => Stop::new(error.to_string()).help(remedy(&why)),
    }
}

/// A project that can be run.
pub(crate) struct Compiled {
    pub(crate) program: Arc<Program>,
    pub(crate) sources: Sources,
    pub(crate) tests: Vec<ir::Test<u32>>,
    /// The language of the source, then those it is translated into; empty without translations.
    pub(crate) languages: Vec<Tag>,
}

/// A project that is built to be explored.
pub(crate) struct Marked {
    pub(crate) compiled: Compiled,
    pub(crate) project: ir::Project,
    pub(crate) marks: Vec<lower::Mark>,
}

/// Compiles a checked project with its tests and with marks. Its errors are printed.
pub(crate) fn compile_marked(loaded: Loaded) -> Result<Marked, Stop> {
    let (project, sources) = checked(loaded, false)?;
    let lowered = lower::lower_marked(&project, &sources);
    let marks = lowered.marks;
    let program = verified(lowered.tables, lowered.debug)?;
    let languages = languages(&project);
    Ok(Marked { compiled: Compiled { program, sources, tests: lowered.tests, languages }, project, marks })
}

/// Compiles a checked project. Its errors are printed, its warnings only if `warnings`.
pub(crate) fn compile(loaded: Loaded, tests: bool, warnings: bool) -> Result<Compiled, Stop> {
    let (project, sources) = checked(loaded, warnings)?;
    let lowered = lower::lower(&project, &sources, tests);
    let program = verified(lowered.tables, lowered.debug)?;
    Ok(Compiled { program, sources, tests: lowered.tests, languages: languages(&project) })
}

/// Compiles a checked project without its tests, under a tag if there is one, and gives what it was made of too.
pub(crate) fn compile_whole(
    loaded: Loaded,
    warnings: bool,
    tag: Option<&str>,
) -> Result<(Compiled, ir::Project), Stop> {
    let (project, sources) = checked(loaded, warnings)?;
    let mut lowered = lower::lower(&project, &sources, false);
    lowered.tables.tag = tag.map(Arc::from);
    let program = verified(lowered.tables, lowered.debug)?;
    let languages = languages(&project);
    Ok((Compiled { program, sources, tests: lowered.tests, languages }, project))
}

fn languages(project: &ir::Project) -> Vec<Tag> {
    project.languages.iter().filter_map(|tag| Tag::read(tag).ok()).collect()
}

/// A program from tables that were just made.
pub(crate) fn verified(tables: Tables, debug: Debug) -> Result<Arc<Program>, Stop> {
    Program::new(tables, Some(debug)).map(Arc::new).map_err(|error| {
        Stop::new(format!("the compiler made a program that does not verify: {error}"))
            .help("this is a mistake of sbotc; please report it with the source")
    })
}

/// A project without errors. Errors are printed, warnings only if `warnings`.
pub(crate) fn checked(loaded: Loaded, warnings: bool) -> Result<(ir::Project, Sources), Stop> {
    let mut shown = loaded.diagnostics;
    let Some(project) = loaded.project else {
        shown.retain(|diagnostic| warnings || diagnostic.is_error());
        print(&shown, &loaded.sources)?;
        let errors = shown.iter().filter(|diagnostic| diagnostic.is_error()).count();
        output::to_stderr(&format!("{}\n", count(errors, "error")))?;
        return Err(Stop::Problems);
    };
    if warnings {
        print(&shown, &loaded.sources)?;
    }
    Ok((project, loaded.sources))
}

/// Prints diagnostics to standard error, errors first if there are too many to read.
pub(crate) fn print(diagnostics: &[Diagnostic], sources: &Sources) -> Result<(), Stop> {
    if diagnostics.is_empty() {
        return Ok(());
    }
    let color = output::stderr_colored();
    if diagnostics.len() <= MAX_SHOWN {
        return output::to_stderr(&render::render(diagnostics, sources, color));
    }
    let (errors, warnings): (Vec<&Diagnostic>, Vec<&Diagnostic>) =
        diagnostics.iter().partition(|diagnostic| diagnostic.is_error());
    let shown: Vec<Diagnostic> = errors.into_iter().chain(warnings).take(MAX_SHOWN).cloned().collect();
    output::to_stderr(&render::render(&shown, sources, color))?;
    let left = diagnostics.len() - MAX_SHOWN;
    output::to_stderr(&format!(
        "\n{left} more are not shown; `sbotc check --format json` lists all of them\n"
    ))
}

/// `bots/welcome.sbot` gives `bots/welcome.sbc`, the folder `pizzeria` gives `pizzeria/pizzeria.sbc`.
pub(crate) fn beside(path: &str, extension: &str) -> Result<String, Stop> {
    let given = Path::new(path);
    if !given.exists() {
        return Err(missing(path));
    }
    if !given.is_dir() {
        return Ok(given.with_extension(extension).to_string_lossy().into_owned());
    }
    // The name of `.` or `..` is known only to the file system.
    let whole = fs::canonicalize(given)
        .map_err(|error| Stop::new(format!("cannot look at `{path}`: {error}")).help(remedy(&error)))?;
    let name = whole.file_name().map_or_else(|| "bot".to_owned(), |name| name.to_string_lossy().into_owned());
    let file = format!("{name}.{extension}");
    let inside = if path == "." { Path::new(&file).to_path_buf() } else { given.join(&file) };
    Ok(inside.to_string_lossy().into_owned())
}

/// Reads a compiled program.
pub(crate) fn read_program(path: &str) -> Result<Arc<Program>, Stop> {
    let bytes = read_file(path)?;
    Program::load(&bytes).map(Arc::new).map_err(|error| Stop::new(format!("cannot load `{path}`: {error}")))
}

/// Writes a file so that there is the old one or the new one at any time, never half of one.
pub(crate) fn write_atomically(path: &str, bytes: &[u8]) -> Result<(), Stop> {
    let error = |error: io::Error| Stop::new(format!("cannot write `{path}`: {error}")).help(remedy(&error));
    // Behind a link, the file itself is replaced.
    let target = fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    if target.is_dir() {
        return Err(Stop::new(format!("cannot write `{path}`: it is a folder")).help("name a file"));
    }
    let name = target.file_name().ok_or_else(|| Stop::new(format!("`{path}` is no name of a file")))?;
    let temporary = target.with_file_name(format!(".{}.{}.tmp", name.to_string_lossy(), std::process::id()));
    let written = fs::write(&temporary, bytes).and_then(|()| {
        if let Ok(meta) = fs::metadata(&target) {
            fs::set_permissions(&temporary, meta.permissions())?;
        }
        fs::rename(&temporary, &target)
    });
    written.map_err(|e| {
        // What is left of a failed attempt is of no use; that it cannot be removed changes nothing.
        let _ = fs::remove_file(&temporary);
        error(e)
    })
}
