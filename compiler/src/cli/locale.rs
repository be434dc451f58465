//! Which translations a command builds in, and where they are.

use super::Stop;
use super::output::{self, YELLOW, count, nearest, visible};
use super::project::{self, Loaded, remedy};
use sbotc::Checked;
use sbotc::i18n::{self, Counts, LocaleFile, PSEUDO, Strictness, Tag, po};
use std::fs;
use std::path::Path;

/// The options of commands that build a program.
#[derive(Default, clap::Args)]
pub(crate) struct Locales {
    /// Languages to build in, such as `es,pt-BR`; `all` for every .po file there is, `none` for none
    #[arg(id = "wanted", long = "locale", value_name = "LANGUAGES", value_delimiter = ',')]
    wanted: Vec<String>,

    /// Where the .po files are [default: the folder `locale` of the project]
    #[arg(long, value_name = "FOLDER")]
    locale_dir: Option<String>,
}

/// What is built in where nobody said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unasked {
    All,
    None,
}

impl Locales {
    /// A compiled program has its languages.
    pub(crate) fn none_for(&self, path: &str) -> Result<(), Stop> {
        if self.wanted.is_empty() && self.locale_dir.is_none() {
            return Ok(());
        }
        Err(Stop::new(format!("`{path}` is compiled: the languages it speaks were built in"))
            .help("leave `--locale` out, or name the source"))
    }

    fn folder(&self, path: &str) -> String {
        folder(path, self.locale_dir.as_deref())
    }
}

/// Where the translations of a project are.
pub(crate) fn folder(path: &str, given: Option<&str>) -> String {
    match given {
        Some(folder) => folder.to_owned(),
        None => in_folder(project::root(path), "locale"),
    }
}

/// A file of a folder, as people would write its path.
pub(crate) fn in_folder(folder: &str, file: &str) -> String {
    match folder {
        "" | "." => file.to_owned(),
        folder => format!("{}/{file}", folder.trim_end_matches('/')),
    }
}

/// The `.po` files of a folder, by name. Without the folder there are none.
pub(crate) fn found(folder: &str) -> Result<Vec<(Tag, String)>, Stop> {
    let error = |error: std::io::Error| {
        Stop::new(format!("cannot read the folder `{folder}`: {error}")).help(remedy(&error))
    };
    if !Path::new(folder).exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(error)? {
        let name = entry.map_err(error)?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".po") && !name.starts_with('.') {
            names.push(name);
        }
    }
    names.sort();
    names
        .iter()
        .map(|name| {
            let path = in_folder(folder, name);
            match Tag::read(name.trim_end_matches(".po")) {
                Ok(tag) => Ok((tag, path)),
                Err(why) => Err(Stop::new(format!("`{path}` is not named after a language"))
                    .help(format!("{why}, and name the file `es.po`"))),
            }
        })
        .collect()
}

/// Reads, checks and translates a project. Also tells how far each translation is.
pub(crate) fn load(
    path: &str,
    locales: &Locales,
    unasked: Unasked,
    strictness: Strictness,
) -> Result<(Loaded, Vec<Counts>), Stop> {
    let (mut checked, files) = project::load_checked(path, true)?;
    let chosen = choose(path, locales, unasked, &mut checked)?;
    let counts = i18n::localize(&mut checked, project::root(path), chosen, strictness);
    Ok((Loaded::new(checked, files), counts))
}

fn choose(
    path: &str,
    locales: &Locales,
    unasked: Unasked,
    checked: &mut Checked,
) -> Result<Vec<LocaleFile>, Stop> {
    let wanted: Vec<&str> = locales.wanted.iter().map(|word| word.trim()).collect();
    let all = match wanted.as_slice() {
        [] => unasked == Unasked::All,
        ["all"] => true,
        ["none"] => return Ok(Vec::new()),
        _ => false,
    };
    if !all && wanted.is_empty() {
        return Ok(Vec::new());
    }
    let folder = locales.folder(path);
    let there = found(&folder)?;
    if all {
        if there.is_empty() && !wanted.is_empty() {
            return Err(Stop::new(format!("there are no translations in `{folder}`"))
                .help(format!("begin one: `sbotc i18n extract {path} --locale es`")));
        }
        return there.into_iter().map(read).collect();
    }
    let mut files = Vec::new();
    for word in wanted {
        let tag = Tag::read(word).map_err(Stop::new)?;
        match there.iter().find(|(known, _)| *known == tag) {
            Some(known) => files.push(read(known.clone())?),
            None if Tag::read(PSEUDO).as_ref() == Ok(&tag) => {
                files.extend(pseudo(path, &folder, tag, checked));
            }
            None => return Err(no_translation(path, &folder, word, &there)),
        }
    }
    Ok(files)
}

fn no_translation(path: &str, folder: &str, word: &str, there: &[(Tag, String)]) -> Stop {
    let names: Vec<String> = there.iter().map(|(tag, _)| tag.to_string()).collect();
    let stop = Stop::new(format!("there is no translation into `{word}` in `{folder}`"));
    match nearest(word, names.iter().map(String::as_str)) {
        Some(near) => stop.help(format!("did you mean `{near}`?")),
        None if names.is_empty() => {
            stop.help(format!("begin one: `sbotc i18n extract {path} --locale {word}`"))
        }
        None => stop.help(format!(
            "there is {}; another one begins with `sbotc i18n extract {path} --locale {word}`",
            names.join(", ")
        )),
    }
}

fn read((tag, path): (Tag, String)) -> Result<LocaleFile, Stop> {
    let bytes = project::read_file(&path)?;
    Ok(LocaleFile { tag, path, bytes })
}

/// The language that nobody speaks is made on the spot.
fn pseudo(path: &str, folder: &str, tag: Tag, checked: &mut Checked) -> Option<LocaleFile> {
    let root = project::root(path);
    let texts = i18n::texts(checked.project.as_mut()?, &checked.sources, root);
    let catalog = i18n::pseudo(&texts, i18n::template(&texts, &checked.sources, root));
    let path = in_folder(folder, &format!("{tag}.po"));
    Some(LocaleFile { tag, path, bytes: po::write(&catalog).into_bytes() })
}

/// Says that a project has translations and none was asked for.
pub(crate) fn left_out(path: &str, locales: &Locales) -> Result<(), Stop> {
    if !locales.wanted.is_empty() {
        return Ok(());
    }
    let folder = locales.folder(path);
    let names: Vec<String> = found(&folder)?.iter().map(|(tag, _)| tag.to_string()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let folder = visible(&folder);
    output::to_stderr(&format!(
        "{YELLOW}note{YELLOW:#}: the translations in `{folder}` ({}) are not built in; `--locale all` does that\n",
        names.join(", ")
    ))
}

/// Says how many texts of each language are shown as they stand in the source.
pub(crate) fn fallbacks(counts: &[Counts]) -> Result<(), Stop> {
    for one in counts.iter().filter(|one| !one.complete()) {
        output::to_stderr(&format!(
            "{YELLOW}note{YELLOW:#}: {} of {} have no translation into {} and are shown as they stand in the source\n",
            one.texts - one.translated,
            count(one.texts, "text"),
            one.tag
        ))?;
    }
    Ok(())
}
