//! Random texts for tests, the same in every run.

use std::fmt::Display;

/// Numbers that look random.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }

    /// Fewer than so many parts, one after the other.
    pub(crate) fn text<T: Display>(&mut self, parts: &[T], most: usize) -> String {
        (0..self.below(most)).filter_map(|_| parts.get(self.below(parts.len()))).map(T::to_string).collect()
    }
}
