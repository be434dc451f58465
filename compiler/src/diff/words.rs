//! The words for what statements are about: durations, ways, where they lead.

use super::line::Line;
use super::model::{How, Kind, Node, Role, Way};
use super::show::{self, Names};
use super::term::{Lit, Space, TermId, Terms};

/// The units of a duration, the longest first.
const UNITS: &[(i64, &str)] = &[(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];

/// `2 days`, `2 hours 30 minutes`.
pub(crate) fn duration(seconds: i64) -> String {
    let mut left = seconds.max(0);
    let mut parts = Vec::new();
    for (size, unit) in UNITS {
        let count = left / size;
        left %= size;
        if count > 0 {
            parts.push(counted(count, unit));
        }
    }
    if parts.is_empty() { counted(seconds, "second") } else { parts.join(" ") }
}

fn counted(count: i64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// `2 days instead of 1`, `2 days instead of 12 hours`.
pub(crate) fn duration_instead(new: i64, old: i64) -> String {
    let whole = |seconds: i64| UNITS.iter().find(|(size, _)| seconds % size == 0 && seconds >= *size);
    match (whole(new), whole(old)) {
        (Some((size, _)), Some((other, _))) if size == other => {
            format!("{} instead of {}", duration(new), old / size)
        }
        _ => format!("{} instead of {}", duration(new), duration(old)),
    }
}

/// How long something lasts: in words if it is fixed, else what computes it.
pub(crate) fn time(terms: &Terms, names: &Names, value: TermId) -> Line {
    match terms.as_lit(value) {
        Some(Lit::Duration(seconds)) => Line::say(duration(*seconds)),
        _ => Line::default().code(show::expr(terms, names, value)),
    }
}

/// Where something leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Lead {
    /// On with what stands after the statement.
    Follows,
    Step(String),
    Bot(String),
    End,
    Return,
    Break,
    Continue,
}

/// Where a block leads that does nothing else; none if it does more.
pub(crate) fn plain_lead(terms: &Terms, names: &Names, body: &[Node]) -> Option<Lead> {
    match body {
        [] => Some(Lead::Follows),
        [only] if only.kind == Kind::Leave => Some(lead(terms, names, only)),
        _ => None,
    }
}

/// Where a statement leads that leaves.
pub(crate) fn lead(terms: &Terms, names: &Names, leave: &Node) -> Lead {
    let Some(target) = leave.value(&Role::Target) else { return Lead::End };
    if let Some(step) = terms.as_of(Space::Step, target) {
        return Lead::Step(names.get(Space::Step, step).to_owned());
    }
    if let Some(bot) = terms.as_of(Space::Bot, target) {
        return Lead::Bot(names.get(Space::Bot, bot).to_owned());
    }
    let words = [("return", Lead::Return), ("break", Lead::Break), ("continue", Lead::Continue)];
    let found = words.into_iter().find(|(word, _)| terms.as_word(word, target).is_some());
    found.map_or(Lead::End, |(_, lead)| lead)
}

/// `leads to step x`: what a button or an event does.
pub(crate) fn leads(lead: &Lead) -> Line {
    match lead {
        Lead::Follows => Line::say("goes on with what follows"),
        Lead::Step(name) => Line::say("leads to step ").code(name),
        Lead::Bot(name) => Line::say("hands over to bot ").code(name),
        Lead::End => Line::say("ends the conversation"),
        Lead::Return => Line::say("goes back to the caller"),
        Lead::Break => Line::say("leaves the loop"),
        Lead::Continue => Line::say("goes to the next round"),
    }
}

/// `leads to step x instead of y`.
pub(crate) fn leads_instead(new: &Lead, old: &Lead) -> Line {
    if let (Lead::Step(_), Lead::Step(old)) = (new, old) {
        return leads(new).and(" instead of ").code(old);
    }
    let old = match old {
        Lead::Follows => Line::say("going on with what follows"),
        Lead::Step(name) => Line::say("leading to step ").code(name),
        Lead::Bot(name) => Line::say("handing over to bot ").code(name),
        Lead::End => Line::say("ending the conversation"),
        Lead::Return => Line::say("going back to the caller"),
        Lead::Break => Line::say("leaving the loop"),
        Lead::Continue => Line::say("going to the next round"),
    };
    leads(new).and(" instead of ").with(old)
}

/// `goes on with step x`: what a conversation does.
pub(crate) fn goes(lead: &Lead) -> Line {
    match lead {
        Lead::Step(name) => Line::say("goes on with step ").code(name),
        Lead::Bot(name) => Line::say("is handed over to bot ").code(name),
        Lead::End => Line::say("ends"),
        Lead::Follows | Lead::Return | Lead::Break | Lead::Continue => leads(lead),
    }
}

/// `goes on with step x instead of y`.
pub(crate) fn goes_instead(new: &Lead, old: &Lead) -> Line {
    if let (Lead::Step(_), Lead::Step(old)) = (new, old) {
        return goes(new).and(" instead of ").code(old);
    }
    let old = match old {
        Lead::Follows => Line::say("going on with what follows"),
        Lead::Step(name) => Line::say("going on with step ").code(name),
        Lead::Bot(name) => Line::say("being handed over to bot ").code(name),
        Lead::End => Line::say("ending"),
        Lead::Return => Line::say("going back to the caller"),
        Lead::Break => Line::say("leaving the loop"),
        Lead::Continue => Line::say("going to the next round"),
    };
    goes(new).and(" instead of ").with(old)
}

/// What takes a way, as the subject of a sentence.
pub(crate) fn subject(terms: &Terms, names: &Names, node: Kind, way: &Way, number: usize) -> Line {
    match &way.how {
        How::Option | How::Link => Line::default().label(label(terms, names, way)),
        How::Chosen => Line::say("the chosen button"),
        How::Case => Line::say("the case ").code(condition(terms, names, way)),
        How::Else => Line::say("every other case"),
        How::Round => Line::say("each round"),
        How::Drawn => Line::say(format!("option {} of the rotation", number + 1)),
        How::Valid => Line::say("a valid answer"),
        How::Invalid => Line::say("an invalid answer"),
        How::Answer(name) => Line::say("the answer ").code(&**name),
        How::Result => Line::say("the result"),
        How::Message => Line::say("an answer"),
        How::Other => Line::say("an answer that fits no button"),
        How::VideoOpened => Line::say("opening the video"),
        How::VideoClosed => Line::say("closing the video"),
        How::Failed if node == Kind::Act => Line::say("a failure"),
        How::Failed => Line::say("a failure to deliver"),
        How::Delivered => Line::say("delivery"),
        How::Hours(name) => Line::say("the beginning of the hours ").code(&**name),
        How::Timeout => {
            let word = if node == Kind::Act { "no result for " } else { "no answer for " };
            let after = way.value(&Role::After).map(|after| time(terms, names, after));
            Line::say(word).with(after.unwrap_or_default())
        }
    }
}

/// Where a client is inside of a way.
pub(crate) fn inside(terms: &Terms, names: &Names, node: Kind, way: &Way, number: usize) -> Line {
    match &way.how {
        How::Option | How::Link => Line::say("after ").label(label(terms, names, way)),
        How::Chosen => Line::say("after a choice"),
        How::Case => Line::say("if ").code(condition(terms, names, way)),
        How::Else => Line::say("otherwise"),
        How::Round => Line::say("in each round"),
        How::Drawn => Line::say(format!("in option {} of the rotation", number + 1)),
        How::Valid => Line::say("after a valid answer"),
        How::Invalid => Line::say("after an invalid answer"),
        How::Answer(name) => Line::say("after the answer ").code(&**name),
        How::Result => Line::say("after the result"),
        How::Message => Line::say("after an answer"),
        How::Other => Line::say("after an answer that fits no button"),
        How::VideoOpened => Line::say("when the video is opened"),
        How::VideoClosed => Line::say("when the video is closed"),
        How::Failed if node == Kind::Act => Line::say("after a failure"),
        How::Failed => Line::say("when the message cannot be delivered"),
        How::Delivered => Line::say("when the message is delivered"),
        How::Hours(name) => Line::say("when the hours ").code(&**name).and(" begin"),
        How::Timeout => {
            let after = way.value(&Role::After).map(|after| time(terms, names, after)).unwrap_or_default();
            let without = match node {
                Kind::Act => " without a result",
                Kind::Pause => "",
                Kind::Message
                | Kind::List
                | Kind::Validate
                | Kind::Choose
                | Kind::Let
                | Kind::Assign
                | Kind::Set
                | Kind::Rotate
                | Kind::Enter
                | Kind::For
                | Kind::While
                | Kind::Leave => " without an answer",
            };
            Line::say("after ").with(after).and(without)
        }
    }
}

/// The label of a button.
pub(crate) fn label(terms: &Terms, names: &Names, way: &Way) -> String {
    let label = way.value(&Role::Label).map(|label| show::text(terms, names, label));
    super::reword::clipped(&label.unwrap_or_default(), 80)
}

fn condition(terms: &Terms, names: &Names, way: &Way) -> String {
    let condition = way.value(&Role::Condition).map(|condition| show::expr(terms, names, condition));
    super::reword::clipped(&condition.unwrap_or_default(), 120)
}

#[cfg(test)]
mod tests {
    use super::{duration, duration_instead};

    #[test]
    fn durations_are_words() {
        assert_eq!(duration(86_400), "1 day");
        assert_eq!(duration(9_000), "2 hours 30 minutes");
        assert_eq!(duration(0), "0 seconds");
        assert_eq!(duration_instead(172_800, 86_400), "2 days instead of 1");
        assert_eq!(duration_instead(86_400, 7_200), "1 day instead of 2 hours");
        assert_eq!(duration_instead(90, 60), "1 minute 30 seconds instead of 1 minute");
    }
}
