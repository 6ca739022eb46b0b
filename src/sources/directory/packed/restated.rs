//! Merges the services that an individual answer states into those that the list showed.
//!
//! Neither tells the id of a service, and an answer may lack relations. So services are paired by what
//! is stated of them, and what an answer does not state stays as it is:
//!
//! - A stated service and a known one that agree, or else that agree in the place, are one service.
//! - Of the others, the stated ones replace the known ones; known ones alone are gone. A kind that a
//!   stated service lacks is taken from the replaced ones if these agree in it; else it cannot be told
//!   which of them has moved where, and all stays until the list shows it.
//! - Closed services count only where no other is: a list or an answer may omit them.

use std::{iter, mem};

use crate::domain::place::{ServicePlace, is_closed};

use super::folded::{FoldedService, KINDS, STATUS};
use super::places::{PackedService, PlaceInterner, Places};
use super::texts::NOT_STATED;

/// A service after an answer: what is kept of the known one, and what the answer states differently.
pub(super) struct RestatedService {
    kept: PackedService,
    news: ServicePlace,
}

impl RestatedService {
    fn unchanged(kept: PackedService) -> Self {
        Self { kept, news: ServicePlace::default() }
    }

    fn with_status(kept: PackedService, status: &str) -> Self {
        Self { kept, news: ServicePlace { status: status.to_owned(), ..ServicePlace::default() } }
    }

    pub(super) fn pack(&self, places: &mut PlaceInterner) -> PackedService {
        let [news, kept] = [places.pack(&self.news), self.kept].map(kinds);
        let either = |kind: usize| if news[kind] == NOT_STATED { kept[kind] } else { news[kind] };
        of_kinds(std::array::from_fn(either))
    }
}

/// Returns the services of a customer after an answer; `None` if it changes nothing.
pub(super) fn restated(
    places: &Places,
    known: &[PackedService],
    stated: &[ServicePlace],
) -> Option<Vec<RestatedService>> {
    if known.is_empty() {
        let kept = PackedService::default();
        let new = stated.iter().map(|service| RestatedService { kept, news: service.clone() });
        return (!stated.is_empty()).then(|| new.collect());
    }
    let is_closed_there = |known: &PackedService| is_closed(places.status(*known));
    let (closed, open): (Vec<_>, Vec<_>) = known.iter().copied().partition(is_closed_there);
    let live = stated.iter().filter(|service| !is_closed(&service.status));
    let live: Vec<_> = live.map(|service| FoldedService::new(service, places)).collect();
    match (open.is_empty(), live.is_empty()) {
        (true, true) => None,
        (true, false) => {
            let status = NOT_STATED as u16;
            let reopened = closed.into_iter().map(|known| PackedService { status, ..known });
            Pairing::new(reopened.collect(), live).restated(&[])
        }
        (false, true) => Some(ended(&open, &stated.first()?.status, &closed)),
        (false, false) => Pairing::new(open, live).restated(&closed),
    }
}

/// The services of a customer after an answer that states only the status of the first one.
pub(super) fn with_first_status(known: &[PackedService], status: &str) -> Vec<RestatedService> {
    let first = RestatedService::with_status(known.first().copied().unwrap_or_default(), status);
    let others = known.iter().skip(1).copied().map(RestatedService::unchanged);
    iter::once(first).chain(others).collect()
}

/// The services after an answer in which all are closed.
fn ended(open: &[PackedService], status: &str, closed: &[PackedService]) -> Vec<RestatedService> {
    let ended = open.iter().map(|kept| RestatedService::with_status(*kept, status));
    ended.chain(closed.iter().copied().map(RestatedService::unchanged)).collect()
}

/// Which known service each stated one is.
struct Pairing<'a> {
    known: Vec<PackedService>,
    stated: Vec<FoldedService<'a>>,
    /// By known service, the index of the stated one.
    pairs: Vec<Option<usize>>,
}

impl<'a> Pairing<'a> {
    fn new(known: Vec<PackedService>, stated: Vec<FoldedService<'a>>) -> Self {
        let pairs = vec![None; known.len()];
        let mut pairing = Self { known, stated, pairs };
        pairing.pair(|are_shown| are_shown == [true; KINDS]);
        pairing.pair(|mut are_shown| {
            are_shown[STATUS] = true;
            are_shown == [true; KINDS]
        });
        pairing
    }

    /// Pairs as many services as possible of which `is_one` accepts the kinds that are shown.
    fn pair(&mut self, is_one: impl Fn([bool; KINDS]) -> bool) {
        let fitting = |stated: &FoldedService<'_>| {
            let fits = |other: &usize| is_one(stated.are_shown(self.known[*other]));
            (0..self.known.len()).filter(fits).collect()
        };
        let fitting: Vec<Vec<usize>> = self.stated.iter().map(fitting).collect();
        for at in 0..self.stated.len() {
            if !self.pairs.contains(&Some(at)) {
                self.pair_one(at, &fitting, &mut vec![false; self.known.len()]);
            }
        }
    }

    /// Pairs a stated service, and if need be others anew. Returns whether that was possible.
    fn pair_one(&mut self, at: usize, fitting: &[Vec<usize>], is_tried: &mut [bool]) -> bool {
        for other in fitting[at].iter().copied() {
            if mem::replace(&mut is_tried[other], true) {
                continue;
            }
            let is_free =
                self.pairs[other].is_none_or(|paired| self.pair_one(paired, fitting, is_tried));
            if is_free {
                self.pairs[other] = Some(at);
                return true;
            }
        }
        false
    }

    /// The services after the answer, with others that stay as they are.
    fn restated(self, others: &[PackedService]) -> Option<Vec<RestatedService>> {
        let pairs = self.known.iter().zip(&self.pairs);
        let left: Vec<_> = pairs.filter(|pair| pair.1.is_none()).map(|pair| *pair.0).collect();
        let replaced = Replaced::new(&left);
        let mut services = Vec::new();
        for (at, stated) in self.stated.iter().enumerate() {
            let pair = self.pairs.iter().position(|pair| *pair == Some(at));
            if pair.is_none() && !replaced.are_told_by(stated) {
                return None;
            }
            let kept = pair.map_or(replaced.common, |other| self.known[other]);
            services.push(RestatedService { kept, news: stated.news(kept) });
        }
        let is_new = |service: &RestatedService| service.news != ServicePlace::default();
        let are_as_many = services.len() == self.known.len();
        let changes = !are_as_many || !left.is_empty() || services.iter().any(is_new);
        services.extend(others.iter().copied().map(RestatedService::unchanged));
        changes.then_some(services)
    }
}

/// Known services that no stated one is.
struct Replaced {
    /// The kinds in which all agree.
    common: PackedService,
    /// By kind, whether they differ.
    differ: [bool; KINDS],
}

impl Replaced {
    fn new(services: &[PackedService]) -> Self {
        let first = kinds(services.first().copied().unwrap_or_default());
        let differs = |kind: usize| services.iter().any(|one| kinds(*one)[kind] != first[kind]);
        let differ = std::array::from_fn(differs);
        let common = |kind: usize| if differ[kind] { NOT_STATED } else { first[kind] };
        Self { common: of_kinds(std::array::from_fn(common)), differ }
    }

    /// Whether a stated service has all that these do not have in common.
    fn are_told_by(&self, stated: &FoldedService<'_>) -> bool {
        let are_stated = stated.are_stated();
        (0..KINDS).all(|kind| are_stated[kind] || !self.differ[kind])
    }
}

fn kinds(service: PackedService) -> [u32; KINDS] {
    let PackedService { interface, optical_box, district, status, groups } = service;
    [interface, optical_box, district, status.into(), groups.into()]
}

fn of_kinds([interface, optical_box, district, status, groups]: [u32; KINDS]) -> PackedService {
    let [status, groups] = [status, groups].map(|index| index as u16);
    PackedService { interface, optical_box, district, status, groups }
}
