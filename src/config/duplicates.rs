//! Says which key of a TOML file is there twice, where it was first, and what to do.

/// What to report of the key at `span`, which the parser met a second time; `None` when that only
/// follows from a section that is there twice.
pub(super) fn duplicate(text: &str, start: usize, end: usize) -> Option<String> {
    let key = text.get(start..end)?.trim();
    let before = text.get(..start)?;
    let line = before.rsplit('\n').next()?.trim_start();
    if line.starts_with('[') {
        let first = first_head(before, key)?;
        let remedy = if key == "rule" {
            "write [[rule]], in two brackets, above each rule"
        } else {
            "keep one section, with the settings of both"
        };
        return Some(format!("[{key}] is there twice (first in line {first}): {remedy}"));
    }
    let first = first_setting(before, key)?;
    Some(format!("`{key}` is there twice (first in line {first}): keep one"))
}

/// The line of the first `[key]`.
fn first_head(before: &str, key: &str) -> Option<usize> {
    let head = |line: &str| {
        let inner = line.trim_start().strip_prefix('[')?.split(']').next()?;
        (inner.trim() == key).then_some(())
    };
    before.lines().position(|line| head(line).is_some()).map(|at| at + 1)
}

/// The line of the first `key = …` in the section that `before` ends in.
fn first_setting(before: &str, key: &str) -> Option<usize> {
    let lines: Vec<_> = before.lines().collect();
    let head = lines.iter().rposition(|line| line.trim_start().starts_with('['));
    let is_setting = |line: &str| line.split_once('=').is_some_and(|(name, _)| name.trim() == key);
    let begin = head.map_or(0, |head| head + 1);
    lines[begin..].iter().position(|line| is_setting(line)).map(|at| begin + at + 1)
}
