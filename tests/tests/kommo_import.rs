//! Laws of bots that are imported from Kommo, over `fixtures/kommo_import` and everything that `sbotc export` makes:
//!
//! - the project is the one in the snapshot, in the standard form, and has no error;
//! - the same file gives the same project each time;
//! - every handler and every action that is known stands in a fixture;
//! - whatever the file is, there is a project or an error with its place.

// A fixture that cannot be read is a failure, and so is whatever a match does not expect.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use sbot_embed::Json;
use sbotc::diagnostic::Code;
use sbotc::kommo::export::{Input, export};
use sbotc::kommo::import::{Ground, Imported, actions, import, stand_in};
use sbotc::kommo::{read, write};
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;
use support::Memory;

fn fixtures() -> Vec<PathBuf> {
    support::project::with_ending(&support::fixtures("kommo_import"), ".json")
}

fn imported(bytes: &[u8], name: &str) -> Imported {
    let (bot, notes) = read::read(bytes, true).unwrap_or_else(|problems| panic!("{name}: {problems:#?}"));
    import(&bot, &notes, name, &Ground::default())
}

/// Warnings of the project; it has no error.
fn checked(made: &Imported) -> Vec<String> {
    checked_but(made, None)
}

/// The same, for one whose errors of this code are the original's.
fn checked_but(made: &Imported, but: Option<Code>) -> Vec<String> {
    let mut files = Memory::default();
    let bot = format!("{}.sbot", made.name);
    files.0.insert(bot.clone(), made.bot.clone().into_bytes());
    files.0.insert("account.sbot".to_owned(), made.account.clone().into_bytes());
    for other in &made.others {
        files.0.insert(format!("{other}.sbot"), stand_in(other).into_bytes());
    }
    let checked = sbotc::check::check(sbotc::project::parse(&[bot], &files).unwrap(), &files);
    let wrong = checked.diagnostics.iter().filter(|one| one.is_error() && Some(one.code) != but);
    let errors = support::listed(wrong, &checked.sources);
    assert!(errors.is_empty(), "{errors}\n{}\n{}", made.bot, made.account);
    for text in [&made.bot, &made.account] {
        assert_eq!(
            *text,
            sbot_grammar::print::print(text, &sbot_grammar::parse(text)),
            "not in the standard form"
        );
    }
    sbotc::kommo::env::Env::read(&made.env).unwrap();
    let line = |one: &sbotc::diagnostic::Diagnostic| {
        let at = checked.sources.get(one.place.file).line_column(one.place.span.start);
        format!("{} {}: {}", one.code.name(), at.line, one.message)
    };
    checked.diagnostics.iter().map(line).collect()
}

#[test]
fn projects_are_as_they_were() {
    for path in fixtures() {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let made = imported(&fs::read(&path).unwrap(), &name);
        let mut text =
            format!("{}\n=== account.sbot\n{}\n=== account.env.toml\n{}", made.bot, made.account, made.env);
        text.push_str("\n=== told\n");
        for told in &made.told {
            writeln!(text, "{:?} {}: {}", told.step, told.path, told.what).unwrap();
        }
        text.push_str("\n=== warnings\n");
        for warning in checked(&made) {
            writeln!(text, "{warning}").unwrap();
        }
        insta::with_settings!({ snapshot_path => path.parent().unwrap(), prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name.clone(), text);
        });
        assert_eq!(made, imported(&fs::read(&path).unwrap(), &name));
    }
}

#[test]
fn every_handler_and_action_has_a_fixture() {
    let all: String = fixtures().iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let has = |key: &str, name: &str| {
        let inside = format!("\\\"{key}\\\": \\\"{name}\\\"");
        all.contains(&format!("\"{key}\": \"{name}\"")) || all.contains(&inside)
    };
    for (name, _) in read::HANDLERS {
        assert!(has("handler", name), "no fixture has the handler {name}");
    }
    for name in actions() {
        assert!(has("name", name) || has("action", name), "no fixture has the action {name}");
    }
}

/// What was exported is read as it was written, and imported without an error.
#[test]
fn what_is_exported_can_be_imported() {
    let mut paths = support::project::with_ending(&support::fixtures("kommo_export"), ".sbot");
    paths.extend(support::project::paths().into_iter().filter(|path| path.is_dir()));
    let mut count = 0;
    for path in paths {
        let (name, _, checked_project) = support::project::check(&path);
        let project = checked_project.project.as_ref().unwrap();
        let lookup = |section: &str, symbol: &str| {
            let hash = symbol.bytes().fold(7i64, |hash, byte| (hash * 31 + i64::from(byte)) % 90_000);
            Some(if section == "variables" {
                Json::text(&format!("lead.{}", symbol.replace('.', "_")))
            } else {
                Json::int(1000 + hash)
            })
        };
        for bot in 0..project.bots.len() {
            let input =
                Input { project, sources: &checked_project.sources, bot, language: None, lookup: &lookup };
            let Some(bot) = export(input).bot else { continue };
            let file = write::file(&bot);
            let (again, notes) =
                read::read(file.as_bytes(), false).unwrap_or_else(|why| panic!("{name}: {why:#?}"));
            assert!(notes.is_empty(), "{name}: {notes:#?}");
            assert_eq!(write::file(&again), file, "{name}: read as something else");
            checked(&import(&again, &notes, &name, &Ground::default()));
            count += 1;
        }
    }
    assert!(count > 4, "{count}");
}

/// A circle without a wait, two buttons with one text, an address that is none: what the original gets wrong is told, and
/// what is left compiles.
#[test]
fn what_the_original_gets_wrong_compiles() {
    let path = support::fixtures("kommo_import").join("wrong/originals.json");
    let Ok(Json::Object(cases)) = sbot_embed::json::read(&fs::read_to_string(path).unwrap()) else {
        panic!("not an object")
    };
    let mut told = String::new();
    for (name, steps) in &cases {
        let made = imported(steps.to_string().as_bytes(), name);
        checked(&made);
        for one in &made.told {
            writeln!(told, "{name} {}: {}", one.path, one.what).unwrap();
        }
        // Whatever is told of a step stands in the source, too, in lines of a comment.
        let words =
            |text: &str| text.split_whitespace().filter(|word| *word != "//").collect::<Vec<_>>().join(" ");
        let source = words(&made.bot);
        for one in made.told.iter().filter(|one| one.step.is_some()) {
            assert!(source.contains(&words(&one.what)), "{name}: {one:?}\n{}", made.bot);
        }
    }
    insta::with_settings!({ snapshot_path => support::fixtures("kommo_import"), prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("originals", told);
    });
}

/// A value of a file, by a number.
fn node(json: &mut Json, at: usize) -> Option<&mut Json> {
    fn find<'j>(json: &'j mut Json, left: &mut usize) -> Option<&'j mut Json> {
        if *left == 0 {
            return Some(json);
        }
        *left -= 1;
        match json {
            Json::List(items) => items.iter_mut().find_map(|item| find(item, left)),
            Json::Object(keys) => keys.iter_mut().find_map(|(_, value)| find(value, left)),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => None,
        }
    }
    find(json, &mut { at })
}

fn size(json: &Json) -> usize {
    1 + match json {
        Json::List(items) => items.iter().map(size).sum(),
        Json::Object(keys) => keys.iter().map(|(_, value)| size(value)).sum::<usize>(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => 0,
    }
}

/// Whatever a file says that can be read: parts of bots in places where nobody has put them. `ROUNDS` and `SEED` in the
/// environment try more, and others.
#[test]
fn whatever_can_be_read_compiles() {
    let mut bots: Vec<Json> = Vec::new();
    for path in fixtures() {
        let text = fs::read_to_string(&path).unwrap();
        let json = sbot_embed::json::read(text.trim_start_matches('\u{feff}')).unwrap();
        let logic = json.get("model").and_then(|model| model.get("text")).and_then(Json::as_text);
        bots.push(logic.map_or(json.clone(), |logic| sbot_embed::json::read(logic).unwrap()));
    }
    let wrong = fs::read_to_string(support::fixtures("kommo_import").join("wrong/originals.json")).unwrap();
    let Ok(Json::Object(cases)) = sbot_embed::json::read(&wrong) else { panic!("not an object") };
    bots.extend(cases.into_iter().map(|(_, bot)| bot));
    let number =
        |name: &str, default: u64| std::env::var(name).map_or(default, |number| number.parse().unwrap());
    let (rounds, mut state) = (number("ROUNDS", 3000), number("SEED", 1));
    let mut count = 0;
    for _ in 0..rounds {
        let mut random = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % below
        };
        let mut bot = bots[random(bots.len())].clone();
        for _ in 0..=random(4) {
            let mut other = bots[random(bots.len())].clone();
            let (to, from) = (random(size(&bot)), random(size(&other)));
            let part = node(&mut other, from).unwrap().clone();
            *node(&mut bot, to).unwrap() = part;
        }
        let text = bot.to_string();
        let Ok((read, notes)) = read::read(text.as_bytes(), true) else { continue };
        let made = import(&read, &notes, "changed", &Ground::default());
        // Which messenger is left where a bot asks for it, the checker alone knows: no list goes to Telegram.
        checked_but(&made, Some(Code::E0501));
        count += 1;
    }
    assert!(count > 100, "{count}");
}

fn problems(text: &str) -> String {
    let all = read::read(text.as_bytes(), false).unwrap_err();
    all.iter().map(|one| format!("{:?} {}: {} ({})\n", one.step, one.path, one.what, one.help)).collect()
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let step = |handlers: &str| format!("{{\"0\":{{\"question\":[{handlers}]}}}}");
    let cases = [
        "",
        "[",
        "3",
        "{\"model\":{\"text\":\"{\\\"0\\\": {\"}}",
        "{\"model\":{}}",
        "{\"model\":{\"text\":\"{\\\"conversation\\\":false}\"}}",
        "{\"0\":{},\"0\":{}}",
        "{\"1\":{},\"01\":{}}",
        "{\"zero\":{}}",
        "{\"0\":7}",
        &step("{\"handler\":\"save_data\",\"params\":{}}"),
        &step("{\"handler\":\"sendmessage\",\"params\":{}}"),
        &step("{\"params\":{}}"),
        &step("{\"handler\":\"goto\",\"params\":{\"type\":\"question\",\"step\":\"two\"}}"),
        &step("{\"handler\":\"goto\",\"params\":{\"type\":\"middle\",\"step\":2}}"),
        &step(
            "{\"handler\":\"waits\",\"params\":{\"conditions\":[{\"event\":{\"source\":\"timer\",\"delay\":0},\"action\":{\"step\":1}}]}}",
        ),
        &step("{\"handler\":\"show\",\"params\":{\"type\":\"video\",\"value\":\"x\"}}"),
        &step(
            "{\"handler\":\"send_message\",\"params\":{\"text\":\"Hi\",\"chat_sources\":[{\"name\":\"shop\"}]}}",
        ),
        &step("{\"handler\":\"stop\",\"params\":{\"action\":\"explode\"}}"),
    ];
    let text: String = cases.iter().map(|case| format!("{case}\n{}\n", problems(case))).collect();
    insta::with_settings!({ snapshot_path => support::fixtures("kommo_import"), prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("wrong", text);
    });
}

#[test]
fn nothing_makes_it_panic_or_run_away() {
    let try_it = |bytes: &[u8]| {
        for lenient in [false, true] {
            if let Ok((bot, notes)) = read::read(bytes, lenient) {
                let made = import(&bot, &notes, "hostile", &Ground::default());
                assert!(!made.bot.is_empty());
            }
        }
    };
    for path in fixtures() {
        let bytes = fs::read(&path).unwrap();
        for end in (0..bytes.len()).step_by(7) {
            try_it(&bytes[..end]);
        }
        let mut state = 7u32;
        for _ in 0..600 {
            let mut changed = bytes.clone();
            for _ in 0..3 {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let at = state as usize % changed.len();
                changed[at] = b"\"{}[]:,0a\\\xff"[(state >> 24) as usize % 11];
            }
            try_it(&changed);
        }
    }
    let deep = |n: usize| {
        let open = "{\"handler\":\"condition\",\"params\":{\"term1\":\"name\",\"term2\":\"x\",\"result\":["
            .repeat(n);
        format!("[{{\"question\":[{open}{}]}}]", "]}}".repeat(n))
    };
    try_it(deep(10).as_bytes());
    assert!(problems(&deep(30)).contains("deep"));
    assert!(problems(&"[".repeat(100_000)).contains("deep"));
    let many = |n: usize| {
        let steps: Vec<String> = (0..n)
            .map(|at| format!("\"{at}\":{{\"question\":[{{\"handler\":\"goto\",\"params\":{{\"type\":\"question\",\"step\":{}}}}}]}}", (at + 1) % n))
            .collect();
        format!("{{{}}}", steps.join(","))
    };
    // A circle of steps that wait for nothing, and more steps than any bot has.
    try_it(many(3_000).as_bytes());
    assert!(problems(&many(100_000)).contains("the limit is"));
}
