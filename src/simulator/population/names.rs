//! The names of generated customers, cities, districts, equipment and boxes; all invented.

use super::Population;
use super::dice::{Draw, permille, roll};
use super::network::{CITY_DISTRICTS, box_named_as, equipment_of, pop_of, slot_and_port};

/// Ends the name of every generated customer, so that a leaked name is found by searching.
pub const CANARY_SURNAME: &str = "CANARINHO";

const FIRST_NAMES: [&str; 16] = [
    "ANA", "BIA", "CAIO", "DORA", "ÉLCIO", "FLÁVIA", "GIL", "HELENA", "ÍRIS", "JOÃO", "LÉO",
    "MARIA", "NINA", "OTÁVIO", "PAULO", "RITA",
];
const SURNAMES: [&str; 16] = [
    "ARAPONGA",
    "BEM-TE-VI",
    "CORRUÍRA",
    "CURIÓ",
    "GARÇA",
    "IRERÊ",
    "JAÇANÃ",
    "JURITI",
    "MARITACA",
    "PINTASSILGO",
    "QUERO",
    "ROLINHA",
    "SABIÁ",
    "SAÍRA",
    "TICO",
    "TUCANO",
];
const CITY_BEGINNINGS: [&str; 5] = ["MONTE", "CAMPO", "LAGOA", "PORTO", "SERRA"];
const CITY_ENDINGS: [&str; 8] = [
    "DO CANÁRIO",
    "DA AURORA",
    "DOS IPÊS",
    "SANTO ANTÔNIO",
    "DA GARÇA",
    "DE SÃO JOÃO",
    "DO CAJÁ",
    "FICTÍCIA",
];
const DISTRICT_BEGINNINGS: [&str; 5] = ["JARDIM", "VILA", "PARQUE", "RESIDENCIAL", "ALTO"];
const DISTRICT_ENDINGS: [&str; 8] = [
    "DAS ACÁCIAS",
    "SÃO JOSÉ",
    "BOA VISTA",
    "DOS IPÊS",
    "CANÁRIO",
    "PRIMAVERA",
    "ESPERANÇA",
    "SANTA LUZIA",
];
/// A district in no table: the customers there are few.
pub(super) const UNKNOWN_DISTRICT: &str = "ZONA RURAL";

impl Population {
    /// The name of a customer, as it is registered.
    pub fn name(&self, index: u32) -> String {
        let roll = roll(self.seed, Draw::Name, index) as usize;
        let (first, middle, last) = (roll % 16, roll / 16 % 16, roll / 256 % 16);
        format!("{} {} {} {CANARY_SURNAME}", FIRST_NAMES[first], SURNAMES[middle], SURNAMES[last])
    }
}

pub(super) fn city(number: u32) -> String {
    let number = number as usize;
    format!("{} {}", CITY_BEGINNINGS[number % 5], CITY_ENDINGS[number / 5 % 8])
}

/// The name of a district; each city has one of the same name.
pub(super) fn district(number: u32) -> String {
    match number % CITY_DISTRICTS {
        0 => "CENTRO".to_owned(),
        number => {
            let number = number as usize;
            format!("{} {}", DISTRICT_BEGINNINGS[number % 5], DISTRICT_ENDINGS[number / 5])
        }
    }
}

/// The second district of each city is in the tables twice: somebody has mistyped it.
pub(super) fn misspelt(district_number: u32) -> Option<String> {
    let mut name = district(district_number);
    (district_number % CITY_DISTRICTS == 1).then(|| {
        name.pop();
        name
    })
}

/// The name of a district as an address has it: with and without accents, capitals and blanks.
pub(super) fn district_as_typed(population: &Population, number: u32, index: u32) -> String {
    let name = district(number);
    match permille(population.seed, Draw::Spelling, index) {
        0..50 => misspelt(number).unwrap_or(name),
        50..100 => without_accents(&name),
        100..150 => name.to_lowercase(),
        150..200 => name.replace(' ', "  "),
        200..205 => UNKNOWN_DISTRICT.to_owned(),
        _ => name,
    }
}

/// The first equipment of each POP has the same name: only the address tells them apart.
pub(super) fn equipment(number: u32) -> String {
    match number % 5 {
        0 => "OLT CENTRO".to_owned(),
        within => format!("OLT {:03}-{within}", pop_of(number)),
    }
}

pub(super) fn address(equipment: u32) -> String {
    format!("10.20.{}.{}", equipment / 250, equipment % 250 + 1)
}

pub(super) fn equipment_at(interface: u32) -> (String, String) {
    let number = equipment_of(interface);
    (equipment(number), address(number))
}

pub(super) fn interface(number: u32) -> String {
    let (slot, port) = slot_and_port(number);
    format!("GPON1/{slot}/{port}")
}

/// An interface with its equipment, which distinguishes it from those of the same name.
pub(super) fn whole_interface(number: u32) -> String {
    let (equipment, address) = equipment_at(number);
    format!("{equipment}|{address}|{}", interface(number))
}

pub(super) fn pop(number: u32) -> String {
    format!("POP {number:03}")
}

pub(super) fn optical_box(number: u32) -> String {
    format!("CX-{:06}", box_named_as(number))
}

/// A name in the form in which two are compared: capitals, no accents, single blanks.
pub(super) fn folded(name: &str) -> String {
    let words: Vec<_> = name.split_whitespace().collect();
    without_accents(&words.join(" ").to_uppercase())
}

fn without_accents(name: &str) -> String {
    let plain = |letter| match letter {
        'Á' | 'Ã' | 'Â' => 'A',
        'Ç' => 'C',
        'É' | 'Ê' => 'E',
        'Í' => 'I',
        'Ó' | 'Õ' | 'Ô' => 'O',
        'Ú' => 'U',
        other => other,
    };
    name.chars().map(plain).collect()
}
