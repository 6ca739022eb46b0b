//! The packed memory of the directory: what a walk has collected, generations, and their joins.

mod amendments;
mod builder;
mod customer_places;
mod encoding;
mod folded;
mod generation;
mod hash;
mod join_report;
mod joins;
mod known_places;
mod named;
mod numbers;
mod places;
mod restated;
mod rows;
mod scan;
mod scope;
mod stored;
mod texts;

pub use self::amendments::{AmendedOwner, Amendment};
pub use self::builder::{ABSENCES_MAX, Added, Builder, Names};
pub use self::generation::{Generation, GenerationFacts, KnownCustomer, RowIndex, WalkExtent};
pub use self::hash::{PhoneHash, PhoneHasher};
pub use self::join_report::{JoinReport, KindReport};
pub use self::joins::{Joined, Joins};
pub use self::known_places::KnownPlaces;
pub use self::named::{NamedPlace, PlaceKind};
pub use self::scan::{Strata, Stratum};
pub use self::scope::{AlertScope, ScopeKind, ScopeKinds};
