//! The memory of conversations that wait. Each figure has a process of its own, that has done nothing before; it runs
//! at normal priority, for nothing is timed.

use super::Taking;
use crate::child::Child;
use sbot_bench::protocol::{Form, Reply, Request};
use sbot_bench::report::{Measure, SBOT, Spread, YARDSTICK};

impl Taking {
    pub(super) fn park(&mut self) {
        for n in 0..self.peers.len() {
            let Some(peer) = self.peers.get(n) else { continue };
            let (id, command) = (peer.contender.id, peer.command.clone());
            let count = match id {
                SBOT | YARDSTICK => self.plan.million,
                "xstate" | "csml" => self.plan.few,
                _ => self.plan.many,
            };
            eprintln!("measuring: {count} conversations of {id} that wait …");
            for (measure, form) in [(Measure::Live, Form::Live), (Measure::Stored, Form::Stored)] {
                let answer =
                    Child::start(&command).and_then(|mut child| child.ask(Request::Park(form, count)));
                match answer {
                    Ok(Reply::Resident { before, after }) => {
                        let each = after.saturating_sub(before) as f64 / count as f64;
                        self.put(id, measure, Spread::one(each), None, Some(count as u64));
                        if (id, form) == (SBOT, Form::Stored) {
                            let of = Some(count as u64);
                            self.put(id, Measure::Million, Spread::one(after as f64), None, of);
                        }
                    }
                    Ok(_) => self.miss(id, Some(measure), "it does not tell".to_owned()),
                    Err(why) => {
                        if (id, form) == (SBOT, Form::Stored) {
                            self.miss(id, Some(Measure::Million), why.clone());
                        }
                        self.miss(id, Some(measure), why);
                    }
                }
            }
        }
    }
}
