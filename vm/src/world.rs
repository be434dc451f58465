//! What a turn sees of the world and what it asks of it: fields as they were at the start of the turn plus the turn's
//! own changes, and the effects in source order. In: the event and the facts. Out: effects.

use crate::convert;
use crate::effect::{Args, Effect, EffectId, EffectKind, RunEvent};
use crate::event::{Channel, ClientMessage, Event, EventKind, Facts};
use crate::fuel::{HEAD, charge, charge_bytes};
use crate::loaded::{FieldKind, Program};
use crate::program::{Action, Echo, Field, Param};
use crate::stack::assign;
use crate::trap::TrapKind;
use crate::value::{Kind, Slot, Value};
use rustc_hash::FxHashSet;
use std::iter::once_with;
use std::mem::take;
use std::sync::Arc;

/// What an effect costs of the turn's memory, beside the values in it.
const EFFECT: usize = 128;

/// The marks that a turn has passed, each once, in order.
#[derive(Default)]
pub(crate) struct Marks {
    pub(crate) passed: Vec<u32>,
    seen: FxHashSet<u32>,
}

impl Marks {
    pub(crate) fn clear(&mut self) {
        if !self.passed.is_empty() {
            self.passed.clear();
            self.seen.clear();
        }
    }

    #[inline(never)]
    pub(crate) fn note(&mut self, mark: u32) {
        if self.seen.insert(mark) {
            self.passed.push(mark);
        }
    }
}

/// A field as the turn sees it.
pub(crate) enum Seen<'w> {
    There(&'w Value),
    /// What the client wrote.
    Text(&'w Arc<str>),
    Made(Value),
}

impl Seen<'_> {
    /// The text, or the value that is none.
    #[inline]
    pub(crate) fn text(&self) -> Result<&str, &Value> {
        match self {
            Seen::There(Value::Text(text)) | Seen::Made(Value::Text(text)) => Ok(text),
            Seen::Text(text) => Ok(text),
            Seen::There(value) => Err(value),
            Seen::Made(value) => Err(value),
        }
    }
}

/// The world of one turn.
pub(crate) struct World<'a> {
    pub(crate) program: &'a Program,
    pub(crate) event: &'a Event,
    pub(crate) facts: &'a Facts,
    /// The bot that runs now.
    pub(crate) bot: u32,
    pub(crate) turn: u32,
    /// Bytes that may still be built.
    pub(crate) memory: usize,
    pub(crate) effects: &'a mut Vec<Effect>,
    /// The turn's own changes, by field. Empty until there is one.
    pub(crate) overlay: &'a mut Vec<Option<Value>>,
    /// The marks that the turn has passed.
    pub(crate) marks: &'a mut Marks,
    /// Where texts are built.
    pub(crate) buffer: &'a mut String,
    pub(crate) last: Last,
}

/// What a wait may belong to.
#[derive(Default)]
pub(crate) struct Last {
    /// The last message of the turn.
    pub(crate) message: Option<u32>,
    /// The last action of the turn: its effect and its number.
    pub(crate) action: Option<(u32, u32)>,
    /// The last draw of the turn: its effect and its counter.
    pub(crate) draw: Option<(u32, u32)>,
}

impl<'a> World<'a> {
    /// Adds an effect and gives its number. The effect is made where it stays, once there is room for it: moving one
    /// that was just written waits until all of it can be read.
    #[inline(always)]
    pub(crate) fn emit(&mut self, kind: impl FnOnce() -> EffectKind) -> Result<u32, TrapKind> {
        charge_bytes(EFFECT, &mut self.memory)?;
        let n = u32::try_from(self.effects.len()).map_err(|_| TrapKind::OutOfMemory)?;
        let id = EffectId { turn: self.turn, n };
        self.effects.extend(once_with(|| Effect { id, kind: kind() }));
        Ok(n)
    }

    fn field(&self, index: u32) -> Result<&'a Field, TrapKind> {
        self.program.tables().fields.get(index as usize).ok_or(TrapKind::WrongKind)
    }

    /// Puts a field as the turn sees it into a register.
    #[inline(never)]
    pub(crate) fn get(&self, index: u32, place: &mut Value) -> Result<(), TrapKind> {
        match self.look(index)? {
            Seen::There(Value::Int(int)) if self.field(index)?.slot.kind == Kind::Number => {
                *place = Value::Number((*int).into());
            }
            Seen::There(value) => assign(place, value),
            Seen::Text(text) => *place = Value::Text(Arc::clone(text)),
            Seen::Made(value) => *place = value,
        }
        Ok(())
    }

    /// A field as the turn sees it, but for an int where it holds numbers, which may still be an int.
    pub(crate) fn look(&self, index: u32) -> Result<Seen<'_>, TrapKind> {
        if let Some(Some(value)) = self.overlay.get(index as usize) {
            return Ok(Seen::There(value));
        }
        let kind = self.program.derived.fields.get(index as usize).copied().unwrap_or(FieldKind::Fact);
        match kind {
            FieldKind::Fact => self.fact(index),
            FieldKind::Now => Ok(Seen::Made(Value::DateTime(self.event.at))),
            FieldKind::BotName => {
                let bot = self.program.tables().bots.get(self.bot as usize).ok_or(TrapKind::WrongKind)?;
                Ok(Seen::Made(Value::Text(Arc::clone(&bot.name))))
            }
            FieldKind::BotVersion => Ok(Seen::Made(Value::Text(Arc::clone(&self.program.derived.version)))),
            FieldKind::ClientText
                if let EventKind::Message(ClientMessage { text: Some(text), .. }) = &self.event.kind =>
            {
                Ok(Seen::Text(text))
            }
            FieldKind::ClientText
            | FieldKind::ClientButton
            | FieldKind::ClientComment
            | FieldKind::ClientChannel
            | FieldKind::ClientLanguage
            | FieldKind::ClientFile => match client(&self.event.kind, kind) {
                Some(value) => Ok(Seen::Made(value)),
                None => self.fact(index),
            },
        }
    }

    fn fact(&self, index: u32) -> Result<Seen<'_>, TrapKind> {
        let slot = self.field(index)?.slot;
        let value = self.facts.values.get(index as usize).unwrap_or(&Value::None);
        if slot.accepts(value) { Ok(Seen::There(value)) } else { Err(TrapKind::WrongKind) }
    }

    fn remember(&mut self, index: u32, value: Value) {
        if self.overlay.is_empty() {
            self.overlay.resize(self.program.tables().fields.len(), None);
        }
        if let Some(place) = self.overlay.get_mut(index as usize) {
            *place = Some(value);
        }
    }

    /// `set`: the effect, and what later reads of the turn see.
    #[inline(never)]
    pub(crate) fn set(&mut self, index: u32, value: &Value, convert: bool) -> Result<(), TrapKind> {
        let field = self.field(index)?;
        let value = if let (Value::Text(text), true) = (value, convert) {
            convert::to_field(text, field, &self.program.context)
        } else if convert && matches!(value, Value::None) {
            None
        } else {
            Some(widen(value, field.slot))
        };
        let Some(value) = value else { return self.not_set(index) };
        if !field.slot.accepts(&value) {
            return Err(TrapKind::WrongKind);
        }
        if self.program.derived.is_read(index) {
            self.remember(index, value.clone());
        }
        self.emit(|| EffectKind::Set { field: index, value }).map(drop)
    }

    fn not_set(&mut self, index: u32) -> Result<(), TrapKind> {
        self.emit(|| EffectKind::Event(RunEvent::NotSet { field: index })).map(drop)
    }

    /// `set … = none`.
    #[inline(never)]
    pub(crate) fn clear(&mut self, index: u32) -> Result<(), TrapKind> {
        self.remember(index, Value::None);
        self.emit(|| EffectKind::Set { field: index, value: Value::None }).map(drop)
    }

    /// The effect of an action. Takes the arguments out of their registers if nothing reads them there again. True if
    /// it ends the run.
    #[inline(never)]
    pub(crate) fn act(&mut self, index: u32, args: &mut [Value], last: bool) -> Result<bool, TrapKind> {
        let action = self.program.tables().actions.get(index as usize).ok_or(TrapKind::WrongKind)?;
        let args = arguments(action, args, last)?;
        self.act_with(index, args)
    }

    /// The effect of an action with arguments as it declares them.
    pub(crate) fn act_with(&mut self, index: u32, args: Args) -> Result<bool, TrapKind> {
        let action = self.program.tables().actions.get(index as usize).ok_or(TrapKind::WrongKind)?;
        charge_bytes(args.len().saturating_mul(HEAD), &mut self.memory)?;
        let closes = self.echo(action, &args)?;
        let n = self.emit(|| EffectKind::Action { action: index, args })?;
        self.last.action = Some((n, index));
        Ok(closes)
    }

    /// The effect that asks for a draw.
    #[inline(never)]
    pub(crate) fn draw(&mut self, counter: u32) -> Result<(), TrapKind> {
        let n = self.emit(|| EffectKind::Draw { counter })?;
        self.last.draw = Some((n, counter));
        Ok(())
    }

    fn echo(&mut self, action: &Action, args: &[Value]) -> Result<bool, TrapKind> {
        let fields = &self.program.derived.echo;
        match (action.echo, args) {
            (Echo::None | Echo::Input, _) => {}
            (Echo::Close, [Value::Text(status), ..]) => return Ok(&**status == "closed"),
            // Of a stage that the source does not declare the pipeline is not known: it stays as it was.
            (Echo::Stage, [stage @ Value::Undeclared(_), ..]) => {
                if let Some(field) = fields.stage {
                    self.remember(field, stage.clone());
                }
            }
            (Echo::Stage, [Value::Symbol(stage), ..]) => {
                if let Some(field) = fields.stage {
                    self.remember(field, Value::Symbol(*stage));
                }
                if let (Some(field), Some(pipeline)) = (fields.pipeline, fields.pipelines.get(stage)) {
                    self.remember(field, Value::Symbol(*pipeline));
                }
            }
            (Echo::Responsible, [to @ (Value::Symbol(_) | Value::Undeclared(_)), Value::List(of), ..]) => {
                for entity in of.iter() {
                    let Value::Symbol(entity) = entity else { return Err(TrapKind::WrongKind) };
                    for field in fields.responsible.get(entity).into_iter().flatten() {
                        self.remember(*field, to.clone());
                    }
                }
            }
            (Echo::Tags, [Value::Symbol(on), Value::List(add), Value::List(remove), ..]) => {
                for field in fields.tags.get(on).into_iter().flatten() {
                    self.retag(*field, add, remove)?;
                }
            }
            (Echo::Close | Echo::Stage | Echo::Responsible | Echo::Tags, _) => {
                return Err(TrapKind::WrongKind);
            }
        }
        Ok(false)
    }

    /// The tags without the removed ones, then the added ones that were not among them.
    fn retag(&mut self, field: u32, add: &[Value], remove: &[Value]) -> Result<(), TrapKind> {
        let known = match self.overlay.get(field as usize) {
            Some(Some(value)) => value,
            _ => self.facts.values.get(field as usize).unwrap_or(&Value::None),
        };
        let known: &[Value] = if let Value::List(tags) = known {
            tags
        } else if matches!(known, Value::None) {
            &[]
        } else {
            return Err(TrapKind::WrongKind);
        };
        let removed: FxHashSet<&str> = remove.iter().map(tag).collect::<Result<_, _>>()?;
        let mut seen = FxHashSet::default();
        let mut tags = Vec::with_capacity(known.len() + add.len());
        for (value, kept) in known.iter().map(|tag| (tag, false)).chain(add.iter().map(|tag| (tag, true))) {
            let text = tag(value)?;
            if (kept || !removed.contains(text)) && seen.insert(text) {
                tags.push(value.clone());
            }
        }
        let tags = Value::List(tags.into());
        charge(&tags, &mut self.memory)?;
        self.remember(field, tags);
        Ok(())
    }
}

fn tag(value: &Value) -> Result<&str, TrapKind> {
    if let Value::Text(text) = value { Ok(text) } else { Err(TrapKind::WrongKind) }
}

/// An int as a number where a number is wanted; anything else as it is.
pub(crate) fn widen(value: &Value, slot: Slot) -> Value {
    if let (Value::Int(int), Kind::Number) = (value, slot.kind) {
        Value::Number((*int).into())
    } else {
        value.clone()
    }
}

/// The arguments of an action as it declares them; taken out of their places if those are read for the last time.
pub(crate) fn arguments(action: &Action, args: &mut [Value], last: bool) -> Result<Args, TrapKind> {
    let given = || action.params.iter().zip(&*args);
    if args.len() != action.params.len() || !given().all(|(param, value)| stands_for(param, value)) {
        return Err(TrapKind::WrongKind);
    }
    let args = action.params.iter().zip(args);
    Ok(args
        .map(|(param, value)| if last { widened(take(value), param.slot) } else { widen(value, param.slot) })
        .collect())
}

/// An int as a number where a number is wanted; anything else as it is.
fn widened(value: Value, slot: Slot) -> Value {
    if let (Value::Int(int), Kind::Number) = (&value, slot.kind) {
        Value::Number((*int).into())
    } else {
        value
    }
}

fn stands_for(param: &Param, value: &Value) -> bool {
    // A template is a symbol, or with arguments a record: both stand where the other is declared.
    let template = matches!(
        (param.slot.kind, value),
        (Kind::Symbol, Value::Record(_)) | (Kind::Record, Value::Symbol(_))
    );
    template || param.slot.accepts(value)
}

/// What an event says about the client; `None` where it says nothing and the facts hold.
pub(crate) fn client(event: &EventKind, field: FieldKind) -> Option<Value> {
    let text = |text: &Arc<str>| Value::Text(Arc::clone(text));
    match (event, field) {
        (EventKind::Message(message), FieldKind::ClientText) => {
            Some(message.text.as_ref().map_or(Value::None, text))
        }
        (EventKind::Message(_), FieldKind::ClientButton) => Some(Value::None),
        (EventKind::Message(message), FieldKind::ClientLanguage) => message.language.as_ref().map(text),
        (EventKind::Message(message), FieldKind::ClientFile) => {
            Some(message.file.as_ref().map_or(Value::None, |file| Value::File(Arc::clone(file))))
        }
        (EventKind::Press { .. }, FieldKind::ClientFile) => Some(Value::None),
        (EventKind::Message(message), FieldKind::ClientChannel) => {
            message.channel.as_ref().map(Channel::value)
        }
        (EventKind::Press { label, .. }, FieldKind::ClientText | FieldKind::ClientButton) => {
            Some(text(label))
        }
        (EventKind::Comment { text: comment, .. }, FieldKind::ClientComment) => Some(text(comment)),
        (EventKind::Press { channel, .. } | EventKind::Comment { channel, .. }, FieldKind::ClientChannel) => {
            channel.as_ref().map(Channel::value)
        }
        _ => None,
    }
}
