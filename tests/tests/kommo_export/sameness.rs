//! The same conversations with the bot and with its exported file.

use crate::Account;
use crate::salesbot::{Event as Told, Salesbot, Talk};
use crate::support::project::{self, Built, Project};
use regex::Regex;
use sbot_embed::Engine;
use sbot_vm::effect::{EffectId, EffectKind, Message};
use sbot_vm::event::EventKind;
use sbot_vm::value::Value;
use sbot_vm::{Facts, Limits, Program, Run, Status};
use sbotc::Checked;
use sbotc::coverage::Hits;
use sbotc::explore::{Input, explore, write_tests};
use sbotc::sim::replay::{Recorded, Took, replay};
use sbotc::sim::{World, run_test, show};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// What the CRM calls the fields that every account has.
const STANDARD: &[(&str, &str)] =
    &[("lead.sale", "lead.price"), ("lead.name", "lead.name"), ("contact.name", "contact.name")];

/// Plays all conversations of a project's bot, those of its tests and those that a walk finds; how many there were.
pub(crate) fn compare(path: &Path, bot: usize, file: &str, account: &Account) -> usize {
    // The file has the texts of the source.
    let salesbot = Salesbot::read(file);
    let mut played = 0;
    for project in [project::compile(path, true, Built::Without), explored(path, bot)] {
        let name = |title: &str| format!("{}: {title}", path.display());
        for test in &project.tests {
            let world = run_test(&project.program, test, &project.sources, false).world;
            if usize::try_from(world.bot()) == Ok(bot) {
                let name = name(&test.title);
                Both { name: &name, program: &project.program, account }.play(&world, &salesbot);
                played += 1;
            }
        }
    }
    played
}

/// The project with a test for everything that a walk through the bot has reached.
fn explored(path: &Path, bot: usize) -> Project {
    let (name, mut files, checked) = project::check(path);
    let Checked { project, sources, .. } = checked;
    let project = project.unwrap();
    let lowered = sbotc::lower::lower_marked(&project, &sources);
    let program = Arc::new(Program::new(lowered.tables, Some(lowered.debug)).unwrap());
    let number = u32::try_from(bot).unwrap();
    let input = Input {
        program: &program,
        project: &project,
        marks: &lowered.marks,
        sources: &sources,
        bot: number,
        limit: 3_000,
    };
    let titles: Vec<String> = project.tests.iter().map(|test| test.title.to_string()).collect();
    let written = write_tests(&explore(input, &mut |_| {}), &Hits::default(), &titles);
    let source = sources.get(project.bots[bot].place.file);
    let whole = format!("{}\n{}", source.text.trim_end(), written.text);
    files.0.insert(source.path.clone(), whole.into_bytes());
    let wanted: Vec<String> = files.0.keys().filter(|file| file.ends_with(".sbot")).cloned().collect();
    let wanted = if path.is_dir() { wanted } else { vec![name.clone()] };
    let parsed = sbotc::project::parse(&wanted, &files).unwrap();
    let checked = sbotc::check::check(parsed, &files);
    let project = checked.project.unwrap();
    let lowered = sbotc::lower::lower(&project, &checked.sources, true);
    let program = Arc::new(Program::new(lowered.tables, Some(lowered.debug)).unwrap());
    Project { name, program, sources: checked.sources, tests: lowered.tests }
}

struct Both<'a> {
    name: &'a str,
    program: &'a Arc<Program>,
    account: &'a Account,
}

impl Both<'_> {
    fn play(&self, world: &World, salesbot: &Salesbot) {
        let engine = Engine::new(Arc::clone(self.program));
        let mut talk: Option<Talk<'_>> = None;
        let mut run: Option<Run> = None;
        let mut does: Vec<String> = Vec::new();
        let draws = |from: usize| {
            world.log().iter().skip(from).filter_map(|one| match one.event.kind {
                EventKind::Drawn { option, .. } => Some(option as usize),
                _ => None,
            })
        };
        let mut failing = failing(world);
        // The last action that was asked for.
        let mut asked: Option<(EffectId, u32)> = None;
        for (at, Recorded { event, facts, took }) in world.log().iter().enumerate() {
            let now = event.at / 1000;
            let told = match &event.kind {
                EventKind::Message(message) => Some(Told::Says(message.text.as_deref().unwrap_or_default())),
                EventKind::Press { label, .. } => Some(Told::Presses(label)),
                EventKind::Comment { text, .. } => Some(Told::Says(text)),
                EventKind::Timer => Some(Told::Time(now)),
                EventKind::Trigger(_) => Some(Told::Says("")),
                EventKind::Delivered { .. } | EventKind::Failed { .. } | EventKind::Drawn { .. } => None,
                EventKind::Answer { exit: Some(exit), values, .. } => self.answers(asked, *exit, values),
                // What else there is has no counterpart in what is exported.
                EventKind::VideoOpened | EventKind::VideoClosed | EventKind::Answer { .. } => return,
            };
            if matches!(&event.kind, EventKind::Failed { effect } if asked.is_some_and(|(id, _)| id == *effect))
            {
                // A widget of Kommo cannot fail.
                return;
            }
            if told.is_some() {
                self.same(talk.as_mut(), &mut does);
            }
            if let (Some(talk), Some(run), true) = (&talk, &run, told.is_some()) {
                if talk.done.last().is_some_and(|last| last.starts_with("start ")) {
                    return;
                }
                assert_eq!(talk.waits(), self.waits(&engine, run), "{}: waits before {event:?}", self.name);
            }
            let turn = match (took, run.take()) {
                (Took::Nothing, parked) => {
                    run = parked;
                    if let (Some(talk), Some(_), Some(told)) = (&mut talk, &run, &told) {
                        talk.takes(told);
                    }
                    continue;
                }
                (Took::Starts, _) => {
                    let words = if let Some(Told::Says(words)) = told { words } else { "" };
                    let mut begun = salesbot.start(now, words, self.fields(facts));
                    if let EventKind::Comment { text, .. } = &event.kind {
                        begun.fields.insert("comment".into(), text.to_string());
                    }
                    begun.draws = draws(at).collect();
                    begun.failing = failing.remove(&at).unwrap_or_default();
                    begun.begin();
                    talk = Some(begun);
                    sbot_vm::start(self.program, world.bot(), world.args(), event, facts, &Limits::default())
                        .unwrap()
                }
                (Took::Resumes, Some(parked)) => {
                    if let (Some(talk), Some(told)) = (&mut talk, &told) {
                        talk.fields.extend(self.fields(facts));
                        talk.takes(told);
                    }
                    sbot_vm::turn(self.program, parked, event, facts, &Limits::default()).unwrap()
                }
                (Took::Resumes, None) => panic!("{}: nothing waits", self.name),
            };
            for effect in &turn.effects {
                self.acts(&effect.kind, &mut does);
                if let EffectKind::Action { action, .. } = &effect.kind {
                    asked = Some((effect.id, *action));
                }
            }
            if let Status::Parked(parked) = turn.status {
                run = Some(parked);
            }
        }
        self.same(talk.as_mut(), &mut does);
        if let Some(talk) = &talk
            && !talk.done.last().is_some_and(|last| last.starts_with("start "))
        {
            assert_eq!(talk.is_over(), run.is_none(), "{}: over, or not", self.name);
        }
    }

    /// The answer of a widget.
    fn answers<'p>(
        &'p self,
        asked: Option<(EffectId, u32)>,
        exit: u32,
        values: &[Value],
    ) -> Option<Told<'p>> {
        let (_, action) = asked?;
        let exit = &self.program.tables().actions[action as usize].exits[exit as usize];
        let names = exit.params.iter().map(|param| &*param.name);
        let data = names.zip(values.iter().map(|value| show::plain(self.program, value))).collect();
        Some(Told::Answers(&exit.name, data))
    }

    /// Both have done the same since the last look.
    fn same(&self, talk: Option<&mut Talk<'_>>, does: &mut Vec<String>) {
        let Some(talk) = talk else { return };
        let mut did: Vec<String> = std::mem::take(&mut talk.done);
        // Variables are kept in fields there, and nowhere here.
        did.retain(|act| !self.of_variable(act));
        let mut wanted = std::mem::take(does);
        if let Some(started) = did.iter().position(|act| act.starts_with("start ")) {
            // Another bot goes on here, whose file is another one.
            wanted.truncate(started);
            talk.done = did.split_off(started);
        }
        assert_eq!(did.len(), wanted.len(), "{}:\n{did:#?}\n{wanted:#?}", self.name);
        for (did, wanted) in did.iter().zip(&wanted) {
            assert!(alike(did, wanted), "{}:\n{did}\n{wanted}", self.name);
        }
    }

    fn of_variable(&self, act: &str) -> bool {
        let Some((field, _)) = act.strip_prefix("set ").and_then(|rest| rest.split_once(" = ")) else {
            return false;
        };
        self.program.tables().fields.iter().all(|row| self.custom(&row.to_string()) != field)
    }

    /// What Kommo calls a field where it is set.
    fn custom(&self, name: &str) -> String {
        let known = STANDARD.iter().find(|(ours, _)| *ours == name);
        known.map_or_else(
            || format!("{}.cf.{}", name.split('.').next().unwrap(), self.account.id("fields", name)),
            |(_, theirs)| (*theirs).to_owned(),
        )
    }

    /// What placeholders stand for.
    fn fields(&self, facts: &Facts) -> BTreeMap<String, String> {
        let mut fields = BTreeMap::new();
        for (row, value) in self.program.tables().fields.iter().zip(&facts.values) {
            let name = row.to_string();
            if name.starts_with("client.") {
                continue;
            }
            let text = if *value == Value::None { String::new() } else { show::plain(self.program, value) };
            if let Value::Symbol(symbol) = value {
                let symbol = self.symbol(*symbol);
                match name.as_str() {
                    "lead.stage" => fields
                        .insert("lead.status_id".to_owned(), self.account.id("stages", &symbol).to_string()),
                    _ => fields.insert(format!("{name}.id"), self.account.id("users", &symbol).to_string()),
                };
                fields.insert(format!("{name}.name"), text.clone());
            }
            fields.insert(self.custom(&name), text.clone());
            fields.insert(name, text);
        }
        fields
    }

    fn symbol(&self, symbol: u32) -> String {
        self.program.tables().symbols[symbol as usize].name.to_string()
    }

    /// What the bot waits for.
    fn waits(&self, engine: &Engine, run: &Run) -> Vec<String> {
        let wait = engine.named_wait(run);
        let takes = &wait.takes;
        let message = takes.message || !takes.options.is_empty() || !takes.texts.is_empty();
        let mut all: Vec<String> = message.then(|| "message".to_owned()).into_iter().collect();
        all.extend(wait.deadlines.iter().filter_map(|(_, at)| Some(format!("timer {}", (*at)? / 1000))));
        all.sort();
        all
    }

    fn acts(&self, effect: &EffectKind, does: &mut Vec<String>) {
        match effect {
            EffectKind::Message(message) => does.push(self.sends(message)),
            EffectKind::Set { field, value } => {
                let name = self.program.tables().fields[*field as usize].to_string();
                let text =
                    if *value == Value::None { String::new() } else { show::plain(self.program, value) };
                does.push(format!("set {} = {text}", self.custom(&name)));
            }
            EffectKind::Action { action, args } => {
                let row = &self.program.tables().actions[*action as usize];
                let args =
                    row.params.iter().map(|param| param.name.to_string()).zip(args.iter().cloned()).collect();
                self.action(&row.name, &args, does);
            }
            EffectKind::Draw { .. } | EffectKind::Event(_) => {}
        }
    }

    fn sends(&self, message: &Message) -> String {
        let mut said = format!("send {:?}", &*message.text);
        for button in message.buttons.iter() {
            let link = button.link.as_ref().map_or_else(String::new, |url| format!(" {url}"));
            said.push_str(&format!(" [{}{link}]", button.label));
        }
        let sections = message.list.iter().flat_map(|list| &list.sections);
        for option in sections.flat_map(|section| &section.options) {
            said.push_str(&format!(" [{}]", option.title));
        }
        for file in message.attach.iter().chain(&message.voice) {
            said.push_str(&format!(" +{file}"));
        }
        if let Some(template) = &message.template {
            said.push_str(&format!(
                " template {}",
                self.account.id("templates", &self.symbol(template.symbol))
            ));
        }
        said
    }

    fn action(&self, name: &str, args: &BTreeMap<String, Value>, does: &mut Vec<String>) {
        if let Some((widget, handler)) = name.split_once('.') {
            let row = self.program.tables().actions.iter().find(|row| &*row.name == name).unwrap();
            let plain = |value: &Value| match value {
                Value::None => String::new(),
                value => show::plain(self.program, value),
            };
            let names = row.params.iter().map(|param| param.name.to_string());
            let mut given: BTreeMap<String, String> =
                names.map(|name| (name.clone(), plain(&args[&name]))).collect();
            given.insert("handler".to_owned(), handler.to_owned());
            let given: Vec<String> = given.iter().map(|(name, value)| format!("{name} {value:?}")).collect();
            return does.push(format!("widget {widget} {}", given.join(", ")));
        }
        let text = |name: &str| show::plain(self.program, &args[name]);
        let entity = |value: &Value| match value {
            Value::Symbol(symbol) => match self.symbol(*symbol).as_str() {
                "contact" | "chat_contact" => " of 1",
                "lead" => " of 2",
                _ => " of 3",
            },
            _ => "",
        };
        let items = |name: &str| match &args[name] {
            Value::List(items) => items.to_vec(),
            _ => Vec::new(),
        };
        let person = |value: &Value| match value {
            Value::Symbol(symbol) => {
                let row = &self.program.tables().symbols[*symbol as usize];
                let section = if row.kind == sbot_vm::program::SymbolKind::Team { "teams" } else { "users" };
                (section, self.account.id(section, &row.name))
            }
            other => panic!("{other:?} is nobody"),
        };
        match name {
            "add_note" => does.push(format!("note {:?}{}", text("text"), entity(&args["on"]))),
            "add_task" => does.push(format!("task {:?}", text("text"))),
            "comment" => does.push(format!("comment {:?}", text("text"))),
            "change_conversation_status" => does.push("close".to_owned()),
            "change_lead_status" => {
                let Value::Symbol(stage) = args["stage"] else { panic!("no stage") };
                does.push(format!("status {}", self.account.id("stages", &self.symbol(stage))));
            }
            "change_responsible" => {
                for of in items("of") {
                    does.push(format!("responsible {}{}", person(&args["to"]).1, entity(&of)));
                }
            }
            "manage_tags" => {
                for (list, verb) in [("add", "set_tag"), ("remove", "unset_tag")] {
                    let tags: Vec<String> =
                        items(list).iter().map(|tag| show::plain(self.program, tag)).collect();
                    if !tags.is_empty() {
                        does.push(format!("{verb} {}{}", tags.join(", "), entity(&args["on"])));
                    }
                }
            }
            "manage_subscribers" => {
                for (list, verb) in [("add", "subscribe"), ("remove", "unsubscribe")] {
                    for who in items(list) {
                        let (section, id) = person(&who);
                        does.push(format!(
                            "{verb} {} {id}",
                            if section == "teams" { "group" } else { "user" }
                        ));
                    }
                }
            }
            "send_internal" => {
                for who in items("to") {
                    does.push(format!("internal {} {:?}", person(&who).1, text("text")));
                }
            }
            other => panic!("{other} is not exported"),
        }
    }
}

/// For each run, by the place of its first event: which of its messages cannot be delivered.
fn failing(world: &World) -> BTreeMap<usize, BTreeSet<usize>> {
    let mut turns = replay(world).unwrap().into_iter();
    let mut all: BTreeMap<usize, BTreeSet<usize>> = BTreeMap::new();
    let (mut run, mut sent) = (0, Vec::new());
    for (at, Recorded { event, took, .. }) in world.log().iter().enumerate() {
        if *took == Took::Nothing {
            continue;
        }
        if *took == Took::Starts {
            (run, sent) = (at, Vec::new());
        }
        if let EventKind::Failed { effect } = &event.kind {
            all.entry(run).or_default().extend(sent.iter().position(|id| id == effect));
        }
        let messages = turns.next().unwrap().into_iter();
        sent.extend(messages.filter(|one| matches!(one.kind, EffectKind::Message(_))).map(|one| one.id));
    }
    all
}

/// The same, but that Kommo keeps a phone number as the client wrote it, and Sbot with its country (E.164).
fn alike(did: &str, wanted: &str) -> bool {
    let phone = Regex::new(r"\+?\d[\d\s().-]{5,}\d").unwrap();
    let numbers = |text: &str| -> Vec<String> {
        phone.find_iter(text).map(|one| one.as_str().chars().filter(char::is_ascii_digit).collect()).collect()
    };
    let (mine, theirs) = (numbers(did), numbers(wanted));
    phone.replace_all(did, "#") == phone.replace_all(wanted, "#")
        && mine.len() == theirs.len()
        && mine.iter().zip(&theirs).all(|(did, wanted)| wanted.ends_with(did))
}
