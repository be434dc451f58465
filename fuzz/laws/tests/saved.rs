//! Every input that the fuzzer has kept, every one that once broke a law, and everything it begins with, through the
//! laws: what was mended stays mended, without the fuzzer. Then changes of them, the same ones in every run.

#![allow(clippy::unwrap_used, clippy::expect_used)] // A test may panic.

use sbot_fuzz_laws::mutate::Mutations;
use sbot_fuzz_laws::{LAWS, bytecode, dictionary, pack};
use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// The law holds for all of these. One that breaks it is written down for `fuzz-corpus try`.
fn hold(name: &str, inputs: &[Vec<u8>]) {
    let law = LAWS.iter().find(|law| law.name == name).expect("a law");
    for input in inputs {
        if catch_unwind(AssertUnwindSafe(|| (law.holds)(input))).is_err() {
            let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("breaks-{name}"));
            fs::write(&file, input).unwrap();
            panic!("{name} does not hold: cargo run -p sbot-fuzz-laws try {name} {}", file.display());
        }
    }
}

/// `changed` is how many changed inputs are tried: about two seconds without optimisation.
fn everything(name: &str, changed: usize) {
    let law = LAWS.iter().find(|law| law.name == name).expect("a law");
    let path = pack::path(name);
    let saved = fs::read(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    let saved = pack::unpack(&saved).unwrap();
    assert!(saved.len() > 100, "{name} has {} inputs", saved.len());
    assert_eq!(pack::pack(saved.clone()), fs::read(&path).unwrap(), "{name} is not packed in order");
    hold(name, &pack::read_folder(&pack::crashes(name)).unwrap());
    hold(name, &(law.seeds)());
    hold(name, &saved);
    hold(name, &Mutations::new(&saved).take(changed).collect::<Vec<_>>());
}

#[test]
fn syntax() {
    everything("syntax", 600);
}

#[test]
fn check() {
    everything("check", 150);
}

#[test]
fn bytecode() {
    everything("bytecode", 6000);
}

/// What is kept is of no use once all of it is refused at its first byte, as after a change of the format.
#[test]
fn some_of_the_bytecode_loads() {
    let saved = pack::unpack(&fs::read(pack::path("bytecode")).unwrap()).unwrap();
    let loads = saved.iter().filter(|input| bytecode::loads(input)).count();
    assert!(loads > 50, "{loads} of {}", saved.len());
}

#[test]
fn tables() {
    everything("tables", 600);
}

#[test]
fn run() {
    everything("run", 4000);
}

#[test]
fn upgrade() {
    everything("upgrade", 2000);
}

#[test]
fn json() {
    everything("json", 2000);
}

/// A new law is of no use without its inputs and its target.
#[test]
fn every_law_is_tried() {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tests = include_str!("saved.rs");
    let targets = fs::read_to_string(fuzz.join("Cargo.toml")).unwrap();
    for law in LAWS {
        assert!(tests.contains(&format!("everything(\"{}\", ", law.name)), "{} is not tried here", law.name);
        assert!(targets.contains(&format!("name = \"{}\"", law.name)), "{} is no fuzz target", law.name);
        let target = fs::read_to_string(fuzz.join(format!("fuzz_targets/{}.rs", law.name))).unwrap();
        assert!(target.contains(&format!("sbot_fuzz_laws::{}::holds", law.name)), "{target}");
    }
}

/// `cargo run -p sbot-fuzz-laws dictionary > fuzz/sbot.dict` writes it anew.
#[test]
fn the_dictionary_has_every_word() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../sbot.dict");
    assert_eq!(fs::read_to_string(path).unwrap(), dictionary::text());
}
