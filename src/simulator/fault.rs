//! The faults of the simulator.

use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};

use super::encoding::{bytes, millis, unix_seconds};

/// What the simulator does with a request it has read.
///
/// "The right answer" is that of `Normal`; faults without one ignore the token and the parameters.
/// On the control path each has its name in snake case; see `fault_names`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// Sends exactly this. `Content-Length` is added unless the headers frame the body themselves,
    /// even wrongly.
    Answer {
        status: u16,
        #[serde(default)]
        headers: Vec<(String, String)>,
        #[serde(default, with = "bytes")]
        body: Vec<u8>,
    },
    /// A 200 whose JSON lacks a comma, as on the vendor's printed page.
    BadJson,
    /// The head of the right answer at once, then its body byte by byte.
    Drip {
        #[serde(rename = "byte_every_ms", with = "millis")]
        byte_every: Duration,
    },
    /// A 200 that promises JSON and has no body.
    Empty,
    /// A valid gzip body of 660 kB that unpacks to 100 MiB of valid JSON without customers,
    /// whatever the client accepts.
    GzipBomb,
    /// Closes the connection without a byte, as a keep-alive that ended at that moment.
    HangUp,
    /// A 200 with a login page, as from a wrong base URL or a captive portal.
    Html,
    /// A valid answer without customers, with a `msg` of so many bytes, its length declared.
    Huge { bytes: usize },
    /// The same in chunks: only counting shows that it is too long.
    HugeChunked { bytes: usize },
    /// An answer without customers behind 5 MiB of headers.
    HugeHeaders,
    /// A 400 to every token request, as a newer Laravel Passport sends it after a changed password; other
    /// routes answer right.
    InvalidGrant,
    /// A random other fault to that share of the requests, from 0 to 1, and the right answer to the
    /// rest. The same seed brings the same faults in the same order; `mixed` lists them.
    Mixed { seed: u64, share: f64 },
    /// The right answer.
    #[default]
    Normal,
    /// Redirects the client: `to` becomes the `Location` as it is.
    Redirect { to: String, status: u16 },
    /// Two thirds of the right answer's body, then a TCP reset.
    Reset,
    /// The right answer to the first request on a connection, and a TCP reset without a byte to
    /// each later one: the keep-alive race, lost every time.
    ResetReused,
    /// A 500 as Laravel sends it.
    ServerError,
    /// Reads the request, keeps the connection, never answers.
    Silent,
    /// The right answer, after a wait.
    Slow {
        #[serde(rename = "first_byte_ms", with = "millis")]
        first_byte: Duration,
    },
    /// A 200 with `"status":"error"`, `msg` and `errors`.
    StatusError,
    /// A 429 that reports the time to retry in one of several ways.
    Throttled { retry_after: RetryAfter },
    /// A 200 with `"status":"error"` and a PHP stack trace that holds `CANARY_TRACE`.
    Trace,
    /// Promises the length of the right answer's body, sends two thirds of it and closes.
    Truncated,
    /// Two thirds of the right answer's body as a chunk, then closes without the last chunk.
    TruncatedChunked,
    /// A 401 to every lookup, page of a list and table, however fresh the token; other routes answer
    /// right.
    Unauthorized,
    /// A 503 maintenance page with `Retry-After: 60`, as during an update.
    Unavailable,
    /// A 401 to every token request, as after a changed password; other routes answer right.
    WrongPassword,
    /// A 200 success whose values have types no client can use: `clientes` is a string, and so is
    /// the life of a token.
    WrongTypes,
}

/// How a 429 reports when to retry.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RetryAfter {
    /// `retry_after` in the body, in seconds; no header.
    Body(u64),
    /// A `Retry-After` header with a date, to the second; no `Date` to compare it with.
    Date(#[serde(with = "unix_seconds")] SystemTime),
    /// A `Retry-After` header with a date so many seconds after the same answer's `Date`, which is
    /// in 1994: a client that compares it with its own clock retries at once.
    Later(u64),
    /// Not at all.
    Never,
    /// A `Retry-After` header with seconds, among Laravel's rate-limit headers.
    Seconds(u64),
}
