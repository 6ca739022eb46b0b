//! How faults are written on the control path: their names, an example of each, and their limits.

use std::time::Duration;

use serde_json::{Map, Value};

use super::fault::{Fault, RetryAfter};

/// Longer than any client waits; a fault left on overnight still ends.
const WAIT_MAX: Duration = Duration::from_secs(3_600);
/// Ten times the largest body our tests need.
const BYTES_MAX: usize = 1_000_000_000;
/// A year: longer makes no difference to a client, and dates stay in this millennium.
const SECONDS_MAX: u64 = 31_536_000;
/// How much of an unknown name is quoted.
const QUOTED_MAX: usize = 40;

impl Fault {
    /// Every fault by its name on the control path, with an example of its parameters. All of them
    /// must be given, but for `headers` and `body` of `answer`.
    pub const VALUES: [(&'static str, &'static str); 28] = [
        ("answer", r#"{"status":418,"headers":[["X-Own","1"]],"body":"chaleira"}"#),
        ("bad_json", "{}"),
        ("drip", r#"{"byte_every_ms":200}"#),
        ("empty", "{}"),
        ("gzip_bomb", "{}"),
        ("hang_up", "{}"),
        ("html", "{}"),
        ("huge", r#"{"bytes":100000000}"#),
        ("huge_chunked", r#"{"bytes":100000000}"#),
        ("huge_headers", "{}"),
        ("invalid_grant", "{}"),
        ("mixed", r#"{"seed":7,"share":0.2}"#),
        ("normal", "{}"),
        ("redirect", r#"{"to":"http://127.0.0.2:9/","status":307}"#),
        ("reset", "{}"),
        ("reset_reused", "{}"),
        ("server_error", "{}"),
        ("silent", "{}"),
        ("slow", r#"{"first_byte_ms":200}"#),
        ("status_error", "{}"),
        ("throttled", r#"{"retry_after":{"seconds":30}}"#),
        ("trace", "{}"),
        ("truncated", "{}"),
        ("truncated_chunked", "{}"),
        ("unauthorized", "{}"),
        ("unavailable", "{}"),
        ("wrong_password", "{}"),
        ("wrong_types", "{}"),
    ];

    /// Reads the fault of that name. The error is the reason, with the known faults if the
    /// name is unknown.
    pub fn named(name: &str, parameters: &Map<String, Value>) -> Result<Self, String> {
        if !Self::VALUES.iter().any(|(known, _)| *known == name) {
            let unknown: String = name.chars().take(QUOTED_MAX).collect();
            let known = Self::VALUES.map(|(known, _)| known).join(", ");
            return Err(format!("unknown fault {unknown:?}: write one of {known}"));
        }
        let mut given = parameters.clone();
        given.insert("fault".to_owned(), name.into());
        let fault: Self = serde_json::from_value(Value::Object(given))
            .map_err(|problem| format!("{name}: {problem}"))?;
        let known = fault.to_json();
        if let Some(unknown) = parameters.keys().find(|key| known.get(key).is_none()) {
            let unknown: String = unknown.chars().take(QUOTED_MAX).collect();
            return Err(format!("{name} has no {unknown:?}"));
        }
        fault.limit().map_or(Ok(fault), |limit| Err(format!("{name}: {limit}")))
    }

    /// Writes the fault as `named` reads it, with its name as `fault`.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self).expect("every key is a text and every value has a JSON form")
    }

    /// The limit that is exceeded, if any.
    fn limit(&self) -> Option<String> {
        match self {
            Self::Answer { status, .. } | Self::Redirect { status, .. } => {
                (!(100..=999).contains(status)).then_some("a status has three digits".to_owned())
            }
            Self::Drip { byte_every: wait } | Self::Slow { first_byte: wait } => {
                (*wait > WAIT_MAX).then(|| format!("at most {} ms", WAIT_MAX.as_millis()))
            }
            Self::Huge { bytes } | Self::HugeChunked { bytes } => {
                (*bytes > BYTES_MAX).then(|| format!("at most {BYTES_MAX} bytes"))
            }
            Self::Mixed { share, .. } => {
                (!(0.0..=1.0).contains(share)).then_some("a share is from 0 to 1".to_owned())
            }
            Self::Throttled {
                retry_after:
                    RetryAfter::Body(seconds)
                    | RetryAfter::Later(seconds)
                    | RetryAfter::Seconds(seconds),
            } => (*seconds > SECONDS_MAX).then(|| format!("at most {SECONDS_MAX} seconds")),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_has_every_fault() {
        let known: BTreeSet<_> = Fault::VALUES.iter().map(|(name, _)| *name).collect();
        let error = serde_json::from_str::<Fault>(r#"{"fault":"no such fault"}"#).unwrap_err();
        let error = error.to_string();
        // The message quotes the unknown name, then each variant.
        let variants: BTreeSet<_> = error.split('`').skip(1).step_by(2).skip(1).collect();
        assert_eq!(known, variants);
    }

    #[test]
    fn a_fault_is_written_as_it_is_read() {
        for (name, example) in Fault::VALUES {
            let parameters: Map<_, _> = serde_json::from_str(example).unwrap();
            let mut to_json = parameters.clone();
            to_json.insert("fault".to_owned(), name.into());
            let fault = Fault::named(name, &parameters).unwrap();
            assert_eq!(fault.to_json(), Value::Object(to_json));
        }
    }

    #[test]
    fn every_parameter_has_a_limit_and_an_unknown_one_is_rejected() {
        for (name, parameters, part) in [
            ("answer", r#"{"status":99}"#, "three digits"),
            ("drip", r#"{"byte_every_ms":3600001}"#, "3600000 ms"),
            ("huge", r#"{"bytes":1000000001}"#, "1000000000 bytes"),
            ("mixed", r#"{"seed":1,"share":1.1}"#, "from 0 to 1"),
            ("redirect", r#"{"to":"/","status":1000}"#, "three digits"),
            ("slow", r#"{"first_byte_ms":-1}"#, "slow: "),
            ("slow", "{}", "first_byte_ms"),
            ("html", r#"{"first_byte_ms":1}"#, "first_byte_ms"),
            ("throttled", r#"{"retry_after":{"later":31536001}}"#, "31536000 seconds"),
            ("throttled", r#"{"retry_after":{"date":18446744073709551615}}"#, "no such date"),
            ("sleepy", "{}", "slow, status_error"),
        ] {
            let problem = Fault::named(name, &serde_json::from_str(parameters).unwrap());
            let problem = problem.unwrap_err();
            assert!(problem.contains(part), "{problem}");
        }
    }
}
