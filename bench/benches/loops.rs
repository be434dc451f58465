//! `cargo bench -p sbot-bench --bench loops`: what `code` and `fn` cost, side by side with Lua 5.4 where a `lua5.4` is
//! installed. Fuel is counted and overflow checked on our side. Prints a table; asserts only that the results are right.

use sbot_bench::contender::compile;
use sbot_vm::program::TriggerKind;
use sbot_vm::{EffectKind, Event, EventKind, Facts, Limits, Machine, Program};
use std::fs;
use std::process::Command;
use std::time::Instant;

/// A computation in both languages, its result, and what it is called in the table.
struct Case {
    name: &'static str,
    sbot: &'static str,
    lua: &'static [(&'static str, &'static str)],
    result: &'static str,
}

const CASES: &[Case] = &[
    Case {
        name: "fib(27) as a fn",
        sbot: r#"
fn fib(n: int) -> int {
  if n < 2 { return n }
  return fib(n - 1) + fib(n - 2)
}

step start:
  message "{fib(27)}"
  -> end
"#,
        lua: &[(
            "the same",
            "local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
             local function run() return fib(27) end",
        )],
        result: "196418",
    },
    Case {
        name: "sum of ten million in a while",
        sbot: r#"
step start:
  let s = 0
  code {
    let i = 0
    while i < 10000000 {
      s += i
      i += 1
    }
  }
  message "{s}"
  -> end
"#,
        lua: &[
            (
                "while",
                "local function run() local s, i = 0, 0 while i < 10000000 do s = s + i i = i + 1 end return s end",
            ),
            ("for", "local function run() local s = 0 for i = 0, 9999999 do s = s + i end return s end"),
        ],
        result: "49999995000000",
    },
    Case {
        name: "primes below 100,000 in nested whiles",
        sbot: r#"
step start:
  let found = 0
  code {
    let n = 2
    while n < 100000 {
      let prime = true
      let d = 2
      while d * d <= n and prime {
        if n % d == 0 { prime = false }
        d += 1
      }
      if prime { found += 1 }
      n += 1
    }
  }
  message "{found}"
  -> end
"#,
        lua: &[(
            "the same",
            "local function run() local found, n = 0, 2
               while n < 100000 do local prime, d = true, 2
                 while d * d <= n and prime do if n % d == 0 then prime = false end d = d + 1 end
                 if prime then found = found + 1 end
                 n = n + 1 end
               return found end",
        )],
        result: "9592",
    },
    Case {
        name: "a list of 100 ints, 10,000 times",
        sbot: r#"
step start:
  let s = 0
  code {
    let numbers = [
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
    ]
    let i = 0
    while i < 10000 {
      for x in numbers { s += x }
      i += 1
    }
  }
  message "{s}"
  -> end
"#,
        lua: &[(
            "the same",
            "local list = {} for i = 1, 100 do list[i] = (i - 1) % 25 + 1 end
             local function run() local s, i = 0, 0
               while i < 10000 do for _, x in ipairs(list) do s = s + x end i = i + 1 end
               return s end",
        )],
        result: "13000000",
    },
];

/// Runs of each; the fastest counts, for what disturbs a run only makes it slower.
const RUNS: usize = 7;

/// Milliseconds of processor time that this thread has used; without `/proc`, of time that has passed.
fn processor(since: Instant) -> f64 {
    let used = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let used = used.and_then(|used| used.split(' ').next()?.parse::<f64>().ok());
    used.map_or(since.elapsed().as_secs_f64() * 1e3, |nanoseconds| nanoseconds / 1e6)
}

/// One turn: its time in milliseconds and the text that it sends.
fn turn(program: &Program, machine: &mut Machine, since: Instant) -> Result<(f64, String), String> {
    let event = Event::new(0, EventKind::Trigger(TriggerKind::Manual));
    let limits = Limits { fuel: 1 << 40, ..Limits::default() };
    let before = processor(since);
    machine.start(program, 0, &[], &event, &Facts::default(), &limits).map_err(|e| e.to_string())?;
    let took = processor(since) - before;
    let text = machine.effects().iter().find_map(|effect| {
        if let EffectKind::Message(message) = &effect.kind { Some(message.text.to_string()) } else { None }
    });
    Ok((took, text.unwrap_or_default()))
}

/// One run in Lua: its time in milliseconds and its result. None where there is no Lua.
fn lua(source: &str) -> Option<(f64, String)> {
    let script = format!(
        "{source}\nlocal before = os.clock()\nlocal result = run()\n\
         print((os.clock() - before) * 1000)\nprint(result)"
    );
    let out = Command::new("lua5.4").arg("-e").arg(script).output().ok()?;
    let out = String::from_utf8(out.stdout).ok()?;
    let mut lines = out.lines();
    Some((lines.next()?.parse().ok()?, lines.next()?.to_owned()))
}

fn expect(case: &Case, found: &str) -> Result<(), String> {
    if found == case.result {
        Ok(())
    } else {
        Err(format!("{}: {found} instead of {}", case.name, case.result))
    }
}

fn main() -> Result<(), String> {
    // `cargo test --benches` runs this too: then the results are all that is wanted.
    let runs = if std::env::args().any(|arg| arg == "--test") { 1 } else { RUNS };
    let (since, mut machine) = (Instant::now(), Machine::new());
    println!("{:<40}{:>12}   {:<10}{:>12}{:>10}", "", "sbot", "", "Lua 5.4", "Lua/sbot");
    for case in CASES {
        let program = compile(&format!("bot loops\n\ntrigger manual\n{}", case.sbot))?;
        let mut best = f64::MAX;
        let mut peers = vec![f64::MAX; case.lua.len()];
        for _ in 0..runs {
            let (took, found) = turn(&program, &mut machine, since)?;
            expect(case, &found)?;
            best = best.min(took);
            for ((_, source), peer) in case.lua.iter().zip(&mut peers) {
                if let Some((took, found)) = lua(source) {
                    expect(case, &found)?;
                    *peer = peer.min(took);
                }
            }
        }
        for ((how, _), peer) in case.lua.iter().zip(peers) {
            if peer < f64::MAX {
                println!("{:<40}{best:>9.1} ms   {how:<10}{peer:>9.1} ms{:>10.2}", case.name, peer / best);
            } else {
                println!("{:<40}{best:>9.1} ms   no lua5.4 found", case.name);
            }
        }
    }
    Ok(())
}
