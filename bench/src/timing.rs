//! Timing by pairs: the yardstick runs right before and right after each sample of a contender, and the ratio is taken
//! against both, so that a machine whose speed changes does not change the result.

use std::time::{Duration, Instant};

/// Samples of a pair. The median counts.
const SAMPLES: usize = 9;

/// How many calls of `f` fill about `long`.
fn calls(long: Duration, f: &mut dyn FnMut(usize)) -> usize {
    let mut n = 1;
    loop {
        let took = time(n, f);
        if took >= long / 10 {
            let scale = long.as_secs_f64() / took.as_secs_f64().max(1e-9);
            return ((n as f64 * scale) as usize).max(1);
        }
        n *= 4;
    }
}

fn time(n: usize, f: &mut dyn FnMut(usize)) -> Duration {
    let start = Instant::now();
    for i in 0..n {
        f(i);
    }
    start.elapsed()
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// A contender against the yardstick.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// Calls a second of the yardstick.
    pub yardstick: f64,
    /// Calls a second of the contender.
    pub contender: f64,
    /// The contender's share of the yardstick's speed: 1 is equal.
    pub ratio: f64,
}

/// Times both, by turns.
pub fn pair(long: Duration, mut yardstick: impl FnMut(usize), mut contender: impl FnMut(usize)) -> Pair {
    let ny = calls(long, &mut yardstick);
    let nc = calls(long, &mut contender);
    let (mut speeds, mut ratios) = (Vec::new(), Vec::new());
    let mut before = ny as f64 / time(ny, &mut yardstick).as_secs_f64();
    let mut paces = vec![before];
    for _ in 0..SAMPLES {
        let speed = nc as f64 / time(nc, &mut contender).as_secs_f64();
        let after = ny as f64 / time(ny, &mut yardstick).as_secs_f64();
        ratios.push(2.0 * speed / (before + after));
        speeds.push(speed);
        paces.push(after);
        before = after;
    }
    Pair { yardstick: median(&mut paces), contender: median(&mut speeds), ratio: median(&mut ratios) }
}

/// The median time of a few calls.
pub fn once(mut f: impl FnMut()) -> Duration {
    let mut took: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            f();
            start.elapsed().as_secs_f64()
        })
        .collect();
    Duration::from_secs_f64(median(&mut took))
}
