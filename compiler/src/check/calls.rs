//! Which functions are called, and what functions and flows of the standard library need of the account.
//!
//! A function that nothing calls is not part of the program. A function or flow of the standard library that needs a
//! setting of the account is fine in an account without it, as long as nobody calls it: the call is what is reported.

use super::Checker;
use crate::diagnostic::{Code, Diagnostic};
use crate::ir::{FnId, Use};
use crate::source::Place;

/// A setting of the account that a value depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Setting {
    Region,
    Zone,
    Currency,
}

/// Where something is called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Caller {
    /// In a bot.
    #[default]
    Bot,
    /// In a test.
    Test,
    /// In a function of the project.
    Function(FnId),
    /// In a function of the standard library.
    Std(FnId),
    /// In a flow of the standard library: index of its declaration.
    StdFlow(usize),
}

/// What is called: a function, or a flow by its declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Callee {
    Function(FnId),
    Flow(usize),
}

/// What was found while bodies were checked.
#[derive(Debug, Default)]
pub(super) struct Calls {
    /// Who is being checked.
    pub caller: Caller,
    calls: Vec<(Caller, Callee, Place)>,
    needs: Vec<(Callee, Setting)>,
}

impl Calls {
    /// How much was found so far.
    pub(super) fn mark(&self) -> (usize, usize) {
        (self.calls.len(), self.needs.len())
    }

    /// Forgets what was found since.
    pub(super) fn back_to(&mut self, (calls, needs): (usize, usize)) {
        self.calls.truncate(calls);
        self.needs.truncate(needs);
    }
}

/// Built-ins that read or make a moment in the account's zone, or use its currency.
const NEEDS: &[(&str, Setting)] = &[
    ("date_of", Setting::Zone),
    ("time_of", Setting::Zone),
    ("datetime_of", Setting::Zone),
    ("format_datetime", Setting::Zone),
    ("hours_open", Setting::Zone),
    ("opens_in", Setting::Zone),
    ("account_money", Setting::Currency),
];

impl Checker<'_> {
    /// Notes a call of a function with a body, or of a flow.
    pub(super) fn note_call(&mut self, callee: Callee, place: Place) {
        self.calls.calls.push((self.calls.caller, callee, place));
    }

    /// Reports what a built-in needs and the account does not declare.
    pub(super) fn need_for_builtin(&mut self, name: &str, place: Place) {
        if let Some((_, setting)) = NEEDS.iter().find(|(known, _)| *known == name) {
            self.need(*setting, place);
        }
    }

    /// Reports that the account lacks its zone, where a moment is read or made.
    pub(super) fn need_zone(&mut self, place: Place) {
        self.need(Setting::Zone, place);
    }

    /// E0208 unless the account has a region, in which phone numbers are read.
    pub(super) fn need_region(&mut self, place: Place) {
        self.need(Setting::Region, place);
    }

    fn need(&mut self, setting: Setting, place: Place) {
        if let Some(inside) = library_part(self.calls.caller) {
            self.calls.needs.push((inside, setting));
            return;
        }
        let (there, what) = match setting {
            Setting::Region => (self.names.account.region.is_some(), "region"),
            Setting::Zone => (self.names.has_zone, "time zone"),
            Setting::Currency => (self.names.account.currency.is_some(), "currency"),
        };
        if there {
            return;
        }
        let text = format!("this needs the account's {what}, and the account has none");
        let diagnostic = Diagnostic::new(Code::E0208, place, text);
        self.report(match setting {
            Setting::Region => diagnostic
                .note("a phone number is read in the account's region")
                .help("declare it: `account { region \"ES\" }`"),
            Setting::Zone => diagnostic
                .note("days and hours are those of a zone")
                .help("declare it: `account { zone \"Europe/Madrid\" }`"),
            Setting::Currency => {
                diagnostic.help("declare it: `account { currency \"EUR\" }`, or name the currency here")
            }
        });
    }

    /// Once everything is checked: which functions are used, and which calls need what the account lacks.
    pub(super) fn settle_calls(&mut self) {
        let Calls { calls, needs, .. } = std::mem::take(&mut self.calls);
        let functions = self.out.functions.len();
        let number = |callee: Callee| match callee {
            Callee::Function(id) => id.0 as usize,
            Callee::Flow(decl) => functions + decl,
        };
        let mut callees: Vec<Vec<usize>> = vec![Vec::new(); functions + self.names.flows.len()];
        let mut callers: Vec<Vec<usize>> = callees.clone();
        for (caller, callee, _) in &calls {
            let inside = match caller {
                Caller::Function(id) | Caller::Std(id) => Some(Callee::Function(*id)),
                Caller::StdFlow(decl) => Some(Callee::Flow(*decl)),
                Caller::Bot | Caller::Test => None,
            };
            if let Some(inside) = inside {
                add(&mut callees, number(inside), number(*callee));
            }
            // What a function of the project needs is reported in it.
            if let Some(inside) = library_part(*caller) {
                add(&mut callers, number(*callee), number(inside));
            }
        }
        for (root, used) in [(Caller::Test, Use::Tests), (Caller::Bot, Use::Bots)] {
            let roots = calls.iter().filter(|(caller, ..)| *caller == root);
            let reached = reached(&callees, roots.map(|(_, callee, _)| number(*callee)).collect());
            for (function, _) in self.out.functions.iter_mut().zip(&reached).filter(|(_, reached)| **reached)
            {
                function.used = used;
            }
        }
        for setting in [Setting::Region, Setting::Zone, Setting::Currency] {
            let direct = needs.iter().filter(|(_, known)| *known == setting).map(|(id, _)| number(*id));
            let needing = reached(&callers, direct.collect());
            for (caller, callee, place) in &calls {
                let needs = needing.get(number(*callee)).copied().unwrap_or_default();
                if needs && library_part(*caller).is_none() {
                    self.need(setting, *place);
                }
            }
        }
    }
}

/// The part of the standard library that a caller is.
fn library_part(caller: Caller) -> Option<Callee> {
    match caller {
        Caller::Std(id) => Some(Callee::Function(id)),
        Caller::StdFlow(decl) => Some(Callee::Flow(decl)),
        Caller::Bot | Caller::Test | Caller::Function(_) => None,
    }
}

fn add(edges: &mut [Vec<usize>], from: usize, to: usize) {
    if let Some(edges) = edges.get_mut(from) {
        edges.push(to);
    }
}

/// For each function and flow, whether edges lead to it from one of `open`, those included.
fn reached(edges: &[Vec<usize>], mut open: Vec<usize>) -> Vec<bool> {
    let mut seen = vec![false; edges.len()];
    while let Some(at) = open.pop() {
        if seen.get_mut(at).is_some_and(|seen| !std::mem::replace(seen, true)) {
            open.extend(edges.get(at).into_iter().flatten());
        }
    }
    seen
}
