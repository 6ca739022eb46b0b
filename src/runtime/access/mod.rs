//! Says who may come in: from which networks, with which credential, how often.
//!
//! Nothing here waits or sees a clock. Doors ask it in this order:
//!
//! ```text
//! connection   from a network outside the list            closed before a byte is read
//! request      the 51st of a stranger within a second     429
//!              without a good credential, if there are any 401
//! ```

mod credentials;
mod misses;
mod network;
mod rates;
mod settings;

use std::net::{IpAddr, SocketAddr};

pub use self::credentials::{
    CREDENTIAL_BYTES_MAX, Credential, Credentials, SECRET_BYTES_MIN, Unfit,
};
pub use self::misses::{MISSES_MAX, Misses, MissesMetrics};
pub use self::network::{Network, Networks, UnfitNetwork, leave_somebody_out};
pub use self::rates::{RATE_MAX, Rates};
pub use self::settings::Settings;

/// Tells whether whoever is not on this machine can reach `address`.
pub fn is_exposed(address: SocketAddr) -> bool {
    // The whole of IPv4 and of IPv6 (0.0.0.0, [::]) is no loopback address, either.
    !address.ip().to_canonical().is_loopback()
}

/// The address a limit is for. Whoever has an IPv6 network has 2^64 addresses in it.
pub fn limited(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address => address,
    }
}
