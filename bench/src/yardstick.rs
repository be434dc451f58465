//! The conversation as a Rust state machine, as one writes it by hand: an enum, a struct, owned texts.

use crate::script::{Act, Contender, Event, SCRIPTS, Script};
use regex::Regex;
use serde::{Deserialize, Serialize};

const BUTTONS: [(&str, [&str; 2]); 3] = [
    ("Prices", ["price", "cost"]),
    ("Book a demo", ["demo", "show me"]),
    ("Talk to a human", ["human", "agent"]),
];
const ANSWERS: [&str; 3] =
    ["Our plans start at $49 a month.", "A demo takes 20 minutes.", "A person will join soon."];

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
enum At {
    New,
    Greeting,
    Phone,
    Race,
    Done,
}

/// A conversation.
#[derive(Serialize, Deserialize)]
pub struct State {
    at: At,
    tries: u8,
    branch: u8,
    name: String,
    phone: String,
}

/// The hand-written contender.
pub struct Yardstick {
    phone: Regex,
}

fn send(log: &mut Vec<Act>, text: &str) {
    log.push(Act::Send { text: text.to_owned(), buttons: Vec::new() });
}

fn ask(log: &mut Vec<Act>, text: String) {
    log.push(Act::Send { text, buttons: BUTTONS.iter().map(|(label, _)| (*label).to_owned()).collect() });
}

fn option(text: &str) -> Option<usize> {
    let text = text.trim().to_lowercase();
    BUTTONS
        .iter()
        .position(|(label, synonyms)| text.eq_ignore_ascii_case(label) || synonyms.contains(&text.as_str()))
}

impl Yardstick {
    /// # Errors
    /// Never: the expression is fixed.
    pub fn new() -> Result<Self, regex::Error> {
        Ok(Self { phone: Regex::new(r"^\+?[0-9][0-9 ()\-]{6,18}[0-9]$")? })
    }

    fn finish(state: &mut State, log: &mut Vec<Act>) {
        send(log, &format!("Bye, {}!", state.name));
        log.push(Act::End);
        state.at = At::Done;
    }

    fn take(&self, state: &mut State, event: Event, script: &Script, log: &mut Vec<Act>) {
        match (state.at, event) {
            (At::New, _) => {
                state.name = script.name.to_owned();
                ask(log, format!("Hi {}! What brings you here today?", state.name));
                state.at = At::Greeting;
            }
            (At::Greeting, Event::Says(text)) => match option(text) {
                Some(branch) => {
                    state.branch = u8::try_from(branch).unwrap_or(0);
                    state.tries = 0;
                    send(log, ANSWERS.get(branch).copied().unwrap_or(""));
                    send(log, "What is the best phone number to reach you?");
                    state.at = At::Phone;
                }
                None => {
                    state.tries += 1;
                    if state.tries > 3 {
                        return Self::finish(state, log);
                    }
                    ask(log, "Sorry, I did not get that. Pick one of the buttons:".to_owned());
                }
            },
            (At::Phone, Event::Says(text)) if self.phone.is_match(text) => {
                state.phone = text.to_owned();
                let interest = BUTTONS.get(usize::from(state.branch)).map_or("", |(label, _)| label);
                log.push(Act::Set(state.phone.clone()));
                log.push(Act::Tag("qualified".to_owned()));
                log.push(Act::Note(format!("Phone {}, interested in {interest}", state.phone)));
                log.push(Act::Stage);
                let rich = script.budget > 1000;
                send(
                    log,
                    if rich {
                        "Great, a senior manager will call you."
                    } else {
                        "Great, we will text you the details."
                    },
                );
                state.at = At::Race;
            }
            (At::Phone, Event::Says(_)) => {
                state.tries += 1;
                if state.tries > 3 {
                    return Self::finish(state, log);
                }
                send(log, "That does not look like a phone number. Try again, e.g. +1 202 555 0100.");
            }
            (At::Race, event) => {
                let timer = event == Event::Timer;
                send(
                    log,
                    if timer {
                        "Just checking in: we will call you shortly."
                    } else {
                        "Thanks for the quick reply! We are on it."
                    },
                );
                Self::finish(state, log);
            }
            _ => {}
        }
    }
}

fn new() -> State {
    State { at: At::New, tries: 0, branch: 0, name: String::new(), phone: String::new() }
}

impl Contender for Yardstick {
    type Waiting = State;

    fn in_memory(&mut self, script: usize, log: &mut Vec<Act>) {
        let Some(script) = SCRIPTS.get(script) else { return };
        let mut state = new();
        for event in script.events {
            self.take(&mut state, event, script, log);
        }
    }

    fn durable(&mut self, script: usize, log: &mut Vec<Act>, sizes: &mut Vec<usize>) {
        let Some(script) = SCRIPTS.get(script) else { return };
        let mut bytes: Vec<u8> = Vec::new();
        for (n, event) in script.events.into_iter().enumerate() {
            let mut state =
                if n == 0 { new() } else { postcard::from_bytes(&bytes).unwrap_or_else(|_| new()) };
            self.take(&mut state, event, script, log);
            if state.at != At::Done {
                bytes = postcard::to_allocvec(&state).unwrap_or_default();
                sizes.push(bytes.len());
            }
        }
    }

    fn waiting(&mut self, script: usize) -> State {
        let mut state = new();
        if let Some(script) = SCRIPTS.get(script) {
            for event in script.events.into_iter().take(4) {
                self.take(&mut state, event, script, &mut Vec::new());
            }
        }
        state
    }

    fn encode(&self, waiting: &State, out: &mut Vec<u8>) {
        out.extend(postcard::to_allocvec(waiting).unwrap_or_default());
    }
}
