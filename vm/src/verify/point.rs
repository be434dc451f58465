//! Where instructions point: messages, calls and waits, with everything in their rows that speaks of the frame.

use super::code::At;
use super::{Check, WaitPlace};
use crate::loaded::CallInfo;
use crate::op::Reg;
use crate::program::{Callee, Exit, FunctionKind, Message, On, Source, Wait};
use crate::value::Kind;

const MAX_EXITS: usize = 1_000;

pub(super) fn message_op(at: &At<'_>, message: &Message) -> Check {
    let files = &[Kind::Text, Kind::File];
    for file in [message.attach, message.voice].into_iter().flatten() {
        at.source(file, files)?;
    }
    for button in &message.buttons {
        at.source(button.label, &[Kind::Text])?;
        if let Some(link) = button.link {
            at.source(link, &[Kind::Text])?;
        }
    }
    if let Some(list) = &message.list {
        let around = [Some(list.button), list.title, list.footer];
        let sections = list.sections.iter().flat_map(|section| {
            let options = section.options.iter().flat_map(|row| [Some(row.title), row.about]);
            options.chain([Some(section.title)])
        });
        around.into_iter().chain(sections).flatten().try_for_each(|text| at.source(text, &[Kind::Text]))?;
    }
    if let Some(template) = message.template {
        at.args(template.args, template.count)?;
    }
    message.from.map_or(Ok(()), |from| at.reg(i64::from(from)))
}

/// Every call has one instruction, and calls what may be called from where it stands.
pub(super) fn enter_op(at: &At<'_>, index: u32, place: CallInfo, calls: &mut [Option<CallInfo>]) -> Check {
    let call = at.index(&at.tables.calls, i64::from(index), "call")?;
    let Some(known) = calls.get_mut(index as usize) else { return Ok(()) };
    if known.is_some() {
        return at.wrong(format_args!("the call {} is made in two places", call.name));
    }
    *known = Some(place);
    if let Callee::Flow(flow) = call.callee {
        match at.index(&at.tables.functions, i64::from(flow), "function")?.kind {
            FunctionKind::Flow { bot } if Some(bot) == at.owner => {}
            FunctionKind::Flow { .. } => return at.wrong("calls a flow of another bot"),
            FunctionKind::Fn | FunctionKind::Bot => return at.wrong("calls something that is no flow"),
        }
    }
    at.live(&call.live, &call.name)
}

pub(super) fn wait_op(at: &At<'_>, index: u32, mut place: WaitPlace, places: &mut [WaitPlace]) -> Check {
    let wait = at.index(&at.tables.waits, i64::from(index), "wait")?;
    let takes = |test: fn(&On) -> bool| wait.exits.iter().any(|exit| test(&exit.on));
    let (answers, draws) =
        (takes(|on| matches!(on, On::Answer(_) | On::Result)), takes(|on| matches!(on, On::Drawn(_))));
    if answers && draws {
        return at.wrong(format_args!("wait {} waits for an answer and for a draw", wait.name));
    }
    place.action = place.action.filter(|_| answers);
    place.counter = place.counter.filter(|_| draws);
    let Some(known) = places.get_mut(index as usize) else { return Ok(()) };
    match (known.function, place.function) {
        (None, _) => *known = place,
        (Some(a), Some(b)) if a == b && (known.action, known.counter) == (place.action, place.counter) => {
            return Ok(());
        }
        (Some(_), _) => return at.wrong(format_args!("wait {} is used for two things", wait.name)),
    }
    if wait.exits.len() > MAX_EXITS {
        return at.wrong(format_args!("wait {} has more than {MAX_EXITS} exits", wait.name));
    }
    at.live(&wait.live, &wait.name)?;
    wait.exits.iter().try_for_each(|exit| one_exit(at, wait, exit, place))
}

fn one_exit(at: &At<'_>, wait: &Wait, exit: &Exit, place: WaitPlace) -> Check {
    at.target(i64::from(exit.to))?;
    exit.bind.iter().try_for_each(|reg| at.reg(i64::from(*reg)))?;
    let most = match &exit.on {
        On::Option { label, synonyms } => {
            for source in std::iter::once(label).chain(synonyms) {
                at.source(*source, &[Kind::Text])?;
                if let Source::Reg(reg) = source {
                    kept(at, wait, *reg)?;
                }
            }
            1
        }
        On::Other | On::Message => 1,
        On::Timeout(reg) => {
            at.reg(i64::from(*reg))?;
            0
        }
        On::Chosen(reg) => {
            kept(at, wait, *reg)?;
            1
        }
        On::Hours(hours) => {
            at.index(&at.tables.hours, i64::from(*hours), "hours")?;
            0
        }
        On::Drawn(option) => {
            let Some(counter) = place.counter else {
                return at
                    .wrong(format_args!("wait {} waits for a draw and none is right before it", wait.name));
            };
            let counter = at.index(&at.tables.counters, i64::from(counter), "counter")?;
            if *option >= counter.options {
                return at.wrong(format_args!("option {option} of a counter of {}", counter.options));
            }
            0
        }
        On::Failed | On::Delivered | On::VideoOpened | On::VideoClosed => 0,
        On::Answer(_) | On::Result => {
            let Some(action) = place.action else {
                return at.wrong(format_args!(
                    "wait {} waits for an answer and no action is before it",
                    wait.name
                ));
            };
            let action = at.index(&at.tables.actions, i64::from(action), "action")?;
            if let On::Answer(answer) = exit.on {
                at.index(&action.exits, i64::from(answer), "answer")?.params.len()
            } else if action.result.is_some() {
                1
            } else {
                return at.wrong(format_args!("waits for a result of {}, which has none", action.name));
            }
        }
    };
    if exit.bind.len() > most {
        return at.wrong(format_args!("an exit of {} binds more values than come with it", wait.name));
    }
    Ok(())
}

fn kept(at: &At<'_>, wait: &Wait, reg: Reg) -> Check {
    if wait.live.binary_search_by_key(&reg, |live| live.reg).is_ok() {
        Ok(())
    } else {
        at.wrong(format_args!(
            "an option of {} is read from register {reg}, which the wait does not keep",
            wait.name
        ))
    }
}
