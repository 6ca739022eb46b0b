//! Where the callers of the journal are: their district, and the places where outages are suspected.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::answering::suspicion::{PlacedCall, Suspicions};
use crate::sources::alerts::Board;
use crate::sources::directory::{
    DirectoryView, KnownCustomer, NamedPlace, PhoneHash, PlaceKind, RowIndex,
};

use super::{CallRecord, JournalInputs};

/// How often active alerts are compared with suspicions: each comparison scans the directory.
const COVERED_EVERY: Duration = Duration::from_secs(10);

/// Places callers by the present state of the directory.
#[derive(Default)]
pub(super) struct Placing {
    view: Option<DirectoryView>,
    compared: Option<Instant>,
}

impl Placing {
    /// Takes the present state of the directory.
    pub(super) fn begin(&mut self, inputs: &JournalInputs) {
        self.view = inputs.directory.as_ref().and_then(|directory| directory.view());
    }

    /// Counts a call for the suspicions; returns the caller's district, or an empty text.
    pub(super) fn note(
        &self,
        suspicions: &Suspicions,
        record: &CallRecord,
        caller: Option<PhoneHash>,
        now_s: u64,
    ) -> String {
        let (Some(view), Some(phone), Some(caller)) = (&self.view, &record.phone, caller) else {
            return String::new();
        };
        let rows = view.rows(phone);
        let customers = rows.iter().filter_map(|row| view.customer(*row));
        let mut places: Vec<NamedPlace> =
            customers.flat_map(|customer| KnownCustomer::places(&customer)).collect();
        places.sort_unstable();
        places.dedup();
        if places.is_empty() {
            return String::new();
        }
        let call = PlacedCall {
            caller: caller.0,
            places: &places,
            is_alerted: record.is_alerted || record.chosen.is_some(),
            now: record.at,
            now_s,
        };
        suspicions.note(&call, |place| share(view, place));
        let district = places.iter().find(|place| place.kind == PlaceKind::District);
        district.map(district_word).unwrap_or_default()
    }

    /// Ends what is over, and has calls recognise the customers of suspected places.
    pub(super) fn end(&mut self, suspicions: &Suspicions, inputs: &JournalInputs, now: Instant) {
        let board = inputs.board.as_ref().map(|board| board.board());
        let is_due = self.compared.is_none_or(|at| now.duration_since(at) >= COVERED_EVERY);
        let board = board.filter(|board| is_due && !board.alerts.is_empty());
        if board.is_some() {
            self.compared = Some(now);
        }
        suspicions.expire(now, |place| board.as_ref().is_some_and(|board| covers(board, place)));
        suspicions.publish(self.view.as_ref());
        // The directory's memory is not held until the next call.
        self.view = None;
    }
}

/// The share of all customers who are at a place.
fn share(view: &DirectoryView, place: &NamedPlace) -> f64 {
    let customers = view.generation().customers().max(1);
    let rows: Arc<[RowIndex]> = view.rows_in(std::slice::from_ref(place));
    rows.len() as f64 / customers as f64
}

/// Whether active alerts concern at least half of the customers of a place.
fn covers(board: &Board, place: &NamedPlace) -> bool {
    let Some(view) = &board.directory else { return false };
    let rows = view.rows_in(std::slice::from_ref(place));
    let is_concerned = |row: RowIndex| {
        board.alerts_of(row).next().is_some() || board.locals().any(|(_, reach)| reach.has(row))
    };
    let covered = rows.iter().filter(|row| is_concerned(**row)).count();
    let is_everyone = board.locals().any(|(_, reach)| reach.is_everyone);
    is_everyone || (!rows.is_empty() && covered * 2 >= rows.len())
}

/// `jardim america (betim)`.
fn district_word(place: &NamedPlace) -> String {
    let part = |at: usize| place.path.get(at).map_or("", |part| part.trim());
    if part(1).is_empty() { part(0).to_owned() } else { format!("{} ({})", part(0), part(1)) }
}
