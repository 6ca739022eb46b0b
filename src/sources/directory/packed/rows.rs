//! The customers of a directory, packed: one column for each thing that is known of a customer.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use crate::domain::safe_text::SafeText;

use super::places::{Adoption, PackedService, PlaceInterner, Places};
use super::texts::TextTable;

/// The id of a customer whom only an individual answer named: the list has not shown the id.
pub(super) const NO_ID: u64 = u64::MAX;
/// Maximum digits of a code; HubSoft's are 64-bit numbers.
const CODE_DIGITS_MAX: usize = 20;
/// Maximum characters and bytes of a name that is kept.
const NAME_MAX: (usize, usize) = (60, 120);
/// Marks a value that is not in the column itself but in the table of odd ones.
pub(super) const ODD: u32 = 1 << 31;
/// The code of a customer without one.
pub(super) const NO_CODE: u32 = u32::MAX;

/// What is known of each customer. Services and names are in the order of the customers.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Rows {
    pub(super) ids: Vec<u32>,
    pub(super) odd_ids: Vec<u64>,
    pub(super) codes: Vec<u32>,
    pub(super) odd_codes: TextTable,
    /// The index of each customer's first service; the next customer's is the end.
    pub(super) first_services: Vec<u32>,
    /// How many whole walks in a row have not shown the customer.
    pub(super) absences: Vec<u8>,
    pub(super) interfaces: Vec<u32>,
    pub(super) boxes: Vec<u32>,
    pub(super) districts: Vec<u32>,
    pub(super) statuses: Vec<u16>,
    pub(super) groups: Vec<u16>,
    /// In the alphabet that a PBX may receive; `None` if names are not kept.
    pub(super) names: Option<TextTable>,
}

/// A customer to append.
pub(super) struct NewRow<'a> {
    pub(super) id: u64,
    pub(super) code: &'a str,
    /// The name as typed.
    pub(super) name: &'a str,
    pub(super) absences: u8,
}

impl Rows {
    pub(super) fn len(&self) -> usize {
        self.codes.len()
    }

    pub(super) fn id(&self, row: u32) -> u64 {
        let id = self.ids[row as usize];
        if id & ODD == 0 { id.into() } else { self.odd_ids[(id ^ ODD) as usize] }
    }

    /// The rows of the customer with this id. It looks at each row.
    pub(super) fn of_id(&self, id: u64) -> Vec<u32> {
        let small = u32::try_from(id).ok().filter(|small| small & ODD == 0);
        let odd = || self.odd_ids.iter().position(|other| *other == id).map(|at| at as u32 | ODD);
        let Some(sought) = small.or_else(odd) else { return Vec::new() };
        (0_u32..)
            .zip(&self.ids)
            .filter(|(_, other)| **other == sought)
            .map(|(row, _)| row)
            .collect()
    }

    pub(super) fn code(&self, row: u32) -> String {
        match self.codes[row as usize] {
            NO_CODE => String::new(),
            code if code & ODD == 0 => code.to_string(),
            odd => self.odd_codes.get(odd ^ ODD).to_owned(),
        }
    }

    pub(super) fn name(&self, row: u32) -> &str {
        self.names.as_ref().map_or("", |names| names.get(row))
    }

    pub(super) fn services(&self, row: u32) -> Range<usize> {
        let row = row as usize;
        let end = self.first_services.get(row + 1).map_or(self.statuses.len(), |end| *end as usize);
        self.first_services[row] as usize..end
    }

    /// The services of a customer.
    pub(super) fn packed_services(&self, row: u32) -> Vec<PackedService> {
        self.services(row).map(|at| self.service(at)).collect()
    }

    fn service(&self, at: usize) -> PackedService {
        PackedService {
            interface: self.interfaces[at],
            optical_box: self.boxes[at],
            district: self.districts[at],
            status: self.statuses[at],
            groups: self.groups[at],
        }
    }

    /// Appends a customer, whose services follow with [`Self::push_service`].
    pub(super) fn push(&mut self, new: &NewRow<'_>) -> u32 {
        let row = self.len() as u32;
        self.push_id(new.id);
        self.push_code(new.code);
        self.absences.push(new.absences);
        self.first_services.push(self.statuses.len() as u32);
        if let Some(names) = &mut self.names {
            names.push(SafeText::new(new.name, NAME_MAX.0, NAME_MAX.1).reveal());
        }
        row
    }

    fn push_id(&mut self, id: u64) {
        let small = u32::try_from(id).ok().filter(|small| small & ODD == 0);
        self.ids.push(small.unwrap_or_else(|| {
            self.odd_ids.push(id);
            (self.odd_ids.len() as u32 - 1) | ODD
        }));
    }

    fn push_code(&mut self, code: &str) {
        self.codes.push(match plain_code(code) {
            Some(plain) => plain,
            None if !is_code(code) => NO_CODE,
            None => self.odd_codes.push(code) | ODD,
        });
    }

    pub(super) fn push_service(&mut self, service: PackedService) {
        self.interfaces.push(service.interface);
        self.boxes.push(service.optical_box);
        self.districts.push(service.district);
        self.statuses.push(service.status);
        self.groups.push(service.groups);
    }

    /// Replaces the services of some customers.
    pub(super) fn replace_services(&mut self, new: &HashMap<u32, Vec<PackedService>>) {
        let mut columns = Self::default();
        columns.reserve(0, self.statuses.len() + new.values().map(Vec::len).sum::<usize>());
        for row in 0..self.len() as u32 {
            let first = columns.statuses.len() as u32;
            match new.get(&row) {
                Some(services) => services.iter().for_each(|one| columns.push_service(*one)),
                None => self.services(row).for_each(|at| columns.push_service(self.service(at))),
            }
            columns.first_services.push(first);
        }
        self.first_services = columns.first_services;
        self.interfaces = columns.interfaces;
        self.boxes = columns.boxes;
        self.districts = columns.districts;
        self.statuses = columns.statuses;
        self.groups = columns.groups;
    }

    /// Appends a customer of other rows, with services as `map` returns them.
    pub(super) fn copy(
        &mut self,
        from: &Self,
        row: u32,
        absences: u8,
        mut map: impl FnMut(PackedService) -> PackedService,
    ) -> u32 {
        let (code, name) = (from.code(row), from.name(row));
        let copy = self.push(&NewRow { id: from.id(row), code: &code, name, absences });
        from.services(row).for_each(|at| self.push_service(map(from.service(at))));
        copy
    }

    /// Returns the first row with each of the codes.
    pub(super) fn of_codes<'a>(&self, codes: &HashSet<&'a str>) -> HashMap<&'a str, u32> {
        let plain = |code: &&'a str| plain_code(code).map(|plain| (plain, *code));
        let plain: HashMap<u32, &str> = codes.iter().filter_map(plain).collect();
        let mut found = HashMap::new();
        for (row, packed) in self.codes.iter().enumerate() {
            let code = match packed {
                &NO_CODE => None,
                code if code & ODD == 0 => plain.get(code).copied(),
                odd => codes.get(self.odd_codes.get(odd ^ ODD)).copied(),
            };
            if let Some(code) = code {
                found.entry(code).or_insert(row as u32);
            }
        }
        found
    }

    pub(super) fn reserve(&mut self, customers: usize, services: usize) {
        for column in [&mut self.ids, &mut self.codes, &mut self.first_services] {
            column.reserve_exact(customers);
        }
        self.absences.reserve_exact(customers);
        for column in [&mut self.interfaces, &mut self.boxes, &mut self.districts] {
            column.reserve_exact(services);
        }
        for column in [&mut self.statuses, &mut self.groups] {
            column.reserve_exact(services);
        }
        if let Some(names) = &mut self.names {
            names.reserve(customers);
        }
    }

    pub(super) fn shrink(&mut self) {
        let wide = [&mut self.ids, &mut self.codes, &mut self.first_services];
        wide.into_iter().for_each(Vec::shrink_to_fit);
        let wide = [&mut self.interfaces, &mut self.boxes, &mut self.districts];
        wide.into_iter().for_each(Vec::shrink_to_fit);
        [&mut self.statuses, &mut self.groups].into_iter().for_each(Vec::shrink_to_fit);
        self.absences.shrink_to_fit();
        self.odd_ids.shrink_to_fit();
        self.odd_codes.shrink();
        self.names.iter_mut().for_each(TextTable::shrink);
    }

    pub(super) fn bytes(&self) -> usize {
        let customers = [&self.ids, &self.codes, &self.first_services];
        let services = [&self.interfaces, &self.boxes, &self.districts];
        let wide: usize = customers.into_iter().chain(services).map(Vec::capacity).sum();
        let narrow = self.statuses.capacity() + self.groups.capacity();
        let texts = self.odd_codes.bytes() + self.names.as_ref().map_or(0, TextTable::bytes);
        4 * wide + 2 * narrow + self.absences.capacity() + 8 * self.odd_ids.capacity() + texts
    }
}

/// Some rows of others, with only their own places.
pub(super) struct Kept {
    pub(super) rows: Rows,
    pub(super) places: PlaceInterner,
    /// The new row of each old one.
    pub(super) moved: Vec<Option<u32>>,
}

impl Kept {
    /// Copies the rows that `keep` names; nothing of the others remains, not even a place.
    pub(super) fn of(rows: &Rows, places: &Places, keep: impl Fn(u32) -> bool) -> Self {
        let names = rows.names.as_ref().map(|_| TextTable::default());
        let mut kept = Self {
            rows: Rows { names, ..Rows::default() },
            places: PlaceInterner::new(Places::default()),
            moved: Vec::with_capacity(rows.len()),
        };
        kept.rows.reserve(rows.len(), rows.statuses.len());
        let mut adoption = Adoption::new(places);
        for row in 0..rows.len() as u32 {
            let absences = rows.absences[row as usize];
            let adopt = |service| adoption.adopt(service, &mut kept.places);
            let new = keep(row).then(|| kept.rows.copy(rows, row, absences, adopt));
            kept.moved.push(new);
        }
        kept
    }

    /// The numbers of the kept rows, among those of all rows.
    pub(super) fn numbers(&self, numbers: impl Iterator<Item = (u64, u32)>) -> Vec<(u64, u32)> {
        let moved = |(hash, row): (u64, u32)| Some((hash, self.moved[row as usize]?));
        numbers.filter_map(moved).collect()
    }
}

/// Returns the code as a small number, if it is written as one.
fn plain_code(code: &str) -> Option<u32> {
    let is_plain = !code.starts_with(['0', '+']) || code == "0";
    let number = code.parse::<u32>().ok()?;
    (is_plain && number & ODD == 0).then_some(number)
}

/// The source is not trusted.
fn is_code(text: &str) -> bool {
    (1..=CODE_DIGITS_MAX).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_and_id_comes_back_as_it_was() {
        let mut rows = Rows::default();
        let codes = ["0", "421", "007", "2147483647", "2147483648", "18446744073709551615", ""];
        for (at, code) in codes.iter().enumerate() {
            let id = u64::MAX >> (at * 10);
            let row = rows.push(&NewRow { id, code, name: "", absences: 0 });
            assert_eq!((rows.code(row).as_str(), rows.id(row)), (*code, id));
        }
        let found = rows.of_codes(&HashSet::from(["421", "007", "2147483648", "7", ""]));
        assert_eq!(found, HashMap::from([("421", 1), ("007", 2), ("2147483648", 4)]));
    }

    #[test]
    fn what_is_not_all_digits_is_no_code() {
        for text in ["+421", "4 21", "${x}", "123456789012345678901"] {
            let mut rows = Rows::default();
            let row = rows.push(&NewRow { id: 1, code: text, name: "", absences: 0 });
            assert_eq!(rows.code(row), "");
        }
    }
}
