//! From a fault to what goes over the wire, step by step; no socket, no clock.

use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Value, json};

use super::api::{Route, invalid_grant, login_page, unauthenticated, wrong_password};
use super::bomb::bomb;
use super::customers::CANARY_TRACE;
use super::fault::{Fault, RetryAfter};
use super::reply::{Reply, chunk, http_date, php_json};

/// How much of a long body is held in memory and sent over and over.
const PIECE: usize = 64 * 1024;
/// 640 headers of 8 KiB are 5 MiB.
const HEADER_LINES: usize = 640;
const HEADER_LINE: usize = 8 * 1024;
/// What surrounds the letters of a long body.
const BEFORE: &[u8] = br#"{"status":"success","msg":""#;
const AFTER: &[u8] = br#"","clientes":[]}"#;
/// The `Date` of `RetryAfter::Later`: the example date of RFC 9110, 5.6.7.
const LATER_DATE: Duration = Duration::from_secs(784_111_777);
const NOT_FOUND: &str =
    r#"{"status":"success","msg":"Dados consultados com sucesso","clientes":[]}"#;

/// One thing to do on the connection.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ReplyStep {
    /// Close it in order.
    Close,
    /// Send byte by byte.
    Drip {
        bytes: Vec<u8>,
        every: Duration,
    },
    /// Keep it open until the client closes.
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

/// What one request receives.
pub(super) struct ReplyPlan {
    /// None if no status line is sent.
    pub(super) status: Option<u16>,
    pub(super) steps: Vec<ReplyStep>,
}

impl ReplyPlan {
    /// The reply as it is.
    pub(super) fn reply(reply: &Reply) -> Self {
        Self::new(reply, [ReplyStep::Send(reply.bytes())])
    }

    fn new(reply: &Reply, steps: impl Into<Vec<ReplyStep>>) -> Self {
        Self { status: Some(reply.status), steps: steps.into() }
    }

    fn unanswered(step: ReplyStep) -> Self {
        Self { status: None, steps: vec![step] }
    }
}

impl Fault {
    /// What a request for `route` receives; `right` makes the right answer, if it is needed.
    pub(super) fn plan(&self, route: Route, right: impl FnOnce() -> Reply) -> ReplyPlan {
        match self {
            Self::Drip { byte_every } => drip(&right(), *byte_every),
            Self::HangUp => ReplyPlan::unanswered(ReplyStep::Close),
            Self::Huge { bytes } => huge(*bytes),
            Self::HugeChunked { bytes } => huge_chunked(*bytes),
            Self::HugeHeaders => huge_headers(),
            Self::Reset => truncated(&right(), ReplyStep::Reset),
            Self::ResetReused => ReplyPlan::unanswered(ReplyStep::Reset),
            Self::Silent => ReplyPlan::unanswered(ReplyStep::Hold),
            Self::Slow { first_byte } => slow(&right(), *first_byte),
            Self::Truncated => truncated(&right(), ReplyStep::Close),
            Self::TruncatedChunked => truncated_chunks(&right()),
            _ => ReplyPlan::reply(&self.literal(route).unwrap_or_else(right)),
        }
    }

    /// The faults that are one whole reply, the same to every request for a route.
    fn literal(&self, route: Route) -> Option<Reply> {
        Some(match self {
            Self::Answer { status, headers, body } => {
                Reply { status: *status, headers: headers.clone(), body: body.clone() }
            }
            Self::BadJson => Reply::json(200, NOT_FOUND.replacen(',', " ", 1)),
            Self::Empty => Reply::json(200, ""),
            Self::GzipBomb => Reply::json(200, bomb()).with("Content-Encoding", "gzip"),
            Self::Html => login_page(),
            Self::InvalidGrant if route == Route::Token => invalid_grant(),
            Self::Redirect { to, status } => Reply::html(*status, "").with("Location", to),
            Self::ServerError => Reply::json(500, r#"{"message":"Server Error"}"#),
            Self::StatusError => Reply::json(200, php_json(&validation_error())),
            Self::Throttled { retry_after } => throttled(*retry_after),
            Self::Trace => Reply::json(200, php_json(&stack_trace())),
            Self::Unauthorized if needs_token(route) => unauthenticated(),
            Self::Unavailable => unavailable(),
            Self::WrongPassword if route == Route::Token => wrong_password(),
            Self::WrongTypes if route == Route::Token => Reply::json(200, WRONG_TOKEN),
            Self::WrongTypes => Reply::json(200, WRONG_LOOKUP),
            _ => return None,
        })
    }
}

fn needs_token(route: Route) -> bool {
    matches!(route, Route::Alerts { .. } | Route::List | Route::Lookup | Route::Table(_))
}

const WRONG_LOOKUP: &str = r#"{"status":"success","msg":{},"clientes":"nenhum"}"#;
const WRONG_TOKEN: &str =
    r#"{"token_type":7,"expires_in":"trinta dias","access_token":{},"refresh_token":null}"#;

fn drip(right: &Reply, every: Duration) -> ReplyPlan {
    let head = ReplyStep::Send(right.head_for(right.body.len()));
    ReplyPlan::new(right, [head, ReplyStep::Drip { bytes: right.body.clone(), every }])
}

fn slow(right: &Reply, first_byte: Duration) -> ReplyPlan {
    ReplyPlan::new(right, [ReplyStep::Wait(first_byte), ReplyStep::Send(right.bytes())])
}

/// Where the captured `40_truncated.json` ends, too: the alert is in the part that was sent.
fn two_thirds(body: &[u8]) -> &[u8] {
    &body[..body.len() * 2 / 3]
}

fn truncated(right: &Reply, end: ReplyStep) -> ReplyPlan {
    let head = right.head_for(right.body.len());
    ReplyPlan::new(right, [ReplyStep::Send([&head, two_thirds(&right.body)].concat()), end])
}

fn truncated_chunks(right: &Reply) -> ReplyPlan {
    let sent = [right.head_for_chunks(), chunk(two_thirds(&right.body))].concat();
    ReplyPlan::new(right, [ReplyStep::Send(sent), ReplyStep::Close])
}

fn huge(letters: usize) -> ReplyPlan {
    let reply = Reply::json(200, "");
    let head = reply.head_for(BEFORE.len() + letters + AFTER.len());
    let steps = [
        ReplyStep::Send([&head, BEFORE].concat()),
        ReplyStep::Repeat { bytes: vec![b'a'; PIECE], times: letters / PIECE },
        ReplyStep::Send([&vec![b'a'; letters % PIECE], AFTER].concat()),
    ];
    ReplyPlan::new(&reply, steps)
}

fn huge_chunked(letters: usize) -> ReplyPlan {
    let reply = Reply::json(200, "");
    let rest = [&vec![b'a'; letters % PIECE], AFTER].concat();
    let steps = [
        ReplyStep::Send([reply.head_for_chunks(), chunk(BEFORE)].concat()),
        ReplyStep::Repeat { bytes: chunk(&[b'a'; PIECE]), times: letters / PIECE },
        ReplyStep::Send([chunk(&rest), chunk(b"")].concat()),
    ];
    ReplyPlan::new(&reply, steps)
}

fn huge_headers() -> ReplyPlan {
    let reply = Reply::json(200, NOT_FOUND);
    let mut head = reply.head_for(NOT_FOUND.len());
    // Without the empty line that ends it.
    head.truncate(head.len() - 2);
    let line = format!("{:a<1$}\r\n", "X-Filler: ", HEADER_LINE - 2);
    let steps = [
        ReplyStep::Send(head),
        ReplyStep::Repeat { bytes: line.into_bytes(), times: HEADER_LINES },
        ReplyStep::Send(format!("\r\n{NOT_FOUND}").into_bytes()),
    ];
    ReplyPlan::new(&reply, steps)
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
            let date = UNIX_EPOCH + LATER_DATE;
            let retry_at = date + Duration::from_secs(seconds);
            reply.with("Date", &http_date(date)).with("Retry-After", &http_date(retry_at))
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
