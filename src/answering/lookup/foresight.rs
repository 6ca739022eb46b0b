//! Decides, before HubSoft is queried, what a call can be answered from: a cached record, revised by the
//! alerts that have begun or ended since, or a customer of the directory, whose stratum has a verdict.

use std::time::Instant;

use crate::domain::alert::Alert;
use crate::domain::finding::{AlertCertainty, Record};
use crate::domain::found::FoundCustomer;
use crate::sources::alerts::{ActiveAlert, Board, Standing};
use crate::sources::directory::RowIndex;
use crate::sources::limiter::Urgency;
use crate::sources::source::{Key, Origin, Sighting};

use super::Recalled;
use super::freshness::Freshness;

/// What is known before HubSoft is queried.
pub(super) enum Foresight {
    /// The answer, from the cache.
    Cached(Sighting),
    /// The answer, judged by the directory and the evidence.
    Judged(Record),
    /// HubSoft has to be queried.
    Query(Inquiry),
}

/// How HubSoft is queried, and what answers if it cannot.
pub(super) struct Inquiry {
    pub(super) urgency: Urgency,
    pub(super) recalled: Option<Recalled>,
    pub(super) certainty: AlertCertainty,
}

/// One call, as the board sees it.
struct WatchedCaller<'a> {
    board: &'a Board,
    rows: Vec<RowIndex>,
}

/// Decides by the board what `recalled` is worth at `now`.
pub(super) fn foresee(
    board: &Board,
    key: &Key,
    recalled: Option<Recalled>,
    now: Instant,
) -> Foresight {
    match recalled {
        Some(recalled) if recalled.sighting.origin == Origin::Hubsoft => {
            let asked = now.checked_sub(recalled.sighting.age).unwrap_or(now);
            if !board.has_changed_since(asked) {
                return unchanged(board, key, recalled);
            }
            WatchedCaller::new(board, key).revised(recalled, asked)
        }
        recalled => WatchedCaller::new(board, key).placed(recalled),
    }
}

/// The record shows the alerts that there are.
fn unchanged(board: &Board, key: &Key, recalled: Recalled) -> Foresight {
    if recalled.is_fresh() {
        return Foresight::Cached(recalled.sighting);
    }
    let urgency = WatchedCaller::new(board, key).urgency();
    Foresight::Query(Inquiry {
        urgency,
        recalled: Some(recalled),
        certainty: AlertCertainty::Certain,
    })
}

impl<'a> WatchedCaller<'a> {
    fn new(board: &'a Board, key: &Key) -> Self {
        let rows = match key {
            Key::Phone(phone) => board.rows(phone),
            Key::Document(_) => Vec::new(),
        };
        Self { board, rows }
    }

    /// How urgent it is to query HubSoft for a caller of whom at least a record is known.
    fn urgency(&self) -> Urgency {
        self.urgency_of(self.board.standing(&self.rows, |_| true))
    }

    fn urgency_of(&self, standing: Standing) -> Urgency {
        match standing {
            Standing::Alert | Standing::NoAlert if self.board.is_current => Urgency::ExpectedCall,
            Standing::Unknown if self.board.is_current => Urgency::UndecidedCall,
            _ => Urgency::Call,
        }
    }

    /// A cached record that is older than the last change of an alert.
    fn revised(&self, recalled: Recalled, asked: Instant) -> Foresight {
        let record = &recalled.sighting.record;
        if record.is_not_found() {
            return self.by_age(recalled);
        }
        if record.customers().iter().any(FoundCustomer::alerted) {
            let ended = |alert: &Alert| self.board.has_ended(alert, asked);
            let is_unclear = record.alerts().next().is_none();
            let is_affected = is_unclear || record.alerts().any(|alert| ended(alert));
            let recalled = if is_affected { recalled.without(ended) } else { recalled };
            if recalled.sighting.record.customers().iter().any(FoundCustomer::alerted) {
                // A further alert changes little, but one that has changed has other words.
                let recalled = if is_affected { recalled.aged() } else { recalled };
                return self.by_age(recalled);
            }
            return self.without_alert(recalled, asked);
        }
        self.without_alert(recalled, asked)
    }

    /// A cached record without an alert, which some may have begun since.
    fn without_alert(&self, recalled: Recalled, asked: Instant) -> Foresight {
        if !self.has_begun_since(asked) {
            return self.by_age(recalled);
        }
        match self.board.standing(&self.rows, |active| asked < active.seen) {
            Standing::Alert => Foresight::Judged(self.with_alerts(recalled.sighting.record)),
            Standing::NoAlert => self.by_age(recalled),
            undecided => Foresight::Query(Inquiry {
                urgency: self.urgency_of(undecided),
                recalled: Some(recalled.aged()),
                certainty: certainty(undecided),
            }),
        }
    }

    fn has_begun_since(&self, asked: Instant) -> bool {
        let is_newer = |active: &ActiveAlert| active.is_hubsofts() && asked < active.seen;
        self.board.alerts.iter().any(is_newer)
    }

    /// The record answers as its age allows.
    fn by_age(&self, recalled: Recalled) -> Foresight {
        if recalled.is_fresh() {
            return Foresight::Cached(recalled.sighting);
        }
        let certainty = AlertCertainty::Certain;
        Foresight::Query(Inquiry { urgency: self.urgency(), recalled: Some(recalled), certainty })
    }

    /// A caller without a cached record. The directory's customer has the alerts that the evidence shows.
    fn placed(&self, listed: Option<Recalled>) -> Foresight {
        let is_customer = |listed: &Recalled| !listed.sighting.record.is_not_found();
        let Some(customer) = listed.as_ref().filter(|listed| is_customer(listed)) else {
            let certainty = AlertCertainty::Certain;
            return Foresight::Query(Inquiry {
                urgency: Urgency::Call,
                recalled: listed,
                certainty,
            });
        };
        let standing = self.board.standing(&self.rows, |_| true);
        if standing == Standing::Alert {
            return Foresight::Judged(self.with_alerts(customer.sighting.record.clone()));
        }
        Foresight::Query(Inquiry {
            urgency: self.urgency_of(standing),
            recalled: listed,
            certainty: certainty(standing),
        })
    }

    /// The record with the alerts that its customers have by the evidence.
    fn with_alerts(&self, record: Record) -> Record {
        let is_one_to_one = record.customers().len() == self.rows.len();
        let mut rows = self.rows.iter();
        record.map_customers(|found| {
            let own = rows.next().filter(|_| is_one_to_one).map(std::slice::from_ref);
            let own = own.unwrap_or(&self.rows);
            let alerts: Vec<_> = own.iter().flat_map(|row| self.board.alerts_of(*row)).collect();
            if alerts.is_empty() {
                return found;
            }
            found.with_further(alerts.into_iter().filter_map(|active| active.alert.clone()))
        })
    }
}

impl Recalled {
    /// The same without the alerts that have ended.
    fn without(self, ended: impl Fn(&Alert) -> bool) -> Self {
        let Sighting { record, .. } = self.sighting;
        let record = record.map_customers(|found| {
            // Without a text, the alert is on for another reason.
            let has_text = found.alerts().next().is_some();
            if has_text { found.without(&ended) } else { found }
        });
        Self { sighting: Sighting { record, ..self.sighting }, ..self }
    }

    /// The same, but only for the case that HubSoft cannot be queried.
    fn aged(self) -> Self {
        Self { freshness: self.freshness.max(Freshness::Old), ..self }
    }
}

/// Whether an answer without an alert may be wrong.
fn certainty(standing: Standing) -> AlertCertainty {
    match standing {
        Standing::Unknown => AlertCertainty::Undecided,
        _ => AlertCertainty::Certain,
    }
}
