//! Whether the customers of a stratum have an alert, as far as evidence shows.

use std::sync::atomic::{AtomicU8, Ordering};

use crate::sources::directory::Stratum;

/// Whether the customers of a stratum have an alert.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// They have it.
    Alert,
    /// They do not have it.
    NoAlert,
    /// The evidence does not decide it.
    #[default]
    Unknown,
}

const UNKNOWN: u8 = 0;
const ALERT: u8 = 1;
const NO_ALERT: u8 = 2;

/// The verdict on each stratum of one alert. Probes change them while calls read them.
#[derive(Debug)]
pub struct Verdicts([AtomicU8; 1 << 8]);

impl Default for Verdicts {
    /// Nothing is known of any stratum.
    fn default() -> Self {
        Self([const { AtomicU8::new(UNKNOWN) }; 1 << 8])
    }
}

impl Verdicts {
    /// The verdict on a stratum. Customers of whom nothing can be said have none.
    pub fn of(&self, stratum: Stratum) -> Verdict {
        match self.0[usize::from(stratum.index())].load(Ordering::Relaxed) {
            ALERT => Verdict::Alert,
            NO_ALERT => Verdict::NoAlert,
            _ => Verdict::Unknown,
        }
    }

    /// Sets the verdict on a stratum.
    pub fn set(&self, stratum: Stratum, verdict: Verdict) {
        if stratum == Stratum::CannotSay {
            return;
        }
        let packed = match verdict {
            Verdict::Alert => ALERT,
            Verdict::NoAlert => NO_ALERT,
            Verdict::Unknown => UNKNOWN,
        };
        self.0[usize::from(stratum.index())].store(packed, Ordering::Relaxed);
    }
}
