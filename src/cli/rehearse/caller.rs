//! One caller of the rehearsal: the call, and what its answer says.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::simulator::SimCaller;

/// How long a caller waits beyond the deadline, to distinguish a late answer from a missing one.
pub(super) const EXTRA_WAIT: Duration = Duration::from_secs(5);
/// Longest answer read; real ones stay below 2 kB.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// What the recording of the alert is named.
pub(super) const OWN_PROMPT: &str = "rompimento-fibra";

/// A customer who calls once.
#[derive(Clone, Debug)]
pub(super) struct DayCaller {
    code: String,
    number: String,
    /// Whether the alert concerns the customer.
    pub(super) is_affected: bool,
    /// From the first call on.
    pub(super) due: Duration,
}

/// The outcome of a call.
#[derive(Clone, Debug)]
pub(super) struct CallOutcome {
    pub(super) is_affected: bool,
    /// When it was due, from the first call on.
    pub(super) due: Duration,
    /// From the call's due time to the last byte of the answer, or to the timeout.
    pub(super) took: Duration,
    pub(super) received: Received,
    /// Whether the directory can tell where the caller lives.
    pub(super) is_placed: bool,
}

/// What a caller received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// The caller's own code.
    Found { hears: Hears, is_from_directory: bool },
    /// No answer, or not a complete one.
    Nothing,
    /// That nobody has the number.
    NotFound,
    /// Status `unavailable`; the reason is not part of the answer.
    Unavailable(Option<Failure>),
    /// Any other answer, e.g. that of another customer. All data of a rehearsal are invented.
    Wrong(Box<str>),
}

/// The recording that a caller hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hears {
    Alert,
    None,
    Other,
}

impl DayCaller {
    pub(super) fn new(caller: &SimCaller, is_affected: bool, due: Duration) -> Self {
        let (code, number) = (caller.code.to_string(), caller.phone.clone());
        Self { code, number, is_affected, due }
    }

    /// The caller's number as bina parses it.
    pub(super) fn phone(&self) -> Option<Phone> {
        Phone::parse(&self.number, None).ok()
    }

    /// Places a call at `address`, on a new connection.
    pub(super) async fn call(
        &self,
        address: SocketAddr,
        due: Instant,
        wait: Duration,
    ) -> CallOutcome {
        let answer = timeout_at(due + wait, exchange(address, &self.number)).await;
        let took = due.elapsed();
        let received = match answer {
            Ok(Ok(answer)) => self.judge(&answer),
            Ok(Err(_)) | Err(_) => Received::Nothing,
        };
        let is_placed = false;
        CallOutcome { is_affected: self.is_affected, due: self.due, took, received, is_placed }
    }

    fn judge(&self, answer: &str) -> Received {
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { return Received::Nothing };
        if !head.starts_with("HTTP/1.1 200 ") || !body.ends_with("&end=1") {
            return Received::Nothing;
        }
        let field = |name: &str| {
            let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map_or("", |(_, value)| value)
        };
        let hears = match field("prompt") {
            "" => Hears::None,
            prompt if prompt.ends_with(OWN_PROMPT) => Hears::Alert,
            _ => Hears::Other,
        };
        let is_from_directory = field("source") == "directory";
        match field("status") {
            "found" if field("codigo_cliente") == self.code => {
                Received::Found { hears, is_from_directory }
            }
            "not_found" if hears == Hears::None => Received::NotFound,
            "unavailable" if hears == Hears::None => Received::Unavailable(None),
            _ => Received::Wrong(body.into()),
        }
    }
}

/// Sends the request of Asterisk's `CURL()`, and reads the answer to its end.
async fn exchange(address: SocketAddr, number: &str) -> io::Result<String> {
    let stream = TcpStream::connect(address).await?;
    let request = format!(
        "GET /asterisk?caller={number} HTTP/1.1\r\nHost: {address}\r\n\
         User-Agent: asterisk-libcurl-agent/1.0\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    let mut unsent = request.as_bytes();
    while !unsent.is_empty() {
        stream.writable().await?;
        match stream.try_write(unsent) {
            Ok(count) => unsent = &unsent[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    let mut answer = Vec::with_capacity(1_024);
    while answer.len() < ANSWER_BYTES_MAX {
        stream.readable().await?;
        match stream.try_read_buf(&mut answer) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(body: &str) -> Received {
        let customer = SimCaller { index: 6, code: 1_007, phone: "37990000006".to_owned() };
        DayCaller::new(&customer, true, Duration::ZERO)
            .judge(&format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n{body}"))
    }

    #[test]
    fn only_the_callers_own_code_counts_as_found() {
        let own = "status=found&source=directory&prompt=bina%2Frompimento-fibra&\
                   codigo_cliente=1007&end=1";
        let found = |hears, is_from_directory| Received::Found { hears, is_from_directory };
        for (from, to, expected) in [
            ("", "", found(Hears::Alert, true)),
            ("directory", "hubsoft", found(Hears::Alert, false)),
            ("bina%2Frompimento-fibra", "", found(Hears::None, true)),
            ("rompimento-fibra", "manutencao", found(Hears::Other, true)),
            ("&end=1", "&en", Received::Nothing),
        ] {
            assert_eq!(received(&own.replace(from, to)), expected, "{from} {to}");
        }
        for (from, to) in [("1007", "1008"), ("found", "unavailable"), ("found", "invalid")] {
            let wrong = own.replace(from, to);
            assert_eq!(received(&wrong), Received::Wrong(wrong.as_str().into()));
        }
    }

    #[test]
    fn an_answer_without_a_customer_is_one_and_a_truncated_one_is_none() {
        assert_eq!(received("status=unavailable&prompt=&end=1"), Received::Unavailable(None));
        assert_eq!(received("status=not_found&prompt=&end=1"), Received::NotFound);
        assert_eq!(received("status=unavailable&prompt=&e"), Received::Nothing);
    }
}
