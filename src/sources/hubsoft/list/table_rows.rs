//! Reads the rows of the tables that map names to ids.

use serde::Deserialize;
use serde::de::MapAccess;

use crate::sources::directory::{CityEntry, InterfaceEntry, PopEntry};
use crate::sources::hubsoft::loose::{Lenient, List, Loose, Object, Scalar, skip, value};
use crate::sources::hubsoft::places::EquipmentName;
use crate::sources::hubsoft::short_text::{cut, id, number, text};

/// Maximum rows kept of a table, and of a list in a row.
pub(super) const ROWS_MAX: usize = 200_000;

/// A row of a table.
pub(super) trait TableRow: Object {
    type Entry: Send + 'static;

    /// Returns the entries of the row; none if its id is unreadable or its name is missing.
    fn entries(self) -> Vec<Self::Entry>;
}

#[derive(Default)]
pub(super) struct CityRow {
    id_cidade: Option<u64>,
    nome: String,
    uf: String,
    estado: String,
    ibge: Option<u64>,
    bairros: List<DistrictName, ROWS_MAX>,
}

impl TableRow for CityRow {
    type Entry = CityEntry;

    fn entries(self) -> Vec<CityEntry> {
        let Some(id) = self.id_cidade.filter(|_| !self.nome.is_empty()) else {
            return Vec::new();
        };
        let districts = self.bairros.items().into_iter().map(|district| district.0);
        vec![CityEntry {
            id,
            name: self.nome,
            states: [self.uf, self.estado],
            ibge: self.ibge,
            districts: districts.filter(|name| !name.is_empty()).collect(),
        }]
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum CityRowKey {
    Bairros,
    Estado,
    Ibge,
    IdCidade,
    Nome,
    Uf,
    #[serde(other)]
    Other,
}

impl Object for CityRow {
    type Key = CityRowKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: CityRowKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            CityRowKey::Bairros => self.bairros = value(from)?,
            CityRowKey::Estado => self.estado = text(from)?,
            CityRowKey::Ibge => self.ibge = number(from)?,
            CityRowKey::IdCidade => self.id_cidade = id(from)?,
            CityRowKey::Nome => self.nome = text(from)?,
            CityRowKey::Uf => self.uf = text(from)?,
            CityRowKey::Other => skip(from)?,
        }
        Ok(())
    }
}

/// The name of a district: a text, or an object with one.
#[derive(Default)]
struct DistrictName(String);

impl Lenient for DistrictName {
    fn scalar(scalar: Scalar) -> Self {
        Self(Loose::Scalar(scalar).text().map(cut).unwrap_or_default().to_owned())
    }

    fn object<'de, A: MapAccess<'de>>(object: A) -> Result<Self, A::Error> {
        let named: Option<NamedRow> = Lenient::object(object)?;
        Ok(Self(named.unwrap_or_default().nome))
    }
}

#[derive(Default)]
pub(super) struct EquipmentRow {
    id_equipamento: Option<u64>,
    named: EquipmentName,
    interfaces: List<Option<NamedRow>, ROWS_MAX>,
}

impl TableRow for EquipmentRow {
    type Entry = InterfaceEntry;

    fn entries(self) -> Vec<InterfaceEntry> {
        let Some(equipment_id) = self.id_equipamento else { return Vec::new() };
        let (equipment, address) = self.named.name_and_address();
        let interfaces = self.interfaces.items().into_iter().flatten();
        let entry = |(id, name)| InterfaceEntry {
            id,
            name,
            equipment_id,
            equipment: equipment.clone(),
            address: address.clone(),
        };
        interfaces.filter_map(NamedRow::id_and_name).map(entry).collect()
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum EquipmentRowKey {
    IdEquipamento,
    Interfaces,
    Ipv4,
    Ipv6,
    Nome,
    #[serde(other)]
    Other,
}

impl Object for EquipmentRow {
    type Key = EquipmentRowKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: EquipmentRowKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            EquipmentRowKey::IdEquipamento => self.id_equipamento = id(from)?,
            EquipmentRowKey::Interfaces => self.interfaces = value(from)?,
            EquipmentRowKey::Ipv4 => self.named.ipv4 = text(from)?,
            EquipmentRowKey::Ipv6 => self.named.ipv6 = text(from)?,
            EquipmentRowKey::Nome => self.named.nome = text(from)?,
            EquipmentRowKey::Other => skip(from)?,
        }
        Ok(())
    }
}

#[derive(Default)]
pub(super) struct PopRow {
    id_pop: Option<u64>,
    nome: String,
    equipamentos: List<Option<EquipmentName>, ROWS_MAX>,
}

impl TableRow for PopRow {
    type Entry = PopEntry;

    fn entries(self) -> Vec<PopEntry> {
        let Some(id) = self.id_pop else { return Vec::new() };
        let equipment = self.equipamentos.items().into_iter().flatten();
        let equipment = equipment.map(EquipmentName::name_and_address);
        let equipment = equipment.filter(|(name, _)| !name.is_empty()).collect();
        vec![PopEntry { id, name: self.nome, equipment }]
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum PopRowKey {
    Equipamentos,
    IdPop,
    Nome,
    #[serde(other)]
    Other,
}

impl Object for PopRow {
    type Key = PopRowKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: PopRowKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            PopRowKey::Equipamentos => self.equipamentos = value(from)?,
            PopRowKey::IdPop => self.id_pop = id(from)?,
            PopRowKey::Nome => self.nome = text(from)?,
            PopRowKey::Other => skip(from)?,
        }
        Ok(())
    }
}

/// A row of an id and a name, of several tables.
#[derive(Default)]
pub(super) struct NamedRow {
    id: Option<u64>,
    /// The word of a status, which the list of customers has, too.
    prefixo: String,
    nome: String,
    display: String,
}

impl NamedRow {
    /// Returns id and name; `None` if one is missing.
    fn id_and_name(self) -> Option<(u64, String)> {
        let mut names = [self.prefixo, self.nome, self.display].into_iter();
        Some((self.id?, names.find(|name| !name.is_empty())?))
    }
}

impl TableRow for NamedRow {
    type Entry = (u64, String);

    fn entries(self) -> Vec<(u64, String)> {
        self.id_and_name().into_iter().collect()
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum NamedRowKey {
    Display,
    #[serde(alias = "id_caixa_optica", alias = "id_interface_conexao", alias = "id_servico_status")]
    Id,
    #[serde(alias = "bairro")]
    Nome,
    Prefixo,
    #[serde(other)]
    Other,
}

impl Object for NamedRow {
    type Key = NamedRowKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: NamedRowKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            NamedRowKey::Display => self.display = text(from)?,
            NamedRowKey::Id => self.id = id(from)?,
            NamedRowKey::Nome => self.nome = text(from)?,
            NamedRowKey::Prefixo => self.prefixo = text(from)?,
            NamedRowKey::Other => skip(from)?,
        }
        Ok(())
    }
}
