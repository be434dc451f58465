//! Whether translations fit: each text has one, its holes are those of the text, options can still be told apart, and
//! labels are no longer than channels show.

use super::apply::{Counts, Locale, LocaleFile, Strictness, Translation, plain_texts};
use super::pieces::parse;
use super::po::{Catalog, Entry};
use super::texts::{Role, Text, Texts};
use crate::diagnostic::{Code, Diagnostic};
use crate::flow;
use crate::ir::{Expr, Message, Project, StmtKind, each_stmt};
use crate::lint::limits::{LIMITS, Limit, Part};
use crate::source::{FileId, Place, Sources};
use rustc_hash::{FxHashMap, FxHashSet};
use sbot_grammar::ast::Span;

/// Compares a file with the texts.
pub(super) fn locale(
    texts: &Texts,
    file: &LocaleFile,
    id: FileId,
    catalog: &Catalog,
    sources: &Sources,
    strictness: Strictness,
    found: &mut Vec<Diagnostic>,
) -> (Locale, Counts) {
    let mut entries: FxHashMap<(&str, &str), &Entry> = FxHashMap::default();
    for entry in catalog.entries.iter().filter(|entry| !entry.obsolete) {
        entries.insert((entry.context.as_deref().unwrap_or(""), &entry.text), entry);
    }
    let mut counts = Counts {
        tag: file.tag.clone(),
        path: file.path.clone(),
        texts: texts.texts.len(),
        translated: 0,
        fuzzy: 0,
        missing: 0,
        wrong: 0,
        obsolete: catalog.entries.iter().filter(|entry| entry.obsolete).count(),
    };
    let mut translations = Vec::with_capacity(texts.texts.len());
    for text in &texts.texts {
        let entry = entries.remove(&(text.context.as_str(), text.text.as_str()));
        let place = entry.map(|entry| Place { file: id, span: entry.places.translation });
        let translation = match (entry, place) {
            (Some(entry), Some(place)) if entry.is_translated() => {
                match translated(text, entry, place, sources) {
                    Ok(translation) => {
                        counts.translated += 1;
                        Some(translation)
                    }
                    Err(wrong) => {
                        counts.wrong += 1;
                        found.push(*wrong);
                        None
                    }
                }
            }
            _ => {
                let fuzzy = entry.is_some_and(|entry| entry.is_fuzzy() && !entry.translation.is_empty());
                match fuzzy {
                    true => counts.fuzzy += 1,
                    false => counts.missing += 1,
                }
                if strictness == Strictness::Complete {
                    found.push(untranslated(text, file, place, fuzzy));
                }
                None
            }
        };
        translations.push(translation);
    }
    // What is left belongs to no text: its text or its place is not in the program any more.
    counts.obsolete += entries.values().filter(|entry| !entry.is_header()).count();
    (Locale { tag: file.tag.clone(), translations }, counts)
}

fn translated(
    text: &Text,
    entry: &Entry,
    place: Place,
    sources: &Sources,
) -> Result<Translation, Box<Diagnostic>> {
    match parse(&entry.translation, &text.holes, text.role == Role::Synonyms) {
        Ok(texts) => Ok(Translation { place, texts }),
        Err(misfit) => {
            // Quotes are escaped in the file; then the whole translation is pointed at.
            let part = misfit.part.and_then(|part| within(sources, place, &part));
            let diagnostic = Diagnostic::new(Code::E0802, part.unwrap_or(place), misfit.what);
            let diagnostic = match (part, misfit.instead) {
                (Some(part), Some(instead)) => diagnostic.suggest(part.span, instead),
                _ => diagnostic,
            };
            Err(Box::new(diagnostic.label(text.place, "the text").help(misfit.help)))
        }
    }
}

/// Where a part of a translation stands, if it stands there once.
fn within(sources: &Sources, place: Place, part: &str) -> Option<Place> {
    let mut found = sources.get(place.file).slice(place.span).match_indices(part);
    let start = place.span.start.checked_add(u32::try_from(found.next()?.0).ok()?)?;
    let end = start.checked_add(u32::try_from(part.len()).ok()?)?;
    found.next().is_none().then_some(Place { file: place.file, span: Span::new(start, end) })
}

/// E0803.
fn untranslated(text: &Text, file: &LocaleFile, place: Option<Place>, fuzzy: bool) -> Diagnostic {
    let what = if fuzzy {
        format!("the text `{}` has changed since it was translated into {}", short(&text.text), file.tag)
    } else {
        format!("the text `{}` is not translated into {}", short(&text.text), file.tag)
    };
    let help = match (place, fuzzy) {
        (Some(_), true) => "correct the translation if need be, and remove the word `fuzzy`".to_owned(),
        (Some(_), false) => "write it into `msgstr`, or build with `--allow-incomplete`".to_owned(),
        (None, _) => format!("`sbotc i18n extract` adds it to {}", file.path),
    };
    Diagnostic::new(Code::E0803, place.unwrap_or(text.place), what).help(help)
}

/// The beginning of a text, on one line.
fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or("");
    let mut chars = line.chars();
    let head: String = chars.by_ref().take(40).collect();
    if chars.next().is_some() || line.len() < text.len() { format!("{head}…") } else { head }
}

/// A text of an option.
struct Word {
    folded: String,
    option: usize,
    place: Place,
}

/// E0409: two options of one message that a translation makes equal. A client of one language sees the labels of that
/// language, and writes words of any.
pub(super) fn options(texts: &Texts, locales: &[Locale], found: &mut Vec<Diagnostic>) {
    let mut messages: FxHashMap<usize, Vec<usize>> = FxHashMap::default();
    for (number, text) in texts.texts.iter().enumerate() {
        if let Some((message, _)) = text.option {
            messages.entry(message).or_default().push(number);
        }
    }
    let mut messages: Vec<(usize, Vec<usize>)> = messages.into_iter().collect();
    messages.sort_unstable_by_key(|(message, _)| *message);
    let mut reported = FxHashSet::default();
    for (_, members) in messages {
        // The labels of the source are among the languages, too: words of another may equal them.
        let shown = std::iter::once(None).chain(locales.iter().map(Some));
        for shown in shown {
            for (first, second) in equal(texts, &members, shown, locales) {
                // What is equal in the source was reported there.
                let (at, other) = if is_source(texts, second) { (first, second) } else { (second, first) };
                if !is_source(texts, at) && reported.insert((at, other)) {
                    let language = shown.map_or("the source".to_owned(), |locale| locale.tag.to_string());
                    found.push(
                        Diagnostic::new(
                            Code::E0409,
                            at,
                            format!("for a client who reads {language}, another option of the message has the same text"),
                        )
                        .label(other, "the other one")
                        .help("case and spaces make no difference when the client's answer is compared, and words of every language are taken; change one of them"),
                    );
                }
            }
        }
    }
}

fn is_source(texts: &Texts, place: Place) -> bool {
    texts.by_place.contains_key(&place)
}

/// Pairs of places with equal texts, for a client who sees the labels of one language.
fn equal(
    texts: &Texts,
    members: &[usize],
    shown: Option<&Locale>,
    locales: &[Locale],
) -> Vec<(Place, Place)> {
    let mut words: Vec<Word> = Vec::new();
    for number in members {
        let Some(text) = texts.texts.get(*number) else { continue };
        let Some((_, option)) = text.option else { continue };
        let translation = |locale: &'_ Locale| locale.translations.get(*number).and_then(Option::clone);
        let mut versions: Vec<Option<Translation>> = Vec::new();
        if text.role == Role::Synonyms {
            versions.push(None);
            versions.extend(locales.iter().map(translation).filter(Option::is_some));
        } else {
            versions.push(shown.and_then(translation));
        }
        for version in versions {
            let place = version.as_ref().map_or(text.place, |version| version.place);
            for word in plain_texts(text, version.as_ref()) {
                let folded = sbot_vm::text::fold(&word).as_str().to_owned();
                words.push(Word { folded, option, place });
            }
        }
    }
    let mut seen: FxHashMap<&str, &Word> = FxHashMap::default();
    let mut pairs = Vec::new();
    for word in &words {
        let first = *seen.entry(&word.folded).or_insert(word);
        if first.option != word.option {
            pairs.push((first.place, word.place));
        }
    }
    pairs
}

/// W0704: a translation that a channel of its message cuts off, where it shows the whole text of the source.
pub(super) fn lengths(project: &Project, texts: &Texts, locales: &[Locale], found: &mut Vec<Diagnostic>) {
    let sent = flow::sent(project);
    let mut reported = FxHashSet::default();
    for bot in &project.bots {
        let bodies = bot.steps.iter().map(|step| &step.body).chain(bot.flows.iter().map(|flow| &flow.body));
        for body in bodies {
            each_stmt(body, &mut |stmt| {
                let StmtKind::Message(message) = &stmt.kind else { return };
                for (label, part) in labels(message) {
                    let limits: Vec<&Limit> = limits(part, message.list.is_some())
                        .filter(|limit| message.list.is_some() || sent.can_be_on(message, limit.kind))
                        .collect();
                    for locale in locales {
                        let long = limits.iter().find_map(|limit| too_long(label, limit, texts, locale));
                        if let Some(diagnostic) = long.filter(|long| reported.insert(long.place)) {
                            found.push(diagnostic);
                        }
                    }
                }
            });
        }
    }
}

/// What channels show of a message only in part.
fn labels(message: &Message) -> Vec<(&Expr, Part)> {
    let part = if message.list.is_some() { Part::Row } else { Part::Button };
    let mut all: Vec<(&Expr, Part)> = message.buttons.iter().map(|button| (&button.label, part)).collect();
    if let Some(list) = &message.list {
        all.push((&list.button, Part::Button));
        let abouts = list.sections.iter().flat_map(|section| section.abouts.iter().flatten());
        all.extend(abouts.map(|about| (about, Part::About)));
    }
    all
}

/// Only WhatsApp has lists, so a part of one is always shown there.
fn limits(part: Part, list: bool) -> impl Iterator<Item = &'static Limit> {
    LIMITS.iter().filter(move |limit| limit.part == part && (!list || limit.kind == "whatsapp"))
}

fn too_long(label: &Expr, limit: &Limit, texts: &Texts, locale: &Locale) -> Option<Diagnostic> {
    let number = *texts.by_place.get(&label.place)?;
    let (text, translation) = (texts.texts.get(number)?, locale.translations.get(number)?.as_ref()?);
    let length = |texts: Vec<String>| texts.first().map(|text| text.chars().count());
    let (was, is) = (length(plain_texts(text, None))?, length(plain_texts(text, Some(translation)))?);
    if is <= limit.most || was > limit.most {
        return None;
    }
    let sentence = format!(
        "this translation has {is} characters, and {} shows {} of {}",
        limit.name,
        limit.most,
        text.role.note()
    );
    Some(
        Diagnostic::new(Code::W0704, translation.place, sentence)
            .label(text.place, "the text")
            .help("write it shorter"),
    )
}
