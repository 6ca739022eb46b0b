//! One caller of the rehearsal: its identity, its call, and the check of the answer.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::simulator::{customer, with_alert};

/// How long a caller waits beyond the deadline, to distinguish a late answer from a missing one.
pub(super) const EXTRA_WAIT: Duration = Duration::from_secs(5);
/// Longest answer read; real ones stay below 2 kB.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// A customer with a mobile stored in full, so that one request finds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    index: u32,
}

/// The outcome of a call.
#[derive(Clone, Debug)]
pub(super) struct CallOutcome {
    /// From the call's due time to the last byte of the answer, or to the timeout.
    pub(super) took: Duration,
    pub(super) received: Received,
}

/// What a caller received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Received {
    /// No answer, or not a complete one.
    Nothing,
    /// The caller's identity, and the sounds to play.
    Personalised { is_cached: bool },
    /// The caller's code from the directory, without an alert.
    Recognised,
    /// Status `unavailable`; the reason is not part of the answer.
    Unavailable(Option<Failure>),
    /// Any other answer, e.g. that of another customer.
    Wrong,
}

impl CallOutcome {
    pub(super) fn is_personalised(&self) -> bool {
        matches!(self.received, Received::Personalised { .. })
    }
}

impl Caller {
    pub(super) fn new(index: u32) -> Self {
        Self { index }
    }

    /// The customer as HubSoft stores it, without addresses: bina does not request them, and those of
    /// all callers would take more memory than everything else together.
    pub(super) fn customer(self) -> Value {
        let mut plain = customer(self.id().into(), &self.name(), &self.number());
        let lists = plain.as_object_mut().into_iter().flat_map(|fields| fields.values_mut());
        for service in lists.filter_map(Value::as_array_mut).flatten() {
            if let Some(fields) = service.as_object_mut() {
                fields.retain(|_, value| !value.is_object());
            }
        }
        with_alert(plain, &["Rompimento de fibra"])
    }

    /// The caller's number as bina parses it.
    pub(super) fn phone(self) -> Option<Phone> {
        Phone::parse(&self.number(), None).ok()
    }

    /// Places a call at `address`, on a new connection.
    pub(super) async fn call(
        self,
        address: SocketAddr,
        due: Instant,
        wait: Duration,
    ) -> CallOutcome {
        let answer = timeout_at(due + wait, exchange(address, &self.number())).await;
        let took = due.elapsed();
        let received = match answer {
            Ok(Ok(answer)) => self.judge(&answer),
            Ok(Err(_)) | Err(_) => Received::Nothing,
        };
        CallOutcome { took, received }
    }

    fn id(self) -> u32 {
        self.index + 1
    }

    fn name(self) -> String {
        format!("ENSAIO {}", self.id())
    }

    fn code(self) -> String {
        self.customer()["codigo_cliente"].to_string()
    }

    fn number(self) -> String {
        format!("379{}", 90_000_000 + self.index)
    }

    fn judge(self, answer: &str) -> Received {
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { return Received::Nothing };
        if !head.starts_with("HTTP/1.1 200 ") || !body.ends_with("&end=1") {
            return Received::Nothing;
        }
        let field = |name: &str| {
            let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map_or("", |(_, value)| value)
        };
        let name = self.name().replace(' ', "%20");
        let has_value =
            |value: &str| body.split('&').any(|pair| pair.ends_with(&format!("={value}")));
        let is_own = has_value(&name) && has_value(&self.number()) && !field("prompt").is_empty();
        let is_recognised =
            field("source") == "directory" && field("codigo_cliente") == self.code();
        match field("status") {
            "found" if is_recognised && field("prompt").is_empty() => Received::Recognised,
            "found" if is_own => Received::Personalised { is_cached: field("source") != "hubsoft" },
            "unavailable" if field("prompt").is_empty() => Received::Unavailable(None),
            _ => Received::Wrong,
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

    const CALLER: Caller = Caller { index: 6 };

    fn received(body: &str) -> Received {
        CALLER.judge(&format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n{body}"))
    }

    #[test]
    fn only_the_callers_own_data_counts_as_personalised() {
        let own = "status=found&source=hubsoft&alerta=1&prompt=bina/a&nome=ENSAIO%207&\
                   telefone=37990000006&end=1";
        assert_eq!(received(own), Received::Personalised { is_cached: false });
        let cached = own.replace("hubsoft", "stale");
        assert_eq!(received(&cached), Received::Personalised { is_cached: true });
        for wrong in [
            ("%207", "%208"),
            ("%207", "%2077"),
            ("0006", "0007"),
            ("bina/a", ""),
            ("found", "not_found"),
        ] {
            assert_eq!(received(&own.replace(wrong.0, wrong.1)), Received::Wrong, "{wrong:?}");
        }
    }

    #[test]
    fn a_caller_with_the_own_code_and_no_prompt_is_recognised_from_the_directory() {
        let own = "status=found&source=directory&alerta=0&prompt=&nome=&codigo_cliente=1007&\
                   telefone=37990000006&end=1";
        assert_eq!(received(own), Received::Recognised);
        for (right, wrong) in [("1007", "1008"), ("prompt=", "prompt=a"), ("directory", "stale")] {
            assert_eq!(received(&own.replace(right, wrong)), Received::Wrong, "{wrong}");
        }
    }

    #[test]
    fn a_truncated_answer_counts_as_missing() {
        assert_eq!(received("status=unavailable&prompt=&end=1"), Received::Unavailable(None));
        assert_eq!(received("status=unavailable&prompt=&e"), Received::Nothing);
        assert_eq!(
            CALLER.judge("HTTP/1.1 503 x\r\n\r\nstatus=unavailable&end=1"),
            Received::Nothing
        );
        assert_eq!(CALLER.judge(""), Received::Nothing);
    }

    #[test]
    fn every_caller_is_a_mobile_that_is_stored_in_full() {
        for index in [0, 1, 19_999] {
            let caller = Caller::new(index);
            assert_eq!(caller.number().len(), 11);
            assert_eq!(caller.customer()["telefone_primario"], caller.number());
            assert!(caller.phone().is_some());
        }
    }
}
