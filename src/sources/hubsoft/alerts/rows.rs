//! Reads a page of the list of alerts.

use serde::de::{MapAccess, SeqAccess};

use crate::domain::alert_text::{AlertText, is_signature};
use crate::domain::failure::Failure;
use crate::domain::local_time::LocalTime;
use crate::domain::zone::Zone;
use crate::sources::alerts::{AlertPage, ListedAlert};
use crate::sources::directory::AlertScope;
use crate::sources::hubsoft::flag::Flag;
use crate::sources::hubsoft::json;
use crate::sources::hubsoft::loose::{Lenient, List, Loose, Object, is_number, value};
use crate::sources::hubsoft::refusal;
use crate::sources::hubsoft::short_text::{id, number};
use crate::sources::reasons;

use super::LIST;
use super::kinds::UnknownField;
use super::scope::ScopeLists;
use super::scope_list::KindList;
use super::times::{WindowFields, is_blank, without_zone};

/// Maximum alerts kept of a page: more than are requested, as a server may ignore how many these are. The
/// others count as unreadable.
const ROWS_MAX: usize = 2_000;

/// Parses a page, whose times are by the clock of `zone`.
pub(super) fn page(body: &[u8], zone: Zone) -> Result<AlertPage, Failure> {
    let AlertsReply { status, message, page } = json::read(body)?;
    refusal::check(&status, &message, LIST)?;
    let (number, last) = page.numbers();
    let List::Items { kept, total: listed } = page.rows else {
        return Err(reasons::INVALID_ANSWER.because("no list"));
    };
    let newest = kept.iter().filter_map(RawAlert::changed).max();
    let alerts: Vec<_> = kept.into_iter().filter_map(|row| row.alert(zone)).collect();
    let unreadable = listed - alerts.len();
    Ok(AlertPage { alerts, unreadable, number, last, total: page.total, newest })
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
            "message" | "msg" => self.message = value(from)?,
            "status" => self.status = value(from)?,
            _ => self.page.set(key, from)?,
        }
        Ok(())
    }
}

/// The rows, and the paging around or beside them: that of Laravel, of its resources (`meta`), or of
/// HubSoft's other lists (`paginacao`), which count from `primeira_pagina`.
#[derive(Default)]
struct PageFields {
    first_page: Option<u64>,
    current_page: Option<u64>,
    last_page: Option<u64>,
    total: Option<u64>,
    rows: List<RawAlert, ROWS_MAX>,
}

impl Object for PageFields {
    type Key = String;

    fn set<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "alertas" | "avisos" | "data" | "meta" | "paginacao" => self.join(value(from)?),
            "current_page" | "pagina_atual" => self.current_page = number(from)?,
            "last_page" | "ultima_pagina" => self.last_page = number(from)?,
            "primeira_pagina" => self.first_page = number(from)?,
            "total" | "total_registros" => self.total = number(from)?,
            // An alert where the list should be.
            "id_alerta" => {
                let _: Loose = value(from)?;
                self.join(Self::of_rows(Vec::new(), 1));
            }
            key if is_number(key) => {
                let row = value(from)?;
                self.join(Self::of_rows(vec![row], 1));
            }
            _ => drop(value::<Loose, A>(from)?),
        }
        Ok(())
    }
}

impl PageFields {
    fn of_rows(kept: Vec<RawAlert>, total: usize) -> Self {
        Self { rows: List::Items { kept, total }, ..Self::default() }
    }

    /// Takes what another object states, in addition to the rows there are.
    fn join(&mut self, other: Self) {
        self.first_page = other.first_page.or(self.first_page);
        self.current_page = other.current_page.or(self.current_page);
        self.last_page = other.last_page.or(self.last_page);
        self.total = other.total.or(self.total);
        match (&mut self.rows, other.rows) {
            (_, List::NoList) => {}
            (rows @ List::NoList, other) => *rows = other,
            (List::Items { kept, total }, List::Items { kept: others, total: more }) => {
                let free = ROWS_MAX.saturating_sub(kept.len());
                kept.extend(others.into_iter().take(free));
                *total += more;
            }
        }
    }

    /// The number of the page and that of the last one, if the first is 1.
    fn numbers(&self) -> (Option<u32>, Option<u32>) {
        let first = self.first_page.unwrap_or(1);
        let counted = |page: Option<u64>| {
            let page = page?.checked_add(1)?.checked_sub(first)?;
            u32::try_from(page).ok()
        };
        (counted(self.current_page), counted(self.last_page))
    }
}

impl Lenient for PageFields {
    fn list<'de, A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        Ok(Self { rows: List::list(list)?, ..Self::default() })
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let (mut fields, mut is_empty) = (Self::default(), true);
        while let Some(key) = object.next_key()? {
            is_empty = false;
            fields.set(key, &mut object)?;
        }
        // PHP's empty array may be written so.
        Ok(if is_empty { Self::of_rows(Vec::new(), 0) } else { fields })
    }
}

/// One row of a page; `None` if it is no object.
#[derive(Default)]
struct RawAlert(Option<AlertRow>);

impl Lenient for RawAlert {
    /// The scope is made at once, because its lists take more memory.
    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        let row: Option<AlertRow> = Option::object(object)?;
        Ok(Self(row.map(AlertRow::scoped)))
    }
}

impl RawAlert {
    /// When it was made, or changed last.
    fn changed(&self) -> Option<LocalTime> {
        let row = self.0.as_ref()?;
        [&row.created_at, &row.updated_at].into_iter().filter_map(without_zone).max()
    }

    fn alert(self, zone: Zone) -> Option<ListedAlert> {
        self.0?.alert(zone)
    }
}

/// The fields of an alert.
#[derive(Default)]
struct AlertRow {
    id: Option<u64>,
    /// `id_alerta`, where it is not `id`.
    id_alerta: Option<u64>,
    descricao: Loose,
    texto_alerta: Loose,
    created_at: Loose,
    deleted_at: Loose,
    updated_at: Loose,
    /// The flags of which each has to be on, as far as the list has them.
    visible: Vec<Flag>,
    window: WindowFields,
    lists: ScopeLists,
    scope: AlertScope,
}

impl Object for AlertRow {
    /// A filled list of any other name is a kind of scope.
    type Key = String;

    fn set<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "created_at" => self.created_at = value(from)?,
            "data_fim" => self.window.end = value(from)?,
            "data_inicio" => self.window.start = value(from)?,
            "deleted_at" => self.deleted_at = value(from)?,
            "descricao" => self.descricao = value(from)?,
            "hora_fim" => self.window.end_hour = value(from)?,
            "hora_inicio" => self.window.start_hour = value(from)?,
            "id" => self.id = id(from)?,
            "id_alerta" => self.id_alerta = id(from)?,
            "texto_alerta" => self.texto_alerta = value(from)?,
            "updated_at" => self.updated_at = value(from)?,
            "publicado" | "visivel" | "visivel_via_api" => self.visible.push(value(from)?),
            _ => self.set_scope(&key, from)?,
        }
        Ok(())
    }
}

impl AlertRow {
    fn set_scope<'de, A: MapAccess<'de>>(
        &mut self,
        key: &str,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            "bairros" => self.lists.districts = value(from)?,
            "caixa_optica" | "caixas_opticas" => self.lists.boxes = value(from)?,
            "cidades" => self.lists.cities = value(from)?,
            "grupos_cliente_servico" => self.lists.groups = value(from)?,
            "interfaces_conexao" => self.lists.interfaces = value(from)?,
            "parametros" => self.lists.parameters = value(from)?,
            "pops" => self.lists.pops = value(from)?,
            "servico_status" => self.lists.statuses = value(from)?,
            // The kinds that the list of customers does not show.
            "grupos_cliente" | "zonas" | "zonas_atendimento" => {
                let list: KindList = value(from)?;
                if !list.is_empty() {
                    self.lists.note_unknown(key);
                }
            }
            _ => {
                let field: UnknownField = value(from)?;
                if field.is_kind(key) {
                    self.lists.note_unknown(key);
                }
            }
        }
        Ok(())
    }

    fn scoped(mut self) -> Self {
        self.scope = std::mem::take(&mut self.lists).scope();
        self
    }

    /// Returns the alert; `None` if its id, a time, or whether customers may see it is unreadable.
    fn alert(self, zone: Zone) -> Option<ListedAlert> {
        let text = self.texto_alerta.text().or_else(|| self.descricao.text());
        let text = text.and_then(AlertText::new).filter(|text| !is_signature(text.reveal()));
        // A flag that is null is off; a list without the flag has visible alerts only.
        let flags: Option<Vec<bool>> = self.visible.iter().map(Flag::value_or_off).collect();
        let is_visible = flags?.into_iter().all(|is_on| is_on);
        let window = self.window.window(zone)?;
        Some(ListedAlert {
            id: self.id_alerta.or(self.id)?,
            is_published: is_visible && is_blank(&self.deleted_at),
            text,
            starts: window.starts,
            ends: window.ends,
            may_last: window.may_last,
            scope: self.scope,
        })
    }
}
