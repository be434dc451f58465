//! What is measured in rounds, against the yardstick.

use super::Taking;
use crate::child::Child;
use sbot_bench::protocol::{Mode, Reply, Request};
use sbot_bench::report::{Measure, Spread, YARDSTICK, beside};
use sbot_bench::timing::{Taken, rounds};
use std::time::Duration;

const FIB: (i64, i64) = (27, 196_418);
const SUM: (i64, i64) = (10_000_000, 49_999_995_000_000);

/// A sample: how long it took, and how much was done.
fn sample(child: &mut Child, measure: Measure, n: usize) -> Result<(f64, f64), String> {
    let (request, result, times) = match measure {
        Measure::Memory => (Request::Play(Mode::Memory, n), None, 1),
        Measure::Durable => (Request::Play(Mode::Durable, n), None, 1),
        Measure::CompileSmall => (Request::Compile(1_000), None, n),
        Measure::CompileLarge => (Request::Compile(10_000), None, n),
        Measure::Fib => (Request::Fib(FIB.0), Some(FIB.1), n),
        Measure::Sum => (Request::Sum(SUM.0), Some(SUM.1), n),
        Measure::ParkedBytes
        | Measure::Live
        | Measure::Stored
        | Measure::Million
        | Measure::CheckTime
        | Measure::CheckPeak
        | Measure::StartTime
        | Measure::StartPeak
        | Measure::Upgrade => return Err("it is not measured in rounds".to_owned()),
    };
    let (mut time, mut done) = (0.0, 0.0);
    for _ in 0..times {
        let Reply::Took { seconds, amount } = child.ask(request)? else {
            return Err(format!("it answers `{request}` with something else"));
        };
        if result.is_some_and(|result| result != amount) {
            return Err(format!("`{request}` gives {amount}"));
        }
        time += seconds;
        done += if result.is_some() { 1.0 } else { amount as f64 };
    }
    Ok((time.max(1e-9), done))
}

/// How much fills a sample; warms up on the way.
fn calibrate(child: &mut Child, measure: Measure, long: Duration) -> Result<usize, String> {
    let long = long.as_secs_f64();
    let mut n = 1;
    loop {
        let (time, _) = sample(child, measure, n)?;
        if time >= long / 4.0 {
            return Ok(((n as f64 * long / time).round() as usize).max(1));
        }
        n *= 4;
    }
}

impl Taking {
    /// Measures everybody who has that.
    pub(super) fn compete(&mut self, measure: Measure) -> Result<(), String> {
        eprintln!("measuring: {} …", measure.words());
        let long = self.plan.long;
        let pace = if measure == Measure::Durable { Measure::Durable } else { Measure::Memory };
        let count = calibrate(&mut self.yardstick, pace, long)?;
        let mut there: Vec<(usize, usize)> = Vec::new();
        for n in 0..self.peers.len() {
            let Some(peer) = self.peers.get_mut(n) else { continue };
            let id = peer.contender.id;
            if id == YARDSTICK || !peer.contender.measures.contains(&measure) {
                continue;
            }
            match calibrate(&mut peer.child, measure, long) {
                Ok(count) => there.push((n, count)),
                Err(why) => self.miss(id, Some(measure), why),
            }
        }
        let (yardstick, peers) = (&mut self.yardstick, &mut self.peers);
        let mut paces = Vec::new();
        let taken = rounds(
            self.plan.rounds,
            there.len(),
            self.plan.budget,
            || {
                let (time, done) = sample(yardstick, pace, count)?;
                paces.push(done / time);
                Ok(done / time)
            },
            |one| {
                let peer = there.get(one).and_then(|(n, count)| Some((peers.get_mut(*n)?, *count)));
                let (peer, count) = peer.ok_or("nobody")?;
                sample(&mut peer.child, measure, count).map(|(time, done)| done / time)
            },
        )?;
        let ids = there.iter().filter_map(|(n, _)| Some(self.peers.get(*n)?.contender.id)).collect();
        self.keep(measure, ids, taken, &paces);
        Ok(())
    }

    fn keep(&mut self, measure: Measure, ids: Vec<&'static str>, taken: Vec<Taken>, paces: &[f64]) {
        if measure.reference() == Some(YARDSTICK)
            && let Some(value) = Spread::of(paces)
        {
            self.put(YARDSTICK, measure, value, Some(Spread::one(1.0)), None);
        }
        if measure != Measure::Durable {
            self.paces.extend_from_slice(paces);
        }
        let all: Vec<(&str, Taken)> = ids.into_iter().zip(taken).collect();
        for (id, taken) in &all {
            if let Some(why) = &taken.failed {
                self.miss(id, Some(measure), why.clone());
                continue;
            }
            let of = |f: fn(&sbot_bench::timing::Sample) -> f64| {
                Spread::of(&taken.samples.iter().map(f).collect::<Vec<f64>>())
            };
            let reference = all.iter().find(|(id, _)| measure.reference() == Some(id));
            let ratio = if measure.reference() == Some(YARDSTICK) {
                of(sbot_bench::timing::Sample::ratio)
            } else {
                reference.and_then(|(_, reference)| beside(taken, reference))
            };
            if let Some(value) = of(|sample| sample.speed) {
                self.put(id, measure, value, ratio, None);
            }
        }
    }
}
