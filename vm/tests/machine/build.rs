//! Small programs by hand, and shorthands for turns.

use sbot_vm::layout::{Answers, Given, NO_TYPE, Type};
use sbot_vm::op::{Op, Reg, Target};
use sbot_vm::program::{
    Action, ActionExit, Bot, Call, Callee, Delivery, Echo, Exit, Field, Format, Function, FunctionKind, Live,
    Message, Often, On, Param, Source, Symbol, SymbolKind, Tables, Trigger, TriggerKind, Wait, slot,
};
use sbot_vm::{
    ClientMessage, Effect, EffectId, EffectKind, Ending, Event, EventKind, Facts, Kind, Limits, Program, Run,
    Slot, Status, TrapKind, Turn, Value,
};
use std::sync::Arc;

/// The time of all events that do not say another.
pub const NOW: i64 = 1_767_607_200_000;

/// A program of one bot, whose function is all of the code.
pub fn tables(registers: u16, code: Vec<Op>) -> Tables {
    let end = code.len() as Target;
    Tables {
        functions: vec![function("b", FunctionKind::Bot, 0, registers, 0, end)],
        bots: vec![Bot {
            name: "b".into(),
            function: 0,
            params: Vec::new(),
            on_failed: None,
            triggers: Vec::new(),
            variables: Vec::new(),
            steps: Vec::new(),
            result: None,
        }],
        code,
        ..Tables::default()
    }
}

pub fn function(
    name: &str,
    kind: FunctionKind,
    params: u8,
    registers: u16,
    start: Target,
    end: Target,
) -> Function {
    Function { name: name.into(), params, registers, start, end, kind }
}

pub fn trigger(kind: TriggerKind, via: &[u32], test: Option<u32>) -> Trigger {
    Trigger { kind, via: via.to_vec(), during: None, often: Often::Always, test }
}

/// A function for [`functions`]: name, kind, parameters, registers, code.
pub type Part = (&'static str, FunctionKind, u8, u16, Vec<Op>);

pub const BOT: FunctionKind = FunctionKind::Bot;

/// A flow of the bot whose function has this number.
pub fn flow_of(bot: u32) -> FunctionKind {
    FunctionKind::Flow { bot }
}

/// A program of several functions, of which number n begins at instruction 100 * n, and of the bots among them.
pub fn functions(parts: Vec<Part>) -> Tables {
    let mut all = Tables::default();
    for (n, (name, kind, params, registers, code)) in (0u32..).zip(parts) {
        all.code.resize(100 * n as usize, Op::End {});
        let end = 100 * n + code.len() as Target;
        all.code.extend(code);
        all.functions.push(function(name, kind, params, registers, 100 * n, end));
        if kind == BOT {
            let params = (0..params).map(|n| param(&format!("p{n}"), slot(Kind::Int, true)));
            all.bots.push(Bot {
                name: name.into(),
                function: n,
                params: params.collect(),
                on_failed: None,
                triggers: Vec::new(),
                variables: Vec::new(),
                steps: Vec::new(),
                result: None,
            });
        }
    }
    all
}

/// A call of a flow or of a bot, which keeps registers.
pub fn call(name: &str, live: &[(Reg, Kind)], callee: Callee) -> Call {
    Call { name: name.into(), step: "s".into(), live: lives(live), callee }
}

fn lives(live: &[(Reg, Kind)]) -> Vec<Live> {
    let live = live.iter().map(|(reg, kind)| Live {
        reg: *reg,
        slot: slot(*kind, true),
        name: format!("v{reg}").into(),
        ty: NO_TYPE,
    });
    live.collect()
}

pub fn program(tables: Tables) -> Program {
    Program::new(tables, None).unwrap()
}

pub fn reading(entity: &str, name: &str, kind: Kind) -> Field {
    Field { entity: entity.into(), name: name.into(), slot: slot(kind, true), format: Format::Plain }
}

pub fn symbol(kind: SymbolKind, name: &str) -> Symbol {
    Symbol { kind, name: name.into(), title: name.into(), detail: "".into() }
}

pub fn param(name: &str, slot: Slot) -> Param {
    Param { name: name.into(), slot, format: Format::Plain }
}

pub fn action(name: &str, params: Vec<Param>, echo: Echo) -> Action {
    Action {
        name: name.into(),
        params,
        result: None,
        result_format: Format::Plain,
        exits: Vec::new(),
        delivery: Delivery::Keyed,
        echo,
    }
}

pub fn answer(name: &str, params: Vec<Param>) -> ActionExit {
    ActionExit { name: name.into(), params }
}

pub fn wait(name: &str, live: &[(Reg, Kind)], exits: Vec<Exit>) -> Wait {
    Wait { name: name.into(), step: "s".into(), live: lives(live), exits, known: Vec::new() }
}

pub fn exit(on: On, bind: &[Reg], to: Target) -> Exit {
    Exit { on, bind: bind.to_vec(), to }
}

/// An option whose label and synonyms are constants.
pub fn option(label: u32, synonyms: &[u32]) -> On {
    On::Option {
        label: Source::Const(label),
        synonyms: synonyms.iter().map(|index| Source::Const(*index)).collect(),
    }
}

pub fn texts(all: &[&str]) -> Vec<Value> {
    all.iter().map(|text| Value::text(text)).collect()
}

pub fn plain() -> Message {
    Message::default()
}

pub fn event(at: i64, kind: EventKind) -> Event {
    Event::new(at, kind)
}

pub fn says(text: &str) -> Event {
    says_at(NOW, text)
}

pub fn says_at(at: i64, text: &str) -> Event {
    event(at, EventKind::Message(ClientMessage { text: Some(text.into()), ..ClientMessage::default() }))
}

pub fn presses(label: &str) -> Event {
    event(NOW, EventKind::Press { label: label.into(), channel: None })
}

pub fn manual() -> Event {
    event(NOW, EventKind::Trigger(TriggerKind::Manual))
}

pub fn timer(at: i64) -> Event {
    event(at, EventKind::Timer)
}

pub fn id(turn: u32, n: u32) -> EffectId {
    EffectId { turn, n }
}

pub fn start(program: &Program) -> Turn {
    start_with(program, &Facts::default())
}

pub fn start_with(program: &Program, facts: &Facts) -> Turn {
    sbot_vm::start(program, 0, &[], &manual(), facts, &Limits::default()).unwrap()
}

/// The next turn, with the run encoded and decoded in between.
pub fn next(program: &Program, run: Run, event: &Event) -> Turn {
    let restored = Run::decode(program, &run.encode(program)).unwrap();
    assert_eq!(restored, run);
    sbot_vm::turn(program, restored, event, &Facts::default(), &Limits::default()).unwrap()
}

pub fn refused(program: &Program, run: &Run, event: &Event) -> sbot_vm::WhyRefused {
    let refused =
        sbot_vm::turn(program, run.clone(), event, &Facts::default(), &Limits::default()).unwrap_err();
    assert_eq!(*refused.run, *run);
    refused.why
}

pub fn parked(turn: Turn) -> Run {
    match turn.status {
        Status::Parked(run) => run,
        Status::Ended(ending) => panic!("ended: {ending:?}"),
    }
}

pub fn ended(turn: Turn) -> Ending {
    match turn.status {
        Status::Parked(run) => panic!("parked: {run:?}"),
        Status::Ended(ending) => ending,
    }
}

pub fn done(turn: Turn) -> Value {
    match ended(turn) {
        Ending::Done(value) => value,
        other => panic!("{other:?}"),
    }
}

pub fn trap(turn: Turn) -> TrapKind {
    assert_eq!(turn.effects.len(), 1, "{:?}", turn.effects);
    match ended(turn) {
        Ending::Trapped(trap) => trap.kind,
        other => panic!("{other:?}"),
    }
}

/// What the code returns, in a program with these constants.
pub fn value_of(consts: Vec<Value>, registers: u16, code: Vec<Op>) -> Value {
    done(start(&program(Tables { consts, ..tables(registers, code) })))
}

/// The texts of the message effects.
pub fn said(effects: &[Effect]) -> Vec<Arc<str>> {
    let texts = effects.iter().filter_map(|effect| match &effect.kind {
        EffectKind::Message(message) => Some(Arc::clone(&message.text)),
        _ => None,
    });
    texts.collect()
}

/// A program with something in every table: asks for a size, parks with every kind of value. The second bot runs the
/// first one from a flow.
pub fn sample() -> (Tables, sbot_vm::Debug) {
    use sbot_vm::program::{
        Account, Button, Counter, Debug, Hours, List, Open, Place, Row, Section, Shape, Template, Via,
    };
    use sbot_vm::value::Record;
    let consts = vec![
        Value::text("Which size?"),
        Value::text("Small"),
        Value::text("little"),
        Value::Duration(3600),
        Value::Record(Arc::new(Record { shape: 0, fields: vec![Value::Int(1), Value::None] })),
        Value::List([Value::Symbol(0), Value::Symbol(1)].into()),
        Value::Number("-12.340".parse().unwrap()),
        Value::Json("{\"a\":1}".into()),
        Value::File("menu.pdf".into()),
        Value::text("https://pizza.example"),
        Value::Date(-3),
        Value::Time(570),
        Value::DateTime(NOW),
    ];
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::Const { dst: 2, value: 3 },
        Op::Const { dst: 3, value: 4 },
        Op::Const { dst: 4, value: 5 },
        Op::Const { dst: 5, value: 6 },
        Op::Const { dst: 6, value: 7 },
        Op::Message { message: 0, text: 0 },
        Op::Wait { wait: 0 },
        // 8
        Op::SetField { field: 0, src: 1, convert: 1 },
        Op::Act { action: 0, args: 1, count: 1 },
        Op::Wait { wait: 1 },
        // 11
        Op::Return { src: 0 },
        Op::Matches { dst: 1, src: 0, regex: 0 },
        Op::Builtin { dst: 0, function: 0, args: 0, count: 1 },
        Op::Return { src: 1 },
        // 15: another bot, which calls its flow
        Op::Const { dst: 0, value: 0 },
        Op::Enter { dst: 1, call: 0, args: 0, count: 1 },
        Op::Draw { counter: 0 },
        Op::Wait { wait: 2 },
        Op::HandOver { bot: 0, args: 0, count: 0 },
        // 20: the flow, which runs the first bot
        Op::StoreVar { var: 1, src: 0 },
        Op::Message { message: 1, text: 0 },
        Op::Enter { dst: 1, call: 1, args: 0, count: 0 },
        Op::Leave { to: 17, param: 0, args: 1, count: 1 },
    ];
    let mut note = action("add_note", vec![param("text", slot(Kind::Text, false))], Echo::None);
    note.exits = vec![answer("read", vec![])];
    let live = [
        (1, Kind::Text),
        (2, Kind::Duration),
        (3, Kind::Record),
        (4, Kind::List),
        (5, Kind::Number),
        (6, Kind::Json),
    ];
    let buttons = vec![
        Button { label: Source::Const(1), link: None },
        Button { label: Source::Const(2), link: Some(Source::Const(9)) },
    ];
    let message = Message {
        via: Via::Channels(vec![1]),
        attach: Some(Source::Const(8)),
        buttons,
        ..Message::default()
    };
    let ask = vec![
        exit(option(1, &[2]), &[1], 8),
        exit(On::Other, &[1], 8),
        exit(On::Timeout(2), &[], 11),
        exit(On::Failed, &[], 11),
    ];
    let mut listed = plain();
    listed.list = Some(List {
        button: Source::Const(1),
        title: None,
        footer: Some(Source::Reg(0)),
        sections: vec![Section {
            title: Source::Const(2),
            options: vec![Row { title: Source::Const(1), about: Some(Source::Const(2)) }],
        }],
    });
    listed.template = Some(Template { symbol: 2, args: 0, count: 1 });
    let mut all = Tables {
        account: Account { zone: "Europe/Madrid".into(), region: Some("ES".into()), ..Account::default() },
        consts,
        symbols: vec![
            symbol(SymbolKind::User, "anna"),
            symbol(SymbolKind::Channel, "shop"),
            symbol(SymbolKind::Template, "hi"),
            symbol(SymbolKind::Hours, "duty"),
        ],
        shapes: vec![Shape { name: "".into(), fields: vec!["a".into(), "b".into()] }],
        fields: vec![Field { format: Format::Phone, ..reading("contact", "phone", Kind::Text) }],
        actions: vec![note],
        regexes: vec!["[0-9]+".into()],
        messages: vec![message, listed],
        waits: vec![
            wait("ask.message", &live, ask),
            wait("ask.add_note", &[(0, Kind::Text)], vec![exit(On::Answer(0), &[], 11)]),
            wait("start.rotate", &[], vec![exit(On::Drawn(0), &[], 19), exit(On::Hours(0), &[], 19)]),
        ],
        calls: vec![
            call("start.ask", &[(0, Kind::Text)], Callee::Flow(3)),
            call("ask.welcome", &[(0, Kind::Text)], Callee::Bot(0)),
        ],
        counters: vec![Counter {
            bot: "other".into(),
            step: "start".into(),
            name: "rotate".into(),
            hash: 0xfeed,
            options: 2,
        }],
        hours: vec![Hours {
            symbol: 3,
            rows: vec![Open { days: 0x1f, from: 540, to: 1440 }],
            except: vec![20_447],
        }],
        functions: vec![
            function("welcome", FunctionKind::Bot, 0, 7, 0, 12),
            function("test", FunctionKind::Fn, 1, 2, 12, 15),
        ],
        ..tables(7, code)
    };
    all.types = vec![Type::Text, Type::Optional(0)];
    all.given = Given { fields: vec![1], actions: vec![Answers { result: None, exits: vec![vec![]] }] };
    all.functions.push(function("other", BOT, 0, 2, 15, 20));
    all.functions.push(function("ask", flow_of(2), 1, 2, 20, 24));
    all.functions[1].params = 0;
    let mut other = all.bots[0].clone();
    (other.name, other.function) = ("other".into(), 2);
    let daily = TriggerKind::Every { days: 0x7f, at: 540 };
    let often = Trigger { during: Some(0), often: Often::Cooldown(86_400), ..trigger(daily, &[], None) };
    other.triggers =
        vec![often, Trigger { often: Often::Once, ..trigger(TriggerKind::Silence(7200), &[], None) }];
    all.bots.push(other);
    all.bots[0].name = "welcome".into();
    all.bots[0].on_failed = Some(11);
    all.bots[0].triggers = vec![trigger(TriggerKind::Message, &[1], Some(1))];
    let place = |op, line| Place { op, file: 0, start: op, end: op + 1, line, column: 1 };
    let debug = Debug {
        files: vec!["welcome.sbot".into()],
        places: vec![place(0, 3), place(6, 4), place(8, 6), place(12, 9)],
        labels: vec![(0, "ask".into()), (11, "done".into())],
    };
    (all, debug)
}
