//! Any program can follow another one: what becomes of a parked run is decided, it is what was foretold, and a run that
//! goes on is one of the new program that has lost nothing of its shape: it survives its bytes and plays a story.
//!
//! The first byte names the old program, the second one whether the new one is another program or the old one with
//! changes, which follow; the rest decides what happens.

use crate::drive;
use crate::input::Input;
use crate::programs::{SMALL, programs};
use crate::seeds::parked;
use crate::tables::{changed, trees};
use sbot_vm::upgrade::{Moved, NotMoved, Outcome, Upgrade};
use sbot_vm::{Limits, Program, Run};
use std::sync::OnceLock;

/// So many runs of the old program are moved.
const RUNS: usize = 6;

/// The law.
///
/// # Panics
/// It does not hold.
pub fn holds(data: &[u8]) {
    let mut input = Input::new(data);
    let old = input.below(SMALL);
    let (Some(before), Some(tree), Some(runs)) = (programs().get(old), trees().get(old), runs().get(old))
    else {
        return;
    };
    let other = input.seldom();
    let made = if other { None } else { changed(tree, &mut input) };
    let made = made.and_then(|(tables, debug)| Program::new(tables, debug).ok());
    let Some(after) = (if other { input.one_of(programs()) } else { made.as_ref() }) else { return };
    let upgrade = Upgrade::new(before, after);
    let now = 1_767_607_200_000 + input.int().clamp(-1 << 40, 1 << 40);
    let first = input.below(runs.len());
    for run in runs.iter().cycle().skip(first).take(RUNS.min(runs.len())) {
        one(&upgrade, (before, after), run, now, &mut input);
    }
}

fn runs() -> &'static [Vec<Run>] {
    static RUNS: OnceLock<Vec<Vec<Run>>> = OnceLock::new();
    RUNS.get_or_init(|| programs().iter().take(SMALL).map(parked).collect())
}

fn one(upgrade: &Upgrade, (before, after): (&Program, &Program), run: &Run, now: i64, input: &mut Input<'_>) {
    let moved = run.upgrade(upgrade, now);
    assert_eq!(moved, run.upgrade(upgrade, now), "the same move gave another run");
    match moved {
        Ok(Moved::Parked(next)) => {
            assert_eq!(next.program, after.id());
            drive::kept(after, &next);
            if before.id() == after.id() {
                assert_eq!(next, *run, "the same program made another run of it");
            }
            let limits = Limits { fuel: 20_000, memory: 256 << 10 };
            drive::talk(after, next, &limits, input);
        }
        Ok(Moved::Ended) => {}
        Err(NotMoved::Lost { at, .. }) => {
            assert!(!upgrade.is_complete(), "lost, though every run was to go on");
            let foretold = upgrade.verdicts().iter().find(|verdict| verdict.at == at);
            assert!(
                matches!(foretold.map(|verdict| &verdict.outcome), Some(Outcome::Lost(_))),
                "{foretold:?}"
            );
        }
        Err(why @ (NotMoved::Value { .. } | NotMoved::TooLarge)) => assert!(!why.to_string().is_empty()),
        Err(why @ (NotMoved::OtherProgram { .. } | NotMoved::Corrupt)) => panic!("{why}"),
    }
}
