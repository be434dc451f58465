//! A host in Rust that knows a project by its bindings alone.

use super::everything::{
    Action, Bindings, Book, BookBookedWhere, BookHowSize, BookType, Client, Contact, Effect, EffectAction,
    Entity, Facts, Field, Lead, LeadInterests, LeadSize, MainStart, Recipient, RequestInput, Set, Stage,
    Start, StripeInvoice, StripeInvoiceDeclinedReason, Team, User, Wait,
};
use super::support::project::{Built, compile};
use super::{examples, flower_shop, host, read, root, written};
use sbot_vm::bind::{Date, DateTime, Duration, Json, Name, Time, Typed};
use sbot_vm::program::Delivery;
use sbot_vm::value::{Decimal, Value};
use sbot_vm::{Ending, Event, EventKind, Limits, Program, Run, Status, Turn};
use sbotc::bindings::{Extent, Language};
use sbotc::sim::run_test;
use std::fs;
use std::process::Command;
use std::sync::Arc;

/// 2026-11-22 09:00 in Madrid.
const NOW: i64 = 1_795_334_400_000;

fn facts() -> Facts {
    Facts {
        lead: Lead {
            name: Arc::from("A lead"),
            stage: Stage::SalesWon.into(),
            responsible: User::Anna.into(),
            size: Some(LeadSize::TrèsGrand),
            interests: Some(vec![LeadInterests::Pizza, LeadInterests::Pasta]),
            at: Some(Time(570)),
            seen: Some(DateTime(NOW)),
            vip: Some(true),
            helpers: None,
        },
        contact: Contact { name: Arc::from("Ann"), email: None },
        client: Client { text: None, channel: None },
    }
}

struct Host {
    program: Arc<Program>,
    names: Bindings,
}

impl Host {
    fn effects<'t>(&self, turn: &'t Turn) -> Vec<Effect<'t>> {
        turn.effects.iter().map(|effect| self.names.effect(effect).unwrap()).collect()
    }

    fn turn(&self, run: Run, kind: EventKind) -> Turn {
        let facts = self.names.facts(&facts()).unwrap();
        sbot_vm::turn(&self.program, run, &Event::new(NOW, kind), &facts, &Limits::default()).unwrap()
    }

    fn parked(&self, turn: &Turn, wait: Wait) -> Run {
        let Status::Parked(run) = &turn.status else { panic!("{:?}", turn.status) };
        assert_eq!(self.names.wait(run), Some(wait));
        run.clone()
    }
}

fn started() -> (Host, Turn) {
    let (program, _) = read(&root().join("tests/fixtures/bindings/everything"), Extent::Used).unwrap();
    let names = Bindings::of(&program).unwrap();
    let host = Host { program, names };
    let start = Start::Main(MainStart { days: 3, who: User::Self_.into(), extra: None });
    let (bot, args) = host.names.start(&start).unwrap();
    let facts = host.names.facts(&facts()).unwrap();
    let event = Event::new(NOW, EventKind::Trigger(sbot_vm::program::TriggerKind::Manual));
    let turn = sbot_vm::start(&host.program, bot, &args, &event, &facts, &Limits::default()).unwrap();
    (host, turn)
}

#[test]
fn effects_have_their_types() {
    let (host, turn) = started();
    let effects = host.effects(&turn);
    let [
        Effect::Set(Set::LeadBudget(Some(budget))),
        Effect::Set(Set::LeadSize(Some(LeadSize::TrèsGrand))),
        Effect::Set(Set::LeadDelivery(Some(Date(20_779)))),
        Effect::Event(_),
        Effect::Set(Set::LeadGröße(Some(3))),
        Effect::Set(Set::LeadType(Some(_))),
        Effect::Action(Action::AddNote(note)),
        Effect::Action(Action::ChangeLeadStatus(status)),
        Effect::Action(Action::SendEmail(welcome)),
        Effect::Action(Action::SendEmail(bye)),
        Effect::Action(Action::SendInternal(internal)),
        Effect::Action(Action::ChangeResponsible(change)),
        Effect::Action(form @ Action::GenerateForm(_)),
    ] = effects.as_slice()
    else {
        panic!("{effects:#?}")
    };
    assert_eq!(*budget, Decimal::from(1000));
    assert_eq!((&*note.text, note.on), ("A lead: très grand, 09:30, 2", Entity::Lead));
    assert_eq!(status.stage, Stage::SalesWon);
    assert_eq!((&*welcome.template.subject, &*welcome.template.body), ("Welcome", "Hello Ann, 3 days"));
    assert_eq!(welcome.template.template.name(), "welcome_mail");
    assert_eq!(
        welcome.template.args,
        [(Arc::from("name"), Value::text("Ann")), (Arc::from("days"), Value::Int(3))]
    );
    assert_eq!(bye.template.template.name(), "bye");
    assert_eq!(internal.to, [Recipient::User(User::Anna), Recipient::Team(Team::SalesTeam)]);
    assert_eq!(change.to, User::Self_);
    assert_eq!(change.of, [Entity::Lead, Entity::Contact]);
    assert_eq!(form.delivery(), Delivery::Keyed);
    assert_eq!((Book::DELIVERY, EffectAction::DELIVERY), (Delivery::Idempotent, Delivery::AtMostOnce));
}

#[test]
fn answers_are_taken() {
    let (host, turn) = started();
    let form = turn.effects.last().unwrap();
    let run = host.parked(&turn, Wait::MainStartGenerateForm);
    let url = Arc::from("https://forms.example/1");
    let answer = super::everything::GenerateForm::result(&host.names, form.id, url).unwrap();
    let turn = host.turn(run, answer);
    let effects = host.effects(&turn);
    let [Effect::Action(Action::AddNote(_)), Effect::Action(Action::RequestInput(input))] =
        effects.as_slice()
    else {
        panic!("{effects:#?}")
    };
    assert_eq!(input.field, Field::ContactSite);
    assert_eq!(input.from, User::Anna);
    let run = host.parked(&turn, Wait::MainStartRequestInput);

    let answer = RequestInput::done(&host.names, turn.effects[1].id, Arc::from("https://a.example")).unwrap();
    let turn = host.turn(run, answer);
    let effects = host.effects(&turn);
    let [Effect::Action(Action::Book(book))] = effects.as_slice() else { panic!("{effects:#?}") };
    assert_eq!((book.type_, book.rooms.as_slice()), (BookType::Inside, &[1, 2][..]));
    assert_eq!((&*book.guest.name, book.guest.age), ("Ann", None));
    assert_eq!((book.from, book.for_, book.due), (Time(570), Duration(7200), Some(DateTime(NOW))));
    assert_eq!((book.day, &book.data), (Some(Date(20_779)), &Some(Json(Arc::from(r#"{"a":[1,true]}"#)))));
    assert_eq!((&book.file, book.yes), (&None, true));
    assert_eq!((book.how[0].size, book.how[0].count), (BookHowSize::Xl, 2));
    let run = host.parked(&turn, Wait::MainBookingBook);

    let seat = BookBookedWhere { row: 4, seat: Arc::from("b") };
    let answer = Book::booked(&host.names, turn.effects[0].id, 12, seat).unwrap();
    let turn = host.turn(run, answer);
    let effects = host.effects(&turn);
    let [Effect::Action(Action::EffectAction(call))] = effects.as_slice() else { panic!("{effects:#?}") };
    assert_eq!(&*call.match_, "12 4");
    let run = host.parked(&turn, Wait::MainPayingEffect);

    let sum = Decimal::new(4990, 2);
    let turn = host.turn(run, EffectAction::result(&host.names, turn.effects[0].id, sum).unwrap());
    let effects = host.effects(&turn);
    let [Effect::Action(Action::StripeInvoice(invoice))] = effects.as_slice() else { panic!("{effects:#?}") };
    assert_eq!((invoice.amount, &*invoice.email), (sum, "x@example.com"));
    let run = host.parked(&turn, Wait::MainPayingStripeInvoice);

    let late = StripeInvoiceDeclinedReason::Late;
    let turn = host.turn(run, StripeInvoice::declined(&host.names, turn.effects[0].id, late).unwrap());
    let Status::Ended(Ending::Done(value)) = &turn.status else { panic!("{:?}", turn.status) };
    assert_eq!(host.names.main_result(value), Some(Some(Arc::from("late"))));
}

/// The host of the page, with every turn of the example's tests.
#[test]
fn the_host_of_the_page_handles_everything() {
    let path = root().join("examples/flower-shop");
    let project = compile(&path, true, Built::AsFound);
    // What tests read is not what bots read.
    let names = flower_shop::Bindings::of(&compile(&path, false, Built::AsFound).program).unwrap();
    let (mut printed, mut answers) = (Vec::new(), Vec::new());
    for test in &project.tests {
        let world = run_test(&project.program, test, &project.sources, false).world;
        for effects in world.turns() {
            let status = Status::Ended(Ending::Closed);
            let turn = Turn { effects: effects.clone(), status, marks: Vec::new() };
            let (more, given) = host::carry_out(&names, &turn).unwrap();
            printed.extend(more);
            answers.extend(given);
        }
    }
    for wanted in ["LeadSize(Some(M))", "orders.paid", "EUR for"] {
        assert!(printed.iter().any(|line| line.contains(wanted)), "{wanted}: {printed:#?}");
    }
    assert!(answers.iter().any(|answer| matches!(answer, EventKind::Answer { exit: Some(0), .. })));
    assert_eq!(host::answers(flower_shop::Wait::FlowersPayStripeInvoice), Some("stripe"));
    assert_eq!(host::answers(flower_shop::Wait::FlowersSizeMessage), None);
}

#[test]
fn another_program_does_not_fit() {
    let (program, _) = read(&root().join("examples/flower-shop"), Extent::Used).unwrap();
    assert!(flower_shop::Bindings::of(&program).is_ok());
    let unfit = Bindings::of(&program).unwrap_err();
    let all = unfit.to_string();
    for wanted in [
        "the program calls `meta_conversion`, which the bindings do not know",
        "`stripe.invoice` is `amount: number, currency: text, email: text; paid(amount: number), declined(reason: text); ` \
         in the program and `amount: number, email: text; paid(amount: number), declined(reason: text); ` in the bindings",
        "the program uses `lead.bouquet`, which the bindings do not know",
        "the program names the user `rosa`, which the bindings do not know",
        "make the bindings anew with `sbotc bindings rust`",
    ] {
        assert!(unfit.0.iter().any(|one| one == wanted), "{wanted}\n\n{all}");
    }
    // What the program does not declare cannot be given to it.
    let (program, _) = read(&root().join("tests/fixtures/bindings/everything"), Extent::Used).unwrap();
    let known = Bindings::of(&program).unwrap();
    assert_eq!(User::Anna.write(&known), Ok(Value::Symbol(known_symbol(&program, "anna"))));
    let other = flower_shop::Bindings::of(&program);
    assert!(other.is_err());
}

fn known_symbol(program: &Program, name: &str) -> u32 {
    let symbols = &program.tables().symbols;
    u32::try_from(symbols.iter().position(|symbol| &*symbol.name == name).unwrap()).unwrap()
}

/// Of every example, in both extents.
#[test]
fn rustfmt_leaves_the_files_as_they_are() {
    let folder = std::env::temp_dir().join(format!("sbot-bindings-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("rustfmt.toml"), "").unwrap();
    let mut command = Command::new("rustfmt");
    command.args(["--check", "--edition", "2024", "--config-path"]).arg(folder.join("rustfmt.toml"));
    let mut projects = examples();
    projects.push(root().join("tests/fixtures/bindings/everything"));
    for project in projects {
        for (extent, name) in [(Extent::Used, "used"), (Extent::All, "all")] {
            let file = folder.join(format!("{}_{name}.rs", project.file_name().unwrap().to_str().unwrap()));
            fs::write(&file, written(&project, extent, Language::Rust).unwrap()).unwrap();
            command.arg(file);
        }
    }
    let output = command.output();
    fs::remove_dir_all(&folder).unwrap();
    match output {
        Ok(output) => assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout)),
        Err(error) => eprintln!("there is no rustfmt here, so nothing is compared: {error}"),
    }
}
