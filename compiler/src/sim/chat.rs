//! A conversation typed line by line: what a line means, and how the world answers. The same for a person at a
//! terminal and for a script.
//!
//! A line is what the client writes, unless it begins with `:`. A number presses the button of that number, if the
//! bot offers one now. `::text` writes a text that begins with a colon.

use super::clock;
use super::facts;
use super::show;
use super::world::{Snapshot, World};
use crate::diagnostic::suggest::nearest;
use sbot_vm::convert;
use sbot_vm::program::{Field, Format, Param, TriggerKind};
use sbot_vm::value::{Kind, Slot, Value};
use std::sync::Arc;

/// The moments that `:back` can go back to.
const MAX_PAST: usize = 1000;

/// What a line asks for.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Act {
    /// Nothing: an empty line, or `:#` and a comment.
    Nothing,
    Say(String),
    Wait(i64),
    Press(String),
    Comment(String),
    File(String),
    Video {
        opens: bool,
    },
    /// The bot starts without the client.
    Start,
    /// The host answers the action that the bot waits for: what stands after the command.
    Answer(String),
    /// The last message was not delivered.
    Fail,
    /// Undo the last turn.
    Back,
    /// Show what is parked.
    State,
    Set {
        field: String,
        value: String,
    },
    /// The client reads this language.
    Language(String),
    /// Park the conversation in a file.
    Save(String),
    Help,
    Quit,
}

/// The commands: name, what stands after it, what it does.
pub const COMMANDS: &[(&str, &str, &str)] = &[
    ("wait", "DURATION", "turn the clock, such as :wait 2h30m; timers fire at their times"),
    ("press", "LABEL", "press a button by its label"),
    ("comment", "TEXT", "comment on a post"),
    ("file", "NAME", "send a file"),
    ("video", "open|close", "open or close a video"),
    ("start", "", "start the bot without the client: by hand, or as its first other trigger says"),
    ("answer", "ANSWER", "answer the action the bot waits for, such as :answer paid 49.90"),
    ("fail", "", "the last message was not delivered"),
    ("set", "FIELD = VALUE", "change a field of the CRM, such as :set contact.name = Ann"),
    ("language", "TAG", "the client's language, such as :language es; `none` if it is not known"),
    ("back", "", "undo the last turn"),
    ("state", "", "show what is parked: wait, variables, timers, size"),
    ("save", "FILE", "park the conversation in a file; go on with `sbotc run PATH --resume FILE`"),
    ("help", "", "show this list"),
    ("quit", "", "leave"),
];

impl Act {
    /// Reads a line.
    ///
    /// # Errors
    /// An unknown command, or one with too much or too little after it.
    pub fn read(line: &str) -> Result<Act, String> {
        let line = line.trim();
        let Some(command) = line.strip_prefix(':') else {
            return Ok(if line.is_empty() { Act::Nothing } else { Act::Say(line.to_owned()) });
        };
        if command.starts_with('#') {
            return Ok(Act::Nothing);
        }
        if command.starts_with(':') {
            return Ok(Act::Say(command.to_owned()));
        }
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let (name, wants) = find(word)?;
        let rest = rest.trim();
        match (wants.is_empty(), rest.is_empty()) {
            (true, false) => return Err(format!("`:{name}` stands alone")),
            (false, true) => return Err(format!("`:{name}` needs {wants}")),
            (true, true) | (false, false) => {}
        }
        Act::build(name, rest)
    }

    fn build(name: &str, rest: &str) -> Result<Act, String> {
        let text = rest.to_owned();
        Ok(match name {
            "wait" => Act::Wait(
                clock::seconds(rest)
                    .ok_or_else(|| format!("`{rest}` is no duration; write `:wait 2h30m`"))?,
            ),
            "press" => Act::Press(unquoted(rest)),
            "comment" => Act::Comment(text),
            "file" => Act::File(text),
            "video" if rest == "open" => Act::Video { opens: true },
            "video" if rest == "close" => Act::Video { opens: false },
            "video" => return Err("write `:video open` or `:video close`".to_owned()),
            "start" => Act::Start,
            "answer" => Act::Answer(text),
            "fail" => Act::Fail,
            "back" => Act::Back,
            "state" => Act::State,
            "save" => Act::Save(text),
            "set" => {
                let (field, value) = rest.split_once('=').ok_or("write `:set contact.name = Ann`")?;
                Act::Set { field: field.trim().to_owned(), value: unquoted(value.trim()) }
            }
            "language" => Act::Language(text),
            "help" => Act::Help,
            _ => Act::Quit,
        })
    }
}

/// A command by its name, or by the beginning of it if that is clear.
fn find(word: &str) -> Result<(&'static str, &'static str), String> {
    let mut candidates = COMMANDS.iter().filter(|(name, ..)| !word.is_empty() && name.starts_with(word));
    let first = candidates.next();
    let clear = candidates.next().is_none() || first.is_some_and(|(name, ..)| *name == word);
    match first {
        Some((name, wants, _)) if clear => Ok((name, wants)),
        _ => {
            let near = nearest(word, COMMANDS.iter().map(|(name, ..)| *name));
            let near = near.map(|near| format!("; did you mean `:{near}`?"));
            Err(format!(
                "there is no command `:{word}`{}",
                near.unwrap_or_else(|| "; `:help` lists them".to_owned())
            ))
        }
    }
}

/// A text that may stand in quotes.
fn unquoted(text: &str) -> String {
    text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned()
}

/// A conversation, with the moments one can go back to.
#[derive(Clone, Debug)]
pub struct Chat {
    world: World,
    past: Vec<Snapshot>,
}

impl Chat {
    /// A conversation in this world.
    #[must_use]
    pub fn new(world: World) -> Chat {
        Chat { world, past: Vec::new() }
    }

    /// The world.
    #[must_use]
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The world, to change it behind the back of the conversation.
    pub fn world_mut(&mut self) -> &mut World {
        &mut self.world
    }

    /// Reports the last messages as delivered, which every line but `:fail` takes for granted.
    ///
    /// # Errors
    /// The bot never comes to rest.
    pub fn settle(&mut self) -> Result<(), String> {
        self.world.deliver()
    }

    /// Does what a line asks for. What needs more than the world (`:state :save :help :quit`) is left to the caller.
    ///
    /// # Errors
    /// It makes no sense here. The world is as it was, unless it is the bot that never comes to rest.
    pub fn perform(&mut self, act: &Act) -> Result<(), String> {
        if matches!(act, Act::Nothing | Act::State | Act::Save(_) | Act::Help | Act::Quit) {
            return Ok(());
        }
        if *act == Act::Back {
            return self.back();
        }
        let before = self.world.snapshot();
        let done = self.change(act);
        match done {
            Ok(()) => {
                if self.past.len() == MAX_PAST {
                    self.past.remove(0);
                }
                self.past.push(before);
            }
            Err(_) => self.world.restore(before),
        }
        done
    }

    fn change(&mut self, act: &Act) -> Result<(), String> {
        if *act != Act::Fail {
            self.settle()?;
        }
        match act {
            Act::Say(text) => match self.numbered(text) {
                Some(label) => self.world.press(&label),
                None => {
                    self.world.client_says(text, None);
                    Ok(())
                }
            },
            Act::Press(label) => self.world.press(label),
            Act::Wait(seconds) => self.world.advance(*seconds, false),
            Act::Comment(text) => {
                self.world.comment(text);
                Ok(())
            }
            Act::File(name) => {
                self.world.sends(name);
                Ok(())
            }
            Act::Video { opens } => {
                if *opens {
                    self.world.opens_video()
                } else {
                    self.world.closes_video()
                }
                Ok(())
            }
            Act::Start => {
                let kind = self.first_start();
                self.world.start(&kind);
                Ok(())
            }
            Act::Answer(text) => self.answer(text),
            Act::Fail => self.world.fail_last_message(),
            Act::Set { field, value } => self.set(field, value),
            Act::Language(tag) => {
                if facts::field(self.world.tables(), "client", "language").is_none() {
                    return Err("what this bot says does not depend on the client's language; build translations in with `--locale`".to_owned());
                }
                self.set("client.language", tag)
            }
            Act::Nothing | Act::Back | Act::State | Act::Save(_) | Act::Help | Act::Quit => Ok(()),
        }
    }

    /// The label of the button that a number means.
    fn numbered(&self, text: &str) -> Option<String> {
        let number: usize = text.trim().parse().ok()?;
        self.world.offered().get(number.checked_sub(1)?).map(|label| (*label).to_owned())
    }

    /// What starts the bot without the client.
    fn first_start(&self) -> TriggerKind {
        let triggers = self.world.tables().bots.get(self.world.bot() as usize).map(|bot| &bot.triggers);
        let mut kinds = triggers
            .into_iter()
            .flatten()
            .map(|trigger| &trigger.kind)
            .filter(|kind| !matches!(kind, TriggerKind::Message | TriggerKind::Comment));
        let first = kinds.clone().find(|kind| matches!(kind, TriggerKind::Manual)).or(kinds.next());
        first.cloned().unwrap_or(TriggerKind::Manual)
    }

    /// `paid 49.90`: the exit and its values, separated by commas. For a result the value alone.
    fn answer(&mut self, text: &str) -> Result<(), String> {
        let (_, number) =
            self.world.awaited_action().ok_or("the bot does not wait for the answer of an action")?;
        let action = self.world.tables().actions.get(number as usize).ok_or("the action is unknown")?;
        if text.trim() == "failed" {
            return self.world.fail_action(number);
        }
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        let exit = action.exits.iter().position(|exit| *exit.name == *word);
        let (params, rest): (Vec<Param>, &str) =
            match (exit.and_then(|at| action.exits.get(at)), action.result) {
                (Some(exit), _) => (exit.params.clone(), rest),
                (None, Some(slot)) => {
                    let format = action.result_format.clone();
                    (vec![Param { name: "result".into(), slot, format }], text)
                }
                (None, None) => {
                    let names: Vec<String> =
                        action.exits.iter().map(|exit| format!("`{}`", exit.name)).collect();
                    return Err(format!("`{}` is answered with {}", action.name, names.join(" or ")));
                }
            };
        let name = action.name.clone();
        let texts: Vec<&str> = match params.len() {
            0 | 1 => vec![rest.trim()],
            n => rest.splitn(n, ',').map(str::trim).collect(),
        };
        let mut values = Vec::new();
        for (n, param) in params.iter().enumerate() {
            let text = texts.get(n).copied().unwrap_or("");
            let value = self.value_of(param.slot, &param.format, &unquoted(text));
            values.push(value.ok_or_else(|| format!("`{}` of `{name}` cannot be `{text}`", param.name))?);
        }
        self.world.answer(number, exit.and_then(|exit| u32::try_from(exit).ok()), values)
    }

    fn back(&mut self) -> Result<(), String> {
        let before = self.past.pop().ok_or("there is nothing to undo")?;
        self.world.restore(before);
        Ok(())
    }

    fn set(&mut self, name: &str, text: &str) -> Result<(), String> {
        let tables = self.world.tables();
        let known: Vec<String> =
            (0u32..).zip(&tables.fields).map(|(n, _)| show::field(self.world.program(), n)).collect();
        let (entity, field) = name.split_once('.').unwrap_or((name, ""));
        let number =
            facts::field(tables, entity, field).filter(|_| !name.is_empty()).ok_or_else(|| match nearest(
                name,
                known.iter().map(String::as_str),
            ) {
                Some(near) => format!("no bot here uses a field `{name}`; did you mean `{near}`?"),
                None => format!("no bot here uses a field `{name}`"),
            })?;
        let value = self.value(number, text).ok_or_else(|| format!("`{name}` cannot hold `{text}`"))?;
        let shown = format!("set {name} = {}", show::value(self.world.program(), &value));
        self.world.put(number, value);
        self.world.note(super::transcript::LineKind::Effect(shown));
        Ok(())
    }

    fn value(&self, number: u32, text: &str) -> Option<Value> {
        let field = self.world.tables().fields.get(number as usize)?;
        self.value_of(field.slot, &field.format, text)
    }

    /// What a text that somebody types means where such a value is wanted.
    fn value_of(&self, slot: Slot, format: &Format, text: &str) -> Option<Value> {
        let tables = self.world.tables();
        if text == "none" || (text.is_empty() && slot.optional) {
            return slot.optional.then_some(Value::None);
        }
        if slot.kind == Kind::Json {
            let json: serde_json::Value = serde_json::from_str(text).ok()?;
            return Some(Value::Json(json.to_string().into()));
        }
        if slot.kind == Kind::Symbol {
            let found = (0u32..).zip(&tables.symbols).find(|(_, symbol)| *symbol.name == *text)?;
            return Some(Value::Symbol(found.0));
        }
        if slot.kind == Kind::List {
            let items =
                text.trim_matches(['[', ']']).split(',').map(str::trim).filter(|item| !item.is_empty());
            return Some(Value::List(items.map(|item| Value::text(&unquoted(item))).collect()));
        }
        let (entity, name) = (Arc::from(""), Arc::from(""));
        let field = Field { entity, name, slot, format: format.clone() };
        convert::to_field(text, &field, self.world.program().context())
    }
}

#[cfg(test)]
mod tests {
    use super::Act;

    #[test]
    fn lines_are_read() {
        assert_eq!(Act::read("hello"), Ok(Act::Say("hello".to_owned())));
        assert_eq!(Act::read("  "), Ok(Act::Nothing));
        assert_eq!(Act::read(":# note"), Ok(Act::Nothing));
        assert_eq!(Act::read("::)"), Ok(Act::Say(":)".to_owned())));
        assert_eq!(Act::read(":wait 2h30m"), Ok(Act::Wait(9000)));
        assert_eq!(Act::read(":press \"Yes\""), Ok(Act::Press("Yes".to_owned())));
        assert_eq!(Act::read(":w 1s"), Ok(Act::Wait(1)));
        assert_eq!(Act::read(":q"), Ok(Act::Quit));
    }

    #[test]
    fn bad_lines_say_what_to_write() {
        assert_eq!(
            Act::read(":wiat 2h"),
            Err("there is no command `:wiat`; did you mean `:wait`?".to_owned())
        );
        assert_eq!(Act::read(":wait"), Err("`:wait` needs DURATION".to_owned()));
        assert_eq!(Act::read(":fail now"), Err("`:fail` stands alone".to_owned()));
        assert!(Act::read(":wait soon").is_err());
        assert!(Act::read(":").is_err());
        assert!(Act::read(":s").is_err());
    }
}
