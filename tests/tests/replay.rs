//! Laws of logs, over every conversation of the corpus:
//!
//! - every line is read and written again as the same bytes, and is proved;
//! - the same program has no conversation that would go another way;
//! - whatever is changed in a line is found, or the line is refused.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)] // A fixture that cannot be read is a failure.

mod support;

use sbot_embed::log::{Line, Logged};
use sbot_embed::{Engine, Then};
use sbot_vm::{Moved, Run, Upgrade};
use sbotc::replay::{Comparison, Programs, Prover, Reopening, Verdict};
use sbotc::sim::{log, run_test};
use std::sync::Arc;
use support::project::{self, Built};

#[test]
fn every_conversation_of_the_corpus() {
    let (mut proved, mut reopened) = (0, 0);
    for path in project::paths() {
        let project = project::compile(&path, true, Built::AsFound);
        let engine = Engine::new(Arc::clone(&project.program));
        let mut programs = Programs::default();
        programs.add(Arc::clone(&project.program));
        let mut prover = Prover::new(&programs);
        let mut comparison = Comparison::new(&engine);
        for (number, test) in project.tests.iter().enumerate() {
            let ran = run_test(&project.program, test, &project.sources, false);
            let place = format!("{}: {}", project.name, test.title);
            let name = format!("{number}");
            let lines = log::lines(&ran.world, &name).unwrap();
            for (n, line) in lines.iter().enumerate() {
                let text = line.to_string();
                assert_eq!(Line::read(&text).unwrap().to_string(), text, "{place}");
                assert_eq!(prover.line(&text).unwrap(), Verdict::Same, "{place}: {text}");
                comparison.line(n + 1, line);
                proved += 1;
            }
            reopened += reopen(&programs, &name, &lines, &place);
        }
        let (groups, compared) = comparison.finish();
        assert_eq!(groups, [], "{}", project.name);
        assert_eq!((compared.differ, compared.without_beginning), (0, 0), "{}", project.name);
    }
    assert!(proved > 500 && reopened > 50, "{proved} {reopened}");
}

/// Opens the conversation right before its last turn. Its run is the one that was parked then.
fn reopen(programs: &Programs, name: &str, lines: &[Line], place: &str) -> usize {
    let turns = lines.iter().filter(|line| matches!(line.what, Logged::Turn(_)));
    // A conversation may have several runs; the first one is opened.
    let mut first: Vec<&Line> = Vec::new();
    for line in turns {
        if line.turn == 0 && !first.is_empty() {
            break;
        }
        first.push(line);
    }
    let [.., before, last] = first.as_slice() else { return 0 };
    let Logged::Turn(parked) = &before.what else { return 0 };
    let mut reopening = Reopening::new(programs, name, last.turn);
    let opened =
        lines.iter().find_map(|line| reopening.line(line).unwrap()).unwrap_or_else(|| panic!("{place}"));
    let run = opened.world.run().unwrap().encode(opened.world.program());
    assert_eq!(Some(&run), parked.parked.as_ref(), "{place}");
    1
}

#[test]
fn whatever_is_changed_is_found() {
    let path = project::paths().into_iter().find(|path| path.ends_with("pizzeria")).unwrap();
    let project = project::compile(&path, true, Built::AsFound);
    let mut programs = Programs::default();
    programs.add(Arc::clone(&project.program));
    let mut changed = 0;
    for test in &project.tests {
        let world = run_test(&project.program, test, &project.sources, false).world;
        let lines = log::lines(&world, "ann").unwrap();
        for at in 0..lines.len() {
            let text = lines[at].to_string();
            // A third of the bytes of every line, another third of the next one, each replaced by another byte.
            for place in (at % 3..text.len()).step_by(3).filter(|place| text.is_char_boundary(*place)) {
                let mut bytes = text.clone().into_bytes();
                bytes[place] = if bytes[place] == b'7' { b'8' } else { b'7' };
                let Ok(other) = String::from_utf8(bytes) else { continue };
                let mut prover = Prover::new(&programs);
                for line in &lines[..at] {
                    assert_eq!(prover.line(&line.to_string()).unwrap(), Verdict::Same);
                }
                let verdict = prover.line(&other);
                // Another name is another conversation, and another time of a message may make the same effects: then
                // the line is the right one for that.
                let same = matches!(verdict, Ok(Verdict::Same));
                let event = text.find("\"event\"").unwrap()..text.find("\"effects\"").unwrap();
                let name = text.find("\"ann\"").unwrap();
                assert!(!same || event.contains(&place) || (name..name + 5).contains(&place), "{other}");
                changed += 1;
            }
        }
    }
    assert!(changed > 1000, "{changed}");
}

#[test]
fn moves_to_a_new_version_are_proved() {
    let path = project::paths().into_iter().find(|path| path.ends_with("pizzeria")).unwrap();
    let old = project::compile(&path, false, Built::AsFound).program;
    // With its tests built in it is another program, under which everything waits on.
    let tested = project::compile(&path, true, Built::AsFound);
    let new = Engine::new(Arc::clone(&tested.program));
    let engine = Engine::new(Arc::clone(&old));
    let mut programs = Programs::default();
    programs.add(Arc::clone(&old));
    programs.add(Arc::clone(&tested.program));
    let event = "{\"at\":1767603600000,\"kind\":\"message\",\"text\":\"hi\"}";
    let facts = "{\"contact.name\":\"Ann\"}";
    let (turn, first) = engine.start_logged("ann", "welcome", "{}", event, facts).unwrap();
    let Then::Waits { run, .. } = turn.then else { panic!("it waits") };
    let before = Run::decode(&old, &run).unwrap();
    let at = 1_767_603_700_000;
    let moved = before.upgrade(&Upgrade::new(&old, new.program()), at).unwrap();
    let Moved::Parked(parked) = &moved else { panic!("it waits on") };
    let line = new.log_moved("ann", &before, at, &moved);
    let event = "{\"at\":1767603800000,\"kind\":\"press\",\"label\":\"Prices\"}";
    let (_, last) = new.turn_logged("ann", &parked.encode(new.program()), event, facts).unwrap();
    let texts = [first.to_string(), line.to_string(), last.to_string()];
    let mut prover = Prover::new(&programs);
    for text in &texts {
        assert_eq!(prover.line(text).unwrap(), Verdict::Same, "{text}");
    }
    // Another moment of the move gives the same run here; another run does not.
    let mut prover = Prover::new(&programs);
    prover.line(&texts[0]).unwrap();
    let other = new.log_moved("ann", &before, at, &Moved::Ended).to_string();
    assert!(matches!(prover.line(&other).unwrap(), Verdict::Differs { .. }), "{other}");
    // Without the old program nothing can be said about the move, and what follows is proved from there.
    let mut programs = Programs::default();
    programs.add(Arc::clone(&tested.program));
    let mut prover = Prover::new(&programs);
    assert_eq!(prover.line(&texts[0]).unwrap(), Verdict::NoProgram(old.id()));
    assert_eq!(prover.line(&texts[1]).unwrap(), Verdict::Moved);
    assert_eq!(prover.line(&texts[2]).unwrap(), Verdict::Same);
}
