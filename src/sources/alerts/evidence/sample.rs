//! Chooses customers of a stratum at random.

use std::hash::{BuildHasher, RandomState};

use crate::sources::directory::RowIndex;

/// A sequence of random numbers, for choices that nobody must foresee but nothing depends on.
pub(super) struct Random(u64);

impl Default for Random {
    fn default() -> Self {
        Self(RandomState::new().hash_one(0))
    }
}

impl Random {
    /// The same sequence for the same `seed`.
    pub(super) fn seeded(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `end`, which is not 0. The method of Vigna's SplitMix64.
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    /// Up to `count` of `rows`, each with the same chance, in random order.
    pub(super) fn choose(
        &mut self,
        rows: impl Iterator<Item = RowIndex>,
        count: usize,
    ) -> Vec<RowIndex> {
        let mut chosen: Vec<RowIndex> = Vec::with_capacity(count);
        for (seen, row) in rows.enumerate() {
            if chosen.len() < count {
                chosen.push(row);
                continue;
            }
            let at = self.below(seen as u64 + 1) as usize;
            if let Some(place) = chosen.get_mut(at) {
                *place = row;
            }
        }
        for at in (1..chosen.len()).rev() {
            let other = self.below(at as u64 + 1) as usize;
            chosen.swap(at, other);
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_the_same_chance_at_every_place() {
        let mut random = Random::seeded(7);
        let mut first = [0; 100];
        let mut any = [0; 100];
        for _ in 0..20_000 {
            let chosen = random.choose((0..100).map(RowIndex), 10);
            assert_eq!(chosen.len(), 10);
            first[chosen[0].0 as usize] += 1;
            chosen.iter().for_each(|row| any[row.0 as usize] += 1);
        }
        assert!(first.iter().all(|count| (130..280).contains(count)), "{first:?}");
        assert!(any.iter().all(|count| (1_800..2_200).contains(count)), "{any:?}");
    }

    #[test]
    fn a_small_stratum_is_chosen_whole() {
        let mut chosen = Random::seeded(1).choose((0..4).map(RowIndex), 10);
        chosen.sort_unstable();
        assert_eq!(chosen, [0, 1, 2, 3].map(RowIndex));
        assert!(Random::seeded(1).choose(std::iter::empty(), 10).is_empty());
    }
}
