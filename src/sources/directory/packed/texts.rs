//! Holds many short texts in one allocation, and finds the index of a text that is held already.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};

/// The index of the empty text: the list does not state a name.
pub(super) const NOT_STATED: u32 = 0;
/// The index that stands for every name for which there was no more room.
pub(super) const TOO_MANY: u32 = 1;
/// The text at [`TOO_MANY`]. Folding splits it into three dots, so that it equals no folded name.
pub(super) const TOO_MANY_TEXT: &str = "…";

/// Maximum bytes of all texts of a table: ten times what 1,000,000 customers need.
const TEXT_BYTES_MAX: usize = 64 << 20;

/// TextTable one behind the other.
#[derive(Clone, Default, PartialEq)]
pub(super) struct TextTable {
    ends: Vec<u32>,
    text: String,
}

impl TextTable {
    /// The table that has only the two reserved texts.
    pub(super) fn reserved() -> Self {
        let mut texts = Self::default();
        texts.push("");
        texts.push(TOO_MANY_TEXT);
        texts
    }

    /// Returns the texts, if the ends are in order and at characters' boundaries.
    pub(super) fn of_parts(ends: Vec<u32>, text: String) -> Option<Self> {
        let is_cut = |end: &u32| text.is_char_boundary(*end as usize);
        let whole = ends.last().copied().unwrap_or_default() as usize == text.len();
        (whole && ends.is_sorted() && ends.iter().all(is_cut)).then_some(Self { ends, text })
    }

    pub(super) fn ends(&self) -> &[u32] {
        &self.ends
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The text at `index`; empty if there is none.
    pub(super) fn get(&self, index: u32) -> &str {
        let index = index as usize;
        let Some(end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start as usize..*end as usize]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.ends.len() as u32).map(|index| self.get(index))
    }

    /// Appends `text`, or an empty text if the table is full; returns the index.
    pub(super) fn push(&mut self, text: &str) -> u32 {
        if self.has_room(text) {
            self.text.push_str(text);
        }
        self.ends.push(self.text.len() as u32);
        self.ends.len() as u32 - 1
    }

    pub(super) fn has_room(&self, text: &str) -> bool {
        self.text.len() + text.len() <= TEXT_BYTES_MAX
    }

    pub(super) fn reserve(&mut self, texts: usize) {
        self.ends.reserve_exact(texts);
    }

    pub(super) fn shrink(&mut self) {
        self.ends.shrink_to_fit();
        self.text.shrink_to_fit();
    }

    pub(super) fn bytes(&self) -> usize {
        self.ends.capacity() * size_of::<u32>() + self.text.capacity()
    }
}

/// Finds the index of a text. It holds no text, only hashes.
#[derive(Default)]
pub(super) struct TextIndex {
    by_hash: HashMap<u64, u32>,
    hasher: RandomState,
}

impl TextIndex {
    /// Indexes the texts that are there already.
    pub(super) fn of(texts: &TextTable) -> Self {
        let mut index = Self::default();
        for at in 0..texts.len() as u32 {
            if let Err(free) = index.find(texts, texts.get(at)) {
                index.by_hash.insert(free, at);
            }
        }
        index
    }

    /// Returns the index of `text`, which is appended unless it is there or there are `max` texts.
    pub(super) fn intern(&mut self, texts: &mut TextTable, text: &str, max: usize) -> u32 {
        match self.find(texts, text) {
            Ok(at) => at,
            Err(_) if texts.len() >= max || !texts.has_room(text) => TOO_MANY,
            Err(free) => {
                let at = texts.push(text);
                self.by_hash.insert(free, at);
                at
            }
        }
    }

    /// Returns the index of `text`, or the first free hash for it.
    fn find(&self, texts: &TextTable, text: &str) -> Result<u32, u64> {
        let mut hash = self.hasher.hash_one(text);
        loop {
            match self.by_hash.get(&hash) {
                Some(at) if texts.get(*at) == text => return Ok(*at),
                Some(_) => hash = hash.wrapping_add(1),
                None => return Err(hash),
            }
        }
    }
}

/// Finds the index of a key that is not a text.
pub(super) struct KeyIndex<K>(HashMap<K, u32>);

impl<K: Clone + Eq + Hash> KeyIndex<K> {
    /// Indexes the keys that are there already.
    pub(super) fn of(keys: &[K]) -> Self {
        let mut index = HashMap::new();
        for (at, key) in keys.iter().enumerate() {
            index.entry(key.clone()).or_insert(at as u32);
        }
        Self(index)
    }

    /// Returns the index of `key`, which is appended unless it is there or there are `max` keys.
    pub(super) fn intern(&mut self, keys: &mut Vec<K>, key: K, max: usize) -> u32 {
        if let Some(at) = self.0.get(&key) {
            return *at;
        }
        if keys.len() >= max {
            return TOO_MANY;
        }
        let at = keys.len() as u32;
        keys.push(key.clone());
        self.0.insert(key, at);
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_one_index() {
        let mut texts = TextTable::reserved();
        let mut index = TextIndex::of(&texts);
        let mut intern = |text: &str| index.intern(&mut texts, text, 4);
        assert_eq!((intern("centro"), intern("sul"), intern("centro")), (2, 3, 2));
        assert_eq!((intern(""), intern("norte")), (NOT_STATED, TOO_MANY));
        assert_eq!(texts.iter().collect::<Vec<_>>(), ["", "…", "centro", "sul"]);
        assert_eq!(texts.get(99), "");
    }

    #[test]
    fn an_index_of_a_table_finds_its_texts() {
        let mut texts = TextTable::reserved();
        let added: Vec<_> = (0..1000).map(|at| texts.push(&format!("CTO {at}"))).collect();
        let mut index = TextIndex::of(&texts);
        for (at, added) in added.into_iter().enumerate() {
            assert_eq!(index.intern(&mut texts, &format!("CTO {at}"), usize::MAX), added);
        }
        assert_eq!(texts.len(), 1002);
    }

    #[test]
    fn parts_that_do_not_fit_together_are_no_texts() {
        let parts = |ends: &[u32], text: &str| TextTable::of_parts(ends.to_vec(), text.into());
        assert!(parts(&[0, 2, 4], "abcd").is_some() && parts(&[], "").is_some());
        assert!(parts(&[2, 1, 4], "abcd").is_none(), "not in order");
        assert!(parts(&[2], "abcd").is_none() && parts(&[9], "abcd").is_none(), "not the end");
        assert!(parts(&[1, 2], "é").is_none(), "within a character");
    }
}
