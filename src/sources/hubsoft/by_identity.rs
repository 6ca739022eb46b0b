//! The query for the customers with a document or a code that a caller has typed.

use std::borrow::Cow;

use crate::domain::customer_code::CustomerCode;
use crate::domain::document::Document;
use crate::domain::failure::Failure;

use super::by_phone::{LOOKUP_PATH, search_parameters};
use super::owners::{Verified, verified};
use super::query::{LimitedQuery, Query};
use super::wire::{self, Wanted};

/// What identifies a customer.
#[derive(Clone, Copy)]
pub(super) enum Identity {
    Code(CustomerCode),
    Document(Document),
}

/// Searches for a document or a code, and accepts only customers who have it.
#[derive(Clone)]
pub(super) struct CustomersByIdentity {
    pub(super) identity: Identity,
    pub(super) wanted: Wanted,
}

impl Query for CustomersByIdentity {
    type Answer = Verified;

    fn path(&self) -> Cow<'static, str> {
        LOOKUP_PATH.into()
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let (search, term) = match &self.identity {
            Identity::Code(code) => ("codigo_cliente", code.reveal()),
            Identity::Document(document) => ("cpf_cnpj", document.reveal().to_owned()),
        };
        search_parameters(search, &term, &self.wanted)
    }

    fn read(&self, body: &[u8]) -> Result<Verified, Failure> {
        match &self.identity {
            Identity::Code(code) => {
                let code = code.reveal();
                verified(wire::listing(body, &self.wanted)?, |listed| listed.has_code(&code))
            }
            Identity::Document(document) => {
                let listing = wire::listing_with_documents(body, &self.wanted)?;
                verified(listing, |listed| listed.has_document(document))
            }
        }
    }
}

impl LimitedQuery for CustomersByIdentity {
    fn wanted(&mut self) -> &mut Wanted {
        &mut self.wanted
    }
}
