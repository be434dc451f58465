//! Laws of imports onto the project that was exported, over `fixtures/kommo_export` and every bot of the corpus that
//! Kommo can express:
//!
//! - nothing changes if nothing has changed in Kommo, whatever words the project uses;
//! - a message that is changed in Kommo is changed in the project, in its own step; the project still compiles, and its
//!   export is the changed file;
//! - wherever the ways of a bot are led in Kommo, the project compiles, but for what no channel can carry.

// What cannot be read is a failure, and so is whatever a match does not expect.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use sbot_embed::Json;
use sbotc::kommo::bot::{Bot, Handler, Part, Stop, Target, What};
use sbotc::kommo::env::Env;
use sbotc::kommo::export::{Export, Input, export};
use sbotc::kommo::import::{Ground, Imported, import, onto};
use sbotc::kommo::{read, write};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use support::Memory;

/// An account that has everything, each with an id of its own.
#[derive(Default)]
struct Account {
    ids: RefCell<BTreeMap<(String, String), Json>>,
}

impl Account {
    fn lookup(&self, section: &str, symbol: &str) -> Option<Json> {
        let mut ids = self.ids.borrow_mut();
        let next = 1000 + i64::try_from(ids.len()).unwrap();
        let made = ids.entry((section.to_owned(), symbol.to_owned())).or_insert_with(|| match section {
            "variables" => Json::text(&format!("lead.{}", symbol.replace('.', "_"))),
            "files" => Json::text(&format!("u-{next}")),
            _ => Json::int(next),
        });
        Some(made.clone())
    }

    /// Everything that was asked for, as an environment file.
    fn env(&self) -> Env {
        let mut sections: BTreeMap<String, String> = BTreeMap::new();
        for ((section, symbol), id) in &*self.ids.borrow() {
            writeln!(sections.entry(section.clone()).or_default(), "\"{symbol}\" = {id}").unwrap();
        }
        let text: String = sections.iter().map(|(section, rows)| format!("[{section}]\n{rows}")).collect();
        Env::read(&text).unwrap()
    }
}

/// A project with one of its bots, as Kommo has it.
struct Exported {
    name: String,
    /// The project's sources and what lies beside them.
    files: Memory,
    /// Those that it is made of.
    entries: Vec<String>,
    /// The file that has the bot.
    file: String,
    language: Option<String>,
    salesbot: Bot,
    calls: BTreeMap<i64, String>,
}

fn salesbot(
    files: &Memory,
    entries: &[String],
    name: &str,
    language: Option<&str>,
    account: &Account,
) -> Result<Bot, String> {
    made(files, entries, name, language, account).map(|made| made.bot.unwrap())
}

/// The export of a bot that Kommo can express.
fn made(
    files: &Memory,
    entries: &[String],
    name: &str,
    language: Option<&str>,
    account: &Account,
) -> Result<Export, String> {
    let parsed = sbotc::project::parse(entries, files).unwrap();
    let mut checked = sbotc::check::check(parsed, files);
    sbotc::i18n::localize(&mut checked, "", support::locales(files), sbotc::i18n::Strictness::Incomplete);
    let errors = support::listed(checked.diagnostics.iter().filter(|one| one.is_error()), &checked.sources);
    let Some(project) = &checked.project else { return Err(errors) };
    let bot = project.bots.iter().position(|bot| &*bot.name == name).unwrap();
    let lookup = |section: &str, symbol: &str| account.lookup(section, symbol);
    let input = Input { project, sources: &checked.sources, bot, language, lookup: &lookup };
    let export = export(input);
    if export.bot.is_some() { Ok(export) } else { Err(format!("{:#?}", export.findings)) }
}

/// Every bot that can be exported, in every language.
fn exported(account: &Account) -> Vec<Exported> {
    let mut all = Vec::new();
    let mut paths = support::project::with_ending(&support::fixtures("kommo_export"), ".sbot");
    paths.extend(support::project::paths());
    for path in paths {
        let (name, files, checked) = support::project::check(&path);
        let entries: Vec<String> = if path.is_dir() {
            files.0.keys().filter(|name| name.ends_with(".sbot")).cloned().collect()
        } else {
            vec![name.clone()]
        };
        let mut checked = checked;
        sbotc::i18n::localize(
            &mut checked,
            "",
            support::locales(&files),
            sbotc::i18n::Strictness::Incomplete,
        );
        let Some(project) = &checked.project else { continue };
        let mut languages: Vec<Option<String>> =
            project.languages.iter().map(|one| Some(one.to_string())).collect();
        if languages.is_empty() {
            languages.push(None);
        }
        for bot in &project.bots {
            let text = |file: &String| String::from_utf8(files.0[file].clone()).unwrap();
            let file = entries.iter().find(|file| onto::has_bot(&text(file), &bot.name));
            let Some(file) = file else { continue };
            for language in &languages {
                if let Ok(made) = made(&files, &entries, &bot.name, language.as_deref(), account) {
                    all.push(Exported {
                        name: bot.name.to_string(),
                        files: files.clone(),
                        entries: entries.clone(),
                        file: file.clone(),
                        language: language.clone(),
                        salesbot: made.bot.unwrap(),
                        calls: made.calls,
                    });
                }
            }
        }
    }
    all
}

impl Exported {
    fn text(&self, file: &str) -> String {
        String::from_utf8(self.files.0[file].clone()).unwrap()
    }

    /// The import of a file of this bot, onto the project.
    fn import(&self, salesbot: &Bot, account: &Account) -> Imported {
        let sources: Vec<(String, String)> =
            self.entries.iter().map(|file| (file.clone(), self.text(file))).collect();
        let ground = Ground::new(&account.env(), &self.file, &sources);
        let ground = ground.with_bot(self.salesbot.clone(), self.calls.clone(), &self.text(&self.file));
        let (read, notes) = read::read(write::file(salesbot).as_bytes(), false).unwrap();
        import(&read, &notes, "imported", &ground)
    }
}

#[test]
fn what_has_not_changed_in_kommo_does_not_change() {
    let account = Account::default();
    let all = exported(&account);
    for one in &all {
        let made = one.import(&one.salesbot, &account);
        let (old, name) = (one.text(&one.file), &one.name);
        assert_eq!(made.name, *name);
        assert_eq!(onto::bot(&old, &made).unwrap(), old, "{name}");
        assert_eq!((made.account.as_str(), made.env.as_str()), ("", ""), "{name}");
        assert_eq!((made.told.as_slice(), made.others.as_slice()), (&[][..], &[][..]), "{name}");
    }
    let names: BTreeSet<&str> = all.iter().map(|one| one.name.as_str()).collect();
    assert!(names.len() > 7, "{names:?}");
}

/// The messages of handlers, whatever they stand in, in order.
fn messages<'b>(handlers: &'b mut [Handler], all: &mut Vec<&'b mut String>) {
    for handler in handlers {
        let what = &mut handler.what;
        if let What::Conditions { result, .. } | What::Validations { result, .. } = what {
            messages(result, all);
        } else if let What::Buttons(replies) = what {
            replies.iter_mut().for_each(|reply| messages(&mut reply.then, all));
        } else if let What::Message(message) = what
            && message.template.is_none()
            && !message.text.is_empty()
        {
            let message = &mut **message;
            all.push(message.list.as_mut().map_or(&mut message.text, |list| &mut list.body));
        }
    }
}

fn every_message(bot: &mut Bot) -> Vec<&mut String> {
    let mut all = Vec::new();
    for step in &mut bot.steps {
        for handlers in [&mut step.question, &mut step.answer, &mut step.no_answer, &mut step.finish] {
            messages(handlers, &mut all);
        }
    }
    all
}

#[test]
fn a_message_that_has_changed_in_kommo_changes_alone() {
    let account = Account::default();
    let mut count = 0;
    for one in &exported(&account) {
        let total = every_message(&mut one.salesbot.clone()).len();
        for at in 0..total {
            let mut changed = one.salesbot.clone();
            every_message(&mut changed)[at].push_str(" Changed!");
            let made = one.import(&changed, &account);
            let place = format!("{}, message {at}", one.name);
            let source = onto::bot(&one.text(&one.file), &made);
            let source = source.unwrap_or_else(|| panic!("{place}:\n{}", made.bot));
            let mut files = one.files.clone();
            files.0.insert(one.file.clone(), source.clone().into_bytes());
            assert_eq!((made.account.as_str(), made.env.as_str()), ("", ""), "{place}");
            let again = salesbot(&files, &one.entries, &one.name, one.language.as_deref(), &account);
            let mut again = again.unwrap_or_else(|why| panic!("{place}: {why}\n{source}"));
            let texts = |bot: &mut Bot| {
                let mut all: Vec<String> = every_message(bot).into_iter().map(|text| text.clone()).collect();
                all.sort();
                all
            };
            assert_eq!(texts(&mut again), texts(&mut changed), "{place}\n{source}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}

/// A project of a few files, with one of its bots.
fn small(files: &[(&str, &str)], name: &str, account: &Account) -> Exported {
    let mut memory = Memory::default();
    memory.0.extend(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())));
    let entries: Vec<String> = memory.0.keys().cloned().collect();
    let file = files.iter().find(|(_, text)| onto::has_bot(text, name)).unwrap().0.to_owned();
    let made = made(&memory, &entries, name, None, account).unwrap();
    let (salesbot, calls) = (made.bot.unwrap(), made.calls);
    Exported { name: name.to_owned(), files: memory, entries, file, language: None, salesbot, calls }
}

impl Exported {
    /// The bot's file with what has changed in Kommo. The project still compiles, and its export is the changed file.
    fn onto(&self, account: &Account, change: impl FnOnce(&mut Bot)) -> String {
        let mut changed = self.salesbot.clone();
        change(&mut changed);
        let made = self.import(&changed, account);
        let source = onto::bot(&self.text(&self.file), &made).unwrap();
        let mut files = self.files.clone();
        files.0.insert(self.file.clone(), source.clone().into_bytes());
        let again = salesbot(&files, &self.entries, &self.name, None, account);
        let again = again.unwrap_or_else(|why| panic!("{why}\n{source}"));
        assert_eq!(write::file(&again), write::file(&changed), "{source}");
        source
    }
}

#[test]
fn what_a_step_names_first_is_brought_in() {
    let account = Account::default();
    let one = small(
        &[
            (
                "bots/one.sbot",
                "bot one\n\nuse \"../people.sbot\" // the people\n\ntrigger message\n\n\
                 step hi:\n  message \"Hi\"\n  send_internal(\"x\", to: [anna])\n  -> end\n",
            ),
            ("bots/two.sbot", "bot two\n\ntrigger manual\n\nstep s: message \"Two\" -> end\n"),
            ("people.sbot", "user anna \"Anna\"\n"),
            ("teams.sbot", "team kitchen \"Kitchen\" {}\n"),
            (
                "back.sbot",
                "bot back\n\nuse \"bots/one.sbot\"\n\ntrigger manual\n\nstep s: message \"Back\" -> bot one\n",
            ),
        ],
        "one",
        &account,
    );
    let start = |bot: &mut Bot, other: &str| {
        let id = account.lookup("bots", other).unwrap();
        let last = bot.steps[0].question.last_mut().unwrap();
        assert!(matches!(last.what, What::Goto(_)), "{last:?}");
        last.what = What::Stop(Stop::StartBot(id));
    };
    let source = one.onto(&account, |bot| {
        start(bot, "two");
        let team = account.lookup("teams", "kitchen").unwrap();
        let internal = bot.steps[0].question.iter_mut().find_map(|handler| {
            if let What::Internal { user, group, .. } = &mut handler.what {
                Some((user, group))
            } else {
                None
            }
        });
        let (user, group) = internal.unwrap();
        (*user, *group) = (None, Some(team));
    });
    let uses = "use \"../people.sbot\" // the people\nuse \"../teams.sbot\"\nuse \"two.sbot\"\n\ntrigger";
    assert!(source.contains(uses) && source.contains("-> bot two"), "{source}");
    // The other bot's file uses this one, and files cannot use each other.
    let mut changed = one.salesbot.clone();
    start(&mut changed, "back");
    let made = one.import(&changed, &account);
    let source = onto::bot(&one.text(&one.file), &made).unwrap();
    assert!(source.contains("`back`: back.sbot uses this file") && !source.contains("-> bot"), "{source}");
    assert_eq!(source.matches("\nuse ").count(), 1, "{source}");
    assert_eq!(made.told.len(), 1, "{:?}", made.told);
    let mut files = one.files.clone();
    files.0.insert(one.file.clone(), source.into_bytes());
    salesbot(&files, &one.entries, "one", None, &account).unwrap();
}

/// Another text of a message.
fn reword(bot: &mut Bot, old: &str, new: &str) {
    let all = every_message(bot).into_iter().filter(|text| *text == old);
    assert_eq!(all.map(|text| new.clone_into(text)).count(), 1, "{old}");
}

#[test]
fn a_step_with_parameters_stays_where_one_that_goes_there_changes() {
    let account = Account::default();
    let source = "bot shop\n\nuse \"people.sbot\"\n\ntrigger message\n\n\
        step hi:\n  message \"Hi\" buttons [\"Roses\" -> roses, \"Tulips\" -> tulips] on other -> other\n\n\
        step roses:\n  message \"Red ones\"\n  -> bill(\"Roses\", 5, 1h)\n\n\
        step tulips:\n  message \"Yellow ones\"\n  if contact.name == \"Ann\" -> bill(\"\\\"Tulips\\\" \\{big\\}\", 3, 2h30m)\n  -> bill(\"Roses\", 5, 1h)\n\n\
        step other:\n  message \"Something else\"\n  -> told(anna, [\"a\", \"b\"])\n\n\
        // What it costs.\nstep bill(item: text, price: int, time: duration):\n  // Twice, as the shop does.\n  let sum = price * 2\n  \
        message \"{item}: {sum}\" on message -> paid(item) on timeout time -> end\n\n\
        step paid(item: text): message \"You have {item}\" -> end\n\n\
        step told(who: user, tags: [text]):\n  manage_tags(on: lead, add: tags)\n  send_internal(\"Look\", to: [who])\n  -> end\n";
    let people = "user anna \"Anna\"\n";
    let one = small(&[("shop.sbot", source), ("people.sbot", people)], "shop", &account);
    let source = one.onto(&account, |_| {});
    for (old, new) in
        [("Red ones", "Scarlet ones"), ("Yellow ones", "Golden ones"), ("Something else", "Whatever")]
    {
        let made = one.onto(&account, |bot| reword(bot, old, new));
        let standard = |text: &str| sbot_grammar::print::print(text, &sbot_grammar::parse(text));
        assert_eq!(made, standard(&source.replace(old, new)));
    }
    // A copy of its own is another step.
    let mut changed = one.salesbot.clone();
    reword(&mut changed, "Roses: 10", "Roses: ten");
    let made = one.import(&changed, &account);
    let made = onto::bot(&source, &made).unwrap();
    assert!(made.contains("\"Roses: ten\"") && !made.contains("bill(\"Roses\""), "{made}");
    let mut files = one.files.clone();
    files.0.insert(one.file.clone(), made.into_bytes());
    salesbot(&files, &one.entries, "shop", None, &account).unwrap();
}

/// A source with a comment on each of its lines, above it and behind it, and how many there are.
fn commented(source: &str) -> (String, usize) {
    let standard = |text: &str| sbot_grammar::print::print(text, &sbot_grammar::parse(text));
    let bare = |text: &str| {
        let mut bare = text.to_owned();
        for comment in sbot_grammar::parse(text).comments.iter().rev() {
            bare.replace_range(comment.span.range(), "");
        }
        let lines: Vec<String> =
            standard(&bare).lines().filter(|line| !line.is_empty()).map(str::to_owned).collect();
        lines.join("\n")
    };
    let plain = bare(source);
    let mut lines: Vec<String> = plain.lines().map(str::to_owned).collect();
    let mut count = 0;
    for at in (0..lines.len()).rev() {
        let line = lines[at].clone();
        let indent: String = line.chars().take_while(|c| *c == ' ').collect();
        let mut both = [format!("{indent}// c{count};\n{line}"), format!("{line} // c{count};")];
        both.rotate_left(at % 2);
        // A text may go on there.
        let fits = both.into_iter().filter(|_| !line.is_empty()).find(|more| {
            lines[at].clone_from(more);
            let text = lines.join("\n");
            let read = sbot_grammar::parse(&text);
            read.errors.is_empty() && read.comments.len() == count + 1 && bare(&text) == plain
        });
        count += usize::from(fits.is_some());
        lines[at] = fits.unwrap_or(line);
    }
    (lines.join("\n") + "\n", count)
}

#[test]
fn no_comment_is_lost() {
    let account = Account::default();
    let mut count = 0;
    for mut one in exported(&account) {
        let (source, comments) = commented(&one.text(&one.file));
        one.files.0.insert(one.file.clone(), source.clone().into_bytes());
        let messages = every_message(&mut one.salesbot.clone()).len();
        for at in (0..messages).step_by(1 + messages / 8) {
            let mut changed = one.salesbot.clone();
            every_message(&mut changed)[at].push_str(" Changed!");
            let made = onto::bot(&source, &one.import(&changed, &account)).unwrap();
            for comment in 0..comments {
                let comment = format!("// c{comment};");
                assert_eq!(
                    made.matches(&comment).count(),
                    1,
                    "{comment} of {}, message {at}\n{made}",
                    one.name
                );
            }
            count += comments;
        }
    }
    assert!(count > 1000, "{count}");
}

#[test]
fn a_step_that_begins_with_a_wait_stays_behind_a_message_that_changes() {
    let account = Account::default();
    let source = "bot shop\n\ntrigger message\n\n\
        step hi:\n  message \"Hi\"\n  -> mail\n\n\
        // Where we write to.\nstep mail:\n  validate contains email as address\n    on valid { set contact.email = address -> end }\n    \
        on invalid -> late\n    on timeout 1h -> late\n\nstep late: message \"Too late.\" -> end\n";
    let one = small(&[("shop.sbot", source)], "shop", &account);
    let made = one.onto(&account, |bot| reword(bot, "Hi", "Hello"));
    assert_eq!(made, source.replace("Hi", "Hello"));
}

/// How often the ways of each bot are led elsewhere.
const ROUNDS: usize = 14;

/// A number below another one, the same for each seed.
fn below(seed: &mut u64, count: usize) -> usize {
    // SplitMix64.
    *seed = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *seed;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    usize::try_from((mixed ^ (mixed >> 31)) % u64::try_from(count).unwrap()).unwrap()
}

/// Leads ways of a bot to other blocks, as people do who drag the arrows of the editor. Says which.
fn led_elsewhere(bot: &mut Bot, seed: &mut u64) -> String {
    let blocks: Vec<i64> = bot.steps.iter().map(|step| step.number).collect();
    let mut ways = 0;
    for step in &mut bot.steps {
        step.each_handler_mut(&mut |handler| handler.each_target_mut(&mut |_| ways += 1));
    }
    let mut said = String::new();
    for _ in 0..=below(seed, 3).min(ways) {
        let (way, to) = (below(seed, ways.max(1)), blocks[below(seed, blocks.len())]);
        let mut at = 0;
        for step in &mut bot.steps {
            let number = step.number;
            step.each_handler_mut(&mut |handler| {
                handler.each_target_mut(&mut |target| {
                    if at == way {
                        write!(said, " {number}: {} -> {to}", target.step).unwrap();
                        *target = Target { step: to, part: Part::Question };
                    }
                    at += 1;
                });
            });
        }
    }
    said
}

#[test]
fn ways_that_lead_elsewhere_leave_a_project_that_compiles() {
    let account = Account::default();
    let (mut count, mut failed) = (0, String::new());
    for one in &exported(&account) {
        for round in 0..ROUNDS {
            let mut seed = u64::try_from(round).unwrap();
            let mut changed = one.salesbot.clone();
            let said = led_elsewhere(&mut changed, &mut seed);
            let made = one.import(&changed, &account);
            let source = onto::bot(&one.text(&one.file), &made);
            let source = source.unwrap_or_else(|| panic!("{}, round {round}:\n{}", one.name, made.bot));
            let mut files = one.files.clone();
            files.0.insert(one.file.clone(), source.clone().into_bytes());
            assert_eq!((made.account.as_str(), made.env.as_str()), ("", ""), "{}, round {round}", one.name);
            let checked = sbotc::check::check(sbotc::project::parse(&one.entries, &files).unwrap(), &files);
            // Whether a channel carries it depends on what starts the bot and leads there: that is for the person to say.
            let errors =
                checked.diagnostics.iter().filter(|one| one.is_error() && one.code.name() != "E0501");
            let errors = support::listed(errors, &checked.sources);
            if !errors.is_empty() {
                writeln!(failed, "{}, round {round}:{said}\n{errors}{source}", one.name).unwrap();
            }
            count += 1;
        }
    }
    assert!(failed.is_empty(), "{failed}");
    assert!(count > 200, "{count}");
}

#[test]
fn what_an_answer_does_not_bring_along_is_empty() {
    let account = Account::default();
    let path = support::fixtures("kommo_export").join("widget.sbot");
    let source = std::fs::read_to_string(path).unwrap();
    let one = small(&[("widget.sbot", &source)], "pay", &account);
    let mut changed = one.salesbot.clone();
    let mut exits = Vec::new();
    for step in &mut changed.steps {
        step.each_handler_mut(&mut |handler| {
            if let What::Widget(widget) = &mut handler.what {
                exits.push(widget.exits[0].1);
                // What was declined leads where what was paid led.
                let first = exits[0];
                widget.exits.iter_mut().for_each(|(_, to)| *to = first);
            }
        });
    }
    assert_eq!(exits.len(), 2);
    let made = one.import(&changed, &account);
    let source = onto::bot(&source, &made).unwrap();
    for part in ["does not bring `amount` along", "let no_amount = 0", "-> thanks(no_amount)"] {
        assert!(source.contains(part), "{part}\n{source}");
    }
    let mut files = one.files.clone();
    files.0.insert(one.file.clone(), source.into_bytes());
    salesbot(&files, &one.entries, "pay", None, &account).unwrap();
}

#[test]
fn nothing_leads_inside_of_a_step_that_stays() {
    let account = Account::default();
    let source = "bot shop\n\ntrigger message\n\n\
        step hi:\n  message \"Hi\"\n  -> which\n\n\
        step which: message \"Which?\" buttons [\"Roses\" -> end, \"Tulips\" -> mail] on other -> nap on timeout 1h -> nap\n\n\
        step mail:\n  validate contains email as address\n    on valid { set contact.email = address -> end }\n    \
        on invalid -> end\n    on timeout 1h -> end\n\n\
        step nap:\n  pause 1h\n  message \"Still there?\"\n  -> end\n";
    let one = small(&[("shop.sbot", source)], "shop", &account);
    let waits = |bot: &Bot, count: usize| {
        let is = |what: &What| matches!(what, What::Waits(events) if events.len() == count);
        bot.steps.iter().find(|step| is(&step.question[0].what)).unwrap().number
    };
    for (count, buttons) in [(2, true), (1, false)] {
        let mut changed = one.salesbot.clone();
        let to = Target { step: waits(&changed, count), part: Part::Question };
        let step = changed.steps.iter_mut().find(|step| !step.answer.is_empty()).unwrap();
        let goto = Handler { path: String::new(), what: What::Goto(to) };
        if buttons {
            // The block of the buttons leads on at once.
            step.answer.clear();
            step.no_answer.clear();
            step.question.push(goto);
        } else {
            step.no_answer = vec![goto];
        }
        let made = one.import(&changed, &account);
        let source = onto::bot(source, &made).unwrap();
        let mut files = one.files.clone();
        files.0.insert(one.file.clone(), source.clone().into_bytes());
        let again = salesbot(&files, &one.entries, "shop", None, &account);
        again.unwrap_or_else(|why| panic!("{why}\n{source}"));
    }
}
