//! The FastAGI server: reads Asterisk's environment, writes every variable at once, and half-closes.
//!
//! Asterisk reads commands through a buffer: of several written one after the other on an open
//! socket it does the first and waits for more. Once our side of the connection is closed it does
//! them all. It has no time limit of its own, so each step here has one, and every connection ends:
//!
//! ```text
//! environment      2 s from the connection, else closed without a word
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
use crate::runtime::logging::Sparing;
use crate::runtime::metrics::ByLabel;
use crate::servers::listener::lingered;

use self::metrics::AgiError;

pub use self::metrics::FastagiMetrics;
pub use self::wire::{Broken, Conversation, DOOR};

/// How long Asterisk may take to say who is calling; it writes all of it at once.
const ENVIRONMENT_TIMEOUT: Duration = Duration::from_secs(2);
/// How long the rest of an environment is waited for that has ended early. Asterisk writes line by
/// line, so what a caller's text has cut off is microseconds behind.
const REST_TIMEOUT: Duration = Duration::from_millis(10);
/// How long the commands may take to be accepted by the other side's system.
const WRITE_TIMEOUT: Duration = Duration::from_secs(2);
/// How long Asterisk may take to do the commands and close the connection.
const REPLIES_TIMEOUT: Duration = Duration::from_secs(1);

const WHAT: &str = "agi";
/// One for each reason, so that a flood of one does not hide the others.
static ENVIRONMENT_LATE: Sparing = Sparing::new(Level::INFO, WHAT);
static BROKEN: Sparing = Sparing::new(Level::INFO, WHAT);
static HOSTILE: Sparing = Sparing::new(Level::INFO, WHAT);
static REFUSED: Sparing = Sparing::new(Level::WARN, WHAT);
static SCRIPT: Sparing = Sparing::new(Level::WARN, WHAT);

/// Serves one connection until it ends, which is within a few seconds whatever is said on it.
pub async fn serve(
    mut stream: TcpStream,
    responder: Active<Responder>,
    metrics: FastagiMetrics,
    mut stop: watch::Receiver<bool>,
) {
    let accepted = Instant::now();
    let errors = metrics.errors;
    let (reading, writing) = stream.split();
    let mut hearing = Hearing::new(reading);
    let call = tokio::select! {
        call = timeout(ENVIRONMENT_TIMEOUT, hearing.call(accepted)) => call,
        // Half an environment is no call.
        () = lingered(&mut stop) => return,
    };
    let call = match call {
        Ok(Ok(call)) => call,
        Ok(Err(Ended::Broken(broken))) => {
            errors.count(AgiError::Broken);
            return BROKEN.say(format_args!("closed, {broken}"));
        }
        Ok(Err(Ended::Closed)) => {
            errors.count(AgiError::Closed);
            return debug!("agi: closed before the environment had ended");
        }
        Err(_) => {
            errors.count(AgiError::Late);
            return ENVIRONMENT_LATE.say(format_args!(
                "closed, there was no whole environment within {ENVIRONMENT_TIMEOUT:?}: is it \
                 Asterisk that connects, with AGI(agi://…/lookup)?"
            ));
        }
    };
    let answer = answer(&mut hearing, call, &responder.now(), &errors).await;
    if let Err(error) = say(writing, &answer).await {
        debug!(%error, "agi: the answer was not taken");
    }
    let _ = timeout(REPLIES_TIMEOUT, hearing.end()).await;
    if let (_, refused @ 1..) = hearing.conversation.replies() {
        errors.count(AgiError::Refused);
        REFUSED.say(format_args!(
            "Asterisk refused {refused} commands: it must be 1.6 or newer, and the channel alive"
        ));
    }
}

/// What Asterisk says on one connection.
struct Hearing<R> {
    reading: R,
    /// What was read last; its room is used again.
    bytes: Vec<u8>,
    conversation: Conversation,
}

/// Why there is nothing more to hear.
enum Ended {
    Broken(Broken),
    Closed,
}

impl<R: AsyncRead + Unpin> Hearing<R> {
    fn new(reading: R) -> Self {
        /// An environment is about a kilobyte, and comes in several pieces.
        const ROOM: usize = 2_048;
        let bytes = Vec::with_capacity(ROOM);
        Self { reading, bytes, conversation: Conversation::default() }
    }

    /// Hears what comes next. Nothing is lost when this is not waited for to its end.
    async fn more(&mut self) -> Result<(), Ended> {
        self.bytes.clear();
        match self.reading.read_buf(&mut self.bytes).await {
            Ok(0) | Err(_) => Err(Ended::Closed),
            Ok(_) => self.conversation.hear(&self.bytes).map_err(Ended::Broken),
        }
    }

    /// Hears the environment to its end.
    async fn call(&mut self, accepted: Instant) -> Result<Call, Ended> {
        loop {
            if let Some(call) = self.conversation.call(accepted) {
                if self.conversation.is_complete() || self.conversation.is_hostile() {
                    return Ok(call);
                }
                // Whoever is not Asterisk says less, and whatever follows will be heard below.
                let _ = timeout(REST_TIMEOUT, self.more()).await;
                return Ok(self.conversation.call(accepted).unwrap_or(call));
            }
            self.more().await?;
        }
    }

    /// Hears that the caller has gone, or that somebody has put lines in between; else for ever.
    async fn trouble(&mut self) {
        loop {
            if self.conversation.is_hung_up() || self.conversation.is_hostile() {
                return;
            }
            match self.more().await {
                Ok(()) => {}
                // Who closes only the own side, as `nc` does, still waits for the answer.
                Err(Ended::Closed) => return std::future::pending().await,
                Err(Ended::Broken(broken)) => {
                    return BROKEN.say(format_args!("{broken}"));
                }
            }
        }
    }

    /// Hears the replies until the other side closes.
    async fn end(&mut self) {
        while self.more().await.is_ok() {}
    }
}

/// Answers the call, unless it turns out that there is none, or that its caller is a lie.
async fn answer<R: AsyncRead + Unpin>(
    hearing: &mut Hearing<R>,
    call: Call,
    responder: &Responder,
    errors: &ByLabel<AgiError>,
) -> Answer {
    if !hearing.conversation.is_ours() {
        errors.count(AgiError::Script);
        SCRIPT.say("answered as unavailable, another script was asked for: write agi://…/lookup");
        return Answer::unavailable();
    }
    tokio::select! {
        // First, so that what was said behind the environment is heard before memory answers.
        biased;
        () = hearing.trouble() => {}
        answer = responder.respond(&call) => return answer,
    }
    if hearing.conversation.is_hung_up() {
        errors.count(AgiError::Hangup);
        debug!("agi: the caller has gone");
        return Answer::unavailable();
    }
    errors.count(AgiError::Hostile);
    HOSTILE.say("no_number, as there are lines in the environment that Asterisk does not write");
    responder.respond(&Call { caller: None, ..call }).await
}

/// Writes every command in one go, and that nothing more will come.
async fn say(mut writing: WriteHalf<'_>, answer: &Answer) -> io::Result<()> {
    let commands = commands(answer).body;
    let written = async {
        writing.write_all(commands.as_bytes()).await?;
        writing.shutdown().await
    };
    timeout(WRITE_TIMEOUT, written).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
