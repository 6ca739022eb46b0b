//! Decides, before HubSoft is queried, what a call can be answered from: a cached record, revised by the
//! alerts that have begun or ended since, or a customer of the directory, whose stratum has a verdict.

use std::cell::OnceCell;
use std::slice;
use std::time::Instant;

use crate::domain::alert::Alert;
use crate::domain::finding::{AlertCertainty, Record};
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

/// What has become of an alert since it was cached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum AlertFate {
    /// It has ended, or has changed and concerns the caller no more.
    Over,
    /// It may concern the caller no more.
    Doubtful,
    Stands,
}

/// One call, as the board sees it.
struct WatchedCaller<'a> {
    board: &'a Board,
    key: &'a Key,
    /// The caller's customers in the directory. To find them takes a hash, and most calls do without.
    rows: OnceCell<Vec<RowIndex>>,
}

/// Decides by the board what `recalled` is worth at `now`.
pub(super) fn foresee(
    board: &Board,
    key: &Key,
    recalled: Option<Recalled>,
    now: Instant,
) -> Foresight {
    let caller = WatchedCaller { board, key, rows: OnceCell::new() };
    match recalled {
        Some(recalled) if recalled.sighting.origin == Origin::Hubsoft => {
            let asked = now.checked_sub(recalled.sighting.age).unwrap_or(now);
            if board.has_changed_since(asked) && !recalled.sighting.record.is_not_found() {
                return caller.revised(recalled, asked);
            }
            caller.by_age(recalled)
        }
        recalled => caller.placed(recalled),
    }
}

impl WatchedCaller<'_> {
    fn rows(&self) -> &[RowIndex] {
        self.rows.get_or_init(|| match self.key {
            Key::Phone(phone) => self.board.rows(phone),
            Key::Code(_) | Key::Document(_) => Vec::new(),
        })
    }

    fn standing(&self) -> Standing {
        self.board.standing(self.rows(), |_| true)
    }

    /// HubSoft is queried as urgently as it is unknown what it will answer.
    fn query(
        &self,
        standing: Standing,
        recalled: Recalled,
        certainty: AlertCertainty,
    ) -> Foresight {
        let urgency = match standing {
            Standing::Alert | Standing::NoAlert if self.board.is_current => Urgency::ExpectedCall,
            Standing::Unknown if self.board.is_current => Urgency::UndecidedCall,
            _ => Urgency::Call,
        };
        Foresight::Query(Inquiry { urgency, recalled: Some(recalled), certainty })
    }

    /// A cached record that is older than the last change of an alert.
    fn revised(&self, recalled: Recalled, asked: Instant) -> Foresight {
        let is_over = |alert: &Alert| self.fate(alert, asked) == AlertFate::Over;
        let record = &recalled.sighting.record;
        let is_unclear = record.is_alerted() && record.alerts().next().is_none();
        let is_stale = |alert: &Alert| self.fate(alert, asked) != AlertFate::Stands;
        let is_affected = is_unclear || record.alerts().any(|alert| is_stale(alert));
        let recalled = if is_affected { recalled.without(is_over) } else { recalled };
        match recalled.sighting.record.is_alerted() {
            // A further alert changes little, but one that has changed has other words.
            true if is_affected => self.by_age(recalled.aged()),
            true => self.by_age(recalled),
            false => self.without_alert(recalled, asked),
        }
    }

    /// What the active alerts with the text of a cached one mean for the caller now, and whether any with it
    /// has begun, changed or ended since.
    fn same_text(&self, alert: &Alert, asked: Instant) -> (Standing, bool) {
        let key = alert.key();
        let is_same =
            |active: &ActiveAlert| active.alert.as_ref().is_some_and(|other| other.key() == key);
        let mut same = self.board.hubsofts().filter(|active| is_same(active)).peekable();
        if same.peek().is_none() {
            return (Standing::CannotSay, false);
        }
        let has_begun = same.any(|active| asked < active.seen);
        let has_changed = has_begun || self.board.is_reduced(alert, asked);
        (self.board.standing(self.rows(), is_same), has_changed)
    }

    /// What has become of an alert that was cached at `asked`.
    fn fate(&self, alert: &Alert, asked: Instant) -> AlertFate {
        if self.board.has_ended(alert, asked) {
            return AlertFate::Over;
        }
        match self.same_text(alert, asked) {
            (Standing::NoAlert, true) => AlertFate::Over,
            (Standing::NoAlert, false) | (Standing::Unknown | Standing::CannotSay, true) => {
                AlertFate::Doubtful
            }
            (Standing::Alert, _) | (Standing::Unknown | Standing::CannotSay, false) => {
                AlertFate::Stands
            }
        }
    }

    /// A cached record without an alert, which some may have begun since.
    fn without_alert(&self, recalled: Recalled, asked: Instant) -> Foresight {
        let is_newer = |active: &ActiveAlert| asked < active.seen;
        if !self.board.hubsofts().any(is_newer) {
            return self.by_age(recalled);
        }
        match self.board.standing(self.rows(), is_newer) {
            Standing::Alert => Foresight::Judged(self.with_alerts(recalled.sighting.record)),
            Standing::NoAlert => self.by_age(recalled),
            undecided => self.query(undecided, recalled.aged(), self.certainty(undecided)),
        }
    }

    /// The record answers as its age allows. Its alerts are certain.
    fn by_age(&self, recalled: Recalled) -> Foresight {
        if recalled.is_fresh() {
            return Foresight::Cached(recalled.sighting);
        }
        self.query(self.standing(), recalled, AlertCertainty::Certain)
    }

    /// A caller without a cached record. The directory's customer has the alerts that the evidence shows.
    fn placed(&self, listed: Option<Recalled>) -> Foresight {
        let customer = match listed {
            Some(listed) if !listed.sighting.record.is_not_found() => listed,
            recalled => {
                let (urgency, certainty) = (Urgency::Call, AlertCertainty::Certain);
                return Foresight::Query(Inquiry { urgency, recalled, certainty });
            }
        };
        match self.standing() {
            Standing::Alert => Foresight::Judged(self.with_alerts(customer.sighting.record)),
            standing => self.query(standing, customer, self.certainty(standing)),
        }
    }

    /// Whether an answer without an alert may be wrong.
    fn certainty(&self, standing: Standing) -> AlertCertainty {
        match standing {
            Standing::Unknown => AlertCertainty::Undecided,
            Standing::Alert | Standing::NoAlert if self.board.is_current => AlertCertainty::Certain,
            // There is no list of alerts, an old one, or one that cannot be applied to the customer.
            _ => AlertCertainty::Unknown,
        }
    }

    /// The record with the alerts that its customers have by the evidence.
    fn with_alerts(&self, record: Record) -> Record {
        let all = self.rows();
        let is_one_to_one = record.customers().len() == all.len();
        let mut rows = all.iter();
        record.map_customers(|found| {
            let own = rows.next().filter(|_| is_one_to_one).map_or(all, slice::from_ref);
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
