//! The stored form of a generation and of a walk that is not at its end.
//!
//! ```text
//! generation = format, facts, places, rows, hashes, rows of hashes
//! walk       = format, places, rows, hashes, rows of hashes
//! ```
//! Every index is checked, so that damaged bytes are an error and never a panic. Whether the bytes are
//! those that were written is not this file's question: the state folder seals them.

use std::io::{self, Read, Write};
use std::iter::zip;
use std::sync::Arc;

use crate::domain::safe_text::is_machine_word;

use super::builder::{ABSENCES_MAX, Builder, IdSet, REPLACED};
use super::encoding::{damaged, ensure, read_numbers, read_one, read_texts};
use super::encoding::{write_column, write_numbers, write_one, write_texts};
use super::generation::{Generation, GenerationFacts, WalkExtent};
use super::hash::PhoneHasher;
use super::numbers::NumberIndex;
use super::places::{DistrictKey, PlaceInterner, Places, SHORT_MAX};
use super::rows::{NO_CODE, ODD, Rows};
use super::texts::TextTable;

/// The first bytes; the last one is the version of the format.
const GENERATION_FORMAT: [u8; 8] = *b"binaGEN\x01";
const WALK_FORMAT: [u8; 8] = *b"binaWLK\x01";

impl Generation {
    pub fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(&GENERATION_FORMAT)?;
        let is_whole = matches!(self.facts.extent, WalkExtent::Whole);
        write_one(to, [self.facts.number, self.facts.made_at_s, is_whole.into()])?;
        write_places(to, &self.places)?;
        write_rows(to, &self.rows)?;
        write_numbers(to, self.numbers.hashes())?;
        write_numbers(to, self.numbers.rows())
    }

    /// Reads what [`Self::write`] wrote. Bytes that it cannot have written are an error.
    pub fn read(from: &mut dyn Read) -> io::Result<Self> {
        ensure(read_one::<[u8; 8]>(from)? == GENERATION_FORMAT)?;
        let [number, made_at_s, is_whole] = read_one(from)?;
        let extent = match is_whole {
            0 => WalkExtent::Partial,
            1 => WalkExtent::Whole,
            _ => return Err(damaged()),
        };
        let places = read_places(from)?;
        let rows = read_rows(from, &places)?;
        ensure(rows.absences.iter().all(|absences| *absences < ABSENCES_MAX))?;
        let (hashes, owners) = read_pairs(from, rows.len())?;
        let numbers = NumberIndex::of_sorted(hashes, owners).ok_or_else(damaged)?;
        let facts = GenerationFacts { number, made_at_s, extent };
        Ok(Self { facts, rows, numbers, places: Arc::new(places) })
    }
}

impl Builder {
    /// Writes the customers so far, for a walk that goes on after a restart.
    pub fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(&WALK_FORMAT)?;
        write_places(to, &self.places.places)?;
        write_rows(to, &self.rows)?;
        write_column(to, self.pairs.len(), self.pairs.iter().map(|pair| pair.0))?;
        write_column(to, self.pairs.len(), self.pairs.iter().map(|pair| pair.1))
    }

    /// Reads what [`Self::write`] wrote with the same key. Bytes that it cannot have written are an error.
    pub fn read(from: &mut dyn Read, hasher: PhoneHasher) -> io::Result<Self> {
        ensure(read_one::<[u8; 8]>(from)? == WALK_FORMAT)?;
        let places = read_places(from)?;
        let rows = read_rows(from, &places)?;
        let (hashes, owners) = read_pairs(from, rows.len())?;
        let mut ids = IdSet::default();
        let mut replaced = 0;
        for row in 0..rows.len() as u32 {
            match rows.absences[row as usize] {
                0 => ensure(ids.insert(rows.id(row)))?,
                REPLACED => replaced += 1,
                _ => return Err(damaged()),
            }
        }
        let (places, pairs) = (PlaceInterner::new(places), zip(hashes, owners).collect());
        Ok(Self { hasher, rows, places, pairs, ids, replaced })
    }
}

/// Reads hashes and their rows.
fn read_pairs(from: &mut dyn Read, customers: usize) -> io::Result<(Vec<u64>, Vec<u32>)> {
    let hashes: Vec<u64> = read_numbers(from)?;
    let rows: Vec<u32> = read_numbers(from)?;
    ensure(hashes.len() == rows.len() && are_below(&rows, customers))?;
    Ok((hashes, rows))
}

fn write_places(to: &mut dyn Write, places: &Places) -> io::Result<()> {
    write_texts(to, &places.words)?;
    write_numbers(to, &places.interfaces)?;
    write_texts(to, &places.boxes)?;
    let districts = &places.districts;
    write_column(to, districts.len(), districts.iter().map(|district| district.words))?;
    write_column(to, districts.len(), districts.iter().map(|district| district.ibge))?;
    write_texts(to, &places.statuses)?;
    write_one(to, places.groups.len() as u64)?;
    places.groups.iter().try_for_each(|set| write_numbers(to, set))
}

fn read_places(from: &mut dyn Read) -> io::Result<Places> {
    let words = read_texts(from)?;
    let interfaces: Vec<[u32; 3]> = read_numbers(from)?;
    let boxes = read_texts(from)?;
    let districts: Vec<[u32; 4]> = read_numbers(from)?;
    let ibges: Vec<u64> = read_numbers(from)?;
    let statuses = read_texts(from)?;
    let sets = read_one::<u64>(from)?;
    ensure(sets <= SHORT_MAX as u64 && statuses.len() <= SHORT_MAX)?;
    let groups: Vec<Box<[u64]>> =
        (0..sets).map(|_| read_numbers(from).map(Vec::into)).collect::<io::Result<_>>()?;
    let tables = [words.len(), interfaces.len(), boxes.len(), districts.len(), statuses.len()];
    ensure(tables.iter().chain([&groups.len()]).all(|length| *length >= 2))?;
    ensure(are_below(interfaces.as_flattened(), words.len()))?;
    ensure(are_below(districts.as_flattened(), words.len()) && ibges.len() == districts.len())?;
    ensure(statuses.iter().skip(2).all(|status| is_machine_word(status, status.len())))?;
    let key = |(words, ibge)| DistrictKey { words, ibge };
    let districts = zip(districts, ibges).map(key).collect();
    Ok(Places { words, interfaces, boxes, districts, statuses, groups })
}

fn write_rows(to: &mut dyn Write, rows: &Rows) -> io::Result<()> {
    write_numbers(to, &rows.ids)?;
    write_numbers(to, &rows.odd_ids)?;
    write_numbers(to, &rows.codes)?;
    write_texts(to, &rows.odd_codes)?;
    write_numbers(to, &rows.first_services)?;
    write_numbers(to, &rows.absences)?;
    write_numbers(to, &rows.interfaces)?;
    write_numbers(to, &rows.boxes)?;
    write_numbers(to, &rows.districts)?;
    write_numbers(to, &rows.statuses)?;
    write_numbers(to, &rows.groups)?;
    write_one(to, u8::from(rows.names.is_some()))?;
    rows.names.iter().try_for_each(|names| write_texts(to, names))
}

fn read_rows(from: &mut dyn Read, places: &Places) -> io::Result<Rows> {
    let rows = Rows {
        ids: read_numbers(from)?,
        odd_ids: read_numbers(from)?,
        codes: read_numbers(from)?,
        odd_codes: read_texts(from)?,
        first_services: read_numbers(from)?,
        absences: read_numbers(from)?,
        interfaces: read_numbers(from)?,
        boxes: read_numbers(from)?,
        districts: read_numbers(from)?,
        statuses: read_numbers(from)?,
        groups: read_numbers(from)?,
        names: read_names(from)?,
    };
    ensure(lengths_agree(&rows) && indexes_are_in_range(&rows, places))?;
    Ok(rows)
}

fn read_names(from: &mut dyn Read) -> io::Result<Option<TextTable>> {
    match read_one::<u8>(from)? {
        0 => Ok(None),
        1 => read_texts(from).map(Some),
        _ => Err(damaged()),
    }
}

fn lengths_agree(rows: &Rows) -> bool {
    let customers = [rows.codes.len(), rows.first_services.len(), rows.absences.len()];
    let names = rows.names.as_ref().map(TextTable::len);
    let columns = [rows.boxes.len(), rows.districts.len(), rows.statuses.len(), rows.groups.len()];
    customers.into_iter().chain(names).all(|length| length == rows.ids.len())
        && columns.into_iter().all(|length| length == rows.interfaces.len())
}

fn indexes_are_in_range(rows: &Rows, places: &Places) -> bool {
    let is_odd = |packed: u32, odd: usize| packed & ODD == 0 || ((packed ^ ODD) as usize) < odd;
    let code_is_held = |code: &u32| *code == NO_CODE || is_odd(*code, rows.odd_codes.len());
    let begins_at_the_first = rows.first_services.first().is_none_or(|first| *first == 0);
    let ends_at_the_last =
        rows.first_services.last().is_none_or(|last| *last as usize <= rows.statuses.len());
    begins_at_the_first
        && ends_at_the_last
        && rows.first_services.is_sorted()
        && rows.ids.iter().all(|id| is_odd(*id, rows.odd_ids.len()))
        && rows.codes.iter().all(code_is_held)
        && are_below(&rows.interfaces, places.interfaces.len())
        && are_below(&rows.boxes, places.boxes.len())
        && are_below(&rows.districts, places.districts.len())
        && rows.statuses.iter().all(|status| usize::from(*status) < places.statuses.len())
        && rows.groups.iter().all(|set| usize::from(*set) < places.groups.len())
}

fn are_below(indexes: &[u32], length: usize) -> bool {
    indexes.iter().all(|index| (*index as usize) < length)
}
