//! Finds the rows of a number's hash: sorted hashes, and an index over their top bits.

use std::iter::zip;

/// Which rows have a number.
#[derive(Clone, Default, PartialEq)]
pub(super) struct NumberIndex {
    /// Sorted; a hash stands once for each of its rows.
    hashes: Vec<u64>,
    rows: Vec<u32>,
    /// Where the hashes begin that have the same top bits, and at the end their number.
    buckets: Vec<u32>,
    distinct: usize,
}

/// A bucket holds four to eight hashes: about one cache line.
const BUCKET_BITS: u32 = 2;

impl NumberIndex {
    /// Sorts hashes and rows.
    pub(super) fn new(mut pairs: Vec<(u64, u32)>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let hashes: Vec<_> = pairs.iter().map(|(hash, _)| *hash).collect();
        Self::indexed(hashes, pairs.iter().map(|(_, row)| *row).collect())
    }

    /// Indexes pairs that are sorted and distinct; returns `None` if they are not.
    pub(super) fn of_sorted(hashes: Vec<u64>, rows: Vec<u32>) -> Option<Self> {
        let pairs = || zip(&hashes, &rows);
        let is_sorted = zip(pairs(), pairs().skip(1)).all(|(one, next)| one < next);
        (hashes.len() == rows.len() && is_sorted).then(|| Self::indexed(hashes, rows))
    }

    fn indexed(hashes: Vec<u64>, rows: Vec<u32>) -> Self {
        let bits = hashes.len().checked_ilog2().unwrap_or_default().saturating_sub(BUCKET_BITS);
        let mut buckets = Vec::with_capacity((1 << bits) + 1);
        for (at, hash) in hashes.iter().enumerate() {
            while buckets.len() <= bucket(*hash, bits) {
                buckets.push(at as u32);
            }
        }
        buckets.resize((1 << bits) + 1, hashes.len() as u32);
        let repeated = zip(&hashes, hashes.iter().skip(1)).filter(|(one, next)| one == next);
        let distinct = hashes.len() - repeated.count();
        Self { hashes, rows, buckets, distinct }
    }

    /// The rows with this hash.
    pub(super) fn find(&self, hash: u64) -> &[u32] {
        let buckets = self.buckets.len().saturating_sub(1);
        let bits = buckets.checked_ilog2().unwrap_or_default();
        let bucket = bucket(hash, bits);
        let Some([start, end, ..]) = self.buckets.get(bucket..) else { return &[] };
        let hashes = &self.hashes[*start as usize..*end as usize];
        let first = hashes.partition_point(|other| *other < hash);
        let count = hashes[first..].iter().take_while(|other| **other == hash).count();
        let first = *start as usize + first;
        &self.rows[first..first + count]
    }

    /// All hashes with their rows, sorted.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (u64, u32)> {
        zip(self.hashes.iter().copied(), self.rows.iter().copied())
    }

    pub(super) fn hashes(&self) -> &[u64] {
        &self.hashes
    }

    pub(super) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// How many different numbers there are.
    pub(super) fn distinct(&self) -> usize {
        self.distinct
    }

    pub(super) fn bytes(&self) -> usize {
        8 * self.hashes.capacity() + 4 * (self.rows.capacity() + self.buckets.capacity())
    }
}

/// The top bits of a hash.
fn bucket(hash: u64, bits: u32) -> usize {
    hash.checked_shr(u64::BITS - bits).unwrap_or_default() as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_indexed_is_found_and_nothing_else(
            pairs in prop::collection::vec((any::<u64>(), 0..9_u32), 0..300),
            narrow in prop::collection::vec((0..40_u64, 0..9_u32), 0..300),
        ) {
            for pairs in [pairs, narrow] {
                let index = NumberIndex::new(pairs.clone());
                for hash in pairs.iter().map(|pair| pair.0).chain([0, 1, 39, u64::MAX]) {
                    let own = pairs.iter().filter(|pair| pair.0 == hash);
                    let mut rows: Vec<_> = own.map(|pair| pair.1).collect();
                    rows.sort_unstable();
                    rows.dedup();
                    prop_assert_eq!(index.find(hash), rows);
                }
                let sorted = NumberIndex::of_sorted(index.hashes.clone(), index.rows.clone());
                prop_assert!(sorted == Some(index));
            }
        }
    }

    #[test]
    fn what_is_not_sorted_is_refused() {
        assert!(NumberIndex::of_sorted(vec![2, 1], vec![0, 0]).is_none());
        assert!(NumberIndex::of_sorted(vec![1, 1], vec![0, 0]).is_none());
        assert!(NumberIndex::of_sorted(vec![1], vec![]).is_none());
        assert_eq!(
            NumberIndex::of_sorted(vec![1, 1], vec![0, 1]).map(|index| index.distinct),
            Some(1)
        );
        assert_eq!(NumberIndex::default().find(0), [0_u32; 0]);
    }
}
