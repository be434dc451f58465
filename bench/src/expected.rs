//! What a contender has to do in each conversation, written out by hand, so that no contender is the measure of another.

use crate::script::Act;

const GREETING: &str = "What brings you here today?";
const SORRY: &str = "Sorry, I did not get that. Pick one of the buttons:";
const ASK: &str = "What is the best phone number to reach you?";
const BAD: &str = "That does not look like a phone number. Try again, e.g. +1 202 555 0100.";
const SENIOR: &str = "Great, a senior manager will call you.";
const DETAILS: &str = "Great, we will text you the details.";
const SILENCE: &str = "Just checking in: we will call you shortly.";
const ANSWER: &str = "Thanks for the quick reply! We are on it.";

fn says(text: &str) -> Act {
    Act::Send { text: text.to_owned(), buttons: Vec::new() }
}

fn asks(text: &str) -> Act {
    let buttons = ["Prices", "Book a demo", "Talk to a human"].map(str::to_owned).to_vec();
    Act::Send { text: text.to_owned(), buttons }
}

fn qualified(phone: &str, interest: &str, then: &str) -> [Act; 5] {
    [
        Act::Set(phone.to_owned()),
        Act::Tag("qualified".to_owned()),
        Act::Note(format!("Phone {phone}, interested in {interest}")),
        Act::Stage,
        says(then),
    ]
}

/// The log of the conversation `script`: of Anna, of Bob, and for any other number of Chris.
#[must_use]
pub fn expected(script: usize) -> Vec<Act> {
    let mut log = Vec::new();
    match script {
        0 => {
            log.push(asks(&format!("Hi Anna! {GREETING}")));
            log.push(asks(SORRY));
            log.extend([says("Our plans start at $49 a month."), says(ASK), says(BAD)]);
            log.extend(qualified("+44 7911 123456", "Prices", SENIOR));
            log.extend([says(SILENCE), says("Bye, Anna!")]);
        }
        1 => {
            log.push(asks(&format!("Hi Bob! {GREETING}")));
            log.extend([says("A demo takes 20 minutes."), says(ASK), says(BAD), says(BAD)]);
            log.extend(qualified("020 7946 0958", "Book a demo", DETAILS));
            log.extend([says(ANSWER), says("Bye, Bob!")]);
        }
        _ => {
            log.push(asks(&format!("Hi Chris! {GREETING}")));
            log.extend([asks(SORRY), asks(SORRY), says("A person will join soon."), says(ASK)]);
            log.extend(qualified("+1 202 555 0147", "Talk to a human", SENIOR));
            log.extend([says(SILENCE), says("Bye, Chris!")]);
        }
    }
    log.push(Act::End);
    log
}
