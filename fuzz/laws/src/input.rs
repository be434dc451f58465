//! Bytes as a source of decisions. Where they end, every decision is the first one, so that each input is a whole story
//! and one more byte changes only its end.

use std::borrow::Cow;

/// What is left of the bytes.
pub(crate) struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Input<'a> {
        Input { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        let Some((first, rest)) = self.rest.split_first() else { return 0 };
        self.rest = rest;
        *first
    }

    /// As many bytes as there are, up to a number.
    pub(crate) fn bytes(&mut self, most: usize) -> &'a [u8] {
        let (taken, rest) = self.rest.split_at(most.min(self.rest.len()));
        self.rest = rest;
        taken
    }

    /// Everything that is left.
    pub(crate) fn all(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.rest)
    }

    /// A number below another one; 0 if that is 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        let number = match end {
            0..=1 => return 0,
            2..=256 => usize::from(self.byte()),
            _ => usize::from(self.byte()) << 8 | usize::from(self.byte()),
        };
        number % end
    }

    /// One of these.
    pub(crate) fn one_of<'t, T>(&mut self, all: &'t [T]) -> Option<&'t T> {
        all.get(self.below(all.len()))
    }

    /// Whether something happens that seldom does.
    pub(crate) fn seldom(&mut self) -> bool {
        self.byte() > 0xf0
    }

    /// A number: near zero, at an edge, or any.
    pub(crate) fn int(&mut self) -> i64 {
        const EDGES: &[i64] = &[
            i64::MAX,
            i64::MIN,
            i64::MAX - 1,
            i64::MIN + 1,
            u32::MAX as i64,
            i32::MAX as i64,
            i32::MIN as i64,
            u16::MAX as i64,
            1 << 53,
            31_539_660,
            31_539_661,
            253_402_300_799_999,
            -377_705_116_800_000,
            86_400,
            1_767_607_200_000,
        ];
        match self.byte() {
            small @ 0..=0x7f => i64::from(small),
            negative @ 0x80..=0xbf => -i64::from(negative - 0x7f),
            edge @ 0xc0..=0xdf => {
                EDGES.get(usize::from(edge - 0xc0) % EDGES.len()).copied().unwrap_or_default()
            }
            _ => {
                let mut bytes = [0; 8];
                bytes.iter_mut().zip(self.bytes(8)).for_each(|(place, byte)| *place = *byte);
                i64::from_le_bytes(bytes)
            }
        }
    }

    /// Some of the bytes as a text.
    pub(crate) fn text(&mut self) -> Cow<'a, str> {
        let length = usize::from(self.byte() % 64);
        String::from_utf8_lossy(self.bytes(length))
    }
}
