//! Random numbers without a state: the same seed and position bring the same number.

/// The n-th number of the generator SplitMix64, <https://prng.di.unimi.it/splitmix64.c>.
pub fn dice(seed: u64, nth: u64) -> u64 {
    let state = seed.wrapping_add(nth.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let mixed = (state ^ state >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_random_numbers_are_those_of_the_reference() {
        assert_eq!(dice(1_234_567, 0), 6_457_827_717_110_365_317);
        assert_eq!(dice(1_234_567, 1), 3_203_168_211_198_807_973);
    }
}
