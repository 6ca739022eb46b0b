//! The tables that map names to ids: cities, interfaces, POPs, boxes, statuses and groups.

use crate::domain::failure::Failure;

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

#[derive(Clone)]
pub(super) struct Cities;

impl ListRows for Cities {
    const PATH: &'static str = "api/v1/integracao/configuracao/cidade";
    const KEY: &'static str = "cidades";
    const NAME: &'static str = "the table of cities";
    type Row = CityRow;
}

#[derive(Clone)]
pub(super) struct Interfaces;

impl ListRows for Interfaces {
    const PATH: &'static str = "api/v1/integracao/rede/equipamento";
    const KEY: &'static str = "equipamentos";
    const NAME: &'static str = "the table of equipment";
    type Row = EquipmentRow;
}

#[derive(Clone)]
pub(super) struct Pops;

impl ListRows for Pops {
    const PATH: &'static str = "api/v1/integracao/rede/pop";
    const KEY: &'static str = "pops";
    const NAME: &'static str = "the table of POPs";
    type Row = PopRow;
}

#[derive(Clone)]
pub(super) struct OpticalBoxes;

impl ListRows for OpticalBoxes {
    const PATH: &'static str = "api/v1/integracao/rede/caixa_optica";
    const KEY: &'static str = "caixas_opticas";
    const NAME: &'static str = "the table of optical boxes";
    type Row = NamedRow;
}

#[derive(Clone)]
pub(super) struct Statuses;

impl ListRows for Statuses {
    const PATH: &'static str = "api/v1/integracao/configuracao/servico_status";
    const KEY: &'static str = "servico_status";
    const NAME: &'static str = "the table of service statuses";
    type Row = NamedRow;
}

#[derive(Clone)]
pub(super) struct ServiceGroups;

impl ListRows for ServiceGroups {
    const PATH: &'static str = "api/v1/integracao/configuracao/grupo_cliente_servico";
    const KEY: &'static str = "grupo_cliente_servico";
    const NAME: &'static str = "the table of service groups";
    type Row = NamedRow;
}
