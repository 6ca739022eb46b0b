//! The query for the customers of a number.

use std::borrow::Cow;

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;

use super::owners::{Verified, verified};
use super::query::{LimitedQuery, Query};
use super::wire::{self, Wanted};

/// Path of the lookup, below the base URL.
pub(super) const LOOKUP_PATH: &str = "api/v1/integracao/cliente";

/// Searches for one spelling of a number, and accepts only customers who have the number.
#[derive(Clone)]
pub(super) struct CustomersByPhone {
    /// The number that accepted customers must have.
    pub(super) phone: Phone,
    /// The search term.
    pub(super) term: String,
    pub(super) wanted: Wanted,
}

impl Query for CustomersByPhone {
    type Answer = Verified;

    fn path(&self) -> Cow<'static, str> {
        LOOKUP_PATH.into()
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        search_parameters("telefone", &self.term, &self.wanted)
    }

    fn read(&self, body: &[u8]) -> Result<Verified, Failure> {
        verified(wire::listing(body, &self.wanted)?, |listed| listed.has_phone(&self.phone))
    }
}

impl LimitedQuery for CustomersByPhone {
    fn wanted(&mut self) -> &mut Wanted {
        &mut self.wanted
    }
}

/// The parameters of a search for `term`. Values that equal the documented defaults are not sent.
pub(super) fn search_parameters(
    search: &'static str,
    term: &str,
    wanted: &Wanted,
) -> Vec<(&'static str, String)> {
    let Wanted { limit, cancelado, ultima_conexao } = wanted;
    let mut parameters = vec![
        ("busca", search.to_owned()),
        ("termo_busca", term.to_owned()),
        ("limit", limit.to_string()),
    ];
    for (key, on) in [("cancelado", cancelado), ("ultima_conexao", ultima_conexao)] {
        if *on {
            parameters.push((key, "sim".to_owned()));
        }
    }
    parameters
}
