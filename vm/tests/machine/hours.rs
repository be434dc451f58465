//! Working hours: when they are open, waits for them, triggers during them.

use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{Account, Hours, On, Open, SymbolKind, Tables, TriggerKind};
use sbot_vm::run::NEVER;
use sbot_vm::{Event, EventKind, Facts, Limits, Program, Run, TrapKind, Value, WhyRefused, calendar};

const MON: u8 = 1;
const SAT: u8 = 1 << 5;
const SUN: u8 = 1 << 6;
const WEEK: u8 = 0x7f;
const WORK: u8 = 0x1f;

fn row(days: u8, from: u16, to: u16) -> Open {
    Open { days, from: from * 60, to: to * 60 }
}

fn hours(zone: &str, rows: Vec<Open>, except: Vec<i32>) -> Tables {
    Tables {
        account: Account { zone: zone.into(), ..Account::default() },
        symbols: vec![symbol(SymbolKind::Hours, "duty")],
        hours: vec![Hours { symbol: 0, rows, except }],
        ..tables(1, vec![Op::End {}])
    }
}

/// `2026-03-29T02:30` as the clock of the zone shows it, the second time if it ends with `*`.
fn at(program: &Program, text: &str) -> i64 {
    let (text, again) = text.strip_suffix('*').map_or((text, 0), |text| (text, 3_600_000));
    let local = text.parse().unwrap();
    calendar::instant(local, &program.context().zone).unwrap() + again
}

fn day(text: &str) -> i32 {
    calendar::days(text.parse().unwrap())
}

/// Asserts that the hours open and close at exactly these moments between the first and the last.
#[track_caller]
fn changes(program: &Program, from: &str, to: &str, expected: &[&str]) {
    let context = program.context();
    let mut now = at(program, from);
    let end = at(program, to);
    let mut found = Vec::new();
    let mut open = context.open(0, now);
    while now < end {
        now += 15 * 60_000;
        if context.open(0, now) != open {
            open = !open;
            found.push(now);
        }
    }
    let expected: Vec<i64> = expected.iter().map(|text| at(program, text)).collect();
    assert_eq!(found, expected);
}

#[test]
fn hours_open_and_close_by_the_clock_of_the_zone() {
    let program =
        program(hours("Europe/Madrid", vec![row(WORK, 9, 13), row(WORK, 15, 18), row(SAT, 10, 14)], vec![]));
    // Friday to Monday.
    changes(
        &program,
        "2026-01-09T00:00",
        "2026-01-12T12:00",
        &[
            "2026-01-09T09:00",
            "2026-01-09T13:00",
            "2026-01-09T15:00",
            "2026-01-09T18:00",
            "2026-01-10T10:00",
            "2026-01-10T14:00",
            "2026-01-12T09:00",
        ],
    );
    // Open from the first millisecond, no longer at the last one.
    let context = program.context();
    let opens = at(&program, "2026-01-09T09:00");
    assert!(!context.open(0, opens - 1));
    assert!(context.open(0, opens));
    assert!(context.open(0, at(&program, "2026-01-09T13:00") - 1));
    assert_eq!(context.opens_after(0, opens - 1), Some(opens));
    assert_eq!(context.opens_after(0, opens), Some(at(&program, "2026-01-09T15:00")));
    assert_eq!(
        context.opens_after(0, at(&program, "2026-01-10T12:00")),
        Some(at(&program, "2026-01-12T09:00"))
    );
}

#[test]
fn a_row_past_midnight_belongs_to_the_day_it_begins_on() {
    let program = program(hours("Europe/Madrid", vec![row(SAT, 22, 6)], vec![]));
    changes(&program, "2026-01-09T00:00", "2026-01-13T00:00", &["2026-01-10T22:00", "2026-01-11T06:00"]);
    // A whole day, whichever way it is written.
    for whole in [row(SAT, 0, 24), row(SAT, 0, 0)] {
        let program = crate::build::program(hours("Europe/Madrid", vec![whole], vec![]));
        let days = ["2026-01-10T00:00", "2026-01-11T00:00"];
        changes(&program, "2026-01-09T00:00", "2026-01-13T00:00", &days);
    }
    // Days that touch are one.
    let always = crate::build::program(hours("Europe/Madrid", vec![row(WEEK, 0, 24)], vec![]));
    changes(&always, "2026-03-27T00:00", "2026-03-31T00:00", &[]);
    changes(&always, "2026-10-23T00:00", "2026-10-27T00:00", &[]);
}

#[test]
fn an_exception_has_no_rows_of_its_own() {
    let night = hours("Europe/Madrid", vec![row(WEEK, 22, 6)], vec![day("2026-01-12"), day("2026-01-10")]);
    changes(
        &program(night),
        "2026-01-09T12:00",
        "2026-01-13T12:00",
        &[
            "2026-01-09T22:00",
            // What began the day before still ends.
            "2026-01-10T06:00",
            "2026-01-11T22:00",
            "2026-01-12T06:00",
        ],
    );
}

#[test]
fn a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn() {
    let program = program(hours("Europe/Madrid", vec![row(SAT, 22, 6)], vec![]));
    for (day, next, length) in [
        ("2026-03-28T22:00", "2026-03-29T06:00", 7),
        ("2026-10-24T22:00", "2026-10-25T06:00", 9),
        ("2026-01-10T22:00", "2026-01-11T06:00", 8),
    ] {
        changes(&program, day.replace("22", "20").as_str(), &next.replace("06", "12"), &[day, next]);
        assert_eq!(at(&program, next) - at(&program, day), length * 3_600_000);
    }
}

#[test]
fn a_time_that_the_clocks_skip_is_the_moment_they_skip_it() {
    // On 2026-03-29 the clocks go from 02:00 to 03:00.
    let quarter = |from: u16, to: u16| Open { days: SUN, from: from * 15, to: to * 15 };
    let on = |rows| program(hours("Europe/Madrid", rows, vec![]));
    let (from, to) = ("2026-03-29T00:00", "2026-03-29T12:00");
    // 02:30 to 04:00, 01:00 to 02:30, and 02:15 to 02:45, which there is not.
    changes(&on(vec![quarter(10, 16)]), from, to, &["2026-03-29T03:00", "2026-03-29T04:00"]);
    changes(&on(vec![quarter(4, 10)]), from, to, &["2026-03-29T01:00", "2026-03-29T03:00"]);
    let gone = on(vec![quarter(9, 11)]);
    changes(&gone, from, to, &[]);
    let next = at(&gone, "2026-04-05T02:15");
    assert_eq!(gone.context().opens_after(0, at(&gone, from)), Some(next));
}

#[test]
fn of_a_time_that_the_clocks_show_twice_it_is_the_first() {
    // On 2026-10-25 the clocks go from 03:00 back to 02:00.
    let quarter = |from: u16, to: u16| Open { days: SUN, from: from * 15, to: to * 15 };
    let on = |rows| program(hours("Europe/Madrid", rows, vec![]));
    let (from, to) = ("2026-10-25T00:00", "2026-10-25T12:00");
    changes(&on(vec![quarter(10, 16)]), from, to, &["2026-10-25T02:30", "2026-10-25T04:00"]);
    changes(&on(vec![quarter(4, 10)]), from, to, &["2026-10-25T01:00", "2026-10-25T02:30"]);
    let program = on(vec![quarter(10, 16)]);
    assert!(program.context().open(0, at(&program, "2026-10-25T02:15*")));
}

#[test]
fn clocks_that_change_at_midnight() {
    // In Beirut 2026-03-29 begins at 01:00; on 2026-10-25 the clocks go from 00:00 back to 23:00.
    let beirut = program(hours("Asia/Beirut", vec![row(SUN, 0, 9)], vec![]));
    changes(&beirut, "2026-03-28T12:00", "2026-03-29T12:00", &["2026-03-29T01:00", "2026-03-29T09:00"]);
    changes(&beirut, "2026-10-24T12:00", "2026-10-25T12:00", &["2026-10-25T00:00", "2026-10-25T09:00"]);
    let saturday = program(hours("Asia/Beirut", vec![row(SAT, 20, 24)], vec![]));
    changes(&saturday, "2026-10-24T12:00", "2026-10-25T12:00", &["2026-10-24T20:00", "2026-10-25T00:00"]);
    assert!(saturday.context().open(0, at(&saturday, "2026-10-24T23:30*")));
}

#[test]
fn hours_that_never_open() {
    let year: Vec<i32> = (day("2026-01-01")..day("2027-03-01")).collect();
    let program = program(hours("Europe/Madrid", vec![row(WEEK, 9, 18)], year));
    assert_eq!(program.context().opens_after(0, at(&program, "2026-01-01T00:00")), None);
    assert!(program.context().opens_after(0, at(&program, "2026-02-01T00:00")).is_some());
    for none in [vec![], vec![row(0, 9, 18)]] {
        let program = crate::build::program(hours("Europe/Madrid", none, vec![]));
        assert_eq!(program.context().opens_after(0, NOW), None);
        assert!(!program.context().open(0, NOW));
        assert!(!program.context().open(1, NOW));
        assert_eq!(program.context().opens_after(1, NOW), None);
    }
    // Outside of the calendar nothing is open.
    for at in [i64::MIN, i64::MAX] {
        assert!(!program.context().open(0, at));
        assert_eq!(program.context().opens_after(0, at), None);
    }
}

#[test]
fn a_test_of_hours() {
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::GetField { dst: 1, field: 0 },
        Op::Builtin { dst: 0, function: 50, args: 0, count: 2 },
        Op::Return { src: 0 },
    ];
    let with = |value: Value| {
        let all = hours("Europe/Madrid", vec![row(WORK, 9, 18)], vec![]);
        program(Tables {
            consts: vec![value],
            symbols: vec![symbol(SymbolKind::Hours, "duty"), symbol(SymbolKind::Hours, "empty")],
            fields: vec![reading("now", "", sbot_vm::Kind::DateTime)],
            ..Tables { account: all.account, hours: all.hours, ..tables(2, code.clone()) }
        })
    };
    let duty = with(Value::Symbol(0));
    let ask = |program: &Program, at| {
        let event = event(at, EventKind::Trigger(TriggerKind::Manual));
        sbot_vm::start(program, 0, &[], &event, &Facts::default(), &Limits::default()).unwrap()
    };
    assert_eq!(done(ask(&duty, at(&duty, "2026-01-09T12:00"))), Value::Bool(true));
    assert_eq!(done(ask(&duty, at(&duty, "2026-01-10T12:00"))), Value::Bool(false));
    assert_eq!(done(ask(&with(Value::None), NOW)), Value::Bool(false));
    assert_eq!(trap(ask(&with(Value::Symbol(1)), NOW)), TrapKind::WrongKind);
    let given = program(Tables {
        fields: vec![reading("lead", "duty", sbot_vm::Kind::Symbol)],
        ..duty_of_the_host()
    });
    let facts = Facts { values: vec![Value::undeclared("d", "Duty")] };
    assert_eq!(done(start_with(&given, &facts)), Value::Bool(false));
}

/// Asks whether the hours are open that a fact tells.
fn duty_of_the_host() -> Tables {
    let code = vec![
        Op::GetField { dst: 0, field: 0 },
        Op::Const { dst: 1, value: 0 },
        Op::Builtin { dst: 0, function: 50, args: 0, count: 2 },
        Op::Return { src: 0 },
    ];
    Tables { consts: vec![Value::DateTime(NOW)], ..tables(2, code) }
}

/// `pause on timeout … on hours duty on hours night`; returns which.
fn waiting(timeout: i64) -> Program {
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::Wait { wait: 0 },
        Op::Int { dst: 0, value: 1 },
        Op::Return { src: 0 },
        Op::Int { dst: 0, value: 2 },
        Op::Return { src: 0 },
        Op::Int { dst: 0, value: 3 },
        Op::Return { src: 0 },
    ];
    let exits = vec![exit(On::Timeout(0), &[], 2), exit(On::Hours(0), &[], 4), exit(On::Hours(1), &[], 6)];
    program(Tables {
        account: Account { zone: "Europe/Madrid".into(), ..Account::default() },
        consts: vec![Value::Duration(timeout)],
        symbols: vec![symbol(SymbolKind::Hours, "duty"), symbol(SymbolKind::Hours, "night")],
        hours: vec![
            Hours { symbol: 0, rows: vec![row(WORK, 9, 18)], except: vec![] },
            Hours { symbol: 1, rows: vec![row(MON, 9, 10), row(SUN, 22, 2)], except: vec![] },
        ],
        waits: vec![wait("s.pause", &[], exits)],
        ..tables(1, code)
    })
}

fn starts(program: &Program, text: &str) -> sbot_vm::Turn {
    let event = event(at(program, text), EventKind::Trigger(TriggerKind::Manual));
    sbot_vm::start(program, 0, &[], &event, &Facts::default(), &Limits::default()).unwrap()
}

#[test]
fn a_wait_for_hours_is_due_when_they_open() {
    let program = waiting(3 * 86_400);
    let moment = |text: &str| at(&program, text);
    // Saturday: the night opens first.
    let run = parked(starts(&program, "2026-03-28T12:00"));
    assert_eq!(
        run.deadlines,
        [moment("2026-03-28T12:00") + 3 * 86_400_000, moment("2026-03-30T09:00"), moment("2026-03-29T22:00")]
    );
    let due = timer(moment("2026-03-29T22:00"));
    let early = timer(due.at - 1);
    assert_eq!(refused(&program, &run, &early), WhyRefused::NotDue { next: Some(due.at) });
    assert_eq!(done(next(&program, run, &due)), Value::Int(3));
    // Monday before nine: both open at once, and the source decides.
    let run = parked(starts(&program, "2026-03-30T08:00"));
    assert_eq!(run.deadlines[1], run.deadlines[2]);
    assert_eq!(done(next(&program, run, &timer(moment("2026-03-30T09:00")))), Value::Int(2));
    // A timer that is due first.
    let short = waiting(60);
    let run = parked(starts(&short, "2026-03-28T12:00"));
    assert_eq!(done(next(&short, run, &timer(moment("2026-03-28T12:01")))), Value::Int(1));
}

#[test]
fn a_wait_inside_the_hours_goes_on_at_once() {
    let program = waiting(60);
    assert_eq!(done(starts(&program, "2026-03-30T09:00")), Value::Int(2));
    assert_eq!(done(starts(&program, "2026-03-30T17:59:59.999")), Value::Int(2));
    assert_eq!(done(starts(&program, "2026-03-29T23:00")), Value::Int(3));
    // A timer that would be a mistake is not even looked at.
    assert_eq!(done(starts(&waiting(0), "2026-03-30T12:00")), Value::Int(2));
    assert_eq!(trap(starts(&waiting(0), "2026-03-30T20:00")), TrapKind::BadTimer);
}

#[test]
fn a_wait_for_hours_that_never_open_is_never_due() {
    let mut all = waiting(60).tables().clone();
    all.hours[0].rows.clear();
    all.hours[1].rows.clear();
    all.waits[0].exits.remove(0);
    let program = program(all);
    let run = parked(starts(&program, "2026-03-30T12:00"));
    assert_eq!(run.deadlines, [NEVER, NEVER]);
    assert_eq!(Run::decode(&program, &run.encode(&program)), Ok(run.clone()));
    for at in [NOW, i64::MAX] {
        assert_eq!(refused(&program, &run, &timer(at)), WhyRefused::NotDue { next: None });
    }
}

#[test]
fn waits_inside_the_hours_cannot_go_on_for_ever() {
    let code = vec![Op::Wait { wait: 0 }, Op::Jump { to: 0 }];
    let mut all = hours("Europe/Madrid", vec![row(WEEK, 0, 24)], vec![]);
    all.waits = vec![wait("s.pause", &[], vec![exit(On::Hours(0), &[], 1)])];
    all.functions[0].end = 2;
    all.code = code;
    assert_eq!(trap(start(&program(all))), TrapKind::OutOfFuel);
}

#[test]
fn what_is_read_inside_the_hours_is_read_by_the_turn_that_comes_to_them() {
    let mut all = hours("Europe/Madrid", vec![row(WEEK, 0, 24)], vec![]);
    all.waits = vec![wait("s.pause", &[], vec![exit(On::Hours(0), &[], 1)])];
    all.fields = vec![reading("contact", "name", sbot_vm::Kind::Text)];
    all.functions[0].end = 3;
    all.code = vec![Op::Wait { wait: 0 }, Op::GetField { dst: 0, field: 0 }, Op::Return { src: 0 }];
    let program = program(all);
    assert_eq!(program.reads_at_start(0), [0]);
    let name = Value::text("Ann");
    assert_eq!(done(start_with(&program, &program.facts([(0, name.clone())]))), name);
}

#[test]
fn a_trigger_listens_during_its_hours() {
    let mut all = hours("Europe/Madrid", vec![row(WORK, 9, 18)], vec![]);
    let mut during = trigger(TriggerKind::Manual, &[], None);
    during.during = Some(0);
    all.bots[0].triggers = vec![during, trigger(TriggerKind::LeadCreated, &[], None)];
    let program = program(all);
    let takes = |kind, text: &str| {
        let event: Event = event(at(&program, text), EventKind::Trigger(kind));
        sbot_vm::triggered(&program, 0, &event, &Facts::default(), &[], &Limits::default()).unwrap()
    };
    assert_eq!(takes(TriggerKind::Manual, "2026-01-09T09:00"), Some(0));
    assert_eq!(takes(TriggerKind::Manual, "2026-01-09T18:00"), None);
    assert_eq!(takes(TriggerKind::LeadCreated, "2026-01-09T18:00"), Some(1));
}
