//! One HTTP connection as a PBX makes it: a request, the whole answer, and perhaps another one.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

/// The request for a cached answer.
pub const CACHED: &str = "%2B5537988242968";

/// A peer that is silent for this long is not measured any further.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection that is kept until it is dropped.
pub struct Connection {
    stream: TcpStream,
    answer: Answer,
}

impl Connection {
    pub fn open(port: u16) -> io::Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Answer::default() })
    }

    /// Requests `caller`, percent-encoded, and reads the answer to its end.
    pub fn query(&mut self, caller: &str) -> io::Result<()> {
        self.answer.clear();
        self.stream.write_all(request(caller).as_bytes())?;
        let mut bytes = [0; 16_384];
        while !self.answer.is_whole()? {
            match self.stream.read(&mut bytes)? {
                0 => return Err(io::Error::other("closed before the answer was whole")),
                length => self.answer.hear(&bytes[..length]),
            }
        }
        Ok(())
    }
}

/// Makes one call on a connection of its own, and returns whether the answer has `words` in it.
pub fn answer_contains(port: u16, caller: &str, words: &str) -> io::Result<bool> {
    let mut connection = Connection::open(port)?;
    connection.query(caller)?;
    Ok(String::from_utf8_lossy(&connection.answer.bytes).contains(words))
}

/// A request as libcurl in Asterisk writes it.
pub fn request(caller: &str) -> String {
    format!(
        "GET /asterisk?caller={caller} HTTP/1.1\r\nHost: 127.0.0.1\r\n\
         User-Agent: asterisk-libcurl-agent/1.0\r\nAccept: */*\r\n\r\n"
    )
}

/// What has come in of an answer.
#[derive(Default)]
pub struct Answer {
    bytes: Vec<u8>,
    /// Where the body begins, and where it ends when the head declares it.
    body: Option<(usize, Option<usize>)>,
}

impl Answer {
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.body = None;
    }

    pub fn hear(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Whether nothing is missing; fails for anything but a 200.
    pub fn is_whole(&mut self) -> io::Result<bool> {
        if self.body.is_none() {
            let end = self.bytes.windows(4).position(|four| four == b"\r\n\r\n");
            let Some(end) = end else { return Ok(false) };
            let head = String::from_utf8_lossy(&self.bytes[..end]).to_ascii_lowercase();
            if !head.starts_with("http/1.1 200") {
                let status = head.lines().next().unwrap_or_default().to_owned();
                return Err(io::Error::other(format!("answered {status}")));
            }
            let mut lines = head.lines();
            let length = lines.find_map(|line| line.strip_prefix("content-length:"));
            let length = length.and_then(|length| length.trim().parse::<usize>().ok());
            self.body = Some((end + 4, length.map(|length| end + 4 + length)));
        }
        Ok(match self.body {
            Some((_, Some(end))) => self.bytes.len() >= end,
            // In chunks.
            _ => self.bytes.ends_with(b"0\r\n\r\n"),
        })
    }
}
