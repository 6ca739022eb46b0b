//! The query of which customers have a number.

use std::borrow::Cow;

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;

use super::owners::{Verified, verified};
use super::query::Query;
use super::wire::{self, Wanted};

/// Path of the look-up, below the base URL.
const LOOKUP_PATH: &str = "api/v1/integracao/cliente";

/// Searches for a number as it may be stored, and believes only those who have it.
#[derive(Clone)]
pub(super) struct CustomersByPhone {
    /// Whose owners are believed.
    pub(super) phone: Phone,
    /// What is searched for.
    pub(super) term: String,
    pub(super) wanted: Wanted,
}

impl Query for CustomersByPhone {
    type Answer = Verified;

    fn path(&self) -> Cow<'static, str> {
        LOOKUP_PATH.into()
    }

    /// What stands at the page's default is not sent.
    fn parameters(&self) -> Vec<(&'static str, String)> {
        let Wanted { limit, cancelado, ultima_conexao } = self.wanted;
        let mut parameters = vec![
            ("busca", "telefone".to_owned()),
            ("termo_busca", self.term.clone()),
            ("limit", limit.to_string()),
        ];
        for (key, on) in [("cancelado", cancelado), ("ultima_conexao", ultima_conexao)] {
            if on {
                parameters.push((key, "sim".to_owned()));
            }
        }
        parameters
    }

    fn read(&self, body: &[u8]) -> Result<Verified, Failure> {
        verified(wire::listing(body, &self.wanted)?, &self.phone)
    }
}
