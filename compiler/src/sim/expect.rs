//! The `expect` statements of a test, and what there was instead of what they ask for.

use super::show;
use super::test::{Mismatch, Tester};
use crate::ir::{ActionId, TestKind, TestStmt};
use crate::source::Place;
use sbot_vm::program::Tables;
use sbot_vm::value::Value;
use sbot_vm::{Effect, EffectKind};

impl Tester<'_> {
    /// `expect …`. A statement of another kind expects nothing.
    pub(super) fn expect(&mut self, stmt: &TestStmt<u32>) -> Result<(), Mismatch> {
        let written = || self.written(stmt.place);
        match &stmt.kind {
            TestKind::Expect(condition) => {
                let holds = self.value(*condition)? == Value::Bool(true);
                if holds { Ok(()) } else { Err(Mismatch::new(written(), self.mentioned(stmt.place))) }
            }
            TestKind::ExpectAction { action, negated, args } => {
                let wanted: Vec<Option<Value>> = args
                    .iter()
                    .map(|arg| arg.map(|arg| self.value(arg)).transpose())
                    .collect::<Result<_, _>>()?;
                match (self.find(*action, &wanted), negated) {
                    (Some(_), false) | (None, true) => Ok(()),
                    (Some(found), true) => Err(Mismatch::new(written(), found)),
                    (None, false) => Err(Mismatch::new(written(), self.recorded(*action))),
                }
            }
            TestKind::ExpectStep(step) => match self.world.wait() {
                Some(wait) if wait.step == *step => Ok(()),
                Some(wait) => Err(Mismatch::new(
                    written(),
                    format!("the bot waits at {} in step {}", wait.name, wait.step),
                )),
                None => Err(Mismatch::new(written(), self.stands())),
            },
            TestKind::ExpectWaiting if self.world.run().is_some() => Ok(()),
            TestKind::ExpectEnded if self.world.run().is_none() && self.world.has_begun() => {
                self.trapped = None;
                Ok(())
            }
            TestKind::ExpectWaiting | TestKind::ExpectEnded => Err(Mismatch::new(written(), self.stands())),
            TestKind::At { .. }
            | TestKind::Given { .. }
            | TestKind::ClientSays { .. }
            | TestKind::ClientPresses(_)
            | TestKind::ClientSends(_)
            | TestKind::ClientComments(_)
            | TestKind::ClientOpensVideo
            | TestKind::ClientClosesVideo
            | TestKind::Wait(_)
            | TestKind::Answer { .. }
            | TestKind::FailMessage
            | TestKind::FailAction(_)
            | TestKind::Trigger(_)
            | TestKind::BotSays { .. }
            | TestKind::BotSilent => Ok(()),
        }
    }

    fn stands(&self) -> String {
        match self.world.wait() {
            Some(wait) => format!("the bot waits at {}", wait.name),
            None if self.world.has_begun() => "the bot has ended".to_owned(),
            None => "the bot has not begun".to_owned(),
        }
    }

    /// The statement as it is written.
    fn written(&self, place: Place) -> String {
        let text = self.sources.get(place.file).slice(place.span);
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        text.strip_prefix("expect ").map(str::to_owned).unwrap_or(text)
    }

    /// A recorded effect of this action with these arguments, as it is shown.
    fn find(&self, action: ActionId, wanted: &[Option<Value>]) -> Option<String> {
        let fits = |args: &[Value]| {
            wanted.iter().zip(args).all(|(wanted, arg)| {
                wanted.as_ref().is_none_or(|wanted| same(self.world.tables(), wanted, arg))
            })
        };
        let found = self.world.effects().find(|effect| match &effect.kind {
            EffectKind::Action { action: called, args } => *called == action.0 && fits(args),
            EffectKind::Message(_)
            | EffectKind::Set { .. }
            | EffectKind::Draw { .. }
            | EffectKind::Event(_) => false,
        });
        found.map(|effect| show::effect(self.world.program(), &effect.kind))
    }

    /// What was recorded instead of an action that was asked for.
    fn recorded(&self, action: ActionId) -> String {
        let actions = |only: Option<u32>| -> Vec<String> {
            let asked = |called: u32| only.is_none_or(|only| only == called);
            let wanted = |effect: &&Effect| matches!(&effect.kind, EffectKind::Action { action, .. } if asked(*action));
            let effects = self.world.effects().filter(wanted);
            effects.map(|effect| show::effect(self.world.program(), &effect.kind)).collect()
        };
        let name = self.world.tables().actions.get(action.0 as usize).map_or("?", |action| &*action.name);
        let (same, any) = (actions(Some(action.0)), actions(None));
        match (same.is_empty(), any.is_empty()) {
            (false, _) => same.join(", "),
            (true, false) => format!("no {name}, but {}", any.join(", ")),
            (true, true) => "no action at all".to_owned(),
        }
    }

    /// What the fields and variables hold that the source of an expectation speaks of.
    fn mentioned(&self, place: Place) -> String {
        let text = self.sources.get(place.file).slice(place.span);
        let program = self.world.program();
        let mut known: Vec<(String, String)> = (0u32..)
            .zip(&self.world.facts().values)
            .map(|(n, value)| (show::field(program, n), show::value(program, value)))
            .collect();
        if let (Some(wait), Some(run)) = (self.world.wait(), self.world.run()) {
            let live = wait.live.iter().zip(&run.values);
            known.extend(live.map(|(live, value)| (live.name.to_string(), show::value(program, value))));
        }
        let words: Vec<&str> = words(text);
        known.retain(|(name, _)| words.contains(&name.as_str()));
        known.dedup();
        if known.is_empty() {
            return match self.world.run() {
                Some(_) => "it is false".to_owned(),
                None if self.is_of_library() => "it is false".to_owned(),
                None => "it is false; variables are absent, because no bot is running".to_owned(),
            };
        }
        known.iter().map(|(name, value)| format!("{name} = {value}")).collect::<Vec<_>>().join(", ")
    }
}

/// The names of a source text, with their dots.
fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').collect()
}

/// Whether a recorded argument is the one that was written: ints and numbers by value, texts and files by their text.
fn same(tables: &Tables, wanted: &Value, got: &Value) -> bool {
    match (wanted, got) {
        (Value::Int(a), Value::Number(b)) | (Value::Number(b), Value::Int(a)) => *b == (*a).into(),
        (Value::Text(a), Value::File(b)) | (Value::File(b), Value::Text(a)) => a == b,
        (Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(tables, a, b))
        }
        // A template with its arguments. The texts that were made of them, at the time, stand under names of their own.
        (Value::Record(a), Value::Record(b)) => {
            let names = tables.shapes.get(a.shape as usize).map(|shape| &*shape.fields).unwrap_or_default();
            let mut fields = names.iter().zip(a.fields.iter().zip(&b.fields));
            a.shape == b.shape && fields.all(|(name, (a, b))| name.starts_with('%') || same(tables, a, b))
        }
        (a, b) => a == b,
    }
}
