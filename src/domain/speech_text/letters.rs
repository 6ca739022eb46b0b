//! The names of letters.

/// Each letter with its name. "O" and "e" have an accent so that they do not sound like the words.
const NAMES: [(char, &str); 26] = [
    ('a', "á"),
    ('b', "bê"),
    ('c', "cê"),
    ('d', "dê"),
    ('e', "é"),
    ('f', "efe"),
    ('g', "gê"),
    ('h', "agá"),
    ('i', "i"),
    ('j', "jota"),
    ('k', "cá"),
    ('l', "ele"),
    ('m', "eme"),
    ('n', "ene"),
    ('o', "ó"),
    ('p', "pê"),
    ('q', "quê"),
    ('r', "erre"),
    ('s', "esse"),
    ('t', "tê"),
    ('u', "u"),
    ('v', "vê"),
    ('w', "dáblio"),
    ('x', "xis"),
    ('y', "ípsilon"),
    ('z', "zê"),
];

/// Spells `word`, in lower case: `cto` is "cê tê ó". A letter with a mark keeps its own sound.
pub(super) fn spelled_out(word: &str) -> String {
    let mut spelled = String::new();
    for c in word.chars() {
        if !spelled.is_empty() {
            spelled.push(' ');
        }
        match NAMES.iter().find(|(letter, _)| *letter == c) {
            Some((_, name)) => spelled.push_str(name),
            None if c == 'ç' => spelled.push_str("cê cedilha"),
            None => spelled.push(c),
        }
    }
    spelled
}

/// Whether `word`, in lower case, has a vowel, so that it can be said as a word.
pub(super) fn has_vowel(word: &str) -> bool {
    word.chars().any(|c| "aeiouyáàâãéêíóôõúü".contains(c))
}
