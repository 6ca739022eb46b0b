//! Ids of local alerts: short, and clear when they are read out on the telephone, like `a7k2`.

/// Letters whose Portuguese names sound different: neither `b`, `d` nor `p`, neither `m` nor `n`.
const LETTERS: &[u8; 12] = b"acfhjkmruwxy";
/// Digits that no letter looks like; Brazilians say `meia` for a six.
const DIGITS: &[u8; 7] = b"2345789";
const COUNT: u64 = ((LETTERS.len() * DIGITS.len()) as u64).pow(2);

/// Returns an id that is not taken, or `None` if all are; `random` decides which.
pub(super) fn free_id(random: u64, is_taken: impl Fn(&str) -> bool) -> Option<String> {
    let first = random % COUNT;
    let ids = (0..COUNT).map(|step| id((first + step) % COUNT));
    ids.into_iter().find(|id| !is_taken(id))
}

/// Whether the text has the form of an id.
pub(super) fn is_id(text: &str) -> bool {
    let sets: [&[u8]; 4] = [LETTERS, DIGITS, LETTERS, DIGITS];
    text.len() == sets.len() && text.bytes().zip(sets).all(|(byte, set)| set.contains(&byte))
}

fn id(number: u64) -> String {
    let mut rest = number as usize;
    let mut next = |set: &[u8]| {
        let byte = set[rest % set.len()];
        rest /= set.len();
        char::from(byte)
    };
    [next(LETTERS), next(DIGITS), next(LETTERS), next(DIGITS)].iter().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_id_is_found_before_there_is_none() {
        let mut taken = BTreeSet::new();
        while let Some(id) = free_id(u64::MAX - 7, |id| taken.contains(id)) {
            assert!(is_id(&id), "{id}");
            assert!(taken.insert(id));
        }
        assert_eq!(taken.len() as u64, COUNT);
    }

    #[test]
    fn other_texts_are_no_ids() {
        for text in ["", "a7k", "a7k22", "a6k2", "b7k2", "A7K2", "7a2k", "ã7k"] {
            assert!(!is_id(text), "{text}");
        }
        assert!(is_id("a7k2"));
    }
}
