//! The kinds of a scope: the keys of their lists and ids, and what else is one.

use serde::de::{MapAccess, SeqAccess};

use crate::sources::hubsoft::loose::{Lenient, List, Loose, Scalar, value};
use crate::sources::hubsoft::short_text::id_of;

/// Maximum ids of a field.
const IDS_MAX: usize = 16;
pub(super) const DISTRICTS: &str = "bairros";
pub(super) const BOXES: KindKeys = KindKeys {
    list: "caixa_optica",
    ids: &["id_caixa_optica", "caixa_optica_id", "id_caixa", "id_mapeamento_caixa_optica"],
};
pub(super) const CITIES: KindKeys =
    KindKeys { list: "cidades", ids: &["id_cidade", "cidade_id", "id_municipio"] };
pub(super) const GROUPS: KindKeys = KindKeys {
    list: "grupos_cliente_servico",
    ids: &["id_grupo_cliente_servico", "grupo_cliente_servico_id", "id_grupo_servico", "id_grupo"],
};
pub(super) const INTERFACES: KindKeys = KindKeys {
    list: "interfaces_conexao",
    ids: &["id_interface_conexao", "interface_conexao_id", "id_interface", "interface_id"],
};
pub(super) const POPS: KindKeys = KindKeys { list: "pops", ids: &["id_pop", "pop_id"] };
pub(super) const STATUSES: KindKeys = KindKeys {
    list: "servico_status",
    ids: &["id_servico_status", "servico_status_id", "id_status"],
};

/// The key of a list, and those of the ids in its entries.
pub(super) struct KindKeys {
    pub(super) list: &'static str,
    pub(super) ids: &'static [&'static str],
}

/// The name of a kind without what tells one from many: `id_cidade` and `cidades` are the same.
pub(super) fn kind_word(key: &str) -> String {
    key.trim_start_matches("id_").replace(['s', '_'], "")
}

/// A field of an unknown name: whether it is a kind of scope.
#[derive(Default)]
pub(super) struct UnknownField {
    is_filled_list: bool,
    /// The ids of an object.
    ids: Vec<String>,
}

impl UnknownField {
    /// A filled list is, and an object with the id of what the field is named for, unless that is a user.
    pub(super) fn is_kind(&self, key: &str) -> bool {
        let start = |text: &str| text.chars().take(4).collect::<String>();
        let has_its_id = |id: &String| start(id.trim_start_matches("id_")) == start(key);
        self.is_filled_list || (!key.starts_with("usuario") && self.ids.iter().any(has_its_id))
    }
}

impl Lenient for UnknownField {
    fn list<'de, A: SeqAccess<'de>>(list: A) -> Result<Self, A::Error> {
        let is_filled_list = match List::<Loose, 1>::list(list)? {
            List::Items { total, .. } => total > 0,
            List::NoList => false,
        };
        Ok(Self { is_filled_list, ids: Vec::new() })
    }

    fn object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Self, A::Error> {
        let mut field = Self::default();
        let mut is_numbered = true;
        let mut count = 0;
        while let Some(key) = object.next_key::<String>()? {
            let inner: Loose = value(&mut object)?;
            count += 1;
            is_numbered &= key.bytes().all(|byte| byte.is_ascii_digit());
            if key.starts_with("id_") && id_of(&inner).is_some() && field.ids.len() < IDS_MAX {
                field.ids.push(key);
            }
        }
        field.is_filled_list = is_numbered && count > 0;
        Ok(field)
    }

    fn scalar(_: Scalar) -> Self {
        Self::default()
    }
}
