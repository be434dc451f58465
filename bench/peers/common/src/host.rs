//! The host of an embedded language: what its conversations do goes into a log of the thread, as with any host whose
//! functions a script calls. Texts are owned, as they are in the log of the yardstick.

use regex::Regex;
use sbot_bench::script::{Act, Script};
use std::cell::RefCell;

#[derive(Default)]
struct Host {
    log: Vec<Act>,
    name: &'static str,
    budget: i64,
}

thread_local!(static HOST: RefCell<Host> = RefCell::default());

fn push(act: Act) {
    HOST.with_borrow_mut(|host| host.log.push(act));
}

/// Lends the log of a conversation to the host, and what the host knows about it.
pub fn begin(script: &Script, log: &mut Vec<Act>) {
    HOST.with_borrow_mut(|host| {
        std::mem::swap(&mut host.log, log);
        (host.name, host.budget) = (script.name, script.budget);
    });
}

/// Gives the log back.
pub fn end(log: &mut Vec<Act>) {
    HOST.with_borrow_mut(|host| std::mem::swap(&mut host.log, log));
}

/// A message.
pub fn send(text: String) {
    push(Act::Send { text, buttons: Vec::new() });
}

/// A message with buttons.
pub fn ask(text: String, buttons: Vec<String>) {
    push(Act::Send { text, buttons });
}

/// The phone number of the contact.
pub fn set(value: String) {
    push(Act::Set(value));
}

/// A tag.
pub fn tag(name: String) {
    push(Act::Tag(name));
}

/// A note.
pub fn note(text: String) {
    push(Act::Note(text));
}

/// The stage becomes "contacted".
pub fn stage() {
    push(Act::Stage);
}

/// The conversation is over.
pub fn done() {
    push(Act::End);
}

/// The name of the contact.
#[must_use]
pub fn name() -> String {
    HOST.with_borrow(|host| host.name.to_owned())
}

/// The budget of the lead.
#[must_use]
pub fn budget() -> i64 {
    HOST.with_borrow(|host| host.budget)
}

/// What a phone number is: the regular expression of the yardstick, compiled once.
///
/// # Errors
/// Never: the expression is fixed.
pub fn phone() -> Result<Regex, String> {
    Regex::new(r"^\+?[0-9][0-9 ()\-]{6,18}[0-9]$").map_err(|error| error.to_string())
}
