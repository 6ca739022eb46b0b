//! The tables of names and ids that the scope of an alert refers to.

use serde_json::{Value, json};

/// One of the tables.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ScopeTable {
    Boxes,
    Cities,
    Equipment,
    Pops,
    ServiceGroups,
    Statuses,
}

impl ScopeTable {
    /// Each table with its path below the API, and the key of its rows.
    const PATHS: [(Self, &str, &str); 6] = [
        (Self::Boxes, "rede/caixa_optica", "caixas_opticas"),
        (Self::Cities, "configuracao/cidade", "cidades"),
        (Self::Equipment, "rede/equipamento", "equipamentos"),
        (Self::Pops, "rede/pop", "pops"),
        (Self::ServiceGroups, "configuracao/grupo_cliente_servico", "grupo_cliente_servico"),
        (Self::Statuses, "configuracao/servico_status", "servico_status"),
    ];

    pub(super) fn at(path: &str) -> Option<Self> {
        Self::PATHS.iter().find(|(_, own, _)| *own == path).map(|(table, ..)| *table)
    }

    /// The answer with these rows.
    pub(super) fn answer(self, rows: &[Value]) -> Value {
        let (_, _, key) = Self::PATHS.into_iter().find(|row| row.0 == self).expect("all are there");
        json!({ "status": "success", "msg": "Dados consultados com sucesso.", key: rows })
    }

    /// The rows of a provider without generated customers: the names that invented customers have.
    pub(super) fn small(self) -> Vec<Value> {
        let equipment = |with: Value| {
            let mut equipment = json!({
                "id_equipamento": 5, "nome": "OLT LUZ", "ipv4": "192.0.2.10", "ipv6": null,
                "modelo": "MA5800", "fabricante": "HUAWEI",
            });
            if !with.is_null() {
                equipment["interfaces"] = with;
            }
            equipment
        };
        match self {
            Self::Boxes => {
                vec![json!({ "id_caixa_optica": 2, "nome": "A1R1C1", "display": "A1R1C1" })]
            }
            Self::Cities => vec![json!({
                "id_cidade": 1, "nome": "Cidade Fictícia", "uf": "MG", "ibge": "3100000",
                "bairros": [{ "nome": "CENTRO" }],
            })],
            Self::Equipment => vec![equipment(json!([
                { "id_interface_conexao": 7, "nome": "PON1", "descricao": null, "tipo": "gpon" },
            ]))],
            Self::Pops => vec![
                json!({ "id_pop": 51, "nome": "POP LUZ", "equipamentos": [equipment(Value::Null)] }),
                json!({ "id_pop": 52, "nome": "POP VAZIO", "equipamentos": [] }),
            ],
            Self::ServiceGroups => {
                vec![json!({ "id": 17, "display": "Residencial", "ativo": true })]
            }
            Self::Statuses => vec![json!({
                "id_servico_status": 1, "descricao": "Serviço Habilitado",
                "prefixo": "servico_habilitado",
            })],
        }
    }
}
