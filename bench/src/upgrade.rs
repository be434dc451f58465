//! A new version under many parked runs: the check, and then the move of each run from its bytes to new ones.

use crate::contender::{SOURCE, Vm, compile};
use crate::script::Contender as _;
use sbot_vm::{Moved, Program, Run, Upgrade};

/// The reference conversation a week later: two messages say something else, and a variable is new, which every run that
/// is parked has to get.
#[must_use]
pub fn newer() -> String {
    SOURCE
        .replace("var tries: int = 0", "var tries: int = 0\nvar visits: int = 1")
        .replace("Sorry, I did not get that.", "Sorry, that is none of them.")
        .replace("\"Bye, {contact.name}!\"", "\"Bye, {contact.name}, and thanks for visit {visits}!\"")
}

/// Runs that are parked, and the two versions.
pub struct Parked {
    old: Program,
    new: Program,
    /// As a host keeps them.
    pub runs: Vec<Box<[u8]>>,
}

/// Parks that many runs of the old version after four of their six events.
///
/// # Errors
/// One of the versions does not compile.
pub fn park(n: usize) -> Result<Parked, String> {
    let (old, new) = (compile(SOURCE)?, compile(&newer())?);
    let mut vm = Vm::new()?;
    let (mut runs, mut bytes) = (Vec::with_capacity(n), Vec::new());
    for i in 0..n {
        let waiting = vm.waiting(i % 3);
        bytes.clear();
        vm.encode(&waiting, &mut bytes);
        runs.push(Box::from(bytes.as_slice()));
    }
    Ok(Parked { old, new, runs })
}

impl Parked {
    /// Checks the upgrade, and moves every run.
    ///
    /// # Errors
    /// A run would be lost, or cannot be moved.
    pub fn upgrade(&mut self) -> Result<(), String> {
        let upgrade = Upgrade::new(&self.old, &self.new);
        if !upgrade.is_complete() {
            return Err(format!("runs would be lost: {:?}", upgrade.verdicts()));
        }
        let (mut run, mut bytes) = (Run::default(), Vec::new());
        for kept in &mut self.runs {
            run.decode_from(&self.old, kept).map_err(|error| error.to_string())?;
            let Moved::Parked(moved) = run.upgrade(&upgrade, 0).map_err(|error| error.to_string())? else {
                return Err("a run is over".to_owned());
            };
            bytes.clear();
            moved.encode_into(&self.new, &mut bytes);
            *kept = Box::from(bytes.as_slice());
        }
        Ok(())
    }

    /// The new version.
    #[must_use]
    pub fn new_version(&self) -> &Program {
        &self.new
    }
}
