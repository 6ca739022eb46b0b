//! Reads a page of the list of alerts.

use serde::de::{MapAccess, SeqAccess};

use crate::domain::alert_text::{AlertText, is_signature};
use crate::domain::failure::Failure;
use crate::domain::local_time::LocalTime;
use crate::sources::alerts::{AlertPage, ListedAlert};
use crate::sources::hubsoft::flag::Flag;
use crate::sources::hubsoft::json;
use crate::sources::hubsoft::loose::{Lenient, List, Loose, Object, Scalar, value};
use crate::sources::hubsoft::refusal;
use crate::sources::hubsoft::short_text::{id, number};
use crate::sources::reasons;

use super::LIST;
use super::scope::ScopeLists;
use super::times::local_time;

/// Maximum alerts kept of a page: more than are requested. The others count as unreadable.
const ROWS_MAX: usize = 200;

/// Parses a page.
pub(super) fn page(body: &[u8]) -> Result<AlertPage, Failure> {
    let reply: AlertsReply = json::read(body)?;
    refusal::check(&reply.status, &reply.message, LIST)?;
    let List::Items { kept, total } = reply.page.rows else {
        return Err(reasons::INVALID_ANSWER.because("no list"));
    };
    let alerts: Vec<_> = kept.into_iter().flatten().filter_map(AlertRow::alert).collect();
    let small = |number: Option<u64>| number.and_then(|number| number.try_into().ok());
    Ok(AlertPage {
        unreadable: total - alerts.len(),
        alerts,
        number: small(reply.page.current_page),
        last: small(reply.page.last_page),
        total: reply.page.total,
    })
}

#[derive(Default)]
struct AlertsReply {
    status: Loose,
    message: Loose,
    page: PageFields,
}

impl Object for AlertsReply {
    type Key = String;

    fn set<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "alertas" => self.page = value(from)?,
            "message" | "msg" => self.message = value(from)?,
            "status" => self.status = value(from)?,
            // The paging without the key around it.
            _ => self.page.set(key, from)?,
        }
        Ok(())
    }
}

/// The paging of Laravel around the rows, or the rows alone.
#[derive(Default)]
struct PageFields {
    current_page: Option<u64>,
    last_page: Option<u64>,
    total: Option<u64>,
    rows: List<Option<AlertRow>, ROWS_MAX>,
}

impl Object for PageFields {
    type Key = String;

    fn set<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "current_page" => self.current_page = number(from)?,
            "data" => self.rows = value(from)?,
            "last_page" => self.last_page = number(from)?,
            "total" => self.total = number(from)?,
            _ => drop(value::<Loose, A>(from)?),
        }
        Ok(())
    }
}

impl Lenient for PageFields {
    fn list<'de, A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        Ok(Self { rows: List::list(list)?, ..Self::default() })
    }

    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        Option::object(object).map(Option::unwrap_or_default)
    }
}

/// One alert of a page.
#[derive(Default)]
struct AlertRow {
    id: Option<u64>,
    /// `id_alerta`, where it is not `id`.
    id_alerta: Option<u64>,
    descricao: Loose,
    texto_alerta: Loose,
    deleted_at: Loose,
    visivel_via_api: Flag,
    data_inicio: Loose,
    data_fim: Loose,
    hora_inicio: Loose,
    hora_fim: Loose,
    scope: ScopeLists,
}

impl Object for AlertRow {
    /// A filled list of any other name is a kind of scope.
    type Key = String;

    fn set<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "bairros" => self.scope.districts = value(from)?,
            "caixa_optica" | "caixas_opticas" => self.scope.boxes = value(from)?,
            "cidades" => self.scope.cities = value(from)?,
            "data_fim" => self.data_fim = value(from)?,
            "data_inicio" => self.data_inicio = value(from)?,
            "deleted_at" => self.deleted_at = value(from)?,
            "descricao" => self.descricao = value(from)?,
            "grupos_cliente_servico" => self.scope.groups = value(from)?,
            "hora_fim" => self.hora_fim = value(from)?,
            "hora_inicio" => self.hora_inicio = value(from)?,
            "id" => self.id = id(from)?,
            "id_alerta" => self.id_alerta = id(from)?,
            "interfaces_conexao" => self.scope.interfaces = value(from)?,
            "parametros" => self.scope.parameters = value(from)?,
            "pops" => self.scope.pops = value(from)?,
            "servico_status" => self.scope.statuses = value(from)?,
            "texto_alerta" => self.texto_alerta = value(from)?,
            "visivel_via_api" => self.visivel_via_api = value(from)?,
            _ => {
                let list: List<Loose, 1> = value(from)?;
                self.scope.note_unknown(&key, &list);
            }
        }
        Ok(())
    }
}

impl AlertRow {
    /// Returns the alert; `None` if its id or a time is unreadable.
    fn alert(self) -> Option<ListedAlert> {
        let is_deleted = self.deleted_at.text().is_some();
        let text = self.texto_alerta.text().or_else(|| self.descricao.text());
        let text = text.and_then(AlertText::new).filter(|text| !is_signature(text.reveal()));
        let is_visible = self.visivel_via_api.value().unwrap_or(true);
        Some(ListedAlert {
            id: self.id_alerta.or(self.id)?,
            is_published: is_visible && !is_deleted,
            text,
            starts: time(&self.data_inicio, &self.hora_inicio)?,
            ends: time(&self.data_fim, &self.hora_fim)?,
            scope: self.scope.scope(),
        })
    }
}

/// The time of a date, which may have the hour apart. The outer `None` stands for an unreadable one.
fn time(date: &Loose, hour: &Loose) -> Option<Option<LocalTime>> {
    match (date.text(), hour.text()) {
        (None, _) if *date == Loose::default() || is_blank(date) => Some(None),
        (None, _) => None,
        (Some(date), Some(hour)) if !date.contains(':') => {
            local_time(&format!("{date} {hour}")).map(Some)
        }
        (Some(date), _) => local_time(date).map(Some),
    }
}

/// PHP writes these where there is no time.
fn is_blank(value: &Loose) -> bool {
    match value {
        Loose::EmptyList | Loose::Scalar(Scalar::Bool(false) | Scalar::Null) => true,
        Loose::Scalar(Scalar::Text(text)) => text.trim().is_empty(),
        _ => false,
    }
}
