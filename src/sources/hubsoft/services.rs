//! Parses the services of one customer: statuses, places, and whether one is live or connected.

use serde::de::{MapAccess, SeqAccess};

use crate::domain::customer::STATUSES_MAX;
use crate::domain::place::{ServicePlace, is_closed};

use super::loose::{Lenient, List, Scalar};
use super::places::{SERVICES_MAX, ServiceRow};

/// The status of an enabled service.
const ENABLED: &str = "servico_habilitado";

/// The services of a customer, as far as HubSoft lists them.
#[derive(Default)]
pub(super) enum Servicos {
    Listed(Vec<Option<ServiceRow>>),
    /// The key is missing, as in answers of an older HubSoft, or its value is not a list.
    #[default]
    Unknown,
}

impl Servicos {
    /// Returns whether any service is not closed. An unreadable service counts as live.
    pub(super) fn has_live(&self) -> bool {
        let Self::Listed(list) = self else { return true };
        let is_live = |servico: &Option<ServiceRow>| {
            servico.as_ref().is_none_or(|servico| !is_closed(&servico.status_prefixo))
        };
        list.iter().any(is_live)
    }

    /// Returns the readable services.
    pub(super) fn readable(&self) -> impl Iterator<Item = &ServiceRow> {
        let list = if let Self::Listed(list) = self { list.as_slice() } else { &[] };
        list.iter().flatten()
    }

    /// Returns where the services are; nothing if any is unreadable, because it is somewhere, too.
    pub(super) fn places(self) -> Vec<ServicePlace> {
        let Self::Listed(list) = self else { return Vec::new() };
        let places: Option<_> =
            list.into_iter().map(|servico| servico.map(ServiceRow::place)).collect();
        places.unwrap_or_default()
    }

    fn of(list: List<Option<ServiceRow>, SERVICES_MAX>) -> Self {
        match list {
            List::Items { mut kept, total } => {
                // A skipped service may be live.
                kept.extend((kept.len() < total).then_some(None));
                Self::Listed(kept)
            }
            List::NoList => Self::Unknown,
        }
    }
}

impl Lenient for Servicos {
    fn scalar(scalar: Scalar) -> Self {
        match scalar {
            // PHP writes these instead of an empty list.
            Scalar::Null | Scalar::Bool(false) => Self::Listed(Vec::new()),
            Scalar::Text(text) if text.trim().is_empty() => Self::Listed(Vec::new()),
            _ => Self::Unknown,
        }
    }

    fn list<'de, A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        List::list(list).map(Self::of)
    }

    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        List::object(object).map(Self::of)
    }
}

/// Returns the distinct statuses of all services in HubSoft's order.
pub(super) fn service_statuses(servicos: &Servicos) -> Vec<String> {
    let mut statuses: Vec<String> = Vec::new();
    for word in servicos.readable().filter_map(ServiceRow::status) {
        if statuses.len() < STATUSES_MAX && !statuses.iter().any(|status| status == word) {
            statuses.push(word.to_owned());
        }
    }
    statuses
}

/// Returns the status of the first live service that is not enabled, else of the enabled one, else of
/// the first: a closed service does not hide a live one.
pub(super) fn displayed_status(statuses: &[String]) -> Option<String> {
    let mut words = statuses.iter();
    let troubled = words.find(|word| *word != ENABLED && !is_closed(word));
    let enabled = || statuses.iter().find(|word| *word == ENABLED);
    troubled.or_else(enabled).or_else(|| statuses.first()).cloned()
}

/// Returns whether any service is connected; `None` if no service reports it.
pub(super) fn connected(servicos: &Servicos) -> Option<bool> {
    servicos.readable().filter_map(ServiceRow::connected).reduce(|any, one| any || one)
}

#[cfg(test)]
mod tests {
    use super::super::loose::Any;
    use super::*;

    fn read(json: &str) -> Servicos {
        serde_json::from_str::<Any<Servicos>>(json).expect("JSON").0
    }

    fn list(statuses: &[&str]) -> String {
        let services = statuses.iter().map(|status| format!(r#"{{"status_prefixo":"{status}"}}"#));
        format!("[{}]", services.collect::<Vec<_>>().join(","))
    }

    #[test]
    fn a_service_is_live_unless_it_is_cancelled_or_inactive() {
        for (services, live) in [
            (list(&["servico_habilitado"]), true),
            (list(&["suspenso_debito"]), true),
            (list(&["aguardando_instalacao"]), true),
            (list(&["cancelado", "suspenso_pedido_cliente"]), true),
            (list(&["cancelado"]), false),
            (list(&["inativo"]), false),
            (list(&["cancelado", "inativo", " Cancelado "]), false),
            (list(&["cancelado", ""]), true),
            (r#"{"7":{"status_prefixo":"cancelado"}}"#.to_owned(), false),
            (r#"[{"status_prefixo":null}]"#.to_owned(), true),
            (r#"[{"status_prefixo":["cancelado"]}]"#.to_owned(), true),
            ("[{}]".to_owned(), true),
            ("[null]".to_owned(), true),
            (r#"["cancelado"]"#.to_owned(), true),
            ("[]".to_owned(), false),
            ("{}".to_owned(), false),
            ("null".to_owned(), false),
            (r#""x""#.to_owned(), true),
            (r#"{"a":1}"#.to_owned(), true),
        ] {
            assert_eq!(read(&services).has_live(), live, "{services}");
        }
        assert!(Servicos::default().has_live(), "an answer without the key");
    }

    #[test]
    fn statuses_are_bounded_and_distinct() {
        let many: Vec<_> = (0..100).map(|at| format!("status_{at}")).collect();
        let many: Vec<_> = many.iter().map(String::as_str).collect();
        assert_eq!(service_statuses(&read(&list(&many))), many[..STATUSES_MAX]);
        let twice = read(&list(&["cancelado", "inativo", "cancelado"]));
        assert_eq!(service_statuses(&twice), ["cancelado", "inativo"]);
    }
}
