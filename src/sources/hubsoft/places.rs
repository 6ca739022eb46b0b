//! Reads a service: its status, where it is, and whether it is connected.

use serde::Deserialize;
use serde::de::{IgnoredAny, MapAccess};

use crate::domain::alert_text::fold;
use crate::domain::place::{District, InterfaceName, ServicePlace};
use crate::domain::safe_text::is_machine_word;

use super::flag::Flag;
use super::loose::{Lenient, List, Loose, Object, Scalar, skip, value};
use super::short_text::{id, id_of, number, text};

/// Maximum services kept of one customer. The longest list seen has 40.
pub(super) const SERVICES_MAX: usize = 64;
/// Maximum groups kept of one service.
const GROUPS_MAX: usize = 32;
/// Maximum bytes of a status; the longest one of HubSoft has 30.
const STATUS_BYTES_MAX: usize = 64;

/// A service of a list or of a lookup. Login and password are skipped.
#[derive(Default)]
pub(super) struct ServiceRow {
    pub(super) status_prefixo: String,
    ultima_conexao: Option<LastConnection>,
    interface: Option<Named>,
    equipamento_conexao: Option<EquipmentName>,
    porta_atendimento: Option<BoxPort>,
    endereco_instalacao: Option<District>,
    grupos: List<GroupId, GROUPS_MAX>,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum ServiceRowKey {
    EnderecoInstalacao,
    EquipamentoConexao,
    Grupos,
    Interface,
    PortaAtendimento,
    StatusPrefixo,
    UltimaConexao,
    #[serde(other)]
    Other,
}

impl Object for ServiceRow {
    type Key = ServiceRowKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: ServiceRowKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            ServiceRowKey::EnderecoInstalacao => self.endereco_instalacao = value(from)?,
            ServiceRowKey::EquipamentoConexao => self.equipamento_conexao = value(from)?,
            ServiceRowKey::Grupos => self.grupos = value(from)?,
            ServiceRowKey::Interface => self.interface = value(from)?,
            ServiceRowKey::PortaAtendimento => self.porta_atendimento = value(from)?,
            ServiceRowKey::StatusPrefixo => self.status_prefixo = text(from)?,
            ServiceRowKey::UltimaConexao => self.ultima_conexao = value(from)?,
            ServiceRowKey::Other => skip(from)?,
        }
        Ok(())
    }
}

impl ServiceRow {
    /// The status, if it is a machine word.
    pub(super) fn status(&self) -> Option<&str> {
        Some(&*self.status_prefixo).filter(|status| is_machine_word(status, STATUS_BYTES_MAX))
    }

    /// Whether the service is connected, if it is stated.
    pub(super) fn connected(&self) -> Option<bool> {
        self.ultima_conexao.as_ref()?.conectado.value()
    }

    pub(super) fn place(self) -> ServicePlace {
        let status = self.status().unwrap_or_default().to_owned();
        let interface = interface_name(self.equipamento_conexao, self.interface);
        let is_stated =
            |address: &District| !address.city.is_empty() || !address.district.is_empty();
        let optical_box = self.porta_atendimento.map(|port| port.equipamento);
        ServicePlace {
            status,
            interface,
            optical_box: optical_box.filter(|name| !name.is_empty()),
            district: self.endereco_instalacao.filter(is_stated),
            groups: group_ids(self.grupos),
        }
    }
}

fn interface_name(equipment: Option<EquipmentName>, named: Option<Named>) -> Option<InterfaceName> {
    let (equipment, address) = equipment.unwrap_or_default().name_and_address();
    let interface = named.unwrap_or_default().nome;
    let is_stated = !equipment.is_empty() || !interface.is_empty();
    let is_real = !is_generic(&equipment) && !is_generic(&interface);
    (is_stated && is_real).then_some(InterfaceName { equipment, address, interface })
}

/// Returns whether it is HubSoft's placeholder for services whose interface is not registered:
/// `Interface Conexão Genérica` of the equipment `GENERICO`.
fn is_generic(name: &str) -> bool {
    let folded = fold(name);
    folded.starts_with("generic") || folded.contains("generica")
}

fn group_ids(groups: List<GroupId, GROUPS_MAX>) -> Vec<u64> {
    let mut ids: Vec<_> = groups.items().into_iter().filter_map(|group| group.0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// The connection of a service.
#[derive(Default)]
struct LastConnection {
    conectado: Flag,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum LastConnectionKey {
    Conectado,
    #[serde(other)]
    Other,
}

impl Object for LastConnection {
    type Key = LastConnectionKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: LastConnectionKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            LastConnectionKey::Conectado => self.conectado = value(from)?,
            LastConnectionKey::Other => skip(from)?,
        }
        Ok(())
    }
}

/// The name and the addresses of a piece of equipment.
#[derive(Default)]
pub(super) struct EquipmentName {
    pub(super) nome: String,
    pub(super) ipv4: String,
    pub(super) ipv6: String,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum EquipmentNameKey {
    Ipv4,
    Ipv6,
    Nome,
    #[serde(other)]
    Other,
}

impl Object for EquipmentName {
    type Key = EquipmentNameKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: EquipmentNameKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            EquipmentNameKey::Ipv4 => self.ipv4 = text(from)?,
            EquipmentNameKey::Ipv6 => self.ipv6 = text(from)?,
            EquipmentNameKey::Nome => self.nome = text(from)?,
            EquipmentNameKey::Other => skip(from)?,
        }
        Ok(())
    }
}

impl EquipmentName {
    /// Returns the name, and the IPv4 address, else the other one.
    pub(super) fn name_and_address(self) -> (String, String) {
        let address = if self.ipv4.is_empty() { self.ipv6 } else { self.ipv4 };
        (self.nome, address)
    }
}

/// An object with a name.
#[derive(Default)]
struct Named {
    nome: String,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum NamedKey {
    Nome,
    #[serde(other)]
    Other,
}

impl Object for Named {
    type Key = NamedKey;

    fn set<'de, A: MapAccess<'de>>(&mut self, key: NamedKey, from: &mut A) -> Result<(), A::Error> {
        match key {
            NamedKey::Nome => self.nome = text(from)?,
            NamedKey::Other => skip(from)?,
        }
        Ok(())
    }
}

/// The port of an optical box, whose name is in `equipamento`.
#[derive(Default)]
struct BoxPort {
    equipamento: String,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum BoxPortKey {
    Equipamento,
    #[serde(other)]
    Other,
}

impl Object for BoxPort {
    type Key = BoxPortKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: BoxPortKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            BoxPortKey::Equipamento => self.equipamento = text(from)?,
            BoxPortKey::Other => skip(from)?,
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
pub(super) enum AddressKey {
    Bairro,
    Cidade,
    Estado,
    IbgeCidade,
    Uf,
    #[serde(other)]
    Other,
}

/// An address. Street and number are skipped.
impl Object for District {
    type Key = AddressKey;

    fn set<'de, A: MapAccess<'de>>(
        &mut self,
        key: AddressKey,
        from: &mut A,
    ) -> Result<(), A::Error> {
        match key {
            AddressKey::Bairro => self.district = text(from)?,
            AddressKey::Cidade => self.city = text(from)?,
            AddressKey::Estado => self.states[0] = text(from)?,
            AddressKey::IbgeCidade => self.ibge = number(from)?,
            AddressKey::Uf => self.states[1] = text(from)?,
            AddressKey::Other => skip(from)?,
        }
        Ok(())
    }
}

/// The id of a group: a number, or an object with one.
#[derive(Default)]
struct GroupId(Option<u64>);

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum GroupKey {
    Id,
    #[serde(other)]
    Other,
}

impl Lenient for GroupId {
    fn scalar(scalar: Scalar) -> Self {
        Self(id_of(&Loose::Scalar(scalar)))
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut group = Self::default();
        while let Some(key) = object.next_key()? {
            match key {
                GroupKey::Id => group.0 = id(&mut object)?,
                GroupKey::Other => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(group)
    }
}
