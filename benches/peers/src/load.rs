//! Calls in a closed loop: `N` connections, each sending the next request when it is answered.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::{Duration, Instant};

use mio::{Events, Interest, Poll, Token};

use crate::http::{Answer, CACHED, Connection, request};

/// Whether a connection is used again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Keep,
    New,
}

impl Way {
    pub const ALL: [Way; 2] = [Way::Keep, Way::New];

    pub fn short(self) -> &'static str {
        match self {
            Way::Keep => "keep",
            Way::New => "new",
        }
    }

    pub fn word(self) -> &'static str {
        match self {
            Way::Keep => "keep-alive",
            Way::New => "new connection",
        }
    }
}

/// What a round came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Round {
    pub calls: u32,
    pub took: Duration,
    /// The median of a call's time.
    pub p50: Duration,
}

impl Round {
    pub fn rate(&self) -> f64 {
        f64::from(self.calls) / self.took.as_secs_f64()
    }
}

/// Calls at `port` for `length` on so many connections.
pub fn round(port: u16, way: Way, connections: usize, length: Duration) -> io::Result<Round> {
    let start = Instant::now();
    let mut times = if connections == 1 {
        alone(port, way, start + length)?
    } else {
        together(port, way, connections, start + length)?
    };
    let took = start.elapsed();
    times.sort_unstable();
    let p50 = times.get(times.len() / 2).copied().unwrap_or_default();
    Ok(Round { calls: times.len() as u32, took, p50 })
}

/// One connection needs no poll for which one is ready.
fn alone(port: u16, way: Way, end: Instant) -> io::Result<Vec<Duration>> {
    let mut times = Vec::with_capacity(65_536);
    let mut kept = Connection::open(port)?;
    loop {
        let start = Instant::now();
        if start >= end {
            return Ok(times);
        }
        match way {
            Way::Keep => kept.query(CACHED)?,
            Way::New => Connection::open(port)?.query(CACHED)?,
        }
        times.push(start.elapsed());
    }
}

/// One of many connections.
struct Caller {
    stream: mio::net::TcpStream,
    answer: Answer,
    requested: Instant,
}

fn together(port: u16, way: Way, connections: usize, end: Instant) -> io::Result<Vec<Duration>> {
    let request = request(CACHED).into_bytes();
    let mut poll = Poll::new()?;
    let mut callers = Vec::with_capacity(connections);
    for index in 0..connections {
        callers.push(Caller {
            stream: query(port, &request)?,
            answer: Answer::default(),
            requested: Instant::now(),
        });
        poll.registry().register(&mut callers[index].stream, Token(index), Interest::READABLE)?;
    }
    let mut times = Vec::with_capacity(65_536);
    let mut events = Events::with_capacity(connections);
    loop {
        poll.poll(&mut events, Some(Duration::from_secs(5)))?;
        if events.is_empty() {
            return Err(io::Error::other("nothing came for 5 s"));
        }
        for event in &events {
            let caller = &mut callers[event.token().0];
            if !caller.hear()? {
                continue;
            }
            let now = Instant::now();
            if now >= end {
                return Ok(times);
            }
            times.push(now - caller.requested);
            caller.answer.clear();
            caller.requested = now;
            match way {
                Way::Keep => caller.stream.write_all(&request)?,
                Way::New => {
                    caller.stream = query(port, &request)?;
                    let registry = poll.registry();
                    registry.register(&mut caller.stream, event.token(), Interest::READABLE)?;
                }
            }
        }
    }
}

/// Opens a connection, which loopback does at once, and sends the request.
fn query(port: u16, request: &[u8]) -> io::Result<mio::net::TcpStream> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.write_all(request)?;
    stream.set_nonblocking(true)?;
    Ok(mio::net::TcpStream::from_std(stream))
}

impl Caller {
    /// Takes what has come in, and returns whether the answer is whole.
    fn hear(&mut self) -> io::Result<bool> {
        let mut bytes = [0; 16_384];
        loop {
            match self.stream.read(&mut bytes) {
                Ok(0) => return Err(io::Error::other("closed before the answer was whole")),
                Ok(length) => self.answer.hear(&bytes[..length]),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
                Err(error) => return Err(error),
            }
            if self.answer.is_whole()? {
                return Ok(true);
            }
        }
    }
}
