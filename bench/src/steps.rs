//! Generated bots, for the speed of the compiler.

use std::fmt::Write as _;

/// A bot of that many steps, nine lines each, that lead on to one another.
#[must_use]
pub fn sbot(steps: usize) -> String {
    let mut out = String::from("bot big\n\ntrigger manual\n\n");
    for i in 0..steps {
        let (yes, no) = ((i + 1) % steps, (i + 2) % steps);
        let _ = write!(
            out,
            "step s{i}:\n  message \"Message number {i} for {{contact.name}}, please answer\" buttons [\n    \"Yes\" | \"yep\" -> s{yes},\n    \"No\" -> s{no},\n  ]\n    on other -> s{yes}\n    on timeout 2h -> s{no}\n    on failed -> end\n\n",
        );
    }
    out
}
