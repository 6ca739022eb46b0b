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

/// Consonants with which words begin, those of English among them.
const BEGINNINGS: [&str; 29] = [
    "bl", "br", "ch", "cl", "cr", "dr", "fl", "fr", "gl", "gr", "kr", "lh", "nh", "pl", "pr", "ps",
    "qu", "sc", "sh", "sk", "sl", "sm", "sn", "sp", "st", "sw", "th", "tr", "tw",
];
/// Consonants with which they end.
const ENDINGS: [&str; 24] = [
    "ch", "ck", "ct", "ft", "ld", "lk", "ll", "ls", "lt", "ms", "nd", "ng", "nk", "ns", "nt", "ps",
    "rd", "rk", "rs", "rt", "sh", "ss", "st", "th",
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

/// Whether `word`, in lower case, begins and ends as words do that are said: `cemig`, but not `lte`.
pub(super) fn is_pronounceable(word: &str) -> bool {
    let is_consonant = |c: &char| !has_vowel(c.encode_utf8(&mut [0; 2]));
    let first: String = word.chars().take_while(is_consonant).collect();
    let mut last: Vec<char> = word.chars().rev().take_while(is_consonant).collect();
    last.reverse();
    let last: String = last.into_iter().collect();
    let begins = first.chars().count() < 2 || BEGINNINGS.contains(&first.as_str());
    let ends = last.chars().count() < 2 || ENDINGS.contains(&last.as_str());
    begins && ends
}
