//! What is drawn for each generated customer: one number for each question, from the seed alone.

use crate::simulator::dice::dice;

/// A question that a random number answers.
#[derive(Clone, Copy)]
pub(super) enum Draw {
    District,
    Groups,
    Name,
    Place,
    PhoneCount,
    PhoneFormat,
    PhoneKind,
    Services,
    Shared,
    Spelling,
    Status,
    Updated,
    // Later ones follow, so that those above keep their numbers.
    CustomerGroup,
    Missing,
    Moved,
    Renumbered,
    Unjoined,
}

/// The number drawn for a customer and a question.
pub(super) fn roll(seed: u64, draw: Draw, index: u32) -> u64 {
    dice(seed ^ (draw as u64 + 1) << 40, u64::from(index))
}

/// The same, from 0 to 999.
pub(super) fn permille(seed: u64, draw: Draw, index: u32) -> u64 {
    roll(seed, draw, index) % 1_000
}

/// What moves the numbers and the places of one seed against those of another.
pub(super) fn offset(seed: u64) -> u64 {
    dice(seed, 0) % 1_000_003
}
