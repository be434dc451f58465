use crate::build::*;
use sbot_vm::op::Op;
use sbot_vm::program::{Action, Echo, Field, Format, SymbolKind, Tables, TriggerKind, slot};
use sbot_vm::{
    ClientMessage, Effect, EffectKind, Ending, Event, EventKind, Facts, Kind, Limits, RunEvent, TrapKind,
    Turn, Value,
};

/// Reads every field into a list.
fn read_all(fields: Vec<Field>) -> Tables {
    let count = fields.len() as u8;
    let mut code: Vec<Op> =
        (0..count).map(|n| Op::GetField { dst: u16::from(n), field: u32::from(n) }).collect();
    code.push(Op::List { dst: 0, args: 0, count });
    code.push(Op::Return { src: 0 });
    Tables { fields, ..tables(u16::from(count), code) }
}

fn read(tables: Tables, event: &Event, facts: Vec<Value>) -> Vec<Value> {
    let facts = Facts { values: facts };
    let turn = sbot_vm::start(&program(tables), 0, &[], event, &facts, &Limits::default()).unwrap();
    match done(turn) {
        Value::List(values) => values.to_vec(),
        other => panic!("{other:?}"),
    }
}

fn client_fields() -> Vec<Field> {
    let field = |name: &str, kind| reading("client", name, kind);
    vec![
        field("text", Kind::Text),
        field("button", Kind::Text),
        field("comment", Kind::Text),
        field("channel", Kind::Symbol),
        field("language", Kind::Text),
        field("file", Kind::File),
    ]
}

#[test]
fn the_event_replaces_what_it_says_about_the_client() {
    let old = || {
        let text = Value::text("old");
        let file = Value::File("old.png".into());
        vec![text.clone(), text.clone(), text.clone(), Value::Symbol(9), text, file]
    };
    let seen = |kind| read(read_all(client_fields()), &event(NOW, kind), old());
    let [text, none] = [Value::text("old"), Value::None];
    let file = Value::File("old.png".into());

    assert_eq!(seen(EventKind::Trigger(TriggerKind::Manual)), old());
    let message = ClientMessage { text: Some("hi".into()), ..ClientMessage::default() };
    assert_eq!(
        seen(EventKind::Message(message)),
        [Value::text("hi"), none.clone(), text.clone(), Value::Symbol(9), text.clone(), none.clone()]
    );
    let message = ClientMessage {
        text: None,
        channel: Some(3.into()),
        language: Some("es".into()),
        file: Some("new.png".into()),
    };
    assert_eq!(
        seen(EventKind::Message(message)),
        [
            none.clone(),
            none.clone(),
            text.clone(),
            Value::Symbol(3),
            Value::text("es"),
            Value::File("new.png".into())
        ]
    );
    let press = EventKind::Press { label: "Go".into(), channel: Some(3.into()) };
    assert_eq!(
        seen(press),
        [Value::text("Go"), Value::text("Go"), text.clone(), Value::Symbol(3), text.clone(), none]
    );
    let comment = EventKind::Comment { text: "nice".into(), channel: None };
    assert_eq!(
        seen(comment),
        [text.clone(), text.clone(), Value::text("nice"), Value::Symbol(9), text, file]
    );
}

#[test]
fn the_event_and_the_program_are_facts_too() {
    let fields = vec![
        reading("now", "", Kind::DateTime),
        reading("bot", "name", Kind::Text),
        reading("bot", "version", Kind::Text),
    ];
    let tables = read_all(fields);
    let version = format!("{:016x}", program(tables.clone()).id());
    assert_eq!(
        read(tables, &manual(), vec![]),
        [Value::DateTime(NOW), Value::text("b"), Value::text(&version)]
    );
}

#[test]
fn facts_are_checked_and_widened() {
    let number = || read_all(vec![reading("lead", "sale", Kind::Number)]);
    assert_eq!(read(number(), &manual(), vec![Value::Int(5)]), [Value::Number(5.into())]);
    assert_eq!(read(number(), &manual(), vec![]), [Value::None]);
    let wrong = Facts { values: vec![Value::text("5")] };
    assert_eq!(trap(start_with(&program(number()), &wrong)), TrapKind::WrongKind);
    let mut required = number();
    required.fields[0].slot.optional = false;
    assert_eq!(trap(start(&program(required))), TrapKind::WrongKind);
}

fn sets(effects: &[Effect]) -> Vec<&EffectKind> {
    effects.iter().map(|effect| &effect.kind).collect()
}

#[test]
fn a_turn_reads_what_it_has_set() {
    let code = vec![
        Op::Int { dst: 0, value: 7 },
        Op::SetField { field: 0, src: 0, convert: 0 },
        Op::GetField { dst: 1, field: 0 },
        Op::ClearField { field: 0 },
        Op::GetField { dst: 2, field: 0 },
        Op::List { dst: 0, args: 1, count: 2 },
        Op::Return { src: 0 },
    ];
    let fields = vec![reading("lead", "sale", Kind::Number)];
    let program = program(Tables { fields, ..tables(3, code) });
    let turn = start_with(&program, &Facts { values: vec![Value::Number(1.into())] });
    let seven = Value::Number(7.into());
    assert_eq!(
        sets(&turn.effects),
        [
            &EffectKind::Set { field: 0, value: seven.clone() },
            &EffectKind::Set { field: 0, value: Value::None }
        ]
    );
    assert_eq!(done(turn), Value::List([seven, Value::None].into()));
}

/// `set field = text` with conversion, then the field.
fn convert(field: Field, text: Value) -> Turn {
    let code = vec![
        Op::Const { dst: 0, value: 0 },
        Op::SetField { field: 0, src: 0, convert: 1 },
        Op::GetField { dst: 0, field: 0 },
        Op::Return { src: 0 },
    ];
    let program = program(Tables { consts: vec![text], fields: vec![field], ..tables(1, code) });
    start_with(&program, &Facts { values: vec![Value::None] })
}

#[test]
fn a_text_that_cannot_be_converted_leaves_the_field() {
    let number = || reading("lead", "sale", Kind::Number);
    let choice = Field {
        format: Format::Choice(vec!["Small".into(), "Large".into()]),
        ..reading("lead", "size", Kind::Text)
    };
    let set = convert(number(), Value::text("12.5"));
    assert!(matches!(set.effects[0].kind, EffectKind::Set { field: 0, .. }), "{set:?}");
    assert_eq!(done(set), Value::Number("12.5".parse().unwrap()));
    assert_eq!(done(convert(choice.clone(), Value::text(" large "))), Value::text("Large"));
    for (field, text) in
        [(number(), Value::text("twelve")), (number(), Value::None), (choice, Value::text("huge"))]
    {
        let turn = convert(field, text);
        assert_eq!(sets(&turn.effects), [&EffectKind::Event(RunEvent::NotSet { field: 0 })]);
        assert_eq!(done(turn), Value::None);
    }
}

#[test]
fn a_value_of_another_kind_cannot_be_set() {
    let code = vec![Op::Bool { dst: 0, value: 1 }, Op::SetField { field: 0, src: 0, convert: 0 }, Op::End {}];
    let fields = vec![reading("lead", "sale", Kind::Number)];
    assert_eq!(trap(start(&program(Tables { fields, ..tables(1, code) }))), TrapKind::WrongKind);
}

/// One action with these arguments, then all fields as a list.
fn echo(action: Action, args: Vec<Value>, fields: Vec<Field>) -> Tables {
    let count = args.len() as u8;
    let mut code: Vec<Op> =
        (0..count).map(|n| Op::Const { dst: u16::from(n), value: u32::from(n) }).collect();
    code.push(Op::Act { action: 0, args: 0, count });
    let read = fields.len() as u8;
    code.extend((0..read).map(|n| Op::GetField { dst: u16::from(n), field: u32::from(n) }));
    code.extend([Op::List { dst: 0, args: 0, count: read }, Op::Return { src: 0 }]);
    let symbols = vec![
        symbol(SymbolKind::Entity, "lead"),
        symbol(SymbolKind::Entity, "contact"),
        symbol(SymbolKind::Entity, "contacts"),
        symbol(SymbolKind::Pipeline, "sales"),
        symbol(SymbolKind::Stage, "sales.won"),
        symbol(SymbolKind::User, "anna"),
    ];
    Tables { symbols, consts: args, fields, actions: vec![action], ..tables(4, code) }
}

fn symbols(all: &[u32]) -> Value {
    Value::List(all.iter().map(|symbol| Value::Symbol(*symbol)).collect())
}

fn words(all: &[&str]) -> Value {
    Value::List(texts(all).into())
}

#[test]
fn a_changed_stage_is_seen_with_its_pipeline() {
    let stage = action("change_lead_status", vec![param("stage", slot(Kind::Symbol, false))], Echo::Stage);
    let fields = vec![reading("lead", "stage", Kind::Symbol), reading("lead", "pipeline", Kind::Symbol)];
    let tables = echo(stage, vec![Value::Symbol(4)], fields);
    assert_eq!(read(tables, &manual(), vec![]), [Value::Symbol(4), Value::Symbol(3)]);
}

#[test]
fn a_changed_responsible_is_seen() {
    let params = vec![param("to", slot(Kind::Symbol, false)), param("of", slot(Kind::List, false))];
    let change = action("change_responsible", params, Echo::Responsible);
    let fields = || {
        vec![reading("lead", "responsible", Kind::Symbol), reading("contact", "responsible", Kind::Symbol)]
    };
    for (of, lead, contact) in [
        (symbols(&[0]), Value::Symbol(5), Value::None),
        (symbols(&[1]), Value::None, Value::Symbol(5)),
        (symbols(&[2]), Value::None, Value::Symbol(5)),
        (symbols(&[0, 1]), Value::Symbol(5), Value::Symbol(5)),
    ] {
        let tables = echo(change.clone(), vec![Value::Symbol(5), of], fields());
        assert_eq!(read(tables, &manual(), vec![]), [lead, contact]);
    }
}

#[test]
fn changed_tags_are_seen() {
    let list = slot(Kind::List, false);
    let params = vec![param("on", slot(Kind::Symbol, false)), param("add", list), param("remove", list)];
    let manage = action("manage_tags", params, Echo::Tags);
    let args = vec![Value::Symbol(0), words(&["new", "kept"]), words(&["old"])];
    let tables = echo(manage, args, vec![reading("lead", "tags", Kind::List)]);
    let seen = read(tables.clone(), &manual(), vec![words(&["kept", "old"])]);
    assert_eq!(seen, [words(&["kept", "new"])]);
    assert_eq!(read(tables, &manual(), vec![]), [words(&["new", "kept"])]);
}

#[test]
fn closing_the_conversation_ends_the_run_with_the_effects_so_far() {
    let params = vec![param("status", slot(Kind::Text, false))];
    let close = action("change_conversation_status", params, Echo::Close);
    let closed = start(&program(echo(close.clone(), texts(&["closed"]), vec![])));
    assert_eq!(closed.effects.len(), 1);
    assert_eq!(ended(closed), Ending::Closed);
    let answered = start(&program(echo(close, texts(&["answered"]), vec![])));
    assert!(matches!(ended(answered), Ending::Done(_)));
}

#[test]
fn arguments_are_what_the_action_declares() {
    let note = |kind| action("note", vec![param("a", slot(kind, false))], Echo::None);
    let turn = start(&program(echo(note(Kind::Number), vec![Value::Int(1)], vec![])));
    assert_eq!(
        turn.effects[0].kind,
        EffectKind::Action { action: 0, args: vec![Value::Number(1.into())].into() }
    );
    let wrong = start(&program(echo(note(Kind::Text), vec![Value::Int(1)], vec![])));
    assert_eq!(trap(wrong), TrapKind::WrongKind);
}
