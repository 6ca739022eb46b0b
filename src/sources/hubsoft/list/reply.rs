//! Reads the frame of a list or a table: its status, its paging and its rows.

use serde::Deserialize;
use serde::de::MapAccess;

use crate::domain::failure::Failure;
use crate::sources::hubsoft::json;
use crate::sources::hubsoft::loose::{List, Loose, Object, skip, value};
use crate::sources::hubsoft::refusal;
use crate::sources::hubsoft::short_text::number;
use crate::sources::reasons;

/// A list or a table of HubSoft.
pub(super) trait ListRows: Clone + Send + Sync + 'static {
    /// The path below the base URL.
    const PATH: &'static str;
    /// The key of the rows.
    const KEY: &'static str;
    /// What it is, in a failure.
    const NAME: &'static str;
    type Row: Object + Send + 'static;
}

/// The rows of an answer.
pub(super) struct ReadRows<T> {
    pub(super) paging: PagingFields,
    /// At most as many as were asked for; `None` for one that is no object.
    pub(super) rows: Vec<Option<T>>,
    /// The number of rows in the answer.
    pub(super) total: usize,
}

/// Reads an answer, and keeps at most `MAX` rows.
pub(super) fn read<R: ListRows, const MAX: usize>(
    body: &[u8],
) -> Result<ReadRows<R::Row>, Failure> {
    let reply: RowsReply<R, MAX> = json::read(body)?;
    refusal::check(&reply.status, &reply.message, R::NAME)?;
    let List::Items { kept, total } = reply.rows else {
        return Err(reasons::INVALID_ANSWER.because("no list"));
    };
    Ok(ReadRows { paging: reply.paging.unwrap_or_default(), rows: kept, total })
}

struct RowsReply<R: ListRows, const MAX: usize> {
    status: Loose,
    message: Loose,
    paging: Option<PagingFields>,
    rows: List<Option<R::Row>, MAX>,
}

impl<R: ListRows, const MAX: usize> Default for RowsReply<R, MAX> {
    fn default() -> Self {
        Self {
            status: Loose::default(),
            message: Loose::default(),
            paging: None,
            rows: List::default(),
        }
    }
}

impl<R: ListRows, const MAX: usize> Object for RowsReply<R, MAX> {
    /// Each list has a key of its own for its rows.
    type Key = String;

    fn set<'de, A: MapAccess<'de>>(&mut self, key: String, from: &mut A) -> Result<(), A::Error> {
        match key.as_str() {
            "message" | "msg" => self.message = value(from)?,
            "paginacao" => self.paging = value(from)?,
            "status" => self.status = value(from)?,
            key if key == R::KEY => self.rows = value(from)?,
            _ => skip(from)?,
        }
        Ok(())
    }
}

/// The position of a page in its list, as far as it is stated.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct PagingFields {
    pub(super) pagina_atual: Option<u64>,
    pub(super) ultima_pagina: Option<u64>,
    pub(super) total_registros: Option<u64>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum PagingKey {
    PaginaAtual,
    TotalRegistros,
    UltimaPagina,
    #[serde(other)]
    Other,
}

impl Object for PagingFields {
    type Key = PagingKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: PagingKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            PagingKey::PaginaAtual => self.pagina_atual = number(from)?,
            PagingKey::TotalRegistros => self.total_registros = number(from)?,
            PagingKey::UltimaPagina => self.ultima_pagina = number(from)?,
            PagingKey::Other => skip(from)?,
        }
        Ok(())
    }
}
