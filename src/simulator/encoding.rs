//! How the values of faults are written in JSON: bodies as text, times as whole numbers.

/// A body as text; what is not UTF-8 is replaced when it is written.
pub(super) mod bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(in crate::simulator) fn serialize<S: Serializer>(
        bytes: &[u8],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&String::from_utf8_lossy(bytes))
    }

    pub(in crate::simulator) fn deserialize<'a, D>(from: D) -> Result<Vec<u8>, D::Error>
    where
        D: Deserializer<'a>,
    {
        String::deserialize(from).map(String::into_bytes)
    }
}

/// A time span in whole milliseconds.
pub(super) mod millis {
    use std::time::Duration;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(in crate::simulator) fn serialize<S: Serializer>(
        span: &Duration,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        span.as_millis().serialize(to)
    }

    pub(in crate::simulator) fn deserialize<'a, D>(from: D) -> Result<Duration, D::Error>
    where
        D: Deserializer<'a>,
    {
        u64::deserialize(from).map(Duration::from_millis)
    }
}

/// A moment in whole seconds since 1970.
pub(super) mod unix_seconds {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(in crate::simulator) fn serialize<S: Serializer>(
        at: &SystemTime,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        at.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs().serialize(to)
    }

    pub(in crate::simulator) fn deserialize<'a, D>(from: D) -> Result<SystemTime, D::Error>
    where
        D: Deserializer<'a>,
    {
        let seconds = Duration::from_secs(u64::deserialize(from)?);
        UNIX_EPOCH.checked_add(seconds).ok_or_else(|| Error::custom("no such date"))
    }
}
