//! The text of the record of earlier alerts: a line with a checksum for each outcome.
//!
//! ```text
//! outcome <alert> <day> <kinds present> <kinds fitted> <confirmed> <answers> <checksum>
//! ```
//! Kinds are words with commas between them, `-` if there are none; `unknown` among the present ones stands
//! for those that the directory cannot show.

use crate::runtime::state_folder::{CheckedLine, checked_lines, write_checked_line};
use crate::sources::directory::{ScopeKind, ScopeKinds};

use super::{Outcome, StratumLike};

/// Longest line: no line that is written comes near it.
const LINE_BYTES_MAX: usize = 256;
const UNKNOWN: &str = "unknown";
const NONE: &str = "-";

/// What a file states, in its order.
#[derive(Default)]
pub(super) struct RecordFile {
    pub(super) outcomes: Vec<Outcome>,
    /// Lines that mean nothing.
    pub(super) damaged: usize,
}

impl RecordFile {
    pub(super) fn read(bytes: &[u8]) -> Self {
        let mut file = Self::default();
        for line in checked_lines(bytes) {
            match read_line(line) {
                Some(outcome) => file.outcomes.push(outcome),
                None => file.damaged += 1,
            }
        }
        file
    }
}

pub(super) fn write_outcome(outcome: &Outcome, text: &mut String) {
    let Outcome { alert, day, like, confirmed, answers } = outcome;
    let marker = like.has_unknown_kinds.then_some(UNKNOWN);
    let present = joined(like.present.iter().map(ScopeKind::word).chain(marker));
    let fits = joined(like.fits.iter().map(ScopeKind::word));
    let line = format!("outcome {alert} {day} {present} {fits} {confirmed} {answers}");
    write_checked_line(&line, text);
}

fn joined(words: impl Iterator<Item = &'static str>) -> String {
    let words: Vec<_> = words.collect();
    if words.is_empty() { NONE.to_owned() } else { words.join(",") }
}

fn read_line(line: CheckedLine<'_>) -> Option<Outcome> {
    let content = line.content().filter(|_| line.bytes() <= LINE_BYTES_MAX)?;
    let words: Vec<&str> = content.split(' ').collect();
    let ["outcome", alert, day, present, fits, confirmed, answers] = words[..] else { return None };
    let like = StratumLike {
        present: kinds(present.split(',').filter(|word| *word != UNKNOWN))?,
        has_unknown_kinds: present.split(',').any(|word| word == UNKNOWN),
        fits: kinds(fits.split(','))?,
    };
    let (confirmed, answers) = (confirmed.parse().ok()?, answers.parse().ok()?);
    let outcome =
        Outcome { alert: alert.parse().ok()?, day: day.parse().ok()?, like, confirmed, answers };
    (answers > 0 && confirmed <= answers).then_some(outcome)
}

/// The kinds of the words; `None` if one is of another version.
fn kinds<'a>(words: impl Iterator<Item = &'a str>) -> Option<ScopeKinds> {
    let mut kinds = ScopeKinds::default();
    for word in words.filter(|word| *word != NONE) {
        kinds = kinds.with(ScopeKind::ALL.into_iter().find(|kind| kind.word() == word)?);
    }
    Some(kinds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes() -> Vec<Outcome> {
        let both = ScopeKinds::default().with(ScopeKind::Interface).with(ScopeKind::Pop);
        let pop = ScopeKinds::default().with(ScopeKind::Pop);
        let none = ScopeKinds::default();
        let like =
            |present, fits, has_unknown_kinds| StratumLike { present, has_unknown_kinds, fits };
        let likes = [like(both, pop, false), like(both, none, true), like(none, none, true)];
        let outcome =
            |(alert, like)| Outcome { alert, day: 20_000, like, confirmed: 9, answers: 10 };
        (1..).zip(likes).map(outcome).collect()
    }

    fn text() -> String {
        let mut text = String::new();
        outcomes().iter().for_each(|outcome| write_outcome(outcome, &mut text));
        text
    }

    #[test]
    fn what_is_written_is_read() {
        let file = RecordFile::read(text().as_bytes());
        assert_eq!((file.outcomes, file.damaged), (outcomes(), 0));
        assert!(text().contains("outcome 2 20000 interface,pop,unknown - 9 10 "), "{}", text());
    }

    #[test]
    fn any_flipped_bit_costs_two_lines_at_most_and_invents_none() {
        let text = text().into_bytes();
        for bit in 0..text.len() * 8 {
            let mut damaged = text.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let file = RecordFile::read(&damaged);
            assert!(file.outcomes.len() >= 2, "bit {bit}");
            assert!(file.outcomes.iter().all(|outcome| outcomes().contains(outcome)), "bit {bit}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_is_damaged() {
        for content in [
            "outcome 1 20000 pop pop 11 10",
            "outcome 1 20000 pop pop 0 0",
            "outcome 1 20000 zone pop 1 10",
            "outcome 1 20000 pop 1 10",
            "verdict 1 20000 pop pop 1 10",
        ] {
            let mut line = String::new();
            write_checked_line(content, &mut line);
            let file = RecordFile::read(line.as_bytes());
            assert_eq!((file.outcomes.len(), file.damaged), (0, 1), "{content}");
        }
    }
}
