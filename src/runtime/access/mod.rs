//! Access control: networks, credentials, and request rates.
//!
//! Nothing here waits or reads a clock. Listeners apply it in this order:
//!
//! ```text
//! connection   from a network outside the list            closed before a byte is read
//! request      the 51st of an unknown address in a second  429
//!              without a valid credential, if required     401
//! ```

mod credentials;
mod misses;
mod network;
mod rates;
mod settings;
mod texts;

use std::net::{IpAddr, SocketAddr};

pub use self::credentials::{
    CREDENTIAL_BYTES_MAX, Credential, Credentials, SECRET_BYTES_MIN, Unfit,
};
pub use self::misses::{MISSES_MAX, Misses, MissesMetrics};
pub use self::network::{Network, Networks, UnfitNetwork, require_partial_coverage};
pub use self::rates::{RATE_MAX, Rates};
pub use self::settings::Settings;

/// Whether other machines can reach `address`.
pub fn is_exposed(address: SocketAddr) -> bool {
    // The unspecified addresses (0.0.0.0, [::]) are not loopback addresses, either.
    !address.ip().to_canonical().is_loopback()
}

/// The address to which a limit applies. An IPv6 client has a network of 2^64 addresses.
pub fn limited(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address => address,
    }
}
