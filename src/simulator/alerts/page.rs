//! One page of the list of alerts, as Laravel writes pages, and what the faults make of it.

use serde_json::{Value, json};

use crate::simulator::population::SimPlaceKind;
use crate::simulator::reply::{Reply, php_json};

use super::clock::ClockTime;
use super::fault::{AlertFault, ScopeForm};
use super::scope::{NamedId, ResolvedScope};
use super::{NocAlerts, PublishedAlert};

/// Who has written every alert.
pub(super) const AUTHOR: &str = "NOC Plantão";
/// What the pages' links begin with: a host that is not the right one, as HubSoft writes it.
const LINKS: &str = "http://api.provedor.example/api/v1/integracao/configuracao/alerta/paginado";
const PARAMETERS: [&str; 3] = ["ativo", "page", "pagina"];
const PERMISSION_ERROR: &str = "Você não possui permissão para executar essa ação.";

/// Which page is requested, and of how many alerts.
struct AlertPaging {
    page: u32,
    rows: u32,
}

impl NocAlerts {
    /// The page that is requested with `rows` alerts a page; the error is what HubSoft reports.
    pub(in crate::simulator) fn page(
        &mut self,
        query: &[(String, String)],
        rows: u32,
        now: ClockTime,
    ) -> Result<Reply, String> {
        let unknown = query.iter().find(|(name, _)| !PARAMETERS.contains(&name.as_str()));
        if let Some((unknown, _)) = unknown {
            return Err(format!("O atributo ({unknown}) não existe"));
        }
        let paging = AlertPaging { page: self.requested(query), rows: self.rows(rows) };
        if self.has(&AlertFault::PermissionError) || self.fails_now(paging.page) {
            return Err(PERMISSION_ERROR.to_owned());
        }
        let listed: Vec<_> =
            self.alerts.iter().filter(|alert| self.lists(alert, query, now)).collect();
        let answer = json!({
            "status": "success",
            "msg": "Alertas consultados com sucesso!",
            "alertas": self.paged(&listed, &paging),
        });
        Ok(Reply::json(200, php_json(&answer)))
    }

    pub(in crate::simulator) fn is_forbidden(&self) -> bool {
        self.has(&AlertFault::Forbidden)
    }

    /// Laravel takes what is no page for the first one, and `pagina` for nothing.
    fn requested(&self, query: &[(String, String)]) -> u32 {
        let page = value(query, "page").and_then(|page| page.parse().ok());
        let page = page.filter(|page| *page > 0).unwrap_or(1);
        if self.has(&AlertFault::RepeatedPage) { 1 } else { page }
    }

    fn rows(&self, requested: u32) -> u32 {
        let limits = self.faults.iter().filter_map(|fault| match fault {
            AlertFault::RowsMax { rows } => Some(*rows),
            _ => None,
        });
        limits.min().unwrap_or(u32::MAX).min(requested).max(1)
    }

    fn fails_now(&mut self, requested: u32) -> bool {
        let fails = self.faults.iter().any(|fault| {
            matches!(fault, AlertFault::FailingPage { page, times }
                if *page == requested && self.failed < *times)
        });
        self.failed += u32::from(fails);
        fails
    }

    fn lists(&self, alert: &PublishedAlert, query: &[(String, String)], now: ClockTime) -> bool {
        let is_wanted = match value(query, "ativo") {
            Some("sim") => alert.deleted.is_none() || self.has(&AlertFault::DeletedIncluded),
            Some("nao") => alert.deleted.is_some(),
            _ => true,
        };
        let is_now = || alert.is_open(now, |ends| ends);
        is_wanted && (!self.has(&AlertFault::CurrentOnly) || is_now())
    }

    fn paged(&self, listed: &[&PublishedAlert], paging: &AlertPaging) -> Value {
        let AlertPaging { page, rows } = *paging;
        let first = (page as usize - 1).saturating_mul(rows as usize);
        let is_missing = self.has(&AlertFault::MissingPage { page });
        let count = if is_missing { 0 } else { rows as usize };
        let shown: Vec<_> = listed.iter().skip(first).take(count).collect();
        let last = self.last_page(listed.len(), rows);
        let path = format!("{LINKS}/{rows}");
        let link = |page: u32| format!("{path}?page={page}");
        json!({
            "current_page": page,
            "data": shown.iter().map(|alert| self.row(alert)).collect::<Value>(),
            "first_page_url": link(1),
            "from": (!shown.is_empty()).then_some(first + 1),
            "last_page": last,
            "last_page_url": link(last),
            "next_page_url": (page < last).then(|| link(page + 1)),
            "path": path,
            // A text, as PHP has it from the path.
            "per_page": rows.to_string(),
            "prev_page_url": (page > 1).then(|| link(page - 1)),
            "to": (!shown.is_empty()).then_some(first + shown.len()),
            "total": self.total(listed.len(), page),
        })
    }

    fn last_page(&self, total: usize, rows: u32) -> u32 {
        let stated = self.faults.iter().find_map(|fault| match fault {
            AlertFault::LastPage { last_page } => Some(*last_page),
            _ => None,
        });
        stated.unwrap_or_else(|| total.div_ceil(rows as usize).max(1) as u32)
    }

    fn total(&self, total: usize, page: u32) -> u64 {
        let moved = self.faults.iter().map(|fault| match fault {
            AlertFault::MovingTotal { rows_per_page } => rows_per_page * i64::from(page - 1),
            _ => 0,
        });
        (total as u64).saturating_add_signed(moved.sum())
    }
}

/// The last of several, as PHP takes it.
fn value<'a>(query: &'a [(String, String)], name: &str) -> Option<&'a str> {
    query.iter().rev().find(|(each, _)| each == name).map(|(_, value)| value.trim())
}

// ------------ An alert -------------------------------------------------------------------------

impl NocAlerts {
    fn row(&self, alert: &PublishedAlert) -> Value {
        let is_signed = !self.has(&AlertFault::Unsigned);
        let text = if is_signed { alert.signed_text() } else { alert.given.text.clone() };
        let time = |time: Option<ClockTime>| time.map(|time| time.to_string());
        let mut row = json!({
            "id_alerta": alert.id,
            "descricao": alert.given.text,
            "atendimento": true,
            "faturamento": false,
            "arquivo_remessa": false,
            "arquivo_retorno": false,
            "nota_fiscal": false,
            "id_usuario": 12,
            "created_at": alert.created.to_string(),
            "updated_at": alert.updated.to_string(),
            "parametros": parameters(&alert.scope),
            "visivel_via_api": alert.given.visible,
            "deleted_at": time(alert.deleted),
            "data_inicio": time(alert.starts),
            "data_fim": time(alert.ends),
            "texto_alerta": text,
            "data_cadastro_br": alert.created.for_people(),
            "usuario": { "id": 12, "name": AUTHOR },
        });
        let form = self.scope_form();
        row["bairros"] = districts(&alert.scope, form);
        for list in SCOPE_LISTS {
            row[list.key] = list.written(&alert.scope, form);
        }
        if self.has(&AlertFault::UnknownScope) {
            row["zonas_atendimento"] = json!([{ "id_zona_atendimento": 12 }]);
        }
        row
    }

    fn scope_form(&self) -> Option<ScopeForm> {
        self.faults.iter().find_map(|fault| match fault {
            AlertFault::ScopeForm { form } => Some(*form),
            _ => None,
        })
    }
}

/// How a list of a scope is written: its key, that of an id in it, and that of a name if there is one.
struct ScopeList {
    kind: SimPlaceKind,
    key: &'static str,
    id: &'static str,
    name: Option<&'static str>,
}

const SCOPE_LISTS: [ScopeList; 7] = [
    ScopeList::new(SimPlaceKind::City, "cidades", "id_cidade", Some("nome")),
    ScopeList::new(SimPlaceKind::CustomerGroup, "grupos_cliente", "id_grupo_cliente", None),
    ScopeList::new(SimPlaceKind::ServiceGroup, "grupos_cliente_servico", "id", None),
    ScopeList::new(SimPlaceKind::Interface, "interfaces_conexao", "id_interface_conexao", None),
    ScopeList::new(SimPlaceKind::Box, "caixa_optica", "id_caixa_optica", Some("nome")),
    ScopeList::new(SimPlaceKind::Status, "servico_status", "id_servico_status", None),
    ScopeList::new(SimPlaceKind::Pop, "pops", "id_pop", Some("descricao")),
];

impl ScopeList {
    const fn new(
        kind: SimPlaceKind,
        key: &'static str,
        id: &'static str,
        name: Option<&'static str>,
    ) -> Self {
        Self { kind, key, id, name }
    }

    fn written(&self, scope: &ResolvedScope, form: Option<ScopeForm>) -> Value {
        let entries = scope.shown(self.kind).into_iter().map(|entry| match form {
            Some(ScopeForm::Names) => entry.name.map_or_else(|| json!(entry.id), Value::from),
            Some(ScopeForm::Numbers) => json!(entry.id),
            Some(ScopeForm::Texts) => json!(entry.id.to_string()),
            Some(ScopeForm::DistrictObjects | ScopeForm::Numbered) | None => self.object(entry),
        });
        listed(entries.collect(), form)
    }

    fn object(&self, entry: NamedId) -> Value {
        let mut object = json!({ self.id: entry.id });
        if let (Some(key), Some(name)) = (self.name, entry.name) {
            object[key] = name.into();
        }
        object
    }
}

fn districts(scope: &ResolvedScope, form: Option<ScopeForm>) -> Value {
    let written = scope.districts.iter().map(|district| match form {
        Some(ScopeForm::DistrictObjects) => {
            json!({ "nome": district.name, "id_cidade": district.city.id })
        }
        _ => json!(district.name),
    });
    listed(written.collect(), form)
}

fn listed(entries: Vec<Value>, form: Option<ScopeForm>) -> Value {
    match form {
        Some(ScopeForm::Numbered) if !entries.is_empty() => {
            let numbered =
                (0..).zip(entries).map(|(key, entry): (u32, _)| (key.to_string(), entry));
            Value::Object(numbered.collect())
        }
        _ => Value::Array(entries),
    }
}

/// The districts beside the ids of their cities; PHP's empty array without any.
fn parameters(scope: &ResolvedScope) -> Value {
    let districts = &scope.districts;
    if districts.is_empty() {
        return json!([]);
    }
    json!({
        "bairros": districts.iter().map(|district| &district.name).collect::<Vec<_>>(),
        "id_cidade_bairros": districts.iter().map(|district| district.city.id).collect::<Vec<_>>(),
    })
}
