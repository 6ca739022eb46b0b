//! How moods are written on the control path: their names, an example of each, and their limits.

use std::time::Duration;

use serde_json::{Map, Value};

use super::mood::{Mood, RetryAfter};

/// Longer than any client waits; a mood forgotten overnight still ends.
const WAIT_MAX: Duration = Duration::from_secs(3_600);
/// Ten times the largest body our faults ask for.
const BYTES_MAX: usize = 1_000_000_000;
/// A year: longer is no different to any client, and dates stay those of this millennium.
const SECONDS_MAX: u64 = 31_536_000;
/// How much of a strange name is said back.
const STRANGER_MAX: usize = 40;

impl Mood {
    /// Every mood by its name on the control path, with an example of its parameters. All of them
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

    /// Reads the mood of that name. The error says what is wrong, and names the known moods if the
    /// name is.
    pub fn named(name: &str, parameters: &Map<String, Value>) -> Result<Self, String> {
        if !Self::VALUES.iter().any(|(known, _)| *known == name) {
            let stranger: String = name.chars().take(STRANGER_MAX).collect();
            let known = Self::VALUES.map(|(known, _)| known).join(", ");
            return Err(format!("no mood is called {stranger:?}: write one of {known}"));
        }
        let mut given = parameters.clone();
        given.insert("mood".to_owned(), name.into());
        let mood: Self = serde_json::from_value(Value::Object(given))
            .map_err(|problem| format!("{name}: {problem}"))?;
        let known = mood.spelled();
        if let Some(stranger) = parameters.keys().find(|key| known.get(key).is_none()) {
            let stranger: String = stranger.chars().take(STRANGER_MAX).collect();
            return Err(format!("{name} has no {stranger:?}"));
        }
        mood.limit().map_or(Ok(mood), |limit| Err(format!("{name}: {limit}")))
    }

    /// Writes the mood as `named` reads it, with its name as `mood`.
    pub fn spelled(&self) -> Value {
        serde_json::to_value(self).expect("every key is a text and every value has a JSON form")
    }

    /// The limit that is passed, if one is.
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
    fn the_table_holds_every_mood_there_is() {
        let known: BTreeSet<_> = Mood::VALUES.iter().map(|(name, _)| *name).collect();
        let said = serde_json::from_str::<Mood>(r#"{"mood":"no such mood"}"#).unwrap_err();
        let said = said.to_string();
        // The message quotes the stranger, then each variant.
        let variants: BTreeSet<_> = said.split('`').skip(1).step_by(2).skip(1).collect();
        assert_eq!(known, variants);
    }

    #[test]
    fn a_mood_is_spelled_as_it_is_read() {
        for (name, example) in Mood::VALUES {
            let parameters: Map<_, _> = serde_json::from_str(example).unwrap();
            let mut spelled = parameters.clone();
            spelled.insert("mood".to_owned(), name.into());
            let mood = Mood::named(name, &parameters).unwrap();
            assert_eq!(mood.spelled(), Value::Object(spelled));
        }
    }

    #[test]
    fn every_parameter_has_a_limit_and_a_stranger_is_refused() {
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
            let problem = Mood::named(name, &serde_json::from_str(parameters).unwrap());
            let problem = problem.unwrap_err();
            assert!(problem.contains(part), "{problem}");
        }
    }
}
