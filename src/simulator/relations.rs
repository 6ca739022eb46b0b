//! The relations of a service, which the bulk list has only on request and a lookup always has.

/// Every relation of the vendor's page of the bulk list, by its key in a service.
pub(super) const RELATIONS: [&str; 20] = [
    "anexos",
    "cliente_servico_mapeamento",
    "cpes",
    "endereco_cadastral",
    "endereco_cobranca",
    "endereco_fiscal",
    "endereco_instalacao",
    "equipamento_conexao",
    "equipamento_roteamento",
    "grupos",
    "interface",
    "interface_roteamento",
    "mvno",
    "pacotes",
    "parametros",
    "porta_atendimento",
    "senhas",
    "status_conexao",
    "stfc",
    "ultima_conexao",
];

/// Which relations an answer has.
#[derive(Clone, Debug)]
pub(super) enum ShownRelations {
    All,
    Only(Vec<String>),
}

impl ShownRelations {
    pub(super) fn has(&self, relation: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(names) => names.iter().any(|name| name == relation),
        }
    }
}
