//! A found customer together with the alerts that apply to that customer.

use std::sync::Arc;

use crate::domain::alert::{Alert, Scope};
use crate::domain::alert_text::AlertText;
use crate::domain::allocation;
use crate::domain::customer::Customer;
use crate::domain::reported::ReportedCustomer;

/// A customer and the alerts that apply to that customer.
#[derive(Clone, Debug, PartialEq)]
pub struct FoundCustomer {
    customer: Customer,
    alerts: CarriedAlerts,
}

/// The alerts of one customer. Almost all customers have at most two, which need no allocation.
#[derive(Clone, Debug, PartialEq)]
enum CarriedAlerts {
    /// The alert is off.
    Off,
    /// The alert is on, with up to two texts.
    Few([Option<Arc<Alert>>; 2]),
    Many(Arc<[Arc<Alert>]>),
}

impl FoundCustomer {
    /// Keeps the publishable part of `reported`.
    pub fn new(reported: ReportedCustomer) -> Self {
        let customer = Customer::new(&reported);
        Self { customer, alerts: CarriedAlerts::new(reported.alert) }
    }

    /// Keeps alerts and services of `reported`, but not the identity.
    pub fn unnamed(reported: ReportedCustomer) -> Self {
        let customer = Customer::unnamed(&reported);
        Self { customer, alerts: CarriedAlerts::new(reported.alert) }
    }

    /// The customer.
    pub fn customer(&self) -> &Customer {
        &self.customer
    }

    /// Returns whether the alert is on.
    pub fn alerted(&self) -> bool {
        !matches!(self.alerts, CarriedAlerts::Off)
    }

    /// The alerts; none if the alert is off or has no text.
    pub fn alerts(&self) -> impl Iterator<Item = &Arc<Alert>> {
        let few = if let CarriedAlerts::Few(few) = &self.alerts { &few[..] } else { &[] };
        let many = if let CarriedAlerts::Many(many) = &self.alerts { &many[..] } else { &[] };
        few.iter().flatten().chain(many)
    }

    /// The same customer with further alerts; the alert is on even if there are none.
    #[must_use]
    pub fn with_further(self, further: impl IntoIterator<Item = Arc<Alert>>) -> Self {
        let mut alerts: Vec<_> = self.alerts().map(Arc::clone).collect();
        for alert in further {
            if !alerts.contains(&alert) {
                alerts.push(alert);
            }
        }
        self.with_alerts(Some(alerts))
    }

    /// The same customer without the alerts that `ended` selects. Without any left, the alert is off.
    #[must_use]
    pub fn without(self, ended: impl Fn(&Alert) -> bool) -> Self {
        let left: Vec<_> = self.alerts().filter(|alert| !ended(alert)).map(Arc::clone).collect();
        self.with_alerts((!left.is_empty()).then_some(left))
    }

    /// The same customer with these alerts instead; `None` turns the alert off, and an empty list is one
    /// without text.
    pub fn with_alerts(self, alerts: Option<Vec<Arc<Alert>>>) -> Self {
        Self { alerts: alerts.map_or(CarriedAlerts::Off, CarriedAlerts::on), ..self }
    }

    /// The same customer with another `Arc` for each alert, in memory that is kept for long.
    pub fn map_alerts(self, change: impl FnMut(&Arc<Alert>) -> Arc<Alert>) -> Self {
        let changed = self.alerted().then(|| self.alerts().map(change).collect());
        let customer = self.customer.copy();
        Self { customer, ..self }.with_alerts(changed)
    }

    /// Allocated bytes, without the value itself and the alerts, which may be shared.
    pub fn weight(&self) -> usize {
        let list = match &self.alerts {
            CarriedAlerts::Off | CarriedAlerts::Few(_) => 0,
            CarriedAlerts::Many(many) => allocation::of_arc(size_of_val(&**many)),
        };
        self.customer.weight() + list
    }
}

impl CarriedAlerts {
    fn new(texts: Option<Vec<AlertText>>) -> Self {
        let alert = |text| Arc::new(Alert::new(text, Scope::Carrier));
        texts.map_or(Self::Off, |texts| Self::on(texts.into_iter().map(alert).collect()))
    }

    fn on(alerts: Vec<Arc<Alert>>) -> Self {
        if alerts.len() > 2 {
            return Self::Many(alerts.into());
        }
        let mut alerts = alerts.into_iter();
        Self::Few([alerts.next(), alerts.next()])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(texts: Option<&[&str]>) -> FoundCustomer {
        let read = |texts: &[&str]| texts.iter().filter_map(|text| AlertText::new(text)).collect();
        FoundCustomer::new(ReportedCustomer {
            name: "ANA".into(),
            alert: texts.map(read),
            ..ReportedCustomer::default()
        })
    }

    fn texts(found: &FoundCustomer) -> Vec<&str> {
        found.alerts().map(|alert| alert.reveal()).collect()
    }

    #[test]
    fn any_number_of_alerts_is_kept_in_order() {
        let all = ["um", "dois", "três", "quatro"];
        for count in 0..=all.len() {
            let found = found(Some(&all[..count]));
            assert_eq!((found.alerted(), texts(&found)), (true, all[..count].to_vec()));
            assert_eq!(found.clone().map_alerts(Arc::clone), found);
        }
    }

    #[test]
    fn an_alert_may_be_on_without_text() {
        let without_text = found(Some(&[]));
        assert_eq!((without_text.alerted(), without_text.alerts().count()), (true, 0));
        let without_alert = found(None);
        assert_eq!((without_alert.alerted(), without_alert.alerts().count()), (false, 0));
        assert!(!without_alert.map_alerts(Arc::clone).alerted());
    }

    #[test]
    fn alerts_are_replaced_or_turned_off() {
        let alert = Alert::new(AlertText::new("Queda").expect("a text"), Scope::Carrier);
        let replaced = found(Some(&["um"])).with_alerts(Some(vec![Arc::new(alert)]));
        assert_eq!((replaced.alerted(), texts(&replaced)), (true, vec!["Queda"]));
        let without_text = found(None).with_alerts(Some(vec![]));
        assert_eq!((without_text.alerted(), without_text.alerts().count()), (true, 0));
        let off = replaced.with_alerts(None);
        assert_eq!((off.alerted(), off.alerts().count(), off.customer().name()), (false, 0, "ANA"));
    }

    #[test]
    fn a_found_customer_masks_name_and_texts() {
        let shown = format!("{:?}", found(Some(&["Rompimento"])));
        assert!(!shown.contains("ANA") && !shown.contains("Rompimento"), "{shown}");
    }

    #[test]
    fn an_unnamed_customer_keeps_only_the_alerts() {
        let alert = AlertText::new("Rompimento").map(|text| vec![text]);
        let reported =
            ReportedCustomer { name: "ANA".into(), alert, ..ReportedCustomer::default() };
        let unnamed = FoundCustomer::unnamed(reported);
        assert_eq!((unnamed.customer().name(), texts(&unnamed)), ("", vec!["Rompimento"]));
    }
}
