//! Turns of any program that the verifier let through, with anything a host may bring. After every turn holds:
//!
//! - effects are numbered in order, and a turn that could not be finished has one only;
//! - the run that is parked has taken one turn more, survives its bytes and is within the bound;
//! - an event that is refused leaves the run as it is;
//! - the same turn again gives the same: with the run restored, without the fields that it says it does not read, and
//!   on a machine that has run other programs.

use crate::event::{event, facts};
use crate::input::Input;
use crate::value::fitting;
use sbot_vm::program::FunctionKind;
use sbot_vm::{
    Effect, EffectKind, Ending, Event, Facts, Limits, Machine, Program, Run, RunEvent, Status, Turn, Value,
    disassemble, evaluate, start, triggered, turn,
};
use std::cell::RefCell;

/// No parked run has more bytes.
const MOST: usize = 1 << 20;
/// So many bots are started, and so many events are offered to each.
const BOTS: usize = 4;
const EVENTS: usize = 8;

thread_local! {
    /// Has run everything that ran before.
    static USED: RefCell<Machine> = RefCell::new(Machine::new());
}

/// Everything a host can do with a program.
pub(crate) fn whole(program: &Program, input: &mut Input<'_>) {
    let limits = limits(input);
    let given = facts(program, input);
    for bot in (0u32..).take(program.tables().bots.len().min(BOTS)) {
        let first = event(program, None, input);
        let mut started = Vec::new();
        for _ in 0..input.byte() % 3 {
            started.push(Some(input.int()));
        }
        let once = triggered(program, bot, &first, &given, &started, &limits);
        let read = only(program, &given, &program.reads_of_triggers(bot, Some(&first.kind)));
        let again = triggered(program, bot, &first, &read, &started, &limits);
        assert_eq!(once, again, "without what it does not read, another trigger takes the event");
        if let Some(parked) = begin(program, bot, &first, &given, &limits, input) {
            talk(program, parked, &limits, input);
        }
    }
    functions(program, &given, &limits, input);
    assert!(!disassemble(program).is_empty());
}

/// Bounds of a turn: mostly such that a turn ends in time, seldom such that it ends anywhere.
fn limits(input: &mut Input<'_>) -> Limits {
    match input.byte() {
        0..=0xbf => Limits { fuel: 20_000, memory: 256 << 10 },
        0xc0..=0xef => Limits { fuel: input.byte().into(), memory: 64 << 10 },
        _ => Limits { fuel: 5_000, memory: usize::from(input.byte()) << 4 },
    }
}

/// Starts a bot with arguments of the declared kinds.
fn begin(
    program: &Program,
    bot: u32,
    first: &Event,
    given: &Facts,
    limits: &Limits,
    input: &mut Input<'_>,
) -> Option<Run> {
    let params = program.tables().bots.get(bot as usize).map_or(&[][..], |bot| &bot.params);
    let args: Vec<_> = params.iter().map(|param| fitting(param.slot, program, input)).collect();
    let turn = start(program, bot, &args, first, given, limits);
    let read = only(program, given, &program.reads_at_start(bot));
    USED.with_borrow_mut(|used| {
        let status = used.start(program, bot, &args, first, &read, limits);
        match (&turn, &status) {
            (Ok(turn), Ok(status)) => {
                assert_eq!(turn.status, *status, "the same start ended in another way");
                assert_eq!(turn.effects, used.effects(), "the same start had other effects");
            }
            (Err(why), Err(also)) => assert_eq!(why, also),
            (Ok(_), Err(_)) | (Err(_), Ok(_)) => panic!("a start was refused once: {turn:?}, {status:?}"),
        }
    });
    let turn = turn.ok()?;
    sound(program, 0, &turn);
    after(turn)
}

/// Offers events to a parked run until it ends or there are no more.
pub(crate) fn talk(program: &Program, mut run: Run, limits: &Limits, input: &mut Input<'_>) {
    for n in 0..EVENTS {
        if n > 1 && input.is_empty() {
            return;
        }
        let given = facts(program, input);
        let event = event(program, Some(&run), input);
        let bytes = run.encode(program);
        let turned = turn(program, run.clone(), &event, &given, limits);
        let read = only(program, &given, program.reads_at_wait(run.wait));
        same(program, &bytes, &event, &read, limits, &turned);
        match turned {
            Ok(turn) => {
                sound(program, run.turn, &turn);
                let Some(next) = after(turn) else { return };
                run = next;
            }
            Err(refused) => {
                assert_eq!(*refused.run, run, "a run that refuses an event changed");
                assert!(!refused.why.to_string().is_empty());
            }
        }
    }
}

/// The facts about these fields alone. Tags stay: an action that changes them looks at those there are, and says what is
/// wrong with them, whether anything reads them later or not.
fn only(program: &Program, given: &Facts, reads: &[u32]) -> Facts {
    let read = |field: u32| {
        let row = program.tables().fields.get(field as usize);
        reads.contains(&field) || row.is_some_and(|row| &*row.name == "tags")
    };
    let kept = |(field, value): (u32, &Value)| if read(field) { value.clone() } else { Value::None };
    Facts { values: (0u32..).zip(&given.values).map(kept).collect() }
}

fn after(turn: Turn) -> Option<Run> {
    match turn.status {
        Status::Parked(run) => Some(run),
        Status::Ended(_) => None,
    }
}

/// The same event for the run as it comes from its bytes, on the machine that has run everything before.
fn same(
    program: &Program,
    bytes: &[u8],
    event: &Event,
    given: &Facts,
    limits: &Limits,
    turned: &Result<Turn, sbot_vm::Refused>,
) {
    let mut run = Run::decode(program, bytes).unwrap_or_else(|why| panic!("what was parked is lost: {why}"));
    USED.with_borrow_mut(|used| match (turned, used.turn(program, &mut run, event, given, limits)) {
        (Ok(turn), Ok(ending)) => {
            let status = ending.map_or(Status::Parked(run), Status::Ended);
            assert_eq!(turn.status, status, "the same turn ended in another way");
            assert_eq!(turn.effects, used.effects(), "the same turn had other effects");
        }
        (Err(refused), Err(why)) => assert_eq!(refused.why, why),
        (Ok(_), Err(why)) => panic!("taken, and refused when restored: {why}"),
        (Err(refused), Ok(_)) => panic!("refused, and taken when restored: {refused}"),
    });
}

fn sound(program: &Program, number: u32, turn: &Turn) {
    for (n, effect) in (0u32..).zip(&turn.effects) {
        assert_eq!((effect.id.turn, effect.id.n), (number, n), "effects are not numbered in order");
    }
    match &turn.status {
        Status::Parked(run) => {
            assert_eq!(Some(run.turn), number.checked_add(1), "not one turn more");
            assert_eq!(run.program, program.id());
            kept(program, run);
        }
        Status::Ended(Ending::Trapped(trap)) => {
            let [Effect { kind: EffectKind::Event(RunEvent::Trapped(told)), .. }] = &*turn.effects else {
                panic!("a turn that could not be finished has effects: {:?}", turn.effects)
            };
            assert_eq!(trap, told);
            assert!((trap.op as usize) < program.tables().code.len(), "{trap} is nowhere");
        }
        Status::Ended(Ending::Failed(_)) => assert_eq!(turn.effects.len(), 1),
        Status::Ended(Ending::Done(_) | Ending::Closed) => {}
    }
}

/// A run survives its bytes.
pub(crate) fn kept(program: &Program, run: &Run) {
    let bytes = run.encode(program);
    assert!(bytes.len() <= MOST, "{} bytes are parked", bytes.len());
    match Run::decode(program, &bytes) {
        Ok(decoded) => assert_eq!(decoded, *run, "a run became another one by its bytes"),
        Err(why) => panic!("what is parked cannot be restored: {why}"),
    }
    assert!(Run::decode(program, bytes.get(..bytes.len() - 1).unwrap_or_default()).is_err());
}

/// Functions by themselves, as tests of the language call them.
fn functions(program: &Program, given: &Facts, limits: &Limits, input: &mut Input<'_>) {
    let functions = &program.tables().functions;
    let event = event(program, None, input);
    for (number, function) in (0u32..).zip(functions).take(BOTS) {
        let args: Vec<_> = (0..function.params).map(|_| crate::value::any(program, input, 4)).collect();
        let value = evaluate(program, number, &args, &event, given, limits);
        assert!(function.kind == FunctionKind::Fn || value.is_err(), "{} is no function", function.name);
    }
}
