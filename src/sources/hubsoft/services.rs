//! Parses the services of one customer: their statuses, and whether one is live or connected.

use serde::Deserialize;
use serde::de::{MapAccess, SeqAccess};

use crate::domain::customer::STATUSES_MAX;
use crate::domain::safe_text::is_machine_word;

use super::flag::Flag;
use super::loose::{Lenient, List, Loose, Object, Scalar, skip, value};

/// Maximum services kept of one customer.
const SERVICES_MAX: usize = 64;
/// Maximum bytes of a service status; the longest one of HubSoft has 30.
const STATUS_BYTES_MAX: usize = 64;
/// The status of an enabled service.
const ENABLED: &str = "servico_habilitado";
/// The statuses of a closed service. Suspended and pending services are live.
const CLOSED: [&str; 2] = ["cancelado", "inativo"];

/// The services of a customer, as far as HubSoft lists them.
#[derive(Default)]
pub(super) enum Servicos {
    Listed(Vec<Option<Servico>>),
    /// The key is missing, as in answers of an older HubSoft, or its value is not a list.
    #[default]
    Unknown,
}

impl Servicos {
    /// Returns whether any service is not closed. An unreadable service counts as live.
    pub(super) fn has_live(&self) -> bool {
        let Self::Listed(list) = self else { return true };
        let status = |servico: &Option<Servico>| {
            servico.as_ref().and_then(|servico| servico.status_prefixo.text()).map(is_closed)
        };
        list.iter().any(|servico| status(servico) != Some(true))
    }

    pub(super) fn readable(self) -> Vec<Servico> {
        let Self::Listed(list) = self else { return Vec::new() };
        list.into_iter().flatten().collect()
    }

    fn of(list: List<Option<Servico>, SERVICES_MAX>) -> Self {
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

#[derive(Default)]
pub(super) struct Servico {
    status_prefixo: Loose,
    ultima_conexao: Option<Conexao>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum ServicoKey {
    StatusPrefixo,
    UltimaConexao,
    #[serde(other)]
    Other,
}

impl Object for Servico {
    type Key = ServicoKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: ServicoKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            ServicoKey::StatusPrefixo => self.status_prefixo = value(from)?,
            ServicoKey::UltimaConexao => self.ultima_conexao = value(from)?,
            ServicoKey::Other => skip(from)?,
        }
        Ok(())
    }
}

#[derive(Default)]
struct Conexao {
    conectado: Flag,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum ConexaoKey {
    Conectado,
    #[serde(other)]
    Other,
}

impl Object for Conexao {
    type Key = ConexaoKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: ConexaoKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            ConexaoKey::Conectado => self.conectado = value(from)?,
            ConexaoKey::Other => skip(from)?,
        }
        Ok(())
    }
}

/// Returns the distinct statuses of all services in HubSoft's order.
pub(super) fn service_statuses(servicos: &[Servico]) -> Vec<String> {
    let mut statuses: Vec<String> = Vec::new();
    let words = servicos.iter().filter_map(|servico| servico.status_prefixo.text());
    for word in words.filter(|word| is_machine_word(word, STATUS_BYTES_MAX)) {
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

/// Returns whether `status` is that of a closed service.
fn is_closed(status: &str) -> bool {
    CLOSED.iter().any(|word| status.eq_ignore_ascii_case(word))
}

/// Returns whether any service is connected; `None` if no service reports it.
pub(super) fn connected(servicos: &[Servico]) -> Option<bool> {
    let connected = |servico: &Servico| servico.ultima_conexao.as_ref()?.conectado.value();
    servicos.iter().filter_map(connected).reduce(|any, one| any || one)
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
        assert_eq!(service_statuses(&read(&list(&many)).readable()), many[..STATUSES_MAX]);
        let twice = read(&list(&["cancelado", "inativo", "cancelado"])).readable();
        assert_eq!(service_statuses(&twice), ["cancelado", "inativo"]);
    }
}
