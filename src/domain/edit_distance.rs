//! How far apart two words are, for suggestions after a mistyped one.

/// Returns the number of characters to insert, delete, replace or swap with the next one (edit
/// distance); `usize::MAX` if the lengths differ by more than `gap_max`.
pub fn edit_distance(one: &str, other: &str, gap_max: usize) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    // The distance is at least the difference in length.
    if one.len().abs_diff(other.len()) > gap_max {
        return usize::MAX;
    }
    let mut rows = vec![(0..=other.len()).collect::<Vec<usize>>()];
    for (i, a) in one.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, b) in other.iter().enumerate() {
            let changed = rows[i][j] + usize::from(a != b);
            let mut steps = changed.min(rows[i][j + 1] + 1).min(row[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                steps = steps.min(rows[i - 1][j - 1] + 1);
            }
            row.push(steps);
        }
        rows.push(row);
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors_are_near_and_other_words_are_not() {
        for (one, other, steps) in [
            ("", "", 0),
            ("hubsft", "hubsoft", 1),
            ("rules", "rule", 1),
            ("clientid", "client_id", 1),
            ("lgo", "log", 1),
            ("ação", "acao", 2),
            ("fresh", "alert", 4),
            ("x", "freeswitch", usize::MAX),
        ] {
            assert_eq!(edit_distance(one, other, 2), steps, "{one} {other}");
            assert_eq!(edit_distance(other, one, 2), steps, "{other} {one}");
        }
    }
}
