//! The FastAGI server: reads Asterisk's environment, writes all commands at once, and half-closes.
//!
//! Asterisk reads commands through a buffer: of several commands on an open socket it executes the
//! first and waits for more. Once our side of the connection is closed, it executes them all. It
//! has no timeout of its own, so each step here has one, and every connection ends:
//!
//! ```text
//! environment      2 s from the connection, else closed without an answer
//! lookup           the call's deadline, counted from the connection
//! writing          2 s
//! replies          1 s, then closed
//! HANGUP           neutral variables, closed
//! ```

mod metrics;
mod wire;

use std::io;
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::WriteHalf;
use tokio::sync::watch;
use tokio::time::timeout;
use tracing::{Level, debug};

use crate::answering::render::commands;
use crate::answering::responder::Responder;
use crate::domain::answer::Answer;
use crate::domain::call::Call;
use crate::runtime::current::Active;
use crate::runtime::logging::RateLimitedLog;
use crate::runtime::metrics::ByLabel;
use crate::servers::listener::lingered;

use self::metrics::AgiError;

pub use self::metrics::FastagiMetrics;
pub use self::wire::{Conversation, DOOR, ProtocolError};

/// Longest wait for the environment, which Asterisk writes at once.
const ENVIRONMENT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for the rest of an environment that has ended early. Asterisk writes line by line,
/// so the lines after an injected line break arrive within microseconds.
const REST_TIMEOUT: Duration = Duration::from_millis(10);
/// Longest wait for the peer's system to accept the commands.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest wait for Asterisk to execute the commands and close the connection.
const REPLIES_TIMEOUT: Duration = Duration::from_secs(1);

const WHAT: &str = "agi";
/// One for each reason, so that a flood of one reason does not suppress the others.
static ENVIRONMENT_LATE: RateLimitedLog = RateLimitedLog::new(Level::INFO, WHAT);
static BROKEN: RateLimitedLog = RateLimitedLog::new(Level::INFO, WHAT);
static HOSTILE: RateLimitedLog = RateLimitedLog::new(Level::INFO, WHAT);
static REFUSED: RateLimitedLog = RateLimitedLog::new(Level::WARN, WHAT);
static SCRIPT: RateLimitedLog = RateLimitedLog::new(Level::WARN, WHAT);

/// Serves one connection until it ends, which takes at most a few seconds.
pub async fn serve(
    mut stream: TcpStream,
    responder: Active<Responder>,
    metrics: FastagiMetrics,
    mut stop: watch::Receiver<bool>,
) {
    let accepted = Instant::now();
    let errors = metrics.errors;
    let client = stream.peer_addr().ok().map(|address| address.ip());
    let (reading, writing) = stream.split();
    let mut reader = AgiReader::new(reading);
    let call = tokio::select! {
        call = timeout(ENVIRONMENT_TIMEOUT, reader.call(accepted)) => call,
        // An incomplete environment is not a call.
        () = lingered(&mut stop) => return,
    };
    let call = match call {
        Ok(Ok(call)) => Call { client, ..call },
        Ok(Err(Ended::Broken(broken))) => {
            errors.count(AgiError::Broken);
            return BROKEN.log(format_args!("closed: {broken}"));
        }
        Ok(Err(Ended::Closed)) => {
            errors.count(AgiError::Closed);
            return debug!("agi: closed before the end of the environment");
        }
        Err(_) => {
            errors.count(AgiError::Late);
            return ENVIRONMENT_LATE.log(format_args!(
                "closed: no complete environment within {ENVIRONMENT_TIMEOUT:?} (connect with \
                 Asterisk's AGI(agi://…/lookup))"
            ));
        }
    };
    let answer = answer(&mut reader, call, &responder.now(), &errors).await;
    if let Err(error) = send(writing, &answer).await {
        debug!(%error, "agi: the answer could not be written");
    }
    let _ = timeout(REPLIES_TIMEOUT, reader.end()).await;
    if let (_, refused @ 1..) = reader.conversation.replies() {
        errors.count(AgiError::Refused);
        REFUSED.log(format_args!(
            "Asterisk refused {refused} commands (it must be 1.6 or newer, and the channel alive)"
        ));
    }
}

/// Reads Asterisk's side of one connection.
struct AgiReader<R> {
    reading: R,
    /// The bytes that were read last; the buffer is reused.
    bytes: Vec<u8>,
    conversation: Conversation,
}

/// Why reading has ended.
enum Ended {
    Broken(ProtocolError),
    Closed,
}

impl<R: AsyncRead + Unpin> AgiReader<R> {
    fn new(reading: R) -> Self {
        /// An environment has about a kilobyte, and arrives in several pieces.
        const CAPACITY: usize = 2_048;
        let bytes = Vec::with_capacity(CAPACITY);
        Self { reading, bytes, conversation: Conversation::default() }
    }

    /// Reads the next bytes. Cancellation-safe.
    async fn read_more(&mut self) -> Result<(), Ended> {
        self.bytes.clear();
        match self.reading.read_buf(&mut self.bytes).await {
            Ok(0) | Err(_) => Err(Ended::Closed),
            Ok(_) => self.conversation.receive(&self.bytes).map_err(Ended::Broken),
        }
    }

    /// Reads the environment to its end.
    async fn call(&mut self, accepted: Instant) -> Result<Call, Ended> {
        loop {
            if let Some(call) = self.conversation.call(accepted) {
                if self.conversation.is_complete() || self.conversation.is_hostile() {
                    return Ok(call);
                }
                // Clients other than Asterisk send less; later bytes are read below.
                let _ = timeout(REST_TIMEOUT, self.read_more()).await;
                return Ok(self.conversation.call(accepted).unwrap_or(call));
            }
            self.read_more().await?;
        }
    }

    /// Waits until the caller hangs up or injected lines arrive; otherwise forever.
    async fn trouble(&mut self) {
        loop {
            if self.conversation.is_hung_up() || self.conversation.is_hostile() {
                return;
            }
            match self.read_more().await {
                Ok(()) => {}
                // A client that half-closes, like `nc`, still waits for the answer.
                Err(Ended::Closed) => return std::future::pending().await,
                Err(Ended::Broken(broken)) => {
                    return BROKEN.log(format_args!("{broken}"));
                }
            }
        }
    }

    /// Reads the replies until the peer closes.
    async fn end(&mut self) {
        while self.read_more().await.is_ok() {}
    }
}

/// Answers the call, unless the caller has hung up or the environment is forged.
async fn answer<R: AsyncRead + Unpin>(
    reader: &mut AgiReader<R>,
    call: Call,
    responder: &Responder,
    errors: &ByLabel<AgiError>,
) -> Answer {
    if !reader.conversation.is_lookup() {
        errors.count(AgiError::Script);
        SCRIPT.log("answered as unavailable: another script was requested (use agi://…/lookup)");
        return Answer::unavailable();
    }
    tokio::select! {
        // First, so that bytes after the environment are read before the cache answers.
        biased;
        () = reader.trouble() => {}
        answer = responder.respond(&call) => return answer,
    }
    if reader.conversation.is_hung_up() {
        errors.count(AgiError::Hangup);
        debug!("agi: the caller has hung up");
        return Answer::unavailable();
    }
    errors.count(AgiError::Hostile);
    HOSTILE.log("answered as no_number: the environment has lines that Asterisk does not write");
    responder.respond(&Call { caller: None, ..call }).await
}

/// Writes all commands at once, and half-closes the connection.
async fn send(mut writing: WriteHalf<'_>, answer: &Answer) -> io::Result<()> {
    let commands = commands(answer).body;
    let written = async {
        writing.write_all(commands.as_bytes()).await?;
        writing.shutdown().await
    };
    timeout(WRITE_TIMEOUT, written).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
