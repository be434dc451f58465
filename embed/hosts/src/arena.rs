//! Parked runs in memory. In: bytes. Out: a place of four bytes for them.
//!
//! Most parked runs are a few dozen bytes. As boxes of their own they would cost twice that; here runs of about the same
//! length stand side by side in one block, and a run that grows or shrinks moves to another one.

use std::collections::HashMap;

/// Each block holds runs that need up to so many bytes more than those of the block before.
const STEP: usize = 8;
/// So many blocks; what is longer stands alone.
const BLOCKS: usize = 16;
const SLOT_BITS: u32 = 28;

/// Where a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place(u32);

impl Place {
    /// Where nothing is.
    pub const NONE: Place = Place(u32::MAX);
    /// In the map of long runs.
    const LONG: Place = Place(u32::MAX - 1);
}

/// Slots of one width: the length of the run, then the run.
#[derive(Default)]
struct Block {
    bytes: Vec<u8>,
    free: Vec<u32>,
}

/// The runs of many leads, each under its number.
#[derive(Default)]
pub struct Arena {
    blocks: [Block; BLOCKS],
    long: HashMap<u32, Box<[u8]>>,
    places: Vec<Place>,
}

/// The block for a run of this length, and how wide its slots are.
fn block_of(length: usize) -> (usize, usize) {
    let block = length / STEP;
    (block, (block + 1) * STEP)
}

impl Arena {
    /// An arena for so many leads.
    #[must_use]
    pub fn new(leads: usize) -> Arena {
        Arena { places: vec![Place::NONE; leads], ..Arena::default() }
    }

    /// The parked run of a lead.
    #[must_use]
    pub fn get(&self, lead: u32) -> Option<&[u8]> {
        let place = *self.places.get(lead as usize)?;
        if place == Place::NONE {
            return None;
        }
        if place == Place::LONG {
            return self.long.get(&lead).map(|run| &**run);
        }
        let (block, at, width) = slot_of(place);
        let slot = self.blocks.get(block)?.bytes.get(at..at + width)?;
        let (length, run) = slot.split_first()?;
        run.get(..usize::from(*length))
    }

    /// Parks the run of a lead in place of the one that was there.
    pub fn put(&mut self, lead: u32, run: &[u8]) {
        self.remove(lead);
        let (block, width) = block_of(run.len());
        let place = match (self.blocks.get_mut(block), u8::try_from(run.len())) {
            (Some(slots), Ok(length)) => slots.put(block, width, length, run),
            _ => None,
        };
        let place = place.unwrap_or_else(|| {
            self.long.insert(lead, run.into());
            Place::LONG
        });
        if let Some(known) = self.places.get_mut(lead as usize) {
            *known = place;
        }
    }

    /// Forgets the run of a lead.
    pub fn remove(&mut self, lead: u32) {
        let Some(known) = self.places.get_mut(lead as usize) else { return };
        let place = std::mem::replace(known, Place::NONE);
        if place == Place::LONG {
            self.long.remove(&lead);
        } else if place != Place::NONE {
            let (block, at, width) = slot_of(place);
            if let (Some(block), Ok(slot)) = (self.blocks.get_mut(block), u32::try_from(at / width)) {
                block.free.push(slot);
            }
        }
    }

    /// How many leads have a parked run.
    #[must_use]
    pub fn count(&self) -> usize {
        self.places.iter().filter(|place| **place != Place::NONE).count()
    }

    /// The bytes of all parked runs, and the memory that they take with their places.
    #[must_use]
    pub fn bytes(&self) -> (usize, usize) {
        let leads = 0..u32::try_from(self.places.len()).unwrap_or(u32::MAX);
        let runs = leads.filter_map(|lead| self.get(lead)).map(<[u8]>::len).sum();
        let blocks = self.blocks.iter().map(|block| block.bytes.len() + block.free.len() * size_of::<u32>());
        let long = self.long.values().map(|run| run.len() + 64);
        let places = self.places.len() * size_of::<Place>();
        (runs, blocks.sum::<usize>() + long.sum::<usize>() + places)
    }
}

/// Block, first byte and width of a slot.
fn slot_of(place: Place) -> (usize, usize, usize) {
    let block = (place.0 >> SLOT_BITS) as usize;
    let width = (block + 1) * STEP;
    (block, (place.0 & ((1 << SLOT_BITS) - 1)) as usize * width, width)
}

impl Block {
    fn put(&mut self, block: usize, width: usize, length: u8, run: &[u8]) -> Option<Place> {
        let slot = match self.free.pop() {
            Some(slot) => slot,
            None => {
                let slot = u32::try_from(self.bytes.len() / width).ok()?;
                // The last ones are what `NONE` and `LONG` look like.
                if slot >= (1 << SLOT_BITS) - 2 {
                    return None;
                }
                self.bytes.resize(self.bytes.len() + width, 0);
                slot
            }
        };
        let at = slot as usize * width;
        let (head, rest) = self.bytes.get_mut(at..at + width)?.split_first_mut()?;
        *head = length;
        rest.get_mut(..run.len())?.copy_from_slice(run);
        Some(Place(u32::try_from(block).ok()? << SLOT_BITS | slot))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back_and_room_is_used_again() {
        let mut arena = Arena::new(400);
        for round in 0..3_u8 {
            for lead in 0..400_u32 {
                arena.put(lead, &vec![round; (lead as usize + usize::from(round) * 50) % 300]);
            }
            for lead in 0..400_u32 {
                let length = (lead as usize + usize::from(round) * 50) % 300;
                assert_eq!(arena.get(lead), Some(&*vec![round; length]), "{lead}");
            }
        }
        let (runs, all) = arena.bytes();
        assert!(all < 3 * runs, "{all} for {runs}");
        for lead in 0..400 {
            arena.remove(lead);
            assert_eq!(arena.get(lead), None);
        }
        assert_eq!(arena.count(), 0);
        let before = arena.blocks[3].bytes.len();
        arena.put(7, &[1; 25]);
        assert_eq!(arena.blocks[3].bytes.len(), before);
        arena.put(400, &[1]);
        assert_eq!(arena.get(400), None);
    }
}
