//! Trunks whose gateways present other digits than the caller's: `[[trunk]]`.

mod metrics;
mod placed;
mod problems;
mod read;
mod texts;

use std::net::IpAddr;
use std::sync::Arc;

use crate::domain::call::{Call, Did, StatedTrunk};
use crate::domain::phone::{Ddd, DigitRewriting};

pub use self::metrics::TrunkMetrics;

/// A trunk, which calls come by it, and how their numbers are read.
#[derive(Clone, Debug)]
pub struct Trunk {
    /// Its name in requests, the log and metrics.
    pub name: String,
    /// The called numbers of its calls.
    pub dids: Vec<Did>,
    /// The addresses of its gateway.
    pub addresses: Vec<IpAddr>,
    pub rewriting: DigitRewriting,
    /// Area code of its callers who are shown without one.
    pub default_ddd: Option<Ddd>,
}

/// The trunks of the configuration.
#[derive(Clone, Debug, Default)]
pub struct Trunks(Arc<[Trunk]>);

impl Trunks {
    /// Whether no trunk is configured.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The names of all trunks, in the order of the file.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|trunk| trunk.name.as_str())
    }

    /// The trunk that is called `name`, in whatever case.
    pub fn named(&self, name: &str) -> Option<&Trunk> {
        self.0.iter().find(|trunk| trunk.name.eq_ignore_ascii_case(name))
    }

    /// The trunk by which `call` came. A name decides alone, then an address, then the called number.
    pub fn of(&self, call: &Call) -> Option<&Trunk> {
        if self.is_empty() {
            return None;
        }
        match &call.trunk {
            Some(StatedTrunk::Name(name)) => self.named(name),
            Some(StatedTrunk::Address(address)) => {
                let has_address = |trunk: &&Trunk| trunk.addresses.contains(address);
                let by_address = self.0.iter().find(has_address);
                // A trunk with other addresses is not that of the call.
                by_address.or_else(|| self.called(call).filter(|trunk| trunk.addresses.is_empty()))
            }
            None => self.called(call),
        }
    }

    /// The trunk of the called number.
    fn called(&self, call: &Call) -> Option<&Trunk> {
        let did = call.did.as_ref()?;
        self.0.iter().find(|trunk| trunk.dids.contains(did))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    fn trunk(name: &str, dids: &[&str], addresses: &[&str]) -> Trunk {
        Trunk {
            name: name.to_owned(),
            dids: dids.iter().filter_map(|did| Did::new(did)).collect(),
            addresses: addresses.iter().filter_map(|text| text.parse().ok()).collect(),
            rewriting: DigitRewriting::default(),
            default_ddd: None,
        }
    }

    #[test]
    fn a_name_decides_before_an_address_and_that_before_the_called_number() {
        let trunks = Trunks(Arc::new([
            trunk("e1-vivo", &["3732221000"], &[]),
            trunk("e1-oi", &["3732222000"], &["192.0.2.7"]),
        ]));
        let rows = [
            ("", "", None),
            ("", "3732221000", Some("e1-vivo")),
            ("", "3732222000", Some("e1-oi")),
            ("", "3732223000", None),
            ("E1-Vivo", "3732222000", Some("e1-vivo")),
            ("another", "3732221000", None),
            ("192.0.2.7", "3732221000", Some("e1-oi")),
            ("192.0.2.7:5060", "", Some("e1-oi")),
            ("[::ffff:192.0.2.7]:5060", "", Some("e1-oi")),
            ("192.0.2.8", "3732221000", Some("e1-vivo")),
            ("192.0.2.8", "3732222000", None),
            ("   ", "3732221000", Some("e1-vivo")),
        ];
        for (stated, did, expected) in rows {
            let call = Call::of(None, "test", Instant::now());
            let call = Call { did: Did::new(did), trunk: StatedTrunk::of(stated), ..call };
            let found = trunks.of(&call).map(|trunk| trunk.name.as_str());
            assert_eq!(found, expected, "{stated} {did}");
            assert!(Trunks::default().of(&call).is_none());
        }
        let call = Call::of(None, "test", Instant::now());
        let did = Did::new("3732221000");
        let call = Call { did, trunk: Some(StatedTrunk::unclear()), ..call };
        assert!(trunks.of(&call).is_none(), "a parameter that is there twice");
    }
}
