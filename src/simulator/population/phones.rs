//! The numbers of generated customers, from which the customer is computed again.
//!
//! Each number that a customer may ever have is a slot: the n-th slot is the number
//! `n * MULTIPLIER + offset` of its kind, modulo `NUMBERS`. So no two slots share a number, and the
//! inverse multiplier leads from the last eight digits back to the slot.

use super::dice::{Draw, offset, permille};
use super::{CUSTOMERS_MAX, Population};

/// How many numbers a customer has at most.
const POSITIONS: u32 = 3;
/// How often the numbers of a customer may change: the slots of all are fewer than `NUMBERS`.
pub(super) const REVISIONS_MAX: u32 = 12;
/// How many numbers of eight digits begin with 2 to 5, and how many with 6 to 9.
const NUMBERS: u64 = 40_000_000;
const FIRST_LANDLINE: u64 = 20_000_000;
const FIRST_MOBILE: u64 = 60_000_000;
/// Neither even nor a multiple of five, so that it has an inverse modulo `NUMBERS`.
const MULTIPLIER: u64 = 24_180_337;
/// Euler: `NUMBERS` is 2^9 * 5^7, and 16,000,000 numbers below it share no factor with it.
const INVERSE: u64 = power(MULTIPLIER, 16_000_000 - 1);
/// How far apart two customers are who may share a number: they live on different interfaces.
const SHARED_DISTANCE: u32 = 1_024;

/// A number as the numbering plan has it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct GeneratedPhone {
    area: u32,
    /// The last eight digits.
    tail: u64,
    slot: u32,
}

impl GeneratedPhone {
    fn new(population: &Population, owner: u32, slot: u32) -> Self {
        let position = u64::from(slot * CUSTOMERS_MAX + owner);
        let permuted = (position * MULTIPLIER + offset(population.seed)) % NUMBERS;
        let first = if is_mobile(population, owner, slot) { FIRST_MOBILE } else { FIRST_LANDLINE };
        Self { area: population.area(owner), tail: first + permuted, slot }
    }

    fn is_mobile(&self) -> bool {
        self.tail >= FIRST_MOBILE
    }

    /// Area code and number, with the ninth digit of a mobile.
    pub(super) fn canonical(&self) -> String {
        let ninth = if self.is_mobile() { "9" } else { "" };
        format!("{}{ninth}{:08}", self.area, self.tail)
    }

    /// As somebody has typed it.
    pub(super) fn typed(&self, population: &Population, index: u32) -> String {
        let canonical = self.canonical();
        let (area, number) = canonical.split_at(2);
        let (first, last) = number.split_at(number.len() - 4);
        match permille(
            population.seed,
            Draw::PhoneFormat,
            index * POSITIONS + self.slot % POSITIONS,
        ) {
            0..700 => canonical,
            700..800 => format!("({area}) {first}-{last}"),
            800..850 => format!("{area} {first}-{last}"),
            850..900 => format!("+55 {area} {first}-{last}"),
            900..930 => format!("0{canonical}"),
            930..970 => format!("{area}{:08}", self.tail),
            _ => format!("({area}) {first} {last}"),
        }
    }
}

/// The numbers of a customer whose numbers have changed `revision` times, by their position.
pub(super) fn phones(population: &Population, index: u32, revision: u32) -> Vec<GeneratedPhone> {
    let first = revision * POSITIONS;
    let own = |position| GeneratedPhone::new(population, index, first + position);
    let mut phones: Vec<_> = (0..count(population, index)).map(own).collect();
    if revision == 0
        && let Some(owner) = shared_with(population, index)
    {
        phones[0] = GeneratedPhone::new(population, index.min(owner), 0);
    }
    phones
}

/// Who has the same first number as that customer, if anybody.
pub(super) fn shared_with(population: &Population, index: u32) -> Option<u32> {
    let other = index ^ SHARED_DISTANCE;
    let is_chosen = permille(population.seed, Draw::Shared, index.min(other)) < 5;
    let have_phones = || [index, other].iter().all(|each| count(population, *each) > 0);
    (is_chosen && other < population.customers && have_phones()).then_some(other)
}

/// The customers who may have a number that ends in these eight digits; at most two.
pub(super) fn candidates(population: &Population, tail: u64) -> Vec<u32> {
    let shift = if tail < FIRST_MOBILE { FIRST_LANDLINE } else { FIRST_MOBILE };
    let Some(permuted) = tail.checked_sub(shift).filter(|permuted| *permuted < NUMBERS) else {
        return Vec::new();
    };
    let position = (permuted + NUMBERS - offset(population.seed) % NUMBERS) % NUMBERS;
    let position = position * INVERSE % NUMBERS;
    let index = (position % u64::from(CUSTOMERS_MAX)) as u32;
    let known = [index, index ^ SHARED_DISTANCE].into_iter();
    known.filter(|each| *each < population.customers).collect()
}

/// One and a half on average.
fn count(population: &Population, index: u32) -> u32 {
    match permille(population.seed, Draw::PhoneCount, index) {
        0..20 => 0,
        20..570 => 1,
        570..920 => 2,
        _ => POSITIONS,
    }
}

fn is_mobile(population: &Population, index: u32, slot: u32) -> bool {
    let mobiles = [850, 600, 1_000][(slot % POSITIONS) as usize];
    permille(population.seed, Draw::PhoneKind, index * POSITIONS + slot % POSITIONS) < mobiles
}

const fn power(base: u64, mut exponent: u64) -> u64 {
    let (mut product, mut square) = (1, base % NUMBERS);
    while exponent > 0 {
        if exponent % 2 == 1 {
            product = product * square % NUMBERS;
        }
        square = square * square % NUMBERS;
        exponent /= 2;
    }
    product
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const POPULATION: Population = Population { customers: 20_000, seed: 7 };

    #[test]
    fn every_number_leads_back_to_its_customers() {
        for index in 0..POPULATION.customers {
            for revision in [0, 1, REVISIONS_MAX] {
                for phone in phones(&POPULATION, index, revision) {
                    assert!(candidates(&POPULATION, phone.tail).contains(&index));
                }
            }
        }
    }

    #[test]
    fn only_shared_numbers_occur_twice() {
        let mut owners: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
        for index in 0..POPULATION.customers {
            for phone in phones(&POPULATION, index, 0) {
                owners.entry(phone.tail).or_default().push(index);
            }
        }
        let shared: Vec<_> = owners.values().filter(|owners| owners.len() > 1).collect();
        assert!((20..200).contains(&shared.len()), "{}", shared.len());
        for owners in shared {
            assert_eq!(shared_with(&POPULATION, owners[0]), Some(owners[1]));
        }
    }

    #[test]
    fn the_numbers_and_their_formats_are_as_many_as_intended() {
        let all: Vec<_> = (0..POPULATION.customers)
            .flat_map(|index| {
                phones(&POPULATION, index, 0).into_iter().map(move |own| (index, own))
            })
            .collect();
        let mean = all.len() as f64 / f64::from(POPULATION.customers);
        assert!((1.4..1.6).contains(&mean), "{mean}");
        let typed = |(index, phone): &(u32, GeneratedPhone)| phone.typed(&POPULATION, *index);
        let odd = all.iter().filter(|each| typed(each) != each.1.canonical()).count();
        assert!((all.len() / 5..all.len() * 2 / 5).contains(&odd), "{odd}");
    }
}
