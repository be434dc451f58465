//! Laws of translations, over the fixtures of `fixtures/run` and all examples:
//!
//! - what is extracted and merged again is the same, byte for byte;
//! - for a client of no known language, a program with translations does what the program without them does;
//! - in a language that puts every text in brackets the conversation is the same, and no text is without brackets.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A fixture that cannot be read is a failure.

mod support;

use sbot_vm::program::Tables;
use sbot_vm::text::fold;
use sbot_vm::value::Value;
use sbot_vm::{Effect, EffectKind, Event, EventKind, Facts, Limits, Run, RunEvent, Status};
use sbotc::i18n::{self, Catalog, PSEUDO, Tag, po};
use sbotc::sim::replay::{Recorded, Took};
use sbotc::sim::{Outcome, World, run_test};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use support::project::{self, Built, Project};
use support::{Case, Memory};

fn spanish() -> Tag {
    Tag::read("es").unwrap()
}

#[test]
fn what_is_extracted_is_stable() {
    for path in project::paths() {
        let (name, _, mut checked) = project::check(&path);
        let project = checked.project.as_mut().unwrap();
        let texts = i18n::texts(project, &checked.sources, "");
        let contexts: BTreeSet<&str> = texts.texts.iter().map(|text| text.context.as_str()).collect();
        assert_eq!(contexts.len(), texts.texts.len(), "{name}");
        assert!(contexts.iter().all(|context| !context.is_empty()), "{name}");
        // Of the same program, whatever was done in between.
        let again = i18n::texts(project, &checked.sources, "");
        let template = i18n::template(&texts, &checked.sources, "");
        assert_eq!(template, i18n::template(&again, &checked.sources, ""), "{name}");
        let written = po::write(&template);
        assert_eq!(po::read(&written), Ok(template.clone()), "{name}");
        let merge = |old: Catalog| i18n::merge(old, &spanish(), &texts, &checked.sources, "");
        let begun = merge(Catalog::default());
        assert_eq!(merge(po::read(&po::write(&begun)).unwrap()), begun, "{name}");
        let translated = i18n::pseudo(&texts, begun);
        assert!(translated.entries.iter().all(|entry| entry.is_header() || entry.is_translated()), "{name}");
        let text = po::write(&translated);
        assert_eq!(po::write(&merge(po::read(&text).unwrap())), text, "{name}");
    }
}

#[test]
fn the_translations_of_examples_are_up_to_date() {
    let mut seen = 0;
    for path in project::paths() {
        for (file, bytes) in project::translations(&path) {
            let (_, _, mut checked) = project::check(&path);
            let texts = i18n::texts(checked.project.as_mut().unwrap(), &checked.sources, "");
            let written = String::from_utf8(bytes).unwrap();
            let new = match file.strip_suffix(".po") {
                None => i18n::template(&texts, &checked.sources, ""),
                Some(_) => i18n::merge(po::read(&written).unwrap(), &spanish(), &texts, &checked.sources, ""),
            };
            assert_eq!(po::write(&new), written, "{}: sbotc i18n extract", path.display());
            seen += 1;
        }
    }
    assert!(seen >= 2);
}

#[test]
fn without_translations_nothing_changes() {
    for path in project::paths() {
        let (name, _, checked) = project::check(&path);
        let project = checked.project.as_ref().unwrap();
        let plain = sbotc::lower::lower(project, &checked.sources, false);
        let built = project::compile(&path, false, Built::Without);
        let plain = sbot_vm::Program::new(plain.tables, None).unwrap();
        assert_eq!(plain.tables(), built.program.tables(), "{name}");
    }
}

#[test]
fn a_client_of_another_language_reads_the_source() {
    for path in project::paths() {
        let base = project::compile(&path, true, Built::Without);
        let pseudo = project::compile(&path, true, Built::Pseudo);
        for test in &base.tests {
            if OTHER_LANGUAGE.contains(&(base.name.as_str(), &test.title)) {
                continue;
            }
            let world = run_test(&base.program, test, &base.sources, false).world;
            for language in [None, Some("en"), Some("fr-CA"), Some("en-X"), Some("")] {
                let turns = Second::new(&pseudo, &world, language).play(&world);
                let name = format!("{}: {} in {language:?}", base.name, test.title);
                assert_eq!(json(world.turns()), json(&turns), "{name}");
            }
        }
    }
}

#[test]
fn in_brackets_the_conversation_is_the_same_and_no_text_is_left_out() {
    let mut bracketed = 0;
    for path in project::paths() {
        let base = project::compile(&path, true, Built::Without);
        let pseudo = project::compile(&path, true, Built::Pseudo);
        let untranslatable = untranslatable(&path);
        // The tests of a project have the same texts, and are no part of what a client reads.
        let program = project::compile(&path, false, Built::Without).program;
        let words = texts_of(program.tables());
        for test in &base.tests {
            let this = (base.name.as_str(), &*test.title);
            if OTHER_WORDS.contains(&this) || OTHER_LANGUAGE.contains(&this) {
                continue;
            }
            let world = run_test(&base.program, test, &base.sources, false).world;
            let turns = Second::new(&pseudo, &world, Some(PSEUDO)).play(&world);
            let name = format!("{}: {}", base.name, test.title);
            assert_eq!(stripped(world.turns()), stripped(&turns), "{name}");
            let data = data(&world);
            for text in turns.iter().flatten().flat_map(|effect| shown(effect, pseudo.program.tables())) {
                if text.contains(OPEN) {
                    bracketed += 1;
                    continue;
                }
                let mut known = words.iter().filter(|word| text.contains(**word));
                let word = known.find(|word| !untranslatable.contains(**word) && !data.contains(*word));
                assert_eq!(word, None, "{name}: `{text}` does not go through the translation");
            }
        }
    }
    assert!(bracketed > 500, "only {bracketed} texts were seen");
}

/// In these the bot itself asks for the client's language, and says something else to others.
const OTHER_LANGUAGE: &[(&str, &str)] = &[("conditions.sbot", "another language")];

/// In these the client answers with a word that the bot has made of a translated text, so another client would write
/// another word.
const OTHER_WORDS: &[(&str, &str)] = &[("lowering.sbot", "label")];

const OPEN: char = '⟦';
const CLOSE: char = '⟧';

/// The texts that a project is warned about: they are what the source says in every language.
fn untranslatable(path: &Path) -> BTreeSet<String> {
    let (_, _, mut checked) = project::check(path);
    let texts = i18n::texts(checked.project.as_mut().unwrap(), &checked.sources, "");
    let written = |place: sbotc::source::Place| checked.sources.get(place.file).slice(place.span);
    texts.notes.iter().map(|note| written(note.place).trim_matches('"').to_owned()).collect()
}

/// The texts that stand in a program, whole or as a part of a text with holes.
fn texts_of(tables: &Tables) -> BTreeSet<&str> {
    fn add<'t>(value: &'t Value, texts: &mut BTreeSet<&'t str>) {
        if let Value::Text(text) = value {
            texts.insert(text.trim());
        } else if let Value::List(items) = value {
            items.iter().for_each(|item| add(item, texts));
        }
    }
    let mut texts = BTreeSet::new();
    tables.consts.iter().for_each(|value| add(value, &mut texts));
    texts.retain(|text| text.chars().filter(|c| c.is_alphabetic()).count() > 2);
    texts
}

/// What comes from the client and the CRM, and what the bot does there, as text.
fn data(world: &World) -> String {
    let done = world.effects().filter(|effect| shown(effect, world.tables()).is_empty());
    let mut text = serde_json::to_string(&done.collect::<Vec<_>>()).unwrap();
    for recorded in world.log() {
        text.push_str(&serde_json::to_string(&(&recorded.event, &recorded.facts)).unwrap());
    }
    text
}

/// What a client reads of an effect.
fn shown(effect: &Effect, tables: &Tables) -> Vec<Arc<str>> {
    if let EffectKind::Action { action, args } = &effect.kind {
        let spoken = matches!(&*tables.actions[*action as usize].name, "comment" | "subscribe");
        return args.iter().flat_map(|arg| action_texts(arg, spoken, tables)).collect();
    }
    let EffectKind::Message(message) = &effect.kind else { return Vec::new() };
    let mut texts = vec![Arc::clone(&message.text)];
    texts.extend(message.buttons.iter().map(|button| Arc::clone(&button.label)));
    if let Some(list) = &message.list {
        texts.push(Arc::clone(&list.button));
        texts.extend(list.title.iter().chain(&list.footer).cloned());
        for section in &list.sections {
            texts.push(Arc::clone(&section.title));
            for row in &section.options {
                texts.push(Arc::clone(&row.title));
                texts.extend(row.about.clone());
            }
        }
    }
    texts.retain(|text| !text.is_empty());
    texts
}

/// What a client reads of an argument: the texts of an e-mail, and those of an action that speaks.
fn action_texts(arg: &Value, spoken: bool, tables: &Tables) -> Vec<Arc<str>> {
    if let (Value::Text(text), true) = (arg, spoken) {
        return vec![Arc::clone(text)];
    }
    let Value::Record(email) = arg else { return Vec::new() };
    if tables.shapes[email.shape as usize].name.is_empty() {
        return Vec::new();
    }
    let texts = email.fields.iter().skip(email.fields.len().saturating_sub(2));
    texts.flat_map(|text| action_texts(text, true, tables)).collect()
}

fn plain(text: &str) -> String {
    text.replace([OPEN, CLOSE], "")
}

/// Effects as text, without the numbers of operations and messages, which are others in another program.
fn json(turns: &[Vec<Effect>]) -> String {
    let mut turns = turns.to_vec();
    for effect in turns.iter_mut().flatten() {
        if let EffectKind::Event(RunEvent::Trapped(trap)) = &mut effect.kind {
            trap.op = 0;
        }
        if let EffectKind::Message(message) = &mut effect.kind {
            message.message = 0;
        }
    }
    serde_json::to_string_pretty(&turns).unwrap()
}

/// The same without brackets.
fn stripped(turns: &[Vec<Effect>]) -> String {
    plain(&json(turns))
}

/// A recorded conversation, played again by a program with translations for a client of some language.
struct Second<'p> {
    project: &'p Project,
    bot: u32,
    language: Value,
    run: Option<Run>,
    /// The labels that the client can choose from.
    labels: Vec<Arc<str>>,
}

impl<'p> Second<'p> {
    fn new(project: &'p Project, world: &World, language: Option<&str>) -> Second<'p> {
        let language = language.map_or(Value::None, Value::text);
        Second { project, bot: world.bot(), language, run: None, labels: Vec::new() }
    }

    fn play(mut self, world: &World) -> Vec<Vec<Effect>> {
        let mut turns = Vec::new();
        for recorded in world.log() {
            if let Some(effects) = self.event(recorded) {
                for effect in &effects {
                    self.see(effect);
                }
                turns.push(effects);
            }
        }
        turns
    }

    fn see(&mut self, effect: &Effect) {
        let EffectKind::Message(message) = &effect.kind else { return };
        let rows =
            message.list.iter().flat_map(|list| list.sections.iter().flat_map(|section| &section.options));
        let labels = message.buttons.iter().map(|button| &button.label).chain(rows.map(|row| &row.title));
        let labels: Vec<Arc<str>> = labels.cloned().collect();
        if !labels.is_empty() {
            self.labels = labels;
        }
    }

    fn event(&mut self, recorded: &Recorded) -> Option<Vec<Effect>> {
        let event = Event { kind: self.said(&recorded.event.kind), ..recorded.event.clone() };
        let (program, facts, limits) =
            (&self.project.program, self.facts(&recorded.facts), Limits::default());
        let turn = match (recorded.took, self.run.take()) {
            (Took::Nothing, None) => return None,
            (Took::Nothing, Some(run)) => {
                self.run = Some(*sbot_vm::turn(program, run, &event, &facts, &limits).unwrap_err().run);
                return None;
            }
            (Took::Starts, _) => {
                let args = vec![Value::None; program.tables().bots[self.bot as usize].params.len()];
                sbot_vm::start(program, self.bot, &args, &event, &facts, &limits).unwrap()
            }
            (Took::Resumes, run) => sbot_vm::turn(program, run.unwrap(), &event, &facts, &limits).unwrap(),
        };
        if let Status::Parked(run) = turn.status {
            // Parked and restored, as a host would.
            self.run = Some(Run::decode(program, &run.encode(program)).unwrap());
        }
        Some(turn.effects)
    }

    /// What the client does: a press, or a label that was typed, is that of the button as it is shown now.
    fn said(&self, kind: &EventKind) -> EventKind {
        let now = |text: &Arc<str>| {
            let same = |label: &&Arc<str>| fold(&plain(label)).as_str() == fold(text).as_str();
            self.labels.iter().find(same).unwrap_or(text).clone()
        };
        let mut kind = kind.clone();
        if let EventKind::Message(message) = &mut kind {
            message.text = message.text.as_ref().map(now);
            message.language = None;
        } else if let EventKind::Press { label, .. } = &mut kind {
            *label = now(label);
        }
        kind
    }

    fn facts(&self, base: &Facts) -> Facts {
        let fields = &self.project.program.tables().fields;
        let mut values = base.values.clone();
        values.resize(fields.len(), Value::None);
        let at = fields.iter().position(|field| *field.entity == *"client" && *field.name == *"language");
        values[at.unwrap()] = self.language.clone();
        for (field, value) in fields.iter().zip(&mut values) {
            if let ("client", "text" | "button", Value::Text(text)) =
                (&*field.entity, &*field.name, &mut *value)
            {
                let EventKind::Press { label, .. } =
                    self.said(&EventKind::Press { label: Arc::clone(text), channel: None })
                else {
                    unreachable!()
                };
                *text = label;
            }
        }
        Facts { values }
    }
}

/// The first example of the page is a project with a complete translation, and the others compile.
#[test]
fn the_page_shows_what_works() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/localisation.md");
    let page = fs::read_to_string(path).unwrap();
    let block = |after: &str| {
        let (_, rest) = page.split_once(after).unwrap();
        rest.split_once("\n```").unwrap().0.to_owned() + "\n"
    };
    let mut files = Memory::default();
    files.0.insert("main.sbot".to_owned(), block("```sbot\n").into_bytes());
    files.0.insert("locale/es.po".to_owned(), block("```text file=locale/es.po\n").into_bytes());
    let case = Case { name: "localisation.md".to_owned(), entry: "main.sbot".to_owned(), files };
    let checked = support::check(&case);
    let found = support::listed(&checked.diagnostics, &checked.sources);
    assert_eq!(found, "");
    let lowered = sbotc::lower::lower(checked.project.as_ref().unwrap(), &checked.sources, true);
    let program = Arc::new(sbot_vm::Program::new(lowered.tables, Some(lowered.debug)).unwrap());
    let report = run_test(&program, &lowered.tests[0], &checked.sources, false);
    assert_eq!(report.outcome, Outcome::Passed, "{}", report.explain(&checked.sources).join("\n"));
    // The file is just what the command writes.
    let mut original = sbotc::check_files("main.sbot", &case.files).unwrap();
    let texts = i18n::texts(original.project.as_mut().unwrap(), &original.sources, "");
    let shown = String::from_utf8(case.files.0["locale/es.po"].clone()).unwrap();
    let merged = i18n::merge(po::read(&shown).unwrap(), &spanish(), &texts, &original.sources, "");
    assert_eq!(po::write(&merged), shown);
    let plural = page.rsplit_once("```sbot\n").unwrap().1.split_once("\n```").unwrap().0;
    let mut files = Memory::default();
    files.0.insert("main.sbot".to_owned(), plural.as_bytes().to_vec());
    let checked = support::check(&Case { files, ..case });
    assert!(checked.project.is_some(), "{}", support::listed(&checked.diagnostics, &checked.sources));
}
