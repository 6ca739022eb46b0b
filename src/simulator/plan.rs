//! From a mood to what goes over the wire, step by step; no socket, no clock.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::api::{Route, invalid_grant, login_page, unauthenticated, wrong_password};
use super::bomb::bomb;
use super::customers::CANARY_TRACE;
use super::mood::{Mood, RetryAfter};
use super::reply::{Reply, chunk, http_date, php_json};

/// How much of a long body is held in memory and sent over and over.
const PIECE: usize = 64 * 1024;
/// 640 headers of 8 KiB are 5 MiB.
const HEADER_LINES: usize = 640;
const HEADER_LINE: usize = 8 * 1024;
/// What stands around the letters of a long body.
const BEFORE: &[u8] = br#"{"status":"success","msg":""#;
const AFTER: &[u8] = br#"","clientes":[]}"#;
/// When `RetryAfter::Later` says it was said: the example date of RFC 9110, 5.6.7.
const SAID_LATER: Duration = Duration::from_secs(784_111_777);
const NOBODY: &str = r#"{"status":"success","msg":"Dados consultados com sucesso","clientes":[]}"#;

/// One thing to do on the connection.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Close it in good order.
    Close,
    /// Send byte by byte.
    Drip {
        bytes: Vec<u8>,
        every: Duration,
    },
    /// Keep it open until the client goes away.
    Hold,
    /// Send the same bytes many times.
    Repeat {
        bytes: Vec<u8>,
        times: usize,
    },
    /// Break it with a TCP reset.
    Reset,
    Send(Vec<u8>),
    Wait(Duration),
}

/// What one request gets.
pub(super) struct Plan {
    /// None if no status line is sent.
    pub(super) status: Option<u16>,
    pub(super) steps: Vec<Step>,
}

impl Plan {
    /// The reply as it is.
    pub(super) fn reply(reply: &Reply) -> Self {
        Self::new(reply, [Step::Send(reply.bytes())])
    }

    fn new(reply: &Reply, steps: impl Into<Vec<Step>>) -> Self {
        Self { status: Some(reply.status), steps: steps.into() }
    }

    fn unanswered(step: Step) -> Self {
        Self { status: None, steps: vec![step] }
    }
}

impl Mood {
    /// What a request for `route` gets; `right` makes the right answer, if it is needed.
    pub(super) fn plan(&self, route: Route, right: impl FnOnce() -> Reply) -> Plan {
        match self {
            Self::Drip { byte_every } => drip(&right(), *byte_every),
            Self::HangUp => Plan::unanswered(Step::Close),
            Self::Huge { bytes } => huge(*bytes),
            Self::HugeChunked { bytes } => huge_chunked(*bytes),
            Self::HugeHeaders => huge_headers(),
            Self::Reset => cut(&right(), Step::Reset),
            Self::ResetReused => Plan::unanswered(Step::Reset),
            Self::Silent => Plan::unanswered(Step::Hold),
            Self::Slow { first_byte } => slow(&right(), *first_byte),
            Self::Truncated => cut(&right(), Step::Close),
            Self::TruncatedChunked => cut_chunked(&right()),
            _ => Plan::reply(&self.literal(route).unwrap_or_else(right)),
        }
    }

    /// The moods that are one whole reply, the same to every request for a route.
    fn literal(&self, route: Route) -> Option<Reply> {
        Some(match self {
            Self::Answer { status, headers, body } => {
                Reply { status: *status, headers: headers.clone(), body: body.clone() }
            }
            Self::BadJson => Reply::json(200, NOBODY.replacen(',', " ", 1)),
            Self::Empty => Reply::json(200, ""),
            Self::GzipBomb => Reply::json(200, bomb()).with("Content-Encoding", "gzip"),
            Self::Html => login_page(),
            Self::InvalidGrant if route == Route::Token => invalid_grant(),
            Self::Redirect { to, status } => Reply::html(*status, "").with("Location", to),
            Self::ServerError => Reply::json(500, r#"{"message":"Server Error"}"#),
            Self::StatusError => Reply::json(200, php_json(&validation_error())),
            Self::Throttled { retry_after } => throttled(*retry_after),
            Self::Trace => Reply::json(200, php_json(&stack_trace())),
            Self::Unauthorized if route == Route::Lookup => unauthenticated(),
            Self::Unavailable => unavailable(),
            Self::WrongPassword if route == Route::Token => wrong_password(),
            Self::WrongTypes if route == Route::Token => Reply::json(200, WRONG_TOKEN),
            Self::WrongTypes => Reply::json(200, WRONG_LOOKUP),
            _ => return None,
        })
    }
}

const WRONG_LOOKUP: &str = r#"{"status":"success","msg":{},"clientes":"nenhum"}"#;
const WRONG_TOKEN: &str =
    r#"{"token_type":7,"expires_in":"trinta dias","access_token":{},"refresh_token":null}"#;

fn drip(right: &Reply, every: Duration) -> Plan {
    let head = Step::Send(right.head_for(right.body.len()));
    Plan::new(right, [head, Step::Drip { bytes: right.body.clone(), every }])
}

fn slow(right: &Reply, first_byte: Duration) -> Plan {
    Plan::new(right, [Step::Wait(first_byte), Step::Send(right.bytes())])
}

/// Where the captured `40_truncated.json` ends too: the alert is already in what was sent.
fn two_thirds(body: &[u8]) -> &[u8] {
    &body[..body.len() * 2 / 3]
}

fn cut(right: &Reply, end: Step) -> Plan {
    let head = right.head_for(right.body.len());
    Plan::new(right, [Step::Send([&head, two_thirds(&right.body)].concat()), end])
}

fn cut_chunked(right: &Reply) -> Plan {
    let sent = [right.head_for_chunks(), chunk(two_thirds(&right.body))].concat();
    Plan::new(right, [Step::Send(sent), Step::Close])
}

fn huge(letters: usize) -> Plan {
    let reply = Reply::json(200, "");
    let head = reply.head_for(BEFORE.len() + letters + AFTER.len());
    let steps = [
        Step::Send([&head, BEFORE].concat()),
        Step::Repeat { bytes: vec![b'a'; PIECE], times: letters / PIECE },
        Step::Send([&vec![b'a'; letters % PIECE], AFTER].concat()),
    ];
    Plan::new(&reply, steps)
}

fn huge_chunked(letters: usize) -> Plan {
    let reply = Reply::json(200, "");
    let rest = [&vec![b'a'; letters % PIECE], AFTER].concat();
    let steps = [
        Step::Send([reply.head_for_chunks(), chunk(BEFORE)].concat()),
        Step::Repeat { bytes: chunk(&[b'a'; PIECE]), times: letters / PIECE },
        Step::Send([chunk(&rest), chunk(b"")].concat()),
    ];
    Plan::new(&reply, steps)
}

fn huge_headers() -> Plan {
    let reply = Reply::json(200, NOBODY);
    let mut head = reply.head_for(NOBODY.len());
    // Without the empty line that ends it.
    head.truncate(head.len() - 2);
    let line = format!("{:a<1$}\r\n", "X-Filler: ", HEADER_LINE - 2);
    let steps = [
        Step::Send(head),
        Step::Repeat { bytes: line.into_bytes(), times: HEADER_LINES },
        Step::Send(format!("\r\n{NOBODY}").into_bytes()),
    ];
    Plan::new(&reply, steps)
}

fn throttled(retry_after: RetryAfter) -> Reply {
    const MESSAGE: &str = r#"{"message":"Too Many Attempts."}"#;
    let reply = Reply::json(429, MESSAGE);
    match retry_after {
        RetryAfter::Body(seconds) => {
            let body = json!({ "message": "Too Many Attempts.", "retry_after": seconds });
            Reply::json(429, php_json(&body))
        }
        RetryAfter::Date(when) => reply.with("Retry-After", &http_date(when)),
        RetryAfter::Later(seconds) => {
            let said = UNIX_EPOCH + SAID_LATER;
            let then = said + Duration::from_secs(seconds);
            reply.with("Date", &http_date(said)).with("Retry-After", &http_date(then))
        }
        RetryAfter::Never => reply,
        RetryAfter::Seconds(seconds) => reply
            .with("Retry-After", &seconds.to_string())
            .with("X-RateLimit-Limit", "60")
            .with("X-RateLimit-Remaining", "0"),
    }
}

fn unavailable() -> Reply {
    Reply::html(
        503,
        "<!DOCTYPE html><html><head><title>Service Unavailable</title></head><body><div>Be right \
         back.</div></body></html>",
    )
    .with("Retry-After", "60")
}

fn validation_error() -> Value {
    json!({
        "status": "error",
        "msg": "Não foi possível consultar os clientes",
        "errors": [{ "message": "O termo de busca é inválido" }],
    })
}

/// Shaped as the one in the vendor's public examples; thirty frames as there.
fn stack_trace() -> Value {
    let frame = |number| {
        format!(
            "#{number} /usr/local/www/hubsoft_api/vendor/laravel/framework/src/Lab.php({number}): \
             Lab->lab('{CANARY_TRACE}', Object(Illuminate\\Http\\Request), Object(Closure))"
        )
    };
    json!({
        "status": "error",
        "msg": "Erro ao consultar clientes",
        "code": 0,
        "description": format!("Erro ao consultar clientes: {CANARY_TRACE}"),
        "line": 321,
        "file": "/usr/local/www/hubsoft_api/app/Repositories/Integracao/Lab.php",
        "hint": null,
        "error_type": null,
        "trace": (0..30).map(frame).collect::<Vec<_>>(),
    })
}
