//! Fixed bytes by epoll: what the machine itself takes for an answer, without a server's work.

use std::collections::HashMap;
use std::io::{self, ErrorKind, Read, Write};
use std::net::Ipv4Addr;

use mio::net::{TcpListener, TcpStream};
use mio::{Events, Interest, Poll, Token};

use crate::hello::BODY;

const LISTENER: Token = Token(0);

/// Serves on `port` for ever. A request is whatever comes in one piece.
pub fn run(port: u16) -> io::Result<()> {
    let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{BODY}", BODY.len());
    let mut poll = Poll::new()?;
    let mut events = Events::with_capacity(128);
    let mut listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port).into())?;
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    let mut streams = HashMap::new();
    let mut next = 1;
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut stream, _)) = listener.accept() {
                    poll.registry().register(&mut stream, Token(next), Interest::READABLE)?;
                    streams.insert(next, stream);
                    next += 1;
                }
            } else if let Some(stream) = streams.get_mut(&event.token().0)
                && !goes_on(stream, answer.as_bytes())
            {
                streams.remove(&event.token().0);
            }
        }
    }
}

/// Answers what has come in, and returns whether more may come.
fn goes_on(stream: &mut TcpStream, answer: &[u8]) -> bool {
    let mut request = [0; 4_096];
    loop {
        match stream.read(&mut request) {
            Ok(0) => return false,
            Ok(_) if stream.write_all(answer).is_err() => return false,
            Ok(_) => {}
            Err(error) => return error.kind() == ErrorKind::WouldBlock,
        }
    }
}
