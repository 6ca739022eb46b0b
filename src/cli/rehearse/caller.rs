//! One caller of the rehearsal: who it is, how it calls, and whether the answer is the right one.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

use crate::domain::failure::Failure;
use crate::domain::phone::Phone;
use crate::simulator::{customer, with_alert};

/// How much longer than promised a caller waits, to tell a late answer from none.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// Longest answer read; real ones stay below 2 kB.
const ANSWER_BYTES_MAX: usize = 64 * 1024;

/// A customer with a mobile stored in full, so that one request finds it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Caller {
    index: u32,
}

/// What became of a call.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    /// From when the call was due to the last byte of the answer, or to giving up.
    pub(super) took: Duration,
    pub(super) told: Told,
}

/// What a caller was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// No answer, or not a complete one.
    Nothing,
    /// Who calls, and what to play.
    Personalised { remembered: bool },
    /// Nothing but to go on; the reason is not in the answer.
    Unavailable(Option<Failure>),
    /// Something else, like another customer.
    Wrong,
}

impl Outcome {
    pub(super) fn is_personalised(&self) -> bool {
        matches!(self.told, Told::Personalised { .. })
    }
}

impl Caller {
    pub(super) fn new(index: u32) -> Self {
        Self { index }
    }

    /// As HubSoft holds it, without addresses and the like: nobody asks for them, and those of all
    /// callers would take more memory than everything else together.
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

    /// As bina reads it.
    pub(super) fn phone(self) -> Option<Phone> {
        Phone::parse(&self.number(), None).ok()
    }

    /// Calls at `address`, on a connection of its own.
    pub(super) async fn call(
        self,
        address: SocketAddr,
        due: Instant,
        patience: Duration,
    ) -> Outcome {
        let answer = timeout_at(due + patience, ask(address, &self.number())).await;
        let took = due.elapsed();
        let told = match answer {
            Ok(Ok(answer)) => self.judge(&answer),
            Ok(Err(_)) | Err(_) => Told::Nothing,
        };
        Outcome { took, told }
    }

    fn id(self) -> u32 {
        self.index + 1
    }

    fn name(self) -> String {
        format!("ENSAIO {}", self.id())
    }

    fn number(self) -> String {
        format!("379{}", 90_000_000 + self.index)
    }

    fn judge(self, answer: &str) -> Told {
        let Some((head, body)) = answer.split_once("\r\n\r\n") else { return Told::Nothing };
        if !head.starts_with("HTTP/1.1 200 ") || !body.ends_with("&end=1") {
            return Told::Nothing;
        }
        let field = |name: &str| {
            let mut pairs = body.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(key, _)| *key == name).map_or("", |(_, value)| value)
        };
        let name = self.name().replace(' ', "%20");
        let tells = |value: &str| body.split('&').any(|pair| pair.ends_with(&format!("={value}")));
        let own = tells(&name) && tells(&self.number()) && !field("prompt").is_empty();
        match field("status") {
            "found" if own => Told::Personalised { remembered: field("source") != "hubsoft" },
            "unavailable" if field("prompt").is_empty() => Told::Unavailable(None),
            _ => Told::Wrong,
        }
    }
}

/// Asks as Asterisk's `CURL()` does, and reads up to the end.
async fn ask(address: SocketAddr, number: &str) -> io::Result<String> {
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

    fn told(body: &str) -> Told {
        CALLER.judge(&format!("HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\n{body}"))
    }

    #[test]
    fn only_the_callers_own_data_count_as_personalised() {
        let own = "status=found&source=hubsoft&alerta=1&prompt=bina/a&nome=ENSAIO%207&\
                   telefone=37990000006&end=1";
        assert_eq!(told(own), Told::Personalised { remembered: false });
        let remembered = own.replace("hubsoft", "stale");
        assert_eq!(told(&remembered), Told::Personalised { remembered: true });
        for wrong in [
            ("%207", "%208"),
            ("%207", "%2077"),
            ("0006", "0007"),
            ("bina/a", ""),
            ("found", "not_found"),
        ] {
            assert_eq!(told(&own.replace(wrong.0, wrong.1)), Told::Wrong, "{wrong:?}");
        }
    }

    #[test]
    fn a_cut_answer_is_none() {
        assert_eq!(told("status=unavailable&prompt=&end=1"), Told::Unavailable(None));
        assert_eq!(told("status=unavailable&prompt=&e"), Told::Nothing);
        assert_eq!(CALLER.judge("HTTP/1.1 503 x\r\n\r\nstatus=unavailable&end=1"), Told::Nothing);
        assert_eq!(CALLER.judge(""), Told::Nothing);
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
