//! Changed inputs without a fuzzer: the same ones in every run, so that a test can try them. They are changed blindly, where
//! the fuzzer keeps what reaches something new; what they find first is what is easy to find.

use sbot_grammar::language_words;

/// Makes inputs of others.
pub struct Mutations<'a> {
    of: &'a [Vec<u8>],
    words: Vec<&'static str>,
    state: u64,
}

impl<'a> Mutations<'a> {
    /// Of these inputs.
    #[must_use]
    pub fn new(of: &'a [Vec<u8>]) -> Mutations<'a> {
        Mutations { of, words: language_words().collect(), state: 0x9e37_79b9_7f4a_7c15 }
    }

    /// A number below `below`, or 0 (xorshift64*, S. Vigna, 2014).
    fn below(&mut self, below: usize) -> usize {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        let drawn = self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32;
        (drawn as usize).checked_rem(below).unwrap_or_default()
    }

    fn one(&mut self) -> &'a [u8] {
        let at = self.below(self.of.len());
        self.of.get(at).map(Vec::as_slice).unwrap_or_default()
    }

    fn part(&mut self, of: &'a [u8]) -> &'a [u8] {
        let start = self.below(of.len() + 1);
        let length = self.below(64).min(of.len() - start);
        of.get(start..start + length).unwrap_or_default()
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.below(input.len());
        let end = (at + 1 + self.below(16)).min(input.len());
        match self.below(7) {
            // Another byte, one bit of it, or one of those at which things end.
            0 => input.splice(at..(at + 1).min(input.len()), [self.below(256) as u8]).for_each(drop),
            1 => {
                let bit = 1 << self.below(8);
                input.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= bit);
            }
            2 => {
                let edges = [0, 1, 0x7f, 0x80, 0xff];
                let byte = edges.get(self.below(edges.len())).copied().unwrap_or_default();
                input.iter_mut().skip(at).take(1).for_each(|old| *old = byte);
            }
            // Less, or more.
            3 => input.splice(at..end, []).for_each(drop),
            4 => {
                let twice: Vec<u8> = input.get(at..end).unwrap_or_default().to_vec();
                input.splice(at..at, twice).for_each(drop);
            }
            5 => {
                let other = self.one();
                let part = self.part(other);
                input.splice(at..at, part.iter().copied()).for_each(drop);
            }
            _ => {
                let which = self.below(self.words.len());
                let word = self.words.get(which).copied().unwrap_or_default();
                input.splice(at..at, word.bytes()).for_each(drop);
            }
        }
    }
}

impl Iterator for Mutations<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut input = self.one().to_vec();
        for _ in 0..=self.below(4) {
            self.change(&mut input);
        }
        Some(input)
    }
}
