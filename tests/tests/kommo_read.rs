//! Laws of the reader of a Salesbot's JSON, over `fixtures/kommo_read` and `fixtures/kommo_import`:
//!
//! - what is odd and what is wrong is told at its place, as in the snapshots;
//! - the same bot in another spelling of the file is the same bot;
//! - what is written is read as it was;
//! - whatever the file is, there is a bot or an error, and neither takes more room than the file.

// A fixture that cannot be read is a failure, and so is whatever a match does not expect.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use sbot_embed::Json;
use sbot_embed::json::{self, Bounds};
use sbotc::kommo::bot::{Bot, Event, What};
use sbotc::kommo::import::{Ground, Told, import};
use sbotc::kommo::read::{self, MOST_STEPS, Note, Params, Problem};
use sbotc::kommo::write;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

type Read = Result<(Bot, Vec<Note>), Vec<Problem>>;

fn of(folder: &str) -> Vec<(String, String)> {
    let paths: Vec<PathBuf> = support::project::with_ending(&support::fixtures(folder), ".json");
    assert!(paths.len() > 1);
    let named = |path: &PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    paths.iter().map(|path| (named(path), fs::read_to_string(path).unwrap())).collect()
}

fn fixture(name: &str) -> String {
    fs::read_to_string(support::fixtures("kommo_read").join(name)).unwrap()
}

fn listed(read: &Read) -> String {
    let mut text = String::new();
    match read {
        Ok((bot, notes)) => {
            writeln!(text, "{} steps, {} blocks", bot.steps.len(), bot.blocks.len()).unwrap();
            for one in notes {
                writeln!(text, "note, step {:?}, {}: {}", one.step, one.path, one.what).unwrap();
            }
        }
        Err(problems) => {
            for one in problems {
                writeln!(text, "step {:?}, {}: {}\n  {}", one.step, one.path, one.what, one.help).unwrap();
            }
        }
    }
    text
}

#[test]
fn what_is_odd_and_what_is_wrong_is_told_at_its_place() {
    for (name, text) in of("kommo_read") {
        let folder = support::fixtures("kommo_read");
        insta::with_settings!({ snapshot_path => folder, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, listed(&read::read(text.as_bytes(), false)));
        });
    }
}

/// The same values, and nothing of where they stood.
fn without_paths(bot: &Bot) -> String {
    let text = format!("{bot:?}");
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("path: \"") {
        out.push_str(before);
        rest = after.split_once('"').unwrap().1;
    }
    out + rest
}

fn bot(text: &str) -> Bot {
    read::read(text.as_bytes(), true).unwrap_or_else(|why| panic!("{why:#?}\n{text}")).0
}

/// The JSON of an inner text, which may stand there as it is.
fn inside(value: &Json) -> Json {
    value.as_text().map_or_else(|| value.clone(), |text| json::read(text).unwrap())
}

/// An envelope in another spelling.
fn envelope(json: &Json, spell: &dyn Fn(&Json) -> Json) -> Option<String> {
    let Some(Json::Object(model)) = json.get("model") else { return None };
    let model = model.iter().map(|(key, value)| {
        let inner = ["text", "positions"].contains(&&**key);
        (key.clone(), if inner { spell(value) } else { value.clone() })
    });
    let model = Json::Object(model.collect());
    Some(Json::object([("type_functionality", Json::int(0)), ("model", model)]).to_string())
}

#[test]
fn another_spelling_is_the_same_bot() {
    let mut envelopes = 0;
    let mut lists = 0;
    for (name, text) in of("kommo_import").into_iter().chain(of("kommo_read")) {
        if name == "wrong" {
            continue;
        }
        let plain = text.trim_start_matches('\u{feff}');
        let first = bot(&text);
        assert_eq!(first, bot(plain), "{name}");
        assert_eq!(first, bot(&format!("\u{feff}{plain}")), "{name}");
        let json = json::read(plain).unwrap();
        if let Some(objects) = envelope(&json, &inside) {
            let texts = envelope(&json, &|value| Json::text(&inside(value).to_string())).unwrap();
            assert_eq!(first, bot(&objects), "{name}");
            assert_eq!(first, bot(&texts), "{name}");
            envelopes += 1;
        } else if let Json::Object(keys) = &json {
            let steps = keys.iter().filter(|(key, _)| key.parse::<i64>().is_ok());
            let mut first = first;
            first.error.clear();
            let list = Json::list(steps.map(|(_, step)| step.clone())).to_string();
            assert_eq!(without_paths(&first), without_paths(&bot(&list)), "{name}");
            lists += 1;
        }
    }
    assert!(envelopes > 1 && lists > 0);
}

#[test]
fn what_is_written_is_read_as_it_was() {
    for (name, text) in of("kommo_import").into_iter().chain(of("kommo_read")) {
        if name == "wrong" {
            continue;
        }
        let original = bot(&text);
        let written = bot(&write::file(&original));
        // The whole of it, blocks and places too, once it has been written by the same writer.
        assert_eq!(written, bot(&write::file(&written)), "{name}");
        if name == "visual" || name == "graphs" {
            // And nothing is lost on the way there: blocks are laid out anew.
            let bare = |bot: &Bot| Bot { blocks: Vec::new(), ..bot.clone() };
            assert_eq!(bare(&original), bare(&written), "{name}");
        }
    }
}

/// Every value, by its path.
fn leaves(json: &Json, path: &str, out: &mut BTreeMap<String, Json>) {
    match json {
        Json::List(items) => {
            for (at, item) in items.iter().enumerate() {
                leaves(item, &format!("{path}[{at}]"), out);
            }
        }
        Json::Object(keys) => {
            keys.iter().for_each(|(key, value)| leaves(value, &format!("{path}.{key}"), out))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {
            out.insert(path.to_owned(), json.clone());
        }
    }
}

/// The reader is not its own witness here: what an export says stands in the file that is written of the bot, too.
#[test]
fn no_value_of_an_export_is_lost() {
    let mut count = 0;
    for (name, text) in of("kommo_import").into_iter().chain(of("kommo_read")) {
        let logic = |text: &str| -> Option<Json> {
            let json = json::read(text.trim_start_matches('\u{feff}')).unwrap();
            Some(inside(json.get("model")?.get("text")?))
        };
        let Some(original) = logic(&text) else { continue };
        let (mut before, mut after) = (BTreeMap::new(), BTreeMap::new());
        leaves(&original, "", &mut before);
        leaves(&logic(&write::file(&bot(&text))).unwrap(), "", &mut after);
        for (path, value) in before {
            // Where there is nothing, nothing need be written.
            if [Json::Null, Json::Bool(false), Json::text("")].contains(&value) {
                continue;
            }
            assert_eq!(after.get(&path), Some(&value), "{name}: {path}");
            count += 1;
        }
    }
    assert!(count > 150, "{count}");
}

/// Whatever the writer makes of a bot, its two graphs agree, and the reader says so; one link that is changed is told.
#[test]
fn graphs_that_agree_are_not_told() {
    for name in ["graphs.json", "php.json"] {
        let file = write::file(&bot(&fixture(name)));
        let (again, notes) = read::read(file.as_bytes(), true).unwrap();
        assert!(notes.iter().all(|note| !note.path.starts_with("positions")), "{name}: {notes:#?}");
        let json = json::read(&file).unwrap();
        // In the blocks alone, which are a list.
        let told = |from: &str, to: &str| {
            let changed = envelope(&json, &|value| {
                let text = value.as_text().unwrap();
                Json::text(&if text.starts_with('[') { text.replacen(from, to, 1) } else { text.to_owned() })
            });
            read::read(changed.unwrap().as_bytes(), true).unwrap().1
        };
        let moved = told("\"step\":1,", "\"step\":2,");
        assert!(moved.iter().any(|note| note.what.contains("the editor shows")), "{name}: {moved:#?}");
        // Ids that stand twice: one note, and no guess at where links lead.
        let twice = told("\"id\":2,\"x\"", "\"id\":1,\"x\"");
        let ids: Vec<&str> =
            twice.iter().map(|note| note.path.as_str()).filter(|path| path.ends_with(".id")).collect();
        assert_eq!(ids, ["positions[2].id"], "{name}: {} blocks, {twice:#?}", again.blocks.len());
        assert!(!twice.iter().any(|note| note.what.contains("way")), "{twice:#?}");
    }
}

#[test]
fn a_key_that_stands_twice_is_told_with_its_step() {
    let outer =
        read::read(br#"{"3": {}, "12": {"question": [{"handler": "stop", "handler": "goto"}]}}"#, false);
    let found = &outer.unwrap_err()[0];
    assert_eq!((found.step, found.path.as_str()), (Some(12), "12.question[0].handler"));
    assert!(
        found.what.ends_with("(line 1, column 51)") && found.help.contains("drops the other"),
        "{found:?}"
    );

    let model =
        |text: &str| Json::object([("model", Json::object([("text", Json::text(text))]))]).to_string();
    let steps = "{\n \"4\": {},\n \"7\": {},\n \"4\": {}\n}";
    let found = &read::read(model(steps).as_bytes(), false).unwrap_err()[0];
    assert_eq!((found.step, found.path.as_str()), (Some(4), "text.4"));
    assert!(found.what.contains("`model.text`") && found.what.contains("(line 4, column 2)"), "{found:?}");

    let found = &read::read(br#"[{}, {"question": [], "question": []}]"#, false).unwrap_err()[0];
    assert_eq!((found.step, found.path.as_str()), (Some(1), "[1].question"));
    // One number has one spelling.
    for key in ["001", "+1", "-1", "1.0", "1e0", " 1", "9223372036854775808"] {
        let found = &read::read(format!(r#"{{"1": {{}}, "{key}": {{}}}}"#).as_bytes(), false).unwrap_err()[0];
        assert_eq!((found.step, found.path.as_str()), (None, key));
        assert!(found.what.contains("is no number of a step"), "{found:?}");
    }
}

#[test]
fn both_inner_texts_are_told() {
    let model =
        Json::object([("text", Json::text("{\"0\":\n {\"question\": [}")), ("positions", Json::text("[{"))]);
    let found = read::read(Json::object([("model", model)]).to_string().as_bytes(), false).unwrap_err();
    let [text, positions] = found.as_slice() else { panic!("{found:#?}") };
    assert_eq!((text.step, text.path.as_str()), (Some(0), "text.0.question[0]"));
    assert!(text.what.contains("`model.text`") && text.what.contains("(line 2, column 16)"), "{text:?}");
    assert_eq!((positions.step, positions.path.as_str()), (None, "positions[0]"));
    assert!(positions.what.contains("`model.positions`"), "{positions:?}");
}

#[test]
fn a_handler_that_nobody_knows_is_refused_or_kept() {
    for name in ["add_tag", "save_data", "ask", "create_note", "talk_close"] {
        let text = format!(r#"{{"9":{{"question":[{{"handler":"{name}","params":{{"a":[1]}}}}]}}}}"#);
        let found = read::read(text.as_bytes(), false).unwrap_err();
        assert_eq!(
            (found.len(), found[0].step, found[0].path.as_str()),
            (1, Some(9), "9.question[0].handler")
        );
        assert!(found[0].what.contains(name));
        let (bot, notes) = read::read(text.as_bytes(), true).unwrap();
        assert_eq!(notes[0].step, Some(9));
        let params = json::read(r#"{"a":[1]}"#).unwrap();
        assert_eq!(bot.steps[0].question[0].what, What::Unknown { name: name.to_owned(), params });
    }
}

#[test]
fn no_handler_takes_parameters_of_another_kind() {
    for (name, known) in read::HANDLERS {
        for params in ["7", "\"x\"", "true", "[1]"] {
            let text = format!(r#"[{{"question":[{{"handler":"{name}","params":{params}}}]}}]"#);
            let found = read::read(text.as_bytes(), true).unwrap_err();
            assert!(found[0].path.starts_with("[0].question[0].params"), "{name} {params}: {found:?}");
            assert_eq!(found[0].step, Some(0));
        }
        // A key that no handler has is told, and the rest is read as without it.
        let Params::Keys(_) = known.params else { continue };
        let text = format!(r#"[{{"question":[{{"handler":"{name}","params":{{"flavour":"mint"}}}}]}}]"#);
        if let Ok((_, notes)) = read::read(text.as_bytes(), true) {
            let told = |note: &&Note| note.path == "[0].question[0].params.flavour";
            assert_eq!(notes.iter().filter(told).count(), 1, "{name}: {notes:?}");
        }
    }
}

/// What a handler says, and where it is told that it is left out or read as something else.
#[test]
fn nothing_is_left_out_without_a_word() {
    let told = [
        (r#"{"handler":"send_message","params":{"text":"a","type":"internal"}}"#, "type"),
        (
            r#"{"handler":"send_message","params":{"text":"a","send_to_all_chat_sources":false}}"#,
            "send_to_all_chat_sources",
        ),
        (
            r#"{"handler":"send_message","params":{"text":"a","send_to_all_chat_sources":true,"chat_sources":[{"id":3}]}}"#,
            "chat_sources",
        ),
        (
            r#"{"handler":"send_message","params":{"text":"a","buttons":[{"text":"b","colour":"red"}]}}"#,
            "buttons[0].colour",
        ),
        (
            r#"{"handler":"send_message","params":{"text":"a","attachments":[{"value":"u"}]}}"#,
            "attachments[0].type",
        ),
        (
            r#"{"handler":"send_message","params":{"text":"a","recipient":{"way_of_communication":"over_all"}}}"#,
            "recipient",
        ),
        (
            r#"{"handler":"send_message","params":{"text":"a","list_message":{"body":"b","sections":[{"rows":[{"title":"c","picture":1}]}]}}}"#,
            "list_message.sections[0].rows[0].picture",
        ),
        (
            r#"{"handler":"send_external_message","params":{"message":{"text":"a","voice":1}}}"#,
            "message.voice",
        ),
        (
            r#"{"handler":"send_external_message","params":{"message":{"text":"a"},"metadata":{"tag":"b"}}}"#,
            "metadata.tag",
        ),
        (
            r#"{"handler":"send_internal","params":{"message":"a","user_id":1,"entity_type":1}}"#,
            "entity_type",
        ),
        (
            r#"{"handler":"trigger","params":{"trigger":{"action":"create_task","when":"now"}}}"#,
            "trigger.when",
        ),
        (
            r#"{"handler":"distribution","params":{"variants":[{"type":"question","step":1,"share":70}]}}"#,
            "variants[0].share",
        ),
        (
            r#"{"handler":"widget","params":{"widget_id":1,"exits":{"paid":{"type":"question","step":1,"delay":5}}}}"#,
            "exits.paid.delay",
        ),
        (r#"{"handler":"goto","params":{"type":"question","step":1,"delay":5}}"#, "delay"),
        (r#"{"handler":"condition","params":{"term1":"{{lead.price}}","term2":"5"}}"#, "operation"),
        (
            r#"{"handler":"validations","params":{"conditions":[{"client_value":"{{message_text}}","type":"email"}]}}"#,
            "conditions[0].operation",
        ),
    ];
    for (handler, path) in told {
        let (_, notes) =
            read::read(format!(r#"{{"7":{{"question":[{handler}]}}}}"#).as_bytes(), false).unwrap();
        let places: Vec<(Option<i64>, &str)> =
            notes.iter().map(|note| (note.step, note.path.as_str())).collect();
        assert_eq!(places, [(Some(7), format!("7.question[0].params.{path}").as_str())], "{notes:?}");
    }
    let wrong = [
        (r#"{"handler":"send_message","params":{"text":["Hello"]}}"#, "text"),
        (
            r#"{"handler":"send_message","params":{"text":"a","buttons":[{"text":"b","type":"phone"}]}}"#,
            "buttons[0].type",
        ),
        (
            r#"{"handler":"send_message","params":{"text":"a","list_message":{"body":{"html":"b"}}}}"#,
            "list_message.body.text",
        ),
        (
            r#"{"handler":"send_message","params":{"text":"a","chat_sources":[{"id":3},{"id":0}]}}"#,
            "chat_sources[1]",
        ),
        (
            r#"{"handler":"send_message","params":{"text":"a","chat_sources":[{"id":[]},{"id":[4]}]}}"#,
            "chat_sources[0]",
        ),
        (r#"{"handler":"action","params":{"name":"set_tag","params":"vip"}}"#, "params"),
        (r#"{"handler":"widget","params":{"widget_id":1,"exits":{"paid":4}}}"#, "exits.paid"),
        (r#"{"handler":"meta","params":{"delimiter":["_"],"values":["lead.tags"]}}"#, "delimiter"),
        (
            r#"{"handler":"waits","params":{"logic":"and","conditions":[{"event":{"source":"message"},"action":{"step":1}},{"event":{"source":"timer","delay":5},"action":{"step":1}}]}}"#,
            "logic",
        ),
    ];
    for (handler, path) in wrong {
        let found =
            read::read(format!(r#"{{"7":{{"question":[{handler}]}}}}"#).as_bytes(), true).unwrap_err();
        let path = format!("7.question[0].params.{path}");
        assert_eq!((found[0].step, &found[0].path), (Some(7), &path), "{found:?}");
    }
    let silent =
        r#"{"7":{"question":[],"no_answer":[{"handler":"stop"},{"handler":"goto","params":{"step":1}}]}}"#;
    let found = read::read(silent.as_bytes(), false).unwrap_err();
    assert_eq!((found[0].step, found[0].path.as_str()), (Some(7), "7.no_answer"));
    // An event of another action is not taken for the one that is known.
    let sent = r#"[{"question":[{"handler":"waits","params":{"conditions":[{"event":{"source":"message","action":"sent"},"action":{"step":0}}]}}]}]"#;
    let What::Waits(waits) = &bot(sent).steps[0].question[0].what else { panic!("no pause") };
    assert_eq!(waits[0].event, Event::Unknown("message.sent".to_owned()));
}

#[test]
fn an_object_is_a_list_if_its_keys_are_numbers() {
    let show = |buttons: &str| {
        let text = format!(
            r#"[{{"question":[{{"handler":"show","params":{{"type":"buttons","value":"a","buttons":{buttons}}}}}]}}]"#
        );
        read::read(text.as_bytes(), false)
    };
    assert_eq!(
        without_paths(&show(r#"{"0":"A","2":"B"}"#).unwrap().0),
        without_paths(&show(r#"["A","B"]"#).unwrap().0)
    );
    let found = show(r#"{"text":"A","type":"inline"}"#).unwrap_err();
    assert_eq!((found[0].step, found[0].path.as_str()), (Some(0), "[0].question[0].params.buttons"));
}

/// Whoever imports a bot sees what was odd about its file.
#[test]
fn notes_are_told_with_the_project() {
    for name in ["graphs.json", "php.json"] {
        let (bot, notes) = read::read(fixture(name).as_bytes(), false).unwrap();
        let told = import(&bot, &notes, name, &Ground::default()).told;
        for note in &notes {
            let same = |one: &Told| (one.step, &one.path, &one.what) == (note.step, &note.path, &note.what);
            assert_eq!(told.iter().filter(|one| same(one)).count(), 1, "{name}: {note:?}");
        }
    }
}

/// Reads it, and says whether there is a bot. A problem has something to say.
fn try_it(bytes: &[u8]) -> bool {
    let strict = read::read(bytes, false);
    let lenient = read::read(bytes, true);
    for read in [&strict, &lenient] {
        if let Err(problems) = read {
            assert!((1..=100).contains(&problems.len()));
            assert!(problems.iter().all(|one| !one.what.is_empty() && !one.help.is_empty()));
        }
    }
    assert!(strict.is_err() || lenient.is_ok(), "what is read strictly is read leniently");
    lenient.is_ok()
}

#[test]
fn a_file_that_was_cut_off_is_no_bot() {
    for name in ["graphs.json", "php.json"] {
        let text = fixture(name);
        let text = text.trim_end();
        for end in 0..text.len() {
            assert!(!try_it(&text.as_bytes()[..end]), "{name}, {end} bytes");
        }
    }
    // The text inside is cut off, and the file is whole.
    let graphs = json::read(&fixture("graphs.json")).unwrap();
    let inner = graphs.get("model").unwrap().get("text").unwrap().to_string();
    for end in (0..inner.len()).filter(|end| inner.is_char_boundary(*end)) {
        let cut = envelope(&graphs, &|_| Json::text(&inner[..end])).unwrap();
        assert!(!try_it(cut.as_bytes()), "{end} bytes");
    }
}

#[test]
fn changed_bytes_make_a_bot_or_an_error() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    let mut bots = 0;
    for name in ["graphs.json", "php.json", "wrong.json"] {
        let bytes = fixture(name).into_bytes();
        for _ in 0..1_500 {
            let mut changed = bytes.clone();
            for _ in 0..=next(3) {
                let at = next(changed.len());
                changed[at] = if next(2) == 0 { next(256) as u8 } else { b"\"{}[]:,0-e\\"[next(11)] };
            }
            bots += usize::from(try_it(&changed));
        }
    }
    assert!(bots > 100, "hardly any change was survived: {bots}");
}

/// Calls `f` with the JSON once for every value in it, which is replaced.
fn each_replaced(json: &Json, with: &Json, f: &mut dyn FnMut(&Json)) {
    f(with);
    match json {
        Json::List(items) => {
            for at in 0..items.len() {
                each_replaced(&items[at], with, &mut |one| {
                    let mut items = items.clone();
                    items[at] = one.clone();
                    f(&Json::List(items));
                });
            }
        }
        Json::Object(keys) => {
            for at in 0..keys.len() {
                each_replaced(&keys[at].1, with, &mut |one| {
                    let mut keys = keys.clone();
                    keys[at].1 = one.clone();
                    f(&Json::Object(keys));
                });
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::Text(_) => {}
    }
}

#[test]
fn any_value_can_be_any_other() {
    let huge = format!("1{}", "0".repeat(400));
    let values = [
        "null",
        "true",
        "-1",
        "1e999",
        &huge,
        "\"\"",
        "\"9223372036854775808\"",
        "[]",
        "[[]]",
        "{}",
        "{\"0\":{}}",
    ];
    let mut count = 0;
    for (name, text) in of("kommo_read") {
        let json = json::read(&text).unwrap();
        for value in values {
            each_replaced(&json, &json::read(value).unwrap(), &mut |changed| {
                try_it(changed.to_string().as_bytes());
                count += 1;
            });
        }
        assert!(count > 500, "{name}: {count}");
    }
}

fn many(steps: usize) -> String {
    let step = |at: usize| {
        let to = (at + 1) % steps;
        format!(r#""{at}":{{"question":[{{"handler":"goto","params":{{"type":"question","step":{to}}}}}]}}"#)
    };
    format!("{{{}}}", (0..steps).map(step).collect::<Vec<_>>().join(","))
}

#[test]
fn as_many_steps_as_a_bot_can_have() {
    // A circle, too.
    let bot = bot(&many(MOST_STEPS));
    assert_eq!(bot.steps.len(), MOST_STEPS);
    assert_eq!(bot.steps[MOST_STEPS - 1].number, MOST_STEPS as i64 - 1);
    let steps = many(100_000);
    let list = format!("[{}{{}}]", "{},".repeat(99_999));
    let model = format!(r#"{{"model":{{"text":{steps}}}}}"#);
    for (text, path) in [(&steps, "20002"), (&list, "[20002]"), (&model, "text.20002")] {
        let found = read::read(text.as_bytes(), false).unwrap_err();
        assert_eq!((found.len(), found[0].step, found[0].path.as_str()), (1, Some(20_002), path));
        assert!(found[0].what.contains("100000 steps, the limit is 20000"), "{found:?}");
    }
    // More values than any bot has, and a file that is too long.
    let found = read::read(format!("[{}0]", "0,".repeat(1_000_000)).as_bytes(), false).unwrap_err();
    assert!(found[0].what.contains("more than 1000000 values"), "{found:?}");
    let found = read::read(" ".repeat((16 << 20) + 1).as_bytes(), false).unwrap_err();
    assert!(found[0].what.contains("the limit is 16777216"), "{found:?}");
}

/// What a file is, where that is told, and words of it.
type Bad<'t> = (&'t [u8], Option<i64>, &'t str, &'t str);

#[test]
fn whatever_else_a_file_is_is_told_at_its_place() {
    let cases: &[Bad<'_>] = &[
        (b"", None, "", "a value was expected and the text ends"),
        (b" \r\n\t", None, "", "a value was expected and the text ends"),
        ("\u{feff}".as_bytes(), None, "", "a value was expected and the text ends"),
        ("\u{feff}\u{feff}[]".as_bytes(), None, "", "a value was expected and"),
        (b"\xff\xfe{\0}\0", None, "", "not UTF-8 after the first 0 bytes"),
        (b"[{\"question\": \"\xc3\x28\"}]", None, "", "not UTF-8 after the first 15 bytes"),
        (b"<!DOCTYPE html>", None, "", "a value was expected and '<' is there"),
        (b"[{}] []", None, "", "the end of the JSON was expected"),
        (b"[{},]", Some(1), "[1]", "a value was expected and ']' is there"),
        (b"{\"4\": {\"question\": [{'handler'", Some(4), "4.question[0]", "a key in double quotes"),
        (b"{\"4\": {\"question\": [NaN]}}", Some(4), "4.question[0]", "a value was expected and 'N'"),
        (b"{\"4\": {\"question\": [\"\\ud800\"]}}", Some(4), "4.question[0]", "half of a pair"),
        (b"{\"4\": {\"question\": [01]}}", Some(4), "4.question[0]", "`01` is no number of JSON"),
        (b"null", None, "", "and this is null"),
        (b"\"{\\\"0\\\":{}}\"", None, "", "and this is the text"),
        (b"[]", None, "", "the bot has no step"),
        (b"{}", None, "", "the bot has no step"),
        (b"[[\"id\", \"name\"]]", Some(0), "[0]", "and this is a list"),
        (b"{\"name\": \"sbot\", \"version\": 1}", None, "name", "`name` is no number of a step"),
        (b"{\"model\": null}", None, "model", "an object was expected, and this is null"),
        (b"{\"model\": {\"name\": \"A\"}}", None, "model.text", "nothing is there"),
        (b"{\"model\": {\"text\": \"\"}}", None, "model.text", "the text ends"),
        (b"{\"model\": {\"text\": \"[]\"}}", None, "model.text", "the bot has no step"),
        (b"{\"model\": {\"text\": \"7\"}}", None, "text", "steps by their numbers were expected"),
        (b"{\"model\": {\"text\": 7}}", None, "model.text", "a text of JSON was expected, and this is 7"),
        (b"{\"type_functionality\": 1e3, \"model\": {}}", None, "type_functionality", "and this is 1e3"),
    ];
    for (bytes, step, path, what) in cases {
        let found = read::read(bytes, true).unwrap_err();
        assert_eq!((found[0].step, found[0].path.as_str()), (*step, *path), "{found:?}");
        assert!(found[0].what.contains(what) && !found[0].help.is_empty(), "{found:?}");
    }
}

#[test]
fn inner_texts_that_were_encoded_twice_are_told() {
    let graphs = json::read(&fixture("graphs.json")).unwrap();
    let once = envelope(&graphs, &|value| Json::text(&value.to_string())).unwrap();
    assert!(try_it(once.as_bytes()));
    let marked = envelope(&graphs, &|value| Json::text(&format!("\u{feff}{value}"))).unwrap();
    assert_eq!(bot(&once), bot(&marked));
    let twice = envelope(&graphs, &|value| Json::text(&Json::text(&value.to_string()).to_string())).unwrap();
    let found = read::read(twice.as_bytes(), false).unwrap_err();
    let paths: Vec<&str> = found.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(paths, ["model.text", "model.positions"]);
    assert!(found.iter().all(|one| one.what.contains("is a text again")), "{found:?}");
}

#[test]
fn numbers_that_no_step_and_no_id_has_are_told() {
    let nines = "9".repeat(400);
    for number in ["1e999", "-1e999", "3.5", "9223372036854775808", &nines] {
        for (handler, key) in [
            (format!(r#"{{"handler":"goto","params":{{"type":"question","step":{number}}}}}"#), "step"),
            (format!(r#"{{"handler":"stop","params":{{"action":"salesbot-start","bot":{number}}}}}"#), "bot"),
            (
                format!(r#"{{"handler":"send_internal","params":{{"message":"a","user_id":{number}}}}}"#),
                "user_id",
            ),
        ] {
            let text = format!(r#"{{"5":{{"question":[{handler}]}}}}"#);
            let found = read::read(text.as_bytes(), false).unwrap_err();
            let path = format!("5.question[0].params.{key}");
            assert_eq!((found.len(), found[0].step, &found[0].path), (1, Some(5), &path), "{number}");
            assert!(found[0].what.len() < 200, "{found:?}");
        }
    }
}

/// As large as files may be, in shapes of which each part could be looked at once for every other part.
#[test]
fn large_files_are_read_in_one_go() {
    let goto = |to: usize| format!(r#"{{"handler":"goto","params":{{"type":"question","step":{to}}}}}"#);
    let gotos: Vec<String> = (0..60_000).map(goto).collect();
    let blocks: Vec<String> = (0..50_000)
        .map(|id| format!(r#"{{"id":{id},"step":0,"x":0,"y":0,"goto":{{"block":{}}}}}"#, (id + 1) % 50_000))
        .collect();
    let text = format!(
        r#"{{"model":{{"text":{{"0":{{"question":[{}]}}}},"positions":[{}]}}}}"#,
        gotos.join(","),
        blocks.join(",")
    );
    let (bot, notes) = read::read(text.as_bytes(), false).unwrap();
    assert_eq!((bot.steps[0].question.len(), bot.blocks.len()), (60_000, 50_000));
    assert!(notes.iter().any(|note| note.what.contains("the editor shows no way there")), "{notes:?}");
    assert!(notes.iter().all(|note| note.what.len() < 300), "{notes:?}");

    // Names that could each be compared with those of all handlers.
    let unknown: Vec<String> =
        (0..150_000).map(|at| format!(r#"{{"handler":"send_messages_{at:040}"}}"#)).collect();
    let found =
        read::read(format!(r#"[{{"question":[{}]}}]"#, unknown.join(",")).as_bytes(), false).unwrap_err();
    assert_eq!(found.len(), 100);
    // Keys that could each be compared with all others.
    let keys: Vec<String> = (0..300_000).map(|at| format!(r#""k{at}":1"#)).collect();
    let found = read::read(format!("[{{{},\"k7\":2}}]", keys.join(",")).as_bytes(), false).unwrap_err();
    assert_eq!((found[0].step, found[0].path.as_str()), (Some(0), "[0].k7"));
    assert!(read::read(format!("[{{{}}}]", keys.join(",")).as_bytes(), false).unwrap().1.len() <= 100);
}

#[test]
fn deep_nesting_is_told() {
    for deep in ["[".repeat(200_000), "{\"a\":".repeat(200_000)] {
        let found = read::read(deep.as_bytes(), false).unwrap_err();
        assert!(found[0].what.contains("nests more than 64 deep"), "{found:?}");
        // Inside of a text, with the step in which it is.
        let inner = Json::text(&format!("{{\"6\":{deep}"));
        let model = Json::object([("model", Json::object([("text", inner)]))]).to_string();
        let found = read::read(model.as_bytes(), false).unwrap_err();
        assert!(found[0].step == Some(6) && found[0].path.starts_with("text.6"), "{:?}", found[0].step);
        assert!(found[0].what.contains("nests more than 64 deep"), "{found:?}");
    }
    let inside = |n: usize| {
        let open = r#"{"handler":"condition","params":{"term1":"name","term2":"x","result":["#.repeat(n);
        format!(r#"{{"6":{{"question":[{open}{}]}}}}"#, "]}}".repeat(n))
    };
    assert!(try_it(inside(16).as_bytes()));
    let found = read::read(inside(17).as_bytes(), false).unwrap_err();
    assert_eq!(found[0].step, Some(6));
    assert!(found[0].what.contains("too deep"), "{found:?}");
}

#[test]
fn long_names_take_no_more_room_than_the_file() {
    let long = "x".repeat(300_000);
    for text in [
        format!(r#"[{{"question":[{{"handler":"{long}","params":{{}}}}]}}]"#),
        format!(r#"[{{"question":[{{"handler":"stop","params":{{"action":"{long}"}}}}]}}]"#),
        format!(r#"[{{"question":[{{"handler":"goto","params":{{"step":"{long}"}}}}]}}]"#),
        format!(r#"[{{"question":[{{"handler":"widget","params":{{"exits":{{"{long}":4}}}}}}]}}]"#),
        format!(r#"{{"{long}":{{}}}}"#),
        format!(r#"{{"{}1":{{"question":[]}}}}"#, "0".repeat(50_000)),
        format!(r#"{{"{long}":1,"{long}":2}}"#),
        format!("[1{}", "-".repeat(300_000)),
    ] {
        let found = read::read(text.as_bytes(), false).unwrap_err();
        assert!(found.iter().all(|one| one.what.len() + one.path.len() < 600), "{:.200}", found[0].what);
    }
}

#[test]
fn bounds_are_the_callers() {
    let bounds = Bounds { bytes: 12, depth: 2, parts: 3 };
    let says = |text: &str| json::read_within(text, bounds).map_err(|why| why.to_string());
    assert!(says("[[1]]").is_ok());
    assert_eq!(says("[[[]]]").unwrap_err(), "it nests more than 2 deep (line 1, column 3)");
    assert_eq!(says("[1,2,3]").unwrap_err(), "it has more than 3 values (line 1, column 6)");
    assert_eq!(says("             ").unwrap_err(), "it is 13 bytes long, the limit is 12 (line 1, column 1)");
    // Where a host's JSON is wrong is told as before.
    assert_eq!(json::read("{\"a\":[1,{\"b\":x}]}").unwrap_err().path, "a[1].b");
    assert_eq!(json::read("x").unwrap_err().path, "");
}
