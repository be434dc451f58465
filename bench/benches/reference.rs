//! `cargo bench -p sbot-bench`: the reference conversation against the yardstick, the size of a parked run, and the
//! time to compile files of 1,000 and 10,000 steps. Prints a table; asserts only that both sides do what they should.

use sbot_bench::contender::{Vm, compile};
use sbot_bench::expected::expected;
use sbot_bench::script::{Act, Contender};
use sbot_bench::steps;
use sbot_bench::timing::{once, pair};
use sbot_bench::yardstick::Yardstick;
use std::hint::black_box;
use std::time::Duration;

fn same(yardstick: &mut Yardstick, vm: &mut Vm) -> Result<(), String> {
    for script in 0..3 {
        let (want, mut got) = (expected(script), Vec::new());
        yardstick.in_memory(script, &mut got);
        if want != got {
            return Err(format!("script {script} differs by hand\n want {want:#?}\n got {got:#?}"));
        }
        got.clear();
        vm.in_memory(script, &mut got);
        if want != got {
            return Err(format!("script {script} differs in memory\n want {want:#?}\n got {got:#?}"));
        }
        got.clear();
        vm.durable(script, &mut got, &mut Vec::new());
        if want != got {
            return Err(format!(
                "script {script} differs when it is encoded\n want {want:#?}\n got {got:#?}"
            ));
        }
    }
    Ok(())
}

fn main() -> Result<(), String> {
    // `cargo test --benches` runs this too: then the comparison is all that is wanted.
    let quick = std::env::args().any(|arg| arg == "--test");
    let mut yardstick = Yardstick::new().map_err(|e| e.to_string())?;
    let mut vm = Vm::new()?;
    same(&mut yardstick, &mut vm)?;
    println!("both sides do what they should in all three conversations");
    if quick {
        return Ok(());
    }
    let long = Duration::from_millis(250);
    let (mut log, mut other): (Vec<Act>, Vec<Act>) = (Vec::new(), Vec::new());
    let memory = pair(
        long,
        |i| {
            log.clear();
            yardstick.in_memory(i % 3, &mut log);
            black_box(&log);
        },
        |i| {
            other.clear();
            vm.in_memory(i % 3, &mut other);
            black_box(&other);
        },
    );
    let (mut sizes, mut own) = (Vec::new(), Vec::new());
    let durable = pair(
        long,
        |i| {
            log.clear();
            own.clear();
            yardstick.durable(i % 3, &mut log, &mut own);
            black_box(&log);
        },
        |i| {
            other.clear();
            sizes.clear();
            vm.durable(i % 3, &mut other, &mut sizes);
            black_box(&other);
        },
    );
    // The same for a host that keeps the effects as the machine gives them: they are its own, texts and all.
    let mut effects = Vec::new();
    let as_given = pair(
        long,
        |i| {
            log.clear();
            yardstick.in_memory(i % 3, &mut log);
            black_box(&log);
        },
        |i| {
            effects.clear();
            vm.effects(i % 3, &mut effects);
            black_box(&effects);
        },
    );
    let as_given_durable = pair(
        long,
        |i| {
            log.clear();
            own.clear();
            yardstick.durable(i % 3, &mut log, &mut own);
            black_box(&log);
        },
        |i| {
            effects.clear();
            vm.durable_effects(i % 3, &mut effects);
            black_box(&effects);
        },
    );
    println!("\n{:<34}{:>16}{:>16}{:>9}", "6 events, 14 effects", "by hand", "sbot", "ratio");
    let rows = [
        ("in memory", memory),
        ("  effects kept as they are", as_given),
        ("encoded between events", durable),
        ("  effects kept as they are", as_given_durable),
    ];
    for (what, pair) in rows {
        println!(
            "{what:<34}{:>10.0} conv/s{:>10.0} conv/s{:>8.0} %",
            pair.yardstick,
            pair.contender,
            pair.ratio * 100.0
        );
    }
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for script in 0..3 {
        vm.durable(script, &mut other, &mut ours);
        yardstick.durable(script, &mut log, &mut theirs);
    }
    let mean = |sizes: &[usize]| sizes.iter().sum::<usize>() as f64 / sizes.len().max(1) as f64;
    let most = |sizes: &[usize]| sizes.iter().max().copied().unwrap_or(0);
    println!("\n{:<34}{:>16}{:>16}", "bytes of a parked run", "by hand", "sbot");
    println!(
        "{:<34}{:>16.1}{:>16.1}\n{:<34}{:>16}{:>16}",
        "mean",
        mean(&theirs),
        mean(&ours),
        "largest",
        most(&theirs),
        most(&ours)
    );
    println!("\n{:<34}{:>16}{:>16}", "compile, with every check", "time", "lines/s");
    for n in [1_000, 10_000] {
        let source = steps::sbot(n);
        let lines = source.lines().count();
        let mut result = Ok(());
        let took = once(|| {
            result = compile(black_box(&source)).map(|program| {
                black_box(&program);
            })
        });
        result?;
        println!(
            "{:<34}{:>13.1} ms{:>16.0}",
            format!("{n} steps, {lines} lines"),
            took.as_secs_f64() * 1e3,
            lines as f64 / took.as_secs_f64()
        );
    }
    Ok(())
}
