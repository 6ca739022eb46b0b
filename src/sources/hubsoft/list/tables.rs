//! The tables that map names to ids: cities, interfaces, POPs, boxes, statuses and groups.

use crate::domain::failure::Failure;
use crate::sources::directory::ScopeKind;

use super::reply::{self, ListRows};
use super::table_rows::{CityRow, EquipmentRow, NamedRow, PopRow, ROWS_MAX, TableRow};

/// Parses a table.
pub(super) fn table<T: ListRows>(body: &[u8]) -> Result<Vec<<T::Row as TableRow>::Entry>, Failure>
where
    T::Row: TableRow,
{
    let rows = reply::read::<T, ROWS_MAX>(body)?.rows.into_iter().flatten();
    Ok(rows.flat_map(T::Row::entries).take(ROWS_MAX).collect())
}

/// A table that names of places are looked up in.
pub(super) trait KindsOfTable {
    /// What its names are.
    const KINDS: &'static [ScopeKind];
}

#[derive(Clone)]
pub(super) struct Cities;

impl KindsOfTable for Cities {
    const KINDS: &'static [ScopeKind] = &[ScopeKind::City, ScopeKind::District];
}

impl ListRows for Cities {
    const PATH: &'static str = "api/v1/integracao/configuracao/cidade";
    const KEY: &'static str = "cidades";
    const NAME: &'static str = "the table of cities";
    type Row = CityRow;
}

#[derive(Clone)]
pub(super) struct Interfaces;

impl KindsOfTable for Interfaces {
    const KINDS: &'static [ScopeKind] = &[ScopeKind::Interface];
}

impl ListRows for Interfaces {
    const PATH: &'static str = "api/v1/integracao/rede/equipamento";
    const KEY: &'static str = "equipamentos";
    const NAME: &'static str = "the table of equipment";
    type Row = EquipmentRow;
}

#[derive(Clone)]
pub(super) struct Pops;

impl KindsOfTable for Pops {
    const KINDS: &'static [ScopeKind] = &[ScopeKind::Pop];
}

impl ListRows for Pops {
    const PATH: &'static str = "api/v1/integracao/rede/pop";
    const KEY: &'static str = "pops";
    const NAME: &'static str = "the table of POPs";
    type Row = PopRow;
}

#[derive(Clone)]
pub(super) struct OpticalBoxes;

impl KindsOfTable for OpticalBoxes {
    const KINDS: &'static [ScopeKind] = &[ScopeKind::Box];
}

impl ListRows for OpticalBoxes {
    const PATH: &'static str = "api/v1/integracao/rede/caixa_optica";
    const KEY: &'static str = "caixas_opticas";
    const NAME: &'static str = "the table of optical boxes";
    type Row = NamedRow;
}

#[derive(Clone)]
pub(super) struct Statuses;

impl KindsOfTable for Statuses {
    const KINDS: &'static [ScopeKind] = &[ScopeKind::Status];
}

impl ListRows for Statuses {
    const PATH: &'static str = "api/v1/integracao/configuracao/servico_status";
    const KEY: &'static str = "servico_status";
    const NAME: &'static str = "the table of service statuses";
    type Row = NamedRow;
}

#[derive(Clone)]
pub(super) struct ServiceGroups;

impl KindsOfTable for ServiceGroups {
    const KINDS: &'static [ScopeKind] = &[ScopeKind::Group];
}

impl ListRows for ServiceGroups {
    const PATH: &'static str = "api/v1/integracao/configuracao/grupo_cliente_servico";
    const KEY: &'static str = "grupo_cliente_servico";
    const NAME: &'static str = "the table of service groups";
    type Row = NamedRow;
}
