//! What a program has, as a host asks for it: its bots, waits, actions, fields and everything it names, by number and by
//! name. In: a verified program. Out: rows of its tables.
//!
//! Numbers belong to one program: a host keeps names, and asks for the numbers once, when it has loaded the program.

use crate::event::Facts;
use crate::loaded::Program;
use crate::program::{
    Account, Action, Bot, Counter, Field, Place, Recipients, Symbol, SymbolKind, Via, Wait,
};
use crate::value::Value;

impl Program {
    /// What the account declares about itself: its zone, its region, its language and its currency.
    #[must_use]
    pub fn account(&self) -> &Account {
        &self.tables().account
    }

    /// The bots, each with its parameters and its triggers.
    #[must_use]
    pub fn bots(&self) -> &[Bot] {
        &self.tables().bots
    }

    /// The places where a run can be parked. [`crate::Run::wait`] is the number of one of them. The last ones stand in no
    /// source: a run that was moved from another program begins a step there, see [`crate::upgrade`].
    #[must_use]
    pub fn waits(&self) -> &[Wait] {
        &self.tables().waits
    }

    /// The actions that some bot calls.
    #[must_use]
    pub fn actions(&self) -> &[Action] {
        &self.tables().actions
    }

    /// The fields that some bot reads or sets. [`crate::Facts`] has a value for each, in this order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.tables().fields
    }

    /// Everything the source declares by name: users, stages, channels and so on. A [`crate::Value::Symbol`] is the
    /// number of one of them.
    #[must_use]
    pub fn symbols(&self) -> &[Symbol] {
        &self.tables().symbols
    }

    /// The counters that `rotate` draws from.
    #[must_use]
    pub fn counters(&self) -> &[Counter] {
        &self.tables().counters
    }

    /// The channels that the bots name, by number: those that a host has to have. See [`Program::requires`] for
    /// everything else.
    #[must_use]
    pub fn channels(&self) -> Vec<u32> {
        let is_channel = |symbol: &u32| {
            let symbol = self.symbols().get(*symbol as usize);
            symbol.is_some_and(|symbol| symbol.kind == SymbolKind::Channel)
        };
        self.requires().symbols.into_iter().filter(is_channel).collect()
    }

    /// The number of a bot.
    #[must_use]
    pub fn bot(&self, name: &str) -> Option<u32> {
        number(self.bots(), |bot| &*bot.name == name)
    }

    /// The number of an action: `add_note`, `stripe.invoice`.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<u32> {
        number(self.actions(), |action| &*action.name == name)
    }

    /// The number of a field: `lead.budget`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<u32> {
        let (entity, field) = name.split_once('.').unwrap_or((name, ""));
        number(self.fields(), |row| &*row.entity == entity && &*row.name == field)
    }

    /// The number of something that the source declares: `anna`, `sales.won`.
    #[must_use]
    pub fn symbol(&self, kind: SymbolKind, name: &str) -> Option<u32> {
        number(self.symbols(), |symbol| symbol.kind == kind && &*symbol.name == name)
    }

    /// Facts with these values of fields, by number. Nothing reads a number that is none of the program's fields, so it is
    /// left out.
    #[must_use]
    pub fn facts(&self, values: impl IntoIterator<Item = (u32, Value)>) -> Facts {
        let mut facts = Facts { values: vec![Value::None; self.fields().len()] };
        for (field, value) in values {
            if let Some(place) = facts.values.get_mut(field as usize) {
                *place = value;
            }
        }
        facts
    }

    /// To whom and on which channels a message goes: of the number in [`crate::Message::message`].
    #[must_use]
    pub fn route(&self, message: u32) -> Option<(Recipients, &Via)> {
        let message = self.tables().messages.get(message as usize)?;
        Some((message.to, &message.via))
    }

    /// The place of an instruction in the source, unless it was stripped: of the one that a [`crate::Trap`] tells.
    #[must_use]
    pub fn place(&self, op: u32) -> Option<&Place> {
        let places = &self.debug()?.places;
        let after = places.partition_point(|place| place.op <= op);
        places.get(after.checked_sub(1)?)
    }

    /// The path of the source file of a place.
    #[must_use]
    pub fn file(&self, place: &Place) -> Option<&str> {
        self.debug()?.files.get(place.file as usize).map(|file| &**file)
    }
}

fn number<T>(rows: &[T], is: impl Fn(&T) -> bool) -> Option<u32> {
    rows.iter().position(is).and_then(|at| u32::try_from(at).ok())
}
